"""Mails: a builder for each, which takes values for the outbox, and the one that turns them into words."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

from markupsafe import Markup

from bot.brand_policy import Brand
from bot.domain.approvals import RejectionReason
from bot.domain.cases import Case
from bot.domain.differences import compare
from bot.domain.languages import LANGUAGES
from bot.domain.mail import Address
from bot.domain.notices import StillOpen
from bot.domain.programmes import Programme
from bot.domain.ris import Problem, ProblemKind, RisCase, Role, Severity
from bot.domain.sheets import SheetRefusal
from bot.policy import Policy
from bot.rendering import case_facts, markdown, quoting
from bot.rendering.case_facts import Values, owner
from bot.rendering.mail_templates import LAYOUT, Parts, list_mails, load, marked
from bot.rendering.shapes import Marks, Shape
from bot.rendering.words import Words, megabytes, words

USHERS_OWN = Brand()
MOST_QUESTIONS = 40  #: in a mail, where the workbook that goes with it shows them all
MOST_FILES = 5  #: that a mail names
MOST_USERS = 60  #: in a mail; a longer list is no reading matter
_RULES = "@media"
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")
_LONGEST_NAME = 40  #: of a company, in a subject

_OF_ITS_OWN: Values = {
    "only_people": False, "addition_to": "", "known_users": "", "with_account": "", "to_clear": "",
    "replaces_on": "", "seat_price": "", "total_price": "",
}  # fmt: skip
#: what a mail lacks that an older Usher has queued, perhaps held for days
_LATER: Mapping[str, Values] = {
    "order_confirmation": {
        **_OF_ITS_OWN, "balance": "", "from_spare": 0, "named_seats": "", "other_payer": False,
        "not_registered": False,
    },
    "blank_form": {"hear_by": ""},
    "account_locked": {"administrator": False},
    "activated": {"administrator": False},
    "credential_notice": {"administrator": False},
    "dead_ends": {"waiting": 0, "terms_alone": False},
    "invitation": {"why": "first", "outside": False, "spare": 0},
    "neutral_receipt": {"hear_by": "", "offered": [], "closed_case": ""},
    "recovery": {"page_url": None, "administrator": False},
    "phone_reset": {"administrator": False},
    "receipt": {
        **_OF_ITS_OWN, "struck": "",
        "facts": [], "users": [], "users_more": 0, "unread_files": "", "unopened": 0, "closed_case": "",
    },
    "ris_problems": {
        **_OF_ITS_OWN, "struck": "",
        "most": MOST_QUESTIONS, "again": False, "unchanged": False, "solved": 0, "new": 0, "attached": "",
        "unread_files": "", "unopened": 0, "closed_case": "",
    },
    "rejection": {"made": False},
    "site_ready": {"ready": True},
    "unreadable_ris": {"rows": "", "most_files": 20},
    "user_ids": {"partner": False, "over": "", "page_url": None},
    "withdrawal": {"stopped": False, "keys_void": False, "made": False},
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RenderedMail:
    """A mail in words; `html` is complete, `text` says the same."""

    subject: str
    preheader: str
    text: str
    html: str


def ris_problems(
    case: Case, policy: Policy, *, before: RisCase | None = None, unread: Sequence[str] = (), closed: str = ""
) -> Values:
    """To the sponsor of an incomplete RIS: what is missing, where, and how to answer.

    `before`: the version that this one follows; only what is open now is asked, and what was settled is
    thanked for. `attached` says which workbook goes with the mail; who makes one says so, here it is "".
    `unread`: files of theirs in which no form was found. `closed`: the case that this form was before staff
    said that it is this one's.
    """
    since = compare(before, case.ris) if before else None
    return of_case(case, policy) | {
        "version": case.version,
        "problems": _problems(case, policy, Severity.ERROR),
        **_advice(case, policy),
        "most": MOST_QUESTIONS,
        "again": since is not None,
        "unchanged": before is not None and before.content_hash() == case.ris.content_hash(),
        "solved": since.solved if since else 0,
        "new": since.new if since else 0,
        "attached": "",
        "unread_files": _listed(unread),
        "closed_case": closed,
        **_unopened(case, policy),
    }


def nudge(open_ones: Sequence[StillOpen], newest: Case, policy: Policy) -> Values:
    """To a sponsor whose answers we wait for: the entries that are open, and questions of staff.

    `newest` chooses name and language. About a single case its entries have the numbers of its own mail.
    """
    say = words_for(newest, policy)
    return owner(policy) | {
        "lang": newest.lang,
        "ref": newest.ref if len(open_ones) == 1 else "",
        "sender_name": newest.sponsor.name,
        "version": newest.version,
        "most": MOST_QUESTIONS,
        "attached": "",
        "cases": [
            {
                "ref": one.case.ref,
                "company": one.case.ris.company.name or say.say("mail.nameless"),
                "asked_on": say.date(one.asked_at),
                "subject": one.subject,
                "problems": _problems(replace(one.case, lang=newest.lang), policy, Severity.ERROR),
                "questions": [{"question": text} for text in one.questions],
            }
            for one in open_ones
        ],
    }


def receipt(case: Case, policy: Policy, *, unread: Sequence[str] = (), closed: str = "") -> Values:
    """To the sponsor of a complete RIS: what we understood, who reviews it; `unread`, `closed` as above."""
    say, users = words_for(case, policy), case.ordered_users
    names = [case_facts.name(user) for user in case.ris.users if user.role == Role.ORGANIZATION_ADMINISTRATOR]
    return (
        of_case(case, policy)
        | {
            "received_on": say.date(case.status_since),  # of this version, not of the first
            "administrators": case_facts.named(names),
            "country": say.country(case.ris.company.country),
            "facts": case_facts.company(replace(case.ris.company, seats=case.ordered_seats), say),
            "users": [case_facts.whole_user(user, say) for user in users[:MOST_USERS]],
            "users_more": max(0, len(users) - MOST_USERS),
            **_advice(case, policy),
            "unread_files": _listed(unread),
            "closed_case": closed,
            **_unopened(case, policy),
        }
    )


def _unopened(case: Case, policy: Policy) -> Values:
    """Files of theirs that nobody has opened: how many, the first few by name, and how many are."""
    files = case.ris.unopened
    return {
        "unopened": len(files),
        "unopened_files": _listed(files),
        "most_files": policy.limits.forms_per_mail,
    }


def _listed(files: Sequence[str]) -> str:
    """The names of files, the first few."""
    return ", ".join(files[:MOST_FILES])


def rejection(case: Case, policy: Policy, *, brought_before: bool = False, made: bool = False) -> Values:
    """To the sponsor, once the desk said no; the reason's code chooses the words, the note stays inside.

    `brought_before`: this same sponsor has brought the company in another form. Unless they have, they do not
    hear that it is known: whom another sponsor has brought is no business of this one.
    `made`: something stands outside, or may, of an approval that was taken back.
    """
    reason = case.decision.reason if case.decision else None
    told = case.addition.told if case.addition else brought_before
    if reason is RejectionReason.DUPLICATE and not told:
        reason = None
    return of_case(case, policy) | {"reason": str(reason or "other"), "made": made}


def desk_question(case: Case, policy: Policy, questions: Sequence[tuple[int, str]]) -> Values:
    """To the sponsor: what staff ask, by number, in their words."""
    return of_case(case, policy) | {
        "questions": [{"number": number, "question": question} for number, question in questions]
    }


def desk_reply(case: Case, policy: Policy, paragraphs: list[list[str]]) -> Values:
    """To the sponsor: what staff write, in lines of paragraphs."""
    return of_case(case, policy) | {"paragraphs": paragraphs}


def neutral_receipt(
    *,
    ref: str,
    lang: str,
    policy: Policy,
    hear_by: datetime | None = None,
    offered: Sequence[Values] = (),
    closed: str = "",
    of: Programme = Programme.MAG,
) -> Values:
    """To whoever asked something or sent a RIS without being a sponsor: tells that it came, no more.

    `hear_by`: when a person has answered at the latest; None where that is not promised. `offered`: articles
    that may be what they look for, by title and page. `closed` as above.
    """
    promised = words(lang, policy.desk.zone).instant(hear_by) if hear_by else ""
    said = {"lang": lang, "ref": ref, "hear_by": promised, "offered": list(offered), "closed_case": closed}
    return owner(policy, of) | said


def blank_form(
    *, ref: str, lang: str, policy: Policy, portal_url: str, hear_by: datetime | None = None
) -> Values:
    """To whoever asked for the form, which is attached; nothing of what they wrote comes back.

    `hear_by`: by when a person answers what else they asked; None where that was all.
    """
    return owner(policy) | {
        "lang": lang,
        "ref": ref,
        "sponsor": policy.mag.sponsor,
        "check_url": f"{portal_url}/ris?lang={lang}",
        "hear_by": words(lang, policy.desk.zone).instant(hear_by) if hear_by else "",
    }


def address_probe(*, ref: str, lang: str, policy: Policy) -> Values:
    """To an address from which a mail of ours came back: asks nothing, and finds out whether it arrives."""
    return owner(policy) | {"lang": lang, "ref": ref}


def unreadable_ris(
    *,
    reason: SheetRefusal,
    source: str,
    ref: str,
    sender: Address,
    lang: str,
    policy: Policy,
    of: Programme = Programme.MAG,
) -> Values:
    """To the sender of a file that was not read: why, and what to send instead."""
    return owner(policy, of) | {
        "lang": lang,
        "ref": ref,
        "sender_name": sender.name,
        "source": source,
        "reason": str(reason),
        "megabytes": megabytes(policy.limits.form_bytes),
        "most_files": policy.limits.forms_per_mail,
        "rows": words(lang, policy.desk.zone).number(policy.limits.form_rows),
    }


def too_large(
    *,
    size: int,
    subject: str,
    ref: str,
    sender: Address,
    lang: str,
    policy: Policy,
    of: Programme = Programme.MAG,
) -> Values:
    """To the sender of a mail of which only the header was fetched: the limit, and what to do instead."""
    return owner(policy, of) | {
        "lang": lang,
        "ref": ref,
        "sender_name": sender.name,
        "sent_subject": subject,
        "sent_megabytes": megabytes(size),
        "megabytes": megabytes(policy.limits.mail_bytes),
    }


def words_for(case: Case, policy: Policy) -> Words:
    return words(case.lang, policy.desk.zone)


def of_case(case: Case, policy: Policy) -> Values:
    """What every mail about a case may say of it."""
    company = case.ris.company
    say = words_for(case, policy)
    return owner(policy) | {
        "lang": case.lang,
        "ref": case.ref,
        "sender_name": case.sponsor.name,
        "sponsor": policy.mag.sponsor,
        "company": company.name or say.say("mail.nameless"),
        "application": company.application,
        "seats": "" if case.ordered_seats is None else str(case.ordered_seats),
        "users_count": len(case.ordered_users),
        "purchase_order": company.purchase_order,
        "received_on": say.date(case.created_at),
        **case_facts.earlier(case, say),
        **case_facts.prices(case, policy.mag.seat_price, say),
    }


def _advice(case: Case, policy: Policy) -> Values:
    """What may stay as it is; a name that is struck through is a question, and asked as one."""
    ris = case.ris
    rest = tuple(one for one in ris.problems if one.kind is not ProblemKind.STRUCK)
    advice = _problems(replace(case, ris=replace(ris, problems=rest)), policy, Severity.WARNING)
    return {"advice": advice, "struck": case_facts.struck(ris)}


def _problems(case: Case, policy: Policy, severity: Severity) -> list[Values]:
    say = words_for(case, policy)
    found: Iterable[Problem] = (each for each in case.ris.problems if each.severity is severity)
    return [
        {
            "place": say.place(problem, case.ris),
            "message": say.problem(problem, applications=policy.mag.applications),
        }
        for problem in found
    ]


def render_mail(
    template: str,
    lang: str,
    values: Mapping[str, object],
    *,
    brand: Brand = USHERS_OWN,
    templates_dir: Path | None = None,
) -> RenderedMail:
    """Put a builder's values (and its secrets, such as `status_url`) into words, in the desk's brand.

    A file in `templates_dir` takes the place of ours of the same name. Raise KeyError for a mail that
    is not one of ours, and jinja2's errors for a template that cannot be used.
    """
    if template not in list_mails():
        raise KeyError(f"there is no mail {template!r}")
    parts = load(template, lang if lang in LANGUAGES else "en", templates_dir)
    marks = Marks()
    values = {**_LATER.get(template, {}), **values}
    known = {name: marked(marks, name, value) for name, value in values.items()}
    # The case's number stands behind the name, and lists of mails show no more.
    brief = {"company": quoting.shortened(str(known["company"]), _LONGEST_NAME)} if "company" in known else {}
    subject = _in_line(parts.subject.render(known | brief))
    preheader = _in_line(parts.preheader.render(known))
    source = marks.end_sentences(parts.body.render(known))
    heads = (subject, preheader, str(values["programme"]))
    shape = _shape(parts, source, brand, tuple(marks.value(head, head).mark for head in heads))
    if not shape.fits_all:  # a wording of the desk's own may put a value where only the parser can judge it
        shape = _put_together(parts, marks.resolve(source, quoting.markdown), brand, heads)
    html, text = shape.filled(marks.values)
    return RenderedMail(subject=subject, preheader=preheader, text=text, html=html)


def _in_line(head: str) -> str:
    """With one full stop where a value that has its own ends a sentence."""
    line = quoting.one_line(head, 180)
    return _TWO_STOPS.sub(".", line) if ".." in line else line


def _put_together(parts: Parts, source: str, brand: Brand, heads: tuple[str, ...]) -> Shape:
    """Parse the words, lay them out and inline the styles; marks in them come through untouched."""
    body, lines = markdown.bodies(source, colour=brand.colour)
    subject, preheader, programme = heads
    page = parts.layout.render(
        lang=parts.lang,
        subject=subject,
        preheader=preheader,
        programme=programme,
        brand=brand.name,
        colour=brand.colour,
        body=Markup(body),  # noqa: S704 - made from escaped values by a parser without HTML
    )
    return Shape.of(_inline()(page), lines)


#: a shape holds no values, so that whatever comes is of one that is known already; some 30 kB each
_shape = lru_cache(maxsize=128)(_put_together)


@cache
def _inline() -> Callable[[str], str]:
    """Styles go into the elements for Outlook and Gmail; a tag marked so is kept for dark mode and phones."""
    import css_inline  # noqa: PLC0415 - heavy parts are imported when needed

    return css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False).inline


def list_lost_rules(templates_dir: Path) -> list[str]:
    """What the desk's own layout loses of what stands in no element: rules in a tag that does not stay."""
    path = templates_dir / LAYOUT
    layout = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    lost = layout.count(_RULES) - _inline()(layout).count(_RULES)
    return [f'{LAYOUT} loses its {_RULES} rules: mark their tag data-css-inline="keep"'] if lost > 0 else []
