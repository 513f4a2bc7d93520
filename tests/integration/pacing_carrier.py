#!/usr/bin/env python3
"""A carrier that is not ours and times what it is asked: asyncio and ssl of Python's standard library.

It counts a request by its own monotonic clock, half of the latency and of the jitter after the last byte of it was
read, and answers after the other half. It can have a limit of the sliding second that changes while it serves, a
quota of the day, and outages. What it checks and what it answers are `independent_carrier`'s.

As a module, for tests:

    with PacingCarrier(folder, latency=0.05, limits="150@0,75@60") as carrier:
        ...  # carrier.url, carrier.certificate.ca_file, carrier.log

As a command it prints its URL and the file of its authority, serves until SIGINT or SIGTERM, and then prints its
report as JSON, which `GET /report` gives at any time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Container
from dataclasses import asdict, dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any

from arrival_log import ACCEPTED, FAILED, REFUSED, SECOND, Arrival, ArrivalLog
from certificates import Certificate, make_good
from independent_carrier import THROTTLED, card_of, judge
from protocol_check import CHINA, Account, ProtocolCheck, Request

HTTP_STATUSES = {200: "OK", 429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}
REFUSALS = (*THROTTLED, "429", "503")
OUTAGES = {
    "http-500": "HTTP status 500 to every request",
    "reset": "RST in place of each answer",
    "stall": "no answer, ever",
    "refuse": "RST on every connection, and nobody listens",
}
FOREVER = float("inf")


@dataclass(frozen=True)
class Outage:
    """From `begin` to `end`, in seconds since the first request."""

    kind: str  # of OUTAGES
    begin: float
    end: float

    @staticmethod
    def parse(text: str) -> Outage:
        """KIND@BEGIN-END, such as `stall@10-25`."""
        kind, _, when = text.partition("@")
        begin, _, end = when.partition("-")
        if kind not in OUTAGES:
            raise ValueError(f"no such outage: {kind}")
        return Outage(kind, float(begin), float(end or "inf"))


@dataclass(frozen=True)
class Day:
    """The carrier's day: `length` seconds, begun `starts` seconds after midnight in UTC+8."""

    quota: int | None = None
    starts: float = 0
    length: float = 86_400

    def number_at(self, wall: float) -> int:
        return int((wall + CHINA.utcoffset(None).total_seconds() - self.starts) // self.length)


class Limiter:
    """A limit of the sliding second, and a quota of the day. What is refused does not count against them."""

    def __init__(self, limits: str, day: Day) -> None:
        """`limits`: COUNT@SECONDS, in ascending order, by commas; the seconds are since the first request."""
        self._steps = [self._step(text) for text in limits.split(",")] if limits else []
        self._day = day
        self._accepted: deque[int] = deque()
        self._today = 0
        self._spent = 0

    @staticmethod
    def _step(text: str) -> tuple[float, int]:
        count, _, when = text.partition("@")
        return float(when or 0), int(count)

    def set_limit(self, count: int) -> None:
        self._steps = [(0.0, count)]

    def limit_at(self, age: float) -> int | None:
        """Requests a second, so many seconds after the first one; None: any number."""
        return next((count for begin, count in reversed(self._steps) if begin <= age), None)

    def accept(self, now: int, age: float, wall: float) -> bool:
        while self._accepted and now - self._accepted[0] >= SECOND:
            self._accepted.popleft()
        limit = self.limit_at(age)
        if limit is not None and len(self._accepted) >= limit:
            return False
        if self._day.quota is not None and not self._spend(wall):
            return False
        self._accepted.append(now)
        return True

    def _spend(self, wall: float) -> bool:
        today = self._day.number_at(wall)
        if today != self._today:
            self._today, self._spent = today, 0
        if self._spent == self._day.quota:
            return False
        self._spent += 1
        return True


@dataclass(frozen=True)
class Refusal:
    """How what is too much is refused: a code of THROTTLED in a reply, or HTTP status 429 or 503.

    `retry_after` is the header's text; `date+N` stands for the date in N seconds.
    """

    how: str = "71"
    retry_after: str | None = None

    def head(self) -> str:
        if self.retry_after is None:
            return ""
        ahead = re.fullmatch(r"date\+(\d+)", self.retry_after)
        text = formatdate(time.time() + int(ahead[1]), usegmt=True) if ahead else self.retry_after
        return f"Retry-After: {text}\r\n"


class PacingCarrier:
    """Serves on a free port of 127.0.0.1 from entering to leaving the `with`, on a thread of its own. Any thread.

    latency, jitter: seconds; each half of the jitter is drawn evenly
    limits: as for Limiter
    refused: which requests, counted from 0, are refused whatever the limits say
    """

    def __init__(self, folder: Path, *, account: Account = Account(), certificate: Certificate | None = None,
                 latency: float = 0, jitter: float = 0, limits: str = "", day: Day = Day(), refusal: Refusal = Refusal(),
                 refused: Container[int] = (), outages: tuple[Outage, ...] = (), seed: int = 1) -> None:
        if refusal.how not in REFUSALS:
            raise ValueError(f"no such refusal: {refusal.how}")
        self.account = account
        self.certificate = certificate or make_good(folder)
        self.log = ArrivalLog()
        self.violations: list[str] = []
        self.bad_tokens = 0
        self.connections = 0
        self._latency, self._jitter = latency, jitter
        self._limiter = Limiter(limits, day)
        self._refusal = refusal
        self._refused = refused
        self._outages = outages
        self._draw = random.Random(seed)
        self._check = ProtocolCheck(account)
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._door = _Door(self)

    def __enter__(self) -> PacingCarrier:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._door.open(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._door.leave(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._door.port}"

    def set_limit(self, count: int) -> None:
        """From now on so many a second."""
        self._loop.call_soon_threadsafe(self._limiter.set_limit, count)

    def wait_for_arrivals(self, count: int, process: subprocess.Popen[bytes] | None = None, timeout: float = 60) -> None:
        """Returns once so many requests have been counted; raises where they do not come, or the process has ended."""
        limit = time.monotonic() + timeout
        with self._arrived:
            while len(self.log) < count:
                if process is not None and process.poll() is not None:
                    raise AssertionError(f"exit code {process.returncode} after {len(self.log)} requests of {count}")
                if time.monotonic() > limit:
                    raise TimeoutError(f"{len(self.log)} requests came, {count} were awaited")
                self._arrived.wait(0.02)  # an end is no event of ours

    def stats(self, *limits: tuple[int, float]) -> dict[str, Any]:
        """The log's report, and what was wrong with the requests."""
        return {**self.log.report(limits), "violations": list(self.violations), "bad_tokens": self.bad_tokens,
                "connections": self.connections}

    # For the connections, on the loop's thread.

    def delay(self) -> float:
        """Seconds of one half of a request's way."""
        return self._latency / 2 + self._draw.uniform(0, self._jitter / 2)

    def arrive(self, request: Request, connection: int) -> Arrival:
        """Counts it, and decides what becomes of it."""
        now = time.monotonic_ns()
        if not len(self.log):
            self._begin_outages()
        age = (now - self.log.origin) / SECOND if len(self.log) else 0.0
        self._check.check(request)
        self.violations += request.violations
        self.bad_tokens += request.bad_token
        if self._outage_at(age):
            outcome = FAILED
        elif len(self.log) in self._refused or not self._limiter.accept(now, age, time.time()):
            outcome = REFUSED
        else:
            outcome = ACCEPTED
        arrival = Arrival(now, outcome, request.transid, request.kind, connection)
        with self._arrived:
            self.log.append(arrival)
            self._arrived.notify_all()
        return arrival

    def outage_of(self, arrival: Arrival) -> str:
        """The kind of outage that met it, or nothing."""
        if arrival.outcome != FAILED:
            return ""
        return self._outage_at((arrival.time - self.log.origin) / SECOND)

    def reply_to(self, request: Request, arrival: Arrival) -> bytes:
        if arrival.outcome == FAILED:
            return _http(500, "Internal Server Error")
        if arrival.outcome == REFUSED and self._refusal.how not in THROTTLED:
            return _http(int(self._refusal.how), "slow down", self._refusal.head())
        if arrival.outcome == REFUSED:
            return _http(200, _document(self._refusal.how, THROTTLED[self._refusal.how], []), self._refusal.head())
        status, message = judge(request)
        cards = [card_of(request.kind, value).item() for value in request.values] if status == "0" else []
        return _http(200, _document(status, message, cards))

    def _outage_at(self, age: float) -> str:
        return next((one.kind for one in self._outages if one.begin <= age < one.end), "")

    def _begin_outages(self) -> None:
        for outage in self._outages:
            if outage.kind == "refuse":
                self._loop.call_later(outage.begin, self._door.shut)
                if outage.end != FOREVER:
                    self._loop.call_later(outage.end, lambda: self._loop.create_task(self._door.open()))


def _document(status: str, message: str, items: list[dict[str, str]]) -> str:
    return json.dumps({"status": status, "message": message, "result": items}, ensure_ascii=False)


def _http(status: int, body: str, head: str = "") -> bytes:
    content = body.encode()
    return (f"HTTP/1.1 {status} {HTTP_STATUSES[status]}\r\nDate: {formatdate(usegmt=True)}\r\n"
            f"Content-Type: application/json;charset=UTF-8\r\n{head}Content-Length: {len(content)}\r\n\r\n").encode() + content


class _Door:
    """The listening socket, which can be shut and opened again on the same port; and who came in by it."""

    def __init__(self, carrier: PacingCarrier) -> None:
        self._carrier = carrier
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(carrier.certificate.chain_file, carrier.certificate.key_file)
        self._keeper = self._bound(0)  # keeps the port for us while nobody listens
        self._server: asyncio.Server | None = None
        self.inside: set[_Connection] = set()

    @property
    def port(self) -> int:
        return int(self._keeper.getsockname()[1])

    @staticmethod
    def _bound(port: int) -> socket.socket:
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind(("127.0.0.1", port))
        return bound

    async def open(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(self._carrier, self), sock=self._bound(self.port), ssl=self._context, backlog=256)

    def shut(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for connection in list(self.inside):
            connection.reset()

    async def leave(self) -> None:
        inside = list(self.inside)
        self.shut()
        self._keeper.close()
        for connection in inside:
            await connection.ended.wait()


class _Connection(asyncio.Protocol):
    """One request after the other."""

    def __init__(self, carrier: PacingCarrier, door: _Door) -> None:
        self._carrier = carrier
        self._door = door
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._is_busy = False
        self._serial = 0
        self.ended = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._carrier.connections += 1
        self._serial = self._carrier.connections
        self._door.inside.add(self)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, error: Exception | None) -> None:
        self._door.inside.discard(self)
        self.ended.set()

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._go_on()

    def reset(self) -> None:
        """RST, as when a gateway drops its table."""
        raw = self._transport.get_extra_info("socket")
        if raw is not None and raw.fileno() >= 0:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _go_on(self) -> None:
        end = self._received.find(b"\r\n\r\n")
        if self._is_busy or end < 0:
            return
        first, *lines = self._received[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        whole = end + 4 + int(headers.get("content-length", "0"))
        if len(self._received) < whole:
            return
        read = time.monotonic_ns()
        body = self._received[end + 4 : whole].decode("utf-8", "replace")
        del self._received[:whole]
        method, target, _ = first.split(" ", 2)
        if target == "/report":
            self._transport.write(_http(200, json.dumps(self._carrier.stats())))
            return
        self._is_busy = True
        # Counted even where the connection ends meanwhile: it is on its way.
        self._after_half(self._count, Request(method, target, body, headers), read)

    def _after_half(self, action: Any, *arguments: Any) -> None:
        delay = self._carrier.delay()
        if delay:
            self._loop.call_later(delay, action, *arguments)
        else:
            action(*arguments)

    def _count(self, request: Request, read: int) -> None:
        arrival = self._carrier.arrive(request, self._serial)
        outage = self._carrier.outage_of(arrival)
        if outage in ("reset", "refuse"):
            self.reset()
        elif outage != "stall":
            self._after_half(self._answer, request, arrival, read)

    def _answer(self, request: Request, arrival: Arrival, read: int) -> None:
        if self._transport.is_closing():
            return
        self._transport.write(self._carrier.reply_to(request, arrival))
        arrival.took = time.monotonic_ns() - read
        self._is_busy = False
        self._go_on()


def parse_windows(text: str) -> tuple[int, float]:
    """COUNT/SECONDS."""
    count, _, window = text.partition("/")
    return int(count), float(window)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="\n".join(f"{name:16} {what}" for name, what in OUTAGES.items()))
    parser.add_argument("--latency", type=float, default=0, help="seconds")
    parser.add_argument("--jitter", type=float, default=0, help="seconds")
    parser.add_argument("--limits", default="", help="requests a second, such as 150@0,75@60; more are refused")
    parser.add_argument("--daily-quota", type=int)
    parser.add_argument("--day-starts", type=float, default=0, help="seconds after midnight in UTC+8")
    parser.add_argument("--day-length", type=float, default=86_400, help="seconds")
    parser.add_argument("--refusal", choices=REFUSALS, default="71")
    parser.add_argument("--retry-after", help="text of the header; date+N: the date in N seconds")
    parser.add_argument("--outage", action="append", default=[], type=Outage.parse, metavar="KIND@BEGIN-END")
    parser.add_argument("--window", action="append", default=[], type=parse_windows, metavar="COUNT/SECONDS",
                        help="of which the report tells the worst one, and how many are above the count")
    for name, value in asdict(Account()).items():
        parser.add_argument(f"--{name}", default=value)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, PacingCarrier(
            Path(folder), account=Account(options.appid, options.ebid, options.password), latency=options.latency,
            jitter=options.jitter, limits=options.limits,
            day=Day(options.daily_quota, options.day_starts, options.day_length),
            refusal=Refusal(options.refusal, options.retry_after), outages=tuple(options.outage)) as carrier:
        print(carrier.url)
        print(carrier.certificate.ca_file, flush=True)
        # A shell's background job is started with SIGINT ignored; here both signals mean the end.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print(json.dumps(carrier.stats(*options.window), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
