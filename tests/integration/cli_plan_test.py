#!/usr/bin/env python3
"""`plan`: one pass over a list that sends nothing."""

from __future__ import annotations

import json
import random
import subprocess
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from program_test_case import ProgramTestCase, as_list, iccids, imsis, msisdns


class PlanTestCase(ProgramTestCase):
    def plan(self, *arguments: str | Path, stdin: bytes = b"", code: int = 0,
             variables: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        done = self.run_program("plan", *arguments, stdin=stdin, variables=variables)
        self.assert_exit(done, code)
        return done

    def figures(self, *arguments: str | Path, **options: Any) -> dict[str, Any]:
        return json.loads(self.plan("--json", *arguments, **options).stdout)


class Counting(PlanTestCase):
    def test_a_mixed_list_with_duplicates_and_invalid_lines(self) -> None:
        seed = random.randrange(2**32)
        numbers = iccids(250) + imsis(120) + msisdns(30)
        lines = numbers + numbers[:77] + ["rubbish"] * 5
        random.Random(seed).shuffle(lines)
        with self.subTest(seed=seed):
            plan = self.figures("-", stdin=as_list(lines))
            self.assertEqual(plan["input"]["records"], len(lines))
            self.assertEqual(plan["distinct"], {"total": 400, "iccid": 250, "imsi": 120, "msisdn": 30})
            self.assertEqual((plan["cards"]["total"], plan["duplicates"]), (477, 77))
            self.assertEqual(plan["invalid"]["total"], 5)
            reason, = plan["invalid"]["reasons"]
            self.assertEqual((reason["count"], reason["first_line"]), (5, lines.index("rubbish") + 1))
            self.assertEqual(plan["requests"], {"least": 3 + 2 + 1, "most": 3 + 2 + 1})

    def test_it_forecasts_what_resolve_then_sends(self) -> None:
        carrier = self.carrier()
        numbers = iccids(150) + msisdns(70)
        numbers += numbers[::3]
        (self.folder / "list.txt").write_bytes(as_list(numbers))
        plan = self.figures("list.txt", "--batch-size", "40")
        done = self.run_program("resolve", "list.txt", *self.account_of(carrier), "--rate", "unlimited", "--batch-size",
                                "40", "--linger", "1h", variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        self.assert_exit(done, 0)
        self.assertEqual(self.assert_proper(carrier)["requests"], plan["requests"]["least"])
        self.assertEqual(plan["requests"]["least"], 4 + 2)

    def test_a_list_beyond_its_memory(self) -> None:
        """More cards than are kept in memory: the temporary file is used, where TMPDIR says, and leaves no trace."""
        cards = 2_200_000
        path = self.folder / "long.txt"
        with path.open("w", encoding="ascii") as out:
            out.writelines(f"1064{place * 7919 % cards:09d}\n" for place in range(cards))
            out.writelines(f"1064{place:09d}\n" for place in range(0, cards, 1000))
        temporary = self.folder / "temporary"
        temporary.mkdir()
        plan = self.figures(path, variables={"TMPDIR": str(temporary)})
        self.assertEqual((plan["distinct"]["total"], plan["duplicates"]), (cards, cards // 1000))
        self.assertEqual(plan["requests"], {"least": cards // 100, "most": (cards + cards // 1000) // 100})
        self.assertEqual(list(temporary.iterdir()), [])
        done = self.plan(path, code=74, variables={"TMPDIR": str(self.folder / "absent")})
        self.assertIn(b"TMPDIR", done.stderr)


class Forecasting(PlanTestCase):
    def test_time_and_quota(self) -> None:
        stdin = as_list(iccids(1000))
        self.assertEqual(self.figures(stdin=stdin)["rate"], ["10/s"])
        self.assertEqual(self.figures("--rate", "2/s", stdin=stdin)["time_s"], {"least": 5, "most": 5})
        self.assertIsNone(self.figures("--rate", "unlimited", stdin=stdin)["time_s"])
        self.assertIsNone(self.figures("--base-url", "simulator", stdin=stdin)["time_s"])
        quota, = self.figures("--rate", "200/d", stdin=stdin)["daily_quota"]
        self.assertEqual(quota, {"limit": "200/d", "share": {"least": 0.05, "most": 0.05}})
        self.assertIn(b"5.00 % of 200 requests a day", self.plan("--rate", "200/d", stdin=stdin).stdout)

    def test_several_limits_and_the_carrier_s_day(self) -> None:
        stdin = as_list(iccids(1000))  # 10 requests
        plan = self.figures("--rate", "2/s", "--rate", "10/40s", stdin=stdin)
        self.assertEqual((plan["rate"], plan["time_s"]["most"]), (["2/s", "10/40s"], 40))
        self.assertEqual(self.figures("--rate", "10/d", stdin=stdin)["time_s"]["most"], 0)
        self.assertEqual(self.figures("--rate", "10/24h", stdin=stdin)["time_s"]["most"], 86_400)
        in_china = datetime.now(timezone(timedelta(hours=8)))
        starts = (in_china + timedelta(hours=2)).strftime("%H:%M")
        waits = self.figures("--rate", "9/d", "--day-starts", starts, stdin=stdin)["time_s"]["most"]
        self.assertTrue(7_000 < waits <= 7_200, waits)
        self.assertIsNone(self.figures("--rate", "auto", stdin=stdin)["time_s"])
        self.assertEqual(self.figures("--rate", "auto", "--rate", "1/s", stdin=stdin)["rate"], ["auto", "1/s"])

    def test_a_schedule(self) -> None:
        stdin = as_list(iccids(1000))  # 10 requests
        now = datetime.now(timezone.utc)
        config = self.folder / "cardresolver.toml"
        ends = (now + timedelta(hours=2)).strftime("%H:%M")
        config.write_text(f'rate = "1/s"\n[[schedule]]\nfrom = "{now:%H:%M}"\nto = "{ends}"\nrate = "off"\n',
                          encoding="utf-8")
        variables = {"TZ": "UTC"}
        plan = self.figures("--config", config, stdin=stdin, variables=variables)
        self.assertTrue(plan["schedule"])
        self.assertTrue(7_000 < plan["time_s"]["most"] <= 7_210, plan["time_s"])
        self.plan("--config", config, "--deadline", "1h", stdin=stdin, variables=variables, code=75)
        done = self.plan("--config", config, "--deadline", "3h", stdin=stdin, variables=variables)
        self.assertIn(b"at 1/s, and by the schedule;", done.stdout)
        config.write_text('[[schedule]]\nto = "20.00"\nrate = "off"\n', encoding="utf-8")
        wrong = self.plan("--config", config, stdin=stdin, code=78)
        self.assertIn(b"cardresolver.toml:2:6: schedule: to: expected a local time", wrong.stderr)

    def test_a_deadline_decides_the_exit_code(self) -> None:
        stdin = as_list(iccids(1000))  # 10 requests: 10 s
        soon, late = (datetime.now(timezone.utc) + timedelta(hours=hours) for hours in (-1, 1))
        for deadline, code in (("9s", 75), ("10s", 0), ("1h", 0), (soon.isoformat(timespec="seconds"), 75),
                               (late.isoformat(timespec="seconds"), 0)):
            with self.subTest(deadline=deadline):
                plan = self.figures("--rate", "1/s", "--deadline", deadline, stdin=stdin, code=code)
                self.assertEqual(plan["deadline"]["holds"], code == 0)
        text = self.plan("--rate", "1/s", "--deadline", "9s", stdin=stdin, code=75)
        self.assertIn(b"cannot be met", text.stdout)

    def test_a_time_of_day_is_the_next_one(self) -> None:
        plan = self.figures("--deadline", "06:00", stdin=as_list(iccids(1)), variables={"TZ": "CST-8"})
        at = datetime.fromisoformat(plan["deadline"]["at"])
        self.assertEqual((at.hour, at.minute), (22, 0))
        self.assertLessEqual(timedelta(0), at - datetime.now(timezone.utc) + timedelta(seconds=60))
        self.assertLessEqual(at - datetime.now(timezone.utc), timedelta(days=1))


class Usage(PlanTestCase):
    def test_exit_codes(self) -> None:
        (self.folder / "named.csv").write_text("name,number\na,1064826090209\n", encoding="utf-8")
        for arguments, stdin, code in ((["absent.txt"], b"", 66), (["."], b"", 66), ([], b"", 65), ([], b" \n\n", 65),
                                       ([], b"rubbish\n", 65), (["named.csv", "--column", "card"], b"", 65),
                                       (["--deadline", "soon"], b"1\n", 64), (["--rate", "0/s"], b"1\n", 64),
                                       (["--output", "x"], b"1\n", 64), (["named.csv"], b"", 0)):
            with self.subTest(arguments=arguments, stdin=stdin):
                done = self.plan(*arguments, stdin=stdin, code=code)
                self.assertEqual(done.stderr == b"", code == 0, done.stderr)

    def test_an_unusable_list_is_explained(self) -> None:
        done = self.plan("--deadline", "1h", stdin=b"one\ntwo\n", code=65)
        self.assertIn(b"first in line 1", done.stdout)

    def test_it_takes_the_configuration_of_resolve(self) -> None:
        config = self.folder / "cardresolver.toml"
        config.write_text('rate = "5/s"\nbatch-size = 50\ncolumn = "card"\nappid = "1"\nebid = "2"\npassword = "s"\n'
                          'attempts = 3\nsummary = "s.json"\noutput = "o.csv"\nproxy = "http://127.0.0.1:1"\n',
                          encoding="utf-8")
        config.chmod(0o600)
        stdin = b"name,card\n" + b"".join(b"x,%s\n" % number.encode() for number in iccids(100))
        plan = self.figures("--config", config, stdin=stdin)
        self.assertEqual((plan["rate"], plan["batch_size"], plan["requests"]["least"]), (["5/s"], 50, 2))
        over = self.figures("--config", config, "--rate", "1/s", stdin=stdin,
                            variables={"CARDRESOLVER_BATCH_SIZE": "10"})
        self.assertEqual((over["rate"], over["batch_size"]), (["1/s"], 10))
        self.assertEqual([path.name for path in self.folder.iterdir()
                          if path.name not in ("state", "cardresolver.toml")], [], "it writes nothing")

    def test_it_sends_nothing(self) -> None:
        carrier = self.carrier()
        self.plan("--base-url", carrier.url, stdin=as_list(iccids(300)))
        self.assertEqual((carrier.stats()["connections"], carrier.stats()["requests"]), (0, 0))

    def test_a_reader_that_has_gone(self) -> None:
        process = self.start_program("plan", stdin=subprocess.PIPE)
        process.stdout.close()
        process.stdout = None
        process.communicate(as_list(iccids(10)))
        self.assertEqual(process.returncode, 141)

    def test_help(self) -> None:
        done = self.plan("--help")
        self.assertTrue(done.stdout.startswith(b"Examples:\n  cardresolver plan "))


if __name__ == "__main__":
    unittest.main()
