"""The guided stops: every tour is walked, and prints what its text says."""
import subprocess
import sys

import pytest

from numpy_dgm.course import tours
from numpy_dgm.course.tours import TOURS, find_tour, read_stop, read_tours
from numpy_dgm.foundation.checks import InvalidInput
from transcripts import is_printed


def commands_of(tour):
    """[(command, the lines that it is said to print), ...], with c at the end of each stop."""
    commands = []
    for stop in tour.stops:
        for line in stop.text.splitlines():
            if line.startswith("    p "):
                commands.append((line.strip(), []))
            elif line.startswith("    "):
                commands[-1][1].append(line.strip())
        commands.append(("c", []))
    return commands


def walk(name, commands):
    return subprocess.run([sys.executable, "-m", "numpy_dgm", "course", "tour", name], input="\n".join([*commands, ""]),
                          capture_output=True, encoding="utf8", check=False, timeout=60)


@pytest.mark.parametrize("name", TOURS)
def test_every_stop_is_reached_in_order_and_prints_what_its_text_says(name):
    tour, commands = find_tour(name), commands_of(find_tour(name))
    done = walk(name, [command for command, _ in commands])
    assert done.returncode == 0 and "that was the last stop" in done.stdout, done.stdout[-2000:] + done.stderr
    before, *printed = done.stdout.split("(Pdb) ")
    assert tour.title in before and len(printed) == len(commands)
    for (command, expected), text in zip(commands, printed):
        assert command == "c" or expected and is_printed(expected, text), (command, expected, text)
    places = [done.stdout.index(f"[{number} of {len(tour.stops)}] {stop.text}")
              for number, stop in enumerate(tour.stops, start=1)]
    assert places == sorted(places)


@pytest.mark.parametrize("name", TOURS)
def test_a_stop_says_two_or_three_lines_and_something_to_type(name):
    for stop in find_tour(name).stops:
        prose = [line for line in stop.text.splitlines() if not line.startswith("    ")]
        assert 1 <= len(prose) <= 3 and all(len(line) <= 120 for line in prose)
        assert any(line.startswith("    p ") for line in stop.text.splitlines())


def test_all_tours_of_the_file_are_offered():
    assert sorted(read_tours()) == sorted(TOURS)
    with pytest.raises(InvalidInput, match="^tour: expected one of gibbs, cd, "):
        find_tour("cde")


def test_q_ends():
    done = walk("gibbs", ["q"])
    assert done.returncode == 0 and "last stop" not in done.stdout and "Traceback" not in done.stderr


def test_a_line_that_is_gone_is_noticed():
    with pytest.raises(InvalidInput, match="'p_h = nothing' stands 0 times in _gibbs_step of energy/rbm.py"):
        read_stop("energy/rbm.py _gibbs_step: p_h = nothing\ntext\n")


def test_stepping_goes_on_within_the_package():
    done = walk("cd", ["n", "p p_h_data.shape", "q"])
    assert "(2, 1)" in done.stdout.split("(Pdb) ")[2] and tours.TEXTS.name == "tours.txt"
