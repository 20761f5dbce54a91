"""A party's reply to a case: a newer form, answers under the numbers, or words for staff."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.domain.cases import OPEN, Case, CaseStatus
from bot.domain.cover_notes import list_unread
from bot.domain.differences import corrects
from bot.domain.form_requests import misses_file
from bot.domain.intake import Understood
from bot.domain.organisations import is_another
from bot.domain.ris import Decision, RisCase
from bot.rendering import mails
from bot.services import case_answers, letters, organisations, questions, repeats
from bot.services.cases import Submission, answer, open_case, revise_case
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card
from bot.store import case_versions, outbox


def part(
    db: Database, case: Case, submissions: Sequence[Submission]
) -> tuple[list[Submission], list[Submission]]:
    """The forms of one reply: those that may be this case's newest, and those that are cases of their own.

    The latter are other customers', and those that are unclear. What the case has held already falls away
    beside something newer.
    """
    unclear = [one for one in submissions if is_unclear(case, one.ris)]
    own, others = _part(db, case, [one for one in submissions if one not in unclear])
    return own, [*others, *unclear]


def is_unclear(case: Case, ris: RisCase) -> bool:
    """Whether a party's form may be the undecided case's newest, or only say who joins: staff find out."""
    if case.status not in OPEN or is_another(case.ris, ris):
        return False
    return not corrects(case.ris, ris)


def open_each(
    db: Database, desk: Desk, understood: Understood, submissions: Sequence[Submission], *, now: datetime
) -> list[Case]:
    """A case for each, or the one that an earlier copy of its mail opened."""
    opened = []
    for submission in submissions:
        case = repeats.take_over(db, desk, understood.copies, submission, now=now)
        if case is None:
            case = open_case(db, desk, submission, now=now)
            questions.note_first_words(db, understood, case, now=now)
        opened.append(case)
    return opened


def open_beside(
    db: Database,
    desk: Desk,
    understood: Understood,
    submissions: Sequence[Submission],
    case: Case,
    *,
    now: datetime,
) -> list[Case]:
    """The same for forms in a reply that is the case's; of those that are unclear their cards ask.

    One that came in answer to it before, and waits, is no second case: its words stand there.
    """
    opened = []
    for submission in submissions:
        known = organisations.find_answer(db, case, submission.ris)
        if known is None:
            opened += open_each(db, desk, understood, [submission], now=now)
        else:
            _note_words(db, understood, known, known=True, now=now)
            opened.append(known)
    link_unclear(db, opened, case, now=now)
    return opened


def link_unclear(db: Database, opened: Sequence[Case], case: Case, *, now: datetime) -> None:
    """Let the cards of those that are unclear, and the case's own, say so."""
    for newer in opened:
        if newer.id != case.id and is_unclear(case, newer.ris):
            organisations.link(db, newer, case, now=now)
            for number in (newer.id, case.id):
                queue_case_card(db, number, now=now)


def _part(
    db: Database, case: Case, submissions: Sequence[Submission]
) -> tuple[list[Submission], list[Submission]]:
    if len(submissions) < 2:  # noqa: PLR2004
        return list(submissions), []
    known = case_versions.list_forms(db, case.id)
    others = [one for one in submissions if is_another(case.ris, one.ris)]
    own = [one for one in submissions if one not in others]
    newest = [one for one in own if one.ris.form_hash() == case.ris.form_hash()]
    return [one for one in own if one.ris.form_hash() not in known] or (newest or own)[:1], others


def brings_newer(db: Database, case: Case, submissions: Sequence[Submission]) -> bool:
    """Whether one of the forms may be the case's next version; of one that it knows other words are told."""
    known = case_versions.list_forms(db, case.id)
    own = (one for one in submissions if not is_another(case.ris, one.ris))
    return any(one.ris.form_hash() not in known for one in own)


def brings_another(case: Case, submissions: Sequence[Submission]) -> bool:
    """Whether the reply is only a convenient envelope for the next customer's form."""
    return bool(submissions) and all(is_another(case.ris, submission.ris) for submission in submissions)


def take_reply(
    db: Database,
    desk: Desk,
    understood: Understood,
    case: Case,
    submissions: Sequence[Submission],
    *,
    now: datetime,
) -> bool:
    """Settle a reply in the caller's transaction; False where it brought no newer form, only words.

    Of several that may be its newest form none is taken: a person finds out which counts.
    """
    letters.take_answer(db, understood, case, now=now)
    only = submissions[0] if len(submissions) == 1 else None
    if only and not _is_the_same(case, only):
        revised = revise_case(db, desk, case, only, now=now)
        if revised is not None:
            case_answers.refresh(db, revised, now=now)
            case_answers.take(db, desk, understood, revised, now=now)
            form = understood.form
            unread = list_unread(understood.mail, form)
            if understood.mail.text or form.unopened or unread or understood.has_own_subject:
                _note_words(db, understood, revised, taken=True, now=now)
            return True
    known = only is not None and _is_the_same(case, only)
    if len(submissions) > 1:
        questions.say_received(db, desk, understood, ref=case.ref, case_id=case.id, now=now)
    _note_words(db, understood, case, known=known, now=now)
    letters.give_back(db, case, now=now)
    queue_case_card(db, case.id, now=now)  # it says that there are words
    answered = case_answers.take(db, desk, understood, case, now=now)
    if not (submissions or answered or _heard_of_no_file(db, case)) and misses_file(understood.mail):
        questions.say_received(db, desk, understood, ref=case.ref, case_id=case.id, now=now)
    if known and not answered and _is_waiting_for_a_form(case):
        words = mails.ris_problems(case, desk.policy, before=case.ris)
        answer(db, desk, case, "ris_problems", now=now, words=words, again=f"mail:{understood.row.id}")
    return False


def _note_words(
    db: Database,
    understood: Understood,
    case: Case,
    *,
    taken: bool = False,
    known: bool = False,
    now: datetime,
) -> None:
    """What they wrote stands below the card: `taken` and `known` say so of the form that came with it.

    In the channel too where the card brings nobody to it: a case that waited for its sponsor comes up by
    itself, as the desk's.
    """
    aloud = case.status is not CaseStatus.WAITING_FOR_SPONSOR
    questions.note_follow_up(
        db, understood, case.ref, f"card:{case.ref}",
        now=now, case_id=case.id, taken=taken, known=known, aloud=aloud,
    )  # fmt: skip


def _heard_of_no_file(db: Database, case: Case) -> bool:
    """Whether the newest mail of the case says that no file came: saying it once is enough."""
    newest = outbox.find(db, max(outbox.list_mails_of_case(db, case.id), default=0))
    return newest is not None and bool(newest.values.get("words", {}).get("no_file"))


def _is_waiting_for_a_form(case: Case) -> bool:
    waits = case.status is CaseStatus.WAITING_FOR_SPONSOR
    return waits and case.ris.decision is not Decision.COMPLETE


def _is_the_same(case: Case, submission: Submission) -> bool:
    """Whether nothing would change, not even how far its sender is believed."""
    believed = case.authorised or not submission.authorised
    return believed and submission.ris.form_hash() == case.ris.form_hash()
