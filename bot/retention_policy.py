"""`[retention]` of `usher.toml`: for how many days what is kept, and what a legal hold keeps whole."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.domain.retention import DataClass, Kept

Days = Annotated[int, Field(ge=0, le=36_500)]


class Retention(BaseModel):
    """Days after which each class of data goes; 0 keeps it for good."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mails: Days = 365
    cases: Days = 730
    questions: Days = 365
    outbox: Days = 365
    bounces: Days = 365
    invitations: Days = 180
    accounts: Days = 730
    traces: Days = 90
    legal_hold: tuple[Annotated[str, StringConstraints(pattern=r"^[CA]-[0-9]{1,9}$")], ...] = ()

    @property
    def kept(self) -> Kept:
        days = {data: getattr(self, data) for data in DataClass if data in type(self).model_fields}
        return Kept(days=days, holds=frozenset(self.legal_hold))
