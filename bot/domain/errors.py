"""How things go wrong: refusals for people, failures of the outside world, and nothing else by name."""

from datetime import datetime
from traceback import format_tb
from typing import ClassVar

from bot.domain.money import Money

#: What a refusal may carry into its sentence.
Value = str | int | datetime | Money


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The rules say no. `code` and `values` are put into words, with the remedy, by `rendering.words`."""

    code: ClassVar[str]

    def __init__(self, **values: Value) -> None:
        super().__init__(self.code)
        self.values = values


class _Failure(Exception):  # noqa: N818 - the family's name is the style guide's
    """`mend` says what a person can do about it, where somebody can; it ends the sentence."""

    def __init__(self, reason: str, *, mend: str = "") -> None:
        super().__init__(f"{reason}: {mend}" if mend else reason)
        self.reason = reason
        self.mend = mend


class TransientFailure(_Failure):
    """An outside part did not do it this time; it may be tried again. Raised by adapters only.

    `retry_after` is in seconds, where the other side named a time.
    """

    def __init__(self, reason: str, *, mend: str = "", retry_after: float | None = None) -> None:
        super().__init__(reason, mend=mend)
        self.retry_after = retry_after


class NotNow(TransientFailure):
    """The other side takes nothing at present: it is away, will not log us in, or asks for patience.

    What waits is not to blame, so it costs no attempt.
    """


class SenderRefused(NotNow):
    """They take no mail from that sender of ours; what others of ours write may go on."""

    #: what it is if other mails of that sender go: said of a recipient, it may be about that one alone
    own: "TransientFailure | PermanentFailure | None" = None


class NotLetIn(NotNow):
    """They refuse our log-in: what goes out waits, and is tried ever more rarely, until that is mended."""


class PermanentFailure(_Failure):
    """An outside part says no for good. Raised by adapters only."""


class LogInRefused(PermanentFailure):
    """They know us and do not let us in, by this password or secret: who asks too often is locked out."""


class Unwelcome(PermanentFailure):
    """They take nothing of ours, or nothing in `place`, until a person mends that: what waits may stay."""

    def __init__(self, reason: str, *, place: str = "") -> None:
        super().__init__(reason)
        self.place = place


class Copied(PermanentFailure):
    """A mail lies where it was to be moved, and also still where it was."""


class MessageGone(PermanentFailure):
    """The message that was to be changed or answered stands no more: somebody deleted it."""


class MessageLocked(PermanentFailure):
    """The message that was to be changed stands as it is, and we can change it no more."""


class UnknownOutcome(Exception):  # noqa: N818
    """The line was lost after the last byte: it may have happened. Raised by adapters only."""


class SettingsFault(Exception):  # noqa: N818
    """A setting, policy or database that cannot be used; each line names one fault and its mend."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class PassingFault(SettingsFault):
    """One that nobody's setting is to blame for, such as a locked database: what is started again may go."""


class AlreadyDecided(Refusal):
    """A colleague was faster; values: ref, verdict, by, at."""

    code = "already_decided"


class ContentChanged(Refusal):
    """The form is no longer the one that was shown; values: ref, version."""

    code = "content_changed"


class OwnWork(Refusal):
    """Nobody is the second eye on what they submitted or changed; values: ref."""

    code = "own_work"


class NotStaff(Refusal):
    """Only full members named in SLACK_STAFF; values: who, and who_may once the door has asked."""

    code = "not_staff"


class AlreadyApproved(Refusal):
    """They, or whose right they would use, approved this content before; values: ref."""

    code = "already_approved"


class NotApprover(Refusal):
    """Staff, but in no group that decides this; values: who, act, and who_may once the door has asked."""

    code = "not_approver"


class NotEnrolled(Refusal):
    """A grave act asks for a code, and they have no confirmed authenticator."""

    code = "not_enrolled"


class CodeMissing(Refusal):
    """A grave act, and what was typed is no code of six digits."""

    code = "code_missing"


class WrongCode(Refusal):
    """Not a code of their device now; values: left, the tries before trying is locked."""

    code = "wrong_code"


class CodeUsed(Refusal):
    """That code, or a newer one, was taken before."""

    code = "code_used"


class CodesLocked(Refusal):
    """Too many wrong codes; values: until."""

    code = "codes_locked"


class AlreadyEnrolled(Refusal):
    """They have an authenticator, which a mail alone must not replace; values: at, who."""

    code = "already_enrolled"


class NoAddress(Refusal):
    """Slack knows no e-mail address of theirs, so no link can go out."""

    code = "no_address"


class OwnDevice(Refusal):
    """A lost authenticator is a matter for two others; values: who."""

    code = "own_device"


class ResetAskedAlready(Refusal):
    """They, or whose right they would use, agreed before: a second person is needed; values: who."""

    code = "reset_asked_already"


class NothingToReset(Refusal):
    """That person has no authenticator; values: who."""

    code = "nothing_to_reset"


class NotReviewable(Refusal):
    """The case is in a state in which this cannot be decided; values: ref, status."""

    code = "not_reviewable"


class NoOrganisation(Refusal):
    """A case to which nothing can be added: newer, not taken in, or closed; values: ref, other, status."""

    code = "no_organisation"


class HasAdditions(Refusal):
    """Another case was added to this one, which can then be neither added nor undone; values: ref, other."""

    code = "has_additions"


class OrganisationUndecided(Refusal):
    """The organisation of an addition is not approved; values: ref, other."""

    code = "organisation_undecided"


class SameFormTwice(Refusal):
    """The very same form stands in an older case, and nobody said that this one is meant too; ref, other."""

    code = "same_form_twice"


class NothingToAdd(Refusal):
    """Everybody of an addition is there already; values: ref, other."""

    code = "nothing_to_add"


class NotWithdrawable(Refusal):
    """The case has ended, or its site stands (`standing`); values: ref, status, standing."""

    code = "not_withdrawable"


class NotReopenable(Refusal):
    """The case has no decision that could be taken back for a newer form; values: ref, status."""

    code = "not_reopenable"


class NotWritable(Refusal):
    """The case is in a state in which nothing is written to its sponsor; values: ref, status."""

    code = "not_writable"


class NothingWritten(Refusal):
    """A letter without a word."""

    code = "nothing_written"


class TooManyQuestions(Refusal):
    """More questions than one mail asks; values: most, written."""

    code = "too_many_questions"


class NothingAsked(Refusal):
    """No question of staff is open; values: ref."""

    code = "nothing_asked"


class NothingUnread(Refusal):
    """Whatever its sponsor wrote was dealt with; values: ref."""

    code = "nothing_unread"


class WordsCame(Refusal):
    """Its sponsor has written since the card was shown; values: ref."""

    code = "words_came"


class NoCaseChosen(Refusal):
    """Neither chosen nor named."""

    code = "no_case_chosen"


class NoCaseNamed(Refusal):
    """A word about a case was typed without one."""

    code = "no_case_named"


class SeveralCasesNamed(Refusal):
    """A word about one case was typed with two; values: ref, other."""

    code = "several_cases_named"


class NothingWaits(Refusal):
    """No form of that sender waits any more; a colleague was faster."""

    code = "nothing_waits"


class UnknownCase(Refusal):
    """No such case; values: ref."""

    code = "unknown_case"


class UnknownCommand(Refusal):
    """A word the desk does not know; values: word, nearest."""

    code = "unknown_command"


class UnknownColleague(Refusal):
    """A name that is nobody's on the desk, or several people's; values: who."""

    code = "unknown_colleague"


class NotAColleague(Refusal):
    """Somebody who is no staff can neither be assigned to nor stand in for; values: who."""

    code = "not_a_colleague"


class CaseClosed(Refusal):
    """Nobody has to look after it any more; values: ref, status."""

    code = "case_closed"


class UnknownWeek(Refusal):
    """No week that could be reported; values: week."""

    code = "unknown_week"


class UnknownMail(Refusal):
    """No such mail in the ledger; values: id."""

    code = "unknown_mail"


class NoForm(Refusal):
    """Nothing in the mail can be read as a form; values: id, files and reason, each may be empty."""

    code = "no_form"


class UnknownJob(Refusal):
    """No such job, or not in a state for this; values: id, status.

    Of a mail that waited: at, and released_by or discarded_by.
    """

    code = "unknown_job"


class SignInNeeded(Refusal):
    """Nobody is signed in there, or not any more."""

    code = "sign_in_needed"


class LinkUnknown(Refusal):
    """No such link."""

    code = "link_unknown"


class LinkExpired(Refusal):
    """The link has had its time; values: expired_at."""

    code = "link_expired"


def trace(error: BaseException) -> str:
    """Where it was raised, for the log: types and lines, without messages, which may quote a mail."""
    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(parts) < 5:  # noqa: PLR2004 - a circle of causes has no end
        parts.append(f"{type(cause).__name__}\n{''.join(format_tb(cause.__traceback__))}")
        cause = cause.__cause__ or cause.__context__
    return "\n".join(parts)
