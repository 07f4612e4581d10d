"""``health``: how the bot is that runs, for whoever has no curl."""

import json
from http.client import HTTPConnection, HTTPException

import click

from bot.cli.common import Refused, command
from bot.failures import system_says
from bot.monitoring.health import in_a_line
from bot.settings import Settings, host_port

PATIENCE_S = 10.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (what is listened at)
"""Addresses that mean all of the machine's, and the one at which we ask there."""


@click.command()
@command
async def health(settings: Settings) -> None:
    """Ask the bot that runs how it is, at HEALTH_LISTEN; 1 where it is not well or not there.

    Containers ask so, and scripts.
    """
    if not settings.health_listen:
        raise Refused("HEALTH_LISTEN is not set, so the bot tells nobody how it is.")
    told = asked(settings.health_listen)
    line = in_a_line(told["wrong"], told["concerns"])
    if told["wrong"]:
        raise Refused(line)
    click.echo(line)


def asked(listen: str) -> dict[str, list[str]]:
    """Return what /health names; Refused where nobody answers there, or somebody else."""
    host, port = host_port(listen)
    asking = HTTPConnection(EVERYWHERE.get(host, host), port, timeout=PATIENCE_S)
    try:
        asking.request("GET", "/health")
        told = json.loads(asking.getresponse().read())
        return {"wrong": list(told["wrong"]), "concerns": list(told.get("concerns", ()))}
    except OSError as error:
        raise Refused(f"Nobody answers at {listen}: {system_says(error)}.") from error
    except (HTTPException, ValueError, LookupError, TypeError) as error:
        raise Refused(f"It is not SteppeWire that answers at {listen}.") from error
    finally:
        asking.close()
