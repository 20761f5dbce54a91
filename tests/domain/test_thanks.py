"""Thanks and nothing else, in both languages."""

import pytest

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
