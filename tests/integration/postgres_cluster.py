"""A throw-away PostgreSQL cluster in a temporary folder: one unix socket, no TCP, nobody else on it.

Debian's programs, found by globbing. The server refuses to be root: a test that root runs by hand runs it as the
user `postgres` of Debian's package.
"""

from __future__ import annotations

import csv
import glob
import io
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path


def program(name: str) -> str:
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    if not found:
        raise AssertionError(f"there is no {name}: scripts/bootstrap test installs postgresql")
    return found[-1]


class Cluster:
    """Starts at once. `close` stops it and removes all of it."""

    def __init__(self, *settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="crpg-"))  # a socket's path has room for little
        self.as_server: list[str] = []
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.as_server = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self._run("initdb", "-D", self.data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as file:
            for setting in ("listen_addresses = ''", f"unix_socket_directories = '{self.folder}'", "port = 5432",
                            "fsync = off", "max_connections = 30", *settings):
                file.write(setting + "\n")
        self.start()

    def _run(self, name: str, *arguments: str | Path) -> None:
        done = subprocess.run([*self.as_server, program(name), *map(str, arguments)], capture_output=True, cwd="/",
                              check=False)
        if done.returncode != 0:
            raise AssertionError(f"{name} failed: {done.stdout.decode()} {done.stderr.decode()}")

    def url(self, parameters: str = "", user: str = "owner") -> str:
        """With `?host=` so that the folder needs no escaping."""
        return f"postgresql://{user}@/postgres?host={self.folder}" + (f"&{parameters}" if parameters else "")

    def start(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-t", "60", "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "-t", "60", "stop")

    def kill(self) -> None:
        """The postmaster alone; its children find out by themselves."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        if (self.data / "postmaster.pid").exists():
            subprocess.run([*self.as_server, program("pg_ctl"), "-D", str(self.data), "-m", "immediate", "-w", "stop"],
                           capture_output=True, cwd="/", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, statement: str, user: str = "owner") -> list[list[str]]:
        done = subprocess.run([program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "--csv", "-t", "-h", str(self.folder), "-U",
                               user, "-d", "postgres", "-c", statement], capture_output=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"psql failed: {done.stderr.decode()}")
        return list(csv.reader(io.StringIO(done.stdout.decode(), newline="")))

    def clear(self) -> None:
        """No table of any test is left."""
        self.ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def hold(self, statement: str, user: str = "owner") -> subprocess.Popen[bytes]:
        """A transaction that has done `statement` and stays open until `end_hold`."""
        session = subprocess.Popen([program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-U", user, "-d",
                                    "postgres"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        session.stdin.write(f"BEGIN; {statement};\n\\echo held\n".encode())
        session.stdin.flush()
        if session.stdout.readline() != b"held\n":
            raise AssertionError(f"psql has not done {statement}")
        return session

    @staticmethod
    def end_hold(session: subprocess.Popen[bytes]) -> None:
        session.communicate()
