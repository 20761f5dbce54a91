"""What approving a case buys, how far its steps are, and the modals by which staff lend them a hand."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.cards import CaseCard, Corrected
from bot.domain.case_steps import MAILS, CaseStep, StepName, StepState
from bot.domain.cases import BEFORE_LIVE, UNDER_WAY
from bot.domain.errors import Refusal
from bot.domain.letters import says_something
from bot.domain.provisioning import Record, Task
from bot.domain.step_refusals import BadLink, NumberMissing
from bot.rendering import approving, blocks, provisioning, quoting, step_up
from bot.rendering.blocks import Block, safe
from bot.rendering.words import Words

#: which step makes which record
MADE_BY = {Task.CASE: StepName.CASE, Task.SITE: StepName.SITE}
REASON = "reason"  #: the block and the action of a field
MOST_REASON = 500
MOST_NUMBER = 80
LONGEST_REASON = 600  #: the other side's words, and after them how a person mends it
SHOWN_LOST = 3  #: of a step's mails that did not go
LONGEST_ERROR = 200  #: of what the other side said of a mail, and of why somebody wants a step left out
NONE: Mapping[StepName, Corrected] = {}
#: buttons that stand elsewhere too
_NAMES = {
    "case_keys": "keys.open",
    "case_open": "card.open",
    "registration_invite": "card.registration_invite",
}
_SIGNS = {
    StepState.WAITING: "○",
    StepState.RUNNING: "◔",
    StepState.BLOCKED: "⏸",
    StepState.DESK: "☐",
    StepState.FAILED: "✗",
    StepState.DONE: "✓",
    StepState.SKIPPED: "↷",
    StepState.STOPPED: "·",
}


@dataclass(frozen=True, kw_only=True)
class Hand:
    """A submitted modal about one step, or about all of a case's."""

    ref: str
    seen: str  #: the content hash that the card showed
    step: StepName | None = None
    at_wish: bool = False  #: stopped because the sponsor takes it back
    reason: str = ""
    code: str = ""
    asked: tuple[str, ...] = ()  #: the fields that were there
    records: Mapping[StepName, Record] = field(default_factory=dict)  #: what was made by hand
    ticked: frozenset[StepName] = frozenset()  #: what stood there and was changed by hand

    def field_of(self, refusal: Refusal) -> str:
        """At which field it is said: a code's at the code, a record's at its own, all else at the first."""
        if refusal.code in step_up.OF_CODE and step_up.CODE in self.asked:
            return step_up.CODE
        for name, record in self.records.items():
            nameless = isinstance(refusal, NumberMissing) and not record.number
            if nameless or (isinstance(refusal, BadLink) and record.url == refusal.values["found"]):
                return f"{name}_url"  # where something stands, and the eye is
        return self.asked[0]


def quoted(card: CaseCard, words: Words) -> list[Block]:
    """What approving it would buy, and what pays; nothing where the desk keeps no money and no stock."""
    quote = card.quote
    if quote is None or (quote.total is None and not quote.in_stock):
        return []
    lines = [words.say("money.buys", count=quote.seats)]
    if quote.spare:
        lines.append(words.say("money.spare", count=quote.spare))
    if quote.total is not None and quote.seats:
        lines.append(words.say("money.total", total=words.money(quote.total)))
    if quote.obstacle is not None:
        lines.append(f"⚠ {approving.why_pick(quote, words)} {words.say('money.picked')}")
    elif quote.order and quote.balance_after is not None:
        number, before = safe(quote.order.number, 60), words.money(quote.order.available)
        after = words.money(quote.balance_after)
        lines.append(words.say("money.balance", number=number, before=before, after=after))
    if quote.balance_after is not None and quote.order and not quote.order.contact:
        lines.append("⚠ " + words.say("money.no_contact", number=safe(quote.order.number, 60)))
    if quote.in_stock < quote.seats:
        lines.append("⚠ " + words.say("money.stock_short", stock=quote.in_stock, seats=quote.seats))
    return [blocks.section("\n".join(lines))]


def shown(card: CaseCard, words: Words) -> list[Block]:
    """What was bought, and every step with whoever has to act."""
    return [*_bought(card, words), *_steps(card, words)]


def _bought(card: CaseCard, words: Words) -> list[Block]:
    bought = card.bought
    if bought is None:
        return []
    line = words.say("money.bought", count=bought.seats, issued=bought.issued)
    if bought.total is not None:
        line += " · " + words.say(
            "money.paid", total=words.money(bought.total), number=safe(bought.number, 60)
        )
    if bought.spare:
        line += " · " + words.say("money.bought_spare", count=bought.spare)
    return [blocks.context(line)]


def _steps(card: CaseCard, words: Words) -> list[Block]:
    if not card.steps:
        return []
    lines = [f"*{words.say('step.heading')}*"]
    for step in card.steps:
        lines += [_line(step, words), *_lost(card, step, words), *_wished(step, words)]
    return [blocks.section("\n".join(lines))]


def _line(step: CaseStep, words: Words) -> str:
    key = f"step.line.{step.state}"
    if step.reason and step.state in (StepState.WAITING, StepState.RUNNING, StepState.DESK):
        key += ".reason"
    if step.state in (StepState.DONE, StepState.STOPPED) and step.number:
        key += ".number"
    said = words.say(
        key,
        step=words.say(f"step.{step.name}"),
        at=words.moment(step.since),
        reason=reason(step, words),
        number=provisioning.linked(step.number, step.url),
        by=words.person(step.by, slack=True) if step.by else "",
    )
    return f"{_SIGNS[step.state]} {said}"


def _wished(step: CaseStep, words: Words) -> Iterator[str]:
    """Who asks to skip it and why: a second is wanted."""
    if step.skip_by and step.takes_hand:
        who = words.person(step.skip_by, slack=True)
        yield words.say("step.skip_asked", who=who, reason=safe(step.skip_reason, LONGEST_ERROR))


def _lost(card: CaseCard, step: CaseStep, words: Words) -> Iterator[str]:
    """To whom its mails did not go, and what the other side said."""
    if step.state is not StepState.FAILED:
        return
    lost = [mail for mail in card.lost if mail.template in MAILS.get(step.name, ())]
    for mail in lost[:SHOWN_LOST]:
        error = safe(words.fault(mail.error), LONGEST_ERROR) or words.say("card.none")
        yield words.say("step.lost", email=safe(mail.address, 120), error=error)


def reason(step: CaseStep, words: Words) -> str:
    """Why it does not go on: in our words where the reason is one of our codes, else in the other side's."""
    key = f"step.reason.{step.reason}"
    return words.say(key) if key in words else safe(words.fault(step.reason), LONGEST_REASON)


def buttons(card: CaseCard, words: Words) -> list[Block]:
    """What a step at which a person is needed lets them do, and a look at the keys and at the whole case."""
    case = card.case
    at = next((step for step in card.steps if step.takes_hand), None)
    hands = _hands(at) if at and case.status in UNDER_WAY else []
    may_stop = hands or case.status in BEFORE_LIVE - UNDER_WAY
    made = [*hands, *(["case_stop"] if may_stop else []), "case_keys", "case_open"]
    styles = {"case_checklist": "primary", "case_stop": "danger"}
    elements = [
        blocks.button(
            words.say(_NAMES.get(name, f"step.{name}")),
            action=name,
            value=case.ref,
            style=styles.get(name, ""),
        )
        for name in made
    ]
    return [
        {
            "type": "actions",
            "block_id": f"step:{at.name if at else ''}:{case.content_hash}",
            "elements": elements,
        }
    ]


def _hands(at: CaseStep) -> list[str]:
    return [
        *(["case_checklist"] if at.name in MADE_BY.values() else []),
        *(["step_retry"] if at.state in (StepState.BLOCKED, StepState.FAILED) else []),
        *(["registration_invite"] if at.name is StepName.INVITATION else []),
        "step_skip",
    ]


def checklist_modal(card: CaseCard, corrected: Mapping[StepName, Corrected] = NONE, *, words: Words) -> Block:
    """The Sales Provisioning Case Form as a checklist, with a number to enter for each record.

    `corrected`: what stands already, by an earlier form; what changed is shown, and a tick is asked for.
    """
    case = card.case
    made = (step for step in card.steps if step.name in MADE_BY.values())
    open_steps = [step for step in made if step.is_enterable]
    return _modal(
        "case_checklist",
        card,
        title=words.say("checklist.title", ref=case.ref),
        submit=words.say("checklist.submit"),
        shown=[
            blocks.section(words.say("checklist.intro")),
            blocks.fields(list(_form(card, words))),
            *(block for step in open_steps for block in _made(card, corrected, step, words)),
        ],
        words=words,
    )


def _form(card: CaseCard, words: Words) -> Iterator[str]:
    """What the form asks for, in its order."""
    company, bought = card.case.ris.company, card.bought
    street = ", ".join(
        filter(None, (company.street, f"{company.postal_code} {company.city}".strip(), company.state))
    )
    contact = ", ".join(filter(None, (company.contact_name, company.contact_email, company.contact_phone)))
    facts = {
        words.field("name"): company.name,
        words.say("checklist.address"): street,
        words.field("country"): words.country(company.country),
        words.field("vat_id"): company.vat_id,
        words.field("website"): company.website,
        words.field("application"): company.application,
        words.field("seats"): str(card.case.ordered_seats or ""),
        words.field("purchase_order"): (bought.number if bought else "") or company.purchase_order,
        words.say("card.contact"): contact,
        words.say("checklist.sponsor"): card.case.sponsor.address,
    }
    for label, value in facts.items():
        yield words.say("card.field", label=label, value=safe(value, 300) or words.say("card.none"))


def _made(
    card: CaseCard, corrected: Mapping[StepName, Corrected], step: CaseStep, words: Words
) -> Iterator[Block]:
    if step.name in corrected:
        yield from provisioning.corrected(card, corrected, step.name, words=words)
    yield from _entry(step, words)


def _entry(step: CaseStep, words: Words) -> Iterator[Block]:
    for what in ("number", "url"):
        yield {
            "type": "input",
            "optional": True,
            "block_id": f"{step.name}_{what}",
            "label": blocks.plain(words.say(f"checklist.{step.name}.{what}")),
            "element": {
                "type": "plain_text_input",
                "action_id": what,
                "max_length": MOST_NUMBER if what == "number" else MOST_REASON,
            },
        }


def skip_modal(card: CaseCard, step: CaseStep, *, code: bool, words: Words) -> Block:
    """Why the step is left out; where somebody has asked for that already, this yes is the second."""
    what, first = words.say(f"step.{step.name}"), step.skip_by
    who, why = words.person(first, slack=True) if first else "", safe(step.skip_reason, MOST_REASON)
    said = words.say("skip.second" if first else "skip.first", step=what, who=who, reason=why)
    return _modal(
        "step_skip",
        card,
        title=words.say("skip.title"),
        submit=words.say("skip.agree" if first else "skip.ask"),
        shown=[blocks.section(said), _reason(words), *([step_up.code_field(words)] if code else [])],
        words=words,
        step=step.name,
    )


def stop_modal(card: CaseCard, *, code: bool, words: Words, at_wish: bool = False) -> Block:
    """What stopping the case does, and why it is stopped; `at_wish`: because the sponsor takes it back."""
    ref, reason = card.case.ref, _reason(words, words.say("stop.wish") if at_wish else "")
    return _modal(
        "case_stop",
        card,
        title=words.say("withdrawal.button" if at_wish else "stop.title", ref=ref),
        submit=words.say("withdrawal.submit" if at_wish else "stop.submit"),
        shown=[
            blocks.section(words.say("stop.ask", ref=ref)),
            reason,
            *([step_up.code_field(words)] if code else []),
        ],
        words=words,
        at_wish=at_wish,
    )


def _reason(words: Words, given: str = "") -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": REASON,
        "multiline": True,
        "max_length": MOST_REASON,
    }
    if given:
        element["initial_value"] = given
    label = blocks.plain(words.say("step.reason"))
    return {"type": "input", "block_id": REASON, "label": label, "element": element}


def _modal(
    callback: str,
    card: CaseCard,
    *,
    title: str,
    submit: str,
    shown: list[Block],
    words: Words,
    step: StepName | None = None,
    at_wish: bool = False,
) -> Block:
    about = {"ref": card.case.ref, "content_hash": card.case.content_hash, "step": step or ""}
    about |= {"wish": "yes"} if at_wish else {}
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps(about),
        "title": blocks.plain(quoting.slack(title, 24)),
        "submit": blocks.plain(submit),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": shown,
    }


def read_hand(view: Block) -> Hand:
    """What was typed into one of these modals, and what it was about."""
    about, values = json.loads(view["private_metadata"]), view["state"]["values"]
    records = {}
    for name in MADE_BY.values():
        number, url = (_typed(values, f"{name}_{what}", what) for what in ("number", "url"))
        if number or url:
            records[name] = Record(number=number, url=url)
    return Hand(
        ref=about["ref"],
        seen=about["content_hash"],
        step=StepName(about["step"]) if about["step"] else None,
        at_wish="wish" in about,
        reason=_typed(values, REASON, REASON),
        code=_typed(values, step_up.CODE, step_up.CODE),
        asked=tuple(values),
        records=records,
        ticked=provisioning.read_ticks(values, MADE_BY.values()),
    )


def _typed(values: Mapping[str, Mapping[str, Block]], block: str, action: str) -> str:
    text = values.get(block, {}).get(action, {}).get("value") or ""
    return text.strip() if says_something(text) else ""
