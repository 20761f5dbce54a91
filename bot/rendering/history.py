"""What happened to a case, one line a step: in its thread, and in `/usher case C-7 history`."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.approvals import RejectionReason
from bot.domain.cases import CaseStatus
from bot.rendering import blocks
from bot.rendering.blocks import Card, safe
from bot.rendering.words import Words


def has_line(tag: str, words: Words) -> bool:
    """Whether people read of such a step; the trail holds more than that."""
    return _key(tag) in words


def line(tag: str, actor: str, data: Mapping[str, object], *, words: Words) -> str:
    """One step in a sentence without its time; `data` as the audit trail has it."""
    said = {
        "by": words.person(actor, slack=True) if actor != "usher" else words.say("history.usher"),
        "version": safe(str(data.get("version") or ""), 40),
        "status": _status(data, words),
        "reason": _reason(data, words),
        "who": words.person(str(data.get("who") or ""), slack=True) if data.get("who") else "",
        "number": safe(str(data.get("number") or ""), 40),
        "code": safe(str(data.get("code") or ""), 40),
    }
    text = words.say(_key(tag), **said)
    right_of = str(data.get("right_of") or actor)
    if right_of != actor:
        text += " " + words.say("history.in_place_of", who=words.person(right_of, slack=True))
    return text


def step_note(tag: str, actor: str, at: datetime, data: Mapping[str, object], *, words: Words) -> Card:
    """One step as a small line in the thread."""
    text = words.say("history.at", at=words.moment(at), step=line(tag, actor, data, words=words))
    return Card(text=text, blocks=[blocks.context(text)])


def turn_note(ref: str, status: CaseStatus, *, words: Words) -> Card:
    """A case is the desk's again: the one message that brings its card up, which names the company."""
    text = words.say("history.turn", ref=safe(ref), status=words.status(status))
    return Card(text=text, blocks=[blocks.section(text)])


def _key(tag: str) -> str:
    return f"history.{tag.replace(':', '.')}"


def _status(data: Mapping[str, object], words: Words) -> str:
    given = data.get("status")
    return words.status(CaseStatus(str(given))) if given in set(CaseStatus) else ""


def _reason(data: Mapping[str, object], words: Words) -> str:
    given = data.get("reason")
    return words.rejection(RejectionReason(str(given))) if given in set(RejectionReason) else ""
