"""The whole embedded world: mail servers, a Slack workspace, a clock to turn, and the lobby that shows it."""

import random
import secrets
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from werkzeug.serving import BaseWSGIServer, make_server

from bot import policy as policies
from bot.clock import TurnableClock
from bot.domain.keyring import Keyring
from bot.sandbox import applications, card, lobby, phone, webmail
from bot.sandbox.lobby import Lobby, Place
from bot.sandbox.mail.world import MailWorld
from bot.sandbox.pages.door import new_app
from bot.sandbox.ports import HOST, hold_near, number
from bot.sandbox.samples import SPONSORS, Samples
from bot.sandbox.sights import tour
from bot.sandbox.slack.server import Quiet, SlackServer
from bot.sandbox.slack.workspace import Workspace

DESK = "onboarding@usher.example"
SUPPORT = "support@usher.example"
AUTHSERV = "mx.usher.example"
STAFF = "avery@desk.example,blake@desk.example,casey@desk.example"
APPROVERS = "avery@desk.example,casey@desk.example"


class World:
    """Everything Usher talks to, on loopback; `settings` is what a service needs to find it.

    Ports are asked for by name ("lobby", "slack", "portal", "ops"); 0 or a taken one means any free one.
    Its time begins at `start`, or now.
    """

    def __init__(
        self,
        folder: Path,
        *,
        ports: Mapping[str, int] | None = None,
        seed: int | None = None,
        start: datetime | None = None,
    ) -> None:
        wanted = {"lobby": 0, "slack": 0, "portal": 0, "ops": 0, **(ports or {})}
        self._held = {name: hold_near(port) for name, port in wanted.items()}
        self._ports = {name: number(held) for name, held in self._held.items()}
        self._folder = folder
        self._password = secrets.token_urlsafe(12)
        self._secret_key = secrets.token_urlsafe(32)
        self._server: BaseWSGIServer | None = None
        self.clock = TurnableClock(start)
        self.mail = MailWorld(now=self.clock.now, accounts={DESK: self._password})
        self.workspace = Workspace(now=self.clock.now, zone=policies.load().desk.zone)
        # What Usher answers today; a command nobody listens to would time out.
        self.workspace.shortcuts = {"add_to_case": "Add to case"}
        self.workspace.commands = {
            "/usher": "queue | case C-1 | approve C-1 | stock | enroll | help",
            "/faq": "QUESTION",
        }
        self.texts = phone.Gateway(now=self.clock.now)
        self.card = card.CardReader(self.portal_url)
        self.card_desk = card.Desk()
        self.slack = SlackServer(self.workspace, port=self._ports["slack"])
        rng = random.Random(seed)  # noqa: S311 - invented companies, not secrets
        self.samples = Samples(rng, now=self.clock.now, desk=DESK)

    @property
    def lobby_url(self) -> str:
        return f"http://{HOST}:{self._ports['lobby']}/"

    @property
    def webmail_url(self) -> str:
        return f"{self.lobby_url}mail/"

    @property
    def phone_url(self) -> str:
        return f"{self.lobby_url}phone/"

    @property
    def forumpass_url(self) -> str:
        """Where ForumPass takes whoever is handed over."""
        return f"{self.lobby_url}forumpass/enter"

    @property
    def portal_url(self) -> str:
        return f"http://{HOST}:{self._ports['portal']}"

    @property
    def ops_url(self) -> str:
        return f"http://{HOST}:{self._ports['ops']}"

    @property
    def places(self) -> list[Place]:
        """Where to look."""
        return [
            Place(name="Slack", url=self.slack.url, text="The desk's workspace: act as any of its people."),
            Place(name="Webmail", url=self.webmail_url, text="Every mailbox of this world."),
            Place(name="Phones", url=self.phone_url, text="Every text that was sent to a phone."),
            Place(name="Portal", url=self.portal_url, text="What customers open from their mails."),
            Place(
                name="Card",
                url=f"{self.lobby_url}card/",
                text="A FIS MLOA hardware certificate: give it to somebody, and show it to the portal.",
            ),
            Place(name="Health", url=f"{self.ops_url}/readyz", text="How each part of the service is."),
        ]

    def start(self) -> None:
        self.mail.start()
        self.slack.start()
        self.texts.start()
        self.card.start()
        app = new_app(
            lobby.blueprint(self._lobby()),
            webmail.blueprint(self._webmail()),
            phone.blueprint(self.texts, links=[("Lobby", self.lobby_url), ("Webmail", self.webmail_url)]),
            card.blueprint(self.card, self.card_desk, lobby_url=self.lobby_url),
            applications.blueprint(Keyring((self._secret_key,)), now=self.clock.now),
        )
        self._server = make_server(HOST, self._ports["lobby"], app, threaded=True, request_handler=Quiet)
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="lobby", daemon=True
        ).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        self.slack.stop()
        self.card.stop()
        self.texts.stop()
        self.mail.stop()
        for held in self._held.values():
            held.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def settings(self) -> dict[str, Any]:
        """What the environment would say; every server is ours, so delivery is live."""
        return {
            "database_url": f"sqlite:///{self._folder / 'usher.db'}",
            "imap_host": HOST,
            "imap_port": self.mail.imap_port,
            "imap_tls": "none",
            "imap_user": DESK,
            "imap_password": self._password,
            "smtp_host": HOST,
            "smtp_port": self.mail.smtp_port,
            "smtp_tls": "none",
            "smtp_rate": 6000,
            "sms_url": self.texts.url,
            "sms_token": self.texts.token,
            "mail_from": DESK,
            "support_address": SUPPORT,
            "delivery": "live",
            "sponsors": ",".join(SPONSORS),
            "trusted_authserv_id": AUTHSERV,
            "slack_bot_token": self.workspace.bot_token,
            "slack_app_token": self.workspace.app_token,
            "slack_signing_secret": self.workspace.signing_secret,
            "slack_api_url": self.slack.api_url,
            "slack_approvals_channel": self.workspace.channel_id("approvals"),
            "slack_support_channel": self.workspace.channel_id("support"),
            "slack_staff": STAFF,
            "slack_approvers": APPROVERS,
            "portal_url": self.portal_url,
            "portal_bind": f"{HOST}:{self._ports['portal']}",
            "ops_bind": f"{HOST}:{self._ports['ops']}",
            "trusted_proxies": HOST,
            "client_cert_verify_header": card.VERIFY,
            "client_cert_subject_header": card.SUBJECT,
            "secret_key": self._secret_key,
        }

    def _webmail(self) -> webmail.Webmail:
        return webmail.Webmail(
            world=self.mail,
            now=self.clock.now,
            desk=(DESK, SUPPORT),
            sponsors=SPONSORS,
            links=[("Lobby", self.lobby_url), ("Slack", self.slack.url), ("Phones", self.phone_url)],
        )

    def _lobby(self) -> Lobby:
        return Lobby(
            places=self.places,
            steps=tour(self.mail, self.slack, webmail_url=self.webmail_url),
            acts=lobby.mail_buttons(self.mail, self.samples),
            clock=self.clock,
        )
