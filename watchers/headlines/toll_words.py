"""The words by which headlines count people, in six languages: tables."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "kill": r"kill(?:s|ed|ing)?|dead|die[sd]?|dying|deaths?|fatal(?:ity|ities|ly)|bod(?:y|ies)|corpses?"
                r"|drown(?:s|ed)?|murder(?:s|ed|ing)?|perish(?:es|ed)?|slain",
        "injur": r"injur(?:y|ies|ed|es|ing|e)|wound(?:s|ed)?|hurt|hospitali[sz]ed|poison(?:s|ed|ing)",
        "missing": r"missing|unaccounted|trapped",
        "detain": r"detain(?:s|ed|ees)?|arrest(?:s|ed)?",
        "evacuat": r"evacuat(?:e|es|ed|ion|ing|ees)|displaced",
        "other": r"infected|recover(?:s|ed)|rescue[ds]?|rescuing|surviv(?:e|es|ed|ing)|sav(?:e|es|ed|ing)|alive|unhurt|unharmed|freed"
                 r"|released|stranded|homeless|sick|sickened|cured|charged|jailed|sentenced|fined|deported|vaccinated|invited|hired",
        "person": r"people|persons?|men|man|women|woman|child(?:ren)?|victims?|others?|lives|workers?|miners?"
                  r"|passengers?|soldiers?|residents?|students?|pupils?|tourists?|climbers?|civilians?"
                  r"|fishermen|fisherman|shepherds?|drivers?|pilots?|rescuers?|policemen|officers?|guards?"
                  r"|villagers?|sailors?|teenagers?|boys?|girls?|babies|patients?|suspects?|citizens?"
                  r"|firefighters?|survivors?|troops|schoolchildren|spectators?|migrants?|toddlers?",
        "more": r"more|another|further|additional|other|others",
        "count": r"toll|number|count|tally",
        "reach": r"reach(?:es|ed)?|rises?|rose|climbs?|climbed|grows?|grew|jumps?|jumped|increases?|increased"
                 r"|passes|passed|tops|topped|hits?|exceeds?|exceeded|up|stands|mounts?|now|revised",
        "among": r"among|including|of|incl|inside",
        "about": r"about|around|some|over|nearly|almost|least|than|another|up|to|off|all",
        "of_lives": r"claims?|claimed|claiming|costs?|takes?|took|taken",
        "measure": r"km|kilometres?|kilometers?|met(?:re|er)s?|m|days?|hours?|minutes?|years?|months?|weeks?|cars?"
                   r"|vehicles?|houses?|homes?|buildings?|drones?|times?|percent|sheep|cows?|horses?|cattle"
                   r"|seals?|animals?|birds?|fish|dogs?|tonnes?|tons?|feet|st|nd|rd|th|am|pm|points?",
    },
    "ru": {
        "kill": r"погиб\S*|умер(?:ли|ло|ла|ших|шие|ш\S+)?|скончал\S*|скончав\S*|убит\S*|убил[аио]?|жертв\S*"
                r"|смерт(?:ей|и|ь|ями)|тел(?:о|а|ами|ел)?|утонул\S*|утонувш\S*|убийств\S*|смертельн\S*",
        "injur": r"пострада\S*|ранен\S*|травмирова\S*|травм[ыу]|госпитализирова\S*|отрави\S*|отравлен\S*",
        "missing": r"пропа(?:л|ли|вш)\S*|пропавши\S*|без вести",
        "detain": r"задержа\S*|арестова\S*",
        "evacuat": r"эвакуир\S*|эвакуац\S*",
        "other": r"заболе\S*|зарази\S*|зараже\S*|выздоров\S*|спас(?!ател|иб)\S*|выжи\S*|уцеле\S*|невредим\S*|жив(?:ы|ой|ыми|ым)"
                 r"|освобо\S*|родил\S*|привит\S*|осужд\S*|осуди\S*|приговор\S*|вылеч\S*|оштраф\S*|депортир\S*|награ[жд]\S*",
        "person": r"человек\S*|люд(?:ей|и|ям|ях|ьми)|дет(?:ей|и|ям)|ребен\S*|горняк\S*|шахт[её]р\S*|рабоч\S*"
                  r"|пассажир\S*|солдат\S*|военн\S*|жител\S*|студент\S*|школьни\S*|турист\S*|альпинист\S*"
                  r"|рыбак\S*|водител\S*|пилот\S*|л[её]тчик\S*|спасател\S*|полицейск\S*|сотрудник\S*|мужчин\S*"
                  r"|женщин\S*|подрост\S*|пациент\S*|граждан\S*|моряк\S*|чабан\S*|пожарн\S*|мальчик\S*"
                  r"|девоч\S*|мигрант\S*|погранични\S*|работник\S*|строител\S*|постояльц\S*|младен\S*",
        "more": r"еще|дополнительно",
        "count": r"числ[оа]|количеств[оа]|счет",
        "reach": r"достиг\S*|вырос\S*|возрос\S*|увеличи\S*|подня\S*|превыси\S*|составил\S*|до",
        "among": r"среди|числе|числа|включая|из",
        "about": r"около|более|почти|до|минимум|менее|свыше|порядка|сразу|еще|уже|больше",
        "of_lives": r"унес\S*|уносит|забрал\S*|стоил\S*|отнял\S*",
        "lives": r"жизн(?:и|ей|ями)",
        "measure": r"км|километр\S*|метр\S*|м|дн(?:я|ей)|день|час\S*|минут\S*|лет|год\S*|месяц\S*|недел\S*"
                   r"|машин\S*|автомобил\S*|дом(?:ов|а)|здани\S*|дрон\S*|раз|процент\S*|суток|голов|овец|баран\S*"
                   r"|коров\S*|лошад\S*|тюлен\S*|животн\S*|птиц\S*|рыб(?!ак)\S*|собак\S*|тонн\S*|района\S*|област\S*"
                   r"|летн\S*|январ\S*|феврал\S*|март\S*|апрел\S*|ма[яй]|июн\S*|июл\S*|август\S*|сентябр\S*"
                   r"|октябр\S*|ноябр\S*|декабр\S*|из|этаж\S*|тыс|млн",
    },
    "kk": {
        "kill": r"қаза|өлді|өліп|өлген\S*|қайтыс|мерт|көз жұм\S*|мәйіт\S*|денес\S*|құрбан\S*|өлім\S*|опат|суға кет\S*",
        "injur": r"жаралан\S*|жарақат\S*|зардап|зардапшы\S*|улан(?:ды|ған|ып)\S*",
        "missing": r"жоғал\S*|хабарсыз|хабар-ошарсыз|ізім-ғайым",
        "detain": r"ұстал\S*|қамал\S*|қамауға",
        "evacuat": r"көшірілді|эвакуац\S*|эвакуациялан\S*|қауіпсіз",
        "other": r"жұқтыр\S*|құтқар(?!ушы)\S*|аман|тірі|босатыл\S*|емделіп|сотталды|айыппұл\S*",
        "person": r"адам\S*|кісі\S*|кенші\S*|шахтер\S*|балықшы\S*|бала\S*|жолаушы\S*|сарбаз\S*|жұмысшы\S*"
                  r"|тұрғын\S*|оқушы\S*|студент\S*|турист\S*|альпинист\S*|әйел\S*|ер|жүргізуші\S*|құтқарушы\S*"
                  r"|полицей\S*|қызметкер\S*|азамат\S*|шопан\S*|жасөспірім\S*",
        "more": r"тағы|тағыда|қосымша",
        "count": r"саны|санын|саны\S*",
        "reach": r"жетті|жеткен|жетіп|көтеріл\S*|өсті|өскен|артты|асты|көбей\S*|құрады",
        "among": r"арасында|ішінде|қатарында",
        "of_lives": r"алды|қиды|жалмады|алып",
        "lives": r"өмірін|ғұмырын|жанын",
        "measure": r"км|шақырым|метр\S*|м|күн\S*|сағат\S*|минут\S*|жыл\S*|ай\S*|апта\S*|көлік\S*|үй\S*|рет|жас\S*"
                   r"|пайыз\S*|тонна\S*|қой\S*|сиыр\S*|жылқы\S*|мал\S*|балық(?!шы)\S*|дрон\S*",
    },
    "ky": {
        "kill": r"каза|өлдү|өлүп|өлгөн\S*|набыт|мерт|көз жум\S*|сөөг\S*|сөөк\S*|курман\S*|өлүм\S*|жан берди"
                r"|дүйнөдөн|чөгүп",
        "injur": r"жарадар\S*|жаракат\S*|жабыркад\S*|жабыркаг\S*|жабыр|ууланд\S*|ууланг\S*",
        "missing": r"жогол\S*|дайынсыз",
        "detain": r"кармал\S*|камалд\S*|камакка",
        "evacuat": r"эвакуация\S*|көчүрүл\S*",
        "other": r"жуктур\S*|куткар(?!уучу)\S*|аман|тирүү|бошотул\S*|айыкты|соттолду|айып\S*",
        "person": r"адам\S*|киши\S*|кенчи\S*|шахтер\S*|балыкчы\S*|бала\S*|жүргүнчү\S*|аскер\S*|жумушчу\S*"
                  r"|тургун\S*|окуучу\S*|студент\S*|турист\S*|альпинист\S*|аял\S*|эркек\S*|айдоочу\S*"
                  r"|куткаруучу\S*|кызматкер\S*|жаран\S*|чабан\S*|өспүрүм\S*|чек арачы\S*",
        "more": r"дагы|тагы|кошумча",
        "count": r"саны|санын",
        "reach": r"жетти|жеткен|жетип|көтөрүл\S*|өстү|өскөн|көбөй\S*|ашты|түздү",
        "among": r"арасында|ичинде|катарында",
        "of_lives": r"алды|кыйды|алып|жалмады",
        "lives": r"өмүрүн|жанын",
        "measure": r"км|чакырым|метр\S*|м|күн\S*|саат\S*|мүнөт\S*|жыл\S*|ай\S*|апта\S*|унаа\S*|үй\S*|жолу|жаш\S*"
                   r"|пайыз\S*|тонна\S*|кой\S*|уй|жылкы\S*|мал\S*|балык(?!чы)\S*|дрон\S*",
    },
    "uz": {
        "kill": r"halok|o'ldi|o'lib|o'lgan\S*|vafot|qurbon\S*|nobud|jasad\S*|o'lim\S*|cho'kib|hayotdan",
        "injur": r"yaralan\S*|jarohat\S*|jabrlan\S*|jarohatlan\S*|zaharlan\S*",
        "missing": r"bedarak\S*|yo'qol\S*|g'oyib",
        "detain": r"ushlan\S*|hibsga|qo'lga olin\S*|qamoqqa",
        "evacuat": r"evakuatsiya\S*|ko'chiril\S*",
        "other": r"yuqtir\S*|qutqar(?!uvchi)\S*|tuzal\S*|omon|tirik|ozod|sudlan\S*|jarima\S*",
        "person": r"odam\S*|kishi\S*|nafar\S*|konchi\S*|shaxtyor\S*|baliqchi\S*|bola\S*|yo'lovchi\S*|askar\S*"
                  r"|ishchi\S*|fuqaro\S*|o'quvchi\S*|talaba\S*|turist\S*|sayyoh\S*|alpinist\S*|ayol\S*|erkak\S*"
                  r"|haydovchi\S*|qutqaruvchi\S*|xodim\S*|harbiy\S*|o'smir\S*|aholi\S*",
        "more": r"yana|qo'shimcha",
        "count": r"soni|sonini|soni\S*",
        "reach": r"yetdi|yetgan|yetib|ko'tarildi|oshdi|oshgan|ko'paydi|ortdi",
        "among": r"orasida|ichida|jumladan",
        "of_lives": r"oldi|olib|zomin|yulqib",
        "lives": r"hayotini|umrini|jonini|umriga|hayotiga",
        "measure": r"km|kilometr\S*|metr\S*|m|kun\S*|soat\S*|daqiqa\S*|yil\S*|oy\S*|hafta\S*|mashina\S*|uy\S*|marta"
                   r"|yosh\S*|foiz\S*|tonna\S*|qo'y\S*|sigir\S*|ot\S*|baliq(?!chi)\S*|dron\S*",
    },
    "tg": {
        "kill": r"ҳалок\S*|фавт\S*|кушт\S*|қурбон\S*|ҷасад\S*|марг\S*|фавтид\S*|ҷон бохт\S*|мурд\S*|фавтидагон",
        "injur": r"захм\S*|маҷрӯҳ\S*|осеб\S*|ҷароҳат\S*|заҳролуд\S*",
        "missing": r"нопадид\S*|бедарак\S*|гумшуда\S*|бедарак",
        "detain": r"боздошт\S*|дастгир\S*|ҳабс",
        "evacuat": r"эвакуатс\S*|тахлия\S*|кӯчонда",
        "other": r"сироят\S*|наҷот(?!диҳ)\S*|зинда|озод|шифо\S*|маҳкум\S*|ҷарима\S*",
        "person": r"нафар\S*|кас\S*|одам\S*|шахс\S*|кӯдак\S*|мусофир\S*|кӯҳкан\S*|кӯҳнавард\S*|коргар\S*"
                  r"|сокин\S*|донишҷӯ\S*|хонанда\S*|сарбоз\S*|зан\S*|мард\S*|ронанда\S*|наҷотдиҳанда\S*"
                  r"|шаҳрванд\S*|сайёҳ\S*|наврас\S*|моҳигир\S*",
        "more": r"боз|дигар\S*|иловагӣ",
        "count": r"шумора\S*|теъдод\S*",
        "reach": r"расид\S*|афзуд\S*|расонид\S*|зиёд",
        "among": r"миёни|байни|аз ҷумла|ҷумлаи",
        "of_lives": r"гирифт\S*|рабуд\S*|бурд\S*",
        "lives": r"ҷони|ҷонро|умри|ҳаёти",
        "measure": r"км|километр\S*|метр\S*|м|рӯз\S*|соат\S*|дақиқа\S*|сол\S*|моҳи|ҳафта\S*|мошин\S*|хона|хонаи|бор"
                   r"|фоиз\S*|тонна\S*|гӯсфанд\S*|гов\S*|асп\S*|чорво\S*|дрон\S*",
    },
}  # fmt: skip
"""Words of tolls by language, in normal form with plain apostrophes. A kind's words mark what the
counted became, ``other`` what is no toll; ``lives`` do so beside ``of_lives`` ("claims three
lives"); ``among`` begins a part ("among the dead two children"); ``measure`` is what a figure
counts that counts nobody."""
OPENERS: Final = {
    lang: frozenset(
        opener
        for words in roles.values()
        for opener in re.findall(r"(?:^|[|])([^|(]+?) (?=[^|]+)", words)
    )
    for lang, roles in _WORDS.items()
}
"""First words of what is said in two, by language: without one the second is not asked."""
_ORDINAL_WORDS: Final = {
    "en": "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
    "ru": r"втор(?!н) трет(?:ь|ий) четв[её]рт пят(?:ы|о|ая|ую|ой) шест(?:о|ая|ую|ой) седьм восьм девят(?:ы|о|ая|ую|ой)"
          r" десят(?:ы|о|ая|ую|ой)".split(),
    "kk": "екінші үшінші төртінші бесінші алтыншы жетінші сегізінші тоғызыншы оныншы".split(),
    "ky": "экинчи үчүнчү төртүнчү бешинчи алтынчы жетинчи сегизинчи тогузунчу онунчу".split(),
    "uz": "ikkinchi uchinchi to'rtinchi beshinchi oltinchi yettinchi sakkizinchi to'qqizinchi"
          " o'ninchi".split(),
    "tg": "дуюм|дувум|дуввум сеюм|севвум|сеюмин чорум|чаҳорум панҷум шашум ҳафтум ҳаштум нӯҳум|нуҳум"
          " даҳум".split(),
}  # fmt: skip


@cache
def roles(lang: str) -> Mapping[str, re.Pattern[str]]:
    """Return a language's patterns by their roles; compiled when the language is first met."""
    return {role: re.compile(words) for role, words in _WORDS[lang].items()}


@cache
def ordinals(lang: str) -> tuple[re.Pattern[str], ...]:
    """Return a language's ordinals from the second on."""
    ending = "" if lang == "en" else r"\S*"
    return tuple(re.compile(f"(?:{word}){ending}") for word in _ORDINAL_WORDS[lang])
