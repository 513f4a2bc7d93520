"""Runs the built-in carrier as a process of its own, and `resolve` against it."""

from __future__ import annotations

import http.client
import json
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from program_test_case import ProgramTestCase, as_list


class SimulatorTestCase(ProgramTestCase):
    """The command `simulate`. Its password is the documented one."""

    def start_simulator(self, *arguments: str) -> str:
        """Its URL, once it serves."""
        process = self.start_program("simulate", "--listen", "127.0.0.1:0", "--ca-out", "ca.pem", *arguments)
        self.simulator = process
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        self.assertRegex(url, r"\Ahttps?://127\.0\.0\.1:[0-9]+\Z")
        return url

    def ask_stats(self, url: str) -> dict[str, Any]:
        context = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        connection = http.client.HTTPSConnection(urlsplit(url).netloc, context=context, timeout=60)
        connection.request("GET", "/stats")
        stats = json.loads(connection.getresponse().read())
        connection.close()
        return stats

    def resolve(self, url: str, numbers: list[str], *arguments: str | Path, output: str = "out.csv") -> int:
        """Resolves a list on standard input, as fast as it goes unless told otherwise; the exit code."""
        rate = () if "--rate" in arguments else ("--rate", "unlimited")
        done = self.run_program("resolve", "--base-url", url, "--ca-file", "ca.pem", "--appid", "100001", "--ebid",
                                "2300000000000001", "-o", output, "--summary", "summary.json", *rate, *arguments,
                                stdin=as_list(numbers), variables={"CARDRESOLVER_PASSWORD": "simulator"}, limit=280)
        self.assertNotIn(done.returncode, (64, 70, 78), done.stderr.decode(errors="replace")[-2000:])
        return done.returncode
