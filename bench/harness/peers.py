"""Clients that do what each of them does best against the same nginx, in turn, by the CPU time of each."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness import cards
from harness.arithmetic import Figure, figure_of, ratios, slope
from harness.process import ClientFailed, Usage, run_client
from harness.servers import Simulator
from harness.workbench import CARDS_PER_REQUEST, Setting, Workbench, requests_for

PEERS = Path(__file__).resolve().parent.parent / "peers"
PYTHON = "/usr/bin/python3"  # the one that Debian's modules are for
AIOHTTP: list[str | Path] = [PYTHON, PEERS / "aiohttp_client.py"]
UNDICI: list[str | Path] = ["node", PEERS / "undici_client.mjs"]
CURL_CONNECTIONS = 300  # more it does not take
REFERENCE = "wrk"
OURS = "cardresolver"


@dataclass(frozen=True)
class Sizes:
    """A short and a long run: cards for those that resolve lists, requests for the others, seconds for wrk."""

    cards: tuple[int, int]
    slow_cards: tuple[int, int]
    requests: tuple[int, int]
    seconds: tuple[int, int]


@dataclass(frozen=True)
class Peer:
    """`run` makes a run of a size, and gives its requests and CPU seconds; `lacks` says what is not installed."""

    name: str
    does: str
    sizes: tuple[int, int]
    run: Callable[[int], tuple[int, float]]
    lacks: Callable[[], str | None]


@dataclass(frozen=True)
class PeerResult:
    """CPU microseconds a request, and those of the reference of the same round; or what is not installed."""

    name: str
    does: str
    lacks: str | None = None
    cpu_us: Figure | None = None
    to_reference: Figure | None = None


class Contest:
    """All peers over one number of connections."""

    def __init__(self, bench: Workbench, sizes: Sizes, connections: int) -> None:
        self._bench = bench
        self._connections = connections
        whole_job = "checks, signs, asks, decodes, matches, tries again, writes each row"
        same_bytes = "sends the same bytes again and again, throws the answers away"
        self.peers = [
            Peer(OURS, f"{whole_job}, with its checkpoint", sizes.cards, self._ours, lambda: None),
            Peer(REFERENCE, same_bytes, sizes.seconds, self._wrk, _program("wrk")),
            Peer("h2load --h1", same_bytes, sizes.requests, self._h2load, _program("h2load")),
            Peer("curl --parallel", "a list of URLs, throws the answers away", sizes.requests, self._curl,
                 _program("curl")),
            Peer("aiohttp", f"{whole_job}, with its checkpoint; Python", sizes.slow_cards, self._aiohttp,
                 _module(PYTHON, "-c", "import aiohttp")),
            Peer("undici", f"{whole_job}, with its checkpoint; Node.js", sizes.slow_cards, self._undici,
                 _module("node", "-e", "require('undici')", environment=bench.environment)),
        ]

    def check_signatures(self, carrier: Simulator) -> None:
        """Raises where one of the others that resolve lists is refused by a carrier that does look at the token."""
        rows = self._bench.folder / "peer.csv"
        for peer, command in ((self.peers[-2], AIOHTTP), (self.peers[-1], UNDICI)):
            if peer.lacks() is None:
                run_client([*command, carrier.url, carrier.ca_file, self._bench.list_of(1000), rows, "4"],
                           self._bench.folder, environment=self._bench.environment)
                if len(rows.read_bytes().splitlines()) != 1001:
                    raise ClientFailed(f"{peer.name} has not written a row for each card")

    def measure(self, rounds: int) -> list[PeerResult]:
        """Every peer once a round, first a short run, then a long one."""
        lacks = {peer.name: peer.lacks() for peer in self.peers}
        costs: dict[str, list[float]] = {peer.name: [] for peer in self.peers if lacks[peer.name] is None}
        for number in range(rounds):
            # Who comes first changes, so that nobody is always behind the same neighbour.
            for peer in self.peers[number % len(self.peers):] + self.peers[:number % len(self.peers)]:
                if lacks[peer.name] is None:
                    short, long = (peer.run(size) for size in peer.sizes)
                    costs[peer.name].append(slope(short, long) * 1e6)
        return [self._result(peer, lacks[peer.name], costs) for peer in self.peers]

    @staticmethod
    def _result(peer: Peer, lacks: str | None, costs: dict[str, list[float]]) -> PeerResult:
        if lacks is not None:
            return PeerResult(peer.name, peer.does, lacks)
        reference = costs.get(REFERENCE)
        return PeerResult(peer.name, peer.does, None, figure_of(costs[peer.name]),
                          figure_of(ratios(costs[peer.name], reference)) if reference else None)

    # The clients.

    def _ours(self, count: int) -> tuple[int, float]:
        run = self._bench.resolve(count, Setting(connections=self._connections))
        return requests_for(count), run.usage.cpu_s

    def _wrk(self, seconds: int) -> tuple[int, float]:
        usage, arrived = self._run(["wrk", "-t1", f"-c{self._connections}", f"-d{seconds}s", self._fixed_url()])
        requests = _found(r"(\d+) requests in", usage)
        if "Non-2xx" in usage.output or "Socket errors" in usage.output or not (
                requests <= arrived <= requests + self._connections):
            raise ClientFailed(f"{arrived} requests at nginx, and wrk says:\n{usage.output[-600:]}")
        return requests, usage.cpu_s

    def _h2load(self, requests: int) -> tuple[int, float]:
        usage, arrived = self._run(["h2load", "--h1", "-t1", f"-c{self._connections}", f"-n{requests}",
                                    self._fixed_url()])
        if _found(r"status codes: (\d+) 2xx", usage) != requests or arrived != requests:
            raise ClientFailed(f"{arrived} requests at nginx, and h2load says:\n{usage.output[-1200:]}")
        return requests, usage.cpu_s

    def _curl(self, requests: int) -> tuple[int, float]:
        urls = self._bench.folder / "curl.config"
        urls.write_text(f'url = "{self._fixed_url()}"\noutput = "/dev/null"\n' * requests, encoding="ascii")
        usage, arrived = self._run(["curl", "--silent", "--show-error", "--fail", "--cacert", self._bench.nginx.ca_file,
                                    "--parallel", "--parallel-max", str(min(self._connections, CURL_CONNECTIONS)),
                                    "--config", urls])
        if arrived != requests:
            raise ClientFailed(f"{requests} requests by curl, {arrived} at nginx")
        return requests, usage.cpu_s

    def _aiohttp(self, count: int) -> tuple[int, float]:
        return self._other_resolver(AIOHTTP, count)

    def _undici(self, count: int) -> tuple[int, float]:
        return self._other_resolver(UNDICI, count)

    def _other_resolver(self, command: list[str | Path], count: int) -> tuple[int, float]:
        rows = self._bench.folder / "peer.csv"
        rows.unlink(missing_ok=True)
        usage, arrived = self._run([*command, self._bench.nginx.url(), self._bench.nginx.ca_file,
                                    self._bench.list_of(count), rows, str(self._connections)])
        if arrived != requests_for(count):
            raise ClientFailed(f"{arrived} requests at nginx for {count} cards")
        cards.check_rows(rows, count)
        return arrived, usage.cpu_s

    def _run(self, command: list[str | Path]) -> tuple[Usage, int]:
        before = self._bench.nginx.requests()
        usage = run_client(command, self._bench.folder, environment=self._bench.environment)
        return usage, self._bench.nginx.requests() - before

    def _fixed_url(self) -> str:
        """A request for 100 cards, as long as ours are; nginx looks at neither account nor token."""
        numbers = "_".join(cards.iccid_of(place) for place in range(CARDS_PER_REQUEST))
        return (f"{self._bench.nginx.url()}/v2/batchquerycardinfo?appid=100001&transid=1000012026010100000000000001"
                f"&ebid=2300000000000001&token={'0' * 64}&iccids={numbers}")


def _program(name: str) -> Callable[[], str | None]:
    return lambda: None if shutil.which(name) else f"{name} is not installed"


def _module(*command: str, environment: dict[str, str] | None = None) -> Callable[[], str | None]:
    """Whether a language has a module."""
    def lacks() -> str | None:
        if not shutil.which(command[0]):
            return f"{command[0]} is not installed"
        tried = subprocess.run(command, env={**os.environ, **(environment or {})}, capture_output=True, check=False)
        return None if tried.returncode == 0 else f"{command[0]} lacks the module"
    return lacks


def _found(pattern: str, usage: Usage) -> int:
    match = re.search(pattern, usage.output)
    if match is None:
        raise ClientFailed(f"no {pattern!r} in:\n{usage.output[-600:]}")
    return int(match[1])


def print_peers(results: list[PeerResult]) -> None:
    print(f"\n{'client':<18} {'CPU us / request':>18} {'x ' + REFERENCE:>8} {'(lowest, highest)':>18}")
    for result in results:
        if result.cpu_us is None:
            print(f"{result.name:<18} {result.lacks}")
            continue
        ratio = result.to_reference
        print(f"{result.name:<18} {result.cpu_us.median:>18.1f}" +
              (f" {ratio.median:>8.2f} {f'({ratio.low:.2f}, {ratio.high:.2f})':>18}" if ratio else ""))
    sys.stdout.flush()
