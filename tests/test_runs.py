"""A run in a folder: train, go on, load, sample, evaluate."""
import numpy as np
import pytest
from chi_square import chi_square_p_value

from numpy_dgm import RBM, hidden_probs, load_run, log_likelihood, open_data, visible_probs
from numpy_dgm.foundation.checkpoint import save_checkpoint
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.enumeration import all_bits, bits_to_index, product_of_bernoullis
from numpy_dgm.foundation.records import flatten
from numpy_dgm.runs import evaluate_rbm_run, independent_pixels, sample_chains, train_rbm_in_folder

SHORT = dict(data="digits", n_hidden=8, seed=0, epochs=3)


def test_the_trained_model_comes_back_from_its_folder(tmp_path):
    rbm, history = train_rbm_in_folder(tmp_path, **SHORT)
    np.testing.assert_array_equal(flatten(load_run(tmp_path)), flatten(rbm))
    again, history_again = train_rbm_in_folder(tmp_path, **SHORT)  # nothing is left to do
    np.testing.assert_array_equal(flatten(again), flatten(rbm))
    assert history.series == history_again.series


@pytest.mark.parametrize("change, message", [
    (dict(seed=1), "seed 0, this one 1"),
    (dict(n_hidden=9), "W float32 (64, 8), this one float32 (64, 9)"),
    (dict(epochs=4), "epochs 3, this one 4"),
    (dict(data="bars-and-stripes"), "W float32 (64, 8), this one float32 (9, 8)"),
    (dict(bits="grey"), "bits threshold, this one grey"),
    (dict(part="test"), "part train, this one test"),
])
def test_another_run_in_the_folder_is_never_written_over(tmp_path, change, message):
    train_rbm_in_folder(tmp_path, **SHORT)
    before = (tmp_path / "checkpoint.npz").read_bytes()
    with pytest.raises(InvalidInput) as error:
        train_rbm_in_folder(tmp_path, **{**SHORT, **change})
    assert message in str(error.value) and "checkpoint.npz" in str(error.value)
    assert (tmp_path / "checkpoint.npz").read_bytes() == before


def test_evaluation_is_the_exact_log_likelihood_of_the_test_part(tmp_path):
    rbm, _ = train_rbm_in_folder(tmp_path, **SHORT)
    test = open_data("digits", part="test")
    log_p = log_likelihood(rbm, test[:])
    report = evaluate_rbm_run(tmp_path)
    evaluation = report["evaluation"]
    assert evaluation.n_cases == 360 and evaluation.method == "exact"
    np.testing.assert_allclose(evaluation.log_likelihood, log_p.mean(), rtol=1e-12)
    np.testing.assert_allclose(evaluation.standard_error, log_p.std(ddof=1) / np.sqrt(360), rtol=1e-12)
    assert abs(report["independent_pixels"] + 24.72) < 0.005  # TARGETS: independent pixels on this split


def test_evaluation_by_annealed_walks_agrees_with_the_exact_one(tmp_path):
    train_rbm_in_folder(tmp_path, **SHORT)
    exact, annealed = evaluate_rbm_run(tmp_path)["evaluation"], evaluate_rbm_run(tmp_path, method="ais")["evaluation"]
    assert annealed.method == "ais" and annealed.trusted
    assert abs(annealed.log_likelihood - exact.log_likelihood) < 4.5 * annealed.log_z_error + 1e-4


def test_grey_pixels_get_no_log_likelihood_unless_it_is_said_how_they_become_bits(tmp_path):
    train_rbm_in_folder(tmp_path, **SHORT, bits="grey")
    with pytest.raises(InvalidInput, match="bits: 'grey' came, which leaves grey pixels"):
        evaluate_rbm_run(tmp_path)
    assert evaluate_rbm_run(tmp_path, bits="threshold")["evaluation"].log_likelihood < 0


def test_evaluation_on_data_of_another_width_is_refused(tmp_path):
    train_rbm_in_folder(tmp_path, **SHORT)
    with pytest.raises(InvalidInput, match="bars-and-stripes: shape .* a last axis of 64 was wanted"):
        evaluate_rbm_run(tmp_path, data="bars-and-stripes")


def test_sampled_chains_have_the_models_distribution_after_enough_steps():
    """3 bits, 20,000 chains, 50 steps: 4.5 standard errors of each state's share."""
    rng = np.random.default_rng(0)
    rbm = RBM(W=rng.normal(size=(3, 2)), b=rng.normal(size=3), c=rng.normal(size=2))
    v, p_v = sample_chains(rbm, 20_000, 50, rng)
    p = np.exp(log_likelihood(rbm, all_bits(3)))
    share = np.array([np.mean((v == state).all(axis=1)) for state in all_bits(3)])
    assert np.all(np.abs(share - p) < 4.5 * np.sqrt(p * (1 - p) / 20_000))
    np.testing.assert_allclose(p_v.mean(axis=0), p @ all_bits(3), atol=4.5 * 0.5 / np.sqrt(20_000))


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_n_steps_are_n_steps(steps):
    """Started at fair coins, the chains' law after n steps is the uniform one times T^n, and not times T^(n+1)."""
    W = np.array([[4.0, -3.0], [4.0, 3.0], [-2.0, 4.0]])
    rbm = RBM(W=W, b=np.array([-3.0, -2.0, 1.0]), c=np.array([-3.0, -1.0]))
    v, h = all_bits(3), all_bits(2)
    T = product_of_bernoullis(hidden_probs(rbm, v)) @ product_of_bernoullis(visible_probs(rbm, h))
    drawn, _ = sample_chains(rbm, 100_000, steps, np.random.default_rng(steps))
    counts = np.bincount(bits_to_index(drawn), minlength=8)
    law = {n: np.full(8, 1 / 8) @ np.linalg.matrix_power(T, n) for n in (steps, steps + 1)}
    assert chi_square_p_value(counts, 100_000 * law[steps]) > 1e-3
    assert chi_square_p_value(counts, 100_000 * law[steps + 1]) < 1e-9


def test_independent_pixels_is_its_definition():
    p, v = np.array([0.2, 0.9, 0.0]), np.array([[1.0, 1, 0], [0, 1, 1]])
    expected = (np.log(0.2) + np.log(0.9) + np.log(0.99) + np.log(0.8) + np.log(0.9) + np.log(0.01)) / 2
    np.testing.assert_allclose(independent_pixels(p, v), expected)


@pytest.mark.parametrize("contents", [None, b"", b"not an archive", b"PK\x03\x04 cut short"])
def test_a_missing_or_broken_run_is_named(tmp_path, contents):
    if contents is not None:
        (tmp_path / "checkpoint.npz").write_bytes(contents)
    with pytest.raises(InvalidInput, match="checkpoint.npz"):
        load_run(tmp_path)


@pytest.mark.parametrize("state, message", [
    ({"model": "net"}, "a checkpoint of net came, one of RBM was wanted"),
    ({"a": 1}, "a checkpoint of None came"),
    ({"model": "RBM", "vector": np.zeros(3)}, "the checkpoint lacks average, chains"),
])
def test_a_checkpoint_of_another_model_is_named(tmp_path, state, message):
    save_checkpoint(tmp_path / "checkpoint.npz", state)
    for use in (load_run, evaluate_rbm_run):
        with pytest.raises(InvalidInput, match=message):
            use(tmp_path)
    before = (tmp_path / "checkpoint.npz").read_bytes()
    with pytest.raises(InvalidInput, match=message):
        train_rbm_in_folder(tmp_path, **SHORT)
    assert (tmp_path / "checkpoint.npz").read_bytes() == before
