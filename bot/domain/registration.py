"""Who registers an organisation: the recipient of the invitation becomes its Organization Administrator."""

from bot.domain.ris import RisCase, Role, User


def find_invited(ris: RisCase) -> User | None:
    """The first Organization Administrator that the form names; None where it names none."""
    return next((user for user in ris.users if user.role == Role.ORGANIZATION_ADMINISTRATOR), None)
