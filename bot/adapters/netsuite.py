"""The Sales Provisioning Case in NetSuite: SuiteTalk REST, one support case per external id."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from bot.adapters.http_calls import Caller, read_number
from bot.adapters.http_line import Answer
from bot.adapters.oauth import TokenSource
from bot.domain.errors import NotNow, PermanentFailure, TransientFailure
from bot.domain.provisioning import Order, Record
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
        elif changed := {
            name: value for name, value in wanted.items() if not _same(value, standing.get(name))
        }:
            self._call("PATCH", path, said=changed)
        else:
            return self._record(standing)
        standing = self._find(path)
        if standing is None:
            raise TransientFailure(f"{self._name} took the case and does not show it yet")
        return self._record(standing)

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
            "title": f"{order.ref}: {order.company.application} for {order.company.name}"[:LONGEST_TITLE],
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


def _same(wanted: object, standing: object) -> bool:
    """A reference comes back with more than its id, so only what we would write counts."""
    if isinstance(wanted, dict):
        return isinstance(standing, dict) and all(_same(wanted[name], standing.get(name)) for name in wanted)
    return wanted == standing


def _page_of(host: str, internal_id: str) -> str:
    """Where people open the case: the same account, at NetSuite's other name for it."""
    account, dot, rest = host.partition(".suitetalk.api.netsuite.com")
    if not dot or rest:
        return ""
    return f"https://{account}.app.netsuite.com/app/crm/support/supportcase.nl?id={quote(internal_id)}"


def _message(order: Order) -> str:
    """The Sales Provisioning Case Form, as the one who works in NetSuite reads it."""
    company = order.company
    lines = [
        f"Sales provisioning for {order.ref}",
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
