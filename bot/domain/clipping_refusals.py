"""Why the rules say no to a message that is to be added to a case, or that was."""

from bot.domain.errors import Refusal


class AlreadyNoted(Refusal):
    """The message was added to that case before; values: ref, by, at."""

    code = "already_noted"


class ClippingGone(Refusal):
    """The message was taken up too long ago and is not kept any more."""

    code = "clipping_gone"
