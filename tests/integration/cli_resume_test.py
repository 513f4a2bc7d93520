"""An unfinished run goes on: whatever ended it, each line has one right row in the end.

CARDRESOLVER_KILLS: how often a process is killed in all, at least; default 30.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import random
import signal
import sqlite3
import subprocess
import unittest
from pathlib import Path

from checkpoint_file import change_progress, read_checkpoint
from independent_carrier import Carrier, card_of
from postgres_cluster import Cluster
from program_test_case import LIMIT, ProgramTestCase, as_list, iccids, imsis, msisdns
from run_targets import FileTarget, PostgresTarget, TableTarget, Target, read_rows

KILLS = int(os.environ.get("CARDRESOLVER_KILLS", "30"))


def mixed(count: int) -> list[str]:
    """Cards of all kinds by turns."""
    kinds = zip(iccids(count), imsis(count), msisdns(count), strict=True)
    return [number for three in kinds for number in three][:count]


def kind_of(number: str) -> str:
    return {20: "iccid", 15: "imsi"}.get(len(number), "msisdn")


def open_of(checkpoint: Path) -> frozenset[int]:
    """Records of a process at work that were taken in and have no durable row; none where that cannot be told."""
    try:
        state = read_checkpoint(checkpoint)
    except (sqlite3.DatabaseError, FileNotFoundError):
        return frozenset()
    return state.open_lines if state and state.newest_line >= 8_000 else frozenset()


class ResumeTestCase(ProgramTestCase):

    def start_on(self, carrier: Carrier, source: Path | str, output: Path | str, *more: str | Path) -> subprocess.Popen[bytes]:
        return self.start_program("resolve", source, *self.account_of(carrier), "--rate", "unlimited", "--progress",
                                  "none", "-o", output, *more,
                                  variables={"CARDRESOLVER_PASSWORD": carrier.account.password})

    def run_on(self, carrier: Carrier, source: Path | str, output: Path | str, *more: str | Path,
               stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return self.run_program("resolve", source, *self.account_of(carrier), "--rate", "unlimited", "--progress",
                                "none", "-o", output, *more, stdin=stdin,
                                variables={"CARDRESOLVER_PASSWORD": carrier.account.password})

    def write_list(self, numbers: list[str]) -> Path:
        path = self.folder / "cards.txt"
        path.write_bytes(as_list(numbers))
        return path

    def stop_after(self, carrier: Carrier, requests: int, source: Path | str, output: Path | str, *more: str | Path) -> int:
        """Runs until the carrier has seen so many requests more, then interrupts; the exit code."""
        count = carrier.hold_after(requests)
        process = self.start_on(carrier, source, output, *more)
        carrier.wait_for_requests_of(process, count)
        process.send_signal(signal.SIGINT)
        complaints = self.read_until(process, b"stopping")
        carrier.release()
        complaints += process.communicate(timeout=LIMIT)[1]
        self.assertIn(b"the same command goes on from there", complaints)
        return process.returncode

    def assert_all_right(self, output: Path | Target, numbers: list[str]) -> None:
        target = FileTarget(output) if isinstance(output, Path) else output
        rows = target.rows()
        self.assertEqual(sorted(int(row["line"]) for row in rows), list(range(1, len(numbers) + 1)))
        for row in rows:
            number = numbers[int(row["line"]) - 1]
            card = card_of(kind_of(number), number)
            self.assertEqual((row["number"], row["iccid"], row["msisdn"], row["imsi"], row["status"]),
                             (number, card.iccid, card.msisdn, card.imsi, card.status))
        self.assertFalse(target.leftovers(), "nothing is left beside a finished output")


class Resume(ResumeTestCase):

    def test_PR3_an_interrupted_run_goes_on_and_its_summary_speaks_of_the_whole_run(self) -> None:
        numbers = mixed(600)
        source, output, summary = self.write_list(numbers), self.folder / "rows.csv", self.folder / "summary.json"
        more = ("--batch-size", "10", "--connections", "2", "--summary", summary)
        carrier = self.carrier(modes={"slow"})
        self.assertEqual(self.stop_after(carrier, 10, source, output, *more), 130)
        first = json.loads(summary.read_text())
        self.assertEqual(first["state"], "stopped")
        done = self.run_on(carrier, source, output, *more)
        self.assert_exit(done, 0)
        self.assertIn(b"going on behind the %d rows of an unfinished run" % first["output"]["rows"], done.stderr)
        self.assert_all_right(output, numbers)
        self.assertEqual(len(carrier.asked_since(0)), len(numbers), "nothing is asked twice after a clean stop")
        whole = json.loads(summary.read_text())
        self.assertEqual(whole["run_id"], first["run_id"])
        self.assertEqual(whole["state"], "complete")
        self.assertEqual(whole["started_at"], first["started_at"])
        self.assertEqual(len(whole["processes"]), 2)
        self.assertEqual(whole["output"]["rows"], len(numbers))
        self.assertEqual(whole["outcomes"]["resolved"], len(numbers))
        self.assertEqual(whole["statuses"], {"0": len(numbers)})
        self.assertEqual(whole["requests"]["sent"], len(carrier.requests))
        self.assertEqual(whole["requests"]["answered"], len(carrier.requests))
        self.assertEqual(whole["input"]["lines"], len(numbers))
        self.assertEqual(whole["output"]["bytes"], output.stat().st_size)

    def test_a_deadline_stops_the_run_and_the_same_command_goes_on(self) -> None:
        carrier = self.carrier()
        numbers = iccids(600)
        source = self.write_list(numbers)
        output, summary = self.folder / "rows.csv", self.folder / "summary.json"
        arguments = ("resolve", source, *self.account_of(carrier), "--batch-size", "10", "-o", output, "--summary", summary)
        variables = {"CARDRESOLVER_PASSWORD": carrier.account.password}
        done = self.run_program(*arguments, "--rate", "10/s", "--deadline", "1s", variables=variables)
        self.assert_exit(done, 75)
        self.assertRegex(done.stderr.decode(), r"stopped at the deadline \(.*\) after [0-9]+ rows?; about [0-9]+ % of the "
                                               r"list is left; the same command goes on from there")
        self.assertEqual(self.summary()["state"], "stopped")
        self.assertFalse(output.exists())
        config = self.folder / "deadline.toml"
        config.write_text('deadline = "1h"\n', encoding="utf-8")
        again = self.run_program(*arguments, "--rate", "unlimited", "--config", config, variables=variables)
        self.assert_exit(again, 0)
        self.assert_all_right(output, numbers)
        self.assertEqual(self.assert_proper(carrier)["requests"], 60, "no card was asked twice")

    def test_a_refused_account_is_resumable_once_it_is_mended(self) -> None:
        numbers = iccids(50)
        source, output = self.write_list(numbers), self.folder / "rows.csv"
        carrier = self.carrier(modes={"wrong-password"})
        done = self.run_on(carrier, source, output)
        self.assert_exit(done, 77)
        self.assertIn(b"the same command goes on from there", done.stderr)
        carrier = self.carrier()
        self.assert_exit(self.run_on(carrier, source, output), 0)
        self.assert_all_right(output, numbers)

    def test_IN6_a_changed_list_and_other_settings_are_refused(self) -> None:
        numbers = iccids(300)
        source, output = self.write_list(numbers), self.folder / "rows.csv"
        more = ("--batch-size", "10", "--connections", "1")
        carrier = self.carrier()
        self.stop_after(carrier, 5, source, output, *more)
        partial = (self.folder / "rows.csv.partial").read_bytes()
        self.write_list(list(reversed(numbers)))
        changed = self.run_on(carrier, source, output, *more)
        self.assert_exit(changed, 65)
        self.assertIn(b"has been changed since the unfinished run began", changed.stderr)
        self.write_list(numbers)
        other = self.run_on(carrier, source, output, *more, "--kind", "iccid")
        self.assert_exit(other, 64)
        self.assertIn(b"--kind was 'auto' and is 'iccid'", other.stderr)
        self.assertEqual((self.folder / "rows.csv.partial").read_bytes(), partial)
        self.assert_exit(self.run_on(carrier, source, output), 0)  # how it is asked may change
        self.assert_all_right(output, numbers)

    def test_restart_begins_anew(self) -> None:
        numbers = iccids(300)
        source, output = self.write_list(numbers), self.folder / "rows.csv"
        carrier = self.carrier()
        self.stop_after(carrier, 5, source, output, "--batch-size", "10", "--connections", "1")
        asked = len(carrier.requests)
        self.assert_exit(self.run_on(carrier, source, output, "--restart"), 0)
        self.assertEqual(len(carrier.asked_since(asked)), len(numbers))
        self.assert_all_right(output, numbers)

    def test_DK7_rows_that_were_edited_are_refused(self) -> None:
        source, output = self.write_list(iccids(300)), self.folder / "rows.csv"
        carrier = self.carrier()
        self.stop_after(carrier, 5, source, output, "--batch-size", "10", "--connections", "1")
        partial = self.folder / "rows.csv.partial"
        content = bytearray(partial.read_bytes())
        content[-5] ^= 1
        partial.write_bytes(content)
        done = self.run_on(carrier, source, output)
        self.assert_exit(done, 74)
        self.assertIn(b"has been changed", done.stderr)
        partial.unlink()
        done = self.run_on(carrier, source, output)
        self.assert_exit(done, 74)
        self.assertIn(b"is gone", done.stderr)

    def test_the_progress_of_a_resumed_run_shows_its_own_speed(self) -> None:
        numbers = mixed(600)
        source, output = self.write_list(numbers), self.folder / "rows.csv"
        more = ("--batch-size", "10", "--connections", "1")
        carrier = self.carrier()
        self.stop_after(carrier, 30, source, output, *more)
        process = self.start_program("resolve", source, *self.account_of(carrier), "--rate", "2/s", "--progress",
                                     "json", "-o", output, *more,
                                     variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        first = json.loads(self.read_until(process, b"final").splitlines()[-1])
        self.assertGreaterEqual(first["rows"], 300)
        self.assertLess(first["requests_per_s"], 6)
        process.kill()
        process.communicate()

    def test_standard_input_is_read_again_and_must_agree(self) -> None:
        numbers = mixed(600)
        output = self.folder / "rows.csv"
        more = ("--batch-size", "10", "--connections", "1")
        carrier = self.carrier()
        process = self.start_program("resolve", *self.account_of(carrier), "--rate", "unlimited", "-o", output,
                                     *more, stdin=subprocess.PIPE,
                                     variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        process.stdin.write(as_list(numbers))
        process.stdin.flush()
        carrier.wait_for_requests(5)
        process.send_signal(signal.SIGINT)
        process.wait()
        for changed in (list(reversed(numbers)), numbers[:20]):
            done = self.run_on(carrier, Path("-"), output, *more, stdin=as_list(changed))
            self.assert_exit(done, 65)
            self.assertIn(b"is not the list that the unfinished run began with", done.stderr)
        asked = len(carrier.requests)
        self.assert_exit(self.run_on(carrier, Path("-"), output, *more, stdin=as_list(numbers)), 0)
        self.assertLess(len(carrier.asked_since(asked)), len(numbers))
        self.assert_all_right(output, numbers)

    def test_lists_of_every_form(self) -> None:
        numbers = iccids(600)
        header = "备注,iccid\n"
        lists = {
            "plain.csv": (header + "".join(f"\"第 {at} 张\n卡\",{number}\n" for at, number in enumerate(numbers))).encode(),
            "gb18030.csv": (header + "".join(f"第 {at} 张,{number}\n" for at, number in enumerate(numbers))).encode("gb18030"),
            "objects.ndjson": "".join(json.dumps({"n": at, "iccid": number}) + "\n\n"
                                      for at, number in enumerate(numbers)).encode(),
            "plain.txt.gz": gzip.compress(as_list(numbers)),
            "bom.txt": b"\xef\xbb\xbf\n\n" + as_list(numbers),
        }
        for name, content in lists.items():
            with self.subTest(list=name):
                carrier = self.carrier()
                source, output = self.folder / name, self.folder / f"{name}.rows.ndjson"
                source.write_bytes(content)
                more = ("--batch-size", "10", "--connections", "1", "--keep-columns")
                self.stop_after(carrier, 10, source, output, *more)
                state = read_checkpoint(Path(f"{output}.checkpoint"))
                self.assertTrue(0 < state.rows_bytes)
                self.assert_exit(self.run_on(carrier, source, output, *more), 0)
                rows = [json.loads(line) for line in output.read_text().splitlines()]
                self.assertEqual(sorted(row["number"] for row in rows), sorted(numbers))
                self.assertEqual(len({row["line"] for row in rows}), len(numbers))
                self.assertEqual(sorted(carrier.asked_since(0)), sorted(numbers), "each is asked once")
                for row in rows:
                    self.assertEqual(row["msisdn"], card_of("iccid", row["number"]).msisdn)
                    if "input_iccid" in row:
                        self.assertEqual(row["input_iccid"], row["number"])

    def stop_with_a_late_batch(self, output: Path, numbers: list[str], *arguments: str | Path,
                               stdin: bytes | None = None) -> None:
        """Killed when all of the list has its row but the second request's cards, whose answer never came."""
        carrier = self.carrier(late=numbers[10:20])
        process = self.start_program("resolve", *arguments, *self.account_of(carrier), "--rate", "unlimited", "-o", output,
                                     "--batch-size", "10", "--connections", "3", stdin=subprocess.PIPE,
                                     variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        if stdin is not None:
            process.stdin.write(stdin)
            process.stdin.flush()
        checkpoint = Path(f"{output}.checkpoint")
        while len(open_of(checkpoint)) != 10:
            with contextlib.suppress(subprocess.TimeoutExpired):  # a commit is no event of ours
                self.assertIsNone(process.wait(0.02), "it has ended before")
        process.kill()
        process.wait()

    def test_IN6_another_list_on_standard_input_is_noticed_before_anything_is_asked(self) -> None:
        numbers = iccids(9_000)
        output = self.folder / "rows.csv"
        self.stop_with_a_late_batch(output, numbers, stdin=as_list(numbers))
        changed = numbers[:6_000] + numbers[6_001:6_002] + numbers[6_001:]
        carrier = self.carrier()
        for other in (changed, numbers[:100], numbers[:8_000]):
            done = self.run_on(carrier, Path("-"), output, stdin=as_list(other))
            self.assert_exit(done, 65)
            self.assertIn(b"is not the list that the unfinished run began with", done.stderr)
        self.assertEqual(carrier.requests, [])
        self.assert_exit(self.run_on(carrier, Path("-"), output, stdin=as_list(numbers)), 0)
        self.assertEqual(sorted(carrier.asked_since(0)), sorted(numbers[10:20]))
        self.assert_all_right(output, numbers)

    def test_IN6_a_file_behind_standard_input_is_a_stream(self) -> None:
        numbers = iccids(9_000)
        source, output = self.write_list(numbers), self.folder / "rows.csv"
        self.stop_with_a_late_batch(output, numbers, stdin=as_list(numbers))
        carrier = self.carrier()
        command = ["resolve", *self.account_of(carrier), "--rate", "unlimited", "--progress", "none", "-o", str(output)]
        with source.open("rb") as list_file:
            process = self.start_program(*command, stdin=list_file, variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
            process.communicate()
        self.assertEqual(process.returncode, 0)
        self.assert_all_right(output, numbers)
        with source.open("rb") as list_file:
            list_file.readline()
            os.lseek(list_file.fileno(), 21, os.SEEK_SET)  # somebody has read the first line
            process = self.start_program(*command[:-1], self.folder / "rest.csv", stdin=list_file,
                                         variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
            process.communicate()
        self.assertEqual(process.returncode, 0)
        self.assert_all_right(self.folder / "rest.csv", numbers[1:])

    def test_IN6_a_file_that_was_changed_in_its_middle_is_refused(self) -> None:
        numbers = iccids(9_000)
        source, output = self.write_list(numbers), self.folder / "rows.csv"
        self.stop_with_a_late_batch(output, numbers, source)
        self.write_list(numbers[:4_500] + numbers[4_501:4_502] + numbers[4_501:])
        done = self.run_on(self.carrier(), source, output)
        self.assert_exit(done, 65)
        self.assertIn(b"has been changed", done.stderr)

    def test_settings_of_lists_are_bound_too(self) -> None:
        source, output = self.write_list(iccids(300)), self.folder / "rows.csv"
        carrier = self.carrier()
        pace = ("--batch-size", "10", "--connections", "1")
        classes = ("--status-class", "500=transient", "--status-class", "900=card")
        self.stop_after(carrier, 5, source, output, *pace, "--failures", "a.csv", *classes)
        for changed, word in ((("--failures", "b.csv", *classes), b"--failures was 'a.csv' and is 'b.csv'"),
                              (("--failures", "a.csv", "--excel-safe", *classes), b"--excel-safe was 'false' and is 'true'"),
                              (("--failures", "a.csv", "--status-class", "500=card", *classes[2:]),
                               b"--status-class 500 was 'transient' and is 'card'")):
            done = self.run_on(carrier, source, output, *changed)
            self.assert_exit(done, 64)
            self.assertIn(word, done.stderr)
        self.assert_exit(self.run_on(carrier, source, output, "--failures", "a.csv", *classes[2:], *classes[:2]), 0)

    def test_counters_agree_in_the_order_of_the_list(self) -> None:
        numbers = iccids(20_000)
        source, output, summary = self.write_list(numbers), self.folder / "rows.csv", self.folder / "summary.json"
        carrier = self.carrier()
        process = self.start_on(carrier, source, output, "--order", "input")
        carrier.wait_for_requests_of(process, 60)
        process.kill()
        process.wait()
        self.assert_exit(self.run_on(carrier, source, output, "--order", "input", "--summary", summary), 0)
        whole = json.loads(summary.read_text())
        self.assertEqual((whole["output"]["rows"], sum(whole["statuses"].values())), (len(numbers), len(numbers)))

    def test_too_many_failures_may_be_tried_again(self) -> None:
        source, output = self.write_list(iccids(300)), self.folder / "rows.csv"
        more = ("--batch-size", "10", "--connections", "1", "--attempts", "1", "--max-failures", "50")
        failing = self.carrier(modes={"http-500"})
        self.assert_exit(self.run_on(failing, source, output, *more), 91)
        self.assert_exit(self.run_on(self.carrier(), source, output, *more), 90)

    def test_DK9_a_finished_run_that_left_its_checkpoint_is_tidied_up(self) -> None:
        source, output = self.write_list(iccids(300)), self.folder / "rows.csv"
        carrier = self.carrier()
        self.stop_after(carrier, 5, source, output, "--batch-size", "10", "--connections", "1")
        checkpoint = Path(f"{output}.checkpoint")
        change_progress(checkpoint, {"is_complete": True})
        Path(f"{output}.partial").rename(output)
        self.assert_exit(self.run_on(carrier, source, output), 73)
        self.assertEqual([path.name for path in self.folder.glob("rows.csv*")], ["rows.csv"])

    def test_its_own_unfinished_rows_are_no_list(self) -> None:
        output = self.folder / "rows.csv"
        (self.folder / "rows.csv.partial").write_bytes(as_list(iccids(30)))
        done = self.run_on(self.carrier(), Path("rows.csv.partial"), output)
        self.assert_exit(done, 64)
        self.assertEqual((self.folder / "rows.csv.partial").read_bytes(), as_list(iccids(30)))

    def test_a_long_list_is_not_read_from_its_beginning(self) -> None:
        numbers = iccids(20_000)
        source, output = self.write_list(numbers), self.folder / "rows.csv"
        carrier = self.carrier()
        self.stop_after(carrier, 150, source, output, "--connections", "1")
        state = read_checkpoint(Path(f"{output}.checkpoint"))
        self.assertGreater(state.position_offset, 0)
        self.assert_exit(self.run_on(carrier, source, output), 0)
        self.assert_all_right(output, numbers)


class Kills(ResumeTestCase):
    """PR1, PR2: kill -9 at random moments, a fifth of them during recovery, until the run is done."""

    def wait_for_commit(self, process: subprocess.Popen[bytes], target: Target, requests: int) -> None:
        """Until rows have become durable, and so many requests more have arrived; or until the process has ended. The
        carrier holds its answers meanwhile, so that a run whose commit is noticed late does not end before."""
        before = target.durable()
        held = self.carrier_now.hold_after(100)
        if self.carrier_now.wait_for_requests_of(process, held):
            while process.poll() is None and target.durable() <= before:
                pass
        self.carrier_now.release()
        self.carrier_now.wait_for_requests_of(process, len(self.carrier_now.requests) + requests)

    def kill_once(self, source: Path, target: Target, more: tuple[str, ...], how: float, draw: random.Random) -> bool:
        """`how`: from 0 to 1, the kind of moment. False where the run was done before."""
        goes_on = target.is_begun()
        process = self.start_on(self.carrier_now, source, target.argument, *more)
        if how < 0.2 and goes_on:
            process.stderr.readline()  # "going on behind the rows": it has just opened its files
        elif how < 0.6:
            self.carrier_now.wait_for_requests_of(process, len(self.carrier_now.requests) + draw.randint(1, 20))
        else:
            self.wait_for_commit(process, target, draw.randint(1, 20))
        process.kill()
        return process.wait() == -signal.SIGKILL

    def one_run(self, numbers: list[str], target: Target, more: tuple[str, ...], kills: int, draw: random.Random) -> int:
        """A whole run, killed at most so often; how often it was."""
        source = self.write_list(numbers)
        durable: list[tuple[int, frozenset[str]]] = []  # how many requests had come, what had its row by then
        killed = 0
        while killed < kills and self.kill_once(source, target, more, draw.random() if killed else 1, draw):
            killed += 1
            if (state := target.checkpoint()) is None:
                continue
            self.assertEqual(target.why_wrong(state), "")
            having = frozenset(number for line, number in enumerate(numbers, 1) if state.is_durable(line))
            durable.append((len(self.carrier_now.requests), having))
        if not target.is_done():
            self.assert_exit(self.run_on(self.carrier_now, source, target.argument, *more), 0)
        self.assert_all_right(target, numbers)
        for requests, having in durable:
            self.assertFalse(having.intersection(self.carrier_now.asked_since(requests)), "a durable row was asked again")
        self.assertTrue(any(having for _, having in durable), "no process but the last has made a row durable")
        return killed

    def check(self, target: Target, *more: str) -> None:
        seed = random.SystemRandom().getrandbits(32)
        draw = random.Random(seed)
        more = ("--batch-size", "10", "--connections", "3", *more)
        wanted = -(-KILLS // 6)
        killed = 0
        with self.subTest(output=target.argument, seed=seed):
            while killed < wanted:
                self.carrier_now = self.carrier()
                target.clear()
                killed += self.one_run(mixed(12_000), target, more, min(wanted - killed, 20), draw)
        print(f"kills: {killed}")

    def test_PR1_PR2_rows_in_csv(self) -> None:
        self.check(FileTarget(self.folder / "rows.csv"))

    def test_PR1_PR2_rows_in_compressed_csv(self) -> None:
        self.check(FileTarget(self.folder / "rows.csv.zst"))

    def test_PR1_PR2_rows_in_compressed_ndjson(self) -> None:
        self.check(FileTarget(self.folder / "rows.ndjson.gz"))

    def test_PR1_PR2_rows_in_an_sqlite_table(self) -> None:
        self.check(TableTarget(self.folder / "rows.db"))

    def test_PR1_PR2_rows_in_a_postgresql_table(self) -> None:
        cluster = Cluster()
        self.addCleanup(cluster.close)
        self.check(PostgresTarget(cluster))

    def test_PR1_PR2_rows_in_the_order_of_the_list(self) -> None:
        self.check(FileTarget(self.folder / "rows.csv"), "--order", "input")
        lines = [int(row["line"]) for row in read_rows(self.folder / "rows.csv")]
        self.assertEqual(lines, sorted(lines))


if __name__ == "__main__":
    unittest.main()
