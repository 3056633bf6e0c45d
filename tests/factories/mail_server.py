"""A mail server for tests: speaks enough SMTP to accept, refuse or die, and keeps what it accepted."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message


@dataclass
class MailServer:
    """What the server accepted; ``refuses`` are addresses answered 550, ``port`` is on 127.0.0.1."""

    port: int
    accepted: list[Message] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)

    def ids(self) -> list[str]:
        """Return the Message-IDs accepted, in order."""
        return [str(message["Message-ID"]) for message in self.accepted]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    keeps: MailServer


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say("220 test")
        while line := self.rfile.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            if verb.upper() == "QUIT":
                self._say("221 bye")
                return
            self._answer(verb.upper(), rest)

    def _answer(self, verb: str, rest: str) -> None:
        if verb == "RCPT" and any(f"<{address}>" in rest for address in self.server.keeps.refuses):
            self._say("550 no such mailbox")
        elif verb == "DATA":
            self._say("354 go on")
            lines = iter(self.rfile.readline, b".\r\n")
            self.server.keeps.accepted.append(message_from_bytes(b"".join(lines)))
            self._say("250 kept")
        else:
            self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(port: int = 0) -> Iterator[MailServer]:
    """Run a mail server on 127.0.0.1 while the block runs; ``port`` 0 picks a free one."""
    with _Server(("127.0.0.1", port), _Session) as server:
        server.keeps = MailServer(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.keeps
        finally:
            server.shutdown()
            thread.join()
