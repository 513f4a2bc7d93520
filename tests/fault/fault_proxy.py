"""A TCP proxy that spoils what passes through it, for tests.

    with FaultProxy(port, Plan(to_client=Way(cut_after=100, cut="rst"))) as proxy:
        ...  # proxy.port, proxy.links

Each accepted connection gets a plan of its own where the plan is a function of the connection's number, from 0. The
port is the kernel's choice. Time passes here as a fault alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

PIECE = 65_536


@dataclass(frozen=True)
class Way:
    """What becomes of the bytes that go one way."""

    latency: float = 0.0  # seconds that each piece is late
    jitter: float = 0.0  # and up to so many more, drawn for each piece; the order is kept
    drip: float | None = None  # bytes per second, one by one
    cut_after: int | None = None  # bytes that still pass; with 0 the first one that comes does not
    cut: str = "fin"  # then: fin or rst, towards the client; or stall: nothing more passes, and nobody closes
    of_exchange: int | None = None  # count the bytes of this exchange alone, from 0; none: of the whole connection


@dataclass(frozen=True)
class Plan:
    """What one connection meets."""

    to_server: Way = Way()
    to_client: Way = Way()
    welcome: str = "pass"  # or reset: closed by RST at once; silence: accepted, and that is all


@dataclass
class Link:
    """What has become of one connection. `exchanges`: bytes to the server and back; one begins with bytes of the client
    that follow on bytes of the server."""

    number: int
    exchanges: list[list[int]] = field(default_factory=list)
    was_cut: bool = False
    client_left: bool = False


class _Cut(Exception):
    """The link's fault has struck; what it is."""


def _reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _swallow(reader: asyncio.StreamReader) -> None:
    """Reads on until it is closed there."""
    with contextlib.suppress(OSError):
        while await reader.read(PIECE):
            pass


class FaultProxy:
    """Forwards to a port of 127.0.0.1 from entering to leaving the `with`. Any thread."""

    def __init__(self, target: int, plan: Plan | Callable[[int], Plan] = Plan(), *, seed: int = 1,
                 listen: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        self.plan = plan  # may be replaced: holds for connections from then on
        self.target_of: Callable[[int], int] = lambda _number: target  # the port that a connection leads to
        self.links: list[Link] = []
        self._random = random.Random(seed)
        self._changed = threading.Condition()
        self._listening = socket.create_server(listen, backlog=256)
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_open = {"to_server": asyncio.Event(), "to_client": asyncio.Event()}
        for event in self._is_open.values():
            event.set()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    @property
    def port(self) -> int:
        return self._listening.getsockname()[1]

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    def clog(self, way: str) -> None:
        """Nothing passes `to_server` or `to_client` until `release`; what comes is kept."""
        self._loop.call_soon_threadsafe(self._is_open[way].clear)

    def release(self, way: str) -> None:
        self._loop.call_soon_threadsafe(self._is_open[way].set)

    def wait_until(self, condition: Callable[[list[Link]], bool], timeout: float = 60) -> None:
        """Returns once the links are as wanted; raises where they do not get so."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self.links), timeout):
                raise TimeoutError(f"the links are not as wanted: {self.links[-5:]}")

    def cuts(self) -> int:
        """On how many links the fault has struck."""
        with self._changed:
            return sum(link.was_cut for link in self.links)

    # On the loop's thread.

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, sock=self._listening)
        await self._stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Not a coroutine: what asyncio itself starts from one complains where it is cancelled.
        task = self._loop.create_task(self._serve_one(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @contextlib.contextmanager
    def _changing(self):
        with self._changed:
            yield
            self._changed.notify_all()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._changing():
            link = Link(len(self.links))
            self.links.append(link)
        plan = self.plan(link.number) if callable(self.plan) else self.plan
        try:
            await self._forward(link, plan, reader, writer)
        except OSError:
            pass  # an end that went away is what this is about
        finally:
            with self._changing():
                link.client_left = True
            writer.close()

    async def _forward(self, link: Link, plan: Plan, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if plan.welcome == "reset":
            return self._strike(link, "rst", writer)
        if plan.welcome == "silence":
            with self._changing():
                link.was_cut = True
            return await _swallow(reader)
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.target_of(link.number))
        for end in (writer, server_writer):
            end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ways = [asyncio.ensure_future(self._pump(link, "to_server", plan.to_server, reader, server_writer)),
                asyncio.ensure_future(self._pump(link, "to_client", plan.to_client, server_reader, writer))]
        try:
            await asyncio.gather(*ways)
        except _Cut as cut:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._strike(link, str(cut), writer)
            await _swallow(reader)
        finally:
            for way in ways:
                way.cancel()
            server_writer.close()

    def _strike(self, link: Link, cut: str, writer: asyncio.StreamWriter) -> None:
        with self._changing():
            link.was_cut = True
        if cut == "rst":
            _reset(writer)
        elif cut == "fin" and writer.can_write_eof():
            writer.write_eof()

    async def _pump(self, link: Link, name: str, way: Way, reader: asyncio.StreamReader,
                    writer: asyncio.StreamWriter) -> None:
        """Brings bytes from one end to the other, each at its time, until the one end closes."""
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        writing = asyncio.ensure_future(self._write(link, name, way, due, writer))
        reading = asyncio.ensure_future(self._read(way, reader, due))
        try:
            await asyncio.gather(reading, writing)
        finally:
            reading.cancel()
            writing.cancel()

    async def _read(self, way: Way, reader: asyncio.StreamReader, due: asyncio.Queue[tuple[float, bytes]]) -> None:
        last = 0.0
        piece = b"-"
        while piece:
            piece = await reader.read(PIECE)
            last = max(last, self._loop.time() + way.latency + way.jitter * self._random.random())
            await due.put((last, piece))

    async def _write(self, link: Link, name: str, way: Way, due: asyncio.Queue[tuple[float, bytes]],
                     writer: asyncio.StreamWriter) -> None:
        while True:
            at, piece = await due.get()
            if (early := at - self._loop.time()) > 0:
                await self._pass_time(early)
            await self._is_open[name].wait()
            if not piece:
                break
            for part in self._parts_of(piece, way):
                await self._pass(link, name, way, part, writer)
        if writer.can_write_eof():
            writer.write_eof()

    @staticmethod
    def _parts_of(piece: bytes, way: Way) -> list[bytes]:
        if way.drip is None:
            return [piece]
        return [piece[at:at + 1] for at in range(len(piece))]

    async def _pass(self, link: Link, name: str, way: Way, piece: bytes, writer: asyncio.StreamWriter) -> None:
        to_server = name == "to_server"
        with self._changing():
            if link.was_cut:
                return  # the other way was, just now
            if not link.exchanges or (to_server and link.exchanges[-1][1] > 0):
                link.exchanges.append([0, 0])
            counted = link.exchanges[-1:] if way.of_exchange is not None else link.exchanges
            before = sum(exchange[0 if to_server else 1] for exchange in counted)
            is_meant = way.cut_after is not None and way.of_exchange in (None, len(link.exchanges) - 1)
            room = max(0, way.cut_after - before) if is_meant else len(piece)
            link.exchanges[-1][0 if to_server else 1] += min(len(piece), room)
            # Before the last byte goes out: nothing that it brings about may pass.
            link.was_cut = is_meant and room <= len(piece)
        writer.write(piece[:room])
        await writer.drain()
        if link.was_cut:
            raise _Cut(way.cut)
        if way.drip is not None:
            await self._pass_time(1 / way.drip)

    async def _pass_time(self, seconds: float) -> None:
        """Less where the proxy ends."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
