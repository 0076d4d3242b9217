"""Mistakes to make in numpy_dgm/adversarial/objectives.py, in the order of its lines."""
from mutant import Mutant

MODULE = "adversarial/objectives.py"

MUTANTS = [
    Mutant("loss_real, ds_real = cross_entropy(s_real, self.real_label)\n"
           "        loss_fake, ds_fake = cross_entropy(s_fake, self.fake_label)",
           "loss_real, ds_real = cross_entropy(s_real, self.fake_label)\n"
           "        loss_fake, ds_fake = cross_entropy(s_fake, self.real_label)",
           "D's labels swapped (33)", lessons="30 31"),
    Mutant("return cross_entropy(s_fake, 1.0)", "return -_mean(softplus(s_fake)), sigmoid(s_fake) / -s_fake.size",
           "saturating loss where non-saturating was asked (34)", lessons="30 31"),
    Mutant("return -_mean(softplus(s_fake)), sigmoid(s_fake) / -s_fake.size", "return cross_entropy(s_fake, 1.0)",
           "non-saturating loss where saturating was asked (34)", lessons="30 31"),
    Mutant("return -_mean(softplus(s_fake)), sigmoid(s_fake) / -s_fake.size",
           "return -_mean(softplus(s_fake)), sigmoid(s_fake) / s_fake.size",
           "the saturating generator climbs (6)", tests="adversarial/test_dirac_gan.py", lessons="32"),
    Mutant("    boundary = 0.5\n", "    boundary = 0.0\n",
           "least squares: real above 0", tests="adversarial/test_diagnosis.py"),
    Mutant("return loss, off_real / s_real.size, s_fake / s_fake.size",
           "return loss, off_real / s_real.size, s_fake / s_real.size",
           "fake cases divided by the number of real ones"),
    Mutant("        off = s_fake - 1\n", "        off = s_fake\n",
           "least squares: the generator wants to be called fake"),
    Mutant("loss = _mean(s_fake) - _mean(s_real)", "loss = _mean(s_real) - _mean(s_fake)", "sign of the critic's loss"),
    Mutant("return loss, np.full_like(s_real, -1 / s_real.size), np.full_like(s_fake, 1 / s_fake.size)",
           "return loss, np.full_like(s_real, 1 / s_real.size), np.full_like(s_fake, -1 / s_fake.size)",
           "sign of the critic's gradient (6)", tests="adversarial/test_dirac_gan.py", lessons="32"),
    Mutant("ds_fake = (s_fake > -1).astype", "ds_fake = (s_fake > 1).astype", "hinge on the wrong side"),
    Mutant("or isinstance(objective, type):", ":",
           "a class for an objective", tests="adversarial/test_gan_training.py"),
    Mutant("    if isinstance(s, np.ndarray) and s.dtype in FLOATS:", "    if isinstance(s, np.ndarray):",
           "the derivative of integer logits is cut off"),
    Mutant("return loss, (sigmoid(s) - target) / s.size", "return loss, sigmoid(s) - target",
           "no 1/N in the gradient of the cross-entropy (8)"),
    Mutant("return loss, (sigmoid(s) - target) / s.size", "return loss, (sigmoid(s) - target) / s.size**2",
           "divides by N twice (27)"),
    Mutant("return loss, (sigmoid(s) - target) / s.size",
           "return loss, (sigmoid(s) - target) * sigmoid(s) * (1 - sigmoid(s)) / s.size",
           "sigmoid's slope applied twice with cross-entropy (29)"),
]
