"""The modal by which staff invite people to the Extranet: one, or all of a file that was looked through."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any

from bot.domain.invitation_files import BadRow, Column, InvitationReading
from bot.domain.languages import LANGUAGE_NAMES, LANGUAGES
from bot.domain.partner_requests import PartnerRequest, RequestState
from bot.extranet_policy import Role
from bot.rendering import blocks, quoting, row_files
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.row_files import FILE
from bot.rendering.words import Words

INVITE = "partner_invite"  #: the modal's `callback_id`
REQUEST_INVITE, REQUEST_REFUSE = "partner_request_invite", "partner_request_refuse"  #: buttons of a request
MOST_SHOWN = 15  #: rows that are told; each is a sentence
LONGEST_EMAIL = 254  #: RFC 5321
MOST_TYPED_WORDS = 6  #: an address and a name; more is something else
_TEXTS = (Column.EMAIL, Column.FIRST_NAME, Column.LAST_NAME)


@dataclass(frozen=True, kw_only=True)
class Given:
    """A submitted modal."""

    said: Mapping[Column, str]
    file_id: str = ""
    digest: str = ""  #: of what was shown; "" for a file that nobody has looked at

    request_id: int = 0  #: whose wish it is; 0 for nobody's

    @property
    def is_clear(self) -> bool:
        """Either a person or a file."""
        return bool(self.said[Column.EMAIL]) is not bool(self.file_id)


def read_typed(text: str) -> dict[Column, str] | None:
    """Whom `/usher invite` names, such as "Ann Miller <ann@partner.example>"; None where it is no address."""
    words = [word.strip("<>(),;:\"'") for word in text.split()]
    emails = [word for word in words if "@" in word.strip("@")]
    if not words:
        return {}
    if len(emails) != 1 or len(emails[0]) > LONGEST_EMAIL or len(words) > MOST_TYPED_WORDS:
        return None
    return _known(emails[0], " ".join(word for word in words if word != emails[0]))


def _known(email: str, name: str) -> dict[Column, str]:
    first, _, last = name.partition(" ")
    return {Column.EMAIL: email, Column.FIRST_NAME: first[:100], Column.LAST_NAME: last[:100]}


def invite_modal(
    roles: Mapping[str, Role],
    *,
    trouble: str = "",
    asked: PartnerRequest | None = None,
    known: Mapping[Column, str] = MappingProxyType({}),
    words: Words,
) -> Block:
    """Ask whom; `trouble`: why the last file was not even looked at; `asked`: who wishes for it, alone.

    `known`: what was typed already.
    """
    shown = [blocks.section(words.say("invite.about"))]
    if trouble:
        shown.insert(0, blocks.section(trouble))
    if asked is not None:
        known = _known(asked.email, asked.name)
        fields = [_text(column, words, known[column]) for column in _TEXTS]
        chosen = [*_undone(asked, words), *choices(roles, words, lang=asked.lang)]
        return _modal([*fields, *chosen], {"request": asked.id}, submit=words.say("invite.one"), words=words)
    fields = [_text(column, words, known.get(column, "")) for column in _TEXTS]
    return _modal([*shown, *fields, *choices(roles, words), _file(words)], {}, words=words)


def looked_modal(
    reading: InvitationReading,
    given: Given,
    roles: Mapping[str, Role],
    *,
    name: str,
    digest: str,
    words: Words,
) -> Block:
    """What the file holds: a button that invites all where all of it is fit, else the field for another."""
    shown = [
        blocks.section(words.say("invite.name", name=safe(name, 80))),
        blocks.section(_told(reading, words)),
    ]
    if left_out := row_files.left_out(reading.left_out, words):
        shown.append(blocks.context(safe(left_out, 600)))
    if reading.fit:
        said = {str(column): text for column, text in given.said.items()}
        about = {"file": given.file_id, "digest": digest, "said": said}
        return _modal(shown, about, submit=words.say("invite.invite"), words=words)
    return _modal([*shown, *choices(roles, words), _file(words)], {}, words=words)


def said_modal(text: str, *, words: Words) -> Block:
    """A sentence and no button: what is being done, or what was."""
    return _modal([blocks.section(text)], {}, submit="", words=words)


def read_given(view: Block) -> Given:
    about = json.loads(view.get("private_metadata") or "{}")
    values = view["state"]["values"]
    files = values.get(FILE, {}).get(FILE, {}).get("files") or []
    said = {column: about.get("said", {}).get(str(column), "") for column in Column}
    said |= {column: found for column in Column if (found := value_of(values, column))}
    return Given(
        said=said,
        file_id=str(files[0]["id"]) if files else str(about.get("file", "")),
        digest="" if files else str(about.get("digest", "")),
        request_id=int(about.get("request", 0)),
    )


def partners_note(values: Mapping[str, Any], *, words: Words) -> Card:
    """Somebody was invited."""
    by = words.person(str(values["by"]), slack=True)
    text = words.say("invite.note", by=by, count=int(values["count"]))
    return Card(text=text, blocks=[blocks.section(text)])


def request_note(asked: PartnerRequest, *, words: Words) -> Card:
    """Who asks for an invitation, with the two buttons; or what the desk made of it."""
    title = words.say("invite.request.title")
    lines = [
        f"*{title}*",
        words.say("invite.request.who", email=safe(asked.email, 120), at=words.moment(asked.asked_at)),
        words.say(
            "invite.request.said", name=_or_none(asked.name, words), company=_or_none(asked.company, words)
        ),
    ]
    if asked.state is not RequestState.ASKED:
        who = words.person(asked.decided_by, slack=True)
        lines.append(words.say(f"invite.request.{asked.state}", who=who))
        return Card(text=title, blocks=[blocks.section("\n".join(lines))])
    value, said = str(asked.id), [blocks.section("\n".join(lines)), *_undone(asked, words)]
    buttons = (
        blocks.button(words.say("invite.one"), action=REQUEST_INVITE, value=value, style="primary"),
        blocks.button(words.say("invite.request.refuse"), action=REQUEST_REFUSE, value=value, style="danger"),
    )
    how = blocks.context(words.say("invite.request.how"))
    return Card(text=title, blocks=[*said, how, blocks.actions(*buttons)])


def _undone(asked: PartnerRequest, words: Words) -> list[Block]:
    """Whom the desk has closed out, so that nobody lets them in unawares."""
    closed = [
        words.say(
            "invite.request.closed",
            user_id=safe(one.user_id, 40),
            by=words.person(one.by, slack=True),
            at=words.instant(one.at),
        )
        for one in asked.closed[:MOST_SHOWN]
    ]
    return [blocks.section("\n".join(closed))] if closed else []


def _or_none(text: str, words: Words) -> str:
    return safe(text, 100) or words.say("card.none")


def value_of(values: Mapping[str, Any], column: Column) -> str:
    """What was chosen or typed in a modal."""
    found = values.get(column, {}).get(column, {})
    chosen = found.get("selected_option") or {}
    return str(chosen.get("value") or found.get("value") or "").strip()


def _told(reading: InvitationReading, words: Words) -> str:
    lines = [f"*{_summary(reading, words)}*"]
    lines += [f"• {line}" for line in islice(_lines(reading, words), MOST_SHOWN)]
    if (more := len(reading.bad) - MOST_SHOWN) > 0:
        lines.append(words.say("invite.more", count=more))
    return quoting.cut("\n".join(lines), blocks.MOST_TEXT)


def _summary(reading: InvitationReading, words: Words) -> str:
    if reading.refusal is not None:
        return words.name(reading.refusal)
    if reading.fault is not None:
        return words.say(f"invite.file.{reading.fault}")
    if reading.bad:
        return words.say("invite.unfit", count=len(reading.bad), good=len(reading.good))
    return words.say("invite.fit", count=len(reading.good))


def _lines(reading: InvitationReading, words: Words) -> Iterator[str]:
    for row in reading.bad:
        yield words.say(
            "invite.row", line=row.line, column=column_name(row.column, words), fault=_why(row, words)
        )


def _why(row: BadRow, words: Words) -> str:
    return words.say(f"invite_fault.{row.fault}", other=row.other)


def column_name(column: Column, words: Words) -> str:
    return words.say(f"invite.{column}")


def _modal(shown: list[Block], about: Mapping[str, Any], *, submit: str | None = None, words: Words) -> Block:
    made: Block = {
        "type": "modal",
        "callback_id": INVITE,
        "private_metadata": json.dumps(dict(about)),
        "title": blocks.plain(words.say("invite.title")),
        "close": blocks.plain(words.say("invite.close")),
        "blocks": shown,
    }
    label = words.say("invite.submit") if submit is None else submit
    return made | ({"submit": blocks.plain(label)} if label else {})


def _text(column: Column, words: Words, known: str = "") -> Block:
    kind = "email_text_input" if column is Column.EMAIL else "plain_text_input"
    limit = {} if column is Column.EMAIL else {"max_length": 100}
    initial = {"initial_value": known} if known else {}
    element = {"type": kind, "action_id": str(column), **limit, **initial}
    return _input(column, words, element, optional=True)


def choices(roles: Mapping[str, Role], words: Words, *, lang: str = "en", role: str = "") -> list[Block]:
    """What counts for one person, and for the rows of a file that say no other; `role` is chosen at first."""
    languages = {one: LANGUAGE_NAMES[one] for one in sorted(LANGUAGES, key=lambda one: one != lang)}
    codes = sorted(roles, key=lambda code: code != role)
    titles = {code: roles[code].title.of(words.lang) for code in codes}
    return [_choice(Column.LANGUAGE, languages, words), _choice(Column.ROLE, titles, words)]


def _choice(column: Column, named: Mapping[str, str], words: Words) -> Block:
    options = [{"text": blocks.plain(quoting.slack(name, 70)), "value": code} for code, name in named.items()]
    element = {
        "type": "static_select",
        "action_id": str(column),
        "options": options[:100],
        "initial_option": options[0],
    }
    return _input(column, words, element)


def _input(column: Column, words: Words, element: Block, *, optional: bool = False) -> Block:
    return {
        "type": "input",
        "block_id": str(column),
        "optional": optional,
        "label": blocks.plain(column_name(column, words)),
        "element": element,
    }


def _file(words: Words) -> Block:
    return {
        "type": "input",
        "block_id": FILE,
        "optional": True,
        "label": blocks.plain(words.say("invite.file")),
        "hint": blocks.plain(words.say("invite.file.hint")),
        "element": row_files.field(),
    }
