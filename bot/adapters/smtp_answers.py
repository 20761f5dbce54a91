"""What a mail server's no is about, and whether it is for today or for good."""

import re
from collections.abc import Sequence
from typing import Literal

from bot.adapters.server_words import remark
from bot.domain.errors import NotNow, PermanentFailure, SenderRefused, TransientFailure

About = Literal["the sender", "a recipient", "a copy", "the mail"]

_FOR_GOOD = 5  #: the first digit: RFC 5321 4.2.1
_CONNECTION_LIMIT = 432  #: Microsoft 365's
THROTTLED_FOR = 60.0
QUOTA_FOR = 3600.0

_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
#: 5xx by which large providers say "not today" rather than "never": Gmail and Microsoft 365
_QUOTAS = frozenset({"5.4.5", "5.1.90"})
#: of the sender or its account, whatever they answer: RFC 3463, and Microsoft 365, of whose 5.7.5xx and
#: 5.7.7xx others speak of the recipient
_OF_SENDERS = frozenset(
    {
        "1.7", "1.8", "2.252", "7.60", "7.501", "7.502", "7.503", "7.506", "7.508", "7.509", "7.511", "7.705",
        "7.708", "7.750",
    }
)  # fmt: skip
#: Postfix and Exim keep it until a recipient is named, Amazon SES and Zoho until the last dot; what another
#: server said is quoted behind words of their own
_SENDER_REJECTED = re.compile(
    r"""([45]\.\d+\.\d+\ )?(
        <[^<>]*>:\ Sender\ address\ rejected\b
        | (Verification\ failed\ for|Callback\ setup\ failed\ while\ verifying)\ <
        | Sender\ verify\ failed\b | Could\ not\ complete\ sender\ verify\b
        | Sender\ domain\ (is\ |does\ )?not\b | Sender\ is\ not\ allowed(\ to\ relay\b|\W*$)
        | Message\ rejected:\ (Email\ address\ is\ not\ verified\b|Sending\ (paused|suspended)\b)
        | Access\ denied:\ User\ \S+\ is\ not\ authorized\ to\ perform\ \W?ses:
    )""",
    re.IGNORECASE | re.VERBOSE,
)
#: … unless they name a recipient: SES says the same of one while it lets an account write only to few
_BETWEEN = re.compile(r"[\s<>()\[\]\"'`,:;/]+")
#: Amazon SES, with a code of its own
_THROTTLING = re.compile(r"Throttling failure\b", re.IGNORECASE)
#: beside the sender stand the mail's size and letters: RFC 1870, 5321 and 6531
_OF_OPTIONS = frozenset({552, 555})
_OF_MAILS = re.compile(r"5\.(2\.3|3\.4|5\.4|6\.\d+)")
_MEND = "check that SMTP_USER may send as MAIL_FROM (or `sender_address` in usher.toml) and is not blocked"


def refusal(
    name: str, code: int, said: bytes, about: About, *, to: Sequence[str] = ()
) -> TransientFailure | PermanentFailure:
    """A no to what was said `about`; the sender is the same for many mails, so they wait.

    `to`: those to whom the mail is written.
    """
    words = remark(said)
    match = _ENHANCED.match(words)
    enhanced = match[1] if match else ""
    if enhanced in _QUOTAS:
        return NotNow(
            f"{name} has sent enough for today ({code} {words}): lower SMTP_RATE", retry_after=QUOTA_FOR
        )
    named = {word.rstrip(".") for word in _BETWEEN.split(said.decode("utf-8", "replace").lower())}
    meant = _meant(code, enhanced, words, about, names_reader=not named.isdisjoint(map(str.lower, to)))
    # 4.7.x about a recipient is a server farther on that wants to see us come back, not a limit on us.
    throttled = enhanced.startswith("4.7.") and "a recipient" not in (about, meant)
    throttled = throttled or code == _CONNECTION_LIMIT or bool(_THROTTLING.match(words))
    if throttled and code // 100 != _FOR_GOOD:
        return NotNow(f"{name} put {meant} off ({code} {words})", retry_after=THROTTLED_FOR)
    failure = _failure(name, code, words, meant)
    if isinstance(failure, SenderRefused) and about == "a recipient":  # who may want it from nobody outside
        failure.own = _failure(name, code, words, about)
    return failure


def _failure(name: str, code: int, words: str, about: About) -> TransientFailure | PermanentFailure:
    if code // 100 == _FOR_GOOD:
        refused = f"{name} refused {about} ({code} {words})"
        return SenderRefused(refused, mend=_MEND) if about == "the sender" else PermanentFailure(refused)
    put_off = f"{name} put {about} off ({code} {words})"
    return SenderRefused(put_off) if about == "the sender" else TransientFailure(put_off)


def _meant(code: int, enhanced: str, words: str, asked: About, *, names_reader: bool) -> About:
    """What the server speaks of, whatever it was told last."""
    if asked == "a copy":  # the same sender was just taken for another recipient
        return "a recipient"
    if enhanced[2:] in _OF_SENDERS or (_SENDER_REJECTED.match(words) and not names_reader):
        return "the sender"
    if asked == "the sender" and (code in _OF_OPTIONS or _OF_MAILS.fullmatch(enhanced)):
        return "the mail"
    return asked
