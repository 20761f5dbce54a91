"""Why the rules say no to whoever sets a password or security questions, or wants an account back."""

from bot.domain.errors import Refusal


class TriesResting(Refusal):
    """It was wrong too often; values: until."""

    code = "tries_resting"


class PasswordWrong(Refusal):
    """That is not the password they have."""

    code = "password_wrong"


class PasswordTooSoon(Refusal):
    """It was changed not long ago; values: until."""

    code = "password_too_soon"


class PasswordMeanwhile(Refusal):
    """It was changed elsewhere in this moment."""

    code = "password_meanwhile"


class AnswerWrong(Refusal):
    """That is not the answer to the security question."""

    code = "answer_wrong"


class ResetOften(Refusal):
    """A password is reset only so often a day; values: most."""

    code = "reset_often"


class DraftGone(Refusal):
    """The password that was chosen in an earlier step is not kept any more."""

    code = "draft_gone"


class AccountDeactivated(Refusal):
    """Somebody has closed the account, and its password lets nobody in; values: programme."""

    code = "account_deactivated"
