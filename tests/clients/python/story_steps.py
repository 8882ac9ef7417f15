"""Steps of a story: one line each, `ok NAME` or `FAILED NAME: why`."""

import sys
import traceback
from contextlib import contextmanager

failed = False


@contextmanager
def step(name):
    """Runs the block as one step; a failure is told and the story goes on."""
    global failed
    try:
        yield
    except Exception as error:  # a client may raise anything
        failed = True
        place = traceback.extract_tb(error.__traceback__)[-1].lineno
        why = str(error)[:300]
        print(f"FAILED {name}: {type(error).__name__}: {why} (line {place})")
    else:
        print(f"ok {name}")


def finish():
    """Ends the program; what failed shows in the exit code."""
    sys.exit(1 if failed else 0)
