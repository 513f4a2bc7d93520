#!/usr/bin/env python3
"""`check`: one signed request, and words that tell what is wrong."""

from __future__ import annotations

import socket
import subprocess
import unittest
from datetime import timedelta
from pathlib import Path
from typing import Any

from certificates import REFUSED, make_refused
from independent_carrier import Carrier
from program_test_case import ProgramTestCase

NUMBER = "898602B2221430000006"


class CheckTestCase(ProgramTestCase):
    def check(self, *arguments: str | Path, code: int = 0,
              variables: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        done = self.run_program("check", *arguments, variables=variables)
        self.assertEqual(done.returncode, code, (done.stdout + done.stderr).decode(errors="replace"))
        return done

    def check_at(self, carrier: Carrier, *arguments: str | Path, code: int = 0,
                 password: str | None = None) -> str:
        """Checks; no secret may be in what it says, and no second request may come."""
        secret = password or carrier.account.password
        done = self.check(*self.account_of(carrier), *arguments, code=code, variables={"CARDRESOLVER_PASSWORD": secret})
        said = (done.stdout + done.stderr).decode()
        self.assertLessEqual(len(carrier.requests), 1)
        self.assertNotIn(secret, said)
        self.assertNotIn("transid", said)
        for request in carrier.requests:
            parameters = request.target.partition("?")[2] or request.body
            self.assertTrue(parameters)
            for parameter in parameters.split("&"):
                name, _, value = parameter.partition("=")
                if name in ("token", "transid"):
                    self.assertNotIn(value, said)
        return done.stdout.decode()

    def states(self, text: str) -> dict[str, str]:
        """The steps and their states."""
        lines = [line.split() for line in text.splitlines() if not line.startswith(" ")]
        return {words[0]: words[1] for words in lines}


class Accepted(CheckTestCase):
    def test_every_step_of_a_good_account(self) -> None:
        carrier = self.carrier()
        text = self.check_at(carrier)
        self.assertEqual(self.states(text), dict.fromkeys(["configuration", "quota", "connection", "certificate",
                                                           "clock", "request"], "ok"))
        self.assertIn("subject CN = carrier", text)
        self.assertIn("issuer CN = Test Authority", text)
        self.assertIn("to 2049-12-31 23:59:59 UTC", text)
        stats = self.assert_proper(carrier)
        self.assertEqual((stats["requests"], stats["cards"]), (1, 1))

    def test_methods_and_numbers(self) -> None:
        for method in ("get", "post-query", "post-form"):
            with self.subTest(method=method):
                carrier = self.carrier()
                text = self.check_at(carrier, "1064826090209", "--method", method)
                self.assertIn("card 1064826090209: code 0 正确", text)
                self.assertEqual(self.assert_proper(carrier)["kinds"], ["msisdn"])

    def test_a_card_of_somebody_else_proves_the_account(self) -> None:
        carrier = self.carrier()
        self.assertIn("code 25", self.check_at(carrier, "89860000000000009999"))

    def test_the_built_in_carrier(self) -> None:
        text = self.check("--base-url", "simulator").stdout.decode()
        self.assertEqual(set(self.states(text).values()), {"ok"})
        self.assertIn(f"card {NUMBER}: code 0", text)
        text = self.check("--base-url", "simulator", "--ebid", "1", code=77).stdout.decode()
        self.assertIn("--ebid", text)
        text = self.check("--base-url", "simulator", "--appid", "1", code=77).stdout.decode()
        self.assertIn("--appid", text)

    def test_a_name_is_looked_up(self) -> None:
        carrier = self.carrier()
        url = carrier.url.replace("127.0.0.1", "localhost")
        text = self.check(*self.account_of(carrier), "--base-url", url, code=64).stderr.decode()
        self.assertIn("given twice", text)
        arguments = self.account_of(carrier)
        arguments[1] = url
        done = self.check(*arguments, variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        self.assertIn(b"localhost is ", done.stdout)
        self.assertIn(b"127.0.0.1", done.stdout)

    def test_a_clock_that_is_wrong(self) -> None:
        for ahead, word in ((timedelta(hours=2), "behind"), (timedelta(hours=-2), "ahead of")):
            with self.subTest(ahead=ahead):
                text = self.check_at(self.carrier(clock_ahead=ahead))
                self.assertEqual(self.states(text)["clock"], "WARNING")
                self.assertIn(word, text)


class Refused(CheckTestCase):
    def test_a_wrong_password_is_asked_once(self) -> None:
        carrier = self.carrier()
        text = self.check_at(carrier, code=77, password="wrong-password")
        self.assertEqual(self.states(text)["request"], "FAILED")
        self.assertIn("the password is wrong", text)
        self.assertEqual(carrier.stats()["requests"], 1)

    def test_other_answers(self) -> None:
        for settings, code, hint in (({"throttle_first": 1}, 75, "limit is used up"),
                                     ({"modes": {"http-500"}}, 75, "HTTP status 500"),
                                     ({"poison": [NUMBER]}, 65, "check NUMBER"),
                                     ({"echo_first": 1}, 69, "not the carrier's JSON"),
                                     ({"modes": {"upper-keys", "number-status", "chunked"}}, 0, "accepted")):
            with self.subTest(settings=settings):
                carrier = self.carrier(**settings)
                self.assertIn(hint, self.check_at(carrier, code=code))
                self.assertEqual(carrier.stats()["requests"], 1)

    def test_a_bad_certificate_is_named_and_gets_no_request(self) -> None:
        words = {"wrong-host": "carrier.example", "expired": "expired", "not-yet-valid": "not yet valid",
                 "self-signed": "self-signed", "unknown-authority": "none of the trusted authorities",
                 "common-name-only": "names no host", "client-only": "purpose"}
        for fault in REFUSED:
            with self.subTest(fault=fault):
                carrier = self.carrier(certificate=make_refused(self.folder / fault, fault))
                text = self.check_at(carrier, code=69)
                self.assertEqual(self.states(text)["certificate"], "FAILED")
                self.assertIn(words[fault], text)
                self.assertIn("issuer CN = ", text)
                self.assertIn("--ca-file", text)
                self.assertEqual(carrier.stats()["requests"], 0)


class Unreachable(CheckTestCase):
    def check_url(self, url: str, step: str, *arguments: str) -> None:
        done = self.check("--base-url", url, "--appid", "a", "--ebid", "1", *arguments, code=69,
                          variables={"CARDRESOLVER_PASSWORD": "secret-word"})
        self.assertEqual(self.states(done.stdout.decode())[step], "FAILED")
        self.assertNotIn(b"secret-word", done.stdout + done.stderr)

    def listening(self, **options: Any) -> str:
        server = socket.create_server(("127.0.0.1", 0), **options)
        self.addCleanup(server.close)
        return f"127.0.0.1:{server.getsockname()[1]}"

    def test_nobody(self) -> None:
        bound = socket.socket()
        self.addCleanup(bound.close)
        bound.bind(("127.0.0.1", 0))
        self.check_url(f"https://127.0.0.1:{bound.getsockname()[1]}", "connection")

    def test_no_such_name(self) -> None:
        self.check_url("https://no-such-host.invalid", "name", "--connect-timeout", "5s")

    def test_silence(self) -> None:
        self.check_url(f"https://{self.listening()}", "certificate", "--connect-timeout", "500ms")
        self.check_url(f"http://{self.listening()}", "request", "--allow-plaintext", "--request-timeout", "500ms")

    def test_a_proxy_that_is_not_there(self) -> None:
        bound = socket.socket()
        self.addCleanup(bound.close)
        bound.bind(("127.0.0.1", 0))
        self.check_url("https://carrier.example", "connection", "--proxy",
                       f"http://127.0.0.1:{bound.getsockname()[1]}")


class Configured(CheckTestCase):
    def config(self, text: str) -> Path:
        path = self.folder / "cardresolver.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    def test_the_file_and_the_values_in_force(self) -> None:
        carrier = self.carrier()
        config = self.config(f'base-url = "{carrier.url}"\nca-file = "{carrier.certificate.ca_file}"\n'
                             f'appid = "{carrier.account.appid}"\nebid = "{carrier.account.ebid}"\n'
                             f'password = "{carrier.account.password}"\nrate = "7/s"\noutput = "rows.csv"\n')
        text = self.check("--config", config, variables={"CARDRESOLVER_BATCH_SIZE": "9"}).stdout.decode()
        self.assertEqual(set(self.states(text).values()), {"ok"})
        for line in (f"file {config}", "rate = 7/s  [", "password = (not shown)  [",
                     "batch-size = 9  [CARDRESOLVER_BATCH_SIZE]", f"base-url = {carrier.url}  ["):
            self.assertIn(line, text)
        self.assertNotIn(carrier.account.password, text)
        self.assertFalse((self.folder / "rows.csv").exists())

    def test_what_is_missing(self) -> None:
        done = self.check(code=78)
        self.assertEqual(self.states(done.stdout.decode()), {"configuration": "FAILED"})
        for word in (b"no appid", b"no ebid", b"no password"):
            self.assertIn(word, done.stdout)

    def test_faults(self) -> None:
        account = ["--appid", "1", "--ebid", "2"]
        secret = {"CARDRESOLVER_PASSWORD": "secret-word"}
        for arguments, code, word in ((["--config", self.config("rat = 1\n")], 78, "did you mean 'rate'"),
                                      (["--config", self.folder / "absent.toml"], 78, "No such file"),
                                      (["rubbish", *account], 64, "no card number"),
                                      (["--output", "x", *account], 64, "unknown option"),
                                      (["--base-url", "http://h", *account], 64, "--allow-plaintext"),
                                      (["--password", "x"], 64, "refused"),
                                      (["--ca-file", self.folder / "absent.pem", *account], 78, "CA file")):
            with self.subTest(arguments=arguments):
                done = self.check(*arguments, code=code, variables=secret)
                self.assertIn(word, (done.stdout + done.stderr).decode())
        done = self.check(*account, code=64, variables={**secret, "CARDRESOLVER_RATE": "fast"})
        self.assertIn(b"CARDRESOLVER_RATE", done.stderr)

    def test_a_reader_that_has_gone(self) -> None:
        process = self.start_program("check", "--base-url", "simulator")
        process.stdout.close()
        process.stdout = None
        process.wait()
        self.assertEqual(process.returncode, 141)

    def test_help(self) -> None:
        done = self.check("--help")
        self.assertTrue(done.stdout.startswith(b"Examples:\n  cardresolver check "))
        self.assertNotIn(b"--output", done.stdout)


if __name__ == "__main__":
    unittest.main()
