"""What makes a question one that is read first; legal and security are what the guard stops for."""

import pytest

from bot.faq.marks import find_marks


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
        ("Ich bin stinksauer, schon wieder gesperrt", "upset"),
        ("We will sue you", "legal"),
        ("Hello Sue, how long is the code valid?", ""),
        ("I never requested this code", "security"),
        ("A fraudulent mail in your name", "security"),
    ],
)
def test_what_is_grave_is_marked(text: str, marks: str) -> None:
    assert " ".join(find_marks("A question", text)) == marks


def test_a_hundred_thousand_characters_are_no_burden() -> None:
    assert find_marks("", "a " * 50_000 + "lawyer") == ()
