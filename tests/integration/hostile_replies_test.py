#!/usr/bin/env python3
"""`resolve` against replies that are broken or hostile: right rows, which every reader of CSV and NDJSON accepts."""

from __future__ import annotations

import gzip
import json
import unicodedata
import unittest
from datetime import timedelta

from independent_carrier import DOCUMENT_SAMPLE, card_of
from program_test_case import ProgramTestCase, iccids, rows_of
from protocol_check import Request

# Messages as they stand in the reply, quotes included, and what of them must be left in the row.
MESSAGES = {
    "formula": (b'"=cmd|\' /C calc\'!A0"', "=cmd|' /C calc'!A0"),
    "CSV": (rb'"a,\"b\"\r\n1,2,3\n"', 'a,"b"\ufffd\ufffd1,2,3'),
    "NDJSON": (rb'"\"}\n{\"line\":7}"', '"}\ufffd{"line":7}'),
    "NUL": (rb'"a\u0000b"', "a\ufffdb"),
    "controls": (rb'"a\u0001\u0008\u001f\u007fb"', "a\ufffd\ufffd\ufffd\ufffdb"),
    "C1 controls": ('"a\x85\x9bb"'.encode(), "a\ufffd\ufffdb"),
    "terminal": (rb'"a\u001b]0;title\u0007b"', "a\ufffd]0;title\ufffdb"),
    "direction": ('"a\u202eb\u200fc\u2066d"'.encode(), "a\ufffdb\ufffdc\ufffdd"),
    "escaped direction": (rb'"a\u202Eb"', "a\ufffdb"),
    "line separators": ('"a\u2028b\u2029c"'.encode(), "a\ufffdb\ufffdc"),
    "byte order mark": ('"a\ufeffb"'.encode(), "a\ufffdb"),
    "no UTF-8": (b'"a\xff\xfeb"', "a\ufffd\ufffdb"),
    "cut off UTF-8": (b'"a\xe6\xad"', "a\ufffd\ufffd"),
    "overlong": (b'"a\xc0\xafb"', "a\ufffd\ufffdb"),
    "surrogate as UTF-8": (b'"a\xed\xa0\x80b"', "a\ufffd\ufffd\ufffdb"),
    "four bytes": ('"a\U0001f639b"'.encode(), "a\U0001f639b"),
    "escaped pair": (rb'"a\ud83d\ude39b"', "a\U0001f639b"),
    "backslashes": (rb'"\\\\\"\/"', '\\\\"/'),
    "a number": (b"89860012345678901234", "89860012345678901234"),
    "infinity": (b"1e400", "1e400"),
    "a truth": (b"true", "true"),
    "an object": (b'{"status":"0","iccid":"1"}', ""),
}

GOOD = '{"status":"0","message":"ok","result":[]}'
# None of these is a reply, whatever can be read in it.
NO_REPLIES = {
    "empty": b"", "null": b"null", "array": b'[{"status":"0"}]', "text": b'"0"', "page": b"<html>\x1b[7m</html>",
    "trailing data": GOOD.encode() + b"x", "two replies": GOOD.encode() * 2, "no status": b'{"result":[]}',
    "control character": b'{"status":"0","message":"a\x01"}', "lone surrogate": rb'{"status":"0","message":"\ud800"}',
    "two statuses": b'{"status":"0","STATUS":"25"}', "UTF-16": GOOD.encode("utf-16"), "gzip": gzip.compress(GOOD.encode()),
    "depth": b'{"status":"0","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a long text": b'{"status":"0","message":"' + b"x" * 100_000 + b'"}',
    "many keys": b'{"status":"0"' + b"".join(b',"k%d":0' % place for place in range(40_000)) + b"}",
    "many items": b'{"status":"0","result":[' + b",".join([b"{}"] * 100_000) + b"]}",
    "the sample, cut off": DOCUMENT_SAMPLE.encode()[:-30],
}


def is_plain(text: str) -> bool:
    """Nothing in it acts upon a terminal, a line or the direction of the text around it."""
    return not any(unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs") for character in text)


class Messages(ProgramTestCase):
    """One reply with every hostile message: half of the items refuse, half resolve."""

    def setUp(self) -> None:
        super().setUp()
        self.numbers = iccids(2 * len(MESSAGES))
        self.messages = dict(zip(self.numbers, [*MESSAGES.values(), *MESSAGES.values()]))

    def reply(self, request: Request) -> bytes:
        items = []
        for number in request.values:
            refused = self.numbers.index(number) < len(MESSAGES)
            card = card_of("iccid", number)
            others = "" if refused else f',"imsi":"{card.imsi}","msisdn":"{card.msisdn}"'
            items.append(f'{{"status":"{25 if refused else 0}","iccid":"{number}"{others},"message":'.encode()
                         + self.messages[number][0] + b"}")
        return b'{"status":"0","message":"ok","result":[' + b",".join(items) + b"]}"

    def check_rows(self, rows: list[dict[str, str]]) -> None:
        self.assertEqual(sorted(int(row["line"]) for row in rows), list(range(1, len(self.numbers) + 1)))
        for row in rows:
            with self.subTest(message=list(MESSAGES)[(int(row["line"]) - 1) % len(MESSAGES)]):
                number = self.numbers[int(row["line"]) - 1]
                card = card_of("iccid", number)
                expected = (("refused", "", "") if int(row["line"]) <= len(MESSAGES)
                            else ("resolved", card.imsi, card.msisdn))
                self.assertEqual((row["number"], row["iccid"]), (number, number))
                self.assertEqual((row["outcome"], row["imsi"], row["msisdn"]), expected)
                self.assertEqual(row["message"], self.messages[number][1])
                self.assertTrue(all(is_plain(value) for value in row.values()), row)

    def run_once(self, *arguments: str) -> bytes:
        carrier = self.carrier(own_reply=self.reply)
        done = self.resolve_against(carrier, self.numbers, *arguments)
        self.assert_exit(done, 0)
        self.assertEqual(self.assert_proper(carrier)["requests"], 1)
        return done.stdout

    def test_JS4_JS6_csv_takes_every_row(self) -> None:
        self.check_rows(rows_of(self.run_once()))

    def test_JS4_JS6_ndjson_takes_every_row(self) -> None:
        lines = self.run_once("--output-format", "ndjson").decode().split("\n")
        self.assertEqual(lines.pop(), "")
        rows = [json.loads(line) for line in lines]
        self.check_rows([{name: str(value or "") for name, value in row.items()} for row in rows])

    def test_JS6_a_compressed_file_takes_every_row(self) -> None:
        self.run_once("-o", "out.csv.gz")
        self.check_rows(rows_of(gzip.decompress((self.folder / "out.csv.gz").read_bytes())))

    def test_JS6_a_spreadsheet_takes_every_row_and_no_formula(self) -> None:
        rows = rows_of(self.run_once("--excel-safe").decode("utf-8-sig"))
        self.assertEqual(len(rows), len(self.numbers))
        for row in rows:
            self.assertRegex(row["message"], r'\A(="[0-9e]+"\Z|[^=+\-@\t\r]|\Z)')  # long digits are kept by ="…"
            self.assertTrue(all(is_plain(value) for value in row.values()), row)


class NoReplies(ProgramTestCase):
    def test_JS1_JS3_JS5_JS6_HT3_HT4_what_is_no_reply_is_asked_again(self) -> None:
        """The carrier gives one after the other in place of an answer; then it answers."""
        numbers = iccids(30)
        for name, body in NO_REPLIES.items():
            with self.subTest(body=name):
                bodies = [body]
                carrier = self.carrier(own_reply=lambda _: bodies.pop() if bodies else None)
                done = self.resolve_against(carrier, numbers, "--summary", "summary.json", "-o", f"{len(body)} {name}.csv")
                self.assert_exit(done, 0)
                self.assert_rows_match(rows_of((self.folder / f"{len(body)} {name}.csv").read_bytes()), "iccid", numbers)
                self.assertEqual(self.assert_proper(carrier)["requests"], 2)
                self.assertEqual(self.summary()["requests"]["retried"], 1)
                self.assertNotIn(b"\x1b", done.stderr)

    def test_JS1_a_byte_order_mark_is_no_fault(self) -> None:
        numbers = iccids(3)
        body = json.dumps({"status": "0", "result": [card_of("iccid", number).item() for number in numbers]})
        carrier = self.carrier(own_reply=lambda _: b"\xef\xbb\xbf" + body.encode())
        done = self.resolve_against(carrier, numbers)
        self.assert_exit(done, 0)
        self.assert_rows_match(rows_of(done.stdout), "iccid", numbers)
        self.assertEqual(self.assert_proper(carrier)["requests"], 1)

    def test_HT5_AP11_an_answer_to_another_request_is_discarded_with_its_connection(self) -> None:
        numbers = iccids(3)
        others = [card_of("iccid", number).item() for number in iccids(3, first=1_000)]
        bodies = [json.dumps({"status": "0", "result": others}).encode()]
        carrier = self.carrier(own_reply=lambda _: bodies.pop() if bodies else None)
        done = self.resolve_against(carrier, numbers)
        self.assert_exit(done, 0)
        self.assert_rows_match(rows_of(done.stdout), "iccid", numbers)
        stats = self.assert_proper(carrier)
        self.assertEqual((stats["requests"], stats["connections"]), (2, 2))


class Clock(ProgramTestCase):
    def test_HT8_AP13_the_carriers_clock_does_not_move_ours(self) -> None:
        numbers = iccids(300)
        for hours in (-30, 5):
            with self.subTest(hours=hours):
                carrier = self.carrier(clock_ahead=timedelta(hours=hours))
                done = self.resolve_against(carrier, numbers, "--connections", "1")
                self.assert_exit(done, 0)
                self.assert_rows_match(rows_of(done.stdout), "iccid", numbers)
                # The carrier holds each transid's time against the true one, and against those before it.
                self.assertEqual(self.assert_proper(carrier)["requests"], 3)


if __name__ == "__main__":
    unittest.main()
