"""The `dgm` command. It loads the rest only when it runs, so that Ctrl-C is answered from the first moment on."""
import os
import sys
from collections.abc import Callable

from . import __version__


def main(arguments: list | None = None) -> int:
    """Run the command; returns its exit code, see command.py. 141 where nobody reads on what it prints."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] in (["demo"], ["lessons"], ["play"]):  # on small matrices a second thread of BLAS only costs time
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # whatever the terminal's encoding, no character stops the command
            stream.reconfigure(errors="backslashreplace")
    code = in_words(lambda: run(arguments))
    flushed = in_words(sys.stdout.flush)
    if flushed:  # nothing more can be written, which Python would try again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code or flushed


def run(arguments: list) -> int:
    """Run the command, and answer Ctrl-C."""
    if arguments == ["--version"]:
        print(f"numpy_dgm {__version__}")
        return 0
    try:
        from .foundation.interrupts import interrupts_held

        with interrupts_held():  # of which NumPy makes other errors while it is loaded
            from .command import run_command

        return run_command(arguments)
    except KeyboardInterrupt as interrupt:
        print("; ".join(["dgm: interrupted", *map(str, interrupt.args)]), file=sys.stderr)
        return 130


def in_words(act: Callable) -> int:
    """What `act` returns, 0 for None; an exit code, and a sentence, where the system refuses something."""
    try:
        return act() or 0
    except BrokenPipeError:  # such as `dgm lessons | head`
        return 141
    except OSError as error:  # such as a full disk
        print(f"dgm: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
