#!/usr/bin/env python3
"""Fails where a file is longer than a reader's patience: headers 250 lines, sources 400, tests 600.

A state machine or a parser with its table may have 500 lines where its top comment says so in a sentence that
begins with `Longer than 400 lines`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from cpp_source import Finding, read, run_lint, sources

HEADER_LIMIT = 250
SOURCE_LIMIT = 400
EXPLAINED_SOURCE_LIMIT = 500
TEST_LIMIT = 600
EXPLANATION = re.compile(r"\bLonger than 400 lines\b")


def top_comment(text: str) -> str:
    """The comment lines that a file begins with."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("//"):
            break
        lines.append(line)
    return " ".join(line.lstrip("/ ") for line in lines)


def limit_for(inside: str, text: str) -> int:
    """How many lines a file may have; `inside` is its path from the root."""
    if inside.startswith("tests/"):
        return TEST_LIMIT
    if inside.endswith(".hpp"):
        return HEADER_LIMIT
    return EXPLAINED_SOURCE_LIMIT if EXPLANATION.search(top_comment(text)) else SOURCE_LIMIT


def check(root: Path) -> tuple[list[Finding], int]:
    """The findings in the tree at `root`, and how many files were looked at."""
    paths = sources(root, "src", "include", "bench", "tests", suffixes=(".cpp", ".hpp", ".py"))
    findings = []
    for path in paths:
        text = read(path)
        lines = len(text.splitlines())
        limit = limit_for(path.relative_to(root).as_posix(), text)
        if lines > limit:
            findings.append(Finding(path, lines, "too-long", f"{lines} lines, {limit} may be: is it one thing?"))
    return findings, len(paths)


if __name__ == "__main__":
    sys.exit(run_lint(__doc__, check))
