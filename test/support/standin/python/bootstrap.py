"""Starts the pinned stand-in with every patch of patches.py applied. Argument: the file to write the list of gaps to."""
import json
import sys
from importlib.metadata import version

PINNED = "1.5.33"


def main() -> None:
    found = version("ministack")
    if found != PINNED:
        sys.exit(f"stand-in: ministack {found} found, but its patches are written for {PINNED}; empty the cache and start again")
    from ministack import app

    from patches import PATCHES

    for _name, _gap, apply in PATCHES:
        apply()
    with open(sys.argv.pop(1), "w") as out:
        json.dump([{"name": name, "gap": gap} for name, gap, _apply in PATCHES], out)
    app.main()


main()
