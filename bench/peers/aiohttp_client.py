#!/usr/bin/env python3
"""The whole job by asyncio and aiohttp: sign, ask, parse, match, write CSV.

usage: aiohttp_client.py URL CA_FILE LIST OUTPUT CONNECTIONS

LIST holds ICCIDs, one a line. The password is in CARDRESOLVER_PASSWORD.
"""

import asyncio
import csv
import hashlib
import itertools
import os
import random
import ssl
import sys
import time

import aiohttp
import yarl

APPID, EBID = "100001", "2300000000000001"
CARDS_PER_REQUEST = 100
FIELDS = ["line", "number", "kind", "outcome", "iccid", "msisdn", "imsi", "status", "message"]


def query_of(numbers, serial, password):
    transid = f"{APPID}{time.strftime('%Y%m%d%H%M%S', time.gmtime(time.time() + 8 * 3600))}{serial % 10**8:08d}"
    token = hashlib.sha256(f"{APPID}{password}{transid}".encode()).hexdigest()
    return f"appid={APPID}&transid={transid}&ebid={EBID}&token={token}&iccids={'_'.join(numbers)}"


def rows_of(batch, reply):
    """One row for each card of the batch, matched by number: the order of the answers is promised nowhere."""
    if reply["status"] != "0":
        raise RuntimeError(f"status {reply['status']}: {reply['message']}")
    items = {item["iccid"]: item for item in reply["result"]}
    for line, number in batch:
        item = items[number]
        outcome = "resolved" if item["status"] == "0" else "refused"
        yield [line, number, "iccid", outcome, item["iccid"], item.get("msisdn", ""), item.get("imsi", ""),
               item["status"], item["message"]]


async def work(session, url, batches, serials, password, out):
    for batch in batches:
        query = query_of([number for _, number in batch], next(serials), password)
        async with session.get(yarl.URL(f"{url}/v2/batchquerycardinfo?{query}", encoded=True)) as reply:
            reply.raise_for_status()
            out.writerows(rows_of(batch, await reply.json()))


async def main(url, ca_file, list_file, output, connections):
    password = os.environ["CARDRESOLVER_PASSWORD"]
    connector = aiohttp.TCPConnector(limit=connections, ssl=ssl.create_default_context(cafile=ca_file))
    with open(list_file, encoding="ascii") as lines, open(output, "w", encoding="utf-8", newline="") as rows:
        out = csv.writer(rows, lineterminator="\n")
        out.writerow(FIELDS)
        cards = enumerate((line.strip() for line in lines), 1)
        batches = iter(lambda: list(itertools.islice(cards, CARDS_PER_REQUEST)), [])
        # Another run of the same second must not begin with the same number.
        serials = itertools.count(random.randrange(10**8))
        async with aiohttp.ClientSession(connector=connector) as session:
            await asyncio.gather(*(work(session, url, batches, serials, password, out) for _ in range(connections)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5], int(sys.argv[5])))
