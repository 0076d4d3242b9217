"""Training class RBMs: each objective's step against its gradient, known optima, resuming, and what is refused."""
import warnings

import numpy as np
import pytest
from test_class_rbm import FIELDS, labelled, mean_log_p, random_model

from numpy_dgm.data import best_log_likelihood, open_data
from numpy_dgm.energy import hidden_probs, log_likelihood
from numpy_dgm.energy.class_rbm import (
    discriminative_gradient,
    from_joint,
    generative_cd_gradient,
    generative_gradient,
    generative_pcd_gradient,
    init_class_rbm,
    join,
    joint_rbm,
    log_p_label,
)
from numpy_dgm.energy.class_rbm_training import ClassRBMSettings, ClassRBMTrainer, train_class_rbm, with_defaults
from numpy_dgm.energy.gradients import centre, exact_gradient
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.gradcheck import check_gradient
from numpy_dgm.foundation.guards import Diverged, TrainingWarning
from numpy_dgm.foundation.optimizers import OPTIMIZERS, scheduled_rate
from numpy_dgm.foundation.records import flatten, windows

PLAIN = {"optimizer": "sgd", "rate": 0.3, "schedule": "constant", "centred": False, "draw_bits": False}


def cases(n=90, seed=1):
    """Bits (n, 6) of three patterns with noise, and which pattern each was."""
    rng = np.random.default_rng(seed)
    patterns = np.array([[1, 1, 0, 0, 1, 0], [0, 1, 1, 0, 0, 1], [0, 0, 0, 1, 1, 1]])
    labels = rng.integers(3, size=n)
    return (patterns[labels] ^ (rng.random((n, 6)) < 0.1)).astype(np.float32), labels


def run(folder=None, seed=3, data=None, labels=None, on_record=None, dtype=np.float32, **changed):
    rng = np.random.default_rng(seed)
    model = init_class_rbm(6, 4, 3, rng, dtype=dtype)
    v, y = cases()
    settings = {"epochs": 4, "batch_size": 8, "n_chains": 7, **changed}
    return train_class_rbm(model, v if data is None else data, y if labels is None else labels, rng=rng,
                           checkpoint=folder, on_record=on_record, **settings)


# ---- the steps


@pytest.mark.parametrize("objective", ["generative", "discriminative", "hybrid"])
@pytest.mark.parametrize("method", ["pcd", "cd", "exact"])
def test_a_step_is_the_rate_times_the_gradient_of_the_objective(objective, method):
    model, (v, labels) = random_model(), labelled(12)
    trained, _ = train_class_rbm(model, v, labels, rng=np.random.default_rng(2), epochs=1, objective=objective, k=2,
                                 method=method, generative_weight=0.2, batch_size=12, n_chains=5, **PLAIN)
    rng = np.random.default_rng(2)
    if method == "pcd" and objective != "discriminative":
        chains = (rng.random((5, 3)) < hidden_probs(joint_rbm(model), join(v[:5], labels[:5], 3))).astype(float)
    rows = rng.permutation(12)
    v, labels = v[rows], labels[rows]
    discriminative = flatten(discriminative_gradient(model, v, labels))
    generative = {
        "pcd": lambda: generative_pcd_gradient(model, v, labels, chains, 2, rng)[0],
        "cd": lambda: generative_cd_gradient(model, v, labels, 2, rng),
        "exact": lambda: generative_gradient(model, v, labels),
    }[method]
    if objective == "discriminative":
        expected = discriminative
    elif objective == "generative":
        expected = flatten(generative())
    else:
        expected = discriminative + 0.2 * flatten(generative())
    np.testing.assert_allclose(flatten(trained), flatten(model) + 0.3 * expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("objective, weights", [("generative", (1, 0)), ("discriminative", (0, 1)),
                                                ("hybrid", (0.3, 1))])
def test_the_direction_is_the_slope_of_the_objective(objective, weights):
    """By differences of the exact log p(v, y) and log p(y given v), each with its weight."""
    model, (v, labels) = random_model(2, 3, 2), labelled(9, 2, 2)
    settings = with_defaults(ClassRBMSettings(epochs=1, objective=objective, generative_weight=0.3, method="exact",
                                              centred=False))
    trainer = ClassRBMTrainer(model, v, labels, settings, np.random.default_rng(0))
    direction = windows(model, trainer.direction(v, np.arange(9), np.random.default_rng(0)))
    check_gradient(lambda moved: float(np.dot(weights, mean_log_p(moved, v, labels))), model, direction, tolerance=1e-8)


def test_a_centred_run_is_steps_of_the_centred_gradient():
    """Two epochs of 12 batches; the hidden offset moves with the first batch of an epoch and every tenth after it."""
    start, (v, y) = random_model(), labelled(24)
    trained, _ = train_class_rbm(start, v, y, rng=np.random.default_rng(2), epochs=2, objective="generative", rate=0.3,
                                 method="exact", batch_size=2, draw_bits=False)
    vector, rng = flatten(start), np.random.default_rng(2)
    model, rbm = windows(start, vector), windows(joint_rbm(start), vector)
    s_offset = np.concatenate([v.mean(axis=0), np.bincount(y, minlength=3) / 24])
    h_offset = hidden_probs(rbm, s_offset[None])[0]
    for epoch in range(2):
        order = rng.permutation(24)
        for batch in range(12):
            rows = order[2 * batch : 2 * batch + 2]
            s = join(v[rows], y[rows], 3)
            if batch in (0, 10):
                h_offset = 0.9 * h_offset + 0.1 * hidden_probs(joint_rbm(model), s).mean(axis=0)
            gradient = centre(exact_gradient(joint_rbm(model), s), s_offset, h_offset)
            vector += scheduled_rate("linear", 0.3, (epoch + batch / 12) / 2) * flatten(from_joint(gradient))
    np.testing.assert_allclose(flatten(trained), vector, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("method", ["pcd", "cd"])
def test_centring_is_heard_by_every_method(method):
    plain, _ = run(objective="generative", method=method, epochs=1, centred=False)
    centred, _ = run(objective="generative", method=method, epochs=1)
    assert np.abs(flatten(plain) - flatten(centred)).max() > 1e-3


def test_bits_are_drawn_from_grey_pixels_at_every_step():
    model, labels = random_model(), labelled(6)[1]
    grey = np.random.default_rng(0).random((6, 4))
    settings = {**PLAIN, "draw_bits": True}
    trained, _ = train_class_rbm(model, grey, labels, rng=np.random.default_rng(2), epochs=2, batch_size=3,
                                 objective="discriminative", **settings)
    vector, rng = flatten(model), np.random.default_rng(2)
    for step in range(4):
        if step % 2 == 0:
            order = rng.permutation(6)
        rows = order[3 * (step % 2) :][:3]
        v = (rng.random((3, 4)) < grey[rows]).astype(float)
        vector += 0.3 * flatten(discriminative_gradient(windows(model, vector), v, labels[rows]))
    np.testing.assert_allclose(flatten(trained), vector, rtol=1e-12, atol=1e-12)


def test_the_label_rate_multiplies_the_generative_gradient_of_u_and_d():
    model, (v, labels) = random_model(), labelled(12)
    settings = {"epochs": 1, "batch_size": 12, "method": "exact", **PLAIN}
    for objective, share in (("generative", 1.0), ("hybrid", 0.01)):
        once, _ = train_class_rbm(model, v, labels, rng=np.random.default_rng(0), objective=objective, **settings)
        often, _ = train_class_rbm(model, v, labels, rng=np.random.default_rng(0), objective=objective, label_rate=5.0,
                                   **settings)
        gradient = generative_gradient(model, v, labels)
        for name in FIELDS:
            more = 4 * 0.3 * share * getattr(gradient, name) if name in ("U", "d") else 0.0
            found = getattr(often, name) - getattr(once, name)
            np.testing.assert_allclose(found, np.broadcast_to(more, found.shape), rtol=1e-9, atol=1e-13)


def test_weight_decay_pulls_w_and_leaves_the_rest():
    plain, _ = run(epochs=1, batch_size=90, dtype=np.float64, **PLAIN)
    decayed, _ = run(epochs=1, batch_size=90, dtype=np.float64, weight_decay=0.1, **PLAIN)
    start = init_class_rbm(6, 4, 3, np.random.default_rng(3), dtype=np.float64)
    np.testing.assert_allclose(decayed.W, plain.W - 0.3 * 0.1 * start.W, rtol=1e-10, atol=1e-12)
    for name in ("U", "b", "d", "c"):
        np.testing.assert_array_equal(getattr(decayed, name), getattr(plain, name))


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "rmsprop", "adam"])
def test_a_step_is_made_by_the_optimizer_that_was_asked_for(optimizer):
    model, (v, labels) = random_model(), labelled(12)
    trained, _ = train_class_rbm(model, v, labels, rng=np.random.default_rng(0), epochs=2, batch_size=12,
                                 objective="discriminative", **{**PLAIN, "optimizer": optimizer, "rate": 0.1})
    vector, own = flatten(model), OPTIMIZERS[optimizer]()
    for _ in range(2):
        own.step(vector, flatten(discriminative_gradient(windows(model, vector), v, labels)), 0.1)
    np.testing.assert_allclose(flatten(trained), vector, rtol=1e-9, atol=1e-12)


def test_optimizer_and_rate_follow_the_objective_unless_they_are_given():
    def found(**given):
        settings = with_defaults(ClassRBMSettings(epochs=1, **given))
        return settings.optimizer, settings.rate

    assert found(objective="generative") == ("sgd", 0.1)
    assert found(objective="discriminative") == found(objective="hybrid") == found() == ("adam", 0.005)
    assert found(objective="generative", optimizer="adam") == ("adam", 0.005)
    assert found(optimizer="momentum") == ("momentum", 0.1) and found(rate=0.2) == ("adam", 0.2)


# ---- what is learnt


def test_the_exact_generative_gradient_reaches_the_known_optimum():
    """Four patterns of six bits with a label each: within .05 nats of -log 4."""
    v = np.array([[1.0, 1, 0, 0, 1, 0], [0, 1, 1, 0, 0, 1], [0, 0, 0, 1, 1, 1], [1, 0, 1, 1, 0, 0]])
    labels = np.array([0, 1, 1, 2])
    rng = np.random.default_rng(0)
    model = init_class_rbm(6, 6, 3, rng, v, dtype=np.float64, label_sd=0.1)
    model, _ = train_class_rbm(model, v, labels, rng=rng, epochs=500, objective="generative", method="exact",
                               batch_size=4, optimizer="momentum", rate=0.5)
    s = join(v, labels, 3)
    assert 0 <= best_log_likelihood(s) - log_likelihood(joint_rbm(model), s).mean() < 0.05


@pytest.mark.parametrize("objective", ["generative", "discriminative", "hybrid"])
def test_digits_are_told_apart_by_every_objective(objective):
    train, test = open_data("digits", part="train", bits="grey"), open_data("digits", part="test", bits="grey")
    rng = np.random.default_rng(0)
    model = init_class_rbm(64, 32, 10, rng, train)
    model, history = train_class_rbm(model, train, train.labels, rng=rng, epochs=8, objective=objective, batch_size=50)
    wrong = np.mean(log_p_label(model, test[:]).argmax(axis=1) != test.labels)
    assert wrong < (0.5 if objective == "generative" else 0.15)
    assert history["loss"][-1] < history["loss"][0]


def test_training_leaves_its_arguments_as_they_were_and_is_the_same_again():
    model, (v, labels) = random_model(), labelled(20)
    before = flatten(model), v.copy(), labels.copy()
    first, _ = train_class_rbm(model, v, labels, rng=np.random.default_rng(0), epochs=2)
    second, _ = train_class_rbm(model, v, labels, rng=np.random.default_rng(0), epochs=2)
    for one, other in zip(before, (flatten(model), v, labels)):
        np.testing.assert_array_equal(one, other)
    assert flatten(first).tobytes() == flatten(second).tobytes() and not np.shares_memory(first.W, model.W)


def test_the_history_is_measured_on_200_training_cases_and_on_all_held_out_ones():
    model, (v, labels) = random_model(), labelled(300)
    trained, history = train_class_rbm(model, v, labels, rng=np.random.default_rng(2), epochs=2, validation=0.2)
    order = np.random.default_rng(2).permutation(300)
    parts = {"validation_": np.sort(order[:60]), "": np.sort(order[60:])[:200]}
    for prefix, rows in parts.items():
        log_p = log_p_label(trained, v[rows])
        loss = -log_p[np.arange(len(rows)), labels[rows]].mean()
        np.testing.assert_allclose(history[f"{prefix}loss"][-1], loss, rtol=1e-10)
        assert history[f"{prefix}error"][-1] == np.mean(log_p.argmax(axis=1) != labels[rows])
    np.testing.assert_allclose(history["weight_norm"][-1], np.sqrt(np.sum(trained.W**2)), rtol=1e-12)


def test_held_out_cases_are_not_learnt_from():
    """Nor are they among the cases at which chains start or which give the offsets."""
    v, labels = cases()
    held_out = np.random.default_rng(2).permutation(90)[:18]
    changed, other_labels = v.copy(), labels.copy()
    changed[held_out], other_labels[held_out] = 1 - changed[held_out], (labels[held_out] + 1) % 3
    models = [train_class_rbm(random_model(6, 4), data, own, rng=np.random.default_rng(2), epochs=2, batch_size=10,
                              generative_weight=1.0, validation=0.2)[0]
              for data, own in ((v, labels), (changed, labels), (v, other_labels))]
    assert flatten(models[0]).tobytes() == flatten(models[1]).tobytes() == flatten(models[2]).tobytes()


def test_patience_stops_and_gives_back_the_best():
    rng = np.random.default_rng(0)
    v, labels = rng.integers(0, 2, size=(60, 6)).astype(float), rng.integers(3, size=60)  # nothing to be learnt
    model, history = run(data=v, labels=labels, epochs=200, rate=0.05, validation=0.3, patience=4, average=None)
    losses = history["validation_loss"]
    assert len(losses) < 100 and np.argmin(losses) == len(losses) - 5
    rng = np.random.default_rng(3)
    init_class_rbm(6, 4, 3, rng)
    rows = np.sort(rng.permutation(60)[:18])
    log_p = log_p_label(model, v[rows])[np.arange(18), labels[rows]]
    np.testing.assert_allclose(-log_p.mean(), losses.min(), rtol=1e-5)


def test_the_average_lies_among_the_parameters_it_averages():
    last, _ = run(schedule="constant")
    averaged, _ = run(schedule="constant", average=0.9)
    assert 0 < np.linalg.norm(averaged.W - last.W) < np.linalg.norm(last.W)


# ---- runs in a folder


class Interrupted(Exception):
    pass


def stop_at_second_record(model, history):
    stop_at_second_record.count += 1
    if stop_at_second_record.count == 2:
        raise Interrupted


RUNS = {
    "hybrid, validation, average": {"validation": 0.2, "average": 0.9},
    "generative, pcd, momentum": {"objective": "generative", "optimizer": "momentum", "rate": 0.05},
    "discriminative, patience": {"objective": "discriminative", "validation": 0.2, "patience": 3},
}


def in_pieces(folder, settings):
    """The run interrupted after every turn and started again by the same call."""
    while True:
        stop_at_second_record.count = 0
        try:
            return run(folder, on_record=stop_at_second_record, **settings)
        except Interrupted:
            pass


@pytest.mark.parametrize("name", RUNS)
def test_a_run_interrupted_after_every_turn_ends_in_the_same_bits_and_going_on_changes_nothing(name, tmp_path):
    unbroken, history = run(**RUNS[name])
    for _ in range(2):
        model, found = in_pieces(tmp_path, RUNS[name])
        assert flatten(model).tobytes() == flatten(unbroken).tobytes()
        assert all(found.series[one] == values for one, values in history.series.items() if one != "seconds")


@pytest.mark.parametrize("field, name", [("optimizer", "hybrid, validation, average"),
                                         ("chains", "generative, pcd, momentum"),
                                         ("h_offset", "generative, pcd, momentum")])
def test_a_field_left_out_of_the_state_is_noticed(field, name, tmp_path, monkeypatch):
    unbroken, _ = run(**RUNS[name])
    monkeypatch.setattr(ClassRBMTrainer, "saved", tuple(one for one in ClassRBMTrainer.saved if one != field))
    model, _ = in_pieces(tmp_path, RUNS[name])
    assert flatten(model).tobytes() != flatten(unbroken).tobytes()


def test_a_run_does_not_go_on_with_other_labels(tmp_path):
    run(tmp_path)
    with pytest.raises(InvalidInput, match="the run there has data 90 x 6.*labels"):
        run(tmp_path, labels=(cases()[1] + 1) % 3)


@pytest.mark.parametrize("objective", ["generative", "discriminative", "hybrid"])
def test_a_run_that_diverges_stops_with_the_last_good_model(objective):
    with pytest.raises(Diverged, match="training stopped in epoch 1: .*smaller learning rate") as error:
        run(objective=objective, rate=3e38, optimizer="momentum")
    assert np.isfinite(flatten(error.value.model)).all()


def test_a_rate_that_is_too_large_is_said_and_a_sensible_one_is_not():
    v, labels = cases()
    with pytest.warns(TrainingWarning, match="-log p\\(y given v\\) is .* by guessing; try a smaller learning rate"):
        run(objective="discriminative", data=v, labels=np.random.default_rng(0).permutation(labels), rate=1.0, epochs=2)
    with pytest.raises(Diverged, match="epoch 1: the mean of -log p.* and 1.1 by guessing"):
        run(objective="discriminative", rate=100.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(epochs=8)


@pytest.mark.parametrize("changes, message", [
    (dict(epochs=0), "epochs: expected an integer >= 1, got 0"),
    (dict(objective="both"), "objective: expected one of 'generative', 'discriminative', 'hybrid', got 'both'"),
    (dict(method="tempered"), "method: expected one of 'pcd', 'cd', 'exact', got 'tempered'"),
    (dict(generative_weight=-1), "generative_weight: expected a number in [0, inf), got -1"),
    (dict(label_rate=0), "label_rate: expected a number in (0, inf), got 0"),
    (dict(n_chains=10**12), "n_chains: expected what fits into this machine's memory of "),
    (dict(patience=3), "validation: expected a fraction > 0 of held-out cases for patience to watch"),
    (dict(alpha=3), "alpha: no such setting"),
    (dict(data=np.zeros((5, 7))), "data: expected shape (cases, 6) with at least one case, got shape (5, 7)"),
    (dict(data=np.full((90, 6), 2)), "data: expected values in [0, 1], got values from 2 to 2"),
    (dict(labels=np.zeros(5, int)), "labels: expected a last axis of 90, got shape (5,)"),
    (dict(labels=np.full(90, 3)), "labels: expected values in [0, 2], got values from 3 to 3"),
])
def test_what_cannot_be_right_is_refused(changes, message):
    with pytest.raises(InvalidInput) as error:
        run(**changes)
    assert message in str(error.value)


def test_what_is_no_class_rbm_is_refused():
    with pytest.raises(InvalidInput, match="model: expected a ClassRBM"):
        train_class_rbm(joint_rbm(random_model()), *labelled(), epochs=1, rng=np.random.default_rng(0))
    with pytest.raises(InvalidInput, match="rng: expected a numpy.random.Generator"):
        train_class_rbm(random_model(), *labelled(), epochs=1, rng=0)
