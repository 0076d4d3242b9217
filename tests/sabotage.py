"""Break the package on purpose, one line at a time, and see that the tests and the lessons go red.

    python tests/sabotage.py                all of it, two at a time; prints the table, exits 1 if one survives
    python tests/sabotage.py fused rbm.py   only the entries whose file or mistake contains one of the words

Each entry is a file of the package, a piece of its text that stands there exactly once, what to put in its
place, the tests that must go red, and the lessons whose proofs must. It is applied to a copy of the package in
a temporary folder; the repository is not touched. The numbers in brackets are those of the course's list of
mistakes.
"""

import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Sabotage:
    file: str  # under numpy_dgm/
    text: str  # stands there exactly once
    replacement: str
    mistake: str
    tests: str = ""  # under tests/; by default the tests that mirror the file
    lessons: str = ""  # numbers of the lessons whose proofs must go red, such as "04 06"

    @property
    def test_path(self):
        wing, _, module = self.file.rpartition("/")
        return self.tests or f"{wing}/test_{module}"


NUMERICS, RBM = "foundation/numerics.py", "energy/rbm.py"
CONTRASTIVE, LEARNING = "energy/gradients.py", "energy/rbm_training.py"
FUSED, LIKELIHOOD, BOLTZMANN = "energy/fused.py", "energy/likelihood.py", "energy/boltzmann.py"
UNITS, ENUMERATION, TRAINING = "energy/units.py", "foundation/enumeration.py", "foundation/training.py"
GRADCHECK, VERIFY, OPTIMIZERS = "foundation/gradcheck.py", "foundation/verify.py", "foundation/optimizers.py"
CHECKPOINT, RECORDS, TOYS = "foundation/checkpoint.py", "foundation/records.py", "data/toys.py"
DATASET, DIGITS, READERS = "data/dataset.py", "data/digits.py", "data/readers.py"
RUNS, DOORS, PLOTS = "runs.py", "foundation/checks.py", "plots.py"
BOLTZMANN_LEARNING = "energy/boltzmann_training.py"
STANDARDISER = "foundation/standardiser.py"
PAIRS = "energy/test_unit_pairs.py"
ANNEALING, EVALUATION = "energy/annealing.py", "energy/evaluation.py"
TEMPERING, REPORT = "energy/tempering.py", "energy/gradient_report.py"
OBJECTIVES = "adversarial/objectives.py"
PENALTIES, GAN = "adversarial/penalties.py", "adversarial/gan.py"
BIT_SUMS = "energy/bit_sums.py"
COVERAGE, MIXTURES = "adversarial/coverage.py", "data/mixtures.py"
LAYERS, MLP, LOSSES = "neural/layers.py", "neural/mlp.py", "neural/losses.py"
GAN_LEARNING, DIAGNOSIS, GAN_RUNS = "adversarial/gan_training.py", "adversarial/diagnosis.py", "gan_runs.py"
NOISE = "adversarial/noise.py"
GAN_FUSED = "adversarial/fused.py"
DIRAC = "adversarial/test_dirac_gan.py"

SABOTAGE = [
    # the RBM's equations
    Sabotage(
        RBM,
        "return -visible_term - hidden_term - interaction",
        "return visible_term + hidden_term + interaction",
        "sign of the energy (1)",
        lessons="04",
    ),
    Sabotage(
        RBM,
        "return -visible_term - hidden_term - interaction",
        "return -visible_term - hidden_term + interaction",
        "sign of the interaction (1)",
        lessons="04",
    ),
    Sabotage(
        RBM,
        "    hidden_term = h @ rbm.c + rbm.hidden.log_base(h)",
        "    hidden_term = rbm.hidden.log_base(h)",
        "hidden bias left out of the energy (4)",
        lessons="04",
    ),
    Sabotage(
        RBM,
        "np.sum((v @ rbm.W) * h, axis=1)",
        "np.sum((v @ rbm.W) * h)",
        "energies of all cases added up",
        lessons="04",
    ),
    Sabotage(
        RBM,
        "return -visible_term - rbm.hidden.log_normaliser(x)",
        "return visible_term - rbm.hidden.log_normaliser(x)",
        "sign of the bias term in the free energy (2)",
        lessons="04 05",
    ),
    Sabotage(
        RBM,
        "    x = v @ rbm.W + rbm.c  # (N, K) input to each hidden unit",
        "    x = v @ rbm.W",
        "hidden bias left out of the free energy (4)",
        lessons="04 05",
    ),
    Sabotage(
        RBM,
        "    visible_term = v @ rbm.b + rbm.visible.log_base(v)\n    return",
        "    visible_term = 0 * v[:, 0]\n    return",
        "visible bias left out of the free energy (5)",
        lessons="04 05",
    ),
    Sabotage(
        RBM, "    x += rbm.c", "    x -= rbm.c", "sign of the hidden bias in the conditional (1)", lessons="04 06"
    ),
    Sabotage(RBM, "    x += rbm.c\n", "", "hidden bias left out of the conditional (4)", lessons="04 06"),
    Sabotage(RBM, "    x += rbm.b\n", "", "visible bias left out of the conditional (5)", lessons="04 06"),
    Sabotage(
        RBM, "return rbm.hidden.mean(x)", "return 1 - rbm.hidden.mean(x)", "conditional is 1 - p (1)", lessons="04 06"
    ),
    Sabotage(
        RBM,
        "    h = sample_hidden(rbm, v, rng)\n    return sample_visible(rbm, h, rng)",
        "    h = hidden_probs(rbm, v)\n    return sample_visible(rbm, h, rng)",
        "probabilities drive the chain (16)",
    ),
    Sabotage(
        RBM,
        "    p_h = hidden_probs(rbm, v)\n    return rbm.hidden.sample(p_h, rng)",
        "    p_h = hidden_probs(rbm, v)\n    return np.round(p_h)",
        "rounds instead of sampling (12)",
    ),
    Sabotage(
        RBM,
        "    p_v = visible_probs(rbm, h)\n    return rbm.visible.sample(p_v, rng)",
        "    p_v = visible_probs(rbm, h)\n    return rbm.visible.sample(p_v, np.random.default_rng(0))",
        "reseeds inside the step (23)",
    ),
    Sabotage(
        RBM,
        "W=rbm.W.T, b=rbm.c, c=rbm.b",
        "W=rbm.W.T, b=rbm.b, c=rbm.c",
        "biases not exchanged when flipped",
        lessons="04 05",
    ),
    Sabotage(RBM, "0.01 * rng.standard_normal", "0.1 * rng.standard_normal", "weights start too large"),
    # units and numerics
    Sabotage(
        UNITS,
        "return sum_of_softplus(x)",
        "return -sum_of_softplus(x)",
        "sign of the log-normaliser (2)",
        lessons="04 05",
    ),
    Sabotage(UNITS, "return sigmoid(x, out)", "return sigmoid(-x, out)", "conditional is 1 - p (1)", lessons="04 06"),
    Sabotage(
        UNITS, "logit(np.clip(data_mean, 0.01, 0.99))", "logit(data_mean)", "infinite bias of a pixel that never varies"
    ),
    Sabotage(UNITS, "return 2**n", "return 2 * n", "states miscounted"),
    Sabotage(
        NUMERICS,
        "y = np.negative(x, out=out)",
        "y = np.positive(x, out=out)",
        "sign inside the sigmoid (1)",
        lessons="03 04",
    ),
    Sabotage(
        NUMERICS,
        "np.less(u, p, out=u)",
        "np.greater(u, p, out=u)",
        "comparison inverted: samples 1 - p (13)",
        lessons="03 04 06",
    ),
    Sabotage(
        NUMERICS,
        "    rng.random(out=u, dtype=u.dtype)\n",
        "    u[:] = rng.random(u.shape[-1], dtype=u.dtype)\n",
        "one noise row for the whole batch (15)",
    ),
    Sabotage(
        NUMERICS,
        "    rng.random(out=u, dtype=u.dtype)\n",
        "    rng.standard_normal(out=u, dtype=u.dtype)\n",
        "normal noise where uniform belongs (14)",
        lessons="03 04 06",
    ),
    Sabotage(
        NUMERICS,
        "    rng.random(out=u, dtype=u.dtype)\n",
        "    u[...] = 0.5\n",
        "rounds instead of sampling (12)",
        lessons="03 04 06",
    ),
    Sabotage(
        NUMERICS,
        "return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))",
        "return np.log(1 + np.exp(x))",
        "log(1 + exp(x)) written out (3)",
    ),
    Sabotage(
        NUMERICS,
        "factors = 1 + np.exp(-np.abs(x))",
        "factors = 1 + np.exp(np.abs(x))",
        "sum of softplus overflows (3)",
        lessons="04",
    ),
    Sabotage(
        NUMERICS,
        "    total = np.maximum(x, 0).sum",
        "    total = np.minimum(x, 0).sum",
        "softplus of the wrong side",
        lessons="04",
    ),
    Sabotage(NUMERICS, "return (total + largest)", "return (total - largest)", "logsumexp's shift taken off twice"),
    Sabotage(
        NUMERICS,
        "largest = x.max(axis=axis, keepdims=True)",
        "largest = 0 * x.max(axis=axis, keepdims=True)",
        "logsumexp overflows (3)",
    ),
    Sabotage(NUMERICS, "np.log(p) - np.log1p(-p)", "np.log(p) + np.log1p(-p)", "sign in the logit"),
    # gradients
    Sabotage(
        CONTRASTIVE,
        "W=v.T @ p_h_data / n - model.W,",
        "W=model.W - v.T @ p_h_data / n,",
        "only W's sign flipped (7)",
        lessons="05 06",
    ),
    Sabotage(
        CONTRASTIVE, "W=v.T @ p_h_data / n - model.W,", "W=v.T @ p_h_data - model.W,", "no 1/N (8)", lessons="05 06"
    ),
    Sabotage(
        CONTRASTIVE,
        "W=v.T @ p_h_data / n - model.W,",
        "W=v.T @ p_h_data / (n - 1) - model.W,",
        "1/(N - 1) for 1/N (42)",
        lessons="05 06",
    ),
    Sabotage(
        CONTRASTIVE,
        "b=v.sum(axis=0) / n - model.b,",
        "b=v.sum() / n - model.b,",
        "bias gradient summed to one number (10)",
        lessons="05 06",
    ),
    Sabotage(
        CONTRASTIVE,
        "c=p_h_data.sum(axis=0) / n - model.c,",
        "c=p_h_data.sum(axis=0) - model.c,",
        "no 1/N on a bias (8)",
        lessons="05 06",
    ),
    Sabotage(
        CONTRASTIVE,
        "return means if layer is rbm else transposed(means)",
        "return means",
        "model's means not flipped back (11)",
        lessons="05 06",
    ),
    Sabotage(
        CONTRASTIVE,
        "s_t += weighted_s.T @ mean_t",
        "s_t += states.T @ mean_t",
        "model's states not weighted",
        lessons="05 06",
    ),
    Sabotage(CONTRASTIVE, "t += p @ mean_t", "t = p @ mean_t", "only the last block of states counts"),
    Sabotage(
        CONTRASTIVE,
        "    p_h = p_h_data\n    for _ in range(k):",
        "    p_h = p_h_data\n    for _ in range(k + 1):",
        "k + 1 steps (21)",
        lessons="06",
    ),
    Sabotage(
        CONTRASTIVE,
        "    p_h = p_h_data\n    for _ in range(k):",
        "    v, p_h = v_data, p_h_data\n    for _ in range(k - 1):",
        "k - 1 steps (20)",
        lessons="06",
    ),
    Sabotage(
        CONTRASTIVE,
        "        h = rbm.hidden.sample(p_h, rng)\n        p_v",
        "        h = p_h\n        p_v",
        "probabilities drive the chain (16)",
        lessons="06",
    ),
    Sabotage(
        CONTRASTIVE,
        "        h = rbm.hidden.sample(p_h, rng)\n        p_v",
        "        h = np.round(p_h)\n        p_v",
        "rounds instead of sampling (12)",
        lessons="06",
    ),
    Sabotage(
        CONTRASTIVE,
        "        h = rbm.hidden.sample(p_h, rng)\n        p_v",
        "        rng = np.random.default_rng(0)\n        h = rbm.hidden.sample(p_h, rng)\n        p_v",
        "reseeds inside the step (23)",
        lessons="06",
    ),
    Sabotage(
        CONTRASTIVE,
        "        p_h = hidden_probs(rbm, v)\n\n",
        "        p_h = h\n\n",
        "stale h in the negative phase (17)",
        lessons="06",
    ),
    Sabotage(
        CONTRASTIVE,
        "        p_h = hidden_probs(rbm, v)\n\n",
        "        p_h = p_h_data\n\n",
        "negative phase uses the data's h (19)",
        lessons="06",
    ),
    Sabotage(
        CONTRASTIVE,
        "    return phase_difference(rbm, v_data, p_h_data, v, p_h)\n",
        "    return phase_difference(rbm, v_data, p_h_data, v_data, p_h)\n",
        "negative phase uses the data's v (18)",
        lessons="06",
    ),
    Sabotage(
        CONTRASTIVE,
        "    return phase_difference(rbm, v_data, p_h_data, v, p_h)\n",
        "    v_data += 0 * v_data + 1\n    return phase_difference(rbm, v_data - 1, p_h_data, v, p_h)\n",
        "writes over its input (25)",
    ),
    Sabotage(
        CONTRASTIVE,
        "    return phase_difference(rbm, v_data, p_h_data, v, p_h)\n",
        "    return phase_difference(rbm, v_data, rbm.hidden.sample(p_h_data, rng), v, p_h)\n",
        "h sampled in the positive phase (22)",
        lessons="06",
    ),
    Sabotage(
        CONTRASTIVE,
        "    h = chains\n    for _ in range(k):",
        "    h = rbm.hidden.sample(p_h_data, rng)\n    for _ in range(k):",
        "PCD's chains reset at each call: plain CD (24)",
    ),
    Sabotage(
        CONTRASTIVE,
        "    h = chains\n    for _ in range(k):",
        "    h = chains\n    for _ in range(k + 1):",
        "k + 1 steps of PCD (21)",
    ),
    Sabotage(
        CONTRASTIVE,
        "    return phase_difference(rbm, v_data, p_h_data, v, p_h), h",
        "    return phase_difference(rbm, v_data, p_h_data, v, p_h), chains",
        "PCD's chains do not move (24)",
    ),
    Sabotage(CONTRASTIVE, "p_h_model / -m])", "p_h_model / m])", "sign of the negative phase (6)", lessons="06"),
    Sabotage(CONTRASTIVE, "p_h_model / -m])", "p_h_model / -n])", "both phases divided by the data's rows"),
    Sabotage(CONTRASTIVE, "np.concatenate([p_h_data / n,", "np.concatenate([p_h_data,", "no 1/N (8)", lessons="06"),
    Sabotage(
        CONTRASTIVE,
        "b=v_data.sum(axis=0) / n - v_model.sum(axis=0) / m,",
        "b=v_data.sum(axis=0) - v_model.sum(axis=0),",
        "no 1/N on a bias",
        lessons="06",
    ),
    Sabotage(
        CONTRASTIVE,
        "b=v_data.sum(axis=0) / n - v_model.sum(axis=0) / m,",
        "b=v_data.sum(axis=0) / n**2 - v_model.sum(axis=0) / m**2,",
        "1/N twice, on the biases only (9)",
        lessons="06",
    ),
    Sabotage(
        CONTRASTIVE,
        "        W=v.T @ p_h,\n",
        "        W=(p_h.T @ v).reshape(rbm.W.shape),\n",
        "flipped: silent when square (11)",
        lessons="06",
    ),
    Sabotage(
        CONTRASTIVE,
        "        c=p_h.sum(axis=0),\n",
        "        c=-p_h.sum(axis=0),\n",
        "sign of a bias's gradient (6)",
        lessons="06",
    ),
    Sabotage(
        CONTRASTIVE,
        "    W = gradient.W - np.outer(v_offset, gradient.c)",
        "    W = gradient.W + np.outer(v_offset, gradient.c)",
        "sign in the centred gradient",
        lessons="09",
    ),
    Sabotage(
        CONTRASTIVE, "    b = gradient.b - W @ h_offset", "    b = gradient.b", "visible bias not centred", lessons="09"
    ),
    Sabotage(
        CONTRASTIVE,
        "    c = gradient.c - v_offset @ W",
        "    c = gradient.c + v_offset @ W",
        "sign of the hidden bias's centring",
        lessons="09",
    ),
    # training
    Sabotage(
        LEARNING,
        "        gradient, run.chains = pcd_gradient(",
        "        gradient, _ = pcd_gradient(",
        "training forgets the moved chains (24)",
        "energy/test_fused.py",
    ),
    Sabotage(
        LEARNING,
        "gradient = cd_gradient(rbm, v, k, rng)",
        "gradient = cd_gradient(rbm, v, 1, rng)",
        "k ignored in training (20)",
    ),
    Sabotage(
        LEARNING,
        "    vector, rbm = pack(rbm)\n    train_rows",
        "    vector, rbm = pack(rbm)\n    rbm = replace(rbm, W=rbm.W.copy())\n    train_rows",
        "the model is no window onto the vector",
    ),
    Sabotage(LEARNING, "decayed.W[:] -= scale", "decayed.W[:] += scale", "weights grow where they should decay"),
    Sabotage(LEARNING, "        run.average.update(run.vector)\n", "        pass\n", "the average never moves"),
    Sabotage(
        LEARNING,
        "observe(windows(run.rbm, result_vector(run)), data",
        "observe(trained_rbm(run), data",
        "patience looks at the best, not at the present",
    ),
    Sabotage(
        CONTRASTIVE,
        "    p_v = visible_probs(rbm, hidden_probs(rbm, v))\n    return float(np.mean((v - p_v) ** 2))",
        "    p_v = visible_probs(rbm, hidden_probs(rbm, v))\n    return float(np.mean(v - p_v) ** 2)",
        "reconstruction error of the mean pixel",
    ),
    Sabotage(LEARNING, "    run.epoch += 1\n", "    run.epoch += 2\n", "every other epoch left out"),
    Sabotage(
        LEARNING,
        "progress = (run.epoch + i / n_batches)",
        "progress = (run.epoch + 1 + i / n_batches)",
        "the rate is an epoch early",
    ),
    Sabotage(
        FUSED,
        "    w[n:] = -scale / m\n",
        "    w[n:] = -scale / n\n",
        "fused: biases' negative phase divided by the data's rows",
    ),
    Sabotage(
        FUSED, "    p_h_model *= -scale / m\n", "    p_h_model *= scale / m\n", "fused: sign of the negative phase (6)"
    ),
    Sabotage(FUSED, "    for step in range(k):", "    for step in range(k - 1, k):", "fused: one step whatever k (20)"),
    Sabotage(
        FUSED,
        "        rbm.hidden.sample(p_h_model, rng, out=chains)\n",
        "        pass\n",
        "fused: chains stand still (24)",
    ),
    Sabotage(FUSED, "        x += rbm.c\n", "", "fused: hidden bias left out (4)"),
    Sabotage(FUSED, "gradient.b[:] -= W @ h_offset", "gradient.b[:] += W @ h_offset", "fused: sign of the centring"),
    # likelihood
    Sabotage(
        LIKELIHOOD,
        "return -free_energy(rbm, v).astype(np.float64) - log_z",
        "return -free_energy(rbm, v).astype(np.float64) + log_z",
        "sign of log Z",
        lessons="04 05",
    ),
    Sabotage(
        LIKELIHOOD,
        "        yield -free_energy(layer, states), stop\n",
        "        yield free_energy(layer, states), stop\n",
        "sign of the free energy in Z (1)",
        "energy/test_bit_sums.py",
        lessons="10",
    ),
    Sabotage(
        LIKELIHOOD,
        "for start in range(0, n_states, block):",
        "for start in range(block, n_states, block):",
        "first block of states left out",
        "energy/test_gradients.py",
        lessons="05",
    ),
    Sabotage(
        LIKELIHOOD, "return transposed(rbm) if hidden_is_smaller else rbm", "return rbm", "the larger layer is listed"
    ),
    Sabotage(LIKELIHOOD, "MOST_STATES = 2**25", "MOST_STATES = 2**12", "sums that take a moment are refused"),
    # the general machine
    Sabotage(
        BOLTZMANN,
        "return -s @ machine.b - np.sum((s @ W) * s, axis=1)",
        "return -s @ machine.b + np.sum((s @ W) * s, axis=1)",
        "sign of the interaction (1)",
        lessons="02 03",
    ),
    Sabotage(
        BOLTZMANN,
        "return -s @ machine.b - np.sum((s @ W) * s, axis=1)",
        "return -s @ machine.b - 0.5 * np.sum((s @ W) * s, axis=1)",
        "pairs counted by half",
        lessons="02 03",
    ),
    Sabotage(
        BOLTZMANN,
        "    W = machine.W * machine.mask\n    return -s",
        "    W = machine.W\n    return -s",
        "unconnected pairs count",
    ),
    Sabotage(
        BOLTZMANN,
        "machine.W[:, i] * machine.mask[:, i] + machine.W[i] * machine.mask[i]",
        "machine.W[i] * machine.mask[i]",
        "half of a unit's neighbours left out",
        lessons="03",
    ),
    Sabotage(
        BOLTZMANN,
        "return s @ weights_to_i + machine.b[i]",
        "return s @ weights_to_i",
        "bias left out of the input (4)",
        lessons="03",
    ),
    Sabotage(
        BOLTZMANN,
        "        p_i = sigmoid(unit_input(machine, s, i))\n",
        "        p_i = sigmoid(unit_input(machine, 0 * s, i))\n",
        "neighbours ignored in the sweep",
        lessons="03",
    ),
    Sabotage(
        BOLTZMANN,
        "        s[:, i] = bernoulli(p_i, rng)",
        "        s[:, i] = p_i",
        "probabilities drive the chain (16)",
        lessons="03",
    ),
    Sabotage(BOLTZMANN, "    s = s.copy()\n", "", "writes over its input (25)"),
    Sabotage(
        BOLTZMANN,
        "return log_weight[bits_to_index(v)] - log_Z",
        "return log_weight[bits_to_index(v)]",
        "log Z left out",
        lessons="02",
    ),
    Sabotage(
        BOLTZMANN,
        "    difference = p_data - p_model",
        "    difference = p_model - p_data",
        "gradient's sign flipped (6)",
        lessons="02",
    ),
    Sabotage(
        BOLTZMANN,
        "minlength=2**machine.n_visible) / len(v)",
        "minlength=2**machine.n_visible)",
        "no 1/N (8)",
        lessons="02",
    ),
    Sabotage(
        BOLTZMANN,
        "replace(machine, W=W * machine.mask,",
        "replace(machine, W=W.T * machine.mask.T,",
        "flipped (11)",
        lessons="02",
    ),
    Sabotage(
        BOLTZMANN,
        "    W[:n_visible, n_visible:] = rbm.W",
        "    W[:n_visible, n_visible:] = -rbm.W",
        "sign when an RBM is laid out",
        lessons="04",
    ),
    Sabotage(
        BOLTZMANN,
        "    return boltzmann_distribution(energy(machine, s))",
        "    return boltzmann_distribution(-energy(machine, s))",
        "sign of the energy (1)",
        lessons="02 03",
    ),
    # the oracle itself
    Sabotage(
        ENUMERATION,
        "    shifts = np.arange(n - 1, -1, -1)",
        "    shifts = np.arange(n)",
        "bits in the other order",
        lessons="03",
    ),
    Sabotage(
        ENUMERATION, "    log_Z = logsumexp(-E)", "    log_Z = logsumexp(E)", "sign of the energy (1)", lessons="02"
    ),
    Sabotage(
        ENUMERATION,
        "np.stack([1 - p[:, j], p[:, j]], axis=1)",
        "np.stack([p[:, j], 1 - p[:, j]], axis=1)",
        "on and off exchanged (13)",
        lessons="03 04",
    ),
    Sabotage(ENUMERATION, "return 1 - sizes[-2]", "return 1 - sizes[0]", "gap of the wrong eigenvalue", lessons="03"),
    Sabotage(
        ENUMERATION,
        "log_ratio = np.log(p[possible]) - np.log(q[possible])",
        "log_ratio = np.log(q[possible]) - np.log(p[possible])",
        "sign of the divergence",
        lessons="02",
    ),
    Sabotage(
        ENUMERATION,
        "np.vstack([T.T - np.eye(n), np.ones(n)])",
        "np.vstack([T - np.eye(n), np.ones(n)])",
        "flipped (11)",
        lessons="03",
    ),
    Sabotage(
        ENUMERATION,
        'np.searchsorted(cumulative, u, side="right")',
        'np.searchsorted(cumulative, u, side="right") - 1',
        "off by one state",
    ),
    Sabotage(ENUMERATION, "2 ** v.shape[1]) / len(v)", "2 ** v.shape[1])", "no 1/N (8)", lessons="05"),
    Sabotage(
        ENUMERATION,
        "        table[:, j] = energy(",
        "        table[:, 0] = energy(",
        "all energies in one column",
        "energy/test_rbm.py",
    ),
    # gradient checks and verify
    Sabotage(
        GRADCHECK,
        "(8 * (f_at[1] - f_at[-1]) - (f_at[2] - f_at[-2]))",
        "(8 * (f_at[1] - f_at[-1]) + (f_at[2] - f_at[-2]))",
        "sign in the differences",
        lessons="02",
    ),
    Sabotage(
        GRADCHECK,
        "        vector[i] = value\n        gradient",
        "        gradient",
        "a moved entry is not put back",
        lessons="02",
    ),
    Sabotage(VERIFY, "    if holds.all():", "    if True:", "verify holds whatever comes"),
    Sabotage(VERIFY, "if left.shape != right.shape:", "if False:", "verify compares a number with an array"),
    Sabotage(VERIFY, "4.5 * standard_error", "45 * standard_error", "verify_mean allows ten times too much"),
    # optimizers, records, training, checkpoints
    Sabotage(
        OPTIMIZERS,
        "vector += direction if rate == 1 else rate * direction",
        "vector -= direction if rate == 1 else rate * direction",
        "SGD descends where it should climb (6)",
    ),
    Sabotage(OPTIMIZERS, "        self.velocity *= self.momentum\n", "", "momentum never fades"),
    Sabotage(OPTIMIZERS, "c = math.sqrt(1 - self.beta2**self.steps)", "c = 1.0", "Adam's second moment keeps its bias"),
    Sabotage(
        OPTIMIZERS,
        "self.vector += (1 - decay) * (vector - self.vector)",
        "self.vector += decay * (vector - self.vector)",
        "the average forgets what it should keep",
    ),
    Sabotage(
        OPTIMIZERS, "return rate * (1 - progress)", "return rate * progress", "the rate rises where it should fall"
    ),
    Sabotage(OPTIMIZERS, "math.cos(math.pi * progress)", "math.cos(progress)", "cosine schedule does not end at 0"),
    Sabotage(
        RECORDS,
        "vector[start:stop].reshape(array.shape)",
        "vector[start:stop].reshape(array.shape).copy()",
        "copies in place of windows",
    ),
    Sabotage(RECORDS, "        index -= array.size\n", "", "an entry gets another's name"),
    Sabotage(TRAINING, "    order = rng.permutation(rows)\n", "    order = rows\n", "cases are not shuffled"),
    Sabotage(
        TRAINING,
        "range(0, len(order), batch_size)",
        "range(0, len(order) - batch_size, batch_size)",
        "the last batch is left out",
    ),
    Sabotage(
        TRAINING,
        "np.sort(order[n_held_out:]), np.sort(order[:n_held_out])",
        "np.sort(order), np.sort(order[:n_held_out])",
        "held-out cases are trained on",
    ),
    Sabotage(
        TRAINING,
        "score > self.best_score",
        "score < self.best_score",
        "the worst epoch is given back",
        "foundation/test_training.py",
    ),
    Sabotage(
        TRAINING, "        if not np.isfinite(value).all():", "        if np.isinf(value).all():", "NaN goes unnoticed"
    ),
    Sabotage(
        CHECKPOINT,
        '"n_children_spawned": seeds.n_children_spawned,',
        '"n_children_spawned": 0,',
        "spawned children forgotten",
    ),
    Sabotage(CHECKPOINT, '    rng.bit_generator.state = saved["state"]\n', "", "the generator starts anew"),
    Sabotage(
        CHECKPOINT,
        "os.replace(temporary, path)",
        "path.write_bytes(temporary.read_bytes())",
        "written in place, not renamed",
    ),
    # doors, data, runs, pictures
    Sabotage(
        DOORS,
        "isinstance(value, numbers.Integral) and not isinstance(value, bool) and value >= least",
        "value >= least",
        "half a step is let in",
    ),
    Sabotage(
        DOORS,
        "high is not None and largest > high",
        "high is not None and largest > high + 1",
        "255 is let in, 2 at least",
    ),
    Sabotage(
        TOYS,
        "    return np.concatenate([bars, stripes])",
        "    return np.unique(np.concatenate([bars, stripes]), axis=0)",
        "rows that occur twice counted once",
        lessons="05",
    ),
    Sabotage(
        TOYS,
        "return float(np.sum(share * np.log(share)))",
        "return -float(np.sum(share * np.log(share)))",
        "sign of the best log-likelihood",
        lessons="05",
    ),
    Sabotage(
        DATASET,
        "(pixels > self.scale / 2)",
        "(pixels < self.scale / 2)",
        "threshold inverted",
        "data/test_catalog.py",
        lessons="09",
    ),
    Sabotage(
        DATASET,
        "bits[rows] = bernoulli(p, rng)",
        "bits[rows] = bernoulli(1 - p, rng)",
        "samples 1 - p (13)",
        "data/test_catalog.py",
    ),
    Sabotage(RUNS, "    for _ in range(steps - 1):", "    for _ in range(steps):", "k + 1 steps (21)", "test_runs.py"),
    Sabotage(RUNS, "(1 - v) @ np.log1p(-p)", "(1 - v) @ np.log(p)", "off pixels priced as on", "test_runs.py"),
    Sabotage(PLOTS, "weights = rbm.W.T[:most]", "weights = rbm.W[:most]", "filters flipped (11)", "test_plots.py"),
    # sparsity, the tempered method and kinds of units in training
    Sabotage(
        CONTRASTIVE,
        "pull = 2 * (target - q) * p_h * (1 - p_h) / len(v)",
        "pull = 2 * (q - target) * p_h * (1 - p_h) / len(v)",
        "the sparsity target pushes away (6)",
    ),
    Sabotage(
        CONTRASTIVE,
        "pull = 2 * (target - q) * p_h * (1 - p_h) / len(v)",
        "pull = 2 * (target - q) * p_h * (1 - p_h)",
        "no 1/N in the sparsity gradient (8)",
    ),
    Sabotage(
        CONTRASTIVE,
        "pull = 2 * (target - q) * p_h * (1 - p_h) / len(v)",
        "pull = 2 * (target - q) * np.ones_like(p_h) / len(v)",
        "the sparsity gradient without the slope of σ",
    ),
    Sabotage(
        LEARNING,
        'direction += scale * settings["sparsity_cost"] * flatten(pull)',
        'direction += settings["sparsity_cost"] * flatten(pull)',
        "sparsity without the rate where the gradient has it",
    ),
    Sabotage(
        LEARNING,
        'init_ladder(rbm, settings["n_rungs"], mean_of_cases(data, train_rows))',
        'init_ladder(rbm, settings["n_rungs"])',
        "ladders that do not begin at the base rates",
    ),
    Sabotage(
        LEARNING,
        "gradient, run.chains, run.swap_rates = tempered_gradient(",
        "gradient, _, run.swap_rates = tempered_gradient(",
        "ladders started afresh at each step (24)",
    ),
    Sabotage(
        LEARNING,
        'values["lowest_swap_rate"] = run.swap_rates.min()',
        'values["lowest_swap_rate"] = 1 - run.swap_rates.max()',
        "swaps counted as refusals",
    ),
    Sabotage(
        LEARNING,
        "        reason = why_not_normalisable(run.rbm)\n",
        "        reason = None\n",
        "two Gaussian layers go on without a Z",
    ),
    Sabotage(
        LEARNING,
        '    settings |= {"visible": units_to_dict(rbm.visible), "hidden": units_to_dict(rbm.hidden)}\n',
        '    settings |= {"visible": units_to_dict(rbm.visible), "hidden": units_to_dict(Bernoulli())}\n',
        "a run forgets the kind of its hidden units",
    ),
    Sabotage(
        TRAINING,
        "        check(name, np.asarray(data[start : start + CASES_AT_ONCE]), width)\n",
        "        check(name, np.asarray(data[:CASES_AT_ONCE]), width)\n",
        "only the first block of cases is looked at",
    ),
    Sabotage(
        RUNS,
        "evaluate_rbm(rbm, v, np.random.default_rng(seed), **settings)",
        "evaluate_rbm(rbm, trained_on[:], np.random.default_rng(seed), **settings)",
        "evaluated on the cases that it was trained on",
        "test_runs.py",
    ),
    # the mask of layers
    Sabotage(
        BOLTZMANN,
        "(layer[None, :] == layer[:, None] + 1)",
        "(layer[None, :] > layer[:, None])",
        "layers connected over a layer between",
    ),
    Sabotage(
        BOLTZMANN,
        "(layer[None, :] == layer[:, None] + 1)",
        "(layer[:, None] == layer[None, :] + 1)",
        "the mask of layers flipped (11)",
    ),
    Sabotage(
        BOLTZMANN,
        "    if mask.shape != every_pair.shape or (mask > every_pair).any():\n",
        "    if mask.shape != every_pair.shape:\n",
        "a unit may be connected with itself",
    ),
    Sabotage(
        BOLTZMANN,
        '    check_integer("machine.n_visible", machine.n_visible, most=n)\n',
        "",
        "more visible units than units pass the door",
    ),
    # learning in the general machine
    Sabotage(
        BOLTZMANN_LEARNING,
        "    W = s_data.T @ s_data / n - s_model.T @ s_model / m\n",
        "    W = s_model.T @ s_model / m - s_data.T @ s_data / n\n",
        "only W's sign flipped (7)",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "s_data.T @ s_data / n - s_model.T @ s_model / m",
        "s_data.T @ s_data / n - s_model.T @ s_model / n",
        "both phases divided by the number of cases",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "s_data.sum(axis=0) / n - s_model.sum(axis=0) / m",
        "s_data.sum() / n - s_model.sum() / m + 0 * machine.b",
        "bias gradient summed to one number (10)",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "W=W * machine.mask, b=b)",
        "W=W, b=b)",
        "unconnected pairs have a gradient",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "units=range(n_visible, n_units))",
        "units=range(n_units))",
        "the clamped chains run free",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "    # negative phase: all units run free\n    s_model = chains\n",
        "    # negative phase: all units run free\n    s_model = np.concatenate([v, clamped], axis=1)\n",
        "the free chains start at the data: contrastive divergence (24)",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "    for _ in range(k):\n        s_data =",
        "    for _ in range(k - 1):\n        s_data =",
        "k - 1 sweeps of the clamped chains (20)",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "    for _ in range(k):\n        s_model =",
        "    for _ in range(k + 1):\n        s_model =",
        "k + 1 sweeps of the free chains (21)",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "s_data[:, n_visible:], s_model\n",
        "clamped, s_model\n",
        "the clamped chains come back unmoved (24)",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "    for _ in range(k):\n        chains =",
        "    for _ in range(1):\n        chains =",
        "k ignored in the mean-field gradient (20)",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "    return phase_difference(machine, mu, chains), chains\n",
        "    return phase_difference(machine, mu.round(), chains), chains\n",
        "mean field rounded to states (12)",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "            mu[:, i] = sigmoid(unit_input(machine, mu, i))\n",
        "            mu[:, i] = sigmoid(unit_input(machine, before, i))\n",
        "mean field of all units at once, which can lower the bound",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "        for i in range(machine.n_visible, len(machine.b)):\n",
        "        for i in range(len(machine.b)):\n",
        "mean field moves the visible units",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "if np.abs(mu - before).max() <= tolerance:",
        "if np.abs(mu - before).mean() <= tolerance:",
        "mean field stops before every mean has settled",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "return -energy(machine, mu) + entropy_of_bits(mu) - log_z",
        "return -energy(machine, mu) - entropy_of_bits(mu) - log_z",
        "sign of the entropy in the bound",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "return -energy(machine, mu) + entropy_of_bits(mu) - log_z",
        "return -energy(machine, mu) + entropy_of_bits(mu)",
        "log Z left out of the bound",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "mu * np.log(on) + (1 - mu) * np.log(off)",
        "mu * np.log(on)",
        "the entropy of a bit that is off left out",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "        gradient, run.clamped[rows], run.chains = sampled",
        "        gradient, clamped, run.chains = sampled",
        "training forgets the moved clamped chains (24)",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "        gradient, run.clamped[rows], run.chains = sampled",
        "        gradient, run.clamped[rows], _ = sampled",
        "training forgets the moved free chains (24)",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "        clamped, chains = run.clamped[rows], run.chains\n",
        "        clamped, chains = run.clamped[: len(rows)], run.chains\n",
        "a case takes up the clamped chain of another",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "        gradient, run.chains = mean_field_gradient(",
        "        gradient, _ = mean_field_gradient(",
        "mean-field training forgets the moved chains (24)",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        " * run.machine.W * run.machine.mask\n",
        " * run.machine.W\n",
        "weight decay moves unconnected pairs",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "        W = gradient.W - settings",
        "        W = gradient.W + settings",
        "weights grow where they should decay",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "progress = (epoch + i / n_batches)",
        "progress = (epoch + 1 + i / n_batches)",
        "the rate is an epoch early",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "    vector, machine = pack(machine)\n",
        "    vector = flatten(machine)\n",
        "the model is no window onto the vector",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "        run.average.update(run.vector)\n",
        "        run.average.vector = run.vector\n",
        "the average is the last step",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "last_good=windows(run.machine, last_good))",
        "last_good=run.machine)",
        "a diverged run hands over the diverged machine",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "    if not np.isin(v, (0, 1)).all():",
        "    if False:",
        "grey levels pass the door",
    ),
    Sabotage(
        BOLTZMANN_LEARNING,
        "    if len(machine.b) <= MONITORED_UNITS:\n",
        "    if len(machine.b) < MONITORED_UNITS:\n",
        "the likelihood of 16 units is not watched",
    ),
    # in the place of the entry of this name whose text no longer stands in rbm.py
    Sabotage(
        RBM,
        "b = visible.starting_bias(v.mean(axis=0, dtype=np.float64))",
        "b = -visible.starting_bias(v.mean(axis=0, dtype=np.float64))",
        "sign of the starting bias",
        lessons="09",
    ),
    # kinds of units
    Sabotage(
        UNITS,
        "        return 0.5 * np.square(x).sum(axis=-1, dtype=np.float64)\n",
        "        return np.square(x).sum(axis=-1, dtype=np.float64)\n",
        "Gaussian log-normaliser without its half",
        lessons="10",
    ),
    Sabotage(UNITS, "        out[...] = x\n", "        out[...] = -x\n", "Gaussian mean's sign (1)", lessons="10"),
    Sabotage(
        UNITS,
        "        rng.standard_normal(out=s, dtype=s.dtype)\n",
        "        rng.random(out=s, dtype=s.dtype)\n",
        "uniform noise where normal belongs",
    ),
    Sabotage(
        UNITS,
        "        rng.standard_normal(out=s, dtype=s.dtype)\n",
        "        s[...] = rng.standard_normal(s.shape[-1], dtype=s.dtype)\n",
        "one row of normal noise for the whole batch (15)",
    ),
    Sabotage(
        UNITS,
        "        rng.standard_normal(out=s, dtype=s.dtype)\n",
        "        s[...] = 0\n",
        "Gaussian units passed on without their noise (16)",
    ),
    Sabotage(
        UNITS,
        "return -0.5 * np.square(s).sum(axis=-1, dtype=np.float64) - s.shape[-1] * np.log(2 * np.pi) / 2",
        "return -0.5 * np.square(s).sum(axis=-1, dtype=np.float64)",
        "Gaussian base without its 2π",
        lessons="10",
    ),
    Sabotage(
        UNITS,
        "return -0.5 * np.square(s).sum(axis=-1, dtype=np.float64) - s.shape[-1] * np.log(2 * np.pi) / 2",
        "return -0.5 * np.square(s).sum(axis=-1, dtype=np.float64) - np.log(2 * np.pi) / 2",
        "2π counted once for the layer, not once a unit",
        lessons="10",
    ),
    Sabotage(
        UNITS,
        "return logsumexp(self.groups(x), axis=-1).sum(axis=-1)",
        "return logsumexp(x, axis=-1)",
        "one log-normaliser for all groups together",
        lessons="10",
    ),
    Sabotage(
        UNITS,
        "p = np.exp(grouped - grouped.max(axis=-1, keepdims=True))",
        "p = np.exp(grouped)",
        "softmax overflows (3)",
    ),
    Sabotage(
        UNITS,
        "        p /= p.sum(axis=-1, keepdims=True)\n",
        "        p /= p.sum(axis=(-2, -1), keepdims=True)\n",
        "softmax over all groups together",
        lessons="10",
    ),
    Sabotage(
        UNITS,
        "rng.random(cumulated.shape[:-1], dtype=mean.dtype)[..., None]",
        "rng.random(cumulated.shape[-2], dtype=mean.dtype)[..., None]",
        "one noise row of groups for the whole batch (15)",
    ),
    Sabotage(
        UNITS,
        "rng.random(cumulated.shape[:-1], dtype=mean.dtype)[..., None]",
        "rng.random((*cumulated.shape[:-2], 1), dtype=mean.dtype)[..., None]",
        "all groups of a case drawn with one number",
    ),
    Sabotage(
        UNITS,
        "(u >= cumulated[..., :-1]).sum(axis=-1)",
        "(u < cumulated[..., :-1]).sum(axis=-1)",
        "softmax values drawn in reverse (13)",
    ),
    Sabotage(
        UNITS,
        "dtype=mean.dtype)[..., None] * cumulated[..., -1:]",
        "dtype=mean.dtype)[..., None]",
        "what a group lacks to 1 goes to its last value",
    ),
    Sabotage(
        UNITS,
        "return self.n_values ** (n // self.n_values)",
        "return self.n_values**n",
        "states of softmax layers miscounted",
        lessons="10",
    ),
    Sabotage(
        UNITS,
        "np.arange(n // self.n_values - 1, -1, -1, dtype=np.int64)",
        "np.arange(n // self.n_values, dtype=np.int64)",
        "softmax states in another order",
    ),
    Sabotage(
        UNITS,
        "return np.log(np.maximum(data_mean, 0.001))",
        "return np.maximum(data_mean, 0.001)",
        "softmax starting bias without its log",
    ),
    Sabotage(
        UNITS,
        "return np.log(np.maximum(data_mean, 0.001))",
        "return np.log(data_mean)",
        "infinite bias of a value that never came",
    ),
    Sabotage(UNITS, "        if n % self.n_values:", "        if False:", "half a softmax group is let in"),
    Sabotage(
        UNITS,
        "if not np.isclose(totals, 1).all():",
        "if not (totals <= 1).all():",
        "groups that add up to less than 1 are let in",
    ),
    Sabotage(
        UNITS,
        "if not np.isclose(totals, 1).all():",
        "if not (np.isclose(totals, 1) | (totals == 0)).all():",
        "missing groups are trained on as though they were the full model's",
    ),
    Sabotage(
        UNITS,
        "np.isin(s, (0, 1)).all() and (self.groups(s).sum(axis=-1) == 1).all()",
        "np.isin(s, (0, 1)).all()",
        "missing groups pass as states",
    ),
    Sabotage(
        UNITS,
        "np.repeat(self.groups(s).any(axis=-1), self.n_values, axis=-1)",
        "np.tile(self.groups(s).any(axis=-1), self.n_values)",
        "presence given to the wrong units",
    ),
    Sabotage(
        UNITS,
        'return {"kind": type(units).__name__, **asdict(units)}',
        'return {"kind": type(units).__name__}',
        "a kind's settings are not kept",
    ),
    Sabotage(UNITS, "    settings = dict(settings)\n", "", "a kind's settings are eaten as they are read (25)"),
    Sabotage(
        UNITS, "if not isinstance(units, tuple(KINDS.values())):", "if units is None:", "any object passes as a kind"
    ),
    # pairs of kinds
    Sabotage(
        RBM,
        "    visible_term = v @ rbm.b + rbm.visible.log_base(v)\n    hidden_term",
        "    visible_term = v @ rbm.b\n    hidden_term",
        "base of the visible units left out of the energy",
        PAIRS,
    ),
    Sabotage(
        RBM,
        "    visible_term = v @ rbm.b + rbm.visible.log_base(v)\n    return",
        "    visible_term = v @ rbm.b\n    return",
        "base of the visible units left out of the free energy",
        PAIRS,
        lessons="10",
    ),
    Sabotage(
        RBM,
        "c=rbm.b, visible=rbm.hidden, hidden=rbm.visible)",
        "c=rbm.b)",
        "kinds not exchanged when flipped",
        PAIRS,
        lessons="10",
    ),
    Sabotage(
        RBM,
        "return isinstance(rbm.visible, Gaussian) and isinstance(rbm.hidden, Gaussian)",
        "return isinstance(rbm.visible, Gaussian) or isinstance(rbm.hidden, Gaussian)",
        "one Gaussian layer taken for two",
        PAIRS,
        lessons="10",
    ),
    Sabotage(
        RBM, "np.linalg.norm(rbm.W, 2)", "np.linalg.norm(rbm.W, -2)", "the smallest singular value is looked at", PAIRS
    ),
    Sabotage(RBM, "    if largest < 1:", "    if largest < 2:", "two Gaussian layers without a Z pass", PAIRS),
    Sabotage(
        RBM,
        "    return check_rbm(RBM(W, b.astype(dtype), np.zeros(n_hidden, dtype), visible, hidden))",
        "    return RBM(W, b.astype(dtype), np.zeros(n_hidden, dtype), visible, hidden)",
        "a fresh RBM without a Z is handed out",
        PAIRS,
    ),
    Sabotage(
        RBM,
        'check_units("hidden", hidden).check_width("n_hidden", n_hidden)',
        'check_units("hidden", hidden).check_width("n_hidden", n_visible)',
        "the hidden layer's width is not looked at",
        PAIRS,
    ),
    Sabotage(
        LIKELIHOOD,
        "np.block([[np.eye(n_visible), -W], [-W.T, np.eye(n_hidden)]])",
        "np.block([[np.eye(n_visible), W], [W.T, np.eye(n_hidden)]])",
        "sign of W in the joint precision (1)",
        PAIRS,
        lessons="10",
    ),
    Sabotage(
        LIKELIHOOD,
        "@ mean + 0.5 * log_det_covariance",
        "@ mean - 0.5 * log_det_covariance",
        "sign of the determinant in log Z",
        PAIRS,
        lessons="10",
    ),
    Sabotage(
        LIKELIHOOD,
        "return float(0.5 * np.concatenate([rbm.b, rbm.c]) @ mean",
        "return float(np.concatenate([rbm.b, rbm.c]) @ mean",
        "log Z of two Gaussian layers without a half",
        PAIRS,
        lessons="10",
    ),
    Sabotage(
        LIKELIHOOD,
        '    if not rbm.visible.are_states(v):\n        raise InvalidInput("v: values',
        '    if False:\n        raise InvalidInput("v: values',
        "grey levels and missing groups are given a likelihood",
        PAIRS,
    ),
    Sabotage(
        LIKELIHOOD,
        "log_p[rows] = log_likelihood(part, v[rows][:, pattern])",
        "log_p[rows] = log_likelihood(part, v[rows][:, pattern], log_partition(rbm))",
        "missing groups taken with the Z of the full model",
        PAIRS,
    ),
    Sabotage(
        LIKELIHOOD,
        "rows = (present == pattern).all(axis=1)",
        "rows = (present == pattern).any(axis=1)",
        "cases given to patterns that are not theirs",
        PAIRS,
    ),
    Sabotage(
        LIKELIHOOD,
        "change * rbm.b[i] + rbm.hidden",
        "rbm.hidden",
        "visible bias left out of the flip (5)",
        PAIRS,
    ),
    Sabotage(
        LIKELIHOOD,
        "return is_gaussian_pair(rbm) or smallest_layer_states(rbm) <= most_states",
        "return smallest_layer_states(rbm) <= most_states",
        "two Gaussian layers said to have no exact log Z",
        PAIRS,
    ),
    Sabotage(
        LIKELIHOOD,
        "return min(rbm.visible.n_states(n_visible), rbm.hidden.n_states(n_hidden))",
        "return min(rbm.visible.n_states(n_hidden), rbm.hidden.n_states(n_visible))",
        "the layers' widths exchanged when states are counted",
        PAIRS,
    ),
    Sabotage(
        CONTRASTIVE,
        "v_h = covariance[:n_visible, n_visible:] + np.outer(v, h)",
        "v_h = covariance[:n_visible, n_visible:]",
        "covariance taken for the mean of v h",
        PAIRS,
        lessons="10",
    ),
    Sabotage(
        CONTRASTIVE,
        "v, h = mean[:n_visible], mean[n_visible:]",
        "v, h = rbm.b, rbm.c",
        "biases taken for means of Gaussian layers",
        PAIRS,
        lessons="10",
    ),
    # the change of scale
    Sabotage(
        STANDARDISER,
        "mean, scale = v.mean(axis=0), v.std(axis=0)",
        "mean, scale = v.mean(axis=0), v.var(axis=0)",
        "variance taken for the scale",
    ),
    Sabotage(
        STANDARDISER,
        "mean, scale = v.mean(axis=0), v.std(axis=0)",
        "mean, scale = v.mean(), v.std()",
        "one scale for all columns",
    ),
    Sabotage(
        STANDARDISER,
        "np.flatnonzero(scale <= 1e-12 * np.abs(v).max(axis=0))",
        "np.flatnonzero(scale <= 1e-12)",
        "columns in small units said not to vary",
    ),
    Sabotage(
        STANDARDISER,
        "    if len(constant) > 0:",
        "    if False:",
        "a column that does not vary gets the scale 0",
    ),
    Sabotage(
        STANDARDISER,
        "y = (v - standardiser.mean) / standardiser.scale",
        "y = v / standardiser.scale - standardiser.mean",
        "mean taken off after scaling",
        lessons="10",
    ),
    Sabotage(
        STANDARDISER,
        'return y.astype(v.dtype) if v.dtype.kind == "f" else y',
        "return y.astype(v.dtype)",
        "whole numbers are cut off",
    ),
    Sabotage(
        STANDARDISER,
        "v = standardiser.mean + standardiser.scale * y",
        "v = standardiser.scale * (standardiser.mean + y)",
        "mean scaled on the way back",
    ),
    Sabotage(
        STANDARDISER,
        "return -float(np.log(standardiser.scale).sum())",
        "return float(np.log(standardiser.scale).sum())",
        "sign of the Jacobian",
        lessons="10",
    ),
    Sabotage(
        STANDARDISER,
        "return -float(np.log(standardiser.scale).sum())",
        "return -float(np.log(standardiser.scale).mean())",
        "Jacobian a column",
        lessons="10",
    ),
    # parallel tempering
    Sabotage(
        TEMPERING,
        "np.minimum(as_they_stand - exchanged, 0)",
        "np.minimum(exchanged - as_they_stand, 0)",
        "sign in the swap's acceptance",
        lessons="07",
    ),
    Sabotage(
        TEMPERING,
        "np.exp(np.minimum(as_they_stand - exchanged, 0))",
        "np.ones_like(exchanged)",
        "swaps always accepted",
        lessons="07",
    ),
    Sabotage(
        TEMPERING,
        "swaps = rng.random(p_swap.shape) < p_swap",
        "swaps = rng.random(p_swap.shape) > 1",
        "swaps never made",
        lessons="07",
    ),
    Sabotage(
        TEMPERING,
        "swaps = rng.random(p_swap.shape) < p_swap",
        "swaps = rng.random(p_swap.shape) > p_swap",
        "swaps with 1 - p (13)",
        lessons="07",
    ),
    Sabotage(
        TEMPERING,
        "swaps = rng.random(p_swap.shape) < p_swap",
        "swaps = rng.random((len(p_swap), 1)) < p_swap",
        "one noise number for all ladders (15)",
    ),
    Sabotage(
        TEMPERING,
        "for first in range(min(2, n_rungs - 1)):",
        "for first in range(1):",
        "odd pairs never swap",
        lessons="07",
    ),
    Sabotage(
        TEMPERING,
        "return states[standing], x[standing], swap_rates",
        "return states[standing], x, swap_rates",
        "states swapped, their inputs not",
        lessons="07",
    ),
    Sabotage(
        TEMPERING,
        "swap_rates[low] = swaps.mean(axis=1)",
        "swap_rates[low] = p_swap.max(axis=1)",
        "swap rate is not the share that swapped",
    ),
    Sabotage(
        TEMPERING,
        "x = states @ rbm.W + rbm.c",
        "x = states @ rbm.W",
        "hidden bias left out of the rungs (4)",
        lessons="07",
    ),
    Sabotage(
        TEMPERING,
        "bias_term = states @ (rbm.b - ladder.base_b)",
        "bias_term = states @ rbm.b",
        "base left out of the rungs' free energies",
    ),
    Sabotage(
        TEMPERING,
        "x_of_rung = betas[:, None, None] * x",
        "x_of_rung = x",
        "free energies not at their temperatures",
        lessons="07",
    ),
    Sabotage(
        TEMPERING,
        "return -betas[:, None] * bias_term - hidden_term",
        "return betas[:, None] * bias_term - hidden_term",
        "sign of the bias term in a rung's free energy (2)",
        lessons="07",
    ),
    Sabotage(
        TEMPERING,
        "p_h = rbm.hidden.mean(beta * x.reshape",
        "p_h = rbm.hidden.mean(x.reshape",
        "all rungs draw h at β = 1",
        lessons="07",
    ),
    Sabotage(
        TEMPERING,
        "h = rbm.hidden.sample(p_h, rng)",
        "h = p_h",
        "probabilities drive the rungs (16)",
        lessons="07",
    ),
    Sabotage(
        TEMPERING,
        "beta * (h @ rbm.W.T + rbm.b) + (1 - beta) * ladder.base_b",
        "beta * (h @ rbm.W.T) + rbm.b",
        "visible biases at β = 1 on all rungs",
        lessons="07",
    ),
    Sabotage(
        TEMPERING,
        " + (1 - beta) * ladder.base_b)",
        ")",
        "base left out of the rungs' draws",
    ),
    Sabotage(
        TEMPERING,
        "betas = np.linspace(0, 1, n_rungs, dtype=rbm.b.dtype)",
        "betas = np.linspace(0, 1, n_rungs + 1, dtype=rbm.b.dtype)[1:]",
        "the foot of the ladder is not the base",
        lessons="07",
    ),
    Sabotage(TEMPERING, "base_rbm(rbm, data_mean).b", "base_rbm(rbm).b", "means of the data not used for the base"),
    Sabotage(
        TEMPERING,
        "np.tile(ladder.base_b, (n_rungs * n_ladders, 1))",
        "np.zeros((n_rungs * n_ladders, n_visible), ladder.base_b.dtype)",
        "ladders do not start at the base",
    ),
    Sabotage(TEMPERING, '    check_integer("n_rungs", n_rungs, least=2)\n', "", "a ladder of one rung is let in"),
    Sabotage(TEMPERING, "for _ in range(n_sweeps):", "for _ in range(n_sweeps + 1):", "k + 1 sweeps (21)"),
    Sabotage(TEMPERING, "return v, total / n_sweeps", "return v, total", "swap rates added up over the sweeps (8)"),
    Sabotage(TEMPERING, "    v_model = v[-1]\n", "    v_model = v[0]\n", "the base taken for the model"),
    Sabotage(
        TEMPERING,
        "return phase_difference(rbm, v_data, p_h_data, v_model, p_h_model)",
        "return phase_difference(rbm, v_model, p_h_model, v_data, p_h_data)",
        "gradient's sign flipped (6)",
    ),
    # the report on estimators
    Sabotage(
        REPORT,
        "square = d @ d - trace / n_runs",
        "square = d @ d",
        "the noise of the mean taken for bias",
    ),
    Sabotage(REPORT, "np.sqrt(4 * bias_C_bias / n_runs", "np.sqrt(bias_C_bias / n_runs", "error of the bias too small"),
    Sabotage(REPORT, "+ 2 * trace_of_square /", "+ 0 * trace_of_square /", "error without the part of a bias of 0"),
    Sabotage(REPORT, "- trace_of_square / n_runs, 0)", "+ trace_of_square / n_runs, 0)", "sign in the error of the bias"),
    Sabotage(REPORT, "np.sqrt(max(square, s))", "np.sqrt(max(square, 1e-300))", "infinite error of a bias near 0"),
    Sabotage(
        REPORT,
        "np.sum((gradients - exact_vector) ** 2, axis=1)",
        "np.sum((gradients - mean) ** 2, axis=1)",
        "rmse without the bias",
    ),
    Sabotage(
        REPORT,
        "variance=float(variances.sum()),",
        "variance=float(variances.mean()),",
        "variance averaged over the parameters",
    ),
    Sabotage(REPORT, "worst = int(np.argmax(np.abs(d)))", "worst = int(np.argmax(d))", "only entries too large are seen"),
    Sabotage(
        REPORT,
        "np.sqrt(variances[worst] / n_runs)",
        "np.sqrt(variances[worst])",
        "z in deviations of a run, not of the mean",
    ),
    Sabotage(REPORT, "return cd_gradient(rbm, v, self.k, rng)", "return cd_gradient(rbm, v, 1, rng)", "CD-1 whatever k (20)"),
    Sabotage(
        REPORT,
        "n_steps = self.k * (self.updates + 1)",
        "n_steps = self.k",
        "PCD's chains reset at each gradient (24)",
    ),
    Sabotage(REPORT, "n_sweeps = self.k * (self.updates + 1)", "n_sweeps = self.k", "tempering's ladders reset (24)"),
    Sabotage(REPORT, "        if came.shape != getattr(rbm, part).shape:", "        if False:", "a flipped gradient is let in (11)"),
    # annealed importance sampling
    Sabotage(
        ANNEALING,
        "b = rbm.visible.starting_bias(data_mean).astype(b.dtype)",
        "b = -rbm.visible.starting_bias(data_mean).astype(b.dtype)",
        "sign of the base's biases",
    ),
    Sabotage(
        ANNEALING,
        "        W=(1 - beta) * base.W + beta * rbm.W,\n",
        "        W=rbm.W,\n",
        "weights not mixed between base and model",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        "        b=(1 - beta) * base.b + beta * rbm.b,\n",
        "        b=beta * base.b + (1 - beta) * rbm.b,\n",
        "base and model exchanged in the mix of biases",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        " + base.hidden.log_normaliser(base.c[None])[0])",
        ")",
        "hidden units left out of the base's log Z",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        "mean = np.repeat(base.visible.mean(base.b[None]), n, axis=0)",
        "mean = np.repeat(base.visible.mean(0 * base.b[None]), n, axis=0)",
        "base sampled without its biases",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        "    return base.visible.sample(mean, rng)",
        "    return np.repeat(base.visible.sample(mean[:1], rng), n, axis=0)",
        "samples of the base share their noise (15)",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        "log_weights = np.zeros(len(v))",
        "log_weights = np.zeros(len(v), v.dtype)",
        "weights added up in float32",
    ),
    Sabotage(
        ANNEALING,
        "+ hidden.log_normaliser(next_x) - hidden.log_normaliser(x)",
        "- hidden.log_normaliser(next_x) + hidden.log_normaliser(x)",
        "sign of the hidden part of the weights",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        "log_weights += v @ b_step + hidden.log_normaliser(next_x)",
        "log_weights += hidden.log_normaliser(next_x)",
        "visible biases left out of the weights",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        "c, next_c = _mix(base.c, rbm.c, beta), _mix(base.c, rbm.c, next_beta)",
        "c, next_c = rbm.c, rbm.c",
        "hidden biases not mixed in a walk",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        "hidden.mean(next_x, out=next_x)",
        "hidden.mean(x, out=x)",
        "hidden units drawn at the temperature before",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        "        x *= next_beta\n",
        "        x *= beta\n",
        "visible units drawn at the temperature before",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        "h = hidden.sample(hidden.mean(next_x, out=next_x), rng)",
        "h = hidden.mean(next_x, out=next_x)",
        "probabilities drive the walk (16)",
        lessons="08",
    ),
    Sabotage(ANNEALING, "return 1 - (1 - t) ** 2", "return t**2", "steps between temperatures grow towards 1"),
    Sabotage(ANNEALING, "    log_w += base_log_partition(base)\n", "", "log Z of the base not added in"),
    Sabotage(
        ANNEALING, "logsumexp(log_w) - np.log(n_walks)", "log_w.mean()", "mean of log w in place of log mean w"
    ),
    Sabotage(
        ANNEALING,
        "temperatures(n_temperatures)[::-1], v, rng",
        "temperatures(n_temperatures), v, rng",
        "reverse walks go up",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        "base_log_partition(base) - minus_log_w",
        "base_log_partition(base) + minus_log_w",
        "sign of the reverse weights",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        "np.log(len(v)) - logsumexp(-log_w)",
        "logsumexp(log_w) - np.log(len(v))",
        "reverse walks average w, not 1/w",
    ),
    Sabotage(
        ANNEALING,
        "effective = effective_sample_size(-log_w)",
        "effective = effective_sample_size(log_w)",
        "effective sample size of w where 1/w is averaged",
    ),
    Sabotage(
        ANNEALING,
        "rng.spawn(len(blocks))",
        "[np.random.default_rng(0) for _ in blocks]",
        "blocks of walks share their noise (15)",
    ),
    Sabotage(
        ANNEALING,
        "np.exp(2 * logsumexp(log_weights) - logsumexp(2 * log_weights))",
        "len(log_weights) / (1 + np.var(log_weights))",
        "effective sample size from the spread of log w",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        "np.sqrt(max(0.0, 1 / effective - 1 / n))",
        "np.sqrt(1 / effective)",
        "equal weights have an error",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        "m = np.log(len(up) / len(down))",
        "m = np.log(len(down) / len(up))",
        "sign of m in Bennett's equation",
        lessons="08",
    ),
    Sabotage(
        ANNEALING,
        'return float(log_z), float(np.hypot(error_up, error_down))',
        'return float(log_z), error_up',
        "Bennett's error from one direction alone",
    ),
    # the verdict
    Sabotage(
        EVALUATION,
        "    log_p = log_likelihood(rbm, v, log_z)\n    mean = float(log_p.mean())\n",
        "    log_p = log_likelihood(rbm, v, -log_z)\n    mean = float(log_p.mean())\n",
        "sign of log Z in the exact evaluation",
    ),
    Sabotage(
        EVALUATION,
        "    log_p = log_likelihood(rbm, v, log_z)\n    mean, margin",
        "    log_p = log_likelihood(rbm, v, -log_z)\n    mean, margin",
        "sign of log Z in the evaluation by walks",
    ),
    Sabotage(EVALUATION, "1.96 * log_z_error", "log_z_error", "interval of one standard error"),
    Sabotage(
        EVALUATION,
        'bennett(forward, reverse["the forward walks\' ends"])',
        'bennett(forward, reverse["the data"])',
        "walks down from the forward ends not used",
    ),
    Sabotage(
        EVALUATION,
        "base = base_rbm(rbm, v.mean(axis=0, dtype=np.float64))",
        "base = base_rbm(rbm)",
        "base without the data's means",
    ),
    Sabotage(
        EVALUATION,
        'if method == "exact" or method == "auto" and has_exact_log_z(rbm)',
        'if method != "ais"',
        "auto insists on the exact sum",
    ),
    Sabotage(
        EVALUATION, "mirrored_base = replace(base, b=-base.b)", "mirrored_base = base", "mirrored base is not mirrored"
    ),
    Sabotage(
        EVALUATION, "flat_base = replace(base, b=np.zeros_like(base.b))", "flat_base = base", "flat base is not flat"
    ),
    Sabotage(EVALUATION, ", p=shares / shares.sum())]", ")]", "forward ends drawn without their weights"),
    Sabotage(
        EVALUATION,
        'n_sweeps=n_temperatures // 2)',
        'n_sweeps=0)',
        "chains do not run from their start",
    ),
    Sabotage(
        EVALUATION,
        "forward.effective_sample_size < LEAST_EFFECTIVE_SHARE * n_walks",
        "forward.effective_sample_size < LEAST_EFFECTIVE_SHARE",
        "effective sample size is no reason for doubt",
    ),
    Sabotage(
        EVALUATION,
        '{"forward": forward, **known}.items()',
        '{"forward": forward}.items()',
        "spread of the reverse weights is no reason",
    ),
    Sabotage(
        EVALUATION, "if abs(gap) > MOST_DISAGREEMENT", "if gap > MOST_DISAGREEMENT", "disagreement doubted on one side only"
    ),
    Sabotage(
        EVALUATION,
        'np.mean(walks.log_weights > limit)',
        'np.mean(walks.log_weights > 10 * limit + 1000)',
        "regions that are not known give no doubt",
    ),
    Sabotage(EVALUATION, "trusted=not reasons", "trusted=True", "every estimate is trusted"),
    Sabotage(
        EVALUATION,
        "log_p.std(ddof=1) / np.sqrt(len(log_p))",
        "log_p.std(ddof=1)",
        "standard error without the root of N",
    ),
    Sabotage(EVALUATION, "if not rbm.visible.are_states(v):", "if False:", "grey levels are given a likelihood"),
    Sabotage(
        EVALUATION,
        "    for reason in evaluation.reasons:\n        yield",
        "    for reason in evaluation.reasons[:0]:\n        yield",
        "the report keeps its reasons to itself",
    ),
    # the pseudo-likelihood
    Sabotage(
        LIKELIHOOD, "change = 1 - 2 * v[:, i]", "change = 2 * v[:, i] - 1", "bits flipped the wrong way", lessons="08"
    ),
    Sabotage(
        LIKELIHOOD,
        "(flipped_log_weight - log_weight)[:, None]",
        "(log_weight - flipped_log_weight)[:, None]",
        "sign of the difference of free energies",
        lessons="08",
    ),
    Sabotage(
        LIKELIHOOD,
        "v @ rbm.b + change * rbm.b[i]",
        "v @ rbm.b",
        "the flipped bit's own bias left out",
        lessons="08",
    ),
    Sabotage(
        LIKELIHOOD,
        "x + change[:, None] * rbm.W[i]",
        "x + rbm.W[i]",
        "hidden inputs change as if every bit came on",
        lessons="08",
    ),
    Sabotage(
        LIKELIHOOD,
        "    for i in range(v.shape[1]):\n        change",
        "    for i in range(1):\n        change",
        "only one bit is asked for",
        lessons="08",
    ),
    Sabotage(
        LIKELIHOOD,
        "if not isinstance(rbm.visible, Bernoulli):",
        "if False:",
        "flips of units that are no bits",
    ),
    Sabotage(
        EVALUATION,
        "    return forward.log_z + s**2 / 2 + 3 * s + FAR_ABOVE\n",
        "    return forward.log_z + FAR_ABOVE\n",
        "wide but honest weights taken for a strange region",
    ),
    Sabotage(
        EVALUATION,
        "    s = (high - low) / 2\n",
        "    s = forward.spread\n",
        "a heavy region that a few walks found hides itself",
    ),
    Sabotage(
        EVALUATION,
        "zip(np.split(walks.log_weights, stops), np.split(walks.v, stops))",
        "zip(np.split(walks.log_weights, stops)[::-1], np.split(walks.v, stops)[::-1])",
        "walks down told of the wrong place",
    ),
    Sabotage(
        RECORDS,
        "changed[name] = tuple(with_leaves(part, arrays) for part in value)",
        "changed[name] = tuple(with_leaves(part, arrays) for part in value[::-1])[::-1]",
        "layers packed in one order and taken out in another",
    ),
    Sabotage(
        RECORDS,
        "for inner, array in leaves(value)]",
        "for inner, array in leaves(value)[:1]]",
        "only the first array of an inner record is packed",
    ),
    # the objectives of the two players
    Sabotage(
        OBJECTIVES,
        "loss_real, ds_real = cross_entropy(s_real, self.real_label)\n        loss_fake, ds_fake = cross_entropy(s_fake, self.fake_label)",
        "loss_real, ds_real = cross_entropy(s_real, self.fake_label)\n        loss_fake, ds_fake = cross_entropy(s_fake, self.real_label)",
        "D's labels swapped (33)",
        lessons="18",
    ),
    Sabotage(
        OBJECTIVES,
        "return cross_entropy(s_fake, 1.0)",
        "return -_mean(softplus(s_fake)), sigmoid(s_fake) / -s_fake.size",
        "saturating loss where non-saturating was asked (34)",
        lessons="18",
    ),
    Sabotage(
        OBJECTIVES,
        "return -_mean(softplus(s_fake)), sigmoid(s_fake) / -s_fake.size",
        "return cross_entropy(s_fake, 1.0)",
        "non-saturating loss where saturating was asked (34)",
        lessons="18",
    ),
    Sabotage(OBJECTIVES, "return loss, (sigmoid(s) - target) / s.size", "return loss, sigmoid(s) - target",
             "no 1/N in the slope of the cross-entropy (8)"),
    Sabotage(OBJECTIVES, "return loss, (sigmoid(s) - target) / s.size", "return loss, (sigmoid(s) - target) / s.size**2",
             "divides by N twice (27)"),
    Sabotage(OBJECTIVES, "return loss, (sigmoid(s) - target) / s.size",
             "return loss, (sigmoid(s) - target) * sigmoid(s) * (1 - sigmoid(s)) / s.size",
             "sigmoid's slope applied twice with cross-entropy (29)"),
    Sabotage(OBJECTIVES, "return loss, off_real / s_real.size, s_fake / s_fake.size",
             "return loss, off_real / s_real.size, s_fake / s_real.size", "fake cases divided by the number of real ones"),
    Sabotage(OBJECTIVES, "        off = s_fake - 1\n", "        off = s_fake\n", "least squares: the generator wants to be called fake"),
    Sabotage(OBJECTIVES, "loss = _mean(s_fake) - _mean(s_real)", "loss = _mean(s_real) - _mean(s_fake)", "sign of the critic's loss"),
    Sabotage(OBJECTIVES, "ds_fake = (s_fake > -1).astype", "ds_fake = (s_fake > 1).astype", "hinge on the wrong side"),
    # penalties and the gradients of both players
    Sabotage(
        PENALTIES,
        "        if np.any(a):\n            below = a if below is None else below + a\n",
        "",
        "the gradient penalty without its second (φ'') pass (41)",
    ),
    Sabotage(
        PENALTIES,
        "gradient_of_slopes(discriminator, cache, ds, weight * g / n)",
        "gradient_of_slopes(discriminator, cache, ds, 2 * weight * g / n)",
        "R1's gradient twice too large",
    ),
    Sabotage(
        PENALTIES,
        "    u = (2 * weight / len(x)) * (size - 1) * direction\n",
        "    u = (2 * weight / len(x)) * (size - 1) * g\n",
        "the gradient penalty's direction is not of length 1",
    ),
    Sabotage(
        PENALTIES,
        "    direction = g / np.where(size > 0, size, 1)\n",
        "    direction = g / size\n",
        "NaN where a slope is 0",
    ),
    Sabotage(
        PENALTIES,
        "    x = share * x_real + (1 - share) * x_fake\n",
        "    x = x_real\n",
        "the gradient penalty at real cases alone",
    ),
    Sabotage(
        PENALTIES,
        "of_normalised.W - along * np.outer(u, v)",
        "of_normalised.W",
        "spectral norm's gradient without the slope of the norm",
    ),
    Sabotage(
        PENALTIES,
        "W=layer.W / (u @ layer.W @ v)",
        "W=layer.W / np.sqrt(np.square(layer.W).sum())",
        "Frobenius norm where the spectral one belongs",
    ),
    Sabotage(
        PENALTIES,
        "np.clip(vector, -limit, limit, out=vector)",
        "np.clip(vector, 0, limit, out=vector)",
        "clipping lets no negative weight through",
    ),
    Sabotage(
        GAN,
        "    add_to(gradient, from_fake)\n",
        "    gradient = from_fake\n",
        "the real cases left out of D's gradient",
    ),
    Sabotage(
        GAN,
        "mlp_backward(discriminator, cache_real, ds_real, out, need_dx=False)",
        "mlp_backward(discriminator, cache_fake, ds_real, out, need_dx=False)",
        "the fake pass overwrites the real pass's cache (39)",
    ),
    Sabotage(
        GAN,
        "        add_to(gradient, from_penalty)\n",
        "",
        "a penalty in the loss and not in the gradient",
    ),
    Sabotage(
        GAN,
        "    loss, ds = objective.generator_loss(s)\n    d_seen, _ = mlp_backward(gan.discriminator, discriminator_cache, ds, need_gradient=False)\n",
        "    loss, ds = objective.generator_loss(s)\n    d_seen = np.repeat(ds, gan.packing, axis=0) * x\n",
        "G's loss on G's output instead of on D(G(z)) (36)",
        lessons="18",
    ),
    Sabotage(
        GAN,
        "d_seen.reshape(len(x), -1)[:, : x.shape[1]]",
        "d_seen.reshape(len(x), -1)[:, -x.shape[1] :]",
        "the labels' slopes taken for the case's",
    ),
    Sabotage(
        GAN,
        "(labels[:, None] == np.arange(n_classes))",
        "(labels[:, None] == np.arange(n_classes)[::-1])",
        "labels one-hot from the wrong end",
    ),
    Sabotage(
        GAN,
        "x, _ = mlp_forward(gan.generator, with_labels(z, labels, gan.n_classes), training=False)",
        "x, _ = mlp_forward(gan.generator, with_labels(z, labels, gan.n_classes))",
        "samples depend on the batch they are drawn in",
    ),
    Sabotage(
        GAN,
        "    return rng.standard_normal((n, gan.n_latent), dtype=first.dtype)\n",
        "    return rng.random((n, gan.n_latent), dtype=first.dtype)\n",
        "uniform latents where normal ones belong (14)",
    ),
    # the short way over all states of a layer of bits
    Sabotage(BIT_SUMS, "            row += np.log(", "            row -= np.log(", "sign of the free energy in Z (1)", lessons="04 05"),
    Sabotage(
        BIT_SUMS,
        "np.exp(c + s_high @ W[:n_high])",
        "np.exp(s_high @ W[:n_high])",
        "the other layer's biases left out of the short sum (4)",
    ),
    Sabotage(
        BIT_SUMS,
        "np.exp(s_low @ W[n_high:]), s_low @ b[n_high:]",
        "np.exp(s_low @ W[:n_low]), s_low @ b[:n_low]",
        "low bits take the weights of the high ones",
    ),
    Sabotage(BIT_SUMS, "            factors += 1\n", "", "the state of a unit that is off left out"),
    Sabotage(BIT_SUMS, "        if total + log > 700:", "        if False:", "products outgrow float64"),
    Sabotage(BIT_SUMS, "<= LARGEST_LOG)", "<= 1e9)", "exponentials that leave float64 are let in"),
    Sabotage(BIT_SUMS, "log_weights = b_high[:, None] + b_low", "log_weights = b_high[:, None] - b_low",
             "sign of the low bits' biases (2)"),
    # the ring and the grid
    Sabotage(
        MIXTURES,
        "angles = 2 * np.pi * np.arange(8) / 8",
        "angles = 2 * np.pi * np.arange(8) / 7",
        "first and last mode of the ring in one place",
    ),
    Sabotage(
        MIXTURES,
        "axis=1), sigma=0.01)",
        "axis=1), sigma=0.1)",
        "a ring ten times as wide",
    ),
    Sabotage(
        MIXTURES,
        "np.stack([first.ravel(), second.ravel()], axis=1)",
        "np.stack([first.ravel(), first.ravel()], axis=1)",
        "the grid is its diagonal",
    ),
    Sabotage(
        MIXTURES,
        "    modes = rng.integers(K, size=n)\n",
        "    modes = rng.integers(K - 1, size=n)\n",
        "the last mode is never drawn",
    ),
    Sabotage(
        MIXTURES,
        "noise = rng.standard_normal((n, D), dtype=mixture.centres.dtype)",
        "noise = rng.standard_normal((n, 1), dtype=mixture.centres.dtype)",
        "the same noise along every axis",
    ),
    Sabotage(
        MIXTURES,
        "mixture.centres[modes] + mixture.sigma * noise",
        "mixture.centres[modes] + mixture.sigma**2 * noise",
        "variance taken for standard deviation",
    ),
    Sabotage(
        MIXTURES,
        "(2 * mixture.sigma**2)  # (N, K)",
        "mixture.sigma**2  # (N, K)",
        "the density's exponent without its half",
    ),
    Sabotage(
        MIXTURES,
        " - np.log(K) - D / 2 *",
        " - D / 2 *",
        "the modes' weight 1/K left out",
    ),
    Sabotage(
        MIXTURES,
        "- D / 2 * np.log(2",
        "- 0.5 * np.log(2",
        "the density's constant that of one axis",
    ),
    Sabotage(
        MIXTURES,
        "    squares *= -2\n",
        "    squares *= -1\n",
        "the cross term of a squared distance once",
    ),
    Sabotage(
        MIXTURES,
        "    return np.maximum(squares, 0, out=squares)",
        "    return squares",
        "squared distances below 0",
    ),
    Sabotage(
        MIXTURES,
        "    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)\n    squares",
        "    squares",
        "distances of float32 rows in float32",
    ),
    # coverage of known modes
    Sabotage(
        COVERAGE,
        "HIGH_QUALITY = 3 ",
        "HIGH_QUALITY = 2 ",
        "high quality within 2 sigma",
    ),
    Sabotage(
        COVERAGE,
        "(HIGH_QUALITY * mixture.sigma) ** 2",
        "HIGH_QUALITY * mixture.sigma**2",
        "squared distance held against 3 sigma squared",
    ),
    Sabotage(
        COVERAGE,
        "np.bincount(nearest[is_high_quality], minlength=K)",
        "np.bincount(nearest, minlength=K)",
        "samples of low quality counted too",
    ),
    Sabotage(
        COVERAGE,
        "np.bincount(nearest[is_high_quality], minlength=K)",
        "np.bincount(nearest[is_high_quality])",
        "modes after the last one captured forgotten",
    ),
    Sabotage(
        COVERAGE,
        "np.count_nonzero(mode_counts(samples, mixture))",
        "np.count_nonzero(mode_counts(samples, mixture) > 1)",
        "a mode with one sample not captured",
    ),
    Sabotage(
        COVERAGE,
        "mode_counts(samples, mixture).sum() / len(samples)",
        "mode_counts(samples, mixture).mean() / len(samples)",
        "high-quality share of a mode",
    ),
    Sabotage(
        COVERAGE,
        "q = counts[counts > 0] / n",
        "q = counts[counts > 0] / len(samples)",
        "shares of all samples, not of the high-quality ones",
    ),
    Sabotage(
        COVERAGE,
        "np.sum(q * np.log(len(counts) * q))",
        "np.sum(q * np.log(len(q) * q))",
        "reverse KL over the captured modes only",
    ),
    Sabotage(
        COVERAGE,
        "np.sum(q * np.log(len(counts) * q))",
        "-np.mean(np.log(len(counts) * q))",
        "the divergence the other way round",
    ),
    Sabotage(
        COVERAGE,
        '        return float("inf")\n',
        "        return 0.0\n",
        "no high-quality sample passes for even modes",
    ),
    Sabotage(
        COVERAGE,
        "high_quality=high_quality_share(samples, mixture), reverse_kl=reverse_kl(samples, mixture),",
        "high_quality=reverse_kl(samples, mixture), reverse_kl=high_quality_share(samples, mixture),",
        "two figures of the report swapped",
    ),
    # maximum mean discrepancy
    Sabotage(
        COVERAGE,
        "        k[np.arange(len(k)), np.arange(len(z))[rows]] = 0  # a row with itself is no pair\n",
        "",
        "rows paired with themselves: MMD with a bias",
    ),
    Sabotage(
        COVERAGE,
        "k[np.arange(len(k)), np.arange(len(z))[rows]] = 0",
        "k[np.arange(len(k)), np.arange(len(k))] = 0",
        "the diagonal of every block but the first is another",
    ),
    Sabotage(
        COVERAGE,
        "within_x / (N * (N - 1))",
        "within_x / (N * N)",
        "1/N² for 1/N(N - 1)",
    ),
    Sabotage(
        COVERAGE,
        "within_y = total - within_x - 2 * x_to_y",
        "within_y = total - within_x - x_to_y",
        "pairs between x and y taken off once",
    ),
    Sabotage(
        COVERAGE,
        " - 2 * x_to_y / (N * M)",
        " - x_to_y / (N * M)",
        "the cross term of the MMD once",
    ),
    Sabotage(
        COVERAGE,
        "/ (2 * bandwidth**2))",
        "/ bandwidth**2)",
        "the kernel's exponent without its half",
    ),
    Sabotage(
        COVERAGE,
        "rng.permuted(in_x[:, 1:], axis=0)",
        "rng.permutation(in_x[:, 1:], axis=0)",
        "one permutation for all divisions",
    ),
    Sabotage(
        COVERAGE,
        "in_x[:, 1:] = rng.permuted(in_x[:, 1:], axis=0)",
        "in_x[:, 1:] = rng.integers(2, size=(len(z), n_permutations))",
        "divisions of other sizes than N and M",
    ),
    Sabotage(
        COVERAGE,
        "squared[1:] >= squared[0] - ROUNDING",
        "squared[1:] > squared[0] + ROUNDING",
        "ties do not count",
    ),
    Sabotage(
        COVERAGE,
        "squared[1:] >= squared[0] - ROUNDING",
        "squared[1:] <= squared[0] + ROUNDING",
        "the p-value's other side",
    ),
    Sabotage(
        COVERAGE,
        "(1 + n_as_large) / (1 + n_permutations)",
        "n_as_large / n_permutations",
        "p-values of 0",
    ),
    Sabotage(
        COVERAGE,
        "np.median(np.sqrt(squared_distances(drawn, drawn)[pairs]))",
        "np.median(squared_distances(drawn, drawn)[pairs])",
        "the median of squared distances",
    ),
    Sabotage(
        COVERAGE,
        "np.triu_indices(len(drawn), 1)",
        "np.triu_indices(len(drawn), 0)",
        "distances of 0 in the median",
    ),
    Sabotage(
        COVERAGE,
        "z[rng.permutation(len(z))[:ROWS_FOR_MEDIAN]]",
        "z[:ROWS_FOR_MEDIAN]",
        "the median of the first rows, which are x",
    ),
    Sabotage(
        COVERAGE,
        "    if median <= 1e-6 * longest:",
        "    if median == 0:",
        "a median of rounding for a bandwidth",
    ),
    # sliced Wasserstein distance
    Sabotage(
        COVERAGE,
        "directions = rng.standard_normal((n_directions, x.shape[1]))",
        "directions = rng.uniform(-1, 1, (n_directions, x.shape[1]))",
        "directions that favour the corners",
    ),
    Sabotage(
        COVERAGE,
        "np.linalg.norm(directions, axis=1, keepdims=True)",
        "np.linalg.norm(directions, axis=0, keepdims=True)",
        "directions normalised over the wrong axis",
    ),
    Sabotage(
        COVERAGE,
        "    return float(np.sqrt(squares.mean()))",
        "    return float(np.sqrt(squares).mean())",
        "the mean of W for the root of the mean of W²",
    ),
    Sabotage(
        COVERAGE,
        "np.sort(x, axis=1), np.sort(y, axis=1)",
        "np.sort(x, axis=1), y",
        "one side not sorted",
    ),
    Sabotage(
        COVERAGE,
        "np.sort(x, axis=1), np.sort(y, axis=1)",
        "np.sort(x, axis=0), np.sort(y, axis=0)",
        "sorted over the directions",
    ),
    Sabotage(
        COVERAGE,
        "x[:, (ends - 1) // M] - y[:, (ends - 1) // N]",
        "x[:, (ends - 1) // N] - y[:, (ends - 1) // M]",
        "the steps of the two quantile functions swapped",
    ),
    Sabotage(
        COVERAGE,
        "    lengths = np.diff(ends, prepend=0) / (N * M)\n",
        "    lengths = np.full(len(ends), 1 / len(ends))\n",
        "pieces of the quantile functions all of one length",
    ),
    # precision and recall
    Sabotage(
        COVERAGE,
        "return share_inside(fake, real, k), share_inside(real, fake, k)",
        "return share_inside(real, fake, k), share_inside(fake, real, k)",
        "precision and recall swapped",
    ),
    Sabotage(
        COVERAGE,
        "np.partition(squares, k, axis=1)[:, k]",
        "np.partition(squares, k - 1, axis=1)[:, k - 1]",
        "a row counted as its own first neighbour",
    ),
    Sabotage(
        COVERAGE,
        "np.any(squares <= squared_radii, axis=1)",
        "np.any(squares < squared_radii, axis=1)",
        "copies outside balls of radius 0",
    ),
    Sabotage(
        COVERAGE,
        "np.any(squares <= squared_radii, axis=1)",
        "np.any(squares <= squared_radii[:len(squares), None], axis=1)",
        "radii along the wrong axis",
    ),
    Sabotage(
        COVERAGE,
        "        if len(value) < least:",
        "        if len(value) < 1:",
        "too few rows let in",
    ),
    # layers with weights
    Sabotage(LAYERS, "        y += self.b\n", "        y -= self.b\n", "sign of the biases of an affine layer"),
    Sabotage(LAYERS, "        y += self.b\n", "", "biases of an affine layer left out (4)"),
    Sabotage(
        LAYERS,
        "            dy.sum(axis=0, out=gradient.b)\n",
        "            gradient.b[...] = dy.sum()\n",
        "bias gradient summed to one number (10)",
    ),
    Sabotage(
        LAYERS,
        "            dy.sum(axis=0, out=gradient.b)\n",
        "            dy.sum(axis=1, out=gradient.b)\n",
        "bias gradient over the wrong axis (30)",
        lessons="17",
    ),
    Sabotage(
        LAYERS,
        "            dy.sum(axis=0, out=gradient.b)\n        dx = dy @ self.W.T",
        "            dy.sum(axis=0, out=gradient.b)\n        dx = dy * self.W.T",
        "elementwise product for a matrix product (28)",
        lessons="17",
    ),
    Sabotage(
        LAYERS,
        "            dy.sum(axis=0, out=gradient.b)\n",
        "            dy.sum(axis=0, out=gradient.b)\n            self.W[...] -= 0.1 * gradient.W\n",
        "W updated before the gradient for the layer below is taken (32)",
        lessons="17",
    ),
    Sabotage(
        LAYERS,
        "            dy.sum(axis=0, out=gradient.b)\n",
        "            dy.sum(axis=0, out=gradient.b)\n            gradient.W[...] /= len(x)\n",
        "the layer divides by N what the loss has divided by N (27)",
        lessons="17",
    ),
    Sabotage(
        LAYERS,
        "            dy.sum(axis=0, out=gradient.b)\n",
        "            dy.sum(axis=0, out=gradient.b)\n            gradient.W[-1, -1] *= 1.0001\n",
        "one wrong entry in a matrix (42)",
        lessons="17",
    ),
    Sabotage(
        LAYERS,
        "            np.matmul(x.T, dy, out=gradient.W)\n            dy.sum",
        "            gradient.W[...] += x.T @ dy\n            dy.sum",
        "gradients not reset between steps (38)",
        lessons="17",
    ),
    Sabotage(
        LAYERS,
        "        y += self.b\n        return y, x\n",
        "        y += self.b\n        kept = self.__dict__.setdefault('kept', np.empty((99, x.shape[1]), x.dtype))[: len(x)]\n"
        "        kept[...] = x\n        return y, kept\n",
        "the second pass overwrites the first one's cache (39)",
        lessons="17",
    ),
    Sabotage(
        LAYERS,
        "b=np.zeros_like(self.b))\n        return u @ self.W, 0",
        "b=dy.sum(axis=0))\n        return u @ self.W, 0",
        "biases get a gradient through dx",
    ),
    Sabotage(LAYERS, "return u @ self.W, 0, gradient", "return -(u @ self.W), 0, gradient", "sign of u_dy of an affine layer"),
    Sabotage(
        LAYERS,
        "return u @ self.W, 0, replace(self, W=u.T @ dy)",
        "return u @ self.W, 0, replace(self, W=self.W)",
        "linear layer: no gradient through dx",
    ),
    Sabotage(LAYERS, "return x @ self.W, x\n", "return x @ self.W, -x\n", "sign of a linear layer's cache"),
    Sabotage(LAYERS, "        z += self.b[:, None]\n", "", "biases of maxout left out (4)"),
    Sabotage(LAYERS, "y = z.max(axis=0)", "y = z.min(axis=0)", "the smallest piece instead of the largest"),
    Sabotage(LAYERS, "        chosen /= chosen.sum(axis=0)\n", "", "pieces that tie all get the whole gradient"),
    Sabotage(LAYERS, "        chosen /= chosen.sum(axis=0)\n", "        chosen[...] = 1 / len(z)\n", "all pieces get the gradient"),
    Sabotage(
        LAYERS,
        "dz.sum(axis=1, out=gradient.b)",
        "np.mean(dz, axis=1, out=gradient.b)",
        "1/N on the biases only (9)",
    ),
    Sabotage(LAYERS, "(dz @ self.W.transpose(0, 2, 1)).sum(axis=0)", "(dz @ self.W.transpose(0, 2, 1)).max(axis=0)",
             "maxout's dx from one piece only", lessons="17"),
    Sabotage(LAYERS, "return (chosen * u_dz).sum(axis=0), 0", "return u_dz.max(axis=0), 0",
             "u_dy chooses pieces of its own"),
    Sabotage(LAYERS, "W=u.T @ dz, b=", "W=u.T @ (chosen * 1), b=", "maxout: dy left out of the gradient through dx"),
    Sabotage(LAYERS, "    if out is not None:\n        return out\n", "", "the gradient does not go into out"),
    # elementwise
    Sabotage(LAYERS, "dx = self.derivative(cache)", "dx = self.derivative(dy)", "mask from the wrong layer (31)", lessons="17"),
    Sabotage(LAYERS, "        dx *= dy\n", "        dx *= dy * dx\n", "slope applied twice (29)", lessons="17"),
    Sabotage(LAYERS, "a = u * dy * self.second_derivative(cache)", "a = 0", "double backward without its φ'' term (41)"),
    Sabotage(LAYERS, "u_dy = u * self.derivative(cache)", "u_dy = u * dy", "u_dy without the slope"),
    Sabotage(LAYERS, "np.maximum(x, 0)", "np.abs(x)", "ReLU lets negatives through"),
    Sabotage(LAYERS, '"""\n        return (y > 0).astype(y.dtype)', '"""\n        return (y > 0).astype(np.float64)',
             "ReLU's mask is float64 whatever comes"),
    Sabotage(LAYERS, "y = self.slope * x", "y = 0.01 * x", "leaky slope different in forward and backward (40)", lessons="17"),
    Sabotage(LAYERS, "        derivative *= 1 - self.slope\n", "", "leaky slope added where x > 0 too (40)"),
    Sabotage(LAYERS, "return np.maximum(x, y, out=y)", "return np.maximum(x, y, out=x)", "writes over its input (25)"),
    Sabotage(LAYERS, "return 1 - y * y", "return 1 - np.tanh(y) ** 2", "tanh taken twice in its slope"),
    Sabotage(LAYERS, "return -2 * y * (1 - y * y)", "return 2 * y * (1 - y * y)", "sign of tanh's second derivative"),
    Sabotage(LAYERS, "return y * (1 - y)\n", "return sigmoid(y) * (1 - sigmoid(y))\n", "σ taken twice in its slope"),
    Sabotage(LAYERS, "return y * (1 - y) * (1 - 2 * y)", "return (1 - y) * (1 - 2 * y)", "sigmoid's second derivative"),
    Sabotage(LAYERS, "return -np.expm1(-y)\n", "return np.exp(-y)\n", "softplus: 1 - σ for σ (1)"),
    Sabotage(LAYERS, "return -np.expm1(-y) * np.exp(-y)", "return np.expm1(-y) * np.exp(-y)",
             "sign of softplus's second derivative"),
    Sabotage(LAYERS, "return softplus(x)", "return np.log(1 + np.exp(x))", "log(1 + exp(x)) written out (3)"),
    # dropout
    Sabotage(LAYERS, "        mask /= 1 - self.share\n", "", "dropout: the mean is not kept"),
    Sabotage(LAYERS, "np.greater_equal(u, self.share, out=u)", "np.less(u, self.share, out=u)",
             "dropout: comparison inverted (13)"),
    Sabotage(LAYERS, "rng.random(out=u, dtype=u.dtype)", "u[...] = rng.random(u.shape[1], dtype=u.dtype)",
             "dropout: one noise row for the whole batch (15)"),
    Sabotage(LAYERS, "        if not training:\n            return x, None\n", "", "dropout outside training"),
    Sabotage(LAYERS, 'np.empty_like(x, order="C")', "np.empty_like(x)", "dropout of a flipped array"),
    Sabotage(LAYERS, "dx = dy if mask is None else dy * mask", "dx = dy", "dropout: no mask on the way back"),
    Sabotage(LAYERS, "u_dy = u if mask is None else u * mask", "u_dy = u", "dropout: no mask in the double backward pass"),
    # batch norm
    Sabotage(LAYERS, "np.square(centred).sum(axis=0) / len(x)", "np.square(centred).sum(axis=0) / (len(x) - 1)",
             "batch norm: 1/(N - 1) for 1/N (42)", lessons="17"),
    Sabotage(LAYERS, "np.sqrt(variance + self.epsilon)", "np.sqrt(variance) + self.epsilon",
             "batch norm: epsilon outside the root"),
    Sabotage(LAYERS, "mean = x.sum(axis=0) / len(x) if training else self.running_mean", "mean = x.sum(axis=0) / len(x)",
             "batch norm: the batch's mean outside training"),
    Sabotage(LAYERS, "        y += self.beta\n", "", "batch norm: beta left out"),
    Sabotage(LAYERS, "batch = (mean, variance) if training else None", "batch = (mean, variance)",
             "batch norm: rows tied outside training"),
    Sabotage(LAYERS, "        if batch is not None:\n", "        if False:\n", "batch norm: rows not tied in training"),
    Sabotage(LAYERS, "            dx -= x_hat * (gradient.gamma / len(dy))\n", "",
             "batch norm: the variance's part left out", lessons="17"),
    Sabotage(LAYERS, "dx = dy - gradient.beta / len(dy)", "dx = dy * 1", "batch norm: the mean's part left out", lessons="17"),
    Sabotage(LAYERS, "(dy * x_hat).sum(axis=0, out=gradient.gamma)", "np.mean(dy * x_hat, axis=0, out=gradient.gamma)",
             "batch norm: divides by N twice (27)"),
    Sabotage(LAYERS, "dx = dx * (self.gamma / deviation)", "dx = dx / deviation", "batch norm: gamma left out of dx"),
    Sabotage(LAYERS, "        _refuse_double_backward(self)\n\n    def moved_on", "        return u, 0, self\n\n    def moved_on",
             "batch norm: double backward not refused"),
    Sabotage(LAYERS, "unbiased = variance * (len(x_hat) / (len(x_hat) - 1))", "unbiased = variance",
             "running variance: 1/N for 1/(N - 1) (42)"),
    Sabotage(LAYERS, "(1 - share) * self.running_mean + share * mean",
             "share * self.running_mean + (1 - share) * mean", "momentum the other way round"),
    Sabotage(LAYERS, "        x_hat, _, (mean, variance) = cache\n",
             "        x_hat, _, (mean, variance) = cache\n        self.running_mean[...] += 0\n        self.running_variance[...] = variance\n",
             "running statistics moved in place (25)"),
    # minibatch discrimination
    Sabotage(LAYERS, "        close[np.arange(n), np.arange(n)] = 0\n", "", "a row counts as close to itself"),
    Sabotage(LAYERS, "distance += np.abs(m[:, None] - m)", "distance += np.square(m[:, None] - m)",
             "squared distance for the absolute one"),
    Sabotage(LAYERS, "o = close.sum(axis=1)", "o = close.sum(axis=1) / n", "mean over the rows instead of the sum"),
    Sabotage(LAYERS, "pull = -(do[:, None] + do) * close", "pull = -2 * do[:, None] * close",
             "a row's pull on the others' closeness left out"),
    Sabotage(LAYERS, "pull = -(do[:, None] + do) * close", "pull = (do[:, None] + do) * close", "sign of the pull"),
    Sabotage(LAYERS, "dx = dy[:, :n_inputs] + dM", "dx = dM", "what passes beside the kernels left out of dx"),
    Sabotage(LAYERS, "gradient.T[...] = (x.T @ dM)", "gradient.T[...] = (x.T @ dM) / n", "T's gradient over N twice (27)"),
    # networks
    Sabotage(MLP, "layer.forward(h, rng, training)", "layer.forward(h, rng)", "always in training"),
    Sabotage(MLP, "backward(cache[i], dh", "backward(cache[i - 1], dh", "the cache of the wrong layer (31)"),
    Sabotage(MLP, "need_dx or i > 0", "need_dx or i > 1", "dx of the second layer not passed down"),
    Sabotage(MLP, "need_dx or i > 0", "True", "dx is there whether needed or not"),
    Sabotage(MLP, "tuple(reversed(gradients))", "tuple(gradients)", "gradients in the wrong order"),
    Sabotage(MLP, "None if out is None else out.layers[i]", "None", "the network's gradient does not go into out"),
    Sabotage(MLP, "    if not need_gradient:\n        return dh, None\n", "", "a gradient that was not wanted"),
    Sabotage(MLP, "return replace(mlp, layers=tuple(layers))", "return mlp", "running statistics never move"),
    Sabotage(MLP, "layer.moved_on(layer_cache, share) if", "replace(layer.moved_on(layer_cache, share), gamma=layer.gamma.copy()) if",
             "moved statistics, and gamma is no window any more"),
    Sabotage(MLP, "init = math.sqrt(2 / n_in)", "init = 2 / n_in", "He: the variance for the deviation"),
    Sabotage(MLP, "init = math.sqrt(2 / n_in)", "init = math.sqrt(2 / n_out)", "He: outputs for inputs"),
    Sabotage(MLP, "math.sqrt(2 / (n_in + n_out))", "math.sqrt(1 / (n_in + n_out))", "Xavier: half the variance"),
    Sabotage(MLP, "T /= math.sqrt(n_in) * n_directions", "T /= math.sqrt(n_in)", "kernels so wide that nothing is close"),
    Sabotage(MLP, 'LeakyReLU(slope) if', 'LeakyReLU() if', "the slope that was asked for is not taken"),
    Sabotage(MLP, "layers.append(Dropout(dropout))", "layers.append(Dropout(1 - dropout))", "the share kept for the share dropped"),
    Sabotage(MLP, "BatchNorm(np.ones(n, dtype), np.zeros(n, dtype)", "BatchNorm(np.zeros(n, dtype), np.zeros(n, dtype)",
             "batch norm starts at gamma 0"),
    Sabotage(MLP, 'rng.standard_normal(shape, dtype=dtype)', 'rng.standard_normal(shape)', "float64 weights for float32"),
    Sabotage(MLP, "itertools.pairwise(sizes[:-1])", "itertools.pairwise(sizes[:-2])", "a hidden layer missing"),
    Sabotage(MLP, "    if batch_norm and hidden == \"maxout\":\n", "    if False:\n", "batch norm with maxout silently left out"),
    Sabotage(MLP, '    check_choice("output", output, (None, *ELEMENTWISE))\n', "", "unknown output not refused"),
    # losses
    Sabotage(LOSSES, "    dlogits -= targets\n    dlogits /= len(logits)\n",
             "    dlogits -= targets\n    dlogits /= len(logits) ** 2\n", "divides by N twice (27)"),
    Sabotage(LOSSES, "    dlogits -= targets\n    dlogits /= len(logits)\n", "    dlogits -= targets\n", "no 1/N (8)"),
    Sabotage(LOSSES, "    dlogits -= targets\n", "    dlogits -= targets\n    dlogits *= sigmoid(logits) * (1 - sigmoid(logits))\n",
             "sigmoid's slope applied twice with cross-entropy (29)"),
    Sabotage(LOSSES, "    terms += np.log1p(np.exp(-np.abs(logits)))\n", "    terms += np.log1p(np.abs(logits))\n",
             "log of a logit (37)"),
    Sabotage(LOSSES, "terms = np.maximum(logits, 0) - targets * logits\n    terms += np.log1p(np.exp(-np.abs(logits)))",
             "terms = np.log(1 + np.exp(logits)) - targets * logits", "log(1 + exp(x)) written out (3)"),
    Sabotage(LOSSES, "terms = np.maximum(logits, 0) - targets * logits\n    terms += np.log1p(np.exp(-np.abs(logits)))",
             "terms = np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits))) - targets * logits",
             "a sure and right answer loses its small loss"),
    Sabotage(LOSSES, "np.maximum(logits, 0) - targets * logits", "np.maximum(logits, 0) - (1 - targets) * logits",
             "labels swapped (33)"),
    Sabotage(LOSSES, "return float(terms.sum(dtype=np.float64)) / len(logits)", "return float(terms.sum(dtype=np.float64)) / terms.size",
             "mean over entries, not over cases"),
    Sabotage(LOSSES, "return float(terms.sum(dtype=np.float64))", "return float(terms.sum())", "summed in float32"),
    Sabotage(LOSSES, "log_p = logits - logits.max(axis=1, keepdims=True)", "log_p = logits * 1", "softmax overflows (3)"),
    Sabotage(LOSSES, "np.exp(log_p).sum(axis=1, keepdims=True)", "np.exp(log_p).sum(axis=0, keepdims=True)",
             "softmax over the cases (30)"),
    Sabotage(LOSSES, "    dlogits[rows, labels] -= 1\n    dlogits /= len(logits)\n", "    dlogits[rows, labels] -= 1\n",
             "softmax: no 1/N (8)"),
    Sabotage(LOSSES, "dlogits[rows, labels] -= 1", "dlogits[:, labels] -= 1", "the labels of all cases in every row"),
    Sabotage(LOSSES, "dy *= 2 / len(y)", "dy *= 1 / len(y)", "squared error: the 2 left out"),
    Sabotage(LOSSES, "dy = y.copy()", "dy = y", "writes over its input (25)"),
    Sabotage(LOSSES, "np.square(dy).sum(dtype=np.float64)", "np.square(dy).sum()", "squared error summed in float32"),
    # a GAN's training
    Sabotage(GAN_LEARNING, "run.discriminator_optimizer.step(run.discriminator_vector, slopes, -rate)",
             "run.discriminator_optimizer.step(run.discriminator_vector, slopes, rate)",
             "the discriminator climbs its loss"),
    Sabotage(GAN_LEARNING, "run.generator_optimizer.step(run.generator_vector, slopes, -rate)",
             "run.generator_optimizer.step(run.generator_vector, slopes, rate)",
             "the generator climbs its loss"),
    Sabotage(GAN_LEARNING, "run.generator_optimizer.step(run.generator_vector, slopes, -rate)",
             "run.generator_optimizer.step(run.generator_vector, 0 * slopes, -rate)",
             "the generator never moves"),
    Sabotage(GAN_LEARNING, "        discriminator_optimizer=copy.deepcopy(optimizer),",
             "        discriminator_optimizer=optimizer,", "a run writes into the optimizer that came"),
    Sabotage(GAN_LEARNING, "            move_discriminator(run, rules, discriminator_rate)\n        of_generator",
             "            pass\n        of_generator", "alternating: the discriminator never moves"),
    Sabotage(GAN_LEARNING, "        of_generator = generator_step(run, source, rules, rng)\n        move_discriminator(",
             "        move_discriminator(run, rules, discriminator_rate)\n"
             "        of_generator = generator_step(run, source, rules, rng)\n        replace(",
             "simultaneous steps are alternating"),
    Sabotage(GAN_LEARNING, 'for _ in range(rules.settings["critic_steps"]):', "for _ in range(1):", "one critic step for all"),
    Sabotage(GAN_LEARNING, "    generator = with_running_statistics(run.gan.generator, step.generator_cache)\n",
             "    generator = run.gan.generator\n", "running statistics never move"),
    Sabotage(GAN_LEARNING, "        run.average.update(run.generator_vector)\n", "        pass\n", "nothing is averaged"),
    Sabotage(GAN_LEARNING, "        generator = with_running_statistics(generator, cache, share=1.0)\n", "",
             "the averaged generator has the moving one's statistics"),
    Sabotage(GAN_LEARNING, "clip_weights(run.discriminator_vector, ", "clip_weights(run.generator_vector, ",
             "the generator is clipped"),
    Sabotage(GAN_LEARNING, "vector[:] = flatten(spectral_norm_gradient(run.gan.discriminator, run.singular, step.gradient))",
             "vector[:] = flatten(step.gradient)", "spectral norm: the gradient of the divided weights as that of the weights"),
    Sabotage(GAN_LEARNING, "generator_gradient(judged_gan(run), z,", "generator_gradient(run.gan, z,",
             "spectral norm: the generator plays against undivided weights"),
    Sabotage(GAN_LEARNING, "_, discriminator = pack(judged_gan(run).discriminator)", "_, discriminator = pack(run.gan.discriminator)",
             "spectral norm: undivided weights are given back"),
    Sabotage(GAN_LEARNING, "settings[\"discriminator_schedule\"], settings[\"discriminator_rate\"], done)",
             "settings[\"schedule\"], settings[\"discriminator_rate\"], done)", "the discriminator's schedule is not heard"),
    Sabotage(GAN_LEARNING, "settings[\"discriminator_schedule\"], settings[\"discriminator_rate\"], done)",
             "settings[\"discriminator_schedule\"], settings[\"rate\"], done)", "the discriminator's rate is not heard"),
    Sabotage(GAN_LEARNING, "done = run.step / steps", "done = 0", "the rates never fall"),
    Sabotage(GAN_LEARNING, "generator_vector, generator = pack(gan.generator)\n    discriminator_vector, discriminator = pack(gan.discriminator)\n    batch",
             "generator_vector, generator = pack(gan.generator)\n    discriminator_vector, discriminator = flatten(gan.discriminator), gan.discriminator\n    batch",
             "the discriminator is no window onto its vector"),
    Sabotage(GAN_LEARNING, "return x, None if source.labels is None else source.labels[rows]",
             "return x, None if source.labels is None else source.labels[: len(rows)]", "labels of other cases"),
    Sabotage(GAN_LEARNING, "return source.labels[rng.integers(len(source.labels), size=n)]",
             "return np.resize(np.unique(source.labels), n)", "labels as if all were as frequent"),
    Sabotage(GAN_LEARNING, "generator = windows(generator, run.generator_vector.copy())",
             "generator = windows(generator, run.generator_vector)", "the last good state moves on with the run"),
    Sabotage(GAN_LEARNING, 'check_finite(run.gan, f"step {run.step}", last_good, **losses)', "pass", "nobody looks for NaN"),
    Sabotage(GAN_LEARNING, "if run.said is None and 2 * run.step > steps:", "if 2 * run.step > steps:", "said at every look",
             tests="adversarial/test_diagnosis.py"),
    Sabotage(GAN_LEARNING, "RECORDS = (\"generator_optimizer\", \"discriminator_optimizer\", \"average\", \"history\")",
             "RECORDS = (\"generator_optimizer\", \"average\", \"history\")", "a checkpoint without the discriminator's moments"),
    Sabotage(GAN_LEARNING, "    for name in NUMBERS:\n        setattr(run, name, state[name])\n",
             "    run.step = state[\"step\"]\n", "singular vectors start afresh in a run that goes on"),
    Sabotage(GAN_LEARNING, '"objective": repr(check_objective(objective)),', '"objective": str(type(check_objective)),',
             "a run with another objective goes on"),
    Sabotage(GAN_LEARNING, "    if BatchNorm in in_discriminator:\n", "    if False:\n", "batch norm in the discriminator passes"),
    Sabotage(GAN_LEARNING, 'gan_from_dict(state["trained"]), state["settings"]', 'gan_from_dict(state["gan"]), state["settings"]',
             "the moving generator is loaded, not the averaged one"),
    # what a run looks like
    Sabotage(DIAGNOSIS, "s_fake <= boundary", "s_fake > boundary", "accuracy on fake cases upside down"),
    Sabotage(DIAGNOSIS, "np.abs(ds_fake).mean() * s_fake.size", "np.abs(ds_fake).mean()", "slope: 1/N"),
    Sabotage(DIAGNOSIS, "total_deviation(samples) / total_deviation(watch.x)", "total_deviation(watch.x) / total_deviation(samples)",
             "spread upside down"),
    Sabotage(DIAGNOSIS, "x.var(axis=0, dtype=np.float64).sum()", "x.var(dtype=np.float64)", "the spread of all numbers together"),
    Sabotage(DIAGNOSIS, "np.sqrt(squares.mean() * watch.x.shape[1])", "np.sqrt(squares.mean())", "distance: √D is lost"),
    Sabotage(DIAGNOSIS, "_samples(gan.generator, gan, watch), _samples(generator, gan, watch)",
             "_samples(generator, gan, watch), _samples(generator, gan, watch)", "the discriminator judges the averaged generator"),
    Sabotage(DIAGNOSIS, "for start in range(0, len(x), watch.batch_size):\n        rows = slice(start, start + watch.batch_size)",
             "for start in range(1):\n        rows = slice(None)", "minibatch discrimination over all watched cases"),
    Sabotage(DIAGNOSIS, 'if max(latest["spread"]) < COLLAPSED_SPREAD:', 'if min(latest["spread"]) < COLLAPSED_SPREAD:',
             "one narrow look is a collapse"),
    Sabotage(DIAGNOSIS, 'if is_sure and max(latest["slope"]) < FLAT:', "if is_sure:", "whoever loses is saturated"),
    Sabotage(DIAGNOSIS, 'if min(latest["distance"]) > FAR:', 'if min(latest["distance"]) > 100 * FAR:', "divergence is not seen"),
    Sabotage(OBJECTIVES, "    boundary = 0.5\n", "    boundary = 0.0\n", "least squares: real above 0",
             tests="adversarial/test_diagnosis.py"),
    # a GAN's folder, its pictures
    Sabotage(GAN_RUNS, "x = x * (own.sigma / to_unit_spread(own).sigma)", "x = x / (own.sigma / to_unit_spread(own).sigma)",
             "samples in the wrong unit"),
    Sabotage(GAN_RUNS, "labels = np.arange(n) % gan.n_classes if", "labels = np.zeros(n, int) if", "one class only"),
    Sabotage(GAN_RUNS, 'part = default_part(name, "test") if', 'part = default_part(name, "train") if',
             "evaluated on what it learnt from"),
    Sabotage(GAN_RUNS, "precision, recall = precision_and_recall(real, fake)", "recall, precision = precision_and_recall(real, fake)",
             "precision and recall exchanged"),
    Sabotage(GAN_RUNS, "*reversed(hidden), 1], rng, dropout", "*hidden, 1], rng, dropout", "the discriminator's widths in the generator's order"),
    Sabotage(GAN_RUNS, "np.random.default_rng(self.seed)", "np.random.default_rng()", "a film of other latents in each frame"),
    Sabotage(MIXTURES, "math.sqrt(np.square(centres - centres.mean(axis=0)).mean() + mixture.sigma**2)",
             "math.sqrt(np.square(centres - centres.mean(axis=0)).mean())", "unit spread without the modes' own"),
    Sabotage(MIXTURES, "MixtureOfGaussians(centres / spread, mixture.sigma / spread)",
             "MixtureOfGaussians(centres / spread, mixture.sigma)", "modes that are not scaled with their centres"),
    Sabotage(PLOTS, "points.set_data(*np.asarray(x).T)", "points.set_data(*np.asarray(frames[0][1]).T)", "a film of one frame"),
    Sabotage(PLOTS, "limit = 1.4 * np.abs(mixture.centres).max()", "limit = 1.4 * mixture.centres.max() / 2", "axes too narrow"),
    Sabotage(MLP, "values = {field.name: getattr(layer, field.name) for field in fields(layer)}",
             "values = {name: getattr(layer, name) for name in layer.trainable}", "saved without slopes and statistics",
             tests="adversarial/test_gan_learning.py"),
    Sabotage(CHECKPOINT, "        if value != saved_settings.get(name):\n", "        if False:\n", "any run goes on in any folder",
             tests="adversarial/test_gan_learning.py"),
    Sabotage(CHECKPOINT, "missing = set(wanted) - set(state)", "missing = set()", "half a state passes", tests="test_runs.py"),
    Sabotage(CHECKPOINT, "return time.perf_counter() - self.last_saved >= 10 * self.seconds_to_save", "return False",
             "saved at the end only", tests="adversarial/test_gan_learning.py"),
    Sabotage(TRAINING, "(done - self.done_before)", "done", "a resumed run counts what others did"),
    # instance noise
    Sabotage(NOISE, "min(progress / noise.until, 1)", "progress / noise.until", "the level goes on falling"),
    Sabotage(NOISE, "(noise.end / noise.start) **", "(noise.start / noise.end) **", "the level rises"),
    Sabotage(NOISE, "place = is_coarse * rng.random((n, 1), dtype=dtype)", "place = rng.random((n, 1), dtype=dtype)",
             "all rows are coarse"),
    Sabotage(NOISE, "(finest * (noise.start / finest) ** place)", "(finest + (noise.start - finest) * place)",
             "coarse levels evenly on a linear scale"),
    Sabotage(NOISE, "return x + level_of_row * rng", "return x + level_of_row**2 * rng", "a variance for a standard deviation"),
    Sabotage(NOISE, "np.repeat(levels, len(x) // len(levels), axis=0)", "np.tile(levels, (len(x) // len(levels), 1))",
             "the levels of a pack go to other packs"),
    Sabotage(PENALTIES, "self.weight * levels**2", "self.weight * levels", "R1 against the blur: level for level²",
             tests="adversarial/test_noise.py"),
    Sabotage(PENALTIES, "0.5 * float((weight * np.square(g)).sum(dtype=np.float64)) / n", "0.5 * float(np.square(weight * g).sum(dtype=np.float64)) / n",
             "R1: the weight squared"),
    Sabotage(GAN_LEARNING, "progress = run.step / rules.settings[\"steps\"]\n    n_judged", "progress = 0\n    n_judged",
             "the noise never falls"),
    Sabotage(GAN_LEARNING, "rules.settings[\"batch_size\"] // run.gan.packing\n    return noise", "rules.settings[\"batch_size\"]\n    return noise",
             "a level a case where cases are judged together"),
    # optimizers in blocks, the fused gradient
    Sabotage(OPTIMIZERS, "rate *= c / (1 - self.beta1**self.steps)", "rate *= c", "Adam's first moment keeps its bias"),
    Sabotage(OPTIMIZERS, "change += c * self.epsilon", "change += self.epsilon", "Adam's ε outside the correction"),
    Sabotage(OPTIMIZERS, "            change *= 1 - self.beta2\n", "            change *= 1 - self.beta1\n", "β₁ for β₂"),
    Sabotage(OPTIMIZERS, "range(0, len(vector), BLOCK)", "range(0, len(vector) - BLOCK, BLOCK)",
             "Adam leaves the last block where it is"),
    Sabotage(OPTIMIZERS, "g, m, s = direction[block], self.mean[block], self.square[block]",
             "g, m, s = direction[block], self.mean[:BLOCK], self.square[:BLOCK]", "all blocks share the first one's moments"),
    Sabotage(OPTIMIZERS, "        self.square += (1 - self.decay) * direction**2\n",
             "        self.square += direction**2\n", "RMSProp's mean of squares is a sum"),
    Sabotage(OPTIMIZERS, "        self.square *= self.decay\n", "", "RMSProp forgets nothing"),
    Sabotage(OPTIMIZERS, "vector += rate * direction / (np.sqrt(self.square) + self.epsilon)",
             "vector += rate * direction / (self.square + self.epsilon)", "RMSProp divides by the square, not its root"),
    Sabotage(OPTIMIZERS, "vector += rate * direction / (np.sqrt(self.square) + self.epsilon)",
             "vector += rate * direction / np.sqrt(self.square + self.epsilon)", "RMSProp's ε under the root"),
    Sabotage(GAN, "        array += addend\n", "        array -= addend\n", "real minus fake where D's gradient is a sum (33)"),
    Sabotage(GAN, "mlp_backward(gan.generator, generator_cache, dx, out, need_dx=False)",
             "mlp_backward(gan.generator, generator_cache, dx, need_dx=False)", "G's gradient not put where it was wanted"),
    Sabotage(GAN, "mlp_backward(discriminator, cache_fake, ds_fake, need_dx=False)",
             "mlp_backward(discriminator, cache_fake, ds_fake, out, need_dx=False)",
             "the fake pass overwrites the real pass's gradient"),
    Sabotage(GAN_FUSED, "np.concatenate([seen_real, seen_fake])", "np.concatenate([seen_fake, seen_real])",
             "fused: real and fake rows the other way round (33)"),
    Sabotage(GAN_FUSED, "np.concatenate([ds_real, ds_fake])", "np.concatenate([ds_fake, ds_real])",
             "fused: the slopes of real and fake exchanged"),
    Sabotage(GAN_FUSED, "s[: len(seen_real)], s[len(seen_real) :]", "s[: len(s) // 2], s[len(s) // 2 :]",
             "fused: as many real cases as fake ones taken for granted"),
    Sabotage(GAN_FUSED, "discriminator_input(gan, blurred(x_fake, levels, rng), fake_labels)",
             "discriminator_input(gan, x_fake, fake_labels)", "fused: fake cases not blurred"),
    Sabotage(GAN_FUSED, "discriminator_input(gan, blurred(x_fake, levels, rng), fake_labels)",
             "discriminator_input(gan, blurred(x_fake, levels, rng), labels)", "fused: fake cases with the real ones' labels"),
    Sabotage(GAN_FUSED, "ROW_BY_ROW = (Affine, Linear, Maxout, Elementwise)",
             "from ..neural.layers import BatchNorm\nROW_BY_ROW = (Affine, Linear, Maxout, Elementwise, BatchNorm)",
             "fused: batch norm over real and fake rows together"),
    Sabotage(GAN_FUSED, "penalty(discriminator, seen_real, seen_fake, rng, levels)",
             "penalty(discriminator, seen_real, seen_fake, rng)", "fused: R1 not held against the blur"),
    Sabotage(GAN_FUSED, "        add_to(gradient, from_penalty)\n", "", "fused: a penalty in the loss and not in the gradient"),
    Sabotage(GAN_FUSED, "objective, rng, labels, fake_labels, penalty, levels, out)",
             "objective, rng, labels, fake_labels, penalty, levels)", "fused: the gradient not put where it was wanted"),
    # the Dirac GAN's dynamics, and lesson 20
    Sabotage(OBJECTIVES, "return loss, np.full_like(s_real, -1 / s_real.size), np.full_like(s_fake, 1 / s_fake.size)",
             "return loss, np.full_like(s_real, 1 / s_real.size), np.full_like(s_fake, -1 / s_fake.size)",
             "sign of the critic's slopes (6)", tests=DIRAC, lessons="20"),
    Sabotage(OBJECTIVES, "return -_mean(softplus(s_fake)), sigmoid(s_fake) / -s_fake.size",
             "return -_mean(softplus(s_fake)), sigmoid(s_fake) / s_fake.size",
             "the saturating generator climbs (6)", tests=DIRAC, lessons="20"),
    Sabotage(PENALTIES, "weight * g / n)", "-weight * g / n)", "R1 pays for being flat (6)", tests=DIRAC, lessons="20"),
    Sabotage(PENALTIES, "    u = (2 * weight / len(x)) * (size - 1) * direction\n",
             "    u = (2 * weight / len(x)) * size * direction\n",
             "the gradient penalty pulls the slope to 0 instead of 1", lessons="20"),
    Sabotage(PENALTIES, "                v = _unit(u @ layer.W)\n", "",
             "power iteration that moves one of its two vectors", lessons="20"),
    Sabotage(LAYERS, "a = u * dy * self.second_derivative(cache)", "a = u * self.second_derivative(cache)",
             "dy left out of the φ'' term", lessons="20"),
]


def run(command, folder, seconds):
    """The exit code of `command` run on the copy of the package in `folder`; running too long counts as failing."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "PYTHONIOENCODING": "utf8",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_PROFILE": "no shrinking",
    }
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1
    return done.returncode


def run_tests(folder, tests):
    """True where the tests are red, False where they are green; pytest's own troubles are errors."""
    code = run([sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"tests/{tests}"], folder, 120)
    if code not in (0, 1, 2):  # 2 is an error while tests are collected
        raise RuntimeError(f"pytest tests/{tests} ended with code {code}: nothing was tested")
    return code != 0


def run_proofs(folder, number):
    """True where the proofs of the lesson are red."""
    [lesson] = (folder / "lessons").glob(f"{number}_*.py")
    return run([sys.executable, "-m", "numpy_dgm.course.lessons", str(lesson), "--proofs"], folder, 120) != 0


def copy_repository(origin, folder):
    for name in ("numpy_dgm", "tests", "lessons", "setup.cfg"):
        source, target = origin / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "figures", "benchmarks"))
        else:
            shutil.copy(source, target)


def commit(entry, origin):
    """Apply one entry to a copy of `origin`: (entry, are its tests red, the lessons that stayed green, seconds)."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copy_repository(origin, folder)
        path = folder / "numpy_dgm" / entry.file
        source = path.read_text(encoding="utf8")
        count = source.count(entry.text)
        if count != 1:
            raise ValueError(f"{entry.file}: {entry.text!r} stands there {count} times, once was wanted")
        path.write_text(source.replace(entry.text, entry.replacement), encoding="utf8")
        compile(path.read_text(encoding="utf8"), str(path), "exec")
        tests_red = run_tests(folder, entry.test_path)
        still_green = [number for number in entry.lessons.split() if not run_proofs(folder, number)]
    return entry, tests_red, still_green, time.perf_counter() - started


def main(words):
    entries = [e for e in SABOTAGE if not words or any(word in e.file or word in e.mistake for word in words)]
    if not entries:
        print(f"no entry holds {', '.join(words)}")
        return 2
    survived = 0
    print(f"{'file':<26} {'mistake':<62} {'tests':<6} {'proofs of lessons':<18} seconds")
    with tempfile.TemporaryDirectory() as temporary, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        origin = Path(temporary)  # one snapshot for all, so that whoever works on the repository meanwhile can
        copy_repository(ROOT, origin)
        for entry, tests_red, still_green, seconds in pool.map(commit, entries, [origin] * len(entries)):
            proofs = f"{entry.lessons} red" if entry.lessons and not still_green else ""
            if still_green:
                proofs = f"{' '.join(still_green)} STILL GREEN"
            survived += not tests_red or bool(still_green)
            tests = "red" if tests_red else "GREEN"
            print(f"{entry.file:<26} {entry.mistake:<62} {tests:<6} {proofs:<18} {seconds:5.1f}", flush=True)
    print(f"{len(entries)} mistakes made, {len(entries) - survived} caught, {survived} not")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
