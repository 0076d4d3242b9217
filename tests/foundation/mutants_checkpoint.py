"""Mistakes to make in numpy_dgm/foundation/checkpoint.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/checkpoint.py"

MUTANTS = [
    Mutant("os.replace(temporary, path)", "path.write_bytes(temporary.read_bytes())", "written in place, not renamed"),
    Mutant('"n_children_spawned": seeds.n_children_spawned,', '"n_children_spawned": 0,', "spawned children forgotten"),
    Mutant('    rng.bit_generator.state = saved["state"]\n', "", "the generator starts anew"),
    Mutant("missing = set(wanted) - set(state)", "missing = set()", "half a state passes", tests="test_runs.py"),
    Mutant("        if value != saved_settings.get(name):\n", "        if False:\n",
           "any run goes on in any folder", tests="adversarial/test_gan_training.py"),
    Mutant("return time.perf_counter() - self.last_saved >= 10 * self.seconds_to_save", "return False",
           "saved at the end only", tests="adversarial/test_gan_training.py"),
]
