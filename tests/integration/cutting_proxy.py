"""Stands between a client and a PostgreSQL server, and cuts one connection at a chosen byte around a COMMIT."""

from __future__ import annotations

import select
import socket
import tempfile
import threading
from pathlib import Path


class CuttingProxy:
    """Cuts once. `direction`: "reply" lets `count` bytes of the answer to the COMMIT number `which` through, "request"
    so many bytes of what the client sends from that COMMIT on."""

    def __init__(self, server: Path, direction: str, count: int, which: int) -> None:
        self.server, self.direction, self.count, self.which = server, direction, count, which
        self.commits = 0
        self.has_cut = False
        self.folder = tempfile.TemporaryDirectory(prefix="crpx-")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{self.folder.name}/.s.PGSQL.5432")
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()
        self.folder.cleanup()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with client, server:
            server.connect(f"{self.server}/.s.PGSQL.5432")
            left: int | None = None  # bytes until the cut
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    if source is client and b"COMMIT\0" in data and not self.has_cut:
                        self.commits += 1
                        if self.commits == self.which:
                            left = self.count
                    is_counted = left is not None and (source is server) == (self.direction == "reply")
                    if is_counted:
                        data, left = data[:left], left - len(data)
                    (server if source is client else client).sendall(data)
                    if is_counted and left <= 0:
                        self.has_cut = True
                        return
