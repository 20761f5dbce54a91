"""What conversations show, and the queue that lists them, with strangers' text wherever it may stand."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.domain.conversations import AwayOwner, Channel, ToldWhat
from bot.domain.queue import read_wanted
from bot.rendering import conversation_modals as modals
from bot.rendering import conversation_samples as samples
from bot.rendering import conversations, faq_suggestions, queue, whole_mails
from bot.rendering.blocks import Block, Card
from bot.rendering.words import words
from tests.rendering import test_conversation_cards as shown
from tests.rendering import test_phone_resets as resets
from tests.rendering import test_queue as queues
from tests.rendering.poison import MARK, poisoned
from tests.rendering.swept_values import SAID, a_full_case

ENGLISH = words("en")
_ASKED = replace(shown.OWNED, channel=Channel.SLACK)

CONVERSATIONS: Mapping[str, Callable[[str], list[Card | Block]]] = {
    "conversations.conversation_card": lambda text: [
        conversations.conversation_card(
            poisoned(replace(samples.card(), conversation=_ASKED), text),
            poisoned(samples.question(), text),
            words=ENGLISH,
        )
    ],
    "conversations.overdue_note": lambda text: [
        conversations.overdue_note(
            [poisoned(replace(shown.OWNED, id=number), text) for number in range(99)],
            away={owner: AwayOwner(name=MARK + text, deputy=deputy)},
            now=shown.LATE,
            words=ENGLISH,
        )
        for owner, deputy in ((shown.OWNED.owner, ""), (shown.OWNED.owner, "U0AVERY0001"), ("", ""))
    ],
    "conversations.direct_message": lambda text: [
        conversations.direct_message({**shown.DIRECT, "paragraphs": [[MARK + text]] * 9}, words=ENGLISH)
    ],
    "conversations.told_note": lambda text: [
        conversations.told_note(poisoned(replace(shown.TOLD, by=MARK + text, what=what), text), words=ENGLISH)
        for what in ToldWhat
    ],
    "conversation_modals.reply_modal": lambda text: [
        modals.reply_modal(
            poisoned(replace(shown.REPLY, closes=closes), text),
            poisoned(_ASKED, text),
            words=ENGLISH,
            shown=mail,
        )
        for closes in (True, False)
        for mail in (None, poisoned(shown.SHOWN, text))
    ],
    "queue.done_card": lambda _: [queue.done_card(SAID, words=ENGLISH)],
    "queue.next_card": lambda text: [
        queue.next_card(poisoned(a_full_case(), text), words=ENGLISH),
        queue.next_card(poisoned(resets.card(), text), words=ENGLISH),
        queue.next_card(None, words=ENGLISH),
    ],
    "queue.queue_card": lambda text: [
        queue.queue_card(
            [poisoned(queues.entry(one), text) for one in range(200)],
            read_wanted(MARK + text),
            asked=[poisoned(replace(shown.OWNED, id=number), text) for number in range(99)],
            lost=[poisoned(resets.card(number=number), text) for number in range(99)],
            words=ENGLISH,
            now=queues.NOW,
        )
    ],
    "faq_suggestions.send_modal": lambda text: [
        faq_suggestions.send_modal(poisoned(shown.CHOSEN, text), poisoned(shown.SHOWN, text), words=ENGLISH)
    ],
    "faq_suggestions.refused_modal": lambda _: [
        faq_suggestions.refused_modal(shown.CHOSEN, SAID, words=ENGLISH)
    ],
    "whole_mails.whole_modal": lambda text: [
        whole_mails.whole_modal(
            poisoned(replace(shown.WHOLE, text=(MARK + text) * 99), text), page, words=ENGLISH
        )
        for page in (1, 2, 99)
    ],
    "whole_mails.said_modal": lambda _: [whole_mails.said_modal(SAID, ref="Q-7", mail_id=7, words=ENGLISH)],
    "conversation_modals.hand_over_modal": lambda text: [
        modals.hand_over_modal(poisoned(_ASKED, text), "U0AVERY0001", words=ENGLISH)
    ],
}
