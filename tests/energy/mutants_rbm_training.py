"""Mistakes to make in numpy_dgm/energy/rbm_training.py, in the order of its lines."""
from mutant import Mutant

MODULE = "energy/rbm_training.py"

MUTANTS = [
    Mutant('    settings |= {"visible": units_to_dict(rbm.visible), "hidden": units_to_dict(rbm.hidden)}\n',
           '    settings |= {"visible": units_to_dict(rbm.visible), "hidden": units_to_dict(Bernoulli())}\n',
           "a run forgets the kind of its hidden units"),
    Mutant("    vector, rbm = pack(rbm)\n    train_rows",
           "    vector, rbm = pack(rbm)\n    rbm = replace(rbm, W=rbm.W.copy())\n    train_rows",
           "the model is no window onto the vector"),
    Mutant('init_ladder(rbm, settings["n_rungs"], mean_of_cases(data, train_rows))',
           'init_ladder(rbm, settings["n_rungs"])',
           "ladders that do not begin at the base rates"),
    Mutant("        reason = why_not_normalisable(run.rbm)\n", "        reason = None\n",
           "two Gaussian layers go on without a Z"),
    Mutant("observe(windows(run.rbm, result_vector(run)), data", "observe(trained_rbm(run), data",
           "patience watches the best, not the present"),
    Mutant('values["lowest_swap_rate"] = run.swap_rates.min()', 'values["lowest_swap_rate"] = 1 - run.swap_rates.max()',
           "swaps counted as refusals"),
    Mutant("progress = (run.epoch + i / n_batches)", "progress = (run.epoch + 1 + i / n_batches)",
           "the rate is an epoch early"),
    Mutant("    run.epoch += 1\n", "    run.epoch += 2\n", "every other epoch left out"),
    Mutant('direction += scale * settings["sparsity_cost"] * flatten(pull)',
           'direction += settings["sparsity_cost"] * flatten(pull)',
           "sparsity without the rate where the gradient has it"),
    Mutant("decayed.W[:] -= scale", "decayed.W[:] += scale", "weights grow where they should decay"),
    Mutant("        run.average.update(run.vector)\n", "        pass\n", "the average never moves"),
    Mutant("gradient = cd_gradient(rbm, v, k, rng)", "gradient = cd_gradient(rbm, v, 1, rng)",
           "k ignored in training (20)"),
    Mutant("        gradient, run.chains = pcd_gradient(", "        gradient, _ = pcd_gradient(",
           "training forgets the moved chains (24)", tests="energy/test_fused.py"),
    Mutant("gradient, run.chains, run.swap_rates = tempered_gradient(",
           "gradient, _, run.swap_rates = tempered_gradient(",
           "ladders started afresh at each step (24)"),
]
