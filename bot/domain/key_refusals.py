"""Why the rules say no to what somebody wants to do with a License Key."""

from bot.domain.errors import Refusal


class UnknownSeat(Refusal):
    """No such seat."""

    code = "unknown_seat"


class UnknownKey(Refusal):
    """No such License Key, or none that this desk has imported."""

    code = "unknown_key"


class KeyInTheOpen(Refusal):
    """A License Key in a message, which others can read and Slack keeps."""

    code = "key_in_the_open"


class NoKeyYet(Refusal):
    """The seat waits for its License Key; values: ref."""

    code = "no_key_yet"


class NobodyHolds(Refusal):
    """A spare seat: nobody has its License Key; values: ref."""

    code = "nobody_holds"


class KeyAlreadyUsed(Refusal):
    """Its owner has entered it, so that it is bound to them; values: holder."""

    code = "key_already_used"


class KeyAlreadyVoid(Refusal):
    """It is worth nothing any more; values: holder."""

    code = "key_already_void"


class KeyNotIssued(Refusal):
    """It lies in stock and belongs to nobody."""

    code = "key_not_issued"


class KeyStillWaits(Refusal):
    """Its mail has not gone yet, so another would be the same twice; values: status."""

    code = "key_still_waits"


class KeyJustSent(Refusal):
    """It was sent again a moment ago: a second click."""

    code = "key_just_sent"


class KeySentOften(Refusal):
    """It was sent again often enough for a day; values: most."""

    code = "key_sent_often"


class StockUnchecked(Refusal):
    """Since a restore, keys in stock may be with somebody already."""

    code = "stock_unchecked"


class VouchersUnchecked(Refusal):
    """Since a restore, keys that were mailed may be imported as new ones."""

    code = "vouchers_unchecked"


class SecretKeyWrong(Refusal):
    """No key of SECRET_KEY opens anything that is sealed in the database."""

    code = "secret_key_wrong"


class KeysUnreadable(Refusal):
    """A key was not found, and some cannot be looked up: sealed with a key that is lost; values: count."""

    code = "keys_unreadable"


class KeyUnreadable(Refusal):
    """No key in SECRET_KEY opens the sealed License Key; values: tail."""

    code = "key_unreadable"


class SeatChanged(Refusal):
    """A colleague was faster; values: holder, by, at."""

    code = "seat_changed"


class SameHolder(Refusal):
    """It is theirs already; values: holder."""

    code = "same_holder"


class HasSeat(Refusal):
    """They hold a seat of that organisation already; values: holder."""

    code = "has_seat"


class BadHolderName(Refusal):
    """A name without a letter, or one that is too long; values: most."""

    code = "bad_holder_name"


class BadHolderAddress(Refusal):
    """Not an e-mail address."""

    code = "bad_holder_address"
