"""A case in full as a modal: every entry of one version, what it changed, and the way to the others."""

import json
from dataclasses import asdict

from bot.domain import forms
from bot.domain.cards import CaseView
from bot.domain.cases import CaseVersion
from bot.domain.ris import Credential, RisCase, Severity, User
from bot.rendering import blocks, clipping_cards, differences
from bot.rendering.blocks import Block, safe
from bot.rendering.cards import problem_line
from bot.rendering.words import Words

MOST_VERSIONS = 100  #: as many options as Slack's menus hold
SHOWN_USERS = 30
SHOWN_LINES = 25  #: of changes, of faults, and of headings


def case_view(view: CaseView, *, words: Words) -> Block:
    """`private_metadata` carries the case; the menu `case_version` has the versions' numbers as values."""
    return {
        "type": "modal",
        "callback_id": "case_open",
        "private_metadata": json.dumps({"ref": view.case.ref}),
        "title": blocks.plain(words.say("view.title", ref=view.case.ref)),
        "close": blocks.plain(words.say("view.close")),
        "blocks": [
            *_menu(view, words),
            blocks.section(_standing(view, words)),
            *clipping_cards.listed(view.clippings, words),
            *_changes(view, words),
            *_problems(view.shown.ris, words),
            *differences.headings(view.shown.ris, words, shown=SHOWN_LINES),
            *_company(view.shown, words),
            *_users(view.shown.ris.users, words),
        ],
    }


def read_ref(view: Block) -> str:
    """Which case the modal shows."""
    return str(json.loads(view["private_metadata"])["ref"])


def _menu(view: CaseView, words: Words) -> list[Block]:
    if len(view.versions) < 2:  # noqa: PLR2004 - one version is no choice
        return []
    options = {
        number: {
            "text": blocks.plain(words.say("view.option", version=number, at=words.moment(at))),
            "value": str(number),
        }
        for number, at in view.versions[:MOST_VERSIONS]
    }
    select: Block = {
        "type": "static_select",
        "action_id": "case_version",
        "placeholder": blocks.plain(words.say("view.version")),
        "options": list(options.values()),
    }
    if view.shown.number in options:
        select["initial_option"] = options[view.shown.number]
    return [{"type": "actions", "block_id": "case_version", "elements": [select]}]


def _standing(view: CaseView, words: Words) -> str:
    shown = view.shown
    what, _, number = shown.made_by.partition(":")
    # What an organisation registered is a version by whoever approved it.
    how = f"view.from_{what}" if number else "view.from_registration"
    return words.say(
        "view.standing",
        company=safe(shown.ris.company.name, 100) or words.say("card.nameless"),
        version=shown.number,
        newest=view.case.version,
        how=words.say(how, number=safe(number, 20), by=words.person(shown.made_by, slack=True)),
        at=words.moment(shown.made_at),
    )


def _changes(view: CaseView, words: Words) -> list[Block]:
    if view.before is None:
        return []
    before, after = view.before, view.shown
    return differences.changes(before.ris, after.ris, before.number, words, shown=SHOWN_LINES)


def _problems(ris: RisCase, words: Words) -> list[Block]:
    """Faults and advice, of which the card shows the first: as many as a section holds."""
    shown = []
    for severity, key in ((Severity.ERROR, "card.errors"), (Severity.WARNING, "card.advice")):
        found = [problem for problem in ris.problems if problem.severity is severity]
        if found:
            heading, lines = (
                words.say(key, number=len(found)),
                (problem_line(one, ris, words) for one in found),
            )
            shown.append(blocks.listing(heading, lines, words, shown=SHOWN_LINES, of=len(found)))
    return shown


def _company(version: CaseVersion, words: Words) -> list[Block]:
    """Ten fields to a section, as many as Slack takes."""
    said = asdict(version.ris.company)
    names = [field.name for field in forms.COMPANY_FIELDS]
    facts = [
        words.say(
            "card.field",
            label=words.field(name),
            value=differences.value(name, "" if said[name] is None else str(said[name]), words),
        )
        for name in names
    ]
    return [blocks.fields(facts[at : at + 10]) for at in range(0, len(facts), 10)]


def _users(users: tuple[User, ...], words: Words) -> list[Block]:
    shown = [blocks.section(_user(user, words)) for user in users[:SHOWN_USERS]]
    more = len(users) - SHOWN_USERS
    return [*shown, blocks.context(words.say("view.more", number=more))] if more > 0 else shown


def _user(user: User, words: Words) -> str:
    none = words.say("card.none")
    return words.say(
        "view.user",
        name=safe(f"{user.salutation} {user.first_name} {user.last_name}".strip(), 120) or none,
        email=safe(user.email, 120) or none,
        phones=safe(", ".join(user.phones), 120) or none,
        title=safe(user.job_title, 80) or none,
        role=safe(words.role(user.role), 80) or none,
        credential=safe(words.choice(Credential, user.credential), 40) or none,
    )
