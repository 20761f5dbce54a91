"""Whose word on a sender counts, in the forms of two large providers, from the mailbox to the card."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bot.domain.trust import MICROSOFT365
from bot.sandbox.samples import DANA, Sample
from bot.sandbox.world import DESK
from tests.stories.desk import Desk, as_text, running
from tests.stories.test_spine import company_of

pytestmark = pytest.mark.slow

DOMAIN = DANA[1].partition("@")[2]
RECEIPT = "We have the form for"


@dataclass(frozen=True, kw_only=True)
class Server:
    """How a provider's server writes that it is content with a mail, and that it is not."""

    trusted: str  #: TRUSTED_AUTHSERV_ID
    passed: str
    evidence: str  #: what the card shows of `passed`
    failed: str


GMAIL = Server(
    trusted="mx.google.com",
    passed=f"""mx.google.com;
       dkim=pass header.i=@{DOMAIN} header.s=s1 header.b="k3x/Ab1Q";
       spf=pass (google.com: domain of {DANA[1]} designates 192.0.2.10 as permitted sender)
       smtp.mailfrom={DANA[1]};
       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from={DOMAIN}""",
    evidence=f"dmarc=pass header.from={DOMAIN}",
    failed=f"""mx.google.com;
       spf=softfail (google.com: domain of transitioning {DANA[1]} does not designate 198.51.100.7
        as permitted sender)
       smtp.mailfrom={DANA[1]};
       dmarc=fail (p=NONE sp=NONE dis=NONE) header.from={DOMAIN}""",
)
EXCHANGE = Server(
    trusted=MICROSOFT365,
    passed=f"""spf=pass (sender IP is 192.0.2.10)
 smtp.mailfrom={DOMAIN}; dkim=none (message not signed)
 header.d=none;dmarc=none action=none
 header.from={DOMAIN};compauth=pass reason=100""",
    evidence="compauth=pass reason=100",
    failed=f"""spf=fail (sender IP is 198.51.100.7)
 smtp.mailfrom={DOMAIN}; dkim=none (message not signed)
 header.d=none;dmarc=fail action=oreject
 header.from={DOMAIN};compauth=fail reason=000""",
)


@pytest.fixture(scope="module", params=[GMAIL, EXCHANGE], ids=lambda server: server.trusted)
def behind(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Desk, Server]]:
    """A desk behind that server, and the server."""
    server: Server = request.param
    with running(tmp_path_factory.mktemp("behind"), trusted_authserv_id=server.trusted) as desk:
        desk.well()  # what lies in the mailbox before its first look is never acted on
        yield desk, server


def deliver(desk: Desk, *verdicts: str) -> Sample:
    """Lay a sponsor's form into the mailbox, as their server would: with these verdicts, topmost first."""
    sample = desk.world.samples.complete_ris()
    named = "".join(f"Authentication-Results: {one}\n" for one in verdicts).replace("\n", "\r\n")
    desk.world.mail.append(DESK, "INBOX", named.encode() + sample.raw)
    return sample


def receipts(desk: Desk, company: str) -> list[str]:
    subjects = (str(mail["Subject"]) for mail in desk.mails_to(DANA[1]))
    return [subject for subject in subjects if subject.startswith(f"{RECEIPT} {company}")]


def test_what_the_providers_server_vouches_for_is_taken_in_and_the_card_says_by_what(
    behind: tuple[Desk, Server],
) -> None:
    desk, server = behind
    company = company_of(deliver(desk, server.passed))
    card = as_text(desk.card(company, "case_approve"))

    assert f"Sender verified: the mail server vouches for it ({server.evidence})" in card
    desk.mail_to(DANA[1], about=f"{RECEIPT} {company}")


def test_a_forged_verdict_below_the_servers_own_changes_nothing(behind: tuple[Desk, Server]) -> None:
    desk, server = behind
    company = company_of(deliver(desk, server.failed, server.passed))
    card = as_text(desk.card(company, "kind_ris"))
    desk.settled()

    assert f"*Sender check failed* (dmarc=fail header.from={DOMAIN})" in card
    assert server.evidence not in card
    assert "case_approve" not in card
    assert receipts(desk, company) == []
