"""The README tells the truth about the chat."""

import re
from pathlib import Path

from bot.commands import COMMANDS
from bot.texts import say

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


def test_readme_lists_every_command_with_its_help_in_the_order_of_the_table() -> None:
    listed = re.findall(r"^\| `/(\w+)` \| (.+) \|$", README, re.MULTILINE)
    assert [(one.name, say("en", f"help.{one.name}")) for one in COMMANDS] == listed
