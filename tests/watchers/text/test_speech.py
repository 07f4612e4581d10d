"""Parts of speech of a headline: deeds apart from things, and who stands how to the deed."""

import pytest

from watchers.text.speech import Case, Part, Tense, speech_of
from watchers.text.words import analyse

DEEDS = (
    ("ru", "Суд не поддержал иск завода", "поддержал"),
    ("ru", "Завод закрыт пожарными", "закрыт"),
    ("en", "Court backs the miners of Talas", "backs"),
    ("en", "Parliament will not ban the sale of wool", "ban"),
    ("en", "Poet freed by court in Osh", "freed"),
    ("kk", "Сот зауытты айыптады", "айыптады"),
    ("kk", "Сенат заңға қол қойды", "қол қойды"),
    ("ky", "Сот заводду айыптады", "айыптады"),
    ("ky", "Депутаттар мыйзамды колдогон жок", "колдогон"),
    ("uz-Latn", "Sud zavodni aybladi", "aybladi"),
    ("uz-Latn", "Hukumat qonunni ma'qullamadi", "ma'qullamadi"),
    ("tg", "Суд заводро гунаҳкор кард", "гунаҳкор кард"),
    ("tg", "Вазир ба Хуҷанд меравад", "меравад"),
)


@pytest.mark.parametrize(("lang", "headline", "deed"), DEEDS)
def test_what_is_done_is_told_from_who_does_it(lang: str, headline: str, deed: str) -> None:
    tokens = analyse(headline, lang=lang).tokens
    found = zip(tokens, speech_of(tokens, lang), strict=True)
    assert deed == " ".join(token.surface for token, word in found if word.part is Part.DEED)


CASES = (
    ("ru", "Министр обвинил судью", "судью", Case.OBJECT),
    ("ru", "Пожар произошёл в Казани", "Казани", Case.AROUND),
    ("en", "Court backs the miners of Talas", "Talas", Case.OBJECT),
    ("en", "Poet freed by court in Osh", "Osh", Case.AROUND),
    ("kk", "Сот зауытты айыптады", "зауытты", Case.OBJECT),
    ("kk", "Өрт қоймада шықты", "қоймада", Case.AROUND),
    ("ky", "Сот заводду айыптады", "заводду", Case.OBJECT),
    ("uz-Latn", "Sud zavodni aybladi", "zavodni", Case.OBJECT),
    ("uz-Latn", "Zavod yopildi", "Zavod", Case.SUBJECT),
    ("tg", "Суд заводро гунаҳкор кард", "заводро", Case.OBJECT),
    ("tg", "Вазир дар Хуҷанд аст", "Хуҷанд", Case.AROUND),
)


@pytest.mark.parametrize(("lang", "headline", "word", "case"), CASES)
def test_a_word_stands_as_its_ending_or_its_preposition_says(
    lang: str, headline: str, word: str, case: Case
) -> None:
    tokens = analyse(headline, lang=lang).tokens
    found = zip(tokens, speech_of(tokens, lang), strict=True)
    assert [case] == [speech.case for token, speech in found if token.surface == word]


DENIED = (
    ("ru", "Суд не поддержал иск", "поддержал"),
    ("en", "Parliament will not ban wool", "ban"),
    ("en", "No typhoid in Kulob", "typhoid"),
    ("ky", "Депутаттар мыйзамды колдогон жок", "колдогон"),
    ("uz-Latn", "Hukumat qonunni ma'qullamadi", "ma'qullamadi"),
    ("kk", "Сенат заңды қолдамады", "қолдамады"),
    ("tg", "Вазир накунад", "накунад"),
)


@pytest.mark.parametrize(("lang", "headline", "word"), DENIED)
def test_what_is_denied_is_marked(lang: str, headline: str, word: str) -> None:
    tokens = analyse(headline, lang=lang).tokens
    found = zip(tokens, speech_of(tokens, lang), strict=True)
    assert [word] == [token.surface for token, speech in found if speech.denied]


TENSES = (
    ("ru", "Министр прилетит в Ош", Tense.TO_COME),
    ("ru", "Министр прилетел в Ош", Tense.DONE),
    ("en", "Minister to visit Osh", Tense.TO_COME),
    ("en", "Minister visits Osh", Tense.NOW),
    ("kk", "Депутаттар заңды сұрайды", Tense.TO_COME),
    ("ky", "Министр Ошко барат", Tense.TO_COME),
    ("uz-Latn", "Vazir Xivaga bormoqchi", Tense.TO_COME),
    ("tg", "Вазир ба Хуҷанд меравад", Tense.TO_COME),
)


@pytest.mark.parametrize(("lang", "headline", "tense"), TENSES)
def test_what_is_to_come_is_told_from_what_is_done(lang: str, headline: str, tense: Tense) -> None:
    found = speech_of(analyse(headline, lang=lang).tokens, lang)
    assert [tense] == [word.tense for word in found if word.part is Part.DEED]
