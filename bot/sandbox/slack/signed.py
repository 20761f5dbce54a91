"""HTTP delivery: requests to the app's request URL, signed with the signing secret."""

import hashlib
import hmac
import http.client
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from bot.sandbox.slack.courier import Courier, Envelope
from bot.sandbox.slack.loopback import is_loopback_name
from bot.sandbox.slack.pulse import Json

RETRY_REASONS = {"timeout": "http_timeout", "connection_failed": "connection_failed"}


class SignedRequests:
    """Posts each envelope and takes the response as its acknowledgement."""

    def __init__(self, url: str, *, secret: str, wall: Callable[[], float], courier: Courier) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not is_loopback_name(parts.netloc):
            raise ValueError(f"the sandbox sends to loopback only, not to {url}")
        self._parts = parts
        self._secret = secret
        self._wall = wall
        self._courier = courier
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="slack-http")

    def send(self, envelope: Envelope) -> bool:
        self._pool.submit(self._post, envelope)
        return True

    def cut(self) -> None:
        """Requests are one by one; there is no line to cut."""

    def close(self) -> None:
        self._pool.shutdown()

    def verify(self, token: str, challenge: str) -> bool:
        """Whether the app echoes the challenge, which Slack asks before it believes a request URL."""
        payload: Json = {"type": "url_verification", "token": token, "challenge": challenge}
        status, body = self._request(json.dumps(payload), "application/json", {})
        return status == HTTPStatus.OK and challenge in body

    def _post(self, envelope: Envelope) -> None:
        body, content_type = written(envelope)
        retries = {}
        if envelope.attempt:
            retries = {
                "X-Slack-Retry-Num": str(envelope.attempt),
                "X-Slack-Retry-Reason": RETRY_REASONS.get(envelope.reason, "http_error"),
            }
        try:
            status, answer = self._request(body, content_type, retries)
        except TimeoutError:
            return  # the courier's patience has ended as well
        except (OSError, http.client.HTTPException):
            event = envelope.kind == "events_api"
            self._courier.refuse(envelope.id, "connection_failed" if event else "dispatch_failed")
            return
        if status == HTTPStatus.OK:
            self._courier.acknowledge(envelope.id, read(answer))
        else:
            server_side = status >= HTTPStatus.INTERNAL_SERVER_ERROR
            self._courier.refuse(envelope.id, "http_service_error" if server_side else "http_client_error")

    def _request(self, body: str, content_type: str, headers: dict[str, str]) -> tuple[int, str]:
        timestamp = str(int(self._wall()))
        connection = http.client.HTTPConnection(
            self._parts.hostname or "", self._parts.port, timeout=self._courier.patience
        )
        try:
            connection.request(
                "POST",
                self._parts.path or "/",
                body.encode(),
                headers
                | {
                    "Content-Type": content_type,
                    "User-Agent": "Slackbot 1.0 (+sandbox)",
                    "X-Slack-Request-Timestamp": timestamp,
                    "X-Slack-Signature": signature(self._secret, timestamp, body),
                },
            )
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        finally:
            connection.close()


def signature(secret: str, timestamp: str, body: str) -> str:
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
    return f"v0={digest.hexdigest()}"


def written(envelope: Envelope) -> tuple[str, str]:
    """Body and content type, which differ for each kind."""
    form = "application/x-www-form-urlencoded"
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload), "application/json"
    if envelope.kind == "interactive":
        return urlencode({"payload": json.dumps(envelope.payload)}), form
    return urlencode(envelope.payload), form


def read(answer: str) -> Json | None:
    """An empty body is a bare acknowledgement, anything but JSON a text."""
    if not answer.strip():
        return None
    try:
        payload = json.loads(answer)
    except ValueError:
        return {"text": answer}
    return payload if isinstance(payload, dict) else {"text": answer}
