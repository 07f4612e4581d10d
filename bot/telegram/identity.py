"""Who we are: getMe, asked of Telegram at most every half minute, over restarts too.

A program that dies and is started again and again must not ask each time.
"""

import json
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from telegram import Bot, User
from telegram.ext import ExtBot

from storage import meta
from storage.sql import Connection, moment, to_ms

ASKED, WHO = "telegram_asked_at", "telegram_me"


class KnownBot(ExtBot[int]):
    """A bot that may be told who it is instead of asking."""

    _known: User | None = None

    @property
    def asks(self) -> bool:
        """Whether getMe goes to Telegram."""
        return self._known is None

    def told(self, me: User) -> None:
        """Say who it is: then it does not ask at first."""
        self._known = me

    async def get_me(self, **wanted: Any) -> User:
        """Ask Telegram who we are, but for the first time where we were told."""
        if self._known is None:
            return await super().get_me(**wanted)
        self._bot_user, self._known = self._known, None
        return self._bot_user


def note_asked(db: Connection, bot: Bot, now: datetime) -> None:
    """Note that Telegram is being asked who a bot is."""
    meta.put(db, _fact(ASKED, bot), str(to_ms(now)))


def note_told(db: Connection, bot: ExtBot[int]) -> None:
    """Note who Telegram says that a bot is."""
    meta.put(db, _fact(WHO, bot), json.dumps(bot.bot.to_dict()))


def told_lately(
    db: Connection, bot: ExtBot[int], now: datetime, within: timedelta
) -> tuple[User, datetime] | None:
    """Return who Telegram said that a bot is, and when it was asked; None where it may be asked.

    What cannot be read is asked for anew.
    """
    try:
        at = moment(int(meta.get(db, _fact(ASKED, bot)) or ""))
        who = json.loads(meta.get(db, _fact(WHO, bot)) or "")
        if not timedelta(0) <= now - at < within:
            return None
        return User.de_json(who, None), at
    except (ValueError, TypeError, OverflowError):
        return None


def _fact(name: str, bot: Bot) -> str:
    """Name a fact of a token at a Bot API, without giving the token away."""
    return f"{name}/{blake2b(bot.base_url.encode(), digest_size=16).hexdigest()}"
