"""What the many portals and apps of these tests have in common, worked out once a process."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from slack_bolt.listener import custom_listener
from slack_bolt.listener_matcher import builtins
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


def look_at_listeners_once() -> None:
    """Bolt asks each listener and each matcher for the names of its arguments: most of what an app takes.

    They are the code's, whatever a `partial` binds to them.
    """
    name = "get_arg_names_of_callable"  # there is no public way
    ask: Callable[[Any], list[str]] = getattr(custom_listener, name)
    known: dict[tuple[object, ...], list[str]] = {}

    def ask_once(listener: Any) -> list[str]:  # noqa: ANN401 - Bolt's own
        bound = isinstance(listener, partial)
        code = getattr(inspect.unwrap(listener.func if bound else listener), "__code__", None)
        if code is None:
            return ask(listener)
        key = (code, len(listener.args), *listener.keywords) if bound else (code,)
        if key not in known:
            known[key] = ask(listener)
        return [*known[key]]

    for asking in (custom_listener, builtins):
        setattr(asking, name, ask_once)
