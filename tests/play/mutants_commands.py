"""Mistakes to make in numpy_dgm/play/commands.py, in the order of its lines."""
from mutant import Mutant

MODULE = "play/commands.py"

MUTANTS = [
    Mutant('    check_out(options.out)\n    run = ', "    run = ", "a film of a kind that is none"),
    Mutant('    if run.kind != "rbm":\n', "    if False:\n", "a GAN for an RBM ends in a traceback"),
    Mutant("Chain(run.model, np.random.default_rng(options.seed), cases_of(run))",
           "Chain(run.model, np.random.default_rng(0), cases_of(run))", "the seed of the chain is not heard"),
    Mutant("np.random.default_rng(options.seed), cases_of(run))", "np.random.default_rng(options.seed))",
           "the training cases are not opened"),
    Mutant('    check_out(options.out)\n    game = ', "    game = ", "the film of a GAN of a kind that is none"),
    Mutant("RingGame(np.random.default_rng(options.seed))", "RingGame(np.random.default_rng(0))",
           "the seed of the ring is not heard"),
    Mutant("    except InvalidInput:\n", "    except KeyError:\n", "without its data a run is not played"),
    Mutant("image_shape_of(run, options) or square_shape(n_pixels)", "square_shape(n_pixels)",
           "the shape of the images is not heard"),
    Mutant("if len(shape) != 2 or math.prod(shape) != n_pixels:", "if math.prod(shape) != n_pixels:",
           "images in colour end in a traceback"),
    Mutant("if len(shape) != 2 or math.prod(shape) != n_pixels:", "if len(shape) != 2:",
           "a shape of other pixels ends in a traceback"),
    Mutant('return open_figure(title) if out is None else (hidden_figure(), "")', "return open_figure(title)",
           "a window is opened for a film"),
    Mutant("        show_windows()\n", "", "the window closes at once"),
    Mutant("    window.begin_film()\n", "", "a film of noise"),
    Mutant("window.film if out is None else out", "window.film", "--out is not heard"),
    Mutant("    if why:\n        print(", "    if False:\n        print(", "it is not said why there is no window"),
]
