"""Mistakes to make in numpy_dgm/foundation/resume.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/resume.py"
TESTS = "foundation/test_training.py"

MUTANTS = [
    Mutant('COMMON = ("average", "stopping", "warning")', 'COMMON = ("average", "warning")',
           "the best model and its score are not saved"),
    Mutant('COMMON = ("average", "stopping", "warning")', 'COMMON = ("average", "stopping")',
           "a warning is said again where a run goes on"),
    Mutant('        "metadata": trainer.metadata,\n', "        **trainer.metadata,\n", "metadata laid over the state"),
    Mutant('"result": to_state(trainer.result())', '"result": to_state(trainer.model)',
           "what is loaded is not what was given back"),
    Mutant('        "total": trainer.total,\n', '        "total": trainer.done,\n',
           "every piece of a run looks finished"),
    Mutant("        check_same_run(trainer, state)\n", "", "any run goes on in any folder"),
    Mutant('from_state("model", state["model"], kinds, trainer.model)', 'from_state("model", state["model"], kinds)',
           "a model of another precision is taken from the file"),
    Mutant("from_state(name, state[name], kinds, getattr(trainer, name))", "from_state(name, state[name], kinds)",
           "moments of another shape are taken from the file"),
    Mutant("        check_done(trainer.unit, state, history)\n", "", "a history of fewer turns than were done goes on"),
    Mutant('        restore_generator(rng, state["random"])\n', "", "a run that goes on draws the same again"),
    Mutant('    compare_environments(state["environment"], trainer.environment)\n', "",
           "other bits without a word where a run goes on", tests="foundation/test_environment.py"),
    Mutant("    trainer.vector[:] = flatten(model)", "    trainer.vector = flatten(model)",
           "a run that goes on moves another vector than its kind's windows"),
    Mutant("    trainer.model = windows(model, trainer.vector)\n", "",
           "running statistics start afresh in a run that goes on"),
    Mutant('trainer.done, trainer.history = state["done"], history', 'trainer.done = state["done"]',
           "a run that goes on forgets its history"),
    Mutant("        setattr(trainer, name, value)\n", "        pass\n",
           "chains, moments and averages start afresh in a run that goes on"),
    Mutant('if state["done"] != history.last(unit, 0):', "if False:", "a history that ends elsewhere passes"),
    Mutant("        if name != total_name:\n", '        if name not in (total_name, "rate"):\n',
           "a run goes on with another rate"),
    Mutant("        if trainer.why_fixed():\n", "        if False:\n", "what falls over the whole run is cut anew"),
    Mutant('if trainer.total < state["done"]:', 'if trainer.total <= state["done"]:',
           "a run cannot be ended where it stands"),
]
