"""Calls: a letter → one call of the Bot API."""

from telegram import Bot, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode

from bot.delivery.message import Letter
from bot.telegram.outgoing import markup_of
from bot.telegram.rate_limiter import BROADCAST
from storage.model import Owed
from storage.outbox.rows import RANK

GENERAL = 1
"""A forum's General topic, which has no thread when it is written to."""

READ_TIMEOUT_S = 20.0
"""Nobody waits for it, and every answer that we give up on may become a repeated message."""


async def call(bot: Bot, owed: Owed, letter: Letter) -> int | None:
    """Send or edit; return the new message's id. Raises what PTB raises."""
    markup = markup_of(letter.keyboard)
    mode = ParseMode.HTML if letter.html else None
    preview = LinkPreviewOptions(is_disabled=not letter.preview)
    rank = BROADCAST + RANK.get(owed.kind, 0)
    if letter.edits is not None:
        await bot.edit_message_text(
            letter.text,
            chat_id=owed.chat_id,
            message_id=letter.edits,
            parse_mode=mode,
            link_preview_options=preview,
            reply_markup=markup,
            read_timeout=READ_TIMEOUT_S,
            rate_limit_args=rank,  # type: ignore[call-arg]
        )
        return None
    sent: Message | bool = await bot.send_message(
        owed.chat_id,
        letter.text,
        parse_mode=mode,
        link_preview_options=preview,
        disable_notification=letter.silent,
        message_thread_id=owed.thread_id if owed.thread_id > GENERAL else None,
        reply_parameters=None
        if letter.answers is None
        else ReplyParameters(letter.answers, allow_sending_without_reply=True),
        reply_markup=markup,
        read_timeout=READ_TIMEOUT_S,
        rate_limit_args=rank,  # type: ignore[call-arg]
    )
    return sent.message_id if isinstance(sent, Message) else None
