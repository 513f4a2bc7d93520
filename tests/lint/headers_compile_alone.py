#!/usr/bin/env python3
"""Compiles each header of src/ alone: a header must include what it uses.

    headers_compile_alone.py ROOT --compiler g++ [--jobs N] -- FLAG...

Headers that pay for Beast or SSL are left out for their cost; each of them is the first include of some source.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cpp_source import Finding, needs_tls_or_beast, report, sources


def compile_alone(header: Path, compiler: str, flags: list[str]) -> Finding | None:
    command = [compiler, "-std=c++20", "-fsyntax-only", "-x", "c++", *flags, "-"]
    unit = f'#include "{header}"\n#include "{header}"\n'  # twice: a guard that is absent shows
    done = subprocess.run(command, input=unit, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    first_error = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip()[:300])
    return Finding(header, 1, "not-alone", first_error)


def check(root: Path, compiler: str, flags: list[str], jobs: int) -> tuple[list[Finding], int]:
    """The findings in the tree at `root`, and how many headers were compiled."""
    source_root = root / "src"
    headers = [path for path in sources(root, "src", suffixes=(".hpp",))
               if not needs_tls_or_beast(path, source_root)]
    all_flags = [f"-I{source_root}", *flags]
    with ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda header: compile_alone(header, compiler, all_flags), headers)
        return [finding for finding in results if finding], len(headers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, help="the checkout")
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--jobs", type=int, default=2)
    # argparse cannot tell the positional root from the flags after `--`.
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options = parser.parse_args(sys.argv[1:end])
    root = options.root.resolve()
    findings, looked_at = check(root, options.compiler, sys.argv[end + 1 :], options.jobs)
    return report(findings, root, looked_at=looked_at)


if __name__ == "__main__":
    sys.exit(main())
