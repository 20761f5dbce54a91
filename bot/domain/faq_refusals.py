"""Why the rules say no to somebody who asks, or who answers with an article."""

from bot.domain.errors import Refusal


class NoQuestion(Refusal):
    """There are no words to be answered."""

    code = "no_question"


class NotYourQuestion(Refusal):
    """Somebody else asked it; values: ref."""

    code = "not_your_question"


class QuestionsRest(Refusal):
    """One person asked too often; values: most, desk, address."""

    code = "questions_rest"


class NamedTooOften(Refusal):
    """So many questions came under an address from whoever typed it; values: most, desk, address."""

    code = "named_too_often"


class NoSuchArticle(Refusal):
    """Of the articles named there is none."""

    code = "no_such_article"


class TooFewWords(Refusal):
    """Of so few words everything may be meant; values: least."""

    code = "too_few_words"


class WordsBarred(Refusal):
    """A person reads such words, whatever is taught."""

    code = "words_barred"


class WordsTaken(Refusal):
    """They are nearly a phrasing of another article; values: title, without its question mark."""

    code = "words_taken"
