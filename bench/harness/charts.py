"""Plots as SVG text. Colours come from the page's style sheet, which knows light and dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 30, 16, 44


@dataclass(frozen=True)
class Series:
    """Points of a line, in the order of x."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Bar:
    """A length with its name; `low` and `high` are where its whisker ends."""

    name: str
    value: float
    low: float
    high: float
    is_ours: bool = False


def nice_ticks(high: float, count: int = 5) -> list[float]:
    """0 and some round numbers above, the last of them not below `high`."""
    if high <= 0:
        return [0.0, 1.0]
    raw = high / count
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if raw <= factor * magnitude * (1 + 1e-9))
    return [place * step for place in range(math.ceil(high / step - 1e-9) + 1)]


def decades(low: float, high: float) -> list[float]:
    """Powers of ten from one not above `low`, which is above 0, to one not below `high`."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [10.0 ** power for power in range(first, max(last, first + 1) + 1)]


def number_text(value: float) -> str:
    """Short, as it stands at an axis: 0.25, 12, 12k, 3M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def line_chart(title: str, series: Sequence[Series], x_name: str, y_name: str, *, steps: Sequence[str] = (),
               is_logarithmic: bool = False) -> str:
    """`steps` names the points of x where these are steps at equal distances, such as 1, 8, 32, 128. On a logarithmic
    scale all y are above 0."""
    values = [y for line in series for _, y in line.points]
    ticks = decades(min(values), max(values)) if is_logarithmic else nice_ticks(max(values))
    x_ticks = [(float(place), name) for place, name in enumerate(steps)] if steps else \
        [(value, number_text(value)) for value in nice_ticks(max(x for line in series for x, _ in line.points))]
    last = x_ticks[-1][0] or 1.0

    def at(x: float, y: float) -> tuple[float, float]:
        share = math.log(y / ticks[0], ticks[-1] / ticks[0]) if is_logarithmic else y / ticks[-1]
        return (LEFT + x / last * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM))

    parts = [_start(title, HEIGHT)]
    for tick in ticks:
        y = at(0, tick)[1]
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(LEFT - 8, y + 4, number_text(tick), "end"))
    for x, name in x_ticks:
        parts.append(_text(at(x, ticks[0])[0], HEIGHT - BOTTOM + 18, name, "middle"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, x_name, "middle"))
    parts.append(f'<text class="name" transform="translate(14 {(HEIGHT - BOTTOM + TOP) / 2:.0f}) rotate(-90)" '
                 f'text-anchor="middle">{escape(y_name)}</text>')
    for place, line in enumerate(series):
        corners = [at(x, y) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
        parts.append(f'<polyline class="line series{place}" points="{path}"/>')
        if len(corners) <= 20:
            parts.extend(f'<circle class="dot series{place}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in corners)
    if len(series) > 1:
        parts.extend(_legend(series))
    return "".join([*parts, "</svg>"])


def bar_chart(title: str, bars: Sequence[Bar], unit: str, *, marks: Sequence[float] = ()) -> str:
    """Horizontal bars from 0, each with its value at its end; `marks` are vertical lines at these values."""
    row, name_width, value_width = 30, 130, 84
    ticks = nice_ticks(max(bar.high for bar in bars))
    scale = (WIDTH - name_width - value_width) / ticks[-1]
    height = TOP + row * len(bars) + 34
    floor = TOP + row * len(bars)
    parts = [_start(title, height)]
    for tick in ticks:
        x = name_width + tick * scale
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{floor}"/>')
        parts.append(_text(x, floor + 14, number_text(tick), "middle"))
    parts.append(_text(name_width + ticks[-1] * scale / 2, height - 4, unit, "middle"))
    for place, bar in enumerate(bars):
        y = TOP + row * place + row / 2
        end = name_width + max(bar.value, 0) * scale
        parts.append(_text(name_width - 8, y + 4, bar.name, "end"))
        parts.append(f'<rect class="bar {"ours" if bar.is_ours else "other"}" x="{name_width}" y="{y - 9:.1f}" '
                     f'width="{end - name_width:.1f}" height="18"/>')
        low, high = (name_width + max(value, 0) * scale for value in (bar.low, bar.high))
        parts.append(f'<line class="whisker" x1="{low:.1f}" x2="{high:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(max(end, high) + 8, y + 4, f"{bar.value:.2f}", "start"))
    parts.extend(f'<line class="mark" x1="{name_width + mark * scale:.1f}" x2="{name_width + mark * scale:.1f}" '
                 f'y1="{TOP}" y2="{floor}"/>' for mark in marks)
    return "".join([*parts, "</svg>"])


def _legend(series: Sequence[Series]) -> list[str]:
    parts = []
    for place, line in enumerate(series):
        x = LEFT + 12 + 88 * place
        parts.append(f'<line class="line series{place}" x1="{x}" x2="{x + 18}" y1="{TOP + 4}" y2="{TOP + 4}"/>')
        parts.append(_text(x + 24, TOP + 8, line.name, "start"))
    return parts


def _start(title: str, height: float) -> str:
    return (f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title, quote=True)}" '
            f'xmlns="http://www.w3.org/2000/svg">')


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
