import pytest

from watchers.text import charset

TEXT = "Президент Казахстана принял участие в саммите. Курс доллара вырос, сообщил Нацбанк."


def document(encoding: str, declared: str = "") -> bytes:
    says = f' encoding="{declared}"' if declared else ""
    return f'<?xml version="1.0"{says}?><rss><title>{TEXT}</title></rss>'.encode(encoding)


@pytest.mark.parametrize(
    "declared", ["", "windows-1251", "koi8-r", "cp-1251", "utf-8", "nonsense"]
)
@pytest.mark.parametrize(
    "real", ["utf-8", "utf-8-sig", "windows-1251", "koi8-r", "cp866", "iso8859-5", "utf-16", "utf-16-le", "utf-16-be"]
)  # fmt: skip
def test_the_text_is_read_whatever_the_document_declares(real: str, declared: str) -> None:
    assert TEXT in charset.decode(document(real, declared)).text


@pytest.mark.parametrize(
    "said", ["text/xml; charset=koi8-r", 'text/xml; charset="windows-1251"', ""]
)
@pytest.mark.parametrize("real", ["utf-8", "windows-1251", "koi8-r"])
def test_the_text_is_read_whatever_the_server_says(real: str, said: str) -> None:
    assert TEXT in charset.decode(document(real), said).text


def test_a_few_bad_bytes_spoil_only_themselves() -> None:
    raw = document("utf-8")
    broken = raw[:80] + b"\xff" + raw[80:100] + b"\xd0 " + raw[101:] + b"\xfe"
    told = charset.decode(broken, "text/xml; charset=windows-1251")
    assert ("utf-8", False) == (told.charset, told.lossless)
    assert "сообщил Нацбанк" in told.text


@pytest.mark.parametrize("spoilt", [TEXT[:30].encode("cp1251"), b"\xed\xa0\xbd\xed\xb8\x80"])
def test_a_title_in_another_encoding_spoils_only_itself(spoilt: bytes) -> None:
    told = charset.decode(document("utf-8").replace(b"</rss>", b"<title>" + spoilt + b"</title>"))
    assert told.charset == "utf-8"
    assert TEXT in told.text


def test_english_with_a_russian_declaration_keeps_its_quotation_marks() -> None:
    raw = '<?xml version="1.0" encoding="windows-1251"?><rss>Oil “boom” — IEA</rss>'
    assert "Oil “boom” — IEA" in charset.decode(raw.encode("cp1251")).text


def test_latin_text_is_not_taken_for_cyrillic() -> None:
    raw = "<rss><title>Café à Zürich déjà vu</title></rss>".encode("latin-1")
    assert "Café à Zürich déjà vu" in charset.decode(raw).text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("iso8859-9", "İstanbul'da güneşli"),
        ("shift_jis", "日本語の見出し"),
        ("gb18030", "中文标题新闻"),
    ],
)
def test_other_declared_encodings_are_believed(encoding: str, text: str) -> None:
    raw = f"<rss><title>{text}</title></rss>".encode(encoding)
    assert text in charset.decode(raw, f"text/xml; charset={encoding}").text


@pytest.mark.parametrize(
    "label", ["zip", "hex", "utf-7", "idna", "undefined-9000", "rot13", "\udcff", "cp-9000", "ci"]
)
def test_labels_that_are_no_charsets_mean_nothing(label: str) -> None:
    assert charset.codec_name(label) == ""


LABELS = {
    "cp1251": "windows-1251 windows-cp1251 ansi-1251 cp-1251 win-1251 Windows_1251 x-cp1251 1251"
    " ms1251 microsoft-cp1251 cp1251_general_ci cp1251_bin windows-cyrillic",
    "utf-8": "utf8 UTF_8 utf8_general_ci utf8mb4_unicode_ci utf8mb4_0900_ai_ci utf8mb3 utf-8-bom"
    " cp65001 unicode-1-1-utf-8",
    "koi8-r": "koi8 koi8_r KOI8-R",
    "koi8-u": "koi8-u koi8-ru",
    "cp866": "866 dos-866 ibm866 cp-866",
    "iso8859-5": "8859-5 iso_8859-5:1988 ISO88595 cyrillic",
    "cp1252": "latin1 latin1_swedish_ci iso-8859-1 us-ascii cp1252",
    "cp1255": "windows-1255 ansi1255",
    "iso8859-8": "hebrew iso-8859-8-i",
    "kz1048": "kz-1048 KZ1048 rk1048 STRK1048-2002",
    "cp932": "x-sjis",
}


@pytest.mark.parametrize(
    ("codec", "label"),
    [(codec, label) for codec, labels in LABELS.items() for label in labels.split()],
)
def test_a_label_is_known_however_it_is_spelt(codec: str, label: str) -> None:
    assert codec == charset.codec_name(label)


MARKED = ["«Ярмарка — 5»: итоги", "Ёж — в «Ё»", "Снег – до Юга…", "Цены: «Шахта» — №\u00a07"]
KAZAKH = ["Қарағандыда көпір жөнделді", "Ғарышкер үйіне оралды", "Әкім: «Су — өмір»"]
READ = {
    ("cp1251", tuple(MARKED)),
    *(("cp1251", (title,)) for title in MARKED[2:]),
    ("cp1251", ("Дождь",)),
    ("koi8-r", ("Яблоки созрели", "Ёлка в Юрге")),
    ("cp866", ("Эхо войны", "Щука и лещ")),
    ("iso8859-5", ("Юные шахматисты", "Цирк уехал")),
    ("kz1048", tuple(KAZAKH)),
    *(("kz1048", (title,)) for title in KAZAKH),
    ("cp1251", ("Їжа дорожчає — Є вихід", "Київ: «Ґрати» і ґанок")),
    ("koi8-u", ("Україна підписала угоду", "Її п'ять років")),
    ("cp1251", ("Ўрмон ёнғини ўчирилди".replace("ғ", "г"), "Ўш шаҳрида йўл".replace("ҳ", "х"))),
    ("cp1251", ("Љуљашка и њива", "Ђак и ћирилица — џеп")),
    ("cp1255", ("ירושלים: שלג ראשון השנה", "הכנסת אישרה את התקציב")),
    ("cp1253", ("Πυρκαγιά στην Αττική", "Νέα μέτρα για τις τιμές")),
    ("cp1256", ("انخفاض أسعار القمح", "زلزال يضرب جنوب البلاد")),
    ("cp1252", ("Où va l’été ? – Élan", "Plain")),
    ("cp1252", ("“Gas” — OPEC’s view", "Gold: £5m")),
    ("cp1254", ("İzmir'de kış: ağır şartlar", "Kar yağışı sürdü")),
}


@pytest.mark.parametrize("said", ["", "utf-8"])
@pytest.mark.parametrize(("real", "titles"), sorted(READ))
def test_titles_are_read_without_a_true_word_of_their_encoding(
    real: str, titles: tuple[str, ...], said: str
) -> None:
    """Few, short, and full of marks."""
    body = "".join(f"<item><title>{title}</title></item>" for title in titles)
    head = f'<?xml version="1.0" encoding="{said}"?>' if said else ""
    told = charset.decode(
        f"{head}<rss>{body}</rss>".encode(real), f"text/xml; charset={said}" if said else ""
    )
    assert (f"{head}<rss>{body}</rss>", True) == (told.text, told.lossless)


@pytest.mark.parametrize(
    ("real", "label"),
    [("kz1048", "windows-1251"), ("koi8-u", "koi8-r"), ("cp1255", "iso-8859-1"),
     ("cp1251", "iso-8859-1"), ("cp1251", "koi8-r"), ("cp1252", "windows-1251")],
)  # fmt: skip
def test_a_label_that_lies_is_not_believed(real: str, label: str) -> None:
    for titles in [titles for name, titles in READ if name == real]:
        raw = f'<?xml version="1.0" encoding="{label}"?>{titles}'.encode(real)
        assert str(titles) in charset.decode(raw).text


@pytest.mark.parametrize(
    ("real", "title"),
    [
        ("cp1251", "Барсы вернулись в горы"),
        ("cp1251", "Снег"),
        ("koi8-r", "Мост через реку"),
        ("kz1048", "Қостанайда жол жабылды"),
        ("cp1255", "הנשיא נפגש עם שר החוץ"),
        ("cp1252", "Café in Zürich"),
        ("cp1252", "“Oil” — IEA’s view"),
    ],
)
@pytest.mark.parametrize("others", [1, 3, 30])
def test_one_title_in_another_encoding_is_read_in_its_own(
    real: str, title: str, others: int
) -> None:
    rest = "".join(f"<title>{TEXT} {n}</title>" for n in range(others))
    raw = rest.encode() + f"<title>{title}</title>".encode(real)
    told = charset.decode(raw, "text/xml; charset=utf-8")
    assert (f"{rest}<title>{title}</title>", True) == (told.text, told.lossless)


def test_titles_in_utf8_among_many_in_another_encoding_are_read() -> None:
    before, pasted = "<title>Школы закрыты на каникулы</title>" * 9, "<title>Ночью снег</title>"
    told = charset.decode(before.encode("cp1251") + pasted.encode() + before.encode("cp1251"))
    assert before + pasted + before == told.text


def test_a_title_put_together_from_two_encodings_is_read() -> None:
    raw = f"<a>{TEXT}</a><b>Новости: ".encode() + "следы барса</b>".encode("cp1251")
    assert "<b>Новости: следы барса</b>" in charset.decode(raw).text


@pytest.mark.parametrize(
    "raw",
    [b"a" * 1_000_000 + b"\xff", b"\xff" * 500_000, b"\xcf\xe0 " * 300_000 + b"\xd0\xbf" * 9],
)
def test_a_large_document_without_words_is_read_in_linear_time(raw: bytes) -> None:
    assert charset.decode(raw).text
