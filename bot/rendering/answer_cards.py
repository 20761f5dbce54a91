"""Answers in words below the card of their case: what a click would change, what stays with a person."""

from bot.domain import choice_words
from bot.domain.cards import AnswersNote
from bot.domain.case_answers import AnswersState, CaseAnswers, Proposal
from bot.domain.told_passwords import without_passwords
from bot.rendering import blocks, quoting
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.differences import value
from bot.rendering.words import Words

SHOWN_ANSWERS = 20
#: what the form will say where such a choice was answered in words
_MEANT = {
    "role": choice_words.role_of,
    "credential": choice_words.credential_of,
    "partner_type": choice_words.partner_type_of,
}


def answers_note(note: AnswersNote, *, words: Words) -> Card:
    """Old and new of every answered cell; the buttons' block names the answers and the version."""
    answers = note.answers
    takes = [one for one in answers.proposals if one.applies]
    stays = [one for one in answers.proposals if not one.applies]
    sender = f"{answers.mail.sender.name} <{answers.mail.sender.address}>".strip()
    intro = "answers.intro" if answers.state is AnswersState.OPEN else "answers.said"
    shown = [blocks.section(words.say(intro, sender=safe(sender), count=len(takes)))]
    shown.append(_listing("answers.takes", [_change(one, words) for one in takes], words))
    if stays:
        shown.append(_listing("answers.stays", [_stays(one, words) for one in stays], words))
    company = quoting.one_line(note.company, 100) or words.say("card.nameless")
    return Card(
        text=words.say("answers.text", ref=note.ref, company=quoting.slack(company), count=len(takes)),
        blocks=[
            *shown,
            *_end(note.ref, answers, words),
        ],
    )


def _listing(key: str, lines: list[str], words: Words) -> Block:
    heading = words.say(key, number=len(lines))
    return blocks.listing(heading, lines, words, shown=SHOWN_ANSWERS, of=len(lines))


def _change(proposal: Proposal, words: Words) -> str:
    slot = proposal.slot
    assert slot is not None  # noqa: S101 - for the type checker: it applies
    field, label = slot.field, words.field(slot.field)
    if slot.heading:
        heading = safe(proposal.old, 80)
        return words.say("answers.heading", number=proposal.number, heading=heading, field=label)
    key = "answers.change_of" if proposal.who else "answers.change"
    line = words.say(
        key,
        number=proposal.number,
        who=safe(proposal.who, 80),
        field=label,
        before=value(field, proposal.old, words),
        after=value(field, _meant(field, without_passwords(", ".join(proposal.new))), words),
    )
    return f"{line} {words.say('answers.still_open')}" if proposal.still_open else line


def _meant(field: str, said: str) -> str:
    """The choice as the form takes it over; as it was said where it is none."""
    meant = _MEANT[field](said) if field in _MEANT else None
    return meant or said


def _stays(proposal: Proposal, words: Words) -> str:
    assert proposal.doubt is not None  # noqa: S101 - for the type checker
    why = words.name(proposal.doubt)
    said = safe(without_passwords(proposal.answer), 160) or words.say("card.none")
    return words.say("answers.stay", number=proposal.number, answer=said, why=why)


def _end(ref: str, answers: CaseAnswers, words: Words) -> list[Block]:
    """The buttons and what a click means, or what became of the answers."""
    if answers.state is not AnswersState.OPEN:
        by, at = words.person(answers.settled_by, slack=True), answers.settled_at or answers.made_at
        return [blocks.section(words.say(f"answers.{answers.state}", by=by, at=words.moment(at)))]
    foot = words.say("answers.foot", version=answers.version, mail=answers.mail.mail_id)
    apply = blocks.button(words.say("answers.apply"), action="case_answers_apply", value=ref, style="primary")
    discard = blocks.button(words.say("answers.discard"), action="case_answers_discard", value=ref)
    buttons = {**blocks.actions(apply, discard), "block_id": f"answers:{answers.id}:{answers.version}"}
    return [blocks.context(foot), buttons]
