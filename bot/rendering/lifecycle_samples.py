"""An invented partner's account and its mails, for `usher mails show` and for golden files."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import lifecycle
from bot.domain.accounts import Account, AccountStatus
from bot.domain.cases import Case
from bot.domain.lifecycle import Life, LifeState
from bot.domain.programmes import Programme
from bot.domain.prolongation import Wished
from bot.policy import Policy
from bot.rendering import account_samples, lifecycle_mails
from bot.rendering.case_facts import Values


def partner(case: Case, *, at: datetime) -> Account:
    """Of no organisation: a single partner user."""
    account = account_samples.account(case, 1, at=at)
    return replace(
        account,
        programme=Programme.EXTRANET,
        organisation=0,
        case_id=0,
        status=AccountStatus.ACTIVE,
        activated_at=at,
    )


def life(policy: Policy, *, at: datetime, days_left: int) -> Life:
    rules = policy.clock_rules
    validated_on = rules.calendar.day_of(at) - timedelta(days=rules.valid - days_left)
    return lifecycle.begin(2, rules, on=validated_on)


def warning(case: Case, policy: Policy, *, at: datetime) -> Values:
    """Thirty days before the end."""
    return lifecycle_mails.of_life(partner(case, at=at), life(policy, at=at, days_left=30), policy)


def expired(case: Case, policy: Policy, *, at: datetime) -> Values:
    """On the day after it."""
    ended = replace(life(policy, at=at, days_left=-1), state=LifeState.EXPIRED)
    return lifecycle_mails.of_life(partner(case, at=at), ended, policy)


def asked(
    case: Case, policy: Policy, *, at: datetime, has_ended: bool = True, how: Wished = Wished.ON_PORTAL
) -> Values:
    there = life(policy, at=at, days_left=-1 if has_ended else 30)
    state = LifeState.EXPIRED if has_ended else LifeState.VALID
    return lifecycle_mails.asked(partner(case, at=at), replace(there, state=state), policy, how=how)


def prolonged(case: Case, policy: Policy, *, at: datetime, changed: bool = True) -> Values:
    fresh = life(policy, at=at, days_left=policy.clock_rules.valid)
    return lifecycle_mails.prolonged(partner(case, at=at), fresh, policy, at=at, changed=changed)
