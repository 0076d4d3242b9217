"""Flip every bit of every header of a finished checkpoint of each kind, one at a time, and see what loading it gives.

    python tests/flipped_bits.py                 a line a kind; some minutes
    python tests/flipped_bits.py --every 97      every 97th bit only

Headers are all bytes of the file that are not the entries of an array: those of the archive and of its members. A
flip is refused (InvalidInput), harmless (the same state is loaded, as after a flip in a time stamp), silent (another
state is loaded) or a traceback (another exception). The last two must not be.
"""
import argparse
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "foundation"))

from trainers import (  # noqa: E402
    autoencoder_run,
    boltzmann_run,
    class_rbm_run,
    classifier_run,
    dbn_run,
    gan_run,
    ratings_run,
    rbm_run,
    video_run,
)

from numpy_dgm.foundation.checkpoint import load_checkpoint  # noqa: E402
from numpy_dgm.foundation.checks import InvalidInput  # noqa: E402

RUNS = {
    "rbm": lambda folder: rbm_run(folder, epochs=3, patience=None),
    "boltzmann": lambda folder: boltzmann_run(folder, epochs=3),
    "dbn": lambda folder: dbn_run(folder, epochs=2, up_down_epochs=1),
    "gan": lambda folder: gan_run(folder, steps=6),
    "classifier": lambda folder: classifier_run(folder, epochs=3),
    "ratings": lambda folder: ratings_run(folder, epochs=3),
    "class-rbm": lambda folder: class_rbm_run(folder, epochs=3),
    "video": lambda folder: video_run(folder, epochs=3),
    "autoencoder": lambda folder: autoencoder_run(folder, epochs=3),
}


def header_bytes(path):
    """The places of all bytes of an archive that are not entries of an array."""
    is_header = np.ones(path.stat().st_size, dtype=bool)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            stop = content.index(archive.read(member), member.header_offset) + member.file_size
            array = np.load(archive.open(member))
            is_header[stop - array.nbytes : stop] = False
    return np.flatnonzero(is_header)


def plain(value):
    """`value` with bytes in the place of arrays."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return (value.dtype.str, value.shape, value.tobytes()) if isinstance(value, np.ndarray) else repr(value)


def outcome(path, expected):
    """What loading the file gives: refused, harmless, silent or traceback."""
    try:
        state = load_checkpoint(path)
    except InvalidInput:
        return "refused"
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
        return "traceback"
    return "harmless" if plain(state) == expected else "silent"


def flip_all(run, folder, every=1):
    """How often each outcome came."""
    run(folder)
    path, flipped = folder / "checkpoint.npz", folder / "flipped.npz"
    content, expected = path.read_bytes(), plain(load_checkpoint(path))
    bits = [(int(place), bit) for place in header_bytes(path) for bit in range(8)]
    counts = Counter()
    for place, bit in bits[::every]:
        changed = bytearray(content)
        changed[place] ^= 1 << bit
        flipped.write_bytes(changed)
        counts[outcome(flipped, expected)] += 1
    return counts


def main(arguments=None):
    """A line a kind; exit code 1 where a flip was silent or a traceback."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args(arguments)
    names = ("refused", "harmless", "silent", "traceback")
    print(f"{'kind':<12}" + "".join(f"{name:>11}" for name in names))
    n_bad = 0
    for kind, run in RUNS.items():
        with tempfile.TemporaryDirectory() as temporary:
            counts = flip_all(run, Path(temporary), options.every)
        print(f"{kind:<12}" + "".join(f"{counts[name]:>11,}" for name in names), flush=True)
        n_bad += counts["silent"] + counts["traceback"]
    return 1 if n_bad else 0


if __name__ == "__main__":
    sys.exit(main())
