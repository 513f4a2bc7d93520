#!/usr/bin/env python3
"""The process is stopped, starved of memory, threads and descriptors, and its clocks jump: it ends well, or says why it
does not; and the same command without the fault ends with the right rows.

CARDRESOLVER_FAULT_POINTS: how many allocations to let fail, drawn at random. Default 20.
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import signal
import subprocess
import threading
import unittest
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from program_test_case import PROGRAM, as_list, iccids, rows_of
from simulator_test_case import SimulatorTestCase
from verify_rows import faults_of

SHIM = os.environ.get("CARDRESOLVER_RESOURCE_SHIM", "")
POINTS = {"all": "400"}.get(os.environ.get("CARDRESOLVER_FAULT_POINTS", "20"), os.environ.get("CARDRESOLVER_FAULT_POINTS", "20"))
NUMBERS = iccids(300)
DAY = 86_400


class ProcessFaults(SimulatorTestCase):
    """The built-in carrier in a process of its own; without TLS, since certificates know the time as well."""

    def setUp(self) -> None:
        super().setUp()
        self.url = self.start_simulator("--plaintext")
        self.output = self.folder / "rows.csv"
        (self.folder / "cards.txt").write_bytes(as_list(NUMBERS))

    def arguments(self, *more: str | Path) -> list[str | Path]:
        return ["resolve", "cards.txt", "--base-url", self.url, "--allow-plaintext", "--appid", "100001", "--ebid",
                "2300000000000001", "--progress", "none", "--batch-size", "5", "-o", self.output, *more]

    @staticmethod
    def variables(**fault: str) -> dict[str, str]:
        return {"CARDRESOLVER_PASSWORD": "simulator", **({"LD_PRELOAD": SHIM} if fault else {}), **fault}

    def start(self, *more: str | Path, **fault: str) -> subprocess.Popen[bytes]:
        return self.start_program(*self.arguments(*more), variables=self.variables(**fault))

    def resolve(self, *more: str | Path, **fault: str) -> subprocess.CompletedProcess[bytes]:
        return self.run_program(*self.arguments(*more), variables=self.variables(**fault))

    def stats(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/stats", timeout=60) as reply:
            return json.load(reply)

    def assert_all_right(self, why: str = "") -> None:
        self.assertEqual(list(faults_of(NUMBERS, rows_of(self.output.read_bytes()))), [], why)
        self.assertFalse(list(self.folder.glob(f"{self.output.name}.*")), why)
        self.output.unlink()

    def go_on_without(self, done: subprocess.CompletedProcess[bytes], why: str) -> None:
        """What came before may have ended as it liked, but for a report of success."""
        if done.returncode != 0 and not self.output.exists():
            again = self.resolve("--rate", "unlimited")
            self.assertEqual(again.returncode, 0, f"{why}\nthen: {again.stderr.decode(errors='replace')[-500:]}")
        self.assert_all_right(why)
        for path in self.folder.glob(f"{self.output.name}.*"):
            path.unlink()


class Stopped(ProcessFaults):
    def wait_for_requests(self, count: int) -> None:
        while self.stats()["requests"] < count:
            pass

    def test_PR4_stopped_and_continued(self) -> None:
        """Longer than the limit's window and the time-out of what is in flight."""
        process = self.start("--rate", "40/s", "--request-timeout", "500ms")
        for wait in (0.2, 1.2):
            self.wait_for_requests(self.stats()["requests"] + 5)
            process.send_signal(signal.SIGSTOP)
            threading.Event().wait(wait)  # how long the fault lasts
            process.send_signal(signal.SIGCONT)
        self.assertEqual(process.wait(timeout=60), 0)
        self.assert_all_right()
        stats = self.stats()
        self.assertLessEqual(stats["max_in_1s"], 40)
        self.assertEqual((stats["violations"], stats["repeated_transids"]), (0, 0))

    def test_PR9_starved_to_a_tenth_of_a_processor(self) -> None:
        process = self.start("--rate", "60/s", "--request-timeout", "2s")
        rest = threading.Event()
        while process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            rest.wait(0.045)
            process.send_signal(signal.SIGCONT)
            rest.wait(0.005)
        self.assertEqual(process.returncode, 0)
        self.assert_all_right()
        stats = self.stats()
        self.assertLessEqual(stats["max_in_1s"], 60)
        self.assertEqual((stats["violations"], stats["repeated_transids"]), (0, 0))


@unittest.skipUnless(SHIM, "a sanitizer wants to be the first library itself")
class Memory(ProcessFaults):
    def test_PR5_each_allocation_fails(self) -> None:
        log = self.folder / "allocations"
        self.assert_exit(self.resolve("--rate", "unlimited", RESOURCE_MALLOC="0", RESOURCE_LOG=str(log)), 0)
        self.assert_all_right()
        count = int(log.read_text())
        seed = random.SystemRandom().getrandbits(32)
        print(f"allocations: {count}, seed: {seed}")
        draw = random.Random(seed)
        ends: Counter[int] = Counter()
        for at in range(int(POINTS)):
            # Half of them among the early ones, where things are made; many later ones are alike.
            point = draw.randrange(1, count if at % 2 else max(2, count // 20))
            words = f"{point}+" if at % 4 == 3 else str(point)
            with self.subTest(point=words):
                done = self.resolve("--rate", "unlimited", "--request-timeout", "2s", "--give-up-after", "5s",
                                    RESOURCE_MALLOC=words)
                ends[done.returncode] += 1
                self.go_on_without(done, f"allocation {words}: {done.returncode} {done.stderr.decode(errors='replace')[-500:]}")
        print(f"exit codes: {dict(ends)}")
        self.assertTrue(any(code != 0 for code in ends), "no failure was ever noticed: is the shim loaded?")


@unittest.skipUnless(SHIM, "a sanitizer wants to be the first library itself")
class Clocks(ProcessFaults):
    WALL = {"a second ahead": "60:1", "a second back": "60:-1", "an hour ahead": "60:3600", "an hour back": "60:-3600",
            "a day ahead": "60:86400", "a day back": "60:-86400", "to and fro": "40:3600,60:-3600,80:1,100:-1,120:86400",
            "in 1970": "60:-1700000000", "in 2100": "60:2400000000", "stands still": "60:stop"}

    def test_PR6_the_wall_clock_jumps(self) -> None:
        """All at once, each at a carrier of its own: the limit is a run's, and one run is longer than its window."""
        runs = {}
        for name, jumps in self.WALL.items():
            self.url, self.output = self.start_simulator("--plaintext"), self.folder / f"{name}.csv"
            trace = self.folder / f"{name}.ndjson"
            runs[name] = self.url, self.output, trace, self.start("--rate", "40/s", "--trace", trace, RESOURCE_WALL=jumps)
        for name, (self.url, self.output, trace, process) in runs.items():
            with self.subTest(clock=name):
                self.assertEqual(process.wait(timeout=60), 0)
                self.assert_all_right(name)
                stats = self.stats()
                self.assertEqual(stats["requests"], len(NUMBERS) // 5)
                self.assertEqual((stats["violations"], stats["repeated_transids"]), (0, 0), name)
                self.assertLessEqual(stats["max_in_1s"], 40)
                transids = re.findall(r'"transid":"(\w+)"', trace.read_text())
                times = [transid[-22:-8] for transid in transids]
                self.assertEqual(len(set(transids)), len(NUMBERS) // 5, name)
                self.assertEqual(times, sorted(times), f"{name}: a transaction number went back in time")

    def test_PR6_RL6_a_wall_clock_that_is_set_back_is_told_of(self) -> None:
        done = self.resolve("--rate", "20/s", RESOURCE_WALL="20:-86400")
        self.assert_exit(done, 0)
        self.assertRegex(done.stderr, rb"the clock is 86\d\d\d s behind what it has shown before")

    def test_PR6_a_deadline_is_the_wall_clock_s_also_where_that_jumps(self) -> None:
        """Twelve hours away; the clock is set a day ahead."""
        done = self.resolve("--rate", "4/s", "--deadline", "12h", RESOURCE_WALL="12:86400")
        self.assert_exit(done, 75)
        self.assertIn(b"stopped at the deadline", done.stderr)
        self.assert_exit(self.resolve("--rate", "unlimited"), 0)
        self.assert_all_right()

    def test_PR7_the_steady_clock_jumps_ahead_as_after_a_suspended_machine(self) -> None:
        for name, jumps in {"an hour": "300:3600", "a day, twice": f"300:{DAY},600:{2 * DAY}"}.items():
            with self.subTest(clock=name):
                done = self.resolve("--rate", "150/s", RESOURCE_STEADY=jumps)
                self.assert_exit(done, 0)
                self.assert_all_right(name)
                self.assertEqual(self.stats()["repeated_transids"], 0)


class Limits(ProcessFaults):
    @unittest.skipUnless(SHIM, "a sanitizer wants to be the first library itself")
    def test_PR8_a_thread_cannot_be_created(self) -> None:
        refused = 0
        for point in range(1, 10):
            done = self.resolve("--rate", "unlimited", "--trace", "trace.ndjson", RESOURCE_THREAD=str(point))
            why = f"thread {point}: {done.returncode} {done.stderr.decode(errors='replace')[-500:]}"
            if done.returncode != 0:
                refused += 1
                self.assertIn(done.returncode, (70, 73, 74), why)
                self.assertIn(b"cardresolver: error:", done.stderr, why)
            self.go_on_without(done, why)
        self.assertGreaterEqual(refused, 2, "intake and writer have a thread each")

    def run_limited(self, limits: dict[int, int]) -> subprocess.CompletedProcess[bytes]:
        def lower() -> None:
            for what, most in limits.items():
                resource.setrlimit(what, (most, most))

        return subprocess.run([PROGRAM, *map(str, self.arguments("--rate", "unlimited", "--give-up-after", "2s"))], check=False,
                              cwd=self.folder, env=self.environment(**self.variables()), capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=120, preexec_fn=lower)

    @unittest.skipIf(os.environ.get("CARDRESOLVER_SANITIZED") == "1", "leaves none to the sanitizer itself")
    def test_PR8_NW2_descriptors_run_out(self) -> None:
        ends: Counter[int] = Counter()
        for most in (*range(3, 20), 24, 32):
            done = self.run_limited({resource.RLIMIT_NOFILE: most})
            ends[done.returncode] += 1
            why = f"{most} descriptors: {done.returncode} {done.stderr.decode(errors='replace')[-500:]}"
            if done.returncode != 0 and done.returncode != 127:  # the loader's own
                self.assertIn(done.returncode, (64, 66, 69, 70, 73, 74, 78), why)
                self.assertIn(b"error", done.stderr, why)
            self.go_on_without(done, why)
        print(f"exit codes: {dict(ends)}")
        self.assertGreater(ends[0], 0)
        self.assertGreater(sum(ends.values()), ends[0])

    @unittest.skipIf(os.environ.get("CARDRESOLVER_SANITIZED") == "1", "a sanitizer needs more of all")
    def test_PR8_little_stack(self) -> None:
        for kib in (1_024, 256, 160):
            done = self.run_limited({resource.RLIMIT_STACK: kib << 10})
            self.assertEqual(done.returncode, 0, f"{kib} KiB: {done.stderr.decode(errors='replace')[-500:]}")
            self.assert_all_right()


if __name__ == "__main__":
    unittest.main()
