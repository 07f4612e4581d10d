"""What a page says around its article: menus, credits, "read also", newsletters, signatures.

It tells no event, and what two outlets of one engine put around theirs is the same. So identity
leaves it unread; readers see what the feed gave. Each rule looks at one line, the whole page's
shape only where a heading ("Related articles") opens what is not the article. A sentence of
the article stays, wherever a rule is in doubt.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final, NamedTuple

from watchers.text.leads import LONGEST_JUNK, is_junk
from watchers.text.normal import APOSTROPHE, fold_case

Span = tuple[int, int]
"""Where something begins and ends in a text."""

_FEW_WORDS: Final = 5
"""Words of a line that is an entry of a menu rather than a headline, at most."""
_MENU: Final = 3
"""So many such lines in a row, before the first sentence, are a menu."""
_LONG_LINE: Final = 45
"""Words of a line that is told by its first words; a longer one is the article's."""
_HEADING: Final = 6
_BYLINE: Final = 10
_CREDITED: Final = 16
_REPEATED: Final = 24
"""Letters of a headline by which a line repeats it, cut short or behind its breadcrumbs."""
_TAIL: Final = 8
_PROSE: Final = 25
"""Words of a paragraph that goes on with the article after a heading; with two sentences."""


def _any(*phrases: str) -> str:
    return "|".join(phrases)


_ALSO: Final = _any(
    "see also|read also|also read|read next|read more|read this|watch also|don't miss|related"
    "|related stor(?:y|ies)|related articles?|more on this(?: story| topic)?|you (?:may|might) also like|recommended",
    "читайте также|читать также|смотрите также|читайте ещ[её]|читайте по теме|(?:материалы |ещ[её] |статьи )?по теме"
    "|рекомендуем(?: прочитать)?|вам (?:может быть|будет) интересно|другие новости",
    "тағы (?:да )?оқыңыз(?:дар)?|сондай-ақ оқыңыз(?:дар)?|оқи отырыңыз(?:дар)?|осы тақырып(?:та|қа орай)|тақырып бойынша",
    "дагы окуңуз|ошондой эле окуңуз|буларды да окуңуз|тема боюнча",
    "shuningdek,? o'qing|yana o'qing|mavzuga oid|шунингдек,? ўқинг|яна ўқинг|мавзуга оид",
    "ҳамчунин хонед|инчунин хонед|боз хонед|дар ин мавзӯъ|дар (?:ҳамин|ин) мавзуъ",
)
_AFTER: Final = _any(
    "related (?:content|news|posts?|topics?|coverage|links)|most (?:popular|read|viewed|shared)|trending(?: now)?"
    "|recent (?:comments|posts|news)|latest (?:news|stories|articles)|top stories|popular(?: news| posts)?|comments?"
    "|leave a (?:comment|reply)|source link|about the authors?|follow us(?: on)?|more from|more stories|more news"
    "|recommended for you|sponsored(?: content)?|tags|editor's picks?|share this(?: article| story)?|newsletters?",
    "похожие (?:новости|статьи|материалы|записи)|самое (?:читаемое|популярное|важное)|популярное|популярные (?:новости|статьи)"
    "|лента новостей|последние новости|свежие новости|новости партн[её]ров|комментарии|оставить комментарий"
    "|добавить комментарий|теги|метки|другие материалы|главные новости|ссылка на источник|об авторе|новости по теме",
    "ұқсас (?:жаңалықтар|материалдар)|соңғы жаңалықтар|(?:ең )?көп оқылған(?:дар)?|пікірлер|пікір қалдыру|тегтер|танымал"
    "|басқа (?:да )?жаңалықтар",
    "окшош (?:жаңылыктар|макалалар)|акыркы жаңылыктар|(?:эң )?көп окулган(?:дар)?|пикирлер|тегдер|башка жаңылыктар",
    "o'xshash (?:yangiliklar|maqolalar)|so'nggi yangiliklar|(?:eng )?ko'p o'qilgan(?:lar)?|izohlar|teglar|boshqa yangiliklar",
    "ўхшаш янгиликлар|сўнгги янгиликлар|(?:энг )?кўп ўқилган(?:лар)?|изоҳлар|теглар|бошқа янгиликлар",
    "хабарҳои (?:монанд|охирин|дигар)|бештар хондашуда|серхонандатарин|шарҳҳо|барчаспҳо",
)
_TAGS: Final = _any(
    "tags?:|posted in:?|filed under:?|categor(?:y|ies):|keywords:|topics:|(?:market news|news and data|content).{0,40}\\bbrought to you by"
    "|all rights reserved|copyright|©",
    "теги:|метки:|рубрик[аи]:|категори[яи]:|ключевые слова:|все права защищены",
    "тегтер:|барлық құқықтар|тегдер:|бардык укуктар|teglar:|barcha huquqlar|теглар:|барча ҳуқуқлар|барчаспҳо:|ҳамаи ҳуқуқ",
)
_BOX: Final = _any(
    "subscribe (?:to|now|for|today)|sign up (?:for|to) (?:our|the|get|receive|newsletter)|get (?:the|our) (?:latest|best) .{0,40}"
    "(?:inbox|newsletter|app|email)|we use cookies|(?:this|our) (?:web)?site uses|by (?:continuing|clicking|subscribing|signing up)\\b"
    "|(?:enter )?your e-?mail|download (?:our|the) app|follow us|join (?:us|our|now)\\b|support our journalism|become a member"
    "|this (?:article|story|content|text) (?:was|has been|is) (?:automatically|machine|generated|produced with|created (?:by|with)|written by ai)"
    "|engineered by|powered by|the (?:gpt|ai)\\b.{0,60}\\b(?:system|engine|tool)s?\\b|generated (?:by|with) (?:ai|gpt|chatgpt|automated)"
    "|(?:first|originally) published|have a (?:tip|story)\\?|skip to|click here|loading|advertisement",
    "подпи(?:сывайтесь|шитесь)|подпи(?:шись|саться) на (?:наш|канал|рассылку|новости)|(?:мы|наш сайт|этот сайт|сайт) использу(?:ем|ет) (?:файлы )?(?:cookie|куки)"
    "|(?:продолжая|оставаясь|используя) .{0,40}(?:сайт|cookie|соглаша)|при (?:использовании|цитировании|перепечатке|копировании)\\b.{0,40}(?:материал|ссылк)"
    "|(?:если вы )?(?:нашли|заметили|обнаружили) (?:ошибку|опечатку)|сообщи(?:те|ть) об ошибке|оставайтесь с нами"
    "|(?:скачайте|установите) .{0,20}приложение|(?:текст|статья|материал) (?:создан|написан|сгенерирован|подготовлен)\\w*"
    " (?:с помощью |при помощи )?(?:ии\\b|нейросет\\w+|искусственн\\w+)",
    "(?:сайт )?материалдар(?:ын|ды) (?:пайдалан|көшір)|қате тапса|біздің (?:telegram|телеграм|арна|парақша)|жаңалықтарға жазыл",
    "(?:сайттын )?материалдар(?:ын|ды) (?:колдон|көчүр)|ката тапса|биздин (?:telegram|телеграм|канал|баракча)",
    "saytdan olingan|xato topsangiz|(?:bizning )?(?:telegram|telegramdagi) kanal|kanalimizga|хато топсангиз|каналимизга",
    "(?:дар|ба) канали (?:мо|телеграм)|обуна шавед|хато(?:ро)? (?:ёфтед|дидед)|истифодаи мавод",
)
_HOME: Final = _any(
    "home|главная|басты бет|башкы бет|bosh sahifa|asosiy|бош саҳифа|сарсаҳифа|саҳифаи асосӣ"
)
_ENTRY: Final = _any(
    "home|menu|more|search|news|politics|economy|business|sports?|culture|opinion|video|photo|world|about|contacts?|login|log in"
    "|sign in|sign up|register|subscribe|share|print|tweet|next|previous|close|dismiss|spot_?img|reports|features|advertisement|loading",
    "главная|меню|поиск|новости|политика|экономика|бизнес|спорт|культура|мнения?|видео|фото|мир|общество|контакты|о нас"
    "|войти|вход|регистрация|подписаться|поделиться|реклама|ещё|еще|далее",
    "басты бет|жаңалықтар|саясат|экономика|қоғам|мәдениет|байланыс|іздеу|кіру",
    "башкы бет|жаңылыктар|саясат|коом|маданият|байланыш|издөө|кирүү",
    "bosh sahifa|yangiliklar|siyosat|iqtisodiyot|jamiyat|madaniyat|aloqa|qidiruv|kirish|бош саҳифа|янгиликлар|сиёсат|иқтисодиёт|жамият",
    "сарсаҳифа|хабарҳо|сиёсат|иқтисод|ҷомеа|фарҳанг|тамос|ҷустуҷӯ",
)
_INLINE: Final = re.compile(rf"(?:{_ALSO})\s?[:：]")
_HEADED: Final = rf"\W*(?:{_AFTER}|{_ALSO})\W*(?:\w+\W*)?\Z"
_TAGGED: Final = re.compile(rf"\W*(?:{_TAGS})")
_BOXED: Final = re.compile(rf"\W*(?:{_BOX})")
_CRUMBS: Final = re.compile(rf"(?:{_HOME})\s*[»>/›→|•]")
_GLUED: Final = re.compile(r"(?:Home|Главная|Басты бет|Башкы бет|Bosh sahifa)[A-ZА-ЯЁ]")
_MENU_ENTRY: Final = re.compile(rf"\W*(?:{_ENTRY})\W*\Z")
_BYLINED: Final = re.compile(
    r"\W*(?:by|автор|авторы|текст|авторы?:|муаллиф|muallif|авторлор)\b[:\s]"
)
_SEPARATED: Final = re.compile(r"\s[|•·»›]\s")
_ENDS: Final = re.compile(r"[.!?…][\"'»”’)\]]*\s*\Z")
_SENTENCE: Final = re.compile(r"[.!?…][\"'»”’)]*(?:\s|\Z)")
_LINK: Final = re.compile(r"\s*(?:[^\s.!?…]+(?:[.!?…](?=\S)[^\s.!?…]*)*\s+){0,11}\S*")
"""A headline that is linked to: up to a sentence's end, at most a dozen words."""
_LETTER: Final = re.compile(r"[^\W_]")


class _Line(NamedTuple):
    """What one line of a text is by itself.

    ``opens`` marks a heading of what is not the article, ``tells`` what is no furniture.
    """

    said: str
    words: int
    ends: bool
    opens: bool
    tells: bool


def furniture(text: str, start: int, title: str) -> list[Span]:
    """Find what around an article, from ``start`` on in its text, tells nothing, in order."""
    spans = [*_spans(text, start)]
    if not spans:
        return []
    lines = [_line(text[begins:ends]) for begins, ends in spans]
    whole = sum(line.words for line in lines)
    first = next((at for at, line in enumerate(lines) if line.ends), len(lines))
    menu = _menu(lines[:first])
    head = _letters(title)
    found: list[Span] = []
    read, after = 0, ""
    for at, (line, span) in enumerate(zip(lines, spans, strict=True)):
        if line.opens:
            after = "page" if 2 * read >= whole else "links"
        elif after and (_is_paragraph(line) if after == "page" else line.ends):
            after = ""
        if line.opens or after or at in menu or not line.tells or _repeats(line, head):
            found.append(span)
        else:
            read += line.words
            found += _inline(line.said, span[0])
    return found


def _spans(text: str, start: int) -> Iterator[Span]:
    for said in text[start:].split("\n"):
        end = start + len(said)
        if said:
            yield start, end
        start = end + 1


@cache
def _heading() -> re.Pattern[str]:
    return re.compile(_HEADED)


@lru_cache(maxsize=4096)
def _line(said: str) -> _Line:
    """Look at a line; what an outlet repeats is looked at once."""
    words = said.count(" ") + 1
    ends = _ENDS.search(said[-_TAIL:]) is not None
    if words > _LONG_LINE:
        return _Line(said, words, ends, opens=False, tells=True)
    folded = _folded(said).strip()
    headed = words <= _HEADING and not ends and _heading().match(folded) is not None
    opens = headed or _TAGGED.match(folded) is not None
    return _Line(said, words, ends, opens, tells=not _is_furniture(said, folded, words, ends=ends))


def _folded(said: str) -> str:
    return fold_case(said).replace(APOSTROPHE, "'")


def _letters(said: str) -> str:
    return "".join(_LETTER.findall(said)).casefold()


def _is_paragraph(line: _Line) -> bool:
    return line.ends and line.words >= _PROSE and len(_SENTENCE.findall(line.said)) > 1


def _is_furniture(said: str, folded: str, words: int, *, ends: bool) -> bool:
    if _BOXED.match(folded) or _INLINE.match(folded) or _MENU_ENTRY.match(folded):
        return True
    if len(said) <= LONGEST_JUNK and is_junk(said):
        return True
    return not (ends and not _is_cut(said)) and (
        bool(_CRUMBS.match(folded) or _GLUED.match(said))
        or (words <= _BYLINE and _BYLINED.match(folded) is not None)
        or (words <= _CREDITED and len(_SEPARATED.findall(said)) > 1)
    )


def _is_cut(said: str) -> bool:
    return "…" in said or "..." in said


def _repeats(line: _Line, head: str) -> bool:
    """Tell the headline said once more: cut short or with its rubric before it, unless it ends."""
    if not head or line.words > _LONG_LINE or len(line.said) > len(head) * 2 + LONGEST_JUNK:
        return False
    said = _letters(line.said)
    if said == head:
        return True
    return (
        (not line.ends or _is_cut(line.said))
        and len(head) >= _REPEATED
        and head[:_REPEATED] in said
        and len(said) < len(head) + 2 * _REPEATED
    )


def _menu(lines: list[_Line]) -> set[int]:
    """Find the entries of a menu among the lines before the first sentence."""
    found: set[int] = set()
    run: list[int] = []
    for at, line in enumerate([*lines, None]):
        if line is not None and line.words < _FEW_WORDS:
            run.append(at)
            continue
        if len(run) >= _MENU:
            found.update(run)
        run = []
    return found


def _inline(said: str, start: int) -> Iterator[Span]:
    """Find "Read also: …" inside a paragraph, up to where the sentence ends."""
    if ":" not in said:
        return
    folded = _folded(said)
    if len(folded) != len(said):
        return
    for also in _INLINE.finditer(folded):
        before = folded[: also.start()].rstrip()
        if before and before[-1] not in '.!?…»”"':
            continue
        link = _LINK.match(said, also.end())
        assert link is not None  # noqa: S101 - it may be empty
        yield start + also.start(), start + link.end()
