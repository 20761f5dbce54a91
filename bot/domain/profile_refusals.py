"""What My Account refuses, by name."""

from bot.domain.errors import Refusal


class AddressUnsound(Refusal):
    """That is no e-mail address."""

    code = "address_unsound"


class AddressNotNew(Refusal):
    """The account has that address already."""

    code = "address_not_new"


class TooManyChanges(Refusal):
    """An account asks for `most` changes a day."""

    code = "too_many_changes"
