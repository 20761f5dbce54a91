"""Staff set up an authenticator as they would: the command, the mail, the page, the first code."""

import re
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import CookieJar

import pyotp

from tests.stories.desk import Desk, text_of, until


@dataclass(frozen=True)
class Phone:
    """Shows codes by the clock of that world."""

    desk: Desk
    secret: str

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.desk.world.clock.now())

    def next_code(self) -> str:
        """Wait until it shows another one."""
        self.desk.world.clock.turn(timedelta(seconds=30))
        return self.code()

    def wrong_code(self) -> str:
        now = self.desk.world.clock.now()
        near = {pyotp.TOTP(self.secret).at(now + timedelta(seconds=30 * step)) for step in range(-3, 4)}
        return next(code for code in ("000000", "111111", "222222", "333333", *near) if code not in near)


def link_to(desk: Desk, member: str) -> str:
    """Type the command, and take the link from the mail that comes."""
    address, before = f"{member}@desk.example", len(_links(desk, member))
    desk.act(member).command("/usher", "enroll", "support")
    desk.whisper(member, "support", address)
    return until(lambda: _links(desk, member)[before:])[0]


def _links(desk: Desk, member: str) -> list[str]:
    """Every link they were mailed, the oldest first."""
    texts = (text_of(mail) for mail in desk.mails_to(f"{member}@desk.example"))
    return [link for text in texts for link in re.findall(r"http://\S+/enroll/\S+", text)]


def set_up(desk: Desk, member: str) -> Phone:
    """A phone whose first code has confirmed it; its next code is another one."""
    link = link_to(desk, member)
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(link) as answer:
        page = answer.read().decode()
    phone = Phone(desk, _found(r'<p class="secret"><code>([A-Z2-7 ]+)<', page).replace(" ", ""))
    token = _found(r'name="csrf_token" value="([^"]+)"', page)
    filled = urllib.parse.urlencode({"csrf_token": token, "code": phone.code()}).encode()
    with browser.open(link, filled) as answer:
        assert "Your authenticator is set up" in answer.read().decode()
    desk.message("support", "has set up an authenticator", f"<@U0{member.upper()}")
    desk.world.clock.turn(timedelta(seconds=30))
    return phone


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found is not None
    return found[1]
