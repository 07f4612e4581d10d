"""`python -m watchers`: what it cannot do is a sentence on stderr, and exit code 1."""

import pytest

from watchers.__main__ import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ftp://feeds.example/rss"], "“ftp://feeds.example/rss” is no web address."),
        (["https://feeds.example", "--allow", "lan"], "“lan” must be host:port"),
        (["https://feeds.example\ntitle: h3"], "“item: ?” cannot be used"),
    ],
)
def test_what_cannot_be_looked_at_costs_a_sentence(
    words: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.argv", ["watchers", *words])
    assert 1 == main()
    told = capsys.readouterr()
    assert ("", 1) == (told.out, len(told.err.splitlines()))
    assert told.err.startswith(said)
