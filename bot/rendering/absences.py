"""Who is away and who decides meanwhile: the answers to `/usher away`, and the note to the desk."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.absences import Absence
from bot.domain.events import EventTag
from bot.rendering import blocks
from bot.rendering.blocks import Card
from bot.rendering.words import Words


def line(absence: Absence, words: Words, now: datetime) -> str:
    """Who is away, up to and including which day, and who decides meanwhile."""
    return words.say(
        "away.line.now" if absence.since <= now else "away.line.later", **values_of(absence, words)
    )


def away_card(away: Sequence[Absence], me: str, *, words: Words, now: datetime) -> Card:
    """Everybody who is away or will be, oneself first; with how to say it."""
    title = words.say("away.title")
    own = [line(one, words, now) for one in away if one.person == me]
    others = [line(one, words, now) for one in away if one.person != me]
    said = [
        words.say("away.yours", lines="\n".join(own)) if own else words.say("away.yours.none"),
        words.say("away.others", lines="\n".join(others)) if others else words.say("away.others.none"),
    ]
    shown = [blocks.header(title), *map(blocks.section, said), blocks.context(words.say("away.hint"))]
    return Card(text=title, blocks=shown)


def left_text(absence: Absence, unattended: Sequence[str], *, words: Words) -> str:
    """What the person hears who goes away."""
    said = words.say("away.said", **values_of(absence, words))
    if unattended:
        people = ", ".join(words.person(one, slack=True) for one in unattended)
        said += " " + words.say("away.unattended", people=people)
    return said


def away_note(tag: str, absence: Absence, *, words: Words) -> Card:
    """What the desk reads, and with it whoever decides meanwhile."""
    key = "away.note.ended" if tag == EventTag.ABSENCE_ENDED else "away.note.planned"
    text = words.say(key, **values_of(absence, words))
    return Card(text=text, blocks=[blocks.section(text)])


def values_of(absence: Absence, words: Words) -> dict[str, str]:
    """Who, until when and in whose hands, as a sentence about an absence names them."""
    first, last = words.date(absence.since), words.date(absence.last_moment)
    return {
        "who": words.person(absence.person, slack=True),
        "deputy": words.person(absence.deputy, slack=True),
        "first": first,
        "last": last,
        "days": words.say("away.day" if first == last else "away.days", first=first, last=last),
    }
