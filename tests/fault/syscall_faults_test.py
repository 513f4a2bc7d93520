"""Every system call of the durable path fails in every way: no row is lost, repeated or wrong, and no run that
reports success has an output that is not whole.

A first run counts the points: the calls on OUT.partial, FAILURES.partial and OUT.checkpoint, in their order. Then a
run for each point and fault, and after it the same command without the fault, until it succeeds.

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

from checkpoint_file import read_checkpoint
from independent_carrier import card_of
from program_test_case import ProgramTestCase, as_list, iccids, rows_of

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
# For ever, these are no faults but a standstill: POSIX lets a call be interrupted any number of times, and a disk
# that is full for ever is waited for.
ENDLESS = {("write", "EINTR"), ("pwrite", "EINTR"), ("pread", "EINTR"), ("fsync", "EINTR"), ("fdatasync", "EINTR"),
           ("open", "EINTR"), ("write", "ENOSPC"), ("write", "EDQUOT")}


@dataclass(frozen=True)
class Fault:
    """The `point`-th of these calls fails."""

    call: str
    point: int
    kind: str
    length: str


class SyscallFaults(ProgramTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.assertTrue(os.path.exists(SHIM), f"there is no shim at {SHIM}")
        self.numbers = iccids(240)
        self.source = self.folder / "cards.txt"
        self.source.write_bytes(as_list(self.numbers))
        self.server = self.carrier(poison=())
        self.log = self.folder / "points.log"

    def resolve(self, folder: Path, fault: Fault | None = None, log: bool = False) -> subprocess.CompletedProcess[bytes]:
        """240 cards in 24 requests and about half a second: a handful of commits."""
        variables = {"CARDRESOLVER_PASSWORD": self.server.account.password, "LD_PRELOAD": SHIM,
                     "FAULT_FOLDER": str(folder)}
        if log:
            variables["FAULT_LOG"] = str(self.log)
        if fault:
            variables |= {"FAULT_CALL": fault.call, "FAULT_POINT": str(fault.point), "FAULT_KIND": fault.kind, "FAULT_LENGTH": fault.length}
        return self.run_program("resolve", self.source, *self.account_of(self.server), "--rate", "40/s", "--batch-size",
                                "10", "-o", folder / "rows.csv", "--failures", folder / "failures.csv", "--progress",
                                "none", variables=variables)

    def assert_whole(self, folder: Path, why: str) -> None:
        rows = rows_of((folder / "rows.csv").read_bytes())
        self.assertEqual(sorted(int(row["line"]) for row in rows), list(range(1, len(self.numbers) + 1)), why)
        for row in rows:
            number = self.numbers[int(row["line"]) - 1]
            card = card_of("iccid", number)
            self.assertEqual((row["number"], row["msisdn"], row["imsi"]), (number, card.msisdn, card.imsi), why)
        self.assertEqual((folder / "failures.csv").read_text().count("\n"), 1, why)

    def points(self) -> Counter[str]:
        """How often each call is made. A run's commits depend on the clock, so this may differ by a few."""
        folder = self.folder / "count"
        folder.mkdir()
        done = self.resolve(folder, log=True)
        self.assert_exit(done, 0)
        self.assert_whole(folder, "without a fault")
        return Counter(line.split()[0] for line in self.log.read_text().splitlines())

    def faults(self) -> list[Fault]:
        calls = self.points()
        print(f"points: {calls.total()}: {dict(calls)}")
        every = [Fault(call, point, kind, length) for call, count in calls.items() for point in range(1, count + 1)
                 for kind in KINDS[call] for length in ("once", "ever")
                 if length == "once" or (kind != "kill" and (call, kind) not in ENDLESS)]
        if WANTED == "all":
            return every
        seed = random.SystemRandom().getrandbits(32)
        print(f"seed: {seed}")
        return random.Random(seed).sample(every, min(int(WANTED), len(every)))

    def try_one(self, fault: Fault) -> int:
        folder = self.folder / f"{fault.call}-{fault.point}-{fault.kind}-{fault.length}"
        folder.mkdir()
        output = folder / "rows.csv"
        first = self.resolve(folder, fault)
        why = f"{fault}: {first.returncode} {first.stderr.decode(errors='replace')[-500:]}"
        self.assertIn(first.returncode, (0, -9, 73, 74), why)
        if first.returncode == 0:
            self.assert_whole(folder, why)
            return 0
        asked = len(self.server.requests)
        state = read_checkpoint(Path(f"{output}.checkpoint")) if not output.exists() else None
        second = self.resolve(folder)
        why += f"\nthen: {second.returncode} {second.stderr.decode(errors='replace')[-500:]}"
        if output.exists() and second.returncode == 73:
            self.assertIn(b"exists already", second.stderr, why)  # the fault came behind the last rename
        else:
            self.assertEqual(second.returncode, 0, why)
        self.assert_whole(folder, why)
        if state is not None:
            durable = {number for line, number in enumerate(self.numbers, 1) if state.is_durable(line)}
            self.assertFalse(durable.intersection(self.server.asked_since(asked)), why)
        return first.returncode

    def test_DK1_DK2_DK3_PR1_each_call_of_the_durable_path_fails(self) -> None:
        faults = self.faults()
        ends: Counter[int] = Counter()
        for fault in faults:
            with self.subTest(fault=fault):
                ends[self.try_one(fault)] += 1
        print(f"tried: {len(faults)}, exit codes: {dict(ends)}")
        self.assertTrue(any(code in (73, 74) for code in ends), "no fault was ever noticed: is the shim loaded?")


if __name__ == "__main__":
    unittest.main()
