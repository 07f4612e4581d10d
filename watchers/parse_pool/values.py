"""What a process of the pool may answer instead of what was asked of it."""

from dataclasses import dataclass
from enum import Enum


class Stopped(Enum):
    """Why a process gave no answer."""

    TOO_SLOW = "too slow"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class Broken:
    """The work raised; ``bug`` says what and where, "" where memory or the stack ran out."""

    bug: str = ""
