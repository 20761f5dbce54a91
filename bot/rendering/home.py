"""The home tab: what waits for one person, what they wait for, and how the desk stands today."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.absences import Absence
from bot.domain.cards import CaseCard
from bot.domain.cases import OVER, Case, CaseStatus
from bot.domain.home import DayFigures, Home, ToDecide, Unmailed
from bot.domain.queue import QueueEntry
from bot.domain.ris import Severity
from bot.rendering import (
    absences,
    approving,
    blocks,
    cards,
    conversations,
    phone_resets,
    queue,
    registration,
)
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

MOST_BLOCKS = 100
MOST_ROWS = 8  #: of each list; `/usher queue` has them all
MOST_AWAY = 10
MOST_UNMAILED = 20  #: cases in one line
FIRST_WORDS = ("queue", "next", "help")


def home_view(
    home: Home, *, words: Words, now: datetime, mailbox: str, channel: str, on_top: Card | None = None
) -> Block:
    """Somebody of the desk sees this; `on_top` answers what they clicked just now."""
    asked = conversations.section(home.asked, "home", most=MOST_ROWS, words=words, now=now)
    lost = phone_resets.section(home.lost, "home", most=MOST_ROWS, words=words)
    above = [*_unmailed(home.unmailed, words), *lost, *asked]
    body = [*above, *_decide(home, words, now), *_own(home, words, now), *_desk(home, words, now)]
    if not home.undecided and not home.held:
        body = [*(above or _empty(words, mailbox, channel)), *_desk(home, words, now)]
    return _view([*_said(on_top), *body])


def strangers_view(who: str, *, words: Words, mailbox: str, on_top: Card | None = None) -> Block:
    """Whoever is no staff sees who may, where to ask, and no case."""
    said = words.say("help.not_staff", who=words.person(who, slack=True))
    ask = words.say("home.stranger", mailbox=safe(mailbox))
    return _view([*_said(on_top), blocks.header(words.say("home.title")), *map(blocks.section, (said, ask))])


def plain_view(said: str, *, words: Words) -> Block:
    """One sentence and the way back: for when the rest cannot be put together."""
    return _view([blocks.section(said), blocks.actions(_refresh(words))])


def _view(shown: Sequence[Block]) -> Block:
    return {"type": "home", "callback_id": "home", "blocks": list(shown[:MOST_BLOCKS])}


def _said(card: Card | None) -> list[Block]:
    if card is None:
        return []
    return [*(card.blocks or [blocks.section(card.text)]), {"type": "divider"}]


def _refresh(words: Words) -> Block:
    return blocks.button(words.say("home.refresh"), action="home_refresh", value="home")


def _empty(words: Words, mailbox: str, channel: str) -> list[Block]:
    """Nothing is there yet: how it begins, and the first three words to try."""
    lines = "\n".join(words.say(f"help.{name}") for name in FIRST_WORDS)
    return [
        blocks.header(words.say("home.empty.title")),
        blocks.section(words.say("home.empty.how", mailbox=safe(mailbox), channel=channel)),
        blocks.section(words.say("home.empty.words", lines=lines)),
    ]


def _decide(home: Home, words: Words, now: datetime) -> list[Block]:
    title = words.say("home.decide", count=home.undecided)
    if not home.decide and home.lost:
        return []  # those stand above, and wait
    if not home.decide:
        return [blocks.header(title), blocks.section(words.say("home.decide.none"))]
    rows = [block for one in home.decide for block in _to_decide(one, words, now)]
    more = home.undecided - len(home.decide)
    rest = [blocks.context(words.say("home.more", count=more))] if more else []
    return [blocks.header(title), *rows, *rest]


def _to_decide(one: ToDecide, words: Words, now: datetime) -> list[Block]:
    entry, case = one.entry, one.card.case
    text = [queue.title(entry, words), _content(case, words), queue.standing(entry, words, now)]
    if (quote := one.card.quote) and quote.total and quote.seats:
        text.append(words.say("money.total", total=words.money(quote.total)))
    if cautions := _cautions(one, words):
        text.append(cautions)
    text.extend(cards.unheard(one.card, words))
    said = blocks.section("\n".join(text))
    names = _NAMES.get(entry.status)
    if names is None:  # a registration or a step waits, and what it asks of a person its card knows
        shown = [*registration.shown(one.card, words), *cards.step_buttons(one.card, words)]
        return [said, *(_placed(block, f"home:{entry.ref}") for block in shown)]
    block_id = queue.block_id(entry, "decide", offer=one.card.offer, read_to=one.card.unread_to)
    if one.card.lacks_a_word:  # what it is to a known organisation is said on its card first
        names = tuple(name for name in names if name != "approve")
    return [said, {"type": "actions", "block_id": block_id, "elements": _buttons(one.card, names, words)}]


def _placed(block: Block, place: str) -> Block:
    """The same block may stand in the answer on top, and with other cases of the same content."""
    return {**block, "block_id": f"{place}:{block['block_id']}"} if "block_id" in block else block


#: what a case that waits for a decision lets whoever sees it here do
_NAMES: dict[CaseStatus, tuple[str, ...]] = {
    CaseStatus.RECEIVED: ("kind_ris", "kind_not_ris"),
    CaseStatus.IN_REVIEW: ("approve", "reject"),
    CaseStatus.WAITING_FOR_SPONSOR: (),  # answers in words are taken over where they stand, below its card
    CaseStatus.REJECTED: (),  # so is its mail written anew
    CaseStatus.WITHDRAWN: (),  # and released below its note
}


def _buttons(card: CaseCard, names: Sequence[str], words: Words) -> list[Block]:
    case = card.case
    made = [
        blocks.button(
            words.say(f"card.{name}"),
            action=name if name.startswith("kind_") else f"case_{name}",
            value=case.ref,
            style=cards.style_of(case, name),
        )
        for name in (*names, "open", *(() if case.assigned_to or case.status in OVER else ("take",)))
    ]
    if card.unread and "approve" in names:
        made[names.index("approve")] |= approving.read_first(card, "approve", words)
    return made


def _content(case: Case, words: Words) -> str:
    """Enough of the form to know what a yes would order."""
    company, none = case.ris.company, words.say("card.none")
    sender = safe(f"{case.sponsor.name} <{case.sponsor.address}>".strip(), 160)
    verified = words.say(f"home.sender.{case.verdict}")
    place = ", ".join(filter(None, (safe(company.city, 60), words.country(safe(company.country, 40)))))
    seats = none if company.seats is None else safe(str(company.seats), 20)
    return words.say(
        "home.content",
        place=place or none,
        application=safe(company.application, 60) or none,
        seats=seats,
        sender=sender,
        verified=verified,
    )


def _cautions(one: ToDecide, words: Words) -> str:
    """What the whole case should be opened for before anybody says yes."""
    card, case = one.card, one.card.case
    advice = sum(problem.severity is Severity.WARNING for problem in case.ris.problems)
    alike = ", ".join([like.ref for like in card.likenesses] + [one.ref for one in card.doubles])
    said = [
        words.say("home.caution.version", version=case.version) if card.before else "",
        words.say("home.caution.advice", count=advice) if advice else "",
        words.say("home.caution.alike", refs=alike) if alike else "",
        words.say("home.caution.addition", ref=case.addition.ref) if case.addition else "",
        words.say("answers.waiting", count=card.open_answers) if card.open_answers else "",
        words.say("home.caution.second") if card.why_second and not card.given else "",
        words.say("card.grave") if card.why_code and case.status is CaseStatus.IN_REVIEW else "",
    ]
    return " · ".join(filter(None, said))


def _own(home: Home, words: Words, now: datetime) -> list[Block]:
    return [
        *_rows("assigned", home.assigned, words, now),
        *_rows("waiting", home.waiting, words, now),
    ]


def _rows(name: str, entries: Sequence[QueueEntry], words: Words, now: datetime) -> list[Block]:
    if not entries:
        return []
    more = len(entries) - MOST_ROWS
    return [
        blocks.header(words.say(f"home.{name}", count=len(entries))),
        *(queue.row(entry, name, words, now) for entry in entries[:MOST_ROWS]),
        *([blocks.context(words.say("home.more", count=more))] if more > 0 else []),
    ]


def _desk(home: Home, words: Words, now: datetime) -> list[Block]:
    """The queue by who holds the ball, the day's figures, and who is away."""
    held = [
        words.say(f"home.held.{one.holder}", count=one.cases, span=words.span(now - one.oldest))
        for one in home.held
    ]
    return [
        *_rows("others", home.others, words, now),
        blocks.header(words.say("home.desk")),
        *([blocks.section("\n".join(held))] if held else []),
        blocks.section(_figures(home.figures, words)),
        *_away(home.away, words, now),
        blocks.actions(*_ways(home, words)),
    ]


def _unmailed(cases: Sequence[Unmailed], words: Words) -> list[Block]:
    """Whose users no activation mail has, where nothing waits for release: no case waits for that."""
    if not cases:
        return []
    named = ", ".join(f"{safe(one.ref)} ({one.users})" for one in cases[:MOST_UNMAILED])
    if more := len(cases[MOST_UNMAILED:]):
        named += " " + words.say("card.more", number=more)
    users = sum(one.users for one in cases)
    return [blocks.section(words.say("home.unmailed", count=users, cases=named))]


def _ways(home: Home, words: Words) -> list[Block]:
    first = blocks.button(words.say("queue.next"), action="queue_next", value=queue.FIRST)
    whole = blocks.button(words.say("home.queue"), action="queue_page", value='{"wanted": "", "page": 1}')
    decides = home.undecided or home.lost
    return [*([first] if decides else []), *([whole] if home.held else []), _refresh(words)]


def _figures(figures: DayFigures, words: Words) -> str:
    return words.say(
        "home.figures",
        opened=words.say("home.figures.opened", count=figures.opened),
        approved=figures.approved,
        rejected=figures.rejected,
        mails=words.say("home.figures.mails", count=figures.mails),
        questions=words.say("home.figures.questions", count=figures.questions),
    )


def _away(away: Sequence[Absence], words: Words, now: datetime) -> list[Block]:
    if not away:
        return []
    lines = [absences.line(one, words, now) for one in away[:MOST_AWAY]]
    return [blocks.section("\n".join([words.say("home.away"), *lines]))]
