"""Measures what cardresolver costs, against an nginx that is not ours and beside other clients.

Builds the release, calls scripts/bootstrap for what is missing, and measures over TLS:
  - CPU time for a request, of cardresolver, wrk, h2load, curl, an aiohttp client and an undici client, in turn;
  - CPU, rows a second, memory and latency by connections, latency, transport, kind of output and length of the list;
  - the CPU time of rows into a file, with checkpoints, to that of the same rows into standard output, without, in pairs
    against the built-in carrier; on the disk, and in memory (/dev/shm), where making rows durable costs nothing, so
    that the difference of the two is the price of the disk;
  - what the gate before the carrier costs;
  - instructions and heap allocations for a request, by bench/cost (not with --quick: it takes minutes).
All rows of cardresolver and of those that do the same job are checked, and all requests counted. Prints tables, and
writes bench/report.html and bench/report.json. Figures are medians of the rounds. The servers share the machine, so the
wall time says little; CPU time and memory are the client's alone.

CARDRESOLVER_BENCH_POSTGRES=postgresql://USER@HOST/DATABASE adds PostgreSQL to the kinds of output; rows go to its table
cardresolver_bench, the password is read from PGPASSFILE.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import machine, peers, report, sweeps
from harness.arithmetic import Figure, figure_of
from harness.cards import WrongRows
from harness.process import ClientFailed, Usage, run_client
from harness.results import Results
from harness.servers import Nginx, ServerFailed, Simulator
from harness.workbench import ACCOUNT, PROGRAM, ROOT, Workbench

QUICK_SIZES = peers.Sizes(cards=(200_000, 1_200_000), slow_cards=(10_000, 60_000), requests=(500, 3_000),
                          seconds=(1, 3))
FULL_SIZES = peers.Sizes(cards=(1_000_000, 4_000_000), slow_cards=(50_000, 400_000), requests=(4_000, 24_000),
                         seconds=(2, 12))
PARTS = ("peers", "connections", "latency", "transport", "output", "length", "plan", "progress", "gate", "cost")


def build() -> None:
    if subprocess.run([ROOT / "scripts" / "bootstrap", "bench"], check=False).returncode != 0:
        print("bench/run: going on with what is installed", file=sys.stderr)
    subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", "--preset", "release", "--target", "all", "bench_gate"], cwd=ROOT, check=True)


def run_against(carrier: Simulator, bench: Workbench, place: Path, cards: int, connections: int,
                keeps_progress: bool) -> Usage:
    """One run against the built-in carrier; checks that every card was answered by full requests. `place` is the folder
    of what it writes."""
    rows, plain, summary = (place / name for name in ("rows.csv", "plain.csv", "summary.json"))
    # Dropping the pages of a file that is replaced costs whoever replaces it.
    for path in (rows, plain):
        path.unlink(missing_ok=True)
    usage = run_client([PROGRAM, "resolve", bench.list_of(cards), "-o", rows if keeps_progress else "-",
                        "--base-url", carrier.url, "--ca-file", carrier.ca_file, *ACCOUNT, "--rate", "unlimited",
                        "--connections", str(connections), "--progress", "none", "--summary", summary],
                       bench.folder, environment={**bench.environment, "STATE_DIRECTORY": str(place)}, output=plain)
    facts = json.loads(summary.read_text(encoding="utf-8"))
    if facts["outcomes"]["resolved"] != cards or facts["requests"]["sent"] != -(-cards // 100):
        raise ClientFailed(f"not every card was answered by full requests: {facts['outcomes']} {facts['requests']}")
    return usage


def compare_progress(carrier: Simulator, bench: Workbench, place: Path, cards: int, pairs: int,
                     connections: int) -> Figure:
    """Which one comes first changes from pair to pair."""
    ratios = []
    for pair in range(pairs):
        cost = {keeps: run_against(carrier, bench, place, cards, connections, keeps).cpu_s
                for keeps in ((True, False) if pair % 2 else (False, True))}
        ratios.append(cost[True] / cost[False])
    print(f"keeping progress in {place.parent}: {statistics.median(ratios):.3f} times the CPU time without"
          f" (median of {pairs} pairs, {min(ratios):.3f} to {max(ratios):.3f})", flush=True)
    return figure_of(ratios)


def measure_gate() -> list[str]:
    command = [ROOT / "build" / "release" / "bench" / "bench_gate"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    print("\nthe gate:", *lines, sep="\n", flush=True)
    return lines


def measure_cost() -> list[str]:
    """What bench/cost says, also where it finds that a figure has changed."""
    if not shutil.which("valgrind"):
        print("\nbench/cost: valgrind is not installed")
        return []
    environment = {**os.environ, "CARDRESOLVER_PROGRAM": str(PROGRAM)}
    lines = subprocess.run([ROOT / "bench" / "cost"], env=environment, check=False, stdout=subprocess.PIPE,
                           text=True).stdout.splitlines()
    print("\ninstructions and allocations, by bench/cost:", *lines, sep="\n", flush=True)
    return lines


def measure_plan(bench: Workbench, cards: int, rounds: int) -> Figure:
    """Megabytes of a plain list that `plan` reads in a CPU second."""
    path = bench.list_of(cards)
    costs = [run_client([PROGRAM, "plan", path, "--rate", "50/s"], bench.folder, environment=bench.environment).cpu_s
             for _ in range(rounds)]
    speed = figure_of(path.stat().st_size / 1e6 / cost for cost in costs)
    print(f"\nplan: {speed.median:.0f} MB of a plain list in a CPU second", flush=True)
    return speed


class Measurement:
    """All parts of one run, by their names in `PARTS`; each prints its table and keeps its figures."""

    def __init__(self, bench: Workbench, carrier: Simulator, results: Results, options: argparse.Namespace) -> None:
        self._bench, self._carrier, self._results, self._options = bench, carrier, results, options
        self._rounds: int = results.rounds
        self._cards = 300_000 if results.quick else 2_000_000

    def peers(self) -> None:
        contest = peers.Contest(self._bench, QUICK_SIZES if self._results.quick else FULL_SIZES,
                                self._options.connections)
        contest.check_signatures(self._carrier)
        self._results.peers = contest.measure(self._rounds)
        peers.print_peers(self._results.peers)

    def connections(self) -> None:
        self._keep(sweeps.connections(self._bench, self._cards, self._rounds))

    def latency(self) -> None:
        # With 500 ms, 256 connections carry 50,000 cards a second.
        self._keep(sweeps.latencies(self._bench, self._cards // 2, self._rounds))

    def transport(self) -> None:
        self._keep(sweeps.transports(self._bench, self._cards, self._rounds))

    def output(self) -> None:
        self._keep(sweeps.outputs(self._bench, self._cards, self._rounds))

    def length(self) -> None:
        longest = self._options.longest
        shorter = [count for count in (10_000, 100_000, 1_000_000, 10_000_000) if count < longest]
        self._results.lengths, self._results.memory = sweeps.lengths(self._bench, [*shorter, longest], self._rounds)
        sweeps.print_sweep(self._results.lengths)

    def plan(self) -> None:
        self._results.plan_mb_per_s = measure_plan(self._bench, self._options.longest, self._rounds)

    def progress(self) -> None:
        cards, pairs = 500_000 if self._results.quick else 1_000_000, 2 * self._rounds - 1
        print()
        with tempfile.TemporaryDirectory(prefix="cardresolver-bench-", dir="/dev/shm") as in_memory:
            for place in (self._bench.folder, Path(in_memory)):
                self._results.keeping_progress[str(place.parent)] = compare_progress(
                    self._carrier, self._bench, place, cards, pairs, self._options.connections)

    def gate(self) -> None:
        self._results.gate = measure_gate()

    def cost(self) -> None:
        self._results.cost = measure_cost()

    def _keep(self, sweep: sweeps.Sweep) -> None:
        self._results.sweeps.append(sweep)
        sweeps.print_sweep(sweep)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true",
                        help="three rounds, short lists: in ten minutes, with the build, on two cores")
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART",
                        help="measure this alone; may be given several times: " + ", ".join(PARTS))
    parser.add_argument("--rounds", type=int, help="rounds of everything (default 5; 3 with --quick)")
    parser.add_argument("--connections", type=int, default=32,
                        help="connections of all clients where these are not the question (default 32)")
    parser.add_argument("--longest", type=int, metavar="CARDS",
                        help="the longest list (default 10000000; 1000000 with --quick)")
    options = parser.parse_args()
    options.only = options.only or [part for part in PARTS if part != "cost" or not options.quick]
    if options.rounds is None:
        options.rounds = 3 if options.quick else 5
    if options.longest is None:
        options.longest = 1_000_000 if options.quick else 10_000_000
    if options.rounds < 1 or options.longest < 10_000 or not 1 <= options.connections <= 1000:
        parser.error("--rounds begins at 1, --longest at 10000; --connections is 1 to 1000")
    return options


def main() -> None:
    options = parse_options()
    build()
    started = time.monotonic()
    results = Results(datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), options.rounds,
                      options.quick, machine.facts(PROGRAM))
    with tempfile.TemporaryDirectory(prefix="cardresolver-bench-") as name:
        folder = Path(name)
        try:
            with Nginx(folder / "nginx") as nginx, Simulator(PROGRAM, folder) as carrier:
                bench = Workbench(folder, nginx, os.environ.get("CARDRESOLVER_BENCH_POSTGRES"))
                measurement = Measurement(bench, carrier, results, options)
                for part in options.only:
                    getattr(measurement, part)()
        except (ClientFailed, ServerFailed, WrongRows) as failure:
            sys.exit(f"bench/run: {failure}")
    for goal in results.goals():
        print(f"goal: {goal.asks}: {goal.measured}")
    results.write_json(ROOT / "bench" / "report.json")
    (ROOT / "bench" / "report.html").write_text(report.page(results), encoding="utf-8")
    minutes = (time.monotonic() - started) / 60
    print(f"\nmeasured for {minutes:.1f} minutes; see bench/report.html and bench/report.json")


main()
