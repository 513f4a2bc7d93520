"""The report as one HTML page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

from harness.arithmetic import Figure
from harness.charts import Bar, Series, bar_chart, line_chart
from harness.peers import OURS, REFERENCE, PeerResult
from harness.results import Results
from harness.sweeps import LATENCIES, Point, Sweep

WALL_CLOCK = ("Clients and servers share this machine's cores, so rows a second and latencies say what both got done "
              "together, here, and nothing about wall time elsewhere; CPU time and memory are the client's alone.")
LEAN = 5.0  # times wrk's; what costs more has no place in a plot of the small differences

STYLE = """
:root { color-scheme: light dark; --back: #fff; --text: #1c2024; --faint: #5d6670; --rule: #dde1e6; --head: #f3f5f7;
  --ours: #0b63c5; --other: #9aa5b1; --mark: #c0392b; --two: #c46a00; --three: #7a3fb0; --four: #18794e; }
@media (prefers-color-scheme: dark) { :root { --back: #14171a; --text: #e6e9ec; --faint: #a1abb5; --rule: #343b42;
  --head: #1d2226; --ours: #5aa9ff; --other: #6d7883; --mark: #ff7b6b; --two: #ffae4d; --three: #c39bf0;
  --four: #4cc38a; } }
body { background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; max-width: 1180px;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: .2rem; } h2 { font-size: 1.25rem; margin: 2.4rem 0 .4rem; }
p { max-width: 46rem; } .faint, figcaption { color: var(--faint); } .note { border-left: 3px solid var(--mark);
  padding-left: .8rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 1.2rem; }
figure { margin: .6rem 0; max-width: 560px; } figcaption { font-size: .9rem; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .6rem 0; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: top; }
th { background: var(--head); font-weight: 600; } th:first-child, td:first-child, .words { text-align: left; }
td { white-space: nowrap; } td.words { white-space: normal; }
tr.ours td { font-weight: 600; } pre { overflow-x: auto; background: var(--head); padding: .7rem; }
.grid { stroke: var(--rule); } .line { fill: none; stroke-width: 2; } .whisker { stroke: var(--text); }
.mark { stroke: var(--mark); stroke-dasharray: 4 3; }
.bar.ours { fill: var(--ours); } .bar.other { fill: var(--other); }
.line.series0 { stroke: var(--ours); } .line.series1 { stroke: var(--two); } .line.series2 { stroke: var(--three); }
.line.series3 { stroke: var(--four); } .dot.series0 { fill: var(--ours); } .dot.series1 { fill: var(--two); }
.dot.series2 { fill: var(--three); } .dot.series3 { fill: var(--four); }
"""


def page(results: Results) -> str:
    """The whole page."""
    sections = [_head(results), _goals(results), _peers(results)]
    sections.extend(_sweep(sweep) for sweep in results.sweeps)
    sections.extend([_lengths(results), _rest(results)])
    return ('<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>cardresolver: what it costs</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<style>{STYLE}</style></head><body>\n" + "\n".join(filter(None, sections)) + "\n</body></html>\n")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: Sequence[int] = (0,), ours: str = "") -> str:
    """`words` are the columns of text, which begin at the left; the row that begins with `ours` stands out."""
    def row(cells: Sequence[str], tag: str) -> str:
        return "".join(f'<{tag}{" class=words" if place in words else ""}>{escape(cell)}</{tag}>'
                       for place, cell in enumerate(cells))
    body = "".join(f'<tr{" class=ours" if ours and cells[0] == ours else ""}>{row(cells, "td")}</tr>'
                   for cells in rows)
    return f'<div class="wide"><table><thead><tr>{row(head, "th")}</tr></thead><tbody>{body}</tbody></table></div>'


def spread(figure: Figure, digits: int) -> str:
    """The median with the lowest and the highest round."""
    return f"{figure.median:,.{digits}f} ({figure.low:,.{digits}f} to {figure.high:,.{digits}f})"


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _head(results: Results) -> str:
    kind = "short lists" if results.quick else "long lists"
    return (f"<h1>cardresolver: what it costs</h1><p class=faint>Measured on {escape(results.started_at)}, with {kind}."
            f" Rounds: {results.rounds}. Figures are medians, with lowest and highest in brackets.</p>"
            f"<p class=note>{escape(WALL_CLOCK)}</p>"
            + table(["what", "which"], results.machine.items(), words=(0, 1)))


def _goals(results: Results) -> str:
    goals = results.goals()
    if not goals:
        return ""
    return "<h2>Against the goals</h2>" + table(["goal", "measured"], [(goal.asks, goal.measured) for goal in goals],
                                                words=(0,))


def _peers(results: Results) -> str:
    if not results.peers:
        return ""
    measured = [peer for peer in results.peers if peer.to_reference is not None]
    lean = [peer for peer in measured if peer.to_reference is not None
            and (peer.name == OURS or peer.to_reference.median <= LEAN)]
    text = ("<h2>Against other clients</h2><p>All of them against the same nginx, in turn, over as many connections. "
            "The cost of a request is the slope between a short and a long run, so starting up and handshakes are not "
            "in it. A request asks for 100 cards.</p>")
    figures = []
    if lean:
        figures.append(_figure(_ratio_chart("Lean clients", lean, marks=(1.0, 1.4)),
                               f"CPU time of the client for a request, as a multiple of {REFERENCE}'s in the same "
                               "round. The dashed lines are at 1 and at 1.4, the goal. Shorter is better."))
    if len(measured) > len(lean):
        figures.append(_figure(_ratio_chart("All clients", measured),
                               "The same for all clients: those in Python and Node.js do the same job as "
                               "cardresolver."))
    rows = [_peer_row(peer) for peer in results.peers]
    return (text + f'<div class="figures">{"".join(figures)}</div>' +
            table(["client", "CPU us a request", f"times {REFERENCE}", "CPU s for a million cards", "what it does"],
                  rows, words=(0, 4), ours=OURS))


def _ratio_chart(title: str, peers: Sequence[PeerResult], marks: Sequence[float] = ()) -> str:
    bars = [Bar(peer.name, peer.to_reference.median, peer.to_reference.low, peer.to_reference.high, peer.name == OURS)
            for peer in peers if peer.to_reference is not None]
    return bar_chart(title, bars, f"times {REFERENCE}", marks=marks)


def _peer_row(peer: PeerResult) -> list[str]:
    if peer.cpu_us is None:
        return [peer.name, "not installed", "", "", str(peer.lacks)]
    return [peer.name, spread(peer.cpu_us, 1), spread(peer.to_reference, 2) if peer.to_reference else "",
            f"{peer.cpu_us.median / 100:.2f}", peer.does]


def _sweep(sweep: Sweep) -> str:
    labels = [point.label for point in sweep.points]
    if sweep.axis:
        figures = [_figure(_stepped("CPU", sweep, "CPU s / million", lambda p: p.cpu_s_per_million.median),
                           "CPU seconds of the client for a million cards. Lower is better; flat is best."),
                   _figure(_stepped("rows", sweep, "rows / s", lambda p: p.rows_per_s.median),
                           "Rows a second, wall time.")]
    else:
        bars = [Bar(point.label, point.cpu_s_per_million.median, point.cpu_s_per_million.low,
                    point.cpu_s_per_million.high, place == 0) for place, point in enumerate(sweep.points)]
        figures = [_figure(bar_chart(f"{sweep.name}: CPU", bars, "CPU s / million"),
                           "CPU seconds of the client for a million cards. Shorter is better.")]
    if sweep.name == "Connections":
        series = [Series(name, [(float(place), point.latency_ms[name]) for place, point in enumerate(sweep.points)])
                  for name in ("p50", "p99", "p999", "max")]
        figures.append(_figure(line_chart("Latency percentiles", series, sweep.axis, "ms", steps=labels,
                                          is_logarithmic=True),
                               "Latency as the client sees it: half of all replies are faster than p50, one in a "
                               "thousand is slower than p999. Each grid line stands for ten times the one below."))
    return (f"<h2>{escape(sweep.name)}</h2><p class=faint>{escape(sweep.setting)}; up to "
            f"{max(point.cards for point in sweep.points):,} cards a run.</p>"
            f'<div class="figures">{"".join(figures)}</div>' + _points_table(sweep))


def _stepped(title: str, sweep: Sweep, y_name: str, value: Callable[[Point], float]) -> str:
    points = [(float(place), value(point)) for place, point in enumerate(sweep.points)]
    return line_chart(f"{sweep.name}: {title}", [Series(sweep.name, points)], sweep.axis, y_name,
                      steps=[point.label for point in sweep.points])


def _points_table(sweep: Sweep) -> str:
    head = [sweep.axis or sweep.name.lower(), "cards", "CPU s / million", "rows / s", "peak MiB",
            *(f"{name} ms" for name in LATENCIES)]
    return table(head, [_point_row(point) for point in sweep.points])


def _point_row(point: Point) -> list[str]:
    return [point.label, f"{point.cards:,}", spread(point.cpu_s_per_million, 2), f"{point.rows_per_s.median:,.0f}",
            f"{point.peak_mib.high:.1f}", *(f"{point.latency_ms[name]:.1f}" for name in LATENCIES)]


def _lengths(results: Results) -> str:
    if results.lengths is None:
        return ""
    sweep = results.lengths
    figures = [_figure(_stepped("memory", sweep, "peak MiB", lambda p: p.peak_mib.high),
                       "Peak memory of the client against the length of the list. It must not grow with it."),
               _figure(_stepped("CPU", sweep, "CPU s / million", lambda p: p.cpu_s_per_million.median),
                       "CPU seconds of the client for a million cards, of the whole run: short lists pay for starting "
                       "up and 32 handshakes.")]
    if results.memory is not None and len(results.memory.samples) > 1:
        curve = Series("resident", results.memory.samples)
        figures.append(_figure(line_chart("Memory over time", [curve], "seconds since the start", "MiB"),
                               f"Memory over the time of one run with {results.memory.cards:,} cards. It must stay "
                               "level."))
    return (f"<h2>{escape(sweep.name)}, and memory</h2><p class=faint>{escape(sweep.setting)}.</p>"
            f'<div class="figures">{"".join(figures)}</div>' + _points_table(sweep))


def _rest(results: Results) -> str:
    text = ""
    if results.cost:
        text += ("<h2>Whatever the machine's speed</h2><p>Counted by <code>bench/cost</code>, over plain HTTP, on "
                 f"the threads that work by the request.</p><pre>{escape(chr(10).join(results.cost))}</pre>")
    if results.keeping_progress:
        text += ("<h2>Keeping progress</h2><p>CPU time of rows into a file, with checkpoints, as a multiple of that of "
                 "the same rows into standard output, without: pairs of runs against the built-in carrier. In /dev/shm "
                 "making rows durable costs nothing; what the other folder costs more is the price of its disk.</p>"
                 + table(["folder", "times the CPU time without"],
                         [(place, spread(ratio, 3)) for place, ratio in results.keeping_progress.items()]))
    if results.gate:
        text += ("<h2>The gate before the carrier</h2><p>CPU time of one permit under several limits; time is "
                 f"virtual.</p><pre>{escape(chr(10).join(results.gate))}</pre>")
    return text
