"""C++ sources as text: which files there are, what they include, what is code in them and what is not.

No compiler: the lints read what a person reads. `blank_out` keeps every line where it was, so that an offset
in the blanked text is one in the file.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:<([^>\n]+)>|"([^"\n]+)")', re.MULTILINE)

# Comments, raw strings, strings, and character literals (the digit separator of 1'000 is none).
NOT_CODE = re.compile(
    r'//(?:[^\n\\]|\\.)*'
    r'|/\*.*?\*/'
    r'|R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|(?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)+'",
    re.DOTALL)


@dataclass(frozen=True)
class Finding:
    """One breach of one rule."""

    path: Path
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


@dataclass(frozen=True)
class Include:
    """One #include; `own` where it is written in quotes."""

    name: str
    own: bool
    line: int


def line_of(text: str, offset: int) -> int:
    """The line, from 1, on which `offset` is."""
    return text.count("\n", 0, offset) + 1


def _blanks(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def blank_out(text: str, *, keep_strings: bool = False) -> str:
    """`text` without comments, and without the content of strings unless `keep_strings`."""

    def replace(match: re.Match[str]) -> str:
        found = match.group(0)
        if found.startswith("/"):
            return _blanks(found)
        if keep_strings:
            return found
        if found.startswith("'"):
            return "'" + _blanks(found[1:-1]) + "'"
        return _blanks(found[: found.index('"')]) + '"' + _blanks(found[found.index('"') + 1 : -1]) + '"'

    return NOT_CODE.sub(replace, text)


def blank_out_preprocessor(text: str) -> str:
    """`text` without preprocessor directives, continuation lines included."""
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda found: _blanks(found.group(0)), text,
                  flags=re.MULTILINE)


@lru_cache(maxsize=None)
def read(path: Path) -> str:
    """The text of a source; what is no UTF-8 in it is no code of ours either."""
    return path.read_text(encoding="utf-8", errors="replace")


@lru_cache(maxsize=None)
def includes_of(path: Path) -> tuple[Include, ...]:
    """What a file includes, in order. Includes in comments do not count."""
    text = blank_out(read(path), keep_strings=True)
    return tuple(
        Include(match.group(1) or match.group(2), match.group(2) is not None, line_of(text, match.start()))
        for match in INCLUDE.finditer(text))


def reached_includes(path: Path, source_root: Path) -> set[str]:
    """Every header that a file includes, itself or through our own headers below `source_root`."""
    reached: set[str] = set()
    open_files = [path]
    seen = {path}
    while open_files:
        for include in includes_of(open_files.pop()):
            reached.add(include.name)
            own_header = source_root / include.name
            if include.own and own_header not in seen and own_header.is_file():
                seen.add(own_header)
                open_files.append(own_header)
    return reached


def needs_tls_or_beast(path: Path, source_root: Path) -> bool:
    """Whether a file pays for Beast or for Asio's SSL: 7 to 10 seconds of compilation each."""
    return any(name.startswith(("boost/beast", "boost/asio/ssl")) or name == "boost/asio/impl/src.hpp"
               for name in reached_includes(path, source_root))


def sources(root: Path, *folders: str, suffixes: tuple[str, ...] = (".cpp", ".hpp")) -> list[Path]:
    """The files below the folders of `root`, in a stable order. What is there to be found fault with is left out."""
    found = []
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            inside = path.relative_to(root).as_posix()
            if path.suffix in suffixes and path.is_file() and not inside.startswith("tests/lint/"):
                found.append(path)
    return found


def report(findings: list[Finding], root: Path, *, looked_at: int) -> int:
    """Prints the findings and a closing line; the exit code. A lint that looked at nothing has failed."""
    for finding in findings:
        path = finding.path.relative_to(root) if finding.path.is_relative_to(root) else finding.path
        print(f"{path}:{finding.line}: {finding.rule}: {finding.message}")
    print(f"{looked_at} files, {len(findings)} findings")
    if looked_at == 0:
        print("nothing to look at: is the root right?", file=sys.stderr)
        return 2
    return 1 if findings else 0


def run_lint(description: str | None, check: Callable[[Path], tuple[list[Finding], int]]) -> int:
    """The command of a lint: takes the checkout, prints what `check` finds there, gives the exit code."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, help="the checkout")
    root = parser.parse_args().root.resolve()
    findings, looked_at = check(root)
    return report(findings, root, looked_at=looked_at)
