"""Mistakes to make in numpy_dgm/runs/autoencoder.py, in the order of its lines."""
from mutant import Mutant

MODULE = "runs/autoencoder.py"

MUTANTS = [
    Mutant("    cases = open_training_data(options, GREY, progress)\n",
           '    cases = open_training_data(options, "threshold", progress)\n',
           "pixels become bits"),
    Mutant("default_rng(options.seed)", "default_rng(0)", "every seed is 0"),
    Mutant("[cases.shape[1], *options.hidden, options.code]", "[cases.shape[1], options.code, *options.hidden]",
           "the code comes first"),
    Mutant('hidden=options.units or "relu"', 'hidden="relu"', "the units are not those asked for"),
    Mutant("        check_sigmoid(options.units)\n", "", "RBMs of bits become ReLU"),
    Mutant("gaussian_code=True", "gaussian_code=False", "the code of a stack is squashed"),
    Mutant("epochs=options.pretrain, checkpoint=folder", "epochs=options.pretrain", "the stack is not kept"),
    Mutant('metadata={"seed": options.seed}', "metadata={}", "the seed is not kept"),
    Mutant("min(n_numbers, cases.shape[1])", "n_numbers", "more components than numbers a case"),
    Mutant("pca_error(fit_pca(training, min(n_numbers, cases.shape[1])), cases)",
           "pca_error(fit_pca(cases, min(n_numbers, cases.shape[1])), cases)",
           "components of the cases that are measured"),
    Mutant("constant = error_of_mean(training, cases)", "constant = error_of_mean(cases, cases)",
           "the mean of the cases that are measured"),
    Mutant("    if measured.cases.shape[1] != width:", "    if False:", "data of another width end in a traceback"),
    Mutant("        save_array(codes, out)\n", "        save_array(cases[:], out)\n", "cases for codes"),
    Mutant("plots.code_map(on_a_plane(codes), cases.labels, cases.label_names)", "plots.code_map(on_a_plane(codes))",
           "a map without labels"),
    Mutant("lines += [v[start : start + COLUMNS], back[start : start + COLUMNS]]",
           "lines += [back[start : start + COLUMNS], v[start : start + COLUMNS]]", "reconstructions above their cases"),
    Mutant("    pca = fit_pca(codes, 2)\n", "    pca = fit_pca(codes, 2 + 1)\n", "a map in space"),
    Mutant("    if n_numbers == 2:\n", "    if n_numbers >= 2:\n", "the first two numbers of a code as its map"),
    Mutant("    if n_numbers == 1:\n", "    if False:\n", "a code of one number has no map"),
]
