"""Made-up article pages, shaped as the region's outlets have them, with the text each tells."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

TEXTS = {
    "ru": (
        "Через реку открыли новый мост длиной четыреста метров, движение по нему началось утром.",
        "Строили его три года; прежний, деревянный, снесло паводком, и до рынка ездили в объезд.",
        "По словам дорожников, нагрузка рассчитана на тяжёлые грузовики, а пешеходам отвели полосу.",
        "Жители соседних сёл говорят, что дорога до школы стала короче на сорок минут.",
        "Второй мост, ниже по течению, обещают сдать весной, если позволит уровень воды.",
    ),
    "kk": (
        "Өзен арқылы ұзындығы төрт жүз метр болатын жаңа көпір ашылды, қозғалыс таңертең басталды.",
        "Оны үш жыл салды; бұрынғы ағаш көпірді тасқын шайып кетіп, базарға айналып баратын.",
        "Жолшылардың айтуынша, көпір ауыр жүк көліктеріне есептелген, жаяуларға бөлек жолақ бар.",
        "Көрші ауылдардың тұрғындары мектепке дейінгі жол қырық минутқа қысқарды дейді.",
        "Төменгі ағыстағы екінші көпірді су деңгейі мүмкіндік берсе, көктемде тапсырмақ.",
    ),
    "uz": (
        "Daryo ustida uzunligi toʻrt yuz metrlik yangi koʻprik ochildi, harakat ertalab boshlandi.",
        "Uni uch yil qurishdi; avvalgi yogʻoch koʻprikni sel yuvib ketgan, bozorga aylanib borilardi.",
        "Yoʻlsozlarning aytishicha, u ogʻir yuk mashinalariga moʻljallangan, piyodalarga yoʻlak bor.",
        "Qoʻshni qishloqlar aholisi maktabgacha boʻlgan yoʻl qirq daqiqaga qisqarganini aytmoqda.",
        "Quyi oqimdagi ikkinchi koʻprik suv sathi imkon bersa, bahorda topshiriladi.",
    ),
    "tg": (
        "Аз болои дарё пули нави чорсадметра кушода шуд, ҳаракат дар он субҳ оғоз ёфт.",
        "Онро се сол сохтанд; пули чӯбини пешинаро сел бурда буд ва ба бозор давр зада мерафтанд.",
        "Ба гуфтаи роҳсозон, он ба мошинҳои вазнин тоб меорад ва барои пиёдагардон роҳ дорад.",
        "Сокинони деҳаҳои ҳамсоя мегӯянд, ки роҳ то мактаб чил дақиқа кӯтоҳ шуд.",
        "Пули дуюмро, агар сатҳи об имкон диҳад, дар баҳор месупоранд.",
    ),
    "en": (
        "A new bridge four hundred metres long was opened over the river; traffic began at dawn.",
        "It took three years to build; the old wooden one was washed away and people drove around.",
        "Road builders say it bears heavy lorries, and those on foot have a lane of their own.",
        "People of the villages nearby say that the way to school is shorter by forty minutes.",
        "A second bridge down the river is promised for spring, if the water allows it.",
    ),
}
NAV = "".join(
    f'<li><a href="/{n}">{name}</a></li>'
    for n, name in enumerate(
        "Главная Политика Экономика Общество Спорт Культура Видео Фото".split()
    )
)
TEASERS = "".join(
    f'<div class="card"><a href="/n/{n}">Цены на муку выросли в {n} областях страны</a></div>'
    for n in range(12)
)
COMMENTS = "".join(
    f'<div class="comment"><b>Гость {n}</b><p>Наконец-то, сколько можно было ждать этого!</p></div>'
    for n in range(6)
)
ADVERT = (
    '<div class="adsbygoogle banner"><p>Кредит наличными за пять минут, звоните сейчас</p></div>'
)


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """A page as it is served, and the text that a person would read on it."""

    name: str
    body: bytes
    paragraphs: tuple[str, ...]
    content_type: str = "text/html; charset=utf-8"


def shell(inner: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>Мост открыт</title>{head}</head><body>'
        f'<header><div class="logo">Вестник степи</div><nav><ul>{NAV}</ul></nav></header>{inner}'
        f'<aside class="sidebar"><h3>Читайте также</h3>{TEASERS}</aside>'
        "<footer><p>© Вестник степи. При перепечатке ссылка обязательна. Свидетельство о регистрации.</p>"
        "</footer><script>var a=1;</script></body></html>"
    )


def paragraphs(texts: tuple[str, ...], tag: str = "p") -> str:
    return "".join(f"<{tag}>{text}</{tag}>" for text in texts)


def semantic(texts: tuple[str, ...]) -> str:
    return shell(f"<main><article><h1>Мост открыт</h1>{paragraphs(texts)}</article></main>")


def divs(texts: tuple[str, ...]) -> str:
    inner = f'<div class="content"><h1>Мост открыт</h1><div class="article-body">{paragraphs(texts)}</div>'
    return shell(f"{inner}{ADVERT}</div>")


def related_within(texts: tuple[str, ...]) -> str:
    box = (
        '<div class="related"><p><a href="/n/3">Читайте также: цены на муку выросли</a></p></div>'
    )
    inner = paragraphs(texts[:2]) + box + ADVERT + paragraphs(texts[2:])
    return shell(
        f'<article class="post"><h1>Мост</h1><div class="entry-content">{inner}</div></article>'
    )


def commented(texts: tuple[str, ...]) -> str:
    inner = f'<article><h1>Мост</h1><div class="text">{paragraphs(texts)}</div></article>'
    return shell(f'{inner}<section id="comments" class="comments">{COMMENTS}</section>')


def breaks(texts: tuple[str, ...]) -> str:
    return shell(f'<div id="article_text" class="article__text">{"<br><br>".join(texts)}</div>')


def amp(texts: tuple[str, ...]) -> str:
    inner = paragraphs(texts)
    return shell(f'<article class="amp-wp-article"><div class="amp-wp-article-content">{inner}</div></article>',
                 '<script async src="https://cdn.ampproject.org/v0.js"></script>')  # fmt: skip


def live_blog(texts: tuple[str, ...]) -> str:
    posts = "".join(
        f'<div class="live-post"><time>1{n}:00</time><p>{text}</p></div>'
        for n, text in enumerate(texts)
    )
    return shell(
        f'<article><h1>Хроника</h1><div class="article-body live">{posts}</div></article>'
    )


SHAPES = {
    "semantic": semantic,
    "divs": divs,
    "related within": related_within,
    "commented": commented,
    "breaks": breaks,
    "amp": amp,
    "live blog": live_blog,
}


def pages() -> Iterator[ArticlePage]:
    """Give all 30: seven shapes in four languages, and two in Cyrillic's older encodings."""
    for language in ("ru", "kk", "uz", "tg"):
        for name, shape in SHAPES.items():
            body = shape(TEXTS[language]).encode()
            yield ArticlePage(f"{name} in {language}", body, TEXTS[language])
    old = semantic(TEXTS["ru"]).replace('<meta charset="utf-8">', '<meta charset="windows-1251">')
    yield ArticlePage("windows-1251", old.encode("cp1251", "replace"), TEXTS["ru"], "text/html")
    koi = divs(TEXTS["ru"]).replace('<meta charset="utf-8">', "").encode("koi8-r", "replace")
    yield ArticlePage("koi8-r", koi, TEXTS["ru"], "text/html; charset=koi8-r")


LINK = '<a href="/news/{n}">Цены на муку выросли в областях страны</a>'
WORDS = "Мост открыли утром, движение началось сразу же. "

HOSTILE: Mapping[str, Callable[[], str]] = {
    "ten megabytes of words": lambda: "<html><body><p>" + "слово " * 900_000,
    "deep": lambda: "<html><body>" + "<div>" * 19_000 + "x" * 9000,
    "deep, just below the measure": lambda: (
        "<html><body>" + "<div>" * 5_900 + WORDS * 50 + "</div>" * 5_900
    ),
    "spans in spans, closed": lambda: (
        "<html><body>" + "<p>" + "<span>" * 5_000 + WORDS * 50 + "</span>" * 5_000
    ),
    "no closing tags": lambda: "<html><body>" + "<p>word one<b>" * 9_000,
    "no closing tags, just below the measure": lambda: "<html><body>" + "<p>word<b>" * 2_990,
    "comments without end": lambda: "<html><body>" + "<!-- " * 300_000,
    "scripts without end": lambda: "<html><body>" + "<script " * 200_000,
    "entities": lambda: "<html><body><p>" + "&amp;" * 300_000,
    "links": lambda: (
        "<html><body><article>" + "".join(f"<p>{LINK.format(n=n)}</p>" for n in range(6_500))
    ),
    "links in one paragraph": lambda: (
        "<html><body><article><p>" + "".join(LINK.format(n=n) for n in range(6_500))
    ),
    "links in a list": lambda: (
        "<html><body><article><ul>" + "".join(f"<li>{LINK.format(n=n)}</li>" for n in range(6_500))
    ),
    "a table": lambda: (
        "<html><body><article><table>" + ("<tr>" + "<td>слово</td>" * 20 + "</tr>") * 900
    ),
    "tables in tables": lambda: (
        "<html><body>" + "<table><tr><td>" * 1_900 + WORDS * 50 + "</td></tr></table>" * 1_900
    ),
    "lists in lists": lambda: "<html><body>" + "<ul><li>слово" * 2_900 + "</li></ul>" * 2_900,
    "paragraphs": lambda: "<html><body><article>" + f"<p>{WORDS}</p>" * 11_000,
    "paragraphs with much in bold": lambda: (
        "<html><body><article>" + "<p>Мост <b>открыли</b> <i>утром</i></p>" * 6_500
    ),
    "breaks": lambda: "<html><body><article><div>" + f"{WORDS}<br>" * 11_000,
    "articles": lambda: "<html><body>" + f"<article><p>{WORDS}</p></article>" * 6_500,
    "pictures": lambda: "<html><body><article>" + '<p><img src="/a.jpg" alt="мост"></p>' * 13_000,
    "attributes": lambda: (
        "<html><body><article><p "
        + " ".join(f'a{n}="b"' for n in range(40_000))
        + f">{WORDS * 20}"
    ),
    "one attribute without end": lambda: f'<html><body><p title="{"a" * 590_000}">{WORDS * 20}',
    "spaces": lambda: "<html><body><article><p>" + " " * 580_000 + WORDS * 20,
    "line feeds": lambda: "<html><body><article><p>" + "\n" * 580_000 + WORDS * 20,
    "words that look like dates": lambda: (
        "<html><body><article>" + "<p>29.11.2026 12:00 | 5 мин | Автор:</p>" * 8_000
    ),
    "quotes": lambda: "<html><body><article>" + f"<blockquote><p>{WORDS}</p></blockquote>" * 5_000,
    "code": lambda: "<html><body><article>" + "<pre><code>a(b){c}</code></pre>" * 6_500,
}
"""Pages made to be slow or large."""
