"""Why the rules say no to what staff want to do about a conversation."""

from bot.domain.errors import Refusal


class UnknownConversation(Refusal):
    """No such conversation; values: ref."""

    code = "unknown_conversation"


class NoCaseButQuestion(Refusal):
    """A question was named where only a case can be meant; values: ref."""

    code = "no_case_but_question"


class NoCaseButInvitation(Refusal):
    """An invitation was named where only a case can be meant; values: ref."""

    code = "no_case_but_invitation"


class NoCaseButAccount(Refusal):
    """An account was named where only a case can be meant; values: ref."""

    code = "no_case_but_account"


class NoCaseButReset(Refusal):
    """A request about lost phones or an app was named where only a case can be meant; values: ref."""

    code = "no_case_but_reset"


class NoCaseButEmailChange(Refusal):
    """A change of an address was named where only a case can be meant; values: ref."""

    code = "no_case_but_email_change"


class NoCaseButErasure(Refusal):
    """An erasure was named where only a case can be meant; values: ref."""

    code = "no_case_but_erasure"


class ConversationTaken(Refusal):
    """A colleague has it; values: ref, by, at."""

    code = "conversation_taken"


class ConversationClosed(Refusal):
    """It was closed meanwhile; values: ref, by, at."""

    code = "conversation_closed"


class NobodyToAnswer(Refusal):
    """It came without its sender's address; values: ref."""

    code = "nobody_to_answer"


class ConversationNotClosed(Refusal):
    """It is open already; values: ref."""

    code = "conversation_not_closed"


class ConversationMoved(Refusal):
    """Its asker has written since its card was shown; values: ref."""

    code = "conversation_moved"


class HandedOverMeanwhile(Refusal):
    """Somebody else has it than its card said; values: ref, by."""

    code = "handed_over_meanwhile"
