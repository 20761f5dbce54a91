"""Where the command `usher` begins: the rest is loaded within, so that Ctrl-C is quiet from the start."""

STOPPED = 130  #: as shells have it for what Ctrl-C ended


def main() -> int:
    """Run the command line; return the exit code."""
    try:
        from handlers.cli.main import main as usher

        return usher()
    except KeyboardInterrupt:
        return STOPPED
