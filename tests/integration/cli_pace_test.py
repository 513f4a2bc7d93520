#!/usr/bin/env python3
"""Limits as a carrier sees them that is not ours: how many requests came in any window, by its own clock.

Nothing here depends on how fast the machine is: what is asserted of a window holds whatever the latency. How much of
a limit is used is measured by `scripts/soak pace`.
"""

from __future__ import annotations

import signal
import subprocess
import time
import unittest
from pathlib import Path
from typing import Any

from arrival_log import ACCEPTED, FAILED, REFUSED, SECOND
from pacing_carrier import Day, Outage, PacingCarrier, Refusal
from program_test_case import Account, ProgramTestCase, as_list, iccids, rows_of

JITTERY = {"latency": 0.02, "jitter": 0.06}
LIMIT, WINDOW = 20, 0.25
RATE = "20/250ms"


class PaceTestCase(ProgramTestCase):
    """One card a request, so that requests are what a list is full of."""

    def carrier(self, **settings: Any) -> PacingCarrier:
        return self.enterContext(PacingCarrier(self.class_folder, certificate=self.certificate, **settings))

    def arguments(self, carrier: PacingCarrier, cards: int, rate: str, *more: str | Path, name: str = "rows") -> list[str | Path]:
        source = self.folder / f"{name}.txt"
        source.write_bytes(as_list(iccids(cards)))
        return ["resolve", source, "-o", self.folder / f"{name}.csv", *self.account_of(carrier), "--rate", rate,
                "--batch-size", "1", "--progress", "none", *more]

    def start(self, carrier: PacingCarrier, cards: int, rate: str, *more: str | Path, name: str = "rows",
              **variables: str) -> subprocess.Popen[bytes]:
        # To a file: a pipe that nobody reads would hold it up.
        log = self.enterContext((self.folder / f"{name}.log").open("ab"))
        return self.start_program(*self.arguments(carrier, cards, rate, *more, name=name), stdout=log, stderr=log,
                                  variables={"CARDRESOLVER_PASSWORD": carrier.account.password, **variables})

    def resolve(self, carrier: PacingCarrier, cards: int, rate: str, *more: str | Path, exit_code: int = 0) -> None:
        done = self.run_program(*self.arguments(carrier, cards, rate, *more),
                                variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        self.assert_exit(done, exit_code)

    def wait(self, process: subprocess.Popen[bytes], exit_code: int, name: str = "rows") -> None:
        self.assertEqual(process.wait(120), exit_code, (self.folder / f"{name}.log").read_text()[-2000:])

    def assert_within(self, carrier: PacingCarrier, *limits: tuple[int, float]) -> None:
        """No window of arrivals held more, and no request was wrong; a repeated transid is."""
        stats = carrier.stats(*limits)
        self.assertEqual((stats["violations"], stats["bad_tokens"], stats["repeated_transids"]), ([], 0, 0))
        for one in stats["windows"]:
            self.assertEqual(one["above"], 0, one)

    def assert_all_resolved(self, cards: int, name: str = "rows") -> None:
        rows = rows_of((self.folder / f"{name}.csv").read_bytes())
        self.assert_rows_match(rows, "iccid", iccids(cards))


class Strict(PaceTestCase):
    def test_no_window_is_above_the_limit(self) -> None:
        carrier = self.carrier(**JITTERY)
        self.resolve(carrier, 120, RATE)
        self.assert_within(carrier, (LIMIT, WINDOW))
        self.assertEqual(carrier.log.count(ACCEPTED), 120)

    def test_all_limits_hold_at_once(self) -> None:
        carrier = self.carrier(**JITTERY)
        self.resolve(carrier, 90, "10/100ms", "--rate", "30/s")
        self.assert_within(carrier, (10, 0.1), (30, 1.0))

    def test_retries_and_probes_count(self) -> None:
        carrier = self.carrier(**JITTERY, outages=(Outage("reset", 0.3, 0.5), Outage("http-500", 0.5, 0.7)))
        self.resolve(carrier, 80, RATE)
        self.assertGreater(carrier.log.count(FAILED), 0)
        self.assert_within(carrier, (LIMIT, WINDOW))
        self.assert_all_resolved(80)

    def test_a_killed_process_and_the_same_command_again(self) -> None:
        carrier = self.carrier(**JITTERY)
        killed = self.start(carrier, 120, RATE)
        carrier.wait_for_arrivals(30, killed)
        killed.kill()
        self.wait(killed, -signal.SIGKILL)
        self.resolve(carrier, 120, RATE)
        self.assert_within(carrier, (LIMIT, WINDOW))
        self.assert_all_resolved(120)

    def test_RL5_two_processes_of_one_account(self) -> None:
        """`--state-dir` is what makes them one: all else that they inherit differs."""
        carrier = self.carrier(**JITTERY)
        ledger, *others = (self.folder / name for name in ("ledger", "one", "two"))
        for folder in (ledger, *others):
            folder.mkdir()
        running = [(other.name, self.start(carrier, 60, RATE, "--state-dir", ledger, name=other.name,
                                           STATE_DIRECTORY=str(other))) for other in others]
        for name, process in running:
            self.wait(process, 0, name)
            self.assert_all_resolved(60, name)
        self.assert_within(carrier, (LIMIT, WINDOW))

    def test_RL5_one_of_two_processes_is_killed(self) -> None:
        carrier = self.carrier(**JITTERY)
        killed, other = (self.start(carrier, 100, RATE, name=name) for name in ("killed", "other"))
        carrier.wait_for_arrivals(50, killed)
        killed.kill()
        self.wait(other, 0, "other")
        self.assert_within(carrier, (LIMIT, WINDOW))
        self.assert_all_resolved(100, "other")

    def test_RL5_a_process_that_was_stopped_sends_nothing_on_an_old_share(self) -> None:
        carrier = self.carrier(**JITTERY)
        stopped, other = (self.start(carrier, cards, RATE, name=name) for name, cards in (("stopped", 150), ("other", 700)))
        carrier.wait_for_arrivals(50, stopped)
        stopped.send_signal(signal.SIGSTOP)
        # Half of the limit lets some 250 through until the lease has lapsed; behind that, the other may use all of it.
        carrier.wait_for_arrivals(450, other)
        stopped.send_signal(signal.SIGCONT)
        self.wait(stopped, 0, "stopped")
        self.wait(other, 0, "other")
        self.assert_within(carrier, (LIMIT, WINDOW))


class Quota(PaceTestCase):
    """The day begins half a day from now, so that no test sees it end."""

    def setUp(self) -> None:
        super().setUp()
        begins = time.gmtime(time.time() + 20 * 3600)  # UTC+8, and half a day on
        self.day = ("--day-starts", f"{begins.tm_hour:02}:{begins.tm_min:02}")

    def test_RL3_RL7_a_spent_quota_parks_the_run(self) -> None:
        carrier = self.carrier(day=Day(5))
        parked = self.start(carrier, 8, "5/d", *self.day)
        carrier.wait_for_arrivals(5, parked)
        parked.send_signal(signal.SIGTERM)
        self.wait(parked, 128 + signal.SIGTERM)
        self.resolve(carrier, 8, "5/d", *self.day, "--deadline", "1s", exit_code=75)
        self.assertEqual([one.outcome for one in carrier.log.arrivals()], [ACCEPTED] * 5)

    def test_RL7_the_quota_outlives_a_killed_process(self) -> None:
        carrier = self.carrier()
        killed = self.start(carrier, 40, "20/d", *self.day)
        carrier.wait_for_arrivals(10, killed)
        killed.kill()
        self.wait(killed, -signal.SIGKILL)
        self.resolve(carrier, 40, "20/d", *self.day, "--deadline", "3s", exit_code=75)
        self.assertLessEqual(len(carrier.log), 20)
        self.assert_within(carrier)

    def test_RL5_two_processes_share_the_quota(self) -> None:
        carrier = self.carrier()
        running = [(name, self.start(carrier, 30, "20/d", *self.day, "--deadline", "3s", name=name))
                   for name in ("one", "two")]
        for name, process in running:
            self.wait(process, 75, name)
        self.assertLessEqual(len(carrier.log), 20)
        self.assert_within(carrier)

    def test_another_account_has_its_own(self) -> None:
        for account in (Account(), Account(appid="OTHER1")):
            carrier = self.carrier(account=account, day=Day(5))
            (self.folder / "rows.csv").unlink(missing_ok=True)
            self.resolve(carrier, 5, "5/d", *self.day)
            self.assertEqual(carrier.log.count(ACCEPTED), 5)

    def test_RL3_a_quota_that_only_the_carrier_knows(self) -> None:
        """What it refuses is no attempt against a card."""
        carrier = self.carrier(day=Day(5))
        self.resolve(carrier, 8, "unlimited", "--connections", "1", "--attempts", "1", "--deadline", "3s", exit_code=75)
        self.assertEqual(carrier.log.count(ACCEPTED), 5)


class TheCarriersWord(PaceTestCase):
    """On one connection, nothing can be on its way when the carrier says stop."""

    def gap_behind_a_refusal(self, refusal: Refusal) -> float:
        """Seconds from a refused request to the next one. The refusal must cost no card its only attempt."""
        carrier = self.carrier(refusal=refusal, refused={3})
        (self.folder / "rows.csv").unlink(missing_ok=True)
        self.resolve(carrier, 10, "unlimited", "--connections", "1", "--attempts", "1")
        self.assert_all_resolved(10)
        self.assert_within(carrier)
        self.assertEqual(carrier.log.count(REFUSED), 1)
        refused, following = carrier.log.times()[3:5]
        return (following - refused) / SECOND

    def test_RL1_retry_after_in_seconds(self) -> None:
        for how in ("429", "503"):
            with self.subTest(how=how):
                self.assertGreaterEqual(self.gap_behind_a_refusal(Refusal(how, "2")), 2)

    def test_RL1_retry_after_as_a_date(self) -> None:
        # A date has whole seconds: what is 3 s ahead is more than 2 s away.
        self.assertGreaterEqual(self.gap_behind_a_refusal(Refusal("429", "date+3")), 2)

    def test_RL1_garbage_is_survived(self) -> None:
        for text in ("", "soon", "-5", "1e3", "0x10", "Sun, 99 Nov 2026 08:49:37 GMT"):
            with self.subTest(text=text):
                self.gap_behind_a_refusal(Refusal("429", text))

    def test_RL1_a_long_hold_outlasts_the_deadline(self) -> None:
        for text in ("600", "9" * 40, "date+86400"):
            with self.subTest(text=text):
                carrier = self.carrier(refusal=Refusal("503", text), refused={3})
                self.resolve(carrier, 10, "unlimited", "--connections", "1", "--attempts", "1", "--deadline", "2s",
                             "--restart", exit_code=75)
                self.assertEqual(len(carrier.log), 4)

    def test_RL2_codes_71_and_72_are_no_attempts(self) -> None:
        for how in ("71", "72"):
            with self.subTest(how=how):
                self.gap_behind_a_refusal(Refusal(how))


class Found(PaceTestCase):
    def test_RL4_a_limit_that_nobody_knows_fails_no_card(self) -> None:
        carrier = self.carrier(**JITTERY, limits="60@0,30@1,60@2")
        self.resolve(carrier, 150, "auto", "--attempts", "1")
        self.assert_within(carrier)
        self.assert_all_resolved(150)
        self.assertEqual(carrier.log.count(ACCEPTED), 150)


if __name__ == "__main__":
    unittest.main()
