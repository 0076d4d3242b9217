"""Kill runs of the command at random moments, and hold what they end in against the unbroken run.

    python tests/interruptions.py                      50 kills a kind, 20 interrupts a kind; prints a table
    python tests/interruptions.py --kills 5 --interrupts 5 --kinds rbm gan

A run is killed by SIGKILL at a moment drawn evenly from the time that the unbroken one takes, checkpoint writes and
imports included, and started again by the same command, until the kills are done; the last one is let run to its end.
Each second time two runs are started on the same folder at once: one of them must be refused in a sentence, exit code
2, unless both were killed before.
All that its checkpoint then holds, the seconds apart, must be the unbroken run's, bit for bit, and no checkpoint on the
way may be broken or older than the one before. An interrupt is a SIGINT, as Ctrl-C sends it: the command must exit
with 130 and one sentence, and keep its last whole turn. One that comes while Python itself is starting is not counted.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from numpy_dgm.foundation.checkpoint import load_checkpoint

LINES = {  # some seconds each
    "rbm": "train rbm --data digits --hidden 32 --epochs 200 --optimizer momentum --average 0.99 --validation 0.1 "
           "--rate 0.02",
    "boltzmann": "train boltzmann --data digits --hidden 6 4 --epochs 12 --average 0.9",
    "dbn": "train dbn --data digits --hidden 16 64 --epochs 30 --average 0.99 --up-down-epochs 20",
    "gan": "train gan --data ring --steps 600 --hidden 32 32 --log-every 5",
    "classifier": "train classifier --data digits --hidden 64 64 --epochs 300 --batch-norm --dropout 0.2",
    "ratings": "train ratings --data planted --hidden 20 --epochs 200",
    "names": "train names --data names --hidden 30 --epochs 40",
    "class-rbm": "train class-rbm --data digits --hidden 64 --epochs 80",
    "video": "train video --data balls --films 60 --frames 20 --side 8 --hidden 20 --epochs 60",
    "autoencoder": "train autoencoder --data digits --hidden 64 --epochs 250",
}


def start(kind, folder):
    """The command of that kind, training in `folder`."""
    command = [sys.executable, "-m", "numpy_dgm", *LINES[kind].split(), "--out", str(folder)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf8"}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, text=True,
                            preexec_fn=listen_to_interrupts)


def listen_to_interrupts():
    """A process that was itself started in the background would hand on that it ignores them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finish(kind, folder):
    """Let the command run to its end: the seconds that it took."""
    started = time.perf_counter()
    process = start(kind, folder)
    _, err = process.communicate()
    if process.returncode != 0:
        raise AssertionError(f"{kind}: exit code {process.returncode}: {err}")
    return time.perf_counter() - started


def end_state(folder):
    """All that the last checkpoint holds but the seconds, as bytes and plain values."""
    state = load_checkpoint(folder / "checkpoint.npz")
    del state["history"]["series"]["seconds"]
    return plain(state)


def plain(value):
    """`value` with bytes in the place of arrays."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return (value.dtype.str, value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value


def done_in(folder):
    """How much of the run its checkpoint holds, 0 where there is none; it must be whole."""
    path = folder / "checkpoint.npz"
    return load_checkpoint(path)["done"] if path.exists() else 0


def kill_again_and_again(kind, n_kills, rng, folder):
    """Kill the run `n_kills` times: (how many hit a running process, how many rivals were refused, how many different
    states were on the disk).

    Where a run reached its end before the moment came, it is started afresh in another folder.
    """
    seconds = finish(kind, folder / "unbroken")
    expected = end_state(folder / "unbroken")
    n_hit, n_refused, n_started, n_runs, states, done = 0, 0, 0, 0, set(), 0
    while n_hit < n_kills:
        here = folder / f"killed{n_runs}"
        processes = [start(kind, here) for _ in range(1 + n_started % 2)]
        n_started += 1
        time.sleep(rng.uniform(0, seconds))
        is_running = [process.poll() is None for process in processes]
        for process in processes:
            process.send_signal(signal.SIGKILL)
        n_hit += any(is_running)
        n_refused += check_rivals(kind, processes)
        now = done_in(here)
        if now < done:
            raise AssertionError(f"{kind}: {now} done after a kill, {done} before it")
        states.add((n_runs, now))
        done = now
        if now == load_checkpoint(folder / "unbroken" / "checkpoint.npz")["done"]:
            if end_state(here) != expected:
                raise AssertionError(f"{kind}: run {n_runs} ended in other bits than the unbroken one")
            n_runs, done = n_runs + 1, 0
    here = folder / f"killed{n_runs}"
    finish(kind, here)
    if end_state(here) != expected:
        raise AssertionError(f"{kind}: run {n_runs} ended in other bits than the unbroken one")
    return n_hit, n_refused, len(states)


def check_rivals(kind, processes):
    """How many of the processes were refused since another one had the folder. The others ended, or were killed."""
    n_refused = 0
    for process in processes:
        _, err = process.communicate()
        is_refused = process.returncode == 2 and "no other run uses" in err
        if process.returncode not in (0, -signal.SIGKILL) and not is_refused or "Traceback" in err:
            raise AssertionError(f"{kind}: exit code {process.returncode}: {err}")
        n_refused += is_refused
    if n_refused == len(processes):
        raise AssertionError(f"{kind}: all runs were refused: {err}")
    return n_refused


def interrupt_again_and_again(kind, n_interrupts, rng, folder):
    """Interrupt the run `n_interrupts` times, each from a fresh start: how many had kept a turn.

    Where a run reached its end before the moment came, another one takes its place.
    """
    seconds = finish(kind, folder / "whole")
    expected = end_state(folder / "whole")
    n_hit = n_kept = n_runs = 0
    while n_hit < n_interrupts:
        here, n_runs = folder / f"interrupted{n_runs}", n_runs + 1
        process = start(kind, here)
        time.sleep(0.1 * n_runs if n_hit == 0 else rng.uniform(0.1, 0.9 * seconds))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
        sentences = [line for line in err.splitlines() if line.startswith("dgm: interrupted")]
        is_over = done_in(here) == done_in(folder / "whole")
        if process.returncode == 0 or (is_over and process.returncode == -signal.SIGINT):  # as Python was leaving
            if n_runs > 10 * n_interrupts:
                raise AssertionError(f"{kind}: {n_runs} runs ended as if no signal had come")
            continue
        has_begun = re.search(r'__main__\.py", line \d+, in main', err)
        if process.returncode != 130 and not has_begun:  # Python itself was still starting
            continue
        n_hit += 1
        if process.returncode != 130 or len(sentences) != 1 or "Traceback" in err:
            raise AssertionError(f"{kind}: exit code {process.returncode}, standard error:\n{err}")
        done = done_in(here)
        n_kept += done > 0
        if ("keeps the run" in sentences[0]) != (done > 0):
            raise AssertionError(f"{kind}: {done} done, yet: {sentences[0]}")
    finish(kind, here)
    if end_state(here) != expected:
        raise AssertionError(f"{kind}: an interrupted run ended in other bits than the unbroken one")
    return n_kept


def main(arguments=None):
    """Kill and interrupt, and print a line a kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--interrupts", type=int, default=20)
    parser.add_argument("--kinds", nargs="+", choices=tuple(LINES), default=tuple(LINES))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    print(f"{'kind':<12} {'kills':>6} {'refused':>8} {'states':>7} {'interrupts':>11} {'kept a turn':>12}"
          "  the same bits at the end")
    for kind in options.kinds:
        rng = np.random.default_rng(options.seed)
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            killed = kill_again_and_again(kind, options.kills, rng, folder) if options.kills else (0, 0, 0)
            n_kept = interrupt_again_and_again(kind, options.interrupts, rng, folder) if options.interrupts else 0
        n_hit, n_refused, n_states = killed
        print(f"{kind:<12} {n_hit:6d} {n_refused:8d} {n_states:7d} {options.interrupts:11d} {n_kept:12d}  yes",
              flush=True)


if __name__ == "__main__":
    main()
