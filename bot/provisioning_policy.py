"""`[provisioning]` of `usher.toml`: who makes case and site, and what a NetSuite case holds besides."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.domain.provisioning import Task, Way

#: as TOML has them; a reference to another record is { id = "…" }
FieldValue = str | int | float | bool | dict[str, str]

_FIELD = re.compile(r"[A-Za-z]\w{0,99}", re.ASCII)
_OURS = frozenset({"id", "externalId", "customForm", "title", "email", "phone", "incomingMessage"})


class NetSuiteCase(BaseModel):
    """What a support case holds besides what the form says."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    custom_form: str = ""  #: the form's internal id; "" for the role's preferred one
    fields: dict[str, FieldValue] = {}
    stopped: dict[str, FieldValue] = {}  #: what is set once a case has ended; {} leaves it to a person

    @field_validator("fields", "stopped")
    @classmethod
    def _not_ours(cls, value: dict[str, FieldValue]) -> dict[str, FieldValue]:
        for name in value:
            if name in _OURS:
                raise ValueError(f"{name} is filled in by Usher; take it away")
            if not _FIELD.fullmatch(name):
                raise ValueError(f"{name} is no field id; write it as NetSuite does, e.g. custevent_region")
        return value


class Provisioning(BaseModel):
    """Who makes what outside, once a case is approved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case: Way = Way.DESK
    site: Way = Way.DESK
    #: of external ids; NetSuite takes letters, digits, _ and -
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")] = "usher"
    netsuite: NetSuiteCase = NetSuiteCase()

    @field_validator("site")
    @classmethod
    def _no_site_there(cls, value: Way) -> Way:
        if value is Way.NETSUITE:
            raise ValueError("must be desk or webhook: NetSuite has no sites")
        return value

    def way_of(self, task: Task) -> Way:
        return {Task.CASE: self.case, Task.SITE: self.site}[task]
