#!/usr/bin/env python3
"""The network between the program and the carrier fails in every way that a proxy can play: each record has its one
right row in the end, and no transaction number is used twice.

CARDRESOLVER_FAULT_POINTS: how many places of a sweep to try, drawn at random; `all`: every one. Default 60.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import threading
import unittest
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fault_proxy import FaultProxy, Plan, Way
from program_test_case import ProgramTestCase, as_list, iccids, rows_of
from simulator_test_case import SimulatorTestCase
from verify_rows import faults_of

WANTED = os.environ.get("CARDRESOLVER_FAULT_POINTS", "60")
BATCH = 4
CLOG_ROUNDS = 5


class ProxyFaults(SimulatorTestCase):
    """The built-in carrier, in a process of its own and without TLS, behind a proxy."""

    def draw(self) -> random.Random:
        seed = random.SystemRandom().getrandbits(32)
        print(f"{self.id()}: seed {seed}")
        return random.Random(seed)

    def start(self, plan: Plan | Callable[[int], Plan] = Plan(), *flags: str) -> FaultProxy:
        url = self.start_simulator("--plaintext", *flags)
        self.carrier_port = int(urlsplit(url).port)
        return self.enterContext(FaultProxy(self.carrier_port, plan))

    def command(self, proxy: FaultProxy, *arguments: str | Path) -> list[str | Path]:
        return ["resolve", "--base-url", f"http://127.0.0.1:{proxy.port}", "--allow-plaintext", "--appid", "100001",
                "--ebid", "2300000000000001", "--progress", "none", *arguments]

    def resolve_through(self, proxy: FaultProxy, numbers: list[str], *arguments: str | Path,
                        code: int = 0) -> dict[str, Any]:
        """Its summary; the rows are in out.csv."""
        for name in ("out.csv", "summary.json"):
            (self.folder / name).unlink(missing_ok=True)
        rate = () if "--rate" in arguments else ("--rate", "unlimited")
        done = self.run_program(*self.command(proxy, "-o", "out.csv", "--summary", "summary.json", *rate, *arguments),
                                stdin=as_list(numbers), variables={"CARDRESOLVER_PASSWORD": "simulator"}, limit=280)
        self.assert_exit(done, code)
        return self.summary()

    def ask_plain_stats(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.carrier_port}/stats", timeout=60) as reply:
            return json.load(reply)

    def assert_all_right(self, numbers: list[str]) -> dict[str, Any]:
        """The carrier's counts."""
        self.assertEqual(list(faults_of(numbers, rows_of((self.folder / "out.csv").read_bytes()))), [])
        stats = self.ask_plain_stats()
        self.assertEqual((stats["violations"], stats["repeated_transids"], stats["bad_tokens"]), (0, 0, 0))
        return stats

    def length_of_exchange(self) -> tuple[int, int]:
        """Bytes of a request of a whole batch and of its reply."""
        proxy = self.start()
        self.resolve_through(proxy, iccids(BATCH))
        sent, received = proxy.links[0].exchanges[0]
        self.assertGreater(min(sent, received), 200)
        self.end(self.simulator)
        return sent, received


class Cuts(ProxyFaults):
    def places(self, cuts: tuple[str, ...]) -> list[tuple[str, Way]]:
        """Every byte of a request and of its reply, the one behind the last included; or a draw of them that holds
        the ends and the middle of each."""
        lengths = dict(zip(("to_server", "to_client"), self.length_of_exchange(), strict=True))
        every = [(name, Way(cut_after=at, cut=cut)) for name, length in lengths.items() for cut in cuts
                 for at in range(length + 1)]
        print(f"places: {len(every)}")
        if WANTED == "all":
            return every
        ends = [one for one in every if one[1].cut_after in (0, 1, 20, lengths[one[0]] // 2, lengths[one[0]] - 1,
                                                             lengths[one[0]])]
        return ends + self.draw().sample(every, max(0, int(WANTED) - len(ends)))

    def check_cuts(self, places: list[tuple[str, Way]], exchange: int) -> None:
        """Each odd connection is cut at a place of its own, in its first or second exchange; each even one is closed
        behind its first reply, so that there is always another one."""
        whole = Plan(to_client=Way(cut_after=self.lengths[1], of_exchange=0))

        def plan(number: int) -> Plan:
            if number % 2 == 0 or number // 2 >= len(places):
                return whole
            name, way = places[number // 2]
            return Plan(**{name: Way(cut_after=way.cut_after, cut=way.cut, of_exchange=exchange)})

        proxy = self.start(plan)
        # A connection of each kind has one reply at least.
        numbers = iccids((len(places) * (2 + exchange) + 10) * BATCH)
        summary = self.resolve_through(proxy, numbers, "--batch-size", str(BATCH), "--attempts", "20", "--connections", "4",
                                       "--request-timeout", "5s")
        stats = self.assert_all_right(numbers)
        struck = sum(link.was_cut for link in proxy.links if link.number % 2 == 1 and link.number // 2 < len(places))
        print(f"cuts: {struck} of {len(places)}, requests: {summary['requests']['sent']}")
        self.assertGreaterEqual(struck, len(places) - 4)  # a last one may not have been needed
        self.assertGreaterEqual(summary["requests"]["sent"], stats["requests"])
        self.end(self.simulator)

    def sweep(self, exchange: int) -> None:
        self.lengths = self.length_of_exchange()
        places = self.places(("fin", "rst"))
        # A run's budget for retries is bounded; so is the number of its cuts.
        for begin in range(0, len(places), 300):
            self.check_cuts(places[begin:begin + 300], exchange)

    def test_NW3_a_first_exchange_cut_at_each_byte(self) -> None:
        self.sweep(0)

    def test_NW3_a_later_exchange_cut_at_each_byte(self) -> None:
        self.sweep(1)


class TlsCuts(ProgramTestCase):
    """The independent carrier, which closes each connection behind its answer, over TLS."""

    def test_NW3_TL3_handshakes_and_records_cut_anywhere(self) -> None:
        seed = random.SystemRandom().getrandbits(32)
        print(f"seed {seed}")
        draw = random.Random(seed)
        cuts = 12 if WANTED != "all" else 150
        carrier = self.carrier(requests_per_connection=1)
        spoilt = [Plan(**{name: Way(cut_after=draw.randrange(most), cut=draw.choice(("fin", "rst")))})
                  for name, most in draw.choices((("to_server", 900), ("to_client", 2_200)), k=cuts)]

        def plan(number: int) -> Plan:
            return spoilt[number // 2] if number % 2 and number // 2 < cuts else Plan()

        proxy = self.enterContext(FaultProxy(int(urlsplit(carrier.url).port), plan))
        numbers = iccids((2 * cuts + 10) * BATCH)
        done = self.run_program("resolve", *self.account_of(carrier)[2:], "--base-url", f"https://127.0.0.1:{proxy.port}",
                                "--rate", "unlimited", "--batch-size", str(BATCH), "--attempts", "20", "--connections", "3",
                                stdin=as_list(numbers), variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        self.assert_exit(done, 0)
        self.assert_rows_match(rows_of(done.stdout), "iccid", numbers)
        self.assert_proper(carrier)
        struck = sum(link.was_cut for link in proxy.links)
        print(f"cuts: {struck} of {cuts}")
        self.assertGreater(struck, cuts // 3)


class Stalls(ProxyFaults):
    def test_NW4_a_stall_at_any_byte_ends_at_the_deadline_and_the_connection_is_not_used_again(self) -> None:
        sent, received = self.length_of_exchange()
        places = [("to_server", at) for at in (0, 1, sent // 2, sent - 1)] + \
                 [("to_client", at) for at in (0, 1, 30, received // 2, received - 1)]

        def plan(number: int) -> Plan:
            if number % 2 == 0 or number // 2 >= len(places):
                return Plan(to_client=Way(cut_after=received, of_exchange=0))
            name, at = places[number // 2]
            return Plan(**{name: Way(cut_after=at, cut="stall", of_exchange=0)})

        proxy = self.start(plan)
        numbers = iccids(60 * BATCH)
        summary = self.resolve_through(proxy, numbers, "--batch-size", str(BATCH), "--attempts", "20", "--connections",
                                       str(2 * len(places)), "--request-timeout", "1s")
        self.assert_all_right(numbers)
        struck = [link for link in proxy.links if link.was_cut and link.number % 2 and link.number // 2 < len(places)]
        self.assertEqual(len(struck), len(places))
        self.assertGreaterEqual(summary["requests"]["timed_out"], len(struck))
        for link in struck:
            self.assertEqual(len(link.exchanges), 1, "a stalled connection was used again")
        proxy.wait_until(lambda links: all(link.client_left for link in links))

    def test_NW4_a_reply_that_drips_ends_at_the_deadline(self) -> None:
        proxy = self.start(lambda number: Plan(to_client=Way(drip=20.0)) if number < 2 else Plan())
        numbers = iccids(40 * BATCH)
        summary = self.resolve_through(proxy, numbers, "--batch-size", str(BATCH), "--attempts", "20", "--connections", "4",
                                       "--request-timeout", "700ms")
        self.assert_all_right(numbers)
        self.assertGreaterEqual(summary["requests"]["timed_out"], 2)
        for link in proxy.links[:2]:
            self.assertEqual(len(link.exchanges), 1)
            self.assertGreater(link.exchanges[0][1], 0)

    def test_NW10_requests_whose_answers_are_lost_count_as_sent_and_end(self) -> None:
        lost = Plan(to_client=Way(cut_after=0, cut="stall"))
        proxy = self.start(lambda number: Plan(to_client=Way(cut_after=0, cut="stall", of_exchange=1)) if number == 0 else lost)
        numbers = iccids(4)
        summary = self.resolve_through(proxy, numbers, "--batch-size", "1", "--attempts", "3", "--connections", "3",
                                       "--request-timeout", "300ms", code=90)
        rows = rows_of((self.folder / "out.csv").read_bytes())
        self.assertEqual(sorted((row["outcome"], row["status"]) for row in rows), [("failed", "timeout")] * 3 + [("resolved", "0")])
        stats = self.ask_plain_stats()
        self.assertEqual(summary["requests"]["sent"], 1 + 3 * 3)
        self.assertEqual(stats["requests"], 1 + 3 * 3)
        self.assertEqual((stats["violations"], stats["repeated_transids"]), (0, 0))


class Delays(ProxyFaults):
    def test_NW5_latency_and_jitter_break_neither_the_rows_nor_the_limit(self) -> None:
        proxy = self.start(Plan(to_server=Way(latency=0.05, jitter=0.4), to_client=Way(latency=0.05, jitter=0.4)))
        numbers = iccids(120 * BATCH)
        self.resolve_through(proxy, numbers, "--batch-size", str(BATCH), "--rate", "60/s")
        stats = self.assert_all_right(numbers)
        self.assertLessEqual(stats["max_in_1s"], 60)
        self.assertEqual(stats["requests"], 120)
        self.assertGreater(len(proxy.links), 4, "they did not overlap")

    def test_NW5_answers_later_than_the_deadline_are_asked_again(self) -> None:
        proxy = self.start(lambda number: Plan(to_client=Way(latency=3.0)) if number % 2 else Plan())
        numbers = iccids(60 * BATCH)
        summary = self.resolve_through(proxy, numbers, "--batch-size", str(BATCH), "--attempts", "20", "--connections", "4",
                                       "--request-timeout", "500ms")
        self.assert_all_right(numbers)
        self.assertEqual(summary["outcomes"]["resolved"], len(numbers))


class IdleConnections(ProxyFaults):
    def check_free_retry(self, way: Way, requests: int) -> None:
        """One attempt for each card: what is sent again must have been sent again free."""
        proxy = self.start(Plan(to_server=way) if way.of_exchange else Plan(to_client=way))
        numbers = iccids(requests * BATCH)
        summary = self.resolve_through(proxy, numbers, "--batch-size", str(BATCH), "--attempts", "1", "--connections", "1")
        stats = self.assert_all_right(numbers)
        self.assertEqual(stats["requests"], requests)
        self.assertEqual(summary["requests"]["answered"], requests)
        self.assertGreaterEqual(len(proxy.links), requests)
        self.assertGreater(proxy.cuts(), 0)
        self.end(self.simulator)

    def test_NW7_a_connection_closed_behind_each_reply(self) -> None:
        received = self.length_of_exchange()[1]
        for cut in ("fin", "rst"):
            self.check_free_retry(Way(cut_after=received, cut=cut, of_exchange=0), 40)

    def test_NW7_a_connection_that_is_closed_while_the_next_request_is_on_its_way(self) -> None:
        for cut in ("fin", "rst"):
            self.check_free_retry(Way(cut_after=0, cut=cut, of_exchange=1), 40)


class Clogs(ProxyFaults):
    def test_NW8_clogged_one_by_one_and_released_in_another_order(self) -> None:
        """The list, the way to the carrier, the way back, and whoever takes the rows."""
        draw = self.draw()
        proxy = self.start()
        numbers = iccids(CLOG_ROUNDS * 8_000)
        process = self.start_program(*self.command(proxy, "--rate", "unlimited", "--attempts", "50", "--request-timeout", "400ms"),
                                     stdin=subprocess.PIPE, variables={"CARDRESOLVER_PASSWORD": "simulator"})
        flows = {"list": threading.Event(), "rows": threading.Event()}
        for flow in flows.values():
            flow.set()
        rows: list[bytes] = []

        def write_list() -> None:
            pieces = as_list(numbers)
            for at in range(0, len(pieces), 21_000):
                if at * CLOG_ROUNDS % len(pieces) == 0:
                    round_begins.acquire()
                flows["list"].wait()
                process.stdin.write(pieces[at:at + 21_000])
            process.stdin.close()

        def read_rows() -> None:
            while flows["rows"].wait() and (piece := process.stdout.read(30_000)):
                rows.append(piece)

        def turn(name: str, clogged: bool) -> None:
            if name in flows:
                (flows[name].clear if clogged else flows[name].set)()
            else:
                (proxy.clog if clogged else proxy.release)(name)
            ended.wait(draw.uniform(0.02, 0.25))  # how long the fault lasts

        ended = threading.Event()
        round_begins = threading.Semaphore(0)  # each with its own part of the list
        workers = [threading.Thread(target=work, daemon=True) for work in (write_list, read_rows)]
        for worker in workers:
            worker.start()
        names = [*flows, "to_server", "to_client"]
        for _ in range(CLOG_ROUNDS):
            self.assertIsNone(process.poll(), "it has ended before")
            round_begins.release()
            for clogged in (True, False):
                for name in draw.sample(names, len(names)):
                    turn(name, clogged)
        for worker in workers:
            worker.join(timeout=120)
        self.assertEqual(process.wait(timeout=60), 0, process.stderr.read())
        (self.folder / "out.csv").write_bytes(b"".join(rows))
        self.assert_all_right(numbers)


if __name__ == "__main__":
    unittest.main()
