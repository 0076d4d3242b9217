"""Mistakes to make in numpy_dgm/runs/boltzmann.py, in the order of its lines."""
from mutant import Mutant

MODULE = "runs/boltzmann.py"

MUTANTS = [
    Mutant("sizes = (n_visible, *options.hidden)", "sizes = (n_visible, *reversed(options.hidden))",
           "layers in the other order"),
    Mutant('if options.connections == "layers" else None', 'if options.connections == "all" else None',
           "layers and full connections exchanged"),
    Mutant("    rng = np.random.default_rng(options.seed)\n", "    rng = np.random.default_rng()\n",
           "the same command starts elsewhere"),
    Mutant("init_boltzmann(sum(sizes), n_visible, rng, mask)", "init_boltzmann(sum(sizes), n_visible, rng)",
           "every pair connected"),
    Mutant('metadata={"seed": options.seed},', "", "a run forgets its seed"),
    Mutant("**options.only(BoltzmannSettings)", "epochs=options.epochs", "options are not heard"),
    Mutant("            gap = self.free_energy - self.training_free_energy\n",
           "            gap = self.training_free_energy - self.free_energy\n",
           "the gap upside down (1)"),
    Mutant("    check_cases(cases.name, cases, machine.n_visible, check_bits)\n", "",
           "grey levels priced as bits"),
    Mutant("if len(machine.b) <= MOST_UNITS else None", "if len(machine.b) < MOST_UNITS else None",
           "20 units are not summed"),
    Mutant("mean_field_free_energies(machine, training, np.arange(len(training)))",
           "mean_field_free_energies(machine, cases, rows)",
           "no gap between seen and unseen cases"),
    Mutant("log_p_of_pixels(training, cases)", "log_p_of_pixels(cases, cases)",
           "base rates of the cases that they are to price"),
    Mutant("log_p.std() / np.sqrt(len(cases))", "log_p.std()", "the deviation of a case for the error of their mean"),
    Mutant("options.count, options.steps, np", "options.steps, options.count, np", "chains and sweeps mixed up"),
    Mutant("options.steps, np.random.default_rng(options.seed))", "options.steps, np.random.default_rng())",
           "other samples each time"),
    Mutant("v = s[:, : machine.n_visible]", "v = s[:, -machine.n_visible :]", "hidden units among the samples"),
    Mutant("save_array(v.astype(np.uint8), out)", "save_array(v, out)", "a bit takes four bytes"),
]
