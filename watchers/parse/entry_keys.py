"""Which keys an entry is known by inside its feed; pure.

A guid where it is unique in the document and does not merely count the entries, a canonical
link where that is unique. An entry with a key of a kept one is that one, unless its words are
another article's (``watchers.articles``). Dates alone decide nothing: feeds re-date, insert late
and bring old entries back.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from watchers.text import urls

LINK = "u:"
"""How a key begins that is an address, a guid that is one too."""

GUID = "g:"
"""How that of any other guid begins."""

TITLE = "n:"
"""How a key begins that is a headline: of an item whose other keys another item has now."""

_TEXT_DECIDES = 500
_LONGEST_PLACE = 4


@dataclass(frozen=True, slots=True)
class EntryIdentity:
    """What of an entry may identify it, as the feed has it. ``text`` is title and summary."""

    guid: str
    link: str
    text: str = ""


def keys(
    entries: Sequence[EntryIdentity],
    others: Iterable[EntryIdentity] = (),
    own: Collection[str] = (),
    aliases: Mapping[str, str] = urls.NO_ALIASES,
) -> list[tuple[str, ...]]:
    """Return each entry's identity keys, the strongest first; equal entries get equal keys.

    ``others`` are further entries of the same document, which count for uniqueness only.
    Links to a front page identify nothing. Where neither guid nor link can serve, both
    together or the text itself do.
    """
    others = tuple(others)
    if _are_counted(entries, others):
        entries = [replace(entry, guid="") for entry in entries]
        others = tuple(replace(entry, guid="") for entry in others)
    every = [_marks(entry, own, aliases) for entry in entries]
    rest = [_marks(entry, own, aliases) for entry in _alike(entries, others)]
    # The same entry listed twice repeats nothing: count distinct entries only.
    distinct = {(marks, entry.text) for marks, entry in zip(every, entries, strict=True)}
    counted = [*(marks for marks, _ in distinct), *rest]
    guids = Counter(guid for guid, _, _ in counted if guid)
    links = Counter(link for _, link, _ in counted if link)
    exact = Counter(whole for _, _, whole in counted if whole)
    result = []
    for (guid, link, whole), entry in zip(every, entries, strict=True):
        found = [key for key, counts in ((guid, guids), (link, links)) if counts[key] == 1]
        if not found and whole and exact[whole] == 1:
            found = [whole]  # links that differ only in their fragment: a live page's entries
        if not found and guid and link:
            found = _together(entry, guid, link, counted)
        result.append(tuple(dict.fromkeys(found or [_text_key(entry)])))
    return result


def title_key(title: str) -> str:
    """Return the key under which an item is found again whose other keys went to another."""
    folded = " ".join(title.casefold().split())
    return TITLE + _digest(folded)


def _are_counted(entries: Sequence[EntryIdentity], others: Sequence[EntryIdentity]) -> bool:
    """Tell guids that are places in the list, 1, 2, 3 from the top: they name no entry."""
    guids = [entry.guid.strip() for entry in entries]
    rest = [entry.guid.strip() for entry in others]
    if not guids or not all(_is_short_number(guid) for guid in (*guids, *rest)):
        return False
    places, count = [int(guid) for guid in guids], len(guids) + len(rest)
    every = {*places, *map(int, rest)}
    lowest = min(every)
    if count == 1 or lowest > 1 or len(every) < count or max(every) - lowest != count - 1:
        return False
    # Ids of a young outlet count too, but from the oldest, and the newest stands on top.
    return places == sorted(places) and (len(places) > 1 or places[0] == lowest)


def _is_short_number(guid: str) -> bool:
    return guid.isascii() and guid.isdecimal() and len(guid) <= _LONGEST_PLACE


def _alike(
    entries: Sequence[EntryIdentity], others: Iterable[EntryIdentity]
) -> list[EntryIdentity]:
    """Return the others that might share a key with an entry: most plainly cannot."""
    tails = {_tail(entry.guid) for entry in entries} | {_tail(entry.link) for entry in entries}
    return [entry for entry in others if _tail(entry.guid) in tails or _tail(entry.link) in tails]


def _tail(address: str) -> str:
    """Return what stands behind the last slash, which canonical forms do not change."""
    path = address.partition("?")[0].partition("#")[0]
    return path.strip().rstrip("/").rpartition("/")[2]


def _marks(
    entry: EntryIdentity, own: Collection[str], aliases: Mapping[str, str]
) -> tuple[str, str, str]:
    """Return guid key, link key and the key of the link with its fragment, "" where none."""
    link = "" if urls.is_front_page(entry.link) else urls.canonical_key(entry.link, own, aliases)
    _, hash_mark, fragment = entry.link.partition("#")
    whole = f"f:{link}#{fragment}" if link and hash_mark and fragment else ""
    return _guid_key(entry.guid, own, aliases), f"{LINK}{link}" if link else "", whole


def _guid_key(guid: str, own: Collection[str], aliases: Mapping[str, str]) -> str:
    guid = guid.strip()
    if guid.startswith(("http://", "https://")) and not urls.is_front_page(guid):
        # As a link, so that http → https or a guid that becomes the link changes nothing.
        canonical = urls.canonical_key(guid, own, aliases)
        _, _, fragment = guid.partition("#")
        if canonical:
            return f"{LINK}{canonical}#{fragment}" if fragment else f"{LINK}{canonical}"
    return f"{GUID}{guid}" if guid else ""


def _together(
    entry: EntryIdentity, guid: str, link: str, counted: Sequence[tuple[str, str, str]]
) -> list[str]:
    pairs = sum(1 for other in counted if other[:2] == (guid, link))
    return [f"p:{guid} {link}"] if pairs == 1 else [_text_key(entry, guid)]


def _text_key(entry: EntryIdentity, guid: str = "") -> str:
    return "t:" + _digest(f"{guid}\n{entry.text[:_TEXT_DECIDES]}")


def _digest(text: str) -> str:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=12).hexdigest()
