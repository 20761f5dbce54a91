"""`[programmes.<name>.password]` of `usher.toml`: the numbers of a programme's password policy."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.passwords import PasswordRules


class PasswordNumbers(BaseModel):
    """What may be set; the other rules are always kept."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    min_length: Annotated[int, Field(ge=8, le=64)] = 12
    max_length: Annotated[int, Field(ge=64, le=1024)] = 128
    history: Annotated[int, Field(ge=0, le=100)] = 24
    hours_between_changes: Annotated[int, Field(ge=0, le=720)] = 24

    def rules(self, words: tuple[str, ...]) -> PasswordRules:
        """The policy, with the words that no password is made of."""
        return PasswordRules(
            min_length=self.min_length,
            max_length=self.max_length,
            history=self.history,
            between_changes=timedelta(hours=self.hours_between_changes),
            words=words,
        )
