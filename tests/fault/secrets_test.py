#!/usr/bin/env python3
"""What the program keeps to itself: the password and the tokens made of it are in no file, stream, or view of the
process, whatever goes wrong; and the binary is built as hard as the compiler can."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import unittest
from pathlib import Path

from independent_carrier import Carrier
from program_test_case import PROGRAM, Account, ProgramTestCase, as_list, iccids

CANARY = "canary-51d0c7b2e94f4a68"
CARD = b"898602B2221430000006\n"


class Canary(ProgramTestCase):
    def run_secretly(self, carrier: Carrier, *arguments: str | Path, name: str,
                     variables: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        """All that can be written down, is."""
        return self.run_program("resolve", "cards.txt", *self.account_of(carrier), "--rate", "unlimited", "--progress", "json",
                                "--trace", f"{name}.trace", "--trace-numbers", "--summary", f"{name}.json", "--failures",
                                f"{name}.failures", "-o", f"{name}.csv", *arguments,
                                variables=variables or {"CARDRESOLVER_PASSWORD": CANARY})

    def tokens_of(self, *carriers: Carrier) -> set[bytes]:
        return {carrier.account.token_of(request.transid).encode() for carrier in carriers for request in carrier.requests}

    def test_SE1_no_artefact_holds_the_password_or_a_token(self) -> None:
        (self.folder / "cards.txt").write_bytes(as_list(iccids(300)))
        secret_file = self.folder.parent / f"{self.folder.name}.password"
        secret_file.write_text(CANARY + "\n")
        secret_file.chmod(0o600)
        self.addCleanup(secret_file.unlink)
        account = Account(password=CANARY)
        troubles = {
            "good": ({}, ()), "echo": ({"echo_first": 2}, ()), "busy": ({"modes": {"http-500"}}, ("--attempts", "2")),
            "refused": ({"modes": {"wrong-password"}}, ()), "form": ({"echo_first": 1}, ("--method", "post-form")),
            "query": ({"echo_first": 1}, ("--method", "post-query")), "late": ({"late": iccids(1)}, (
                "--request-timeout", "200ms", "--attempts", "1", "--batch-size", "10")),
        }
        carriers, said = [], b""
        for name, (settings, arguments) in troubles.items():
            with self.subTest(trouble=name):
                carriers.append(self.carrier(account=account, **settings))
                done = self.run_secretly(carriers[-1], *arguments, name=name)
                said += done.stdout + done.stderr
                self.assertNotEqual(carriers[-1].requests, [])
        filed = self.run_secretly(carriers[0], "--password-file", secret_file, name="filed", variables={"LANG": "C"})
        self.assert_exit(filed, 0)
        for arguments in (("check", *self.account_of(carriers[0])), ("plan", "cards.txt")):
            done = self.run_program(*arguments, variables={"CARDRESOLVER_PASSWORD": CANARY})
            said += done.stdout + done.stderr
        everything = said + b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())
        tokens = self.tokens_of(*carriers)
        self.assertGreater(len(tokens), 10)
        for secret in (CANARY.encode(), *tokens):
            self.assertNotIn(secret, everything)

    def test_SE1_a_process_that_is_killed_or_crashes_leaves_and_shows_nothing(self) -> None:
        (self.folder / "cards.txt").write_bytes(as_list(iccids(300)))
        for number in (signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV):
            carrier = self.carrier(held=True, account=Account(password=CANARY))
            process = self.start_program("resolve", "cards.txt", *self.account_of(carrier), "--rate", "unlimited", "-o",
                                         f"{number.name}.csv", variables={"CARDRESOLVER_PASSWORD": CANARY})
            carrier.wait_for_requests(1)
            limits = Path(f"/proc/{process.pid}/limits").read_text()
            self.assertRegex(limits, r"Max core file size\s+0\s+0\s")
            seen = Path(f"/proc/{process.pid}/cmdline").read_bytes()
            if os.geteuid() == 0:
                seen += Path(f"/proc/{process.pid}/environ").read_bytes()
            else:
                # PR_SET_DUMPABLE 0: nobody but root may look into it or attach to it.
                self.assertRaises(PermissionError, Path(f"/proc/{process.pid}/environ").read_bytes)
                self.assertRaises(PermissionError, Path(f"/proc/{process.pid}/mem").open, "rb")
            process.send_signal(number)
            said = b"".join(process.communicate(timeout=60))
            files = [path for path in self.folder.rglob("*") if path.is_file()]
            self.assertFalse([path.name for path in files if path.name.startswith("core")])
            everything = seen + said + b"".join(path.read_bytes() for path in files)
            for secret in (CANARY.encode(), *self.tokens_of(carrier)):
                self.assertNotIn(secret, everything)

    def test_SE2_a_secret_that_others_can_read_is_refused(self) -> None:
        config, password = self.folder / "cardresolver.toml", self.folder / "password"
        config.write_text('appid = "100001"\nebid = "2300000000000001"\npassword = "simulator"\n', encoding="utf-8")
        password.write_text("simulator\n", encoding="utf-8")
        for path, arguments in ((config, ("--config", config)), (password, ("--password-file", password))):
            for mode, is_fit in ((0o600, True), (0o400, True), (0o644, False), (0o640, False), (0o604, False), (0o620, False)):
                with self.subTest(file=path.name, mode=oct(mode)):
                    path.chmod(mode)
                    done = self.run_program("resolve", "--base-url", "simulator", *arguments, stdin=CARD)
                    self.assert_exit(done, 0 if is_fit else 78)
                    self.assertEqual(b"chmod 600" in done.stderr, not is_fit)


@unittest.skipIf(os.environ.get("CARDRESOLVER_SANITIZED") == "1", "a sanitizer's binary is never shipped")
class Hardening(unittest.TestCase):
    def read(self, *flags: str) -> str:
        return subprocess.run(["readelf", "-W", *flags, PROGRAM], check=True, capture_output=True, text=True).stdout

    def test_SE3_the_binary_is_hardened(self) -> None:
        segments, dynamic, symbols = self.read("-l"), self.read("-d"), self.read("--dyn-syms")
        self.assertRegex(self.read("-h"), r"Type:\s+DYN \(Position-Independent Executable")
        self.assertRegex(segments, r"GNU_RELRO")
        self.assertRegex(dynamic, r"BIND_NOW")
        self.assertRegex(segments, r"GNU_STACK.* RW +0x", "a stack that cannot be executed")
        self.assertFalse(re.search(r"LOAD.* RWE ", segments), "memory is writable or executable, not both")
        self.assertFalse(re.search(r"TEXTREL|RPATH|RUNPATH", dynamic))
        self.assertIn("__stack_chk_fail@", symbols)

    @unittest.skipUnless(os.environ.get("CARDRESOLVER_FORTIFIED") == "1", "an optimised build alone is fortified")
    def test_SE3_the_binary_is_fortified(self) -> None:
        self.assertRegex(self.read("--dyn-syms"), r"__(memcpy|snprintf|vsnprintf|read|memmove|fprintf)_chk@")


if __name__ == "__main__":
    unittest.main()
