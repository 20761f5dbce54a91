"""Why the rules say no to what a case costs, and to a hand that somebody lends one of its steps."""

from bot.domain.errors import Refusal


class PurchaseOrderNeeded(Refusal):
    """The form names none that we know, so the approver picks one; values: ref, number, total."""

    code = "purchase_order_needed"


class OfferChanged(Refusal):
    """What it costs, or what pays for it, is no longer what was shown; values: ref."""

    code = "offer_changed"


class NoBalance(Refusal):
    """No purchase order pays for it; values: ref, total."""

    code = "no_balance"


class BalanceTooSmall(Refusal):
    """The purchase order does not pay for it; values: number, available, total."""

    code = "balance_too_small"


class NothingEntered(Refusal):
    """A checklist without a number."""

    code = "nothing_entered"


class NumberMissing(Refusal):
    """The address of a record without what it is called."""

    code = "number_missing"


class BadLink(Refusal):
    """What was entered is no address of a page; values: found."""

    code = "bad_link"


class StepNotOpen(Refusal):
    """That step needs no hand at present; values: ref, step, step_state."""

    code = "step_not_open"


class KeysAreOut(Refusal):
    """License Keys of the case went out: taken back, they would all be void; values: ref."""

    code = "keys_are_out"


class StepReasonMissing(Refusal):
    """A grave act without a word on why."""

    code = "step_reason_missing"


class SkipAsked(Refusal):
    """They asked to leave that step out before, or somebody did in their place; values: ref."""

    code = "skip_asked"
