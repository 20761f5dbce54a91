"""Mails on their way aside: to a folder that is made where it is missing, each copied once at most."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from bot.adapters.imap_line import Connection, CopiedOnlyError, is_passing, said
from bot.adapters.imap_listing import BATCH, batches
from bot.adapters.imap_patience import Refused, Unmoved, move_each
from bot.domain.errors import Copied, TransientFailure
from bot.ports import Failure

Explained = Callable[[str], AbstractContextManager[Connection]]  #: the connection, while something is done


class Mover:
    """What is known of the folders in a session, and of what was copied for as long as the numbers hold."""

    def __init__(self, name: str, explained: Explained) -> None:
        self._name = name
        self._explained = explained
        self._folders: dict[str, str] = {}  # as the server calls them
        self._made: set[str] = set()  # since a mail was moved there last: whoever misses it is wrong
        self._copied: set[int] = set()  # and not deleted here

    def begin(self, *, same_numbers: bool) -> None:
        """A session."""
        self._folders.clear()
        self._made.clear()
        if not same_numbers:
            self._copied.clear()

    def move(self, uids: Sequence[int], folder: str) -> dict[int, Failure]:
        """Those that the server does not move, or copies only; what it lets be deleted by now is.

        A folder that cannot be made keeps those that were to lie there, and no others.
        """
        left: dict[int, Failure] = {}
        for batch in batches(uids, BATCH):
            try:
                left |= self._move(batch, folder)
            except _FolderMissing:  # it was deleted behind our back
                del self._folders[folder]
                self._made.add(folder)
                left |= self._move(batch, folder)
        for batch in batches(sorted(self._copied), BATCH):
            if left.keys() >= set(uids) or any(isinstance(failure, Copied) for failure in left.values()):
                break
            left |= self._move(batch, folder)
        return left

    def _move(self, uids: Sequence[int], folder: str) -> dict[int, Failure]:
        try:
            name = self._folders.get(folder) or self._ensure_folder(folder)
        except (Refused, Unmoved) as exc:
            return dict.fromkeys(uids, exc)
        self._folders[folder] = name
        return move_each(uids, lambda some: self._move_together(some, folder, name))

    def _move_together(self, uids: Sequence[int], folder: str, name: str) -> None:
        what, mend = "mails", "make room there, or give the mailbox's user the right to"
        if len(uids) == 1:
            what, mend = f"the mail with UID {uids[0]}", f"{mend}, or move it by hand"
        with self._explained(f"moving {what} to {folder}") as connection:
            try:
                connection.move_to(uids, name, copied=self._copied)
            except IMAPClientAbortError:
                raise
            except CopiedOnlyError as exc:
                self._copied.update(uids)
                why = f"{self._name} copies {what} to {folder} and does not delete here ({said(exc)})"
                mend = "give the mailbox's user the right to, or delete by hand"
                raise Copied(why, mend=mend) from exc
            except IMAPClientError as exc:
                if "[TRYCREATE]" in said(exc).upper() and folder not in self._made:
                    raise _FolderMissing(f"the folder {folder} is not there") from exc
                if is_passing(exc):
                    raise
                why = f"{self._name} does not move {what} to {folder} ({said(exc)})"
                raise Unmoved(why, mend=mend) from exc
        self._made.discard(folder)
        self._copied.difference_update(uids)

    def _ensure_folder(self, folder: str) -> str:
        with self._explained(f"making the folder {folder}") as connection:
            try:
                return connection.ensure_folder(folder)
            except IMAPClientAbortError:
                raise
            except IMAPClientError as exc:
                if is_passing(exc):
                    raise
                raise Unmoved(
                    f"the folder {folder} cannot be made ({said(exc)}): create it in the mailbox, "
                    "or give the mailbox's user the right to"
                ) from exc


class _FolderMissing(TransientFailure):
    """The folder to move to is gone."""
