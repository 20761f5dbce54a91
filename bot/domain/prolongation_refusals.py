"""Why the rules say no to whoever prolongs a partner's account."""

from bot.domain.errors import LinkUnknown, Refusal


class AccountExpired(Refusal):
    """Its end has passed; a link that brings it back was mailed to the address on file."""

    code = "account_expired"


class AccountClosed(LinkUnknown):
    """Whose link it is, their account was closed by somebody, or for a newer one: no link opens it again."""


class ConsentsChanged(Refusal):
    """What they agree to was worded anew since they saw it, or they have not agreed yet."""

    code = "consents_changed"


class ProlongationWaits(Refusal):
    """A lock or the rule of one change a day stands in the way; values: until."""

    code = "prolongation_waits"
