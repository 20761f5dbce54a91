"""Texts to phones through an HTTP gateway that takes JSON; docs/operate.md says what it has to do."""

import json
import ssl

from bot.adapters.http_calls import Caller, usual_words
from bot.adapters.http_line import HttpLine
from bot.domain.errors import PermanentFailure
from bot.ports import Texter
from bot.settings import Settings

_TOKEN = "compare SMS_TOKEN with what the gateway has given you"  # noqa: S105 - words for people


class SmsGateway:
    """Implements `bot.ports.Texter`; a text is posted once, under a key that tells a repeat."""

    def __init__(self, caller: Caller, *, token: str) -> None:
        self._caller = caller
        self._token = token

    def send(self, to: str, text: str, *, key: str) -> None:
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._token}",
            "Idempotency-Key": key,
        }
        body = json.dumps({"to": to, "text": text, "id": key}).encode()
        self._caller.call("POST", self._caller.line.path, headers=headers, body=body)

    def check(self) -> str:
        return self._caller.reach()


class NoGateway:
    """Where no gateway is set nobody can sign in by phone: each text says so."""

    def send(self, to: str, text: str, *, key: str) -> None:  # noqa: ARG002 - the port's
        self.check()

    def check(self) -> str:
        raise PermanentFailure("there is no way to send a text", mend="set SMS_URL and SMS_TOKEN")


def build_texter(settings: Settings, context: ssl.SSLContext) -> Texter:
    if not settings.sms_url:
        return NoGateway()
    line = HttpLine(settings.sms_url, context=context, proxy=settings.https_proxy)
    mends = {401: _TOKEN, 403: _TOKEN}
    caller = Caller(line=line, address="check SMS_URL", find_words=usual_words, mends=mends)
    return SmsGateway(caller, token=settings.sms_token.get_secret_value())
