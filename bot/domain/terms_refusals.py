"""Why terms are not shown or not accepted, by name."""

from bot.domain.errors import Refusal


class UnknownApplication(Refusal):
    """The organisation has no such application, or it has no terms."""

    code = "unknown_application"


class TermsNotYours(Refusal):
    """Only an Organization or Application Administrator accepts terms."""

    code = "terms_not_yours"


class TermsChanged(Refusal):
    """The text that was read is no longer the one that counts."""

    code = "terms_changed"
