"""A desk without passwords: Dovecot and aiosmtpd take tokens only, and the client secret expires one day."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.health import Part
from bot.domain.outbox import LONGEST_REST
from bot.sandbox.mail.reception import Arrival, stamped
from bot.sandbox.samples import Sample
from bot.settings import Tls
from tests.certificates import make_authority
from tests.contracts.dovecot import Dovecot
from tests.contracts.mail_servers import SERVICE, DovecotServer, running_dovecot
from tests.contracts.token_smtp import TokenSmtp, token_smtp
from tests.stories.desk import Desk, as_text, running, until
from tests.stories.test_spine import company_of
from tests.token_server import MAILBOX, TokenServer

pytestmark = SERVICE
EXPIRED = "the client secret has expired (AADSTS7000222)"


@dataclass(frozen=True)
class Site:
    """A running desk and the servers it logs in to."""

    desk: Desk
    tokens: TokenServer
    dovecot: Dovecot
    smtp: TokenSmtp

    def send(self, sample: Sample) -> str:
        """Let a sponsor's mail arrive, vouched for by the server; return the company's name."""
        arrival = Arrival(
            sender=sample.sender,
            recipient=MAILBOX,
            helo="mail.sponsor.example",
            protocol="ESMTPS",
            queue_id="1",
            authentic=True,
            at=self.desk.bot.clock.now(),
        )
        DovecotServer(self.dovecot).deliver(stamped(sample.raw, arrival))
        return company_of(sample)

    def find_part(self, name: str, words: str) -> Part:
        """How that part of the service is, once it says so."""
        return until(
            lambda: next(
                (p for p in self.desk.bot.health.parts() if p.name == name and words in p.sentence), None
            )
        )

    def confirmed(self) -> int:
        return sum(b"Subject: Order confirmed" in raw for raw in self.smtp.desk.taken)

    def cut_lines(self) -> None:
        self.dovecot.stop()
        self.dovecot.start()
        self.smtp.cut()


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    authority = make_authority(tmp_path_factory.mktemp("authority"))
    with ExitStack() as stack:
        tokens = stack.enter_context(TokenServer())
        dovecot = stack.enter_context(
            running_dovecot(authority=authority, inspection_url=tokens.inspection_url)
        )
        smtp = stack.enter_context(token_smtp(tokens, tls=Tls.STARTTLS, context=authority.server_context))
        changed: dict[str, Any] = {
            **tokens.settings(),
            "ca_bundle": authority.bundle,
            "imap_host": "localhost",
            "imap_port": dovecot.imaps_port,
            "imap_tls": Tls.TLS,
            "imap_user": MAILBOX,
            "imap_password": "",
            "smtp_host": "localhost",
            "smtp_port": smtp.port,
            "smtp_tls": Tls.STARTTLS,
            "smtp_user": MAILBOX,
        }
        # The time of the server that says until when its tokens hold.
        desk = stack.enter_context(
            running(tmp_path_factory.mktemp("desk"), start=datetime.now(UTC), **changed)
        )
        site = Site(desk, tokens, dovecot, smtp)
        site.find_part("mailbox", "connected")
        yield site


def test_mailbox_and_mail_out_share_one_token(site: Site) -> None:
    company = site.send(site.desk.world.samples.complete_ris())
    site.desk.act("avery").click("approvals", site.desk.card(company)["ts"], "case_approve")
    site.desk.card(company, "*sponsor told*")

    assert until(site.confirmed) == 1
    assert len(site.tokens.asked) == 1


def test_an_expired_secret_is_said_and_nothing_is_lost_until_it_is_mended(site: Site) -> None:
    samples = site.desk.world.samples
    first = site.send(samples.complete_ris())
    card = site.desk.card(first)
    site.tokens.expired = True
    site.tokens.revoke()
    site.cut_lines()

    site.desk.act("avery").click("approvals", card["ts"], "case_approve")
    second = site.send(samples.complete_ris())
    for part in (site.find_part("mailbox", EXPIRED), site.find_part("outbox mail", EXPIRED)):
        assert not part.well
        assert "put its value into OAUTH_CLIENT_SECRET" in part.sentence
    assert "*sponsor told*" not in as_text(site.desk.card(first))
    site.desk.message("support", "Alarm · the mailbox", EXPIRED, "OAUTH_CLIENT_SECRET")

    site.tokens.expired = False
    site.desk.world.clock.turn(LONGEST_REST)
    assert until(site.confirmed) == 1
    site.desk.card(first, "*sponsor told*")
    site.desk.card(second)
    assert site.find_part("mailbox", "connected").well
    assert site.find_part("outbox mail", "carries effects out").well
