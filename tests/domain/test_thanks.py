"""Thanks and nothing else, in both languages; and what makes a question one that is read first."""

import pytest

from bot.domain.conversation_marks import find_marks
from bot.domain.thanks import is_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Danke, hat geklappt!",
        "thanks, works now",
        "Thank you so much for your quick help! It works now.\n\nBest regards\nDana",
        "Vielen Dank für die schnelle Antwort, jetzt geht es wieder.\nViele Grüße\nDana Reyes",
        "Hallo zusammen,\n\nherzlichen Dank, das Problem ist gelöst.\nMfG",
        "👍 Danke!",
        "Perfect, thank you! You can close it.",
    ],
)
def test_thanks_end_it(text: str) -> None:
    assert is_thanks(text, sender="Dana Reyes")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "Hallo",
        "Thanks, but it does not work",
        "Danke, aber es geht nicht",
        "Danke, geht jetzt. Noch eine Frage: wo ist der Key",
        "Thanks. Does it work now?",
        "Thanks for nothing",
        "Danke, hat gestern geklappt, heute wieder gesperrt",
        "Thanks, now the code is not working",
        "Thanks, it works. But my colleague",
        "thanks " * 200,
    ],
)
def test_anything_doubtful_does_not(text: str) -> None:
    assert not is_thanks(text, sender="Dana Reyes")


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("How long is the code on my phone valid?", ""),
        ("Wie lange gilt der Code? Bitte um Antwort!", ""),
        ("Somebody else logged in with my account", "security"),
        ("Ich glaube, mein Konto wurde gehackt. Das war ich nicht", "security"),
        ("Our lawyer will hear of this", "legal"),
        ("Wir behalten uns rechtliche Schritte vor, das ist eine Frechheit", "legal upset"),
        ("This is the third time I write and nobody answers", "upset"),
        ("WHY CAN NOBODY AT YOUR DESK EVER ANSWER ME ABOUT THIS CODE", "upset"),
        ("Es reicht mir jetzt!!!", "upset"),
    ],
)
def test_what_is_grave_is_marked(text: str, marks: str) -> None:
    assert " ".join(find_marks("A question", text)) == marks


def test_a_hundred_thousand_characters_are_no_burden() -> None:
    assert find_marks("", "a " * 50_000 + "lawyer") == ()
