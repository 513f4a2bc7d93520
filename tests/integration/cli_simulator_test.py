#!/usr/bin/env python3
"""The built-in carrier: inside `resolve`, and as the command `simulate`, with its faults."""

from __future__ import annotations

import signal
import unittest
from collections import Counter

from program_test_case import ProgramTestCase, as_list, iccids, rows_of
from simulator_test_case import SimulatorTestCase
from verify_rows import expected_row

FAULTS = {"busy": 0.05, "http-500": 0.05, "reset": 0.05, "truncate": 0.02, "missing-item": 0.1, "shuffled": 1}


class InProcess(ProgramTestCase):
    def test_a_mixed_list_with_one_line_that_is_no_number(self) -> None:
        done = self.run_program("resolve", "--base-url", "simulator", "--summary", "summary.json", "-o", "out.csv",
                                stdin=b"898602B2221430000006\n460040260908676\n1064826090209\nrubbish\n")
        self.assert_exit(done, 0)
        rows = sorted(rows_of((self.folder / "out.csv").read_bytes()), key=lambda row: int(row["line"]))
        self.assertEqual([(row["line"], row["kind"], row["outcome"]) for row in rows],
                         [("1", "iccid", "resolved"), ("2", "imsi", "resolved"), ("3", "msisdn", "resolved"),
                          ("4", "", "invalid")])
        for row in rows[:3]:
            self.assertEqual((row["iccid"], row["imsi"], row["msisdn"], row["status"]),
                             ("898602B2221430000006", "460040260908676", "1064826090209", "0"))
        self.assertEqual((rows[3]["number"], rows[3]["status"]), ("rubbish", ""))
        self.assertNotEqual(rows[3]["message"], "")
        summary = self.summary()
        self.assertEqual(summary["requests"]["answered"], 3)
        self.assertEqual(summary["outcomes"], {"resolved": 3, "refused": 0, "failed": 0, "invalid": 1})

    def test_full_batches_and_rows_on_standard_output(self) -> None:
        numbers = iccids(20_000)
        done = self.run_program("resolve", "--base-url", "simulator", "--summary", "summary.json",
                                stdin=as_list(numbers))
        self.assert_exit(done, 0)
        rows = rows_of(done.stdout)
        self.assertEqual(sorted(int(row["line"]) for row in rows), list(range(1, 20_001)))
        for row in rows:
            self.assertEqual(row["iccid"], numbers[int(row["line"]) - 1])
            self.assertEqual(row, expected_row(int(row["line"]), row["iccid"]))
        self.assertEqual(self.summary()["requests"]["answered"], 200)
        self.assertEqual(self.summary()["cards_per_request"], 100)


class Simulate(SimulatorTestCase):
    def test_every_line_has_its_own_answer_in_spite_of_faults(self) -> None:
        flags = [word for name, share in FAULTS.items() for word in ("--fault", f"{name}={share}")]
        url = self.start_simulator("--seed", "1", *flags)
        numbers = iccids(20_000)
        self.assertEqual(self.resolve(url, numbers, "--attempts", "10"), 0)
        rows = rows_of((self.folder / "out.csv").read_bytes())
        self.assertEqual(sorted(int(row["line"]) for row in rows), list(range(1, 20_001)))
        for row in rows:
            self.assertEqual(row, expected_row(int(row["line"]), numbers[int(row["line"]) - 1]))
        stats = self.ask_stats(url)
        self.assertEqual((stats["violations"], stats["repeated_transids"], stats["bad_tokens"]), (0, 0, 0))
        self.assertGreater(self.summary()["requests"]["retried"], 0)

    def test_a_poisoned_card_spoils_no_other(self) -> None:
        url = self.start_simulator("--seed", "1", "--fault", "poison=0.01", "--fault", "foreign=0.05")
        numbers = iccids(2_000)
        self.assertEqual(self.resolve(url, numbers), 0)
        rows = rows_of((self.folder / "out.csv").read_bytes())
        self.assertEqual(sorted(int(row["line"]) for row in rows), list(range(1, 2_001)))
        statuses = Counter((row["outcome"], row["status"]) for row in rows)
        self.assertEqual(set(statuses), {("resolved", "0"), ("refused", "25"), ("refused", "10")})
        self.assertLess(statuses["refused", "10"], 60)  # 20 are poisoned, give or take; the other 1,980 are not
        self.assertGreater(statuses["resolved", "0"], 1_750)
        self.assertEqual(self.ask_stats(url)["violations"], 0)

    def test_statistics_count_what_was_asked(self) -> None:
        url = self.start_simulator()
        self.assertEqual(self.resolve(url, iccids(250)), 0)
        stats = self.ask_stats(url)
        self.assertEqual((stats["requests"], stats["cards"], stats["violations"]), (3, 250, 0))

    def test_the_rate_limit_is_kept_strictly(self) -> None:
        url = self.start_simulator("--rate", "20/s")
        self.assertEqual(self.resolve(url, iccids(300), "--batch-size", "5", "--rate", "20/s"), 0)
        stats = self.ask_stats(url)
        self.assertLessEqual(stats["max_in_1s"], 20)
        self.assertEqual((stats["cards"], self.summary()["requests"]["throttled"]), (300, 0))

    def test_cards_of_a_file(self) -> None:
        (self.folder / "cards.csv").write_text(
            "iccid,msisdn,imsi\n89860000000000000001,1064800000001,460040000000001\n", encoding="utf-8")
        url = self.start_simulator("--cards", "cards.csv")
        self.assertEqual(self.resolve(url, ["460040000000001", "89860000000000000002"]), 0)
        rows = {row["number"]: row for row in rows_of((self.folder / "out.csv").read_bytes())}
        self.assertEqual([rows["460040000000001"][name] for name in ("outcome", "iccid", "msisdn")],
                         ["resolved", "89860000000000000001", "1064800000001"])
        self.assertEqual(rows["89860000000000000002"]["outcome"], "refused")

    def test_cards_that_are_none(self) -> None:
        (self.folder / "cards.csv").write_text("iccid,msisdn,imsi\nnonsense,,\n", encoding="utf-8")
        result = self.run_program("simulate", "--cards", "cards.csv")
        self.assert_exit(result, 65)
        self.assertIn(b"line 2", result.stderr)

    def test_signals_end_it(self) -> None:
        for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)):
            with self.subTest(signal=number.name):
                self.start_simulator()
                self.simulator.send_signal(number)
                self.assertEqual(self.simulator.wait(timeout=60), code)

    def test_what_it_does_not_know(self) -> None:
        for arguments in (["--fault", "no-such-fault=0.5"], ["--fault", "busy=2"], ["--fault", "busy"],
                          ["--rate", "0/s"], ["--listen", "nonsense"], ["--no-such-flag"]):
            with self.subTest(arguments=arguments):
                self.assert_exit(self.run_program("simulate", *arguments), 64)


if __name__ == "__main__":
    unittest.main()
