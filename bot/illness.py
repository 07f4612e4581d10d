"""Illness: troubles as they last, and the word to admins who did not ask.

What lasts is told once, and once that it is over, by rows: a restart tells nothing twice. Of
several processes on one archive each tells of itself, a bot's half of the watching one, too.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot import notices
from bot.conversation import Html
from bot.ground import Ground
from bot.monitoring.health import Vitals
from bot.render.markup import translate_html
from bot.texts import words
from bot.troubles import fact_of, looked_around, process_of, troubles_of, verdict
from storage import chats, meta
from storage.outbox import queue
from storage.sql import Connection, from_json, moment, to_json, to_ms

ILLNESS_TICK_S: Final = 60
LASTS: Final = timedelta(minutes=5)
"""From when on what is wrong is told, and what is well is over: a restart takes less."""

TOLD_ELSEWHERE: Final = frozenset(
    "telegram token outbox answers updates deliverer database alarm clock".split()
)
"""No word of these would go out, or each has one of its own."""

Troubles = Callable[[str], Mapping[str, Html]]
"""Names what is wrong, each with what to do, in a language."""


# --- the course of an illness ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Illness:
    """What has been wrong since ``began``: each since when, by name, and which of it was told.

    ``calm_since`` is since when nothing is, None while something is.
    """

    began: datetime
    since: Mapping[str, datetime] = field(default_factory=dict)
    told: frozenset[str] = frozenset()
    calm_since: datetime | None = None


def course(before: Illness | None, wrong: Iterable[str], now: datetime) -> Illness | None:
    """Take what is wrong just now into account; None once it is over. Pure.

    What comes and goes within minutes is one illness. One from the future is a wrong clock's.
    """
    wrong = tuple(wrong)
    if before is not None and before.began > now:
        before = None
    if not wrong:
        if before is None or now - (before.calm_since or now) >= LASTS:
            return None
        return Illness(before.began, before.since, before.told, before.calm_since or now)
    before = before or Illness(now)
    since = {name: before.since.get(name, now) for name in (*before.since, *wrong)}
    lasting = {name for name in wrong if now - since[name] >= LASTS}
    return Illness(before.began, since, before.told | lasting)


def last(db: Connection, process: str) -> Illness | None:
    """Return what is kept of a process's illness, None while it is well."""
    kept = from_json(meta.get(db, fact_of(process)))
    if not kept:
        return None
    since = {name: moment(at) for name, at in kept["since"].items()}
    calm = moment(kept["calm"]) if kept["calm"] is not None else None
    return Illness(moment(kept["began"]), since, frozenset(kept["told"]), calm)


def keep(db: Connection, process: str, one: Illness | None) -> None:
    """Keep what is wrong with a process, or that nothing is."""
    if one is None:
        meta.forget(db, fact_of(process))
        return
    values = {
        "began": to_ms(one.began),
        "since": {name: to_ms(at) for name, at in one.since.items()},
        "told": sorted(one.told),
        "calm": to_ms(one.calm_since),
    }
    meta.put(db, fact_of(process), to_json(values))


# --- the word to admins ----------------------------------------------------------------------


class IllnessNotices:
    """Tells admins what lasts and when it is over. ``look`` is called by a tick.

    ``bot_name`` is that of a bot's half alone, which writes to its own chats; None is who watches.
    """

    def __init__(
        self, ground: Ground, measure: Callable[[], Awaitable[Vitals]], bot_name: str | None
    ) -> None:
        """Begin with what the rows know."""
        self._ground = ground
        self._measure = measure
        self._bot_name = bot_name
        self._process = process_of(bot_name)

    async def look(self) -> None:
        """Measure how we are, and owe the admins a word where that is new and lasts."""
        db, vitals, now = self._ground.db, await self._measure(), self._ground.clock()
        around = await db.read(looked_around, db.path, now, [self._process])
        before = await db.read(last, self._process)

        def named(language: str) -> Mapping[str, Html]:
            found = troubles_of(vitals, around, language)
            return {name: said for name, said in found.items() if name not in TOLD_ELSEWHERE}

        after = course(before, named("en"), now)
        if after == before:
            return
        told = await db.write(self._keep, before, after, named)
        if told:
            self._ground.wake_up.set()

    def _keep(
        self, db: Connection, before: Illness | None, after: Illness | None, named: Troubles
    ) -> int:
        """Keep the course of an illness, and queue what is to be said of it."""
        keep(db, self._process, after)
        told = before.told if before else frozenset()
        if after is None:
            return self._enqueue(db, lambda language: over(before, language)) if told else 0
        new = after.told - told
        if not new:
            return 0
        return self._enqueue(
            db,
            lambda language: verdict(
                [said for name, said in named(language).items() if name in new], language
            ),
        )

    def _enqueue(self, db: Connection, said: Callable[[str], Html]) -> int:
        """Queue a message for each admin whom this process's bot writes to."""
        now = self._ground.clock()
        known = [
            chat
            for chat in notices.met(db, self._ground.settings.admin_ids)
            if self._bot_name in (None, chats.bot_of(db, chat.id))
        ]
        new = notices.written_to(known, "illness", lambda chat: said(chat.language), now)
        return queue.enqueue(db, new, now)


def over(illness: Illness | None, language: str) -> Html:
    """Say that all is well again, after how long."""
    assert illness is not None  # noqa: S101 (what is over was there)
    ended = illness.calm_since or illness.began
    lasted = words.lasting(ended - illness.began, language)
    return translate_html(language, "notice.well_again", lasted=lasted)
