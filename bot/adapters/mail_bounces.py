"""Delivery reports: by their status part, by flufl.bounce, and the German and Exchange texts it misses."""

import re
from dataclasses import replace
from email.message import Message

from flufl.bounce import all_failures

from bot.adapters.mail_charsets import from_wire
from bot.adapters.mail_content import BROKEN, Content
from bot.adapters.mail_headers import ids_of
from bot.adapters.mail_statuses import (
    ADDRESS,
    LONGEST_DETAIL,
    MOST_RECIPIENTS,
    REPLY,
    STATUS,
    names_success,
    read_blocks,
    report_of,
    telling,
    whole_address,
)
from bot.domain.mail import ANSWERED, BounceReport, InboundMail

LONGEST_SCANNED = 300_000  #: bytes; flufl.bounce asks each line some fifty times
MOST_IDS = 20

_SUBJECT = re.compile(
    r"\s*(?:\[postmaster\]\s*)?(?:(?:warnung|warning)\W{1,3})?"
    r"(?:undeliver(?:able|ed)|unzustellbar|nicht zustellbar"
    r"|delivery status notification \((?:failure|delay)\)"
    r"|delivery (?:has )?(?:failed|failure)|delivery delayed|mail delivery (?:failed|failure|system)"
    r"|mail delivery error"
    r"|returned mail|returned to sender|failure notice|message (?:delivery )?(?:delayed|undeliverable)"
    r"|non-?delivery|message \S{1,80} delayed"
    r"|zustellung fehlgeschlagen|zustellungsfehler|fehler bei der (?:nachrichten)?zustellung"
    r"|unzustellbare (?:nachricht|mail)"
    r"|benachrichtigung (?:über|zum) (?:den )?(?:zustell|übermittlungs)\w*|verzögerte zustellung"
    r"|zustellung verzögert|(?:ihre )?(?:(?:e-?)?mail|nachricht) (?:konnte|kann) nicht zugestellt werden"
    r"|warning: could not send|\*\*message not delivered\*\*"
    r"|email delivery (?:failure|warning|delay)"
    r"|non remis\s?:|(?:courrier|message|e-?mail) (?:non (?:remis|distribué|délivré)|retardé)"
    r"|(?:notification d\W|rapport d\W)?échec de (?:la )?(?:remise|distribution)|non distribuable"
    r"|notification d\Wétat de (?:la )?remise|remise (?:retardée|différée)|retour à l\Wexpéditeur"
    r"|rapport de non-remise|impossible de remettre)",
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
    r"|unable to deliver|did not reach the following|delivery .{0,60}failed"
    r"|n\W(?:a|ont) pas\s+(?:encore\s+)?pu\s+être\s+(?:remis|distribué|délivré)"
    r"|échec de (?:la )?(?:remise|distribution)|remise .{0,60}(?:a échoué|retardée)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:fehler bei der (?:nachrichten)?zustellung an folgende|delivery has failed to these recipients"
    r"|ihre nachricht hat .{0,20}empfänger nicht erreicht|your message did not reach"
    r"|this is a delivery failure notification message"
    r"|échec de la remise (?:pour ces|aux) destinataires|ceci est le système de messagerie"
    r"|votre message n\West pas parvenu"
    r"|this is the mail (?:system|delivery)|this message was created automatically by mail delivery"
    r"|(?:ihre|your) (?:nachricht|message|e-mail)\W{1,3}(?:subject|betreff|to|an):)",
    re.IGNORECASE,
)
_REPORT = re.compile(r"report-type\s*=\s*\"?(?:global-)?delivery-status", re.IGNORECASE)
_DELAYED = re.compile(
    r"(?:noch|bisher|bislang) nicht zugestellt|verzögert|weiterhin versuch|erneut versuch|delayed"
    r"|still trying|will (?:keep|continue|retry)"
    r"|not yet been delivered|will be retried|no action is required"
    r"|n\W(?:a|ont) pas\s+encore|remise (?:est |a été )?(?:retardée|différée)"
    r"|tentatives de remise (?:se poursui|continu)",
    re.IGNORECASE,
)
#: behind it stand those whom the mail did not reach; a mail's head quoted before it names whoever got a copy
_LEADS_IN = re.compile(
    r"did not reach the following|following (?:recipient|address)|(?:these|ces) (?:recipient|destinataire)"
    r"|folgende\S{0,4} (?:empfänger|adresse)|diese[rn]? empfänger|(?:destinataire|adresse)\S{0,4} suivant",
    re.IGNORECASE,
)
_TO_LINE = re.compile(r"^[ \t>|*]*(?:to|cc|an|kopie|à|copie)\s?:.*$", re.IGNORECASE | re.MULTILINE)
_DIAGNOSTICS = re.compile(
    r"diagnoseinformationen|diagnostic information|(?:ursprüngliche|original) (?:nachrichten"
    r"|message ?)(?:kopfzeilen|headers)"
    r"|(?:header|kopfzeilen) der ursprünglichen|^\s*message-id:"
    r"|below this line is a copy|copy of the message|original message|additional information follows"
    r"|informations de diagnostic|en-têtes d[ue] message d\Worigine|message (?:d\Worigine|original)\W*$",
    re.IGNORECASE,
)
#: where the mail that came back begins: its headers are nobody's verdict, such as "(Exim 4.97.1)"
_RETURNED = re.compile(
    r"(?:ursprüngliche|original) (?:nachrichten|message ?)(?:kopfzeilen|headers)"
    r"|(?:header|kopfzeilen) (?:der ursprünglichen|of the original)"
    r"|copy of the message|below this line is a copy|en-têtes d[ue] message d\Worigine"
    r"|^\W*(?:original message|message (?:original|d\Worigine))\W*$"
    r"|^\s*(?:message-id|received|return-path):",
    re.IGNORECASE,
)
#: not "postmaster": that may be a person, who asks
_MACHINE_LOCAL = re.compile(r"mailer-?daemon|mail-daemon|microsoftexchange[0-9a-f]+|mta-?daemon")
_MESSAGE_ID = re.compile(r"message-id:\s*<([^<>]{3,600})>", re.IGNORECASE)


def find_bounce(message: Message, mail: InboundMail, content: Content, size: int) -> BounceReport | None:
    """Return what a delivery report says, or None for everything that people write about one."""
    machine = _from_a_machine(mail)
    report = _REPORT.search(mail.header("content-type")) is not None
    found: BounceReport | None = None
    if content.statuses and (machine or report):
        blocks = read_blocks(content.statuses)
        found = report_of(blocks, late=_still_tried(mail, _lines(content)))
        if found is None and names_success(blocks):
            return None  # it reports a success
    if found is None and machine and not ANSWERED.match(mail.subject):
        found = _by_flufl(message, mail, content, size) or _by_words(mail, content)
    elif found is None and _opens_like_a_report(mail, content):
        found = _by_words(mail, content)
    if found is None:
        return None
    recipients = tuple(dict.fromkeys(one.lower() for one in found.recipients))[:MOST_RECIPIENTS]
    return replace(found, recipients=recipients, original_ids=_original_ids(mail, content))


def _opens_like_a_report(mail: InboundMail, content: Content) -> bool:
    """Some gateways sign their reports like people: then subject and first words must both say it."""
    beginning = " ".join("\n".join(content.texts)[:300].split())
    return _SUBJECT.match(mail.subject) is not None and _OPENING.match(beginning) is not None


def _from_a_machine(mail: InboundMail) -> bool:
    """Whether its headers say so; that it answers by itself is said by people's absences too."""
    local = mail.sender.address.partition("@")[0]
    submitted = mail.header("auto-submitted").strip().lower()
    answers = submitted.startswith("auto-replied") and local != "postmaster"
    return (
        mail.header("return-path").strip() == "<>"
        or _MACHINE_LOCAL.fullmatch(local) is not None
        or bool(mail.header("x-failed-recipients"))
        or not (answers or submitted in {"", "no"})
    )


def _by_flufl(message: Message, mail: InboundMail, content: Content, size: int) -> BounceReport | None:
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
    found = [address for one in found if (address := whole_address(one))]
    lines = _lines(content)
    gave_up = bool(permanent) and not _still_tried(mail, lines)
    return _as_told(found, lines, gave_up=gave_up) if found else None


def _by_words(mail: InboundMail, content: Content) -> BounceReport | None:
    """Read reports without a DSN part, such as a German Exchange's "Unzustellbar"."""
    lines = _lines(content)
    told = _told(lines)
    if not _PHRASE.search(told) and not (_SUBJECT.match(mail.subject) and _from_a_machine(mail)):
        return None
    if not _SUBJECT.match(mail.subject) and not mail.header("x-failed-recipients"):
        return None
    us = {mail.sender.address, *mail.to}
    named = ADDRESS.findall(mail.header("x-failed-recipients")) or _named_in(told)
    recipients = [one for one in named if one.lower() not in us]
    return _as_told(recipients, lines, gave_up=not _still_tried(mail, lines))


def _named_in(told: str) -> list[str]:
    """The addresses that follow "did not reach the following recipients"; all where none does."""
    begin = _LEADS_IN.search(told)
    failed = ADDRESS.findall(_TO_LINE.sub("", told[begin.end() :])) if begin else []
    return failed or ADDRESS.findall(told)


def _lines(content: Content) -> list[str]:
    return "\n".join(content.texts)[:20_000].split("\n")[:200]


def _told(lines: list[str]) -> str:
    """What the report says itself, without what it quotes below."""
    end = next((n for n, line in enumerate(lines) if n and _DIAGNOSTICS.search(line)), len(lines))
    return "\n".join(lines[:end])


def _still_tried(mail: InboundMail, lines: list[str]) -> bool:
    """By its words, unless a code says that it is over: then who is told to try again is the sender."""
    codes = STATUS.findall("\n".join(_reported(lines)))
    over = any(code.startswith("5") for code in codes)
    return not over and _DELAYED.search(f"{mail.subject}\n{_told(lines)}") is not None


def _reported(lines: list[str]) -> list[str]:
    """What their server says, its diagnostics too, without the mail that came back."""
    end = next((n for n, line in enumerate(lines) if n and _RETURNED.search(line)), len(lines))
    return lines[:end]


def _as_told(recipients: list[str], lines: list[str], *, gave_up: bool) -> BounceReport:
    """Believe a code first, then the words; a report that says neither means failure."""
    lines = _reported(lines)
    line = next((line for form in (STATUS, REPLY) for line in lines if form.search(line)), "")
    named, reply = STATUS.search(line), REPLY.search(line)
    code = named or reply
    words_say = "5" if gave_up else "4"
    grade = code[0][0] if code else words_say
    return BounceReport(
        recipients=tuple(recipients),
        permanent=gave_up and grade == "5",
        gave_up=gave_up,
        status=telling([named[0]] if named else [], "\n".join(lines), grade=grade),
        detail=" ".join(line.split())[:LONGEST_DETAIL],
    )


def _original_ids(mail: InboundMail, content: Content) -> tuple[str, ...]:
    """Collect the ids of what came back: from the mail returned, quoted headers, the text, the thread."""
    ids: list[str] = []
    for returned in content.returned:
        headers = (str(value) for name, value in returned.raw_items() if name.lower() == "message-id")
        ids += [one for header in headers for one in ids_of(from_wire(header))]
    for block in (*content.returned_headers, *content.texts):
        ids += [f"<{''.join(one.split())}>" for one in _MESSAGE_ID.findall(block[:100_000])]
    return tuple(dict.fromkeys([*ids, *mail.thread_ids]))[:MOST_IDS]
