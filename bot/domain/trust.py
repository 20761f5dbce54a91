"""Who a mail may be believed to come from: From is a claim, the trusted server's verdict is evidence."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    PASSED = "passed"  # the trusted server vouches for the domain in From
    FAILED = "failed"  # it says the domain in From did not send this
    NONE = "none"  # no verdict of a trusted server: nothing may be changed by it


@dataclass(frozen=True, kw_only=True)
class SenderCheck:
    """`evidence` is the part of the header that decided, for the card and the ledger."""

    verdict: Verdict
    evidence: str = ""
