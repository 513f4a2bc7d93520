#!/usr/bin/env python3
"""The disk, and what people do to files between two runs: whatever it is, the run goes on with right rows or refuses,
and a refusal changes nothing.

CARDRESOLVER_FAULT_POINTS: how many damages of each sweep to try, drawn at random; `all`: every one. Default 20.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import re
import shutil
import subprocess
import unittest
from collections.abc import Callable
from pathlib import Path

from independent_carrier import card_of
from program_test_case import ProgramTestCase, as_list, iccids, rows_of

SHIM = os.environ.get("CARDRESOLVER_SHIM", "")
WANTED = os.environ.get("CARDRESOLVER_FAULT_POINTS", "20")
FEW = ("--batch-size", "10", "--connections", "1")


class DiskFaults(ProgramTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.numbers = iccids(240)
        self.source = self.folder / "cards.txt"
        self.source.write_bytes(as_list(self.numbers))
        self.server = self.carrier()

    def arguments(self, output: Path, *more: str | Path) -> list[str | Path]:
        return ["resolve", self.source, *self.account_of(self.server), "--progress", "none", "-o", output, *FEW, *more]

    def variables(self, **fault: str) -> dict[str, str]:
        shim = {"LD_PRELOAD": SHIM, "FAULT_FOLDER": str(self.folder)} if fault else {}
        return {"CARDRESOLVER_PASSWORD": self.server.account.password, **shim, **fault}

    def resolve(self, output: Path, *more: str | Path, **fault: str) -> subprocess.CompletedProcess[bytes]:
        rate = () if "--rate" in more else ("--rate", "unlimited")
        return self.run_program(*self.arguments(output, *rate, *more), variables=self.variables(**fault))

    def stop_half_way(self, output: Path, *more: str | Path) -> None:
        """Killed with rows in the checkpoint, and perhaps more beside it."""
        process = self.start_program(*self.arguments(output, "--rate", "40/s", *more), variables=self.variables())
        self.server.wait_for_requests_of(process, len(self.server.requests) + 14)
        process.kill()
        process.wait()
        # A commit that was cut off is rolled back now: what changes later was changed by a refusal.
        subprocess.run(["sqlite3", f"{output}.checkpoint", "SELECT count(*) FROM checkpoint"], check=True, capture_output=True)

    def assert_whole(self, output: Path, why: str = "") -> None:
        rows = rows_of(output.read_bytes())
        self.assertEqual(sorted(int(row["line"]) for row in rows), list(range(1, len(self.numbers) + 1)), why)
        for row in rows:
            number = self.numbers[int(row["line"]) - 1]
            card = card_of("iccid", number)
            self.assertEqual((row["number"], row["msisdn"], row["imsi"]), (number, card.msisdn, card.imsi), why)

    @staticmethod
    def contents(folder: Path) -> dict[str, str]:
        """What the files are, in short; of a checkpoint without SQLite's counter of its openings."""
        shown = {}
        for path in folder.iterdir():
            if path.suffix not in (".partial", ".checkpoint", ".csv"):
                continue
            content = path.read_bytes()
            if path.suffix == ".checkpoint":
                content = content[:24] + content[28:92] + content[96:]
            shown[path.name] = f"{len(content)} {hashlib.sha256(content).hexdigest()[:8]}"
        return shown

    def draw(self, every: list) -> list:
        if WANTED == "all":
            return every
        seed = random.SystemRandom().getrandbits(32)
        print(f"{self.id()}: seed {seed}")
        return random.Random(seed).sample(every, min(int(WANTED), len(every)))


class Damage(DiskFaults):
    """DK6: a bit flipped, a page of zeros, the tail cut off, a block twice."""

    def check(self, suffix: str, damages: dict[str, Callable[[bytes], bytes]]) -> None:
        home = self.folder / "home"
        home.mkdir()
        self.stop_half_way(home / "rows.csv")
        ends = {}
        always = ("zero 000000", "cut 000000")
        for name in (*always, *self.draw(sorted(damages.keys() - set(always)))):
            with self.subTest(damage=name):
                copy = self.folder / "copy"
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(home, copy)
                spoilt = copy / f"rows.csv{suffix}"
                spoilt.write_bytes(damages[name](spoilt.read_bytes()))
                before = self.contents(copy)
                rows = (copy / "rows.csv.partial").read_bytes()
                done = self.resolve(copy / "rows.csv")
                why = f"{name}: {done.stderr.decode(errors='replace')[-300:]}"
                ends[done.returncode] = ends.get(done.returncode, 0) + 1
                if done.returncode == 0:
                    self.assert_whole(copy / "rows.csv", why)
                    continue
                self.assertIn(done.returncode, (64, 65, 73, 74), why)
                self.assertRegex(done.stderr, b"rows.csv|cards.txt|checkpoint", why)
                after = self.contents(copy)
                self.assertEqual(after[spoilt.name], before[spoilt.name], why)
                # At most what lies behind the checkpoint's mark was cut off; it would have been asked again anyway.
                self.assertTrue(rows.startswith((copy / "rows.csv.partial").read_bytes()) or suffix == ".partial", why)
                if ends[done.returncode] == 1:
                    self.assert_exit(self.resolve(copy / "rows.csv", "--restart"), 0)
                    self.assert_whole(copy / "rows.csv", why)
        print(f"{self.id()}: exit codes {ends}")
        self.assertGreater(ends.get(74, 0), 0, "not even zeros at its beginning were noticed")

    @staticmethod
    def damages_of(length: int, block: int) -> dict[str, Callable[[bytes], bytes]]:
        def flip(at: int, bit: int) -> Callable[[bytes], bytes]:
            return lambda content: content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1:]

        def zero(at: int) -> Callable[[bytes], bytes]:
            return lambda content: content[:at] + bytes(len(content[at:at + block])) + content[at + block:]

        def cut(at: int) -> Callable[[bytes], bytes]:
            return lambda content: content[:at]

        def repeat(at: int) -> Callable[[bytes], bytes]:
            return lambda content: content[:at] + content[at:at + block] + content[at:]

        damages = {f"flip {at:06} {at % 8}": flip(at, at % 8) for at in range(0, length, 3)}
        for at in range(0, length, block):
            damages |= {f"zero {at:06}": zero(at), f"cut {at:06}": cut(at), f"repeat {at:06}": repeat(at)}
        return damages

    def test_DK6_in_the_rows(self) -> None:
        self.check(".partial", self.damages_of(8_000, 512))

    def test_DK6_in_the_checkpoint(self) -> None:
        self.check(".checkpoint", self.damages_of(8_192, 512))


class BetweenRuns(DiskFaults):
    def test_DK7_rows_that_somebody_has_edited_removed_or_moved(self) -> None:
        for name, change in {"a row removed": lambda path: path.write_bytes(b"".join(path.read_bytes().splitlines(True)[3:])),
                             "sorted": lambda path: path.write_bytes(b"".join(sorted(path.read_bytes().splitlines(True)))),
                             "a digit": lambda path: path.write_bytes(path.read_bytes().replace(b"resolved", b"Resolved", 1)),
                             "gone": lambda path: path.unlink()}.items():
            with self.subTest(change=name):
                home = self.folder / name.replace(" ", "-")
                home.mkdir()
                output = home / "rows.csv"
                self.stop_half_way(output)
                change(Path(f"{output}.partial"))
                before = self.contents(home)
                self.assert_exit(self.resolve(output), 74)
                self.assertEqual(self.contents(home), before)
                self.assert_exit(self.resolve(output, "--restart"), 0)
                self.assert_whole(output)

    def test_DK8_a_folder_that_may_not_be_written_any_more(self) -> None:
        if os.geteuid() == 0:
            print("root may write everywhere: only the missing folder is tried")
        home = self.folder / "home"
        home.mkdir()
        output = home / "rows.csv"
        self.stop_half_way(output)
        if os.geteuid() != 0:
            home.chmod(0o500)
            self.addCleanup(home.chmod, 0o700)
            done = self.resolve(output)
            self.assertIn(done.returncode, (73, 74))
            self.assertIn(b"rows.csv", done.stderr)
            self.assertFalse(output.exists())
            home.chmod(0o700)
        aside = home.rename(self.folder / "aside")
        done = self.resolve(output)
        self.assert_exit(done, 73)
        self.assertIn(b"rows.csv", done.stderr)
        aside.rename(home)
        self.assert_exit(self.resolve(output), 0)
        self.assert_whole(output)

    def test_DK8_a_folder_that_is_moved_away_in_mid_run(self) -> None:
        """The files are held by their folder, not by its name: the run ends well where the folder is now."""
        home = self.folder / "home"
        home.mkdir()
        process = self.start_program(*self.arguments(home / "rows.csv", "--rate", "40/s"), variables=self.variables())
        self.server.wait_for_requests(5)
        aside = home.rename(self.folder / "aside")
        _, complaint = process.communicate(timeout=60)
        self.assertIn(process.returncode, (0, 74), complaint)
        if process.returncode == 74:
            aside.rename(home)
            self.assert_exit(self.resolve(home / "rows.csv"), 0)
            aside = home
        self.assert_whole(aside / "rows.csv")

    def test_DK9_of_many_processes_at_once_one_alone_goes_on(self) -> None:
        output = self.folder / "rows.csv"
        self.stop_half_way(output)
        asked = len(self.server.requests)
        self.server.gate.close()
        some = [self.start_program(*self.arguments(output, "--rate", "unlimited"), variables=self.variables()) for _ in range(5)]
        self.server.wait_for_requests(asked + 1)
        while sum(process.poll() is not None for process in some) < 4:
            os.sched_yield()
        self.server.gate.open()
        self.assertEqual(sorted(process.wait(timeout=60) for process in some), [0, 73, 73, 73, 73])
        self.assert_whole(output)

    def test_DK6_a_number_of_the_checkpoint_that_was_changed(self) -> None:
        for member in ("newest_line", "offset", "bytes"):
            with self.subTest(member=member):
                home = self.folder / member
                home.mkdir()
                output = home / "rows.csv"
                self.stop_half_way(output)
                change = f"progress = replace(progress, '\"{member}\":', '\"{member}\":1')"
                subprocess.run(["sqlite3", f"{output}.checkpoint", f"UPDATE checkpoint SET {change}"], check=True)
                self.assert_exit(self.resolve(output), 74)
                self.assert_exit(self.resolve(output, "--restart"), 0)
                self.assert_whole(output)

    def test_PR10_a_checkpoint_of_another_version_is_refused(self) -> None:
        output = self.folder / "rows.csv"
        self.stop_half_way(output)
        subprocess.run(["sqlite3", f"{output}.checkpoint", "PRAGMA user_version = 999"], check=True)
        before = self.contents(self.folder)
        done = self.resolve(output)
        self.assert_exit(done, 74)
        self.assertIn(b"version", done.stderr)
        self.assertEqual(self.contents(self.folder), before)
        self.assert_exit(self.resolve(output, "--restart"), 0)
        self.assert_whole(output)


@unittest.skipUnless(SHIM, "a sanitizer wants to be the first library itself")
class Shimmed(DiskFaults):
    def test_DK3_a_failed_fsync_is_final(self) -> None:
        log = self.folder / "clean.log"
        self.assert_exit(self.resolve(self.folder / "clean.csv", "--rate", "40/s", FAULT_LOG=str(log)), 0)
        syncs = [line.split()[1] for line in log.read_text().splitlines() if "sync " in line]
        # Those of the checkpoint's making come before the first rows.
        made = sum(".checkpoint" in name for name in syncs[:syncs.index("clean.csv.partial")])
        for name, point in ((".partial", 2), (".checkpoint", made + 1)):
            with self.subTest(file=name):
                output = self.folder / f"{name[1:]}.csv"
                log = self.folder / f"{name[1:]}.log"
                done = self.resolve(output, "--rate", "40/s", FAULT_CALL="sync", FAULT_NAME=f"csv{name}", FAULT_POINT=str(point),
                                    FAULT_KIND="EIO", FAULT_LENGTH="once", FAULT_LOG=str(log))
                self.assert_exit(done, 74)
                self.assertIn(b"the same command goes on", done.stderr)
                self.assertFalse(output.exists())
                points = log.read_text().splitlines()
                synced = [place for place, line in enumerate(points) if re.match(rf"f(data)?sync .*csv{name}", line)]
                behind = [line for line in points[synced[point - 1] + 1:] if line.startswith(("fsync", "fdatasync", "write"))]
                # SQLite rolls back what it could not commit.
                self.assertFalse([line for line in behind if ".partial" in line], "it was tried again, or written on")
                self.assert_exit(self.resolve(output), 0)
                self.assert_whole(output)

    def test_DK4_what_an_unfinished_run_has_left_cannot_be_read(self) -> None:
        output = self.folder / "rows.csv"
        for name in (".checkpoint", ".partial"):
            self.stop_half_way(output)
            before = self.contents(self.folder)
            struck = point = 0
            while struck == point:
                point += 1
                for length in ("once", "ever"):
                    done = self.resolve(output, FAULT_CALL="pread", FAULT_NAME=name, FAULT_POINT=str(point), FAULT_KIND="EIO",
                                        FAULT_LENGTH=length)
                    if done.returncode == 0 or b"going on behind" in done.stderr:
                        break  # that many reads there are not before the run goes on
                    struck = point
                    self.assert_exit(done, 74)
                    self.assertIn(b"rows.csv", done.stderr)
                    self.assertEqual(self.contents(self.folder), before, "a refusal has changed something")
            print(f"{name}: reads that failed: {struck}")
            self.assertGreater(struck, 0, f"no read of {name} has failed")
            if not output.exists():
                self.assert_exit(self.resolve(output), 0)
            self.assert_whole(output)
            output.unlink()

    def cut_power(self, home: Path, shadow: Path, draw: random.Random) -> None:
        """Of each file, what was made durable is left; or all of it, since a kernel may write whenever it likes; or rows
        as long as all, with nothing in them behind what was made durable."""
        names = {path.name for folder in (home, shadow) for path in folder.iterdir() if path.name.startswith("rows.csv")}
        for name in sorted(names):
            file, durable = home / name, shadow / name
            after = draw.choice(("durable", "all", "nothing behind") if name.endswith(".partial") else ("durable", "all"))
            if after == "all":
                continue
            kept = durable.read_bytes() if durable.exists() else None
            if kept is None:
                file.unlink(missing_ok=True)
            elif after == "nothing behind" and file.exists():
                file.write_bytes(kept.ljust(file.stat().st_size, b"\0"))
            else:
                file.write_bytes(kept)
        # What is there after a cut is on the disk.
        shutil.rmtree(shadow)
        shutil.copytree(home, shadow)

    def run_with_power_cuts(self, name: str, cuts: int, draw: random.Random, **fault: str) -> int:
        """How many runs that were cut off could not go on, or had wrong rows in the end; with a `fault`, whether any."""
        violations = 0
        for number in range(cuts):
            if fault and violations:
                break
            home, shadow = self.folder / f"{name}-{number}", self.folder / f"{name}-{number}-durable"
            home.mkdir()
            shadow.mkdir()
            output = home / "rows.csv"
            shim = {**fault, "FAULT_FOLDER": str(home), "FAULT_SHADOW": str(shadow)}
            done = False
            for _ in range(4):
                process = self.start_program(*self.arguments(output, "--rate", "60/s"), variables=self.variables(**shim))
                self.server.wait_for_requests_of(process, len(self.server.requests) + draw.randint(1, 22))
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(draw.uniform(0, 0.1))  # the moment of the cut
                process.kill()
                if done := process.wait() == 0:
                    break
                self.cut_power(home, shadow, draw)
                if output.exists():
                    break
            last = self.resolve(output)
            is_whole = last.returncode == 0 or (last.returncode == 73 and b"exists already" in last.stderr)
            if is_whole or done:
                try:
                    self.assert_whole(output)
                except (AssertionError, FileNotFoundError):
                    is_whole = False
            if not is_whole:
                violations += 1
                print(f"{name} {number}: {last.returncode} {last.stderr.decode(errors='replace')[-200:].strip()}")
        return violations

    def test_DK5_power_cuts_in_a_model_of_a_disk(self) -> None:
        """`power_cuts.py` does it to a real file system, where it may."""
        seed = random.SystemRandom().getrandbits(32)
        cuts = 60 if WANTED == "all" else 4
        print(f"seed: {seed}, runs: {cuts}")
        self.assertEqual(self.run_with_power_cuts("as-it-is", cuts, random.Random(seed)), 0)
        spoilt = self.run_with_power_cuts("never-durable", 6, random.Random(seed), FAULT_CALL="sync", FAULT_NAME="csv.partial",
                                          FAULT_POINT="1", FAULT_LENGTH="ever", FAULT_KIND="skip")
        self.assertGreater(spoilt, 0, "rows that were never made durable were not missed: this proves nothing")

    def test_DK10_a_slow_disk_makes_commits_larger_not_memory(self) -> None:
        numbers = iccids(20_000)
        self.source.write_bytes(as_list(numbers))
        output = self.folder / "rows.csv"

        def run(log: Path, **fault: str) -> tuple[int, int]:
            """Peak memory in KiB, commits."""
            process = self.start_program("resolve", self.source, "--base-url", "simulator", "--progress", "none", "-o", output,
                                         "--rate", "100/s", "--connections", "8", stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL, variables={**self.variables(FAULT_LOG=str(log), **fault),
                                                                               "CARDRESOLVER_PASSWORD": "simulator"})
            peak = 0
            while process.poll() is None:
                # Not the usage that `wait` tells: that of a child begins with what its parent had.
                status = Path(f"/proc/{process.pid}/status").read_text()
                if peaks := re.findall(r"VmHWM:\s+(\d+)", status):
                    peak = int(peaks[0])
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.02)
            self.assertEqual(process.returncode, 0)
            self.assertEqual(len(rows_of(output.read_bytes())), len(numbers))
            output.unlink()
            commits = [line for line in log.read_text().splitlines() if re.match(r"f(data)?sync rows.csv.partial", line)]
            return peak, len(commits)

        fast, many = run(self.folder / "fast.log")
        slow, few = run(self.folder / "slow.log", FAULT_CALL="sync", FAULT_NAME="csv.partial",
                        FAULT_POINT="1", FAULT_LENGTH="ever", FAULT_KIND="slow")
        print(f"commits: {many} and {few}, KiB: {fast} and {slow}")
        self.assertLess(few, many)
        self.assertLess(slow, fast + 24 * 1024)


if __name__ == "__main__":
    unittest.main()
