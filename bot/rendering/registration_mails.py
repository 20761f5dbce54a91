"""Mails about an organisation's registration: a builder for each, which takes values for the outbox."""

from datetime import datetime

from bot.domain.cases import Case
from bot.domain.letters import read_paragraphs
from bot.domain.registration import RegistrationDecision
from bot.domain.ris import Credential, User
from bot.policy import Policy
from bot.rendering import case_facts
from bot.rendering.case_facts import Values
from bot.rendering.mails import of_case, words_for


def invitation(
    case: Case,
    invited: User,
    policy: Policy,
    *,
    until: datetime,
    why: str = "first",
    spare: int = 0,
    keyless: bool = False,
) -> Values:
    """To whom the form names first as Organization Administrator; the link comes as a secret.

    `why`: "first", "instead" (of somebody else, who has the key), "again" (they asked for a new link) or
    "reminder" (nobody has registered yet).
    `spare`: keys that wait with them for others, where no other mail tells them. `keyless`: Usher mails none.
    """
    return of_case(case, policy) | {
        "name": case_facts.name(invited),
        "until": words_for(case, policy).date(until),
        "keys": why != "instead"
        and not keyless
        and any(user.credential == Credential.PHONE_OTP for user in case.ordered_users),
        "outside": not policy.mag.keeps_accounts,
        "why": why,
        "spare": spare,
    }


def registration_refused(
    case: Case, invited: User, policy: Policy, made: RegistrationDecision, *, until: datetime
) -> Values:
    """To whoever registered: why not, what to do, and a link to the draft, which comes as a secret."""
    return of_case(case, policy) | {
        "name": case_facts.name(invited),
        "until": words_for(case, policy).date(until),
        "reason": str(made.reason),
        "paragraphs": read_paragraphs(made.message),
    }


def site_ready(
    case: Case, policy: Policy, *, administrator: User, site: str, outside: bool, ready: bool = True
) -> Values:
    """To the sponsor, once the registration is approved; `case` with the organisation's own data.

    `site`: what the site is called, "" where nobody says. `ready`: the desk does not set it up another way.
    """
    return of_case(case, policy) | {
        "administrator": case_facts.name(administrator),
        "site": site,
        "ready": ready,
        "people": len(case.ordered_users),
        "outside": outside,
    }
