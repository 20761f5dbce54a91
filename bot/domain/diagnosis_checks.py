"""The table of small checks that tell from somebody's own account what keeps them out, the worst first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.account_views import AccountMail
from bot.domain.accounts import AccountStatus
from bot.domain.diagnosis import Cause, Facts, Finding, Mend, Snapshot
from bot.domain.email_changes import ChangeState
from bot.domain.lifecycle import Life, LifeState
from bot.domain.outbox import JobStatus
from bot.domain.phone_codes import LASTS
from bot.domain.phone_resets import ResetState
from bot.domain.programmes import Programme
from bot.domain.ris import Credential
from bot.domain.sessions import Strength

RECENT_CODE = timedelta(hours=1)  #: for which a code that nobody entered is what a question is about
RECENT_MAIL = timedelta(days=14)  #: for which a mail that did not arrive is

Look = Callable[[Snapshot, Facts], Finding | None]


@dataclass(frozen=True, kw_only=True)
class Check:
    """`topics`: questions whose answer it is; `general`: it is worth saying for every login question."""

    cause: Cause
    look: Callable[[Snapshot], Finding | None]
    topics: frozenset[str]
    general: bool = True


def find_causes(seen: Snapshot, topic: str | None) -> tuple[Finding, ...]:
    """What stands in the way of whoever asks about `topic`, what answers it first; None: anything."""
    told = [
        (topic not in check.topics, found)
        for check in CHECKS
        if (topic in check.topics or (check.general and topic not in RULES))
        and (found := check.look(seen)) is not None
    ]
    return tuple(found for _, found in sorted(told, key=lambda one: one[0]))


def _of_own(look: Look) -> Callable[[Snapshot], Finding | None]:
    return lambda seen: look(seen, seen.own) if seen.own is not None else None


def _of_active(look: Look) -> Callable[[Snapshot], Finding | None]:
    """Of an account with which somebody could sign in, if nothing else were in the way."""

    def looked(seen: Snapshot) -> Finding | None:
        return look(seen, seen.own) if seen.own is not None and _is_usable(seen.own) else None

    return looked


def _is_usable(own: Facts) -> bool:
    ended = own.life is not None and own.life.state is not LifeState.VALID
    return own.account.status is AccountStatus.ACTIVE and not ended


def _several(seen: Snapshot) -> Finding | None:
    found = seen.accounts > 1 and seen.own is None
    return Finding(cause=Cause.SEVERAL, programme=seen.programme) if found else None


def _others(seen: Snapshot) -> Finding | None:
    """Who is signed in is not kept out by them; a browser may have remembered one of the others."""
    found = seen.accounts > 1 and seen.own
    return Finding(cause=Cause.SEVERAL, programme=seen.programme, yours=True) if found else None


def _deactivated(_: Snapshot, own: Facts) -> Finding | None:
    over = own.account.status is AccountStatus.DEACTIVATED
    return Finding(cause=Cause.DEACTIVATED, programme=own.account.programme) if over else None


def _ended(own: Facts, state: LifeState) -> Life | None:
    life = own.life
    if life is None or own.account.status is not AccountStatus.ACTIVE:
        return None
    return life if life.state is state else None


def _closed(seen: Snapshot, own: Facts) -> Finding | None:
    life = _ended(own, LifeState.CLOSED)
    if life is None or seen.invited:
        return None
    return Finding(
        cause=Cause.CLOSED, programme=own.account.programme, day=life.ends_on, last=own.last_way_back,
        mend=Mend.RETURN,
    )  # fmt: skip


def _expired(seen: Snapshot, own: Facts) -> Finding | None:
    if (life := _ended(own, LifeState.EXPIRED)) is None:
        return None
    return Finding(
        cause=Cause.EXPIRED, programme=own.account.programme, day=life.ends_on, last=own.last_way_back,
        days=(seen.today - life.ends_on).days, mend=Mend.PROLONGATION,
    )  # fmt: skip


def _in_review(seen: Snapshot) -> Finding | None:
    if seen.in_review is None or _gets_in(seen):
        return None
    return Finding(cause=Cause.IN_REVIEW, at=seen.in_review)


def _gets_in(seen: Snapshot) -> bool:
    return seen.own is not None and _is_usable(seen.own)


def _is_invited(seen: Snapshot) -> Finding | None:
    return _invitation(seen, Cause.INVITED)


def _is_to_register(seen: Snapshot) -> Finding | None:
    return _invitation(seen, Cause.TO_REGISTER)


def _invitation(seen: Snapshot, cause: Cause) -> Finding | None:
    registers = cause is Cause.TO_REGISTER
    found = next((one for one in seen.invited if (one.mend is Mend.REGISTRATION) is registers), None)
    if found is None or _gets_in(seen):
        return None
    return Finding(cause=cause, programme=found.programme, at=found.at, until=found.until, mend=found.mend)


def _not_activated(_: Snapshot, own: Facts) -> Finding | None:
    if own.account.status is not AccountStatus.WAITING:
        return None
    return Finding(
        cause=Cause.NOT_ACTIVATED, programme=own.account.programme, at=own.activation_at, mend=Mend.ACTIVATION
    )


def _locked(seen: Snapshot, own: Facts) -> Finding | None:
    if own.locked_until is None or own.locked_until <= seen.now:
        return None
    return Finding(
        cause=Cause.LOCKED, programme=own.account.programme, until=own.locked_until, mend=Mend.RESET
    )


def _codes_locked(seen: Snapshot, own: Facts) -> Finding | None:
    if own.codes_locked_until is None or own.codes_locked_until <= seen.now:
        return None
    return Finding(cause=Cause.CODES_LOCKED, until=own.codes_locked_until)


def _no_app(_: Snapshot, own: Facts) -> Finding | None:
    lacking = own.account.is_partner and not own.has_app
    return Finding(cause=Cause.NO_APP, programme=Programme.EXTRANET) if lacking else None


def _reset_waits(_: Snapshot, own: Facts) -> Finding | None:
    if own.reset is None or not own.reset.is_undecided:
        return None
    return Finding(cause=Cause.RESET_WAITS, programme=own.account.programme, at=own.reset.asked_at)


def _reset_cools(_: Snapshot, own: Facts) -> Finding | None:
    if own.reset is None or own.reset.state is not ResetState.COOLING:
        return None
    return Finding(cause=Cause.RESET_COOLS, programme=own.account.programme, until=own.reset.due_at)


def _terms(_: Snapshot, own: Facts) -> Finding | None:
    if (wait := own.terms) is None:
        return None
    return Finding(cause=Cause.TERMS, name=wait.application, at=wait.since, yours=wait.yours)


def _takes_otp(own: Facts) -> bool:
    return not own.account.is_partner and own.account.credential is Credential.PHONE_OTP


def _no_key(_: Snapshot, own: Facts) -> Finding | None:
    return Finding(cause=Cause.NO_KEY) if _takes_otp(own) and not own.key_entered else None


def _no_phone(_: Snapshot, own: Facts) -> Finding | None:
    lacking = _takes_otp(own) and own.key_entered and not own.phones
    return Finding(cause=Cause.NO_PHONE) if lacking else None


def _weak_session(_: Snapshot, own: Facts) -> Finding | None:
    weak = _takes_otp(own) and own.phones > 0 and own.strength is Strength.PASSWORD
    return Finding(cause=Cause.WEAK_SESSION) if weak else None


def _code_old(seen: Snapshot, own: Facts) -> Finding | None:
    at = own.code_at
    if at is None or not at + LASTS <= seen.now < at + RECENT_CODE:
        return None
    return Finding(cause=Cause.CODE_OLD, at=at, until=at + LASTS)


def _mail(seen: Snapshot, own: Facts, cause: Cause) -> Finding | None:
    mail = own.mail
    if mail is None or mail.at <= seen.now - RECENT_MAIL or _trouble_of(mail, own) is not cause:
        return None
    return Finding(cause=cause, programme=own.account.programme, at=mail.at, name=mail.template)


def _trouble_of(mail: AccountMail, own: Facts) -> Cause | None:
    if mail.came_back:
        return Cause.MAIL_BACK
    if mail.status in (JobStatus.FAILED, JobStatus.UNKNOWN):
        return Cause.MAIL_GIVEN_UP
    if own.given_up and mail.status in (JobStatus.QUEUED, JobStatus.HELD):
        return Cause.MAIL_GIVEN_UP
    return Cause.MAIL_HELD if mail.status is JobStatus.HELD else None


def _mail_back(seen: Snapshot, own: Facts) -> Finding | None:
    return _mail(seen, own, Cause.MAIL_BACK)


def _mail_given_up(seen: Snapshot, own: Facts) -> Finding | None:
    return _mail(seen, own, Cause.MAIL_GIVEN_UP)


def _mail_held(seen: Snapshot, own: Facts) -> Finding | None:
    return _mail(seen, own, Cause.MAIL_HELD)


def _address_cools(seen: Snapshot, own: Facts) -> Finding | None:
    if own.change is None:
        return None
    cools = own.change.state_at(seen.now) is ChangeState.COOLING
    return Finding(
        cause=Cause.ADDRESS_COOLS, programme=own.account.programme,
        until=own.change.due_at if cools else own.change.until, yours=not cools,
    )  # fmt: skip


def _password_young(seen: Snapshot, own: Facts) -> Finding | None:
    if own.password_at is None or own.password_from is None or own.password_from <= seen.now:
        return None
    return Finding(
        cause=Cause.PASSWORD_YOUNG, programme=own.account.programme, at=own.password_at,
        until=own.password_from,
    )  # fmt: skip


def _ending(seen: Snapshot, own: Facts) -> Finding | None:
    days = (own.life.ends_on - seen.today).days if own.life else -1
    if own.life is None or days < 0:  # past, while no warning is proven: the clock moves that end
        return None
    return Finding(
        cause=Cause.ENDING, programme=own.account.programme, day=own.life.ends_on, days=days,
        mend=Mend.PROLONGATION if own.may_validate else None,
    )  # fmt: skip


def _endless(_: Snapshot, own: Facts) -> Finding | None:
    return Finding(cause=Cause.ENDLESS) if own.account.programme is Programme.MAG else None


def _sound(seen: Snapshot, own: Facts) -> Finding | None:
    if seen.accounts > 1 or _locked(seen, own) is not None:
        return None
    return Finding(cause=Cause.SOUND, programme=own.account.programme, mend=Mend.RESET)


#: questions about the rules, which nobody asks because they are kept out: only what answers them is said
RULES = frozenset(
    {
        "share-otp-credential",
        "give-unactivated-otp-to-other",
        "mloa-hardware-instead-of-otp",
        "who-buys-credential",
        "password-policy",
        "vat-number-field",
        "share-account",
        "who-is-organisation-administrator",
    }
)


def _check(
    cause: Cause, look: Callable[[Snapshot], Finding | None], topics: str, *, general: bool = True
) -> Check:
    return Check(cause=cause, look=look, topics=frozenset(topics.split()), general=general)


_WAY_IN = "no-activation-email no-credentials-email"
_CLOCK = "account-expiry-revalidation prolongation-after-expiry resend-prolongation-link expired-over-60-days"

#: by how much they keep out; each with the ids of the questions that it answers
CHECKS = (
    _check(Cause.SEVERAL, _several, "error-message-during-login reset-password forgot-email-or-zip"),
    _check(Cause.SEVERAL, _others, "error-message-during-login reset-password", general=False),
    _check(Cause.DEACTIVATED, _of_own(_deactivated), f"error-message-during-login reset-password {_CLOCK}"),
    _check(Cause.CLOSED, _of_own(_closed), _CLOCK),
    _check(Cause.EXPIRED, _of_own(_expired), _CLOCK),
    _check(Cause.IN_REVIEW, _in_review, f"{_WAY_IN} who-is-organisation-administrator"),
    _check(Cause.TO_REGISTER, _is_to_register, f"{_WAY_IN} who-is-organisation-administrator"),
    _check(Cause.INVITED, _is_invited, f"{_WAY_IN} expired-over-60-days"),
    _check(
        Cause.NOT_ACTIVATED, _of_own(_not_activated), f"{_WAY_IN} reset-password reset-security-questions"
    ),
    _check(Cause.LOCKED, _of_active(_locked), "account-locked error-message-during-login"),
    _check(Cause.CODES_LOCKED, _of_active(_codes_locked), "account-locked otp-code-expired"),
    _check(Cause.NO_APP, _of_active(_no_app), "mfa-passcode-where mfa-mandatory-enrol"),
    _check(Cause.RESET_WAITS, _of_active(_reset_waits), "otp-phone-numbers mfa-passcode-where"),
    _check(Cause.RESET_COOLS, _of_active(_reset_cools), "otp-phone-numbers mfa-passcode-where"),
    _check(Cause.TERMS, _of_active(_terms), "accept-terms-and-conditions error-message-during-login"),
    _check(
        Cause.NO_KEY,
        _of_active(_no_key),
        "enter-licence-key not-logged-in-with-otp otp-phone-numbers give-unactivated-otp-to-other",
    ),
    _check(Cause.NO_PHONE, _of_active(_no_phone), "otp-phone-numbers not-logged-in-with-otp"),
    _check(Cause.WEAK_SESSION, _of_active(_weak_session), "not-logged-in-with-otp otp-phone-numbers"),
    _check(Cause.CODE_OLD, _of_active(_code_old), "otp-code-expired"),
    _check(Cause.MAIL_BACK, _of_own(_mail_back), f"{_WAY_IN} reset-password resend-prolongation-link"),
    _check(
        Cause.MAIL_GIVEN_UP, _of_own(_mail_given_up), f"{_WAY_IN} reset-password resend-prolongation-link"
    ),
    _check(Cause.MAIL_HELD, _of_own(_mail_held), f"{_WAY_IN} reset-password resend-prolongation-link"),
    _check(
        Cause.ADDRESS_COOLS, _of_active(_address_cools), "forgot-email-or-zip reset-password", general=False
    ),
    _check(
        Cause.PASSWORD_YOUNG,
        _of_own(_password_young),
        "password-change-within-24h account-expiry-revalidation prolongation-after-expiry",
        general=False,
    ),
    _check(
        Cause.ENDING,
        _of_active(_ending),
        "account-expiry-revalidation resend-prolongation-link",
        general=False,
    ),
    _check(
        Cause.ENDLESS,
        _of_active(_endless),
        "account-expiry-revalidation prolongation-after-expiry expired-over-60-days resend-prolongation-link",
        general=False,
    ),
    _check(Cause.SOUND, _of_active(_sound), "reset-password", general=False),
)


def holding(topic: str, found: Iterable[Finding]) -> str:
    """The article that holds for them in the place of `topic`; "" where what was found is the whole answer.

    Nobody reads how to come back by themselves, or to a new password, below that they cannot.
    """
    causes = {one.cause for one in found}
    if Cause.CLOSED in causes and topic in _CLOCK.split():
        return "expired-over-60-days"
    over = next(check for check in CHECKS if check.cause is Cause.DEACTIVATED)
    return "" if Cause.DEACTIVATED in causes and topic in over.topics else topic
