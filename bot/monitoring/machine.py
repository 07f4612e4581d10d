"""The machine: the sizes of our files, the room on their disk, the memory of our processes."""

import os
from pathlib import Path
from typing import Final

CHILDREN: Final = "/proc/self/task"
"""Where Linux lists, by thread, the processes that we have started; elsewhere nobody does."""


def sizes_of(database: Path) -> dict[str, float]:
    """Measure a database, its companion and the room beside them, in bytes, by metric."""
    disk = os.statvfs(database.parent)
    return {
        "steppewire_database_bytes": size_of(database),
        "steppewire_wal_bytes": size_of(database.with_name(f"{database.name}-wal")),
        "steppewire_disk_free_bytes": disk.f_bavail * disk.f_frsize,
    }


def database_size(database: Path) -> int:
    """Measure a database and its companion together, in bytes."""
    return size_of(database) + size_of(database.with_name(f"{database.name}-wal"))


def size_of(path: Path) -> int:
    """Return a file's size in bytes; 0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def memory_of_children() -> dict[str, float]:
    """Measure the processes that read documents for us; nothing where the system does not tell."""
    try:
        numbers = {
            number
            for thread in Path(CHILDREN).iterdir()
            for number in (thread / "children").read_text().split()
        }
    except OSError:
        return {}
    return {
        "steppewire_workers": len(numbers),
        "steppewire_workers_resident_bytes": sum(map(resident, numbers)),
    }


def resident(process: str) -> int:
    """Return how many bytes of memory a process holds; 0 where it has just gone."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
