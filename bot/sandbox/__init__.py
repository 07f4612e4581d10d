"""A Telegram in a box: our own Bot API over loopback HTTP, a chat page, sample outlets."""

from bot.sandbox.botapi.faults import Fault
from bot.sandbox.box import Sandbox
from bot.sandbox.outlets.samples import SampleOutlet, sample_outlets
from bot.sandbox.telegram.limits import Rates
from bot.sandbox.telegram.people import ADMIN_ID, AIGUL_ID, ANNA_ID, BOT_TOKEN, BOT_USERNAME

__all__ = [
    "ADMIN_ID",
    "AIGUL_ID",
    "ANNA_ID",
    "BOT_TOKEN",
    "BOT_USERNAME",
    "Fault",
    "Rates",
    "SampleOutlet",
    "Sandbox",
    "sample_outlets",
]
