"""The README tells the truth about the chat, and its numbers are counted."""

import re
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.sandbox.outlets import news
from bot.texts import translate
from watchers.catalogue.starting import starting_feeds

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_lists_every_command_with_its_help_in_the_order_of_the_table() -> None:
    listed = re.findall(r"^\| `/(\w+)` \| (.+) \|$", README, re.MULTILINE)
    assert [(one.name, translate("en", f"help.{one.name}")) for one in COMMANDS] == listed


NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()
STARTING = starting_feeds()
OUTLETS = {outlet.name for _, outlet in STARTING}
SPOKEN = {language for feed, _ in STARTING for language in feed.languages}
INVENTED = (*news.opening(), *news.later())
TOLD_IN = {told.lang.partition("-")[0] for event in INVENTED for told in event.items}
COUNTED = {
    r"(\d+) feeds": len(STARTING),
    r"feeds of (\d+) outlets": len(OUTLETS),
    r"outlets in (\w+) languages": len(SPOKEN),
    r"(\d+) invented events": len(INVENTED),
    r"invented events in (\w+) languages": len(TOLD_IN),
}
"""What README says of the catalogue, and what the catalogue says."""


@pytest.mark.parametrize("said", COUNTED)
def test_readme_counts_what_is_there(said: str) -> None:
    found = re.findall(said, README)
    assert found
    assert {COUNTED[said]} == {
        int(one) if one.isdecimal() else NUMBERS.index(one) for one in found
    }


def test_readme_rounds_nothing_up() -> None:
    assert [] == re.findall(r"(?i)hundreds?|dozens?|ninety|thousands", README)


def test_readme_links_to_what_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert len(links) > 5
    assert [] == [one for one in links if not (ROOT / one).exists()]
