"""Runs on words: `dgm train names`, and what `dgm evaluate` and `dgm sample` do with them.

An RBM whose visible layer has a softmax group for each letter position (data/names.py), priced in bits a letter beside
n-gram models of the same training words (data/ngrams.py).
"""
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..data.files import DataWarning
from ..data.names import (
    PARTS,
    Words,
    bits_per_letter,
    cases_to_words,
    one_hot,
    open_words,
    word_lengths,
    words_to_letters,
)
from ..data.ngrams import fit_kneser_ney, log_probs, tune_dirichlet
from ..energy.completion import complete
from ..energy.evaluation import Evaluation, evaluate_rbm
from ..energy.rbm import RBM, check_rbm, init_rbm, sample_chains
from ..energy.rbm_training import RBMSettings, RBMTrainer, check_settings
from ..energy.units import Softmax
from ..foundation.checks import InvalidInput, invalid, one_line
from ..foundation.progress import History
from ..foundation.settings import Settings, setting
from ..foundation.training import run_training
from ..foundation.types import Array, Generator
from .loading import LoadedRun, LogZOptions, draw_curves

HELP = "an RBM with a softmax group a letter, of words"
DESCRIPTION = """\
Train an RBM on words, with one softmax group of visible units for each letter position; behind the last letter of a
word stands the end mark. A tenth of the words is held out, and `dgm evaluate` says what a letter of these costs in
bits, beside n-gram models of the same training words. `dgm sample` makes new words, or goes on from a beginning.

  dgm train names --data names --out run/            8,403 first names, shipped; about half a minute
  dgm train names --data words.txt --out run/        any text file with a word a line
  dgm sample run/ --begins mar                       how could it go on?

What to try: more epochs; rates as large as the default, which look wild for an RBM of bits; --split 1 for another
tenth to hold out."""
SAMPLES = "samples.txt"  # what `dgm train` names in the line that says what comes next
SHOWN_ORDERS, KNESER_NEY_ORDER = {2: "bigram", 3: "trigram", 4: "4-gram"}, 5


@dataclass(frozen=True, kw_only=True)
class NamesSettings(RBMSettings):
    """RBMSettings with defaults for words."""

    batch_size: int = setting(100, "cases a step")
    rate: float = setting(1.0, "learning rate at the start", above=0)
    weight_decay: float = setting(0.0003, "d: the gradient of W is less d * W; the biases are left alone",
                                  most=1)
    n_chains: int = setting(200, "persistent chains of pcd, ladders of tempered")
    average: float = setting(0.995, "give back the moving average of the parameters with this decay", above=0, below=1)


class NamesTrainer(RBMTrainer):
    """Trains as RBMTrainer does; the kind tells the command that the cases are words."""

    kind = "names"


TRAINER, SETTINGS = NamesTrainer, NamesSettings
draw_training = draw_curves


@dataclass(frozen=True, kw_only=True)
class TrainOptions(NamesSettings):
    """`dgm train names`"""

    data: str = setting(help="names, or the path of a text file with a word a line")
    split: int = setting(0, "which tenth of the words is held out: the seed that shuffles them", least=0)
    hidden: int = setting(200, "hidden units; up to 25 make log p exact")
    epochs: int = setting(200, "passes over the words")
    seed: int = setting(0, "everything else that is drawn comes from it", least=0)


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(LogZOptions):
    """Bits a letter of words that the run has not seen: -log2 p of all positions over the number of letters and end
    marks, exactly or by annealed importance sampling with its verdict; and what n-gram models of the same training
    words need. Where the verdict is no, more --minutes may help.
    """

    data: str = setting(None, "another file of words to measure on (default: the run's own)")
    part: str = setting(None, "of the run's own words (default: test)", choices=PARTS)


@dataclass(frozen=True, kw_only=True)
class SampleOptions(Settings):
    """Chains that start at noise are run for --steps steps of Gibbs sampling, and read as words where they end. With
    --begins the first letters are clamped, and the chains draw what may follow.
    """

    out: Path = setting(Path("samples.txt"), ".txt: a word a line; .npy: the values of the positions")
    begins: str = setting(None, "letters that each word is to begin with")
    count: int = setting(50, "how many words, each from a chain of its own")
    steps: int = setting(1000, "Gibbs steps a chain; too few show the noise that they started at")
    seed: int = setting(0, "everything drawn comes from it", least=0)


def check_model(model: object) -> RBM:
    """`model` where it is an RBM with softmax visible units; else InvalidInput."""
    rbm = check_rbm(model)
    if not isinstance(rbm.visible, Softmax):
        raise invalid("rbm.visible", "softmax groups, one a letter position", rbm.visible)
    return rbm


def train(options: TrainOptions, folder: Path, progress: bool = True) -> tuple[RBM, History]:
    """Train on words with the state kept in `folder`, or go on with the run that is there: `(rbm, history)`."""
    words = open_words(options.data, part="train", split=options.split)
    if progress:
        print(f"data  {words.summary()}")
    rng = np.random.default_rng(options.seed)
    visible = Softmax(len(words.alphabet) + 1)
    rbm = init_rbm(words.shape[1], options.hidden, rng, words, visible=visible)
    settings = NamesSettings(**options.only(NamesSettings))
    check_settings(rbm, settings)
    trainer = NamesTrainer(rbm, words, settings, rng, {"seed": options.seed})
    return run_training(trainer, rng, folder, progress=progress)


@dataclass(frozen=True, eq=False)
class Report:
    """What words cost. Printing it gives the report in words."""

    data: str  # on what it was measured
    evaluation: Evaluation  # in nats a word
    bits: float  # a letter
    interval: tuple[float, float]  # 95 %, from the uncertainty of log Z
    baselines: dict[str, float]  # bits a letter of n-gram models of the training words, where these are still there

    def __str__(self) -> str:
        low, high = self.interval
        lines = [f"measured on      {self.data}", str(self.evaluation),
                 f"{'bits a letter':<34} {self.bits:6.3f}   95 % interval [{low:.3f}, {high:.3f}] from log Z"]
        lines += [f"  {name:<32} {bits:6.3f}" for name, bits in self.baselines.items()]
        return "\n".join(lines)


def evaluate(run: LoadedRun, options: EvaluateOptions) -> Report:
    """What a letter of the held-out words costs, in bits, beside n-gram models. Raises InvalidInput."""
    rbm, known = run.model, known_words(run)
    if options.data is None:
        words = reopen_words(run, options.part or "test")
    elif options.part is not None:
        raise invalid("part", "None with --data, since another file of words has no parts", repr(options.part))
    else:
        words = open_words(options.data, alphabet=known["alphabet"], n_positions=known["positions"])
    evaluation = evaluate_rbm(rbm, words, np.random.default_rng(options.seed), **options.arguments())
    low, high = evaluation.interval
    return Report(
        data=words.summary(),
        evaluation=evaluation,
        bits=bits_of_mean(evaluation.log_likelihood, words),
        interval=(bits_of_mean(high, words), bits_of_mean(low, words)),
        baselines=baselines(run, words.letters),
    )


def bits_of_mean(log_likelihood: float, words: Words) -> float:
    """Bits a letter, from the mean log p of the words in nats."""
    return bits_per_letter(np.full(len(words), log_likelihood), words.letters)


def baselines(run: LoadedRun, letters: Array) -> dict[str, float]:
    """Bits a letter of words (N, P) under n-gram models of the run's training words, by name; none without these."""
    try:
        training = reopen_words(run, "train").letters
    except InvalidInput as error:
        warnings.warn(f"no comparison with n-gram models: {error}", DataWarning, stacklevel=3)
        return {}
    n_values = run.model.visible.n_values
    models = {name: tune_dirichlet(training, order, n_values) for order, name in SHOWN_ORDERS.items()}
    models[f"{KNESER_NEY_ORDER}-gram, Kneser-Ney"] = fit_kneser_ney(training, KNESER_NEY_ORDER, n_values)
    return {name: bits_per_letter(log_probs(model, letters), letters) for name, model in models.items()}


def sample(run: LoadedRun, options: SampleOptions) -> None:
    """New words, printed and written, with the share of them that the run has not learnt from."""
    out = check_words_output(options.out)
    alphabet = known_words(run)["alphabet"]
    v = sample_words(run.model, options.begins, alphabet, options.count, options.steps,
                     np.random.default_rng(options.seed))
    words = cases_to_words(v, alphabet)
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".npy":
        np.save(out, run.model.visible.groups(v).argmax(axis=2).astype(np.uint8))
    else:
        out.write_text("\n".join(words) + "\n", encoding="utf8")
    print(" ".join(words))
    print(how_new(run, words))


def sample_words(rbm: RBM, begins: str | None, alphabet: str, count: int, steps: int, rng: Generator) -> Array:
    """Visible layers at which `count` chains end (count, D), their first positions clamped to the letters `begins`."""
    if not begins:
        v, _ = sample_chains(rbm, count, steps, rng)
        return v
    n_values = len(alphabet) + 1
    n_positions = len(rbm.b) // n_values
    letters = words_to_letters([begins.lower()], alphabet, n_positions, "begins")  # (1, P)
    n_held = word_lengths(letters)[0]
    held = np.arange(len(rbm.b)) < n_held * n_values
    start = np.repeat(one_hot(letters, n_values), count, axis=0)
    return complete(rbm, start, held, steps, rng)


def how_new(run: LoadedRun, words: list[str]) -> str:
    """How many of the words are not among those that the run has learnt from, in a sentence."""
    try:
        seen = spelt(reopen_words(run, "train"))
        held_out = spelt(reopen_words(run, "test"))
    except InvalidInput as error:
        return f"{len(words)} words; how many of them are new cannot be said: {error}"
    n_new = sum(word not in seen for word in words)
    n_held_out = sum(word in held_out for word in words)
    return (f"{len(words)} words, {n_new} of them ({n_new / len(words):.0%}) not among the {len(seen):,} that it "
            f"learnt from; {n_held_out} are among the {len(held_out):,} that were held out")


def spelt(words: Words) -> set[str]:
    """The words as texts."""
    return set(cases_to_words(words[:], words.alphabet))


def known_words(run: LoadedRun) -> dict:
    """What the run keeps of its words (`Words.describe`). InvalidInput where it cannot be right."""
    known, n_values = run.description, run.model.visible.n_values
    kinds: dict[str, Any] = {
        "words": str, "path": (str, type(None)), "split": int, "alphabet": str, "positions": int, "checksum": str,
    }
    wrong = [name for name, kind in kinds.items() if not isinstance(known.get(name), kind)]
    if wrong:
        raise invalid(run.folder, f"{', '.join(wrong)} as Words describe them", repr(known.get(wrong[0])))
    if len(known["alphabet"]) + 1 != n_values or known["positions"] * n_values != len(run.model.b):
        raise invalid(run.folder, f"an alphabet and positions that make {len(run.model.b)} units",
                      f"{len(known['alphabet'])} letters and {known['positions']} positions")
    return known


def reopen_words(run: LoadedRun, part: str) -> Words:
    """A part of the words that the run was trained on. InvalidInput where they are not there, or have changed."""
    known = known_words(run)
    name = known["path"] or known["words"]
    spelling = {"split": known["split"], "alphabet": known["alphabet"], "n_positions": known["positions"]}
    training = open_words(name, part="train", **spelling)
    now = training.describe()["checksum"]
    if now != known["checksum"]:
        raise invalid(one_line(name), f"the words that the run learnt from ({known['checksum']})",
                      f"words that have changed since ({now})")
    return training if part == "train" else open_words(name, part=part, **spelling)


def check_words_output(path: Path) -> Path:
    """`path` where words can be written to it; else InvalidInput."""
    if path.suffix not in (".txt", ".npy"):
        raise invalid("out", "a name that ends in .txt (words) or .npy (numbers)", path)
    return path
