"""A GAN's run in a folder, as runs.py has them of RBMs: start it, go on with it, sample from it, evaluate it.

The data are the ring or the grid, by name, drawn afresh for every batch at unit spread; or pictures, as `open_data`
opens them, grey as they are.
"""
import numpy as np

from .adversarial.coverage import evaluate_coverage, mmd, precision_and_recall, sliced_wasserstein
from .adversarial.gan import generate, make_gan
from .adversarial.gan_training import load_gan_run, train_gan
from .data.mixtures import MixtureOfGaussians, draw_mixture, grid_of_gaussians, ring_of_gaussians, to_unit_spread
from .data.catalog import default_part, open_data
from .foundation.checks import InvalidInput, check_integer
from .neural.mlp import init_mlp

MIXTURES = {"ring": ring_of_gaussians, "grid": grid_of_gaussians}
DEFAULTS = {  # of the command, where the kind of data decides
    "mixture": {"steps": 12_000, "latents": 2, "hidden": [80] * 5, "units": "tanh", "batch_size": 256, "rate": 0.001,
                "noise": 0.5},
    "pictures": {"steps": 6_000, "latents": 32, "hidden": [128, 256], "units": "leaky_relu", "batch_size": 64,
                 "rate": 0.002, "noise": 0.0},
}
COVERAGE_SAMPLES = 2_500  # PacGAN's protocol
MOST_COMPARED = 2_000  # rows of either set that distances are taken of


def default_for(data, name):
    """The command's default of that name for data of that name or path."""
    return DEFAULTS["mixture" if data in MIXTURES else "pictures"][name]


def train_gan_in_folder(folder, *, data, n_latent, hidden, units="leaky_relu", seed=0, part=None, conditional=False,
                        packing=1, batch_norm=False, discrimination=None, dropout=0.0, **settings):
    """Train a GAN with its state kept in `folder`, or go on with the run that is there: `(gan, history)`.

    data             "ring", "grid", or what `open_data` opens; part likewise, "train" by default where there are parts
    n_latent         numbers of noise that a sample is made of
    hidden           widths of the generator's hidden layers; the discriminator has them in the other order
    units            of the generator's hidden layers, as in `init_mlp`; the discriminator's are leaky ReLUs
    conditional      give both players the labels of the data
    batch_norm       in the generator; discrimination (B, C) and dropout in the discriminator, as in `init_mlp`
    settings         as in `train_gan`

    A generator of pictures ends with a sigmoid. InvalidInput where the folder holds another run; nothing is written over.
    """
    seed = check_integer("seed", seed, least=0)
    source, labels, notes = open_for_gan(data, part)
    is_mixture = isinstance(source, MixtureOfGaussians)
    check_integer("n_latent", n_latent)
    width = source.centres.shape[1] if is_mixture else source.shape[1]
    if conditional and labels is None:
        raise InvalidInput(f"conditional: {data} has no labels, data with labels were wanted")
    n_classes = int(labels.max()) + 1 if conditional else 0
    rng = np.random.default_rng(seed)
    generator = init_mlp([n_latent + n_classes, *hidden, width], rng, hidden=units, batch_norm=batch_norm,
                         output=None if is_mixture else "sigmoid")
    discriminator = init_mlp([packing * (width + n_classes), *reversed(hidden), 1], rng, dropout=dropout,
                             discrimination=discrimination)
    gan = make_gan(generator, discriminator, n_classes, packing)
    notes |= {"data_name": str(data), "seed": seed}
    return train_gan(gan, source, rng=rng, labels=labels if conditional else None, checkpoint=folder, notes=notes,
                     **settings)


def open_for_gan(data, part):
    """`(source, labels, notes)`: a mixture at unit spread or Data of grey pictures, and what to keep of how it came."""
    if data in MIXTURES:
        if part is not None:
            raise InvalidInput(f"part: {part!r} came, but {data} has no parts, None was wanted")
        return to_unit_spread(MIXTURES[data]()), None, {"part": None, "image_shape": None}
    part = default_part(data, "train") if part is None else part
    cases = open_data(data, bits="grey", part=part)
    image_shape = None if cases.image_shape is None else list(cases.image_shape)
    return cases, cases.labels, {"part": part, "image_shape": image_shape}


def sample_gan_run(folder, count, rng):
    """`(samples (N, D), settings)` of the run in `folder`, in the data's unit; of its classes in turn."""
    gan, settings, _ = load_gan_run(folder)
    x = draw_samples(gan, count, rng)
    name = settings["data_name"]
    if name in MIXTURES:  # back from unit spread
        own = MIXTURES[name]()
        x = x * (own.sigma / to_unit_spread(own).sigma)
    return x, settings


class Film:
    """Samples of each look at a run, from the same latents, for `plots.save_film`; `look` goes to on_record."""

    def __init__(self, seed, n_samples=1000):
        self.seed, self.n_samples, self.frames = seed, n_samples, []

    def look(self, gan, history):
        """Keep (step, samples)."""
        samples = draw_samples(gan, self.n_samples, np.random.default_rng(self.seed))
        self.frames.append((int(history["step"][-1]), samples))


def draw_samples(gan, n, rng):
    """n samples (n, D), of each class in turn where there are classes."""
    labels = np.arange(n) % gan.n_classes if gan.n_classes > 0 else None
    return generate(gan, n, rng, labels)


def evaluate_gan_run(folder, *, data=None, part=None, seed=0):
    """What the samples of the run in `folder` cover, beside what real cases would show: a dict of texts to values.

    Of ring and grid, by PacGAN's protocol: `samples` and `real`, a Coverage each. Of pictures, held against those that
    it has not seen where there are any: `precision`, `recall`, `mmd` (a TwoSampleTest) and `sliced_wasserstein`, and as
    many training cases in the samples' place under `real`.
    """
    gan, settings, _ = load_gan_run(folder)
    rng = np.random.default_rng(check_integer("seed", seed, least=0))
    trained_on = settings["data_name"]
    name = trained_on if data is None else data
    if (name in MIXTURES) != (trained_on in MIXTURES):
        raise InvalidInput(f"data: {name} came for a run on {trained_on}, data of the same kind were wanted")
    if name in MIXTURES:
        mixture, _, _ = open_for_gan(name, part)
        samples, real = draw_samples(gan, COVERAGE_SAMPLES, rng), draw_mixture(mixture, COVERAGE_SAMPLES, rng)
        return {"data": name, "samples": evaluate_coverage(samples, mixture), "real": evaluate_coverage(real, mixture)}
    part = default_part(name, "test") if part is None else part
    unseen, _, _ = open_for_gan(name, part)
    seen, _, _ = open_for_gan(trained_on, settings["part"])
    unseen = some_rows(unseen, rng)
    n = min(len(unseen), len(seen))
    samples, seen = draw_samples(gan, n, rng), some_rows(seen, rng)[:n]
    return {"data": f"{name}, part {part or 'all'}", "samples": compare(unseen, samples, rng),
            "real": compare(unseen, seen, rng)}


def some_rows(data, rng):
    """Up to 2,000 rows of data, drawn: (n, D)."""
    return data[np.sort(rng.permutation(len(data))[:MOST_COMPARED])]


def compare(real, fake, rng):
    """Distances between real and fake rows, (N, D) each: a dict; see coverage.py."""
    precision, recall = precision_and_recall(real, fake)
    return {"precision": precision, "recall": recall, "mmd": mmd(real, fake, rng),
            "sliced_wasserstein": sliced_wasserstein(real, fake, 200, rng)}
