"""The documents are tested: what they name exists, and what exists is named."""

import importlib
import re
import subprocess
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import click
import pytest
import typer.main
from slack_bolt import App
from slack_sdk import WebClient

from bot.domain.ledger import ASIDE_FOLDER, DONE_FOLDER
from bot.policy import SHIPPED
from bot.rendering.mail_templates import list_mails
from bot.services.doctor import SCOPES
from bot.settings import Settings
from handlers.cli.main import app as command_line
from handlers.portal import app as portal
from handlers.portal import ops
from handlers.slack.commands import COMMANDS
from tests.portal.conftest import Found, found

__all__ = ["found"]  # pytest finds the fixture here

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
README = ROOT / "README.md"
PROCESS = ROOT / "docs" / "process.md"
SECURITY = ROOT / "docs" / "security.md"
OPERATE = ROOT / "docs" / "operate.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FIGURE = re.compile(r"`(usher_\w+)`")
TEST_NAME = re.compile(r"`([\w/]+\.py)::(test_\w+)`")

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def read(*paths: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def named(*paths: Path) -> set[str]:
    """Everything that stands in backticks."""
    return set(re.findall(r"`([^`\n]+)`", read(*paths)))


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


# The program is named in the documents


def commands_of(command: click.Command | object, name: str) -> Iterator[str]:
    subcommands = getattr(command, "commands", None)
    if subcommands is None:
        yield name
    else:
        for word, subcommand in subcommands.items():
            yield from commands_of(subcommand, f"{name} {word}")


def test_every_command_is_named_in_the_readme() -> None:
    commands = set(commands_of(typer.main.get_command(command_line), "usher"))

    assert len(commands) > 10
    assert commands <= named(README)


def test_no_document_names_a_command_that_is_not_there() -> None:
    commands = set(commands_of(typer.main.get_command(command_line), "usher"))
    groups = {command.rpartition(" ")[0] for command in commands} - {"usher"}
    said = {name for name in named(*DOCUMENTS) if name.startswith("usher ") and name != "usher --help"}

    begun = {name for name in said for command in commands if f"{name} ".startswith(f"{command} ")}

    assert said - begun - groups == set()


def test_every_setting_is_named_for_operators() -> None:
    settings = {name.upper() for name in Settings.model_fields}
    words = set(re.findall(r"[A-Z][A-Z0-9_]+", read(OPERATE)))

    assert settings - words == set()


def test_every_word_of_the_slack_command_is_named_in_the_readme() -> None:
    said = {name.split()[1] for name in named(README) if name.startswith("/usher ")}

    assert said == set(COMMANDS)


def test_every_mail_is_named_with_whom_it_goes_to() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", read(PROCESS).partition("## The mails that exist")[2], re.MULTILINE)

    assert sorted(rows) == sorted(list_mails())


def test_every_path_of_the_portal_is_named_for_operators(found: Found) -> None:
    bot = found().bot
    slack = App(client=WebClient(token="xoxb-t"), signing_secret="s", token_verification_enabled=False)
    rules = [*portal.build(bot, slack).url_map.iter_rules(), *ops.build(bot).url_map.iter_rules()]
    paths = {rule.rule for rule in rules if rule.endpoint != "static"}

    assert len(paths) > 8
    assert paths - named(OPERATE) == set()


def test_every_figure_is_named_for_operators() -> None:
    figures = set(re.findall(r"`(usher_\w+)(?:\{\w+\})?`", ops.__doc__ or ""))

    assert figures
    assert figures == set(FIGURE.findall(read(OPERATE)))


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["sandbox"], *extras["dev"]]
    names = {re.split(r"[\[<>=]", want)[0] for want in wanted} - {"usher"}
    reasons = read(ROOT / "ARCHITECTURE.md").partition("\n## Parts\n")[2].partition("\n## Decisions\n")[0]

    assert {name for name in names if not re.search(rf"\b{re.escape(name)}\b", reasons)} == set()


def test_every_room_stands_in_the_table_once() -> None:
    rooms = re.findall(r"^\| `([a-z_/]+/)` \|", read(ROOT / "ARCHITECTURE.md"), re.MULTILINE)

    assert len(rooms) > 10
    assert sorted(rooms) == sorted(set(rooms))


def test_a_restore_fetches_mails_back_from_each_folder_and_the_way_back_from_an_upgrade_leads_there() -> None:
    """What lies in one of them is unknown to the backup, and nobody would be told."""
    guide = read(ROOT / "docs/operate.md")
    restore = guide.partition("\n### In earnest\n")[2].partition("\n## ")[0]
    upgrade = guide.partition("\n## Upgrade\n")[2].partition("\n## ")[0]

    for folder in (DONE_FOLDER, ASIDE_FOLDER):
        assert f"`{folder}`" in restore
        assert f"`{folder}`" in upgrade
    assert "(#in-earnest)" in upgrade


def nouns() -> list[str]:
    """Of the subjects; a `*` stands for any ending."""
    told = read(ROOT / "ARCHITECTURE.md").partition("\n## Subjects\n")[2].partition("\n## ")[0]
    return re.findall(r"`([a-z_]+\*?)`", told)


def modules() -> set[str]:
    floors = ("bot/domain", "bot/services", "bot/store", "bot/rendering", "handlers/slack", "handlers/portal")
    return {path.stem for floor in floors for path in (ROOT / floor).glob("*.py")} - {"__init__"}


def test_every_file_finds_its_subject_by_its_name() -> None:
    lost = [name for name in sorted(modules()) if not any(fnmatchcase(name, noun) for noun in nouns())]

    assert lost == []


def test_every_noun_of_a_subject_has_a_file() -> None:
    assert [noun for noun in nouns() if not any(fnmatchcase(name, noun) for name in modules())] == []


# What the documents name is there


@every_document
def test_every_link_between_files_resolves(document: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", read(document))
    inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]

    missing = [link for link in inside if not leads_somewhere(document, link)]

    assert missing == []


def leads_somewhere(document: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = document.parent / name if name else document
    return target.exists() and (not anchor or anchor in anchors(target))


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", read(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@every_document
def test_every_file_in_backticks_is_there(document: Path) -> None:
    paths = re.findall(r"`((?:bot|handlers|tests|docs|email_templates)/[\w/.-]+)", read(document))

    assert [path for path in paths if not (ROOT / path).exists()] == []


@every_document
def test_every_name_said_of_a_file_stands_in_it(document: Path) -> None:
    said = re.findall(r"`((?:bot|handlers)/[\w/]+\.py): (\w+)`", read(document))

    assert [(path, name) for path, name in said if not hasattr(imported(path), name)] == []


def imported(path: str) -> object:
    return importlib.import_module(path.removesuffix(".py").replace("/", "."))


def test_the_functions_in_the_two_lives_are_there() -> None:
    rooms = {
        name: imported(f"bot/{floor}/{name}.py")
        for floor, names in {
            "services": ("intake", "questions", "cases", "approvals", "outbox", "effects"),
            "store": ("events",),
        }.items()
        for name in names
    }
    architecture = read(ROOT / "ARCHITECTURE.md")
    said = re.findall(rf"`({'|'.join(rooms)})\.(\w+)`", architecture.partition("## The life of a mail")[2])

    assert len(said) > 12
    assert [f"{room}.{name}" for room, name in said if not known(rooms[room], name)] == []


def known(room: object, name: str) -> bool:
    """`cases` is a service and a table: both count."""
    return hasattr(room, name) or hasattr(getattr(room, "cases", None), name)


@every_document
def test_every_name_in_capitals_stands_in_a_file(document: Path) -> None:
    said = re.findall(r"`(_?[A-Z][A-Z0-9_]+)(?:=[^`]*)?`", read(document))

    assert set(said) - capitals_of_the_program() == set()


@cache
def capitals_of_the_program() -> set[str]:
    kinds = {".py", ".toml", ".yaml", ".example", ""}
    files = [path for path in tracked() if path.suffix in kinds and TESTS / "data" not in path.parents]
    return set(re.findall(r"\b_?[A-Z][A-Z0-9_]+\b", read(*files)))


@every_document
def test_every_target_of_make_is_there(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", read(ROOT / "Makefile"), re.MULTILINE))
    said = set(re.findall(r"(?:`|^)make ([a-z-]+)", read(document), re.MULTILINE))

    assert said - targets == set()


# The process, sentence by sentence


@pytest.mark.parametrize("document", [PROCESS, SECURITY], ids=lambda path: path.name)
def test_every_test_that_a_document_names_is_there(document: Path) -> None:
    said = TEST_NAME.findall(read(document))

    assert len(said) > 30
    assert len(said) == read(document).count(".py::")
    assert [name for file, name in said if f"def {name}(" not in read_test(file)] == []


def read_test(name: str) -> str:
    path = TESTS / name
    return read(path) if path.exists() else ""


def test_every_sentence_of_the_process_has_a_test() -> None:
    told = read(PROCESS).partition("## Part one")[2].partition("## The mails that exist")[0]
    rows = [line for line in told.splitlines() if line.startswith("| ")]
    sentences = [row for row in rows if not row.startswith(("| statement |", "| question |", "| --- "))]

    assert len(sentences) > 80
    assert [row for row in sentences if not TEST_NAME.search(row)] == []


def test_every_item_of_security_has_a_test_or_says_that_it_is_not_met() -> None:
    rows = [line for line in read(SECURITY).splitlines() if re.match(r"\| [\d\w]", line)]
    items = [row for row in rows if not row.startswith(("| item |", "| thing |"))]

    assert len(items) > 60
    assert [row for row in items if not TEST_NAME.search(row) and "**not met**" not in row] == []


# Slack's manifest


def manifest() -> str:
    return re.sub(r"\s+#.*", "", read(ROOT / "slack-manifest.yaml"))


def listed(key: str) -> list[str]:
    """The items of the one list of that name."""
    block = re.search(rf"^( *){key}:\n((?:\1  - .+\n)+)", manifest() + "\n", re.MULTILINE)
    assert block is not None
    return [line.strip().removeprefix("- ") for line in block[2].splitlines()]


def test_the_manifest_asks_for_exactly_what_the_doctor_looks_for() -> None:
    assert sorted(listed("bot")) == sorted(SCOPES)


def test_the_manifest_has_the_command_and_the_events_that_are_answered() -> None:
    assert re.findall(r"- command: (\S+)", manifest()) == ["/usher", "/faq"]
    assert listed("bot_events") == ["app_home_opened", "app_mention", "message.im"]
    assert "socket_mode_enabled: true" in manifest()


def test_the_manifest_hints_at_every_word_of_the_command() -> None:
    hint = re.search(r'usage_hint: "(.+)"', manifest())

    assert hint is not None
    assert {part.split()[0] for part in hint[1].split(" | ")} == set(COMMANDS)


# Nothing of the machine it was written on


def forbidden() -> tuple[str, ...]:
    """Put together here, so that this file does not hold them itself."""
    return ("/work" + "/", "../" + "shared", "pypi" + ".org", "python" + "hosted", "opt/" + "pypi")


def test_no_file_names_the_machine_it_was_written_on() -> None:
    assert [
        (path.name, word) for path in tracked() for word in forbidden() if word.encode() in path.read_bytes()
    ] == []


def test_the_shipped_policy_names_invented_addresses_only() -> None:
    addresses = re.findall(r"(?:@|://)([\w.-]+)", read(SHIPPED))

    assert addresses
    assert all(re.search(r"(^|\.)example\.(com|org|net)$", domain) for domain in addresses)
