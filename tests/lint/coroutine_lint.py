#!/usr/bin/env python3
"""Finds what GCC 12 miscompiles in coroutines, what Asio makes of careless ones, and tests that wait by the clock.

GCC 12.2 destroys some temporaries twice where they stand in a statement with a `co_await`: aggregates, and
closures that capture by value. Such an object gets a name first, and is moved in.

Rules: `aggregate-in-await`, `closure-in-await`, `await-in-ternary`, `await-or`, `detached`, `bare-use-awaitable`,
`tls-stream` (an `ssl::stream` outside the rooms that own it); in tests `sleep`, `fixed-port`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from cpp_source import Finding, blank_out, blank_out_preprocessor, line_of, read, run_lint, sources
from statements import Statement, statements, value_captures

AWAIT = re.compile(r"\bco_await\b")
AWAIT_OF_PARENTHESIS = re.compile(r"\bco_await\s*\(")
BRANCH_WITH_AWAIT = re.compile(r"\?.*\bco_await\b", re.DOTALL)
SLEEP = re.compile(r"\b(?:sleep(?:_for|_until)?|usleep|nanosleep)\s*\(|^\s*sleep\s+[\d.$]", re.MULTILINE)
FIXED_PORT = re.compile(
    r"\blisten\s*=\s*\"[\w.\[\]:]*?:[1-9]\d+"  # settings.listen = "127.0.0.1:8443"
    r"|--listen[\s=,\"']+[\w.\[\]:]*?:[1-9]\d+"  # "--listen", "[::1]:8443"
    r"|\bbind\s*\(\s*\(?[^()\n]*,\s*[1-9]\d+"  # bind(("127.0.0.1", 8443))
    r"|\bendpoint[({][^;\n]*,\s*[1-9]\d{2,}")  # tcp::endpoint(address, 8443)
TLS_ROOMS = ("src/net/", "src/simulator/")
# Rooms whose tests open sockets. Elsewhere a port is a text like any other.
SOCKET_TESTS = ("tests/net/", "tests/simulator/", "tests/run/", "tests/integration/", "tests/support/")


def operand_in_parenthesis(text: str, opening: int) -> str:
    """What is between the `(` at `opening` and its `)`."""
    depth = 0
    for place in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return text[opening + 1 : place]
    return text[opening + 1 :]


def faults_of(statement: str) -> list[tuple[str, str]]:
    """The rules that one statement breaks, each with a sentence."""
    faults = []
    if re.search(r"\buse_awaitable(?:_t)?\b", statement) and "as_tuple" not in statement:
        faults.append(("bare-use-awaitable", "an error must come back as a value: use the one token of net/async.hpp"))
    if not AWAIT.search(statement):
        return faults
    if "{" in statement:
        faults.append(("aggregate-in-await", "GCC 12 may destroy it twice: name the object first, then move it in"))
    if captures := value_captures(statement):
        faults.append(("closure-in-await",
                       f"GCC 12 may destroy the closure's `{captures[0]}` twice: name the lambda first"))
    operands = [operand_in_parenthesis(statement, match.end() - 1)
                for match in AWAIT_OF_PARENTHESIS.finditer(statement)]
    if BRANCH_WITH_AWAIT.search(statement) or any("?" in operand for operand in operands):
        faults.append(("await-in-ternary", "GCC 12 may destroy the result twice: use if and else"))
    if any("||" in operand or "&&" in operand for operand in operands):
        faults.append(("await-or", "a time-out by `||` waits for its loser and is slow: use expires_at"))
    return faults


def check_statements(path: Path, text: str, found: list[Statement]) -> list[Finding]:
    return [Finding(path, line_of(text, statement.offset), rule, message)
            for statement in found for rule, message in faults_of(statement.text)]


def check_cpp(path: Path, inside: str) -> list[Finding]:
    code = blank_out(read(path))
    text = blank_out_preprocessor(code)
    findings = check_statements(path, text, statements(text))
    for match in re.finditer(r"\bdetached\b", code):
        findings.append(Finding(path, line_of(code, match.start()), "detached",
                                "it swallows exceptions: a completion handler counts them"))
    for match in re.finditer(r"\bawaitable_operators\b", code):
        findings.append(Finding(path, line_of(code, match.start()), "await-or", "no operators on awaitables"))
    if inside.startswith("src/") and not inside.startswith(TLS_ROOMS):
        for match in re.finditer(r"\bssl::stream\b|\bssl_stream\b", code):
            findings.append(Finding(path, line_of(code, match.start()), "tls-stream", "TLS lives in src/net"))
    return findings


def check_test(path: Path, inside: str) -> list[Finding]:
    """What no test may do, in any language."""
    if path.suffix in (".cpp", ".hpp"):
        text = blank_out(read(path), keep_strings=True)
    else:
        text = re.sub(r"(?m)(^|\s)#.*$", r"\1", read(path))
    findings = [Finding(path, line_of(text, match.end()), "sleep", "wait for the event, not for the clock")
                for match in SLEEP.finditer(text)]
    if inside.startswith(SOCKET_TESTS):
        findings += [Finding(path, line_of(text, match.start()), "fixed-port", "somebody else may have it: bind port 0")
                     for match in FIXED_PORT.finditer(text)]
    return findings


def check(root: Path) -> tuple[list[Finding], int]:
    """The findings in the tree at `root`, and how many files were looked at."""
    findings = []
    code = sources(root, "src", "include", "bench", "tests")
    for path in code:
        findings += check_cpp(path, path.relative_to(root).as_posix())
    tests = sources(root, "tests", suffixes=(".cpp", ".hpp", ".py", ".sh"))
    for path in tests:
        findings += check_test(path, path.relative_to(root).as_posix())
    return findings, len(set(code) | set(tests))


if __name__ == "__main__":
    sys.exit(run_lint(__doc__, check))
