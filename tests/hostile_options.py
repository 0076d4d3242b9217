"""Every option of the command with hostile values: it does what was asked for, or exits with 2 and one sentence.

    python tests/hostile_options.py            prints what failed, and how often each outcome came

Each call runs in this process, with a limit on its memory and on its time. What takes too long was accepted and is
going on, and counts as such.
"""
import contextlib
import io
import os
import signal
import sys
import tempfile
import warnings
from collections import Counter
from dataclasses import fields
from pathlib import Path

os.environ["MPLBACKEND"] = "agg"  # `dgm play` opens no window

from numpy_dgm import command  # noqa: E402, F401 (loaded before the limits are set)
from numpy_dgm.__main__ import main  # noqa: E402
from numpy_dgm.runs import KINDS  # noqa: E402

VALUES = ("0", "-1", "nan", "inf", "-inf", "1e308", "1e-320", "1000000000", "1000000000000", "", "x", "0.5", "-0",
          "1e3", "a" * 300)
SMALL = {  # a run of a moment
    "rbm": "--data bars-and-stripes --hidden 3 --epochs 1",
    "boltzmann": "--data bars-and-stripes --hidden 2 --epochs 1",
    "gan": "--data ring --steps 2 --hidden 4 --batch-size 8",
    "classifier": "--data digits --hidden 4 --epochs 1",
    "ratings": "--data planted --hidden 4 --epochs 1",
    "names": "--data names --hidden 3 --epochs 1",
    "class-rbm": "--data digits --hidden 4 --epochs 1",
    "video": "--data balls --hidden 4 --films 2 --frames 3 --side 5 --epochs 1",
    "autoencoder": "--data digits --hidden 4 --epochs 1",
    "dbn": "--data bars-and-stripes --hidden 3 2 --epochs 1",
}
SECONDS, BYTES = 3, 4 * 2**30


def lines(folder):
    """The command lines: for each option of each kind a small run with that option, and each hostile value."""
    n = 0
    for kind, module in KINDS.items():
        base = ["train", kind, *SMALL[kind].split()]
        for one in fields(module.TrainOptions):
            if one.metadata.get("option", True) and one.type is not bool:
                for value in VALUES:
                    n += 1
                    yield [*base, "--out", str(folder / f"new{n}"), f"--{one.name.replace('_', '-')}", value]
        for value in ("", "a" * 300, "/proc/x", "/dev/null", "a\0b"):
            yield ["train", kind, *SMALL[kind].split(), "--out", value]
        for name in ("evaluate", "sample"):
            options = module.EvaluateOptions if name == "evaluate" else module.SampleOptions
            for one in fields(options) if options is not None else ():
                for value in VALUES:
                    yield [name, str(folder / kind), f"--{one.name.replace('_', '-')}", value]
    for value in VALUES:
        n += 1
        base = ["train", "rbm", *SMALL["rbm"].split(), "--out", str(folder / f"study{n}"), "--seeds"]
        yield [*base, "0", value]
        yield [*base, "0", "1", "--jobs", value]
        yield ["lessons", value]
        yield ["demo", "--out", str(folder / "demo"), "--seed", value]
        yield ["evaluate", value]
        yield ["recommend", value, "--user", "3"]
        yield ["recommend", str(folder / "ratings"), "--user", value]
        yield ["recommend", str(folder / "ratings"), "--user", "3", "--count", value]
        yield ["sample", value]
        yield ["play", "rbm", value]
        yield ["play", "rbm", str(folder / "rbm"), "--out", value]
        yield ["play", "rbm", str(folder / "rbm"), "--image-shape", "3", value]
        yield ["play", "gan", "--seed", value]
        yield [value]


class TooLong(BaseException):
    pass


def outcome(line):
    """("done", "refused", "goes on" or "FAILED", what was printed on standard error)."""
    err = io.StringIO()

    def stop(*arguments):
        raise TooLong

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        with contextlib.redirect_stderr(err), contextlib.redirect_stdout(io.StringIO()):
            code = main(line)
    except SystemExit as stopped:  # argparse's own refusals
        code = stopped.code
    except TooLong:
        return "goes on", ""
    except BaseException as error:
        return "FAILED", f"{type(error).__name__}: {error}"
    finally:
        signal.alarm(0)
    said = err.getvalue()
    if code == 0:
        return "done", said
    sentences = [text for text in said.splitlines() if text.startswith("dgm") and (": " in text)]
    is_clean = code == 2 and len(sentences) >= 1 and len(sentences[-1]) < 1000 and "Traceback" not in said
    return ("refused" if is_clean else "FAILED"), said


def try_all(every=1):
    """(how often each outcome came, the lines that failed with what they printed)."""
    counts, failed = Counter(), []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.chdir(folder)  # where files go that no option names
        for kind in KINDS:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                main(["train", kind, *SMALL[kind].split(), "--out", str(folder / kind)])
        for i, line in enumerate(lines(folder)):
            if i % every == 0:
                result, said = outcome(line)
                counts[result] += 1
                if result == "FAILED":
                    failed.append((line, said[-500:]))
    return counts, failed


if __name__ == "__main__":
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    warnings.simplefilter("ignore")
    counts, failed = try_all(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    for line, said in failed:
        print(line, "\n   ", said)
    print(dict(counts))
    sys.exit(1 if failed else 0)
