"""Laws of comparing two settings."""

from dataclasses import replace

from tests.watchers.stories.features import features
from watchers.stories import Difference, backtest, fitted

TOLD = [
    features(1, "В Караганде открыли новый мост через реку Нуру"),
    features(2, "Сборная Кыргызстана по борьбе вылетела на турнир в Токио"),
    features(3, "Новый мост через Нуру открыли в Караганде"),
]


def test_the_same_setting_changes_nothing() -> None:
    found = backtest(TOLD, fitted(), fitted())
    assert (found.stories_before, found.stories_after, found.examples) == (2, 2, ())


def test_a_stricter_setting_parts_what_the_other_joins() -> None:
    found = backtest(TOLD, fitted(), replace(fitted(), join=9.0))
    assert (found.stories_after, found.joined, found.parted) == (3, 0, 1)
    assert found.examples == (Difference(TOLD[0].item, TOLD[2].item, together_before=True),)


def test_progress_counts_both_runs() -> None:
    done: list[int] = []
    backtest(TOLD, fitted(), fitted(), progress=done.append)
    assert done == [1, 2, 3, 4, 5, 6]


def test_a_story_out_of_the_window_still_counts() -> None:
    late = features(4, "Парламент принял закон о воде", hours=24 * 30)
    assert backtest([*TOLD, late], fitted(), fitted()).stories_before == 3
