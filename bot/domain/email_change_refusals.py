"""Why the rules say no to the desk's changing somebody's e-mail address."""

from bot.domain.errors import Refusal


class ChangeReasonMissing(Refusal):
    """None of the reasons was chosen."""

    code = "change_reason_missing"


class ChangeAsked(Refusal):
    """The desk has asked for the same change already; values: ref."""

    code = "change_asked"


class ChangeUnknown(Refusal):
    """No such change, or none that the desk asked for."""

    code = "change_unknown"


class ChangeSettled(Refusal):
    """It was agreed to, stopped or carried out meanwhile, or has lapsed; values: ref."""

    code = "change_settled"


class OwnChange(Refusal):
    """Nobody stands in on what they asked for, or for an address of their own; values: ref."""

    code = "own_change"
