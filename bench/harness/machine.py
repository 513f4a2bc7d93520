"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import tempfile
from pathlib import Path

from harness.servers import nginx_program


def facts(program: Path) -> dict[str, str]:
    """Name and value, in the order in which a report shows them."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{_system()}, Linux {platform.release()}",
        "files on": f"{_first_line(['stat', '-f', '-c', '%T', tempfile.gettempdir()])} ({tempfile.gettempdir()})",
        "cardresolver": _first_line([str(program), "--version"]).removeprefix("cardresolver "),
        "nginx": _version([nginx_program() or "nginx", "-v"]),
        "wrk": _version(["wrk", "-v"]),
        "h2load": _version(["h2load", "--version"]),
        "curl": _version(["curl", "--version"]),
        "Node.js": _version(["node", "--version"]),
        "Python": _version(["/usr/bin/python3", "--version"]),
        "load before the first round": f"{os.getloadavg()[0]:.2f}",
    }


def _processor() -> str:
    match = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    return match[1] if match else platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def _version(command: list[str]) -> str:
    """The first thing that looks like one."""
    line = _first_line(command)
    match = re.search(r"\d+(\.\d+)+", line)
    return match[0] if match else line


def _first_line(command: list[str]) -> str:
    """What a program says of itself, on either stream and whatever its exit code."""
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "not installed"
    lines = (said.stdout + said.stderr).strip().splitlines()
    return lines[0].strip() if lines else "says nothing"
