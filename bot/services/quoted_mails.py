"""What somebody wrote into the mail of ours that they answer: it is theirs, and no quote."""

from dataclasses import replace

from jinja2 import TemplateError
from sqlite_utils import Database

from bot.domain.errors import PermanentFailure, Refusal
from bot.domain.mail import InboundMail
from bot.domain.outbox import JobKind
from bot.domain.quoted_mail import quotes_unmarked, read_reply
from bot.domain.threads import list_ours
from bot.services.desk import Desk
from bot.services.mail_words import list_wordings
from bot.store import outbox


def read_into(db: Database, desk: Desk, mail: InboundMail) -> InboundMail:
    """The mail with all of its sender's words, where it quotes the one it answers, and that one is known."""
    ids = list_ours(mail.thread_ids, desk.keyring)
    if not ids or not quotes_unmarked(mail.quoted_text, mail.subject):
        return mail
    job = outbox.find_by_message_id(db, ids[0])
    if job is None or job.kind is not JobKind.MAIL:
        return mail
    try:
        ours = list_wordings(db, desk, job)
    except (PermanentFailure, TemplateError, Refusal):  # what its words cannot do without is gone
        return mail
    reply = read_reply(mail.quoted_text, mail.subject, ours=((one.text, one.html) for one in ours))
    if reply is None:
        return mail
    return replace(mail, text=reply.text, quoted_text=reply.quoted_text or mail.quoted_text)
