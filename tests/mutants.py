"""Mistakes made on purpose, one at a time, in copies of the package: the tests and the lessons must notice each.

    python tests/mutants.py                   all of them: a line for each, exit code 1 if one survives
    python tests/mutants.py rbm.py sign       those whose module or mistake contains one of the words
    python tests/mutants.py --changed main    those that the changes since a revision touch; HEAD by default
    python tests/mutants.py --update          note which test caught which; next time it runs first

A mutant is a text that stands in a module exactly once, and what to put in its place. The mutants of
numpy_dgm/energy/rbm.py stand in tests/energy/mutants_rbm.py, beside the tests that must fail on them. Numbers in
brackets are those of the course's list of mistakes.
"""
import argparse
import importlib
import os
import runpy
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from mutant import Mutant, copy_repository, run

ROOT = Path(__file__).resolve().parents[1]
KILLED_BY = ROOT / "tests" / "mutants_killed_by.txt"  # a line for each mutant: module, mistake, test
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf8", "HYPOTHESIS_PROFILE": "no shrinking"}
LONGEST = 600  # seconds that a file of tests may take without a mistake
IMPORTED_ONCE = ("numpy.random", "matplotlib.animation", "pytest", "hypothesis.strategies")  # nothing of numpy_dgm


def read_killers():
    """{(module, mistake): the test that failed first}, as it was last noted."""
    lines = KILLED_BY.read_text(encoding="utf8").splitlines() if KILLED_BY.exists() else []
    return {(module, mistake): test for module, mistake, test in (line.split("\t") for line in lines)}


def write_killers(mutants):
    lines = [f"{mutant.module}\t{mutant.mistake}\t{mutant.killer}\n" for mutant in mutants if mutant.killer]
    KILLED_BY.write_text("".join(lines), encoding="utf8")


def read_mutants():
    """The mutants of all lists beside the tests."""
    killers = read_killers()
    mutants = []
    for path in sorted((ROOT / "tests").rglob("mutants_*.py")):
        listed = runpy.run_path(str(path))
        module = Path(listed["MODULE"])
        tests = listed.get("TESTS", module.with_name(f"test_{module.name}").as_posix())
        for mutant in listed["MUTANTS"]:
            killer = killers.get((module.as_posix(), mutant.mistake), "")
            mutants.append(replace(mutant, module=module.as_posix(), tests=mutant.tests or tests, killer=killer))
    return mutants


def changed_files(revision):
    """The files that differ from `revision`, uncommitted and new ones included."""
    changed = set()
    for command in (["diff", "--name-only", revision], ["ls-files", "--others", "--exclude-standard"]):
        done = subprocess.run(["git", *command], cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf8")
        changed.update(ROOT / line for line in done.stdout.splitlines())
    return changed


def files_of(mutant):
    """Its module, its list, its tests, its lessons."""
    module = Path(mutant.module)
    beside = [module.with_name(f"mutants_{module.stem.strip('_')}.py"), mutant.tests]  # mutants_main.py of __main__.py
    lessons = [path for number in mutant.lessons.split() for path in ROOT.glob(f"lessons/{number}_*.py")]
    return {ROOT / "numpy_dgm" / module, *(ROOT / "tests" / name for name in beside), *lessons}


def find_fault(mutant, times):
    """Why the mutant cannot be tested, or "" if it can. times: {(module, mistake): how many mutants are called so}."""
    missing = [file for file in files_of(mutant) if not file.exists()]
    if missing:
        return f"{missing[0].relative_to(ROOT)} does not exist"
    if times[mutant.module, mutant.mistake] > 1:
        return "another mutant of the module has this name"
    source = (ROOT / "numpy_dgm" / mutant.module).read_text(encoding="utf8")
    count = source.count(mutant.text)
    if count != 1:
        return f"its text was found {count} times: {mutant.text!r}"
    try:
        compile(source.replace(mutant.text, mutant.replacement), mutant.module, "exec")
    except SyntaxError as error:
        return f"the mutated module does not compile: {error}"
    return ""


def find_faults(mutants):
    """{mutant: why it cannot be tested}, for those that cannot."""
    times = Counter((mutant.module, mutant.mistake) for mutant in mutants)
    faults = {mutant: find_fault(mutant, times) for mutant in mutants}
    return {mutant: fault for mutant, fault in faults.items() if fault}


def choose(mutants, words, revision):
    if words:
        mutants = [m for m in mutants if any(word in m.module or word in m.mistake for word in words)]
    if revision:
        changed = changed_files(revision)
        mutants = [m for m in mutants if files_of(m) & changed]
    return mutants


def find_red(mutants, origin):
    """Which of the tests and lessons that the mutants name fail without any mistake; {file of tests: its seconds}."""
    tests = sorted({mutant.tests for mutant in mutants})
    lessons = sorted({number for mutant in mutants for number in mutant.lessons.split()})
    unchanged = [Mutant("", "", "", tests=file) for file in tests]
    unchanged += [Mutant("", "", "", lessons=number) for number in lessons]
    red, usual = [], {}
    for mutant, verdict, seconds in run(unchanged, origin, dict.fromkeys(tests, LONGEST)):
        usual[mutant.tests] = seconds
        if verdict.tests != "GREEN":
            red.append(f"tests/{mutant.tests} {verdict.failed or verdict.tests}")
        if verdict.lessons != mutant.lessons:
            red.append(f"lesson {mutant.lessons}")
    return red, usual


def try_all(mutants):
    """Run all mutants and print a line for each: {mutant: its Verdict}, or None where the tests fail anyway."""
    os.environ.update(ENVIRONMENT)
    for name in IMPORTED_ONCE:
        importlib.import_module(name)
    verdicts = {}
    with tempfile.TemporaryDirectory() as temporary:
        origin = Path(temporary) / "origin"  # a snapshot, so that the repository can be worked on meanwhile
        copy_repository(ROOT, origin)
        red, usual = find_red(mutants, origin)
        if red:
            print("\n  ".join(["without any mistake these fail:", *red]))
            return None
        print(f"{'module':<28} {'mistake':<66} {'tests':<5} {'lessons':<20} seconds")
        for mutant, verdict, seconds in run(mutants, origin, usual):
            lessons = f"{verdict.lessons} GREEN" if verdict.lessons else f"{mutant.lessons} red" * bool(mutant.lessons)
            line = f"{mutant.module:<28} {mutant.mistake:<66} {verdict.tests:<5} {lessons:<20} {seconds:5.1f}"
            print(line, flush=True)
            verdicts[mutant] = verdict
    return verdicts


def is_caught(verdict):
    return verdict.tests in ("red", "hang") and not verdict.lessons


def main(arguments):
    began = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="only mutants whose module or mistake contains one of them")
    parser.add_argument("--changed", nargs="?", const="HEAD", metavar="REV", help="only what differs from REV")
    parser.add_argument("--update", action="store_true", help=f"write {KILLED_BY.name}: which test caught which")
    options = parser.parse_args(arguments)
    mutants = read_mutants()
    chosen = choose(mutants, options.words, options.changed)
    if not chosen and not options.changed:
        parser.error(f"no module and no mistake contains {' or '.join(options.words)}")
    faults = find_faults(chosen)
    for mutant, fault in faults.items():
        print(f"CANNOT BE TESTED  {mutant.module}: {mutant.mistake}: {fault}")
    verdicts = try_all([mutant for mutant in chosen if mutant not in faults])
    if verdicts is None:
        return 1
    if options.update:
        write_killers([replace(m, killer=verdicts[m].failed) if m in verdicts else m for m in mutants])
    survivors = [mutant for mutant, verdict in verdicts.items() if not is_caught(verdict)]
    for mutant in survivors:
        print(f"SURVIVED  {mutant.module}: {mutant.mistake}")
    n_caught = len(verdicts) - len(survivors)
    print(f"{len(chosen)} mutants: {n_caught} caught, {len(survivors)} survived, "
          f"{len(faults)} cannot be tested; {time.perf_counter() - began:.0f} s")
    return 0 if n_caught == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
