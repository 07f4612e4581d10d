"""A description made a lead: what feeds put there that tells nothing is taken out.

Feeds describe an article with its date, its picture's address, a photographer's name, buttons for
sharing, the headline once more. Each rule looks at one line of plain text (``markup.plain``);
prose is left as it is.
"""

import re
from functools import lru_cache
from itertools import islice

LONGEST_JUNK = 140
"""Characters; a longer line is prose, whatever it begins with."""

LEAST_WORDS = 2
"""With fewer words than this a lead says nothing that its headline does not."""

_PICTURE = re.compile(
    r"(?:https?:)?//[^\s<>\"]+?\.(?:jpe?g|png|webp|gif|svg|avif|bmp)(?:[?&][\w%=&.,;-]*)?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_STAMP = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:\s?(?:Z|UTC|GMT)\b|[+-]\d\d:?\d\d)?"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} \w{3} \d{4} \d\d:\d\d(?::\d\d)?(?: (?:[+-]\d{4}|GMT))?"
)
_LETTERS = re.compile(r"[^\W\d_]+(?:['’ʻʼ-][^\W\d_]+)*")
_TAIL = 70
_MORE = re.compile(
    r"(?:^|(?<=[\s.…!?»”\"\])]))[\[(<«]*(?:read more|continue reading|full story|learn more|read the full"
    r"|читать далее|читать дальше|читать полностью|читайте далее|читать на сайте|подробнее|подробности на сайте"
    r"|толығырақ|толығырақ оқу|жалғасын оқу|толук окуу|кененирээк|толугу менен"
    r"|batafsil|to[ʻ’'‘]liq o[ʻ’'‘]qish|батафсил|тўлиқ ўқиш|муфассал|муфассалтар|идомааш"
    r"|doly oka|dowamyny oka|giňişleýin)(?:\W+(?:https?://\S+)?|\W[^.!?]{0,50})?\Z",
    re.IGNORECASE,
)
_HINTS = (
    "read", "full story", "learn more", "читат", "чита", "подробн", "толығ", "жалғас", "толук",
    "толугу", "кенен", "batafsil", "liq o", "батафсил", "тўлиқ", "муфассал", "идома", "doly",
    "dowamy", "giňiş",
)  # fmt: skip
"""Without any of these a line cannot end in such words: a look that costs next to nothing."""

_ELLIPSIS = re.compile(r"\s*\[(?:…|\.\.\.)\]\s*\Z")
_SYNDICATED = re.compile(
    r"(?:^|(?<=[.!?…\]] ))(?:the post\b.{0,400}?\bappeared first on\b|(?:сообщение|запись)\b.{0,400}?"
    r"\b(?:появил\w+ сначала|впервые появил\w+|первые появил\w+)\b).*\Z",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"\W*(?:©|(?:фото\w*|photos?|foto|pictures?|images?|видео|video|сурет\w*|сүрөт\w*|сурат\w*|surat\w*"
    r"|акс|aks|суратлар|illustration|иллюстрац\w+|коллаж|скриншот|screenshot|источник|source|авторы?|author"
    r"|дереккөз|булак|manba|манба|сарчашма)\s*(?:[:©/|–—]|-\s|by\b|courtesy\b|из\b|с сайта\b|предоставлен)"
    r"|(?:иллюстративное|архивное)\s+фото)",
    re.IGNORECASE,
)
_INVITATION = re.compile(
    r"\W*(?:подпи(?:сывайтесь|шитесь|саться)|следите за|читайте нас|присоединяйтесь|join us|follow us|subscribe to"
    r"|sign up for|жазылыңыз|бізге жазылыңыз|жазылыңыздар|катталыңыз|obuna bo[ʻ’'‘]ling|каналимизга|обуна бўлинг"
    r"|ба канали|agza boluň)\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"function\s*\(|adsbygoogle|window\.\w|document\.\w|\{[^{}]*[:;][^{}]*\}|=\s*\{"
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DATES = _set(
    "january february march april may june july august september october november december"
    " jan feb mar apr jun jul aug sep sept oct nov dec"
    " monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri sat sun"
    " января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
    " янв фев мар апр июн июл авг сен сент окт ноя нояб дек"
    " понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс"
    " қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"
    " үчтүн бирдин жалган чын куран бугу кулжа теке баш аяк тогуздун жетинин бештин айы"
    " январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь"
    " yanvar fevral mart aprel may iyun iyul avgust sentabr sentyabr oktabr oktyabr noyabr dekabr"
    " январ феврал апрел июн июл сентябр октябр ноябр декабр"
    " январи феврали марти апрели майи июни июли августи сентябри октябри ноябри декабри"
    " ýanwar fewral maý iýun iýul awgust sentýabr oktýabr noýabr"
    " г год года жыл жылы жылғы ж yil yili йил сол соли ýyl ý at on in в с utc gmt msk мск am pm a p m"
    " th st nd rd published updated posted опубликовано обновлено today yesterday сегодня вчера бүгін бүгүн bugun"
)
_SHARING = _set(
    "facebook twitter x telegram whatsapp viber vk vkontakte вконтакте вк одноклассники ok ок linkedin instagram"
    " email mail e-mail pinterest reddit tiktok youtube threads skype messenger rss print печать распечатать"
    " share tweet like copy link поделиться поделитесь рассказать отправить твитнуть нравится класс скопировать ссылку"
    " бөлісу бөлісіңіз бөлүшүү бөлүшүңүз ulashish ulashing улашиш улашинг баҳам paýlaş"
    " this on via in to with and с в и на друзьям с друзьями новость статью"
)
_COUNTS = _set(
    "views view просмотр просмотра просмотров comments comment комментарий комментария комментариев комментарии"
    " нет likes like reads read min mins minute minutes мин минут минута минуты время чтения чтение"
    " қаралым көрүлдү рет пікір пикир ko‘rildi koʻrildi кўрилди marta марта"
)
_NOTHING = _set(
    "null none undefined nan n a no description нет описания без описания advertisement реклама"
)
_ENDS = tuple(".!?…|—–:-")
_SIGNED = " .:;,|/—–-•·\t"


def lead(text: str, title: str = "", outlet: str = "") -> str:
    """Return what a description says beside the headline; "" where it says nothing.

    ``text`` is plain, a paragraph a line. ``outlet`` is the name that it may be signed with.
    """
    own = _letters(outlet)
    lines = [said for line in text.split("\n") if (said := _line(line, own))]
    if title:
        lines = [_after_title(line, title) for line in lines]
    said = "\n".join(line for line in lines if line)
    if not title:
        return said
    words = islice(_LETTERS.finditer(said), LEAST_WORDS)
    return said if sum(1 for _ in words) == LEAST_WORDS else ""


def _line(line: str, own: str) -> str:
    """Return a line without what tells nothing, or "" where nothing else is in it."""
    if "//" in line:
        line = _PICTURE.sub(" ", line)
    if ":" in line:
        line = _STAMP.sub(" ", line)
    if "appeared first on" in line or "появил" in line:
        line = _SYNDICATED.sub("", line)
    line = _without_tail(line.strip())
    if len(line) <= LONGEST_JUNK and is_junk(line, own):
        return ""
    return " ".join(line.split())


def _without_tail(line: str) -> str:
    """Take off the words that stand for a link to the rest."""
    tail = line[-_TAIL:].casefold()
    if any(hint in tail for hint in _HINTS):
        end = _MORE.search(line, max(0, len(line) - _TAIL))
        if end is not None:
            line = line[: end.start()].rstrip(" ([<«")
    if tail.endswith("]"):
        line = _ELLIPSIS.sub("…", line)
        line = line.removesuffix("…") if line[-2:-1] in (".", "!", "?") else line
    return line


def is_junk(line: str, own: str = "") -> bool:
    """Tell whether a short line is no prose: a date, a credit, buttons, counters, code."""
    junk, letters = _judged(line)
    return junk or (own != "" and letters == own)


@lru_cache(maxsize=1024)
def _judged(line: str) -> tuple[bool, str]:
    """Judge a line and give its letters; cached, as reading and stories ask of the same lines."""
    bare = _ADDRESS.sub(" ", line) if "/" in line or "www." in line else line
    words = [word.casefold() for word in _LETTERS.findall(bare)]
    return not words or _is_noise(line, bare, words), "".join(words)


def _is_noise(line: str, bare: str, words: list[str]) -> bool:
    if _CREDIT.match(line) or _INVITATION.match(line) or _CODE.search(line):
        return True
    if all(part.startswith("#") for part in line.split()):
        return True
    known = set(words)
    has_figure = any(letter.isdigit() for letter in bare)
    return (
        (has_figure and (known <= _DATES or known <= _COUNTS))
        or known <= _SHARING
        or known <= _NOTHING
    )


def _after_title(line: str, title: str) -> str:
    """Take off the headline where a description repeats it as a sentence of its own."""
    if len(line) < 2 * len(title) and _letters(line) == _letters(title):
        return ""
    head = title.rstrip(".!?… ")
    if not head or not line.casefold().startswith(head.casefold()):
        return line
    rest = line[len(head) :]
    if rest.lstrip()[:1] not in _ENDS:
        return line  # a sentence that only begins like the headline
    return rest.lstrip(_SIGNED + "!?…")


def _letters(text: str) -> str:
    return "".join(word.casefold() for word in _LETTERS.findall(text))
