"""What happened to a case, one line a step: in its thread, and in `/usher case C-7 history`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from bot.domain.approvals import Phase, RejectionReason
from bot.domain.case_steps import MAILS, StepName, StepState
from bot.domain.cases import BALL, BallHolder, CaseStatus
from bot.domain.events import EventTag, HistoryStep
from bot.domain.license_keys import KeyVoided
from bot.domain.money import Money
from bot.rendering import blocks, quoting
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

FIRST, NEWEST = 10, 50  #: steps of a long history that are shown


def has_line(tag: str, words: Words) -> bool:
    """Whether people read of such a step; the trail holds more than that."""
    return _key(tag) in words


def _is_told(step: HistoryStep, words: Words) -> bool:
    """Of refusals those that say something of the case; a slip at a field or a late click does not."""
    return step.tag != EventTag.DECISION_REFUSED or f"refused.{step.data.get('code')}" in words


def line(tag: str, actor: str, data: Mapping[str, object], *, words: Words, mail: str = "") -> str:
    """One step in a sentence without its time; `data` as the audit trail has it, `mail` a mail's template."""
    said = {
        "by": words.person(actor, slack=True) if actor != "usher" else words.say("history.usher"),
        "version": safe(str(data.get("version") or ""), 40),
        "status": _status(data, words),
        "reason": _reason(data, words),
        "who": words.person(str(data.get("who") or ""), slack=True) if data.get("who") else "",
        "number": safe(str(data.get("number") or ""), 40),
        "code": _refused(data, words),
        "phase": _phase(data, words),
        "mail": _mail(mail or str(data.get("about") or ""), words),
        "step": words.say(f"step.{data['at_step']}") if data.get("at_step") else "",
        "amount": _amount(data, words),
        "money": words.say(f"money.kind.{data['kind']}") if "minor" in data else "",
        **{
            name: safe(str(data.get(name, "")), 20)
            for name in ("count", "returned", "void", "used", "application", "about")
        },
    }
    own = f"{_key(tag)}.own" if data.get("who") == actor else ""
    text = words.say(own if own in words else _key(tag), **said)
    right_of = str(data.get("right_of") or actor)
    if right_of != actor:
        text += " " + words.say("history.in_place_of", who=words.person(right_of, slack=True))
    return text


def _amount(data: Mapping[str, object], words: Words) -> str:
    return words.money(Money(int(str(data["minor"])), str(data["currency"]))) if "minor" in data else ""


def step_note(tag: str, actor: str, at: datetime, data: Mapping[str, object], *, words: Words) -> Card:
    """One step as a small line in the thread."""
    text = words.say("history.at", at=words.moment(at), step=line(tag, actor, data, words=words))
    return Card(text=text, blocks=[blocks.context(text)])


def keys_sent_note(values: Mapping[str, int], *, words: Words) -> Card:
    """How far the mails with a large case's License Keys are; renewed in its place while they go."""
    text = words.say("history.keys_sent", count=values["sent"], number=words.number(values["sent"]))
    for name in ("waiting", "lost"):
        if values[name]:
            number = words.number(values[name])
            text += " " + words.say(f"history.keys_sent.{name}", count=values[name], number=number)
    return Card(text=text, blocks=[blocks.context(text)])


def history_card(ref: str, steps: Sequence[HistoryStep], *, words: Words) -> Card:
    """Everything that happened to a case, by day, the newest last; of a long one the first and the newest."""
    told = [step for step in steps if has_line(step.tag, words) and _is_told(step, words)]
    title = words.say("history.title", ref=safe(ref))
    between = len(told) - FIRST - NEWEST
    if between > 0:
        gap = blocks.context(words.say("history.between", count=between))
        shown = [*_days(told[:FIRST], words), gap, *_days(told[-NEWEST:], words)]
    else:
        shown = _days(told, words)
    return Card(text=title, blocks=[blocks.header(title), *shown])


def _days(steps: Sequence[HistoryStep], words: Words) -> list[Block]:
    """As few blocks as hold it."""
    text, made = "", []
    for day, of_day in groupby(steps, lambda step: words.date(step.at)):
        for number, each in enumerate(of_day):
            said = line(each.tag, each.actor, each.data, words=words, mail=each.mail)
            entry = words.say("history.at", at=words.time(each.at), step=said)
            entry = f"*{day}*\n{entry}" if number == 0 else entry
            if text and quoting.units(f"{text}\n{entry}") > blocks.MOST_TEXT:
                made.append(blocks.section(text))
                text = ""
            text = f"{text}\n{entry}" if text else entry
    return [*made, *([blocks.section(text)] if text else [])]


def turn_note(
    ref: str, status: CaseStatus, at: tuple[StepName, StepState] | None = None, *, words: Words
) -> Card:
    """A case is the desk's again: the one message that brings its card up, which names the company.

    `at`: the step that needs a hand, where it is at one.
    """
    if at is None and status is CaseStatus.INVITED:
        text = words.say("history.turn.untold", ref=safe(ref))
    elif at is None and BALL[status] is BallHolder.NOBODY:
        text = words.say("history.turn.lost", ref=safe(ref))
    elif at is None:
        text = words.say("history.turn", ref=safe(ref), status=words.status(status, BallHolder.DESK))
    else:
        name, state = at
        key = "history.turn.desk" if state is StepState.DESK else "history.turn.step"
        if state is StepState.DESK and name in MAILS:
            key = "history.turn.unreleased"
        step = words.say(f"step.{name}")
        text = words.say(key, ref=safe(ref), step=step, state=words.name(state))
    return Card(text=text, blocks=[blocks.section(text)])


def _key(tag: str) -> str:
    return f"history.{tag.replace(':', '.')}"


def _refused(data: Mapping[str, object], words: Words) -> str:
    code = str(data.get("code") or "")
    return words.say(f"refused.{code}") if f"refused.{code}" in words else safe(code)


def _phase(data: Mapping[str, object], words: Words) -> str:
    given = data.get("phase")
    return words.name(Phase(str(given))) if given in set(Phase) else ""


def _mail(template: str, words: Words) -> str:
    return words.say(f"mail.{template}") if f"mail.{template}" in words else safe(template)


def _status(data: Mapping[str, object], words: Words) -> str:
    given = data.get("status")
    return words.status(CaseStatus(str(given))) if given in set(CaseStatus) else ""


def _reason(data: Mapping[str, object], words: Words) -> str:
    given = data.get("reason")
    if given in set(KeyVoided):
        return words.name(KeyVoided(str(given)))
    return words.rejection(RejectionReason(str(given))) if given in set(RejectionReason) else ""
