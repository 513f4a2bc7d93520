#!/usr/bin/env python3
"""Fails where a row of the fault matrix has no test named after it, or a test is named after a row that is none.

A test names the rows that it proves at the start of its name or behind another row: `AP7_finds_two_bad_cards`,
`test_HT5_AP11_an_answer_to_another_request`. Capitals or not.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from cpp_source import Finding, line_of, read, run_lint, sources

# What a row means is the fault in a few words.
ROWS = {
    "IN1": "an empty list, blanks, line ends, byte order mark, NUL bytes, endless lines",
    "IN2": "a number that must not reach the wire",
    "IN3": "a number that stands there twice",
    "IN4": "mixed kinds",
    "IN5": "a list without end: constant memory",
    "IN6": "the list changes, between two runs or during one",
    "IN7": "a read error",
    "NW1": "names: no such host, a name server that fails or is silent, other and many addresses",
    "NW2": "connections refused, black-holed, without a route, a descriptor or a port",
    "NW3": "FIN and RST at any byte of a request and its reply",
    "NW4": "a stall, or a drip",
    "NW5": "latency, jitter, replies in another order",
    "NW6": "lost packets, small packets, a narrow link",
    "NW7": "a connection closed while idle",
    "NW8": "everybody clogged, one by one, and released in another order",
    "NW10": "requests arrive, replies are lost",
    "TL1": "a certificate that must be refused",
    "TL2": "versions, ciphers and options that must be refused",
    "TL3": "a handshake that stalls, is garbage, or no TLS",
    "TL4": "a stream that ends without close_notify",
    "TL5": "a certificate that changes in mid-run",
    "TL6": "sessions resumed, never across names",
    "TL7": "a redirect",
    "HT1": "every HTTP status",
    "HT2": "heads and framing that are ambiguous, broken or huge",
    "HT3": "a body over the limit, or encoded without being asked",
    "HT4": "a web page with status 200",
    "HT5": "the reply to another request",
    "HT6": "bytes behind a reply",
    "HT7": "a server that closes in good order",
    "HT8": "a Date that is hours off",
    "JS1": "truncated, trailing data, byte order mark, empty, null, array",
    "JS2": "the document's own sample",
    "JS3": "depth, keys, items and texts without end",
    "JS4": "a status or number of another type",
    "JS5": "keys repeated, in another case, unknown, in another order",
    "JS6": "bytes and characters that hurt a reader of the rows",
    "JS7": "keys made to collide",
    "AP1": "missing items",
    "AP2": "foreign items",
    "AP3": "repeated items",
    "AP4": "items in another order or spelling",
    "AP5": "top status and items that disagree",
    "AP6": "a code about the card",
    "AP7": "a code about the request: one bad card",
    "AP8": "too many cards",
    "AP9": "a code about the account",
    "AP10": "codes in passing, unknown codes",
    "AP11": "the answers of another request",
    "AP12": "other answers on a later try",
    "AP13": "a transid that is refused",
    "RL1": "Retry-After in every form",
    "RL2": "codes 71 and 72 among good answers",
    "RL3": "a day's quota that is spent",
    "RL4": "a limit that nobody knows, and that changes",
    "RL5": "several processes of one account: started at once, killed, stopped",
    "RL6": "the carrier's day, and clocks that are set",
    "RL7": "a quota that is spent in the middle of a run",
    "DK1": "a full disk, and room again",
    "DK2": "short, interrupted and refused writes",
    "DK3": "a failed fsync",
    "DK4": "a checkpoint that cannot be read",
    "DK5": "a power cut",
    "DK6": "damaged bytes in what an unfinished run has left",
    "DK7": "rows edited between two runs",
    "DK8": "permission lost, a read-only or missing folder",
    "DK9": "two processes on one output",
    "DK10": "a very slow disk",
    "PR1": "killed at any moment",
    "PR2": "killed while it recovers",
    "PR3": "signals: drain, and the second one",
    "PR4": "stopped and continued",
    "PR5": "an allocation that fails",
    "PR6": "a wall clock that jumps or stands still",
    "PR7": "a steady clock that jumps",
    "PR8": "no descriptors, no threads, little stack",
    "PR9": "hardly any processor time",
    "PR10": "a checkpoint of another version",
    "DB1": "a database that is down",
    "DB2": "a connection lost between COMMIT and its reply",
    "DB3": "a backend or server that ends",
    "DB4": "serialization failures, deadlocks, time-outs",
    "DB5": "a database without room, connections or leave to write",
    "DB6": "foreign rows, another schema, a missing privilege",
    "DB7": "a value that a database refuses",
    "DB8": "SQLite busy, locked, full, failing, damaged",
    "DB9": "a slow database",
    "SE1": "a secret in whatever a run leaves or shows",
    "SE2": "a secret that others can read",
    "SE3": "a binary that is not hardened",
}
SECTIONS = tuple({row.rstrip("0123456789") for row in ROWS})
# Further rows, which nothing can prove yet.
OUT_OF_SCOPE = {
    "IN8": "an upload that breaks off: needs the job service",
    "NW9": "a partition between worker and database while the carrier is reachable: needs leases, so several machines",
}
CPP_TEST = re.compile(r"^TEST(?:_F|_P)?\s*\(\s*\w+\s*,\s*(\w+)\s*\)", re.MULTILINE)
PYTHON_TEST = re.compile(r"^\s+def test_(\w+)\(", re.MULTILINE)
LEADING_ROWS = re.compile(r"(?:[A-Za-z]{2}[0-9]+_)+")


def rows_of(name: str) -> list[str]:
    """The rows at the start of a test's name, of any section."""
    match = LEADING_ROWS.match(name)
    return match.group(0).upper().rstrip("_").split("_") if match else []


def check(root: Path) -> tuple[list[Finding], int]:
    """The findings in the tree at `root`, and how many files were looked at."""
    paths = sources(root, "tests", suffixes=(".cpp", ".py"))
    findings = []
    proven: set[str] = set()
    for path in paths:
        text = read(path)
        for match in (CPP_TEST if path.suffix == ".cpp" else PYTHON_TEST).finditer(text):
            rows = [row for row in rows_of(match.group(1)) if row.startswith(SECTIONS)]
            proven.update(rows)
            for row in rows:
                if row not in ROWS and row not in OUT_OF_SCOPE:
                    findings.append(Finding(path, line_of(text, match.start(1)), "no-such-row", row))
    own = Path(__file__)
    for row, fault in ROWS.items():
        if paths and row not in proven:
            line = line_of(read(own), read(own).index(f'"{row}"'))
            findings.append(Finding(own, line, "no-test", f"{row} ({fault}): no test has a name that begins with it"))
    for row, reason in OUT_OF_SCOPE.items():
        if row in proven:
            line = line_of(read(own), read(own).index(f'"{row}"'))
            findings.append(Finding(own, line, "in-scope", f"{row} has a test now; it was out of scope: {reason}"))
    return findings, len(paths)


if __name__ == "__main__":
    sys.exit(run_lint(__doc__, check))
