"""Mistakes to make in numpy_dgm/foundation/training.py, in the order of its lines."""
from mutant import Mutant

MODULE = "foundation/training.py"

MUTANTS = [
    Mutant('    check_choice("progress", progress, (False, True))\n', "", "a number of epochs passes for progress"),
    Mutant("    if on_record is not None and not callable(on_record):", "    if False:",
           "what cannot be called is called after the first turn"),
    Mutant("            trainer.environment = describe_environment()\n", "",
           "a run forgets on what its bits depend", tests="foundation/test_environment.py"),
    Mutant("            trainer.identify_data()\n", "", "a kept run does not know its data"),
    Mutant("            run_state(trainer, rng)  # raises InvalidInput where it could not be saved\n", "",
           "what cannot be saved is found out after a turn"),
    Mutant("            if path.exists():\n", "            if False:\n", "a run never goes on"),
    Mutant('trainer.history.last("seconds", 0.0)', "0.0", "a run that goes on counts its seconds from 0"),
    Mutant("            last_good = model\n", "", "a diverged run hands over its start"),
    Mutant("trainer.is_finished() or clock.is_due()", "trainer.is_finished()", "nothing is saved before the end"),
    Mutant("            report.finish()\n", "            pass\n", "the progress line is left open"),
    Mutant("            save_checkpoint(path, unsaved)\n", "            pass\n",
           "an interrupt loses what was not saved yet"),
    Mutant('    with np.errstate(all="ignore"):\n        try:', "    if True:\n        try:",
           "NumPy's warnings of a run that diverges"),
    Mutant("            trainer.done += 1  # the turn that it is in\n            trainer.check_model()\n", "",
           "a model that has run away is said to be a wrong argument", tests="test_divergence.py"),
    Mutant("            trainer.done += 1  # the turn that it is in\n", "",
           "a run that stops in the turn before", tests="test_divergence.py"),
    Mutant("        trainer.check_model()\n        return trainer.current()", "        return trainer.current()",
           "NaN goes unnoticed"),
    Mutant('    with np.errstate(all="ignore"):\n        values', "    if True:\n        values",
           "NumPy's warnings where a model that diverges is measured"),
    Mutant("values = trainer.observe(model)", "values = trainer.observe(trainer.model)",
           "the moving model is observed, not the averaged one"),
    Mutant('    check_finite_values(values, f"{trainer.unit} {trainer.done}")\n', "", "NaN in the history"),
    Mutant("    if not trainer.warning:\n", "    if True:\n", "warned at every turn"),
    Mutant("TrainingWarning, stacklevel=5)\n    snapshot", "TrainingWarning, stacklevel=4)\n    snapshot",
           "a warning that points into this package", tests="test_divergence.py"),
    Mutant("(trainer.done, np.array(snapshot))", "(trainer.done, snapshot)", "a snapshot is changed by later ones"),
]
