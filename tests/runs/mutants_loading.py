"""Mistakes to make in numpy_dgm/runs/loading.py, in the order of its lines."""
from mutant import Mutant

MODULE = "runs/loading.py"

MUTANTS = [
    Mutant('"finished" if self.done == self.total else', '"finished" if self.total else', "every run looks finished"),
    Mutant("    if not isinstance(description, dict) or not isinstance(metadata, dict):\n", "    if False:\n",
           "a description that is none ends in a traceback", tests="foundation/test_training.py"),
    Mutant("    if not all(text is None or isinstance(text, str) for text in texts):\n", "    if False:\n",
           "a path that is a number", tests="foundation/test_training.py"),
    Mutant('    check_integer("seed", metadata.get("seed", 0), least=0)\n', "", "a seed that is none",
           tests="foundation/test_training.py"),
    Mutant('default_part(data, "train")', 'default_part(data, "test")', "trained on what it is to be measured on",
           tests="runs/test_rbm.py"),
    Mutant("rng=np.random.default_rng([seed, 1])", "rng=np.random.default_rng([1])", "the same bits for every seed"),
    Mutant('known["path"] or known["name"], known["part"]', 'known["name"], known["part"]',
           "training data are looked for in the working folder", tests="runs/test_rbm.py"),
    Mutant("    except InvalidInput:\n        return None\n", "    except FileExistsError:\n        return None\n",
           "without its training data a run cannot be measured", tests="runs/test_rbm.py"),
    Mutant('known["part"], known["bits"], seed_of(run))', 'known["part"], known["bits"], 0)',
           "training data of other bits"),
    Mutant('    if data is None and "name" not in known:\n', "    if False:\n",
           "a run on an array ends in a traceback", tests="runs/test_rbm.py"),
    Mutant('known["path"] or known["name"] if data is None', 'known["name"] if data is None',
           "test data are looked for in the working folder", tests="runs/test_rbm.py"),
    Mutant('default_part(name, "test")', 'default_part(name, "train")', "evaluated on what it learnt from",
           tests="runs/test_rbm.py"),
    Mutant('    bits = known.get("bits") if bits is None else bits\n', "",
           "measured on other bits than it learnt from", tests="runs/test_rbm.py"),
    Mutant("default_rng([seed_of(run) + 1, 1])", "default_rng([seed_of(run), 1])",
           "bits of the test drawn as those of the training"),
    Mutant('return run.metadata.get("seed", 0)', "return 0", "a run's seed is not heard"),
    Mutant("    if path.suffix not in", "    if not path.suffix and path.suffix not in",
           "samples in a file of any kind", tests="runs/test_rbm.py"),
    Mutant("    path.parent.mkdir(parents=True, exist_ok=True)\n", "", "a new folder is not made",
           tests="runs/test_rbm.py"),
]
