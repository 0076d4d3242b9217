"""The list of mistakes beside the mutants of the package; edits that cannot be made; a mistake that costs once."""
import re

import pytest

from mutants import read_mutants
from numpy_dgm.course.diagnosis import edited
from numpy_dgm.course.grading import judge_all
from numpy_dgm.course.homework import draw_instances, load_assignment, namespace_of, own
from numpy_dgm.course.mistakes import BY_NUMBER
from numpy_dgm.course.release import check_script
from numpy_dgm.course.tasks import Edit
from numpy_dgm.foundation.checks import InvalidInput
from submissions import SECRET, judge_here, run_here


def test_the_numbers_of_the_mutants_are_those_of_the_list():
    numbers = {int(number) for mutant in read_mutants() for number in re.findall(r" \((\d+)\)$", mutant.mistake)}
    assert numbers <= set(BY_NUMBER)
    assert set(range(1, 43)) - numbers <= {26, 35}  # the package follows no reconstruction error, its players are apart


@pytest.mark.parametrize("there", ["nothing that stands there", "conventions"])
def test_an_edit_must_stand_there_once(there):
    task = load_assignment("hw1_rbm").tasks[0]
    with pytest.raises(InvalidInput, match="a mistake's text is found "):
        edited("hw1_rbm", (own(task, Edit(1, there, "")),))


def test_a_mistake_costs_once_in_the_whole_grade():
    assignment = load_assignment("hw1_rbm")
    wrong = "sigmoid(difference * x / conventions.T)"
    functions = namespace_of(assignment.source.replace(wrong, wrong.replace("(d", "(-d")))
    runs = {task.function: run_here(functions[task.function], task, draw_instances(assignment, task, SECRET, "eve"))
            for task in assignment.tasks}
    entry = judge_all(assignment, "eve", runs, SECRET, {"file": "", "made_with": "", "written_for": ""})
    points = {name: result["points"] for name, result in entry["tasks"].items()}
    assert points == {"energy": 2, "hidden_probs": 0, "visible_probs": 0, "free_energy": 3, "gibbs_step": 3,
                      "cd_gradient": 5, "pcd_gradient": 3, "train": 0}
    assert entry["points"] == 16


def test_a_function_that_is_right_but_for_what_another_gives_it_loses_nothing():
    assignment = load_assignment("hw4_gan")
    tasks = {task.function: task for task in assignment.tasks}
    [first, *_] = (own(tasks["discriminator_loss"], edit) for edit in tasks["discriminator_loss"].mistakes
                   if edit.number == 27)
    function = edited("hw4_gan", (first,))["discriminator_gradient"]
    alone = judge_here(assignment, tasks["discriminator_gradient"], function, "eve")
    assert alone.share == 0 and alone.mistakes == (27,)  # which is one of its own mistakes, too
    verdict = judge_here(assignment, tasks["discriminator_gradient"], function, "eve", before=(first,))
    assert verdict.share == 1 and "discriminator_loss" in verdict.warnings[0]


def test_the_check_says_which_assignment_it_is_of():
    script = namespace_of(check_script(load_assignment("hw1_rbm")))
    assert script["NAME"] == "hw1_rbm" and re.fullmatch(r"\d+\.\d+.*", script["MADE_WITH"])
