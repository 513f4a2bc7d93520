"""Medians, slopes and ratios: what figures are made of."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """The median of several rounds, with the smallest and the largest of them."""

    median: float
    low: float
    high: float


def figure_of(values: Iterable[float]) -> Figure:
    """At least one value."""
    taken = list(values)
    return Figure(statistics.median(taken), min(taken), max(taken))


def slope(short: tuple[float, float], long: tuple[float, float]) -> float:
    """What one more of the first costs of the second, between two points (amount, cost). What both runs pay once,
    such as starting up and handshakes, cancels out. The amounts must differ."""
    if short[0] == long[0]:
        raise ValueError("two runs of one size have no slope")
    return (long[1] - short[1]) / (long[0] - short[0])


def ratios(values: Sequence[float], reference: Sequence[float]) -> list[float]:
    """Round by round: a slow moment of the machine strikes both."""
    return [value / base for value, base in zip(values, reference, strict=True)]
