#!/usr/bin/env python3
"""The program as a process: signals, pipes, files that are in use, secrets, memory."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import unittest
from pathlib import Path

from independent_carrier import Carrier
from program_test_case import LIMIT, PROGRAM, Account, ProgramTestCase, as_list, iccids, rows_of

CANARY = "canary-7f3a9c51e2d84b60"
CARDS = 3_000


class HeldCarrier(ProgramTestCase):
    """A run that has asked its first question, and waits for the answer."""

    def start_held_run(self, *arguments: str | Path) -> tuple[Carrier, subprocess.Popen[bytes]]:
        carrier = self.carrier(held=True, account=Account(password=CANARY))
        (self.folder / "cards.txt").write_bytes(as_list(iccids(CARDS)))
        process = self.start_program("resolve", *self.account_of(carrier), "--rate", "unlimited", *arguments, "cards.txt",
                                     variables={"CARDRESOLVER_PASSWORD": CANARY})
        carrier.wait_for_requests(1)
        return carrier, process


class Signals(HeldCarrier):
    def check_drain(self, number: signal.Signals, code: int) -> None:
        carrier, process = self.start_held_run("-o", "out.csv", "--summary", "summary.json")
        process.send_signal(number)
        carrier.gate.open()
        _, complaint = process.communicate(timeout=60)
        self.assertEqual(process.returncode, code, complaint)
        self.assertFalse((self.folder / "out.csv").exists(), "the run is not complete")
        summary = json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))
        self.assertEqual(summary["state"], "stopped")
        # What was in flight came back and was written.
        rows = rows_of((self.folder / "out.csv.partial").read_bytes())
        self.assertEqual(len(rows), summary["requests"]["answered"] * 100)
        self.assertEqual(summary["requests"]["answered"], self.assert_proper(carrier)["requests"])
        self.assertLess(len(rows), CARDS)

    def test_interrupt(self) -> None:
        self.check_drain(signal.SIGINT, 130)

    def test_terminate(self) -> None:
        self.check_drain(signal.SIGTERM, 143)

    def test_hang_up(self) -> None:
        self.check_drain(signal.SIGHUP, 129)

    def test_a_second_signal_ends_at_once(self) -> None:
        _, process = self.start_held_run("--request-timeout", "10m")
        self.assertEqual(self.end_by_signals(process, signal.SIGINT), 130)

    def test_a_drain_waits_no_longer_than_the_request_time_out(self) -> None:
        _, process = self.start_held_run("--request-timeout", "1s")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), 143)


class Secrets(HeldCarrier):
    def test_the_password_is_nowhere_to_be_seen(self) -> None:
        carrier, process = self.start_held_run("-o", "out.csv", "--summary", "summary.json", "--progress", "json")
        seen = self.seen_from_outside(process)
        carrier.gate.open()
        output, complaint = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, complaint)
        token = carrier.account.token_of(carrier.requests[0].transid).encode()
        everything = seen + output + complaint + b"".join(
            path.read_bytes() for path in self.folder.rglob("*") if path.is_file())
        for secret in (CANARY.encode(), token):
            self.assertNotIn(secret, everything)

    def test_not_even_in_complaints(self) -> None:
        config = self.folder / "cardresolver.toml"
        config.write_text(f'password = "{CANARY}"\nno-such-key = 1\n', encoding="utf-8")
        config.chmod(0o600)
        for arguments in (["--config", str(config)], ["--proxy", f"http://user:{CANARY}@127.0.0.1:1"],
                          ["--password", CANARY]):
            with self.subTest(arguments=arguments[0]):
                done = self.run_program("resolve", "--base-url", "simulator", *arguments, stdin=b"1064826090209\n",
                                        variables={"CARDRESOLVER_PASSWORD": CANARY})
                self.assertIn(done.returncode, (64, 78))
                self.assertNotIn(CANARY.encode(), done.stdout + done.stderr)


class Files(HeldCarrier):
    def test_a_second_run_on_the_same_output_ends_at_once(self) -> None:
        carrier, first = self.start_held_run("-o", "out.csv")
        second = self.run_program("resolve", "--base-url", "simulator", "-o", "out.csv", stdin=b"1064826090209\n")
        self.assert_exit(second, 73)
        carrier.gate.open()
        self.assertEqual(first.wait(timeout=60), 0)
        self.assertEqual(len(rows_of((self.folder / "out.csv").read_bytes())), CARDS)

    def test_a_database_is_never_replaced(self) -> None:
        (self.folder / "cards.txt").write_bytes(as_list(iccids(3)))
        with sqlite3.connect(self.folder / "cards.db") as database:
            database.execute("CREATE TABLE precious (a)")
        before = (self.folder / "cards.db").read_bytes()
        command = ["resolve", "cards.txt", "--base-url", "simulator", "--force"]
        for option in ("--output", "--failures", "--summary", "--trace"):
            with self.subTest(option=option):
                done = self.run_program(*command, *(() if option == "--output" else ("-o", "rows.csv")), option, "cards.db")
                self.assert_exit(done, 73)
                self.assertIn(f"{option}: 'cards.db' is an SQLite database".encode(), done.stderr)
                self.assertEqual((self.folder / "cards.db").read_bytes(), before)
        self.assertFalse((self.folder / "rows.csv").exists())

    def test_a_finished_output_is_replaced_by_force_alone(self) -> None:
        output = self.folder / "out.csv"
        output.write_text("precious\n", encoding="utf-8")
        arguments = ["resolve", "--base-url", "simulator", "-o", "out.csv"]
        self.assert_exit(self.run_program(*arguments, stdin=b"1064826090209\n"), 73)
        self.assertEqual(output.read_text(encoding="utf-8"), "precious\n")
        self.assert_exit(self.run_program(*arguments, "--force", stdin=b"1064826090209\n"), 0)
        self.assertEqual(len(rows_of(output.read_bytes())), 1)
        self.assertEqual([path.name for path in self.folder.glob("out.csv*")], ["out.csv"])

    def test_an_output_in_a_folder_that_is_not_there(self) -> None:
        done = self.run_program("resolve", "--base-url", "simulator", "-o", "no/such/out.csv", stdin=b"1064826090209\n")
        self.assert_exit(done, 73)

    def test_a_symbolic_link_stays_one(self) -> None:
        (self.folder / "real").mkdir()
        (self.folder / "out.csv").symlink_to("real/rows.csv")
        self.assert_exit(self.run_program("resolve", "--base-url", "simulator", "-o", "out.csv", stdin=b"1064826090209\n"), 0)
        self.assertTrue((self.folder / "out.csv").is_symlink())
        self.assertEqual(len(rows_of((self.folder / "real/rows.csv").read_bytes())), 1)

    def test_a_full_disk_is_an_error(self) -> None:
        with open("/dev/full", "wb") as full:
            process = self.start_program("resolve", "--base-url", "simulator", stdin=subprocess.PIPE, stdout=full)
            _, complaint = process.communicate(as_list(iccids(1_000)), timeout=60)
        self.assertEqual(process.returncode, 74, complaint)


class Pipes(ProgramTestCase):
    def test_a_reader_that_goes_away_ends_the_run_without_a_complaint(self) -> None:
        (self.folder / "cards.txt").write_bytes(as_list(iccids(300_000)))
        process = self.start_program("resolve", "--base-url", "simulator", "--progress", "none", "cards.txt")
        assert process.stdout is not None and process.stderr is not None
        self.assertTrue(process.stdout.readline().startswith(b"line,"))
        process.stdout.close()
        self.assertEqual(process.wait(timeout=60), 141)
        self.assertEqual(process.stderr.read(), b"")

    def test_rows_come_while_the_list_is_still_open(self) -> None:
        process = self.start_program("resolve", "--base-url", "simulator", stdin=subprocess.PIPE)
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(as_list(iccids(100)))
        process.stdin.flush()
        lines = [process.stdout.readline() for _ in range(101)]
        self.assertEqual(len(rows_of(b"".join(lines))), 100)
        process.stdin.write(b"1064826090209\n")
        process.stdin.close()
        self.assertEqual(len(process.stdout.readlines()), 1)
        self.assertEqual(process.wait(timeout=60), 0)

    def test_a_partial_batch_does_not_wait_for_the_end_of_the_list(self) -> None:
        process = self.start_program("resolve", "--base-url", "simulator", "--linger", "200ms", stdin=subprocess.PIPE)
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b"1064826090209\n")
        process.stdin.flush()
        self.assertEqual(len(rows_of(process.stdout.readline() + process.stdout.readline())), 1)
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 0)

    def test_PR3_a_reader_that_stops_reading_does_not_hold_up_the_end(self) -> None:
        os.mkfifo(self.folder / "rows")
        (self.folder / "cards.txt").write_bytes(as_list(iccids(30_000)))
        process = self.start_program("resolve", "cards.txt", "-o", "rows", "--base-url", "simulator",
                                     "--request-timeout", "1s", "--progress", "json")
        with open(self.folder / "rows", "rb", buffering=0) as reader:
            reader.read(1)
            while b'"in_flight":0' not in process.stderr.readline():
                pass  # no more is asked: there is no room for further rows
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=60), 130)

    def test_a_fifo_is_written_like_standard_output(self) -> None:
        fifo = self.folder / "rows.fifo"
        os.mkfifo(fifo)
        (self.folder / "cards.txt").write_bytes(as_list(iccids(500)))
        process = self.start_program("resolve", "--base-url", "simulator", "-o", "rows.fifo", "cards.txt")
        reader = subprocess.Popen(["cat", fifo], stdout=subprocess.PIPE)
        self.addCleanup(self.end, reader)
        text, _ = reader.communicate(timeout=60)
        self.assertEqual(len(rows_of(text)), 500)
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertTrue(fifo.is_fifo())


@unittest.skipIf(os.environ.get("CARDRESOLVER_SANITIZED") == "1", "a sanitizer's own memory is not ours")
class ClosedStreams(ProgramTestCase):
    """What is meant for a stream that the caller has closed must not end up in a file of ours."""

    def run_closed(self, closed: str, *arguments: str | Path) -> int:
        self.write("cards.txt", as_list(iccids(300)))
        words = " ".join(f"'{word}'" for word in (PROGRAM, "resolve", *arguments))
        done = subprocess.run(["sh", "-c", f"exec {words} {closed}"], cwd=self.folder, env=self.environment(), check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT)
        return done.returncode

    def write(self, name: str, content: bytes) -> None:
        (self.folder / name).write_bytes(content)

    def test_none_is_taken_by_a_file(self) -> None:
        self.assertEqual(self.run_closed("<&- >&- 2>&-", "cards.txt", "-o", "rows.csv", "--base-url", "simulator", "--trace",
                                         "trace.ndjson", "--progress", "json", "--rate", "2/s"), 0)
        self.assertEqual(len(rows_of((self.folder / "rows.csv").read_bytes())), 300)
        for line in (self.folder / "trace.ndjson").read_text().splitlines():
            self.assertIn("event", json.loads(line))

    def test_no_input(self) -> None:
        self.assertEqual(self.run_closed("<&-", "-o", "rows.csv", "--base-url", "simulator"), 74)

    def test_no_output_is_noticed_before_anything_is_asked(self) -> None:
        self.assertEqual(self.run_closed(">&-", "cards.txt", "--base-url", "simulator"), 73)


class Memory(ProgramTestCase):
    PIECE = b"7" * 65_536

    def feed(self, pieces: list[tuple[bytes, int]]) -> tuple[int, int, bytes]:
        """Runs on `pieces`, each so many times over; exit status, peak resident memory in KiB, rows."""
        output = self.folder / "out.csv"
        process = self.start_program("resolve", "--base-url", "simulator", "-o", output, stdin=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL)
        assert process.stdin is not None
        for piece, times in pieces:
            for _ in range(times):
                process.stdin.write(piece)
        process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, usage.ru_maxrss, output.read_bytes()

    def test_IN1_a_line_of_256_mib_costs_none(self) -> None:
        status, peak, rows = self.feed([(self.PIECE, 4_096), (b"\n1064826090209\n", 1)])
        self.assertEqual(status, 0)
        self.assertEqual(sorted((row["line"], row["outcome"]) for row in rows_of(rows)),
                         [("1", "invalid"), ("2", "resolved")])
        self.assertLess(peak, 128 * 1024)

    def test_IN1_a_quote_that_never_ends_costs_none(self) -> None:
        status, peak, rows = self.feed([(b'name,number\na,1064826090209\nb,"', 1), ((b"7" * 99 + b"\n") * 1_000, 600)])
        self.assertEqual(status, 0)
        self.assertEqual({row["line"] for row in rows_of(rows) if row["outcome"] == "resolved"}, {"2"})
        self.assertLess(peak, 128 * 1024)

    def test_IN5_a_long_list_costs_no_more_than_a_short_one(self) -> None:
        _, short, _ = self.feed([(as_list(iccids(20_000)), 1)])
        (self.folder / "out.csv").unlink()
        status, long, _ = self.feed([(as_list(iccids(20_000, first=place * 20_000)), 1) for place in range(15)])
        self.assertEqual(status, 0)
        self.assertLess(long - short, 24 * 1024)


if __name__ == "__main__":
    unittest.main()
