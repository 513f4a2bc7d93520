"""Reads OUT.checkpoint without the program, to know which rows are durable."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Checkpoint:
    """`open_lines`: the records up to `newest_line` without a durable row."""

    run_id: str
    newest_line: int
    open_lines: frozenset[int]
    rows_bytes: int
    position_offset: int

    def is_durable(self, line: int) -> bool:
        return line <= self.newest_line and line not in self.open_lines


def _numbers(blob: bytes) -> Iterator[int]:
    """LEB128 numbers, one after another."""
    value = shift = 0
    for byte in blob:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0


def _lines(blob: bytes) -> Iterator[int]:
    """The distance to a range's first line and the distance to its last, by turns."""
    numbers, last = _numbers(blob), 0
    for distance in numbers:
        first = last + distance
        last = first + next(numbers)
        yield from range(first, last + 1)


def checkpoint_of_progress(run_id: str, progress: str) -> Checkpoint:
    """What a database keeps of a run."""
    state = json.loads(progress.partition(" ")[2])  # behind its checksum
    return Checkpoint(run_id, state["newest_line"], frozenset(_lines(bytes.fromhex(state["open_lines"]))),
                      state["rows"]["bytes"], state["position"]["offset"])


def read_checkpoint(path: Path) -> Checkpoint | None:
    """What a killed process has left. Looks at a copy: opening the file rolls a half-done commit back, which is for
    the program to do. Nothing where there is no file, or none with a commit."""
    if not path.exists():
        return None
    with tempfile.TemporaryDirectory(prefix="cardresolver-test-") as folder:
        copy = Path(folder) / path.name
        shutil.copy(path, copy)
        journal = path.with_name(path.name + "-journal")
        if journal.exists():
            shutil.copy(journal, copy.with_name(copy.name + "-journal"))
        connection = sqlite3.connect(copy)
        try:
            row = connection.execute("SELECT run_id, progress FROM checkpoint").fetchone()
        except sqlite3.OperationalError:
            return None  # killed before its table was made
        finally:
            connection.close()
    return checkpoint_of_progress(row[0], row[1]) if row is not None else None


def _crc32c(data: bytes) -> int:
    """Bit by bit (RFC 3720, appendix B.4)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def change_progress(path: Path, changes: dict[str, object]) -> None:
    """Other members, under a checksum that agrees: as if the program had written them."""
    connection = sqlite3.connect(path)
    with connection:
        progress = connection.execute("SELECT progress FROM checkpoint").fetchone()[0]
        text = json.dumps(json.loads(progress.partition(" ")[2]) | changes)
        connection.execute("UPDATE checkpoint SET progress = ?", (f"{_crc32c(text.encode()):08x} {text}",))
    connection.close()
