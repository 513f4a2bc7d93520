"""The lists that are asked, the rule of the nginx that answers, and whether rows are right.

The rule, the same as in bench/nginx/answer.lua: all three numbers of a card have the same twelve digits.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

ICCID_PREFIX = "898602B2"
HEADER = b"line,number,kind,outcome,iccid,msisdn,imsi,status,message\n"


class WrongRows(Exception):
    """Rows that are not what the carrier answered; the text says which one and why."""


def iccid_of(place: int) -> str:
    """The ICCID in a list's line `place` + 1."""
    return f"{ICCID_PREFIX}{place:012d}"


def card_of(number: str) -> dict[str, str]:
    """The three numbers that nginx makes of a well-formed one."""
    if len(number) == 20:
        return {"iccid": number, "msisdn": "1" + number[-12:], "imsi": "460" + number[-12:]}
    if len(number) == 15:
        return {"iccid": "89860000" + number[-12:], "msisdn": "1" + number[-12:], "imsi": number}
    digits = "99" + number[1:] if len(number) == 11 else number[-12:]
    return {"iccid": "89860000" + digits, "msisdn": number, "imsi": "460" + digits}


def write_list(path: Path, cards: int) -> None:
    """ICCIDs, all different; the same list each time."""
    with path.open("w", encoding="ascii") as out:
        for start in range(0, cards, 100_000):
            out.write("".join(f"{iccid_of(place)}\n" for place in range(start, min(cards, start + 100_000))))


def check_csv(lines: Iterable[bytes], cards: int) -> None:
    """Raises unless there is a header and the one right row for each card of the list, in any order."""
    rows = iter(lines)
    if next(rows, b"") != HEADER:
        raise WrongRows("the header is another")
    seen = bytearray(cards)
    for row in rows:
        line, _, rest = row.partition(b",")
        place = int(line) - 1 if line.isdigit() else -1
        digits = b"%012d" % max(place, 0)
        if rest != b"898602B2%b,iccid,resolved,898602B2%b,1%b,460%b,0,\xe6\xad\xa3\xe7\xa1\xae\n" % (
                digits, digits, digits, digits):
            raise WrongRows(f"wrong: {row.decode(errors='replace').strip()}")
        _mark(seen, place)
    _all_seen(seen)


def check_fields(rows: Iterable[tuple[int, str, str, str, str, str]], cards: int) -> None:
    """The same for rows of line, number, outcome, iccid, msisdn, imsi."""
    seen = bytearray(cards)
    for line, number, outcome, iccid, msisdn, imsi in rows:
        if (number != iccid_of(line - 1) or outcome != "resolved"
                or card_of(number) != {"iccid": iccid, "msisdn": msisdn, "imsi": imsi}):
            raise WrongRows(f"wrong: {(line, number, outcome, iccid, msisdn, imsi)}")
        _mark(seen, line - 1)
    _all_seen(seen)


def check_rows(path: Path, cards: int) -> None:
    """Reads rows in any of the forms that a file's name can ask for."""
    if path.suffix == ".db":
        with sqlite3.connect(path) as database:
            check_fields(database.execute("SELECT line, number, outcome, iccid, msisdn, imsi FROM cardresolver_rows"),
                         cards)
        database.close()
    elif path.suffix == ".ndjson":
        with path.open("rb") as file:
            check_fields(_fields_of(file), cards)
    elif path.suffix == ".gz":
        with gzip.open(path) as file:
            check_csv(file, cards)
    elif path.suffix == ".zst":
        with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            check_csv(process.stdout, cards)
        if process.returncode != 0:
            raise WrongRows(f"{path} is no whole Zstandard file")
    else:
        with path.open("rb") as file:
            check_csv(file, cards)


def _fields_of(lines: Iterable[bytes]) -> Iterator[tuple[int, str, str, str, str, str]]:
    for line in lines:
        row = json.loads(line)
        yield row["line"], row["number"], row["outcome"], row["iccid"], row["msisdn"], row["imsi"]


def _mark(seen: bytearray, place: int) -> None:
    if not 0 <= place < len(seen):
        raise WrongRows(f"line {place + 1} has a row and no record")
    if seen[place]:
        raise WrongRows(f"line {place + 1} has a second row")
    seen[place] = 1


def _all_seen(seen: bytearray) -> None:
    missing = seen.find(0)
    if missing >= 0:
        raise WrongRows(f"line {missing + 1} has no row")
