"""Invented License Keys and the mails with them, for `usher mails show` and for golden files."""

from datetime import date

from bot.domain.cases import Case
from bot.domain.license_keys import Holder, KeyState, KeyVoided, LicenseKey, Seat
from bot.domain.ris import Credential
from bot.policy import Policy
from bot.rendering import key_mails
from bot.rendering.case_facts import Values

KEY_URL = "https://onboarding.example.com/dashboard/license-key"
KEYS = ("SAMPLE-KEY-FOR-SHOW-7Q2M", "SAMPLE-KEY-FOR-SHOW-K9XD")  #: nobody's


def list_seats(case: Case) -> list[Seat]:
    """The seats of the case's first people, each with its key."""
    return [
        Seat(
            id=number,
            case_id=case.id,
            organisation=case.id,
            number=number,
            purchase_order=None,
            price=None,
            holder=_holder(case, number - 1),
            used_in=case.id,
            closed_at=None,
            key=_key(number),
        )
        for number in range(1, len(KEYS) + 1)
    ]


def _holder(case: Case, number: int) -> Holder:
    user = case.ris.users[number]
    return Holder(name=f"{user.first_name} {user.last_name}", email=user.email, lang=case.lang)


def _key(number: int) -> LicenseKey:
    return LicenseKey(
        id=number,
        tail=KEYS[number - 1][-4:],
        credential=Credential.PHONE_OTP,
        state=KeyState.ISSUED,
        expires_on=date(2025, 12, 31),
        seat_id=number,
        mailed_at=None,
    )


def own(case: Case, policy: Policy, *, spare: int = 1, active: bool = False) -> Values:
    """One person's key, whole, as only they see it."""
    first, name = list_seats(case)[0], _holder(case, 0).name
    given = key_mails.license_key(
        case, first, policy, to_name=name, key_url=KEY_URL, spare=spare, active=active
    )
    return given | {"keys": [KEYS[0]]}


def listed(case: Case, policy: Policy, *, spare: int = 1, part: int = 1, parts: int = 1) -> Values:
    """Everybody's keys, to whoever passes them on."""
    name = case.ris.company.contact_name
    given = key_mails.license_keys(
        case, list_seats(case), policy, to_name=name, key_url=KEY_URL, spare=spare, part=part, parts=parts
    )
    return given | {"keys": list(KEYS)}


def handed_over(case: Case, policy: Policy, *, own: bool = True) -> Values:
    """The first person's key, which is the second one's now."""
    seat, before = list_seats(case)[1], _holder(case, 0)
    name = _holder(case, 1).name if own else case.ris.company.contact_name
    given = key_mails.key_handed_over(
        case, seat, policy, to_name=name, key_url=KEY_URL, before=before, own=own
    )
    return given | {"keys": [KEYS[1]]}


def taken_over(case: Case, policy: Policy) -> Values:
    return key_mails.key_taken_over(case, _key(1), policy, to_name=_holder(case, 0).name)


def voided(case: Case, policy: Policy, *, why: KeyVoided = KeyVoided.EXPOSED) -> Values:
    name = _holder(case, 0).name
    return key_mails.key_voided(case, _key(1), policy, to_name=name, name=name, why=why)
