"""What partners agree to: the words as the policy has them now, and answers that keep them."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from bot.domain.consents import Answer, Consent
from bot.services.desk import Desk


def digest(desk: Desk, lang: str) -> str:
    """Another one as soon as a version or a word changes: what a page has shown."""
    wordings = desk.policy.extranet.consents
    shown = [(str(one), wordings[one].version, wordings[one].of(lang)) for one in Consent]
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def answers(desk: Desk, agreed: Collection[Consent], *, lang: str, now: datetime) -> tuple[Answer, ...]:
    """Each with the words that were shown: a no to the one that may be left open, too."""
    wordings = desk.policy.extranet.consents
    return tuple(
        Answer(
            consent=one,
            agreed=one in agreed,
            version=wordings[one].version,
            wording=wordings[one].of(lang),
            lang=lang,
            at=now,
        )
        for one in Consent
    )
