"""On a case's card: to which organisation it is added, or of which it may be, and why; with buttons."""

from collections.abc import Sequence

from bot.domain.cards import CaseCard, Joined
from bot.domain.cases import Addition, Case, CaseStatus
from bot.domain.organisations import Double, Likeness, Reason
from bot.rendering import blocks
from bot.rendering.blocks import Block, safe
from bot.rendering.case_facts import name
from bot.rendering.words import Words

NAMED = 5  #: people in one sentence


def shown(card: CaseCard, words: Words) -> list[Block]:
    """What staff have said, or are asked."""
    doubles = [words.say(f"double.{_of_what(one)}", ref=one.ref) for one in card.doubles]
    shown = [blocks.section("\n".join(doubles))] if doubles else []
    if card.case.addition is not None and card.joined is not None:
        return [*shown, blocks.section(_addition(card.case, card.case.addition, card.joined, words))]
    return [*shown, *(blocks.section(_likeness(like, words)) for like in card.likenesses)]


def _of_what(double: Double) -> str:
    return "same_form" if double.same_form else "version"


def _addition(case: Case, addition: Addition, joined: Joined, words: Words) -> str:
    lines = [
        words.say(
            "addition.title",
            ref=addition.ref,
            company=safe(joined.company, 100) or words.say("card.nameless"),
            status=words.status(joined.status),
        ),
        words.say("addition.people", count=len(case.ordered_users), seats=case.ordered_seats),
    ]
    if joined.with_account:
        many, who = len(joined.with_account), _named(joined.with_account)
        lines.append(words.say("addition.accounts", count=many, names=who))
    if joined.closed:
        lines.append(words.say("addition.closed", count=len(joined.closed), names=_accounts(joined.closed)))
    if known := [name(user) for user in case.known_users]:
        lines.append(words.say("addition.known", count=len(known), names=_named(known)))
    if joined.shut:
        lines.append(words.say("addition.shut", count=len(joined.shut), names=_accounts(joined.shut)))
    if joined.by_former:
        who = _beside([(one, safe(address, 120)) for one, address in joined.by_former])
        lines.append(words.say("addition.former", names=who))
    if joined.sharing:
        lines.append(words.say("addition.sharing", names=_named(joined.sharing)))
    if not addition.told:
        lines.append(words.say("addition.untold", ref=addition.ref))
    return "\n".join(lines)


def _likeness(like: Likeness, words: Words) -> str:
    title = words.say(
        "likeness.title",
        ref=like.ref,
        company=safe(like.company, 100) or words.say("card.nameless"),
        status=words.status(like.status),
        points=like.points,
    )
    reasons = [_reason(reason, like, words) for reason in like.reasons]
    lines = [title, *([" · ".join(reasons)] if reasons else [])]
    if like.same_mail or like.answered:
        lines.append(words.say("likeness.same_mail" if like.same_mail else "likeness.answered", ref=like.ref))
    if like.left_out:
        names, count = _named(like.left_out), len(like.left_out)
        lines.append(words.say("likeness.left_out", ref=like.ref, count=count, names=names))
    return "\n".join(lines)


def _named(people: Sequence[str]) -> str:
    return ", ".join(safe(name, 80) for name in people[:NAMED]) + (" …" if len(people) > NAMED else "")


def _accounts(people: Sequence[tuple[str, str]]) -> str:
    return _beside([(one, f"`/usher account {ref}`") for one, ref in people])


def _beside(people: Sequence[tuple[str, str]]) -> str:
    """Each by name, with what is ours to say of them."""
    said = [f"{safe(name, 80)} ({more})" for name, more in people[:NAMED]]
    return ", ".join(said) + (" …" if len(people) > NAMED else "")


def _reason(reason: Reason, like: Likeness, words: Words) -> str:
    return words.say(f"likeness.{reason}", count=len(like.people), names=_named(like.people))


def buttons(card: CaseCard, words: Words) -> list[Block]:
    """One row an organisation; each row's id carries the hash of what is shown."""
    case = card.case
    if case.status not in (CaseStatus.IN_REVIEW, CaseStatus.WAITING_FOR_SPONSOR):
        return []
    if case.addition is not None:
        return [_row(case, case.addition.ref, ("not_same",), words)]
    return [_row(case, like.ref, _names(like), words) for like in card.likenesses]


def _names(like: Likeness) -> tuple[str, ...]:
    newer = ("newer_of",) if like.may_be_newer else ()
    return (*newer, *(("same_as",) if like.may_be_joined else ()), "not_same")


def _row(case: Case, other: str, names: tuple[str, ...], words: Words) -> Block:
    elements = [
        blocks.button(
            words.say(f"card.{name}", ref=other), action=f"case_{name}", value=f"{case.ref} {other}"
        )
        | (_apart_first(case, other, words) if name == "not_same" else {})
        for name in names
    ]
    return {**blocks.actions(*elements), "block_id": f"same:{other}:{case.content_hash}"}


def _apart_first(case: Case, other: str, words: Words) -> Block:
    """What Slack asks before: it may mail the sponsor at once, and is not asked again."""
    return blocks.asked_first(
        words.say("card.not_same.title", ref=case.ref, other=other),
        words.say("card.not_same.ask", ref=case.ref, other=other),
        yes=words.say("card.not_same", ref=other),
        words=words,
    )
