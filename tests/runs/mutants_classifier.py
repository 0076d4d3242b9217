"""Mistakes to make in numpy_dgm/runs/classifier.py, in the order of its lines."""
from mutant import Mutant

MODULE = "runs/classifier.py"

MUTANTS = [
    Mutant("open_training_data(options, GREY)", "open_training_data(options, None)",
           "bits where grey pixels are learnt from"),
    Mutant("    rng = np.random.default_rng(options.seed)\n", "    rng = np.random.default_rng()\n",
           "the same command starts elsewhere"),
    Mutant("    if len(names) < 2:\n", "    if False:\n", "a network of one class"),
    Mutant("*options.hidden, len", "*reversed(options.hidden), len", "layers in the other order"),
    Mutant("len(names)]", "len(names) - 1]", "the last class is left out"),
    Mutant("hidden=options.units, ", "", "the units are not heard"),
    Mutant("dropout=options.dropout, ", "", "dropout is not heard"),
    Mutant("batch_norm=options.batch_norm)", "batch_norm=False)", "batch norm is not heard"),
    Mutant('metadata={"seed": options.seed},', "metadata={},", "a run forgets its seed"),
    Mutant("**options.only(ClassifierSettings)", "epochs=options.epochs", "options are not heard"),
    Mutant("np.sqrt(self.error * (1 - self.error) / self.n_cases)", "np.sqrt(self.error * (1 - self.error))",
           "the deviation of a case for the error of their mean"),
    Mutant('run.description.get("bits", GREY)', "GREY", "a run on bits measured on grey pixels"),
    Mutant('run.description.get("bits", GREY)', 'run.description.get("bits")', "a run on an array measured on bits"),
    Mutant("    if cases.shape[1] != n_inputs(run.model):\n", "    if False:\n", "cases of another width"),
    Mutant("width = max(map(len, names))", "width = 6", "a table in which long names stand out"),
    Mutant(", with_labels=True)", ")", "labels that have changed are not noticed"),
    Mutant("    labels = labels_by_name(cases, names)\n", "    labels = cases.labels\n",
           "a class of the test goes by its place there"),
    Mutant("errors = {names[label]:", "errors = {int(label):", "classes under their numbers"),
    Mutant("is_wrong = logits.argmax(axis=1) != labels", "is_wrong = logits.argmax(axis=1) == labels",
           "right classes counted as wrong"),
    Mutant("int(is_wrong[labels == label].sum())", "int(is_wrong.sum())", "each class with the errors of all"),
]
