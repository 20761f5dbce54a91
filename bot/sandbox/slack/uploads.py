"""Files: asked for, uploaded, completed, shared, and read back."""

import mimetypes
import secrets
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from bot.sandbox.slack.cast import TEAM_ID
from bot.sandbox.slack.declined import Declined
from bot.sandbox.slack.pulse import Json, Pulse, new_id


@dataclass(kw_only=True)
class Upload:
    id: str
    name: str
    length: int
    ticket: str
    user: str
    title: str = ""
    alt: str = ""  #: what a picture shows, for whoever cannot see it
    content: bytes | None = None
    completed: bool = False
    channels: list[str] = field(default_factory=list)
    created: int = 0


class Uploads:
    """Every file of the workspace, in memory."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._files: dict[str, Upload] = {}
        self.base_url = ""  # the server says where it listens

    def ask(self, name: str, length: int, user: str, *, alt: str = "") -> Upload:
        upload = Upload(
            id=new_id("F"),
            name=name,
            length=length,
            ticket=secrets.token_urlsafe(24),
            user=user,
            alt=alt,
            created=int(self._pulse.seconds()),
        )
        with self._pulse.changing():
            self._files[upload.id] = upload
        return upload

    def receive(self, ticket: str, content: bytes) -> Upload:
        with self._pulse.changing():
            upload = next((one for one in self._files.values() if one.ticket == ticket), None)
            if upload is None:
                raise Declined("file_not_found")
            if len(content) != upload.length:
                raise Declined("invalid_length")
            upload.content = content
            return upload

    def complete(self, file_id: str, title: str) -> Upload:
        with self._pulse.changing():
            upload = self._files.get(file_id)
            if upload is None or upload.content is None:
                raise Declined("file_not_found")
            upload.completed = True
            upload.title = title or upload.name
            return upload

    def add(self, name: str, content: bytes, user: str) -> Upload:
        """All three steps at once: a person picks a file."""
        upload = self.ask(name, len(content), user)
        self.receive(upload.ticket, content)
        return self.complete(upload.id, name)

    def find(self, file_id: str) -> Upload | None:
        with self._pulse.condition:
            found = self._files.get(file_id)
            return found if found is not None and found.completed else None

    def remove(self, file_id: str) -> bool:
        with self._pulse.changing():
            return self._files.pop(file_id, None) is not None

    def file_object(self, upload: Upload) -> Json:
        kind = PurePosixPath(upload.name).suffix.removeprefix(".").lower()
        address = f"{self.base_url}files-pri/{TEAM_ID}-{upload.id}/{upload.name}"
        return {
            "id": upload.id,
            "created": upload.created,
            "timestamp": upload.created,
            "name": upload.name,
            "title": upload.title,
            "alt_txt": upload.alt,
            "mimetype": mimetypes.guess_type(upload.name)[0] or "application/octet-stream",
            "filetype": kind,
            "pretty_type": kind.upper(),
            "user": upload.user,
            "user_team": TEAM_ID,
            "editable": False,
            "size": upload.length,
            "mode": "hosted",
            "is_external": False,
            "is_public": True,
            "public_url_shared": False,
            "display_as_bot": False,
            "url_private": address,
            "url_private_download": address,
            "permalink": address,
            "channels": list(upload.channels),
        }
