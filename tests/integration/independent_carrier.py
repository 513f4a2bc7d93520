#!/usr/bin/env python3
"""A carrier that is not ours: an HTTPS server of Python's standard library that checks what it is asked.

As a module, for tests:

    with Carrier(folder, modes={"shuffled"}) as carrier:
        ...  # carrier.url, carrier.certificate.ca_file, carrier.requests, carrier.stats()

As a command: `independent_carrier.py --folder DIR [--mode NAME]...` prints its URL and the file of its authority,
and serves until SIGINT or SIGTERM. `GET /stats` answers with the counts as JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from certificates import Certificate, make_good
from protocol_check import Account, ProtocolCheck, Request

MODES = {
    "shuffled": "the items in another order",
    "number-status": "every status as a number",
    "upper-keys": "every key in capitals",
    "missing-item": "one item is missing from each reply of two or more",
    "document-sample": "the document's own sample answer, byte for byte, to every request",
    "wrong-password": "code 7, always",
    "http-500": "HTTP status 500, always",
    "slow": "an answer takes a fifth of a second",
    "chunked": "chunked transfer coding, in pieces of seven bytes",
    "close": "the connection is closed after each answer",
}

DOCUMENT_SAMPLE = """                {
    "status":"0",
    "message":"正确",
    "result":[
        {
            "status": "0",
            "message": "正确",
            "imsi":"460040260908676",
            "msisdn":"1064826090209",
            "iccid":"898602B2221430000006"
        },
        {
            "status": "0",
            "message": "正确",
            "imsi": "460040260900788",
            "msisdn": "1064826090212",
            "iccid": "898602B2221340000878"
        },
        {
            "status": "25"
            "message": " ICCID号不是所查询的集团下的用户",
            "iccid": "89860010011631234571"
        }
    ]
}
            """

THROTTLED = {"71": "已超出API最大流控限制", "72": "已超出订购关系最大流控限制"}
CARD_REFUSALS = {"iccid": ("25", " ICCID号不是所查询的集团下的用户"),
                 "msisdn": ("12", " MSISDN号不是所查询的集团下的用户"), "imsi": ("2", "数据库无记录")}


@dataclass(frozen=True)
class Card:
    """One answer; `status` other than 0: refused, with the asked number alone."""

    status: str
    message: str
    iccid: str
    msisdn: str
    imsi: str

    def item(self) -> dict[str, str]:
        item = {"status": self.status, "message": self.message}
        item.update({kind: number for kind, number in
                     (("imsi", self.imsi), ("msisdn", self.msisdn), ("iccid", self.iccid)) if number})
        return item


def card_of(kind: str, number: str) -> Card:
    """This carrier's own formula: the other two numbers are digits of a SHA-256. Numbers that end in 9999 are
    another customer's."""
    if number.endswith("9999"):
        status, message = CARD_REFUSALS[kind]
        return Card(status, message, **{name: number if name == kind else "" for name in CARD_REFUSALS})
    digits = f"{int(hashlib.sha256(f'{kind}:{number}'.encode()).hexdigest(), 16):080d}"
    numbers = {"iccid": "898604" + digits[:14], "msisdn": "1" + digits[14:26], "imsi": "46004" + digits[26:36]}
    numbers[kind] = number
    return Card("0", "正确", **numbers)


def judge(request: Request) -> tuple[str, str]:
    """Status and message for a request that was checked against the document."""
    if request.violations:
        return "10", "请求参数不正确"
    if request.bad_token:
        return "7", "TOKEN校验不通过"
    return "0", "正确"


class Gate:
    """Holds answers back until it is opened, so that a test can act while a request is in flight."""

    def __init__(self, *, is_open: bool) -> None:
        self._open = threading.Event()
        if is_open:
            self._open.set()

    def open(self) -> None:
        self._open.set()

    def close(self) -> None:
        self._open.clear()

    def pass_through(self) -> None:
        self._open.wait()


class Carrier:
    """Serves on a free port of 127.0.0.1 from entering to leaving the `with`. Any thread."""

    def __init__(self, folder: Path, *, modes: set[str] | frozenset[str] = frozenset(),
                 account: Account = Account(), certificate: Certificate | None = None, path_prefix: str = "",
                 throttle_first: int = 0, echo_first: int = 0, poison: Iterable[str] = (),
                 late: Iterable[str] = (), requests_per_connection: int | None = None, held: bool = False,
                 own_reply: Callable[[Request], bytes | None] | None = None, clock_ahead: timedelta = timedelta()) -> None:
        if unknown := set(modes) - set(MODES):
            raise ValueError(f"no such mode: {', '.join(sorted(unknown))}")
        self.modes = frozenset(modes)
        self.account = account
        self.certificate = certificate or make_good(folder)
        self.requests_per_connection = requests_per_connection
        self.gate = Gate(is_open=not held)
        self._hold_from: float = math.inf  # so many requests close the gate
        self.clock_ahead = clock_ahead  # what the Date header is ahead of the time
        self.requests: list[Request] = []
        self.connections = 0
        self.refused_handshakes = 0
        self._prefix = path_prefix
        self._throttle_left = throttle_first
        self._echo_left = echo_first  # so many requests are answered by an error page that repeats them
        self._late = frozenset(late)  # numbers whose requests are never answered
        self._poison = frozenset(poison)  # numbers that spoil every request they are in
        self._own_reply = own_reply  # a test's own body for a request; None: as usual
        self._check = ProtocolCheck(account, path_prefix)
        self._arrived = threading.Condition()
        self._stopping = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Carrier:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self.gate.open()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server.server_address[1]}{self._prefix}"

    def wait_for_requests(self, count: int, timeout: float = 60) -> None:
        """Returns once so many requests have arrived; raises where they do not come."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.requests) >= count, timeout):
                raise TimeoutError(f"{len(self.requests)} requests came, {count} were awaited")

    def wait_for_requests_of(self, process: subprocess.Popen[bytes], count: int) -> bool:
        """True once so many requests have arrived in all, False where the process has ended before."""
        with self._arrived:
            while len(self.requests) < count:
                if process.poll() is not None:
                    return False
                self._arrived.wait(0.02)  # an end is no event of ours
        return True

    def hold_after(self, requests: int) -> int:
        """Holds the answers from the request on that comes after so many more; how many there will be then."""
        with self._arrived:
            self._hold_from = len(self.requests) + requests
            return int(self._hold_from)

    def release(self) -> None:
        """Answers, from now on, and all that were held."""
        with self._arrived:
            self._hold_from = math.inf
            self.gate.open()

    def asked_since(self, first: int) -> list[str]:
        """The numbers of all requests from the `first` one on, counted from 0."""
        with self._arrived:
            return [number for request in self.requests[first:] for number in request.values]

    def stats(self) -> dict[str, Any]:
        """What was asked so far."""
        with self._arrived:
            requests = list(self.requests)
            return {
                "requests": len(requests), "cards": sum(len(one.values) for one in requests),
                "batch_sizes": [len(one.values) for one in requests], "kinds": [one.kind for one in requests],
                "styles": sorted({one.style for one in requests}),
                "violations": [violation for one in requests for violation in one.violations],
                "bad_tokens": sum(one.bad_token for one in requests), "connections": self.connections,
                "refused_handshakes": self.refused_handshakes,
            }

    # For the connections.

    def note_connection(self, *, shook_hands: bool) -> None:
        with self._arrived:
            if shook_hands:
                self.connections += 1
            else:
                self.refused_handshakes += 1

    def answer(self, request: Request) -> tuple[int, str | bytes]:
        """HTTP status and body for one request."""
        self._check.check(request)
        with self._arrived:
            self.requests.append(request)
            throttled = self._throttle_left > 0
            self._throttle_left -= throttled
            echoed = not throttled and self._echo_left > 0
            self._echo_left -= echoed
            if len(self.requests) >= self._hold_from:
                self.gate.close()
            self._arrived.notify_all()
        self.gate.pass_through()
        if self._late.intersection(request.values):
            self._stopping.wait()
        if "slow" in self.modes:
            self._stopping.wait(0.2)
        if "http-500" in self.modes:
            return 500, "Internal Server Error"
        if "document-sample" in self.modes:
            return 200, DOCUMENT_SAMPLE
        if echoed:
            return 200, f"<html>\x1b[7mCannot serve {request.target} {request.body}</html>"
        own = self._own_reply(request) if self._own_reply else None
        return 200, self._body(request, throttled) if own is None else own

    def _body(self, request: Request, throttled: bool) -> str:
        status, message = judge(request)
        if status != "0":
            return self._json(status, message, [])
        if "wrong-password" in self.modes:
            return self._json("7", "TOKEN校验不通过", [])
        if throttled:
            return self._json("71", THROTTLED["71"], [])
        if not self._poison.isdisjoint(request.values):
            return self._json("10", "请求参数不正确", [])
        items = [card_of(request.kind, value).item() for value in request.values]
        if "missing-item" in self.modes and len(items) > 1:
            items.pop(len(items) // 2)
        if "shuffled" in self.modes:
            random.Random(request.transid).shuffle(items)
        return self._json(status, message, items)

    def _json(self, status: str, message: str, items: list[dict[str, str]]) -> str:
        def spelt(fields: dict[str, Any]) -> dict[str, Any]:
            if "number-status" in self.modes:
                fields = {**fields, "status": int(fields["status"])}
            if "upper-keys" in self.modes:
                fields = {name.upper(): value for name, value in fields.items()}
            return fields

        return json.dumps(spelt({"status": status, "message": message, "result": [spelt(item) for item in items]}),
                          ensure_ascii=False)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, carrier: Carrier) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.carrier = carrier
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(carrier.certificate.chain_file, carrier.certificate.key_file)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shakes hands on the connection's own thread, so that one client cannot hold up the others."""
        request.settimeout(60)
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            wrapped = self._context.wrap_socket(request, server_side=True)
        except (ssl.SSLError, OSError):
            self.carrier.note_connection(shook_hands=False)
            return
        self.carrier.note_connection(shook_hands=True)
        try:
            super().finish_request(wrapped, client_address)
        finally:
            wrapped.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or an authority that it does not trust, is no news."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    answered = 0

    def do_GET(self) -> None:
        if self.path == "/stats":
            self._send(200, json.dumps(self.server.carrier.stats()))
            return
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode("utf-8", "replace")
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, reply = self.server.carrier.answer(Request(self.command, self.path, body, headers))
        self._send(status, reply)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((timestamp or time.time()) + self.server.carrier.clock_ahead.total_seconds())

    def _send(self, status: int, body: str | bytes) -> None:
        carrier = self.server.carrier
        self.answered += 1
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", "text/html;charset=ISO-8859-1")  # as wrong as the carrier's own
        if content.startswith(b"\x1f\x8b"):
            self.send_header("Content-Encoding", "gzip")  # a test's own reply: nobody asked for it
        if "close" in carrier.modes or self.answered == carrier.requests_per_connection:
            self.send_header("Connection", "close")  # also makes the server close it
        if "chunked" in carrier.modes:
            self.send_header("Transfer-Encoding", "chunked")
            pieces = [content[start : start + 7] for start in range(0, len(content), 7)]
            content = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        else:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: a test's output is its own."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="\n".join(f"{name:16} {what}" for name, what in MODES.items()))
    parser.add_argument("--folder", type=Path, help="where its certificates go; default: a temporary one")
    parser.add_argument("--mode", action="append", default=[], choices=sorted(MODES))
    parser.add_argument("--throttle-first", type=int, default=0, help="code 71 for so many requests")
    parser.add_argument("--requests-per-connection", type=int)
    for name, value in asdict(Account()).items():
        parser.add_argument(f"--{name}", default=value)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        with Carrier(folder, modes=set(options.mode), account=Account(options.appid, options.ebid, options.password),
                     throttle_first=options.throttle_first,
                     requests_per_connection=options.requests_per_connection) as carrier:
            print(carrier.url)
            print(carrier.certificate.ca_file, flush=True)
            # A shell's background job is started with SIGINT ignored; here both signals mean the end.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                print(json.dumps(carrier.stats()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
