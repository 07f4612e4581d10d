"""Function words: the small words of eight languages, which weigh nothing in a query.

Outside quotation marks «выборы в Кыргызстане» asks for the elections and for Kyrgyzstan. Words
that turn a meaning round are no function words here: не, нет, no, not, емес, жоқ, эмас, эмес,
не (kk "what"), на (tg "not"), däl. Nor are numerals: бір (Бір белдеу, the Belt and Road), bir,
як; nor what names something more often than it joins: us (US), it (IT), may (May), kim and ким
(Kim), бар (a bar; kk "there is"), ал- verbs, сон. They are asked for as any other word.
"""

from collections.abc import Sequence
from typing import NamedTuple

from watchers.text.normal import APOSTROPHE, clean, fold_case, tokenize
from watchers.text.russian import is_known
from watchers.text.skeleton import is_cyrillic

_TABLE = {
    "ru": "и а но да же ли бы ни в во на по с со к ко о об обо от ото до из изо у за для при про"
    " через чрез между меж перед передо пред под подо над после вокруг около возле вдоль среди"
    " против ради из-за из-под насчет вместо сквозь ввиду вследствие благодаря согласно без"
    " что как кто где когда куда откуда почему зачем сколько какой какая какое какие каких какого"
    " который которая которое которые которых чей чья чье это этот эта эти этого этой этих этом"
    " этим тот та те то он она оно они его ее их ему ей им него нее них мы вы я нас вас нам вам"
    " себя свой своя свое свои своего своей своих мой наш наша наши ваш был была было были будет"
    " будут тоже также уже еще лишь только если чтобы потому поэтому так там тут здесь ведь вот"
    " все всё всех весь вся чем чего чему кем кого кому такой такая такое такие ну или либо"
    " сам сама само сами самого самой самим самих каждый каждая каждое каждого каждой"
    " другой другие других иной многие многих некоторые некоторых любой любая любые любого"
    " никто ничто ничего кто-то что-то чьи чьих сейчас теперь тогда затем опять снова очень"
    " более менее почти внутри снаружи напротив вопреки несмотря относительно касательно"
    " помимо вне близ подле включая ими ней мною тебя тебе собой собою нами вами"
    " нашей нашего нашим моей моего этими одни пока хотя будто словно хоть однако"
    " зато причем пусть разве неужели даже просто именно",
    "en": "the a an and of in on at to from for with by as into onto over under between among about"
    " around near against during after before since until till through across along behind beyond"
    " via within without toward towards per than then is are was were be been being am has have"
    " had do does did will would shall should could can must might this that these those its his"
    " her their our your my he she they we you i them him me what which when where why how whose"
    " whom there here but nor because while whether also too vs versus or"
    f" what{APOSTROPHE}s who{APOSTROPHE}s where{APOSTROPHE}s how{APOSTROPHE}s it{APOSTROPHE}s"
    " such neither each every any some all both either own same other another few many much more"
    " most amid upon beneath beside besides despite regarding concerning following although"
    " though unless however just only even still again once ever already now itself"
    " themselves himself herself anyone someone everyone everything something ours theirs"
    " hers yours doing done having get gets got let",
    "kk": "және мен пен үшін туралы жайлы жөнінде жөніндегі бойынша арасында арасындағы дейін"
    " кейін соң бері қарсы арқылы салдарынан сияқты секілді кезінде барысында ішінде да де та те ал бірақ"
    " егер ғана бұл осы сол ол олар оның олардың қалай қашан қайда неге қандай кім үстінде астында"
    " жанында маңында бірге туралы немесе әлде"
    " біз біздің бізге бізді сіз сіздің сізге менің маған сен сенің оған оны онда осындай"
    " сондай мұндай бұндай барлық барлығы бүкіл бәрі әр әрбір кейбір өз өзі өзінің"
    " өздерінің қанша неше қайсы қалайша осыдан содан бұдан осыған соған бұған оған осының соның тағы тағыда қана әрі себебі"
    " өйткені сонымен сондықтан дегенмен алайда болып деп деген екен еді бойы шейін"
    " қарай қатысты байланысты орай сәйкес ғой",
    "kk-Latn": "jäne zhäne zhane jane üşin ushin üshin turaly jaily boiynşa boyynsha arasynda deiin"
    " keiin qarsy arqyly siiaqty kezinde da de al biraq bul osy sol ol olar qalai qaşan qaida"
    " nemese"
    " biz bizdiñ bizdin barlyq är kei öz özi qansha qanşa mundai sondai osyndai sebebi"
    " öitkeni baylanysty bailanysty qatysty",
    "ky": "жана менен үчүн тууралуу жөнүндө боюнча ортосунда ортосундагы чейин кийин соң каршы"
    " аркылуу себептүү улам сыяктуу учурунда ичинде да де бирок эгер гана бул ушул ошол ал алар анын алардын"
    " кантип качан кайда эмне эмнеге кандай үстүндө астында жанында бирге"
    " биз биздин бизге сиз сиздин мен менин сен сенин аны ушундай ошондой мындай"
    " мындайча бардык баары бүт бүткүл айрым өз өзү өзүнүн канча нече кайсы ошондон"
    " мындан буга ошого мунун ошонун дагы эле себеби анткени ошондуктан болуп деп деген экен бери көздөй тарта"
    " карата карай байланыштуу ылайык өңдүү болгон",
    "uz-Latn": "va bilan uchun haqida to'g'risida bo'yicha orasida o'rtasida o'rtasidagi keyin oldin"
    " so'ng qarshi kabi singari hamda ammo lekin agar bu shu ushbu u ular uning ularning qachon"
    " qanday qanaqa nima qaerda qayerda nega tomonidan orqali tufayli sababli davomida asosida da yoki"
    " biz bizning bizga siz sizning mening sen sening unga unda bunday shunday"
    " o'sha barcha barchasi hamma hammasi butun har ba'zi o'z o'zi o'zining qancha necha"
    " qaysi shundan bundan bunga shunga buning yana faqat chunki shuning bo'lib deb degan ekan edi beri qarata"
    " qarab nisbatan bog'liq muvofiq ko'ra doir oid",
    "uz-Cyrl": "ва билан учун ҳақида тўғрисида бўйича орасида ўртасида ўртасидаги кейин олдин сўнг"
    " қарши каби сингари ҳамда ҳам аммо лекин агар шу ушбу у улар унинг уларнинг қачон қандай"
    " қанақа нима қаерда нега томонидан орқали туфайли сабабли давомида асосида ёки"
    " биз бизнинг бизга сиз сизнинг мен менинг сен сенинг унга уни унда бундай шундай ўша"
    " барча барчаси ҳамма ҳаммаси бутун ҳар баъзи ўз ўзи ўзининг қанча неча қайси шундан"
    " бундан бунга шунга бунинг яна фақат чунки шунинг бўлиб деб деган экан эди бери қарата қараб нисбатан"
    " боғлиқ мувофиқ кўра доир оид",
    "tg": "ва ба бо аз барои бораи доир оид нисбат байни миёни баъд баъди пеш пеши зидди тавассути"
    " ҳангоми давоми то ки чун агар вале аммо лекин ҳам ин онҳо мо шумо вай кай куҷо чӣ чаро чанд"
    " кадом бе рӯи зери назди ё"
    " моро маро ман шуморо ӯро онро инро он ҳама ҳамаи ҳар худ худи баъзе чандин чунин"
    " чунон инчунин низ танҳо фақат ҳамчун мисли мувофиқи тибқи оиди дигар куҷост"
    " агарчи боз пас",
    "tk": "we bilen üçin sebäpli barada baradaky hakynda hakyndaky boýunça arasynda arasyndaky soň soňra öň çenli garşy arkaly"
    " ýaly hem hem-de emma ýöne eger diňe bu şu şol ol olar onuň olaryň haçan nähili näme nirede"
    " da de wagtynda ýa-da ýa"
    " biz biziň bize siz siziň meniň sen seniň oňa ony onda şeýle beýle ähli hemme"
    " hemmesi bütin her käbir öz özi öziniň näçe haýsy ondan mundan muňa şoňa munuň ýene sebäbi çünki şonuň"
    " bolup diýip diýen eken edi bäri görä degişli laýyk",
}
_LISTED = {lang: frozenset(words.split()) for lang, words in _TABLE.items()}
_SMALL = {
    fold_case(word): frozenset(lang for lang, words in _LISTED.items() if word in words)
    for words in _TABLE.values()
    for word in words.split()
}

_TOGETHER = {
    tuple(words.split())
    for words in (
        "в связи с|в связи со|в ходе|по поводу|в отношении|во время|в течение|в результате|в рамках"
        "|за счет|в случае|с помощью|при помощи|в качестве|по причине|на фоне|со стороны|в том числе"
        "|так как|до сих пор|на тему|несмотря на|because of|due to|in spite of|as well as"
        "|according to|in case of|on behalf of|in terms of|instead of|ahead of|out of|apart from"
        "|along with|together with|in the wake of"
    ).split("|")
}
"""Rows of words that together are one small word."""

_ONLY_IN = {
    "men": "kk-Latn",  # en: men; uz: I
    "pen": "kk-Latn",  # en: a pen
    "ben": "kk-Latn",  # Ben, bin Salman
    "бен": "kk",  # бен Салман
    "осы": "kk",  # ru: wasps
    "ham": "uz-Latn",  # en: ham
    "бу": "uz-Cyrl",  # ru: second-hand
    "пас": "tg",  # ru: a pass
    "дар": "tg",  # ru: a gift
    "яна": "uz-Cyrl",  # ru: Yana
    "худ": "tg",  # ru: thin
    "низ": "tg",  # ru: the bottom
    "же": "ky",  # "or"; in Russian it stresses, and weighs nothing either
}
"""Function words of one language that mean something in another: they weigh nothing where
another word of the query is of the language, by its letters or its own small words."""

_UNLESS = {
    "on": ("uz-Latn", "tk"),  # ten
    "он": ("kk",),  # ten
}
"""Function words that mean something in other languages: they count where another word speaks
for one of those."""

_EITHER = frozenset(
    map(fold_case, ("or", "или", "либо", "немесе", "әлде", "yoki", "ёки", "ýa-da", "nemese"))
)
_LETTERS = {
    "kk": "әғқұһі",
    "kk-Latn": "äñşūğq",
    "ky": "ңөү",
    "uz-Cyrl": "ўқғҳ",
    "uz-Latn": APOSTROPHE,
    "tg": "ҷӣӯқғҳ",
    "tk": "äňöşüýžç",
}
_COUNTED = frozenset(
    "ming million milliard yil kun oy kishi nafar foiz adam sany ýyl gün мың миллион миллиард адам"
    " жыл күн пайыз мин киши".split()
)
_NAMES = frozenset("того ли will over can бен ben ал al an do".split())
"""Capitals make these somebody's or something's name, at the beginning of a query, too."""

_ASKS_WHO = frozenset("is are was were will has had did does".split())


class Typed(NamedTuple):
    """A bare word of a query as it was typed, and its normal form, parts joined by hyphens."""

    text: str
    normal: str


def typed(text: str) -> Typed:
    """Read a word of a query; its normal form is "" where it holds no letter and no figure."""
    if text.strip(".,;:!?").casefold() == "ё":  # as a letter it would be е
        return Typed(text, "ё")
    return Typed(text, "-".join(cut.normal for cut in tokenize(clean(text))))


def weightless(words: Sequence[str]) -> frozenset[int]:
    """Tell which of a query's bare words weigh nothing, by their places in it.

    A capital amid small letters makes a word a name or an acronym (AN, WHO, «Того»); a letter
    that stands last is a label (витамин с, plan b).
    """
    query = tuple(map(typed, words))
    cased = _case_tells(query)
    found = _rows(query)
    for at, word in enumerate(query):
        named = word.normal in _NAMES and word.text[:1].isupper() and not word.text.isupper()
        if named or not _is_listed(query, at) or (cased and not _is_small(query, at)):
            continue
        last = at == len(query) - 1 and len(query) > 1
        if not (last and len(word.normal) == 1):
            found.add(at)
    return frozenset(found)


def _rows(query: Sequence[Typed]) -> set[int]:
    """Find the words that only together weigh nothing, typed small but for the first letter."""
    normals = tuple(word.normal for word in query)
    return {
        place
        for row in _TOGETHER
        for at in range(len(query) - len(row) + 1)
        if normals[at : at + len(row)] == row
        for place in range(at, at + len(row))
        if _is_small(query, place)
    }


def means_either(words: Sequence[str], at: int) -> bool:
    """Tell whether a word means "or" between its neighbours, though it is typed small."""
    word = typed(words[at])
    if word.text != word.text.lower():
        return False
    if word.normal == "же":
        others = [typed(other) for place, other in enumerate(words) if place != at]
        return any(_speaks(other.normal, "ky") for other in others)
    return word.normal in _EITHER or word.normal == "ё"


def _case_tells(query: Sequence[Typed]) -> bool:
    """Tell whether capitals say anything: not where all words are written alike."""
    words = [word.text for word in query if word.normal]
    return not (len(words) > 1 and (all(map(_titled, words)) or all(map(str.isupper, words))))


def _titled(word: str) -> bool:
    return word[:1].isupper()


def _is_small(query: Sequence[Typed], at: int) -> bool:
    text = query[at].text
    if text == text.lower():
        return True
    first = not any(word.normal for word in query[:at])
    return first and text[1:] == text[1:].lower()


def _is_listed(query: Sequence[Typed], at: int) -> bool:
    normal = query[at].normal
    others = [word.normal for place, word in enumerate(query) if place != at]
    if normal == "дар":
        small = [word.normal for word in query if word.text == word.text.lower()]
        return not _are_russian([word for word in small if word != normal])
    if normal in _UNLESS:
        counted = at + 1 < len(query) and query[at + 1].normal in _COUNTED
        return not counted and not any(
            _speaks(other, lang) for other in others for lang in _UNLESS[normal]
        )
    if normal == "who":
        return at + 1 < len(query) and query[at + 1].normal in _ASKS_WHO
    if normal in _ONLY_IN and normal != "же":
        return any(_speaks(other, _ONLY_IN[normal]) for other in others)
    return normal in _SMALL or normal == "ё"


def _speaks(word: str, lang: str) -> bool:
    """Tell whether a word is of a language, by its letters or as one of its small words."""
    return not set(_LETTERS[lang]).isdisjoint(word) or _SMALL.get(word) == frozenset({lang})


def _are_russian(words: Sequence[str]) -> bool:
    return bool(words) and all(is_cyrillic(word) and is_known(word) for word in words)
