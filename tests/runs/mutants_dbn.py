"""Mistakes to make in numpy_dgm/runs/dbn.py, in the order of its lines."""
from mutant import Mutant

MODULE = "runs/dbn.py"

MUTANTS = [
    Mutant("    rng = np.random.default_rng(options.seed)\n", "    rng = np.random.default_rng()\n",
           "the same command starts elsewhere"),
    Mutant("init_dbn(cases.shape[1], options.hidden, rng, cases)", "init_dbn(cases.shape[1], options.hidden, rng)",
           "biases that do not begin at the base rates"),
    Mutant('metadata={"seed": options.seed}, ', "", "a run forgets its seed"),
    Mutant("**options.only(DBNSettings)", "epochs=options.epochs", "options are not heard"),
    Mutant('"trust" if self.lowest.trusted else "do not trust"', '"do not trust" if self.lowest.trusted else "trust"',
           "the verdict upside down (1)"),
    Mutant('            if self.lowest.method == "exact":\n',
           '            if False:\n', "an exact figure called an estimate"),
    Mutant("    check_measured(cases, len(lowest.b), lowest.visible)\n", "", "cases that log p cannot be had of"),
    Mutant("evaluate_dbn(dbn, cases, ", "evaluate_dbn(dbn, training, ",
           "evaluated on the cases that it was trained on"),
    Mutant("evaluate_dbn(dbn, cases, np.random.default_rng(options.seed)",
           "evaluate_dbn(dbn, cases, np.random.default_rng()", "another estimate each time"),
    Mutant("    if not dbn.generative:\n", "    if True:\n", "an RBM that is none any more is measured"),
    Mutant("evaluate_rbm(lowest, cases", "evaluate_rbm(lowest, training", "the lowest layer on seen cases"),
    Mutant("training is not None and isinstance(lowest.visible, Bernoulli)", "training is not None",
           "real numbers priced as independent bits"),
    Mutant("log_p_of_pixels(training, cases)", "log_p_of_pixels(cases, cases)",
           "base rates of the cases that they are to price"),
    Mutant("options.count, options.steps, np", "options.steps, options.count, np", "chains and steps mixed up"),
    Mutant("options.steps, np.random.default_rng(options.seed))", "options.steps, np.random.default_rng())",
           "other samples each time"),
    Mutant("v.astype(np.uint8) if isinstance(dbn.layers[0].visible, Bernoulli) else v", "v.astype(np.uint8)",
           "real numbers cut to integers"),
    Mutant("plots.samples(p_v, image_shape,", "plots.samples(v, image_shape,", "images of bits, not of probabilities"),
    Mutant('f"{out.stem}_filters.png", out.parent)', 'out.name, out.parent)', "filters drawn over the samples"),
]
