"""Does your assignment fit together? Run this beside it: python check.py [FILE]

It needs NumPy alone, and holds no answers: it holds your functions against definitions and against each other. What
passes here can still be wrong; what fails here is. `dgm course check` says more.
"""
import importlib.util
import itertools  # noqa: F401
import sys
from pathlib import Path
from types import SimpleNamespace  # noqa: F401

import numpy as np  # noqa: F401

NAME, MADE_WITH = "ASSIGNMENT", "VERSION"


# the properties of the assignment stand here


def load(path):
    """The file as a module."""
    spec = importlib.util.spec_from_file_location("submission", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(path):
    """Print a line for each property; how many do not hold."""
    student = load(path)
    properties = [one for name, one in globals().items() if name.startswith("property_")]
    n_failed = 0
    for one in properties:
        try:
            wrong = one(student)
        except NotImplementedError:
            wrong = "not written yet"
        except Exception as error:
            wrong = f"{type(error).__name__}: {error}"
        n_failed += wrong is not None
        print(f"  {'no' if wrong else 'ok'}  {one.__doc__}{f': {wrong}' if wrong else ''}")
    n_held = len(properties) - n_failed
    print(f"{n_held} of {len(properties)} properties hold ({NAME}, made with numpy_dgm {MADE_WITH})")
    return n_failed


if __name__ == "__main__":
    file = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name(f"{NAME}.py")
    sys.exit(1 if check(file) else 0)
