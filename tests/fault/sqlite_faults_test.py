"""Every system call of the way into an SQLite table fails in every way: no row is lost, repeated or wrong.

A first run counts the points, as in syscall_faults_test.py: the calls on the database and its log. Then a run for each
drawn point and fault, and after it the same command without the fault, until it succeeds.

CARDRESOLVER_FAULT_POINTS: how many (point, fault) pairs to try, drawn at random; `all`: every one. Default 30.
"""

from __future__ import annotations

import random
import unittest
from collections import Counter
from pathlib import Path
from subprocess import CompletedProcess

from independent_carrier import card_of
from program_test_case import ProgramTestCase, as_list, iccids
from run_targets import TableTarget
from syscall_faults_test import ENDLESS, KINDS, SHIM, WANTED, Fault


class SqliteFaults(ProgramTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.assertTrue(Path(SHIM).exists(), f"there is no shim at {SHIM}")
        self.numbers = iccids(240)
        self.source = self.folder / "cards.txt"
        self.source.write_bytes(as_list(self.numbers))
        self.server = self.carrier()

    def target_in(self, name: str) -> TableTarget:
        """The shim looks at files whose names hold ".partial"."""
        folder = self.folder / name
        folder.mkdir()
        return TableTarget(folder / "rows.partial.db")

    def resolve(self, target: TableTarget, fault: Fault | None = None, log: Path | None = None) -> CompletedProcess[bytes]:
        """240 cards in 24 requests and about half a second: a handful of commits."""
        variables = {"CARDRESOLVER_PASSWORD": self.server.account.password, "LD_PRELOAD": SHIM,
                     "FAULT_FOLDER": str(target.path.parent)}
        if log:
            variables["FAULT_LOG"] = str(log)
        if fault:
            variables |= {"FAULT_CALL": fault.call, "FAULT_POINT": str(fault.point), "FAULT_KIND": fault.kind, "FAULT_LENGTH": fault.length}
        return self.run_program("resolve", self.source, *self.account_of(self.server), "--rate", "40/s", "--batch-size",
                                "10", "-o", target.argument, "--progress", "none", variables=variables)

    def assert_whole(self, target: TableTarget, why: str) -> None:
        rows = target.rows()
        self.assertEqual(sorted(int(row["line"]) for row in rows), list(range(1, len(self.numbers) + 1)), why)
        for row in rows:
            number = self.numbers[int(row["line"]) - 1]
            card = card_of("iccid", number)
            self.assertEqual((row["number"], row["msisdn"], row["imsi"]), (number, card.msisdn, card.imsi), why)
        self.assertTrue(target.is_done(), why)

    def points(self) -> Counter[str]:
        target, log = self.target_in("count"), self.folder / "points.log"
        self.assert_exit(self.resolve(target, log=log), 0)
        self.assert_whole(target, "without a fault")
        return Counter(line.split()[0] for line in log.read_text().splitlines())

    def try_one(self, fault: Fault) -> int:
        target = self.target_in(f"{fault.call}-{fault.point}-{fault.kind}-{fault.length}")
        first = self.resolve(target, fault)
        why = f"{fault}: {first.returncode} {first.stderr.decode(errors='replace')[-500:]}"
        self.assertIn(first.returncode, (0, -9, 73, 74), why)
        if first.returncode == 0:
            self.assert_whole(target, why)
            return 0
        state, asked = target.checkpoint(), len(self.server.requests)
        if state:
            self.assertEqual(target.why_wrong(state), "", why)
        second = self.resolve(target)
        why += f"\nthen: {second.returncode} {second.stderr.decode(errors='replace')[-500:]}"
        if second.returncode == 73:
            self.assertIn(b"a finished run of the same list", second.stderr, why)  # the fault came behind the last commit
        else:
            self.assertEqual(second.returncode, 0, why)
        self.assert_whole(target, why)
        if state:
            durable = {number for line, number in enumerate(self.numbers, 1) if state.is_durable(line)}
            self.assertFalse(durable.intersection(self.server.asked_since(asked)), why)
        return first.returncode

    def test_DB8_PR1_each_call_of_the_way_into_a_table_fails(self) -> None:
        calls = self.points()
        print(f"points: {calls.total()}: {dict(calls)}")
        every = [Fault(call, point, kind, length) for call, count in calls.items() for point in range(1, count + 1)
                 for kind in KINDS[call] for length in ("once", "ever")
                 if length == "once" or (kind != "kill" and (call, kind) not in ENDLESS | {("pwrite", "ENOSPC"), ("pwrite", "EDQUOT")})]
        faults = every
        if WANTED != "all":
            seed = random.SystemRandom().getrandbits(32)
            print(f"seed: {seed}")
            faults = random.Random(seed).sample(every, min(int(WANTED), len(every)))
        ends: Counter[int] = Counter()
        for fault in faults:
            with self.subTest(fault=fault):
                ends[self.try_one(fault)] += 1
        print(f"tried: {len(faults)}, exit codes: {dict(ends)}")
        self.assertTrue(any(code in (73, 74) for code in ends), "no fault was ever noticed: is the shim loaded?")

    def test_DB8_a_full_disk_is_waited_for(self) -> None:
        target = self.target_in("full")
        done = self.resolve(target, Fault("pwrite", self.points()["pwrite"] // 2, "ENOSPC", "once"))
        self.assert_exit(done, 0)
        self.assertIn(b"no room for the database", done.stderr)
        self.assert_whole(target, "after it was full for a moment")


if __name__ == "__main__":
    unittest.main()
