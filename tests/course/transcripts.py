"""What a lesson says that one sees in the debugger: its commands with what they print, and a run of them."""
import os
import re
import subprocess
import sys
from dataclasses import dataclass

NUMBER = re.compile(r"[-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-+]?\d+)?")
START = re.compile(r"dgm lessons (\d\d) --stop (\S+)(?: --proofs)?$")


@dataclass(frozen=True)
class Transcript:
    number: str  # of the lesson
    stop: str  # FUNCTION or FUNCTION:CALL
    commands: tuple  # pairs (command, the lines that it is said to print)


def read_transcripts(source):
    """The transcripts in the section "Stop here" of a lesson's text."""
    section = re.search(r"^# ## Stop here.*?(?=^# ## |^# %%|\Z)", source, flags=re.MULTILINE | re.DOTALL)
    if section is None:
        return []
    found, expected = [], None
    for line in section.group().splitlines():
        text = line.removeprefix("#     ") if line.startswith("#     ") else None
        start = START.match(text.strip()) if text else None
        if start:
            found.append((*start.groups(), []))
            expected = None
        elif text and text.startswith("(Pdb) ") and found:
            expected = []
            found[-1][2].append((text.removeprefix("(Pdb) ").strip(), expected))
        elif text and expected is not None:
            expected.append(text.strip())
        else:
            expected = None  # prose in between
    return [Transcript(number, stop, tuple(commands)) for number, stop, commands in found]


def run_commands(arguments, commands):
    """(what stands before the first prompt, what each command printed): `dgm lessons`, its debugger fed from a pipe."""
    done = subprocess.run(
        [sys.executable, "-m", "numpy_dgm", "lessons", *arguments], input="\n".join([*commands, "q", ""]),
        capture_output=True, encoding="utf8", env={**os.environ, "PYTHONIOENCODING": "utf8"}, check=False, timeout=120,
    )
    assert done.returncode == 0 and "(Pdb) " in done.stdout, done.stdout[-2000:] + done.stderr
    before, *printed = done.stdout.split("(Pdb) ")
    return before, printed[: len(commands)]


def is_printed(expected, printed):
    """Whether the lines `expected` stand in the text `printed`, in this order: numbers to 1 %, blanks of any width."""
    lines = iter(printed.splitlines())
    return all(any(are_alike(line, other) for other in lines) for line in expected)


def are_alike(line, other):
    """Whether two lines are the same but for their blanks and for a percent of each number."""
    line, other = (re.sub(r"np\.float\d+\(([^()]*)\)", r"\1", text.replace("−", "-")) for text in (line, other))
    if NUMBER.sub("0", line).split() != NUMBER.sub("0", other).split():
        return False
    pairs = zip(NUMBER.findall(line), NUMBER.findall(other))
    numbers = [(float(one.replace(",", "").rstrip(".")), float(two.replace(",", "").rstrip("."))) for one, two in pairs]
    return all(abs(one - two) <= 0.01 * abs(two) + 1e-9 for one, two in numbers)
