"""Why answers that came in words are not taken over."""

from bot.domain.errors import Refusal


class UnknownAnswers(Refusal):
    """No such answers; values: ref."""

    code = "unknown_answers"


class AnswersSettled(Refusal):
    """Somebody was faster with these answers; values: ref, state, by, at."""

    code = "answers_settled"
