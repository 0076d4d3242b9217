"""What the `dgm` command does: a parser made of what runs/ and course/ offer, each subcommand a thin call into them.

Exit codes: 0 done; 1 something failed that should not (a lesson's equation, say); 2 what was asked cannot
be done, and one sentence on standard error says why; 130 interrupted.
"""
import argparse
import contextlib
import inspect
import io
import shlex
import sys
import warnings
from dataclasses import fields
from pathlib import Path

from .course.commands import add_course
from .course.debugger import stop_in_lesson
from .course.lessons import copy_lessons, find_lessons, run_lesson
from .course.pages import write_page
from .demo import run_demo
from .foundation.checkpoint import CHECKPOINT
from .foundation.checks import InvalidInput, check_integer, invalid
from .foundation.guards import Diverged
from .foundation.settings import add_options, make_settings
from .json_output import about_run, add_json, print_json, show_keys, to_plain, training_record
from .play.commands import add_play
from .runs import KINDS, load_run, ratings
from .runs.study import train_study


def run_command(arguments: list) -> int:
    """Run the command with those arguments; returns its exit code."""
    warnings.showwarning = print_warning
    try:
        options = parse(arguments)
        return options.run(options)
    except (InvalidInput, Diverged) as error:
        print(f"dgm: {error}", file=sys.stderr)
        return 2
    except MemoryError as error:
        print(f"dgm: not enough memory ({error})", file=sys.stderr)
        return 2


def print_warning(message, category, filename, lineno, file=None, line=None):
    """A warning as one line for a person, without the place in the code."""
    print(f"dgm: {message}", file=sys.stderr)


def parse(arguments: list) -> argparse.Namespace:
    """The options. Those of `evaluate RUN` and `sample RUN` depend on the kind of the run, which is loaded first."""
    if arguments[:1] in (["evaluate"], ["sample"]):
        folder = find_run(arguments[1:])
        if folder is not None:
            return run_parser(arguments[0], load_run(folder)).parse_args(arguments[1:])
    return make_parser().parse_args(arguments)


def find_run(arguments: list) -> str | None:
    """Which of the arguments is the folder of a run: the first that holds one, else the first that is no option."""
    candidates = [argument for argument in arguments if not argument.startswith("-")]
    for candidate in candidates:
        if (Path(candidate) / CHECKPOINT).exists():
            return candidate
    return candidates[0] if candidates else None


def run_parser(command: str, run) -> argparse.ArgumentParser:
    """The parser of `dgm evaluate RUN` or `dgm sample RUN` for a run of that kind."""
    module = KINDS[run.kind]
    kind = module.EvaluateOptions if command == "evaluate" else module.SampleOptions
    if kind is None:
        raise invalid(run.folder, "a run that can be sampled from", f"one of kind {run.kind}", "see dgm evaluate")
    parser = argparse.ArgumentParser(prog=f"dgm {command}", formatter_class=HelpFormatter,
                                     description=f"{COMMANDS[command]} This run is {module.HELP}.\n\n"
                                                 f"{inspect.cleandoc(kind.__doc__)}\n\n"
                                                 f"  {example(command, run)}")
    parser.add_argument("run_folder", metavar="RUN", help="folder of the run")
    add_options(parser, kind)
    if command == "evaluate":
        add_json(parser)
    act = module.evaluate if command == "evaluate" else module.sample
    parser.set_defaults(run=lambda options: act_on_run(act, run, kind, options))
    return parser


def act_on_run(act, run, kind, options) -> int:
    """dgm evaluate, dgm sample"""
    report = act(run, make_settings(kind, settings_of(kind, options)))
    if report is not None:
        show_report(report, run, options.json)
    return 0


def show_report(report, run, as_json: bool) -> None:
    """A report on a run, in words or as JSON."""
    if as_json:
        print_json({**about_run(run), **to_plain(report)})
    else:
        print(report)


def settings_of(kind: type, options: argparse.Namespace) -> dict:
    """The options that the Settings class `kind` has, by name."""
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in vars(options).items() if name in names}


def train(options: argparse.Namespace) -> int:
    """dgm train KIND"""
    folder = options.out
    try:
        return train_run(options) if options.seeds is None else train_seeds(options)
    except KeyboardInterrupt as interrupt:
        is_kept = any(folder.rglob(CHECKPOINT))  # of the run, of one of a study, or of an RBM that it starts from
        raise KeyboardInterrupt(f"{folder} keeps the run as far as it has come, and the same command goes on with it"
                                if is_kept else "nothing was kept, no turn was whole yet") from interrupt


def train_run(options: argparse.Namespace) -> int:
    """dgm train KIND of a single run"""
    module, folder = KINDS[options.kind], options.out
    if options.jobs != 1:
        raise invalid("--jobs", "1 without --seeds", options.jobs)
    settings = make_settings(module.TrainOptions, settings_of(module.TrainOptions, options))
    with contextlib.redirect_stdout(where_words_go(options)):
        model, history = module.train(settings, folder, progress=not options.quiet)
        print(model)
        print(history)
        run = load_run(folder)
        module.draw_training(run)
    if options.json:
        print_json(training_record(run))
        return 0
    bits = " --bits threshold" if getattr(module, "NEEDS_BITS", False) and run.description.get("has_grey") else ""
    sample = f"      {example('sample', run)}" if module.SampleOptions else ""
    print(f"next:  {example('evaluate', run)}{bits}{sample}")
    return 0


def train_seeds(options: argparse.Namespace) -> int:
    """dgm train KIND --seeds"""
    module = KINDS[options.kind]
    settings = settings_of(module.TrainOptions, options)
    if settings.pop("seed") != 0:
        raise invalid("--seed", "none beside --seeds", options.seed)
    with contextlib.redirect_stdout(where_words_go(options)):
        study = train_study(options.kind, settings, options.seeds, options.out, jobs=options.jobs,
                            progress=not options.quiet)
        ended = [one for one in study.runs if not one.problem]
        for one in ended:
            module.draw_training(load_run(one.run))
    if options.json:
        print_json(study)
    else:
        print(study)
    n_diverged = len(study.runs) - len(ended)
    if n_diverged:
        print(f"dgm: {n_diverged} of {len(study.runs)} runs diverged", file=sys.stderr)
    return 2 if n_diverged else 0


def example(command: str, run) -> str:
    """dgm evaluate or dgm sample as it is typed for a run."""
    out = f" --out {getattr(KINDS[run.kind], 'SAMPLES', 'samples.png')}" if command == "sample" else ""
    return f"dgm {command} {shlex.quote(str(run.folder))}{out}"


def where_words_go(options: argparse.Namespace):
    """The stream for what is not the result: with --json standard error, and with --quiet as well nowhere."""
    if not options.json:
        return sys.stdout
    return io.StringIO() if options.quiet else sys.stderr


def recommend(options: argparse.Namespace) -> int:
    """dgm recommend"""
    kind = ratings.RecommendOptions
    run = load_run(options.run_folder)
    recommendations = ratings.recommend(run, make_settings(kind, settings_of(kind, options)))
    show_report(recommendations, run, options.json)
    return 0


def keys(options: argparse.Namespace) -> int:
    """dgm keys"""
    print(show_keys())
    return 0


def demo(options: argparse.Namespace) -> int:
    """dgm demo"""
    run_demo(options.out, options.seed, progress=not options.quiet)
    return 0


def lessons(options: argparse.Namespace) -> int:
    """dgm lessons"""
    if options.copy is not None:
        folder = copy_lessons(options.copy)
        print(f"{len(list(folder.glob('*.py')))} lessons in {folder}: read {folder / 'README.md'}, "
              f"run them by their file, as in dgm lessons {min(folder.glob('*.py'))}")
        return 0
    if options.stop is not None:
        return stop_in(options)
    if options.pages:
        return write_pages(options)
    runs = []
    for path in find_lessons(options.numbers):
        print(f"\n{path.name}", flush=True)
        run = run_lesson(path, options.proofs)
        print(run.output, end="", flush=True)
        runs.append(run)
    print(f"\n{'lesson':<34} {'equations proved':>16} {'claims':>6} {'seconds':>8}  figures")
    for run in runs:
        outcome = f"{len(set(run.proved))}" if run.succeeded else f"{len(set(run.proved))}, then FAILED"
        print(f"{run.path.stem:<34} {outcome:>16} {len(run.claims):6} {run.seconds:8.1f}  {', '.join(run.figures)}")
    n_failed = sum(not run.succeeded for run in runs)
    n_proved = sum(len(set(run.proved)) for run in runs)
    n_claims = sum(len(run.claims) for run in runs)
    print(f"{n_proved} equations proved and {n_claims} claims held in {len(runs)} lessons, {n_failed} lessons failed")
    return 1 if n_failed else 0


def stop_in(options: argparse.Namespace) -> int:
    """dgm lessons NN --stop FUNCTION"""
    if len(options.numbers) != 1:
        advice = "such as dgm lessons 09 --stop cd_gradient"
        raise invalid("--stop", "the number of one lesson", f"{len(options.numbers)} numbers", advice)
    [path] = find_lessons(options.numbers)
    stop_in_lesson(path, options.stop, options.proofs)
    return 0


def write_pages(options: argparse.Namespace) -> int:
    """dgm lessons --pages"""
    for path in find_lessons(options.numbers):
        page = write_page(path)
        print(f"{page.parent.name}/{page.name}   {page.stat().st_size / 1000:.0f} kB", flush=True)
    return 0


COMMANDS = {
    "demo": "Train RBMs and a GAN on handwritten digits and names, check the equations, draw: in under a minute.",
    "train": "Train a model on data; the same command goes on with a run that was stopped.",
    "evaluate": "Say how good a trained model is, on data that it has not seen where there are any.",
    "sample": "Draw samples of a trained model.",
    "recommend": "Say what a user might like, by a run of ratings.",
    "keys": "Say what the keys mean that --json prints.",
    "lessons": "Run lessons and count the equations that they prove; step through one; write them out.",
}


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command."""
    parser = argparse.ArgumentParser(
        prog="dgm", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Deep generative models in pure NumPy: train them, measure them, learn how they work.",
        epilog="""start here:
  dgm demo                                         real digits, end to end, in under a minute
  dgm lessons 01                                   run a lesson; read it in an editor beside
  dgm train rbm --data digits --hidden 16 --out run/
  dgm train gan --data ring --out gan/
  dgm evaluate run/                                how probable are digits that it has not seen?
  dgm sample run/ --out samples.png                what does it make of noise?
  dgm play rbm run/                                clamp its pixels, and watch it fill in the rest""")
    parser.add_argument("--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_demo(commands)
    add_train(commands)
    for name in ("evaluate", "sample"):
        add_run_command(commands, name)
    add_recommend(commands)
    add_keys(commands)
    add_lessons(commands)
    add_play(commands, add_command)
    add_course(commands, add_command)
    return parser


class HelpFormatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Shows defaults where there are any, and leaves the lines of a description as they are."""

    def _get_help_string(self, action):
        default = action.default
        if default is None or isinstance(default, bool) or "(default:" in action.help:
            return action.help
        if isinstance(default, tuple):
            return f"{action.help} (default: {' '.join(map(str, default))})"
        return super()._get_help_string(action)


def add_command(commands, name: str, run, description: str, example: str = "") -> argparse.ArgumentParser:
    """A subcommand whose --help shows defaults and keeps the description's lines, an example below them."""
    help_line = COMMANDS.get(name) or " ".join(description.partition(". ")[0].rstrip(".").split()) + "."
    if example:
        description += f"\n\n  {example}"
    command = commands.add_parser(name, help=help_line, description=description, formatter_class=HelpFormatter)
    command.set_defaults(run=run)
    return command


def add_demo(commands) -> None:
    """dgm demo"""
    command = add_command(commands, "demo", demo, """\
Train two RBMs and a GAN on 1,437 handwritten digits. The first RBM is so small that its log-likelihood on unseen
digits is exact, not estimated. The second draws digits. The GAN makes those that it is asked for. A third RBM learns
first names, makes up new ones, and goes on from a beginning. Says what it checked, saves figures, and names the lesson
to read first.

  dgm demo --out figures/""")
    command.add_argument("--out", type=Path, default=Path("demo"), help="folder for the figures")
    command.add_argument("--seed", type=integer, default=0, help="everything drawn comes from it")
    add_quiet(command)


def add_train(commands) -> None:
    """dgm train, a subcommand a kind of model"""
    command = commands.add_parser("train", help=COMMANDS["train"], formatter_class=HelpFormatter, description="""\
Train a model on data. The state is kept in the folder --out: a run that was stopped, by Ctrl-C or a power cut, goes
on when the same command is given again, and ends bit for bit where it would have.

  dgm train rbm --data digits --hidden 16 --out run/      see dgm train rbm --help
  dgm train gan --data ring --out run/                    see dgm train gan --help
  dgm train rbm --data digits --hidden 16 --seeds 0 1 2 3 --jobs 2 --out study/
                                                          a run a seed, and a table with means and standard errors""")
    kinds = command.add_subparsers(title="kinds of model", metavar="KIND", required=True)
    for name, module in KINDS.items():
        kind = kinds.add_parser(name, help=module.HELP, description=module.DESCRIPTION, formatter_class=HelpFormatter)
        kind.add_argument("--out", type=Path, required=True, help="folder that keeps the run")
        add_options(kind, module.TrainOptions)
        kind.add_argument("--seeds", type=integer, nargs="+", metavar="SEED",
                          help="a run for each of these seeds, in the folders seed0, seed1, ... of --out, and a table")
        kind.add_argument("--jobs", type=int, default=1,
                          help="with --seeds: how many run at a time, each in a process of its own; "
                               "OPENBLAS_NUM_THREADS=1 before the command gives each one core")
        add_quiet(kind)
        add_json(kind)
        kind.set_defaults(run=train, kind=name)


def add_run_command(commands, name: str) -> None:
    """dgm evaluate and dgm sample as they are without a run: their help, and what they lack."""
    command = commands.add_parser(name, help=COMMANDS[name], formatter_class=HelpFormatter, description=f"""\
{COMMANDS[name]} The options are those of the run's kind: dgm {name} RUN --help shows them.

  dgm {name} run/""")
    command.add_argument("run_folder", metavar="RUN", help="folder of a run, by `dgm train` or made in Python with "
                                                           "checkpoint=")
    command.set_defaults(run=lambda options: load_run(options.run_folder) and 0)  # which is not there, or was found


def add_recommend(commands) -> None:
    """dgm recommend"""
    command = add_command(commands, "recommend", recommend, """\
Say what a user might like, by a run of `dgm train ratings`: the items that the user has not rated, the best first, with
the rating that the model predicts, its standard deviation (how sure the model is), and how many ratings of the item it
has learnt from.

  dgm recommend run/ --user 17""")
    command.add_argument("run_folder", metavar="RUN", help="folder of the run")
    add_options(command, ratings.RecommendOptions)
    add_json(command)


def add_keys(commands) -> None:
    """dgm keys"""
    add_command(commands, "keys", keys, """\
Say what the keys mean of the JSON object that `dgm train`, `dgm evaluate`, `dgm recommend` and `dgm course check` print
with --json.

  dgm evaluate run/ --json
  dgm keys""")


def add_quiet(parser: argparse.ArgumentParser) -> None:
    """--quiet"""
    parser.add_argument("--quiet", action="store_true", help="do not say how far it is")


def add_lessons(commands) -> None:
    """dgm lessons"""
    command = add_command(commands, "lessons", lessons, """\
Run the lessons with the given numbers, or all. Every numbered equation of a lesson is checked where it stands;
the table at the end counts them and lists the figures drawn. Read a lesson in an editor that knows `# %%`
cells, and step through it there, or stop in it:

  dgm lessons 09                          run it
  dgm lessons 09 --stop cd_gradient       run it under pdb, and stop in that function
  dgm lessons --proofs                    how many equations all of them prove""")
    command.add_argument("numbers", nargs="*", metavar="NN", help="such as 04 05; or the file of a lesson")
    command.add_argument("--proofs", action="store_true", help="the proofs alone, without the experiments")
    command.add_argument("--copy", type=Path, metavar="DIR",
                         help="write lessons, solutions, letters and syllabus to a folder, to read and change")
    command.add_argument("--pages", action="store_true",
                         help="run them and write each with its output and figures as Markdown to lessons/pages/")
    command.add_argument("--stop", metavar="FUNCTION[:CALL]",
                         help="run one lesson under pdb, and stop at each call of the function, or from the CALLth on")


def integer(text: str) -> int:
    """argparse's check of a seed: an integer >= 0."""
    try:
        return check_integer("seed", int(text), least=0)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected an integer >= 0, got {text!r}") from error
