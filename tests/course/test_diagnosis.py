"""What is said of an answer that is not the expected one."""
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from numpy_dgm.course.diagnosis import close, describe, judge
from numpy_dgm.course.homework import call, draw_instances, load_assignment, namespace_of, solution_of
from numpy_dgm.course.sandbox import Run
from submissions import SECRET, judge_here, run_here

HW1 = load_assignment("hw1_rbm")
TASKS = {task.function: task for task in HW1.tasks}
SOLUTION = solution_of("hw1_rbm")
EXPECTED = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])


@pytest.mark.parametrize("given, says", [
    (EXPECTED * 7, "it is 7 times too large"), (EXPECTED / 7, "it is 7 times too small"),
    (-EXPECTED, "it has the wrong sign and the right size"),
    (EXPECTED * -3, "it is 3 times too large and of the wrong sign"),
    (EXPECTED + 2, "every entry is off by the same amount, 2"),
    (EXPECTED.T, r"expected the shape \(2, 3\), got \(3, 2\): is it transposed\?"),
    (EXPECTED[:1], r"expected the shape \(2, 3\), got \(1, 3\)$"),
    (EXPECTED * [1, 1, np.nan], "2 of 6 numbers are infinite"),
    (EXPECTED + [[0, 0, 0], [0, 1, 0]],
     "1 of 6 entries differ, the first in row 1, by up to 1 where the largest entry is 4"),
])
def test_how_an_answer_differs(given, says):
    assert not close(given, EXPECTED) and re.search(says, describe(given, EXPECTED)), describe(given, EXPECTED)


def test_a_square_matrix_is_seen_to_be_transposed():
    square = EXPECTED.T @ EXPECTED + np.arange(9).reshape(3, 3)
    assert describe(square.T, square) == "it is transposed"


def test_single_precision_is_close_and_a_mean_over_one_case_less_is_not():
    assert close(EXPECTED.astype(np.float32).astype(float), EXPECTED)
    assert not close(EXPECTED * 1.0001, EXPECTED) and not close(EXPECTED[0], EXPECTED)
    assert not close(EXPECTED * 1000 / 999, EXPECTED)
    assert close(np.array([np.inf, 1.0]), np.array([np.inf, 1.0]))
    assert not close(np.array([np.inf, 1.0]), np.array([np.inf, 2.0]))


def verdict_on(function, task, before=()):
    return judge_here(HW1, TASKS[task], function, "dora", before)


def edited_solution(*replacements):
    text = HW1.source
    for there, instead in replacements:
        assert text.count(there) >= 1
        text = text.replace(there, instead)
    return namespace_of(text)


def test_the_factor_the_mistake_and_the_lesson_are_named():
    wrong = edited_solution(("N = len(v_data)\n    mean_h_data", "N = 1\n    mean_h_data"))["cd_gradient"]
    [line] = verdict_on(wrong, "cd_gradient").says
    n = len(draw_instances(HW1, TASKS["cd_gradient"], SECRET, "dora").calls[0]["v_data"])
    assert line == f"dW: it is {n} times too large: the mean over the {n} cases is missing (lesson 9, equation 9.2)"


def test_a_formula_for_other_conventions_is_recognised():
    def copied(v, W, b, c, conventions):
        return 1 / (1 + np.exp(-(v @ (W if conventions.layout == "DK" else W.T) + c)))

    for student in (f"student {n}" for n in range(20)):
        conventions = draw_instances(HW1, TASKS["hidden_probs"], SECRET, student).calls[0]["conventions"]
        verdict = judge_here(HW1, TASKS["hidden_probs"], copied, student)
        is_usual = conventions.high - conventions.low == conventions.T
        assert (verdict.share == 1) == is_usual
        assert is_usual or "use what `conventions` says" in verdict.says[-1], (conventions, verdict)


def test_two_mistakes_at_once_are_both_named():
    wrong = edited_solution(("N = len(v_data)\n    mean_h_data", "N = 1\n    mean_h_data"),
                            ("range(k):\n        h, v", "range(k + 1):\n        h, v"))
    verdict = verdict_on(wrong["cd_gradient"], "cd_gradient")
    assert verdict.mistakes == (8, 21) and verdict.says[0] == "two mistakes at once"


def test_a_mistake_costs_once_where_later_functions_call_the_wrong_one():
    wrong = edited_solution(("sigmoid(difference * x / conventions.T)", "sigmoid(-difference * x / conventions.T)"))
    before = ()
    shares = {}
    for name in ("hidden_probs", "visible_probs", "gibbs_step", "cd_gradient", "pcd_gradient"):
        verdict = verdict_on(wrong[name], name, before)
        before += verdict.edits if verdict.share < 1 else ()
        shares[name] = verdict.share
    assert shares == {"hidden_probs": 0, "visible_probs": 0, "gibbs_step": 1, "cd_gradient": 1, "pcd_gradient": 1}
    assert "right but for what hidden_probs and visible_probs gives it" in verdict.warnings[0]
    more = edited_solution(("sigmoid(difference * x / conventions.T)", "sigmoid(-difference * x / conventions.T)"),
                           ("N = len(v_data)\n    mean_h_data", "N = 1\n    mean_h_data"))
    verdict = verdict_on(more["cd_gradient"], "cd_gradient", before)
    assert verdict.mistakes == (8,) and verdict.share == 0


def test_one_wrong_answer_of_several_leaves_the_points_of_the_others():
    answer = "return as_D_by_K(dW, conventions), db, dc\n"
    wrong = edited_solution((answer, answer.replace("return ", "return -")))
    assert verdict_on(wrong["cd_gradient"], "cd_gradient").share == pytest.approx(2 / 3)
    assert judge_here(HW1, replace(TASKS["cd_gradient"], in_parts=False), wrong["cd_gradient"], "dora").share == 0


def test_draws_in_another_order_are_right_where_their_law_is():
    def backwards(v, W, b, c, conventions, rng):
        h = coins(SOLUTION["hidden_probs"](v, W, b, c, conventions), conventions, rng)
        return h, coins(SOLUTION["visible_probs"](h, W, b, c, conventions), conventions, rng)

    def coins(p, conventions, rng):
        return np.where(rng.random(p.shape[::-1]).T < p, conventions.high, conventions.low) * 1.0

    def biased(v, W, b, c, conventions, rng):
        h, new_v = backwards(v, W, b, c, conventions, rng)
        return h, np.where(rng.random(new_v.shape) < 0.2, conventions.high, new_v)

    def shared(v, W, b, c, conventions, rng):
        p = SOLUTION["hidden_probs"](v, W, b, c, conventions)
        h = np.where(rng.random((p.shape[1], 1)).T < p, conventions.high, conventions.low) * 1.0
        return h, coins(SOLUTION["visible_probs"](h, W, b, c, conventions), conventions, rng)

    def unseeded(v, W, b, c, conventions, rng):
        return backwards(v, W, b, c, conventions, np.random.default_rng(3))

    assert verdict_on(backwards, "gibbs_step").share == 1
    assert verdict_on(biased, "gibbs_step").share == 0
    assert verdict_on(shared, "gibbs_step").share == 0
    assert verdict_on(unseeded, "gibbs_step").mistakes == (23,)

    def from_elsewhere(v, W, b, c, conventions, rng):
        return backwards(v, W, b, c, conventions, np.random.default_rng())

    def one_a_row(v, W, b, c, conventions, rng):
        h = np.where(rng.random((len(v), 1)) < SOLUTION["hidden_probs"](v, W, b, c, conventions), conventions.high,
                     conventions.low) * 1.0
        return h, coins(SOLUTION["visible_probs"](h, W, b, c, conventions), conventions, rng)

    elsewhere = verdict_on(from_elsewhere, "gibbs_step")
    assert elsewhere.share == 0.5 and elsewhere.mistakes == (45,)
    assert verdict_on(one_a_row, "gibbs_step").share == 0


def test_noise_that_is_not_needed_is_a_warning_and_much_of_it_no_answer():
    noise = 0.0

    def noisy(v_data, k, W, b, c, conventions, rng):
        dW, db, dc = SOLUTION["cd_gradient"](v_data, k, W, b, c, conventions, rng)
        return dW + noise * rng.standard_normal(dW.shape), db, dc

    many = draw_instances(HW1, TASKS["cd_gradient"], SECRET, "dora").many
    noise = 1.0 * np.std([call(SOLUTION["cd_gradient"], many, run)[0] for run in range(200)], axis=0).mean()
    verdict = verdict_on(noisy, "cd_gradient")
    assert verdict.share == 1 and verdict.mistakes == (22,) and "noisier than it need be" in verdict.warnings[0]
    noise *= 20
    assert verdict_on(noisy, "cd_gradient").share < 1


def test_the_mean_itself_is_no_draw():
    def mean(v, W, b, c, conventions, rng):
        rng.random()
        tiny = 1e-9 * rng.random()
        h = SOLUTION["mean_of"](SOLUTION["hidden_probs"](v, W, b, c, conventions), conventions)
        return h + tiny, SOLUTION["mean_of"](SOLUTION["visible_probs"](h, W, b, c, conventions), conventions)

    assert verdict_on(mean, "gibbs_step").share == 0


def test_numbers_that_do_not_depend_on_the_arguments_are_noticed():
    verdict = verdict_on(lambda **arguments: np.zeros(4), "energy")
    assert verdict.says[0] == "the same numbers come back whatever the function is given"


def test_an_error_is_said_with_its_reason():
    def raises(v, **arguments):
        return v[len(v)]

    assert verdict_on(raises, "energy").says[0].startswith("it raised IndexError: index ")


@pytest.mark.parametrize("run, says", [
    (Run(refused="it opens a file"), "stopped, and no points: it opens a file"),
    (Run(is_missing=True), "not written yet"),
    (Run(problem="it took longer"), "it took longer")])
def test_no_answer_no_points(run, says):
    instances = draw_instances(HW1, TASKS["energy"], SECRET, "dora")
    verdict = judge(HW1, TASKS["energy"], instances, run)
    assert verdict.share == 0 and verdict.says == (says,)


def test_a_trained_model_is_judged_by_what_it_has_learnt():
    def untrained(v_data, n_hidden, conventions, rng):
        return np.zeros((9, n_hidden)), np.zeros(9), np.zeros(n_hidden)

    assert verdict_on(SOLUTION["train"], "train").share == 1
    assert "mean log p is -6.24 nats, expected at least -4.0" in verdict_on(untrained, "train").says[0]
    instances = draw_instances(HW1, TASKS["train"], SECRET, "dora")
    assert isinstance(instances.calls[0]["conventions"], SimpleNamespace)
    assert run_here(untrained, TASKS["train"], instances).overwritten == ()
