"""How cardresolver's cost depends on connections, latency, the list's length, TLS and the kind of output."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.arithmetic import Figure, figure_of, slope
from harness.workbench import CARDS_PER_REQUEST, ResolveRun, Setting, Workbench

LATENCIES = ("p50", "p90", "p99", "p999", "max")


@dataclass(frozen=True)
class Point:
    """One setting, over all rounds. CPU is the slope between a short and a long list, in seconds for a million
    cards; all else is of the long list's runs."""

    label: str
    value: float
    cards: int
    cpu_s_per_million: Figure
    rows_per_s: Figure
    peak_mib: Figure
    latency_ms: dict[str, float]


@dataclass(frozen=True)
class Sweep:
    """Points along one question. `axis` names what changes."""

    name: str
    axis: str
    setting: str
    points: list[Point] = field(default_factory=list)


@dataclass(frozen=True)
class MemoryCurve:
    """Resident memory in MiB over the seconds of one run."""

    cards: int
    samples: list[tuple[float, float]]


@dataclass(frozen=True)
class Place:
    """Where a point is measured."""

    label: str
    value: float
    setting: Setting
    cards: int


def sweep(bench: Workbench, question: Sweep, places: Sequence[Place], rounds: int) -> Sweep:
    """Every place once a round; the short list is a fifth of the long one."""
    short: dict[str, list[ResolveRun]] = {place.label: [] for place in places}
    long: dict[str, list[ResolveRun]] = {place.label: [] for place in places}
    for _ in range(rounds):
        for place in places:
            short[place.label].append(bench.resolve(place.cards // 5, place.setting))
            long[place.label].append(bench.resolve(place.cards, place.setting))
    for place in places:
        question.points.append(_point(place, short[place.label], long[place.label]))
    return question


def _point(place: Place, short: list[ResolveRun], long: list[ResolveRun]) -> Point:
    costs = [slope((a.cards, a.usage.cpu_s), (b.cards, b.usage.cpu_s)) * 1e6 for a, b in zip(short, long, strict=True)]
    latency = {name: figure_of(run.summary["latency_ms"][name] for run in long).median for name in LATENCIES}
    return Point(place.label, place.value, place.cards, figure_of(costs), figure_of(run.rows_per_s for run in long),
                 figure_of(run.usage.peak_mib for run in long), latency)


def lengths(bench: Workbench, counts: Sequence[int], rounds: int) -> tuple[Sweep, MemoryCurve]:
    """Whole runs, whose cost is all that they spent; and the memory over the time of the longest list."""
    question = Sweep("List length", "cards", "32 connections, TLS, CSV; CPU of the whole run")
    curve = MemoryCurve(0, [])
    for count in counts:
        # Ten million take half a minute each: their figures are steady.
        runs = [bench.resolve(count) for _ in range(rounds if count <= 1_000_000 else 1)]
        latency = {name: figure_of(run.summary["latency_ms"][name] for run in runs).median for name in LATENCIES}
        question.points.append(Point(
            f"{count:,}", count, count, figure_of(run.usage.cpu_s * 1e6 / count for run in runs),
            figure_of(run.rows_per_s for run in runs), figure_of(run.usage.peak_mib for run in runs), latency))
        curve = MemoryCurve(count, runs[-1].usage.memory)
    return question, curve


def enough_for(cards: int, connections: int) -> int:
    """So many that even the short list has two requests for each connection: then both pay all handshakes."""
    return max(cards, 5 * 2 * CARDS_PER_REQUEST * connections)


def connections(bench: Workbench, cards: int, rounds: int) -> Sweep:
    places = [Place(str(count), count, Setting(connections=count), enough_for(cards, count))
              for count in (1, 8, 32, 128, 512)]
    return sweep(bench, Sweep("Connections", "connections", "TLS, CSV, no delay"), places, rounds)


def latencies(bench: Workbench, cards: int, rounds: int) -> Sweep:
    places = [Place(f"{delay} ms", delay, Setting(connections=256, delay_ms=delay), enough_for(cards, 256))
              for delay in (0, 50, 200, 500)]
    return sweep(bench, Sweep("Latency", "ms until nginx answers", "256 connections, TLS, CSV"), places, rounds)


def transports(bench: Workbench, cards: int, rounds: int) -> Sweep:
    places = [Place("TLS 1.3", 0, Setting(), cards), Place("plain HTTP", 1, Setting(plain=True), cards)]
    return sweep(bench, Sweep("Transport", "", "32 connections, CSV"), places, rounds)


def outputs(bench: Workbench, cards: int, rounds: int) -> Sweep:
    targets = {"CSV": "rows.csv", "CSV.gz": "rows.csv.gz", "CSV.zst": "rows.csv.zst", "NDJSON": "rows.ndjson",
               "SQLite": "sqlite:rows.db"}
    if bench.postgres:
        separator = "&" if "?" in bench.postgres else "?"
        targets["PostgreSQL"] = f"{bench.postgres}{separator}table=cardresolver_bench"
    places = [Place(label, place, Setting(output=target), cards) for place, (label, target) in
              enumerate(targets.items())]
    return sweep(bench, Sweep("Output", "", "32 connections, TLS"), places, rounds)


def print_sweep(question: Sweep) -> None:
    print(f"\n{question.name} ({question.setting})")
    print(f"{question.axis:>24} {'CPU s / million':>16} {'rows / s':>12} {'peak MiB':>9}"
          f" {'p50 ms':>9} {'p99 ms':>9}")
    for point in question.points:
        print(f"{point.label:>24} {point.cpu_s_per_million.median:>16.2f} {point.rows_per_s.median:>12,.0f}"
              f" {point.peak_mib.high:>9.1f} {point.latency_ms['p50']:>9.1f} {point.latency_ms['p99']:>9.1f}")
    sys.stdout.flush()
