"""Mistakes to make in numpy_dgm/energy/fused.py, in the order of its lines."""
from mutant import Mutant

MODULE = "energy/fused.py"

MUTANTS = [
    Mutant("    for step in range(k):", "    for step in range(k - 1, k):", "fused: one step whatever k (20)"),
    Mutant("        x += rbm.c\n", "", "fused: hidden bias left out (4)"),
    Mutant("        rbm.hidden.sample(p_h_model, rng, out=chains)\n", "        pass\n",
           "fused: chains stand still (24)"),
    Mutant("v if is_last else v_model, rbm.W", "v, rbm.W", "fused: data and chains in the place of the chains' means"),
    Mutant("    w[:n] = scale / n\n", "    w[:n] = scale / m\n", "fused: biases' positive phase divided by the chains"),
    Mutant("    w[n:] = -scale / m\n", "    w[n:] = -scale / n\n",
           "fused: biases' negative phase divided by the data's rows"),
    Mutant("    p_h_model *= -scale / m\n", "    p_h_model *= scale / m\n", "fused: sign of the negative phase (6)"),
    Mutant("gradient.b[:] -= W @ h_offset", "gradient.b[:] += W @ h_offset", "fused: sign of the centring"),
]
