"""Any company and users that our form can hold, for property tests, and whether they read back the same."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from bot.domain import choice_words as words
from bot.domain import forms
from bot.domain import review_values as values
from bot.domain.review_values import text_of
from bot.domain.ris import Company, Credential, PartnerType, RisCase, Role, User

_SHOWN = st.characters(exclude_categories=("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"))
TEXT = st.text(_SHOWN, max_size=40).map(text_of)


def _code_or_text(codes: list[str], judge: Callable[[str], str | None]) -> st.SearchStrategy[str]:
    """A code, or a text that means none and so stays as written."""
    return st.sampled_from(codes) | TEXT.filter(lambda text: judge(text) in {None, text})


_PHONES = st.lists(st.sampled_from(["+493023125010", "+442079460123", "+12025550123"]), max_size=3)
_ADDRESSES = st.sampled_from(["", "a.b@example.com", "ä.ö@example.org", "no address", "c@example.net"])
_COUNTRIES = st.sampled_from(list(forms.countries("en"))) | TEXT.filter(
    lambda text: forms.country_code(text) is None
)
COMPANIES = st.builds(
    Company,
    name=TEXT,
    street=TEXT,
    city=TEXT,
    postal_code=TEXT.filter(lambda text: not any(c.isdigit() for c in text)),
    state=TEXT,
    country=_COUNTRIES,
    website=TEXT.filter(lambda text: values.website(text) in {None, text}),
    vat_id=st.sampled_from(["", "DE136695976"])
    | TEXT.filter(lambda text: not values.is_not_applicable(text) and not any(map(str.isdigit, text))),
    partner_type=_code_or_text(list(PartnerType), words.partner_type_of),
    seats=st.none() | st.integers(0, 9_999_999),
    purchase_order=TEXT,
    application=st.sampled_from(["ForumPass", "", "Other"]),
    contact_name=TEXT,
    contact_email=_ADDRESSES,
    contact_phone=st.sampled_from(["", "+493023125010", "none"]),
)


def _sounds_like_headings(user: User) -> bool:
    labels = {forms.plain(word) for f in forms.USER_FIELDS for word in (f.label.en, f.label.de)}
    return sum(forms.plain(text) in labels for text in (user.first_name, user.last_name, user.job_title)) > 2


USERS = st.builds(
    User,
    salutation=_code_or_text(list(forms.SALUTATIONS), words.salutation_of),
    first_name=TEXT,
    last_name=TEXT,
    email=_ADDRESSES,
    phones=_PHONES.map(tuple),
    job_title=TEXT,
    role=_code_or_text(list(Role), words.role_of),
    credential=_code_or_text(list(Credential), words.credential_of),
).filter(lambda user: user != User() and not _sounds_like_headings(user))
LANGS = st.sampled_from(["en", "de"])


def placeless(case: RisCase) -> list[User]:
    """Its users without where they stand, which another kind of file says otherwise."""
    return [replace(user, sheet="", row=None) for user in case.users]
