"""The ring and the grid by PacGAN's protocol: how many modes a generator reaches, how well, and in what balance.

    python lessons/reproductions/gan_modes.py lite [--data ring grid] [--seeds 0 1 ... 9] [--out FOLDER]

    lite    minutes a run: instance noise, R1 held against it, a moving average
    long    the same, three times as long
    wide    for modes as wide as the data's: a discriminator behind a Fourier layer, a generator whose latents skip to
            its last layer, and a rate of the generator that falls early
    waves   the same as "wide", but the latents do not skip: what waves for the discriminator do alone
    paper   PacGAN's own run to the letter (Lin, Khetan, Fanti, Oh 2018): 400,000 updates, hours; --packing 1 to 4

2,500 samples. High quality: within 3 standard deviations of the nearest mode. Captured: a mode with at least one of
them. Reverse KL: of their shares of the modes. Each row is the mean over seeds and its standard error; the rows of real
samples and of a generator that has collapsed to one mode say what can be had and what cannot be worse. Beside the
protocol's figures, what it does not ask for: how wide the modes are, the standard deviation an axis of the samples of
high quality over that of the mode; and the sliced Wasserstein distance to 50,000 real cases, in units of the data's
spread an axis. Runs are kept in --out, and the same line goes on with them. Settings were looked for with seeds from
100 on. "wide" knows that the data have a spread of 1 an axis, and nothing of σ: with its waves and with its noise it
looks down to FINEST, a hundredth of that spread.
"""
import argparse
import time
from pathlib import Path

import numpy as np

from numpy_dgm import evaluate_coverage, generate, init_mlp, make_gan, train_gan
from numpy_dgm.adversarial import R1, InstanceNoise, NonSaturating, sliced_wasserstein
from numpy_dgm.data import draw_mixture, grid_of_gaussians, ring_of_gaussians
from numpy_dgm.data.mixtures import to_unit_spread
from numpy_dgm.foundation.numerics import squared_distances
from numpy_dgm.foundation.optimizers import Adam
from numpy_dgm.neural import MLP, Affine, Skip, init_fourier

N_SAMPLES = 2_500
MIXTURES = {"ring": ring_of_gaussians, "grid": grid_of_gaussians}
STEPS = {("lite", "ring"): 12_000, ("lite", "grid"): 14_000, ("long", "ring"): 36_000, ("long", "grid"): 42_000,
         ("wide", "ring"): 20_000, ("wide", "grid"): 30_000, ("waves", "ring"): 20_000, ("waves", "grid"): 30_000}
FINEST = 0.01  # of the data's spread: what "wide" looks down to
PUBLISHED = {  # modes, share of high quality, reverse KL; PacGAN's table
    "ring": ["GAN      6.3 ± .5   98.2 ± .2 %    .45 ± .09", "PacGAN2  7.9 ± .1   95.6 ± 2.0 %   .07 ± .03",
             "PacGAN4  7.8 ± .1   95.9 ± 1.4 %   .07 ± .02"],
    "grid": ["GAN     17.3 ± .8   94.8 ± .7 %    .70 ± .07", "PacGAN2 23.8 ± .7   91.3 ± .8 %    .13 ± .04",
             "PacGAN4 24.8 ± .2   93.6 ± .6 %    .04 ± .01"],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("configuration", choices=("lite", "long", "wide", "waves", "paper"))
    parser.add_argument("--data", nargs="+", choices=tuple(MIXTURES), default=list(MIXTURES))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(10)))
    parser.add_argument("--packing", type=int, default=1, help="of the paper's discriminator")
    parser.add_argument("--steps", type=int, help="instead of the configuration's")
    parser.add_argument("--out", type=Path, help="keep the runs here; the same line goes on with them")
    options = parser.parse_args()
    for name in options.data:
        mixture = MIXTURES[name]()
        print(f"{name}, {options.configuration}: modes, high quality, reverse KL of {N_SAMPLES:,} samples; width; "
              "sliced Wasserstein")
        found, minutes = [], []
        for seed in options.seeds:
            folder = None if options.out is None else options.out / f"{options.configuration}_{name}_{seed}"
            started = time.perf_counter()
            samples = train(options, name, seed, folder)
            minutes.append((time.perf_counter() - started) / 60)
            found.append(samples)
            print(f"  seed {seed}: {evaluate_coverage(samples, mixture)}, width {width(samples, mixture):.2f}, "
                  f"sliced Wasserstein {distance(samples, mixture):.3f}; {minutes[-1]:.1f} minutes", flush=True)
        print(row(options.configuration, found, mixture) + f"   {np.mean(minutes):.1f} minutes a run")
        print(row("real", [real(mixture, seed) for seed in options.seeds], mixture))
        print(row("collapsed", [collapsed(mixture, seed) for seed in options.seeds], mixture))
        print("published: " + "\n           ".join(PUBLISHED[name]) + "\n", flush=True)


def train(options, name, seed, folder):
    """Samples of one run, in the data's own unit."""
    mixture, rng = MIXTURES[name](), np.random.default_rng(seed)
    if options.configuration == "paper":
        gan, settings = paper_gan(rng, options.packing), paper_settings(options.packing)
        source, unit = draw_mixture(mixture, 100_000, rng).astype(np.float32), 1.0
    else:
        if options.configuration in ("wide", "waves"):
            gan, settings = wide_gan(rng, options.configuration == "wide"), wide_settings()
        else:
            gan, settings = our_gan(rng), our_settings()
        settings["steps"] = STEPS[options.configuration, name]
        source = to_unit_spread(mixture)
        unit = mixture.sigma / source.sigma
    if options.steps is not None:
        settings["steps"] = options.steps
    gan, _ = train_gan(gan, source, rng=rng, checkpoint=folder, **settings)
    return unit * generate(gan, N_SAMPLES, np.random.default_rng([seed, 1]))


def our_gan(rng):
    """Five hidden layers each: tanh in the generator, whose samples are sharper for it, leaky ReLU to judge them."""
    hidden = [80] * 5
    return make_gan(init_mlp([2, *hidden, 2], rng, hidden="tanh"), init_mlp([2, *hidden, 1], rng))


def our_settings():
    return {
        "batch_size": 256, "rate": 1e-3, "schedule": "linear", "optimizer": Adam(beta1=0.5, beta2=0.99),
        "penalty": R1(0.5), "noise": InstanceNoise(start=0.5, end=0.005, until=0.5, coarse=0.4), "average": 0.999,
        "log_every": 1000,
    }


def wide_gan(rng, skip):
    """A discriminator that sees fine differences and, with `skip`, a generator whose last layer widens all modes."""
    n_latent, n_hidden, scale = 4, 80, 5.0
    stack = init_mlp([n_latent, *[n_hidden] * 5], rng, hidden="tanh", output="tanh")
    last = init_mlp([n_hidden, 2], rng).layers[0]
    generator = MLP((*stack.layers, last))
    if skip:
        from_latents = 0.02 / scale * rng.standard_normal((n_latent, 2), dtype=np.float32)
        last = Affine(np.concatenate([from_latents, last.W]), last.b)
        generator = MLP((Skip(stack.layers, scale), last))
    waves = init_fourier(2, 64, rng, lowest=1.0, highest=1 / FINEST)
    judge = init_mlp([2 + 2 * 64, *[n_hidden] * 3, 1], rng)
    return make_gan(generator, MLP((waves, *judge.layers)))


def wide_settings():
    """Both rates 1e-3; the generator's falls while the noise is at its end, the discriminator's stays."""
    return {
        "batch_size": 256, "rate": 1e-3, "schedule": "thirds", "discriminator_schedule": "constant",
        "optimizer": Adam(beta1=0.5, beta2=0.99), "penalty": R1(0.5),
        "noise": InstanceNoise(start=0.5, end=FINEST, until=1 / 3, coarse=0.4), "average": 0.999, "log_every": 1000,
    }


def paper_gan(rng, packing):
    """PacGAN's networks: batch norm and ReLU against maxout, all weights from N(0, .02²)."""
    generator = init_mlp([2, 400, 400, 400, 400, 2], rng, hidden="relu", batch_norm=True, init=0.02)
    discriminator = init_mlp([2 * packing, 200, 200, 200, 1], rng, hidden="maxout", pieces=5, init=0.02)
    return make_gan(generator, discriminator, packing=packing)


def paper_settings(packing):
    """PacGAN's settings; 100 packs a step, both players at once, as in the authors' program."""
    return {"steps": 400_000, "batch_size": 100 * packing, "simultaneous": True, "rate": 1e-4,
            "optimizer": Adam(beta1=0.8), "objective": NonSaturating(), "log_every": 2000}


def real(mixture, seed):
    """As many real cases as samples are looked at."""
    return draw_mixture(mixture, N_SAMPLES, np.random.default_rng([seed, 2]))


def collapsed(mixture, seed):
    """Real cases of the first mode alone."""
    rng = np.random.default_rng([seed, 3])
    return mixture.centres[0] + mixture.sigma * rng.standard_normal((N_SAMPLES, 2))


def width(samples, mixture):
    """√(mean |x - centre|² / 2) / σ over the samples of high quality; about .97 for real ones, cut off at 3 σ."""
    squares = squared_distances(samples, mixture.centres).min(axis=1)
    squares = squares[squares <= (3 * mixture.sigma) ** 2]
    return np.sqrt(squares.mean() / 2) / mixture.sigma if len(squares) > 0 else np.nan


def distance(samples, mixture):
    """The sliced Wasserstein distance of the samples to 50,000 real cases, in units of the data's spread an axis."""
    rng = np.random.default_rng(3)
    spread = mixture.sigma / to_unit_spread(mixture).sigma
    return sliced_wasserstein(samples, draw_mixture(mixture, 50_000, rng), 100, rng) / spread


def row(name, found, mixture):
    """Mean and standard error over the seeds' samples of each figure."""
    coverage = [evaluate_coverage(samples, mixture) for samples in found]
    figures = np.array([[c.modes, 100 * c.high_quality, c.reverse_kl, width(samples, mixture),
                         distance(samples, mixture)]
                        for c, samples in zip(coverage, found)])
    mean = figures.mean(axis=0)
    error = figures.std(axis=0, ddof=1) / np.sqrt(len(figures)) if len(figures) > 1 else np.full(5, np.nan)
    return (f"  {name:<10} {mean[0]:5.1f} ± {error[0]:.1f}   {mean[1]:5.1f} ± {error[1]:.1f} %   "
            f"{mean[2]:.3f} ± {error[2]:.3f}   width {mean[3]:.2f} ± {error[3]:.2f}   "
            f"SW {mean[4]:.3f} ± {error[4]:.3f}")


if __name__ == "__main__":
    main()
