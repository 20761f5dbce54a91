"""`python -m tests.ris_second [FOLDER]`: write the set anew."""

import sys
from pathlib import Path

from tests.ris_second.collection import Collection
from tests.ris_second.complete import add_complete
from tests.ris_second.faulty import add_faulty
from tests.ris_second.others import add_others, add_refused

SEED = 20260302
FOLDER = Path(__file__).parents[1] / "data" / "ris_second"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("[0-9]*"):
        old.unlink()
    collection = Collection(folder, SEED)
    for add in (add_complete, add_faulty, add_others, add_refused):
        add(collection)
    collection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
