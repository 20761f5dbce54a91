"""Scripted IMAP and SMTP servers that take the tokens of a token server, and answer as large providers do."""

from base64 import b64decode, b64encode
from collections.abc import Callable

from tests.adapters.scripted import Line
from tests.adapters.scripted_imap import Answers, capable, speaks_imap
from tests.adapters.test_smtp import speaks_smtp
from tests.token_server import MAILBOX, TokenServer

WHY = b64encode(b'{"status":"400","schemes":"Bearer","scope":"https://mail.example.com/"}').decode()


class Gate:
    """Takes only tokens of `server` that are good for the mailbox; remembers what it was shown."""

    def __init__(self, server: TokenServer, *, farewell: bytes = b"") -> None:
        self.shown: list[str] = []
        self.mailbox = MAILBOX
        self._server = server
        self._farewell = farewell

    def opens(self, encoded: str) -> bool:
        said = b64decode(encoded).decode()
        self.shown.append(said)
        return self._server.opens(said.partition("Bearer ")[2].rstrip("\1"), self.mailbox)

    def imap(self, line: Line, tag: str) -> None:
        line.say("+ \r\n")
        if self.opens(line.hear().decode()):
            line.say(f"{tag} OK welcome\r\n")
            return
        line.say(f"+ {WHY}\r\n")
        assert b64decode(line.hear()) == self._farewell
        line.say(f"{tag} NO AUTHENTICATE failed.\r\n")

    def smtp(self, line: Line) -> None:
        words = line.heard[-1].split(b" ")
        if len(words) == 2:
            line.say("334 \r\n")
        if self.opens((words[2] if len(words) > 2 else line.hear()).decode()):
            line.say("235 2.7.0 welcome\r\n")
            return
        line.say(f"334 {WHY}\r\n")
        assert b64decode(line.hear()) == self._farewell
        line.say("535 5.7.3 Authentication unsuccessful\r\n")


def speaks_imap_with(
    mechanism: str, gate: Callable[[Line, str], None] | str, answers: Answers | None = None
) -> Callable[[Line], None]:
    offered = capable(f"AUTH={mechanism}", "IDLE")
    return speaks_imap({**offered, f"AUTHENTICATE {mechanism}": gate, **(answers or {})})


def speaks_smtp_with(mechanism: str, gate: Callable[[Line], None] | str) -> Callable[[Line], None]:
    hello = f"250-mx.example.com\r\n250 AUTH LOGIN {mechanism} PLAIN\r\n"
    return speaks_smtp({"AUTH": gate}, hello=hello)
