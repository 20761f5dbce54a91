"""Answers by mail: articles, what is true for whoever asked, what is close to it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.conversations import Conversation
from bot.domain.faq import Article
from bot.domain.programmes import Programme
from bot.policy import Policy
from bot.rendering.case_facts import Values, owner
from bot.rendering.conversation_mails import subject_of
from bot.rendering.faq import Answer, page_url
from bot.rendering.words import words


def answer(
    one: Conversation,
    policy: Policy,
    portal_url: str,
    answers: Sequence[Answer],
    *,
    related: Sequence[Article],
    now: datetime,
    findings: Sequence[str] = (),
    programme: Programme = Programme.MAG,
    by_staff: bool = False,
    rest_by: datetime | None = None,
) -> Values:
    """To whoever asked. `findings`: sentences on their own accounts, true at `now`, and it may be read later.

    `programme`: of these accounts, for where they are the whole answer; `by_staff`: a person chose it.
    `rest_by`: when a person has answered what else they ask, at the latest.
    """
    say = words(one.lang, policy.desk.zone)
    return owner(policy, answers[0].programme if answers else programme) | {
        "lang": one.lang,
        "ref": one.ref,
        "sender_name": one.name,
        "asked_subject": subject_of(one),
        "answers": [{"title": each.title, "body_markdown": each.source} for each in answers],
        "related": links(related, portal_url),
        "findings": list(findings),
        "as_of": say.instant(now),
        "rest_by": say.instant(rest_by) if rest_by else "",
        "by_staff": by_staff,
    }


def links(articles: Iterable[Article], portal_url: str) -> list[Values]:
    """Their titles and pages."""
    return [{"title": one.title, "page_url": page_url(one, portal_url)} for one in articles]
