"""A new mail whose subject names a case: its party's word there, as a reply in that case's thread is."""

from dataclasses import replace

from sqlite_utils import Database

from bot.domain.cases import Case, case_ref
from bot.domain.intake import Understood
from bot.domain.mail import Kind
from bot.domain.organisations import are_versions
from bot.domain.parties import is_party
from bot.domain.withdrawals import Wish, list_named, may_be_withdrawn, read_wish
from bot.services import organisations
from bot.services.desk import Desk


def as_reply(db: Database, desk: Desk, understood: Understood) -> Understood:
    """The same mail as a reply to the one case that its subject names; unchanged where it may not be one.

    In the caller's transaction. For whom a reply would do nothing, the number does nothing either.
    """
    mail, found = understood.mail, understood.found
    if found.thread_ref or found.kind not in (Kind.RIS, Kind.QUESTION) or not understood.verified:
        return understood
    named = list_named(mail.subject)
    case = organisations.find_of_thread(db, case_ref(named[0])) if len(named) == 1 else None
    if case is None or not is_party(case, mail.sender.address, desk.sponsors):
        return understood
    if not may_be_withdrawn(case) or _is_left_alone(understood, case) or _brings_others(understood, case):
        return understood
    reason = f"its subject names {case_ref(named[0])}; {found.reason}"
    named_by = replace(found, kind=Kind.REPLY, reason=reason, thread_ref=case.ref, by_number=True)
    return replace(understood, found=named_by)


def _is_left_alone(understood: Understood, case: Case) -> bool:
    """What says all in its subject, thanks below such a one, and the wish to take a case back.

    No rule withdraws by a number alone, which is easily mistaken for another.
    """
    mail = understood.mail
    if understood.form.has_form:
        return False
    bare = understood.row.whole and not mail.text and not mail.attachments
    wish = read_wish(f"{mail.subject}\n{mail.text}", case_id=case.id)
    return bare or understood.only_thanks or wish is not Wish.NONE


def _brings_others(understood: Understood, case: Case) -> bool:
    """Whether its forms hold other people than the case: who join it name its number as well."""
    forms, mine = understood.form.cases, case.ris
    return bool(forms and mine.users) and all(form.users and not are_versions(mine, form) for form in forms)
