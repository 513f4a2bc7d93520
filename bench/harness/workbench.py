"""What all measurements share: the program, a folder for what comes and goes, nginx, and the lists."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import cards
from harness.process import ClientFailed, Usage, run_client
from harness.servers import Nginx

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "build" / "release" / "cardresolver"
PASSWORD = "simulator"
ACCOUNT = ("--appid", "100001", "--ebid", "2300000000000001")
CARDS_PER_REQUEST = 100


@dataclass(frozen=True)
class Setting:
    """How a list is resolved. `output` is a file's name with its ending, or the target of a database."""

    connections: int = 32
    output: str = "rows.csv"
    plain: bool = False
    delay_ms: int = 0


@dataclass(frozen=True)
class ResolveRun:
    """One run of `cardresolver resolve`: what it cost, and its own summary."""

    cards: int
    usage: Usage
    summary: dict[str, Any] = field(repr=False)

    @property
    def rows_per_s(self) -> float:
        return self.cards / self.usage.wall_s


def requests_for(count: int) -> int:
    """Requests for so many cards."""
    return -(-count // CARDS_PER_REQUEST)


@dataclass
class Workbench:
    """`postgres` names a database for rows, postgresql://USER@HOST/DATABASE, where there is one."""

    folder: Path
    nginx: Nginx
    postgres: str | None = None

    def list_of(self, count: int) -> Path:
        path = self.folder / f"cards-{count}.txt"
        if not path.exists():
            cards.write_list(path, count)
        return path

    @property
    def environment(self) -> dict[str, str]:
        return {"CARDRESOLVER_PASSWORD": PASSWORD, "STATE_DIRECTORY": str(self.folder),
                # Where Debian keeps the modules of Node.js; not every build of it looks there.
                "NODE_PATH": os.pathsep.join(filter(None, [os.environ.get("NODE_PATH"), "/usr/share/nodejs"]))}

    def resolve(self, count: int, setting: Setting = Setting()) -> ResolveRun:
        """One run against nginx. Raises unless every card was answered by full requests, as nginx counts them, and
        each row is right; rows in PostgreSQL are counted only."""
        # Dropping the pages of a file that is replaced costs whoever replaces it.
        rows = self.folder / setting.output.removeprefix("sqlite:")
        if not setting.output.startswith("postgresql:"):
            self.drop(rows)
        summary = self.folder / "summary.json"
        asked = self.nginx.requests()
        usage = run_client(
            [PROGRAM, "resolve", self.list_of(count), "-o", setting.output, "--force", "--summary", summary,
             "--base-url", self.nginx.url(plain=setting.plain, delay_ms=setting.delay_ms), *ACCOUNT,
             *(["--allow-plaintext"] if setting.plain else ["--ca-file", self.nginx.ca_file]),
             "--rate", "unlimited", "--connections", str(setting.connections), "--progress", "none"],
            self.folder, environment=self.environment)
        facts = json.loads(summary.read_text(encoding="utf-8"))
        asked = self.nginx.requests() - asked
        if facts["outcomes"]["resolved"] != count or asked != requests_for(count):
            raise ClientFailed(f"{count} cards, {asked} requests at nginx: {facts['outcomes']} {facts['requests']}")
        if not setting.output.startswith("postgresql:"):
            cards.check_rows(rows, count)
            self.drop(rows)
        return ResolveRun(count, usage, facts)

    @staticmethod
    def drop(rows: Path) -> None:
        """Removes rows, and what a database keeps beside itself."""
        for suffix in ("", "-wal", "-shm"):
            rows.with_name(rows.name + suffix).unlink(missing_ok=True)
