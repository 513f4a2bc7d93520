#!/usr/bin/env python3
"""`resolve` against a carrier that is not ours: right numbers on every line, whatever the reply looks like."""

from __future__ import annotations

import json
import unittest
from collections import Counter

from independent_carrier import card_of
from program_test_case import ProgramTestCase, as_list, iccids, imsis, msisdns, rows_of

CARDS = 1_050


class Methods(ProgramTestCase):
    def check_method(self, method: str) -> None:
        carrier = self.carrier()
        numbers = iccids(CARDS)
        done = self.resolve_against(carrier, numbers, "--method", method, "--summary", "summary.json", "-o", "out.csv")
        self.assert_exit(done, 0)
        self.assert_rows_match(rows_of((self.folder / "out.csv").read_bytes()), "iccid", numbers)
        stats = self.assert_proper(carrier)
        self.assertEqual(stats["styles"], [method])
        self.assertEqual(sorted(stats["batch_sizes"]), [50] + [100] * 10)
        summary = self.summary()
        self.assertEqual(summary["state"], "complete")
        self.assertEqual(summary["requests"]["answered"], 11)
        self.assertEqual(summary["requests"]["sent"], 11)
        self.assertEqual(summary["output"]["rows"], CARDS)
        self.assertEqual(sum(summary["outcomes"].values()), CARDS)

    def test_get(self) -> None:
        self.check_method("get")

    def test_post_query(self) -> None:
        self.check_method("post-query")

    def test_post_form(self) -> None:
        self.check_method("post-form")

    def test_get_is_the_default(self) -> None:
        carrier = self.carrier()
        self.assert_exit(self.resolve_against(carrier, iccids(3)), 0)
        self.assertEqual(self.assert_proper(carrier)["styles"], ["get"])

    def test_a_path_prefix_is_kept(self) -> None:
        carrier = self.carrier(path_prefix="/gateway/cmiot")
        self.assert_exit(self.resolve_against(carrier, iccids(3)), 0)
        self.assertEqual(self.assert_proper(carrier)["requests"], 1)


class Replies(ProgramTestCase):
    def check_mode(self, *modes: str, **settings: object) -> dict[str, object]:
        carrier = self.carrier(modes=set(modes), **settings)
        numbers = iccids(CARDS)
        done = self.resolve_against(carrier, numbers)
        self.assert_exit(done, 0)
        self.assert_rows_match(rows_of(done.stdout), "iccid", numbers)
        return self.assert_proper(carrier)

    def test_AP4_items_in_another_order(self) -> None:
        self.check_mode("shuffled")

    def test_a_status_as_number_and_keys_in_capitals(self) -> None:
        self.check_mode("number-status", "upper-keys")

    def test_chunked(self) -> None:
        self.check_mode("chunked")

    def test_HT7_connections_closed_after_each_answer(self) -> None:
        stats = self.check_mode("close")
        self.assertEqual(stats["connections"], stats["requests"])

    def test_HT7_connections_closed_after_three_answers(self) -> None:
        self.check_mode(requests_per_connection=3)

    def test_connections_are_kept(self) -> None:
        stats = self.check_mode("slow")
        self.assertLess(stats["connections"], stats["requests"])

    def test_AP1_missing_items_are_asked_again(self) -> None:
        stats = self.check_mode("missing-item")
        self.assertGreater(stats["requests"], 11)
        self.assertEqual(max(stats["batch_sizes"]), 100)

    def test_throttled_requests_are_asked_again(self) -> None:
        carrier = self.carrier(throttle_first=3)
        numbers = iccids(CARDS)
        done = self.resolve_against(carrier, numbers, "--summary", "summary.json", "-o", "out.csv")
        self.assert_exit(done, 0)
        self.assert_rows_match(rows_of((self.folder / "out.csv").read_bytes()), "iccid", numbers)
        self.assert_proper(carrier)
        self.assertEqual(self.summary()["requests"]["throttled"], 3)

    def test_JS2_the_documents_own_sample_byte_for_byte(self) -> None:
        carrier = self.carrier(modes={"document-sample"})
        asked = ["898602B2221430000006", "898602B2221340000878", "89860010011631234571"]
        done = self.resolve_against(carrier, asked)
        self.assert_exit(done, 0)
        rows = {row["number"]: row for row in rows_of(done.stdout)}
        self.assertEqual(sorted(rows), sorted(asked))
        self.assertEqual([rows[asked[0]][name] for name in ("outcome", "imsi", "msisdn", "status")],
                         ["resolved", "460040260908676", "1064826090209", "0"])
        self.assertEqual([rows[asked[1]][name] for name in ("outcome", "imsi", "msisdn", "status")],
                         ["resolved", "460040260900788", "1064826090212", "0"])
        self.assertEqual([rows[asked[2]][name] for name in ("outcome", "imsi", "msisdn", "status", "message")],
                         ["refused", "", "", "25", "ICCID号不是所查询的集团下的用户"])
        self.assertEqual(self.assert_proper(carrier)["requests"], 1)


class Lists(ProgramTestCase):
    def test_IN4_three_kinds_are_never_mixed_in_a_request(self) -> None:
        carrier = self.carrier()
        numbers = [number for three in zip(iccids(250), imsis(250), msisdns(250)) for number in three]
        done = self.resolve_against(carrier, numbers)
        self.assert_exit(done, 0)
        rows = rows_of(done.stdout)
        self.assertEqual(len(rows), 750)
        for row in rows:
            card = card_of(row["kind"], row["number"])
            self.assertEqual(row["number"], numbers[int(row["line"]) - 1])
            self.assertEqual([row[name] for name in ("iccid", "imsi", "msisdn")], [card.iccid, card.imsi, card.msisdn])
        stats = self.assert_proper(carrier)
        self.assertEqual(stats["cards"], 750)
        self.assertEqual(set(stats["kinds"]), {"iccid", "imsi", "msisdn"})

    def test_refused_cards_are_answers(self) -> None:
        carrier = self.carrier()
        numbers = ["898602B2221430009999", "1064826099999", "460040260909999"]
        done = self.resolve_against(carrier, numbers)
        self.assert_exit(done, 0)
        rows = {row["number"]: row for row in rows_of(done.stdout)}
        self.assertEqual({row["outcome"] for row in rows.values()}, {"refused"})
        self.assertEqual([rows[number]["status"] for number in numbers], ["25", "12", "2"])

    def test_IN3_a_number_that_stands_there_twice_is_asked_once_and_answered_on_each_line(self) -> None:
        carrier = self.carrier()
        numbers = iccids(50) * 2
        done = self.resolve_against(carrier, [number.lower() for number in numbers])
        self.assert_exit(done, 0)
        self.assert_rows_match(rows_of(done.stdout), "iccid", numbers)
        self.assertEqual(self.assert_proper(carrier)["cards"], 50)

    def test_blank_lines_have_no_row_and_a_missing_line_break_is_no_fault(self) -> None:
        carrier = self.carrier()
        first, second = iccids(2)
        done = self.run_program("resolve", *self.account_of(carrier), stdin=f"\ufeff\r\n{first}\r\n  \n\n{second}".encode(),
                                variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        self.assert_exit(done, 0)
        self.assertEqual(sorted((row["line"], row["number"]) for row in rows_of(done.stdout)),
                         [("2", first), ("5", second)])

    def test_our_own_rows_are_a_valid_input(self) -> None:
        carrier = self.carrier()
        numbers = iccids(20)
        first = self.resolve_against(carrier, numbers)
        (self.folder / "rows.csv").write_bytes(first.stdout)
        second = self.run_program("resolve", *self.account_of(carrier), "rows.csv",
                                  variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        self.assert_exit(second, 0)
        by_number = {row["number"]: row for row in rows_of(first.stdout)}
        for row in rows_of(second.stdout):
            self.assertEqual({**row, "line": ""}, {**by_number.pop(row["number"]), "line": ""})
        self.assertEqual(by_number, {})

    def test_a_column_of_a_csv(self) -> None:
        carrier = self.carrier()
        numbers = iccids(3)
        table = "name,card\n" + "".join(f'"a, ""b""\nc",{number}\n' for number in numbers)
        done = self.run_program("resolve", *self.account_of(carrier), "--column", "card", "--input-format", "csv",
                                stdin=table.encode(), variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        self.assert_exit(done, 0)
        self.assertEqual(sorted((int(row["line"]), row["number"]) for row in rows_of(done.stdout)),
                         [(2 + 2 * place, number) for place, number in enumerate(numbers)])

    def test_ndjson_says_the_same_as_csv(self) -> None:
        carrier = self.carrier()
        numbers = iccids(20) + ["rubbish"]
        lines = rows_of(self.resolve_against(carrier, numbers).stdout)
        done = self.resolve_against(carrier, numbers, "-o", "out.ndjson")
        self.assert_exit(done, 0)
        records = [json.loads(line) for line in (self.folder / "out.ndjson").read_text(encoding="utf-8").splitlines()]
        for record in records:
            self.assertIsInstance(record["line"], int)
            record["line"] = str(record["line"])
        as_csv = [{name: value or "" for name, value in record.items()} for record in records]
        self.assertEqual(sorted(as_csv, key=lambda row: int(row["line"])), sorted(lines, key=lambda row: int(row["line"])))
        self.assertEqual([record["kind"] for record in records if record["outcome"] == "invalid"], [None])


class HostileValues(ProgramTestCase):
    VALUES = ["898602B2221430000006_898602B2221340000878", "898602B2221430000006&ebid=1", "1064826090209%26a=b",
              "1064826090209\x00", "460040260908676#", "460040260908676 HTTP/1.1", "89860\r2B2221430000006",
              "'; DROP TABLE cards; --", "../../etc/passwd", "1064826090209?x", "\x1b[31m1064826090209", "+10648260902099",
              "8.98602E+19", "898602B222143000000", "46004026090867A", "０" * 5000]

    def test_IN2_they_are_invalid_rows_and_never_reach_the_wire(self) -> None:
        carrier = self.carrier()
        good = iccids(1)[0]
        done = self.resolve_against(carrier, [*self.VALUES, good])
        self.assert_exit(done, 0)
        rows = {int(row["line"]): row for row in rows_of(done.stdout)}
        self.assertEqual(sorted(rows), list(range(1, len(self.VALUES) + 2)))
        for place, value in enumerate(self.VALUES, 1):
            with self.subTest(value=value[:40]):
                self.assertEqual((rows[place]["outcome"], rows[place]["kind"]), ("invalid", ""))
                self.assertNotEqual(rows[place]["message"], "")
                self.assertRegex(rows[place]["number"], r"\A[^\x00-\x1f\x7f]*\Z")
        self.assertEqual(rows[len(self.VALUES) + 1]["outcome"], "resolved")
        stats = self.assert_proper(carrier)
        self.assertEqual((stats["requests"], stats["cards"]), (1, 1))
        self.assertEqual(Counter(carrier.requests[0].values), Counter([good]))

    def test_a_line_break_in_a_quoted_field_stays_in_it(self) -> None:
        carrier = self.carrier()
        table = f'number\n"898602B222\r\n1430000006"\n{iccids(1)[0]}\n'
        done = self.run_program("resolve", *self.account_of(carrier), "--input-format", "csv", stdin=table.encode(),
                                variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        self.assert_exit(done, 0)
        outcomes = {int(row["line"]): row["outcome"] for row in rows_of(done.stdout)}
        self.assertEqual(outcomes, {2: "invalid", 4: "resolved"})
        self.assertEqual(self.assert_proper(carrier)["cards"], 1)


class Account(ProgramTestCase):
    def test_AP9_a_wrong_password_ends_the_run_soon(self) -> None:
        carrier = self.carrier()
        done = self.resolve_against(carrier, iccids(CARDS), "--connections", "16", password="wrong-password-canary")
        self.assert_exit(done, 77)
        stats = carrier.stats()
        self.assertEqual(stats["violations"], [])
        self.assertLessEqual(stats["requests"], 3)
        self.assertNotIn(b"wrong-password-canary", done.stdout + done.stderr)

    def test_AP9_a_carrier_that_refuses_every_token(self) -> None:
        carrier = self.carrier(modes={"wrong-password"})
        self.assert_exit(self.resolve_against(carrier, iccids(CARDS)), 77)
        self.assertLessEqual(carrier.stats()["requests"], 3)

    def test_the_password_comes_from_a_file(self) -> None:
        carrier = self.carrier()
        path = self.folder / "password"
        path.write_text(carrier.account.password + "\n", encoding="utf-8")
        path.chmod(0o600)
        done = self.run_program("resolve", *self.account_of(carrier), "--password-file", path, stdin=as_list(iccids(3)))
        self.assert_exit(done, 0)
        self.assert_proper(carrier)

    def test_the_password_comes_from_systemd(self) -> None:
        carrier = self.carrier()
        credentials = self.folder / "credentials"
        credentials.mkdir()
        (credentials / "password").write_text(carrier.account.password, encoding="utf-8")
        (credentials / "password").chmod(0o400)
        done = self.run_program("resolve", *self.account_of(carrier), stdin=as_list(iccids(3)),
                                variables={"CREDENTIALS_DIRECTORY": str(credentials)})
        self.assert_exit(done, 0)
        self.assert_proper(carrier)


if __name__ == "__main__":
    unittest.main()
