"""The thread token: our Message-ID names the case or conversation, signed, so that a reply finds home."""

import re
from collections.abc import Sequence

from bot.domain.keyring import Keyring
from bot.domain.mail import MOST_IDS

PURPOSE = "message-id"

_REF = re.compile(r"[ACPQS]-[1-9][0-9]{0,17}")
_NONCE = re.compile(r"[a-z0-9]{1,64}")
_TOKEN = re.compile(r"<?(([acpqs]-[1-9][0-9]{0,17})\.[a-z0-9]{1,64})\.([a-z2-7]{26})@[^@<>]{1,255}>?")


def message_id(ref: str, nonce: str, *, keyring: Keyring, domain: str) -> str:
    """Make the Message-ID of a mail about `ref`; `nonce` tells its mails apart.

    "C-7" is a case and "Q-7" a conversation; "A-7" a mail to the owner of a partner's account, "P-7" one to
    an invited partner and "S-7" one to staff, which are ours and open no thread.
    """
    if not _REF.fullmatch(ref) or not _NONCE.fullmatch(nonce.lower()):
        raise ValueError(
            "a reference is A-, C-, P-, Q- or S- and a number, a nonce 1 to 64 letters and digits"
        )
    named = f"{ref}.{nonce}".lower()
    return f"<{named}.{keyring.sign(PURPOSE, named)}@{domain.lower()}>"


def find_thread(ids: Sequence[str], keyring: Keyring) -> str | None:
    """Return the case or conversation of the first id that is ours, e.g. "C-7"."""
    refs = (_ref_of(one, keyring) for one in ids[:MOST_IDS])
    return next((ref for ref in refs if ref and ref[0] in "CQ"), None)


def list_ours(ids: Sequence[str], keyring: Keyring) -> list[str]:
    """Those of the ids that we made, each as we wrote it."""
    ours = (one for one in ids[:MOST_IDS] if is_ours(one, keyring))
    return [f"<{''.join(one.split()).lower().strip('<>')}>" for one in ours]


def is_ours(message_id: str, keyring: Keyring) -> bool:
    """Tell whether we made this Message-ID."""
    return _ref_of(message_id, keyring) is not None


def _ref_of(message_id: str, keyring: Keyring) -> str | None:
    # Some servers fold a long id in its middle or change its case: neither may cost a reply its thread.
    # Only ASCII: `lower` must not turn a foreign letter (the Kelvin sign) into one of ours.
    token = _TOKEN.fullmatch("".join(message_id.split()).lower()) if message_id.isascii() else None
    if token is None or not keyring.verify(PURPOSE, token[1], token[3]):
        return None
    return token[2].upper()
