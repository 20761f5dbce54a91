"""What guards every page: headers, cookies, CSRF, trusted hosts, rate limits, logs without secrets."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv6Address, ip_network
from threading import Semaphore
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFError, CSRFProtect

from bot.bootstrap import Bot
from bot.domain.keyring import Keyring
from bot.domain.sessions import Visitor
from handlers.portal.proxies import TrustedProxies, read_address

#: everything from ourselves, nothing inline; a script of ours only makes a form quicker to fill in
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action {forms}; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",  # our files in /static bring their own
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.format(forms="'self'"),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",  # a status address is a secret
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
HSTS = "max-age=31536000"
LINKS_LIMIT = "120 per minute"  #: of one network address, over all pages that take a link's token
ASKING_LIMIT = "30 per hour"  #: questions to people, and opinions, of one network address
FILES_LIMIT = "10 per minute"  #: of one network address: a file costs far more than a page
TRIES_LIMIT = "30 per minute"  #: over all forms that take a password, key or code, of one network address …
#: … and of one account in whatever network: an office of many people has one address
OWN_TRIES_LIMIT = "30 per minute"
MAX_FORM_BYTES = 1_048_576  #: a room that takes files raises it for its own view
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
METHODS = SAFE_METHODS | {"POST", "PUT", "PATCH", "DELETE"}  #: any other is no word for a log

Decorator = Callable[[Any], Any]


@dataclass(frozen=True, kw_only=True)
class Guards:
    """What a room puts before its views."""

    csrf: CSRFProtect
    links: Decorator  #: for blueprints whose pages take a token
    tries: Decorator  #: for blueprints whose forms take something that can be guessed
    own_tries: Decorator  #: the same, for those to which one has to be signed in
    asking: Decorator  #: for blueprints whose forms come to a person's eyes
    files: Decorator  #: for blueprints whose pages take a file
    checking: Semaphore  #: one file at a time: of the two children for files the other is free for the desk


def protect(app: Flask, bot: Bot) -> Guards:
    """Configure the app, and hang the guards before and after every request."""
    https = bot.settings.portal_url.lower().startswith("https://")
    app.config.update(
        # One key a secret, derived for this purpose; older ones still read sessions.
        SECRET_KEY=_session_keys(bot)[0],
        SECRET_KEY_FALLBACKS=_session_keys(bot)[1:],
        SESSION_COOKIE_NAME="__Host-usher" if https else "usher",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        TRUSTED_HOSTS=trusted_hosts(bot.settings.portal_url),
        # Flask-WTF would want a Referer on TLS, which our own Referrer-Policy forbids to send;
        # `refuse_other_sites` stands in for it.
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_TIME_LIMIT=None,  # a form counts for as long as the session that its token is bound to
        RATELIMIT_HEADERS_ENABLED=False,
    )
    told = (bot.settings.client_cert_verify_header, bot.settings.client_cert_subject_header)
    trusted = TrustedProxies(app.wsgi_app, bot.settings.trusted_proxies, told)
    app.wsgi_app = trusted  # type: ignore[method-assign]
    app.after_request(
        with_headers(HEADERS | _leading_on(bot) | ({"Strict-Transport-Security": HSTS} if https else {}))
    )
    csrf = CSRFProtect(app)
    app.before_request(refuse_other_sites)
    network = _Network()
    limiter = Limiter(network, app=app, storage_uri="memory://")
    person = partial(_person, network)
    return Guards(
        csrf=csrf,
        links=limiter.shared_limit(LINKS_LIMIT, scope="links"),
        tries=limiter.shared_limit(TRIES_LIMIT, scope="tries", methods=["POST"]),
        own_tries=limiter.shared_limit(OWN_TRIES_LIMIT, scope="own", key_func=person, methods=["POST"]),
        asking=limiter.shared_limit(ASKING_LIMIT, scope="asking", methods=["POST"]),
        files=limiter.shared_limit(FILES_LIMIT, scope="files", methods=["POST"]),
        checking=Semaphore(),
    )


def trusted_hosts(portal_url: str) -> list[str]:
    """The one host that PORTAL_URL names; on loopback its other names too."""
    host = urlsplit(portal_url).hostname or ""
    return sorted(LOOPBACK) if host in LOOPBACK else [host]


def _leading_on(bot: Bot) -> dict[str, str]:
    """A form that launches an application ends there: browsers hold the redirect to be the form's too."""
    urls = (urlsplit(launch.url) for launch in bot.desk.policy.mag.launch.values() if launch.url)
    forms = " ".join(["'self'", *sorted({f"{url.scheme}://{url.netloc}" for url in urls})])
    return {"Content-Security-Policy": CONTENT_SECURITY_POLICY.format(forms=forms)}


def refuse_other_sites() -> None:
    """A browser says where a form was sent from; one of another site is refused, whatever its token."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    if request.method not in SAFE_METHODS and site not in {"same-origin", "none"}:
        raise CSRFError("sent from another site")


def route() -> str:
    """The request's path as logs may have it: its pattern, never the token in it."""
    return request.url_rule.rule if request.url_rule else "(no page)"


def _session_keys(bot: Bot) -> list[str]:
    return [Keyring((key,)).sign("portal", "sessions") for key in bot.settings.secret_keys()]


def with_headers(headers: dict[str, str]) -> Callable[[Response], Response]:
    """An `after_request` that sets what the view itself has not."""

    def add(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    return add


def _person(network: "_Network") -> str:
    """The key of limits of who is signed in: their account; of anybody else, their network."""
    visitor: Visitor | None = g.get("visitor")
    return f"account:{visitor.account.id}" if visitor else network()


class _Network:
    """The key of rate limits: an IPv4 address or IPv6 /64, hashed since the limiter logs it."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(16)

    def __call__(self) -> str:
        address = read_address(request.remote_addr or "")
        network = ip_network((address, 64), strict=False) if isinstance(address, IPv6Address) else address
        return hashlib.blake2s(str(network).encode(), key=self._salt, digest_size=12).hexdigest()
