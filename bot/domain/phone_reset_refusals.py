"""Why the rules say no to removing the phones of somebody who has lost them."""

from bot.domain.errors import Refusal


class NoPhoneToLose(Refusal):
    """No phone of theirs is verified: they register one, and need nobody for it."""

    code = "no_phone_to_lose"


class ResetOpen(Refusal):
    """They have asked already, and it is on its way."""

    code = "reset_open"


class PhoneResetsRest(Refusal):
    """They asked too often; values: most."""

    code = "phone_resets_rest"


class ResetUnknown(Refusal):
    """No such request, or none of that account."""

    code = "reset_unknown"


class ResetSettled(Refusal):
    """It was decided, stopped or carried out meanwhile; values: state."""

    code = "reset_settled"


class OwnReset(Refusal):
    """Nobody agrees to their own."""

    code = "own_reset"


class AgreedBefore(Refusal):
    """Nobody is the second eye on what they agreed to first."""

    code = "agreed_before"


class NotIndependent(Refusal):
    """They are of the asker's or the first eye's making, or became an administrator with a factor since."""

    code = "not_independent"


class AgreeingNeedsOtp(Refusal):
    """They agree in a session signed in with a phone or a certificate."""

    code = "agreeing_needs_otp"


class AdministratorsFirst(Refusal):
    """The desk is the eye only where no administrator of theirs is left; values: ref."""

    code = "administrators_first"
