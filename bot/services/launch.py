"""Open an application: ask for a stronger session where it needs one, then hand the person over."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.applications import Application, Stage
from bot.domain.cases import case_ref
from bot.domain.events import EventTag
from bot.domain.launch import LASTS, HandOver, purpose_of
from bot.domain.launch_refusals import TermsOpen
from bot.domain.sessions import Visitor
from bot.domain.terms_refusals import UnknownApplication
from bot.services import applications
from bot.services.desk import Desk
from bot.store import events, sessions
from bot.store.database import transaction


@dataclass(frozen=True, kw_only=True)
class Onward:
    """Where somebody goes: to a second factor first, to that address, or ("") nowhere yet."""

    application: Application
    needs_factor: bool = False
    url: str = ""


def launch(db: Database, desk: Desk, visitor: Visitor, *, name: str, now: datetime) -> Onward:
    """Hand over, or remember in the session what goes on after the factor; raise why it cannot be opened."""
    application = applications.find(db, desk, visitor, name)
    if application is None:
        raise UnknownApplication
    if application.stage is not Stage.OPEN:
        raise TermsOpen(application=application.name)
    about = f"account:{visitor.account.id}"
    if visitor.session.strength < application.needs:
        with transaction(db, locks=(about,)):
            sessions.set_launching(db, visitor.token, application.name)
        return Onward(application=application, needs_factor=True)
    url = desk.policy.mag.launch_of(application.name).url
    with transaction(db, locks=(about,)):
        sessions.set_launching(db, visitor.token, "")  # it waits no more
        if not url:
            return Onward(application=application)
        strength = int(visitor.session.strength)
        tag = EventTag.APPLICATION_LAUNCHED
        events.add(db, tag, about, actor=about, at=now, application=application.name, strength=strength)
    return Onward(application=application, url=_sign(desk, visitor, application, url, now))


def give_up(db: Database, visitor: Visitor) -> None:
    """They went back instead of proving a factor: what waited for it does not go on later."""
    if visitor.session.launching:
        with transaction(db, locks=(f"account:{visitor.account.id}",)):
            sessions.set_launching(db, visitor.token, "")


def _sign(desk: Desk, visitor: Visitor, application: Application, url: str, now: datetime) -> str:
    over = HandOver(
        user_id=visitor.account.user_id,
        organisation=case_ref(visitor.customer.id),
        application=application.name,
        strength=visitor.session.strength,
        expires_at=now + LASTS,
        nonce=desk.new_token(),
    )
    signature = desk.keyring.sign(purpose_of(application.name), over.text)
    return f"{url}?{over.text}&signature={signature}"
