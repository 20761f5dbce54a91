"""The desk makes it by hand: the steps stand in Slack, and a person enters the number."""

from bot.domain.provisioning import CalledOff, Order, Record


class Checklist:
    """Implements `bot.ports.Provisioner` where nobody outside takes orders."""

    def place(self, order: Order) -> Record | None:  # noqa: ARG002 - the port's signature
        return None

    def call_off(self, order: Order) -> CalledOff:  # noqa: ARG002 - the port's signature
        return CalledOff(record=None, told=False)

    def check(self) -> str:
        return "a person of the desk makes it and enters its number"

    def close(self) -> None: ...
