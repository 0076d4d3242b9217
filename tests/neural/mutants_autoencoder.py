"""Mistakes to make in numpy_dgm/neural/autoencoder.py, in the order of its lines."""
from mutant import Mutant

MODULE = "neural/autoencoder.py"

MUTANTS = [
    Mutant('trainable = ("encoder", "decoder")', 'trainable = ("encoder",)', "the decoder does not learn"),
    Mutant('    check_choice("output", output, OUTPUTS)\n    encoder', "    encoder", "any output is let in"),
    Mutant("init_mlp(list(sizes)[::-1], rng", "init_mlp(list(sizes), rng", "a decoder that encodes"),
    Mutant("list(sizes)[::-1], rng, hidden=hidden, init=init", "list(sizes)[::-1], rng, init=init",
           "the decoder's units are not those asked for"),
    Mutant("    if there != back:", "    if False:", "networks that do not fit together"),
    Mutant("    if parameter_dtype(encoder) != parameter_dtype(decoder):", "    if False:", "networks of two dtypes"),
    Mutant("    return codes[0] if is_one_case else codes", "    return codes", "one case is a row"),
    Mutant("return reconstruction if codes.ndim > 1 else reconstruction[0]", "return reconstruction",
           "one code is a row"),
    Mutant("reconstruction = _output(autoencoder, _run_in_blocks(autoencoder.decoder, as_rows(codes)))",
           "reconstruction = _run_in_blocks(autoencoder.decoder, as_rows(codes))", "logits for grey levels"),
    Mutant("return decode(autoencoder, encode(autoencoder, data))", "return encode(autoencoder, data)",
           "codes for reconstructions"),
    Mutant("np.arange(len(data))).mean())", "np.arange(len(data))).sum())", "a sum over the cases"),
    Mutant("    low, high = value_range(loss)\n", "    low, high = None, None\n", "cross-entropy of any numbers"),
    Mutant('dx *= reconstruction * (1 - reconstruction)  # σ\'(x)', "dx *= reconstruction", "σ' is not σ (1 - σ)"),
    Mutant('    if autoencoder.output == "sigmoid":\n        dx', '    if False:\n        dx', "σ' left out"),
    Mutant('    if loss == "cross_entropy":\n        return', '    if loss != "cross_entropy":\n        return',
           "the losses exchanged"),
    Mutant("Autoencoder(encoder_gradient, decoder_gradient, autoencoder.output)",
           "Autoencoder(encoder_gradient, decoder_gradient)", "a gradient of another kind of output"),
    Mutant("dtype=np.float64).sum(axis=1))", "dtype=np.float64).mean(axis=1))", "a mean over the numbers of a case"),
    Mutant("errors.append(np.square(v - _output(autoencoder, x)", "errors.append(np.square(v - x",
           "the error of the logits"),
    Mutant('return sigmoid(x) if autoencoder.output == "sigmoid" else x', "return sigmoid(x)",
           "a linear output is squashed"),
    Mutant('    if loss == "cross_entropy" and autoencoder.output != "sigmoid":', "    if False:",
           "the cross-entropy of a linear output"),
    Mutant('    check_choice("loss", loss, LOSSES)\n', "", "any loss is let in"),
]
