"""What `/usher find` answers: one line a case or question, with what of it matched."""

import json
from dataclasses import dataclass
from itertools import groupby

from bot.domain.accounts import Account
from bot.domain.finding import MOST_TYPED, MOST_WORDS, NAMES, Findings, Found, Value
from bot.domain.partners import Invitation
from bot.rendering import blocks, quoting
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

INVITED = 5  #: invitations that are shown
SHOWN = 3  #: values of one subject that are shown


@dataclass(frozen=True, kw_only=True)
class Turned:
    """Which page of which search a button asks for."""

    typed: str
    page: int


def findings_card(findings: Findings, *, words: Words) -> Card:
    """One page of what was found; an empty answer says what can be searched."""
    typed = safe(findings.typed.strip(), 100)
    invited = [blocks.section(_invited(one, words)) for one in findings.invited[:INVITED]]
    meant = [blocks.section(_account(findings.account, words))] if findings.account else []
    if findings.erasure:
        meant.append(blocks.section(words.say("find.erasure", ref=findings.erasure)))
    if not findings.found and meant:
        title = words.say("find.title", count=1, typed=typed)
        return Card(text=title, blocks=[blocks.section(f"*{title}*"), *meant])
    if not findings.found and invited:
        title = words.say("find.invited", count=len(findings.invited), typed=typed)
        return Card(text=title, blocks=[blocks.section(f"*{title}*"), *invited])
    if not findings.found:
        title = words.say("find.nothing", typed=typed) if typed else words.say("find.how")
        return Card(text=title, blocks=[blocks.section(title), blocks.section(words.say("find.teaches"))])
    title = words.say("find.title", count=findings.total, typed=typed)
    foot = [words.say("find.hint")]
    if findings.pages > 1:
        foot.append(words.say("find.page", page=findings.page, pages=findings.pages))
    if findings.capped:
        foot.append(words.say("find.capped", number=findings.total))
    if findings.left_out:
        foot.append(words.say("find.left_out", words=MOST_WORDS, signs=MOST_TYPED))
    lines = [blocks.section(_line(one, words)) for one in findings.found]
    shown = [
        blocks.section(f"*{title}*"),
        *meant,
        *invited,
        *lines,
        blocks.context(*foot),
        *_buttons(findings, words),
    ]
    return Card(text=title, blocks=shown)


def _invited(one: Invitation, words: Words) -> str:
    state = "registered" if one.account_id else "over" if one.ended_at else "open"
    said = words.say(f"find.invitation.{state}", until=words.date(one.until))
    return words.say("find.invitation", ref=one.ref, email=safe(one.email, 120), state=said)


def _account(one: Account, words: Words) -> str:
    return words.say("find.account", name=safe(one.name, 80), user_id=safe(one.user_id, 20))


def _line(found: Found, words: Words) -> str:
    ref, at = safe(found.ref), words.moment(found.at)
    title = safe(found.title, 120)
    if found.status is None:
        title = title or words.say("question.untitled")
        line = words.say("find.question", ref=ref, title=title, at=at)
    else:
        title, status = title or words.say("card.nameless"), words.status(found.status)
        line = words.say("find.case", ref=ref, title=title, status=status, at=at)
    matched = [value for value in found.matched if value.subject not in NAMES and value.text != found.title]
    by_subject = groupby(sorted(matched, key=_subject), key=_subject)
    parts = [_matched(subject, list(values), words) for subject, values in by_subject]
    return "\n".join([line, *([" · ".join(parts)] if parts else [])])


def _subject(value: Value) -> str:
    return value.subject


def _matched(subject: str, values: list[Value], words: Words) -> str:
    shown = ", ".join(safe(value.text, 80) for value in values[:SHOWN])
    if len(values) > SHOWN:
        shown += " " + words.say("find.more", number=len(values) - SHOWN)
    return words.say(f"find.matched.{subject}", values=shown)


def _buttons(findings: Findings, words: Words) -> list[Block]:
    turns = {"back": findings.page - 1, "more": findings.page + 1}
    made = [
        blocks.button(
            words.say(f"find.{turn}_button"), action=f"find_{turn}", value=_value(findings.typed, page)
        )
        for turn, page in turns.items()
        if 1 <= page <= findings.pages
    ]
    return [blocks.actions(*made)] if made else []


def _value(typed: str, page: int) -> str:
    """A longer text has been cut for the search too; one that is cut says so on each page."""
    text = quoting.lines(typed)[: MOST_TYPED + 1]
    return json.dumps([page, text], ensure_ascii=False)


def read_turned(value: str) -> Turned:
    page, typed = json.loads(value)
    return Turned(typed=str(typed), page=int(page))
