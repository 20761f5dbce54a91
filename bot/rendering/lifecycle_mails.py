"""The mails of an account's clock: what they say of it, with every date that matters to its owner."""

from datetime import datetime

from bot.domain.accounts import Account
from bot.domain.lifecycle import Life, LifeState, Stage
from bot.domain.prolongation import Wished
from bot.policy import Policy
from bot.rendering.case_facts import Values
from bot.rendering.words import words


def of_life(account: Account, life: Life, policy: Policy) -> Values:
    """To its owner: until when it works, when it is reminded, and until when it can come back.

    The link comes beside them, as `prolong_url`.
    """
    say, rules, extranet = words(account.lang, policy.desk.zone), policy.clock_rules, policy.extranet
    return {
        "lang": account.lang,
        "desk": policy.desk.name,
        "programme": extranet.name,
        "support_desk": extranet.support_desk,
        "support_address": extranet.support_address,
        "ref": account.user_id,
        "name": account.name,
        "user_id": account.user_id,
        "validated_on": say.date(life.validated_on),
        "valid_days": rules.valid,
        "ends_on": say.date(life.ends_on),
        "reminded_on": say.date(rules.calendar.day_of(rules.due(Stage.REMINDER, life.ends_on))),
        "expires_on": say.date(rules.calendar.day_of(rules.due(Stage.EXPIRED, life.ends_on))),
        "back_until": say.date(life.back_until(rules)),
        "closes_on": say.date(rules.calendar.day_of(rules.closes(life.back_until(rules)))),
    }


def asked(account: Account, life: Life, policy: Policy, *, how: Wished = Wished.ON_PORTAL) -> Values:
    """To its owner, who may have asked for the link: it comes beside them, as `prolong_url`."""
    return {**of_life(account, life, policy), "expired": life.state is LifeState.EXPIRED, "how": how}


def prolonged(account: Account, life: Life, policy: Policy, *, at: datetime, changed: bool) -> Values:
    """To its owner: until when it works now; `changed`: by a new password."""
    said = words(account.lang, policy.desk.zone)
    return {**of_life(account, life, policy), "at": said.instant(at), "changed": changed}
