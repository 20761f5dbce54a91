"""Delivery reports: RFC 3464, what flufl.bounce knows, and the German and Exchange texts that it misses."""

import re
from email.message import Message

from flufl.bounce import all_failures

from bot.adapters.mail_charsets import from_wire
from bot.adapters.mail_content import BROKEN, Content
from bot.adapters.mail_headers import ids_of
from bot.domain.mail import BounceReport, InboundMail

LONGEST_SCANNED = 300_000  #: bytes; flufl.bounce asks each line some fifty times
MOST_RECIPIENTS = 50
MOST_IDS = 20

_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:=]{1,64}@[A-Za-z0-9.-]{1,250}[A-Za-z0-9]")
_SUBJECT = re.compile(
    r"\s*(?:undeliver(?:able|ed)|unzustellbar|nicht zustellbar"
    r"|delivery status notification \((?:failure|delay)\)"
    r"|delivery (?:has )?(?:failed|failure)|delivery delayed|mail delivery (?:failed|failure|system)"
    r"|mail delivery error"
    r"|returned mail|returned to sender|failure notice|message (?:delivery )?(?:delayed|undeliverable)"
    r"|non-?delivery"
    r"|zustellung fehlgeschlagen|zustellungsfehler|fehler bei der (?:nachrichten)?zustellung"
    r"|unzustellbare (?:nachricht|mail)"
    r"|benachrichtigung (?:über|zum) (?:den )?(?:zustell|übermittlungs)\w*|verzögerte zustellung"
    r"|zustellung verzögert"
    r"|warning: could not send|\*\*message not delivered\*\*)",
    re.IGNORECASE,
)
_PHRASE = re.compile(
    r"fehler bei der (?:nachrichten)?zustellung an folgende|konnte(?:n)? (?:leider )?(?:nicht"
    r"|keinem).{0,80}(?:zugestellt|übermittelt)"
    r"|(?:nicht|noch nicht) zugestellt werden|ist nicht zustellbar|nachricht wurde nicht zugestellt"
    r"|zustellung .{0,60}fehlgeschlagen"
    r"|delivery has failed to these recipients|couldn'?t be delivered|could not be delivered"
    r"|wasn'?t delivered|was not delivered"
    r"|(?:delivery|message) .{0,60}(?:has been|was) delayed|undeliverable|permanent(?: fatal)? error"
    r"|returned to sender"
    r"|unable to deliver|did not reach the following|delivery .{0,60}failed",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:fehler bei der (?:nachrichten)?zustellung an folgende|delivery has failed to these recipients"
    r"|this is the mail (?:system|delivery)|this message was created automatically by mail delivery"
    r"|(?:ihre|your) (?:nachricht|message|e-mail)\W{1,3}(?:subject|betreff|to|an):)",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"(?:noch|bisher|bislang) nicht zugestellt|verzögert|weiterhin versuch|erneut versuch|delayed"
    r"|still trying|will (?:keep|continue)"
    r"|not yet been delivered|will be retried|no action is required",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<![\d.])([245])\.\d{1,3}\.\d{1,3}(?![\d.])|\b([45])\d\d[ -]")
_DIAGNOSTICS = re.compile(
    r"diagnoseinformationen|diagnostic information|(?:ursprüngliche|original) (?:nachrichten"
    r"|message ?)(?:kopfzeilen|headers)"
    r"|below this line is a copy|copy of the message|original message",
    re.IGNORECASE,
)
_MACHINE_LOCAL = re.compile(r"mailer-?daemon|mail-daemon|postmaster|microsoftexchange[0-9a-f]+|mta-?daemon")
_MACHINE_NAME = re.compile(
    r"mail delivery (?:sub)?system|microsoft (?:outlook|exchange)|system-?\s?administrator"
    r"|mailer-daemon|postmaster"
    r"|mail ?system|e-mail-system",
    re.IGNORECASE,
)
_MESSAGE_ID = re.compile(r"message-id:\s*<([^<>]{3,600})>", re.IGNORECASE)


def find_bounce(message: Message, mail: InboundMail, content: Content, size: int) -> BounceReport | None:
    """Return what a delivery report says, or None for everything that people write about one."""
    machine = _from_a_machine(mail)
    report = "report-type=delivery-status" in mail.header("content-type").replace('"', "").lower()
    found: tuple[list[str], bool] | None = None
    if content.statuses and (machine or report):
        blocks = _blocks(content.statuses)
        found = _by_status(blocks)
        if found is None and blocks:
            return None  # it reports a success
    if found is None and machine:
        found = _by_flufl(message, mail, size) or _by_words(mail, content)
    elif found is None and _opens_like_a_report(mail, content):
        found = _by_words(mail, content)
    if found is None:
        return None
    recipients = tuple(dict.fromkeys(one.lower() for one in found[0]))[:MOST_RECIPIENTS]
    return BounceReport(recipients=recipients, permanent=found[1], original_ids=_original_ids(mail, content))


def _opens_like_a_report(mail: InboundMail, content: Content) -> bool:
    """Some gateways sign their reports like people: then subject and first words must both say it."""
    beginning = " ".join("\n".join(content.texts)[:300].split())
    return _SUBJECT.match(mail.subject) is not None and _OPENING.match(beginning) is not None


def _from_a_machine(mail: InboundMail) -> bool:
    local = mail.sender.address.partition("@")[0]
    submitted = mail.header("auto-submitted").strip().lower()
    return (
        mail.header("return-path").strip() == "<>"
        or _MACHINE_LOCAL.fullmatch(local) is not None
        or _MACHINE_NAME.search(mail.sender.name) is not None
        or bool(mail.header("x-failed-recipients"))
        or submitted not in {"", "no"}
    )


Block = dict[str, str]


def _blocks(statuses: list[Message]) -> list[Block]:
    """Read the per-recipient fields of RFC 3464, 2.3."""
    blocks: list[Block] = []
    for status in statuses:
        payload = status.get_payload()
        for group in payload if isinstance(payload, list) else []:
            if isinstance(group, Message):
                fields = {k.lower(): " ".join(from_wire(str(v)).split()) for k, v in group.raw_items()}
                if "action" in fields or "final-recipient" in fields:
                    blocks.append(fields)
    return blocks[:200]


def _by_status(blocks: list[Block]) -> tuple[list[str], bool] | None:
    failed = [one for one in blocks if one.get("action", "").lower().startswith(("fail", "error"))]
    delayed = [one for one in blocks if one.get("action", "").lower().startswith("delay")]
    if failed:
        # 4.x.x with "failed" is a time-out: the address may well be good.
        permanent = any(not one.get("status", "5").startswith("4") for one in failed)
        return _recipients(failed), permanent
    return (_recipients(delayed), False) if delayed else None


def _recipients(blocks: list[Block]) -> list[str]:
    found: list[str] = []
    for block in blocks:
        for name in ("original-recipient", "final-recipient"):
            address = _ADDRESS.search(block.get(name, "").rpartition(";")[2])
            if address:
                found.append(address[0])
                break
    return found


def _by_flufl(message: Message, mail: InboundMail, size: int) -> tuple[list[str], bool] | None:
    if size > LONGEST_SCANNED:
        return None
    for name in ("from", "subject", "return-path", "to"):
        if not mail.header(name).isascii() and name in message:
            # flufl.bounce would raise on letters beyond ASCII.
            message.replace_header(name, mail.header(name).encode("ascii", "replace").decode())
    try:
        temporary, permanent = all_failures(message)
    except BROKEN:
        return None
    found = [address.decode("ascii", "replace") for address in sorted(permanent or temporary)]
    found = [address for address in found if _ADDRESS.fullmatch(address)]
    return (found, bool(permanent)) if found else None


def _by_words(mail: InboundMail, content: Content) -> tuple[list[str], bool] | None:
    """Read reports without a DSN part, such as a German Exchange's "Unzustellbar"."""
    lines = "\n".join(content.texts)[:20_000].split("\n")[:200]
    end = next((n for n, line in enumerate(lines) if n and _DIAGNOSTICS.search(line)), len(lines))
    told = "\n".join(lines[:end])
    if not _PHRASE.search(told) and not (_SUBJECT.match(mail.subject) and _from_a_machine(mail)):
        return None
    if not _SUBJECT.match(mail.subject) and not mail.header("x-failed-recipients"):
        return None
    us = {mail.sender.address, *mail.to}
    named = _ADDRESS.findall(mail.header("x-failed-recipients")) or _ADDRESS.findall(told)
    recipients = [one.rstrip(".") for one in named if one.rstrip(".").lower() not in us]
    return recipients, _is_permanent(told, "\n".join(lines))


def _is_permanent(told: str, everything: str) -> bool:
    """Believe the status code first, then the words; a report that says neither means failure."""
    if _DELAYED.search(told):
        return False
    code = _CODE.search(everything)
    return code is None or (code[1] or code[2]) != "4"


def _original_ids(mail: InboundMail, content: Content) -> tuple[str, ...]:
    """Collect the ids of what came back: from the mail returned, quoted headers, the text, the thread."""
    ids: list[str] = []
    for returned in content.returned:
        headers = (str(value) for name, value in returned.raw_items() if name.lower() == "message-id")
        ids += [one for header in headers for one in ids_of(from_wire(header))]
    for block in (*content.returned_headers, *content.texts):
        ids += [f"<{''.join(one.split())}>" for one in _MESSAGE_ID.findall(block[:100_000])]
    return tuple(dict.fromkeys([*ids, *mail.thread_ids]))[:MOST_IDS]
