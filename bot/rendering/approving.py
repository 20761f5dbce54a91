"""The modal between a click on Approve and the decision: what pays for it, and a code where it is grave."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.approvals import Grave, SecondReason
from bot.domain.cards import Asked, CaseCard
from bot.domain.cases import Case
from bot.domain.errors import Refusal
from bot.domain.purchase_orders import PurchaseOrder
from bot.domain.purchasing import Quote
from bot.domain.step_refusals import BalanceTooSmall, NoBalance, PurchaseOrderNeeded
from bot.rendering import blocks, case_facts, quoting, step_up
from bot.rendering.blocks import Block, safe
from bot.rendering.words import Words

PAYER = "purchase_order"  #: the block and the action of the choice
MOST_PAYERS = 100  #: options that Slack takes
MOST_CAME = 3  #: mails that are shown in it, the newest
_OF_MONEY = frozenset({BalanceTooSmall.code, PurchaseOrderNeeded.code, NoBalance.code})


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A submitted modal: what it was about, the code and the purchase order where they were asked for."""

    about: Mapping[str, Any]
    code: str = ""
    purchase_order: int | None = None
    asked: tuple[str, ...] = ()  #: the fields that were there

    def field_of(self, refusal: Refusal) -> str:
        """At which field it is said: at the money's what is wrong with money, else at the last one."""
        return PAYER if refusal.code in _OF_MONEY and PAYER in self.asked else self.asked[-1]


def approve_modal(asked: Asked, *, words: Words) -> Block:
    """What is approved, why something is asked, and the fields for it; submitted as `case_approve`."""
    card = asked.card
    case, quote = card.case, card.quote
    company = safe(case.ris.company.name, 100) or words.say("card.nameless")
    seats = "" if case.ordered_seats is None else safe(str(case.ordered_seats), 20)
    about = [
        words.say("step_up.about", ref=case.ref, company=company),
        words.say("step_up.seats", seats=seats or words.say("card.none")),
    ]
    if names := case_facts.struck(case.ris):
        about.append(words.say("step_up.struck", names=safe(names)))
    if card.unread and not asked.came:
        about.append(words.say("card.unread", count=card.unread))
    if asked.code:
        about.append(words.say("step_up.why", reasons=", ".join(_reasons(card, words))))
    if asked.payers and quote is not None:
        about.append(why_pick(quote, words))
    return {
        "type": "modal",
        "callback_id": "case_approve",
        "private_metadata": json.dumps(
            {
                "ref": case.ref,
                "content_hash": case.content_hash,
                "offer": card.offer,
                "read_to": card.unread_to,
            }
        ),
        "title": blocks.plain(words.say("step_up.approve", ref=case.ref)),
        "submit": blocks.plain(words.say("card.approve")),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": [
            *_came(asked, words),
            blocks.section("\n".join(about)),
            *([_payers(asked.payers, quote, words)] if asked.payers and quote else []),
            *([step_up.code_field(words)] if asked.code else []),
        ],
    }


def _came(asked: Asked, words: Words) -> list[Block]:
    """What its sponsor has written while the modal was open."""
    if not asked.came:
        return []
    shown = [blocks.quote(text, empty="…") for text in asked.came[-MOST_CAME:]]
    return [blocks.section(words.say("step_up.came", count=len(asked.came))), *shown]


def read_first(card: CaseCard, button: str, words: Words) -> Block:
    """What Slack asks before a yes to a case about which its sponsor has written since."""
    return blocks.asked_first(
        words.say("card.unread.title"),
        words.say("card.unread.ask", count=card.unread),
        yes=words.say(f"card.{button}"),
        words=words,
    )


def close_first(case: Case, words: Words) -> Block:
    """What Slack asks before a case that was taken in is closed as no RIS."""
    return blocks.asked_first(
        words.say("card.close.title"),
        words.say("card.close.ask", ref=case.ref),
        yes=words.say("card.kind_not_ris"),
        words=words,
    )


def row_id(where: str, shown: str, *, offer: str = "", read_to: int = 0) -> str:
    """The id of a row of buttons that decide: what was shown beside it, and the hash at its end.

    `offer`: the seal of the price. `read_to`: the newest words of its sponsor.
    """
    named = f"{where}.{offer}.{read_to}" if offer or read_to else where
    return ":".join(filter(None, ("case", named, shown)))


def read_row(block_id: str) -> tuple[str, int]:
    """The seal of the price and the newest words that were shown beside it; "" and 0 where none were."""
    _, offer, read_to = (*block_id.split(":")[1].split("."), "", "")[:3]
    return offer, int(read_to or 0)


def why_pick(quote: Quote, words: Words) -> str:
    """Why what the form names does not pay, with what is to be paid."""
    order, total = quote.order, quote.total
    return words.say(
        f"money.obstacle.{quote.obstacle}",
        number=safe(quote.named, 80),
        total=words.money(total) if total else "",
        available=words.money(order.available) if order else "",
    )


def _payers(payers: tuple[PurchaseOrder, ...], quote: Quote, words: Words) -> Block:
    return {
        "type": "input",
        "block_id": PAYER,
        "label": blocks.plain(words.say("money.payer")),
        "element": {
            "type": "static_select",
            "action_id": PAYER,
            "options": [_payer(order, quote, words) for order in payers[:MOST_PAYERS]],
        },
    }


def _payer(order: PurchaseOrder, quote: Quote, words: Words) -> Block:
    after = order.available - quote.total if quote.total else order.available
    number = quoting.one_line(order.number, 30)
    shown = words.say(
        "money.payer.option", number=number, available=words.money(order.available), after=words.money(after)
    )
    return {"text": blocks.plain(quoting.slack(shown, 75)), "value": str(order.id)}


def _reasons(card: CaseCard, words: Words) -> list[str]:
    """Why it is grave: what is large about it by name, then the policy's other words."""
    large = [words.name(why) for why in card.why_second if why is not SecondReason.UNVERIFIED]
    others = [words.name(grave) for grave in card.why_code if grave is not Grave.LARGE]
    return [*(large if Grave.LARGE in card.why_code else []), *others]


def read_approval(view: Block) -> Typed:
    """What was typed and chosen, and what the modal was about."""
    values = view["state"]["values"]
    chosen = values.get(PAYER, {}).get(PAYER, {}).get("selected_option") or {}
    return Typed(
        about=json.loads(view["private_metadata"]),
        code=values.get(step_up.CODE, {}).get(step_up.CODE, {}).get("value") or "",
        purchase_order=int(chosen["value"]) if chosen else None,
        asked=tuple(name for name in (PAYER, step_up.CODE) if name in values),
    )
