"""Troubles: what is wrong with a process and with what it sees of others, in an admin's words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot import starts
from bot.conversation import Html
from bot.instance import held_by, watchers_lock
from bot.monitoring.health import PartHealth, Vitals
from bot.render.markup import bold, joined, translate_html
from bot.texts import translate, words
from storage import feeds, meta
from storage.model import FeedStatus
from storage.sql import Connection

MANY_ILL, OF_AT_LEAST = 0.3, 10
"""Where so many sources of so many fail it is hardly the outlets' fault."""

WATCHING = "feeds"
"""What is a condition where the watching half is in this process."""

WATCHERS: Final = "watchers"
"""The process that watches, whatever else it does."""

NOT_WATCHED: Final = timedelta(minutes=30)
"""A watching half that runs and is as late as that hangs: it tells by itself of half as much."""


def process_of(bot_name: str | None) -> str:
    """Name the process of a bot's half alone, or for None of who watches."""
    return WATCHERS if bot_name is None else f"bot {bot_name}".strip()


def fact_of(process: str) -> str:
    """Name the fact that keeps what is wrong with a process."""
    return f"illness/{process}"


@dataclass(frozen=True, slots=True)
class Around:
    """What a process sees of the others: how the sources are, and whether somebody reads them."""

    by_status: Mapping[FeedStatus, int]
    late: timedelta
    watchers_run: bool
    watchers_tell: bool
    cut_short: bool

    @property
    def ill(self) -> int:
        """How many sources fail."""
        return self.by_status.get(FeedStatus.ERROR, 0)

    @property
    def polled(self) -> int:
        """How many are looked at, and told something at least once or failed."""
        return self.ill + self.by_status.get(FeedStatus.OK, 0)


def looked_around(
    db: Connection, database: Path, now: datetime, processes: Iterable[str]
) -> Around:
    """Look at rows, how often some processes were cut off, and at the lock of who watches."""
    due = feeds.next_due(db)
    return Around(
        feeds.count(db),
        now - due if due else timedelta(0),
        held_by(watchers_lock(database)) is not None,
        meta.get(db, fact_of(WATCHERS)) is not None,
        any(starts.of(db, one).cut_again_and_again(now) for one in processes),
    )


def troubles_of(vitals: Vitals, around: Around, language: str) -> dict[str, Html]:
    """Name what is wrong, and what a supervisor's new start would not mend, each in a sentence."""
    names = [name for name, holds in vitals.conditions.items() if not holds]
    names += [name for name, stands in concerns_of(vitals, around).items() if stands]
    values = {"ill": around.ill, "of": around.polled}
    found = {name: translate_html(language, f"health.{name}", **values) for name in names}
    found |= {part.name: stuck_part(part, language) for part in vitals.parts if part.is_stuck}
    return found


def concerns_of(vitals: Vitals, around: Around) -> dict[str, bool]:
    """Name what a supervisor's new start would not mend, and whether it is so. Pure."""
    others = missed(around) if WATCHING not in vitals.conditions and vitals.conditions else {}
    return {
        **others,
        "restarts": around.cut_short,
        "many_ill": around.polled >= OF_AT_LEAST and around.ill > MANY_ILL * around.polled,
    }


def missed(around: Around) -> dict[str, bool]:
    """Name what a bot's half may miss of the one that watches, and that that one does not tell."""
    hang = around.late >= NOT_WATCHED and not around.watchers_tell
    return {"no_watchers": not around.watchers_run, WATCHING: around.watchers_run and hang}


def stuck_part(part: PartHealth, language: str) -> Html:
    """Say of a part that it is stuck, and what becomes of it."""
    lasted = words.lasting(timedelta(seconds=part.silent_s), language)
    return translate_html(language, "health.part", part=part.name, lasted=lasted)


def verdict(troubles: Iterable[Html], language: str) -> Html:
    """Say whether all is well; else what is not, each with what to do."""
    lines = [joined(("•", trouble), " ") for trouble in troubles]
    if not lines:
        return bold(translate(language, "health.well"))
    return joined((bold(translate(language, "health.ill")), *lines))
