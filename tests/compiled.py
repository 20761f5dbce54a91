"""What the many portals of these tests have in common, compiled once a process: templates and addresses."""

from collections.abc import Callable
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class Compiled(BytecodeCache):
    """Templates; a changed source is another."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._codes.get(f"{bucket.key} {bucket.checksum}"):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[f"{bucket.key} {bucket.checksum}"] = bucket.bytecode_to_string()


COMPILED = Compiled()


def compile_addresses_once() -> None:
    """What Werkzeug compiles to build a rule's addresses: a quarter of what the tests of the portal took.

    Such a function takes its rule as an argument; where there are no defaults it is made of the parts alone.
    """
    name = "_compile_builder"  # there is no public way
    compile_builder: Callable[..., Builder] = getattr(Rule, name)
    made: dict[tuple[object, ...], Builder] = {}

    def compile_once(rule: Any, append_unknown: bool = True) -> Builder:  # noqa: ANN401 - Werkzeug's own
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        key = (append_unknown, *rule._trace)
        if key not in made:
            made[key] = compile_builder(rule, append_unknown)
        return made[key]

    setattr(Rule, name, compile_once)
