"""What filters ask about: the facts of an item beside its words."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from watchers.text.normal import clean, tokenize
from watchers.text.skeleton import skeleton


@dataclass(frozen=True, slots=True)
class Facts:
    """Who told an item, where and when.

    ``country`` is the outlet's ISO code in any case, ``ownership`` a value of
    ``storage.model.Ownership``, ``sources`` what ``source_names`` gives, ``published`` an
    aware time. ``now`` is the reader's clock, for ``since:3d``; without it relative dates hold.
    """

    country: str = ""
    lang: str = ""
    sources: frozenset[str] = frozenset()
    ownership: str = ""
    wire: bool = False
    official: bool = False
    published: datetime | None = None
    now: datetime | None = None


@lru_cache(maxsize=4096)
def source_names(*names: str) -> frozenset[str]:
    """Give what ``source:`` may call an outlet: its name, each word of it, its host's labels."""
    found: set[str] = set()
    for name in names:
        host = name.split("://")[-1].split("/")[0].removeprefix("www.")
        parts = [skeleton(cut.normal) for cut in tokenize(clean(host))]
        found.update(part for part in parts if len(part) > 2)  # noqa: PLR2004 - kz, ru, of
        found.add("".join(parts))
    return frozenset(found - {""})
