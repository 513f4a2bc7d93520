"""Every system call on the way of a row to the disk fails in every way: no row is lost, repeated or wrong.

A first run counts the points: how often each call is made on the files of a run. Then a run for each drawn point and
fault, and after it the same command without the fault, until it succeeds.

CARDRESOLVER_FAULT_POINTS: how many (point, fault) pairs to try, drawn at random; `all`: every one. Default 30.
"""

from __future__ import annotations

import os
import random
import subprocess
import unittest
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from independent_carrier import card_of
from program_test_case import ProgramTestCase, as_list, iccids
from run_targets import FileTarget, TableTarget

SHIM = os.environ.get("CARDRESOLVER_SHIM", "build/dev/tests/fault/libsyscall_shim.so")
WANTED = os.environ.get("CARDRESOLVER_FAULT_POINTS", "30")

KINDS = {
    "write": ("kill", "EIO", "ENOSPC", "EDQUOT", "EFBIG", "EINTR", "short"),
    "pwrite": ("kill", "EIO", "ENOSPC", "EDQUOT", "EFBIG", "EINTR", "short"),
    "pread": ("kill", "EIO", "EINTR", "short"), "fsync": ("kill", "EIO", "ENOSPC", "EINTR"),
    "fdatasync": ("kill", "EIO", "ENOSPC", "EINTR"), "ftruncate": ("kill", "EIO", "ENOSPC"),
    "close": ("kill", "EIO", "ENOSPC", "EINTR"), "rename": ("kill", "EIO", "ENOSPC"), "unlink": ("kill", "EIO"),
    "open": ("kill", "EIO", "ENOSPC", "EINTR"),
}
# For ever, this is no fault but a standstill: POSIX lets a call be interrupted any number of times.
ENDLESS = {("write", "EINTR"), ("pwrite", "EINTR"), ("pread", "EINTR"), ("fsync", "EINTR"), ("fdatasync", "EINTR"),
           ("open", "EINTR")}


@dataclass(frozen=True)
class Fault:
    """The `point`-th of these calls fails."""

    call: str
    point: int
    kind: str
    length: str


class CallFaults(ProgramTestCase):
    """Runs into a target in a folder of its own: the shim looks at the files of that folder."""

    # A full disk is waited for, so for ever it is a standstill, too.
    WAITED_FOR: ClassVar[set[tuple[str, str]]]
    # What the same command says where the fault came behind the run's end.
    IS_DONE: bytes

    def setUp(self) -> None:
        super().setUp()
        self.assertTrue(os.path.exists(SHIM), f"there is no shim at {SHIM}")
        self.numbers = iccids(240)
        self.source = self.folder / "cards.txt"
        self.source.write_bytes(as_list(self.numbers))
        self.server = self.carrier()

    def target_in(self, folder: Path) -> FileTarget | TableTarget:
        raise NotImplementedError

    def arguments_in(self, folder: Path) -> tuple[str | Path, ...]:
        return ()

    def assert_whole(self, folder: Path, why: str) -> None:
        target = self.target_in(folder)
        rows = target.rows()
        self.assertEqual(sorted(int(row["line"]) for row in rows), list(range(1, len(self.numbers) + 1)), why)
        for row in rows:
            number = self.numbers[int(row["line"]) - 1]
            card = card_of("iccid", number)
            self.assertEqual((row["number"], row["msisdn"], row["imsi"]), (number, card.msisdn, card.imsi), why)
        self.assertTrue(target.is_done(), why)

    def make_folder(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder

    def resolve(self, folder: Path, fault: Fault | None = None, log: Path | None = None) -> subprocess.CompletedProcess[bytes]:
        """240 cards in 24 requests and about half a second: a handful of commits."""
        variables = {"CARDRESOLVER_PASSWORD": self.server.account.password, "LD_PRELOAD": SHIM, "FAULT_FOLDER": str(folder)}
        if log:
            variables["FAULT_LOG"] = str(log)
        if fault:
            variables |= {"FAULT_CALL": fault.call, "FAULT_POINT": str(fault.point), "FAULT_KIND": fault.kind,
                          "FAULT_LENGTH": fault.length}
        return self.run_program("resolve", self.source, *self.account_of(self.server), "--rate", "40/s", "--batch-size",
                                "10", "-o", self.target_in(folder).argument, "--progress", "none",
                                *self.arguments_in(folder), variables=variables)

    def points(self) -> Counter[str]:
        """How often each call is made. A run's commits depend on the clock, so this may differ by a few."""
        folder, log = self.make_folder("count"), self.folder / "points.log"
        self.assert_exit(self.resolve(folder, log=log), 0)
        self.assert_whole(folder, "without a fault")
        return Counter(line.split()[0] for line in log.read_text().splitlines())

    def faults(self) -> list[Fault]:
        calls = self.points()
        print(f"points: {calls.total()}: {dict(calls)}")
        every = [Fault(call, point, kind, length) for call, count in calls.items() for point in range(1, count + 1)
                 for kind in KINDS[call] for length in ("once", "ever")
                 if length == "once" or (kind != "kill" and (call, kind) not in ENDLESS | self.WAITED_FOR)]
        if WANTED == "all":
            return every
        seed = random.SystemRandom().getrandbits(32)
        print(f"seed: {seed}")
        return random.Random(seed).sample(every, min(int(WANTED), len(every)))

    def try_one(self, fault: Fault) -> int:
        folder = self.make_folder(f"{fault.call}-{fault.point}-{fault.kind}-{fault.length}")
        first = self.resolve(folder, fault)
        why = f"{fault}: {first.returncode} {first.stderr.decode(errors='replace')[-500:]}"
        self.assertIn(first.returncode, (0, -9, 73, 74), why)
        if first.returncode == 0:
            self.assert_whole(folder, why)
            return 0
        target = self.target_in(folder)
        asked, was_done = len(self.server.requests), target.is_done()
        state = None if was_done else target.checkpoint()
        if state:
            self.assertEqual(target.why_wrong(state), "", why)
        second = self.resolve(folder)
        why += f"\nthen: {second.returncode} {second.stderr.decode(errors='replace')[-500:]}"
        if was_done and second.returncode == 73:
            self.assertIn(self.IS_DONE, second.stderr, why)
        else:
            self.assertEqual(second.returncode, 0, why)
        self.assert_whole(folder, why)
        if state:
            durable = {number for line, number in enumerate(self.numbers, 1) if state.is_durable(line)}
            self.assertFalse(durable.intersection(self.server.asked_since(asked)), why)
        return first.returncode

    def try_all(self) -> None:
        faults = self.faults()
        ends: Counter[int] = Counter()
        for fault in faults:
            with self.subTest(fault=fault):
                ends[self.try_one(fault)] += 1
        print(f"tried: {len(faults)}, exit codes: {dict(ends)}")
        self.assertTrue(any(code in (73, 74) for code in ends), "no fault was ever noticed: is the shim loaded?")


class Files(CallFaults):
    """Rows, failures and checkpoint."""

    WAITED_FOR = {("write", "ENOSPC"), ("write", "EDQUOT")}
    IS_DONE = b"exists already"

    def target_in(self, folder: Path) -> FileTarget:
        return FileTarget(folder / "rows.csv")

    def arguments_in(self, folder: Path) -> tuple[str | Path, ...]:
        return "--failures", folder / "failures.csv"

    def assert_whole(self, folder: Path, why: str) -> None:
        super().assert_whole(folder, why)
        self.assertEqual((folder / "failures.csv").read_text().count("\n"), 1, why)

    def test_DK1_DK2_DK3_PR1_each_call_of_the_durable_path_fails(self) -> None:
        self.try_all()


class Tables(CallFaults):
    """The database and its log."""

    # SQLite makes room for the shared memory beside a database in WAL mode by truncating it.
    WAITED_FOR = {("pwrite", "ENOSPC"), ("pwrite", "EDQUOT"), ("ftruncate", "ENOSPC")}
    IS_DONE = b"a finished run of the same list"

    def target_in(self, folder: Path) -> TableTarget:
        """The shim looks at files whose names hold ".partial"."""
        return TableTarget(folder / "rows.partial.db")

    def test_DB8_PR1_each_call_of_the_way_into_a_table_fails(self) -> None:
        self.try_all()

    def test_DB8_a_full_disk_is_waited_for(self) -> None:
        folder = self.make_folder("full")
        done = self.resolve(folder, Fault("pwrite", self.points()["pwrite"] // 2, "ENOSPC", "once"))
        self.assert_exit(done, 0)
        self.assertIn(b"no room for the database", done.stderr)
        self.assert_whole(folder, "after it was full for a moment")


if __name__ == "__main__":
    unittest.main()
