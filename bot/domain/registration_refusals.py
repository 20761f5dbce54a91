"""Why the rules say no to what is done with a registration."""

from bot.domain.errors import AlreadyDecided, Refusal


class RegistrationChanged(Refusal):
    """What was submitted is no longer what was shown; values: ref."""

    code = "registration_changed"


class RegistrationDecided(AlreadyDecided):
    """The same of a registration, while its case was decided long ago; values: ref, verdict, by, at."""

    code = "registration_decided"


class DraftChanged(Refusal):
    """Another page changed the draft since this one showed it, or it is not sound any more."""

    code = "draft_changed"


class NotTicked(Refusal):
    """They did not say that they have checked it."""

    code = "not_ticked"


class AlreadyInvited(Refusal):
    """That person is whom the case invites."""

    code = "already_invited"


class OwnAddress(Refusal):
    """A mailbox of this desk, or of somebody of its staff, is nobody else's; values: found."""

    code = "own_address"
