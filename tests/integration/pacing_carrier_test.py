#!/usr/bin/env python3
"""The pacing carrier itself: what it counts against a count by brute force, and what it does to Python's own client."""

from __future__ import annotations

import random
import time
import unittest
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from arrival_log import ACCEPTED, FAILED, REFUSED, SECOND, Arrival, ArrivalLog, repeated, windows_above, worst_window
from carrier_test_case import ICCID, CarrierTestCase
from independent_carrier import card_of
from pacing_carrier import Day, Limiter, Outage, PacingCarrier, Refusal
from protocol_check import RESOURCE

SEEDS = range(60)


def draw_times(draw: random.Random) -> list[int]:
    """Some in bursts, some alone, many at the very same moment or exactly a window apart."""
    step = draw.choice([1, 7, 1000])
    times, now = [], draw.randrange(1000)
    for _ in range(draw.randrange(1, 120)):
        now += draw.choice([0, 0, 1, 2, 5, 20]) * step
        times.append(now)
    return times


class Windows(unittest.TestCase):
    def test_counts_are_those_of_brute_force(self) -> None:
        for seed in SEEDS:
            draw = random.Random(seed)
            times = draw_times(draw)
            window = draw.choice([1, 2, 5, 20, 1000, 5000])
            held = [sum(begin <= time < begin + window for time in times) for begin in times]
            limit = draw.randrange(max(held) + 2)
            with self.subTest(seed=seed):
                self.assertEqual(worst_window(times, window), max(held))
                # Of arrivals at one moment only those count that still have `limit` behind them.
                above = sum(sum(time < begin + window for time in times[place:]) > limit
                            for place, begin in enumerate(times))
                self.assertEqual(windows_above(times, limit, window), above)
                self.assertEqual(above > 0, max(held) > limit)

    def test_no_window_that_begins_elsewhere_holds_more(self) -> None:
        for seed in SEEDS:
            draw = random.Random(seed)
            times = [time // 7 for time in draw_times(draw)]
            window = draw.choice([1, 3, 20, 500])
            begins = range(times[0] - window, min(times[-1], times[0] + 2000) + 1)
            with self.subTest(seed=seed):
                self.assertLessEqual(max(sum(begin <= time < begin + window for time in times) for begin in begins),
                                     worst_window(times, window))

    def test_nothing_came(self) -> None:
        self.assertEqual((worst_window([], 5), windows_above([], 1, 5), repeated([])), (0, 0, 0))
        self.assertEqual(ArrivalLog().report([(1, 1.0)])["requests"], 0)

    def test_the_figures_of_a_log(self) -> None:
        log = ArrivalLog()
        for place in range(40):
            outcome = (ACCEPTED, ACCEPTED, REFUSED, FAILED)[place % 4]
            log.append(Arrival(5 * SECOND + place * SECOND // 10, outcome, f"T{place // 2}", "iccid", 1, SECOND // 4))
        report = log.report([(10, 1.0), (9, 1.0), (3, 0.25)])
        self.assertEqual([one["worst"] for one in report["windows"]], [10, 10, 3])
        self.assertEqual([one["above"] for one in report["windows"]], [0, 31, 0])
        self.assertEqual((report["accepted"], report["refused"], report["failed"]), (20, 10, 10))
        self.assertEqual((report["refused_share"], report["repeated_transids"], report["per_second"]), (0.25, 20, 10.0))
        self.assertEqual((log.per_second(1, 3), log.per_second(1, 3, ACCEPTED)), (10.0, 5.0))
        self.assertEqual((log.mean_latency(0, 4), log.count(REFUSED, 0, 2)), (0.25, 5))


class Limits(unittest.TestCase):
    def test_exactly_what_is_too_much_is_refused(self) -> None:
        for seed in SEEDS:
            draw = random.Random(seed)
            limit = draw.randrange(1, 30)
            limiter = Limiter(str(limit), Day())
            accepted: list[int] = []
            now = 0
            for _ in range(300):
                now += draw.choice([0, SECOND // 100, SECOND // 7, SECOND // 2])
                in_window = sum(now - one < SECOND for one in accepted)
                is_accepted = limiter.accept(now, now / SECOND, 0)
                self.assertEqual(is_accepted, in_window < limit, f"seed {seed}")
                if is_accepted:
                    accepted.append(now)
            self.assertEqual(windows_above(accepted, limit, SECOND), 0)

    def test_the_limit_follows_its_schedule_until_it_is_set(self) -> None:
        limiter = Limiter("150@0,75@60,300@180", Day())
        self.assertEqual([limiter.limit_at(age) for age in (0, 59.9, 60, 179, 180, 1e6)], [150, 150, 75, 75, 300, 300])
        limiter.set_limit(7)
        self.assertEqual(limiter.limit_at(100), 7)
        self.assertIsNone(Limiter("", Day()).limit_at(0))

    def test_the_day_has_its_quota_and_the_next_one_its_own(self) -> None:
        midnight = datetime(2026, 11, 25, 16, tzinfo=timezone.utc).timestamp()  # in UTC+8
        for day, begins in ((Day(3), midnight), (Day(3, starts=5400), midnight + 5400), (Day(3, length=20), midnight + 40)):
            limiter = Limiter("", day)
            walls = [begins - 3, begins - 2, begins - 1.5, begins - 1, begins, begins + 1, begins + 2, begins + 3]
            self.assertEqual([limiter.accept(0, 0, wall) for wall in walls], [True, True, True, False] * 2, day)

    def test_retry_after(self) -> None:
        self.assertEqual(Refusal("429").head(), "")
        self.assertEqual(Refusal("429", "soon").head(), "Retry-After: soon\r\n")
        before = int(time.time())
        ahead = parsedate_to_datetime(Refusal("503", "date+90").head()[len("Retry-After: "):]).timestamp() - 90
        self.assertLessEqual(before, ahead)
        self.assertLessEqual(ahead, time.time())

    def test_outages_as_they_are_written(self) -> None:
        self.assertEqual(Outage.parse("stall@10-25.5"), Outage("stall", 10, 25.5))
        self.assertEqual(Outage.parse("reset@0"), Outage("reset", 0, float("inf")))
        self.assertRaises(ValueError, Outage.parse, "flood@0-1")


class OnTheWire(CarrierTestCase):
    def start(self, **settings: object) -> PacingCarrier:
        return self.enterContext(PacingCarrier(self.folder, certificate=self.certificate, **settings))

    def test_right_requests_are_answered_on_a_connection_that_stays(self) -> None:
        carrier = self.start(latency=0.002, jitter=0.002)
        connection = self.connect(carrier)
        for _ in range(3):
            reply = self.ask(connection)
            self.assertEqual((reply["status"], reply["result"]), ("0", [card_of("iccid", ICCID).item()]))
        stats = carrier.stats((3, 3600.0), (2, 3600.0))
        self.assertEqual((stats["accepted"], stats["connections"], stats["violations"]), (3, 1, []))
        self.assertEqual([one["above"] for one in stats["windows"]], [0, 1])
        self.assertGreaterEqual(carrier.log.mean_latency(0, 60), 0.002)

    def test_what_is_wrong_is_seen(self) -> None:
        carrier = self.start()
        connection = self.connect(carrier)
        self.assertEqual(self.ask(connection, token="0" * 64)["status"], "7")
        self.assertEqual(self.ask(connection, iccids=ICCID[1:])["status"], "10")
        self.assertEqual((carrier.bad_tokens, len(carrier.violations)), (1, 1))

    def test_the_ways_to_refuse(self) -> None:
        for how in ("71", "72", "429", "503"):
            with self.subTest(how=how):
                carrier = self.start(day=Day(1), refusal=Refusal(how, "7"))
                connection = self.connect(carrier)
                self.assertEqual(self.ask(connection)["status"], "0")
                reply = self.send(connection)
                body = reply.read().decode()
                self.assertEqual(reply.headers["Retry-After"], "7")
                self.assertEqual(str(reply.status), how if int(how) > 400 else "200")
                self.assertEqual(f'"status": "{how}"' in body, int(how) < 400)
                self.assertEqual([one.outcome for one in carrier.log.arrivals()], [ACCEPTED, REFUSED])

    def test_named_requests_are_refused(self) -> None:
        connection = self.connect(self.start(refused={1}))
        self.assertEqual([self.ask(connection)["status"] for _ in range(3)], ["0", "71", "0"])

    def test_outages(self) -> None:
        failing = self.start(outages=(Outage("http-500", 0, 3600),))
        self.assertEqual(self.send(self.connect(failing)).status, 500)
        resetting = self.start(outages=(Outage("reset", 0, 3600),))
        self.assertRaises(ConnectionResetError, self.send, self.connect(resetting))
        stalling = self.start(outages=(Outage("stall", 0, 3600),))
        connection = self.connect(stalling)
        connection.connect()
        connection.sock.settimeout(0.05)
        self.assertRaises(TimeoutError, self.send, connection)
        for carrier in (failing, resetting, stalling):
            carrier.wait_for_arrivals(1)
            self.assertEqual([one.outcome for one in carrier.log.arrivals()], [FAILED])

    def failures_until(self, carrier: PacingCarrier, wanted: type[Exception] | None) -> None:
        """Asks until it fails in the way that is wanted; None: until it is answered."""
        failed: type[Exception] | None = ConnectionError
        while failed is not wanted:
            try:
                self.assertEqual(self.ask(self.connect(carrier))["status"], "0")
                failed = None
            except ConnectionError as error:
                failed = type(error)

    def test_nobody_listens_and_then_somebody_does_on_the_same_port(self) -> None:
        self.failures_until(self.start(outages=(Outage("refuse", 0, 3600),)), ConnectionRefusedError)
        self.failures_until(self.start(outages=(Outage("refuse", 0, 0.1),)), None)

    def test_a_request_whose_client_has_gone_arrives(self) -> None:
        carrier = self.start(latency=0.2)
        connection = self.connect(carrier)
        self.ask(connection)
        connection.request("GET", RESOURCE + "?" + urlencode(self.parameters()))
        connection.close()
        carrier.wait_for_arrivals(2)
        self.assertEqual([one.outcome for one in carrier.log.arrivals()], [ACCEPTED, ACCEPTED])


if __name__ == "__main__":
    unittest.main()
