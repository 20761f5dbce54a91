"""The Sales Provisioning Case in NetSuite: SuiteTalk REST, one support case per external id."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from bot.adapters.http_calls import Caller, read_number
from bot.adapters.http_line import Answer
from bot.adapters.oauth import TokenSource
from bot.adapters.whose import check_is_ours
from bot.domain.errors import NotNow, PermanentFailure, TransientFailure
from bot.domain.provisioning import CalledOff, Order, Record
from bot.domain.ris import User
from bot.provisioning_policy import NetSuiteCase

CASES = "/services/rest/record/v1/supportCase"
LONGEST_TITLE = 200  # characters
LONGEST_MESSAGE = 90_000  # characters; NetSuite's long text ends at 100,000
LONGEST_ANSWER = 1_000_000  # bytes: a case comes with every field that the account has added

_UNAUTHORIZED, _NOT_FOUND = 401, 404
MENDS = {
    _UNAUTHORIZED: "check the role and the entity of the certificate's mapping in NetSuite",
    403: "give the role of the certificate's mapping 'REST Web Services' and 'Support Cases' (full)",
}
OTHERWISE = "set the field it names under [provisioning.netsuite] of usher.toml, or there; then try again"


class NetSuite:
    """Implements `bot.ports.Provisioner`; shared by nothing but its source of tokens."""

    def __init__(self, caller: Caller, tokens: TokenSource, *, case: NetSuiteCase) -> None:
        self._caller = caller
        self._tokens = tokens
        self._case = case

    def place(self, order: Order) -> Record | None:
        """Look first, always: the PUT that makes a case would write over what people changed in it."""
        path = f"{CASES}/eid:{quote(order.external_id, safe='')}"
        wanted = self._fields_of(order)
        standing = self._find(path)
        if standing is None:
            self._call("PUT", path, said={**wanted, "incomingMessage": _message(order)})
            return self._record(self._shown(path))
        self._check_is_ours(order, standing)
        changed = _differing(wanted | _emptied(order), standing)
        if not changed:
            return self._record(standing)
        if order.corrected and "title" in changed:  # it names the version whose message stands there
            changed["incomingMessage"] = _message(order)
        return self._patch(path, changed, strict=order.corrected)

    def call_off(self, order: Order) -> CalledOff:
        """Mark the case as the policy says; where it says nothing, a person has to."""
        path = f"{CASES}/eid:{quote(order.external_id, safe='')}"
        standing = self._find(path)
        if standing is None:
            return CalledOff(record=None, told=False)
        self._check_is_ours(order, standing)
        if changed := _differing(self._case.stopped, standing):
            return CalledOff(record=self._patch(path, changed, strict=True), told=True)
        return CalledOff(record=self._record(standing), told=bool(self._case.stopped))

    def _check_is_ours(self, order: Order, standing: Mapping[str, Any]) -> None:
        """By the title that we gave it; one that people wrote says nothing."""
        names = tuple(_named(_title(order, name)[:LONGEST_TITLE]) for name in order.names)
        company = _named(str(standing.get("title") or ""))
        check_is_ours(replace(order, names=names), company, where=self._name)

    def _patch(self, path: str, changed: Mapping[str, Any], *, strict: bool) -> Record:
        """Change those fields and read them back; where it matters, one that was not kept is a failure."""
        self._call("PATCH", path, said=changed)
        standing = self._shown(path)
        record = self._record(standing)
        lost = [
            name
            for name, value in changed.items()
            if name != "incomingMessage" and not _kept(value, standing.get(name))
        ]
        if strict and lost:
            raise PermanentFailure(
                f"{self._name} took the change of {record.number} and did not keep {', '.join(sorted(lost))}",
                mend="change that there by hand and enter its number, or let our role edit it and try again",
            )
        return record

    def _shown(self, path: str) -> dict[str, Any]:
        standing = self._find(path)
        if standing is None:
            raise TransientFailure(f"{self._name} took the case and does not show it yet")
        return standing

    def check(self) -> str:
        answer = self._call("GET", f"{CASES}?limit=1")
        if not isinstance(answer.said.get("items"), list):
            raise PermanentFailure(
                f"{self._name} answers, but not with a list of cases", mend=self._caller.address
            )
        return f"{self._caller.line.host} shows us its support cases"

    def close(self) -> None:
        """Nothing stays open between two calls."""

    @property
    def _name(self) -> str:
        return self._caller.line.name

    def _find(self, path: str) -> dict[str, Any] | None:
        answer = self._call("GET", path, takes=frozenset({_NOT_FOUND}))
        if answer.status == _NOT_FOUND:
            return None
        if not read_number(answer.said.get("id")):
            raise TransientFailure(f"{self._name} answers with what is no case", mend=self._caller.address)
        return answer.said

    def _call(
        self,
        method: str,
        path: str,
        *,
        said: Mapping[str, Any] | None = None,
        takes: frozenset[int] = frozenset(),
    ) -> Answer:
        """Call with the kept token, and when that is refused with one new one."""
        body = b"" if said is None else json.dumps(said).encode("ascii")
        for token in self._offers():
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            answer = self._caller.call(
                method, path, headers=headers, body=body, takes=takes | {_UNAUTHORIZED}
            )
            if answer.status != _UNAUTHORIZED:
                return answer
        raise self._caller.refused(answer)

    def _offers(self) -> Iterator[str]:
        """A provider that gives no token at present takes nothing at present."""
        try:
            yield from self._tokens.offers()
        except TransientFailure as exc:
            raise NotNow(exc.reason, mend=exc.mend, retry_after=exc.retry_after) from exc

    def _fields_of(self, order: Order) -> dict[str, Any]:
        """The fields that are ours; the message is not one, for each that is written is added to the case."""
        ours: dict[str, Any] = {
            "title": _title(order)[:LONGEST_TITLE],
            "email": order.company.contact_email,
            "phone": order.company.contact_phone,
        }
        if self._case.custom_form:
            ours["customForm"] = {"id": self._case.custom_form}
        return {name: value for name, value in ours.items() if value} | self._case.fields

    def _record(self, standing: Mapping[str, Any]) -> Record:
        number = read_number(standing.get("caseNumber")) or read_number(standing["id"])
        return Record(number=number, url=_page_of(self._caller.line.host, str(standing["id"])))


def find_words(said: Mapping[str, Any]) -> str:
    """The first detail of an answer that is an error, or its title."""
    details = said.get("o:errorDetails")
    first = details[0] if isinstance(details, list) and details else None
    if not isinstance(first, dict):
        return str(said.get("title", ""))
    return f"{first.get('o:errorCode', '')} {first.get('detail', '')}".strip()


def _differing(wanted: Mapping[str, Any], standing: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if not _same(value, standing.get(name))}


def _emptied(order: Order) -> dict[str, None]:
    """What the earlier form filled in and the corrected one leaves empty; what people wrote is not ours."""
    if order.before is None:
        return {}
    pairs = {
        "email": (order.before.contact_email, order.company.contact_email),
        "phone": (order.before.contact_phone, order.company.contact_phone),
    }
    return {name: None for name, (before, now) in pairs.items() if before and not now}


def _same(wanted: object, standing: object) -> bool:
    """A reference comes back with more than its id, and any value as a number or as text."""
    if isinstance(wanted, dict):
        return isinstance(standing, dict) and all(_same(wanted[name], standing.get(name)) for name in wanted)
    if isinstance(standing, dict):
        return "id" in standing and _same(wanted, standing["id"])
    if wanted is None:
        return standing in (None, "")
    if isinstance(wanted, bool) or isinstance(standing, bool):
        return wanted is standing
    return _plain(wanted) == _plain(standing)


def _plain(value: object) -> str:
    """5, 5.0 and "5" are one; None is no text."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole and isinstance(value, float) else str(value)


def _kept(wanted: object, standing: object) -> bool:
    """Whether it is there after all: an account may write phones and texts in its own way."""
    if _same(wanted, standing):
        return True
    if not (isinstance(wanted, str) and isinstance(standing, str)):
        return False
    theirs, ours = (re.sub(r"\W", "", text).casefold() for text in (standing, wanted))
    return bool(theirs) and (ours == theirs or (ours.isdigit() and ours.endswith(theirs.lstrip("0"))))


def _page_of(host: str, internal_id: str) -> str:
    """Where people open the case: the same account, at NetSuite's other name for it."""
    account, dot, rest = host.partition(".suitetalk.api.netsuite.com")
    if not dot or rest:
        return ""
    return f"https://{account}.app.netsuite.com/app/crm/support/supportcase.nl?id={quote(internal_id)}"


def _named(title: str) -> str:
    """The company in a title of ours; "" in another's."""
    found = re.fullmatch(r"C-\d+(?: \(version \d+\))?: .*? for (.+)", title)
    return found[1] if found else ""


def _title(order: Order, company: str = "") -> str:
    """By the version in it a case shows which form it has: the change that writes it adds its message."""
    name = f"{order.ref} (version {order.version})" if order.corrected else order.ref
    return f"{name}: {order.company.application} for {company or order.company.name}"


def _message(order: Order) -> str:
    """The Sales Provisioning Case Form, as the one who works in NetSuite reads it."""
    company = order.company
    corrected = [f"Corrected form, version {order.version}. It takes the place of every earlier one."]
    lines = [
        f"Sales provisioning for {order.ref}",
        *(corrected if order.corrected else []),
        "",
        f"Company: {company.name}",
        f"Address: {company.street}, {company.postal_code} {company.city}, {company.state} {company.country}",
        f"Website: {company.website}",
        f"VAT id: {company.vat_id}",
        f"Partner type: {company.partner_type}",
        f"Application: {company.application}",
        f"Seats: {order.seats}",
        f"Purchase order: {company.purchase_order}",
        f"Contact: {company.contact_name}, {company.contact_email}, {company.contact_phone}",
        f"Sponsor: {order.sponsor.name} <{order.sponsor.address}>",
        "",
        f"Users ({len(order.users)}):",
        *map(_line_of, order.users),
    ]
    return "\n".join(lines)[:LONGEST_MESSAGE]


def _line_of(user: User) -> str:
    return f"- {user.first_name} {user.last_name}, {user.email}, {user.role}, {user.credential}"
