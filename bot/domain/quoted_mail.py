"""A mail of ours that a reply quotes without marks, and what its sender wrote into it."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from bot.domain.own_words import joined, length_of_head, part, without_signature

_LEAST = 60  #: characters of ours in what is quoted, before it is taken for that mail …
_LONG = 24  #: … and in a line that is found wherever it stands
_BEGUN = 3  #: so many words of ours at the beginning of a line are ours, and what follows is theirs
_TOP = 120  #: characters of ours among which a short line on top is looked for
_NUMBER = re.compile(r"^ \d{1,3}(?= \S)")
_WORD = re.compile(r"\w+")
#: links, which mail programs write anew and we show to nobody else, and License Keys, masked
_HIDDEN = re.compile(r"<?\b(?:https?://|mailto:)\S+|\u2022{4} ?\w*", re.IGNORECASE)
_UNSEEN = re.compile(
    r"<(?:head|style)\b.*?</(?:head|style)>|<(\w+)[^>]*display:\s*none[^>]*>.*?</\1>|<!--.*?-->|<[^>]*>",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A mail that quotes ours."""

    text: str  #: its sender's words, with those that they wrote into the quote
    quoted_text: str  #: all of it, with ">" before every line that is ours; "" where nothing was written in


def quotes_unmarked(whole: str, subject: str) -> bool:
    """Whether it shows the mail that it answers, and not with a ">" before each line."""
    parted = part(whole, subject)
    return bool(parted.below) and not parted.passed_on


def read_reply(whole: str, subject: str, *, ours: Iterable[tuple[str, str]]) -> Reply | None:
    """`ours`: how our mail may have read, as text and as HTML. None where that is not what stands below."""
    parted = part(whole, subject)
    head, quote, rest = _sections(parted.below)
    read = _told_apart(quote, [words for text, page in ours for words in (text, _seen(page))])
    if not read.is_it:
        return None
    marked = [*parted.kept, *_marked(head), *read.marked, *_marked(rest)]
    written_in = without_signature(read.added)
    said = (joined(without_signature(parted.kept)), joined(written_in))
    return Reply(text="\n\n".join(filter(None, said)), quoted_text="\n".join(marked) if read.new else "")


def _seen(page: str) -> str:
    return html.unescape(_UNSEEN.sub(" ", page))


def _sections(below: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """What introduces the quoted mail, the mail, and the older ones that it quotes itself."""
    starts = length_of_head(below, 0)
    ends = next((n for n in range(starts, len(below)) if length_of_head(below, n)), len(below))
    return list(below[:starts]), list(below[starts:ends]), list(below[ends:])


def _marked(lines: Sequence[str]) -> Iterator[str]:
    return (f"> {line}" for line in lines)


@dataclass
class _Read:
    marked: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    new: int = 0  #: lines that are not ours
    found: int = 0  #: characters that are

    @property
    def is_it(self) -> bool:
        return self.found >= _LEAST

    def take_ours(self, line: str, found: int) -> None:
        self.marked.append(f"> {line}")
        self.found += found
        if self.added and self.added[-1]:
            self.added.append("")

    def take_theirs(self, line: str) -> None:
        self.marked.append(line)
        self.added.append(line)
        self.new += 1


def _told_apart(quote: Sequence[str], versions: Sequence[str]) -> _Read:
    """Follow our words through the quote, whichever lines they were broken into, in each version of them."""
    cursors, read = [_Cursor(_spoken(ours)) for ours in versions], _Read()
    for line in quote:
        said = _spoken(line)
        if not said.strip():
            read.marked.append("")  # nothing, a rule or a link
        elif sum([one.takes(said) for one in cursors]):
            read.take_ours(line, len(said))
        else:
            begun = max(one.take_beginning(line) for one in cursors)
            if begun:
                read.take_ours(line[:begun], begun)
            read.take_theirs(line[begun:].lstrip(" .,:;)>\u2192-" if begun else "> "))
    return read


@dataclass
class _Cursor:
    """How far one version of our mail was followed."""

    whole: str
    position: int = 0

    def takes(self, said: str) -> bool:
        """Whether these words come next, or stand anywhere if they are many; a list's number may lack.

        What stands on top of a page is not what the mail begins with, so that few words do before any.
        """
        for words in (said, _NUMBER.sub("", said)):
            found = self.position if self.whole.startswith(words, self.position) else -1
            if found < 0 and (len(words) > _LONG or not self.position):
                found = self.whole.find(words, 0, None if len(words) > _LONG else _TOP)
            if found >= 0:
                self.position = found + len(words) - 1
                return True
        return False

    def take_beginning(self, line: str) -> int:
        """The length of what comes next at a line's beginning; 0 for hardly a word."""
        count, said, ends = 0, " ", 0
        for word in islice(_WORD.finditer(line), 200):
            following = f"{said}{word[0].casefold()} "
            if not self.whole.startswith(following, self.position):
                break
            count, said, ends = count + 1, following, word.end()
        if count < _BEGUN:
            return 0
        self.position += len(said) - 1
        return ends


def _spoken(text: str) -> str:
    """Its words alone, lower case, each between two blanks."""
    return f" {' '.join(_WORD.findall(_HIDDEN.sub(' ', text).casefold()))} "
