"""Runs on words in a folder: train, go on, load, sample, evaluate."""
import numpy as np
import pytest

from numpy_dgm.data import open_words
from numpy_dgm.data.files import DataWarning
from numpy_dgm.data.names import bits_per_letter, cases_to_words, words_to_cases
from numpy_dgm.data.ngrams import fit_kneser_ney, log_probs, tune_dirichlet
from numpy_dgm.energy import Softmax, evaluate_rbm, init_rbm, log_likelihood, sample_chains, train_rbm
from numpy_dgm.energy.completion import complete
from numpy_dgm.foundation.checkpoint import load_checkpoint, save_checkpoint
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import Diverged
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.training import run_training
from numpy_dgm.runs import load_run
from numpy_dgm.runs.names import (
    EvaluateOptions,
    NamesSettings,
    NamesTrainer,
    SampleOptions,
    TrainOptions,
    draw_training,
    evaluate,
    sample,
    sample_words,
    train,
)

SYLLABLES = ("an", "be", "ca", "do", "el", "fi", "go", "hu")


@pytest.fixture
def words_file(tmp_path):
    """80 words of one and two syllables, of up to 4 letters."""
    words = [*SYLLABLES, *(first + second for first in SYLLABLES for second in SYLLABLES), *"abcdefgh"]
    (tmp_path / "words.txt").write_text("\n".join(words), encoding="utf8")
    return str(tmp_path / "words.txt")


def trained(folder, data, **changes):
    return train(TrainOptions(**{"data": data, "hidden": 4, "epochs": 4, "split": 1, **changes}), folder / "run")


def report(folder, **options):
    return evaluate(load_run(folder / "run"), EvaluateOptions(**options))


def sampled(folder, capsys, **options):
    """The words that are written, and what is printed."""
    capsys.readouterr()
    sample(load_run(folder / "run"), SampleOptions(out=folder / "new" / "s.txt", **options))
    return (folder / "new" / "s.txt").read_text(encoding="utf8").splitlines(), capsys.readouterr().out


def test_the_run_is_that_of_train_rbm_on_the_training_words_with_defaults_for_words(words_file, tmp_path):
    rbm, _ = trained(tmp_path, words_file, seed=3, epochs=20)
    words, rng = open_words(words_file, part="train", split=1), np.random.default_rng(3)
    start = init_rbm(words.shape[1], 4, rng, words, visible=Softmax(len(words.alphabet) + 1))
    settings = {"batch_size": 100, "rate": 1.0, "n_chains": 200, "weight_decay": 0.0003, "average": 0.995}
    expected, _ = train_rbm(start, words, rng=rng, epochs=20, **settings)
    assert flatten(rbm).tobytes() == flatten(expected).tobytes()
    run = load_run(tmp_path / "run")
    assert (run.kind, run.done, run.metadata, run.description) == ("names", 20, {"seed": 3}, words.describe())
    np.testing.assert_array_equal(flatten(run.model), flatten(rbm))
    draw_training(run)
    assert (tmp_path / "run" / "training.png").stat().st_size > 5_000


def test_options_are_heard_and_the_same_call_changes_nothing(words_file, tmp_path):
    rbm, _ = trained(tmp_path, words_file, rate=0.5, batch_size=10)
    again, _ = trained(tmp_path, words_file, rate=0.5, batch_size=10)
    assert flatten(again).tobytes() == flatten(rbm).tobytes()
    assert load_run(tmp_path / "run").settings.rate == 0.5
    with pytest.raises(InvalidInput, match="the run there has rate 0.5, this one 1.0"):
        trained(tmp_path, words_file, batch_size=10)
    with pytest.raises(InvalidInput, match="has data"):
        trained(tmp_path, words_file, rate=0.5, batch_size=10, split=2)


def trainer_on(words, rng, **changes):
    rbm = init_rbm(words.shape[1], 4, rng, words, visible=Softmax(len(words.alphabet) + 1))
    return NamesTrainer(rbm, words, NamesSettings(**{"epochs": 6, "n_chains": 10, "batch_size": 20, **changes}), rng)


def test_a_run_that_was_stopped_ends_at_the_same_bits(words_file, tmp_path):
    words = open_words(words_file, part="train")

    def stop(model, history):
        if len(history["epoch"]) == 3:
            raise KeyboardInterrupt

    rng = np.random.default_rng(0)
    whole, _ = run_training(trainer_on(words, rng), rng)
    rng = np.random.default_rng(0)
    with pytest.raises(KeyboardInterrupt):
        run_training(trainer_on(words, rng), rng, tmp_path / "stopped", on_record=stop)
    assert load_run(tmp_path / "stopped").done == 2
    rng = np.random.default_rng(0)
    resumed, _ = run_training(trainer_on(words, rng), rng, tmp_path / "stopped")
    assert flatten(resumed).tobytes() == flatten(whole).tobytes()


def test_a_run_that_diverges_gives_back_the_last_good_model(words_file):
    words, rng = open_words(words_file, part="train"), np.random.default_rng(0)
    with pytest.raises(Diverged) as error:
        run_training(trainer_on(words, rng, rate=1e30), rng)
    assert np.isfinite(flatten(error.value.model)).all()


def test_softmax_units_are_centred_as_bits_are(words_file, tmp_path):
    """The fused gradient and the plain one, centred, over some epochs; and centring makes a difference."""
    fused, _ = trained(tmp_path / "a", words_file)
    plain, _ = trained(tmp_path / "b", words_file, fused=False)
    other, _ = trained(tmp_path / "c", words_file, centred=False)
    np.testing.assert_allclose(flatten(fused), flatten(plain), atol=1e-4)
    assert np.abs(flatten(fused) - flatten(other)).max() > 0.01


def test_bits_a_letter_are_those_of_the_exact_log_likelihood_of_the_held_out_words(words_file, tmp_path):
    rbm, _ = trained(tmp_path, words_file)
    test = open_words(words_file, part="test", split=1)
    n_letters = sum(len(word) + 1 for word in cases_to_words(test[:], test.alphabet))
    bits = -log_likelihood(rbm, test[:]).sum() / np.log(2) / n_letters
    found = report(tmp_path)
    assert found.evaluation.method == "exact" and found.evaluation.n_cases == 8
    np.testing.assert_allclose([found.bits, *found.interval], bits, rtol=1e-6)
    train = report(tmp_path, part="train")
    assert train.evaluation.n_cases == 72 and train.bits != found.bits
    assert "8 words of up to 4 letters" in str(found) and f"{bits:.3f}" in str(found) and "Kneser-Ney" in str(found)


def test_n_gram_models_learn_from_the_training_words_alone(words_file, tmp_path):
    trained(tmp_path, words_file)
    training, test = (open_words(words_file, part=part, split=1) for part in ("train", "test"))
    n_values = len(training.alphabet) + 1
    models = {
        "bigram": tune_dirichlet(training.letters, 2, n_values),
        "trigram": tune_dirichlet(training.letters, 3, n_values),
        "4-gram": tune_dirichlet(training.letters, 4, n_values),
        "5-gram, Kneser-Ney": fit_kneser_ney(training.letters, 5, n_values),
    }
    expected = {name: bits_per_letter(log_probs(model, test.letters), test.letters) for name, model in models.items()}
    assert report(tmp_path).baselines == expected


def test_walks_are_as_many_steps_as_were_asked_for_and_come_from_the_seed(words_file, tmp_path):
    rbm, _ = trained(tmp_path, words_file)
    test = open_words(words_file, part="test", split=1)
    found = report(tmp_path, method="ais", temperatures=20, seed=3)
    expected = evaluate_rbm(rbm, test, np.random.default_rng(3), method="ais", n_temperatures=20)
    assert found.evaluation.log_likelihood == expected.log_likelihood
    assert found.interval[0] < found.bits < found.interval[1]


def test_samples_are_chains_read_as_words_and_counted_where_they_are_new(words_file, tmp_path, capsys):
    rbm, _ = trained(tmp_path, words_file)
    words, said = sampled(tmp_path, capsys, count=30, steps=5, seed=3)
    v, _ = sample_chains(rbm, 30, 5, np.random.default_rng(3))
    training, test = (open_words(words_file, part=part, split=1) for part in ("train", "test"))
    assert words == cases_to_words(v, training.alphabet) and " ".join(words) in said
    seen, held_out = (set(cases_to_words(part[:], part.alphabet)) for part in (training, test))
    n_new, n_held_out = sum(word not in seen for word in words), sum(word in held_out for word in words)
    assert f"30 words, {n_new} of them ({n_new / 30:.0%}) not among the 72 that it learnt from" in said
    assert f"{n_held_out} are among the 8 that were held out" in said and 0 < n_new < 30
    sample(load_run(tmp_path / "run"), SampleOptions(out=tmp_path / "s.npy", count=30, steps=5, seed=3))
    np.testing.assert_array_equal(np.load(tmp_path / "s.npy"), v.reshape(30, 4, -1).argmax(axis=2))


def test_words_go_on_from_their_beginning(words_file, tmp_path, capsys):
    rbm, _ = trained(tmp_path, words_file)
    alphabet = open_words(words_file).alphabet
    words, _ = sampled(tmp_path, capsys, begins="Go", count=20, steps=5, seed=3)
    assert all(word.startswith("go") for word in words) and len(set(words)) > 1
    start = np.repeat(words_to_cases(["go"], alphabet, 4), 20, axis=0)
    held = np.arange(len(rbm.b)) < 2 * (len(alphabet) + 1)
    v = complete(rbm, start, held, 5, np.random.default_rng(3))
    np.testing.assert_array_equal(sample_words(rbm, "go", alphabet, 20, 5, np.random.default_rng(3)), v)
    assert words == cases_to_words(v, alphabet)


@pytest.mark.parametrize("options, message", [
    ({"begins": "x"}, "begins: expected words of the letters abcdefghilnou, got 'x', which has 'x'"),
    ({"begins": "abcab"}, "begins: expected words of at most 4 letters, got 'abcab', which has 5"),
    ({"out": "s.png"}, "out: expected a name that ends in .txt"),
])
def test_samples_that_cannot_be_are_refused(words_file, tmp_path, options, message):
    trained(tmp_path, words_file, epochs=1)
    with pytest.raises(InvalidInput, match=message):
        sample(load_run(tmp_path / "run"), SampleOptions(**options))


def test_other_words_are_measured_in_the_spelling_of_the_run(words_file, tmp_path):
    trained(tmp_path, words_file)
    other = tmp_path / "other.txt"
    other.write_text("\n".join(a + b for a in "abcde" for b in "fghil"), encoding="utf8")
    found = report(tmp_path, data=str(other))
    assert found.evaluation.n_cases == 25 and "other.txt" in found.data and len(found.baselines) == 4
    other.write_text("\n".join("x" * n for n in range(1, 30)), encoding="utf8")
    with pytest.raises(InvalidInput, match="expected words of the letters abcdefghilnou, got 'x'"):
        report(tmp_path, data=str(other))


def test_words_that_have_changed_are_noticed(words_file, tmp_path, capsys):
    rbm, _ = trained(tmp_path, words_file)
    other = tmp_path / "other.txt"
    other.write_text("\n".join(a + b for a in "abcde" for b in "fghil"), encoding="utf8")
    lines = (tmp_path / "words.txt").read_text().splitlines()
    (tmp_path / "words.txt").write_text("\n".join(reversed(lines)), encoding="utf8")
    with pytest.raises(InvalidInput, match="expected the words that the run learnt from .* words that have changed"):
        report(tmp_path)
    with pytest.warns(DataWarning, match="no comparison with n-gram models: .*have changed since"):
        assert report(tmp_path, data=str(other)).baselines == {}
    (tmp_path / "words.txt").unlink()
    _, said = sampled(tmp_path, capsys, count=5, steps=2)
    assert "5 words; how many of them are new cannot be said: data: expected 'names' or the path" in said


@pytest.mark.parametrize("change", [
    {"alphabet": "ab"}, {"alphabet": 3}, {"positions": 5}, {"split": "x"}, {"words": None}, {"path": 3},
])
def test_a_description_that_cannot_be_is_refused(words_file, tmp_path, change):
    trained(tmp_path, words_file, epochs=1)
    path = tmp_path / "run" / "checkpoint.npz"
    state = load_checkpoint(path)
    state["description"] = {**state["description"], **change}
    save_checkpoint(path, state)
    with pytest.raises(InvalidInput, match="run: expected "):
        report(tmp_path)


def test_an_rbm_of_bits_is_no_model_of_words(words_file, tmp_path):
    trained(tmp_path, words_file, epochs=1)
    path = tmp_path / "run" / "checkpoint.npz"
    state = load_checkpoint(path)
    state["result"]["visible"] = {"kind": "Bernoulli"}
    save_checkpoint(path, state)
    with pytest.raises(InvalidInput, match="rbm.visible: expected softmax groups, one a letter position, got Bern"):
        load_run(tmp_path / "run")


def test_more_chains_than_memory_are_refused(words_file, tmp_path):
    with pytest.raises(InvalidInput, match="n_chains: expected what fits"):
        trained(tmp_path, words_file, n_chains=10**11)


def test_a_part_of_another_file_is_refused(words_file, tmp_path):
    train(TrainOptions(data=words_file, hidden=2, epochs=1), tmp_path / "run")
    with pytest.raises(InvalidInput, match="part: expected None with --data, since another file .*, got 'train'"):
        report(tmp_path, data=words_file, part="train")
