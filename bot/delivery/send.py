"""Send: an outgoing message → one call of the Bot API."""

from telegram import Bot, Message, ReplyParameters
from telegram.constants import ParseMode

from bot.delivery.message import OutgoingMessage
from bot.telegram.outgoing import markup_of, preview_of
from bot.telegram.rate_limiter import BROADCAST
from storage.outbox.deliveries import Delivery
from storage.outbox.rows import RANK

GENERAL = 1
"""A forum's General topic, which has no thread when it is written to."""

READ_TIMEOUT_S = 20.0
"""Nobody waits for it, and every answer that we give up on may become a repeated message."""


async def call(bot: Bot, delivery: Delivery, outgoing: OutgoingMessage) -> int | None:
    """Send or edit; return the new message's id. Raises what PTB raises."""
    markup = markup_of(outgoing.keyboard)
    mode = ParseMode.HTML if outgoing.html else None
    preview = preview_of(outgoing.preview)
    rank = BROADCAST + RANK.get(delivery.kind, 0)
    if outgoing.edits is not None:
        await bot.edit_message_text(
            outgoing.text,
            chat_id=delivery.chat_id,
            message_id=outgoing.edits,
            parse_mode=mode,
            link_preview_options=preview,
            reply_markup=markup,
            read_timeout=READ_TIMEOUT_S,
            rate_limit_args=rank,  # type: ignore[call-arg]
        )
        return None
    sent: Message | bool = await bot.send_message(
        delivery.chat_id,
        outgoing.text,
        parse_mode=mode,
        link_preview_options=preview,
        disable_notification=outgoing.silent,
        message_thread_id=delivery.thread_id if delivery.thread_id > GENERAL else None,
        reply_parameters=None
        if outgoing.answers is None
        else ReplyParameters(outgoing.answers, allow_sending_without_reply=True),
        reply_markup=markup,
        read_timeout=READ_TIMEOUT_S,
        rate_limit_args=rank,  # type: ignore[call-arg]
    )
    return sent.message_id if isinstance(sent, Message) else None
