"""Fit which language a word is of: ``python -m scripts.fit_language FOLDER``, with scikit-learn.

FOLDER has a file a language, ``LABEL.txt``, a sentence a line, and ``LABEL.headlines.txt`` for
ours. The table in the repository was fitted to news of NTREX-128 (newstest2019 in 128
languages, CC BY-SA 4.0), to the test sentences of the Turkic Interlingua's X-WMT, to the Universal
Declaration of Human Rights where neither has a language, and to headlines of our own: those of
``short_headlines.tsv`` and others in eight languages. Uzbek in Cyrillic, Kazakh and Karakalpak
in Latin letters are made from the other script here.

Snippets of one to seven words are told apart by the letter sequences in their words; a capital
inside a sentence, mostly a name, is left out of three snippets in five. Into one snippet in four
goes a name of the gazetteer, in whatever spelling, so that names learn to say nothing: Mirziyoyev
in Baku is no Uzbek. What scores one sequence has for each language is written in eighths of a
logit, a character each.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from watchers.text.language import LONGEST, TABLE, UNIT, ZERO, framed, words_of
from watchers.text.names import gazetteer
from watchers.text.skeleton import is_cyrillic

CYRILLIC = (
    "ab ady alt ba be bg cv kaa kbd kjh kk ky mk mn os ru sah sr tg tt tyv uk uz-Cyrl".split()
)
LATIN = "az crh cs de en es fr hu id it kaa kk nl pl pt ro srl tk tr uz-Latn".split()
SNIPPETS = 12_000
FEW = 500
"""Sentences: a language with fewer gives a third of the snippets."""
SHORT_HEADLINES = Path(__file__).with_name("short_headlines.tsv")
TIMES = 16
"""Snippets of each short headline."""
KEPT = 8_000
SEEN = 20_000
STRENGTH = 0.2
NAMES_LEFT_OUT = 0.6
NAMES_PUT_IN = 0.25

_UZBEK = {
    "oʻ": "ў", "gʻ": "ғ", "sh": "ш", "ch": "ч", "ya": "я", "yo": "ё", "yu": "ю", "ye": "е",
    **dict(zip("abdefghijklmnopqrstuvxyz'", "абдефгҳижклмнопқрстувхйзъ", strict=True)),
}  # fmt: skip
_KAZAKH = "абвгғдежзийкқлмнңоөпрстуұүфхһцчшщъыіьэюяәё"
_LATIN_KAZAKH = (
    "a b v g ğ d e j z i i k q l m n ñ o ö p r s t u ū ü f h h ts ch ş şş . y ı . e iu ia ä io",
    "a b v g ǵ d e j z ı ı k q l m n ń o ó p r s t ý u ú f h h ts ch sh sh . y i . e ıý ıa á io",
    "a b v g ğ d e j z i ı k q l m n ŋ o ö p r s t w u ü f h h ts ç ş ş . y i . e yw ya ä io",
    "a b v g ğ d e j z ï y k q l m n ñ o ö p r s t w u ü f h h ts ç ş ş . ı i . e yu ya ä io",
    "a b v g g d e j z i i k q l m n n o o p r s t u u u f h h ts ch sh sh . y i . e iu ia a io",
)
"""The alphabets of 2021, 2018 and 2019, the news agencies' before them, and without signs."""
_KARAKALPAK = dict(
    zip(
        "аәбвгғдеёжзийкқлмнңоөпрстуүўфхҳцчшщъыьэюя",
        "a á b v g ǵ d e yo j z i y k q l m n ń o ó p r s t u ú w f x h c ch sh sh . ı . e yu ya"
        .replace(".", "").split(" "),
        strict=True,
    )
)  # fmt: skip
"""The alphabet of 2016."""
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def main() -> None:
    """Fit both scripts and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    blocks = [fitted(folder, labels) for labels in (CYRILLIC, LATIN)]
    head = (
        "# Scores of letter sequences, in eighths of a logit: scripts/fit_language.py says how.\n"
    )
    TABLE.write_text(head + "".join(blocks), encoding="utf-8")


def fitted(folder: Path, labels: list[str]) -> str:
    """Fit the languages of one script and return their block of the table."""
    snippets: list[list[str]] = []
    truth: list[str] = []
    random = Random(7)  # noqa: S311 - a sample
    names = _names(labels is CYRILLIC)
    for label in labels:
        cut: list[list[str]] = []
        for ending, wanted in (("txt", SNIPPETS), ("headlines.txt", SNIPPETS // 2)):
            sentences = _sentences(folder, label, ending)
            cut += _snippets(_written(sentences, label, labels), wanted, random)
        for line in _short(label, labels):
            cut += _snippets([line], 3 * TIMES, random)
        snippets += [_named(words, names, random) for words in cut]
        truth += [label] * len(cut)
    seen = Counter(part for words in snippets for word in words for part in _parts(word))
    known = {part: column for column, (part, _) in enumerate(seen.most_common(SEEN))}
    model = LogisticRegression(C=STRENGTH, max_iter=90, tol=1e-3)
    model.fit(_matrix(snippets, known), truth)
    assert list(model.classes_) == sorted(labels)  # noqa: S101 - columns are told by these
    scores = model.coef_.T - model.coef_.T.mean(axis=1, keepdims=True)
    weight = np.ptp(scores, axis=1) * np.arange(1, len(known) + 1) ** -0.35
    kept = set(np.argsort(-weight)[:KEPT])
    bias = np.round((model.intercept_ - model.intercept_.mean()) * UNIT).astype(int)
    lines = ["labels\t" + " ".join(model.classes_), "bias\t" + " ".join(map(str, bias))]
    for part, column in known.items():
        row = np.clip(np.round(scores[column] * UNIT), -45, 45).astype(int)
        if column in kept and row.any():
            lines.append(f"{part}\t" + "".join(chr(ZERO + score) for score in row))
    return "\n".join(lines) + "\n"


def _sentences(folder: Path, label: str, ending: str) -> list[str]:
    path = folder / f"{label}.{ending}"
    told = path.read_text("utf-8").splitlines() if path.exists() else []
    if label == "uz-Cyrl":
        return told + [_cyrillic(line) for line in _sentences(folder, "uz-Latn", ending)]
    return told


def _written(sentences: list[str], label: str, labels: list[str]) -> list[str]:
    """Give Cyrillic sentences in the Latin letters of languages that are written in both."""
    if labels is LATIN and label == "kk":
        size = len(_LATIN_KAZAKH)
        return [_latin(line, place % size) for place, line in enumerate(2 * sentences)]
    if labels is LATIN and label == "kaa":
        return [_spelt(line, _KARAKALPAK) for line in sentences]
    return sentences


def _short(label: str, labels: list[str]) -> list[str]:
    """Give the short headlines of a language that are, or can be written, in a block's script."""
    rows = [line.split("\t") for line in SHORT_HEADLINES.read_text("utf-8").splitlines()]
    told = _written([text for of, text in rows if of == label], label, labels)
    return [text for text in told if bool(_CYRILLIC.search(text)) is (labels is CYRILLIC)]


def _snippets(sentences: list[str], wanted: int, random: Random) -> Iterator[list[str]]:
    if not sentences:
        return
    left = wanted if len(sentences) > FEW else wanted // 3
    while left:
        words = words_of(random.choice(sentences))
        size = random.randint(1, 7)
        start = random.randrange(max(1, len(words) - size + 1))
        cut = [
            framed(word)
            for place, word in enumerate(words[start : start + size], start)
            if word[0].islower() or not place or random.random() > NAMES_LEFT_OUT
        ]
        if cut:
            left -= 1
            yield cut


def _names(cyrillic: bool) -> list[str]:  # noqa: FBT001 - one of two
    """Give the names of people and towns, as all languages of a script spell them."""
    known = gazetteer()
    return sorted(
        framed(alias.words[0])
        for aliases in known.singles.values()
        for alias in aliases
        if alias.entity
        and known.entities[alias.entity].kind in ("person", "city")
        and is_cyrillic(alias.words[0]) is cyrillic
    )


def _named(words: list[str], names: list[str], random: Random) -> list[str]:
    """Put a name before some snippets; where it stands says nothing here."""
    return [random.choice(names), *words] if random.random() < NAMES_PUT_IN else words


def _parts(word: str) -> Iterator[str]:
    for length in range(1, LONGEST + 1):
        for start in range(len(word) - length + 1):
            yield word[start : start + length]


def _matrix(snippets: list[list[str]], known: dict[str, int]) -> csr_matrix:
    rows, columns, counts = [], [], []
    for row, words in enumerate(snippets):
        found = Counter(known[part] for word in words for part in _parts(word) if part in known)
        rows += [row] * len(found)
        columns += list(found)
        counts += list(found.values())
    shape = (len(snippets), len(known))
    return csr_matrix((counts, (rows, columns)), shape=shape, dtype=np.float32)


def _cyrillic(uzbek: str) -> str:
    text = re.sub("([og])['\u2018\u2019\u02bb\u02bc`]", "\\1ʻ", uzbek, flags=re.IGNORECASE)
    text = re.sub("['\u2019\u02bc`]", "'", text)
    text = re.sub(r"\b[eE]", lambda found: "э" if found[0] == "e" else "Э", text)
    for latin, letter in _UZBEK.items():
        text = text.replace(latin, letter).replace(latin.capitalize(), letter.upper())
    return text


def _latin(kazakh: str, alphabet: int) -> str:
    told = _LATIN_KAZAKH[alphabet].replace(".", "").split(" ")
    return _spelt(kazakh, dict(zip(_KAZAKH, told, strict=True)))


def _spelt(text: str, letters: dict[str, str]) -> str:
    return "".join(
        letters.get(letter, letters.get(letter.casefold(), letter).capitalize()) for letter in text
    )


if __name__ == "__main__":
    main()
