#!/usr/bin/env python3
"""What bench/run makes of its measurements: figures, checks of rows, plots, the page."""

from __future__ import annotations

import dataclasses
import gzip
import json
import sqlite3
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

BENCH = Path(__file__).resolve().parent.parent.parent / "bench"
sys.path.insert(0, str(BENCH))

from harness import arithmetic, cards, charts, peers, process, report, servers, sweeps  # noqa: E402
from harness.arithmetic import Figure  # noqa: E402
from harness.results import Results  # noqa: E402

ROW = "{line},{number},iccid,resolved,{number},1{digits},460{digits},0,正确\n"


def right_rows(count: int) -> list[bytes]:
    """The header and a row for each card, the last one first: the order of answers is promised nowhere."""
    rows = [ROW.format(line=place + 1, number=cards.iccid_of(place), digits=f"{place:012d}") for place in range(count)]
    return [cards.HEADER, *(row.encode() for row in reversed(rows))]


class Arithmetic(unittest.TestCase):
    def test_a_figure_is_the_median_with_its_spread(self) -> None:
        self.assertEqual(arithmetic.figure_of([3, 1, 2]), Figure(2, 1, 3))
        self.assertEqual(arithmetic.figure_of([4, 1, 2, 3]), Figure(2.5, 1, 4))

    def test_what_both_runs_pay_once_is_not_in_the_slope(self) -> None:
        for once in (0.0, 0.7):
            self.assertAlmostEqual(arithmetic.slope((1000, once + 0.03), (5000, once + 0.15)), 3e-5)
        with self.assertRaises(ValueError):
            arithmetic.slope((1000, 1), (1000, 2))

    def test_ratios_are_taken_round_by_round(self) -> None:
        self.assertEqual(arithmetic.ratios([3, 60], [2, 40]), [1.5, 1.5])
        with self.assertRaises(ValueError):
            arithmetic.ratios([1, 2], [1])


class Rule(unittest.TestCase):
    def test_each_number_of_a_card_leads_to_the_same_card(self) -> None:
        card = {"iccid": "89860000064826090209", "msisdn": "1064826090209", "imsi": "460064826090209"}
        for number in card.values():
            self.assertEqual(cards.card_of(number), card)

    def test_eleven_digits_are_a_number_too(self) -> None:
        self.assertEqual(cards.card_of("13800138000"), {"iccid": "89860000993800138000", "msisdn": "13800138000",
                                                        "imsi": "460993800138000"})

    def test_an_iccid_keeps_its_own_beginning(self) -> None:
        self.assertEqual(cards.card_of(cards.iccid_of(7))["iccid"], "898602B2000000000007")
        self.assertEqual(cards.card_of(cards.iccid_of(7))["imsi"], "460000000000007")


class Rows(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="cardresolver-test-")))

    def test_right_rows_pass_in_any_order(self) -> None:
        cards.check_csv(right_rows(250), 250)

    def test_each_fault_is_found(self) -> None:
        rows = right_rows(3)
        faults = {
            "the header": [b"line,number\n", *rows[1:]],
            "line 1 has no row": rows[:-1],
            "line 3 has a second row": [*rows, rows[1]],
            "line 4 has a row and no record": right_rows(4),
            "wrong: 1,898602B2000000000000,iccid,resolved": [
                *rows[:-1], rows[-1].replace(b",1000000000000,", b",1000000000001,")],
            "wrong: 1,898602B2000000000000,iccid,refused": [*rows[:-1], rows[-1].replace(b"resolved", b"refused")],
        }
        for fault, found in faults.items():
            with self.subTest(fault), self.assertRaisesRegex(cards.WrongRows, fault):
                cards.check_csv(found, 3)

    def test_a_list_has_each_card_once(self) -> None:
        path = self.folder / "cards.txt"
        cards.write_list(path, 100_001)
        numbers = path.read_text(encoding="ascii").splitlines()
        self.assertEqual((numbers[0], numbers[-1]), (cards.iccid_of(0), cards.iccid_of(100_000)))
        self.assertEqual(len(set(numbers)), 100_001)

    def test_all_forms_of_rows_are_read(self) -> None:
        def write_database(path: Path, number: str) -> None:
            database = sqlite3.connect(path)
            database.execute("CREATE TABLE cardresolver_rows (line, number, outcome, iccid, msisdn, imsi)")
            database.execute("INSERT INTO cardresolver_rows VALUES (1, ?, 'resolved', ?, ?, ?)",
                             [number, number, "1000000000000", "460000000000000"])
            database.commit()
            database.close()

        def write_ndjson(path: Path, number: str) -> None:
            row = {"line": 1, "number": number, "outcome": "resolved", "iccid": number, "msisdn": "1000000000000",
                   "imsi": "460000000000000"}
            path.write_text(json.dumps(row) + "\n", encoding="utf-8")

        def row_of(number: str) -> bytes:
            return cards.HEADER + ROW.format(line=1, number=number, digits="0" * 12).encode()

        writers = {"csv": lambda path, number: path.write_bytes(row_of(number)),
                   "csv.gz": lambda path, number: path.write_bytes(gzip.compress(row_of(number))),
                   "ndjson": write_ndjson, "db": write_database}
        for form, write in writers.items():
            with self.subTest(form):
                write(self.folder / f"right.{form}", cards.iccid_of(0))
                cards.check_rows(self.folder / f"right.{form}", 1)
                write(self.folder / f"wrong.{form}", cards.iccid_of(1))
                with self.assertRaises(cards.WrongRows):
                    cards.check_rows(self.folder / f"wrong.{form}", 1)


class Clients(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="cardresolver-test-")))

    def test_children_count_and_output_is_kept(self) -> None:
        spin = "import time\nwhile time.process_time() < 0.2: pass\nprint('spun')"
        usage = process.run_client([sys.executable, "-c", "import subprocess, sys; "
                                    f"subprocess.run([sys.executable, '-c', {spin!r}], check=True)"], self.folder)
        self.assertGreaterEqual(usage.cpu_s, 0.2)
        self.assertEqual(usage.output, "spun\n")

    def test_memory_is_the_clients_own(self) -> None:
        ballast = b"x" * (200 << 20)  # which a child is born with, by ru_maxrss
        usage = process.run_client([sys.executable, "-c", "import time\nwhile time.process_time() < 0.3: pass"],
                                   self.folder)
        self.assertGreater(usage.peak_mib, 1)
        self.assertLess(usage.peak_mib, len(ballast) >> 20)
        self.assertTrue(usage.memory)

    def test_a_failure_comes_with_its_last_words(self) -> None:
        with self.assertRaisesRegex(process.ClientFailed, "exit code 3\nno such thing"):
            process.run_client(["/bin/sh", "-c", "echo no such thing >&2; exit 3"], self.folder)

    def test_the_configuration_of_nginx_is_filled_in(self) -> None:
        text = servers.Nginx(self.folder).configuration()
        self.assertNotRegex(text, r"@[A-Z_]+@")
        self.assertIn(f"pid {self.folder}/nginx.pid;", text)


class Charts(unittest.TestCase):
    def test_ticks_are_round_and_reach_the_largest_value(self) -> None:
        self.assertEqual(charts.nice_ticks(1.0), [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0])
        self.assertEqual(charts.nice_ticks(0), [0, 1])
        for high in (0.03, 0.99, 1.0001, 7, 27.9, 1234, 5e6):
            ticks = charts.nice_ticks(high)
            self.assertGreaterEqual(ticks[-1], high * (1 - 1e-9))
            self.assertLessEqual(len(ticks), 7)

    def test_decades_reach_around_the_values(self) -> None:
        self.assertEqual(charts.decades(0.3, 700), [0.1, 1, 10, 100, 1000])
        self.assertEqual(charts.decades(1, 1), [1, 10])

    def test_a_logarithmic_scale_gives_equal_ratios_equal_heights(self) -> None:
        svg = ElementTree.fromstring(charts.line_chart(
            "t", [charts.Series("one", [(0, 1.0), (1, 10.0), (2, 100.0)])], "x", "y", is_logarithmic=True))
        low, middle, high = (float(dot.get("cy", "")) for dot in svg.iter() if dot.tag.endswith("circle"))
        self.assertAlmostEqual(low - middle, middle - high, delta=0.11)
        self.assertGreater(low, high)

    def test_numbers_are_short(self) -> None:
        self.assertEqual([charts.number_text(value) for value in (0, 0.25, 12, 12_500, 3e6)],
                         ["0", "0.25", "12", "12.5k", "3M"])

    def test_points_lie_within_the_plot(self) -> None:
        svg = ElementTree.fromstring(charts.line_chart(
            "A & B", [charts.Series("one", [(0, 5.0), (1, 80.0), (2, 3.0)]), charts.Series("<two>", [(0, 1.0)])],
            "x", "y", steps=["1", "8", "32"]))
        dots = [element for element in svg.iter() if element.tag.endswith("circle")]
        self.assertEqual(len(dots), 4)
        for dot in dots:
            self.assertTrue(charts.LEFT <= float(dot.get("cx", "")) <= charts.WIDTH - charts.RIGHT)
            self.assertTrue(charts.TOP <= float(dot.get("cy", "")) <= charts.HEIGHT - charts.BOTTOM)
        heights = [float(dot.get("cy", "")) for dot in dots[:3]]
        self.assertEqual(min(heights), heights[1], "the largest value is the highest point")
        self.assertIn("<two>", [element.text for element in svg.iter()])

    def test_bars_are_as_long_as_their_values(self) -> None:
        svg = ElementTree.fromstring(charts.bar_chart("t", [charts.Bar("a", 2, 1, 3, True), charts.Bar("b", 1, 1, 1)],
                                                      "times"))
        lengths = [float(bar.get("width", "")) for bar in svg.iter() if bar.tag.endswith("rect")]
        self.assertAlmostEqual(lengths[0], 2 * lengths[1], delta=0.11)


class Structure(HTMLParser):
    """Counts tags, and fails where one is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def figure(value: float) -> Figure:
    return Figure(value, value * 0.9, value * 1.1)


def point(label: str, count: int, peak: float) -> sweeps.Point:
    return sweeps.Point(label, 0, count, figure(1), figure(5e5), Figure(peak, peak, peak),
                        dict.fromkeys(sweeps.LATENCIES, 2.0))


def some_results() -> Results:
    results = Results("2026-01-31 06:00 UTC", 3, True, {"processor": "one <that> is & fast"})
    results.peers = [peers.PeerResult("cardresolver", "all", None, figure(40), figure(1.33)),
                     peers.PeerResult("wrk", "nothing", None, figure(30), figure(1)),
                     peers.PeerResult("aiohttp", "all", None, figure(800), figure(27)),
                     peers.PeerResult("undici", "all", "node is not installed")]
    results.lengths = sweeps.Sweep("List length", "cards", "TLS", [point("1M", 10**6, 27), point("10M", 10**7, 28.5)])
    results.memory = sweeps.MemoryCurve(10**7, [(0.1, 5.0), (0.2, 28.0), (0.3, 28.0)])
    results.sweeps = [sweeps.Sweep("Connections", "connections", "TLS", [point("1", 10**6, 27), point("8", 10**6, 27)]),
                      sweeps.Sweep("Output", "", "TLS", [point("CSV", 10**6, 27)])]
    results.keeping_progress = {"/tmp": figure(1.06), "/dev/shm": figure(1.02)}
    results.plan_mb_per_s = figure(600)
    results.cost = ["a request: 517,323 instructions, 8.77 allocations"]
    results.gate = ["unlimited   100 ns"]
    return results


class Page(unittest.TestCase):
    def parsed(self, results: Results) -> Structure:
        structure = Structure()
        structure.feed(report.page(results))
        self.assertEqual(structure.open, [])
        return structure

    def test_it_is_whole_and_needs_nothing_else(self) -> None:
        structure = self.parsed(some_results())
        self.assertNotIn("script", structure.tags)
        self.assertEqual(structure.links, [])
        self.assertEqual(structure.tags.count("svg"), structure.tags.count("figcaption"))
        self.assertIn("one <that> is & fast", structure.words)
        self.assertIn(report.WALL_CLOCK, structure.words)

    def test_who_is_not_installed_is_named(self) -> None:
        words = self.parsed(some_results()).words
        place = words.index("undici")
        self.assertEqual(words[place:place + 3], ["undici", "not installed", "node is not installed"])

    def test_without_the_reference_there_are_no_ratios(self) -> None:
        results = some_results()
        results.peers = [dataclasses.replace(peer, to_reference=None) for peer in results.peers if peer.name != "wrk"]
        self.assertNotIn("Lean clients", report.page(results))
        self.assertNotIn("wrk's", "".join(goal.asks for goal in results.goals()))

    def test_a_part_that_was_not_measured_is_left_out(self) -> None:
        structure = self.parsed(Results("now", 1, True, {}))
        self.assertEqual(structure.tags.count("svg"), 0)

    def test_goals_are_set_against_figures(self) -> None:
        measured = [goal.measured for goal in some_results().goals()]
        self.assertEqual(measured, ["1.33 times", "20.0 times less", "28.5 MiB", "+1.5 MiB", "8.77", "600 MB"])

    def test_json_says_the_same(self) -> None:
        with tempfile.TemporaryDirectory(prefix="cardresolver-test-") as folder:
            path = Path(folder) / "report.json"
            some_results().write_json(path)
            facts = json.loads(path.read_text(encoding="utf-8"))
        self.assertEqual(facts["peers"][0]["to_reference"]["median"], 1.33)
        self.assertEqual(facts["goals"][0]["measured"], "1.33 times")


if __name__ == "__main__":
    unittest.main()
