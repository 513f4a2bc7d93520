"""Runs one client to its end, and says what it cost: CPU time of it and its children, wall time, memory."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SAMPLES_PER_SECOND = 20
LIMIT_S = 1800.0


class ClientFailed(Exception):
    """A client that ended otherwise than it should; the text has its last words."""


@dataclass(frozen=True)
class Usage:
    """What one run cost. Memory is resident memory in MiB: its peak by the kernel's own high-water mark, and samples
    of (seconds since the start, MiB)."""

    cpu_s: float
    wall_s: float
    peak_mib: float
    memory: list[tuple[float, float]] = field(repr=False)
    output: str = field(repr=False, default="")


def run_client(command: Sequence[str | Path], folder: Path, *, environment: Mapping[str, str] | None = None,
               output: Path | None = None) -> Usage:
    """Raises `ClientFailed` unless its exit code is 0. Without `output`, what it prints is in the result."""
    printed = output or folder / "client.out"
    with printed.open("wb") as out, (folder / "client.err").open("wb") as errors:
        started = time.monotonic()
        client = subprocess.Popen([str(word) for word in command], cwd=folder, stdin=subprocess.DEVNULL, stdout=out,
                                  stderr=errors, env={**os.environ, **(environment or {})})
        try:
            memory, peak_mib = _watch(client.pid, started)
            wall_s = time.monotonic() - started
        except BaseException:
            client.kill()
            raise
        finally:
            _, status, usage = os.wait4(client.pid, 0)
            client.returncode = os.waitstatus_to_exitcode(status)
    if client.returncode != 0:
        last_words = (folder / "client.err").read_text(errors="replace")[-2000:]
        raise ClientFailed(f"{command[0]} ended with exit code {client.returncode}\n{last_words}")
    text = "" if output else printed.read_text(errors="replace")
    return Usage(usage.ru_utime + usage.ru_stime, wall_s, peak_mib, memory, text)


def _watch(pid: int, started: float) -> tuple[list[tuple[float, float]], float]:
    """Samples the memory until the process has ended. Not by ru_maxrss: that one begins with what the parent has."""
    memory: list[tuple[float, float]] = []
    peak_mib = 0.0
    ended = os.pidfd_open(pid)
    try:
        waiting = select.poll()
        waiting.register(ended, select.POLLIN)
        while not waiting.poll(1000 / SAMPLES_PER_SECOND):
            passed = time.monotonic() - started
            if passed > LIMIT_S:
                raise ClientFailed(f"a client still ran after {LIMIT_S:.0f} s")
            sizes = _memory_of(pid)
            if "VmRSS" in sizes:
                memory.append((passed, sizes["VmRSS"]))
                peak_mib = max(peak_mib, sizes["VmHWM"])
    finally:
        os.close(ended)
    return memory, peak_mib


def _memory_of(pid: int) -> dict[str, float]:
    """In MiB; nothing where the process has just ended."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    fields = (line.split() for line in lines if line.startswith(("VmRSS:", "VmHWM:")))
    return {name.rstrip(":"): int(kib) / 1024 for name, kib, _ in fields}
