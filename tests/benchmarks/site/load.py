"""A small load generator: so many clients on 127.0.0.1 ask for one address as fast as they are answered."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

TIMEOUT = 30.0


@dataclass
class Load:
    """What was answered: seconds each answer took, the seconds it all took, and answers that were not 200."""

    seconds: float
    took: list[float] = field(default_factory=list)
    wrong: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.took) / self.seconds

    def quantile(self, share: float) -> float:
        """Return the milliseconds within which this share of the answers came."""
        ordered = sorted(self.took)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def ask(port: int, path: str | Sequence[str], *, cookie: str = "", clients: int = 32, seconds: float = 3.0) -> Load:
    """Let the clients ask for `seconds`, each on a connection it keeps; return what was answered.

    Of several addresses each is asked for in turn.
    """
    paths = [path] if isinstance(path, str) else path
    return asyncio.run(_together(port, cycle([_request(port, one, cookie) for one in paths]), clients, seconds))


def _request(port: int, path: str, cookie: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: */*", "Connection: keep-alive"]
    return "\r\n".join([*lines, *([f"Cookie: {cookie}"] if cookie else []), "", ""]).encode()


async def _together(port: int, requests: Iterator[bytes], clients: int, seconds: float) -> Load:
    load = Load(seconds)
    began = time.perf_counter()
    await asyncio.gather(*(_client(port, requests, began + seconds, load) for _ in range(clients)))
    load.seconds = time.perf_counter() - began
    return load


async def _client(port: int, requests: Iterator[bytes], until: float, load: Load) -> None:
    streams = None
    while (asked := time.perf_counter()) < until:
        try:
            if streams is None:
                streams = await asyncio.open_connection("127.0.0.1", port)
            ok, stays = await asyncio.wait_for(_exchange(*streams, next(requests)), TIMEOUT)
        except (OSError, asyncio.IncompleteReadError):
            streams = None  # the server closed a connection that stood idle: ask again on a new one
            continue
        load.took.append(time.perf_counter() - asked)
        load.wrong += not ok
        if not stays:
            streams[1].close()
            streams = None
    if streams is not None:
        streams[1].close()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[bool, bool]:
    """Return whether the answer was 200, and whether the connection stays open."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    if lines.get(b"transfer-encoding") == b"chunked":
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        await reader.readexactly(int(lines[b"content-length"]))
    return head.startswith(b"http/1.1 200"), lines.get(b"connection") != b"close"
