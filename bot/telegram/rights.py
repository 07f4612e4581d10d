"""Rights: who manages a chat: asked of Telegram when a right is used, remembered for a minute."""

from collections.abc import Callable
from datetime import datetime, timedelta

from telegram import Bot, ChatMember
from telegram.error import BadRequest, Forbidden, TelegramError

from storage.errors import NewsError
from storage.model import ChatId

MANAGING = (ChatMember.ADMINISTRATOR, ChatMember.OWNER)

STANDS = timedelta(minutes=1)
"""How long an admin is believed to be one still; a refusal is asked about anew each time."""


class Rights:
    """What Telegram says of people's rights in chats, as ``bot.context.ChatRights`` wants it."""

    def __init__(self, bot: Bot, clock: Callable[[], datetime]) -> None:
        """Begin knowing nothing."""
        self._bot = bot
        self._clock = clock
        self._known: dict[tuple[int, int], datetime] = {}

    async def manages(self, chat_id: ChatId, person_id: int) -> bool | None:
        """Tell whether a person manages a chat; None where Telegram does not tell us.

        It tells nobody's rights in a channel to a bot that was removed from it. Raises NewsError
        where Telegram cannot be asked: a right that is not known is none.
        """
        now, key = self._clock(), (int(chat_id), person_id)
        self._known = {one: at for one, at in self._known.items() if at <= now < at + STANDS}
        if key in self._known:
            return True
        try:
            member = await self._bot.get_chat_member(chat_id, person_id)
        except BadRequest as error:
            # "User not found" and the like speak of the person: who left manages nothing.
            return False if "user" in error.message.casefold() else None
        except Forbidden:
            return None
        except TelegramError as error:
            raise NewsError("refused.unasked") from error
        if member.status not in MANAGING:
            return False
        self._known[key] = now
        return True

    def lost(self, chat_id: ChatId, person_id: int) -> None:
        """Forget what was known of a person: Telegram said that their rights changed."""
        self._known.pop((int(chat_id), person_id), None)
