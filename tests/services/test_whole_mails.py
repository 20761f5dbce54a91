"""Whoever reads all of a mail leaves a trace, to whatever it belongs."""

from bot.services import whole_mails
from tests.cast import BLAKE, Office, a_mail


def test_a_mail_that_belongs_to_nothing_names_its_reader_in_the_trail(office: Office) -> None:
    row = office.take(a_mail(text="Our newsletter", headers=[("List-Id", "News <news.example.org>")]))
    with office.connect() as db:
        whole_mails.read(db, office.desk, office.reader, ref="", mail_id=row.id, by=BLAKE, now=office.now)

    assert [(e.tag, e.subject) for e in office.events() if e.actor == BLAKE.id] == [("mail:viewed", "mail:1")]
