#!/usr/bin/env python3
"""The proxy does what it says: a fault that does not strike proves nothing."""

from __future__ import annotations

import socket
import threading
import time
import unittest

from fault_proxy import FaultProxy, Plan, Way


class Echo:
    """Sends back what it gets, twice, on each connection."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return self._listening.getsockname()[1]

    def __enter__(self) -> Echo:
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    @staticmethod
    def _serve(client: socket.socket) -> None:
        with client:
            try:
                while piece := client.recv(4096):
                    client.sendall(piece + piece)
            except OSError:
                return


class Faults(unittest.TestCase):
    def setUp(self) -> None:
        self.echo = self.enterContext(Echo())

    def proxy(self, plan: Plan) -> FaultProxy:
        return self.enterContext(FaultProxy(self.echo.port, plan))

    def talk(self, proxy: FaultProxy, *words: bytes) -> list[bytes]:
        """What comes back for each word, until the end; `b"RST"` where that is the end."""
        heard = []
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=30) as client:
            try:
                for word in words:
                    heard.append(b"")
                    client.sendall(word)
                    while len(heard[-1]) < 2 * len(word) and (piece := client.recv(4096)):
                        heard[-1] += piece
                client.shutdown(socket.SHUT_WR)
                heard.append(client.recv(4096))
            except OSError:  # a reset, whichever call meets it
                heard.append(b"RST")
        return heard

    def test_without_a_fault_all_passes(self) -> None:
        proxy = self.proxy(Plan())
        self.assertEqual(self.talk(proxy, b"abc", b"defg"), [b"abcabc", b"defgdefg", b""])
        proxy.wait_until(lambda links: links and links[0].client_left)
        self.assertEqual((proxy.links[0].exchanges, proxy.cuts()), ([[3, 6], [4, 8]], 0))

    def test_cuts_at_each_byte_of_each_way(self) -> None:
        for cut in ("fin", "rst"):
            for after in range(0, 7):
                proxy = self.proxy(Plan(to_client=Way(cut_after=after, cut=cut)))
                heard = self.talk(proxy, b"abc", b"x")
                self.assertEqual(b"".join(heard).removesuffix(b"RST"), b"abcabc"[:after], (cut, after))
                proxy.wait_until(lambda links: links[0].was_cut)
                if cut == "rst":
                    self.assertEqual(heard[-1], b"RST", after)
                proxy = self.proxy(Plan(to_server=Way(cut_after=after, cut=cut, of_exchange=1)))
                heard = self.talk(proxy, b"ab", b"defghi")
                self.assertEqual(heard[0], b"abab", (cut, after))
                proxy.wait_until(lambda links: links[0].was_cut)
                self.assertEqual(proxy.links[0].exchanges[1][0], after)

    def test_a_stall_neither_answers_nor_closes(self) -> None:
        for plan in (Plan(to_client=Way(cut_after=2, cut="stall")), Plan(welcome="silence")):
            proxy = self.proxy(plan)
            with socket.create_connection(("127.0.0.1", proxy.port), timeout=30) as client:
                client.sendall(b"abc")
                proxy.wait_until(lambda links: links and links[0].was_cut)
                expected = 2 if plan.welcome == "pass" else 0
                got = client.recv(4096) if expected else b""
                self.assertEqual(len(got), expected)
                client.setblocking(False)
                self.assertRaises(BlockingIOError, client.recv, 1)
                self.assertFalse(proxy.links[0].client_left)
            proxy.wait_until(lambda links: links[0].client_left)

    def test_a_reset_welcome(self) -> None:
        proxy = self.proxy(Plan(welcome="reset"))
        with self.assertRaises(ConnectionResetError):  # by the first call that meets it
            with socket.create_connection(("127.0.0.1", proxy.port), timeout=30) as client:
                client.recv(1)
        self.assertEqual(proxy.cuts(), 1)

    def test_latency_jitter_and_drip_take_their_time_and_keep_the_order(self) -> None:
        words = [bytes([65 + at]) * 3 for at in range(5)]
        begun = time.monotonic()
        heard = self.talk(self.proxy(Plan(to_server=Way(latency=0.02, jitter=0.02), to_client=Way(drip=300.0))), *words)
        self.assertEqual(heard[:-1], [word + word for word in words])
        self.assertGreaterEqual(time.monotonic() - begun, 5 * 0.02 + 29 / 300)

    def test_a_clogged_way_keeps_what_comes(self) -> None:
        proxy = self.proxy(Plan())
        proxy.clog("to_client")
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=30) as client:
            client.sendall(b"abc")
            proxy.wait_until(lambda links: links and links[0].exchanges and links[0].exchanges[0][0] == 3)
            client.setblocking(False)
            self.assertRaises(BlockingIOError, client.recv, 1)
            client.settimeout(30)
            proxy.release("to_client")
            self.assertEqual(client.recv(4096), b"abcabc")


if __name__ == "__main__":
    unittest.main()
