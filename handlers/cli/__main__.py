"""`python -m handlers.cli` is the command `usher`."""

from handlers.cli.main import main

if __name__ == "__main__":
    main()
