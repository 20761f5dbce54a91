"""Who may speak for the sponsor of a case, once the trusted server vouches for them."""

from collections.abc import Sequence

from bot.domain.cases import Case
from bot.domain.trust import is_sponsor


def is_party(case: Case, address: str, sponsors: Sequence[str]) -> bool:
    """Whether a verified mail of that address speaks for the case.

    Whoever sent the form, authorised people on its Cc, and authorised colleagues of its sponsor's domain:
    the colleague who answers while its sender is away had no part in the first mail.
    """
    if address in {case.sponsor.address, *case.cc}:
        return True
    colleague = address.rpartition("@")[2] == case.sponsor.domain
    return case.authorised and colleague and is_sponsor(address, sponsors)
