"""Throw all that the outside can send at the doors it comes in by, for so many minutes.

Runs tests/fuzz again and again, each round with other material, and stops at the first that
breaks: Hypothesis names the smallest sample of it, which then belongs into tests/fuzz/corpus.
Words after the minutes choose among the tests: ``python -m scripts.fuzz 10 queries``.
"""

import secrets
import subprocess
import sys
import time


def main(minutes: float, wanted: str) -> int:
    """Run rounds until the time is over; return the exit code of the last."""
    ends = time.monotonic() + minutes * 60
    rounds = 0
    while time.monotonic() < ends:
        rounds += 1
        left = (ends - time.monotonic()) / 60
        print(f"→ round {rounds}, {left:.0f} minutes left", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "tests/fuzz"]
        command += ["--hypothesis-profile=fuzz", f"--hypothesis-seed={secrets.randbits(32)}"]
        if code := subprocess.call([*command, "-k", wanted] if wanted else command):
            return code
    print(f"nothing broke in {rounds} rounds")
    return 0


if __name__ == "__main__":
    words = sys.argv[1:]
    raise SystemExit(main(float(words[0]) if words else 60, " ".join(words[1:])))
