"""Where rows go: what a test has to know of it, apart from the program."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from checkpoint_file import Checkpoint, checkpoint_of_progress, read_checkpoint
from postgres_cluster import Cluster
from program_test_case import FIELDS, rows_of


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a finished output, as text."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    elif path.suffix == ".zst":
        content = subprocess.run(["zstd", "-dcq", str(path)], check=True, capture_output=True).stdout
    if ".ndjson" in path.name:
        rows = [json.loads(line) for line in content.decode().splitlines()]
        return [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
    return rows_of(content)


def find_disagreement(state: Checkpoint, lines: set[int]) -> str:
    """Of a checkpoint with the lines of a table; empty where there is none."""
    wrong = {line for line in lines | set(range(1, state.newest_line + 1)) if (line in lines) != state.is_durable(line)}
    return f"checkpoint and table disagree about the lines {sorted(wrong)[:10]}" if wrong else ""


class FileTarget:
    """OUT, OUT.partial and OUT.checkpoint."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.argument = str(path)
        self.checkpoint_path = Path(f"{path}.checkpoint")

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)

    def is_begun(self) -> bool:
        return self.checkpoint_path.exists()

    def is_done(self) -> bool:
        return self.path.exists()

    def durable(self) -> int:
        """A measure of what is durable, of a process at work: a copy that was taken in mid-commit may make no sense."""
        try:
            state = self.checkpoint()
        except (sqlite3.DatabaseError, FileNotFoundError):
            return 0
        return state.rows_bytes if state else 0

    def checkpoint(self) -> Checkpoint | None:
        return read_checkpoint(self.checkpoint_path)

    def why_wrong(self, state: Checkpoint) -> str:
        """What a killed process has left must fit together; empty where it does."""
        size = Path(f"{self.path}.partial").stat().st_size
        return "" if size >= state.rows_bytes else f"{size} bytes of rows, but the checkpoint knows of {state.rows_bytes}"

    def rows(self) -> list[dict[str, str]]:
        return read_rows(self.path)

    def leftovers(self) -> list[Path]:
        return list(self.path.parent.glob(self.path.name + ".*"))


class TableTarget:
    """A table of an SQLite database, with the one run that a test makes in it."""

    def __init__(self, path: Path, table: str = "T") -> None:
        self.path = path
        self.table = table
        self.argument = f"sqlite:{path}?table={table}"

    def clear(self) -> None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Beside a process at work, as any other program would."""
        with closing(sqlite3.connect(self.path, timeout=60)) as connection:
            return connection.execute(query).fetchall()

    def ask_copy(self, query: str) -> list[tuple[object, ...]]:
        """Of a copy: what a killed process has left is for the program to mend. Nothing where there is no such table."""
        if not self.path.exists():
            return []
        with tempfile.TemporaryDirectory(prefix="cardresolver-test-") as folder:
            copy = Path(folder) / self.path.name
            for suffix in ("", "-wal", "-journal"):
                part = Path(f"{self.path}{suffix}")
                if part.exists():
                    shutil.copy(part, f"{copy}{suffix}")
            with closing(sqlite3.connect(copy)) as connection:
                try:
                    return connection.execute(query).fetchall()
                except sqlite3.OperationalError:
                    return []

    def is_begun(self) -> bool:
        return self.ask_copy("SELECT count(*) FROM cardresolver_runs") == [(1,)]

    def is_done(self) -> bool:
        return self.ask_copy("SELECT finished_at IS NOT NULL FROM cardresolver_runs") == [(1,)]

    def durable(self) -> int:
        """Beside a process at work."""
        try:
            return int(str(self.ask(f'SELECT count(*) FROM "{self.table}"')[0][0]))
        except sqlite3.OperationalError:
            return 0

    def checkpoint(self) -> Checkpoint | None:
        found = self.ask_copy("SELECT run_id, progress FROM cardresolver_runs")
        return checkpoint_of_progress(str(found[0][0]), str(found[0][1])) if found else None

    def why_wrong(self, state: Checkpoint) -> str:
        """The table holds exactly what the checkpoint knows to be there."""
        return find_disagreement(state, {int(str(line)) for (line,) in self.ask_copy(f'SELECT line FROM "{self.table}"')})

    def rows(self) -> list[dict[str, str]]:
        columns = ", ".join(FIELDS)
        return [{name: "" if value is None else str(value) for name, value in zip(FIELDS, row, strict=True)}
                for row in self.ask(f'SELECT {columns} FROM "{self.table}"')]

    def leftovers(self) -> list[Path]:
        """Of a database that nobody has open."""
        return [path for path in self.path.parent.glob(self.path.name + "*") if path != self.path]


class PostgresTarget:
    """A table of a PostgreSQL database, with the one run that a test makes in it."""

    def __init__(self, cluster: Cluster, table: str = "T") -> None:
        self.cluster = cluster
        self.table = table
        self.argument = cluster.url(f"table={table}")

    def clear(self) -> None:
        self.cluster.clear()

    def has(self, table: str) -> bool:
        return self.cluster.ask(f"SELECT to_regclass('\"{table}\"') IS NOT NULL") == [["t"]]

    def is_begun(self) -> bool:
        return self.has("cardresolver_runs") and self.cluster.ask("SELECT count(*) FROM cardresolver_runs") == [["1"]]

    def is_done(self) -> bool:
        return self.is_begun() and self.cluster.ask("SELECT finished_at IS NOT NULL FROM cardresolver_runs") == [["t"]]

    def durable(self) -> int:
        return int(self.cluster.ask(f'SELECT count(*) FROM "{self.table}"')[0][0]) if self.has(self.table) else 0

    def checkpoint(self) -> Checkpoint | None:
        """Of a process that has gone; the server may still be at its last COMMIT, which `FOR UPDATE` waits for."""
        if not self.is_begun():
            return None
        found = self.cluster.ask("SELECT run_id, progress FROM cardresolver_runs FOR UPDATE")
        return checkpoint_of_progress(found[0][0], found[0][1])

    def why_wrong(self, state: Checkpoint) -> str:
        """The table holds exactly what the checkpoint knows to be there."""
        return find_disagreement(state, {int(line) for (line,) in self.cluster.ask(f'SELECT line FROM "{self.table}"')})

    def rows(self) -> list[dict[str, str]]:
        found = self.cluster.ask(f'SELECT {", ".join(FIELDS)} FROM "{self.table}"')
        return [dict(zip(FIELDS, row, strict=True)) for row in found]

    def leftovers(self) -> list[list[str]]:
        """Sessions that are in the middle of something."""
        return self.cluster.ask("SELECT pid, state FROM pg_stat_activity WHERE application_name = 'cardresolver'"
                                " AND state <> 'idle'")


Target = FileTarget | TableTarget | PostgresTarget
