"""The proxies that docs/deploy/ has samples for, started with other addresses and certificates only."""

import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.certificates import Authority
from tests.processes import free_port, need

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy"
CERTIFICATE = ("/etc/ssl/usher/portal.pem", "/etc/ssl/usher/portal.key")

NGINX_MAIN = """
daemon off;
user root;
pid {folder}/nginx.pid;
error_log {folder}/main.log crit;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/usher.conf;
}}
"""


@dataclass(frozen=True, kw_only=True)
class Proxy(ABC):
    """One proxy of the test: where it keeps its files, where it listens, whom it asks."""

    folder: Path
    port: int
    upstream: int  #: the portal's port
    sign_on: int  #: the single sign-on's port
    authority: Authority

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @abstractmethod
    def command(self) -> list[str]:
        """Write its files and say how it is started."""

    def log(self) -> str:
        """Everything it has written about its visitors."""
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*.log")))

    def _adapted(self, sample: str) -> str:
        """The sample with the test's addresses; each replacement has to find its place."""
        text = (DEPLOY / sample).read_text(encoding="utf-8")
        for before, after in {
            "127.0.0.1:8080": f"127.0.0.1:{self.upstream}",
            "127.0.0.1:4180": f"127.0.0.1:{self.sign_on}",
            **self.changes(),
        }.items():
            assert before in text, before
            text = text.replace(before, after)
        return text

    @abstractmethod
    def changes(self) -> dict[str, str]: ...


class Nginx(Proxy):
    def command(self) -> list[str]:
        need("nginx", "nginx-light")
        (self.folder / "usher.conf").write_text(self._adapted("nginx.conf"), encoding="utf-8")
        main = self.folder / "nginx.conf"
        main.write_text(NGINX_MAIN.format(folder=self.folder), encoding="utf-8")
        return ["nginx", "-p", str(self.folder), "-c", str(main)]

    def changes(self) -> dict[str, str]:
        certificate, key = CERTIFICATE
        return {
            "listen 80;": f"listen 127.0.0.1:{free_port()};",
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            certificate: str(self.authority.certificate),
            key: str(self.authority.key),
            "/var/log/nginx": str(self.folder),
            "portal.example.com": "localhost",
        }


class Caddy(Proxy):
    def command(self) -> list[str]:
        need("caddy", "caddy")
        written = self.folder / "Caddyfile"
        written.write_text(self._adapted("Caddyfile"), encoding="utf-8")
        return ["caddy", "run", "--config", str(written), "--adapter", "caddyfile"]

    def changes(self) -> dict[str, str]:
        certificate, key = self.authority.certificate, self.authority.key
        return {
            "{\n\tlog default {": "{\n\tadmin off\n\tstorage file_system "
            + str(self.folder)
            + "\n\tlog default {",
            "portal.example.com {": f"https://localhost:{self.port} {{\n\ttls {certificate} {key}",
            "log {\n\t\t# A": f"log {{\n\t\toutput file {self.folder}/access.log\n\t\t# A",
        }


@contextmanager
def running(proxy: Proxy) -> Iterator[Proxy]:
    with (proxy.folder / "said.log").open("wb") as said:
        process = subprocess.Popen(proxy.command(), stdout=said, stderr=said, cwd=proxy.folder)
    try:
        deadline = time.monotonic() + 10
        while not answers(proxy.port):
            assert process.poll() is None, proxy.log()
            assert time.monotonic() < deadline, proxy.log()
            time.sleep(0.02)
        yield proxy
    finally:
        process.terminate()
        process.wait(10)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
