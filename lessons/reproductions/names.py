"""First names, in bits a letter: an RBM with softmax units beside n-gram models, on held-out names.

    python lessons/reproductions/names.py [--splits 0 1 2] [--temperatures 4000] [--out FOLDER]

The 8,403 shipped names, of up to 13 letters; a tenth, 840 names, is held out by the seed of the split. The models
learn from the other 7,563. Bits a letter = -log2 p over the number of letters and end marks. The RBM has 13 positions
of 27 values and pays for the padding behind the end mark; n-gram models stop at it.

    n-gram models    smoothed by Dirichlet priors, whose strengths suit a tenth of the training names; Kneser-Ney
    RBM              200 hidden bits, centred PCD-1, log Z by annealed walks up and down, with the verdict

The RBM's settings are the defaults of `dgm train names`. They were chosen on 840 of the training names of another
split, seed 100, with the RBM's seed 7. The seed of the RBM is that of the split; the seconds are those of training
alone, on this machine. Then fifty names of the last RBM, and what it makes of four beginnings.
"""
import argparse
from pathlib import Path

import numpy as np

from numpy_dgm.data import open_words
from numpy_dgm.data.names import bits_per_letter, cases_to_words
from numpy_dgm.data.ngrams import fit_kneser_ney, log_probs, tune_dirichlet
from numpy_dgm.energy import Softmax, evaluate_rbm, init_rbm
from numpy_dgm.foundation.training import run_training
from numpy_dgm.runs.names import NamesSettings, NamesTrainer, bits_of_mean, sample_words

EPOCHS, HIDDEN = 200, 200
MODELS = ("bigram", "trigram", "4-gram", "4-gram KN", "5-gram KN", "RBM")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--splits", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--temperatures", type=int, default=4_000, help="of the annealed walks")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=Path, help="keep the runs here; the same line goes on with them")
    options = parser.parse_args()
    print("bits a letter of 840 held-out names")
    print(f"{'split':>5}", *(f"{name:>9}" for name in MODELS), f"{'95 %':>16} {'seconds':>8}   verdict")
    rows = []
    for split in options.splits:
        training, test = (open_words("names", part=part, split=split) for part in ("train", "test"))
        bits = n_gram_bits(training.letters, test.letters)
        rbm, seconds = trained(training, split, options.epochs, options.out)
        evaluation = evaluate_rbm(rbm, test, np.random.default_rng([split, 1]), n_temperatures=options.temperatures)
        bits.append(bits_of_mean(evaluation.log_likelihood, test))
        high, low = (bits_of_mean(limit, test) for limit in evaluation.interval)
        rows.append(bits)
        print(f"{split:>5}", *(f"{one:>9.3f}" for one in bits), f"{f'[{low:.3f}, {high:.3f}]':>16} {seconds:>8.0f}   "
              f"{'trust' if evaluation.trusted else 'do not trust: ' + '; '.join(evaluation.reasons)}", flush=True)
    mean = np.mean(rows, axis=0)
    print(f"{'mean':>5}", *(f"{one:>9.3f}" for one in mean))
    below = {name: mean[MODELS.index(name)] - mean[-1] for name in MODELS[:-1]}
    print("the RBM is below the", ", ".join(f"{name} by {bits:.3f}" for name, bits in below.items()))
    show_names(rbm, training, test)


def n_gram_bits(training, test):
    """Bits a letter of the n-gram models, in the order of MODELS."""
    models = [tune_dirichlet(training, order, 27) for order in (2, 3, 4)]
    models += [fit_kneser_ney(training, order, 27) for order in (4, 5)]
    return [bits_per_letter(log_probs(model, test), test) for model in models]


def trained(words, seed, epochs, out):
    """`(rbm, seconds)` of one run; the seconds are those of training."""
    rng = np.random.default_rng(seed)
    rbm = init_rbm(words.shape[1], HIDDEN, rng, words, visible=Softmax(27))
    trainer = NamesTrainer(rbm, words, NamesSettings(epochs=epochs), rng, {"seed": seed})
    rbm, history = run_training(trainer, rng, None if out is None else out / f"names-{seed}", progress=True)
    return rbm, history["seconds"][-1]


def show_names(rbm, training, test):
    """Fifty samples, the share of 1,000 that is new, and ten words for each of four beginnings."""
    rng = np.random.default_rng(0)
    made = cases_to_words(sample_words(rbm, None, training.alphabet, 1_000, 1_000, rng), training.alphabet)
    seen, held_out = (set(cases_to_words(words[:], words.alphabet)) for words in (training, test))
    print("\nfifty samples:", " ".join(made[:50]))
    for n in (50, 1_000):
        n_new = sum(word not in seen for word in made[:n])
        n_held_out = sum(word in held_out for word in made[:n])
        print(f"of the first {n:,}: {n_new / n:.1%} are not among the training names; {n_held_out} are held-out names")
    for begins in ("mar", "ch", "ann", "z"):
        words = cases_to_words(sample_words(rbm, begins, training.alphabet, 10, 1_000, rng), training.alphabet)
        print(f"{begins}: {' '.join(words)}")


if __name__ == "__main__":
    main()
