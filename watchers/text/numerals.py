"""The number words of each language, and what makes them other than numbers: tables."""

import re
from dataclasses import dataclass

from watchers.text.normal import fold_case


@dataclass(frozen=True, slots=True)
class Cardinals:
    """One language's number words, in normal form.

    After a word of ``open`` a smaller number may follow; ``tens`` is the smallest that takes
    units: Turkic ten makes "ten five", English and Russian have words for fifteen. ``doubtful``
    words are more often something else (Uzbek yetti, seven, also "reached"; Russian сорока,
    of forty, a magpie) and count only in a compound or before what is counted. ``hundred`` tells
    that the hundred multiplies, and says little alone ("several hundred", Kazakh жүз, a clan).
    """

    values: dict[str, int]
    open: frozenset[str]
    tens: int
    ordinal: re.Pattern[str]
    doubtful: frozenset[str] = frozenset()
    hundred: bool = True


def _cardinals(
    table: str, ordinal: str, *, doubtful: str = "", tens: int = 20, hundred: bool = True
) -> Cardinals:
    """Read "value forms…" lines; in Turkic only a line's first form, bare of endings, goes on."""
    lines = [fold_case(line).split() for line in table.strip().splitlines()]
    values = {form: int(value) for value, *forms in lines for form in forms}
    turkic = tens < 20  # noqa: PLR2004 - the English and Russian tens
    return Cardinals(
        values,
        frozenset(line[1] for line in lines) if turkic else frozenset(values),
        tens,
        re.compile(rf"[ \u00a0-](?:{ordinal})\b", re.IGNORECASE),
        frozenset(fold_case(doubtful).split()),
        hundred,
    )


_ENGLISH = """
1 one
2 two
3 three
4 four
5 five
6 six
7 seven
8 eight
9 nine
10 ten
11 eleven
12 twelve
13 thirteen
14 fourteen
15 fifteen
16 sixteen
17 seventeen
18 eighteen
19 nineteen
20 twenty
30 thirty
40 forty
50 fifty
60 sixty
70 seventy
80 eighty
90 ninety
100 hundred
"""
# «Семью» is far more often a family than the instrumental of seven.
_RUSSIAN = """
1 один одна одно одного одной одному одним одном одну
2 два две двух двум двумя двое двоих двоим двоими
3 три трех трем тремя трое троих троим троими
4 четыре четырех четырем четырьмя четверо четверых четверым четверыми
5 пять пяти пятью пятеро пятерых пятерым пятерыми
6 шесть шести шестью шестеро шестерых шестерым шестерыми
7 семь семи семеро семерых семерым семерыми
8 восемь восьми восемью восьмью восьмеро восьмерых восьмерым восьмерыми
9 девять девяти девятью девятеро девятерых девятерым девятерыми
10 десять десяти десятью десятеро десятерых десятерым десятерыми
11 одиннадцать одиннадцати одиннадцатью
12 двенадцать двенадцати двенадцатью
13 тринадцать тринадцати тринадцатью
14 четырнадцать четырнадцати четырнадцатью
15 пятнадцать пятнадцати пятнадцатью
16 шестнадцать шестнадцати шестнадцатью
17 семнадцать семнадцати семнадцатью
18 восемнадцать восемнадцати восемнадцатью
19 девятнадцать девятнадцати девятнадцатью
20 двадцать двадцати двадцатью
30 тридцать тридцати тридцатью
40 сорок сорока
50 пятьдесят пятидесяти пятьюдесятью
60 шестьдесят шестидесяти шестьюдесятью
70 семьдесят семидесяти семьюдесятью
80 восемьдесят восьмидесяти восемьюдесятью восьмьюдесятью
90 девяносто девяноста
100 сто ста
200 двести двухсот двумстам двумястами двухстах
300 триста трехсот тремстам тремястами трехстах
400 четыреста четырехсот четыремстам четырьмястами четырехстах
500 пятьсот пятисот пятистам пятьюстами пятистах
600 шестьсот шестисот шестистам шестьюстами шестистах
700 семьсот семисот семистам семьюстами семистах
800 восемьсот восьмисот восьмистам восемьюстами восьмистах
900 девятьсот девятисот девятистам девятьюстами девятистах
"""
_KAZAKH = """
1 бір
2 екі екіге екеу екеуі
3 үш үшке үшеу үшеуі
4 төрт төртке төртеу төртеуі
5 бес беске бесеу бесеуі
6 алты алтыға алтау алтауы
7 жеті жетіге жетеу жетеуі
8 сегіз сегізге
9 тоғыз тоғызға
10 он онға
20 жиырма жиырмаға
30 отыз отызға
40 қырық қырыққа
50 елу елуге
60 алпыс алпысқа
70 жетпіс жетпіске
80 сексен сексенге
90 тоқсан
100 жүз
"""
_KYRGYZ = """
1 бир
2 эки экиге экөө
3 үч үчкө үчөө
4 төрт төрткө төртөө
5 беш бешке бешөө
6 алты алтыга алтоо
7 жети жетиге жетөө
8 сегиз сегизге
9 тогуз тогузга
10 он онго
20 жыйырма жыйырмага
30 отуз отузга
40 кырк кыркка
50 элүү элүүгө
60 алтымыш алтымышка
70 жетимиш жетимишке
80 сексен сексенге
90 токсон токсонго
100 жүз
"""
_UZBEK_LATIN = """
1 bir
2 ikki ikkiga ikkita ikkitasi
3 uch uchga uchta uchtasi
4 to'rt to'rtga to'rtta to'rttasi
5 besh beshga beshta beshtasi
6 olti oltiga oltita oltitasi
7 yetti yettiga yettita yettitasi
8 sakkiz sakkizga sakkizta sakkiztasi
9 to'qqiz to'qqizga to'qqizta to'qqiztasi
10 o'n o'nga o'nta o'ntasi
20 yigirma yigirmaga yigirmata
30 o'ttiz o'ttizga o'ttizta
40 qirq qirqqa qirqta
50 ellik ellikka ellikta
60 oltmish oltmishga oltmishta
70 yetmish yetmishga yetmishta
80 sakson saksonga saksonta
90 to'qson to'qsonga to'qsonta
100 yuz
"""
_UZBEK_CYRILLIC = """
1 бир
2 икки иккига иккита иккитаси
3 уч учга учта учтаси
4 тўрт тўртга тўртта тўрттаси
5 беш бешга бешта бештаси
6 олти олтига олтита олтитаси
7 етти еттига еттита еттитаси
8 саккиз саккизга саккизта саккизтаси
9 тўққиз тўққизга тўққизта тўққизтаси
10 ўн ўнга ўнта ўнтаси
20 йигирма йигирмага йигирмата
30 ўттиз ўттизга ўттизта
40 қирқ қирққа қирқта
50 эллик элликка элликта
60 олтмиш олтмишга олтмишта
70 етмиш етмишга етмишта
80 саксон саксонга саксонта
90 тўқсон тўқсонга тўқсонта
100 юз
"""
# A word of Tajik may end in -у, "and": бисту панҷ, 25. Without its macron «сӣ», 30, is Xi's name.
_TAJIK = """
1 як
2 ду дуто
3 се сето
4 чор чорто чаҳор
5 панҷ панҷто
6 шаш шашто
7 ҳафт ҳафтто
8 ҳашт ҳаштто
9 нӯҳ нуҳ
10 даҳ даҳто
11 ёздаҳ
12 дувоздаҳ
13 сездаҳ
14 чордаҳ чаҳордаҳ
15 понздаҳ
16 шонздаҳ
17 ҳабдаҳ ҳафдаҳ
18 ҳаждаҳ
19 нуздаҳ
20 бист бисту
30 сӣ сию
40 чил чилу
50 панҷоҳ панҷоҳу
60 шаст шасту
70 ҳафтод ҳафтоду
80 ҳаштод ҳаштоду
90 навад наваду
100 сад саду
200 дусад дусаду
300 сесад сесаду
400 чорсад чорсаду
500 панҷсад панҷсаду
600 шашсад шашсаду
700 ҳафтсад ҳафтсаду
800 ҳаштсад ҳаштсаду
900 нӯҳсад нӯҳсаду
"""
_TURKMEN = """
1 bir
2 iki
3 üç üçe
4 dört dörde
5 bäş bäşe
6 alty
7 ýedi
8 sekiz
9 dokuz
10 on
20 ýigrimi
30 otuz
40 kyrk
50 elli
60 altmyş
70 ýetmiş
80 segsen
90 togsan
100 ýüz
"""
_TURKIC = 10
CARDINALS = {
    "en": _cardinals(
        _ENGLISH, "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
    ),
    "ru": _cardinals(
        _RUSSIAN,
        r"(?:перв|втор|четв[её]рт|пят|шест|седьм|восьм|девят)(?:ый|ой|ого|ому|ым|ом|ая|ую|ое|ые|ых"
        r"|ыми)|трет(?:ий|ьего|ьему|ьим|ьем|ья|ьей|ью|ье|ьи|ьих|ьими)",
        doubtful="сорока",
        hundred=False,
    ),
    "kk": _cardinals(_KAZAKH, r"\w+нш[іы]\w*", doubtful="тоқсан", tens=_TURKIC),
    "ky": _cardinals(_KYRGYZ, r"\w+нч[иыүу]\w*", tens=_TURKIC),
    "uz-Latn": _cardinals(_UZBEK_LATIN, r"\w+nchi\w*", doubtful="yetti", tens=_TURKIC),
    "uz-Cyrl": _cardinals(_UZBEK_CYRILLIC, r"\w+нчи\w*", doubtful="етти", tens=_TURKIC),
    "tg": _cardinals(
        _TAJIK, "(?:як|дую|дувву|сею|севву|чор|чаҳор|панҷ|шаш|ҳафт|ҳашт|нӯҳ|нуҳ)у?м(?:ин)?"
    ),
    "tk": _cardinals(_TURKMEN, r"\w+nj[iy]\w*", tens=_TURKIC),
}  # fmt: skip
"""By the language of the text: «он» is ten in Kazakh and "he" in Russian."""

PARTS = re.compile(
    r"[ \u00a0-](?:(?:third|quarter|fifth|sixth|seventh|eighth|tenth|hundredth)s|and a half|dozen"
    r"|трет(?:и|ей|ям|ями|ях)|четверт(?:и|ей|ям|ями|ях)|(?:пят|шест|седьм|восьм|девят|десят|сот)ых"
    r"|с половиной|десятк\w+|сот(?:ня|ни|ен|ням|нями|нях)"
    r"|жарым|ярим|yarim|ýarym|бөлі[гк]\w*|бөлүг\w*|қисм\w*|qism\w*|ҳисса\w*|чоряк\w*)\b",
    re.IGNORECASE,
)
"""What makes a number word a fraction, or a round guess ("two dozen")."""

NAMED = re.compile(
    r"\b(?:big|fantastic|magnificent|final|famous|group of|gang of) $", re.IGNORECASE
)
"""How a name begins that a number word ends: the Big Four."""
NAMED_REACH = 16
"""No beginning of ``NAMED`` is longer, in characters."""

COUNTED = (
    "человек", "людей", "дет", "дней", "лет", "минут", "стран", "процент", "тысяч", "миллион",
    "миллиард", "погиб", "постр", "ран", "nafar", "kishi", "odam", "bola", "ayol", "erkak",
    "fuqaro", "talaba", "harbiy", "kun", "yil", "oy", "hafta", "soat", "daqiqa", "foiz", "ming",
    "million", "milliard", "davlat", "mamlakat", "viloyat", "tuman", "shahar", "нафар", "киши",
    "одам", "бола", "аёл", "эркак", "фуқаро", "талаба", "ҳарбий", "кун", "йил", "ой", "ҳафта",
    "соат", "дақиқа", "фоиз", "минг", "давлат", "мамлакат", "вилоят", "туман", "шаҳар", "адам",
    "кісі", "бала", "күн", "пайыз", "мың",
)  # fmt: skip
"""How words begin that are counted, after which a doubtful word is a number."""
