"""Accept an application's terms for an organisation; until then nobody of it opens the application."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.events import EventTag
from bot.domain.terms import MAY_ACCEPT, Acceptance, TermsStanding, TermsText, find_text, is_in_force
from bot.domain.terms_refusals import TermsChanged, TermsNotYours, UnknownApplication
from bot.services import thread_notes
from bot.services.desk import Desk
from bot.store import accounts, terms
from bot.store.database import transaction


def get_text(desk: Desk, application: str, lang: str) -> TermsText:
    """What is to be read; raise UnknownApplication."""
    text = find_text(desk.terms, application, lang)
    if text is None:
        raise UnknownApplication
    return text


def accept(
    db: Database, desk: Desk, account: Account, *, application: str, digest: str, now: datetime
) -> Acceptance:
    """Accept the text that was read, named by its digest, for the whole organisation, once a version.

    Raise TermsNotYours, UnknownApplication, or TermsChanged where the text is another one by now.
    """
    texts = desk.terms.get(application)
    if not texts:
        raise UnknownApplication
    text = next((one for one in texts.values() if one.digest == digest), None)
    with transaction(db, locks=(f"organisation:{account.organisation}",)):
        reader = accounts.find(db, account.id)
        if reader is None or reader.role not in MAY_ACCEPT or reader.status is not AccountStatus.ACTIVE:
            raise TermsNotYours
        if text is None:
            raise TermsChanged
        if (before := _in_force(desk, _list(db, account.organisation, application))) is not None:
            return before
        return _accept(db, reader, text, now=now)


def _accept(db: Database, reader: Account, text: TermsText, *, now: datetime) -> Acceptance:
    acceptance = Acceptance(
        organisation=reader.organisation,
        application=text.application,
        lang=text.lang,
        version=text.version,
        digest=text.digest,
        account_id=reader.id,
        role=reader.role,
        at=now,
    )
    terms.keep_text(db, text)
    terms.add(db, acceptance)
    thread_notes.record(
        db, EventTag.TERMS_ACCEPTED, reader.organisation, actor=f"account:{reader.id}", at=now,
        application=text.application, version=text.version, digest=text.digest, role=reader.role,
    )  # fmt: skip
    return acceptance


def get_standing(db: Database, desk: Desk, account: Account, application: str) -> TermsStanding:
    """How it stands for one person: what they may do, or for whom they wait."""
    may = account.role in MAY_ACCEPT
    if not desk.terms.get(application):
        return TermsStanding(application=application, is_open=True, may_accept=may)
    every = _list(db, account.organisation, application)
    if accepted := _in_force(desk, every):
        by = accounts.find(db, accepted.account_id)
        return TermsStanding(
            application=application, is_open=True, may_accept=may, accepted=accepted,
            accepted_by=by.name if by else "",
        )  # fmt: skip
    people = [
        one
        for one in accounts.list_of_organisation(db, account.organisation)
        if one.status is not AccountStatus.DEACTIVATED
    ]
    able = [one for one in people if one.role in MAY_ACCEPT]
    there = [one for one in able if one.status is AccountStatus.ACTIVE]  # others cannot sign in yet
    return TermsStanding(
        application=application,
        is_open=False,
        may_accept=may,
        waits_for=tuple(one.name for one in there or able),
        waiting=sum(one.status is AccountStatus.ACTIVE and one.id != account.id for one in people),
        again=bool(every),
    )


def find_faults(db: Database, desk: Desk, *, live: bool = False) -> list[str]:
    """What is wrong with the texts, where `live` customers are asked to agree to them.

    One that changed although its version did not: what was accepted is not what is shown. Or one that came
    with us, and says of itself that it binds nobody.
    """
    every = [text for texts in desk.terms.values() for text in texts.values()]
    slipped = [
        f"{text.application}.{text.lang}.md of version {text.version} is not what was accepted"
        for text in every
        if terms.find_digest(db, text.application, text.lang, text.version) not in ("", text.digest)
    ]
    asked = live and desk.portal_url.lower().startswith("https://") and desk.policy.mag.keeps_accounts
    samples = [text for text in every if text.is_sample] if asked else []
    return slipped + [f"{text.application}.{text.lang}.md is still the sample, not yours" for text in samples]


def _list(db: Database, organisation: int, application: str) -> list[Acceptance]:
    """Its acceptances, the oldest first."""
    found = terms.list_of_organisation(db, organisation)
    return [one for one in found if one.application == application]


def _in_force(desk: Desk, every: list[Acceptance]) -> Acceptance | None:
    return next((one for one in reversed(every) if is_in_force(one, desk.terms)), None)
