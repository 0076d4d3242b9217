"""The `dgm` command: each subcommand is a thin call into a wing.

Exit codes: 0 done; 1 something failed that should not (a lesson's equation, say); 2 what was asked cannot
be done, and one sentence on standard error says why.
"""
import argparse
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np

from . import plots
from .adversarial.noise import InstanceNoise
from .adversarial.objectives import OBJECTIVES
from .adversarial.penalties import R1, GradientPenalty
from .course.lessons import find_lessons, run_lesson
from .data.dataset import BITS
from .energy.evaluation import METHODS as EVALUATION_METHODS
from .energy.rbm_training import METHODS, OPTIMIZERS, load_rbm_run
from .foundation.checks import InvalidInput, check_integer, check_number
from .foundation.optimizers import SCHEDULES, Adam
from .foundation.training import Diverged
from .gan_runs import (
    DEFAULTS,
    MIXTURES,
    Film,
    default_for,
    evaluate_gan_run,
    open_for_gan,
    sample_gan_run,
    train_gan_in_folder,
)
from .neural.mlp import ELEMENTWISE
from .runs import evaluate_rbm_run, run_model, sample_chains, train_rbm_in_folder


def main(arguments=None):
    """Run the command; returns its exit code."""
    options = make_parser().parse_args(arguments)
    warnings.showwarning = print_warning
    try:
        return options.run(options)
    except (InvalidInput, Diverged, PermissionError) as error:
        print(f"dgm: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("dgm: stopped; where a run has a folder, the same line goes on with it", file=sys.stderr)
        return 130


def print_warning(message, category, filename, lineno, file=None, line=None):
    """A warning as one line for a person, without the place in the code."""
    print(f"dgm: {message}", file=sys.stderr)


def demo(options):
    """dgm demo, in a process of its own with one BLAS thread.

    On matrices this small a second thread gains nothing, and where other programs use the cores too, waiting
    for it was seen to cost ten times the time. NumPy must be told before it is loaded.
    """
    command = [sys.executable, "-m", "numpy_dgm.demo", str(options.out), str(options.seed)]
    return subprocess.run(command, env={"OPENBLAS_NUM_THREADS": "1", **os.environ}, check=False).returncode


def train_rbm(options):
    """dgm train rbm"""
    settings = {name: getattr(options, name) for name in (
        "epochs", "method", "k", "batch_size", "rate", "schedule", "optimizer", "weight_decay", "n_chains",
        "n_rungs", "sparsity_target", "sparsity_cost", "average", "validation", "patience")}
    rbm, history = train_rbm_in_folder(
        options.out, data=options.data, bits=options.bits, part=options.part, n_hidden=options.hidden,
        seed=options.seed, centred=not options.plain, progress=True, **settings)
    print(rbm)
    print(history)
    plots.save(plots.training_curves(history), "training.png", options.out)
    print(f"next:  dgm evaluate {options.out}      dgm sample {options.out} --out samples.png")
    return 0


PENALTIES = {"none": None, "r1": R1, "gradient": GradientPenalty}


def train_gan(options):
    """dgm train gan"""
    settings = {name: getattr(options, name) for name in (
        "part", "packing", "conditional", "batch_norm", "dropout", "critic_steps", "simultaneous",
        "discriminator_rate", "schedule", "clip", "spectral")}
    chosen = {name: default_for(options.data, name) if getattr(options, name) is None else getattr(options, name)
              for name in ("steps", "latents", "hidden", "units", "batch_size", "rate", "noise")}
    level, n_latent = chosen.pop("noise"), chosen.pop("latents")
    kind = PENALTIES[options.penalty]
    film = Film(options.seed)
    gan, history = train_gan_in_folder(
        options.out, data=options.data, n_latent=n_latent, seed=options.seed,
        noise=None if level == 0 else InstanceNoise(level),
        discrimination=options.discrimination, objective=OBJECTIVES[options.objective], optimizer=Adam(0.5, 0.99),
        penalty=None if kind is None else kind(check_number("--penalty-weight", options.penalty_weight, 0, np.inf)),
        average=None if options.average == 0 else options.average, log_every=max(1, chosen["steps"] // 60), progress=True,
        on_record=film.look if options.data in MIXTURES else None, **settings, **chosen)
    print(gan)
    print(history)
    plots.save(plots.gan_curves(history), "training.png", options.out)
    if film.frames:
        mixture, _, _ = open_for_gan(options.data, None)
        plots.save_film(film.frames, mixture, "training.gif", options.out)
    print(f"next:  dgm evaluate {options.out}      dgm sample {options.out} --out samples.png")
    return 0


def sample(options):
    """dgm sample"""
    if options.out.suffix not in (".png", ".npy"):
        raise InvalidInput(f"--out: {options.out} came, a name that ends in .png (pictures) or .npy (numbers) was wanted")
    count = check_integer("--count", options.count)
    rng = np.random.default_rng(check_integer("--seed", options.seed, least=0))
    show = sample_gan if run_model(options.run_folder) == "GAN" else sample_rbm
    return show(options, count, rng)


def sample_rbm(options, count, rng):
    """dgm sample, of an RBM's run"""
    rbm, settings, _ = load_rbm_run(options.run_folder)
    steps = check_integer("--steps", options.steps)
    v, p_v = sample_chains(rbm, count, steps, rng)
    if options.out.suffix == ".npy":
        save_array(v.astype(np.uint8), options.out)
    else:
        fig = plots.samples(p_v, settings.get("image_shape"), title=f"p(v given h) after {steps:,} Gibbs steps")
        plots.save(fig, options.out.name, options.out.parent)
        fig = plots.filters(rbm, settings.get("image_shape"))
        plots.save(fig, f"{options.out.stem}_filters.png", options.out.parent)
    return 0


def sample_gan(options, count, rng):
    """dgm sample, of a GAN's run"""
    x, settings = sample_gan_run(options.run_folder, count, rng)
    if options.out.suffix == ".npy":
        save_array(x, options.out)
    elif settings["data_name"] in MIXTURES:
        fig = plots.scatter(x, MIXTURES[settings["data_name"]](), title=f"{count:,} samples")
        plots.save(fig, options.out.name, options.out.parent)
    else:
        plots.save(plots.samples(x, settings["image_shape"]), options.out.name, options.out.parent)
    return 0


def save_array(array, path):
    """Write an .npy file, and its folder if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, array)


def evaluate(options):
    """dgm evaluate"""
    return evaluate_gan(options) if run_model(options.run_folder) == "GAN" else evaluate_rbm(options)


def evaluate_rbm(options):
    """dgm evaluate, of an RBM's run"""
    report = evaluate_rbm_run(
        options.run_folder, data=options.data, bits=options.bits, part=options.part, method=options.method,
        n_temperatures=options.temperatures, seed=options.seed)
    print(f"measured on      {report['data']}")
    print(report["evaluation"])
    print(f"for comparison   {report['independent_pixels']:.3f} nats with independent pixels")
    gap = report["free_energy"] - report["training_free_energy"]
    print(f"free energy      {report['free_energy']:.2f}, training cases {report['training_free_energy']:.2f}; "
          f"the gap of {gap:.2f} nats grows with overfitting")
    print(f"reconstruction   squared error {report['reconstruction_error']:.4f} a pixel; "
          "it says little: it can fall while the model gets worse")
    return 0


def evaluate_gan(options):
    """dgm evaluate, of a GAN's run"""
    report = evaluate_gan_run(options.run_folder, data=options.data, part=options.part, seed=options.seed)
    print(f"measured on      {report['data']}")
    for who, label in (("samples", "samples"), ("real", "real cases")):
        values = report[who]
        if isinstance(values, dict):
            values = (f"precision {values['precision']:.3f}, recall {values['recall']:.3f}, {values['mmd']}, "
                      f"sliced Wasserstein {values['sliced_wasserstein']:.4f}")
        print(f"{label:<16} {values}")
    print("the row of real cases is what a perfect generator would show; nearer to it is better")
    return 0


def lessons(options):
    """dgm lessons"""
    runs = []
    for path in find_lessons(options.numbers):
        print(f"\n{path.name}", flush=True)
        run = run_lesson(path, options.proofs)
        print(run.output, end="", flush=True)
        runs.append(run)
    print(f"\n{'lesson':<34} {'equations proved':>16} {'seconds':>8}  figures")
    for run in runs:
        outcome = f"{len(set(run.proved))}" if run.succeeded else f"{len(set(run.proved))}, then FAILED"
        print(f"{run.path.stem:<34} {outcome:>16} {run.seconds:8.1f}  {', '.join(run.figures)}")
    n_failed = sum(not run.succeeded for run in runs)
    n_proved = sum(len(set(run.proved)) for run in runs)
    print(f"{n_proved} equations proved in {len(runs)} lessons, {n_failed} lessons failed")
    return 1 if n_failed else 0


def make_parser():
    """The parser of the whole command."""
    parser = argparse.ArgumentParser(
        prog="dgm", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Deep generative models in pure NumPy: train them, measure them, learn how they work.",
        epilog="""start here:
  dgm demo                                         real digits, end to end, in under a minute
  dgm lessons 02                                   run a lesson; read it in an editor beside
  dgm train rbm --data digits --hidden 16 --out run/
  dgm train gan --data ring --out gan/
  dgm evaluate run/                                how probable are digits that it has not seen?
  dgm sample run/ --out samples.png                what does it dream?""")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_demo(commands)
    add_train(commands)
    add_sample(commands)
    add_evaluate(commands)
    add_lessons(commands)
    return parser


def add_command(commands, name, run, help, description):
    """A subcommand whose --help shows defaults and keeps the description's lines."""
    command = commands.add_parser(name, help=help, description=description, formatter_class=HelpFormatter)
    command.set_defaults(run=run)
    return command


class HelpFormatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Shows defaults where there are any, and leaves the lines of a description as they are."""

    def _get_help_string(self, action):
        return action.help if action.default in (None, False) else super()._get_help_string(action)


def add_demo(commands):
    command = add_command(commands, "demo", demo, "real digits, end to end, in under a minute", """\
Train two RBMs and a GAN on 1,437 handwritten digits. The first RBM is so small that its log-likelihood on unseen
digits is exact, not estimated. The second dreams digits. The GAN makes those that it is asked for. Says what it
checked, saves pictures, and names the lesson to read first.""")
    command.add_argument("--out", type=Path, default=Path("demo"), help="folder for the pictures")
    command.add_argument("--seed", type=whole_number, default=0, help="everything drawn comes from it")


def add_train(commands):
    command = commands.add_parser(
        "train", help="train a model; the same line goes on with a stopped run", formatter_class=HelpFormatter,
        description="""\
Train a model on data. The state is kept in the folder --out: a run that was stopped, by Ctrl-C or a power cut, goes
on when the same line is given again, and ends bit for bit where it would have.

  dgm train rbm --data digits --hidden 16 --out run/      see dgm train rbm --help
  dgm train gan --data ring --out run/                    see dgm train gan --help""")
    models = command.add_subparsers(title="models", metavar="MODEL", required=True)
    add_train_rbm(models)
    add_train_gan(models)


def add_train_rbm(models):
    command = add_command(models, "rbm", train_rbm, "a restricted Boltzmann machine", """\
Train an RBM by climbing the mean log-likelihood of the data.

  --method pcd     the model's term of the gradient comes from chains that never stop (the default, and best)
  --method cd      from chains of k steps that start at the data: quick, but biased (lesson 06)
  --method tempered  from ladders of chains at several temperatures that exchange states: ten times the work,
                   for models in which chains get stuck (lesson 07)
  --method exact   from the sum over every state: for a layer of up to about 20 units (lesson 05)

What to try: more epochs; a rate from 0.02 to 0.3, lower for larger models; --validation 0.1 to see it overfit.""")
    command.add_argument("--data", required=True,
                         help="digits, bars-and-stripes, shifting-bar, labelled-shifter, or the path of an IDX, .npy, "
                              ".npz or .csv file or of a folder with MNIST's files")
    command.add_argument("--out", type=Path, required=True, help="folder that keeps the run")
    command.add_argument("--bits", choices=BITS, help="how grey pixels become bits (default: threshold)")
    command.add_argument("--part", choices=["train", "test"], help="of data that have parts (default: train)")
    command.add_argument("--hidden", type=int, default=64, help="hidden units; up to 25 make log p exact")
    command.add_argument("--epochs", type=int, default=100, help="passes over the data")
    command.add_argument("--seed", type=whole_number, default=0, help="everything drawn comes from it")
    command.add_argument("--method", choices=METHODS, default="pcd", help="where the model's term comes from")
    command.add_argument("--k", type=int, default=1, help="Gibbs steps a gradient")
    command.add_argument("--batch-size", type=int, default=20, help="cases a step")
    command.add_argument("--rate", type=float, default=0.1, help="learning rate at the start")
    command.add_argument("--schedule", choices=SCHEDULES, default="linear", help="how the rate falls")
    command.add_argument("--optimizer", choices=tuple(OPTIMIZERS), default="sgd",
                         help="what makes a step of a gradient")
    command.add_argument("--weight-decay", type=float, default=0.0, help="pull of the weights towards 0")
    command.add_argument("--sparsity-target", type=float, help="how often a hidden unit should be on, such as 0.1")
    command.add_argument("--sparsity-cost", type=float, default=1.0, help="how hard that is pulled at")
    command.add_argument("--n-chains", type=int, default=100, help="persistent chains of pcd, ladders of tempered")
    command.add_argument("--n-rungs", type=int, default=10, help="temperatures of a tempered ladder")
    command.add_argument("--plain", action="store_true", help="the plain gradient, not the centred one")
    command.add_argument("--average", type=float, help="give back a moving average with this decay, such as 0.999")
    command.add_argument("--validation", type=float, default=0.0, help="share of the cases to hold out and report on")
    command.add_argument("--patience", type=int, help="stop after so many epochs without a better held-out log p")


def add_train_gan(models):
    command = add_command(models, "gan", train_gan, "a generative adversarial network", """\
Train a generator against a discriminator, both networks of leaky ReLUs. Says while it runs how far the samples are
from the data (distance, in standard deviations), how wide they spread, and how often the discriminator is right;
and, in a sentence, when the generator collapses, saturates, or the run diverges. On the ring and the grid it also
leaves a film of the training, training.gif.

What to try: more steps; --penalty-weight from 0.01 to 10; --conditional with labelled data; --noise 0.5 or --packing 2
to 4 where modes are lost; --objective wasserstein with --penalty gradient --penalty-weight 10 --critic-steps 5.""")
    command.add_argument("--data", required=True,
                         help="ring, grid, digits, or the path of an IDX, .npy, .npz or .csv file or of a folder with "
                              "MNIST's files")
    command.add_argument("--out", type=Path, required=True, help="folder that keeps the run")
    command.add_argument("--part", choices=["train", "test"], help="of data that have parts (default: train)")
    command.add_argument("--steps", type=int, help=f"steps of the generator {defaults('steps')}")
    command.add_argument("--latents", type=int, help=f"numbers of noise that a sample is made of {defaults('latents')}")
    command.add_argument("--hidden", type=int, nargs="+", help="hidden units a layer, of the generator, and in the "
                         f"other order of the discriminator {defaults('hidden')}")
    command.add_argument("--units", choices=(*ELEMENTWISE, "maxout"),
                         help=f"of the generator's hidden layers {defaults('units')}")
    command.add_argument("--conditional", action="store_true", help="give both players the labels")
    command.add_argument("--seed", type=whole_number, default=0, help="everything drawn comes from it")
    command.add_argument("--objective", choices=tuple(OBJECTIVES), default="non-saturating",
                         help="what the players descend")
    command.add_argument("--penalty", choices=tuple(PENALTIES), default="r1", help="on the discriminator's slope")
    command.add_argument("--penalty-weight", type=float, default=0.5, help="of the penalty")
    command.add_argument("--noise", type=float, help="blur what the discriminator sees by noise of this standard "
                         f"deviation at first, falling to none {defaults('noise')}")
    command.add_argument("--clip", type=float, help="hold the discriminator's parameters within so much of 0")
    command.add_argument("--spectral", action="store_true", help="spectral norm in the discriminator")
    command.add_argument("--packing", type=int, default=1, help="cases that the discriminator judges together")
    command.add_argument("--discrimination", type=int, nargs=2, metavar=("KERNELS", "DIRECTIONS"),
                         help="minibatch discrimination in the discriminator, such as 16 4; wants --penalty none")
    command.add_argument("--dropout", type=float, default=0.0,
                         help="share of the discriminator's values to drop; wants --penalty none")
    command.add_argument("--batch-norm", action="store_true", help="batch norm in the generator")
    command.add_argument("--batch-size", type=int,
                         help=f"real cases, and generated ones, a step {defaults('batch_size')}")
    command.add_argument("--critic-steps", type=int, default=1, help="steps of the discriminator for each of the other")
    command.add_argument("--simultaneous", action="store_true", help="both players step at once, not in turn")
    command.add_argument("--rate", type=float, help=f"learning rate at the start {defaults('rate')}")
    command.add_argument("--discriminator-rate", type=float, help="the discriminator's (default: the same)")
    command.add_argument("--schedule", choices=SCHEDULES, default="linear", help="how the rates fall")
    command.add_argument("--average", type=float, default=0.999,
                         help="give back the generator's moving average with this decay; 0 for its last state")


def defaults(name):
    """What --help says of an option whose default the data decide."""
    mixture, pictures = DEFAULTS["mixture"][name], DEFAULTS["pictures"][name]
    return f"(default: {mixture} for ring and grid, {pictures} for pictures)"


def add_sample(commands):
    command = add_command(commands, "sample", sample, "pictures that a trained model dreams", """\
Of an RBM: start --count chains at noise, run each for --steps steps of Gibbs sampling, and draw where they end. Too
few steps show the noise that they started at; compare 10, 100 and 1,000. Of a GAN: --count cases that its generator
makes, of each class in turn where it has classes.""")
    command.add_argument("run_folder", type=Path, metavar="RUN", help="folder of a run by `dgm train`")
    command.add_argument("--out", type=Path, default=Path("samples.png"),
                         help=".png: pictures, an RBM's filters beside them; .npy: the numbers themselves")
    command.add_argument("--count", type=int, default=100, help="how many")
    command.add_argument("--steps", type=int, default=1000, help="Gibbs steps a chain, of an RBM")
    command.add_argument("--seed", type=whole_number, default=0, help="everything drawn comes from it")


def add_evaluate(commands):
    command = add_command(commands, "evaluate", evaluate, "how good is a trained model", """\
Of an RBM the mean log-likelihood: exactly, where a layer has at most 25 units, and by annealed importance sampling, up
from the data's base rates and down from the model, for larger ones, with a verdict: trust the figure, or do not,
and why. Where the verdict is no, more --temperatures may help.
Of a GAN what its samples cover, beside what real cases would show: on the ring and the grid, the modes; on pictures,
precision and recall, the maximum mean discrepancy and the sliced Wasserstein distance.
By default on the test part of the run's data.""")
    command.add_argument("run_folder", type=Path, metavar="RUN", help="folder of a run by `dgm train`")
    command.add_argument("--data", help="other data to measure on, by name or path (default: the run's)")
    command.add_argument("--bits", choices=BITS, help="how grey pixels become bits, of an RBM (default: as in "
                         "training)")
    command.add_argument("--part", choices=["train", "test"], help="of data that have parts (default: test)")
    command.add_argument("--method", choices=EVALUATION_METHODS, default="auto",
                         help="where log Z comes from, of an RBM")
    command.add_argument("--temperatures", type=int, default=1000, help="steps of an annealed walk, of an RBM")
    command.add_argument("--seed", type=whole_number, default=0, help="everything drawn comes from it")


def add_lessons(commands):
    command = add_command(commands, "lessons", lessons, "run lessons and count the equations proved", """\
Run the lessons with the given numbers, or all. Every numbered equation of a lesson is checked where it stands;
the table at the end counts them and lists the figures drawn. Read a lesson in an editor that knows `# %%`
cells, and step through it there.""")
    command.add_argument("numbers", nargs="*", metavar="NN", help="such as 04 05")
    command.add_argument("--proofs", action="store_true", help="the proofs alone, without the experiments")


def whole_number(text):
    """argparse's check of a seed: a whole number, not negative."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} came, a whole number of at least 0 was wanted")
    return value


if __name__ == "__main__":
    sys.exit(main())
