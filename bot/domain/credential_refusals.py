"""Why the rules say no to a License Key, a phone or a code."""

from bot.domain.errors import Refusal


class LicenseKeyRefused(Refusal):
    """Unknown, used, void, expired or somebody else's: nobody is told which; values: signs, as typed."""

    code = "license_key_refused"


class LicenseKeysRest(Refusal):
    """Too many that were refused; values: until."""

    code = "license_keys_rest"


class HasCredential(Refusal):
    """A License Key is used in this account already, and one is enough."""

    code = "has_credential"


class NoCredential(Refusal):
    """The License Key comes before the phones."""

    code = "no_credential"


class ChangeNeedsOtp(Refusal):
    """Phones are changed in a session that was signed in with one of them."""

    code = "change_needs_otp"


class PhoneUnknown(Refusal):
    """None of their phones."""

    code = "phone_unknown"


class PhoneNotValid(Refusal):
    """No number that a text can be sent to."""

    code = "phone_not_valid"


class PhoneThere(Refusal):
    """They have it already."""

    code = "phone_there"


class PhonesFull(Refusal):
    """Values: most."""

    code = "phones_full"


class LastPhone(Refusal):
    """One always remains."""

    code = "last_phone"


class CertificateRefused(Refusal):
    """No sound certificate, or none that the desk has registered for this account."""

    code = "certificate_refused"


class CertificateOfNoUse(Refusal):
    """A partner's second factor is an app; values: user_id."""

    code = "certificate_of_no_use"


class CertificateTaken(Refusal):
    """It is registered for another account; values: user_id."""

    code = "certificate_taken"


class AccountUnknown(Refusal):
    """No such account; values: user_id."""

    code = "account_unknown"


class PhoneCodeRefused(Refusal):
    """It does not fit, was used, or is too old."""

    code = "phone_code_refused"


class RecoveryCodeRefused(Refusal):
    """It is none of this account's, was used, or a newer set took its place."""

    code = "recovery_code_refused"


class PhoneCodesRest(Refusal):
    """Too many wrong ones; values: until."""

    code = "phone_codes_rest"


class TextsRest(Refusal):
    """Enough texts were sent for an hour; values: most."""

    code = "texts_rest"
