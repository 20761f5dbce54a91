"""A case or a site made by whatever takes signed JSON; docs/provisioning.md is the protocol."""

import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from bot.adapters.http_calls import Caller, read_number
from bot.adapters.http_line import Answer
from bot.adapters.whose import check_is_ours
from bot.domain.errors import PermanentFailure, TransientFailure
from bot.domain.loopback import keeps_secrets
from bot.domain.provisioning import CalledOff, Order, Record
from bot.domain.ris import User

NOT_THERE = "check-by-usher-doctor"  #: an external id that no order has
LONGEST_URL = 2_000

_NOT_FOUND, _CONFLICT = 404, 409
_SIGNATURE = "compare WEBHOOK_SECRET on both sides, and both clocks"
MENDS = {
    401: _SIGNATURE,
    402: "the account there is not paid for: let its owner see to that, then try again",
    403: f"let a firewall or gateway in front of it pass what Usher sends, and {_SIGNATURE}, then try again",
    413: "let it take larger bodies (a proxy in front of it often allows 1 MB), then try again",
    415: "let it take application/json, then try again",
}
OTHERWISE = "mend what it names on that side and try again, or do it there by hand and enter its number"


class Webhook:
    """Implements `bot.ports.Provisioner`; signs by Standard Webhooks, follows no redirect."""

    def __init__(self, caller: Caller, *, key: bytes, now: Callable[[], datetime]) -> None:
        self._caller = caller
        self._key = key
        self._now = now

    def place(self, order: Order) -> Record | None:
        """Look first, always: so nobody has to remember whether it was sent before.

        Whoever has it and no number yet is asked again later.
        """
        standing = self._look(order.external_id)
        ordered_anew = standing is None
        if standing is None:
            said = _say(order, "requested", _form(order), at=self._now())
            answer = self._send(order.external_id, said)
            standing = answer if answer.fine else self._look(order.external_id)
        if standing:
            self._check_is_ours(order, standing)
        record = _read_record(standing) if standing else None
        if standing is None or record is None:
            raise TransientFailure(
                f"{self._caller.line.name} has the order and gives no number yet",
                retry_after=standing.wait if standing else None,
            )
        if ordered_anew or not order.corrected or standing.said.get("version") == order.version:
            return record
        return self._correct(order, record)

    def _correct(self, order: Order, record: Record) -> Record:
        """Its id is of the content: that one correction may come twice, and another is never taken for it."""
        form = _form(order)
        digest = sha256(json.dumps(form, sort_keys=True).encode("ascii")).hexdigest()[:16]
        said = _say(order, "changed", {**form, "number": record.number}, at=self._now())
        answer = self._send(f"{order.external_id}.{digest}", said)
        return _read_record(answer) or record

    def call_off(self, order: Order) -> CalledOff:
        standing = self._look(order.external_id)
        if standing is None:
            return CalledOff(record=None, told=False)
        self._check_is_ours(order, standing)
        record = _read_record(standing)
        data = {"external_id": order.external_id, "ref": order.ref, "version": order.version}
        if record:
            data["number"] = record.number
        said = _say(order, "stopped", data, at=self._now())
        self._send(f"{order.external_id}.stopped.{order.version}", said)
        return CalledOff(record=record, told=True)

    def _check_is_ours(self, order: Order, standing: Answer) -> None:
        """Where the other side names a company, as text or as in the order."""
        said = standing.said.get("company")
        name = said.get("name") if isinstance(said, dict) else said
        check_is_ours(order, name if isinstance(name, str) else "", where=self._caller.line.name)

    def check(self) -> str:
        """A signed question after what is not there."""
        if self._look(NOT_THERE) is not None:
            raise PermanentFailure(
                f"{self._caller.line.name} knows an order that was never placed",
                mend="let it answer 404 to an external id that it does not know",
            )
        return f"{self._caller.line.host} takes our signature"

    def close(self) -> None:
        """Nothing stays open between two calls."""

    def _look(self, external_id: str) -> Answer | None:
        path = f"{self._caller.line.path.rstrip('/')}/{quote(external_id, safe='')}"
        answer = self._call("GET", path, external_id, b"", takes=_NOT_FOUND)
        return answer if answer.fine else None

    def _send(self, message_id: str, said: bytes) -> Answer:
        return self._call("POST", self._caller.line.path, message_id, said, takes=_CONFLICT)

    def _call(self, method: str, path: str, message_id: str, body: bytes, *, takes: int) -> Answer:
        headers = sign(message_id, body, key=self._key, at=self._now())
        return self._caller.call(method, path, headers=headers, body=body, takes=frozenset({takes}))


def sign(message_id: str, body: bytes, *, key: bytes, at: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks; a repeat has the same id, so that it is seen to be one."""
    seconds = str(int(at.timestamp()))
    signed = hmac.new(key, f"{message_id}.{seconds}.".encode() + body, sha256).digest()
    return {
        "Content-Type": "application/json",
        "Idempotency-Key": message_id,
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{b64encode(signed).decode('ascii')}",
    }


def _say(order: Order, what: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    said = {"type": f"{order.task}.{what}", "timestamp": at.isoformat(timespec="seconds"), "data": data}
    return json.dumps(said).encode("ascii")


def _form(order: Order) -> dict[str, Any]:
    """All that its maker needs to know."""
    return {
        "external_id": order.external_id,
        "ref": order.ref,
        "company": asdict(order.company),
        "users": [_user(user) for user in order.users],
        "seats": order.seats,
        "sponsor": asdict(order.sponsor),
        "lang": order.lang,
        "case_number": order.case_number,
        "version": order.version,
    }


def _user(user: User) -> dict[str, Any]:
    """Without where in a spreadsheet they stood."""
    return {name: value for name, value in asdict(user).items() if name not in ("sheet", "row")}


def _read_record(answer: Answer) -> Record | None:
    """What the other side calls it; None where it does not say yet, or says no number."""
    said = answer.said
    number = read_number(said.get("number"))
    return Record(number=number, url=_read_url(said.get("url"))) if number else None


def _read_url(said: object) -> str:
    """An address that people may be sent to; "" for what is none."""
    url = said if isinstance(said, str) and len(said) <= LONGEST_URL else ""
    return url if keeps_secrets(url) else ""
