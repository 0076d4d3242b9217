"""Mistakes to make in numpy_dgm/adversarial/fused.py, in the order of its lines."""
from mutant import Mutant

MODULE = "adversarial/fused.py"

MUTANTS = [
    Mutant("ROW_BY_ROW = (Affine, Linear, Maxout, Elementwise, Fourier, Skip)",
           "from ..neural.layers import BatchNorm\n"
           "ROW_BY_ROW = (Affine, Linear, Maxout, Elementwise, Fourier, Skip, BatchNorm)",
           "fused: batch norm over real and fake rows together"),
    Mutant("objective, rng, labels, fake_labels, penalty, levels, out,\n",
           "objective, rng, labels, fake_labels, penalty, levels,\n",
           "fused: the gradient not written to out"),
    Mutant("discriminator_input(gan, blurred(x_fake, levels, rng), fake_labels)",
           "discriminator_input(gan, x_fake, fake_labels)",
           "fused: fake cases not blurred"),
    Mutant("discriminator_input(gan, blurred(x_fake, levels, rng), fake_labels)",
           "discriminator_input(gan, blurred(x_fake, levels, rng), labels)",
           "fused: fake cases with the real ones' labels"),
    Mutant("np.concatenate([real_input, fake_input])", "np.concatenate([fake_input, real_input])",
           "fused: real and fake rows the other way round (33)"),
    Mutant("s[: len(real_input)], s[len(real_input) :]", "s[: len(s) // 2], s[len(s) // 2 :]",
           "fused: as many real cases as fake ones taken for granted"),
    Mutant("np.concatenate([ds_real, ds_fake])", "np.concatenate([ds_fake, ds_real])",
           "fused: the gradients of real and fake exchanged"),
    Mutant("penalty(discriminator, real_input, fake_input, rng, levels)",
           "penalty(discriminator, real_input, fake_input, rng)",
           "fused: R1 not held against the blur"),
    Mutant("        add_to(gradient, from_penalty)\n", "", "fused: a penalty in the loss and not in the gradient"),
]
