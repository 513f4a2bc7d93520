#!/usr/bin/env python3
"""The whole job by asyncio and aiohttp: check, sign, ask, parse, match, try again, write CSV, keep the progress.

usage: aiohttp_client.py URL CA_FILE LIST OUTPUT CONNECTIONS

LIST holds ICCIDs, one a line. The password is in CARDRESOLVER_PASSWORD.
"""

import asyncio
import csv
import hashlib
import itertools
import json
import os
import random
import re
import ssl
import sys
import time

import aiohttp
import yarl

APPID, EBID = "100001", "2300000000000001"
CARDS_PER_REQUEST = 100
MOST_TRIES = 6
REMEMBERED = 10_000
TIMEOUT_S = 25
SAVE_EVERY_S = 1.0
ICCID = re.compile("[0-9]{19}|[0-9A-Z]{20}")
FIELDS = ["line", "number", "kind", "outcome", "iccid", "msisdn", "imsi", "status", "message"]


class Job:
    """Which cards are to be asked, which are under way, and what was answered last."""

    def __init__(self, lines, rows):
        self._lines = enumerate((line.strip() for line in lines), 1)
        self._rows = rows
        self._out = csv.writer(rows, lineterminator="\n")
        self._out.writerow(FIELDS)
        self._last_line = 0
        self._again = []
        self._open = {}  # number: the lines that wait for its answer
        self._tries = {}
        self._answers, self._older_answers = {}, {}  # the last ones, by number

    def next_batch(self):
        """Numbers for a request, each of them once; those that were left unanswered before come first."""
        batch, self._again = self._again[:CARDS_PER_REQUEST], self._again[CARDS_PER_REQUEST:]
        batch.extend(itertools.islice(self._new_numbers(), CARDS_PER_REQUEST - len(batch)))
        return batch

    def _new_numbers(self):
        for line, number in self._lines:
            self._last_line = line
            if not ICCID.fullmatch(number):
                self._out.writerow([line, number, "", "invalid", "", "", "", "", "no ICCID"])
            elif answer := self._answers.get(number) or self._older_answers.get(number):
                self._out.writerow([line, number, *answer])
            elif number in self._open:
                self._open[number].append(line)
            else:
                self._open[number] = [line]
                yield number

    def settle(self, batch, reply):
        """One row for each line of a card that is answered; the order of the answers is promised nowhere."""
        items = {item["iccid"]: item for item in reply["result"]} if reply["status"] == "0" else {}
        for number in batch:
            item = items.get(number)
            if item is None:
                self.try_again(number, "missing", "the reply has no answer for this card")
                continue
            self._finish(number, ["iccid", "resolved" if item["status"] == "0" else "refused", item["iccid"],
                                  item.get("msisdn", ""), item.get("imsi", ""), item["status"], item["message"]])

    def try_again(self, number, status, message):
        tries = self._tries[number] = self._tries.get(number, 0) + 1
        if tries < MOST_TRIES:
            self._again.append(number)
        else:
            self._finish(number, ["iccid", "failed", "", "", "", status, message])

    def _finish(self, number, answer):
        for line in self._open.pop(number):
            self._out.writerow([line, number, *answer])
        self._tries.pop(number, None)
        self._answers[number] = answer
        if len(self._answers) == REMEMBERED:
            self._answers, self._older_answers = {}, self._answers

    def save(self, path):
        """Makes the rows durable, then what is needed to go on behind them."""
        self._rows.flush()
        os.fdatasync(self._rows.fileno())
        progress = {"bytes": os.fstat(self._rows.fileno()).st_size, "last_line": self._last_line,
                    "open_lines": sorted(itertools.chain.from_iterable(self._open.values()))}
        with open(path + ".new", "w", encoding="ascii") as file:
            json.dump(progress, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(path + ".new", path)


def query_of(numbers, serial, password):
    transid = f"{APPID}{time.strftime('%Y%m%d%H%M%S', time.gmtime(time.time() + 8 * 3600))}{serial % 10**8:08d}"
    token = hashlib.sha256(f"{APPID}{password}{transid}".encode()).hexdigest()
    return f"appid={APPID}&transid={transid}&ebid={EBID}&token={token}&iccids={'_'.join(numbers)}"


async def work(session, url, job, serials, password):
    while batch := job.next_batch():
        query = query_of(batch, next(serials), password)
        try:
            async with session.get(yarl.URL(f"{url}/v2/batchquerycardinfo?{query}", encoded=True)) as reply:
                reply.raise_for_status()
                job.settle(batch, await reply.json())
        except (aiohttp.ClientError, asyncio.TimeoutError) as failure:
            for number in batch:
                job.try_again(number, "connection", str(failure))
            await asyncio.sleep(random.random())


async def keep_saving(job, path):
    while True:
        await asyncio.sleep(SAVE_EVERY_S)
        job.save(path)


async def main(url, ca_file, list_file, output, connections):
    password = os.environ["CARDRESOLVER_PASSWORD"]
    connector = aiohttp.TCPConnector(limit=connections, ssl=ssl.create_default_context(cafile=ca_file))
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    # Another run of the same second must not begin with the same number.
    serials = itertools.count(random.randrange(10**8))
    with open(list_file, encoding="ascii") as lines, open(output, "w", encoding="utf-8", newline="") as rows:
        job = Job(lines, rows)
        saving = asyncio.create_task(keep_saving(job, output + ".progress"))
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            await asyncio.gather(*(work(session, url, job, serials, password) for _ in range(connections)))
        saving.cancel()
        job.save(output + ".progress")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5], int(sys.argv[5])))
