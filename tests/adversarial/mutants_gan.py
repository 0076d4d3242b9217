"""Mistakes to make in numpy_dgm/adversarial/gan.py, in the order of its lines."""
from mutant import Mutant

MODULE = "adversarial/gan.py"

MUTANTS = [
    Mutant("x, _ = _mlp_forward(gan.generator, with_labels(z, labels, gan.n_classes), training=False)",
           "x, _ = _mlp_forward(gan.generator, with_labels(z, labels, gan.n_classes))",
           "samples depend on the batch they are drawn in"),
    Mutant("    return rng.standard_normal((n, gan.n_latent), dtype=parameter_dtype(gan.generator))\n",
           "    return rng.random((n, gan.n_latent), dtype=parameter_dtype(gan.generator))\n",
           "uniform latents where normal ones belong (14)"),
    Mutant("mlp_backward(discriminator, cache_real, ds_real, out, need_dx=False)",
           "mlp_backward(discriminator, cache_fake, ds_real, out, need_dx=False)",
           "the fake pass overwrites the real pass's cache (39)"),
    Mutant("mlp_backward(discriminator, cache_fake, ds_fake, need_dx=False)",
           "mlp_backward(discriminator, cache_fake, ds_fake, out, need_dx=False)",
           "the fake pass overwrites the real pass's gradient"),
    Mutant("    add_to(gradient, from_fake)\n", "    gradient = from_fake\n",
           "the real cases left out of D's gradient"),
    Mutant("        add_to(gradient, from_penalty)\n", "", "a penalty in the loss and not in the gradient"),
    Mutant("    loss, ds = objective.generator_loss(s)\n"
           "    d_input, _ = _mlp_backward(gan.discriminator, discriminator_cache, ds, need_gradient=False)\n",
           "    loss, ds = objective.generator_loss(s)\n    d_input = np.repeat(ds, gan.packing, axis=0) * x\n",
           "G's loss on G's output instead of on D(G(z)) (36)", lessons="18"),
    Mutant("d_input.reshape(len(x), -1)[:, : x.shape[1]]", "d_input.reshape(len(x), -1)[:, -x.shape[1] :]",
           "the labels' gradient taken for the case's"),
    Mutant("mlp_backward(gan.generator, generator_cache, dx, out, need_dx=False)",
           "mlp_backward(gan.generator, generator_cache, dx, need_dx=False)",
           "G's gradient not written to out"),
    Mutant("        array += addend\n", "        array -= addend\n",
           "real minus fake where D's gradient is a sum (33)"),
    Mutant("(labels[:, None] == np.arange(n_classes))", "(labels[:, None] == np.arange(n_classes)[::-1])",
           "labels one-hot from the wrong end"),
]
