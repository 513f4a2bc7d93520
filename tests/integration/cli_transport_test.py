#!/usr/bin/env python3
"""Whom `resolve` talks to, and what it says where there is nobody to talk to."""

from __future__ import annotations

import socket
import subprocess
import unittest

from certificates import REFUSED, make_refused
from program_test_case import ProgramTestCase, as_list, iccids


class Certificates(ProgramTestCase):
    def test_a_bad_certificate_is_refused_and_gets_no_byte_of_a_request(self) -> None:
        for fault in REFUSED:
            with self.subTest(fault=fault):
                certificate = make_refused(self.folder / fault, fault)
                carrier = self.carrier(certificate=certificate)
                done = self.resolve_against(carrier, iccids(3), "--give-up-after", "5s")
                self.assert_exit(done, 69)
                self.assertIn(b"certificate", done.stderr)
                stats = carrier.stats()
                self.assertEqual((stats["requests"], stats["connections"]), (0, 0))

    def test_a_private_authority_is_trusted_only_where_it_is_named(self) -> None:
        carrier = self.carrier()
        done = self.run_program("resolve", "--base-url", carrier.url, "--appid", carrier.account.appid, "--ebid",
                                carrier.account.ebid, "--give-up-after", "5s", stdin=as_list(iccids(3)),
                                variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        self.assert_exit(done, 69)
        self.assertEqual(carrier.stats()["requests"], 0)

    def test_plain_http_needs_permission(self) -> None:
        done = self.run_program("resolve", "--base-url", "http://127.0.0.1:1", "--appid", "a", "--ebid", "1",
                                stdin=as_list(iccids(1)), variables={"CARDRESOLVER_PASSWORD": "x"})
        self.assert_exit(done, 64)
        self.assertIn(b"--allow-plaintext", done.stderr)


class Unreachable(ProgramTestCase):
    def nobody(self) -> str:
        """A URL whose port is ours, and refuses: bound, but not listening."""
        bound = socket.socket()
        self.addCleanup(bound.close)
        bound.bind(("127.0.0.1", 0))
        return f"https://127.0.0.1:{bound.getsockname()[1]}"

    def silence(self) -> str:
        """A URL that accepts connections and never says anything."""
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)
        return f"https://127.0.0.1:{listening.getsockname()[1]}"

    def check_unreachable(self, url: str) -> None:
        done = self.run_program("resolve", "--base-url", url, "--appid", "a", "--ebid", "1", "--give-up-after", "2s",
                                "--connect-timeout", "1s", "-o", "out.csv", stdin=as_list(iccids(300)),
                                variables={"CARDRESOLVER_PASSWORD": "x"})
        self.assert_exit(done, 69)
        self.assertNotEqual(done.stderr, b"")
        self.assertFalse((self.folder / "out.csv").exists())

    def test_refused(self) -> None:
        self.check_unreachable(self.nobody())

    def test_the_first_word_of_it_comes_soon_and_says_why(self) -> None:
        url = self.nobody()
        process = self.start_program("resolve", "--base-url", url, "--appid", "a", "--ebid", "1", "--progress", "none",
                                     stdin=subprocess.PIPE, variables={"CARDRESOLVER_PASSWORD": "x"})
        process.stdin.write(as_list(iccids(300)))
        process.stdin.close()
        warning = self.read_until(process, b"no answers from the carrier")
        self.assertIn(f"connection refused by {url.removeprefix('https://')}".encode(), warning)
        process.kill()
        process.wait()

    def test_silent(self) -> None:
        self.check_unreachable(self.silence())

    def test_no_such_host(self) -> None:
        self.check_unreachable("https://no-such-host.invalid")


class Killed(ProgramTestCase):
    def test_RL5_a_killed_process_leaves_no_request_under_way(self) -> None:
        """The kernel would go on sending what is lost on the way, for others to stumble over."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.settimeout(60)
            (self.folder / "cards.txt").write_bytes(as_list(iccids(3)))
            client = self.start_program("resolve", "cards.txt", "--base-url",
                                        f"http://127.0.0.1:{listening.getsockname()[1]}", "--allow-plaintext",
                                        "--appid", "a", "--ebid", "1", "-o", "out.csv",
                                        variables={"CARDRESOLVER_PASSWORD": "x"})
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(60)
                request = b""
                while not request.endswith(b"\r\n\r\n"):
                    request += connection.recv(65536)
                client.kill()
                with self.assertRaises(ConnectionResetError):
                    connection.recv(1)


class OutOfOrder(ProgramTestCase):
    def test_a_carrier_that_only_fails_is_not_asked_for_ever(self) -> None:
        carrier = self.carrier(modes={"http-500"})
        done = self.resolve_against(carrier, iccids(3), "--attempts", "3", "-o", "out.csv", "--summary", "summary.json")
        self.assert_exit(done, 90)
        rows = (self.folder / "out.csv").read_text(encoding="utf-8").splitlines()[1:]
        self.assertEqual(len(rows), 3)
        for row in rows:
            self.assertIn(",failed,", row)
            self.assertIn(",http-500,", row)
        self.assertEqual(self.assert_proper(carrier)["requests"], 3)
        self.assertEqual(self.summary()["requests"]["sent"], 3)


if __name__ == "__main__":
    unittest.main()
