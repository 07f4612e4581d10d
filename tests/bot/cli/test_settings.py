"""Settings at the command line's door: one file, one environment, the same words everywhere."""

import pytest

from bot.cli import COMMANDS
from bot.sandbox import BOT_TOKEN
from storage.database import connect
from tests.bot.cli.stand import stand

WITHOUT_SETTINGS = {"match", "language", "init", "units"}
"""They work on stdin alone, write the file, or what starts us with it."""

ARGUMENTS = {
    "feeds": ("list",),
    "ingest": ("none.jsonl",),
    "story": ("1",),
    "search": ("gas",),
    "trends": ("gas",),
    "export": ("archive",),
    "backup": ("copy.db",),
    "restore": ("copy.db",),
}

WRONG = "POLL_INTERVALL=60\nADMIN_IDS=me\nno equals sign\n"


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - WITHOUT_SETTINGS - {"demo", "run"}))
def test_every_command_tells_all_that_is_wrong_with_the_file(cli, tmp_path, name):
    (tmp_path / ".env").write_text(WRONG)
    told = cli(name, *ARGUMENTS.get(name, ()))
    assert (1, "") == (told.exit_code, told.stdout)
    assert [".env,", "POLL_INTERVALL", "ADMIN_IDS"] == [
        line.split()[0] for line in told.stderr.splitlines()
    ]
    assert not (tmp_path / "news.db").exists()


def test_run_and_check_say_the_same_of_a_wrong_file(cli, tmp_path):
    (tmp_path / ".env").write_text(f"{WRONG}TELEGRAM_BOT_TOKEN={BOT_TOKEN}\n")
    run, check = cli("run"), cli("check")
    assert (run.exit_code, run.stderr) == (check.exit_code, check.stderr)
    assert (1, 3) == (run.exit_code, len(run.stderr.splitlines()))


def test_run_tells_a_missing_token_together_with_what_is_wrong(cli, tmp_path):
    (tmp_path / ".env").write_text("ADMIN_IDS=me\n")
    told = cli("run").stderr.splitlines()
    assert ["ADMIN_IDS", "TELEGRAM_BOT_TOKEN"] == [line.split()[0] for line in told]


def test_the_demo_minds_only_the_settings_it_uses(cli, tmp_path):
    (tmp_path / ".env").write_text("ADMIN_IDS=me\nTELEGRAM_BOT_TOKEN=mine\nLOG_LEVEL=loud\n")
    told = cli("demo", LOG_LEVEL=None).stderr.splitlines()
    assert ["LOG_LEVEL"] == [line.split()[0] for line in told]


def test_a_nearly_right_name_of_the_environment_is_told_and_stops_nothing(cli, tmp_path):
    connect(tmp_path / "news.db").close()
    told = cli("items", POLL_INTERVALL="60")
    assert 0 == told.exit_code
    assert "did you mean POLL_INTERVAL?" in told.stderr.splitlines()[0]


def test_check_reads_the_file_and_asks_telegram_with_its_token(cli, tmp_path):
    with stand() as box:
        (tmp_path / ".env").write_text(
            f"TELEGRAM_BOT_TOKEN={BOT_TOKEN}\nTELEGRAM_API_URL={box.url}\n", encoding="utf-8-sig"
        )
        told = cli("check")
    assert (0, "settings  ok") == (told.exit_code, told.stdout.splitlines()[0])
    assert "token     ok: @SteppeWireBot" in told.stdout
