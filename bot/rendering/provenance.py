"""The mail to whoever asked whether a mail is ours: yes, with which and when; or no, with what to do."""

from datetime import datetime

from bot.domain.programmes import Programme
from bot.domain.provenance import list_hosts
from bot.policy import Policy
from bot.rendering.case_facts import Values, owner
from bot.rendering.words import words


def whose_mail(
    *,
    ref: str,
    lang: str,
    policy: Policy,
    portal_url: str,
    of: Programme = Programme.MAG,
    template: str = "",
    sent_at: datetime | None = None,
) -> Values:
    """`template` and `sent_at` of the mail that went to them; without these it is none of ours."""
    say = words(lang, policy.desk.zone)
    return owner(policy, of) | {
        "lang": lang,
        "ref": ref,
        "ours": bool(template),
        "kind": say.say(f"mail.{template}") if template else "",
        "at": say.instant(sent_at) if sent_at else "",
        "home": next(iter(list_hosts(portal_url)), ""),
        "home_url": portal_url,
    }
