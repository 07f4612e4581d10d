"""Laws of words: a word as asked and as told meets in every form, and meets no other word."""

import random
from collections import Counter

import pytest

from tests.watchers.text.paradigms import Paradigm, paradigms
from watchers.keywords import match_text
from watchers.text.forms import LetterCase, query_forms, text_forms
from watchers.text.normal import fold_case
from watchers.text.russian import asked_lemmas

LANGUAGES = ("ru", "en", "kk", "ky", "uz-Latn", "uz-Cyrl", "tg", "tk")
SAMPLED = 25
MEETS = 0.97
"""Of all forms asked with all forms told. The whole product: tests/benchmarks/forms.py."""


def sample(lang: str) -> list[Paradigm]:
    return random.Random(lang).sample(list(paradigms(lang)), SAMPLED)


def missed(paradigm: Paradigm, lang: str) -> list[tuple[str, str]]:
    """Give the pairs of a form asked and a form told that do not meet."""
    forms = [fold_case(form) for form in paradigm.forms]
    told = {form: text_forms(form, lang, LetterCase.SMALL).keys for form in forms}
    asked = {form: query_forms(form, capital=False).keys for form in forms}
    return [(one, other) for one in forms for other in forms if asked[one].isdisjoint(told[other])]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_form_asked_meets_every_form_told(lang) -> None:
    words = sample(lang)
    pairs = sum(len(word.forms) ** 2 for word in words)

    wrong = {word.word: found for word in words if (found := missed(word, lang))}

    assert sum(map(len, wrong.values())) <= (1 - MEETS) * pairs, wrong


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_word_as_the_dictionary_has_it_meets_all_its_forms(lang) -> None:
    wrong = {
        word.word: forms
        for word in sample(lang)
        if word.part == "noun"
        and (forms := [told for asked, told in missed(word, lang) if asked == word.forms[0]])
    }

    assert wrong == {}


KIN = {
    "kk": "қама-қамау сайла-сайлау қара-қару сот-сотта",
    "ky": "шайла-шайлоо кел-келишим оку-өкүм",
    "uz-Latn": "bola-boʻl ol-oltin",
    "uz-Cyrl": "oʻyin-uy kon-qonun",
    "tk": "ýeň-ýeňiş al-altyn höküm-hökümet",
    "tg": "ҳукм-ҳукумат хона-хонд:хон",
}
"""Words of one root, and the few of two that share a form."""


@pytest.mark.parametrize("lang", KIN)
def test_no_form_of_a_word_meets_another_word(lang) -> None:
    """Each of the commonest words as it is listed, with all forms of all the others."""
    words = paradigms(lang)
    told: dict[str, set[str]] = {}
    for word in words:
        for form in word.forms:
            for key in text_forms(fold_case(form), lang, LetterCase.SMALL).keys:
                told.setdefault(key, set()).add(word.word)
    met = Counter(
        "-".join(sorted((word.word, other)))
        for word in words
        for form in word.forms[:2]
        for key in query_forms(fold_case(form), capital=False).keys
        for other in told.get(key, ())
        if other != word.word and not set(word.forms) & {other}
    )

    assert set(met) - {"-".join(sorted(pair.split("-"))) for pair in KIN[lang].split()} == set()


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("погиб", "погиб погибнуть"),  # not the doom of old
        ("банка", "банка банк"),
        ("убитый", "убитый убить"),
        ("опасно", "опасно опасный"),
        ("спас", "спас спасти"),
        ("газа", "газа газ"),
        ("дело", "дело"),  # деть
        ("душа", "душа"),  # душ
        ("бывший", "бывший"),  # быть
        ("данные", "данные данный"),  # дать
        ("путина", "путина"),
        ("лавров", "лавров"),
        ("баку", "баку"),
    ],
)
def test_a_word_asked_stands_for_what_it_is_likeliest_of(asked, meant) -> None:
    assert set(meant.split()) == set(asked_lemmas(asked))


@pytest.mark.parametrize("name", ["Газа", "Лавров", "Песков", "Волков", "Баку", "Сана"])
def test_a_name_with_its_capital_is_no_other_word(name) -> None:
    assert (name.casefold(),) == asked_lemmas(name.casefold(), capital=True)


FAR_SPELLINGS = [
    # Latin Kazakh, of 2018 and of 2021
    ("Наурыз", "Наурызды Астанада тойлады", True),
    ("Наурызды", "Наурыз мейрамы", True),
    ("наурызды", "Наурыз мейрамы", True),
    ("Наурыз", "Nauryzdy toilap jatyr", True),
    ("Nauryz", "Naýryzdy toılady", True),
    ("Nauryzdy", "Наурыз мерекесі", True),
    ("мектеп", "Auyldağy mektepterdıñ jağdaiy", True),
    ("мектеп", "Aýyldaǵy mektepterdiń jaǵdaıy", True),
    ("үкімет", "Úkimettiń otyrysy ótti", True),
    ("үкімет", "Ükımettıñ otyrysy öttı", True),
    ("үкімет", "Ükimettiñ otyrysy ötti", True),
    ("мектеп", "Awıldağı mektepterdiñ jağdayı", True),
    ("mektep", "Ауылдағы мектептердің жағдайы", True),
    ("Токаев", "Toqaevtyń sapary", True),
    ("газ", "Gazet tılşısı jazdy", False),
    # Uzbek names as Russian spells them
    ("Ортиқхўжаев", "Мэр Артикходжаев рассказал", True),
    ("Артыкходжаев", "Жаҳонгир Ортиқхўжаев келди", True),
    ("Артыкходжаев", "Jahongir Ortiqxoʻjayev keldi", True),
    ("Ortiqxoʻjayev", "Мэра Артыкходжаева уволили", True),
    ("Юлдашев", "Вазир Йўлдошев келди", True),
    ("Джураев", "Депутат Жўраев сўради", True),
    ("Қодиров", "Депутат Кадыров заявил", True),
    ("Каримов", "Вазир Ҳакимов келди", False),
    ("Комаров", "Вазир Қамаров келди", False),
    # abbreviations and what they stand for
    ("АЭС", "Үлкен ауылында атом электр станциясы салынады", True),
    ("атом электр станциясы", "Балқашта АЭС салынады", True),
    ("АЭС", "Oʻzbekistonda atom elektr stansiyasi qurilmoqda", True),
    ("ЖЭО", "Екібастұзда жылу электр орталығы тоқтады", True),
    ("ТЭЦ", "Алматыда ЖЭО-3 жөнделеді", True),
    ("ҰБТ", "Ұлттық бірыңғай тестілеу басталды", True),
    ("ЗКО", "Батыс Қазақстан облысында су тасқыны", True),
    ("ІІМ", "Ішкі істер министрлігі хабарлады", True),
    ("СІМ", "Сыртқы істер министрлігі мәлімдеді", True),
    ("ЖІӨ", "Жалпы ішкі өнім өсті", True),
    ("НБО", "Сохтмони нерӯгоҳи барқи обии Роғун", True),
    ("ЖЭО", "Жылу желісі жөнделді", False),
]


def test_far_spellings_of_one_word_meet() -> None:
    assert [] == [case for case in FAR_SPELLINGS if match_text(*case[:2]) is not case[2]]
