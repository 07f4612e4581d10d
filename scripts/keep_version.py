"""Keep a database of this version for the tests of all later ones.

Run ``python -m scripts.keep_version`` when a version is released, and commit what it writes. A
file that is there is never written anew: databases of a published version are what they are.
"""

import gzip
import sqlite3
import sys
import tomllib
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.database import connect
from tests.storage.sample import hours_of_news

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "tests" / "storage" / "fixtures"


def version() -> str:
    """Return the version that pyproject.toml names."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(told["project"]["version"])


def database() -> bytes:
    """Return a small database of this version with some rows of each kind."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "news.db"
        connect(path).close()
        hours_of_news(path)
        with closing(sqlite3.connect(path)) as db:
            db.execute("vacuum")
        return path.read_bytes()


def main() -> int:
    """Write the file, unless it is there; return the exit code."""
    file = KEPT / f"{version()}.db.gz"
    if file.exists():
        print(f"{file} is there: a published version's database is never made anew")
        return 1
    KEPT.mkdir(exist_ok=True)
    file.write_bytes(gzip.compress(database(), mtime=0))
    print(f"{file}: {file.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
