"""The notes about what senders do, for the sweep of hostile text."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.domain.cards import SameFormNote
from bot.rendering import sender_notes
from bot.rendering.blocks import Block, Card
from tests.rendering import test_cards as shown
from tests.rendering.poison import MARK, poisoned
from tests.rendering.swept_values import correction
from tests.rendering.test_sender_notes import CAPPED, PILE

ENGLISH = shown.ENGLISH

SENDERS: Mapping[str, Callable[[str], list[Card | Block]]] = {
    "sender_notes.capped_note": lambda text: [
        sender_notes.capped_note(poisoned(CAPPED, text), words=ENGLISH)
    ],
    "sender_notes.leave_modal": lambda text: [sender_notes.leave_modal(poisoned(PILE, text), words=ENGLISH)],
    "sender_notes.correction_note": lambda text: [
        correction(shown.CORRECTION, text),
        correction(replace(shown.CORRECTION, other="C-9"), text),
    ],
    "sender_notes.same_form_note": lambda _: [
        sender_notes.same_form_note(SameFormNote(ref="C-7", again="C-9"), words=ENGLISH)
    ],
    "sender_notes.withdrawal_note": lambda text: [
        sender_notes.withdrawal_note(replace(note, by=MARK + text if note.by else ""), words=ENGLISH)
        for note in shown.WITHDRAWALS
    ],
}
