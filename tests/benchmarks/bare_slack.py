"""The yardstick of `ack`: a Bolt app on Socket Mode that acknowledges `/usher` and does nothing else.

Its client has the settings of ours, and it has more threads than Bolt's five, which would keep acks waiting.
"""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from handlers.slack.door import CONCURRENCY, PING

LISTENERS = 32


def acknowledge(ack: Ack) -> None:
    ack()


def main() -> None:
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = App(client=client, listener_executor=ThreadPoolExecutor(LISTENERS))
    app.command("/usher")(acknowledge)
    handler = SocketModeHandler(
        app, os.environ["SLACK_APP_TOKEN"], ping_interval=PING, concurrency=CONCURRENCY
    )
    handler.connect()  # type: ignore[no-untyped-call]
    ended.wait()
    os._exit(0)  # Bolt's threads would keep it for a while


if __name__ == "__main__":
    main()
