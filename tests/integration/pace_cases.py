#!/usr/bin/env python3
"""Measures how much of a limit the program uses, and that it never sends more, by the clock of a carrier that is not ours.

usage: pace_cases.py MINUTES [CASE...]      CARDRESOLVER_PROGRAM: the program

MINUTES is for the cases that go on steadily; the others take as long as they need. Prints a line for each case:
`NAME: FIGURES`, with `FAILED:` and what is not as it must be. One card a request, so that a list is full of requests.
Exit code 0: all is as it must be, 1: something is not, 64: the arguments make no sense.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from arrival_log import ACCEPTED, FAILED, REFUSED, SECOND, repeated, windows_above, worst_window
from certificates import make_good
from pacing_carrier import CHINA, OUTAGES, Day, Outage, PacingCarrier
from program_test_case import PROGRAM, as_list, iccids, imsis

RATE = 200  # a second
LATENCY, JITTER = 0.05, 0.1
LIFE = 30.0  # seconds between kills
SETTLING = 2.0  # seconds behind a process's first request that say nothing about the rest


class Client:
    """One command that can be started again and again."""

    def __init__(self, folder: Path, carrier: PacingCarrier, name: str, numbers: list[str], arguments: tuple[str, ...]) -> None:
        source = folder / f"{name}.txt"
        source.write_bytes(as_list(numbers))
        self._log = folder / f"{name}.log"
        self._command = [PROGRAM, "resolve", source, "-o", folder / f"{name}.csv", "--base-url", carrier.url, "--ca-file",
                         carrier.certificate.ca_file, "--appid", carrier.account.appid, "--ebid", carrier.account.ebid,
                         "--batch-size", "1", "--progress", "none", *arguments]
        state = folder / "state"  # of all clients of the case: they are one account's
        state.mkdir(exist_ok=True)
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "STATE_DIRECTORY": str(state),
                             "CARDRESOLVER_PASSWORD": carrier.account.password}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *more: str) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([*map(str, self._command), *more], stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=log, env=self._environment)

    def end(self, number: signal.Signals) -> int:
        """Its exit code; a second signal and a third where the first does not do."""
        assert self._process is not None
        while True:
            self._process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self._process.wait(30)

    def wait(self, limit: float) -> int | None:
        """Its exit code; None where it still runs after so many seconds."""
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(max(0.0, limit))
        return None

    def wait_for_end(self, limit: float) -> int:
        """Its exit code; it is killed after so many seconds."""
        code = self.wait(limit)
        return self.end(signal.SIGKILL) if code is None else code

    def leave(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def last_words(self) -> str:
        return " ".join(self._log.read_text(errors="replace").split())[-300:]


class Case:
    """What a case works with, and what it has found out. All that it began ends with the `with`."""

    def __init__(self, name: str, minutes: float) -> None:
        self.name = name
        self.minutes = minutes
        self.figures: list[str] = []
        self.failures: list[str] = []

    def __enter__(self) -> Case:
        self._stack = contextlib.ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="cardresolver-pace-")))
        self._certificate = make_good(self.folder / "authority")
        self._began = time.monotonic(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def carrier(self, **settings: Any) -> PacingCarrier:
        return self._stack.enter_context(PacingCarrier(self.folder, certificate=self._certificate, **settings))

    def client(self, carrier: PacingCarrier, numbers: list[str], *arguments: str, name: str = "rows") -> Client:
        made = Client(self.folder, carrier, name, numbers, arguments)
        self._stack.callback(made.leave)
        return made

    def figure(self, text: str) -> None:
        self.figures.append(text)

    def must(self, is_so: bool, text: str) -> None:
        """A figure that must be as it is."""
        self.figures.append(text)
        if not is_so:
            self.failures.append(text)

    def must_go_on(self, client: Client, seconds: float) -> bool:
        """Waits; false where the client has ended by then."""
        code = client.wait(seconds)
        if code is not None:
            self.must(False, f"ended early with exit code {code}: {client.last_words()}")
        return code is None

    def must_keep(self, carrier: PacingCarrier, limit: int = RATE) -> None:
        """No window of a second above the limit, every request right, no transid twice."""
        times = carrier.log.times()
        above = windows_above(times, limit, SECOND)
        self.must(above == 0, f"{above} windows above {limit}/s, worst {worst_window(times, SECOND)}")
        self.must_be_right(carrier)

    def must_be_right(self, carrier: PacingCarrier) -> None:
        found = carrier.log.arrivals()
        self.figure(f"{len(found)} requests")
        twice = repeated(one.transid for one in found)
        if twice or carrier.violations or carrier.bad_tokens:
            self.must(False, f"{twice} transids twice, {carrier.bad_tokens} bad tokens, violations {carrier.violations[:3]}")
        wall, processor = self._began
        busy = (time.process_time() - processor) / (time.monotonic() - wall)
        self.figure(f"the carrier took {100 * busy:.0f} % of a core")


def now_of(carrier: PacingCarrier) -> float:
    """Seconds since the first request."""
    return (time.monotonic_ns() - carrier.log.origin) / SECOND


def bound_of(latency: float, limit: int = RATE) -> float:
    """What strict pacing can reach at best: a permit is held for a window and the way there and back."""
    return limit / (1 + latency)


# ---- strict


def strict_kills(case: Case) -> None:
    """kill -9 and the same command again every 30 s."""
    carrier = case.carrier(latency=LATENCY, jitter=JITTER)
    client = case.client(carrier, iccids(round(RATE * 60 * case.minutes * 1.1)), "--rate", f"{RATE}/s")
    end = time.monotonic() + 60 * case.minutes
    lives: list[tuple[int, int, int]] = []  # first and last connection, and when it was killed
    while (left := end - time.monotonic()) > 1:
        first = carrier.connections + 1
        client.start()
        if not case.must_go_on(client, min(LIFE, left)):
            break
        client.end(signal.SIGKILL)
        lives.append((first, carrier.connections, time.monotonic_ns()))
    found = carrier.log.arrivals()
    sent = could = 0.0
    shares, waits = [], []
    for place, (first, last, killed) in enumerate(lives):
        own = [one for one in found if first <= one.connection <= last]
        if own and place:
            waits.append((own[0].time - lives[place - 1][2]) / SECOND)
        begin = own[0].time + round(SETTLING * SECOND) if own else killed
        steady = [one for one in own if begin <= one.time < killed]
        took = [one.took for one in steady if one.took]
        if not took:
            continue
        best = bound_of(sum(took) / len(took) / SECOND) * (killed - begin) / SECOND
        sent, could = sent + len(steady), could + best
        shares.append(len(steady) / best)
    case.must_keep(carrier)
    case.figure(f"{len(lives)} kills")
    if waits:
        case.figure(f"first request {sum(waits) / len(waits):.1f} s behind a kill (at most {max(waits):.1f} s)")
    share = sent / could if could else 0.0
    case.must(share >= 0.97, f"{100 * share:.2f} % of N / (1 s + latency) in between"
                             f" (worst life {100 * min(shares, default=0):.2f} %)")


def strict_two(case: Case) -> None:
    """Two processes of one account at once."""
    carrier = case.carrier(latency=LATENCY, jitter=JITTER)
    cards = round(RATE * 60 * case.minutes * 1.1)
    clients = [case.client(carrier, numbers(cards), "--rate", f"{RATE}/s", name=numbers.__name__)
               for numbers in (iccids, imsis)]
    for client in clients:
        client.start()
    if all(case.must_go_on(client, 60 * case.minutes / len(clients)) for client in clients):
        for client in clients:
            client.end(signal.SIGTERM)
    case.must_keep(carrier)
    begin, end = 10.0, 60 * case.minutes - 5
    both = carrier.log.per_second(begin, end)
    each = [sum(one.kind == kind for one in carrier.log.arrivals(begin, end)) / (end - begin) for kind in ("iccid", "imsi")]
    share = both / bound_of(carrier.log.mean_latency(begin, end))
    case.figure(f"{each[0]:.1f} + {each[1]:.1f} = {both:.1f}/s, {100 * share:.2f} % of N / (1 s + latency)")


# ---- smooth


def smooth(case: Case, latency: float, jitter: float, least: float, *arguments: str) -> None:
    carrier = case.carrier(latency=latency, jitter=jitter)
    client = case.client(carrier, iccids(round(RATE * 60 * case.minutes * 1.2)), "--rate", f"{RATE}/s", "--pacing", "smooth",
                         *arguments)
    client.start()
    if case.must_go_on(client, 60 * case.minutes):
        client.end(signal.SIGTERM)
    begin, end = 10.0, 60 * case.minutes - 5
    used = carrier.log.per_second(begin, end) / RATE
    case.must(used >= least, f"{100 * used:.2f} % of {RATE}/s, at least {100 * least:.0f} % wanted")
    times = carrier.log.times()
    case.figure(f"{windows_above(times, RATE, SECOND)} windows above, worst {worst_window(times, SECOND)}")
    case.figure(f"{carrier.connections} connections")
    case.must_be_right(carrier)


def smooth_jitter(case: Case) -> None:
    """20 ms of jitter."""
    smooth(case, LATENCY, 0.02, 0.99, "--connections", "auto")


def smooth_latency(case: Case) -> None:
    """500 ms of latency, all else at its default."""
    smooth(case, 0.5, 0, 0.9)


# ---- auto


def seconds_until_steady(carrier: PacingCarrier, limit: int, begin: float, end: float, least: float) -> float | None:
    """From when on, behind `begin`, five seconds were at least so full and never a tenth above the limit."""
    at = begin
    while at + 5 <= end:
        accepted, all_of_it = (carrier.log.per_second(at, at + 5, outcome) for outcome in (ACCEPTED, None))
        if accepted >= least * limit and all_of_it <= 1.1 * limit:
            return at - begin
        at += 1
    return None


def refused_share(carrier: PacingCarrier, begin: float, end: float) -> float:
    found = carrier.log.arrivals(begin, end)
    return sum(one.outcome == REFUSED for one in found) / len(found) if found else 1.0


def auto_find(case: Case) -> None:
    """A hidden limit of 150/s."""
    limit, length = 150, 150.0
    carrier = case.carrier(latency=LATENCY, jitter=0.02, limits=str(limit))
    client = case.client(carrier, iccids(round(limit * length * 1.5)), "--rate", "auto")
    client.start()
    if case.must_go_on(client, length):
        client.end(signal.SIGTERM)
    found = seconds_until_steady(carrier, limit, 0, length, 0.95)
    case.must(found is not None and found <= 30, f"found after {'never' if found is None else f'{found:.0f} s'}")
    used = carrier.log.per_second(30, length - 5, ACCEPTED) / limit
    case.must(used >= 0.95, f"{100 * used:.2f} % used behind 30 s")
    refused = refused_share(carrier, 0, length)
    case.must(refused <= 0.01, f"{100 * refused:.2f} % refused ({100 * refused_share(carrier, 0, 30):.2f} % in the first 30 s)")
    case.must_be_right(carrier)


def auto_follow(case: Case) -> None:
    """The hidden limit is halved and doubled, twice."""
    steps, length = [(0, 150), (90, 75), (180, 150), (270, 300)], 90
    end = steps[-1][0] + length
    carrier = case.carrier(latency=LATENCY, jitter=0.02, limits=",".join(f"{limit}@{begin}" for begin, limit in steps))
    client = case.client(carrier, iccids(300 * end), "--rate", "auto")
    client.start()
    if case.must_go_on(client, end + 5):
        client.end(signal.SIGTERM)
    for begin, limit in steps[1:]:
        accepted, sent = (carrier.log.per_second(begin + 60, begin + length, outcome) for outcome in (ACCEPTED, None))
        steady = seconds_until_steady(carrier, limit, begin, begin + length, 0.9)
        case.must(0.9 * limit <= accepted and sent <= 1.1 * limit,
                  f"{limit}/s: {accepted:.1f}/s accepted of {sent:.1f}/s behind 60 s, steady after"
                  f" {'never' if steady is None else f'{steady:.0f} s'}")
    case.figure(f"{100 * refused_share(carrier, 0, end):.2f} % refused")
    case.must_be_right(carrier)


# ---- the day's quota


def day_quota(case: Case) -> None:
    """500 a day, a list of 800; the next day begins at a full minute that is near."""
    quota, cards = 500, 800
    begins = (int(time.time() + 90) // 60) * 60  # 30 to 90 s ahead
    in_china = time.gmtime(begins + CHINA.utcoffset(None).total_seconds())
    starts = f"{in_china.tm_hour:02}:{in_china.tm_min:02}"
    carrier = case.carrier(day=Day(quota, starts=3600 * in_china.tm_hour + 60 * in_china.tm_min))
    client = case.client(carrier, iccids(cards), "--rate", f"{quota}/d", "--day-starts", starts)
    client.start("--deadline", f"{max(5, int(begins - time.time()) - 10)}s")
    code = client.wait_for_end(150)
    case.must(code == 75, f"exit code {code} at the deadline")
    if code != 75:
        case.figure(client.last_words())
    sent = len(carrier.log)
    case.must(sent == quota, f"{sent} requests by then")
    if sent:
        case.figure(f"the first {sent} in {(carrier.log.times()[-1] - carrier.log.origin) / SECOND:.1f} s")
    client.start()
    code = client.wait_for_end(150)
    case.must(code == 0, f"then exit code {code}")
    accepted, refused = carrier.log.count(ACCEPTED), carrier.log.count(REFUSED)
    case.must((accepted, refused) == (cards, 0), f"{accepted} accepted, {refused} refused in the end")
    if len(carrier.log) > sent:
        behind = time.time() - begins - (time.monotonic_ns() - carrier.log.times()[sent]) / SECOND
        case.must(behind >= 0, f"first request {behind:.2f} s behind the new day's begin")
    case.must_be_right(carrier)


def unknown_quota(case: Case) -> None:
    """A quota that only the carrier knows, and a new day four minutes on."""
    quota, begins = 100, 240.0
    starts = (time.time() + CHINA.utcoffset(None).total_seconds() + begins) % 86_400
    carrier = case.carrier(latency=LATENCY, jitter=0.02, day=Day(quota, starts=starts))
    client = case.client(carrier, iccids(2 * quota), "--rate", f"{RATE}/s")
    client.start()
    code = client.wait_for_end(begins + 90)
    case.must(code == 0, f"exit code {code}")
    if code != 0:
        case.figure(client.last_words())
    refused = [(one.time - carrier.log.origin) / SECOND for one in carrier.log.arrivals() if one.outcome == REFUSED]
    parked = sum(120 <= at < begins - 1 for at in refused)
    case.must(parked <= 2, f"{parked} probes in the minutes 3 and 4")
    case.figure(f"{len(refused)} refused, {sum(at < 60 for at in refused)} of them in the first minute")
    spent = [(one.time - carrier.log.origin) / SECOND for one in carrier.log.arrivals() if one.outcome == ACCEPTED]
    if len(spent) > quota:
        case.must(spent[quota] - begins <= 61, f"goes on {spent[quota] - begins:.1f} s behind the new day's begin")
    case.must_keep(carrier)


# ---- outages


def outage(case: Case, kind: str, *arguments: str) -> None:
    begin, end = 10.0, 45.0
    carrier = case.carrier(latency=LATENCY, jitter=0.02, outages=(Outage(kind, begin, end),))
    cards = round(RATE * (begin + 30))
    client = case.client(carrier, iccids(cards), "--rate", f"{RATE}/s", *arguments)
    client.start()
    code = client.wait_for_end(240)
    case.must(code == 0, f"exit code {code}")
    if code != 0:
        case.figure(client.last_words())
    if kind != "refuse":  # where nobody listens, nobody counts
        quiet = [one.time for one in carrier.log.arrivals(begin + 10, end)]
        each = len(quiet) / (end - begin - 10)
        case.must(each <= 1, f"{each:.2f} probes/s behind 10 s")
        edges = [carrier.log.origin + round((begin + 10) * SECOND), *quiet, carrier.log.origin + round(end * SECOND)]
        gap = max(later - earlier for earlier, later in zip(edges, edges[1:])) / SECOND
        case.must(gap <= 5 + 2 * LATENCY, f"at most {gap:.1f} s without one")
    full = bound_of(carrier.log.mean_latency(end + 10, end + 20))
    reached = carrier.log.per_second(end + 10, end + 20) / full
    case.must(reached >= 0.97, f"{100 * reached:.1f} % of N / (1 s + latency) from 10 s behind the end on")
    case.figure(f"{carrier.log.count(FAILED)} requests into the outage")
    case.must_keep(carrier)


CASES: dict[str, Callable[[Case], None]] = {
    "strict-kills": strict_kills,
    "strict-two": strict_two,
    "smooth-jitter": smooth_jitter,
    "smooth-latency": smooth_latency,
    "auto-find": auto_find,
    "auto-follow": auto_follow,
    "day-quota": day_quota,
    "unknown-quota": unknown_quota,
    # A stalled probe must come back before the next one is due.
    **{f"outage-{kind}": lambda case, kind=kind: outage(case, kind, *(("--request-timeout", "2s") if kind == "stall" else ()))
       for kind in OUTAGES},
}


def main() -> int:
    try:
        minutes, names = float(sys.argv[1]), sys.argv[2:] or list(CASES)
        runs = [(name, CASES[name]) for name in names]
        if not 0.5 <= minutes <= 600:
            raise ValueError(minutes)
    except (IndexError, KeyError, ValueError):
        print(f"{__doc__}\nThe cases: {', '.join(CASES)}. MINUTES: 0.5 to 600.", file=sys.stderr)
        return 64
    # A collection of a long log would hold up the carrier. What is in a cycle here is little.
    gc.disable()
    # Whatever ends this must end the clients, too.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    is_well = True
    for name, run in runs:
        with Case(name, minutes) as case:
            run(case)
            print(f"{name}: {'; '.join(case.figures)}{'; FAILED: ' + ', '.join(case.failures) if case.failures else ''}",
                  flush=True)
        is_well = is_well and not case.failures
    return 0 if is_well else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
