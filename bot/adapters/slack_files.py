"""Fetch a file that somebody gave to the app in Slack; the token goes to Slack's own hosts alone."""

from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from slack_sdk import WebClient

from bot.domain.errors import NotNow, PermanentFailure
from bot.ports import SharedFile

_OURS = "slack.com"
_TOO_MANY = 429
_SERVER_FAULT = 500


class _StayHere(HTTPRedirectHandler):
    """Whom Slack does not know it sends to its log-in page; the token must not go along."""

    def redirect_request(self, *_: object) -> None:
        return None


def fetch(client: WebClient, file_id: str, *, most: int) -> SharedFile:
    """Ask about the file, then for its content; raise PermanentFailure for one of more than `most` bytes."""
    found = client.files_info(file=file_id)["file"]
    name, url = str(found.get("name") or ""), str(found.get("url_private_download") or "")
    if int(found.get("size") or 0) > most:
        raise PermanentFailure(f"the file is larger than {most} bytes")
    if not _is_slacks(url, client.base_url):
        raise PermanentFailure("Slack does not keep the file itself: give it from your computer")
    request = Request(url, headers={"Authorization": f"Bearer {client.token}"})  # noqa: S310 - looked at above
    try:
        with _opener(client).open(request, timeout=client.timeout) as answer:
            content: bytes = answer.read(most + 1)
    except HTTPError as exc:
        raise _refused(exc) from None
    if len(content) != int(found.get("size") or 0):
        raise NotNow("Slack's file was cut short on its way")
    return SharedFile(name=name, content=content)


def _is_slacks(url: str, api: str) -> bool:
    """Slack's own hosts over TLS, or the very server of SLACK_API_URL."""
    asked, ours = urlsplit(url), urlsplit(api)
    host = asked.hostname or ""
    if asked.scheme == "https" and (host == _OURS or host.endswith(f".{_OURS}")):
        return True
    return (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc)


def _opener(client: WebClient) -> OpenerDirector:
    proxies = {"http": client.proxy, "https": client.proxy} if client.proxy else {}
    return build_opener(ProxyHandler(proxies), HTTPSHandler(context=client.ssl), _StayHere())


def _refused(exc: HTTPError) -> Exception:
    if exc.code == _TOO_MANY or exc.code >= _SERVER_FAULT:
        return NotNow(f"Slack does not give the file now (status {exc.code})")
    return PermanentFailure(f"Slack does not give the file (status {exc.code}): give it anew")
