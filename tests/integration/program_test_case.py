"""Runs the built program as a user would, and reads what it wrote.

The program's path is in CARDRESOLVER_PROGRAM. Nothing here waits by the clock: a test waits for an exit, a line or
a request, with a limit that only a hang can reach.
"""

from __future__ import annotations

import csv
import io
import json
import os
import select
import signal
import subprocess
import tempfile
import unittest
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from certificates import Certificate, make_good
from independent_carrier import Carrier, card_of
from protocol_check import Account

PROGRAM = os.environ.get("CARDRESOLVER_PROGRAM", "build/dev/cardresolver")
LIMIT = 120.0
FIELDS = ["line", "number", "kind", "outcome", "iccid", "msisdn", "imsi", "status", "message"]


def iccids(count: int, first: int = 0) -> list[str]:
    """Distinct ICCIDs, in no order that a position could be read from."""
    return [f"898602B22{(first + place) * 7919 % 10**8:011d}" for place in range(count)]


def imsis(count: int) -> list[str]:
    return [f"46004{place * 7919 % 10**8:010d}" for place in range(count)]


def msisdns(count: int) -> list[str]:
    return [f"10648{place * 7919 % 10**8:08d}" for place in range(count)]


def as_list(numbers: Iterable[str]) -> bytes:
    """Numbers as a plain list."""
    return "".join(number + "\n" for number in numbers).encode()


def rows_of(text: str | bytes) -> list[dict[str, str]]:
    """The rows of a CSV that we wrote; raises where the header is another."""
    if isinstance(text, bytes):
        text = text.decode()
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows = list(reader)
    if reader.fieldnames != FIELDS:
        raise AssertionError(f"the header is {reader.fieldnames}")
    return rows


class ProgramTestCase(unittest.TestCase):
    """A folder for each test, a certificate for each class, and an environment without surprises."""

    certificate: Certificate
    maxDiff = None

    @classmethod
    def setUpClass(cls) -> None:
        if not os.access(PROGRAM, os.X_OK):
            raise AssertionError(f"there is no program at {PROGRAM}: set CARDRESOLVER_PROGRAM")
        folder = tempfile.TemporaryDirectory(prefix="cardresolver-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.class_folder = Path(folder.name)
        cls.certificate = make_good(cls.class_folder / "authority")

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="cardresolver-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    # The program.

    def environment(self, **variables: str) -> dict[str, str]:
        """What the program inherits: nothing of the tester's own configuration."""
        kept = {name: value for name, value in os.environ.items()
                if name in ("PATH", "LANG", "TMPDIR") or name.endswith("SAN_OPTIONS") or name.endswith("SYMBOLIZER_PATH")}
        state = self.folder / "state"
        state.mkdir(exist_ok=True)
        # Of the places of an account's ledger, STATE_DIRECTORY comes first: one of the system's would be shared.
        return {**kept, "HOME": str(self.folder), "STATE_DIRECTORY": str(state), "XDG_STATE_HOME": str(state),
                "XDG_CONFIG_HOME": str(self.folder), **variables}

    def run_program(self, *arguments: str | Path, stdin: bytes = b"", variables: dict[str, str] | None = None,
                    limit: float = LIMIT) -> subprocess.CompletedProcess[bytes]:
        """Runs it to its end."""
        return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, check=False,
                              cwd=self.folder, env=self.environment(**(variables or {})), timeout=limit)

    def start_program(self, *arguments: str | Path, variables: dict[str, str] | None = None,
                      **options: Any) -> subprocess.Popen[bytes]:
        """Starts it; whatever a test forgets is killed at its end."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=self.folder,
                                   env=self.environment(**(variables or {})), **options)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def seen_from_outside(process: subprocess.Popen[bytes]) -> bytes:
        """Its command line, and its environment where we may look: a process that hides it hides it just as well."""
        seen = b""
        for name in ("cmdline", "environ"):
            try:
                seen += Path(f"/proc/{process.pid}/{name}").read_bytes()
            except PermissionError:
                continue
        return seen

    @staticmethod
    def end(process: subprocess.Popen[bytes]) -> None:
        """Kills it where it still runs, and closes what it was talked to through."""
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()

    def read_until(self, process: subprocess.Popen[bytes], words: bytes) -> bytes:
        """What it says, up to the end of the first line with these words, and no byte further."""
        assert process.stderr is not None
        said, line = b"", b""
        while not (words in line and line.endswith(b"\n")):
            if line.endswith(b"\n"):
                said, line = said + line, b""
            is_ready, _, _ = select.select([process.stderr], [], [], LIMIT)
            byte = os.read(process.stderr.fileno(), 1) if is_ready else b""
            if not byte:
                self.fail(f"it has not said {words!r}, but {said + line!r}")
            line += byte
        return said + line

    def end_by_signals(self, process: subprocess.Popen[bytes], number: signal.Signals) -> int:
        """Sends a signal again and again until the process ends: the first drains, the second ends at once."""
        for _ in range(100):
            process.send_signal(number)
            try:
                return process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                continue
        raise AssertionError("signals do not end it")

    # The carrier.

    def carrier(self, **settings: Any) -> Carrier:
        settings.setdefault("certificate", self.certificate)
        return self.enterContext(Carrier(self.class_folder, **settings))

    def account_of(self, carrier: Carrier) -> list[str]:
        """The flags that name a carrier and its account; the password is no flag."""
        return ["--base-url", carrier.url, "--ca-file", str(carrier.certificate.ca_file),
                "--appid", carrier.account.appid, "--ebid", carrier.account.ebid]

    def resolve_against(self, carrier: Carrier, numbers: Iterable[str], *arguments: str | Path,
                        password: str | None = None) -> subprocess.CompletedProcess[bytes]:
        """Resolves a list on standard input, as fast as it goes."""
        variables = {"CARDRESOLVER_PASSWORD": password or carrier.account.password}
        return self.run_program("resolve", *self.account_of(carrier), "--rate", "unlimited", *arguments,
                                stdin=as_list(numbers), variables=variables)

    # What it must have done.

    def assert_exit(self, done: subprocess.CompletedProcess[bytes], code: int) -> None:
        self.assertEqual(done.returncode, code, done.stderr.decode(errors="replace")[-2000:])

    def assert_rows_match(self, rows: list[dict[str, str]], kind: str, numbers: list[str]) -> None:
        """One row for each line, each with its own card's numbers by the independent carrier's formula."""
        self.assertEqual(sorted(int(row["line"]) for row in rows), list(range(1, len(numbers) + 1)))
        for row in rows:
            number = numbers[int(row["line"]) - 1]
            card = card_of(kind, number)
            expected = {"line": row["line"], "number": number, "kind": kind, "iccid": card.iccid, "msisdn": card.msisdn,
                        "imsi": card.imsi, "status": card.status,
                        "outcome": "resolved" if card.status == "0" else "refused"}
            self.assertEqual({name: row[name] for name in expected}, expected)
            if card.status != "0":
                self.assertEqual(row["message"], card.message.strip())

    def assert_proper(self, carrier: Carrier) -> dict[str, Any]:
        """There were requests, and not one broke the document; the carrier's counts."""
        stats = carrier.stats()
        self.assertGreater(stats["requests"], 0)
        self.assertEqual(stats["violations"], [])
        self.assertEqual(stats["bad_tokens"], 0)
        return stats

    def summary(self, name: str = "summary.json") -> dict[str, Any]:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


__all__ = ["Account", "FIELDS", "LIMIT", "PROGRAM", "ProgramTestCase", "as_list", "iccids", "imsis", "msisdns",
           "rows_of"]
