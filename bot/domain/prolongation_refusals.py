"""Why the rules say no to whoever prolongs a partner's account."""

from bot.domain.errors import Refusal


class AccountExpired(Refusal):
    """Its end has passed; a link that brings it back was mailed to the address on file."""

    code = "account_expired"


class ConsentsChanged(Refusal):
    """What they agree to was worded anew since they saw it, or they have not agreed yet."""

    code = "consents_changed"


class ProlongationWaits(Refusal):
    """A lock or the rule of one change a day stands in the way; values: until."""

    code = "prolongation_waits"
