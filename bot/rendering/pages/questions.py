"""What a page shows where three security questions are chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.security_questions import HOW_MANY, AnswerFault, Given, Question
from bot.rendering.pages.fields import FieldFault
from bot.rendering.words import Words

NOTHING = Given("", "")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of the three; `wrong` names the field that is to be mended, "question" or "answer"."""

    number: int
    given: Given
    fault: FieldFault | None
    wrong: str


@dataclass(frozen=True, kw_only=True)
class Questions:
    """The whole form: what can be chosen, and what was."""

    known: tuple[tuple[str, str], ...]  #: each question's code and words
    choices: tuple[Choice, ...]

    @property
    def faults(self) -> tuple[FieldFault, ...]:
        return tuple(one.fault for one in self.choices if one.fault)


def questions(
    say: Words, given: Sequence[Given] = (), faults: Sequence[AnswerFault | None] = ()
) -> Questions:
    filled = [*given, *[NOTHING] * (HOW_MANY - len(given))]
    found = [*faults, *[None] * (HOW_MANY - len(faults))]
    return Questions(
        known=tuple((one.value, say.name(one)) for one in Question),
        choices=tuple(
            _choice(number, one, fault, say)
            for number, (one, fault) in enumerate(zip(filled, found, strict=True), 1)
        ),
    )


def _choice(number: int, given: Given, fault: AnswerFault | None, say: Words) -> Choice:
    of_question = fault in (AnswerFault.NO_QUESTION, AnswerFault.SAME_QUESTION)
    wrong = "" if fault is None else "question" if of_question else "answer"
    words = say.say(f"page.questions.fault.{fault}", number=number) if fault else ""
    told = FieldFault(field=f"{wrong}{number}", words=words) if fault else None
    return Choice(number=number, given=given, fault=told, wrong=wrong)
