"""A scripted server that speaks just enough IMAP, and a mailbox of ours on it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime

from bot.adapters.imap import ImapMailbox
from bot.adapters.imap_line import with_password
from bot.adapters.tls import build_context
from bot.settings import Tls
from tests.adapters.scripted import Line, Scripted

USER = "desk@example.com"
PASSWORD = 'a "password" with \\ and spaces'
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

Answers = Mapping[str, str | Callable[[Line, str], None]]
SELECTED = "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n{tag} OK [READ-WRITE] selected\r\n"
BASE: Answers = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS\r\n{tag} OK done\r\n",
    "LOGIN": "{tag} OK welcome\r\n",
    "SELECT": SELECTED,
    "UID SEARCH": "* SEARCH 1\r\n{tag} OK done\r\n",
    "NOOP": "{tag} OK done\r\n",
    'LIST "" "INBOX"': '* LIST () "/" INBOX\r\n{tag} OK done\r\n',
    'LIST "" ""': '* LIST (\\Noselect) "/" ""\r\n{tag} OK done\r\n',
    "LIST": "{tag} OK nothing there\r\n",
    "CREATE": "{tag} OK made\r\n",
    "SUBSCRIBE": "{tag} OK done\r\n",
    "LOGOUT": "* BYE bye\r\n{tag} OK done\r\n",
}


def speaks_imap(answers: Answers, *, greeting: str = "* OK ready\r\n") -> Callable[[Line], None]:
    """Answer each command by the longest key it starts with."""
    known = {**BASE, **answers}

    def script(line: Line) -> None:
        line.say(greeting)
        while True:
            tag, _, command = line.hear().decode().partition(" ")
            fitting = [key for key in known if command.upper().startswith(key.upper())]
            answer = known[max(fitting, key=len)] if fitting else "{tag} BAD unknown\r\n"
            if isinstance(answer, str):
                line.say(answer.replace("{tag}", tag))
            else:
                answer(line, tag)

    return script


def capable(*names: str) -> dict[str, str]:
    return {"CAPABILITY": f"* CAPABILITY IMAP4rev1 {' '.join(names)}\r\n{{tag}} OK done\r\n"}


@contextmanager
def mailbox_on(server: Scripted, *, poll_seconds: float = 15.0, tls: Tls = Tls.NONE) -> Iterator[ImapMailbox]:
    mailbox = ImapMailbox(
        "127.0.0.1",
        server.port,
        tls=tls,
        context=build_context(),
        log_in=with_password(USER, PASSWORD),
        timeout=0.5,
        poll_seconds=poll_seconds,
        now=lambda: NOON,
    )
    with closing(mailbox):
        yield mailbox
