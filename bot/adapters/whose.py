"""Whether what stands outside under an order's id was made for the order's company."""

from bot.domain.company_names import fold_name
from bot.domain.errors import PermanentFailure
from bot.domain.provisioning import Order


def check_is_ours(order: Order, company: str, *, where: str) -> None:
    """Raise PermanentFailure where what stands under an order's id names a company that the order never did.

    After a restore a number may have been given out before. `company`: "" where nobody says.
    """
    if not (order.names and company) or fold_name(company) in map(fold_name, order.names):
        return
    raise PermanentFailure(
        f"{where} has something for another company under {order.external_id}: {company[:100]}",
        mend="look there whose it is: make ours by hand and enter its number; or, where the company was only "
        "renamed there, give it the form's name and try again",
    )
