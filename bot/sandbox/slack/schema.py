"""A tiny language for saying what a JSON object may hold, which answers in Slack's own words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Check = Callable[[object, str, list[str]], None]


def complain(found: list[str], pointer: str, problem: str) -> None:
    found.append(f"[ERROR] {problem} [json-pointer:{pointer}]")


def length(text: str) -> int:
    """As Slack counts: in UTF-16, where an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, kw_only=True)
class Text:
    """A bare string between two lengths."""

    most: int
    least: int = 1
    choices: frozenset[str] = frozenset()

    def __call__(self, value: object, pointer: str, found: list[str]) -> None:
        if not isinstance(value, str):
            complain(found, pointer, "must be a string")
        elif self.choices and value not in self.choices:
            complain(found, pointer, "must be one of: " + ", ".join(sorted(self.choices)))
        elif length(value) > self.most:
            complain(found, pointer, f"must be less than {self.most + 1} characters")
        elif length(value) < self.least:
            complain(found, pointer, f"must be more than {self.least - 1} characters")


@dataclass(frozen=True, kw_only=True)
class Number:
    least: int
    most: int

    def __call__(self, value: object, pointer: str, found: list[str]) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            complain(found, pointer, "must be an integer")
        elif not self.least <= value <= self.most:
            complain(found, pointer, f"must be between {self.least} and {self.most}")


def boolean(value: object, pointer: str, found: list[str]) -> None:
    if not isinstance(value, bool):
        complain(found, pointer, "must be a boolean")


def anything(value: object, pointer: str, found: list[str]) -> None:
    """For parts this workspace keeps and shows but does not judge."""


@dataclass(frozen=True, kw_only=True)
class Array:
    """A list of one kind of item."""

    of: Check
    most: int
    least: int = 1

    def __call__(self, value: object, pointer: str, found: list[str]) -> None:
        if not isinstance(value, list):
            complain(found, pointer, "must provide an array")
            return
        if len(value) > self.most:
            complain(found, pointer, f"no more than {self.most} items allowed")
        if len(value) < self.least:
            complain(found, pointer, f"no less than {self.least} items allowed")
        for index, item in enumerate(value):
            self.of(item, f"{pointer}/{index}", found)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """An object with the fields it must have, those it may have, and no others."""

    must: Mapping[str, Check] = field(default_factory=dict)
    may: Mapping[str, Check] = field(default_factory=dict)

    def __call__(self, value: object, pointer: str, found: list[str]) -> None:
        if not isinstance(value, dict):
            complain(found, pointer, "must provide an object")
            return
        for name in self.must:
            if value.get(name) is None:
                complain(found, pointer, f"missing required field: {name}")
        for name, part in value.items():
            check = self.must.get(name) or self.may.get(name)
            if check is None:
                if name != "type":
                    complain(found, pointer, f"invalid additional property: {name}")
            elif part is not None:
                check(part, f"{pointer}/{name}", found)


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """An object whose `type` names its shape."""

    shapes: Mapping[str, Check]

    def __call__(self, value: object, pointer: str, found: list[str]) -> None:
        if not isinstance(value, dict):
            complain(found, pointer, "must provide an object")
            return
        kind = value.get("type")
        if kind is None:
            complain(found, pointer, "missing required field: type")
        elif not isinstance(kind, str) or kind not in self.shapes:
            complain(found, f"{pointer}/type", f"unsupported type: {kind}")
        else:
            self.shapes[kind](value, pointer, found)


@dataclass(frozen=True, kw_only=True)
class All:
    """Several checks on the same value."""

    checks: tuple[Check, ...]

    def __call__(self, value: object, pointer: str, found: list[str]) -> None:
        for check in self.checks:
            check(value, pointer, found)


@dataclass(frozen=True, kw_only=True)
class OneOf:
    """Exactly one, or at least one, of several fields must be there."""

    fields: tuple[str, ...]
    exactly: bool = True

    def __call__(self, value: object, pointer: str, found: list[str]) -> None:
        if not isinstance(value, dict):
            return  # another check has said so
        present = [name for name in self.fields if value.get(name) is not None]
        if not present:
            complain(found, pointer, "must define either " + " or ".join(f"`{name}`" for name in self.fields))
        elif self.exactly and len(present) > 1:
            complain(found, pointer, "cannot define both " + " and ".join(f"`{name}`" for name in present))
