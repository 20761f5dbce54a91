"""Read the applications' terms: `terms/<application>.<lang>.md`, ours or the desk's in TEMPLATES_DIR."""

from collections.abc import Iterable
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

from bot.domain.errors import SettingsFault
from bot.domain.languages import LANGUAGES
from bot.domain.terms import Terms, TermsText

SHIPPED = Path(__file__).parent / "terms"


def load(applications: Iterable[str], templates_dir: Path | None = None) -> Terms:
    """The texts of those applications; where the desk has any of an application, only its own count.

    Raise SettingsFault for a file that says no version or title, or lacks one of our languages.
    """
    found = {}
    for application in applications:
        folders = [folder / "terms" for folder in (templates_dir,) if folder] + [SHIPPED]
        texts = next((texts for folder in folders if (texts := _read_all(folder, application))), {})
        if texts and (missing := [lang for lang in LANGUAGES if lang not in texts]):
            raise SettingsFault(
                f"terms/{application}.{missing[0]}.md: is missing; terms come in every language of the portal"
            )
        found[application] = texts
    return found


def _read_all(folder: Path, application: str) -> dict[str, TermsText]:
    files = {lang: folder / f"{application}.{lang}.md" for lang in LANGUAGES}
    return {lang: _read(file, application, lang) for lang, file in files.items() if file.is_file()}


def _read(file: Path, application: str, lang: str) -> TermsText:
    try:
        source = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsFault(f"{file}: cannot be read: {exc}") from None
    _, _, rest = source.partition("---\n")
    head, found, text = rest.partition("\n---\n")
    said = {
        name.strip(): value.strip() for name, _, value in (line.partition(":") for line in head.splitlines())
    }
    if not found or not said.get("version") or not said.get("title"):
        raise SettingsFault(f"{file}: must begin with --- and lines `version:` and `title:`, and then ---")
    return TermsText(
        application=application,
        lang=lang,
        version=said["version"],
        title=said["title"],
        text=text.strip(),
        is_sample=file.parent == SHIPPED,
    )


def in_html(text: TermsText) -> Markup:
    """The text for a page; HTML in it stays text, and so do links that are none of the web's."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    return Markup(parser.render(text.text))  # noqa: S704 - a parser without HTML escapes
