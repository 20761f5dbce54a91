"""An invented refusal of a registration and its mail, for `usher mails show` and for golden files."""

from datetime import datetime, timedelta

from bot.domain.approvals import Choice
from bot.domain.cases import Case
from bot.domain.registration import RefusalReason, RegistrationDecision
from bot.policy import Policy
from bot.rendering import registration_mails
from bot.rendering.case_facts import Values

MESSAGES = {
    "en": "The street is that of your warehouse. Please give the registered office.",
    "de": "Die Straße ist die Ihres Lagers. Bitte nennen Sie den Sitz der Firma.",
}


def refused(
    case: Case, policy: Policy, *, at: datetime, reason: RefusalReason = RefusalReason.COMPANY_DATA
) -> Values:
    """To the first person of the case."""
    made = RegistrationDecision(
        choice=Choice.REJECTED,
        by="U0AVERY",
        right_of="U0AVERY",
        at=at,
        reason=reason,
        message=MESSAGES[case.lang],
    )
    until = at + timedelta(days=policy.mag.invitation_days)
    return registration_mails.registration_refused(case, case.ris.users[0], policy, made, until=until)
