"""What the page of a prolongation shows: its steps, what stands in the way, and which consents are new."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.consents import Consent
from bot.domain.lifecycle import ClockRules, LifeState, Stage
from bot.domain.prolongation import Prolongation, ProlongStep
from bot.extranet_policy import Extranet
from bot.rendering.pages import partners
from bot.rendering.pages.partners import ConsentAgain
from bot.rendering.words import Words


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A step, and whether it is "done", "now" or "next"."""

    name: str
    mark: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The page but for the password's fields."""

    user_id: str
    title: str
    lead: str
    stops: tuple[Stop, ...]
    notes: tuple[str, ...]  #: what stands in the way, and what to do
    hints: tuple[str, ...]
    consents: tuple[ConsentAgain, ...]
    button: str


def show(
    found: Prolongation,
    extranet: Extranet,
    rules: ClockRules,
    say: Words,
    *,
    agreed: Collection[Consent] = (),
    unticked: Collection[Consent] = (),
) -> Shown:
    """`agreed` and `unticked`: of a form that was sent and is not enough."""
    account, life, back = found.account, found.life, found.life.state is LifeState.EXPIRED
    state = "done" if found.step is ProlongStep.DONE else str(life.state)
    dates = {
        "ends_on": say.date(life.ends_on),
        "validated_on": say.date(life.validated_on),
        "back_until": say.date(life.back_until(rules)),
        "asked_on": say.date(rules.calendar.day_of(rules.due(Stage.VALIDATION, life.ends_on))),
        "days": rules.valid,
    }
    return Shown(
        user_id=account.user_id,
        title=say.say(f"page.prolong.{state}.title", **dates),
        lead=say.say(f"page.prolong.{state}.lead", **dates),
        stops=_stops(found, say),
        notes=_notes(found, extranet, say),
        hints=_hints(found, extranet, say),
        consents=partners.consents_again(extranet.consents, agreed, unticked, found.answers, say),
        button=say.say("page.prolong.reactivate" if back else "page.prolong.validate"),
    )


def _stops(found: Prolongation, say: Words) -> tuple[Stop, ...]:
    """The address is proven from the beginning; a password that was changed in time is done as well."""
    at, new = found.step, found.changed_at is None
    marks = {
        "email": "done",
        "consents": "now" if at is ProlongStep.CONSENTS else "done",
        "password": "done"
        if not new or at is ProlongStep.DONE
        else "now"
        if at is ProlongStep.PASSWORD
        else "next",
        "end": "done" if at is ProlongStep.DONE else "now" if at is ProlongStep.CONFIRM else "next",
    }
    return tuple(Stop(name=say.say(f"page.prolong.step.{one}"), mark=mark) for one, mark in marks.items())


def _notes(found: Prolongation, extranet: Extranet, say: Words) -> tuple[str, ...]:
    if found.step is ProlongStep.DONE:
        return ()
    notes = []
    if found.unlocked_at:
        tries, until = extranet.sign_in_tries, say.instant(found.unlocked_at)
        notes.append(say.say("page.prolong.locked", tries=tries, until=until))
    if found.password_from:
        notes.append(say.say("page.prolong.too_soon", until=say.instant(found.password_from)))
    if found.lost_app and not found.first_app:
        notes.append(
            say.say("page.prolong.no_app", support=extranet.support_desk, address=extranet.support_address)
        )
    return tuple(notes)


def _hints(found: Prolongation, extranet: Extranet, say: Words) -> tuple[str, ...]:
    hints = []
    if found.changed_at and found.step is not ProlongStep.DONE:
        hints.append(say.say("page.prolong.changed_in_time", at=say.instant(found.changed_at)))
    if found.first_app:
        hints.append(say.say("page.prolong.first_app"))
    elif not found.lost_app:
        hints.append(
            say.say("page.prolong.app", support=extranet.support_desk, address=extranet.support_address)
        )
    return tuple(hints)
