"""Why a provider gives no token, and what to do about it: by RFC 6749's names and Microsoft's numbers."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_NUMBER = re.compile(r"AADSTS(\d{5,8})\b")


class Cause(NamedTuple):
    """What went wrong and what to do; the provider's own words are never repeated, they may hold secrets."""

    words: str
    mend: str


_EXPIRED = Cause(
    "the client secret has expired",
    "make a new one under 'certificates and secrets' and put its value into OAUTH_CLIENT_SECRET",
)
_WRONG_SECRET = Cause(
    "the client secret is wrong",
    "put the secret's value (not its id) into OAUTH_CLIENT_SECRET, or make a new one",
)
_UNKNOWN_CLIENT = Cause(
    "the client id is not known there", "check OAUTH_CLIENT_ID, and the tenant in OAUTH_TOKEN_URL"
)
_UNKNOWN_TENANT = Cause("there is no such tenant", "check the tenant in OAUTH_TOKEN_URL")
_WRONG_SCOPE = Cause(
    "the scope is refused", "check OAUTH_SCOPE; Microsoft 365 takes https://outlook.office365.com/.default"
)
_DISABLED = Cause("the app is disabled", "enable the app of OAUTH_CLIENT_ID at the provider")
_NOT_ALLOWED = Cause(
    "the app may not have tokens of its own",
    "allow it client credentials at the provider, with an admin's consent",
)
#: https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
_BY_NUMBER = {
    "7000222": _EXPIRED,
    "7000215": _WRONG_SECRET,
    "7000218": _WRONG_SECRET,
    "700016": _UNKNOWN_CLIENT,
    "7000112": _DISABLED,
    "7000229": _NOT_ALLOWED,
    "90002": _UNKNOWN_TENANT,
    "900023": _UNKNOWN_TENANT,
    "70011": _WRONG_SCOPE,
    "500011": _WRONG_SCOPE,
    "1002012": _WRONG_SCOPE,
}
#: RFC 6749 5.2
_BY_NAME = {
    "invalid_client": Cause(
        "client id or secret are wrong, or the secret has expired",
        "check OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET, and make a new secret if it is an old one",
    ),
    "unauthorized_client": _NOT_ALLOWED,
    "access_denied": _NOT_ALLOWED,
    "invalid_scope": _WRONG_SCOPE,
    "invalid_request": Cause(
        "the request is refused", "check OAUTH_TOKEN_URL, OAUTH_CLIENT_ID and OAUTH_SCOPE"
    ),
    "unsupported_grant_type": Cause(
        "client credentials are not taken there", "check OAUTH_TOKEN_URL, or log in with MAIL_AUTH=password"
    ),
}


def find_cause(said: Mapping[str, Any]) -> tuple[Cause | None, str]:
    """The cause, where the answer names one we know, and the code that named it."""
    number = _NUMBER.search(str(said.get("error_description", "")))
    name = said.get("error")
    by_name = _BY_NAME.get(name) if isinstance(name, str) else None
    if number is not None:
        return _BY_NUMBER.get(number[1], by_name), number[0]
    return by_name, str(name) if by_name else ""
