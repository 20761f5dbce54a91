"""Question mails that arrived while the desk was stopped: to answers queued, cards queued and mails moved.

The questions are those of the development set that came by mail, each from another sender. The yardstick
fetches the same mails from the same Dovecot, takes their text and reads it with the same search, and keeps
nothing. Both are processes of their own, beyond their start.

    python -m tests.benchmarks.question_mails [MAILS]        (500)
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import cycle, islice
from pathlib import Path

from imapclient import IMAPClient

from bot.faq.search import shipped
from bot.policy import SHIPPED
from tests.benchmarks.intake import PASSWORD, Spent, less, take_in, tell
from tests.benchmarks.ris_mails import DESK, SERVER
from tests.contracts.dovecot import Dovecot

MAILS = 500
DEV = Path(__file__).parents[1] / "data" / "faq" / "dev.jsonl"
DOMAIN = "customer.example.org"
SETTLED = """select count(*) from mails
    where moved_at is not null and subject_ref in (select 'Q-' || id from conversations)"""
_BATCH = 100


def question_mails(many: int) -> Iterator[bytes]:
    """Yield mails as a server keeps them."""
    lines = (json.loads(line) for line in DEV.read_text(encoding="utf-8").splitlines())
    texts = [line["text"] for line in lines if line["channel"] == "email"]
    for number, text in enumerate(islice(cycle(texts), many), 1):
        mail = EmailMessage(policy=policy.SMTP)
        mail["Authentication-Results"] = f"{SERVER}; dmarc=pass header.from={DOMAIN}"
        mail["From"] = f"Kim Roth <kim{number}@{DOMAIN}>"
        mail["To"] = DESK
        mail["Subject"] = "A question"
        mail["Date"] = "Mon, 2 Mar 2026 08:00:00 +0000"
        mail["Message-ID"] = f"<{number}.question@{DOMAIN}>"
        mail.set_content(text)
        yield mail.as_bytes()


def bare_main(port: int) -> None:
    """The yardstick, in a process of its own."""
    client = IMAPClient("127.0.0.1", port, ssl=False)
    client.login(DESK, PASSWORD)
    client.select_folder("INBOX", readonly=True)
    uids, sure, search = client.search(), 0, shipped()
    for start in range(0, len(uids), _BATCH):
        for parts in client.fetch(uids[start : start + _BATCH], ["BODY.PEEK[]"]).values():
            text = message_from_bytes(parts[b"BODY[]"], policy=policy.default).get_content()
            sure += search.read(text).topic is not None
    client.logout()
    print(f"bare: {len(uids)} mails, {sure} sure")


def bare(dovecot: Dovecot) -> Spent:
    began, before = time.monotonic(), os.times()
    subprocess.run([sys.executable, "-m", __spec__.name, "bare", str(dovecot.imap_port)], check=True)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Spent(cpu=cpu, wall=time.monotonic() - began)


def answering(folder: Path) -> str:
    """The shipped policy, with answers that go by themselves."""
    path = folder / "usher.toml"
    shipped_policy = SHIPPED.read_text(encoding="utf-8")
    path.write_text(shipped_policy.replace('faq_mode = "suggest"', 'faq_mode = "answer"'), encoding="utf-8")
    return str(path)


def check(folder: Path, mails: int) -> int:
    """Each mail made one question and one mail, or the figures mean nothing; how many are answers."""
    with closing(sqlite3.connect(folder / "usher.db")) as db:
        (asked,) = db.execute("select count(*) from conversations").fetchone()
        sent = dict(db.execute("select template, count(*) from outbox where kind = 'mail' group by template"))
    if asked != mails or sum(sent.values()) != mails:
        raise RuntimeError(f"{mails} mails made {asked} questions and {sent}")
    return int(sent.get("faq_answer", 0))


def main(mails: int) -> None:
    dovecot = Dovecot(password=PASSWORD)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told = {"settled": SETTLED, "usher_config": answering(folder)}
        try:
            dovecot.start()
            start, bare_start = take_in(folder, dovecot, 0, **told), bare(dovecot)
            dovecot.keep(question_mails(mails))
            yardstick = bare(dovecot)
            ours = take_in(folder, dovecot, mails, **told)
            answered = check(folder, mails)
        finally:
            dovecot.remove()
    print(f"{mails} question mails, {answered} answered by an article")
    tell("whole process", ours, yardstick, mails)
    tell("beyond its start", less(ours, start), less(yardstick, bare_start), mails)
    print(f"peak memory, children included: {ours.peak / 1e6:.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["bare"]:
        bare_main(int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else MAILS)
