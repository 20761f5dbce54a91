"""What staff answer to a question, by mail."""

import re

from bot.domain.conversations import Conversation
from bot.policy import Policy
from bot.rendering.case_facts import Values, owner

#: what programs put before the subject of an answer
_RE = re.compile(r"^(?:\s*(?:re|aw|wg|fwd?|antw)\s*:)+", re.IGNORECASE)


def reply(conversation: Conversation, policy: Policy, paragraphs: list[list[str]], *, closes: bool) -> Values:
    """To whoever asked: what staff write, in lines of paragraphs; `closes`: it is the last word."""
    return owner(policy) | {
        "lang": conversation.lang,
        "ref": conversation.ref,
        "sender_name": conversation.name,
        "asked_subject": _RE.sub("", conversation.subject).strip(),
        "paragraphs": paragraphs,
        "closes": closes,
    }
