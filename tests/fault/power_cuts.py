#!/usr/bin/env python3
"""Cuts the power under a run, again and again: root only, and only where there are loop devices.

    power_cuts.py CUTS [SEED]

The output lies on an ext4 of its own in a file. At a random moment the file system is told to forget whatever it has
not flushed (EXT4_IOC_SHUTDOWN without a flush of its log) and the process is killed; then the file system is mounted
anew and the same command given again, until the run is done. Violations: a run that cannot go on, and a row that is
lost, repeated or wrong in the end.

Then the same with rows that are never made durable: the shim lets fsync and fdatasync of OUT.partial do nothing. There
must be violations, or this test proves nothing.

CARDRESOLVER_PROGRAM, CARDRESOLVER_SHIM: what is tested, and the shim.
"""

from __future__ import annotations

import fcntl
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "integration")]

from independent_carrier import Carrier, card_of  # noqa: E402
from program_test_case import PROGRAM, as_list, iccids, rows_of  # noqa: E402

SHIM = os.environ.get("CARDRESOLVER_SHIM", "build/dev/tests/fault/libsyscall_shim.so")
EXT4_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32)
NO_LOG_FLUSH = 2
CARDS = 3_000
# Without the rows' durability a handful of cuts is enough; see the module's text.
MOST_CUTS_UNTIL_VIOLATION = 40
DETAIL = 400


def call(*words: str | Path) -> None:
    subprocess.run(list(map(str, words)), check=True, stdout=subprocess.DEVNULL)


class Disk:
    """An ext4 in a file, mounted."""

    def __init__(self, folder: Path) -> None:
        self._image = folder / "disk.img"
        self.root = folder / "mounted"
        self.root.mkdir()
        with self._image.open("wb") as file:
            file.truncate(64 << 20)
        call("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", self._image)
        self._mount()

    def _mount(self) -> None:
        call("mount", "-o", "loop", self._image, self.root)

    def cut(self) -> None:
        """What is not flushed by now is lost."""
        folder = os.open(self.root, os.O_RDONLY)
        fcntl.ioctl(folder, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        os.close(folder)

    def come_back(self) -> None:
        call("umount", self.root)
        self._mount()

    def close(self) -> None:
        call("umount", self.root)


class PowerCuts:
    def __init__(self, carrier: Carrier, disk: Disk, source: Path, draw: random.Random, spoilt: bool) -> None:
        self._carrier = carrier
        self._disk = disk
        self._source = source
        self._draw = draw
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(source.parent),
                             "CARDRESOLVER_PASSWORD": carrier.account.password}
        if spoilt:
            self._environment |= {"LD_PRELOAD": SHIM, "FAULT_FOLDER": str(disk.root), "FAULT_NAME": ".partial",
                                  "FAULT_CALL": "sync", "FAULT_POINT": "1", "FAULT_LENGTH": "ever", "FAULT_KIND": "skip"}
        self.numbers = iccids(CARDS)
        self.cuts = 0
        self.runs = 0
        self.resumed = 0
        self.violations: list[str] = []

    @property
    def output(self) -> Path:
        return self._disk.root / "rows.csv"

    def _start(self) -> subprocess.Popen[bytes]:
        carrier = self._carrier
        # An account's ledger of its own for each process: a next one would have to wait until what the last one had
        # on its way counts no more, which is longer than it may live.
        state = tempfile.mkdtemp(prefix="state-", dir=self._source.parent)
        return subprocess.Popen([PROGRAM, "resolve", self._source, "--base-url", carrier.url, "--ca-file",
                                 carrier.certificate.ca_file, "--appid", carrier.account.appid, "--ebid",
                                 carrier.account.ebid, "--rate", "120/s", "--batch-size", "10", "--progress", "none", "-o",
                                 self.output], stderr=subprocess.PIPE,
                                env=self._environment | {"STATE_DIRECTORY": state})

    def step(self) -> None:
        """One process, and one cut where it does not end before."""
        process = self._start()
        ended = threading.Event()
        complaint: list[bytes] = []

        def wait() -> None:
            complaint.append(process.communicate()[1])
            ended.set()

        waiter = threading.Thread(target=wait)
        waiter.start()
        was_done = ended.wait(self._draw.uniform(0.05, 1.2))
        if not was_done:
            self._disk.cut()
            self.cuts += 1
            process.send_signal(signal.SIGKILL)
        waiter.join()
        said = complaint[0].decode(errors="replace")
        self.resumed += "going on behind" in said
        if not was_done:
            self._disk.come_back()
        # A cut may come to a process that has just ended, or make one end in its last moment.
        elif process.returncode != 0 and not (process.returncode == 73 and self.output.exists()):
            self._violate(f"exit code {process.returncode}: {said[-DETAIL:]}")
        else:
            self._look()

    def _violate(self, what: str) -> None:
        self.violations.append(f"after {self.cuts} cuts: {what}")
        self._begin_anew()

    def _begin_anew(self) -> None:
        for path in self._disk.root.glob("rows.csv*"):
            path.unlink()

    def _look(self) -> None:
        self.runs += 1
        rows = rows_of(self.output.read_bytes())
        wrong = [row for row in rows if not self._is_right(row)]
        lines = sorted(int(row["line"]) for row in rows)
        if wrong or lines != list(range(1, CARDS + 1)):
            return self._violate(f"{len(rows)} rows of {len(set(lines))} records, {len(wrong)} of them wrong")
        self._begin_anew()

    def _is_right(self, row: dict[str, str]) -> bool:
        number = self.numbers[int(row["line"]) - 1]
        card = card_of("iccid", number)
        return (row["number"], row["msisdn"], row["imsi"]) == (number, card.msisdn, card.imsi)


def cut_power(folder: Path, carrier: Carrier, seed: int, cuts: int, spoilt: bool) -> PowerCuts:
    disk = Disk(folder)
    try:
        source = folder / "cards.txt"
        source.write_bytes(as_list(iccids(CARDS)))
        tried = PowerCuts(carrier, disk, source, random.Random(seed), spoilt)
        while tried.cuts < cuts and not (spoilt and tried.violations):
            tried.step()
        return tried
    finally:
        disk.close()


def main() -> int:
    if len(sys.argv) not in (2, 3) or not all(word.isdecimal() for word in sys.argv[1:]):
        print(__doc__, file=sys.stderr)
        return 64
    if os.geteuid() != 0:
        print("power cuts need root, for loop devices", file=sys.stderr)
        return 64
    if "POWER_CUTS_INSIDE" not in os.environ:
        # In a mount namespace of its own, so that nothing stays mounted whatever happens.
        os.environ["POWER_CUTS_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])
    cuts = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) == 3 else random.SystemRandom().getrandbits(32)
    failed = False
    for spoilt in (False, True):
        with tempfile.TemporaryDirectory(prefix="cardresolver-power-") as name, Carrier(Path(name)) as carrier:
            wanted = MOST_CUTS_UNTIL_VIOLATION if spoilt else cuts
            tried = cut_power(Path(name), carrier, seed, wanted, spoilt)
            for violation in tried.violations:
                print(violation)
            what = "rows never made durable" if spoilt else "as it is"
            print(f"{what}: {tried.cuts} cuts, seed {seed}, {tried.resumed} processes went on, {tried.runs} runs done: "
                  f"{len(tried.violations)} violations", flush=True)
            failed = failed or bool(tried.violations) != spoilt or (not spoilt and tried.resumed == 0)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
