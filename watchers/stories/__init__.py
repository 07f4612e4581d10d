"""Same story? One pure decision, its signals and vetoes, the window it looks at, reclustering.

Comments on numbers say what moves when one of them does, all others and the weights as they are:
"F1" is the mean BCubed F1 over six labelled streams (0.896, on the data of the fit); "contrasting
pairs" are 129 that must part, of which 75 do, and 70 that must join, of which 52 do.
"""

from watchers.stories.backtest import Backtest, Difference, backtest
from watchers.stories.boilerplate import Boilerplate
from watchers.stories.changes import material, outgrown
from watchers.stories.codec import (
    Sketch,
    Weights,
    pack,
    pack_weights,
    sketch,
    unpack,
    unpack_weights,
)
from watchers.stories.constraints import Constraint
from watchers.stories.features import UNSAVED, Features, prepare
from watchers.stories.gravity import Gravity, gravest, gravity
from watchers.stories.grounds import Grounds, grounds
from watchers.stories.identity import Verdict, doubts, identify, nearest, related
from watchers.stories.index import Index
from watchers.stories.reclustering import Change, Joined, Moved, revise
from watchers.stories.weights import LinkageSettings, fitted

__all__ = [
    "UNSAVED",
    "Backtest",
    "Boilerplate",
    "Change",
    "Constraint",
    "Difference",
    "Features",
    "Gravity",
    "Grounds",
    "Index",
    "Joined",
    "LinkageSettings",
    "Moved",
    "Sketch",
    "Verdict",
    "Weights",
    "backtest",
    "doubts",
    "fitted",
    "gravest",
    "gravity",
    "grounds",
    "identify",
    "material",
    "nearest",
    "outgrown",
    "pack",
    "pack_weights",
    "prepare",
    "related",
    "revise",
    "sketch",
    "unpack",
    "unpack_weights",
]
