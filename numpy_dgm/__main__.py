"""The `dgm` command. It loads the rest only when it runs, so that Ctrl-C is answered from the first moment on."""
import os
import sys

from . import __version__


def main(arguments: list | None = None) -> int:
    """Run the command; returns its exit code: see command.py. 130 after Ctrl-C."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments == ["--version"]:
        print(f"numpy_dgm {__version__}")
        return 0
    if arguments[:1] == ["demo"]:  # on matrices this small a second thread of BLAS costs time where cores are shared
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from .command import run_command

        return run_command(arguments)
    except KeyboardInterrupt as interrupt:
        print("; ".join(["dgm: interrupted", *map(str, interrupt.args)]), file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
