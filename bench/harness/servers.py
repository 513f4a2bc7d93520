"""The carriers that are measured against: nginx, which is not ours, and `cardresolver simulate`."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

from harness import cards

CONFIGURATION = Path(__file__).resolve().parent.parent / "nginx"
MODULES = Path("/usr/lib/nginx/modules")
START_LIMIT_S = 10.0


class ServerFailed(Exception):
    """A server that does not start, or ends early; the text has its last words."""


def make_certificate(folder: Path) -> None:
    """Writes certificate.pem, which is its own authority, and key.pem."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem",
         "-out", folder / "certificate.pem"], check=True, capture_output=True)


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on at the moment."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def nginx_program() -> str | None:
    """Debian has it where the search path of users does not lead."""
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"]))


class Nginx:
    """Answers from entering to leaving the `with`, over TLS 1.3 and without, by one worker. Its files are in a
    folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca_file = folder / "certificate.pem"
        self._tls_port, self._plain_port = free_ports(2)
        self._process: subprocess.Popen[bytes] | None = None
        self._own_requests = 0

    def __enter__(self) -> Nginx:
        self.folder.mkdir(parents=True, exist_ok=True)
        program = nginx_program()
        if program is None:
            raise ServerFailed("nginx is not installed")
        make_certificate(self.folder)
        configuration = self.folder / "nginx.conf"
        configuration.write_text(self.configuration(), encoding="utf-8")
        self._process = subprocess.Popen(
            [program, "-p", self.folder, "-e", self.folder / "error.log", "-c", configuration],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def url(self, *, plain: bool = False, delay_ms: int = 0) -> str:
        """The base URL; of a carrier whose answers take so long."""
        origin = f"http://127.0.0.1:{self._plain_port}" if plain else f"https://127.0.0.1:{self._tls_port}"
        return f"{origin}/after/{delay_ms}" if delay_ms else origin

    def requests(self) -> int:
        """How many requests it has had, not counting those of this method."""
        self._own_requests += 1
        # Connections that are active, accepted and handled come before it.
        return int(re.findall(r"\d+", self._get("/stub_status"))[3]) - self._own_requests

    def check_answers(self) -> None:
        """Raises where it does not go by the rule that rows are checked by; one request of each kind, over TLS."""
        for kind, numbers in {"iccid": [cards.iccid_of(place) for place in range(100)],
                              "imsi": ["460040260908676", "460111111111111"],
                              "msisdn": ["1064826090209", "13800138000"]}.items():
            reply = json.loads(self._ask(f"/v2/batchquerycardinfo?{kind}s={'_'.join(numbers)}"))
            expected = [{"status": "0", "message": "正确", **cards.card_of(number)} for number in numbers]
            if reply != {"status": "0", "message": "正确", "result": expected}:
                raise ServerFailed(f"nginx answers otherwise than it should: {reply}")

    def _ask(self, path: str) -> str:
        context = ssl.create_default_context(cafile=str(self.ca_file))
        return self._get(path, http.client.HTTPSConnection("127.0.0.1", self._tls_port, timeout=10, context=context))

    def _get(self, path: str, connection: http.client.HTTPConnection | None = None) -> str:
        connection = connection or http.client.HTTPConnection("127.0.0.1", self._plain_port, timeout=10)
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
            body = reply.read().decode()
        finally:
            connection.close()
        if reply.status != 200:
            raise ServerFailed(f"nginx answers {path[:60]} with status {reply.status}: {self._last_words()}")
        return body

    def configuration(self) -> str:
        """The text of its configuration file."""
        values = {"MODULES": MODULES, "FOLDER": self.folder, "SOURCE": CONFIGURATION, "TLS_PORT": self._tls_port,
                  "PLAIN_PORT": self._plain_port}
        text = (CONFIGURATION / "nginx.conf.in").read_text(encoding="utf-8")
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        # Started by root, its worker would become another user, who may not read the checkout.
        return "user root root;\n" + text if os.geteuid() == 0 else text

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None
        until = time.monotonic() + START_LIMIT_S
        while self._process.poll() is None and time.monotonic() < until:
            try:
                self.requests()
                self.check_answers()
                return
            except ConnectionRefusedError:
                self._own_requests = 0
                time.sleep(0.02)
        raise ServerFailed(f"nginx does not start: {self._last_words()}")

    def _last_words(self) -> str:
        log = self.folder / "error.log"
        return log.read_text(errors="replace")[-2000:] if log.exists() else "it left no log"


class Simulator:
    """`cardresolver simulate` over TLS in a process of its own, from entering to leaving the `with`."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.ca_file = folder / "simulator.pem"
        self.url = ""
        self._program = program

    def __enter__(self) -> Simulator:
        self._process = subprocess.Popen(
            [self._program, "simulate", "--listen", "127.0.0.1:0", "--ca-out", self.ca_file],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._output = self._process.stdout
        assert self._output is not None
        self.url = self._output.readline().strip()
        if not self.url:
            self._process.wait()
            raise ServerFailed("cardresolver simulate does not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        if self._output is not None:
            self._output.close()
