"""One event told by five outlets within a week: one story of four, and the essay beside it."""

import pytest

from storage.model import StoryId
from tests.watchers.stories.features import features
from watchers.stories import Features, Index, Joined, identify, related, revise

REPORT = (
    "The French president Emmanuel Macron flew to Astana on Wednesday and on to Samarkand on "
    "Thursday, seeking uranium contracts and new partners in Central Asia. In Moscow the visit "
    "met with irritation. Kremlin spokesman Dmitry Peskov said Kazakhstan was free to choose its "
    "friends but that ties with Russia were deeper than any contract. Foreign minister Sergei "
    "Lavrov accused Paris of trying to push Russia out of the region. Kassym-Jomart Tokayev "
    "thanked Macron for a frank talk and signed a declaration on critical minerals, while Shavkat "
    "Mirziyoyev received him beside the Registan. Orano, the French nuclear company, already "
    "mines uranium in the south of Kazakhstan and wants more."
)
REWRITE = (
    "Moscow has reacted with irritation to the trip of Emmanuel Macron, president of France, to "
    "Astana and Samarkand. According to Dmitry Peskov, the Kremlin's spokesman, Kazakhstan may "
    "pick its friends freely, yet no contract can be deeper than its ties with Russia. Sergei "
    "Lavrov, the foreign minister, claimed that Paris wants to push Russia out of Central Asia. "
    "Macron was looking for contracts on uranium and for new partners; Kassym-Jomart Tokayev "
    "signed a declaration about critical minerals with him."
)
LONGER = (
    "When Emmanuel Macron stepped off his plane in Astana he was the first French leader to come "
    "in years. Two days, two capitals: from Kazakhstan he went on to Uzbekistan, where Shavkat "
    "Mirziyoyev walked him across the Registan in Samarkand. The purpose was no secret. France "
    "buys uranium for its reactors, Orano mines it in the steppe, and Tokayev signed a "
    "declaration on critical minerals that may bring more of both. Moscow watched with "
    "irritation. Sergei Lavrov accused Paris of trying to push Russia out of the region; Dmitry "
    "Peskov, the Kremlin spokesman, said that Kazakhstan was free to choose its friends. Macron "
    "himself praised Tokayev for refusing to be anybody's vassal. French companies in his "
    "delegation spoke of wind farms, hospitals and a new fleet of trains."
)
ESSAY = (
    "For thirty years the five states of Central Asia have balanced between large neighbours. "
    "Russia keeps its bases and its migrants' wages, China its pipelines and its credit, Turkey "
    "a common language family, and Europe a promise of trade that is renewed at every summit. "
    "None of the capitals wants to choose. The doctrine is called multi-vector policy, and its "
    "success depends on nobody pressing too hard. Sanctions have made the balance more delicate, "
    "and also more profitable. Visits of presidents, from Paris as from Beijing, belong to this "
    "long game and change little in it."
)


@pytest.fixture
def told() -> list[Features]:
    return [
        features(1, "Macron's Central Asian trip irks Moscow", REPORT, lang="en"),
        features(2, "", REWRITE, lang="en", hours=20),
        features(3, "France goes shopping for uranium in the steppe", LONGER, lang="en", hours=70),
        features(4, "Why Central Asia will not choose", ESSAY, lang="en", hours=100),
        features(5, "", REPORT[:520], lang="en", hours=150),
    ]


def stories_of(told: list[Features], index: Index) -> list[StoryId | None]:
    """Take items in as the ingester does, with second thoughts after each."""
    for last, one in enumerate(told, 1):
        story = identify(one, index).story or StoryId(last)
        index.add(one, story)
        for change in revise(index, story):
            assert isinstance(change, Joined)
            index.merge(change.story, change.into)
    return [index.story_of(one.item) for one in told]


def test_four_reports_of_one_event_are_one_story_and_the_essay_is_not(
    told: list[Features],
) -> None:
    assert stories_of(told, Index()) == [1, 1, 1, 4, 1]


def test_the_essay_is_offered_as_related(told: list[Features]) -> None:
    index = Index()
    stories_of(told, index)
    assert related(told[3], index) == (StoryId(1),)


def test_a_copy_is_the_same_story_whatever_its_headline_says(told: list[Features]) -> None:
    index = Index()
    index.add(told[0], StoryId(7))
    copy = features(9, "An entirely different line", REPORT, lang="en", hours=90)
    verdict = identify(copy, index)
    assert verdict.story == 7
    assert ("near", 1) in verdict.reasons
    assert ("copied", 1.0) in verdict.reasons
