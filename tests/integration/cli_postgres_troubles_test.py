"""Rows into a PostgreSQL table that is slow, locked, full, or refuses a row; and a password that nobody sees."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import unittest

from cli_postgres_test import PostgresTestCase, mixed
from independent_carrier import Carrier
from program_test_case import LIMIT, as_list, iccids, rows_of

TEXTS = "number text, kind text, outcome text, iccid text, msisdn text, imsi text, status text"
CONNECTIONS = 2


class TroubleTestCase(PostgresTestCase):

    def start_slowly(self, numbers: list[str], target: str | None = None) -> tuple[Carrier, subprocess.Popen[bytes]]:
        """A run that has saved rows, and has more to ask."""
        carrier = self.carrier(modes={"slow"})
        process = self.start(carrier, self.write_list(numbers), target or self.cluster.url(), "--batch-size", "10",
                             "--connections", str(CONNECTIONS))
        self.wait_for_rows(1)
        return carrier, process

    def assert_done(self, process: subprocess.Popen[bytes], carrier: Carrier, numbers: list[str]) -> None:
        _, complaints = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 0, complaints)
        self.assert_rows(numbers)
        self.assertEqual(len(carrier.asked_since(0)), len(numbers), "something was asked twice, or not at all")


class Pauses(TroubleTestCase):

    def test_DB1_nothing_is_asked_while_the_server_is_down(self) -> None:
        numbers = mixed(400)
        carrier, process = self.start_slowly(numbers)
        self.cluster.stop()
        self.read_until(process, b"nothing is asked meanwhile")
        before = len(carrier.requests)
        threading.Event().wait(2)  # how long the fault lasts
        self.assertLessEqual(len(carrier.requests), before + CONNECTIONS)
        self.cluster.start()
        self.assert_done(process, carrier, numbers)

    def test_DB1_who_gives_up_waiting_for_a_server_has_asked_nothing(self) -> None:
        self.cluster.stop()
        self.addCleanup(self.cluster.start)
        carrier = self.carrier()
        done = self.resolve(carrier, self.write_list(iccids(5)), self.cluster.url(), "--give-up-after", "1ms")
        self.assert_exit(done, 73)
        self.assertEqual(carrier.requests, [])

    def test_DB1_who_stops_while_it_waits_keeps_what_was_saved(self) -> None:
        numbers = mixed(400)
        carrier, process = self.start_slowly(numbers)
        self.cluster.stop("immediate")
        self.read_until(process, b"nothing is asked meanwhile")
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 130, complaints)
        self.cluster.start()
        self.assert_exit(self.resolve(carrier, self.folder / "cards.txt", self.cluster.url()), 0)
        self.assert_rows(numbers)

    def test_DB9_a_table_that_is_locked_is_waited_for_and_nothing_is_asked(self) -> None:
        numbers = mixed(400)
        carrier, process = self.start_slowly(numbers)
        lock = self.cluster.hold("LOCK TABLE cardresolver_rows IN ACCESS EXCLUSIVE MODE")
        self.read_until(process, b"nothing is asked meanwhile")
        before = len(carrier.requests)
        threading.Event().wait(1)  # how long the fault lasts
        self.assertLessEqual(len(carrier.requests), before + CONNECTIONS)
        self.cluster.end_hold(lock)
        self.assert_done(process, carrier, numbers)


class Passing(TroubleTestCase):
    """The server refuses the rows a few times, in the words of a trigger."""

    def refuse_rows(self, sqlstate: str, times: int) -> None:
        self.cluster.ask(f"""
            CREATE TABLE cardresolver_rows (run_id text, line bigint, {TEXTS}, message text, PRIMARY KEY (run_id, line));
            CREATE SEQUENCE refused;
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF nextval('refused') <= {times} THEN RAISE EXCEPTION 'as the test wants it' USING ERRCODE = '{sqlstate}'; END IF;
              RETURN NULL; END $$;
            CREATE TRIGGER refuse AFTER INSERT ON cardresolver_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse()""")

    def assert_passes(self, *states: str) -> None:
        numbers = mixed(50)
        source = self.write_list(numbers)
        for state in states:
            with self.subTest(state=state):
                self.cluster.clear()
                self.refuse_rows(state, 2)
                carrier = self.carrier()
                done = self.resolve(carrier, source, self.cluster.url())
                self.assert_exit(done, 0)
                self.assert_rows(numbers)
                self.assertEqual(len(carrier.asked_since(0)), len(numbers))

    def test_DB4_conflicts_and_time_outs_are_tried_again(self) -> None:
        self.assert_passes("40001", "40P01", "55P03", "57014")

    def test_DB5_a_server_without_room_memory_or_leave_to_write_is_waited_for(self) -> None:
        self.assert_passes("53100", "53200", "25006", "58030")

    def test_DB5_a_server_without_a_free_connection_is_waited_for(self) -> None:
        self.cluster.ask("CREATE ROLE narrow LOGIN CONNECTION LIMIT 1; GRANT ALL ON SCHEMA public TO narrow")
        self.addCleanup(self.cluster.ask, "DROP OWNED BY narrow CASCADE; DROP ROLE narrow")
        numbers, carrier = mixed(20), self.carrier()
        other = self.cluster.hold("SET statement_timeout = 0", user="narrow")
        process = self.start(carrier, self.write_list(numbers), self.cluster.url(user="narrow"))
        self.read_until(process, b"too many connections")
        self.assertEqual(carrier.requests, [])
        self.cluster.end_hold(other)
        self.assert_done(process, carrier, numbers)


class Content(TroubleTestCase):

    def test_DB7_whatever_is_in_a_list_comes_into_the_table(self) -> None:
        hostile = ["rub\x00bish", "\\N", "\\.", "a\\tb", "tab\there", "\\", "é\x7f", "'; DROP TABLE x", "\U0001F600"]
        source = self.folder / "cards.txt"
        source.write_bytes(as_list([*iccids(3), *hostile]) + b"\xff\xfe\xed\xa0\x80\n")
        carrier = self.carrier()
        self.assert_exit(self.resolve(carrier, source, self.cluster.url()), 0)
        self.assert_exit(self.resolve(carrier, source, str(self.folder / "rows.csv")), 0)
        csv = {row["line"]: (row["number"], row["outcome"], row["message"]) for row in rows_of((self.folder / "rows.csv").read_bytes())}
        table = {line: tuple(rest) for line, *rest in self.cluster.ask("SELECT line, number, outcome, message FROM cardresolver_rows")}
        self.assertEqual(table, csv)
        self.assertEqual(len(table), 3 + len(hostile) + 1)

    def test_DB7_a_row_that_the_table_refuses_is_named_by_its_line(self) -> None:
        self.cluster.ask(f"""CREATE TABLE cardresolver_rows (run_id text, line bigint, {TEXTS}, message text,
                             PRIMARY KEY (run_id, line), CONSTRAINT no_rubbish CHECK (outcome <> 'invalid'))""")
        source = self.folder / "cards.txt"
        source.write_bytes(as_list([*iccids(2), "", "rubbish"]))  # an empty line has no row
        done = self.resolve(self.carrier(), source, self.cluster.url())
        self.assert_exit(done, 74)
        self.assertIn(b"no_rubbish", done.stderr)
        self.assertIn(b"in the row of line 4 of the list", done.stderr)

    def test_DB6_a_column_that_cuts_texts_or_a_name_that_would_be_cut_is_refused(self) -> None:
        carrier = self.carrier()
        for kind in ("name", "bpchar", "varchar(3)"):
            self.cluster.clear()
            self.cluster.ask(f"CREATE TABLE cardresolver_rows (run_id text, line bigint, {TEXTS}, message {kind}, PRIMARY KEY (run_id, line))")
            done = self.resolve(carrier, self.write_list(iccids(1)), self.cluster.url())
            self.assert_exit(done, 73)
            self.assertIn(b"its column message is", done.stderr)
        self.cluster.clear()
        source = self.folder / "cards.csv"
        source.write_bytes(b"iccid," + b"x" * 64 + b"\n" + as_list(iccids(1)))
        for done in (self.resolve(carrier, source, self.cluster.url(), "--keep-columns"),
                     self.resolve(carrier, source, self.cluster.url("table=" + "t" * 64))):
            self.assert_exit(done, 73)
            self.assertIn(b"more than 63 bytes", done.stderr)
        self.assertEqual(carrier.requests, [])
        self.assertEqual(self.cluster.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), [["0"]])


class Others(TroubleTestCase):
    """What somebody else does to the tables, the role, or the run."""

    def interrupt(self, numbers: list[str]) -> Carrier:
        carrier, process = self.start_slowly(numbers)
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 130, complaints)
        return carrier

    def test_DB6_rows_that_are_gone_keep_a_run_from_going_on(self) -> None:
        numbers = mixed(400)
        for damage in ("DELETE FROM cardresolver_rows WHERE line = (SELECT min(line) FROM cardresolver_rows)",
                       "DROP TABLE cardresolver_rows"):
            self.cluster.clear()
            carrier = self.interrupt(numbers)
            self.cluster.ask(damage)
            asked = len(carrier.requests)
            done = self.resolve(carrier, self.folder / "cards.txt", self.cluster.url())
            self.assert_exit(done, 74)
            self.assertIn(b"--restart drops them and starts anew", done.stderr)
            self.assertEqual(len(carrier.requests), asked)
            self.assert_exit(self.resolve(carrier, self.folder / "cards.txt", self.cluster.url(), "--restart"), 0)
            self.assert_rows(numbers)

    def test_DB6_each_right_that_is_missing_is_named_before_anything_is_asked(self) -> None:
        self.cluster.ask("CREATE ROLE clerk LOGIN; GRANT USAGE ON SCHEMA public TO clerk")
        self.addCleanup(self.cluster.ask, "DROP OWNED BY clerk CASCADE; DROP ROLE clerk")
        carrier, source = self.carrier(), self.write_list(iccids(5))
        self.assert_exit(self.resolve(carrier, source, self.cluster.url()), 0)
        asked = len(carrier.requests)
        rights = {"cardresolver_runs": ("SELECT", "INSERT", "UPDATE", "DELETE"), "cardresolver_rows": ("SELECT", "INSERT", "DELETE")}
        for table, needed in rights.items():
            for right in needed:
                self.cluster.ask("GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk")
                self.cluster.ask(f"REVOKE {right} ON {table} FROM clerk")
                done = self.resolve(carrier, source, self.cluster.url(user="clerk"), "--force")
                self.assert_exit(done, 73)
                self.assertIn(f"has not the right {right} on the table '{table}'".encode(), done.stderr)
        self.assertEqual(len(carrier.requests), asked)
        self.cluster.ask("GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk")
        self.assert_exit(self.resolve(carrier, source, self.cluster.url(user="clerk"), "--force"), 0)
        self.cluster.ask("ALTER TABLE cardresolver_rows ENABLE ROW LEVEL SECURITY")
        done = self.resolve(carrier, source, self.cluster.url(user="clerk"), "--force")
        self.assert_exit(done, 73)
        self.assertIn(b"row-level security", done.stderr)

    def test_DB7_rows_that_the_table_drops_silently_are_an_error(self) -> None:
        self.cluster.ask(f"""
            CREATE TABLE cardresolver_rows (run_id text, line bigint, {TEXTS}, message text, PRIMARY KEY (run_id, line));
            CREATE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF NEW.line = 3 THEN RETURN NULL; END IF; RETURN NEW; END $$;
            CREATE TRIGGER dropping BEFORE INSERT ON cardresolver_rows FOR EACH ROW EXECUTE FUNCTION drop_row()""")
        done = self.resolve(self.carrier(), self.write_list(iccids(5)), self.cluster.url())
        self.assert_exit(done, 74)
        self.assertIn(b"of 5 rows the table 'cardresolver_rows' took 4", done.stderr)

    def test_DB3_a_lost_connection_whatever_the_role_s_way_to_write_times(self) -> None:
        self.cluster.ask("ALTER ROLE owner SET datestyle = 'SQL, DMY'; ALTER ROLE owner SET timezone = 'Asia/Jakarta'")
        self.addCleanup(self.cluster.ask, "ALTER ROLE owner RESET ALL")
        numbers = mixed(400)
        carrier, process = self.start_slowly(numbers)
        self.cluster.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cardresolver'")
        self.assert_done(process, carrier, numbers)

    def test_DK9_a_run_that_finishes_while_another_waits_to_drop_it_is_kept(self) -> None:
        numbers = mixed(20)
        carrier, source = self.carrier(held=True), self.write_list(numbers)
        first = self.start(carrier, source, self.cluster.url())
        carrier.wait_for_requests_of(first, 1)
        second = self.start(carrier, source, self.cluster.url(), "--restart")
        self.read_until(second, b"another run of the same list holds the database")
        carrier.gate.open()
        self.assert_done(first, carrier, numbers)
        _, complaints = second.communicate(timeout=LIMIT)
        self.assertEqual(second.returncode, 73, complaints)
        self.assert_rows(numbers)


class Secrets(TroubleTestCase):
    CANARY = "canary-7131"

    def test_SE1_a_password_of_the_database_shows_nowhere(self) -> None:
        numbers = mixed(400)
        secret = self.cluster.url().replace("owner@", f"owner:{self.CANARY}@")
        carrier = self.carrier(modes={"slow"})
        variables = {"CARDRESOLVER_PASSWORD": carrier.account.password, "CARDRESOLVER_OUTPUT": secret}
        arguments = ["resolve", self.write_list(numbers), *self.account_of(carrier), "--rate", "unlimited", "--batch-size", "10",
                     "--connections", "2", "--summary", "summary.json", "--trace", "trace.ndjson"]
        process = self.start_program(*arguments, variables=variables)
        self.wait_for_rows(1)
        seen = self.seen_from_outside(process)
        self.cluster.stop("immediate")
        self.read_until(process, b"nothing is asked meanwhile")
        self.cluster.start()
        said, complaints = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 0, complaints)
        self.assert_rows(numbers)
        summary = (self.folder / "summary.json").read_bytes()
        self.assertTrue(json.loads(summary)["output"]["target"].startswith("postgresql://owner"))
        again = self.run_program(*arguments, variables=variables)
        self.assert_exit(again, 73)
        nowhere = self.run_program(*arguments, variables={**variables, "CARDRESOLVER_OUTPUT": secret.replace("/postgres?", "/nowhere?")})
        self.assert_exit(nowhere, 73)
        kept = str(self.cluster.ask("SELECT * FROM cardresolver_runs")).encode()
        trace = (self.folder / "trace.ndjson").read_bytes()
        for text in (seen, said, complaints, summary, trace, again.stderr, nowhere.stderr, kept):
            self.assertNotIn(self.CANARY.encode(), text)


class Queries(TroubleTestCase):

    def test_DB3_a_connection_that_is_lost_in_mid_query_is_a_read_error_and_the_run_goes_on_later(self) -> None:
        numbers = mixed(60_000)
        self.cluster.ask("CREATE TABLE cards (id int PRIMARY KEY, number text)")
        for at in range(0, len(numbers), 2_000):
            self.cluster.ask("INSERT INTO cards VALUES " + ", ".join(f"({at + i}, '{one}')" for i, one in enumerate(numbers[at:at + 2_000])))
        query = self.cluster.url("query=SELECT number, repeat('x', 2000) FROM cards ORDER BY id")
        more = ("--column", "number", "--keep-columns")
        carrier = self.carrier(held=True)
        process = self.start(carrier, query, "rows.csv", *more)
        carrier.wait_for_requests_of(process, 1)
        self.cluster.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cardresolver'")
        carrier.gate.open()
        _, complaints = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 74, complaints)
        self.assertIn(b"query", complaints)
        self.assert_exit(self.resolve(self.carrier(), query, "rows.csv", *more), 0)
        self.assertEqual((self.folder / "rows.csv").read_bytes().count(b"\n"), len(numbers) + 1)


if __name__ == "__main__":
    unittest.main()
