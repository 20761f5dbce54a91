"""Why the rules say no to moving the end of an account."""

from bot.domain.errors import Refusal


class LifeClosed(Refusal):
    """It expired too long ago to come back: it takes a new invitation."""

    code = "life_closed"


class EndPassed(Refusal):
    """An end lies today or later; values: day."""

    code = "end_passed"


class EndTooFar(Refusal):
    """By hand an end moves so far at most; values: last, the last day that can be named."""

    code = "end_too_far"


class ReasonNeeded(Refusal):
    """An end is moved for a reason, on one line; values: most, its signs."""

    code = "reason_needed"


class UnclearDay(Refusal):
    """Not a day; values: text."""

    code = "unclear_day"


class LifeUnknown(Refusal):
    """The account has no clock."""

    code = "life_unknown"


class DayPassed(Refusal):
    """What a day would bring is told of today and later ones; values: day."""

    code = "day_passed"


class DayTooFar(Refusal):
    """Warnings go so far ahead of their day at most; values: last, the last day that can be named."""

    code = "day_too_far"


class GateGrown(Refusal):
    """More of these mails wait now than the card has shown; values: many, how many."""

    code = "gate_grown"


class GateSettled(Refusal):
    """These mails wait no longer; values: by, at where somebody let them go."""

    code = "gate_settled"
