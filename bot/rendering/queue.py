"""The queue in Slack: what waits, for whom and how long; and the next case for one person."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.approvals import Phase
from bot.domain.cards import CaseCard
from bot.domain.conversations import Conversation
from bot.domain.phone_resets import ResetCard
from bot.domain.queue import FILTERS, QueueEntry, Wanted
from bot.rendering import approving, blocks, cards, conversations, phone_resets
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

PAGE = 15
MOST_ASKED = 15  #: questions above the first page
MOST_LOST = 5  #: lost phones and apps above those
TELLING = timedelta(minutes=1)  #: an age below that says nothing
FIRST = "first"  #: of `queue_next`: begin with the longest waiting


def queue_card(
    entries: Sequence[QueueEntry],
    wanted: Wanted,
    *,
    asked: Sequence[Conversation] = (),
    lost: Sequence[ResetCard] = (),
    words: Words,
    now: datetime,
) -> Card:
    """One page of what fits, in the order given; a page beyond the last is the last.

    Lost phones (`lost`) and questions (`asked`) stand above the first. The buttons `queue_page` carry the
    words that were asked for and the page they lead to, as JSON.
    """
    questions = conversations.section(asked, "queue", most=MOST_ASKED, words=words, now=now)
    above = [*phone_resets.section(lost, "queue", most=MOST_LOST, words=words), *questions]
    if not entries:
        if not above:
            return _nothing(wanted, words)
        heading, count = ("phone_reset.list", len(lost)) if lost else ("conversation.list", len(asked))
        return Card(text=words.say(heading, count=count), blocks=above)
    pages = -(-len(entries) // PAGE)
    page = min(wanted.page, pages)
    shown = entries[(page - 1) * PAGE : page * PAGE]
    title = words.say("queue.text", count=len(entries))
    foot = [words.say("queue.hint")]
    if wanted.text:
        foot.insert(0, words.say("queue.wanted", wanted=safe(wanted.text)))
    if pages > 1:
        foot.append(words.say("queue.page", page=page, pages=pages, total=len(entries)))
    back = [_leaf("queue_page_back", wanted, page - 1, words)] if page > 1 else []
    on = [_leaf("queue_page", wanted, page + 1, words)] if page < pages else []
    return Card(
        text=title,
        blocks=[
            *(above if page == 1 else []),
            blocks.header(title),
            *(row(entry, "queue", words, now) for entry in shown),
            blocks.context(*foot),
            blocks.actions(*back, *on, _begin(words)),
        ],
    )


def read_page(value: str) -> tuple[str, int]:
    """The words and the page of a button that turns pages."""
    about = json.loads(value)
    return str(about["wanted"]), int(about["page"])


def _nothing(wanted: Wanted, words: Words) -> Card:
    said = words.say("queue.empty")
    if wanted.text:
        filters = ", ".join(f"`{word}`" for word in FILTERS)
        said = words.say("queue.nothing_fits", wanted=safe(wanted.text), filters=filters)
    return Card(text=said, blocks=[blocks.section(said)])


def _leaf(action: str, wanted: Wanted, page: int, words: Words) -> Block:
    """Two buttons of one block may not have the same `action_id`."""
    value = json.dumps({"wanted": wanted.text, "page": page})
    return blocks.button(words.say(f"turn.{action}"), action=action, value=value)


def _begin(words: Words) -> Block:
    return blocks.button(words.say("queue.next"), action="queue_next", value=FIRST)


def row(entry: QueueEntry, where: str, words: Words, now: datetime) -> Block:
    """One case with a button that shows it whole; `where` keeps the block's id unique in a view."""
    whole = blocks.button(words.say("card.open"), action="case_open", value=entry.ref)
    text = f"{title(entry, words)}\n{standing(entry, words, now)}"
    return blocks.section(text) | {"block_id": block_id(entry, where), "accessory": whole}


def block_id(entry: QueueEntry, where: str, *, offer: str = "", read_to: int = 0) -> str:
    """Unique, for the case is in it; its end is the hash of what is shown, as on a card."""
    return approving.row_id(where, f"{entry.ref}:{entry.content_hash}", offer=offer, read_to=read_to)


def title(entry: QueueEntry, words: Words) -> str:
    company = safe(entry.company, 100) or words.say("card.nameless")
    status = words.status(entry.status, entry.ball)
    return words.say("queue.title", ref=entry.ref, company=company, status=status)


def standing(entry: QueueEntry, words: Words, now: datetime) -> str:
    """Who holds the ball since when, and what else counts for whoever picks the next case."""
    age = now - entry.since
    span = words.say("queue.span", span=words.span(age)) if age >= TELLING else ""
    parts = [words.say(f"queue.held.{entry.ball}", since=words.moment(entry.since), span=span)]
    parts.append(words.say("queue.users", count=entry.users))
    if entry.unread:
        parts.append(words.say("queue.unread", count=entry.unread))
    if entry.phase and entry.phase is not Phase.DONE:  # a case goes on long after its order is carried out
        parts.append(words.name(entry.phase))
    if entry.given:
        parts.append(words.say("queue.first_yes", who=words.person(entry.given[0].by, slack=True)))
    if entry.skip_by:
        parts.append(words.say("queue.skip_asked", who=words.person(entry.skip_by, slack=True)))
    if entry.assigned_to:
        parts.append(words.say("queue.assigned", who=words.person(entry.assigned_to, slack=True)))
    if entry.escalated:
        parts.append(words.say("queue.escalated"))
    return " · ".join(parts)


def next_card(card: CaseCard | ResetCard | None, *, words: Words) -> Card:
    """What to decide next, privately and with its buttons; kind words when there is none."""
    if card is None:
        said = words.say("queue.done")
        return Card(text=said, blocks=[blocks.section(said)])
    if isinstance(card, ResetCard):
        shown, ref = phone_resets.reset_note(card, words=words), card.reset.ref
    else:
        shown, ref = cards.case_card(card, words=words), card.case.ref
    skip = blocks.button(words.say("queue.skip"), action="queue_next", value=ref)
    private = blocks.context(words.say("queue.private"))
    return Card(text=shown.text, blocks=[*shown.blocks, private, blocks.actions(skip)])


def done_card(text: str, *, words: Words) -> Card:
    """What became of a click, with the way to the next case."""
    return Card(text=text, blocks=[blocks.section(text), blocks.actions(_begin(words))])
