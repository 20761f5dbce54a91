"""Answers in words: an article filled from the policy, for pages, mails and Slack."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.domain.credentials import MOST_PHONES
from bot.domain.faq import Article
from bot.domain.passwords import LEAST_OWN
from bot.domain.phone_codes import LASTS
from bot.domain.programmes import Programme
from bot.policy import Policy
from bot.rendering import markdown
from bot.rendering.mrkdwn import mrkdwn
from bot.rendering.words import words

_ENVIRONMENT: Final = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One article as its reader gets it; the same Markdown becomes HTML, text and Slack's own."""

    topic: str
    lang: str
    title: str
    source: str  #: Markdown, with the desk that owns it at its end
    colour: str
    programme: Programme  #: whose desk owns it

    @property
    def html(self) -> str:
        return markdown.bodies(self.source, colour=self.colour)[0]

    @property
    def text(self) -> str:
        lines = markdown.bodies(self.source, colour=self.colour)[1]
        return "\n".join(line.said(line.words) for line in lines) + "\n"

    @property
    def mrkdwn(self) -> str:
        return mrkdwn(self.source)


def answer(article: Article, policy: Policy, portal_url: str, of: Programme | None = None) -> Answer:
    """`of`: the programme that is asked about, as far as that is known.

    Raise jinja2's errors for an article that names what the policy does not know.
    """
    whose = (of if article.holds_for_both else None) or article.programme
    body = _template(article.body).render(_values(policy, portal_url))
    owner = policy.of(whose)
    named = words(article.lang).say(
        "faq.owner", desk=owner.support_desk, address=owner.support_address, programme=owner.name
    )
    return Answer(
        topic=article.id,
        lang=article.lang,
        title=article.title,
        source=f"{body.strip()}\n\n{named}\n",
        colour=policy.brand.colour,
        programme=whose,
    )


def offer(articles: Iterable[Article], policy: Policy, portal_url: str, *, lang: str) -> str:
    """What is said when it is not sure: the nearest articles, and the desks that help. Markdown."""
    say = words(lang).say
    near = [f"- [{one.title}]({page_url(one, portal_url)})" for one in articles]
    return f"{say('faq.offer')}\n\n{chr(10).join(near)}\n\n{person(policy, lang=lang)}"


def page_url(article: Article, portal_url: str) -> str:
    return f"{portal_url}/faq/{article.id}?lang={article.lang}"


def person(policy: Policy, *, lang: str) -> str:
    """What is said when a person has to read it, for whatever reason: whom to ask. Markdown."""
    say = words(lang).say
    desks = (
        say("faq.desk", desk=one.support_desk, address=one.support_address, programme=one.name)
        for one in (policy.mag, policy.extranet)
    )
    return f"{say('faq.person')}\n\n" + "\n".join(f"- {desk}" for desk in desks)


def as_text(source: str) -> str:
    """Markdown of `offer` and `person` as plain text."""
    return "\n".join(line.said(line.words) for line in markdown.bodies(source, colour="")[1]) + "\n"


def _values(policy: Policy, portal: str) -> dict[str, object]:
    """What an article may name: the policy's two programmes, and addresses of this portal."""
    mag, extranet = policy.mag, policy.extranet
    return {
        "mag": mag,
        "extranet": extranet,
        "application": mag.applications[0] if mag.applications else mag.name,
        "code_minutes": int(LASTS.total_seconds() // 60),
        "most_phones": MOST_PHONES,
        "least_own": LEAST_OWN,
        "key_url": mag.key_url or (f"{portal}/dashboard" if mag.keeps_accounts else ""),
        "sign_in_url": f"{portal}/sign-in" if mag.keeps_accounts else mag.registration_url,
        "lost_url": f"{portal}/passcode/lost",
        "recovery_url": f"{portal}/password/forgotten" if extranet.keeps_accounts else "",
        "prolongation_url": extranet.prolongation_url or f"{portal}/prolong",
        "contact_url": f"{portal}/contact",
    }


@lru_cache(maxsize=128)
def _template(body: str) -> Template:
    return _ENVIRONMENT.from_string(body)
