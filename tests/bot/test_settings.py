"""Settings: every problem at once, every setting documented, no secret shown."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bot.envfile import parsed
from bot.settings import Settings, SettingsError, hints, load, misspelt, read

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


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("TELEGRAM_API_URL", "http://[::1"),
        ("TELEGRAM_API_URL", "http://127.0.0.1:99999"),
        ("TELEGRAM_API_URL", "http://127.0.0.1:0"),
        ("TELEGRAM_API_URL", "http://:8081"),
        ("TELEGRAM_API_URL", "http://api.example:port"),
        ("TELEGRAM_PAID_BROADCAST", "25"),
        ("TELEGRAM_PAID_BROADCAST", "1001"),
        ("FEED_ALLOW_HOSTS", "*:80"),
        ("FEED_ALLOW_HOSTS", "10.0.0.0/8:80"),
        ("EMBEDDINGS_URL", "localhost:11434"),
        ("EMBEDDINGS_URL", "built-in"),
        ("EMBEDDINGS_KEY", "ключ"),
        ("HEALTH_LISTEN", "*:9100"),
        ("ADMIN_IDS", "0"),
        ("ADMIN_IDS", "7,00"),
        ("USER_AGENT_CONTACT", "me"),
        ("USER_AGENT_CONTACT", "mailto:"),
        ("USER_AGENT_CONTACT", "https://"),
        ("DEFAULT_TIMEZONE", "localtime"),
        ("DEFAULT_TIMEZONE", "posixrules"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_with_its_line(name: str, raw: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read({}, parsed(f"# mine\n{name}={raw}\n".encode(), ".env"))
    [problem] = raised.value.problems
    assert (True, True) == (problem.startswith(name), problem.endswith("(.env, line 2)"))


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("TELEGRAM_API_URL", "http://[::1]:8081"),
        ("TELEGRAM_API_URL", "https://api.example/prefix/"),
        ("FEED_ALLOW_HOSTS", "лента.рф:80, my_host:1,[fe80::1]:8080"),
        ("EMBEDDINGS_URL", "Builtin"),
        ("EMBEDDINGS_URL", "http://127.0.0.1:11434/v1/"),
        ("EMBEDDINGS_KEY", "sk-1"),
        ("USER_AGENT_CONTACT", "mailto:me@example.org"),
        ("USER_AGENT_CONTACT", "me@example.org"),
        ("USER_AGENT_CONTACT", "https://example.org/bot?a=1"),
        ("USER_AGENT_CONTACT", "example.org"),
        ("DEFAULT_TIMEZONE", "UTC"),
        ("DEFAULT_TIMEZONE", "Etc/GMT-5"),
        ("TELEGRAM_PAID_BROADCAST", "26"),
        ("TELEGRAM_PAID_BROADCAST", "1000"),
    ],
)
def test_a_value_that_can_be_meant_is_taken(name: str, raw: str) -> None:
    assert Settings() != read({name: raw})


def test_a_webhook_is_https_unless_the_bot_api_is_on_this_machine() -> None:
    hook = {"TELEGRAM_WEBHOOK_URL": "http://x.example/hook", "TELEGRAM_WEBHOOK_SECRET": "hush"}
    assert ["TELEGRAM_WEBHOOK_URL"] == problems(**hook)
    assert read(hook | {"TELEGRAM_API_URL": "http://127.0.0.1:8081"}).telegram_webhook_url


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"TRANSLATE_URL": "http://127.0.0.1:5000"}, "TRANSLATE_ENGINE"),
        ({"TRANSLATE_KEY": "k"}, "TRANSLATE_ENGINE"),
        ({"TRANSLATE_ENGINE": "libretranslate"}, "TRANSLATE_URL"),
        ({"TRANSLATE_ENGINE": "openai", "TRANSLATE_URL": "http://here"}, "TRANSLATE_MODEL"),
        ({"TRANSLATE_ENGINE": "deepl"}, "TRANSLATE_KEY"),
        ({"TRANSLATE_ENGINE": "google"}, "TRANSLATE_ENGINE"),
        ({"TRANSLATE_BUDGET": "0"}, "TRANSLATE_BUDGET"),
        ({"TRANSLATE_BUDGET": "much"}, "TRANSLATE_BUDGET"),
        ({"TRANSLATE_KEY": "ключ", "TRANSLATE_ENGINE": "deepl"}, "TRANSLATE_KEY"),
    ],
)
def test_a_translator_that_cannot_be_asked_is_refused(given: dict[str, str], named: str) -> None:
    assert named in problems(**given)


def test_a_translator_is_named_with_what_it_needs() -> None:
    set_ = read({"TRANSLATE_ENGINE": "DeepL", "TRANSLATE_KEY": "hush", "TRANSLATE_BUDGET": "9000"})
    assert ("deepl", "hush", 9000) == (
        set_.translate_engine, set_.translate_key, set_.translate_budget
    )  # fmt: skip
    assert "hush" not in repr(set_)


def test_two_listeners_cannot_have_one_place() -> None:
    hook = {"TELEGRAM_WEBHOOK_URL": "https://x.example/hook", "TELEGRAM_WEBHOOK_SECRET": "hush"}
    assert ["HEALTH_LISTEN"] == problems(HEALTH_LISTEN="127.0.0.1:8080", **hook)
    assert "127.0.0.1:8080" == read({"HEALTH_LISTEN": "127.0.0.1:8080"}).health_listen


def test_secrets_are_not_shown() -> None:
    shown = repr(
        Settings(telegram_bot_token=TOKEN, telegram_webhook_secret="hush", embeddings_key="psst")
    )
    assert TOKEN not in shown
    assert "psst" not in shown
    assert "hush" not in shown


def test_env_example_documents_every_setting_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    documented = re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)
    assert sorted(one.name.upper() for one in fields(Settings)) == sorted(documented)


def test_defaults_shown_in_env_example_are_the_defaults() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert Settings() == read(shown)


# --- the file and the environment -------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, and an environment without any setting."""
    for one in fields(Settings):
        monkeypatch.delenv(one.name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(**asked: bool) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        load(**asked)
    return list(raised.value.problems)


def test_the_file_beside_us_is_read(folder: Path) -> None:
    (folder / ".env").write_text(f"TELEGRAM_BOT_TOKEN={TOKEN}\nADMIN_IDS=7\n")
    assert Settings(telegram_bot_token=TOKEN, admin_ids=frozenset({7})) == load(need_token=True)


def test_the_environment_wins_over_the_file_and_be_it_empty(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("POLL_INTERVAL=600\nADMIN_IDS=7\nDEFAULT_LANGUAGE=ru\n")
    monkeypatch.setenv("POLL_INTERVAL", "300")
    monkeypatch.setenv("ADMIN_IDS", "")
    assert Settings(poll_interval=300, default_language="ru") == load()


def test_a_token_hidden_by_an_empty_one_in_the_environment_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text(f"TELEGRAM_BOT_TOKEN={TOKEN}\n")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "")
    [problem] = said(need_token=True)
    assert "empty in the process environment" in problem
    assert ".env, line 1" in problem


def test_reading_the_file_leaves_the_environment_as_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("POLL_INTERVAL=600\n")
    assert 600 == load().poll_interval
    monkeypatch.chdir("/")
    assert Settings() == load()


def test_only_the_file_of_this_folder_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("POLL_INTERVAL=600\n")
    (folder / "inside").mkdir()
    monkeypatch.chdir("inside")
    assert Settings() == load()


def test_everything_wrong_with_a_file_is_told_at_once_and_where_it_stands(folder: Path) -> None:
    (folder / ".env").write_text(
        "# mine\nPOLL_INTERVALL=600\nADMIN_IDS=me\nsomething else\nHTTP_PROXY=http://x\n"
    )
    assert [
        ".env, line 4: there is no “=” in it; a setting is written NAME=value, a comment begins with #",
        "POLL_INTERVALL is no setting (.env, line 2); did you mean POLL_INTERVAL?",
        "ADMIN_IDS must be people's numbers with commas between them, not 'me' (.env, line 3)",
        (
            "TELEGRAM_BOT_TOKEN is not set: ask @BotFather for one and put it into .env"
            " (or try `make demo`, which needs none)"
        ),
    ] == said(need_token=True)


def test_a_wrong_value_that_hides_the_files_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("POLL_INTERVAL=600\n")
    monkeypatch.setenv("POLL_INTERVAL", "soon")
    [problem] = said()
    assert problem.endswith("not 'soon' (process environment, which wins over .env, line 1)")


def test_another_file_is_read_where_it_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("ADMIN_IDS=1\n")
    (folder / "мой файл.env").write_text("ADMIN_IDS=2\n")
    monkeypatch.setenv("DOTENV_PATH", "мой файл.env")
    assert frozenset({2}) == load().admin_ids


@pytest.mark.parametrize("name", ["nowhere.env", "a folder", "a\0b"])
def test_a_named_file_that_cannot_be_read_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (folder / "a folder").mkdir()
    environ = {"DOTENV_PATH": name}
    monkeypatch.setattr("bot.settings.os.environ", environ)
    [problem] = said()
    assert problem.startswith(f"DOTENV_PATH names {name!r}, which cannot be read: ")


def test_a_folder_in_the_files_place_is_told(folder: Path) -> None:
    (folder / ".env").mkdir()
    assert [".env cannot be read: Is a directory"] == said()


def test_a_file_that_is_no_file_of_settings_is_told(folder: Path) -> None:
    (folder / ".env").write_bytes(b"#" * 1_000_001)
    [problem] = said()
    assert "larger than a megabyte" in problem


def test_a_file_cannot_name_another_file() -> None:
    with pytest.raises(SettingsError, match="process environment only"):
        read({}, parsed(b"DOTENV_PATH=other.env\n", ".env"))
    assert Settings() == read({}, parsed(b"DOTENV_PATH=.env\n", ".env"))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("POLL_INTERVALL", "POLL_INTERVAL"),
        ("POLL_INTREVAL", "POLL_INTERVAL"),
        ("ADMIN_ID", "ADMIN_IDS"),
        ("TELEGRAM_BOT_TOKENS", "TELEGRAM_BOT_TOKEN"),
        ("telegram_bot_token", "TELEGRAM_BOT_TOKEN"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("ТELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_TOKEN"),  # a Cyrillic letter
        ("LOG_LEVEL", None),
        ("PATH", None),
        ("LANG", None),
        ("DATABASE_URL", None),
        ("TELEGRAM_API_ID", None),
    ],
)
def test_a_name_that_is_nearly_a_settings_is_told(name: str, meant: str | None) -> None:
    assert ([(name, meant)] if meant else []) == list(misspelt([name]))


def test_no_setting_is_nearly_another() -> None:
    names = [one.name.upper() for one in fields(Settings)]
    assert [] == [name for name in names for _ in misspelt([f"{name}X"]) if f"{name}X" in names]
    for name in names:
        [(_, meant)] = misspelt([f"{name}X"])
        assert name == meant


def test_a_name_of_the_environment_that_is_nearly_a_settings_is_a_hint_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGLEVEL", "debug")
    assert ("LOGLEVEL is no setting (process environment); did you mean LOG_LEVEL?",) == hints()
    assert Settings() == load()


@pytest.mark.parametrize(
    "name", ["ADMINS", "TELEGRAM_TOKEN", "DATABASE_URL", "POLL_INTERVAL_SECONDS", "db_file"]
)
def test_a_name_of_the_file_that_means_a_setting_is_told_and_stops_nothing(
    folder: Path, name: str
) -> None:
    (folder / ".env").write_text(f"HTTP_PROXY=x\nCOMPOSE_PROJECT_NAME=y\n{name}=z\n")
    [hint] = hints()
    assert hint.startswith(f"{name} is no setting and has no effect (.env, line 3)")
    assert Settings() == load()


@pytest.mark.parametrize("raw", [".", "/", "..", "a\nb"])
def test_a_database_is_a_file(raw: str) -> None:
    assert ["DATABASE_PATH"] == problems(DATABASE_PATH=raw)


def test_what_a_caller_replaces_may_be_wrong() -> None:
    environ = {"TELEGRAM_BOT_TOKEN": "paste here", "POLL_INTERVAL": "soon"}
    with pytest.raises(SettingsError) as raised:
        read(environ, without=frozenset({"telegram_bot_token"}))
    [problem] = raised.value.problems
    assert problem.startswith("POLL_INTERVAL")
