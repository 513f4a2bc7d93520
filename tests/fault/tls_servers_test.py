#!/usr/bin/env python3
"""The whole program before every server of tests/net/tls_cases.hpp: a bad one is refused with exit code 69, its reason
named, before a byte of a request is sent. What TLS goes through in a run follows.

CARDRESOLVER_BAD_TLS_SERVER: the program that plays them.
"""

from __future__ import annotations

import os
import subprocess
import unittest
from urllib.parse import urlsplit

from certificates import Authority
from fault_proxy import FaultProxy
from program_test_case import ProgramTestCase, as_list, iccids, rows_of

SERVERS = os.environ.get("CARDRESOLVER_BAD_TLS_SERVER", "build/dev/tests/net/bad_tls_server")
MOST_CASES_AT_ONCE = 4


class Servers(ProgramTestCase):
    def start_servers(self) -> list[list[str]]:
        """verdict, name, host, port, authority's file, reason: of each server."""
        self.servers = subprocess.Popen([SERVERS, self.folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, self.servers)
        lines = []
        while (line := self.servers.stdout.readline().strip("\n")):
            lines.append(line.split(" ", 5))
        return lines

    def visit(self, name: str, host: str, port: str, authority: str) -> subprocess.Popen[bytes]:
        """A run of three cards. The server greets like a proxy, so that any name may lead to it."""
        return self.start_program("resolve", "cards.txt", "--base-url", f"https://{host}:9", "--proxy",
                                  f"http://127.0.0.1:{port}", "--ca-file", authority, "--appid", "a", "--ebid", "1",
                                  "--give-up-after", "300ms", "--attempts", "1", "--progress", "none", "-o", f"{name}.csv",
                                  variables={"CARDRESOLVER_PASSWORD": "x"})

    def test_TL1_TL2_TL3_each_bad_server_is_refused_and_each_good_one_is_not(self) -> None:
        (self.folder / "cards.txt").write_bytes(as_list(iccids(3)))
        servers = self.start_servers()
        for begin in range(0, len(servers), MOST_CASES_AT_ONCE):
            some = servers[begin:begin + MOST_CASES_AT_ONCE]
            runs = [self.visit(*server[1:5]) for server in some]
            for (verdict, name, *_, reason), run in zip(some, runs, strict=True):
                with self.subTest(server=name):
                    complaint = run.communicate(timeout=60)[1].decode()
                    if verdict == "good":
                        self.assertEqual(run.returncode, 90, complaint)  # it answers, though nothing of use
                    else:
                        self.assertEqual(run.returncode, 69, complaint)
                        self.assertIn(reason, complaint)
        counts = {name: list(map(int, rest)) for name, *rest in
                  (line.split() for line in self.servers.communicate(timeout=60)[0].splitlines())}
        bad = [server[1] for server in servers if server[0] == "bad"]
        good = [server[1] for server in servers if server[0] == "good"]
        for name in bad:
            connections, handshakes, request_bytes = counts[name]
            self.assertGreaterEqual(connections, 1, name)
            self.assertEqual((handshakes, request_bytes), (0, 0), name)
        for name in good:
            self.assertGreater(min(counts[name]), 0, name)
        print(f"bad servers refused: {len(bad)}, good ones accepted: {len(good)}")
        self.assertGreaterEqual(len(bad), 25)
        self.assertGreaterEqual(len(good), 3)


class Rotation(ProgramTestCase):
    """The certificate changes while a run is at work. (The file of authorities is read once, at the start: SIGHUP
    means the end of a run.)"""

    def test_TL5_each_new_handshake_is_verified_and_a_renewed_certificate_taken(self) -> None:
        numbers = iccids(200)
        authority = Authority(self.folder / "authority")
        certificates = (authority.issue("first"), authority.issue("expired", start="20200101000000Z", end="20200102000000Z"),
                        authority.issue("renewed"))
        first, expired, renewed = (self.carrier(certificate=one, requests_per_connection=1) for one in certificates)
        ports = [int(urlsplit(one.url).port) for one in (first, expired, renewed)]
        with FaultProxy(ports[0]) as proxy:
            proxy.target_of = lambda number: ports[0] if number < 4 else ports[1] if number < 6 else ports[2]
            done = self.run_program("resolve", "--base-url", f"https://127.0.0.1:{proxy.port}", *self.account_of(first)[2:],
                                    "--rate", "unlimited", "--batch-size", "10", "--connections", "1", "--attempts", "1",
                                    stdin=as_list(numbers), variables={"CARDRESOLVER_PASSWORD": first.account.password})
        self.assert_exit(done, 0)
        self.assert_rows_match(rows_of(done.stdout), "iccid", numbers)
        self.assertEqual([len(one.requests) for one in (first, expired, renewed)], [4, 0, 16])
        self.assertEqual(expired.refused_handshakes, 2)


if __name__ == "__main__":
    unittest.main()
