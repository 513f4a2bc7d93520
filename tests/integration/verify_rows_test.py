#!/usr/bin/env python3
"""Holds the two verifiers against each other: they agree that a run's rows are right, and that spoilt ones are not."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import unittest
from collections.abc import Callable
from pathlib import Path

from program_test_case import FIELDS, as_list, iccids, imsis, msisdns, rows_of
from simulator_test_case import SimulatorTestCase
from verify_rows import card_of, fnv1a, mix

HERE = Path(__file__).resolve().parent
VERIFIERS = {"Python": [sys.executable, HERE / "verify_rows.py"], "SQL": [HERE.parents[1] / "scripts/verify-rows"]}
DRAWS = ["--seed", "11", "--poison", "0.1", "--foreign", "0.1"]
Rows = list[dict[str, str]]


def swap(rows: Rows, *fields: str) -> None:
    """Gives the fields of one resolved row to the next, and the other way round."""
    one, other = [row for row in rows if row["outcome"] == "resolved" and row["kind"] == "iccid"][:2]
    for field in fields:
        one[field], other[field] = other[field], one[field]


def alter(rows: Rows, which: str, **fields: str) -> None:
    """Writes over fields of the first row with the outcome `which`."""
    next(row for row in rows if row["outcome"] == which).update(fields)


def next_digit(rows: Rows, kind: str, field: str) -> None:
    row = next(row for row in rows if row["outcome"] == "resolved" and row["kind"] == kind)
    row[field] = row[field][:-1] + str((int(row[field][-1]) + 1) % 10)


CORRUPTIONS: dict[str, Callable[[Rows], object]] = {
    "a lost row": lambda rows: rows.pop(17),
    "the last row lost": lambda rows: rows.pop(),
    "all lost": lambda rows: rows.clear(),
    "a repeated row": lambda rows: rows.append(dict(rows[5])),
    "a second row that differs": lambda rows: rows.append({**rows[5], "status": "99"}),
    "a row without a record": lambda rows: rows.append({**rows[5], "line": "9999"}),
    "a row of no line": lambda rows: rows[5].update(line="x"),
    "a wrong line": lambda rows: rows[5].update(line=rows[6]["line"]),
    "two lines swapped": lambda rows: swap(rows, "line"),
    "two answers swapped": lambda rows: swap(rows, "msisdn", "imsi"),
    "two numbers swapped": lambda rows: swap(rows, "number", "iccid"),
    "a wrong ICCID": lambda rows: next_digit(rows, "imsi", "iccid"),
    "a wrong MSISDN": lambda rows: next_digit(rows, "iccid", "msisdn"),
    "a wrong IMSI": lambda rows: next_digit(rows, "msisdn", "imsi"),
    "a wrong number": lambda rows: alter(rows, "resolved", number="898602B2299999999999"),
    "a number that is not there": lambda rows: alter(rows, "resolved", msisdn=""),
    "a wrong kind": lambda rows: alter(rows, "resolved", kind="puk"),
    "a failed card": lambda rows: alter(rows, "resolved", outcome="failed", status="timeout"),
    "a refusal of a good card": lambda rows: alter(rows, "resolved", outcome="refused", status="10"),
    "a bad card resolved": lambda rows: alter(rows, "refused", outcome="resolved", status="0"),
    "another code": lambda rows: alter(rows, "refused", status="99"),
    "another message": lambda rows: alter(rows, "refused", message="系统忙"),
    "a message that is not there": lambda rows: alter(rows, "resolved", message=""),
}


class Verifiers(SimulatorTestCase):
    numbers = [number for three in zip(iccids(40), imsis(40), msisdns(40)) for number in three]

    def setUp(self) -> None:
        super().setUp()
        url = self.start_simulator("--seed", "11", "--fault", "poison=0.1", "--fault", "foreign=0.1")
        self.assertEqual(self.resolve(url, self.numbers), 0)
        self.rows = rows_of((self.folder / "out.csv").read_bytes())
        (self.folder / "cards.txt").write_bytes(as_list(self.numbers))

    def verdicts_on(self, rows: Rows, *, draws: list[str] | None = None) -> dict[str, int]:
        """The exit code of each verifier."""
        with (self.folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        verdicts = {}
        for name, command in VERIFIERS.items():
            done = subprocess.run([*command, *(DRAWS if draws is None else draws), self.folder / "cards.txt",
                                   self.folder / "rows.csv"], capture_output=True, check=False)
            self.assertEqual(done.stderr, b"", name)
            verdicts[name] = done.returncode
        return verdicts

    def test_they_agree_on_the_rows_of_a_run_in_any_order(self) -> None:
        self.assertEqual({row["status"] for row in self.rows}, {"0", "10", "25", "12", "2"})
        self.assertEqual(self.verdicts_on(self.rows), {"Python": 0, "SQL": 0})
        random.Random(1).shuffle(self.rows)
        self.assertEqual(self.verdicts_on(self.rows), {"Python": 0, "SQL": 0})

    def test_they_agree_on_rows_that_are_spoilt_in_any_way(self) -> None:
        for name, spoil in CORRUPTIONS.items():
            with self.subTest(corruption=name):
                rows = [dict(row) for row in self.rows]
                spoil(rows)
                self.assertEqual(self.verdicts_on(rows), {"Python": 1, "SQL": 1})

    def test_they_agree_that_another_seed_strikes_other_cards(self) -> None:
        for draws in (["--seed", "12", "--poison", "0.1", "--foreign", "0.1"], ["--seed", "11"],
                      ["--seed", "11", "--poison", "0.1"], ["--seed", "11", "--poison", "0.12", "--foreign", "0.1"]):
            with self.subTest(draws=draws):
                self.assertEqual(self.verdicts_on(self.rows, draws=draws), {"Python": 1, "SQL": 1})

    def test_they_refuse_arguments_that_make_no_sense(self) -> None:
        for name, command in VERIFIERS.items():
            for arguments in ([], ["one"], ["--seed"], ["--poison", "much", "a", "b"], ["--no-such-flag", "1", "a", "b"]):
                with self.subTest(verifier=name, arguments=arguments):
                    done = subprocess.run([*command, *arguments], capture_output=True, check=False)
                    self.assertIn(done.returncode, (2, 64))
                    self.assertIn(b"usage", done.stderr)


class Documentation(unittest.TestCase):
    def test_its_examples(self) -> None:
        self.assertEqual(card_of("460123456789012"), {"iccid": "898602B2004625880342", "msisdn": "1148021970545",
                                                      "imsi": "460123456789012"})
        self.assertEqual(card_of("460040260908676"), {"iccid": "898602B2221430000006", "msisdn": "1064826090209",
                                                      "imsi": "460040260908676"})
        self.assertEqual((fnv1a("a"), mix(0)), (0xAF63DC4C8601EC8C, 0xE220A8397B1DCDAF))


if __name__ == "__main__":
    unittest.main()
