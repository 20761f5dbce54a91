"""What tells whose the mails are that somebody forwards as attachments: their ids, senders and links."""

import re
from collections.abc import Iterable, Iterator
from email.message import Message
from html import unescape
from itertools import islice

from bot.adapters.mail_content import BROKEN, LONGEST_PAGE, BodyPart, Content
from bot.adapters.mail_headers import address_of, message_id_of, read_headers
from bot.adapters.mail_html import LONGEST_HTML, html_to_text
from bot.domain.mail import Forwarded
from bot.domain.provenance import LONGEST_LINK, NOWHERE, host_of, list_hosts

MOST = 3  #: mails that are looked at
MOST_HOSTS = 50  #: that are told; of more it is told that some cannot be read
_HREF = re.compile(rf"""\b(?:href|action)\s*=\s*["']?\s*([^\s"'<>]{{1,{LONGEST_LINK}}})""", re.IGNORECASE)


def find_forwarded(content: Content) -> tuple[Forwarded, ...]:
    """Each with the links of all of them: they are taken for ours only if none leads elsewhere."""
    if not content.forwarded:
        return ()
    hosts = _told(host for body in content.bodies if body.mail for host in _hosts(body))
    found = (_read(message, hosts) for message in content.forwarded[:MOST])
    return tuple(one for one in found if one)


def find_linked(content: Content) -> tuple[str, ...]:
    """Where a click leads in the mail's own HTML, which may show a mail below what its sender wrote."""
    own = (body for body in content.bodies if body.html and not body.mail)
    return _told(host for body in own for host in _targets(body.text))


def _told(hosts: Iterable[str]) -> tuple[str, ...]:
    every = dict.fromkeys(hosts)
    return tuple(every) if len(every) <= MOST_HOSTS else (*islice(every, MOST_HOSTS), NOWHERE)


def _read(message: Message, hosts: tuple[str, ...]) -> Forwarded | None:
    try:
        headers = dict(reversed(read_headers(message)))  # the topmost of each name
    except BROKEN:
        return None
    return Forwarded(
        message_id=message_id_of(headers.get("message-id", "")),
        sender=address_of(headers.get("from", "")).address,
        hosts=hosts,
    )


def _hosts(body: BodyPart) -> Iterator[str]:
    """Of HTML where a click leads, and what its reader sees; its name spaces lead nowhere."""
    if len(body.text) > (LONGEST_HTML if body.html else LONGEST_PAGE - 1):
        yield NOWHERE  # the rest is not looked at
    yield from list_hosts(html_to_text(body.text) if body.html else body.text)
    if body.html:
        yield from _targets(body.text)


def _targets(html: str) -> Iterator[str]:
    for found in _HREF.finditer(html):
        target = unescape(found[1]).lower()
        if not target.startswith(("mailto:", "tel:", "#", "cid:")):
            yield host_of(target)
