"""Values of `usher.toml` that several of its parts have: addresses, times, and spans of sane length."""

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from bot.domain.loopback import is_web_address
from bot.domain.review_values import is_address


def _web(value: str) -> str:
    if value and not is_web_address(value):
        raise ValueError("must be a web address such as https://www.example.com/page, or empty")
    return value


def _mail(value: str) -> str:
    if value and not is_address(value):
        raise ValueError("must be an e-mail address such as help@example.com, or empty")
    return value


def _clock(value: object) -> object:
    if isinstance(value, str | time) and "+" not in str(value) and "Z" not in str(value).upper():
        return value
    raise ValueError('must be a time of day such as "09:00"')


WebAddress = Annotated[str, AfterValidator(_web)]
MailAddress = Annotated[str, AfterValidator(_mail)]
TimeOfDay = Annotated[time, BeforeValidator(_clock)]  #: of no zone: that is the desk's
#: a year, a day, ten years: what is longer is mistyped, and no clock could be put forward by it
Hours = Annotated[int, Field(ge=1, le=8_760)]
Minutes = Annotated[int, Field(ge=1, le=1_440)]
Days = Annotated[int, Field(ge=1, le=3_650)]
