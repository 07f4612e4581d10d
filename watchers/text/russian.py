"""Russian dictionary forms: every lemma of a word, and the noun behind a relational adjective."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

_PLAIN = ("", "ь", "а", "я", "о", "е", "ы", "и", "й", "ие", "ия")
_PLACE = (*_PLAIN, "ика", "ва")
_ADJECTIVES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ический", ("ика", "ия")),
    ("ический", ("",)),
    ("овский", _PLACE), ("евский", _PLACE), ("инский", _PLACE), ("ейский", ("ия", "ья")),
    ("льский", ("л",)), ("ский", _PLACE), ("цкий", ("к", "ц", "т", *_PLACE)), ("ской", _PLACE),
    ("овый", _PLAIN), ("евый", _PLAIN), ("овой", _PLAIN), ("евой", _PLAIN),
    ("яной", _PLAIN), ("аный", _PLAIN), ("янный", _PLAIN), ("енный", _PLAIN),
    ("ионный", ("ия",)), ("альный", ("", "а")), ("ный", _PLAIN), ("ной", _PLAIN), ("ой", ("о",)),
)  # fmt: skip
"""Endings of relational adjectives, each with the endings of the nouns they are made of."""

_HARD = {"ж": "г", "ч": "кц", "ш": "х"}
_FLEETING = ("ок", "ек", "ен", "ец")
_IRREGULAR = {
    "судебный": "суд", "военный": "война", "земельный": "земля", "денежный": "деньги",
    "пограничный": "граница", "таможенный": "таможня", "выборный": "выборы",
    "электрический": "электричество", "человеческий": "человек", "детский": "ребенок",
    "морской": "море", "воздушный": "воздух", "горный": "гора",
    "медный": "медь", "лесной": "лес", "соляной": "соль", "водный": "вода", "рисовый": "рис",
    "банковский": "банк", "портовый": "порт", "учебный": "учеба", "страховой": "страхование",
    "мировой": "мир", "половой": "пол", "полевой": "поле", "сетевой": "сеть", "судейский": "судья",
    "ценовой": "цена", "спортивный": "спорт", "солнечный": "солнце", "ледовый": "лед",
    "льняной": "лен", "ядерный": "ядро", "студенческий": "студент", "ученический": "ученик",
    "телевизионный": "телевидение", "ветровой": "ветер", "центральный": "центр",
    "террористический": "терроризм", "туристический": "туризм", "экстремистский": "экстремизм",
    "железнодорожный": "железнодорожный", "полицейский": "полицейский", "суточный": "сутки",
    "овечий": "овца", "речной": "река", "ручной": "рука", "ночной": "ночь", "дневной": "день",
    "зимний": "зима", "летний": "лето", "весенний": "весна", "осенний": "осень", "овощной": "овощ",
    "пчелиный": "пчела", "лошадиный": "лошадь", "кожаный": "кожа", "ртутный": "ртуть",
    "конституционный": "конституция", "турецкий": "турок", "налоговый": "налог",
    "министерский": "министр", "шахматный": "шахматы", "каспийский": "каспий",
    "железный": "железо", "дачный": "дача", "чайный": "чай", "санитарный": "санитария",
    "кредитный": "кредит", "снежный": "снег", "хлебный": "хлеб", "южный": "юг",
    "серебряный": "серебро", "земной": "земля", "торговый": "торговля", "тюремный": "тюрьма",
    "промышленный": "промышленность", "религиозный": "религия", "каменный": "камень",
    "угольный": "уголь", "птичий": "птица", "гражданский": "гражданин", "газовый": "газ",
    "экзаменационный": "экзамен", "ливневый": "ливень", "столичный": "столица",
    "литиевый": "литий", "зерновой": "зерно", "казначейский": "казначейство",
    "авиационный": "авиация", "коммунальный": "коммуна", "муниципальный": "муниципалитет",
    "свекольный": "свекла", "коровий": "корова", "верблюжий": "верблюд", "олимпийский": "олимпиада",
    "базовый": "база", "боевой": "бой", "бортовой": "борт", "бытовой": "быт", "грудной": "грудь",
    "вертикальный": "вертикаль", "заводской": "завод", "инженерный": "инженер", "кодовый": "код",
    "капитальный": "капитал", "конечный": "конец", "культовый": "культ", "медовый": "мед",
    "метровый": "метр", "мирный": "мир", "модульный": "модуль", "национальный": "нация",
    "опорный": "опора", "парный": "пара", "пиковый": "пик", "пластиковый": "пластик",
    "платный": "плата", "подпольный": "подполье", "премьерный": "премьера", "пулевой": "пуля",
    "пятничный": "пятница", "сенной": "сено", "серный": "сера", "силовой": "сила",
    "сольный": "соло", "счетный": "счет", "телефонный": "телефон", "теневой": "тень",
    "тестовый": "тест", "топовый": "топ", "финальный": "финал", "часовой": "час",
    "аналоговый": "аналог", "арабский": "араб", "русский": "русь", "рисковый": "риск",
    "доменный": "домен", "материнский": "мать", "медальный": "медаль",
    "ленинский": "ленин", "кубинский": "куба", "польский": "польша", "швейцарский": "швейцария", "майский": "май", "венский": "вена",
    "казанский": "казань", "чеченский": "чечня", "самарский": "самара",
}  # fmt: skip
"""Where the rules err, the noun itself; and adjectives that became nouns."""

_NO_NOUN = frozenset(
    "сельский главный крупный полный точный странный местный частный годный красный верный важный сильный"
    " нужный срочный честный личный равный родной родный вредный смертный бедный ценный полезный трудный"
    " славный свободный основной данный различный отдельный разный скорый единый тайный обычный"
    " ранний поздний прочный прочий ровный видный удачный мощный бывший ясный должный темный"
    " бурный вечный дельный дурной жадный зрелый известный иной иностранный коренной крутой"
    " ложный нежный низовой острый отличный очный плавный плотный почетный праздный прежний"
    " привычный приличный пробный пустой редкий рядовой сложный ударный умный уличный холодный"
    " цельный черный чинный чудный шумный языковой яростный типичный тихий тесный спорный"
    " сонный скромный скудный сводный роковой ревностный резной больной большой другой молодой"
    " живой сухой чужой простой святой глухой немой прямой злой дорогой дальный средний"
    " столовый наличный заочный обильный сборный сходный складной отраженный действенный"
    " временный своевременный общественный существенный естественный нравственный непосредственный"
    " ответственный единственный качественный количественный множественный искусственный"
    " собственный отечественный посредственный решительный"
    # names, nouns themselves, or of other nouns than they look like
    " животный грозный готовый ключевой летальный летный смольный стильный универсальный частичный"
    " яровой заметный особенный личной максимальный таковой беременный покойный реальный"
    " официальный постоянный причастный популярный подобный пленный лазурный сотовый правильный"
    " примерный печальный достаточный вероятный невероятный жуковский березовский невский ростовой"
    " корсаковский вязальный парной пенный тонный".split()
)
"""Adjectives of quality that only look as if a noun were in them: крупный is not of крупа."""

_MIN_BASE = 2
_SHORTEST = 2
_TRUSTED = 0.02
_TRUSTED_SHORT = 0.3


@lru_cache(maxsize=4096)
def lemmas(word: str) -> tuple[str, ...]:
    """Give all dictionary forms of a word, likely ones first, ё folded.

    Of one or two letters it is only itself: the dictionary takes «ок» for an abbreviation of
    «около», «см» of «сантиметр».
    """
    if len(word) <= _SHORTEST:
        return (word,)
    found: dict[str, None] = {}
    parses = _parses(word)
    for parse in parses:
        rare = parse.tag.POS == "ADJS" and parse.score < _TRUSTED_SHORT
        if (parse.is_known or parse.score >= _TRUSTED) and not rare:
            found.setdefault(parse.normal_form.replace("ё", "е"))
    if not is_known(word):
        found.setdefault(word)
    return tuple(found)


@lru_cache(maxsize=4096)
def is_known(word: str) -> bool:
    """Tell whether the dictionary has the word in any form."""
    return bool(_morph().word_is_known(word))


_PROPER = frozenset({"Geox", "Surn", "Name", "Patr", "Orgn", "Abbr", "Init"})
_NAMES = frozenset({"Name", "Surn", "Patr", "Init"})
_TOO_COMMON = frozenset({"быть"})
"""A former minister (бывший) is nothing that was."""


@lru_cache(maxsize=4096)
def asked_lemmas(word: str, *, capital: bool = False) -> tuple[str, ...]:
    """Give the dictionary forms that a word of a query stands for, its own first if it is one.

    A word that is a dictionary form stands for itself, and for another word only where that
    reading is the likelier one (погиб: of погибнуть, not the doom; банка: of a bank, not a jar)
    or the same word in another part of speech (убитый, опасно). A name with its capital is
    nothing else: Лавров is no form of лавр.
    """
    found = lemmas(word)
    if word not in found:
        return (word, *found)
    own = [parse for parse in _parses(word) if _lemma(parse) == word]
    if capital and not all(_PROPER.isdisjoint(parse.tag.grammemes) for parse in own):
        return (word,)
    more = (
        lemma
        for lemma in found
        if lemma not in (word, *_TOO_COMMON) and _outweighs(word, lemma, own)
    )
    return (word, *more)


def _lemma(parse: Any) -> str:
    return str(parse.normal_form).replace("ё", "е")


def _outweighs(word: str, lemma: str, own: list[Any]) -> bool:
    """Tell whether a word is meant as a form of ``lemma`` at least as often as as itself."""
    others = [
        parse
        for parse in _parses(word)
        if _lemma(parse) == lemma and _PROPER.isdisjoint(parse.tag.grammemes)
    ]
    parts = {str(parse.tag.POS) for parse in own}
    kinds = {str(parse.tag.POS) for parse in others}
    if not kinds.isdisjoint(_SHORT) and parts.isdisjoint({"NOUN", "ADJF"}):
        return True
    # In small letters a word is no first name, but may well be a place or a surname.
    weight = sum(parse.score for parse in own if "Name" not in parse.tag.grammemes)
    lead = sum(parse.score for parse in others) - weight
    named = any(not {"Geox", "Surn"}.isdisjoint(parse.tag.grammemes) for parse in own)
    if lead > (_SURELY if named else _TIE):
        return True
    related = "ADJF" in kinds or ("PRTF" in kinds and "ADJF" in parts and "NOUN" not in parts)
    present = any({"pres", "actv"} <= parse.tag.grammemes for parse in others)
    return lead > -_TIE and related and not present


_SHORT = frozenset({"ADJS", "PRTS"})
_TIE, _SURELY = 0.01, 0.5


@lru_cache(maxsize=4096)
def nominative(word: str) -> str:
    """Give a noun or an adjective as a title has it, in its number: выборах → выборы.

    What may be a nominative already stays as it is, and so does what the dictionary has not.
    """
    if not is_known(word):
        return word
    first = _parses(word)[0]
    if str(first.tag.POS) not in ("NOUN", "ADJF") or any(
        {"nomn"} <= parse.tag.grammemes or str(parse.tag.POS) not in ("NOUN", "ADJF")
        for parse in _parses(word)
    ):
        return word
    told = first.inflect({"nomn"})
    return str(told.word) if told else word


@lru_cache(maxsize=4096)
def other_words(form: str, name: str) -> frozenset[str]:
    """Give the common words of which a form of a name is a form, too: Газе is of газ.

    A word whose plural the name is (Эмираты, Челны) is no other one.
    """
    singulars = {
        parse.normal_form for parse in _parses(name) if {"NOUN", "nomn"} <= parse.tag.grammemes
    }
    return frozenset(
        lemma
        for parse in _parses(form)
        if parse.is_known
        and _PROPER.isdisjoint(parse.tag.grammemes)
        and parse.tag.POS in ("NOUN", "VERB", "INFN", "ADVB")
        and (lemma := parse.normal_form.replace("ё", "е")) not in (form, name)
        and parse.normal_form not in singulars
    )


@lru_cache(maxsize=4096)
def does(name: str, deed: str) -> bool:
    """Tell whether the word after a name's nominative is a deed of it.

    «Куба осталась», «Волков перешёл»; in «газа не хватает» and «волков отстреляют» other words
    stand in other cases.
    """
    genders = _GENDERS - _genders(name)
    return not is_lacking(deed) and any(
        parse.tag.POS in _DEEDS
        and "sing" in parse.tag.grammemes
        and (genders == _GENDERS or genders.isdisjoint(parse.tag.grammemes))
        for parse in _parses(deed)
    )


def _genders(name: str) -> frozenset[str]:
    """Give the genders of a name as the dictionary has it; of a surname's bearer, masculine."""
    tags = [
        parse.tag.grammemes
        for parse in _parses(name)
        if not {"Geox", "Surn"}.isdisjoint(parse.tag.grammemes)
    ]
    return _GENDERS.intersection(*tags) if tags else frozenset()


def is_lacking(word: str) -> bool:
    """Tell whether a word says that there is none of what stands before it: газа не хватает."""
    return word in _LACKING


_LACKING = frozenset("не нет нету станет хватает хватит хватило больше меньше много мало".split())
_DEEDS = frozenset({"VERB", "PRTS"})
_GENDERS = frozenset({"masc", "femn", "neut"})


@lru_cache(maxsize=4096)
def is_joint(word: str) -> bool:
    """Tell a word that only joins others: a preposition, a conjunction, a particle."""
    return any(parse.is_known and parse.tag.POS in _JOINTS for parse in _parses(word))


_JOINTS = frozenset({"PREP", "CONJ", "PRCL"})


@lru_cache(maxsize=4096)
def is_written_as_a_name(word: str) -> bool:
    """Tell whether the dictionary has a place or a person's name that is written so."""
    return any(
        parse.is_known
        and {"nomn", "sing"} <= parse.tag.grammemes
        and not _WRITTEN_LARGE.isdisjoint(parse.tag.grammemes)
        for parse in _parses(word)
    )


_WRITTEN_LARGE = frozenset({"Geox", "Surn", "Name"})


@lru_cache(maxsize=4096)
def are_one_person(first: str, second: str) -> bool:
    """Tell whether two words with capitals are a person's names: Лука Модрич."""
    names = [parse.tag.grammemes for parse in _parses(first)]
    if not any("Name" in tag and "nomn" in tag for tag in names):
        return False
    return not is_known(second) or any(
        not {"Surn", "Patr"}.isdisjoint(parse.tag.grammemes) for parse in _parses(second)
    )


@lru_cache(maxsize=4096)
def is_only_surname(word: str) -> bool:
    """Tell a surname that is another word's case and nothing else: Волков, "of the wolves"."""
    parses = [parse for parse in _parses(word) if parse.is_known]
    surname = any({"Surn", "nomn"} <= parse.tag.grammemes for parse in parses)
    common = [parse.normal_form for parse in parses if _PROPER.isdisjoint(parse.tag.grammemes)]
    return surname and bool(common) and word not in common


@lru_cache(maxsize=4096)
def surnames(form: str) -> tuple[str, ...]:
    """Give the surnames of which a word is a case: Путина is of Путин."""
    return tuple(
        dict.fromkeys(
            parse.normal_form.replace("ё", "е")
            for parse in _parses(form)
            if parse.is_known and "Surn" in parse.tag.grammemes and parse.normal_form != form
        )
    )


@lru_cache(maxsize=4096)
def is_common_noun(word: str) -> bool:
    """Tell whether a word is a common noun as the dictionary writes it."""
    return _is_noun(word, place=False)


@lru_cache(maxsize=4096)
def relational_bases(lemma: str) -> tuple[str, ...]:
    """Give the nouns an adjective is made of: газовый → газ, ошский → ош, нефтяной → нефть."""
    if not lemma.endswith(("ый", "ий", "ой")) or lemma in _NO_NOUN:
        return ()
    if lemma in _IRREGULAR:
        return (_IRREGULAR[lemma],)
    found = tuple(dict.fromkeys(_derived(lemma)))
    if lemma.endswith("ский") and _is_noun(town := lemma.removesuffix("ий"), place=True):
        # томский is of Томск, and of no tome; уральский of Урал, too
        return (town, *(base for base in found if _is_place(base)))
    if lemma.endswith(_NAMED) and (nearest := _nearest(lemma.removesuffix("ский"), found)):
        return nearest
    if not found and lemma.endswith(("ский", "цкий", "ской")):
        return (lemma[:-4],)  # a place that the dictionary does not know
    return found


def _derived(lemma: str) -> Iterator[str]:
    """Give the nouns that with one of the endings are the adjective, sure ones first."""
    known = False
    for suffix, endings in _ADJECTIVES:
        root = lemma.removesuffix(suffix)
        if root == lemma or len(root) < _MIN_BASE or (known and suffix in _LAST):
            continue
        place = suffix.endswith(("кий", "ской"))
        for base in _bases(root, suffix, endings):
            if _is_noun(base, place=place) and not _is_deed(base, root):
                known = True
                yield base
                if suffix == "ический":
                    break  # физика, not also физия


_LAST = ("ический", "ный", "ской")
"""Endings that are not looked at where a noun is known."""

_NAMED = ("инский", "овский", "евский")


def _is_deed(noun: str, root: str) -> bool:
    """Tell a deed from what it was done to: населенный пункт is no population."""
    return noun.endswith(("ание", "ение")) and root.endswith(("ан", "ен"))


def _nearest(whole: str, found: Iterable[str]) -> tuple[str, ...]:
    """Give the nouns that have all of a name: ростовский is of Ростов, and not of рост."""
    nearest = [base for base in found if base.startswith(whole)]
    parses = [parse for parse in _parses(whole) if parse.is_known]
    if parses and all("Surn" in parse.tag.grammemes for parse in parses):
        nearest.append(whole)
    return tuple(nearest and [*nearest, *(base for base in found if base == whole[:-2] + "ия")])


def _bases(root: str, suffix: str, endings: tuple[str, ...]) -> Iterator[str]:
    """Give what the noun may be, with the letters back that the adjective's ending changed."""
    for ending in endings:
        yield root + ending
    if suffix in ("ный", "ной"):
        for hard in _HARD.get(root[-1], ""):
            # дорожный → дорога, рыночный → рынок
            yield from (root[:-1] + hard + ending for ending in endings)
        if root[-1] == "ь":
            yield from (root[:-1] + ending for ending in endings)  # школьный → школа
        if root.endswith("ий"):
            yield root[:-1] + "я"  # партийный → партия
        if root.endswith("ей"):
            yield root[:-2] + "ья"  # семейный → семья
    elif suffix == "овый" and root[-1] in "кцн":
        yield from (root[:-1] + end for end in _FLEETING if end[-1] == root[-1])  # хлопок


@lru_cache(maxsize=512)
def _is_noun(word: str, *, place: bool) -> bool:
    """Tell a noun in its dictionary form; first names never, places only where they may be."""
    return is_known(word) and any(
        parse.is_known
        and parse.tag.POS == "NOUN"
        and parse.normal_form.replace("ё", "е") == word
        and _NAMES.isdisjoint(parse.tag.grammemes)
        and not {"Abbr", "Fixd"} <= parse.tag.grammemes
        and (place or "Geox" not in parse.tag.grammemes)
        for parse in _parses(word)
    )


def _is_place(word: str) -> bool:
    return any("Geox" in parse.tag.grammemes for parse in _parses(word))


@lru_cache(maxsize=512)
def _parses(word: str) -> Any:
    """Parse a word once for all who ask about it."""
    return _morph().parse(word)


@lru_cache(maxsize=1)
def _morph() -> Any:
    from pymorphy3 import MorphAnalyzer  # noqa: PLC0415 - 40 MB, loaded by the first Russian word

    return MorphAnalyzer(lang="ru")


class WordGrammar(NamedTuple):
    """The likeliest reading of a word form, in the marks of OpenCorpora.

    ``ambiguous`` says that the same form is both the nominative and another case.
    """

    part: str
    case: str
    tense: str
    ambiguous: bool


@lru_cache(maxsize=6144)
def grammar_of(word: str) -> WordGrammar:
    """Read a word's part of speech, case and tense, as likely as the dictionary knows them."""
    parses = _parses(word)
    first = parses[0].tag
    if first.POS == "ADJS":  # «закрыт» in a headline is a deed
        first = next((parse.tag for parse in parses if parse.tag.POS == "PRTS"), first)
    part = str(first.POS or "")
    cases = {str(parse.tag.case) for parse in parses if str(parse.tag.POS or "") == part}
    return WordGrammar(
        part,
        str(first.case or ""),
        str(first.tense or ""),
        "nomn" in cases and len(cases & {"nomn", "accs", "gent"}) > 1,
    )
