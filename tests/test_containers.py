"""What the image and the compose file name is in the repository, and they give nothing away."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import COMMANDS
from bot.ground import Half
from bot.settings import NAMES, Settings, host_port
from steppewire import PACKAGES

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
TEXT = (DEPLOY / "Containerfile").read_text("utf-8")
STEPS = [
    (line.split(maxsplit=1)[0], line.split(maxsplit=1)[1])
    for line in re.sub(
        r"\\\n\s*", "", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE)
    ).splitlines()
    if line
]
FINAL = STEPS[max(at for at, (word, _) in enumerate(STEPS) if word == "FROM") :]
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
PYTHONS = ("PATH", "LANG", "HOME", "MPLCONFIGDIR", "MALLOC_ARENA_MAX", "PYTHONDONTWRITEBYTECODE",
           "PYTHONFAULTHANDLER")  # fmt: skip


def said(word: str) -> list[str]:
    """What the stage that runs says after a word."""
    return [rest for step, rest in FINAL if step == word]


def test_what_is_copied_is_here_and_is_all_that_the_wheel_needs() -> None:
    copied = [one for word, rest in STEPS if word == "COPY" for one in shlex.split(rest)[:-1]]
    from_here = [one for one in copied if not one.startswith(("--", "/"))]
    assert [] == [one for one in from_here if not list(ROOT.glob(one))]
    assert set(PACKAGES) <= set(from_here)
    whole = {
        ".",
        "./",
        "*",
        ".env",
        ".git",
        "deploy",
        "deploy/",
    }  # of a clone in use, token and all
    assert not whole & set(from_here)


def test_the_wheel_finds_in_the_image_all_that_it_takes_from_elsewhere() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    forced = wheel["targets"]["wheel"]["force-include"]
    copied = [shlex.split(rest)[:-1] for word, rest in STEPS if word == "COPY"]
    there = {file for step in copied for one in step for file in ROOT.glob(one.lstrip("/"))}
    assert [] == [one for one in forced if ROOT / one not in there]


def test_it_runs_as_nobody_in_a_folder_that_is_kept() -> None:
    assert ["10001:10001"] == said("USER")
    [folder] = said("WORKDIR")
    assert f'"{folder}"' in said("VOLUME")[0]
    assert "-o 10001 -g 10001 -m 700 /data /backups" in " ".join(said("RUN"))


def test_its_environment_is_of_settings_that_can_be() -> None:
    [told] = said("ENV")
    given = dict(one.split("=", 1) for one in shlex.split(told))
    ours = {name: value for name, value in given.items() if name not in PYTHONS}
    assert set(ours) <= set(NAMES)
    _, port = host_port(ours["HEALTH_LISTEN"])
    assert [str(port)] == said("EXPOSE")
    assert "HOME" in given
    assert Settings.__dataclass_fields__["log_format"].metadata["read"](ours["LOG_FORMAT"])


def test_its_commands_are_ours() -> None:
    assert ['["steppewire"]'] == said("ENTRYPOINT")
    [run], [health] = said("CMD"), said("HEALTHCHECK")
    assert '["run"]' == run
    asked = SERVICES["bot"]["healthcheck"]["test"]
    assert ["CMD", "steppewire", "health"] == asked
    assert f'CMD ["steppewire", "{asked[-1]}"]' in health
    assert {"run", "health", "init", "check"} <= set(COMMANDS)


def test_each_extra_has_its_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert extras
    assert set(extras) >= {
        file.stem.removeprefix("requirements-")
        for file in DEPLOY.glob("requirements-*.txt")
        if file.stem.removeprefix("requirements-") not in ("dev", "docs")
    }


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_is_given_is_here(name: str) -> None:
    service = SERVICES[name]
    if build := service.get("build"):
        context = DEPLOY / build["context"]
        assert (context / build["dockerfile"]).is_file()
        assert all(f"ARG {one}" in TEXT for one in build["args"])
    else:
        assert re.fullmatch(r"docker\.io/[\w/-]+:v?\d[\w.-]+", service["image"])
        assert service["profiles"]  # it is started by name
    for place in service.get("volumes", []):
        source, target, *_ = place.split(":")
        assert (
            (DEPLOY / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
        )
        assert target.startswith("/")
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert "no-new-privileges:true" in service["security_opt"]


def test_each_half_runs_in_a_container_of_its_own_where_that_is_asked() -> None:
    assert "command" not in SERVICES["bot"]  # the image's: the whole
    apart = yaml.safe_load((DEPLOY / "compose.apart.yaml").read_text("utf-8"))["services"]
    assert {"file": "compose.yaml", "service": "bot"} == apart["watchers"]["extends"]
    halves = {name: service["command"] for name, service in apart.items()}
    assert {half.value: f"run --only {half.value}" for half in Half} == halves


def test_who_watches_finds_whom_it_watches() -> None:
    """Prometheus asks the bot by its name, Grafana it by its, Litestream reads the bot's file."""
    told = SERVICES["prometheus"]["command"].split()[0].removeprefix("--config.file=/etc/")
    read = yaml.safe_load((DEPLOY / told).read_text("utf-8"))
    [target] = read["scrape_configs"][0]["static_configs"][0]["targets"]
    assert f"bot:{said('EXPOSE')[0]}" == target
    outside = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
    for settings in (read, outside):
        settings["scrape_configs"][0].pop("static_configs")
    assert read == outside
    assert all("network_mode" not in service for service in SERVICES.values())
    asked = SERVICES["grafana"]["environment"]
    assert "http://prometheus:9090" == asked["PROMETHEUS_URL"]
    used = "".join(
        file.read_text("utf-8")
        for folder in ("grafana/provisioning", "litestream.yml")
        for file in [*(DEPLOY / folder).rglob("*.y*ml"), DEPLOY / folder]
        if file.is_file()
    )
    given = {**asked, **SERVICES["litestream"]["environment"]}
    assert set(re.findall(r"\$\{(\w+)\}", used)) <= set(given)
    [database] = [given["DATABASE_PATH"]]
    assert f"{said('WORKDIR')[0]}/{Settings().database_path}" == database
    assert said("USER") == [SERVICES["litestream"]["user"]]


def test_the_bot_keeps_what_the_image_keeps() -> None:
    kept = {place.split(":")[1] for place in SERVICES["bot"]["volumes"]}
    assert kept == set(yaml.safe_load(said("VOLUME")[0]))
