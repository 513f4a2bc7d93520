#!/usr/bin/env python3
"""The command line itself: what is refused, with which exit code, and what comes from where."""

from __future__ import annotations

import hashlib
import re
import shlex
import unittest
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from program_test_case import Account, ProgramTestCase, as_list, iccids
from protocol_check import CHINA, RESOURCE

COMMANDS = ("resolve", "plan", "check", "token", "simulate")
CARD = b"1064826090209\n"


class ExitCodes(ProgramTestCase):
    def check(self, code: int, *arguments: str, stdin: bytes = CARD, says: str = "",
              variables: dict[str, str] | None = None) -> None:
        done = self.run_program("resolve", "--base-url", "simulator", *arguments, stdin=stdin, variables=variables)
        self.assert_exit(done, code)
        complaint = done.stderr.decode()
        self.assertNotEqual(complaint.strip(), "", "a refusal says why")
        self.assertIn(says, complaint)

    def test_no_such_input(self) -> None:
        self.check(66, "no-such-file.txt", says="no-such-file.txt")

    def test_a_folder_is_no_input(self) -> None:
        self.check(66, ".")

    def test_an_empty_list(self) -> None:
        for text in (b"", b"\n", b"\xef\xbb\xbf", b" \r\n\t\n\n"):
            with self.subTest(text=text):
                self.check(65, stdin=text)

    def test_not_one_valid_card(self) -> None:
        self.check(65, stdin=b"rubbish\nmore rubbish\n")

    def test_an_empty_list_leaves_no_output(self) -> None:
        self.check(65, "-o", "out.csv", stdin=b"")
        self.assertEqual(list(self.folder.glob("out.csv*")), [])

    def test_a_column_that_is_not_there(self) -> None:
        self.check(65, "--column", "card", stdin=b"name,number\na,1064826090209\n", says="card")

    def test_flags_that_do_not_exist_or_make_no_sense(self) -> None:
        for arguments in (["--no-such-flag"], ["--rate", "0/s"], ["--rate", "0"], ["--rate", "fast"],
                          ["--batch-size", "101"], ["--batch-size", "0"], ["--batch-size", "-1"], ["--attempts", "0"],
                          ["--method", "put"], ["--linger", "5"], ["--linger", "-1s"], ["--kind", "imei"],
                          ["--connections", "0"], ["--base-url", "ftp://x"], ["--proxy", "http://u:p@127.0.0.1:1"],
                          ["--summary", "-"], ["one", "two"], ["--rate", "1/s", "--rate", "2/s"],
                          ["--rate", "unlimited", "--rate", "2/d"], ["--pacing", "smooth", "--min-rtt", "5ms"],
                          ["--day-starts", "25:00"], ["--deadline", "2020-01-01T00:00:00Z"], ["--deadline", "0s"]):
            with self.subTest(arguments=arguments):
                self.check(64, *arguments)

    def test_a_variable_that_makes_no_sense(self) -> None:
        self.check(64, variables={"CARDRESOLVER_BATCH_SIZE": "101"}, says="CARDRESOLVER_BATCH_SIZE")

    def test_no_command_and_an_unknown_one(self) -> None:
        for arguments in ([], ["no-such-command"]):
            with self.subTest(arguments=arguments):
                self.assert_exit(self.run_program(*arguments), 64)

    def test_an_account_that_is_not_complete(self) -> None:
        done = self.run_program("resolve", "--appid", "a", "--ebid", "1", stdin=CARD)
        self.assertIn(done.returncode, (64, 78))
        self.assertIn(b"password", done.stderr)


class Configuration(ProgramTestCase):
    def write(self, text: str, mode: int = 0o600) -> str:
        path = self.folder / "cardresolver.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return str(path)

    def largest_batch(self, *arguments: str, **variables: str) -> int:
        carrier = self.carrier()
        done = self.run_program("resolve", *self.account_of(carrier), "--rate", "unlimited", *arguments,
                                stdin=as_list(iccids(60)),
                                variables={"CARDRESOLVER_PASSWORD": carrier.account.password, **variables})
        self.assert_exit(done, 0)
        return max(self.assert_proper(carrier)["batch_sizes"])

    def test_flag_before_environment_before_file_before_default(self) -> None:
        config = self.write("batch-size = 10\n")
        self.assertEqual(self.largest_batch(), 60)
        self.assertEqual(self.largest_batch("--config", config), 10)
        self.assertEqual(self.largest_batch("--config", config, CARDRESOLVER_BATCH_SIZE="20"), 20)
        self.assertEqual(self.largest_batch("--config", config, "--batch-size", "30", CARDRESOLVER_BATCH_SIZE="20"), 30)

    def test_everything_can_come_from_the_file(self) -> None:
        carrier = self.carrier()
        config = self.write(f'base-url = "{carrier.url}"\nca-file = "{carrier.certificate.ca_file}"\n'
                            f'appid = "{carrier.account.appid}"\nebid = "{carrier.account.ebid}"\n'
                            f'password = "{carrier.account.password}"\nmethod = "post-form"\nrate = "unlimited"\n')
        self.assert_exit(self.run_program("resolve", "--config", config, stdin=as_list(iccids(3))), 0)
        self.assertEqual(self.assert_proper(carrier)["styles"], ["post-form"])

    def check_refused(self, text: str, *said: str, mode: int = 0o600) -> None:
        done = self.run_program("resolve", "--base-url", "simulator", "--config", self.write(text, mode), stdin=CARD)
        self.assert_exit(done, 78)
        for word in said:
            self.assertIn(word, done.stderr.decode())

    def test_an_unknown_key_is_shown_with_its_place(self) -> None:
        self.check_refused('# first\n  batch-sise = 10\n', "batch-sise", "2:3")

    def test_a_value_out_of_range_and_a_file_that_is_no_toml(self) -> None:
        self.check_refused("batch-size = 101\n", "batch-size")
        self.check_refused("batch-size = = 1\n", "1:")

    def test_a_password_that_others_can_read_is_refused(self) -> None:
        self.check_refused('password = "x"\n', "cardresolver.toml", mode=0o644)

    def test_a_file_that_is_not_there(self) -> None:
        done = self.run_program("resolve", "--base-url", "simulator", "--config", "none.toml", stdin=CARD)
        self.assert_exit(done, 78)


class Help(ProgramTestCase):
    def test_it_fits_a_terminal_and_begins_with_examples(self) -> None:
        for arguments in (["--help"], *([command, "--help"] for command in COMMANDS)):
            with self.subTest(arguments=arguments):
                done = self.run_program(*arguments)
                self.assert_exit(done, 0)
                text = done.stdout.decode()
                self.assertEqual([line for line in text.splitlines() if len(line) > 80], [])
                self.assertIn("cardresolver", text)
                if arguments != ["--help"]:
                    self.assertLess(text.lower().index("example"), text.index("--help"))

    def test_the_version(self) -> None:
        done = self.run_program("--version")
        self.assert_exit(done, 0)
        self.assertRegex(done.stdout.decode(), r"\d+\.\d+\.\d+")


class Token(ProgramTestCase):
    account = Account(appid="100001", ebid="2300000000000001", password="secret-of-the-test")

    def ask(self, *arguments: str) -> str:
        done = self.run_program("token", "--appid", self.account.appid, "--ebid", self.account.ebid, *arguments,
                                variables={"CARDRESOLVER_PASSWORD": self.account.password})
        self.assert_exit(done, 0)
        text = done.stdout.decode()
        self.assertNotIn(self.account.password, text)
        return text

    def test_the_token_of_a_transid(self) -> None:
        transid = "1000012014101615303080000001"
        expected = hashlib.sha256(f"100001{self.account.password}{transid}".encode()).hexdigest()
        self.assertIn(expected, self.ask("--transid", transid))

    def test_a_fresh_transid_each_time(self) -> None:
        seen = set()
        for _ in range(3):
            text = self.ask()
            transid = re.search(r"\b100001\d{22}\b", text)
            self.assertIsNotNone(transid, text)
            self.assertIn(self.account.token_of(transid.group(0)), text)
            printed = datetime.strptime(transid.group(0)[6:20], "%Y%m%d%H%M%S").replace(tzinfo=CHINA)
            self.assertLess(abs(datetime.now(CHINA) - printed), timedelta(minutes=5))
            seen.add(transid.group(0))
        self.assertEqual(len(seen), 3)

    def test_a_whole_command_line(self) -> None:
        words = shlex.split(self.ask("--curl", "898602B2221430000006", "898602B2221340000878"))
        self.assertEqual(words[0], "curl")
        url = urlsplit(next(word for word in words if word.startswith("https://")))
        given = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.assertEqual((url.netloc, url.path), ("api.iot.10086.cn", RESOURCE))
        self.assertEqual(given["iccids"], "898602B2221430000006_898602B2221340000878")
        self.assertEqual(given["token"], self.account.token_of(given["transid"]))
        self.assertEqual(sorted(given), ["appid", "ebid", "iccids", "token", "transid"])

    def test_numbers_that_cannot_be_asked(self) -> None:
        for numbers in (["rubbish"], ["898602B2221430000006", "1064826090209"], ["898602B2221430000006_1"]):
            with self.subTest(numbers=numbers):
                done = self.run_program("token", "--appid", "100001", "--ebid", "2300000000000001", "--curl", *numbers,
                                        variables={"CARDRESOLVER_PASSWORD": "x"})
                self.assert_exit(done, 64)


if __name__ == "__main__":
    unittest.main()
