"""Mails about what was ordered: a builder for each, which takes values for the outbox."""

from collections.abc import Collection

from bot.domain.approvals import Choice
from bot.domain.cases import Case, CaseStatus
from bot.domain.purchase_orders import fold_number
from bot.domain.purchasing import Quote
from bot.domain.withdrawals import Irrevocable
from bot.policy import Policy
from bot.rendering import case_facts
from bot.rendering.case_facts import Values
from bot.rendering.mails import of_case, words_for


def order_confirmation(
    case: Case, policy: Policy, quote: Quote | None = None, *, not_registered: bool = False
) -> Values:
    """To the sponsor, once the desk approved; `quote` as it was ordered, with what pays for it.

    `not_registered`: it is an addition to an organisation that has yet to register.
    """
    say, payer = words_for(case, policy), quote.order if quote and quote.of_sponsor(case) else None
    balance = payer.available - quote.total if quote and quote.total and payer else None
    return of_case(case, policy) | {
        **({"purchase_order": payer.number} if payer else {}),
        "named_seats": _named_seats(case),
        "other_payer": payer is None and _pays_another(case, quote),
        **({"total_price": say.money(quote.total)} if quote and quote.total else {}),
        "balance": say.money(balance) if balance else "",
        "from_spare": quote.spare if quote else 0,
        "with_keys": case.ordered_seats != 0 or bool(quote and quote.spare),
        "not_registered": not_registered,
        "approved_on": words_for(case, policy).date(case.decision.at if case.decision else case.status_since),
        "users": [case_facts.user(user, words_for(case, policy)) for user in case.ordered_users],
    }


def _named_seats(case: Case) -> str:
    """The number in an addition's form, where it is not that of the seats that are ordered by it."""
    named = case.ris.company.seats
    return str(named) if case.addition and named not in (None, case.ordered_seats) else ""


def _pays_another(case: Case, quote: Quote | None) -> bool:
    """Whether another purchase order pays than the form named, of which its sponsor may not read."""
    if quote is None or quote.order is None or not quote.total:
        return False
    return fold_number(quote.order.number) != fold_number(case.ris.company.purchase_order)


def withdrawal(
    case: Case, policy: Policy, standing: Collection[Irrevocable] = (), *, stopped: bool = False
) -> Values:
    """To the sponsor who took the case back: that it is withdrawn, or why it cannot be.

    `standing`: what of its decision cannot be called back. The case is shown as it is afterwards, with the
    decision that it had. `stopped`: the desk ended it, and nobody had asked for that.
    """
    approved = case.decision if case.decision and case.decision.choice is Choice.APPROVED else None
    return of_case(case, policy) | {
        "withdrawn": stopped or case.status is CaseStatus.WITHDRAWN,
        "stopped": stopped,
        "keys_void": Irrevocable.KEYS_VOID in standing,
        "made": Irrevocable.MADE in standing,
        "approved_on": words_for(case, policy).date(approved.at) if approved else "",
        "confirmation_sent": Irrevocable.CONFIRMATION_SENT in standing,
        "may_have_gone": Irrevocable.MAY_HAVE_GONE in standing,
    }
