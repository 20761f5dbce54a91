"""What keeps a mail from being read or taken in again, and one of ours from being sent again."""

from bot.domain.errors import Refusal


class MailNotKept(Refusal):
    """The mail is older than the first start, and only its number was kept; values: id."""

    code = "mail_not_kept"


class MailSealed(MailNotKept):
    """No key in SECRET_KEY opens the mail any more; values: id."""

    code = "mail_sealed"


class OwnMail(Refusal):
    """The mail comes from an address of this desk, to which nothing may be answered; values: id, address."""

    code = "own_mail"


class WordsNotKept(Refusal):
    """A mail of ours of which nothing is kept that could be written anew; values: ref."""

    code = "words_not_kept"


class MailWaits(Refusal):
    """The one before has not gone yet: a second would only go along with it; values: since."""

    code = "mail_waits"


class MailUntrue(Refusal):
    """What a mail of ours says is true no more, so that it never goes."""

    code = "mail_untrue"


class MailHasResult(Refusal):
    """The mail has led to a case or conversation: again would be twice; values: id, ref."""

    code = "mail_has_result"


class MailUndecided(Refusal):
    """The mail waits to be decided about, for the first time or again; values: id."""

    code = "mail_undecided"


class TakenInBefore(Refusal):
    """A colleague took the unverified sender's form in; values: ref, by, at."""

    code = "taken_in_before"
