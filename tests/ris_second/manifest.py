"""What the frozen set consists of, to the byte."""

import hashlib
from pathlib import Path


def manifest(folder: Path) -> str:
    """As `sha256sum` prints it, for all files but the manifest itself."""
    names = sorted(path.name for path in folder.iterdir() if path.name != "manifest.sha256")
    return "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
