"""On what the bits of a run depend, beside its seed: the BLAS library, its kernels, its number of threads.

A matrix product adds up in an order that the library chooses by the processor and by the number of threads, and
floating-point sums depend on their order in the last bits.
"""
import ctypes
import os
import platform

import numpy as np

PREFIXES = ("scipy_openblas_get_", "openblas_get_")
SUFFIXES = ("64_", "")


def describe_environment() -> dict:
    """{"numpy", "blas", "kernels", "threads"}: versions as texts, kernels as OpenBLAS names them, threads as an int.

    OpenBLAS is asked itself. Of other libraries the kernels are given as the processor's name, and the threads as the
    environment asks for them, or else as many as there are processors.
    """
    config = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    kernels, threads = _ask("corename", ctypes.c_char_p), _ask("num_threads", ctypes.c_int)
    return {
        "numpy": np.__version__,
        "blas": f"{config.get('name')} {config.get('version')}",
        "kernels": platform.machine() if kernels is None else kernels.decode(),
        "threads": _threads_asked_for() if threads is None else int(threads),
    }


def what_differs(then: dict, now: dict) -> str:
    """The differences between two environments, such as "threads 1, now 2"; "" where there are none."""
    return ", ".join(f"{name} {then.get(name)}, now {value}" for name, value in now.items() if then.get(name) != value)


def _ask(question, answer_type):
    """What the loaded OpenBLAS answers, None where there is none."""
    for path in _loaded_libraries("openblas"):
        library = ctypes.CDLL(path)
        for name in (f"{prefix}{question}{suffix}" for prefix in PREFIXES for suffix in SUFFIXES):
            if hasattr(library, name):
                function = getattr(library, name)
                function.restype = answer_type
                return function()
    return None


def _loaded_libraries(word):
    """The paths of the libraries in this process that have the word in their name; none where Linux does not say."""
    try:
        with open("/proc/self/maps", encoding="utf8", errors="replace") as file:
            paths = {line.split(maxsplit=5)[-1].strip() for line in file if "/" in line}
    except OSError:
        return []
    return sorted(path for path in paths if word in os.path.basename(path).lower())


def _threads_asked_for():
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "OMP_NUM_THREADS"):
        if os.environ.get(name, "").isdigit():
            return int(os.environ[name])
    return os.cpu_count() or 1
