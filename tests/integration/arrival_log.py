"""What came to a carrier, and when, by the carrier's own monotonic clock; and how many came in a window of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

SECOND = 1_000_000_000  # all times are whole nanoseconds: no two windows differ by a rounding

ACCEPTED, REFUSED, FAILED = "accepted", "refused", "failed"


@dataclass(slots=True)
class Arrival:
    """One request, at the moment the carrier counted it."""

    time: int
    outcome: str  # ACCEPTED, REFUSED (over the limit or the quota) or FAILED (an outage)
    transid: str
    kind: str  # of its numbers
    connection: int  # from 1, in the order of their handshakes
    took: int = 0  # from the whole request read to the whole reply given to the kernel; 0: no reply


def worst_window(times: Sequence[int], window: int) -> int:
    """The most arrivals in any half-open window of that length. `times` ascend."""
    worst = first = 0
    for place, time in enumerate(times):
        while time - times[first] >= window:
            first += 1
        worst = max(worst, place - first + 1)
    return worst


def windows_above(times: Sequence[int], limit: int, window: int) -> int:
    """How many arrivals begin a half-open window that holds more than `limit`. `times` ascend."""
    return sum(later - time < window for time, later in zip(times, times[limit:]))


def repeated(transids: Iterable[str]) -> int:
    """How many came that had come before."""
    return sum(count - 1 for count in Counter(transids).values())


class ArrivalLog:
    """Arrivals in the order of their times. One thread appends; any thread may read."""

    def __init__(self) -> None:
        self._arrivals: list[Arrival] = []

    def append(self, arrival: Arrival) -> None:
        self._arrivals.append(arrival)

    def __len__(self) -> int:
        return len(self._arrivals)

    @property
    def origin(self) -> int:
        """When the first one came."""
        return self._arrivals[0].time

    def arrivals(self, begin: float = 0, end: float = float("inf"),
                 like: Callable[[Arrival], bool] = lambda _: True) -> list[Arrival]:
        """Those from `begin` to before `end`, in seconds since the first one."""
        found = list(self._arrivals)
        if not found:
            return []
        origin = found[0].time
        return [one for one in found if begin <= (one.time - origin) / SECOND < end and like(one)]

    def times(self) -> list[int]:
        return [one.time for one in self.arrivals()]

    def count(self, outcome: str, begin: float = 0, end: float = float("inf")) -> int:
        return len(self.arrivals(begin, end, lambda one: one.outcome == outcome))

    def per_second(self, begin: float, end: float, outcome: str | None = None) -> float:
        """Arrivals a second from `begin` to before `end`, in seconds since the first one."""
        found = self.arrivals(begin, end)
        return sum(outcome in (None, one.outcome) for one in found) / (end - begin)

    def mean_latency(self, begin: float, end: float) -> float:
        """Seconds from a request read to its reply given to the kernel; 0 where none was answered."""
        took = [one.took for one in self.arrivals(begin, end) if one.took]
        return sum(took) / len(took) / SECOND if took else 0.0

    def report(self, limits: Iterable[tuple[int, float]] = ()) -> dict[str, Any]:
        """All of it in figures; `limits` are pairs of a count and a window in seconds."""
        found = self.arrivals()
        times = [one.time for one in found]
        outcomes = Counter(one.outcome for one in found)
        length = (times[-1] - times[0]) / SECOND if times else 0.0
        return {
            "requests": len(found), **{name: outcomes[name] for name in (ACCEPTED, REFUSED, FAILED)},
            "duration_s": length, "per_second": (len(found) - 1) / length if length else 0.0,
            "refused_share": outcomes[REFUSED] / len(found) if found else 0.0,
            "repeated_transids": repeated(one.transid for one in found),
            "windows": [{"limit": limit, "window_s": window, "worst": worst_window(times, round(window * SECOND)),
                         "above": windows_above(times, limit, round(window * SECOND))} for limit, window in limits],
        }
