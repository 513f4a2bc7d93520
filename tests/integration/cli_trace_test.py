#!/usr/bin/env python3
"""`resolve --trace` and `explain`: what a run has done, and the story of one card out of it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import unittest
from collections import Counter
from typing import Any

from independent_carrier import Carrier
from program_test_case import Account, ProgramTestCase, as_list, iccids, imsis, rows_of

CANARY = "canary-7f3a9c51e2d84b60"


class TraceTestCase(ProgramTestCase):
    """A run with a trace against a carrier whose password must show up nowhere."""

    def traced_run(self, carrier: Carrier, numbers: list[str], *arguments: str) -> list[dict[str, Any]]:
        done = self.resolve_against(carrier, numbers, "-o", "out.csv", "--trace", "trace.ndjson", *arguments)
        self.assert_exit(done, 0)
        self.assert_proper(carrier)
        return self.events()

    def canary_carrier(self, **settings: Any) -> Carrier:
        return self.carrier(account=Account(password=CANARY), **settings)

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.trace().splitlines()]

    def trace(self) -> str:
        return (self.folder / "trace.ndjson").read_text(encoding="utf-8")

    def explain(self, number: str) -> str:
        done = self.run_program("explain", "--trace", "trace.ndjson", number)
        self.assert_exit(done, 0)
        self.assertEqual(done.stderr, b"")
        story = done.stdout.decode()
        for line in story.splitlines():
            self.assertLessEqual(len(line), 80)
        return story

    def assert_in_order(self, story: str, *parts: str) -> None:
        text, at = " ".join(story.split()), 0
        for part in parts:
            found = text.find(part, at)
            self.assertGreaterEqual(found, 0, f"{part!r} is not behind character {at} of\n{story}")
            at = found + len(part)


class Traces(TraceTestCase):
    def test_every_request_is_an_attempt_and_every_row_names_its_own(self) -> None:
        carrier = self.canary_carrier(modes={"missing-item"}, throttle_first=2)
        numbers = iccids(250) + ["rubbish"]
        events = self.traced_run(carrier, numbers)
        self.assertEqual(events[0]["event"], "run")
        attempts = {event["attempt"]: event for event in events if event["event"] == "attempt"}
        self.assertEqual(sorted(attempts), list(range(1, len(carrier.requests) + 1)))
        by_transid = {request.transid: request for request in carrier.requests}
        for attempt in attempts.values():
            request = by_transid.pop(attempt["transid"])
            self.assertEqual([numbers[line - 1] for line in attempt["lines"]], request.values)
            self.assertEqual((attempt["cards"], attempt["kind"]), (len(request.values), "iccid"))
            self.assertGreater(attempt["duration_ms"], 0)
            self.assertGreater(attempt["bytes"], 0)
        self.assertEqual([attempts[place]["class"] for place in (1, 2, 3)], ["throttled", "throttled", "answered"])
        rows = {row["line"]: row for row in rows_of((self.folder / "out.csv").read_bytes())}
        for event in events:
            if event["event"] != "row":
                continue
            row = rows.pop(str(event["line"]))
            self.assertEqual((event["outcome"], event["status"]), (row["outcome"], row["status"]))
            if event["outcome"] != "invalid":
                self.assertIn(event["line"], attempts[event["attempt"]]["lines"])
        self.assertEqual(rows, {})
        self.assertTrue(any(event["event"] == "hold" for event in events))
        self.assertTrue(any(event["event"] == "connection" for event in events))

    def test_no_secret_and_no_number_is_in_it_even_where_an_error_page_repeats_the_request(self) -> None:
        for arguments in ((), ("--trace-numbers",)):
            with self.subTest(arguments=arguments):
                carrier = self.canary_carrier(echo_first=1)
                numbers = iccids(5) + imsis(5)
                self.traced_run(carrier, numbers, "--force", *arguments)
                text = self.trace()
                self.assertIn("<html>\\\\x1B[7mCannot serve", text)
                for request in carrier.requests:
                    self.assertIn(request.transid, text)
                    self.assertNotIn(carrier.account.token_of(request.transid)[:12], text)
                for secret in (CANARY, carrier.url, "\x1b"):
                    self.assertNotIn(secret, text)
                for number in numbers:
                    self.assertEqual(number in text, bool(arguments), number)
                self.assertEqual(numbers[0][:6] + "*" * 10 + numbers[0][-4:] in text, not arguments)

    def test_it_is_its_owners_alone_and_replaces_an_earlier_one(self) -> None:
        path = self.folder / "trace.ndjson"
        path.write_text("an earlier one\n" * 1000, encoding="utf-8")
        path.chmod(0o644)
        self.traced_run(self.carrier(), iccids(3))
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)

    def test_a_slow_taker_holds_the_run_up_and_loses_no_event(self) -> None:
        count = 30_000  # several times what waits in blocks and in the pipe
        os.mkfifo(self.folder / "trace")
        (self.folder / "cards.txt").write_bytes(as_list(iccids(count)))
        process = self.start_program("resolve", "--base-url", "simulator", "cards.txt", "-o", "out.csv", "--trace", "trace",
                                     "--summary", "summary.json", "--progress", "none")
        seen: Counter[str] = Counter()
        with (self.folder / "trace").open(encoding="utf-8") as events:
            for event in events:
                seen[json.loads(event)["event"]] += 1
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertEqual(seen["row"], count)
        self.assertEqual(seen["attempt"], self.summary()["requests"]["sent"])

    def test_it_goes_to_standard_output_where_the_rows_do_not(self) -> None:
        arguments = ["resolve", "--base-url", "simulator", "--trace", "-"]
        done = self.run_program(*arguments, "-o", "out.csv", stdin=b"1064826090209\n")
        self.assert_exit(done, 0)
        self.assertEqual(json.loads(done.stdout.splitlines()[0])["event"], "run")
        for more in ([], ["-o", "other.csv", "--summary", "-"]):
            self.assert_exit(self.run_program(*arguments, *more, stdin=b"1064826090209\n"), 64)

    def test_PR1_a_run_that_goes_on_continues_its_trace(self) -> None:
        numbers, trace = iccids(100), self.folder / "trace.ndjson"
        (self.folder / "cards.txt").write_bytes(as_list(numbers))
        trace.write_text("an earlier run's\n", encoding="utf-8")
        carrier = self.carrier()
        held = carrier.hold_after(5)
        arguments = ["resolve", "cards.txt", *self.account_of(carrier), "--rate", "unlimited", "--progress", "none", "-o",
                     "out.csv", "--batch-size", "10", "--connections", "1", "--trace", "trace.ndjson", "--trace-numbers"]
        variables = {"CARDRESOLVER_PASSWORD": carrier.account.password}
        process = self.start_program(*arguments, variables=variables)
        carrier.wait_for_requests_of(process, held)
        while '"line":40,' not in self.trace():
            self.assertIsNone(process.poll())
        process.kill()
        process.communicate()
        carrier.release()
        first = self.trace()
        self.assertNotIn("an earlier run's", first)
        trace.write_text(first + '{"event":"row","li', encoding="utf-8")
        self.assert_exit(self.run_program(*arguments, variables=variables), 0)
        self.assertEqual(self.trace()[:len(first)], first)
        events = [json.loads(line) for line in self.trace().removeprefix(first).splitlines()[1:]]
        self.assertEqual(events[0]["event"], "run")
        self.assertEqual({event["line"] for event in events if event["event"] == "row"} | set(range(1, 41)),
                         set(range(1, 101)))
        self.assertEqual(stat.S_IMODE(trace.stat().st_mode), 0o600)
        for number in (numbers[0], numbers[99]):
            done = self.run_program("explain", "--trace", "trace.ndjson", number)
            self.assert_in_order(done.stdout.decode(), number, "Row of line")

    def test_what_cannot_be_a_trace(self) -> None:
        for target, code in (("cards.txt", 64), ("no/such/folder/trace", 73), (".", 73)):
            with self.subTest(target=target):
                (self.folder / "cards.txt").write_bytes(b"1064826090209\n")
                done = self.run_program("resolve", "--base-url", "simulator", "cards.txt", "-o", "out.csv",
                                        "--trace", target)
                self.assert_exit(done, code)
                self.assertFalse((self.folder / "out.csv").exists())
                self.assertEqual((self.folder / "cards.txt").read_bytes(), b"1064826090209\n")

    def test_DK2_a_full_disk_costs_the_trace_alone(self) -> None:
        done = self.run_program("resolve", "--base-url", "simulator", "-o", "out.csv", "--trace", "/dev/full",
                                "--progress", "none", stdin=as_list(iccids(2_000)))
        self.assert_exit(done, 0)
        self.assertEqual(len(rows_of((self.folder / "out.csv").read_bytes())), 2_000)
        self.assertEqual(done.stderr.count(b"goes on without a trace"), 1, done.stderr)


class Stories(TraceTestCase):
    def test_a_throttled_card(self) -> None:
        numbers = iccids(3)
        self.traced_run(self.carrier(throttle_first=1), numbers)
        self.assert_in_order(self.explain(numbers[1].lower()), numbers[1] + ", iccid, line 2", "asked with 2 other cards",
                             "code 71 (throttled", "left alone until", "asked again with 2 other cards",
                             "Row of line 2: resolved, status 0 (by attempt 2).")

    def test_a_card_that_replies_left_out(self) -> None:
        numbers = iccids(100)
        self.traced_run(self.carrier(modes={"missing-item"}), numbers)
        self.assert_in_order(self.explain(numbers[50]), "with 99 other cards", "a reply with 99 items came",
                             "left this card out", "asked again alone", "Row of line 51: resolved")

    def test_a_card_that_spoils_its_requests(self) -> None:
        numbers = iccids(16)
        self.traced_run(self.carrier(poison=[numbers[5]]), numbers)
        story = self.explain(numbers[5])
        self.assert_in_order(story, "with 15 other cards", "code 10 (request, 请求参数不正确)", "taken apart",
                             "asked again", "Row of line 6: refused, status 10")

    def test_an_error_page(self) -> None:
        numbers = iccids(1)
        self.traced_run(self.carrier(echo_first=1), numbers)
        self.assert_in_order(self.explain(numbers[0]), "asked alone", "HTTP status 200 came that is not the carrier's",
                             "<html>\\x1B[7mCannot serve", "asked again alone", "Row of line 1: resolved")

    def test_a_number_on_several_lines(self) -> None:
        number = iccids(1)[0]
        self.traced_run(self.carrier(), [number, iccids(2)[1], number], "--trace-numbers")
        story = self.explain(number)
        self.assert_in_order(story, "Row of line 1: resolved", "Row of line 3: resolved")
        self.assertNotIn("--trace-numbers", story)

    def test_cards_that_look_alike(self) -> None:
        numbers = ["898602B2200000000006", "898602B2211111110006"]
        self.traced_run(self.carrier(), numbers)
        story = self.explain(numbers[0])
        self.assert_in_order(story, "line 1 of the list", "line 2 of the list", "--trace-numbers would be exact")
        self.traced_run(self.carrier(), numbers, "--trace-numbers", "--force")
        self.assertNotIn("line 2 of the list", self.explain(numbers[0]))

    def test_a_damaged_trace_on_standard_input(self) -> None:
        number = iccids(1)[0]
        self.traced_run(self.carrier(), [number])
        damaged = b"\xff\xfe\n" + (self.folder / "trace.ndjson").read_bytes() + b'{"event":"row","li'
        done = self.run_program("explain", "--trace", "-", number, stdin=damaged)
        self.assert_exit(done, 0)
        self.assertIn("are damaged and were left out", done.stdout.decode())

    def test_exit_codes(self) -> None:
        number = iccids(1)[0]
        self.traced_run(self.carrier(), [number])
        (self.folder / "empty").touch()
        (self.folder / "rows").write_bytes(as_list([number]))
        (self.folder / "packed").write_bytes(b"\x1f\x8b\x08\x00")
        for arguments, code in (((), 64), ((number,), 64), (("--trace", "trace.ndjson"), 64),
                                (("--trace", "trace.ndjson", "12_34"), 64), (("--trace", "trace.ndjson", iccids(2)[1]), 65),
                                (("--trace", "empty", number), 65), (("--trace", "rows", number), 65),
                                (("--trace", "packed", number), 65), (("--trace", "none", number), 66),
                                (("--trace", ".", number), 66)):
            with self.subTest(arguments=arguments):
                done = self.run_program("explain", *arguments)
                self.assert_exit(done, code)
                self.assertEqual(done.stdout, b"")
                self.assertNotEqual(done.stderr, b"")

    def test_a_reader_that_goes_away_is_no_fault(self) -> None:
        number = iccids(1)[0]
        self.traced_run(self.carrier(), [number])
        process = self.start_program("explain", "--trace", "-", number, stdin=subprocess.PIPE)
        process.stdout.close()
        process.stdin.write((self.folder / "trace.ndjson").read_bytes())
        process.stdin.close()
        self.assertEqual((process.wait(timeout=60), process.stderr.read()), (141, b""))


if __name__ == "__main__":
    unittest.main()
