"""How many forms of the commonest words meet, as asked and as told: the whole product.

Run by hand: python -m tests.benchmarks.forms [--words N] [language …]

For each language it prints the share of pairs that meet, by part of speech; the share of forms
that meet the listed one, either way; how many pairs of a listed word and another word meet in
some form; and which words fail most. A language takes a minute or two.
"""

import argparse
import random

from tests.watchers.text.every_form import meetings_of_others, missed, normal_forms
from tests.watchers.text.paradigms import LANGUAGES, Paradigm, listed, paradigm

PARTS = ("noun", "verb", "adjective")


def words_of(lang: str, most: int) -> list[Paradigm]:
    """Give so many words of each part of speech at most, always the same ones."""
    cells = [cell for part in PARTS for cell in _some(lang, part, most)]
    return [paradigm(lang, *cell) for cell in cells]


def _some(lang: str, part: str, most: int) -> list[tuple[str, str]]:
    cells = [cell for cell in listed(LANGUAGES[lang][0]) if cell[0] == part]
    return random.Random(lang).sample(cells, min(most, len(cells)))


def tell(lang: str, most: int) -> None:
    """Print what is true of a language."""
    words = words_of(lang, most)
    wrong = {word: missed(word, lang) for word in words}
    for part in PARTS:
        kind = [word for word in words if word.part == part]
        sizes = {word: len(normal_forms(word)) for word in kind}
        pairs = sum(size**2 for size in sizes.values())
        lost = sum(len(wrong[word]) for word in kind)
        heads = sum(
            normal_forms(word)[0] == form for word in kind for pair in wrong[word] for form in pair
        )
        print(
            f"{lang} {part}: {len(kind)} words, {1 - lost / pairs:.4f} of pairs meet,"
            f" {1 - heads / (2 * sum(sizes.values())):.4f} with the listed form"
        )
    met = meetings_of_others(words, words, lang)
    print(f"  {len(met)} of {len(words) ** 2} pairs of words meet")
    print(
        "  " + ", ".join(f"{one} {other} ({form})" for (one, other), form in [*met.items()][:40])
    )
    for word in sorted(words, key=lambda word: -len(wrong[word]))[:10]:
        print(f"  {word.word} {len(wrong[word])}: {wrong[word][:3]}")


def main() -> None:
    """Measure the languages that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("languages", nargs="*", default=[*LANGUAGES])
    parser.add_argument("--words", type=int, default=500, help="of each part of speech")
    given = parser.parse_args()
    for lang in given.languages:
        tell(lang, given.words)


if __name__ == "__main__":
    main()
