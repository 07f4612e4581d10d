"""Settings: every problem at once, every setting documented, no secret shown."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, read

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def problems(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        read(environ)
    return [problem.split()[0] for problem in raised.value.problems]


def test_nothing_set_is_a_working_demo_configuration() -> None:
    assert Settings() == read({})


def test_what_is_set_is_read() -> None:
    settings = read(
        {
            "TELEGRAM_BOT_TOKEN": f" {TOKEN} ",
            "TELEGRAM_API_URL": "http://127.0.0.1:8081/",
            "ADMIN_IDS": "1, 22,",
            "FEED_ALLOW_HOSTS": "127.0.0.1:8000, [::1]:80,Feeds.Local:8080",
            "POLL_INTERVAL": "300",
            "DEFAULT_LANGUAGE": "RU",
        }
    )
    assert (
        Settings(
            telegram_bot_token=TOKEN,
            telegram_api_url="http://127.0.0.1:8081",
            admin_ids=frozenset({1, 22}),
            feed_allow_hosts=frozenset({("127.0.0.1", 8000), ("::1", 80), ("feeds.local", 8080)}),
            poll_interval=300,
            default_language="ru",
        )
        == settings
    )


def test_all_problems_are_told_at_once() -> None:
    assert [
        "TELEGRAM_BOT_TOKEN",
        "TELEGRAM_API_URL",
        "ADMIN_IDS",
        "POLL_INTERVAL",
        "DEFAULT_TIMEZONE",
        "FEED_ALLOW_HOSTS",
        "LOG_LEVEL",
    ] == problems(
        TELEGRAM_BOT_TOKEN="secret",
        TELEGRAM_API_URL="ftp://example.org",
        ADMIN_IDS="me",
        POLL_INTERVAL="5",
        DEFAULT_TIMEZONE="Asia/Nowhere",
        FEED_ALLOW_HOSTS="10.0.0.1",
        LOG_LEVEL="loud",
    )


def test_a_token_of_another_bot_api_server_is_taken() -> None:
    assert "42:TEST" == read({"TELEGRAM_BOT_TOKEN": "42:TEST"}).telegram_bot_token


def test_a_missing_token_says_where_to_get_one() -> None:
    with pytest.raises(SettingsError, match="@BotFather"):
        read({}, need_token=True)


def test_a_webhook_without_a_secret_is_refused() -> None:
    assert ["TELEGRAM_WEBHOOK_SECRET"] == problems(TELEGRAM_WEBHOOK_URL="https://x.example/hook")


def test_secrets_are_not_shown() -> None:
    shown = repr(Settings(telegram_bot_token=TOKEN, telegram_webhook_secret="hush"))
    assert TOKEN not in shown
    assert "hush" not in shown


def test_env_example_documents_every_setting_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    documented = re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)
    assert sorted(one.name.upper() for one in fields(Settings)) == sorted(documented)


def test_defaults_shown_in_env_example_are_the_defaults() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert Settings() == read(shown)
