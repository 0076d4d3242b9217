"""Mistakes to make in numpy_dgm/runs/classifier.py, in the order of its lines."""
from mutant import Mutant

MODULE = "runs/classifier.py"

MUTANTS = [
    Mutant("open_training_data(options.data, options.part, GREY, options.seed)",
           "open_training_data(options.data, options.part, None, options.seed)",
           "bits where grey pixels are learnt from"),
    Mutant("    rng = np.random.default_rng(options.seed)\n", "    rng = np.random.default_rng()\n",
           "the same command starts elsewhere"),
    Mutant("*options.hidden, int", "*reversed(options.hidden), int", "layers in the other order"),
    Mutant("int(labels.max()) + 1]", "int(labels.max())]", "the last class is left out"),
    Mutant("hidden=options.units, ", "", "the units are not heard"),
    Mutant("dropout=options.dropout, ", "", "dropout is not heard"),
    Mutant("batch_norm=options.batch_norm)", "batch_norm=False)", "batch norm is not heard"),
    Mutant('metadata={"seed": options.seed},', "metadata={},", "a run forgets its seed"),
    Mutant("**options.only(ClassifierSettings)", "epochs=options.epochs", "options are not heard"),
    Mutant("    if cases.labels is None:\n", "    if False:\n", "data without labels"),
    Mutant("np.sqrt(self.error * (1 - self.error) / self.n_cases)", "np.sqrt(self.error * (1 - self.error))",
           "the deviation of a case for the error of their mean"),
    Mutant('run.description.get("bits", GREY)', "GREY", "a run on bits measured on grey pixels"),
    Mutant('run.description.get("bits", GREY)', 'run.description.get("bits")', "a run on an array measured on bits"),
    Mutant("    if cases.shape[1] != n_inputs(run.model):\n", "    if False:\n", "cases of another width"),
    Mutant("labels = check_class_labels(labels_of(cases), len(cases), n_outputs(run.model))",
           "labels = labels_of(cases)",
           "classes that the run does not know"),
    Mutant("is_wrong = logits.argmax(axis=1) != labels", "is_wrong = logits.argmax(axis=1) == labels",
           "right classes counted as wrong"),
    Mutant("int(is_wrong[labels == label].sum())", "int(is_wrong.sum())", "each class with the errors of all"),
]
