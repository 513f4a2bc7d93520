#!/usr/bin/env python3
"""Fails where a room of src/ uses what it may not.

Rules: `room` (a room that it may not include or link), `header` (a header of others that it may not include),
`impure` (a clock, thread, file or log in a pure room), `unlinked` (included, but not in the link list),
`relative` (an include of ours that is not written room/file.hpp), `unknown-room`, `heavy` (too many
translation units that pay for Beast and SSL).
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from cpp_source import (Finding, blank_out, blank_out_preprocessor, includes_of, line_of, needs_tls_or_beast, read,
                        run_lint, sources)

BELOW_RUN = frozenset({"card", "checksum", "database", "carrier", "dispatch", "ledger", "net", "source", "sink"})
ROOMS: dict[str, frozenset[str]] = {
    "boost_impl": frozenset(),
    "card": frozenset(),
    "checksum": frozenset(),
    "database": frozenset(),
    "carrier": frozenset({"card"}),
    "dispatch": frozenset({"card", "carrier"}),
    "ledger": frozenset({"card", "checksum", "carrier", "database", "dispatch"}),
    "net": frozenset({"card", "boost_impl"}),
    "source": frozenset({"card", "checksum", "database"}),
    "sink": frozenset({"card", "checksum", "database"}),
    "simulator": frozenset({"card", "boost_impl"}),
    "run": BELOW_RUN | {"boost_impl"},
    "reconcile": BELOW_RUN | {"boost_impl", "run"},
    "service": BELOW_RUN | {"boost_impl", "run"},
}
ROOMS["app"] = frozenset(ROOMS) - {"app"}

PURE = frozenset({"card", "carrier", "dispatch"})

# What is not the standard library, by the start of the header's name; a room that is not here may have all.
FOREIGN_HEADERS: dict[str, tuple[str, ...]] = {
    "card": (),
    "checksum": (),
    "database": ("sqlite3.h", "libpq-fe.h"),
    "carrier": ("boost/json", "boost/system", "openssl/evp.h", "openssl/crypto.h"),
    "dispatch": (),
    "ledger": ("boost/json", "boost/system", "fmt/"),
    "source": ("boost/json", "boost/system", "zlib.h", "zstd.h"),
    "sink": ("zlib.h", "zstd.h", "openssl/evp.h"),
    "net": ("boost/", "openssl/"),
    "simulator": ("boost/", "openssl/"),
}
FOREIGN = re.compile(r"(boost|openssl|spdlog|fmt|CLI|toml\+\+|gtest|gmock|benchmark)/|(zlib|zstd|sqlite3|libpq-fe)\.h$")
FOREIGN_TARGETS: dict[str, frozenset[str]] = {
    "card": frozenset(),
    "carrier": frozenset({"Boost::headers", "Boost::json", "OpenSSL::Crypto"}),
    "dispatch": frozenset(),
}

# Standard headers that bring a clock of the system, a thread or a file.
IMPURE_HEADERS = frozenset(
    "thread mutex shared_mutex condition_variable future semaphore latch barrier stop_token "
    "fstream iostream filesystem syncstream print ctime csignal".split())
# C headers that bring none of these: vector instructions.
PURE_C_HEADERS = frozenset({"emmintrin.h"})
IMPURE_WORDS = re.compile(
    r"::\s*now\s*\(|\brandom_device\b|\bspdlog\b|\basio\b|\bgetenv\b|\bstd::(thread|jthread|mutex|cout|cerr|clog)\b"
    r"|\b(std::)?(s?rand|time|localtime|gmtime|clock_gettime|gettimeofday)\s*\(\s*(\)|NULL|nullptr|CLOCK_)")

MOST_HEAVY_UNITS = 8


@dataclass(frozen=True)
class LinkList:
    """What a room's CMakeLists.txt names: our rooms and others' targets."""

    rooms: frozenset[str]
    foreign: frozenset[str]


def room_of(path: Path, source_root: Path) -> str:
    return path.relative_to(source_root).parts[0]


def link_list(cmake_file: Path) -> LinkList:
    text = re.sub(r"#[^\n]*", "", cmake_file.read_text(encoding="utf-8"))
    own = set(re.findall(r"\bcardresolver::(\w+)", text)) | {
        name for name in re.findall(r"\bcardresolver_(\w+)", text) if name in ROOMS}
    foreign = set(re.findall(r"(?<![\w:$<])([A-Za-z]\w*::[\w-]+)", text))
    return LinkList(frozenset(own), frozenset(name for name in foreign if not name.startswith("cardresolver::")))


def reached_rooms(room: str, links: dict[str, LinkList]) -> set[str]:
    """The rooms that a room links, itself or through others."""
    reached: set[str] = set()
    open_rooms = [room]
    while open_rooms:
        linked = links.get(open_rooms.pop())
        for other in (linked.rooms if linked else ()):
            if other not in reached:
                reached.add(other)
                open_rooms.append(other)
    return reached


def check_link_list(room: str, links: LinkList, cmake_file: Path) -> list[Finding]:
    findings = [Finding(cmake_file, 1, "room", f"{room} may not link {other}")
                for other in sorted(links.rooms - ROOMS[room] - {room})]
    allowed = FOREIGN_TARGETS.get(room)
    if allowed is not None:
        findings += [Finding(cmake_file, 1, "header", f"{room} may not link {name}")
                     for name in sorted(links.foreign - allowed)]
    return findings


def check_includes(path: Path, room: str, linked: set[str] | None) -> list[Finding]:
    """`linked` is what the room's link list reaches; None: there is no list yet."""
    findings = []
    for include in includes_of(path):
        def add(rule: str, message: str, line: int = include.line) -> None:
            findings.append(Finding(path, line, rule, message))

        if include.own:
            other = include.name.split("/")[0]
            if "/" not in include.name or ".." in include.name:
                add("relative", f'"{include.name}": write "room/file.hpp"')
            elif other != room and other not in ROOMS[room]:
                add("room", f"{room} may not include {include.name}")
            elif other != room and linked is not None and other not in linked:
                add("unlinked", f"{room} includes {include.name}, but its link list does not name {other}")
        elif FOREIGN.match(include.name):
            allowed = FOREIGN_HEADERS.get(room)
            if allowed is not None and not include.name.startswith(allowed):
                add("header", f"{room} may not include <{include.name}>")
        elif room in PURE and (include.name in IMPURE_HEADERS
                               or (include.name.endswith(".h") and include.name not in PURE_C_HEADERS)):
            add("impure", f"{room} is pure: it may not include <{include.name}>")
    return findings


def check_words(path: Path, room: str) -> list[Finding]:
    if room not in PURE:
        return []
    text = blank_out_preprocessor(blank_out(read(path)))
    return [Finding(path, line_of(text, match.start()), "impure",
                    f"{room} is pure: `{match.group(0).strip()}` comes in as an argument or not at all")
            for match in IMPURE_WORDS.finditer(text)]


def check_weight(source_root: Path, limit: int) -> list[Finding]:
    heavy = [path for path in sorted(source_root.rglob("*.cpp")) if needs_tls_or_beast(path, source_root)]
    if len(heavy) <= limit:
        return []
    names = ", ".join(path.relative_to(source_root).as_posix() for path in heavy)
    return [Finding(heavy[-1], 1, "heavy", f"{len(heavy)} translation units pay for Beast or SSL, {limit} may: {names}")]


def check(root: Path, *, heavy_limit: int = MOST_HEAVY_UNITS) -> tuple[list[Finding], int]:
    """The findings in the tree at `root`, and how many files were looked at."""
    source_root = root / "src"
    links = {path.parent.name: link_list(path) for path in source_root.glob("*/CMakeLists.txt")}
    findings: list[Finding] = []
    for room, linked in sorted(links.items()):
        if room in ROOMS:
            findings += check_link_list(room, linked, source_root / room / "CMakeLists.txt")
    paths = sources(root, "src")
    for path in paths:
        room = room_of(path, source_root)
        if room not in ROOMS:
            findings.append(Finding(path, 1, "unknown-room", f"src/{room} is no room that this lint knows"))
            continue
        linked_rooms = reached_rooms(room, links) if room in links else None
        findings += check_includes(path, room, linked_rooms) + check_words(path, room)
    return findings + check_weight(source_root, heavy_limit), len(paths)


if __name__ == "__main__":
    sys.exit(run_lint(__doc__, check))
