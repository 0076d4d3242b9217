"""`dgm demo`: real digits end to end in under a minute, with what can be checked checked.

One RBM is small enough (16 hidden units) that its log-likelihood on unseen digits is exact. A larger one
(128) is trained for its samples, and its log-likelihood estimated, with a verdict. A GAN makes digits that are
asked for by name; it has no likelihood, so its samples are held against unseen digits. Last, an RBM with a softmax
group a letter learns first names, makes up new ones, and goes on from a beginning.
"""
import time
from pathlib import Path
from typing import Any

import numpy as np

from . import plots
from .adversarial import GAN, R1, generate, make_gan, precision_and_recall, train_gan
from .data import open_data, open_words
from .data.names import cases_to_words
from .energy import (
    evaluate_rbm,
    exact_gradient,
    free_energy,
    independent_pixels,
    init_rbm,
    log_likelihood,
    log_partition,
    sample_chains,
    train_rbm,
)
from .energy.rbm import transposed
from .energy.units import Softmax
from .foundation.batches import mean_of_cases
from .foundation.enumeration import all_bits
from .foundation.gradcheck import check_gradient
from .foundation.numerics import logsumexp
from .foundation.progress import History
from .foundation.types import Array, Generator
from .neural import init_mlp
from .runs.names import sample_words


def run_demo(folder: Any, seed: int = 0, progress: bool = True) -> float:
    """Train, check, draw; the figures go to `folder`. Returns the exact mean test log-likelihood of the small RBM.

    With `progress` it says on standard error how far each training is.
    """
    folder = Path(folder)
    rng = np.random.default_rng(seed)
    train, test = open_data("digits", part="train"), open_data("digits", part="test")
    print(f"{len(train):,} handwritten digits of 8x8 bits to learn from, {len(test)} to be tested on\n")

    check_the_equations(rng)

    print("\nAn RBM with 16 hidden units, small enough that every probability is exact:")
    started = time.perf_counter()
    small = init_rbm(64, 16, rng, train)
    small, history = train_rbm(small, train, epochs=150, rng=rng, rate=0.2, progress=progress)
    print(f"  trained for 150 epochs in {time.perf_counter() - started:.1f} s")
    log_p = log_likelihood(small, test[:])
    p = mean_of_cases(train, np.arange(len(train)))
    print(f"  log p of an unseen digit, exactly: {log_p.mean():.2f} nats, ± {log_p.std() / np.sqrt(len(log_p)):.2f}")
    print(f"  for comparison, independent pixels: {independent_pixels(p, test[:]):.2f} nats; more is better")

    print("\nAn RBM with 128 hidden units, for its samples:")
    started = time.perf_counter()
    large = init_rbm(64, 128, rng, train)
    large, history = train_rbm(large, train, epochs=150, rng=rng, rate=0.1, validation=0.1, progress=progress)
    print(f"  trained for 150 epochs in {time.perf_counter() - started:.1f} s")
    gap = history["validation_free_energy"][-1] - history["free_energy"][-1]
    print(f"  free energy of held-out digits less that of training digits: {gap:.1f} nats "
          "(it grows as a model learns its training cases by heart)")
    evaluation = evaluate_rbm(large, test, rng)
    verdict = "trust" if evaluation.trusted else "do not trust"
    print(f"  log p of an unseen digit, by annealed walks: {evaluation.log_likelihood:.2f} nats, "
          f"± {evaluation.standard_error:.2f}; verdict: {verdict}")
    for reason in evaluation.reasons:
        print(f"    - {reason}")
    _, sampled = sample_chains(large, 100, 2000, rng)

    print("\nA GAN that is told which digit to make:")
    gan, gan_history = train_a_gan(rng, progress)
    asked = np.repeat(np.arange(10), 36)  # as many as there are unseen digits
    made = generate(gan, len(asked), rng, asked)
    grey_train, grey_test = (open_data("digits", part=part, bits="grey")[:] for part in ("train", "test"))
    for name, x in (("its samples", made), ("real digits", grey_train[: len(asked)])):
        precision, recall = precision_and_recall(grey_test, x)
        print(f"  {name}: {precision:.0%} lie among the unseen digits, and {recall:.0%} of those lie among them")

    print("\nAn RBM with 100 hidden units that learns 7,563 first names:")
    make_names(rng, progress)

    print("\nFigures:")
    draw_comparison(folder, grey_test[:100], sampled, made[np.arange(360) % 36 < 10])
    plots.save(plots.filters(large, train.image_shape), "filters.png", folder)
    plots.save(plots.training_curves(history), "training.png", folder)
    plots.save(plots.gan_curves(gan_history), "gan_training.png", folder)
    named = {"training": free_energy(large, train[:]), "test": free_energy(large, test[:])}
    plots.save(plots.free_energy_histogram(named), "free_energies.png", folder)
    print(f"  in {folder.resolve()}")
    print("\nRead first: lessons/01_likelihood.py in your editor, then the others in their order;")
    print("`dgm lessons` runs them all and counts the equations that they prove.")
    return float(log_p.mean())


def check_the_equations(rng: Generator) -> None:
    """Hold the library against sums over every state of a random RBM with 6 + 4 units, and say what was held."""
    print("Checked on a random RBM with 6 + 4 units, against sums over all of its states:")
    rbm = init_rbm(6, 4, rng, dtype=np.float64)
    for array in (rbm.W, rbm.b, rbm.c):
        array[:] = rng.normal(size=array.shape)
    v = all_bits(6)
    total = np.exp(log_likelihood(rbm, v)).sum()
    assert abs(total - 1) < 1e-10
    print(f"  the probabilities of its {len(v)} visible states add up to 1 (off by {abs(total - 1):.1e})")
    through_h = logsumexp(-free_energy(transposed(rbm), all_bits(4)))
    assert abs(through_h - log_partition(rbm)) < 1e-10
    assert abs(through_h - logsumexp(-free_energy(rbm, v))) < 1e-10
    print("  log Z is the same through the visible and through the hidden layer")
    cases = v[rng.integers(0, 64, size=10)]
    error = check_gradient(lambda model: log_likelihood(model, cases).mean(), rbm, exact_gradient(rbm, cases))
    print(f"  the gradient is the slope of log p, every one of its 34 entries (relative error {error:.1e})")


def train_a_gan(rng: Generator, progress: bool) -> tuple[GAN, History]:
    """A conditional GAN on the grey digits of the training part: `(gan, history)`."""
    cases = open_data("digits", part="train", bits="grey")
    n_classes, n_latent = 10, 32
    generator = init_mlp([n_latent + n_classes, 64, 128, 64], rng, output="sigmoid")
    discriminator = init_mlp([64 + n_classes, 128, 64, 1], rng)
    started = time.perf_counter()
    gan, history = train_gan(
        make_gan(generator, discriminator, n_classes), cases, labels=cases.labels, steps=2500, rng=rng, rate=2e-3,
        schedule="linear", penalty=R1(0.5), average=0.998, progress=progress)
    print(f"  trained for 2,500 steps in {time.perf_counter() - started:.1f} s")
    return gan, history


def make_names(rng: Generator, progress: bool) -> None:
    """Train an RBM on the shipped names, and say what it makes up and how it goes on from "mar"."""
    words = open_words("names", part="train")
    known = set(cases_to_words(words[:], words.alphabet))
    started = time.perf_counter()
    rbm = init_rbm(words.shape[1], 100, rng, words, visible=Softmax(len(words.alphabet) + 1))
    rbm, _ = train_rbm(rbm, words, epochs=25, rng=rng, rate=2.0, batch_size=100, weight_decay=3e-4, average=0.995,
                       progress=progress)
    print(f"  trained for 25 epochs in {time.perf_counter() - started:.1f} s")
    made = cases_to_words(sample_words(rbm, None, words.alphabet, 100, 300, rng), words.alphabet)
    n_new = sum(name not in known for name in made)
    print(f"  it makes up, of which {n_new} in 100 are new: {' '.join(made[:10])}")
    begun = cases_to_words(sample_words(rbm, "mar", words.alphabet, 100, 300, rng), words.alphabet)
    print(f"  it goes on from mar: {' '.join(list(dict.fromkeys(begun))[:10])}")


def draw_comparison(folder: Path, real: Array, sampled: Array, made: Array) -> None:
    """100 real digits, 100 sampled from the RBM and 100 that the GAN makes, ten of each, side by side."""
    fig, (left, middle, right) = plots.new_figure(1, 3, width=14, height=5.2)
    plots.draw_tiles(left, real, (8, 8), title="digits that they have not seen")
    plots.draw_tiles(middle, sampled, (8, 8), title="sampled from the RBM: p(v given h) after 2,000 Gibbs steps")
    plots.draw_tiles(right, made, (8, 8), title="what the GAN makes of noise, ten of each digit")
    plots.save(fig, "samples.png", folder)
