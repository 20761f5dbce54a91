"""The service's doors by name, as `usher run --only` takes them."""

import typer

DOORS = ("mail", "slack", "portal", "clock", "worker")


def read_doors(only: str) -> tuple[str, ...]:
    """Each door named once, in the order in which they open; a wrong name is wrong usage."""
    named = [name.strip() for name in only.split(",") if name.strip()]
    unknown = sorted(set(named) - set(DOORS))
    if unknown or not named:
        raise typer.BadParameter(f"--only takes {','.join(DOORS)}; not {','.join(unknown) or 'nothing'}")
    return tuple(door for door in DOORS if door in named)
