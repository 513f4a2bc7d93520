#!/usr/bin/env python3
"""Whether rows that came from the built-in carrier are right: one for each record of the list, each as
docs/simulator.md says. Written from that page alone; `scripts/verify-rows` does the same in SQL.

    verify_rows.py [--seed N] [--poison P] [--foreign P] LIST ROWS

LIST is a plain list of well-formed numbers, ROWS our CSV. Prints what is wrong, at most twenty faults of it; exit
code 0: nothing, 1: something, 2: the arguments make no sense.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

CARDS = 10**12
MASK = 2**64 - 1
MSISDN_SHIFT = 24565181533
ICCID_SHIFT = 181169091330
PREFIXES = ("898600000", "898600100", "898602B22", "898602B20", "898604000",
            "898600D60", "898600D69", "898607000", "898608000", "898602000")
FIELDS = ["line", "number", "kind", "outcome", "iccid", "msisdn", "imsi", "status", "message"]
REFUSALS = {"iccid": ("25", "ICCID号不是所查询的集团下的用户"), "msisdn": ("12", "MSISDN号不是所查询的集团下的用户"),
            "imsi": ("2", "数据库无记录")}


def fnv1a(text: str) -> int:
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & MASK
    return value


def mix(value: int) -> int:
    value = value + 0x9E3779B97F4A7C15 & MASK
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & MASK
    return value ^ value >> 31


def strikes(fault: str, probability: float, key: str, seed: int) -> bool:
    """Whether a card's fault strikes it."""
    return (mix(fnv1a(f"{fault}:{key}") + mix(seed) & MASK) >> 11) / 2**53 < probability


def kind_of(number: str) -> str:
    """By shape, for the well-formed."""
    if len(number) == 20:
        return "iccid"
    return "imsi" if len(number) == 15 else "msisdn"


def index_of(number: str) -> int:
    """The card that a number belongs to."""
    kind = kind_of(number)
    if kind == "iccid" and number[:9] in PREFIXES and number[9:].isdecimal():
        return (PREFIXES.index(number[:9]) * 10**11 + int(number[9:]) - ICCID_SHIFT) % CARDS
    if kind == "imsi" and number.isdecimal() and number.startswith("460"):
        return int(number[3:])
    if kind == "msisdn" and number.startswith("1") and number.isdecimal():
        if len(number) == 11:
            return (99 * 10**10 + int(number[1:]) - MSISDN_SHIFT) % CARDS
        if len(number) == 13 and not number.startswith("199"):
            return (int(number[1:]) - MSISDN_SHIFT) % CARDS
    return fnv1a(number) % CARDS


def card_of(number: str) -> dict[str, str]:
    """The three numbers of the answer for one."""
    index = index_of(number)
    msisdn = f"{(index + MSISDN_SHIFT) % CARDS:012d}"
    iccid = f"{(index + ICCID_SHIFT) % CARDS:012d}"
    card = {"iccid": PREFIXES[int(iccid[0])] + iccid[1:],
            "msisdn": "1" + (msisdn[2:] if msisdn.startswith("99") else msisdn), "imsi": f"460{index:012d}"}
    return {**card, kind_of(number): number}


def expected_row(line: int, number: str, poison: float = 0, foreign: float = 0, seed: int = 1) -> dict[str, str]:
    """The one right row for a record."""
    kind = kind_of(number)
    if strikes("poison", poison, number, seed):
        refusal = ("10", "请求参数不正确")
    elif strikes("foreign", foreign, number, seed):
        refusal = REFUSALS[kind]
    else:
        return {"line": str(line), "number": number, "kind": kind, "outcome": "resolved", **card_of(number),
                "status": "0", "message": "正确"}
    return {"line": str(line), "number": number, "kind": kind, "outcome": "refused", "iccid": "", "msisdn": "",
            "imsi": "", kind: number, "status": refusal[0], "message": refusal[1]}


def faults_of(numbers: Iterable[str], rows: Iterable[dict[str, str]], **draws: float) -> Iterator[str]:
    """What is wrong with `rows`, a sentence each."""
    open_lines = {line: number for line, number in enumerate(numbers, 1) if number}
    answered: set[int] = set()
    for row in rows:
        line = int(row["line"]) if row["line"].isdecimal() else 0
        if line in answered:
            yield f"line {line} has a second row"
        elif line not in open_lines:
            yield f"line {row['line']} has a row and no record"
        else:
            answered.add(line)
            expected = expected_row(line, open_lines.pop(line), **draws)
            for name in FIELDS:
                if row.get(name) != expected[name]:
                    yield f"line {line}: {name} is {row.get(name)!r}, not {expected[name]!r}"
    for line in open_lines:
        yield f"line {line} has no row"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--poison", type=float, default=0)
    parser.add_argument("--foreign", type=float, default=0)
    parser.add_argument("list", type=Path)
    parser.add_argument("rows", type=Path)
    options = parser.parse_args()
    with options.rows.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if reader.fieldnames != FIELDS:
            print(f"the header is {reader.fieldnames}")
            return 1
        numbers = (line.strip() for line in options.list.open(encoding="utf-8"))
        faults = list(islice(faults_of(numbers, reader, poison=options.poison, foreign=options.foreign,
                                       seed=options.seed), 20))
    print("\n".join(faults) or "every record has its one right row")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
