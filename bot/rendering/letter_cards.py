"""Letters of staff in Slack: written and shown in a modal, open on the card, told in the thread once gone."""

import json
from dataclasses import asdict

from bot.domain.cards import CaseCard
from bot.domain.cases import Case
from bot.domain.letters import LONGEST_LETTER, Draft, Letter, OpenQuestion, ShownMail
from bot.domain.outbox import JobStatus
from bot.domain.told_passwords import without_passwords
from bot.rendering import blocks, quoting
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

SHOWN_QUESTIONS = 20
SHORT = 500  #: characters of a mail that its note in the thread shows
LONGEST_VALUE = 2_000  #: of a button, in UTF-16

#: the action of each letter's button; as a modal's `callback_id` too
ACTIONS = {Letter.QUESTION: "case_ask", Letter.REPLY: "case_reply"}


def letter_modal(draft: Draft, case: Case, *, words: Words, shown: ShownMail | None = None) -> Block:
    """Where a letter is written, and below it the mail as it would go (`shown`); submitted it goes.

    The field stays, so that a letter can be mended there and a refusal stands where it was typed; what was
    mended is shown again first. `words.words.value` is the text, `private_metadata` all else of the draft.
    """
    name = ACTIONS[draft.letter]
    about = {**asdict(draft), "text": ""}
    return {
        "type": "modal",
        "callback_id": name,
        "private_metadata": json.dumps(about),
        "title": blocks.plain(words.say(f"letter.{name}.title", ref=case.ref)),
        "submit": blocks.plain(words.say("letter.send" if shown else "letter.preview")),
        "close": blocks.plain(words.say("letter.close")),
        "blocks": [
            *(preview(shown, words) if shown else [blocks.section(_intro(case, name, words))]),
            _field(draft, words),
        ],
    }


def read_letter(view: Block) -> Draft:
    """The draft with what stands in its field now."""
    about = json.loads(view["private_metadata"])
    text = view["state"]["values"]["words"]["words"].get("value") or ""
    kept = {name: str(about[name]) for name in ("ref", "seen", "key", "seal")}
    # a window of before the upgrade says nothing of it
    return Draft(letter=Letter(about["letter"]), text=text, read_to=about.get("read_to", 0), **kept)


def _intro(case: Case, name: str, words: Words) -> str:
    company = safe(case.ris.company.name, 100) or words.say("card.nameless")
    return words.say(f"letter.{name}.intro", company=company, to=safe(case.sponsor.address))


def preview(shown: ShownMail, words: Words) -> list[Block]:
    """The mail, or the direct message, as it will go."""
    shown_as = "letter.shown" if shown.subject else "letter.shown.direct"
    return [blocks.context(words.say(shown_as)), *as_it_goes(shown, words), {"type": "divider"}]


def as_it_goes(shown: ShownMail, words: Words) -> list[Block]:
    """To whom, about what, and all of its words."""
    return [
        blocks.section("\n".join(_head(shown, words))),
        {"type": "divider"},
        *blocks.quotes(shown.text),
    ]


def _head(shown: ShownMail, words: Words) -> list[str]:
    """To whom it goes and what it is about, in full."""
    lines = [words.say("letter.to", to=safe(shown.to, 300))]
    if shown.cc:
        lines.append(words.say("letter.cc", cc=safe(", ".join(shown.cc), 800)))
    if shown.subject:  # a direct message has none
        lines.append(words.say("letter.subject", subject=safe(without_passwords(shown.subject), 200)))
    return lines


def _field(draft: Draft, words: Words) -> Block:
    name = ACTIONS[draft.letter]
    element = {
        "type": "plain_text_input",
        "action_id": "words",
        "multiline": True,
        "max_length": LONGEST_LETTER,
        **({"initial_value": fitted(draft.text, LONGEST_LETTER)} if draft.text.strip() else {}),
    }
    return {
        "type": "input",
        "block_id": "words",
        "label": blocks.plain(words.say(f"letter.{name}.label")),
        "hint": blocks.plain(words.say(f"letter.{name}.hint")),
        "element": element,
    }


def typed_card(draft: Draft, case: Case, *, words: Words) -> Card:
    """A question that was typed where no modal can open: its words, and the button to one."""
    company = quoting.one_line(case.ris.company.name, 100) or words.say("card.nameless")
    text = words.say("letter.typed", ref=case.ref, company=quoting.mrkdwn(company))
    value = fitted(f"{case.ref} {draft.text}".rstrip(), LONGEST_VALUE)
    shown = value.partition(" ")[2]
    button = blocks.button(
        words.say("letter.typed.button"), action="case_ask_typed", value=value, style="primary"
    )
    return Card(
        text=text,
        blocks=[
            blocks.section(text),
            *(blocks.quotes(shown) if shown else []),
            *([blocks.context(words.say("letter.cut"))] if shown != draft.text.rstrip() else []),
            {**blocks.actions(button), "block_id": f"case:{draft.seen}"},
        ],
    )


def read_typed(value: str) -> tuple[str, str]:
    """The case and the words of such a button."""
    ref, _, text = value.partition(" ")
    return ref, text


def open_questions(card: CaseCard, words: Words) -> list[Block]:
    """What staff asked and nobody has answered, with how far its mail is."""
    if not card.questions or card.case.decision is not None:
        return []
    heading = words.say("letter.open", count=len(card.questions))
    lines = (_open_question(one, words) for one in card.questions)
    return [blocks.listing(heading, lines, words, shown=SHOWN_QUESTIONS, of=len(card.questions))]


def _open_question(asked: OpenQuestion, words: Words) -> str:
    line = words.say(
        "letter.open.question",
        number=asked.number,
        question=safe(asked.text, 300),
        who=words.person(asked.asked_by, slack=True),
        at=words.moment(asked.asked_at),
    )
    if asked.mail is JobStatus.SENT:
        return line
    return f"{line} · {words.say('letter.open.mail', state=words.name(asked.mail))}"


def mail_note(shown: ShownMail, *, words: Words) -> Card:
    """A mail about a case went: which, to whom, and how it begins."""
    named = f"mail.{shown.template}"
    mail = words.say(named) if named in words else safe(shown.template, 80)
    text = words.say("letter.went", mail=mail, to=safe(shown.to))
    begins = quoting.shortened(_below_its_heading(quoting.lines(shown.text).strip()), SHORT)
    head = [words.say("letter.went.bold", mail=mail), *_head(shown, words)]
    return Card(
        text=text,
        blocks=[blocks.section("\n".join(head)), blocks.quote(begins, empty=words.say("question.silent"))],
    )


def _below_its_heading(text: str) -> str:
    """What a mail says; its heading, underlined, is a line above that."""
    heading, _, rest = text.partition("\n")
    line, _, below = rest.partition("\n")
    return below.strip() if heading and set(line.strip()) == {"="} else text


def fitted(text: str, limit: int) -> str:
    """The text cut to so many units of UTF-16, as Slack counts them."""
    return text.encode("utf-16-le", "replace")[: 2 * limit].decode("utf-16-le", "ignore")


def read_unread(value: str) -> tuple[str, int]:
    """The case of a *Nothing to answer* button, and how far its card showed what was written."""
    ref, _, to = value.partition(" ")
    return ref, int(to)
