"""Which picture is an entry's own, of all that it names; pure. Addresses only: none is fetched."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from storage.model import ItemImage
from watchers.text import urls

_LONGEST = 1000
"""Of an address: it is kept with the item and goes along with every alert."""
_SMALLEST = 50
"""Pixels; what is smaller either way is a counter, an emoji or a line."""
_MOST_TOLD = 8
_MOST_READ = 40
"""So many other entries are looked through for a picture that a document repeats."""
_OFTEN = 3
"""A picture of so many other entries is none of one: a logo, "no photo", a column's head."""

_IMG = re.compile(r"<img\s([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,30})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_LAZY = ("data-src", "data-lazy-src", "data-original", "src")
"""Where an address stands; pages that load pictures late have a blank one in ``src``."""
_NOT_SHOWN = re.compile(r"\.(?:svgz?|ico|bmp|tiff?|mp[34]|m4a|webm)(?:[?#]|$)", re.IGNORECASE)
_SHOWN = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:[?#]|$)", re.IGNORECASE)
_COUNTERS = re.compile(
    r"(?:^|\.)(?:doubleclick\.net|google-analytics\.com|scorecardresearch\.com|yadro\.ru"
    r"|mc\.yandex\.\w+|top-fwz1\.mail\.ru|top\.mail\.ru|counter\.rambler\.ru|top100\.rambler\.ru|tns-counter\.ru|zero\.kz"
    r"|feedburner\.com|feedsportal\.com|gravatar\.com|s\.w\.org|pixel\.wp\.com|stats\.wp\.com)$"
)
_COUNTING = re.compile(
    r"(?:^|[/_.-])(?:pixel|spacer|blank|transparent|1x1|counter|beacon|tracking|emoji|smil(?:ey|ies)"
    r"|no[_-]?(?:photo|image|img|pic))(?:[/_.?-]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RawImage:
    """A picture as a document names it: its address, may be relative, and its size as told."""

    url: str
    width: str = ""
    height: str = ""
    media_type: str = ""


def in_markup(text: str) -> Iterator[RawImage]:
    """Give the first pictures of an entry's text."""
    for tag in islice(_IMG.finditer(text), _MOST_TOLD):
        told = {
            name.lower(): html.unescape(double or single or bare).strip()
            for name, double, single, bare in _ATTRIBUTE.findall(tag.group(1))
        }
        address = next((told[name] for name in _LAZY if is_address(told.get(name, ""))), "")
        if address:
            yield RawImage(address, told.get("width", ""), told.get("height", ""))


def is_address(text: str) -> bool:
    """Tell an address from what stands for none: nothing, or the picture itself (``data:``)."""
    return bool(text) and not text.lower().startswith(("data:", "blob:", "javascript:", "about:"))


def is_picture(media_type: str, url: str, medium: str = "") -> bool:
    """Tell whether what a feed attaches is a picture, by what it says of it, else by its name."""
    if media_type:
        return media_type.lower().startswith("image/")
    return medium.lower() == "image" or (not medium and _SHOWN.search(url) is not None)


@dataclass(slots=True)
class Repeated:
    """Which pictures a document repeats: those of its entries, its own, and in ``others``.

    ``others`` are the texts of entries that were not read, because nothing has changed in them.
    """

    counted: Counter[str] = field(default_factory=Counter)
    others: Sequence[str] = ()
    own: str = ""
    entries: int = 0

    @classmethod
    def of(
        cls, images: Iterable[Sequence[RawImage]], others: Sequence[str] = (), own: str = ""
    ) -> "Repeated":
        """Count the pictures of each entry, one in several sizes or places once."""
        each = [{image.url for image in told} for told in images]
        counted = Counter(url for told in each for url in told)
        return cls(counted, others, own, len(each) + len(others))

    def __contains__(self, url: str) -> bool:
        """Tell whether a picture that an entry names stands in other entries as well."""
        if url == self.own:
            return True
        most = max(1, min(_OFTEN, self.entries - 1))
        found = self.counted[url] - 1
        written = {url, url.replace("&", "&amp;")}
        for text in islice(self.others, _MOST_READ):
            if found >= most:
                break
            found += any(form in text for form in written)
        return found >= most


def chosen(
    told: Iterable[RawImage], base: str, document: str, repeated: Repeated
) -> ItemImage | None:
    """Return the first picture that shows what its entry tells; None where none does."""
    for image in islice(told, _MOST_TOLD):
        found = shown(image, base, document)
        if found is not None and image.url not in repeated:
            return found
    return None


def shown(image: RawImage, base: str, document: str) -> ItemImage | None:
    """Return a picture with its whole address; None for what counts readers, or decorates."""
    if not is_address(image.url) or "svg" in image.media_type.lower():
        return None
    width, height = pixels(image.width), pixels(image.height)
    if any(0 < side < _SMALLEST for side in (width, height)):
        return None
    url = urls.for_readers(urls.absolute(base, image.url), document)
    if not url or len(url) > _LONGEST or urls.is_front_page(url):
        return None
    path = url.partition("?")[0]
    if _NOT_SHOWN.search(path) or _COUNTING.search(path.partition("://")[2].partition("/")[2]):
        return None
    return None if _COUNTERS.search(urls.host_of(url)) else ItemImage(url, width, height)


def pixels(told: str) -> int:
    """Read a side's length: "640", "640px"; 0 where it says nothing that is one."""
    digits = re.match(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$", told)
    return int(digits.group(1)) if digits else 0
