"""The cards and views of answers, with strangers' text in the values that make them show most."""

from collections.abc import Callable, Mapping

from bot import policy as policies
from bot.domain.faq_opinions import FaqWeek, Unanswered, Unhelpful, UnhelpfulArticle, Why
from bot.rendering import conversation_samples, faq_cards, faq_learning
from bot.rendering.blocks import Block, Card
from bot.rendering.faq_cards import Told
from bot.rendering.words import words
from bot.services import faq
from tests.rendering.poison import MARK, poisoned
from tests.rendering.swept_values import AT

PORTAL = "https://portal.example.com"
POLICY = policies.load()
ENGLISH = words("en", POLICY.desk.zone)
ANSWERS = tuple(faq.find_answer(one, "en", POLICY, PORTAL) for one in ("reset-password", "account-locked"))
TOLD = Told(ref="Q-7", lang="en", answers=ANSWERS, related=faq.list_related(ANSWERS), may_post=True)
OFFERED = Told(ref="Q-7", lang="en", offered=tuple(faq.list_articles("en").values())[:3])

WEEK = FaqWeek(
    unanswered=(Unanswered(ref="Q-7", subject="x"),) * 99,
    unhelpful=(
        UnhelpfulArticle(
            title="x",
            judged=Unhelpful(
                topic="reset-password", lang="en", not_helped=4, helped=1, why=((Why.WRONG, 3),)
            ),
        ),
    )
    * 20,
)

FAQ: Mapping[str, Callable[[str], list[Card | Block]]] = {
    "faq_cards.told_card": lambda text: [
        faq_cards.told_card(one, PORTAL, words=ENGLISH)
        for one in (TOLD, OFFERED, Told(ref=MARK + text, lang="en", hear_by=AT))
    ],
    "faq_cards.posted_card": lambda text: [faq_cards.posted_card(TOLD, PORTAL, MARK + text, words=ENGLISH)],
    "faq_learning.teach_modal": lambda text: [
        faq_learning.teach_modal(
            poisoned(conversation_samples.conversation(), text),
            list(faq.list_articles("de").values()),
            words=ENGLISH,
        )
    ],
    "faq_learning.week_note": lambda text: [faq_learning.week_note(poisoned(WEEK, text), words=ENGLISH)],
    "faq_cards.sorry_card": lambda _: [
        faq_cards.sorry_card("Q-7", ["reset-password"], given=given, words=ENGLISH)
        for given in (None, Why.WRONG)
    ],
    "faq_cards.person_card": lambda text: [faq_cards.person_card(MARK + text, AT, words=ENGLISH)],
    "faq_cards.welcome_card": lambda _: [faq_cards.welcome_card(words=ENGLISH)],
    "faq_cards.thanks_card": lambda _: [faq_cards.thanks_card(words=ENGLISH)],
    "faq_cards.ask_card": lambda _: [faq_cards.ask_card(words=ENGLISH)],
}
