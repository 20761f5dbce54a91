"""Account Recovery's pages: whom they send whoever has forgotten more than the password."""

from tests.portal.conftest import Town
from tests.portal.test_passwords import active, link_of


def test_who_forgot_the_answer_is_sent_to_somebody_else_than_themselves(town: Town) -> None:
    greta, tom, *_ = active(town)
    sole, user = greta.client.get(link_of(greta)).text, tom.client.get(link_of(tom)).text
    support, administrator = town.bot.desk.policy.mag.support_address, "Your Organization Administrator can"

    assert "You have forgotten it?" in sole
    assert f'<a href="mailto:{support}">' in sole.partition("You have forgotten it?")[2].partition("</p>")[0]
    assert administrator not in sole
    assert administrator in user
