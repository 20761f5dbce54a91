"""A part of type `message/…` as it was sent: the stdlib takes it apart before its encoding is undone."""

import base64
import binascii
import re
from copy import copy
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message

_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def unparsed(part: Message, encoding: str) -> bytes:
    """What stood in it, decoded; `encoding` is its Content-Transfer-Encoding in lower case.

    RFC 2046 allows none around a mail or a status, RFC 6533 does, and gateways ask neither.
    """
    payload = part.get_payload()
    children = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    raw = b"\n".join(map(_as_sent, children))
    if encoding == "base64":
        letters = _NO_BASE64.sub(b"", raw)
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        return base64.b64decode(letters + b"=" * (-len(letters) % 4))
    return binascii.a2b_qp(raw) if encoding == "quoted-printable" else raw


def _as_sent(child: Message) -> bytes:
    """Its header lines and what follows, unparted where the parser ended them at a line that is no header."""
    head = "".join(f"{name}: {value}\n" for name, value in child.raw_items())
    cut_off = any(isinstance(one, MissingHeaderBodySeparatorDefect) for one in child.defects)
    bare = copy(child)
    del bare["content-transfer-encoding"]  # its own is not the part's, and the stdlib would obey it
    body = bare.get_payload(decode=True)
    parted = b"" if cut_off or not head else b"\n"
    return head.encode("utf-8", "surrogateescape") + parted + (body if isinstance(body, bytes) else b"")
