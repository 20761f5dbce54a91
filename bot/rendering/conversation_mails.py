"""What staff answer to a question, by mail."""

import re

from bot.domain.conversations import Conversation
from bot.domain.programmes import Programme
from bot.policy import Policy
from bot.rendering.case_facts import Values, owner

#: what programs put before the subject of an answer
_RE = re.compile(r"^(?:\s*(?:re|aw|wg|fwd?|antw)\s*:)+", re.IGNORECASE)


def subject_of(conversation: Conversation) -> str:
    """What it is about, without what mail programs put before an answer's."""
    return _RE.sub("", conversation.subject).strip()


def reply(
    conversation: Conversation,
    policy: Policy,
    paragraphs: list[list[str]],
    *,
    closes: bool,
    of: Programme = Programme.MAG,
) -> Values:
    """To whoever asked: what staff write, in lines of paragraphs; `closes`: it is the last word."""
    return owner(policy, of) | {
        "lang": conversation.lang,
        "ref": conversation.ref,
        "sender_name": conversation.name,
        "asked_subject": subject_of(conversation),
        "paragraphs": paragraphs,
        "closes": closes,
    }
