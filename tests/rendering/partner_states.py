"""What mails to partners say in other states than those of their samples."""

from collections.abc import Callable
from functools import partial
from typing import Any

from bot import policy as policies
from bot.domain.accounts import Account
from bot.domain.members import MemberNotice
from bot.domain.phone_resets import ResetState
from bot.domain.recovery import Way
from bot.rendering import account_samples, partner_samples, password_samples, samples

POLICY, AT = policies.load(), samples.DECIDED_AT

#: of those that an owner is told; nothing is mailed when only the first has agreed
RESET_STATES = tuple(state for state in ResetState if state not in (ResetState.AGREED, ResetState.COOLING))


def page(path: str, lang: str) -> str:
    """One of the portal's, as a mail names it."""
    return f"https://onboarding.example.com/{path}?lang={lang}"


def _partner(lang: str) -> Account:
    return partner_samples.account(samples.decided_case(lang), at=AT)


def _show(build: Callable[..., dict[str, Any]], lang: str, **more: object) -> dict[str, Any]:
    return build(samples.decided_case(lang), POLICY, at=AT, **more)


def _of_partner(build: Callable[..., dict[str, Any]], lang: str, **more: object) -> dict[str, Any]:
    return _show(build, lang, owner=_partner(lang), **more)


STATES: dict[str, Callable[[str], dict[str, Any]]] = {
    "partner_invitation_back": partial(_show, partner_samples.invitation, back=True),
    "account_locked_partner": partial(_of_partner, account_samples.account_locked),
    **{
        f"recovery_partner_{way}": partial(_of_partner, password_samples.recovery, way=way)
        for way in Way
        if way not in (Way.ENDLESS, Way.THERE)
    },
    "recovery_partner_there": lambda lang: _of_partner(
        password_samples.recovery, lang, way=Way.THERE, page_url=page("sign-in", lang)
    ),
    "recovery_partner_expired": lambda lang: _of_partner(
        password_samples.recovery, lang, way=Way.SEVERAL, page_url=page("prolong", lang)
    ),
    **{
        f"member_notice_partner_{why}": partial(_of_partner, account_samples.member_notice, why=why)
        for why in (MemberNotice.DEACTIVATED, MemberNotice.REACTIVATED)
    },
    **{
        f"app_reset_{state}": partial(_show, partner_samples.app_reset, state=state) for state in RESET_STATES
    },
}
