"""Mistakes to make in numpy_dgm/runs/__init__.py, in the order of its lines."""
from mutant import Mutant

MODULE = "runs/__init__.py"
TESTS = "runs/test_loading.py"

MUTANTS = [
    Mutant('    "boltzmann": boltzmann,\n', "", "a kind that is not on the list", tests="runs/test_boltzmann.py"),
    Mutant("if not isinstance(kind, str) or kind not in KINDS:", "if kind not in KINDS:",
           "a kind that is no text ends in a traceback"),
    Mutant("if not isinstance(kind, str) or kind not in KINDS:", "if not isinstance(kind, str):",
           "an unknown kind ends in a traceback"),
    Mutant('"total", "done", "history", "model", *COMMON,', '"total", "done", "model", *COMMON,',
           "half a state is loaded"),
    Mutant('from_state("result", state["result"], module.TRAINER.records)',
           'from_state("result", state["model"], module.TRAINER.records)',
           "the moving model is loaded, not the one given back"),
    Mutant("        module.check_model(model)\n", "", "a model that cannot be one is loaded"),
    Mutant("        check_outline(state)\n", "", "a model of another shape is loaded",
           tests="foundation/test_training.py"),
    Mutant("        check_done(module.TRAINER.unit, state, history)\n", "", "a history of fewer turns than were done",
           tests="foundation/test_training.py"),
    Mutant('        check_kept(state["description"], state["metadata"])\n', "", "a description that is none",
           tests="foundation/test_training.py"),
    Mutant('raise InvalidInput(f"{path}: {error}") from error', "raise", "which run it is that is broken is not said"),
    Mutant('state["done"], state["total"])', 'state["total"], state["done"])', "done and to do exchanged"),
    Mutant("        if value != identity.get(name):\n", "        if name not in identity:\n", "only names are compared",
           tests="foundation/test_training.py"),
    Mutant("if not isinstance(state, dict) or set(state) != names:", "if not isinstance(state, dict):",
           "settings of another kind end in a traceback"),
    Mutant('*getattr(module, "SETTING_RECORDS", ())', "", "objectives and penalties do not come back",
           tests="runs/test_gan.py"),
    Mutant("    return module.SETTINGS(**values)\n", "    return values\n", "settings come back unchecked",
           tests="runs/test_rbm.py"),
]
