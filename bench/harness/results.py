"""All that one run of bench/run has measured, as the report and its JSON take it."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from harness.arithmetic import Figure
from harness.peers import OURS, PeerResult
from harness.sweeps import MemoryCurve, Sweep


@dataclass(frozen=True)
class Goal:
    """What is asked for, and what was measured."""

    asks: str
    measured: str


@dataclass
class Results:
    """Filled piece by piece. `keeping_progress` is a ratio of CPU times by folder, `plan_mb_per_s` megabytes a CPU
    second; `cost` and `gate` are what the programs of these names print."""

    started_at: str
    rounds: int
    quick: bool
    machine: dict[str, str]
    peers: list[PeerResult] = field(default_factory=list)
    lengths: Sweep | None = None
    memory: MemoryCurve | None = None
    sweeps: list[Sweep] = field(default_factory=list)
    keeping_progress: dict[str, Figure] = field(default_factory=dict)
    plan_mb_per_s: Figure | None = None
    cost: list[str] = field(default_factory=list)
    gate: list[str] = field(default_factory=list)

    def goals(self) -> list[Goal]:
        """Those of the project's goals that the figures at hand speak of."""
        goals = []
        by_name = {peer.name: peer for peer in self.peers if peer.cpu_us is not None}
        ours = by_name.get(OURS)
        if ours is not None and ours.to_reference is not None:
            goals.append(Goal("CPU for a request, the whole job, at most 1.4 times wrk's",
                              f"{ours.to_reference.median:.2f} times"))
        for name in ("aiohttp", "undici"):
            if ours is not None and ours.cpu_us is not None and name in by_name:
                other = by_name[name].cpu_us
                assert other is not None
                goals.append(Goal(f"CPU for a million cards at least 15 times less than the {name} client's",
                                  f"{other.median / ours.cpu_us.median:.1f} times less"))
        goals.extend(self._memory_goals())
        allocations = re.search(r"([\d.]+) allocations", "\n".join(self.cost))
        if allocations is not None:
            goals.append(Goal("At most 10 heap allocations for a request", allocations[1]))
        if self.plan_mb_per_s is not None:
            goals.append(Goal("plan reads at least 500 MB of a plain list in a CPU second",
                              f"{self.plan_mb_per_s.median:.0f} MB"))
        return goals

    def _memory_goals(self) -> list[Goal]:
        if self.lengths is None:
            return []
        peaks = {point.cards: point.peak_mib.high for point in self.lengths.points}
        longest = max(peaks)
        goals = [Goal(f"Peak memory at most 64 MiB; here with {longest:,} cards", f"{peaks[longest]:.1f} MiB")]
        if longest > 1_000_000 in peaks:
            goals.append(Goal("and within 4 MiB of that with 1,000,000 cards",
                              f"{peaks[longest] - peaks[1_000_000]:+.1f} MiB"))
        return goals

    def write_json(self, path: Path) -> None:
        facts = {**dataclasses.asdict(self), "goals": [dataclasses.asdict(goal) for goal in self.goals()]}
        path.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
