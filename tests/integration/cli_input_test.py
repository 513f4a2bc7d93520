#!/usr/bin/env python3
"""Which lists `resolve` reads: their formats, compression and encodings."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import unittest

from independent_carrier import Carrier
from program_test_case import FIELDS, ProgramTestCase, as_list, iccids, msisdns, rows_of

CARDS = 1_050


class InputTestCase(ProgramTestCase):
    def resolve(self, carrier: Carrier, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Resolves what the arguments name, or standard input, in its order if they name no other."""
        order = [] if "--order" in arguments else ["--order", "input"]
        return self.run_program("resolve", *self.account_of(carrier), "--rate", "unlimited", *order, *arguments,
                                stdin=stdin,
                                variables={"CARDRESOLVER_PASSWORD": carrier.account.password})

    def write(self, name: str, content: bytes) -> str:
        (self.folder / name).write_bytes(content)
        return name


def as_ndjson(records: list[dict[str, object]]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


class Ndjson(InputTestCase):
    def test_a_file_and_standard_input_are_known_by_their_first_line(self) -> None:
        carrier = self.carrier()
        numbers = iccids(CARDS)
        content = b"\n" + as_ndjson([{"name": "é\n", "iccid": number, "x": [{}]} for number in numbers])
        for done in (self.resolve(carrier, self.write("cards", content)), self.resolve(carrier, stdin=content)):
            self.assert_exit(done, 0)
            rows = rows_of(done.stdout)
            self.assertEqual([(row["line"], row["number"], row["outcome"]) for row in rows],
                             [(str(place), number, "resolved") for place, number in enumerate(numbers, 2)])
        self.assert_proper(carrier)

    def test_our_own_rows_are_a_valid_input(self) -> None:
        carrier = self.carrier()
        numbers = iccids(20)
        first = self.resolve(carrier, "--output-format", "ndjson", stdin="\n".join([*numbers, "rubbish"]).encode())
        self.assert_exit(first, 0)
        again = self.resolve(carrier, "--output-format", "ndjson", stdin=first.stdout)
        self.assert_exit(again, 0)
        self.assertEqual(again.stdout, first.stdout)

    def test_IN1_a_bad_line_is_an_invalid_row_that_says_why(self) -> None:
        carrier = self.carrier()
        good = iccids(3)
        lines = [json.dumps({"number": good[0]}), '{"number": "1', '{"name": 1}', '{"number": {"a": 1}}', "[]",
                 '{"number": "1", "number": "2"}', json.dumps({"number": good[1], "x": "y" * 70_000}),
                 '{"number": "1\\u0000"}', "[" * 50_000, json.dumps({"number": int(msisdns(1)[0])}),
                 '{"number": "\\u0038' + good[2][1:] + '"}']
        done = self.resolve(carrier, stdin="\n".join(lines).encode())
        self.assert_exit(done, 0)
        rows = rows_of(done.stdout)
        self.assertEqual([int(row["line"]) for row in rows], list(range(1, len(lines) + 1)))
        words = {2: "no JSON object", 3: "no field", 4: "a text or a number", 5: "no JSON object", 6: "twice",
                 7: "64 KiB", 8: "control character", 9: "no JSON object"}
        for line, word in words.items():
            self.assertEqual((rows[line - 1]["outcome"], rows[line - 1]["kind"]), ("invalid", ""))
            self.assertIn(word, rows[line - 1]["message"])
        self.assertEqual([rows[place]["outcome"] for place in (0, 9, 10)], ["resolved"] * 3)
        self.assertEqual([rows[9]["number"], rows[10]["number"]], [msisdns(1)[0], good[2]])
        self.assertEqual(self.assert_proper(carrier)["cards"], 3)

    def test_digits_without_quotes_are_not_rounded(self) -> None:
        carrier = self.carrier()
        number = "89860250123400000617"
        done = self.resolve(carrier, stdin=b'{"iccid": ' + number.encode() + b"}\n")
        self.assert_exit(done, 0)
        self.assertEqual(rows_of(done.stdout)[0]["number"], number)

    def test_the_field_that_is_named(self) -> None:
        carrier = self.carrier()
        number = iccids(1)[0]
        content = as_ndjson([{"number": "x", "Card": number}, {"number": number}])
        done = self.resolve(carrier, "--column", "card", stdin=content)
        self.assert_exit(done, 0)
        self.assertEqual([row["outcome"] for row in rows_of(done.stdout)], ["resolved", "invalid"])
        done = self.resolve(carrier, "--column", "sim", "-o", "out.csv", stdin=content)
        self.assert_exit(done, 65)
        self.assertIn(b"line 1: the JSON object has no field", done.stderr)
        self.assertEqual(list(self.folder.glob("out.csv*")), [])


def zstd(content: bytes) -> bytes:
    """By the tool, which is not ours; its frame has a checksum."""
    return subprocess.run(["zstd", "-qc", "-"], input=content, capture_output=True, check=True).stdout


class Compressed(InputTestCase):
    def test_files_and_standard_input_of_every_format(self) -> None:
        carrier = self.carrier()
        numbers = iccids(CARDS)
        lists = {"cards.txt": as_list(numbers), "cards.csv": b"iccid\n" + as_list(numbers),
                 "cards.ndjson": as_ndjson([{"number": number} for number in numbers])}
        for name, content in lists.items():
            first_line = 2 if name == "cards.csv" else 1
            expected = [(str(place), number) for place, number in enumerate(numbers, first_line)]
            for ending, compress in ((".gz", gzip.compress), (".zst", zstd)):
                half = len(content) // 2
                packed = compress(content[:half]) + compress(content[half:])
                self.assertLess(len(packed), len(content))
                for done in (self.resolve(carrier, self.write(name + ending, packed)),
                             self.resolve(carrier, stdin=packed)):
                    with self.subTest(name=name + ending, args=done.args):
                        self.assert_exit(done, 0)
                        self.assertEqual([(row["line"], row["number"]) for row in rows_of(done.stdout)], expected)
        self.assert_proper(carrier)

    def test_a_list_that_is_cut_off_or_damaged_never_looks_complete(self) -> None:
        carrier = self.carrier()
        numbers = iccids(25_000)
        for ending, compress in ((".gz", gzip.compress), (".zst", zstd)):
            packed = compress(as_list(numbers))
            damaged = bytearray(packed)
            damaged[-3] ^= 0x55
            for content, word in ((packed[:-100], b"cut off at byte "), (bytes(damaged), b"corrupt")):
                for arguments, stdin in (([self.write("cards" + ending, content)], b""), ([], content)):
                    with self.subTest(ending=ending, word=word, arguments=arguments):
                        done = self.resolve(carrier, *arguments, "-o", "out.csv", "--restart", stdin=stdin)
                        self.assert_exit(done, 65)
                        self.assertIn(word, done.stderr)
                        self.assertIn(b"cards" if arguments else b"standard input", done.stderr)
                        self.assertFalse((self.folder / "out.csv").exists())
                        rows = rows_of((self.folder / "out.csv.partial").read_bytes())
                        self.assertGreater(len(rows), 0)
                        self.assertLess(len(rows), len(numbers))
                        for row in rows:
                            self.assertEqual(row["number"], numbers[int(row["line"]) - 1])


class Encodings(InputTestCase):
    NAMES = ["张三", "李四 \U00020000", "é€😀", "０号, \"x\""]

    def table(self, numbers: list[str], header: str) -> str:
        quoted = ['"' + name.replace('"', '""') + '"' for name in self.NAMES]
        return header + "\r\n" + "".join(f"{quoted[place % 4]},{number}\r\n" for place, number in enumerate(numbers))

    def test_gb18030_is_known_by_its_bytes(self) -> None:
        carrier = self.carrier()
        numbers = iccids(CARDS)
        content = self.table(numbers, "名称,卡号").encode("gb18030")
        path = self.write("cards.csv", content)
        for arguments, stdin in (([path], b""), ([], content), ([], gzip.compress(content)),
                                 ([path, "--input-encoding", "gb18030"], b"")):
            done = self.resolve(carrier, "--column", "卡号", *arguments, stdin=stdin)
            self.assert_exit(done, 0)
            self.assertEqual([(row["line"], row["number"], row["outcome"]) for row in rows_of(done.stdout)],
                             [(str(place), number, "resolved") for place, number in enumerate(numbers, 2)])
        self.assert_proper(carrier)
        done = self.resolve(carrier, "--column", "卡号", path, "--input-encoding", "utf-8")
        self.assert_exit(done, 65)
        self.assertIn("no column '卡号'".encode(), done.stderr)

    def test_utf8_stays_utf8_with_a_mark_or_without(self) -> None:
        carrier = self.carrier()
        numbers = iccids(8)
        for encoding in ("utf-8", "utf-8-sig"):
            done = self.resolve(carrier, "--column", "卡号", stdin=self.table(numbers, "名称,卡号").encode(encoding))
            self.assert_exit(done, 0)
            self.assertEqual([row["number"] for row in rows_of(done.stdout)], numbers)

    def test_IN2_full_width_digits_and_broken_characters(self) -> None:
        carrier = self.carrier()
        number = msisdns(1)[0]
        wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
        content = f"{wide}\n{number}号\n".encode("gb18030") + number.encode() + b"\xba\n" + number.encode() + b"\n"
        done = self.resolve(carrier, "--input-encoding", "gb18030", stdin=content)
        self.assert_exit(done, 0)
        rows = rows_of(done.stdout)
        self.assertEqual([row["number"] for row in rows], [number, number + "号", number + "\ufffd", number])
        self.assertEqual([row["outcome"] for row in rows], ["resolved", "invalid", "invalid", "resolved"])

    def test_utf16_is_refused_with_a_remedy(self) -> None:
        carrier = self.carrier()
        for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
            done = self.resolve(carrier, stdin="\n".join(iccids(4)).encode(encoding))
            self.assert_exit(done, 65)
            self.assertIn(b"UTF-16", done.stderr)
            self.assertIn(b"iconv", done.stderr)


class KeepColumns(InputTestCase):
    HEADER = ["name", "number", "note", "status"]

    def table(self, numbers: list[str], delimiter: str = ",") -> tuple[bytes, list[list[str]]]:
        """A CSV, and its records: with quotes, line breaks and what a spreadsheet would compute."""
        records = [[f'Nr. {place}, "x"', number, ("=1+1", "a\nb", "", "é;😀")[place % 4], "active"]
                   for place, number in enumerate(numbers)]
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=delimiter).writerows([self.HEADER, *records])
        return out.getvalue().encode(), records

    def read_csv(self, content: bytes) -> list[list[str]]:
        return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))

    def test_a_csv_in_csv_rows(self) -> None:
        carrier = self.carrier()
        for delimiter, order in ((",", "input"), (";", "completion")):
            content, records = self.table([*iccids(CARDS), "rubbish", iccids(1)[0]], delimiter)
            path = self.write("cards.csv", content)
            for arguments, stdin in (([path], b""), ([], content), ([], zstd(content))):
                done = self.resolve(carrier, *arguments, "--keep-columns", "--order", order, stdin=stdin)
                self.assert_exit(done, 0)
                header, *rows = self.read_csv(done.stdout)
                self.assertEqual(header, ["name", "input_number", "note", "input_status", *FIELDS])
                if order == "completion":
                    rows.sort(key=lambda row: int(row[4]))
                self.assertEqual([row[:4] for row in rows], records)
                self.assertEqual([row[5] for row in rows], [record[1] for record in records])
                self.assertEqual({row[7] for row in rows}, {"resolved", "invalid"})
        self.assert_proper(carrier)

    def test_what_follows_stays_as_it_is_without(self) -> None:
        carrier = self.carrier()
        content, records = self.table(iccids(CARDS))
        plain = self.read_csv(self.resolve(carrier, stdin=content).stdout)
        kept = self.read_csv(self.resolve(carrier, "--keep-columns", stdin=content).stdout)
        self.assertEqual([row[4:] for row in kept], plain)

    def test_a_csv_in_ndjson_rows(self) -> None:
        carrier = self.carrier()
        content, records = self.table(iccids(CARDS))
        done = self.resolve(carrier, "--keep-columns", "-o", "out.ndjson.gz", stdin=content)
        self.assert_exit(done, 0)
        rows = [json.loads(line) for line in gzip.decompress((self.folder / "out.ndjson.gz").read_bytes()).splitlines()]
        names = ["name", "input_number", "note", "input_status"]
        self.assertEqual(list(rows[0]), [*names, *FIELDS])
        self.assertEqual([[row[name] for name in names] for row in rows], records)

    def test_ndjson_in_ndjson_rows(self) -> None:
        carrier = self.carrier()
        numbers = iccids(3)
        lines = [f'{{"a": 1.50, "number":"{numbers[0]}" , "b":[1, {{"c":"\\u00e9"}}]}}', f'{{"iccid":"{numbers[1]}"}}',
                 "rubbish", '{"x":1}', f'{{"number":"{numbers[2]}","a":98765432109876543210}}']
        done = self.resolve(carrier, "--keep-columns", "--output-format", "ndjson", stdin="\n".join(lines).encode())
        self.assert_exit(done, 0)
        expected = [f'{{"a":1.50,"input_number":"{numbers[0]}","b":[1, {{"c":"\\u00e9"}}],"line":1,',
                    f'{{"input_iccid":"{numbers[1]}","line":2,', '{"line":3,', '{"x":1,"line":4,',
                    f'{{"input_number":"{numbers[2]}","a":98765432109876543210,"line":5,']
        for row, front in zip(done.stdout.decode().splitlines(), expected, strict=True):
            self.assertEqual(row[:len(front)], front)
            json.loads(row)

    def test_ragged_and_broken_records_have_their_columns(self) -> None:
        carrier = self.carrier()
        numbers = iccids(3)
        content = f'number,a,b\n{numbers[0]}\n{numbers[1]},1,2,3\n"open,1,2\n{numbers[2]},x,y\n'.encode()
        done = self.resolve(carrier, "--keep-columns", stdin=content)
        self.assert_exit(done, 0)
        _, *rows = self.read_csv(done.stdout)
        self.assertEqual([row[:4] for row in rows], [[numbers[0], "", "", "2"], [numbers[1], "1", "2", "3"],
                                                     ["", "", "", "4"], [numbers[2], "x", "y", "5"]])

    def test_lists_without_names(self) -> None:
        carrier = self.carrier()
        number = iccids(1)[0]
        done = self.resolve(carrier, "--keep-columns", stdin=f"x,{number}\ny,{number}\n".encode())
        self.assert_exit(done, 0)
        header, *rows = self.read_csv(done.stdout)
        self.assertEqual(header, ["input_1", "input_2", *FIELDS])
        self.assertEqual([row[:2] for row in rows], [["x", number], ["y", number]])
        done = self.resolve(carrier, "--keep-columns", stdin=as_list([number]))
        self.assert_exit(done, 0)
        self.assertEqual(len(rows_of(done.stdout)), 1, "a plain list has no columns to keep")

    def test_with_spreadsheets_and_failures(self) -> None:
        carrier = self.carrier(modes={"missing-item"})
        content, records = self.table(iccids(4))
        done = self.resolve(carrier, "--keep-columns", "--excel-safe", "--attempts", "1", "--failures", "failures.csv",
                            "-o", "out.csv", stdin=content)
        self.assert_exit(done, 90)
        header, *rows = self.read_csv((self.folder / "out.csv").read_bytes())
        self.assertEqual(header[:4], ["name", "input_number", "note", "input_status"])
        self.assertEqual([row[0] for row in rows], [record[0] for record in records])
        self.assertEqual(rows[0][2], "'=1+1")
        failures = self.read_csv((self.folder / "failures.csv").read_bytes())
        self.assertEqual(failures[0], ["line", "number", "kind", "status", "message"])
        self.assertEqual(len(failures), 2)

    def test_wide_records_wait_for_room_and_come_through(self) -> None:
        carrier = self.carrier()
        numbers = iccids(1_500)
        content = b"number,wide\n" + b"".join(number.encode() + b"," + number[-8:].encode() * 7_500 + b"\n"
                                             for number in numbers)
        done = self.resolve(carrier, "--keep-columns", stdin=content)
        self.assert_exit(done, 0)
        _, *rows = done.stdout.split(b"\n")
        self.assertEqual(len(rows), len(numbers) + 1)
        for number, row in zip(numbers, rows):
            self.assertTrue(row.startswith(number.encode() + b"," + number[-8:].encode() * 7_500 + b","))

    def test_ndjson_cannot_be_kept_in_a_csv(self) -> None:
        carrier = self.carrier()
        content = as_ndjson([{"number": iccids(1)[0]}])
        for arguments, stdin in (([self.write("cards", content)], b""), ([], content)):
            done = self.resolve(carrier, *arguments, "--keep-columns", "-o", "out.csv", "--failures", "failures.csv",
                                stdin=stdin)
            self.assert_exit(done, 64)
            self.assertIn(b"--output-format ndjson", done.stderr)
            self.assertEqual([path.name for path in self.folder.glob("*.csv*")], [])
        self.assertEqual(carrier.stats()["requests"], 0)


if __name__ == "__main__":
    unittest.main()
