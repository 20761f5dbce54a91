"""Notes in the support channel that need a person: trouble, alarms, mails that wait for release."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.domain.bounces import reason_in
from bot.domain.cards import AlarmNote, HeldNote, TroubleNote
from bot.domain.job_faults import UNOPENED
from bot.rendering import blocks
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words


def trouble_note(note: TroubleNote, *, words: Words) -> Card:
    """Something that needs a person, with the button that tries a mail again."""
    sentence = _sentence(note, words)
    if note.ref:
        sentence = words.say("trouble.of_case", ref=safe(note.ref), sentence=sentence)
    shown = [blocks.section(sentence)]
    if note.what not in _SAYS_ALL and (detail := safe(words.fault(note.detail), 600)):
        shown.append(blocks.context(detail))
    if note.ended:
        shown.append(_end(note, words))
        return Card(text=sentence, blocks=shown)
    if note.what == "job_failed" or note.unactivated:
        said = words.say(f"trouble.instead.{_instead(note)}", ref=safe(note.ref), to=_address(note))
        shown.append(blocks.context(said))
    if note.anew:
        key = "trouble.on_card.told" if note.told else "trouble.on_card.anew"
        shown.append(blocks.context(words.say(key, ref=safe(note.ref))))
    if note.what in _TRIED_AGAIN and note.id:
        action = _TRIED_AGAIN[note.what]
        again = blocks.button(words.say(f"trouble.{action}"), action=action, value=str(note.id))
        doubtful = _sure("trouble.mail_retry", words) if note.what in _MAY_HAVE_GONE else {}
        shown.append(blocks.actions(again | doubtful))
    return Card(text=sentence, blocks=shown)


_SAYS_ALL = ("job_overtaken", "erased_left")  #: whose sentence says the detail
_MAY_HAVE_GONE = ("job_unknown", "direct_unknown")
_TRIED_AGAIN = {"mail_set_aside": "mail_replay", "job_failed": "mail_retry"}
_TRIED_AGAIN |= dict.fromkeys(_MAY_HAVE_GONE, "mail_retry")
_TO_REGISTER = ("invitation", "registration_refused")


def _sentence(note: TroubleNote, words: Words) -> str:
    """What happened, of "order_confirmation → anna@…" with the mail by the name that people know."""
    if note.what == "erased_left":
        at = words.instant(datetime.fromtimestamp(float(note.detail), UTC))
        return words.say("trouble.erased_left", channel=f"<#{safe(note.subject)}>", at=at)
    template, arrow, to = note.subject.partition(" → ")
    name = words.say(f"mail.{template}") if f"mail.{template}" in words else template
    key = f"trouble.{note.what}"
    if reason := reason_in(note.detail) if note.what == "job_failed" else "":
        key += ".why"
    return words.say(
        key if key in words else "trouble.other",
        subject=safe(f"{name}{arrow}{to}", 160),
        mail=safe(name, 80),
        to=safe(to, 120) or words.say("card.none"),
        reason=words.say(f"bounce.{reason}") if reason else "",
    )


def _address(note: TroubleNote) -> str:
    return safe(note.unactivated or note.subject.partition(" → ")[2], 120)


def _instead(note: TroubleNote) -> str:
    """What there is to do where a mail's address is wrong, or the key is gone that it was sealed with."""
    if note.detail == UNOPENED:
        return "key"
    template = note.subject.partition(" → ")[0]
    if note.unactivated or template == "activation":
        return "activation"
    if note.ref.startswith("C-") and template in _TO_REGISTER:
        return "invitation"
    if note.ref.startswith("P-"):
        return "partner"
    return "account" if note.ref.startswith("A-") else "other"


def alarm_note(note: AlarmNote, *, words: Words) -> Card:
    """Trouble of the desk itself: what, since when and what to do; or that it is over."""
    part = _of_part("alarm.part", note.name, words) or safe(note.name)
    title = words.say("alarm.over" if note.until else "alarm.title", part=part)
    return Card(
        text=title,
        blocks=[
            blocks.section(f"*{title}*\n{_alarm_sentence(note, words)}"),
            *([] if note.until else _alarm_remedy(note, words)),
        ],
    )


def _alarm_sentence(note: AlarmNote, words: Words) -> str:
    since = words.moment(note.since)
    if note.until:
        over = {
            "since": since,
            "until": words.moment(note.until),
            "span": words.span(note.until - note.since),
        }
        return _of_part("alarm.well", note.name, words, **over) or words.say("alarm.well.part", **over)
    if note.expected_by:
        return words.say("alarm.silence", since=since, expected_by=words.moment(note.expected_by))
    return words.say("alarm.since", since=since, sentence=safe(note.sentence, 600))


def _alarm_remedy(note: AlarmNote, words: Words) -> list[Block]:
    remedy = _of_part("alarm.remedy", note.name, words)
    return [blocks.context(remedy)] if remedy else []


def _of_part(group: str, name: str, words: Words, **values: str) -> str:
    """The words of that group for this part; "" where it has none."""
    key = f"{group}.{name.replace(' ', '_')}"
    return words.say(key, **values) if key in words else ""


def held_note(note: HeldNote, *, words: Words) -> Card:
    """A mail that waits for release, as its reader would get it; or who let it go or dropped it."""
    recipient, subject = safe(note.recipient), safe(note.mail_subject)
    stage = f".{note.ended}" if note.ended else ""
    title = words.say(f"held.title{stage}")
    given_up = note.given_up and not note.ended
    return Card(
        text=words.say(f"held.text{stage}", recipient=recipient),
        blocks=[
            blocks.header(f"{note.ref} · {title}" if note.ref else title),
            blocks.section(words.say("held.to", recipient=recipient, subject=subject)),
            *([blocks.context(words.say("held.given_up"))] if given_up else []),
            blocks.quote(note.text, empty=words.say("question.silent")),
            _end(note, words) if note.ended else blocks.actions(*_held_buttons(note, words)),
        ],
    )


def _end(note: HeldNote | TroubleNote, words: Words) -> Block:
    at = words.moment(note.at) if note.at else ""
    return blocks.context(words.say(f"held.{note.ended}", who=words.person(note.by, slack=True), at=at))


def _held_buttons(note: HeldNote, words: Words) -> Iterator[Block]:
    def button(name: str, style: str = "") -> Block:
        return blocks.button(
            words.say(f"held.{name}"), action=f"mail_{name}", value=str(note.job_id), style=style
        )

    yield button("release", "primary")
    if not note.given_up:
        yield button("release_all") | _sure("held.release_all", words)
    yield button("discard", "danger") | _sure("held.discard", words)


def _sure(key: str, words: Words) -> Block:
    """What Slack asks before what nobody can take back; `key`: of the button's words."""
    return blocks.asked_first(
        words.say(f"{key}.title"), words.say(f"{key}.ask"), yes=words.say(key), words=words
    )
