"""The yardsticks of `portal`: a bare Flask app with one template behind waitress, and bare argon2.

python -m tests.benchmarks.bare_portal        serves on a free port of 127.0.0.1, which it prints
"""

import logging
import threading
import time

from argon2 import PasswordHasher
from flask import Flask, render_template_string
from waitress.server import create_server

from handlers.portal.serve import PORTAL_THREADS

HOST = "127.0.0.1"
PAGE = """<!doctype html><html lang="{{ lang }}"><head><title>{{ title }}</title></head><body>
<h1>{{ title }}</h1>
<ul>{% for one in listed %}<li><a href="/{{ one }}">{{ one }}</a></li>{% endfor %}</ul></body></html>"""
#: OWASP's costs, which the portal takes too
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
AT_ONCE = 2  #: as many as the portal lets in


def show() -> str:
    return render_template_string(PAGE, lang="en", title="Nothing but a page", listed=range(10))


def verifications(seconds: float) -> float:
    """How many passwords a second are checked, with nothing around it."""
    hashed, counts, until = HASHER.hash("correct horse"), [0] * AT_ONCE, time.monotonic() + seconds

    def check(place: int) -> None:
        while time.monotonic() < until:
            HASHER.verify(hashed, "correct horse")
            counts[place] += 1

    threads = [threading.Thread(target=check, args=(place,)) for place in range(AT_ONCE)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - began)


def main() -> None:
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # 50 clients and 8 threads: they do queue
    app = Flask(__name__)
    app.add_url_rule("/", "show", show)
    server = create_server(app, host=HOST, port=0, threads=PORTAL_THREADS)
    print(f"{HOST}:{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    main()
