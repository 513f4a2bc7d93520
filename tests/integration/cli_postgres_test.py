"""Rows into a PostgreSQL table, and lists out of a query: exact rows, whatever becomes of the server."""

from __future__ import annotations

import subprocess
import time
import unittest
from pathlib import Path

from cutting_proxy import CuttingProxy
from independent_carrier import Carrier, card_of
from postgres_cluster import Cluster
from program_test_case import FIELDS, LIMIT, ProgramTestCase, as_list, iccids, imsis, msisdns


def mixed(count: int) -> list[str]:
    kinds = zip(iccids(count), imsis(count), msisdns(count), strict=True)
    return [number for three in kinds for number in three][:count]


def kind_of(number: str) -> str:
    return {20: "iccid", 15: "imsi"}.get(len(number), "msisdn")


class PostgresTestCase(ProgramTestCase):
    SETTINGS: tuple[str, ...] = ()
    cluster: Cluster

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.cluster = Cluster(*cls.SETTINGS)
        cls.addClassCleanup(cls.cluster.close)

    def setUp(self) -> None:
        super().setUp()
        self.cluster.clear()

    def arguments(self, carrier: Carrier, source: Path | str, target: str, *more: str | Path) -> list[str | Path]:
        return ["resolve", source, *self.account_of(carrier), "--rate", "unlimited", "--progress", "none", "-o", target,
                *more]

    def resolve(self, carrier: Carrier, source: Path | str, target: str,
                *more: str | Path) -> subprocess.CompletedProcess[bytes]:
        return self.run_program(*self.arguments(carrier, source, target, *more),
                                variables={"CARDRESOLVER_PASSWORD": carrier.account.password})

    def start(self, carrier: Carrier, source: Path | str, target: str, *more: str | Path) -> subprocess.Popen[bytes]:
        return self.start_program(*self.arguments(carrier, source, target, *more),
                                  variables={"CARDRESOLVER_PASSWORD": carrier.account.password})

    def write_list(self, numbers: list[str]) -> Path:
        path = self.folder / "cards.txt"
        path.write_bytes(as_list(numbers))
        return path

    def wait_until(self, condition: str, value: str = "t") -> None:
        """Until the database says so."""
        limit = time.monotonic() + LIMIT
        while self.cluster.ask(condition) != [[value]]:
            self.assertLess(time.monotonic(), limit, condition)

    def wait_for_rows(self, count: int) -> None:
        self.wait_until("SELECT to_regclass('cardresolver_rows') IS NOT NULL")
        self.wait_until(f"SELECT count(*) >= {count} FROM cardresolver_rows")

    def assert_rows(self, numbers: list[str], table: str = "cardresolver_rows") -> None:
        rows = [dict(zip(FIELDS, row, strict=True)) for row in self.cluster.ask(f"SELECT {', '.join(FIELDS)} FROM {table}")]
        self.assertEqual(sorted(int(row["line"]) for row in rows), list(range(1, len(numbers) + 1)))
        for row in rows:
            number = numbers[int(row["line"]) - 1]
            card = card_of(kind_of(number), number)
            self.assertEqual((row["number"], row["iccid"], row["msisdn"], row["imsi"], row["status"]),
                             (number, card.iccid, card.msisdn, card.imsi, card.status))
        self.assertEqual(self.cluster.ask("SELECT finished_at IS NOT NULL FROM cardresolver_runs"), [["t"]])


class Rows(PostgresTestCase):

    def test_mixed_cards_and_a_finished_twin(self) -> None:
        numbers = mixed(300)
        carrier, source = self.carrier(), self.write_list(numbers)
        self.assert_exit(self.resolve(carrier, source, self.cluster.url()), 0)
        self.assert_rows(numbers)
        again = self.resolve(carrier, source, self.cluster.url())
        self.assert_exit(again, 73)
        self.assertIn(b"--force", again.stderr)
        self.assert_exit(self.resolve(carrier, source, self.cluster.url(), "--force"), 0)
        self.assert_rows(numbers)

    def test_a_table_in_a_schema_of_its_own(self) -> None:
        numbers = mixed(10)
        self.cluster.ask("CREATE SCHEMA IF NOT EXISTS night")
        self.addCleanup(self.cluster.ask, "DROP SCHEMA night CASCADE")
        self.assert_exit(self.resolve(self.carrier(), self.write_list(numbers), self.cluster.url("table=night.Cards")), 0)
        self.assertEqual(self.cluster.ask('SELECT count(*) FROM night."Cards"'), [["10"]])

    def test_a_query_is_a_list(self) -> None:
        numbers = mixed(500)
        values = ", ".join(f"({at}, '{number}')" for at, number in enumerate(numbers))
        self.cluster.ask(f"CREATE TABLE cards (n int, number text); INSERT INTO cards VALUES {values}")
        query = self.cluster.url("query=SELECT number FROM cards ORDER BY n")
        self.assert_exit(self.resolve(self.carrier(), query, self.cluster.url()), 0)
        self.assert_rows(numbers)
        wrong = self.resolve(self.carrier(), self.cluster.url("query=SELECT nothing FROM cards"), "-")
        self.assert_exit(wrong, 65)
        self.assertIn(b'column "nothing" does not exist', wrong.stderr)

    def test_a_query_that_gives_no_rows_is_refused(self) -> None:
        self.cluster.ask("CREATE TABLE cards (number text)")
        for query, code, words in (("DELETE FROM cards", 65, b"a SELECT is needed"),
                                   ("DELETE FROM cards RETURNING number", 65, b"a SELECT is needed"),
                                   ("COPY cards TO STDOUT", 65, b"a SELECT is needed"),
                                   ("COPY cards FROM STDIN", 65, b"a SELECT is needed"),
                                   ("SET work_mem = '1MB'", 65, b"a SELECT is needed"),
                                   ("-- nothing", 65, b"a SELECT is needed"),
                                   ("SELECT number FROM cards WHERE number = $1", 65, b"requires 1"),
                                   ("  ", 64, b"query has no value")):
            with self.subTest(query=query):
                done = self.resolve(self.carrier(), self.cluster.url(f"query={query}"), "-")
                self.assert_exit(done, code)
                self.assertIn(words, done.stderr)

    def test_kept_columns_may_be_called_like_system_columns(self) -> None:
        numbers = iccids(3)
        source = self.folder / "cards.csv"
        source.write_text("iccid,xmin,ctid\n" + "".join(f"{number},a,b\n" for number in numbers))
        self.assert_exit(self.resolve(self.carrier(), source, self.cluster.url(), "--keep-columns"), 0)
        self.assertEqual(self.cluster.ask("SELECT DISTINCT input_xmin, input_ctid FROM cardresolver_rows"), [["a", "b"]])

    def test_SE1_a_password_on_the_command_line_is_refused_and_not_shown(self) -> None:
        for url in ("postgresql://owner:canary-9@/postgres", "postgresql:///postgres?password=canary-9",
                    "postgresql://owner:canary-9?@127.0.0.1:1/postgres", "postgresql://owner:x/canary-9@/postgres"):
            done = self.resolve(self.carrier(), self.write_list(iccids(1)), url)
            self.assert_exit(done, 64)
            self.assertIn(b"PGPASSFILE", done.stderr)
            self.assertNotIn(b"canary-9", done.stderr + done.stdout)


class Refusals(PostgresTestCase):

    def assert_refused(self, words: bytes, url: str | None = None) -> None:
        carrier = self.carrier()
        done = self.resolve(carrier, self.write_list(iccids(5)), url or self.cluster.url())
        self.assert_exit(done, 73)
        self.assertIn(words, done.stderr)
        self.assertEqual(carrier.requests, [])

    def test_DB6_a_table_of_another_shape(self) -> None:
        self.cluster.ask("CREATE TABLE cardresolver_rows (run_id text, line bigint, PRIMARY KEY (run_id, line))")
        self.assert_refused(b"lacks the column number")

    def test_DB6_a_missing_privilege(self) -> None:
        self.cluster.ask("CREATE ROLE guest LOGIN; GRANT USAGE ON SCHEMA public TO guest")
        self.assert_refused(b"permission denied", self.cluster.url(user="guest"))

    def test_DB6_no_such_database_or_user(self) -> None:
        self.assert_refused(b'role "nobody-here" does not exist', self.cluster.url(user="nobody-here"))

    def test_DB6_what_libpq_itself_refuses(self) -> None:
        for parameter, words in (("sslmode=x", b"sslmode"), ("port=99999", b"port"), ("service=none", b"none")):
            self.assert_refused(words, self.cluster.url(parameter))

    def test_DB6_a_foreign_row_under_our_key(self) -> None:
        carrier, source = self.carrier(modes={"slow"}), self.write_list(iccids(400))
        process = self.start(carrier, source, self.cluster.url(), "--batch-size", "10", "--connections", "1")
        self.wait_for_rows(1)
        self.cluster.ask("INSERT INTO cardresolver_rows (run_id, line) SELECT run_id, 400 FROM cardresolver_runs")
        _, complaints = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 74, complaints)
        self.assertIn(b"duplicate key", complaints)


class Outages(PostgresTestCase):

    def test_DB1_the_server_is_down_at_the_start(self) -> None:
        numbers = mixed(60)
        self.cluster.stop()
        carrier = self.carrier()
        process = self.start(carrier, self.write_list(numbers), self.cluster.url())
        self.assertIn(b"is not available", process.stderr.readline())
        self.assertEqual(carrier.requests, [])
        self.cluster.start()
        _, complaints = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 0, complaints)
        self.assert_rows(numbers)

    def test_DB3_the_server_is_stopped_and_killed_in_mid_run(self) -> None:
        numbers = mixed(3000)
        process = self.start(self.carrier(modes={"slow"}), self.write_list(numbers), self.cluster.url(), "--batch-size", "10",
                             "--connections", "2")
        for end in (lambda: self.cluster.stop("immediate"), self.cluster.kill, self.cluster.stop):
            self.wait_for_rows(1 + int(self.rows_so_far()))
            end()
            self.start_again()
        _, complaints = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 0, complaints)
        self.assert_rows(numbers)

    def rows_so_far(self) -> str:
        self.wait_until("SELECT to_regclass('cardresolver_rows') IS NOT NULL")
        return self.cluster.ask("SELECT count(*) FROM cardresolver_rows")[0][0]

    def start_again(self) -> None:
        """What a killed server has left keeps the next one out until its last child is gone."""
        limit = time.monotonic() + LIMIT
        while True:
            try:
                return self.cluster.start()
            except AssertionError:
                if time.monotonic() > limit:
                    raise

    def test_DB3_its_backend_is_terminated_ten_times(self) -> None:
        numbers = mixed(3000)
        process = self.start(self.carrier(modes={"slow"}), self.write_list(numbers), self.cluster.url(), "--batch-size", "10",
                             "--connections", "2")
        for _ in range(10):
            self.wait_for_rows(1 + int(self.rows_so_far()))
            self.cluster.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cardresolver'")
        _, complaints = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 0, complaints)
        self.assert_rows(numbers)


class LostAnswers(PostgresTestCase):

    BEGIN, ROWS, END = 1, 2, 3  # what the COMMITs of a short run are for

    def sweep(self, commit: int, direction: str, counts: range) -> None:
        numbers = mixed(20)
        source, carrier = self.write_list(numbers), self.carrier()
        for count in counts:
            with self.subTest(commit=commit, direction=direction, bytes=count):
                self.cluster.clear()
                proxy = CuttingProxy(self.cluster.folder, direction, count, commit)
                self.addCleanup(proxy.close)
                self.assert_exit(self.resolve(carrier, source, f"postgresql://owner@/postgres?host={proxy.folder.name}"), 0)
                self.assertTrue(proxy.has_cut)
                self.assert_rows(numbers)

    def test_DB2_the_answer_to_commit_is_cut_at_every_byte(self) -> None:
        self.sweep(self.ROWS, "reply", range(0, 34))

    def test_DB2_the_commit_itself_is_cut_at_every_byte(self) -> None:
        self.sweep(self.ROWS, "request", range(0, 51))

    def test_DB2_of_the_run_s_beginning_and_of_its_end(self) -> None:
        for commit in (self.BEGIN, self.END):
            self.sweep(commit, "reply", range(0, 34, 3))
            self.sweep(commit, "request", range(0, 51, 5))


if __name__ == "__main__":
    unittest.main()
