"""Same story? One pure decision, its signals, its vetoes, its index and its second thoughts."""

from watchers.stories.identity import (
    Change,
    Joined,
    Moved,
    Settings,
    Verdict,
    identify,
    related,
    revise,
)
from watchers.stories.index import Index
from watchers.stories.telling import Telling, prepare

__all__ = [
    "Change",
    "Index",
    "Joined",
    "Moved",
    "Settings",
    "Telling",
    "Verdict",
    "identify",
    "prepare",
    "related",
    "revise",
]
