"""Our version, as the installed package says it."""

from functools import cache


@cache
def installed_version() -> str:
    """Return our version, or "source" where the package is not installed."""
    # Reading packages' descriptions takes as long as reading half of our commands.
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("steppewire")
    except PackageNotFoundError:
        return "source"
