"""Letters to a case's sponsor: the buttons, the modal that shows the mail before it goes, and `ask`."""

from functools import partial

from slack_bolt import Ack, App

from bot.bootstrap import Bot
from bot.domain.cases import Case
from bot.domain.errors import Refusal
from bot.domain.letters import Draft, Letter
from bot.domain.staff import Staff
from bot.rendering import letter_cards
from bot.rendering.blocks import Card
from bot.rendering.queue import done_card
from bot.services import case_words, letters
from handlers.slack.answers import (
    Body,
    Respond,
    explains,
    keep_open,
    placed,
    settle,
    show,
    staff_in,
    words,
)
from handlers.slack.cases import seen_in
from handlers.slack.lines import Line
from handlers.slack.markup import typed


def register(app: App, bot: Bot) -> None:
    for letter, action in letter_cards.ACTIONS.items():
        app.action(action)(partial(on_write, bot=bot, letter=letter))
        app.view(action)(partial(on_submitted, bot=bot))
    app.action("case_ask_typed")(partial(on_typed, bot=bot))
    app.action("case_answered")(partial(on_answered, bot=bot))
    app.action("case_read")(partial(on_read, bot=bot))


def on_write(ack: Ack, body: Body, respond: Respond, *, bot: Bot, letter: Letter) -> None:
    ack()
    ref, seen = seen_in(body)
    with explains(respond, bot):
        draft, case = _begin(bot, letter, by=staff_in(body, bot), ref=ref, seen=seen)
        _open(bot, draft, case, body)


def on_typed(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """The button below a question that was typed in a message: on to the modal, with its words."""
    ack()
    value, seen = seen_in(body)
    ref, text = letter_cards.read_typed(value)
    with explains(respond, bot):
        draft, case = _begin(bot, Letter.QUESTION, by=staff_in(body, bot), ref=ref, seen=seen, text=text)
        _open(bot, draft, case, body)


def _begin(
    bot: Bot, letter: Letter, *, by: Staff, ref: str, seen: str = "", text: str = ""
) -> tuple[Draft, Case]:
    with bot.connect() as db:
        return letters.begin(db, bot.desk, letter, ref=ref, by=by, seen=seen, text=text)


def _open(bot: Bot, draft: Draft, case: Case, body: Body) -> None:
    view = placed(letter_cards.letter_modal(draft, case, words=words(bot)), body)
    bot.slack_client.views_open(trigger_id=body["trigger_id"], view=view)


def on_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Show the mail, or send the one that was shown, then ack: a refusal stands at the field."""
    draft = letter_cards.read_letter(body["view"])
    try:
        with bot.connect() as db:
            by = staff_in(body, bot)
            if draft.seal and letters.send(db, bot.desk, draft, by=by, now=bot.clock.now()):
                ack()
                show(respond, done_card(words(bot).say("letter.sent", ref=draft.ref), words=words(bot)))
                return
            sealed, case, shown = letters.preview(db, bot.desk, draft, by=by)
    except Refusal as refusal:
        keep_open(ack, "words", refusal, bot)
    else:
        view = letter_cards.letter_modal(sealed, case, shown=shown, words=words(bot))
        ack(response_action="update", view=placed(view, body))


def on_answered(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    ref, seen = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        case = letters.mark_answered(db, ref=ref, seen=seen, by=staff_in(body, bot), now=bot.clock.now())
        settle(respond, body, words(bot).say("slack.marked_answered", ref=case.ref))


def on_read(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """What the sponsor wrote needs no answer."""
    ack()
    ref, to = letter_cards.read_unread(seen_in(body)[0])
    with explains(respond, bot), bot.connect() as db:
        case = case_words.mark_read(db, ref=ref, to=to, by=staff_in(body, bot), now=bot.clock.now())
        settle(respond, body, words(bot).say("slack.marked_read", ref=case.ref))


def ask(line: Line) -> Card:
    """`/usher ask C-7 QUESTION` opens the modal; in a message a button does, for none can open by itself."""
    ref, rest = line.take_text()
    bot = line.bot
    draft, case = _begin(bot, Letter.QUESTION, by=line.staff, ref=ref, text=typed(rest))
    if line.trigger_id:
        _open(bot, draft, case, {"trigger_id": line.trigger_id})
        return Card(text=words(bot).say("letter.opened", ref=case.ref))
    return letter_cards.typed_card(draft, case, words=words(bot))
