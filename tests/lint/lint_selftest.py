#!/usr/bin/env python3
"""Holds each lint against snippets whose faults are known: a lint that finds nothing proves nothing.

A line of a fixture that ends in `// expect: RULE` (in CMake and Python `# expect: RULE`) must be found fault with
under that rule, as often as it is named; no other line may be.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

import coroutine_lint
import fault_matrix
import file_size
import headers_compile_alone
import layering
from cpp_source import Finding, blank_out
from statements import statements, value_captures

HERE = Path(__file__).resolve().parent
FIXTURES = HERE / "fixtures"
EXPECT = re.compile(r"(?://|#) expect: ([\w-]+(?:, [\w-]+)*)")


def expected(root: Path) -> Counter[tuple[str, int, str]]:
    """The faults that the fixtures below `root` announce."""
    announced: Counter[tuple[str, int, str]] = Counter()
    for path in sorted(root.rglob("*")):
        if not path.is_file():
            continue
        for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if match := EXPECT.search(text):
                announced.update((path.relative_to(root).as_posix(), line, rule) for rule in match.group(1).split(", "))
    return announced


def found(findings: list[Finding], root: Path) -> Counter[tuple[str, int, str]]:
    return Counter((finding.path.relative_to(root).as_posix(), finding.line, finding.rule) for finding in findings)


class Fixtures(unittest.TestCase):
    maxDiff = None

    def assert_as_announced(self, findings: list[Finding], root: Path) -> None:
        announced = expected(root)
        self.assertGreater(len(announced), 0, "no fixture announces a fault")
        self.assertEqual(sorted(announced.elements()), sorted(found(findings, root).elements()))

    def test_coroutine_lint(self) -> None:
        root = FIXTURES / "coroutine"
        self.assert_as_announced(coroutine_lint.check(root)[0], root)

    def test_layering(self) -> None:
        root = FIXTURES / "layering"
        self.assert_as_announced(layering.check(root, heavy_limit=2)[0], root)

    def test_layering_allows_as_many_heavy_units_as_it_says(self) -> None:
        findings, _ = layering.check(FIXTURES / "layering", heavy_limit=3)
        self.assertNotIn("heavy", {finding.rule for finding in findings})

    def test_headers_compile_alone(self) -> None:
        root = FIXTURES / "headers"
        compiler = os.environ.get("CARDRESOLVER_CXX", "c++")
        self.assert_as_announced(headers_compile_alone.check(root, compiler, [], 2)[0], root)


class FileSize(unittest.TestCase):
    def fault_count(self, name: str, text: str) -> int:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
            findings, looked_at = file_size.check(Path(folder))
            self.assertEqual(looked_at, 1)
            return len(findings)

    def test_the_limits(self) -> None:
        explained = "// A parser. Longer than 400 lines: its table of states is one piece.\n"
        for name, first, limit in (("src/card/a.hpp", "", 250), ("src/card/a.cpp", "", 400),
                                   ("src/card/b.cpp", explained, 500), ("tests/card/a_test.cpp", "", 600),
                                   ("tests/lint.py", "", 600)):
            with self.subTest(name=name):
                filler = limit - first.count("\n")
                self.assertEqual(self.fault_count(name, first + "\n" * filler), 0)
                self.assertEqual(self.fault_count(name, first + "\n" * (filler + 1)), 1)

    def test_an_explanation_further_down_does_not_count(self) -> None:
        self.assertEqual(self.fault_count("src/a.cpp", "int a;\n// Longer than 400 lines: so it is.\n" + "\n" * 400), 1)


class FaultMatrix(unittest.TestCase):
    def findings_in(self, text: str) -> list[tuple[str, str]]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tests/card/a_test.cpp"
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
            return [(finding.rule, finding.message.split()[0]) for finding in fault_matrix.check(Path(folder))[0]]

    def test_each_row_needs_a_test_that_begins_with_it(self) -> None:
        tests = "".join(f"TEST(a, {row}_x) {{}}\n" for row in fault_matrix.ROWS)
        self.assertEqual(self.findings_in(tests), [])
        for row in fault_matrix.ROWS:
            without = tests.replace(f", {row}_x", f", x_{row}_x")
            self.assertEqual(self.findings_in(without), [("no-test", row)])
            self.assertEqual(self.findings_in(without + f"TEST_P(a, KF1_{row.lower()}_x)"), [])
            self.assertEqual(self.findings_in(without + f"// TEST(a, {row}_x)"), [("no-test", row)])

    def test_no_test_is_named_after_a_row_that_is_none_or_out_of_scope(self) -> None:
        tests = "".join(f"TEST(a, {row}_x) {{}}\n" for row in fault_matrix.ROWS)
        self.assertEqual(self.findings_in(tests + "TEST(a, JS99_x) {}"), [("no-such-row", "JS99")])
        self.assertEqual(self.findings_in(tests + "TEST(a, KF99_x) {}"), [])
        self.assertEqual(self.findings_in(tests + "TEST(a, IN8_x) {}"), [("in-scope", "IN8")])


class ReadingSources(unittest.TestCase):
    def test_comments_and_strings_are_blanked_in_place(self) -> None:
        text = 'a("x//y"); // b\nc(\'"\'); /* d\n e */ f(R"(g " h)"); i(1\'000\'000);'
        blanked = blank_out(text)
        self.assertEqual(len(blanked), len(text))
        for word in "xybdegh":
            self.assertNotIn(word, blanked)
        for word in "acfi":
            self.assertIn(word, blanked)

    def test_a_lambda_body_is_no_part_of_its_statement(self) -> None:
        found_texts = [one.text for one in statements("auto f = [a](int b) mutable -> int { return a{b}; }; g({1});")]
        self.assertEqual(found_texts, ["return a{b}", "auto f = [a](int b) mutable -> int \x01", "g({1})"])

    def test_captures_by_value(self) -> None:
        self.assertEqual(value_captures("f([this, &a, b, c = g(1, 2)] {}, d[e], [&] {})"), ["b", "c = g(1, 2)"])


class ExitCodes(unittest.TestCase):
    def run_lint(self, name: str, root: Path) -> int:
        return subprocess.run([sys.executable, HERE / name, root], capture_output=True, check=False).returncode

    def test_faults_make_it_fail_and_so_does_a_root_without_sources(self) -> None:
        with tempfile.TemporaryDirectory() as empty:
            for name, fixtures in (("coroutine_lint.py", "coroutine"), ("layering.py", "layering"),
                                   ("fault_matrix.py", "coroutine"), ("headers_compile_alone.py", "headers")):
                with self.subTest(name=name):
                    self.assertEqual(self.run_lint(name, FIXTURES / fixtures), 1)
                    self.assertEqual(self.run_lint(name, Path(empty)), 2)


if __name__ == "__main__":
    unittest.main()
