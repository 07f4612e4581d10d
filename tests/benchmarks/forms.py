"""How many forms of the commonest words meet, as asked and as told: the whole product.

Run by hand: python -m tests.benchmarks.forms [language …]
"""

import sys

from tests.watchers.text.paradigms import paradigms
from tests.watchers.text.test_every_form import LANGUAGES, missed


def main() -> None:
    """Print for each language the share of pairs that meet, and the words that fail most."""
    for lang in sys.argv[1:] or LANGUAGES:
        words = paradigms(lang)
        pairs = sum(len(word.forms) ** 2 for word in words)
        wrong = {word.word: found for word in words if (found := missed(word, lang))}
        share = 1 - sum(map(len, wrong.values())) / pairs
        print(f"{lang}: {len(words)} words, {pairs} pairs, {share:.4f} meet")
        for word in sorted(wrong, key=lambda word: -len(wrong[word]))[:10]:
            print(f"  {word} {len(wrong[word])}: {wrong[word][:3]}")


if __name__ == "__main__":
    main()
