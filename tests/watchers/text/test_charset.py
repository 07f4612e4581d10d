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
    "label", ["zip", "hex", "utf-7", "idna", "undefined-9000", "rot13", "\udcff"]
)
def test_labels_that_are_no_charsets_mean_nothing(label: str) -> None:
    assert charset.codec_name(label) == ""
