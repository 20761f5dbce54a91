"""Debian's Dovecot for one test: an ordinary user's process on loopback ports, in a folder that goes away."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.certificates import Authority
from tests.processes import free_port, ordinary_user, wait_for_greeting

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
disable_plaintext_auth = no
auth_failure_delay = 0
default_internal_user = {owner}
default_internal_group = {group}
default_login_user = {owner}
first_valid_uid = 1
mail_location = maildir:{folder}/mails
mailbox_list_index = no
submission_host =
passdb {{
  driver = static
  mechanisms = plain
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={folder}/home allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service lmtp {{
  unix_listener {folder}/lmtp {{
    mode = 0666
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""

WITH_TLS = """
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
"""
WITHOUT_TLS = """
ssl = no
"""
WITH_TOKENS = """
auth_mechanisms = plain {mechanisms}
passdb {{
  driver = oauth2
  mechanisms = {mechanisms}
  args = {folder}/oauth2.conf
}}
"""
WITH_RIGHTS = """
mail_plugins = acl
protocol imap {{
  mail_plugins = acl
  imap_capability = IMAP4rev1 LITERAL+ NAMESPACE IDLE UIDPLUS
}}
plugin {{
  acl = vfile
}}
"""
OAUTH2 = """
tokeninfo_url = {inspection_url}
timeout_msecs = 5000
"""


class Dovecot:
    """`start` and `stop` it as often as a test likes; the mails stay until `remove`.

    With an `authority` it speaks TLS, with an `inspection_url` it takes the tokens that are good there. Who
    has `rights` in INBOX (RFC 4314) has no others there, and no MOVE.
    """

    def __init__(
        self,
        *,
        password: str,
        authority: Authority | None = None,
        inspection_url: str = "",
        mechanisms: str = "xoauth2 oauthbearer",
        rights: str = "",
    ) -> None:
        # pytest's own folders are closed to the user a root's Dovecot runs as
        self._folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.imap_port = free_port()
        self.imaps_port = free_port() if authority else 0
        self.lmtp_socket = self._folder / "lmtp"
        self._process: subprocess.Popen[bytes] | None = None
        owner = ordinary_user()
        self._ids = (owner.pw_uid, owner.pw_gid) if os.geteuid() == 0 else None
        for name in ("run", "state", "home", "mails"):
            (self._folder / name).mkdir()
        if authority is not None:
            shutil.copy(authority.certificate, self._folder / "server.pem")
            shutil.copy(authority.key, self._folder / "server.key")
        (self._folder / "oauth2.conf").write_text(OAUTH2.format(inspection_url=inspection_url))
        if rights:
            (self._folder / "mails" / "dovecot-acl").write_text(f"owner {rights}\n", encoding="ascii")
        config = "".join(
            [
                CONFIG,
                WITH_TLS if authority else WITHOUT_TLS,
                WITH_TOKENS if inspection_url else "",
                WITH_RIGHTS if rights else "",
            ]
        )
        text = config.format(
            folder=self._folder,
            owner=owner.pw_name,
            group=_group_name(owner.pw_gid),
            imap_port=self.imap_port,
            imaps_port=self.imaps_port,
            password=password,
            mechanisms=mechanisms,
        )
        (self._folder / "dovecot.conf").write_text(text, encoding="utf-8")
        if self._ids is not None:
            for path in (self._folder, *self._folder.iterdir()):
                os.chown(path, *self._ids)

    def start(self) -> None:
        user, group = self._ids or (None, None)
        command = ["dovecot", "-F", "-c", str(self._folder / "dovecot.conf")]
        self._process = subprocess.Popen(
            command,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
            cwd=self._folder,
            start_new_session=True,
        )
        try:
            wait_for_greeting(self._process, self.imap_port, b"* OK")
        except RuntimeError:
            log = self._folder / "log"
            raise RuntimeError(f"dovecot did not start: {log.read_text() if log.exists() else ''}") from None

    def keep(self, mails: Iterable[bytes]) -> None:
        """Put mails straight into INBOX, many times faster than by LMTP."""
        new = self._folder / "mails" / "new"
        for number, mail in enumerate(mails):
            # S and W spare Dovecot a look into each file to learn its size.
            path = new / f"{int(time.time())}.{number:07}.bench,S={len(mail)},W={len(mail)}"
            path.write_bytes(mail)
            if self._ids is not None:
                os.chown(path, *self._ids)

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            # the master alone would leave sessions talking for ten seconds more
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(10)

    def renumber_inbox(self) -> None:
        """Only while stopped: without its list, INBOX is numbered anew under a new UIDVALIDITY."""
        for path in [*self._folder.glob("mails/dovecot-uidlist"), *self._folder.glob("mails/dovecot.index*")]:
            path.unlink()

    def copy_mails(self, *, to: Path) -> None:
        shutil.copytree(self._folder / "mails", to)

    def put_back_mails(self, copy: Path) -> None:
        """Only while stopped."""
        mails = self._folder / "mails"
        shutil.rmtree(mails)
        shutil.copytree(copy, mails)
        if self._ids is not None:
            for path in (mails, *mails.rglob("*")):
                os.chown(path, *self._ids)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)


def _group_name(gid: int) -> str:
    import grp  # noqa: PLC0415 - not everywhere; Dovecot neither

    return grp.getgrgid(gid).gr_name
