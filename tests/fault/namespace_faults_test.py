#!/usr/bin/env python3
"""Faults that need a network and a mount table of one's own: the name server, loss and black holes, narrow links, full
and read-only file systems. Runs in namespaces that any user may make; where that is forbidden, says so and is skipped.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from fault_proxy import FaultProxy
from program_test_case import as_list, iccids, rows_of
from simulator_test_case import SimulatorTestCase
from verify_rows import faults_of

PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
SKIPPED = 77
NAME = "carrier.test"
BATCH = 5


def system(*words: str | Path, stdin: str = "") -> None:
    done = subprocess.run([shutil.which(str(words[0]), path=PATH) or str(words[0]), *map(str, words[1:])], input=stdin, text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stderr}")


class NameServer:
    """Answers on 127.0.0.1:53, by UDP and TCP, as `answer` says: addresses, a code of failure, or None for silence."""

    NOT_FOUND, FAILED = 3, 2

    def __init__(self, answer: Callable[[int], list[str] | int | None]) -> None:
        self.answer = answer  # of the number of the question for an address, from 0
        self.asked = 0
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind(("127.0.0.1", 53))
        self._streams = socket.create_server(("127.0.0.1", 53))
        for work in (self._serve_datagrams, self._serve_streams):
            threading.Thread(target=work, daemon=True).start()

    def __enter__(self) -> NameServer:
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._datagrams, self._streams):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve_datagrams(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                question, asker = self._datagrams.recvfrom(4096)
                if not question:
                    return  # the end
                if (reply := self._reply(question, 512)) is not None:
                    self._datagrams.sendto(reply, asker)

    def _serve_streams(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                asker, _ = self._streams.accept()
                with asker:
                    while len(size := asker.recv(2, socket.MSG_WAITALL)) == 2:
                        question = asker.recv(struct.unpack(">H", size)[0], socket.MSG_WAITALL)
                        reply = self._reply(question, 65_535) or b""
                        asker.sendall(struct.pack(">H", len(reply)) + reply)

    def _reply(self, question: bytes, most: int) -> bytes | None:
        end = question.index(b"\0", 12) + 5
        is_address = question[end - 4:end - 2] == b"\0\1"
        answer = self.answer(self.asked)
        self.asked += is_address
        if answer is None:
            return None
        code = answer if isinstance(answer, int) else 0
        addresses = answer if is_address and isinstance(answer, list) else []
        records = b"".join(struct.pack(">HHHIH", 0xC00C, 1, 1, 0, 4) + socket.inet_aton(one) for one in addresses)
        cut = len(records) + end > most
        flags = 0x8180 | (0x0200 if cut else 0) | code
        head = question[:2] + struct.pack(">HHHHH", flags, 1, 0 if cut else len(addresses), 0, 0)
        return head + question[12:end] + (b"" if cut else records)


class NamespaceFaults(SimulatorTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = self.start_simulator("--plaintext")
        self.port = int(urlsplit(self.url).port)

    @contextlib.contextmanager
    def filtered(self, rules: str) -> Iterator[None]:
        """What comes to us meets these rules of nftables first."""
        system("nft", "-f", "-", stdin="table inet fault {\n chain arriving {\n  type filter hook input priority 0; policy"
               f" accept;\n{rules}\n }}\n}}\n")
        try:
            yield
        finally:
            system("nft", "delete", "table", "inet", "fault")

    def command(self, url: str, *arguments: str | Path) -> list[str | Path]:
        rate = () if "--rate" in arguments else ("--rate", "unlimited")
        return ["resolve", "cards.txt", "--base-url", url, "--allow-plaintext", "--appid", "100001", "--ebid",
                "2300000000000001", "--progress", "none", "--batch-size", str(BATCH), *rate, *arguments]

    def ask(self, url: str, requests: int, *arguments: str | Path, code: int = 0) -> bytes:
        """Its complaints."""
        numbers = iccids(requests * BATCH)
        (self.folder / "cards.txt").write_bytes(as_list(numbers))
        done = self.run_program(*self.command(url, *arguments), variables={"CARDRESOLVER_PASSWORD": "simulator"})
        self.assert_exit(done, code)
        if code == 0:
            self.assertEqual(list(faults_of(numbers, rows_of(done.stdout))), [])
        return done.stderr


class Names(NamespaceFaults):
    def setUp(self) -> None:
        super().setUp()
        servers = self.folder / "resolv.conf"
        servers.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", encoding="utf-8")
        system("mount", "--bind", servers, os.path.realpath("/etc/resolv.conf"))
        self.addCleanup(system, "umount", os.path.realpath("/etc/resolv.conf"))
        self.named = f"http://{NAME}:{self.port}"

    def serve(self, answer: Callable[[int], list[str] | int | None]) -> NameServer:
        return self.enterContext(NameServer(answer))

    def test_NW1_no_such_host(self) -> None:
        self.serve(lambda _: NameServer.NOT_FOUND)
        self.assertIn(b"no such host: carrier.test", self.ask(self.named, 1, "--give-up-after", "500ms", code=69))

    def test_NW1_a_name_server_that_fails(self) -> None:
        self.serve(lambda _: NameServer.FAILED)
        self.assertIn(b"carrier.test", self.ask(self.named, 1, "--give-up-after", "500ms", code=69))

    def test_NW1_a_silent_name_server_does_not_hold_up_the_end(self) -> None:
        self.serve(lambda _: None)
        complaint = self.ask(self.named, 1, "--connect-timeout", "300ms", "--give-up-after", "800ms", code=69)
        self.assertIn(b"no name server answers", complaint)

    def test_NW1_a_name_server_that_comes_back(self) -> None:
        server = self.serve(lambda number: NameServer.FAILED if number < 3 else ["127.0.0.1"])
        self.ask(self.named, 20)
        self.assertGreater(server.asked, 3)

    def test_NW1_a_hundred_addresses(self) -> None:
        self.serve(lambda _: [f"127.0.1.{number}" for number in range(1, 101)])
        with FaultProxy(self.port, listen=("0.0.0.0", 0)) as proxy:  # noqa: S104: the namespace's own loopback
            self.ask(f"http://{NAME}:{proxy.port}", 20)

    def test_NW1_the_address_changes_in_mid_run(self) -> None:
        """The old one is left without an answer to its connections, and refuses new ones."""
        moved = threading.Event()
        server = self.serve(lambda _: ["127.0.0.3"] if moved.is_set() else ["127.0.0.2"])
        numbers = iccids(60 * BATCH)
        (self.folder / "cards.txt").write_bytes(as_list(numbers))
        with FaultProxy(self.port, listen=("127.0.0.2", 0)) as old:
            port = old.port
            process = self.start_program(*self.command(f"http://{NAME}:{port}", "--rate", "50/s"),
                                         variables={"CARDRESOLVER_PASSWORD": "simulator"})
            old.wait_until(lambda links: sum(len(link.exchanges) for link in links) > 10)
            moved.set()
        with FaultProxy(self.port, listen=("127.0.0.3", port)) as new:
            rows, complaint = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, complaint)
            self.assertGreater(sum(len(link.exchanges) for link in new.links), 10)
        self.assertEqual(list(faults_of(numbers, rows_of(rows))), [])
        self.assertGreater(server.asked, 1)


class Links(NamespaceFaults):
    def test_NW2_a_black_hole(self) -> None:
        with self.filtered(f"tcp dport {self.port} drop"):
            complaint = self.ask(self.url, 1, "--connect-timeout", "300ms", "--give-up-after", "1s", code=69)
        self.assertIn(b"no answer from 127.0.0.1", complaint)

    def test_NW2_reset_by_something_on_the_way(self) -> None:
        with self.filtered(f"tcp dport {self.port} reject with tcp reset"):
            self.assertIn(b"refused", self.ask(self.url, 1, "--give-up-after", "500ms", code=69))

    def test_NW2_no_route(self) -> None:
        self.assertIn(b"no route", self.ask("http://10.11.12.13:80", 1, "--give-up-after", "500ms", code=69))

    def test_NW2_a_black_hole_in_mid_run_costs_no_card(self) -> None:
        numbers = iccids(60 * BATCH)
        (self.folder / "cards.txt").write_bytes(as_list(numbers))
        with FaultProxy(self.port) as proxy:
            process = self.start_program(*self.command(f"http://127.0.0.1:{proxy.port}", "--rate", "60/s", "--connect-timeout",
                                                       "200ms", "--request-timeout", "300ms", "--attempts", "4"),
                                         variables={"CARDRESOLVER_PASSWORD": "simulator"})
            proxy.wait_until(lambda links: sum(len(link.exchanges) for link in links) > 10)
            with self.filtered(f"tcp dport {proxy.port} drop\n tcp sport {proxy.port} drop"):
                self.assertRaises(subprocess.TimeoutExpired, process.wait, 1.5)  # how long the fault lasts
            rows, complaint = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 0, complaint)
        self.assertEqual(list(faults_of(numbers, rows_of(rows))), [])

    def test_NW2_no_more_local_ports(self) -> None:
        ports = Path("/proc/sys/net/ipv4/ip_local_port_range")
        before = ports.read_text()
        ports.write_text("40000 40003")
        try:
            self.ask(self.url, 60, "--connections", "16")
        finally:
            ports.write_text(before)

    def test_NW6_packets_are_lost(self) -> None:
        for percent, requests in ((5, 60), (20, 25)):
            with self.subTest(percent=percent), self.filtered(
                    f"tcp dport {self.port} numgen random mod 100 < {percent} drop\n"
                    f"tcp sport {self.port} numgen random mod 100 < {percent} drop"):
                self.ask(self.url, requests, "--connections", "16")

    def test_NW6_a_small_packet_size_and_a_narrow_link(self) -> None:
        system("ip", "link", "set", "lo", "mtu", "576")
        try:
            self.ask(self.url, 60)
            system("tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate", "512kbit", "burst", "1600", "limit", "30000")
            self.ask(self.url, 60)
        finally:
            with contextlib.suppress(RuntimeError):
                system("tc", "qdisc", "del", "dev", "lo", "root")
            system("ip", "link", "set", "lo", "mtu", "65536")


class FileSystems(NamespaceFaults):
    @contextlib.contextmanager
    def mounted(self, name: str, kib: int) -> Iterator[Path]:
        """A file system of so many KiB."""
        folder = self.folder / name
        folder.mkdir()
        system("mount", "-t", "tmpfs", "-o", f"size={kib}k", "fault", folder)
        try:
            yield folder
        finally:
            system("umount", folder)

    def check_rows(self, output: Path, numbers: list[str]) -> None:
        self.assertEqual(list(faults_of(numbers, rows_of(output.read_bytes()))), [])

    def test_DK1_a_disk_that_fills_up_and_has_room_again(self) -> None:
        """Disks with different room, all at once: now the rows find none, now the checkpoint."""
        numbers = iccids(4_000)
        (self.folder / "cards.txt").write_bytes(as_list(numbers))
        disks = [self.enterContext(self.mounted(f"disk-{room}", 1_024)) for room in range(60, 340, 40)]
        runs = []
        for disk, room in zip(disks, range(60, 340, 40), strict=True):
            (disk / "ballast").write_bytes(bytes((1_024 - room) << 10))
            runs.append(self.start_program(*self.command(self.url, "-o", disk / "rows.csv"),
                                           variables={"CARDRESOLVER_PASSWORD": "simulator"}))
        said = [run.stderr.readline() + run.stderr.readline() for run in runs]  # the first warns of plain HTTP
        for disk in disks:
            (disk / "ballast").unlink()
        waited = 0
        for disk, run, begun in zip(disks, runs, said, strict=True):
            complaint = begun + run.communicate(timeout=60)[1]
            if b"no room on the disk" in begun:
                waited += 1
                self.assertEqual(run.returncode, 0, complaint)
            else:
                self.assertEqual(run.returncode, 74, complaint)  # the checkpoint found no room: that is final
                again = self.run_program(*self.command(self.url, "-o", disk / "rows.csv"),
                                         variables={"CARDRESOLVER_PASSWORD": "simulator"})
                self.assert_exit(again, 0)
            self.check_rows(disk / "rows.csv", numbers)
        print(f"disks: {len(disks)}, waited for: {waited}")
        self.assertGreater(waited, 0)

    def test_DK8_a_file_system_that_has_become_read_only(self) -> None:
        numbers = iccids(1_000)
        (self.folder / "cards.txt").write_bytes(as_list(numbers))
        with self.mounted("disk", 1_024) as disk:
            run = self.start_program(*self.command(self.url, "-o", disk / "rows.csv", "--rate", "100/s"),
                                     variables={"CARDRESOLVER_PASSWORD": "simulator"})
            while not (disk / "rows.csv.partial").exists() or (disk / "rows.csv.partial").stat().st_size == 0:
                self.assertIsNone(run.poll())
            run.send_signal(signal.SIGINT)
            self.assertEqual(run.wait(timeout=60), 130)
            before = {path.name: path.read_bytes() for path in disk.iterdir()}
            system("mount", "-o", "remount,bind,ro", disk)
            refused = self.run_program(*self.command(self.url, "-o", disk / "rows.csv"),
                                       variables={"CARDRESOLVER_PASSWORD": "simulator"})
            self.assertIn(refused.returncode, (73, 74), refused.stderr)
            self.assertIn(b"rows.csv", refused.stderr)
            self.assertEqual({path.name: path.read_bytes() for path in disk.iterdir()}, before)
            system("mount", "-o", "remount,bind,rw", disk)
            self.assert_exit(self.run_program(*self.command(self.url, "-o", disk / "rows.csv"),
                                              variables={"CARDRESOLVER_PASSWORD": "simulator"}), 0)
            self.check_rows(disk / "rows.csv", numbers)


def enter() -> None:
    """Goes on in namespaces of its own, or ends as skipped."""
    unshare = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
    tried = subprocess.run([*unshare, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        print(f"SKIPPED: no namespaces for this user here: {tried.stderr.strip()}")
        sys.exit(SKIPPED)
    os.environ["CARDRESOLVER_IN_NAMESPACE"] = "1"
    os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv])


if __name__ == "__main__":
    if "CARDRESOLVER_IN_NAMESPACE" not in os.environ:
        enter()
    system("ip", "link", "set", "lo", "up")
    unittest.main()
