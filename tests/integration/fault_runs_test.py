#!/usr/bin/env python3
"""Runs through every fault of the built-in carrier: each alone at 30 %, then all together at 1 %.

Whatever strikes, each record of the list has one row, each row is right, and none is `failed`. `scripts/soak faults`
does the same with a long list.
"""

from __future__ import annotations

import re
import subprocess
import unittest
from pathlib import Path

from program_test_case import as_list, iccids, imsis, msisdns, rows_of
from simulator_test_case import SimulatorTestCase
from verify_rows import faults_of

SQL_VERIFIER = Path(__file__).resolve().parents[2] / "scripts/verify-rows"
CARD_FAULTS = ("poison", "foreign")
REPLY_FAULTS = ("missing-item", "extra-item", "repeated-item", "shuffled", "missing-comma", "null-result", "number-status",
                "upper-keys")
REQUEST_FAULTS = ("busy", "throttle", "http-500", "http-429", "html", "reset", "stall", "truncate", "malformed")
NUMBERS = [number for three in zip(iccids(600), imsis(600), msisdns(600)) for number in three]


class FaultRuns(SimulatorTestCase):
    def run_through(self, faults: dict[str, float], seed: int, output: str) -> list[dict[str, str]]:
        """The rows of a run, checked, in the order of the list."""
        flags = [word for name, share in faults.items() for word in ("--fault", f"{name}={share}")]
        url = self.start_simulator("--seed", str(seed), *flags)
        code = self.resolve(url, NUMBERS, "--attempts", "20", "--request-timeout", "250ms", output=output)
        rows = rows_of((self.folder / output).read_bytes())
        draws = {name: faults.get(name, 0) for name in CARD_FAULTS}
        self.assertEqual(list(faults_of(NUMBERS, rows, seed=seed, **draws)), [])
        self.assertEqual(code, 0)
        stats = self.ask_stats(url)
        self.assertEqual((stats["violations"], stats["repeated_transids"], stats["bad_tokens"]), (0, 0, 0))
        self.end(self.simulator)
        return sorted(rows, key=lambda row: int(row["line"]))

    def run_twice(self, faults: dict[str, float], seed: int) -> list[dict[str, str]]:
        first = self.run_through(faults, seed, f"{seed}-first.csv")
        self.assertEqual(first, self.run_through(faults, seed, f"{seed}-second.csv"))
        return first

    def check_alone(self, names: tuple[str, ...]) -> None:
        for name in names:
            with self.subTest(fault=name):
                self.run_through({name: 0.3}, 1, f"{name}.csv")


class Cards(FaultRuns):
    def test_each_alone(self) -> None:
        for name in CARD_FAULTS:
            with self.subTest(fault=name):
                for seed in (1, 2):
                    rows = self.run_twice({name: 0.3}, seed)
                    refused = sum(row["outcome"] == "refused" for row in rows)
                    self.assertGreater(refused, len(NUMBERS) * 0.25)
                    self.assertLess(refused, len(NUMBERS) * 0.35)
                    for path in self.folder.glob("*.csv"):
                        path.unlink()


class Replies(FaultRuns):
    def test_each_alone(self) -> None:
        self.check_alone(REPLY_FAULTS)


class Requests(FaultRuns):
    def test_each_alone(self) -> None:
        self.check_alone(REQUEST_FAULTS)


class Together(FaultRuns):
    def test_all_at_once_twice_with_one_seed(self) -> None:
        rows = self.run_twice(dict.fromkeys(CARD_FAULTS + REPLY_FAULTS + REQUEST_FAULTS, 0.01), 3)
        self.assertEqual({row["status"] for row in rows}, {"0", "10", "25", "12", "2"})
        (self.folder / "cards.txt").write_bytes(as_list(NUMBERS))
        done = subprocess.run([SQL_VERIFIER, "--seed", "3", "--poison", "0.01", "--foreign", "0.01",
                               self.folder / "cards.txt", self.folder / "3-first.csv"], capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_fault_is_among_them(self) -> None:
        known = self.run_program("simulate", "--fault", "none=1").stderr.decode().split("there are ")[1]
        self.assertEqual(sorted(re.findall(r"[a-z0-9-]+", known)), sorted(CARD_FAULTS + REPLY_FAULTS + REQUEST_FAULTS))


if __name__ == "__main__":
    unittest.main()
