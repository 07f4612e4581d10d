"""Whom the sandbox begins with: invented people, a group and a channel."""

from bot.sandbox.telegram.model import User

BOT_ID = 7_000_000_001
BOT_TOKEN = f"{BOT_ID}:sandbox-token-of-no-use-elsewhere-0"
BOT_USERNAME = "SteppeWireBot"

ANNA_ID = 1001
AIGUL_ID = 1002
ADMIN_ID = 1003

ANNA = User(ANNA_ID, "Anna", "en", last_name="Reed", username="anna_reads")
AIGUL = User(AIGUL_ID, "Айгуль", "ru", last_name="Сейткали", username="aigul_s")
ADMIN = User(ADMIN_ID, "Timur", "en", last_name="Editor", username="timur_editor")
PEOPLE = (ANNA, AIGUL, ADMIN)

ROLES = {
    ANNA_ID: "reader in English",
    AIGUL_ID: "reader in Russian",
    ADMIN_ID: "administrator",
}
BOT = User(BOT_ID, "SteppeWire", username=BOT_USERNAME, is_bot=True)


def other_bot(number: int) -> tuple[str, User]:
    """Invent the second bot, the third, …: its token, and who it is."""
    bot_id = BOT_ID + number - 1
    user = User(bot_id, f"{BOT.name} {number}", username=f"SteppeWire{number}Bot", is_bot=True)
    return BOT_TOKEN.replace(str(BOT_ID), str(bot_id)), user


GROUP_TITLE = "Silk Road Desk"
CHANNEL_TITLE = "Steppe Briefing"
CHANNEL_USERNAME = "steppe_briefing"
