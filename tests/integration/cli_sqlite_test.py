"""SQLite: rows to a table, and lists out of a query."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import unittest
from contextlib import closing
from pathlib import Path

from cli_resume_test import ResumeTestCase, mixed
from independent_carrier import card_of
from program_test_case import as_list, iccids, rows_of
from run_targets import TableTarget
from verify_rows import faults_of

PACE = ("--batch-size", "10", "--connections", "1")


class TableTestCase(ResumeTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.target = TableTarget(self.folder / "rows.db")

    def ask(self, query: str) -> list[tuple[object, ...]]:
        return self.target.ask(query)

    def execute(self, script: str) -> None:
        with closing(sqlite3.connect(self.target.path, timeout=60)) as connection:
            connection.executescript(script)

    def simulate(self, *arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return self.run_program("resolve", "--base-url", "simulator", "--progress", "none", *arguments, stdin=stdin)


class Tables(TableTestCase):

    def test_the_rows_are_those_of_a_csv(self) -> None:
        numbers = mixed(30_000)
        source = self.write_list(numbers)
        done = self.simulate(source, "-o", self.target.argument, "--summary", "summary.json")
        self.assert_exit(done, 0)
        self.assertEqual(list(faults_of(numbers, self.target.rows())), [])
        self.assertEqual(self.target.leftovers(), [])
        summary = self.summary()
        self.assertEqual((summary["output"]["target"], summary["output"]["rows"]), (self.target.argument, 30_000))
        ((run_id, table, finished),) = self.ask("SELECT run_id, table_name, finished_at FROM cardresolver_runs")
        self.assertEqual((run_id, table, finished is not None), (summary["run_id"], "T", True))
        self.assertEqual(self.ask("SELECT DISTINCT run_id FROM T"), [(run_id,)])
        self.assertEqual(self.ask("SELECT typeof(line), typeof(iccid) FROM T LIMIT 1"), [("integer", "text")])
        self.assertEqual(self.ask("PRAGMA journal_mode"), [("wal",)])

    def test_unknown_is_null_and_texts_may_be_empty(self) -> None:
        numbers = iccids(3)
        done = self.simulate("-o", f"sqlite:{self.target.path}", stdin=as_list([*numbers, "rub\x00bish", "é\xff"]))
        self.assert_exit(done, 0)
        rows = self.ask("SELECT number, kind, iccid, msisdn, status, message LIKE '%' FROM cardresolver_rows"
                        " WHERE outcome = 'invalid' ORDER BY line")
        csv = rows_of(self.simulate(stdin=as_list([*numbers, "rub\x00bish", "é\xff"])).stdout)
        shown = [row["number"] for row in sorted(csv, key=lambda row: int(row["line"])) if row["outcome"] == "invalid"]
        self.assertEqual(rows, [(number, None, None, None, "", 1) for number in shown])

    def test_failures_are_listed_in_their_file(self) -> None:
        source = self.write_list(iccids(30))
        carrier = self.carrier(modes={"http-500"})
        done = self.run_on(carrier, source, self.target.argument, "--attempts", "1", "--failures", "failures.csv")
        self.assert_exit(done, 90)
        self.assertEqual((self.folder / "failures.csv").read_text().count("\n"), 31)
        self.assertEqual(self.ask("SELECT count(*) FROM T WHERE outcome = 'failed' AND status = 'http-500'"), [(30,)])
        self.assertEqual(list(self.folder.glob("*.partial")), [])

    def test_DK9_failures_of_an_unfinished_run_are_kept_from_another(self) -> None:
        source, other = self.write_list(iccids(300)), self.folder / "other.txt"
        other.write_bytes(as_list(iccids(5)))
        carrier = self.carrier(modes={"http-500"})
        more = ("--attempts", "1", "--failures", "failures.csv")
        self.stop_after(carrier, 10, source, self.target.argument, *more, *PACE)
        part = self.folder / "failures.csv.partial"
        before = part.read_bytes()
        for arguments in ((), ("--restart",), ("--force",)):
            done = self.run_on(carrier, other, self.target.argument, *more, *arguments)
            self.assert_exit(done, 73)
            self.assertIn(b"belongs to an unfinished run", done.stderr)
            self.assertEqual(part.read_bytes(), before)
        self.assertGreater(before.count(b"\n"), 1)
        self.assert_exit(self.run_on(carrier, source, self.target.argument, *more), 90)
        self.assertEqual((self.folder / "failures.csv").read_bytes().count(b"\n"), 301)

    def test_kept_columns_stand_behind_run_id(self) -> None:
        text = "ICCID,note,Note\n" + "".join(f'{number},"say ""{at}"",",\n' for at, number in enumerate(iccids(500)))
        (self.folder / "cards.csv").write_text(text)
        for arguments, stdin in ((("cards.csv",), b""), ((), text.encode())):
            self.target.clear()
            self.assert_exit(self.simulate(*arguments, "-o", self.target.argument, "--keep-columns", stdin=stdin), 0)
            names = [name for (name,) in self.ask("SELECT name FROM pragma_table_info('T')")]
            self.assertEqual(names[:5], ["run_id", "input_ICCID", "note", "input_Note", "line"])
            self.assertEqual(self.ask("SELECT input_ICCID = iccid, note, input_Note FROM T WHERE line = 2"),
                             [(1, 'say "0",', "")])
            self.assertEqual(self.ask("SELECT count(*) FROM T WHERE input_ICCID = number"), [(500,)])

    def test_ndjson_has_no_columns_for_a_table(self) -> None:
        (self.folder / "cards.ndjson").write_text(f'{{"iccid":"{iccids(1)[0]}"}}\n')
        done = self.simulate("cards.ndjson", "-o", self.target.argument, "--keep-columns")
        self.assert_exit(done, 64)
        self.assertFalse(self.target.path.exists())

    def test_what_makes_no_sense_is_refused(self) -> None:
        source = self.write_list(iccids(3))
        database = self.folder / "rows.db"
        for arguments in (("-o", f"sqlite:{database}?tabel=T"), ("-o", f"sqlite:{database}?query=SELECT 1"), ("-o", "sqlite:"),
                          ("-o", f"sqlite:{database}?table=cardresolver_runs"), ("-o", f"sqlite:{source}?table=T"),
                          ("-o", f"sqlite:{database}", "--output-format", "csv"),
                          ("-o", f"sqlite:{database}", "--failures", str(database))):
            self.assert_exit(self.simulate(source, *arguments), 64)
        self.assertFalse(database.exists())
        self.assert_exit(self.simulate(source, "-o", "sqlite:nowhere/rows.db"), 73)

    def test_an_interrupted_run_goes_on(self) -> None:
        numbers = mixed(300)
        source = self.write_list(numbers)
        more = ("--summary", self.folder / "summary.json", *PACE)
        carrier = self.carrier(modes={"slow"})
        self.assertEqual(self.stop_after(carrier, 10, source, self.target.argument, *more), 130)
        first = self.summary()
        self.assertEqual(self.ask("SELECT count(*) FROM T"), [(first["output"]["rows"],)])
        done = self.run_on(carrier, source, self.target.argument, *more)
        self.assert_exit(done, 0)
        self.assertIn(b"going on behind the %d rows of an unfinished run" % first["output"]["rows"], done.stderr)
        self.assert_all_right(self.target, numbers)
        self.assertEqual(len(carrier.asked_since(0)), len(numbers), "nothing is asked twice after a clean stop")
        whole = self.summary()
        self.assertEqual((whole["run_id"], len(whole["processes"]), whole["output"]["rows"]), (first["run_id"], 2, 300))

    def test_a_list_on_standard_input_is_given_again(self) -> None:
        numbers = iccids(9_000)
        carrier = self.carrier(late=numbers[10:20])
        process = self.start_program("resolve", *self.account_of(carrier), "--rate", "unlimited", "-o", self.target.argument,
                                     *PACE[:2], "--connections", "3", stdin=subprocess.PIPE,
                                     variables={"CARDRESOLVER_PASSWORD": carrier.account.password})
        process.stdin.write(as_list(numbers))
        process.stdin.flush()
        carrier.wait_for_requests_of(process, 500)
        while self.ask("SELECT count(*) FROM T") == [(0,)]:
            self.assertIsNone(process.poll(), "it waits for what is late")
        process.kill()
        process.wait()
        carrier = self.carrier()
        done = self.run_on(carrier, "-", self.target.argument, stdin=as_list(list(reversed(numbers))))
        self.assert_exit(done, 65)
        self.assertEqual(carrier.requests, [])
        self.assert_exit(self.run_on(carrier, "-", self.target.argument, stdin=as_list(numbers)), 0)
        self.assert_all_right(self.target, numbers)

    def test_another_list_is_another_run_and_force_replaces_the_twin_alone(self) -> None:
        lists = {name: numbers for name, numbers in (("a.txt", iccids(50)), ("b.txt", iccids(50, first=50)))}
        for name, numbers in lists.items():
            (self.folder / name).write_bytes(as_list(numbers))
            self.assert_exit(self.simulate(name, "-o", self.target.argument), 0)
        before = self.ask("SELECT run_id FROM cardresolver_runs ORDER BY rowid")
        refused = self.simulate("a.txt", "-o", self.target.argument)
        self.assert_exit(refused, 73)
        self.assertIn(b"--force", refused.stderr)
        self.assert_exit(self.simulate("a.txt", "-o", self.target.argument, "--kind", "iccid"), 0)
        self.assert_exit(self.simulate("a.txt", "-o", self.target.argument, "--force"), 0)
        after = self.ask("SELECT run_id FROM cardresolver_runs ORDER BY rowid")
        self.assertEqual((before[1] in after, before[0] in after, len(after)), (True, False, 3))
        self.assertEqual(self.ask("SELECT run_id, count(*) FROM T GROUP BY run_id ORDER BY run_id"),
                         sorted((run_id, 50) for (run_id,) in after))

    def test_restart_drops_the_unfinished_rows(self) -> None:
        numbers = iccids(300)
        source = self.write_list(numbers)
        carrier = self.carrier()
        self.stop_after(carrier, 5, source, self.target.argument, *PACE)
        asked = len(carrier.requests)
        self.assert_exit(self.run_on(carrier, source, self.target.argument, "--restart"), 0)
        self.assertEqual(len(carrier.asked_since(asked)), len(numbers))
        self.assert_all_right(self.target, numbers)

    def test_a_list_without_a_card_leaves_no_run(self) -> None:
        self.assert_exit(self.simulate("-o", self.target.argument, stdin=b"rubbish\n"), 65)
        self.assertEqual(self.ask("SELECT count(*) FROM cardresolver_runs"), [(0,)])
        self.assertEqual(self.ask("SELECT count(*) FROM T"), [(0,)])


class Faults(TableTestCase):

    def test_DB6_a_table_of_another_shape_is_refused(self) -> None:
        self.execute("CREATE TABLE T (run_id TEXT, line INTEGER, number TEXT, PRIMARY KEY (run_id, line))")
        carrier = self.carrier()
        done = self.run_on(carrier, self.write_list(iccids(10)), self.target.argument)
        self.assert_exit(done, 73)
        self.assertIn(b"lacks the columns kind, outcome, iccid, msisdn, imsi, status, message", done.stderr)
        self.assertEqual(carrier.requests, [])

    def test_DB6_a_table_that_would_keep_rows_out_is_refused_before_anything_is_asked(self) -> None:
        carrier = self.carrier()
        source = self.write_list(iccids(10))
        for column, words in (("iccid TEXT UNIQUE ON CONFLICT REPLACE", b"the UNIQUE index sqlite_autoindex_T_1"),
                              ("iccid TEXT NOT NULL", b"its column iccid is NOT NULL, but a row may have none"),
                              ("iccid TEXT, mine NOT NULL", b"its column mine is NOT NULL and would have no value")):
            self.target.clear()
            self.execute(f"CREATE TABLE T (run_id TEXT, line INTEGER, number TEXT, kind TEXT, outcome TEXT, {column}, msisdn TEXT,"
                         " imsi TEXT, status TEXT, message TEXT, PRIMARY KEY (run_id, line))")
            done = self.run_on(carrier, source, self.target.argument)
            self.assert_exit(done, 73)
            self.assertIn(words, done.stderr)
        self.assertEqual(carrier.requests, [])

    def test_DB6_a_row_that_a_trigger_drops_is_an_error(self) -> None:
        self.assert_exit(self.simulate("-o", self.target.argument, stdin=as_list(iccids(1, first=500))), 0)
        self.execute("CREATE TRIGGER G BEFORE INSERT ON T WHEN new.line = 7 BEGIN SELECT RAISE(IGNORE); END")
        done = self.simulate(self.write_list(iccids(10)), "-o", self.target.argument)
        self.assert_exit(done, 74)
        self.assertIn(b"the row of line 7", done.stderr)

    def test_DB6_rows_of_somebody_else_are_an_error_until_they_are_gone(self) -> None:
        numbers = iccids(300)
        source = self.write_list(numbers)
        carrier = self.carrier(held=True)
        process = self.start_on(carrier, source, self.target.argument, *PACE)
        carrier.wait_for_requests_of(process, 1)
        self.execute("INSERT INTO T (run_id, line) SELECT run_id, 290 FROM cardresolver_runs")
        carrier.gate.open()
        _, complaints = process.communicate()
        self.assertEqual(process.returncode, 74, complaints)
        self.assertIn(b"the row of line 290", complaints)
        self.assertIn(b"has somebody else written to it?", complaints)
        there = self.ask("SELECT count(*) FROM T")[0][0]
        asked = len(carrier.requests)
        done = self.run_on(carrier, source, self.target.argument)
        self.assert_exit(done, 74)
        self.assertIn(b"has %d rows of the unfinished run, but %d were written" % (there, there - 1), done.stderr)
        self.assertEqual(len(carrier.requests), asked)
        self.execute("DELETE FROM T WHERE line = 290")
        self.assert_exit(self.run_on(carrier, source, self.target.argument), 0)
        self.assert_all_right(self.target, numbers)

    def test_DK9_a_second_run_of_the_same_list_ends_at_once_and_another_list_does_not(self) -> None:
        numbers = iccids(300)
        source = self.write_list(numbers)
        carrier = self.carrier(late=numbers[10:20])
        process = self.start_on(carrier, source, self.target.argument, *PACE)
        carrier.wait_for_requests_of(process, 2)
        other = self.carrier()
        second = self.run_on(other, source, self.target.argument)
        self.assert_exit(second, 73)
        self.assertIn(b"another run of the same list", second.stderr)
        self.assertEqual(other.requests, [])
        (self.folder / "other.txt").write_bytes(as_list(iccids(20, first=500)))
        self.assert_exit(self.run_on(other, "other.txt", self.target.argument), 0)
        process.kill()
        process.wait()
        self.assert_exit(self.run_on(other, source, self.target.argument), 0)
        self.assertEqual(self.ask("SELECT count(*) FROM T"), [(320,)])

    def lock_in_mid_run(self, carrier_modes: set[str], numbers: list[str]) -> tuple[subprocess.Popen[bytes], sqlite3.Connection]:
        """A run that has said that it waits for another program, and that program."""
        self.carrier_now = self.carrier(modes=carrier_modes)
        process = self.start_on(self.carrier_now, self.write_list(numbers), self.target.argument, *PACE)
        self.carrier_now.wait_for_requests_of(process, 5)
        other = sqlite3.connect(self.target.path, isolation_level=None, timeout=60)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        said = process.stderr.readline()
        self.assertIn(b"is locked by another program: nothing is asked meanwhile", said)
        return process, other

    def test_DB8_another_writer_is_waited_for(self) -> None:
        numbers = iccids(200)
        process, other = self.lock_in_mid_run({"slow"}, numbers)
        other.close()
        _, complaints = process.communicate()
        self.assertEqual(process.returncode, 0, complaints)
        self.assert_all_right(self.target, numbers)
        self.assertEqual(len(self.carrier_now.asked_since(0)), len(numbers))

    def test_DB8_who_stops_while_it_waits_keeps_what_was_saved(self) -> None:
        numbers = iccids(200)
        process, other = self.lock_in_mid_run({"slow"}, numbers)
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate()
        self.assertEqual(process.returncode, 130, complaints)
        other.close()
        self.assert_exit(self.run_on(self.carrier_now, self.folder / "cards.txt", self.target.argument), 0)
        self.assert_all_right(self.target, numbers)

    def test_DK7_a_database_that_is_moved_in_mid_run_is_an_error_until_it_is_back(self) -> None:
        numbers = iccids(200)
        carrier = self.carrier(held=True)
        process = self.start_on(carrier, self.write_list(numbers), self.target.argument, *PACE)
        carrier.wait_for_requests_of(process, 1)
        away = self.target.path.rename(self.folder / "away.db")
        carrier.gate.open()
        _, complaints = process.communicate()
        self.assertEqual(process.returncode, 74, complaints)
        self.assertIn(b"rows.db': has been moved or replaced", complaints)
        self.assertFalse(self.target.path.exists())
        away.rename(self.target.path)
        self.assert_exit(self.run_on(carrier, self.folder / "cards.txt", self.target.argument), 0)
        self.assert_all_right(self.target, numbers)

    def test_DB8_readers_are_no_hindrance(self) -> None:
        numbers = mixed(20_000)
        self.execute("PRAGMA journal_mode = WAL; CREATE TABLE mine (n); INSERT INTO mine VALUES (1), (2)")
        with closing(sqlite3.connect(self.target.path)) as reader:
            cursor = reader.execute("SELECT n FROM mine")
            cursor.fetchone()  # for all of the run, the log cannot be cleared beyond here
            done = self.simulate(self.write_list(numbers), "-o", self.target.argument)
            self.assert_exit(done, 0)
            self.assertNotIn(b"locked", done.stderr)
            self.assertEqual(cursor.fetchone(), (2,))
        self.assertEqual(list(faults_of(numbers, self.target.rows())), [])

    def test_DB8_a_damaged_database_is_never_written_on(self) -> None:
        numbers = iccids(300)
        source = self.write_list(numbers)
        carrier = self.carrier()
        self.stop_after(carrier, 5, source, self.target.argument, *PACE)
        self.execute("PRAGMA journal_mode = DELETE")
        intact = self.target.path.read_bytes()
        for page in range(1, len(intact) // 4096):
            damaged = bytearray(intact)
            damaged[page * 4096:page * 4096 + 200] = b"\xff" * 200
            self.target.path.write_bytes(damaged)
            done = self.run_on(carrier, source, self.target.argument)
            if done.returncode != 74:  # a page that was never read: a leaf of other keys
                self.assert_exit(done, 0)
                continue
            self.assertIn(b"malformed", done.stderr)
        self.target.path.write_bytes(b"x" * 5000)
        self.assert_exit(self.run_on(carrier, source, self.target.argument), 73)
        self.assertEqual(self.target.path.read_bytes(), b"x" * 5000)
        self.target.path.write_bytes(intact)
        self.assert_exit(self.run_on(carrier, source, self.target.argument), 0)
        self.assert_all_right(self.target, numbers)


class Queries(TableTestCase):

    def setUp(self) -> None:
        super().setUp()
        self.database = self.folder / "cards.db"

    def fill(self, numbers: list[str | None], database: Path | None = None) -> None:
        with closing(sqlite3.connect(database or self.database)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS cards (id INTEGER PRIMARY KEY, card TEXT, note TEXT)")
            connection.execute("DELETE FROM cards")
            connection.executemany("INSERT INTO cards VALUES (?, ?, ?)",
                                   [(at, number, f"note, {at}") for at, number in enumerate(numbers)])
            connection.commit()

    def query(self, text: str = "SELECT card AS number, note FROM cards ORDER BY id") -> str:
        return f"sqlite:{self.database}?query={text}"

    def test_each_row_of_a_query_has_one_row(self) -> None:
        numbers = mixed(30_000)
        self.fill(numbers)
        done = self.simulate(self.query(), "-o", "rows.csv")
        self.assert_exit(done, 0)
        self.assertEqual(done.stderr, b"")
        self.assertEqual(list(faults_of(numbers, rows_of((self.folder / "rows.csv").read_bytes()))), [])

    def test_null_is_an_empty_field(self) -> None:
        self.fill([*iccids(2), None, ""])
        done = self.simulate(self.query("SELECT card FROM cards ORDER BY id"), "--order", "input")
        self.assert_exit(done, 0)
        rows = rows_of(done.stdout)
        self.assertEqual([(row["line"], row["outcome"]) for row in rows],
                         [("1", "resolved"), ("2", "resolved"), ("3", "invalid"), ("4", "invalid")])
        self.assertEqual({row["message"] for row in rows[2:]}, {"no number: the field is empty"})

    def test_columns_are_kept(self) -> None:
        self.fill(iccids(20))
        done = self.simulate(self.query(), "--keep-columns", "--output-format", "ndjson")
        self.assert_exit(done, 0)
        for row in map(json.loads, done.stdout.splitlines()):
            self.assertEqual((row["note"], row["input_number"]), (f"note, {row['line'] - 1}", row["number"]))

    def test_a_run_goes_on_where_the_query_gives_the_same_again(self) -> None:
        numbers = iccids(900)
        self.fill(numbers)
        carrier = self.carrier()
        for output, more in (("rows.csv", PACE), (self.target.argument, PACE)):
            asked = len(carrier.requests)
            self.stop_after(carrier, 10, self.query(), output, *more)
            self.fill(list(reversed(numbers)))
            changed = self.run_on(carrier, self.query(), output, *more)
            self.assert_exit(changed, 65)
            self.assertIn(b"is not the list that the unfinished run began with", changed.stderr)
            self.fill(numbers)
            self.assert_exit(self.run_on(carrier, self.query(), output, *more), 0)
            self.assertEqual(sorted(carrier.asked_since(asked)), sorted(numbers), "each is asked once")
        rows = rows_of((self.folder / "rows.csv").read_bytes())
        self.assert_rows_match(rows, "iccid", numbers)
        self.assert_all_right(self.target, numbers)

    def test_a_database_may_be_read_and_written_at_once(self) -> None:
        numbers = mixed(30_000)
        self.database = self.target.path
        self.fill(numbers)
        self.assert_exit(self.simulate(self.query(), "-o", self.target.argument), 0)
        self.assertEqual(list(faults_of(numbers, self.target.rows())), [])
        self.execute("PRAGMA journal_mode = DELETE")
        done = self.simulate(self.query(), "-o", self.target.argument, "--kind", "iccid")
        self.assert_exit(done, 73)
        self.assertIn(b"PRAGMA journal_mode = WAL", done.stderr)

    def test_rows_are_a_list_again(self) -> None:
        numbers = iccids(30)
        self.assert_exit(self.simulate("-o", f"sqlite:{self.database}?table=T", stdin=as_list(numbers)), 0)
        done = self.simulate(self.query("SELECT * FROM T WHERE outcome = 'resolved' ORDER BY line"), "--order", "input")
        self.assert_exit(done, 0)
        self.assertEqual([row["number"] for row in rows_of(done.stdout)], numbers)

    def test_what_cannot_be_asked_is_told(self) -> None:
        self.fill(iccids(3))
        for path, code, words in ((self.query("SELECT card FROM nowhere"), 65, b"no such table: nowhere"),
                                  (self.query("DELETE FROM cards"), 65, b"a SELECT is needed"),
                                  (self.query("  "), 64, b"query has no value"),
                                  (self.query("-- nothing"), 65, b"not one statement"),
                                  (self.query("SELECT id, note FROM cards"), 65, b"name the one with the numbers by --column"),
                                  (self.query("SELECT card FROM cards WHERE 0"), 65, b"has no record"),
                                  (self.query("SELECT '%' AS number"), 64, b"write % as %25"),
                                  (f"sqlite:{self.database}", 64, b"a list is a query"),
                                  (f"sqlite:{self.folder}/none.db?query=SELECT 1", 66, b"none.db")):
            done = self.simulate(path)
            self.assert_exit(done, code)
            self.assertIn(words, done.stderr)
        self.assertEqual(TableTarget(self.database).ask("SELECT count(*) FROM cards"), [(3,)])
        self.assert_exit(self.simulate(self.query(), "--input-format", "csv"), 64)
        self.assert_exit(self.run_program("plan", self.query(), "--input-encoding", "utf-8"), 64)

    def test_a_query_without_an_order_is_warned_of(self) -> None:
        self.fill(iccids(3))
        done = self.simulate(self.query("SELECT card FROM cards"))
        self.assert_exit(done, 0)
        self.assertIn(b"has no ORDER BY", done.stderr)

    def test_plan_counts_the_rows_of_a_query(self) -> None:
        self.fill([*iccids(250), iccids(1)[0], "x"])
        done = self.run_program("plan", self.query(), "--json")
        self.assert_exit(done, 0)
        plan = json.loads(done.stdout)
        self.assertEqual(plan["input"]["records"], 252)


if __name__ == "__main__":
    unittest.main()
