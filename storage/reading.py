"""How a reader reads: which languages, and in which telling a story is shown to them; pure."""

from dataclasses import dataclass, replace
from typing import Final

from storage.model import Chat, Item, Story

_WRITTEN: Final = {"uz": ("uz-Latn", "uz-Cyrl")}
"""The labels of what is written in a language, where they say the script; ours first."""

_NEIGHBOURS: Final = {"kk": "ru", "ky": "ru", "uz": "ru", "tg": "ru"}
"""What who speaks a language most likely reads as well, while they have not said."""

_LINGUAS_FRANCAS: Final = ("ru", "en")


_ANY: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class LanguageOrder:
    """The languages that are read, best liked first, at least one.

    ``machine`` says that what is told in none of them is wanted in the first one, as a machine
    translates it.
    """

    languages: tuple[str, ...]
    machine: bool = True

    @property
    def first(self) -> str:
        """The language that is liked best."""
        return self.languages[0]


def in_language(language: str) -> LanguageOrder:
    """Return how somebody reads who speaks a language with us and has said no more."""
    neighbour = _NEIGHBOURS.get(language)
    return LanguageOrder((language, neighbour) if neighbour else (language,))


def reading_of(chat: Chat) -> LanguageOrder:
    """Return how a chat's people read: as they said, else by the language they speak with us."""
    usual = in_language(chat.language)
    return LanguageOrder(chat.reads or usual.languages, chat.machine)


def labels(language: str) -> tuple[str, ...]:
    """Return the labels that items in a reader's language have, what is easiest read first."""
    return (*_WRITTEN.get(language, ()), language)


def language_of(label: str) -> str:
    """Return the language of an item's label: uz of uz-Cyrl; "" where nobody knows it."""
    return "" if label == "und" else label.partition("-")[0]


def headline(story: Story, reading: LanguageOrder, asked: frozenset[str] = _ANY) -> Item:
    """Choose the telling whose headline stands for the story, in a language ``asked`` for if any.

    The earliest in a language that is read, the best liked first, in its own script before
    another; else, where that is wanted and there, what a machine made of ``foreign``; else
    ``foreign`` as it is.
    """
    wanted = [item for item in story.items if asked & {item.lang, language_of(item.lang)}]
    if wanted:
        story = replace(story, items=tuple(wanted))
    own = _told_in(story, reading.languages)
    if own is not None:
        return own
    if wanted:
        return foreign(story, reading)
    original = foreign(story, reading)
    return (in_machine_words(original, reading.first) if reading.machine else None) or original


def foreign(story: Story, reading: LanguageOrder) -> Item:
    """Return the earliest telling in a language that the region reads, else the earliest.

    Russian comes before English.
    """
    rest = [language for language in _LINGUAS_FRANCAS if language not in reading.languages]
    return _told_in(story, (*reading.languages, *rest)) or _titled(story)[0]


def in_machine_words(item: Item, language: str) -> Item | None:
    """Return an item as a machine told it in a language, its original beside; or None."""
    for text in item.machine:
        if text.lang == language:
            return replace(
                item,
                title=text.title,
                summary=text.summary,
                lang=labels(language)[0],
                original=item,
            )
    return None


def for_reader(item: Item, reading: LanguageOrder) -> Item:
    """Return an item as it is, or, where nobody reads that, as a machine told it, if it did."""
    read = any(item.lang in labels(language) for language in reading.languages)
    machine = in_machine_words(item, reading.first) if reading.machine and not read else None
    return machine or item


def untranslated(story: Story, reading: LanguageOrder) -> Item | None:
    """Return the telling that a machine is to translate for a reader; None where none is."""
    if not reading.machine or not story.items:
        return None
    shown = headline(story, reading)
    language = language_of(shown.lang)
    if shown.original is not None or not language or language in reading.languages:
        return None
    return shown if shown.title.strip() else None


def _titled(story: Story) -> list[Item]:
    return [item for item in story.items if item.title.strip()] or list(story.items)


def _told_in(story: Story, languages: tuple[str, ...]) -> Item | None:
    titled = _titled(story)
    for language in languages:
        for label in labels(language):
            for item in titled:
                if item.lang == label:
                    return item
    return None
