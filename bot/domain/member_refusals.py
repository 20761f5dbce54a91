"""What an Organization Administrator may not do with the people of their organisation, by name."""

from bot.domain.errors import Refusal


class AdministratorsOnly(Refusal):
    """Only an Organization Administrator of that organisation does that."""

    code = "administrators_only"


class MemberUnknown(Refusal):
    """There is no such person in the organisation."""

    code = "member_unknown"


class MemberOutdated(Refusal):
    """Somebody has changed that account meanwhile, so that this has no meaning for it any more."""

    code = "member_outdated"


class LastAdministrator(Refusal):
    """One administrator always remains; values: user_id, where the desk hears it."""

    code = "last_administrator"


class ClosedByDesk(Refusal):
    """The desk ended that account, and only the desk opens it again."""

    code = "closed_by_desk"


class ClosedByCustomer(Refusal):
    """An administrator there ended that account, and nobody has asked them; values: who, user_id, at."""

    code = "closed_by_customer"


class InvitedAlready(Refusal):
    """An invitation to that address is open."""

    code = "invited_already"


class MemberThere(Refusal):
    """Somebody of that name and address has an account in the organisation; values: name, user_id."""

    code = "member_there"


class AddressShared(Refusal):
    """A colleague has that address, and nobody has said that it is shared; values: name, email."""

    code = "address_shared"


class InvitedOften(Refusal):
    """`most` mails of one invitation go out within a day."""

    code = "invited_often"


class TooManyMembers(Refusal):
    """`most` people a day are added or invited by one organisation."""

    code = "too_many_members"


class NeedsNoKey(Refusal):
    """A certificate is stronger than what a License Key brings."""

    code = "needs_no_key"


class RemindedOften(Refusal):
    """They got `most` activation mails within a day."""

    code = "reminded_often"
