# %% [markdown]
# # Gradient checks: how to know that a gradient is right
#
# A wrong line in a backward pass raises no error. The loss may even fall, only more slowly, or to
# a worse place, and weeks later somebody wonders. This lesson is about finding out before training
# starts: by differences, done so that nothing can hide, and by three questions to a network that
# has learnt nothing yet.
#
# Afterwards you can
#
# - choose the step of a difference, and say why smaller is not always better;
# - check every entry of a gradient, and say what a check of a few entries misses;
# - say what the loss must be before the first step, and why 20 cases come before 20,000.
#
# About an hour and a half. You need backpropagation (lesson 20).
#
# ## How far off is a difference?
#
# The slope of x³ at .7 is 3 · .49 = 1.47. Take differences with the step ε = .1:
#
#     one-sided   (.8³ - .7³) / .1 = (.512 - .343) / .1 = 1.69        off by .22
#     central     (.8³ - .6³) / .2 = (.512 - .216) / .2 = 1.48        off by .01
#
# Expand (x ± ε)³ = x³ ± 3x²ε + 3xε² ± ε³. One-sided, 3xε² and ε³ are left; divided by ε they make
# 3xε + ε² = .21 + .01. Central, the term 3xε² cancels:
#
#     ((x + ε)³ - (x - ε)³) / 2ε = 3x² + ε²                                   (21.1)
#
# For any smooth f the same happens, by Taylor's series: one-sided is off by about f''(x) ε / 2,
# central by about f'''(x) ε² / 6. With two more points ε² cancels too. Let c(ε) be the central
# difference of x⁵. With the step 2ε, its term in ε² is four times as large:
#
#     c(ε)  = 5x⁴ + 10x²ε² + ε⁴
#     c(2ε) = 5x⁴ + 40x²ε² + 16ε⁴
#     4 c(ε) - c(2ε) = 3 · 5x⁴ + 0 - 12ε⁴
#     (4 c(ε) - c(2ε)) / 3 = 5x⁴ - 4ε⁴                                        (21.2)
#
# This is the formula of five points (x itself, which drops out, x ± ε and x ± 2ε). The library's
# `central_differences(f, model, step)` uses it, for every parameter of a layer or a network in
# turn; f takes the model and gives a number. The parameters are laid end to end in one vector θ,
# which `flatten(model)` gives.
#
# And f may have a kink. ReLU at x = a with 0 < a < ε has the slope 1, but the step back falls off
# the other side of the kink at 0:
#
#     (ReLU(a + ε) - ReLU(a - ε)) / 2ε = ((a + ε) - 0) / 2ε = ½ (1 + a/ε)     (21.3)
#
# At a = 0 that is ½, however small the step.

# %% (21.1) to (21.3) differences of powers, and beside a kink
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.foundation.gradcheck import central_differences, check_gradient
from numpy_dgm.foundation.records import flatten, pack
from numpy_dgm.foundation.verify import claim, verify
from numpy_dgm.neural import (
    MLP, Affine, LeakyReLU, Maxout, ReLU, binary_cross_entropy, init_mlp, mlp_backward,
    mlp_forward, softmax_cross_entropy)


def sum_of_fifth_powers(layer):
    return np.sum(layer.W**5) + np.sum(layer.b**5)


x, step = 0.7, 0.1
one_sided = ((x + step) ** 3 - x**3) / step
central = ((x + step) ** 3 - (x - step) ** 3) / (2 * step)
print(f"  x³ at .7: one-sided {one_sided:.3f}, central {central:.3f}, the slope {3 * x**2:.3f}")
verify("(21.1) ((x + ε)³ - (x - ε)³) / 2ε = 3x² + ε²", central, 3 * x**2 + step**2)

layer = Affine(np.array([[0.7, -0.4]]), np.array([1.1, 0.2]))
theta = flatten(layer)  # .7, -.4, 1.1, .2
found = central_differences(sum_of_fifth_powers, layer, step)
verify("(21.2) (4 c(ε) - c(2ε)) / 3 = 5x⁴ - 4ε⁴", found, 5 * theta**4 - 4 * step**4)

a = 0.02
above, _ = ReLU().forward(np.array([a + step]))
below, _ = ReLU().forward(np.array([a - step]))
found = (above - below) / (2 * step)
verify("(21.3) (ReLU(a + ε) - ReLU(a - ε)) / 2ε = ½ (1 + a/ε)", found, [0.5 * (1 + a / step)])

# %% [markdown]
# So make ε tiny? A computer rounds f to about u = 10⁻¹⁶ of its size, and the difference divides
# that by ε: it is off by u/ε besides. Too small a step is as bad as too large a one. For central
# differences ε² + u/ε is least near ε = u^(1/3), some 10⁻⁵, and leaves ten digits or so. For five
# points ε⁴ + u/ε is least near ε = u^(1/5), some 10⁻³.
#
# The experiment takes a small network with a right gradient, from `mlp_backward`, and holds all
# its entries against differences with one step after the other. `pack(network)` gives the vector
# of all parameters and a network whose arrays look into it: move an entry of the vector, and the
# network has moved. The error of a kind of differences is that of its worst entry, divided by the
# largest slope.


# %% experiment: the error of differences against their step
def loss_of_network(network, cases, classes):
    s, _ = mlp_forward(network, cases)
    loss, _ = softmax_cross_entropy(s, classes)
    return loss


def worst_errors(network, cases, classes, step):
    """The error of one-sided differences, of central ones and of five points."""
    vector, network = pack(network)
    cases = cases.astype(vector.dtype)
    s, cache = mlp_forward(network, cases)
    _, ds = softmax_cross_entropy(s, classes)
    _, gradient = mlp_backward(network, cache, ds)
    gradient = flatten(gradient)
    f = np.zeros((5, len(vector)))
    for i in range(len(vector)):
        value = vector[i]
        for row, offset in enumerate((-2, -1, 0, 1, 2)):
            vector[i] = value + offset * step
            f[row, i] = loss_of_network(network, cases, classes)
        vector[i] = value
    one_sided = (f[3] - f[2]) / step
    central = (f[3] - f[1]) / (2 * step)
    wide = (f[4] - f[0]) / (4 * step)
    five_points = (4 * central - wide) / 3
    errors = np.abs(np.array([one_sided, central, five_points]) - gradient)
    return errors.max(axis=1) / np.abs(gradient).max()


rng = np.random.default_rng(21)
cases = rng.normal(size=(20, 4))
cases[0] = 0  # a blank case
classes = np.arange(20) % 3
steps = 10.0 ** np.arange(-11, -0.9, 0.5)
sizes = [4, 3, 3, 3]  # inputs, two hidden layers, classes
networks = {
    "tanh": init_mlp(sizes, np.random.default_rng(0), hidden="tanh", dtype=np.float64),
    "tanh, float32": init_mlp(sizes, np.random.default_rng(0), hidden="tanh", dtype=np.float32),
    "ReLU, biases 0": init_mlp(sizes, np.random.default_rng(0), hidden="relu", dtype=np.float64)}
vector, networks["ReLU, moved"] = pack(networks["ReLU, biases 0"])
vector += 0.1 * rng.normal(size=len(vector))  # all parameters, so that no bias is 0
errors = {}
for name, network in networks.items():
    errors[name] = np.array([worst_errors(network, cases, classes, step) for step in steps])

fig, (left, right) = plots.new_figure(1, 2, width=8.5, height=3.2)
for column, kind in enumerate(("one-sided", "central", "five points")):
    left.loglog(steps, errors["tanh"][:, column], ("C0-", "C1--", "k:")[column], label=kind)
for name, style in zip(networks, ("C1--", "C0-", "k:", "C4-.")):
    right.loglog(steps, errors[name][:, 1], style, label=name)
for ax, title in ((left, "tanh: three kinds of differences"), (right, "central: four networks")):
    ax.set(xlabel="step ε", ylabel="error of the worst entry", title=title, ylim=(1e-13, 30))
    ax.legend(fontsize=8, loc="lower left")
plots.save(fig, "21_steps.png")

best = errors["tanh"].min(axis=0)
best_step = steps[errors["tanh"].argmin(axis=0)]
claim("the best step of central differences is near 10⁻⁵, that of five points nearer to 10⁻³",
      1e-7 < best_step[1] < best_step[2] < 2e-2 and best_step[2] > 5e-5,
      central=best_step[1], five_points=best_step[2])
claim("the best step of each kind is better than that of the kind before by a factor of 10",
      10 * best[1] < best[0] and 10 * best[2] < best[1], best=best)
claim("in float32 the best of all steps is a thousand times worse than in float64",
      errors["tanh, float32"].min() > 1000 * errors["tanh"].min(),
      float32=errors["tanh, float32"].min(), float64=errors["tanh"].min())
claim("with biases 0 and a blank case, ReLU seems wrong at every step by more than a thousandth",
      errors["ReLU, biases 0"][:, 1].min() > 0.001, best=errors["ReLU, biases 0"][:, 1].min())

# %% [markdown]
# **What to see.** On the left, valleys. To the right of each floor the error is that of the
# formula, with ε, ε² and ε⁴; to the left it is rounding, u/ε.
#
# On the right, all by central differences. In float32 u is about 10⁻⁷, and every step is poor; at
# the far left θ + ε is rounded to θ, the difference is 0, and all of the slope is missing. ReLU
# goes along with tanh at small steps. Near 10⁻³ it jumps: the step carries some unit over its kink,
# and (21.3) holds. With biases of 0, as they are before training, differences and backward pass
# disagree at every step. The blank case is why: its x is 0, so its units stand exactly on the kink.
# There a difference says ½, and the code says 0, as good a choice as any (lesson 20's table: 1
# where y > 0, else 0). The check accuses a backward pass that is right.
#
# So check in float64; move the biases before you do; and where there are kinks take a small step,
# 10⁻⁵, with the library's five points too. (If no step is given they take .001, which suits an f
# without kinks.)
#
# ## Every entry
#
# Now check a layer that is new. A maxout unit gives the largest of several affine pieces, and so
# learns the shape of its own activation (Goodfellow et al. 2013). With two pieces W is (2, D, K)
# and b (2, K):
#
#     z_p = x W_p + b_p,   y_nk = max_p z_pnk
#
# Only the largest piece moves y. Let chosen_p be 1 where piece p is the largest, else 0. Then
# dz_p = chosen_p · dy, and each piece goes on like an affine layer:
#
#     ∂W_p = xᵀ dz_p          ∂b_p = Σ_n dz_pn                                (21.4)
#
# And x goes into all the pieces, a fork: dx = Σ_p dz_p W_pᵀ. That shows in what lies below. So the
# layer is checked alone, and then at the top of a network, every parameter of which is moved:
# those of the first layer can only be right if the layers above hand down the right dx.
#
#     gradient_i = ∂loss/∂θ_i for every i                                     (21.5)
#
# (Equal means here: to within 10⁻⁷ of the largest. The differences leave some ten digits, and a
# mistake is seldom so small.)

# %% (21.4) and (21.5) maxout, and a network with it
rng = np.random.default_rng(22)
inputs = rng.normal(size=(5, 4))
labels = np.array([2, 0, 1, 1, 2])
y_1 = rng.normal(size=(5, 3))
dy = rng.normal(size=(5, 3))
maxout = Maxout(rng.normal(size=(2, 3, 3)), rng.normal(size=(2, 3)))  # two pieces


def slow_maxout(x, W, b):
    """y (N, K): for each case and unit the largest of its pieces."""
    pieces = [x @ W[p] + b[p] for p in range(len(W))]
    return np.max(pieces, axis=0)


def loss_of_maxout(layer):
    return np.sum(dy * slow_maxout(y_1, layer.W, layer.b))  # its slope by y is dy


def slow_loss(network):
    first, _, last = network.layers
    x_1 = inputs @ first.W + first.b
    a = np.where(x_1 > 0, x_1, 0.2 * x_1)
    s = slow_maxout(a, last.W, last.b)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(5), labels]).mean()


_, cache = maxout.forward(y_1)
_, gradient = maxout.backward(cache, dy)
slow = central_differences(loss_of_maxout, maxout, step=1e-5)
verify("(21.4) ∂W_p = xᵀ dz_p, ∂b_p = Σ_n dz_pn", flatten(gradient), slow, 1e-7)

first_layer = Affine(rng.normal(size=(4, 3)), rng.normal(size=3))
network = MLP((first_layer, LeakyReLU(0.2), maxout))
s, cache = mlp_forward(network, inputs)
_, ds = softmax_cross_entropy(s, labels)
_, gradient = mlp_backward(network, cache, ds)
slow = central_differences(slow_loss, network, step=1e-5)
verify("(21.5) gradient_i = ∂loss/∂θ_i for every i", flatten(gradient), slow, 1e-7)

# %% [markdown]
# The library's `check_gradient(f, model, gradient, step=...)` does the same: it gives the error of
# the worst entry or, where that is above 10⁻⁷, stops with the entry's name. Turn a sign, and see.

# %% the library's check, of the right gradient and of one with a sign turned
print("  the right one:", check_gradient(slow_loss, network, gradient, step=1e-5))
gradient.layers[0].W[1, 2] *= -1
try:
    check_gradient(slow_loss, network, gradient, step=1e-5)
except AssertionError as error:
    print("  a sign turned:", error)

# %% [markdown]
# ## A few entries?
#
# A cheaper check draws r entries at random, each from all of them again. If w of P entries are
# wrong, a draw misses them with the probability 1 - w/P, so
#
#     probability that r draws miss all w wrong entries of P = (1 - w/P)^r    (21.6)
#
# One wrong entry of 10,000 passes ten draws in 999 of 1,000 cases. And a bound of 1 % lets every
# error of 1 % pass: with 1/(N - 1) in the place of 1/N and 128 cases, all entries are off by the
# factor 128/127 = 1.008, and none is noticed.

# %% (21.6) every way to draw three of twelve entries, two of them wrong
P, w, r = 12, 2, 3
missed = 0
for draws in itertools.product(range(P), repeat=r):
    missed += min(draws) >= w  # entries 0 and 1 are the wrong ones
found = missed / P**r
verify("(21.6) probability that r draws miss all w wrong entries of P = (1 - w/P)^r",
       found, (1 - w / P) ** r)

# %% [markdown]
# ## Three questions before training
#
# **What is the loss of a network that knows nothing?** If all C logits are equal, each class has
# the probability 1/C:
#
#     loss = log C          2.303 for ten digits, .693 for yes or no          (21.7)
#
# Tiny random weights must give just that; those of lesson 20, up to some tenths more. If the loss
# is twice that, the network is sure of something before it has seen anything: weights too large, or
# pixels up to 255. If it is clearly below, the loss is wrong: nobody can know the labels yet. (A
# mean over N · C instead of N does it.)
#
# **Is the gradient right?** As above, in float64, on a few cases, with all kinds of layers in use.
#
# **Can it learn 20 cases by heart?** A network with thousands of parameters should bring the loss
# of 20 cases to almost nothing in seconds. If it cannot, no amount of data will help. The next
# section puts this question to a right network and to wrong ones.

# %% (21.7) the loss at the start
train = open_data("digits", part="train", bits="grey")
pixels, digits = np.float64(train[:]), train.labels
loss, _ = softmax_cross_entropy(np.full((7, 10), 3.2), np.arange(7))
probability = np.full(10, 1 / 10)  # of each digit
verify("(21.7) loss = log C", loss, -np.sum(probability * np.log(probability)))

settings = {"sd .01": (0.01, 1), "sd √(2/D), as in lesson 20": ("he", 1),
            "sd 1": (1.0, 1), "pixels up to 255": ("he", 255)}
losses = np.zeros((4, 12))
for row, (name, (init, scale)) in enumerate(settings.items()):
    for seed in range(12):
        rng = np.random.default_rng([21, seed])
        network = init_mlp([64, 50, 10], rng, "relu", init=init, dtype=np.float64)
        s, _ = mlp_forward(network, scale * pixels)
        losses[row, seed], _ = softmax_cross_entropy(s, digits)
    print(f"  12 starts, {name:26} {losses[row].min():7.3f} to {losses[row].max():7.3f}")
tiny, as_in_20, too_large = losses[0], losses[1], losses[2:]
claim("tiny weights start at log 10, to 1 %; those of lesson 20 at less than half as much again",
      np.abs(tiny - np.log(10)).max() < 0.023 and as_in_20.max() < 1.5 * np.log(10),
      tiny=tiny.max(), as_in_20=as_in_20.max())
claim("weights or pixels too large start at more than twice log 10",
      too_large.min() > 2 * np.log(10), least=too_large.min())

# %% [markdown]
# ## What goes wrong
#
# Five mistakes that people make, one at a time, in a backward pass written by hand. There are as
# many inputs as hidden units and as cases, so that no shape complains. First each is checked, on
# six random cases, by all of its 49 entries. Then each network is trained to say of 20 digits
# whether they are at least 5. The cell tells for each mistake
#
#     error      of the worst entry, divided by the largest slope: the whole check
#     right      the fraction of the entries that are right to 1 %: what a check of one entry passes
#     by heart   the loss of the 20 digits after 400 steps


# %% wrong: one line of a backward pass
def backward_by_hand(W_1, b_1, W_2, b_2, x, t, mistake):
    """The slopes of the loss by the four arrays, of a leaky ReLU network with one logit."""
    N = len(x)
    x_1 = x @ W_1 + b_1
    a = np.where(x_1 > 0, x_1, 0.2 * x_1)
    p = 1 / (1 + np.exp(-(a @ W_2 + b_2)))
    ds = (p - t) / N
    if mistake == "1/N twice":
        ds = ds / N
    dW_2 = a.T @ ds
    W_above = W_2
    if mistake == "W moved too soon":
        W_above = W_2 - 0.2 * dW_2  # a step of rate .2
    da = ds @ W_above.T
    if mistake == "* for @":
        da = ds * W_above
    dx_1 = da * np.where(x_1 > 0, 1, 0.2)
    dW_1 = x.T @ dx_1
    if mistake == "one wrong entry":
        dW_1[1, 2] *= 2
    db_1 = dx_1.sum(axis=0)
    if mistake == "∂b over columns":
        db_1 = dx_1.sum(axis=1)
    return [dW_1, db_1, dW_2, ds.sum(axis=0)]


rng = np.random.default_rng(5)
six_cases, six_targets = rng.normal(size=(6, 6)), np.array([[0], [1], [1], [0], [1], [0]])
arrays = [rng.normal(size=(6, 6)), rng.normal(size=6), rng.normal(size=(6, 1)), rng.normal(size=1)]
six_by_six = MLP((Affine(*arrays[:2]), LeakyReLU(0.2), Affine(*arrays[2:])))


def loss_of_six_cases(network):
    s, _ = mlp_forward(network, six_cases)
    return binary_cross_entropy(s, six_targets)[0]


def learn_by_hand(x, t, mistake, steps=400):
    """The loss of a new network after these steps, of rate .2, on the same cases."""
    rng = np.random.default_rng(6)
    W_1, b_1 = rng.normal(size=(64, 64)) / 6, np.zeros(64)
    W_2, b_2 = rng.normal(size=(64, 1)) / 6, np.zeros(1)
    for _ in range(steps):
        slopes = backward_by_hand(W_1, b_1, W_2, b_2, x, t, mistake)
        for array, slope in zip((W_1, b_1, W_2, b_2), slopes):
            array -= 0.2 * slope
    s, _ = mlp_forward(MLP((Affine(W_1, b_1), LeakyReLU(0.2), Affine(W_2, b_2))), x)
    return binary_cross_entropy(s, t)[0]


mistakes = ["none", "1/N twice", "W moved too soon", "* for @", "∂b over columns",
            "one wrong entry"]
slow = central_differences(loss_of_six_cases, six_by_six, step=1e-5)
error, right = {}, {}
for mistake in mistakes:
    slopes = backward_by_hand(*arrays, six_cases, six_targets, mistake)
    found = np.concatenate([slope.ravel() for slope in slopes])
    off = np.abs(found - slow)
    error[mistake] = off.max() / np.abs(slow).max()
    right[mistake] = np.mean(off <= 0.01 * np.abs(slow))

few = np.arange(64) % 20  # 20 cases, some of them four times, to have 64 rows
t = (digits[few] >= 5).astype(float)[:, None]
by_heart = {}
print(f"  by heart, at the start: {learn_by_hand(pixels[few], t, 'none', steps=0):.3f}")
print("  mistake                    error    right   by heart")
for mistake in mistakes:
    by_heart[mistake] = learn_by_hand(pixels[few], t, mistake)
    print(f"  {mistake:22} {error[mistake]:9.0e} {right[mistake]:8.0%} {by_heart[mistake]:10.3f}")
shuffled = np.random.default_rng(2).permutation(t[:20])[few]
with_shuffled_labels = learn_by_hand(pixels[few], shuffled, "none")

wrong_errors = [error[mistake] for mistake in mistakes[1:]]
claim("the whole check finds every mistake by a factor of 1,000",
      min(wrong_errors) > 1000 * error["none"], right=error["none"], least_wrong=min(wrong_errors))
some = min(right["∂b over columns"], right["one wrong entry"])
claim("with a wrong ∂b or one wrong entry, more than 4 entries in 5 are right", some > 0.8,
      least=some)
learnt = sum(by_heart[mistake] < 0.1 for mistake in mistakes[1:])
claim("with three of the five mistakes, 20 cases are learnt by heart", learnt == 3, learnt=learnt)
claim("and so they are by the right network if their labels are shuffled",
      with_shuffled_labels < 0.1, right_labels=by_heart["none"], shuffled=with_shuffled_labels)

# %% [markdown]
# So the three questions see different things. With 1/N twice, where the steps are 64 times too
# short, and with * for @ the 20 cases are not learnt. With the other wrong gradients they are, and
# so they are by a right one with shuffled labels: it tells only that much of the machinery works.
# A check of a few entries may well pass a wrong ∂b or a wrong entry. The whole check, in float64,
# misses none of these. It is slow, and it is done once.
#
# ## Stop here with a debugger
#
#     dgm lessons 21 --stop backward_by_hand:4
#
# stops in the backward pass above at its fourth call, where "* for @" is checked. Eleven times `n`
# lead to the wrong line (`;;` stands between commands on one line). Look at da before and after:
#
#     (Pdb) p mistake
#     '* for @'
#     (Pdb) n ;; n ;; n ;; n ;; n ;; n ;; n ;; n ;; n ;; n ;; n
#     (Pdb) p da
#     array float64 (6, 6) [-0.14, 0.164]
#     (Pdb) n
#     (Pdb) p da
#     array float64 (6, 1) [-0.0601, 0.102]
#     (Pdb) n
#     (Pdb) p dx_1
#     array float64 (6, 6) [-0.0601, 0.102]
#
# Entry by entry, da has lost its columns. One line on nobody can tell: NumPy repeats a column as
# often as it takes. So look at the shapes where a line is new. `q` leaves.
#
# ## Exercises
#
# 1. On paper: for which f is the one-sided difference exact, whatever ε? And the central one?
# 2. On paper: 3 of 4,000 entries are wrong. How many must a check draw by (21.6), for the
#    probability that it misses them all to be below 1 %? What do you conclude?
# 3. On paper: there are 36 + 6 + 6 + 1 entries in the six by six network. Explain the column
#    "right" for "one wrong entry", "∂b over columns" and "* for @".
# 4. In code: the check that misses nothing.
#
#        def worst_entry(f, vector, gradient, step):
#            """(error, i): the largest |gradient_i - central difference|, and its place i.
#
#            f takes a vector (P,) and gives a number; vector and gradient (P,). The error is
#            divided by the largest |central difference|. `vector` is left as it was.
#            """
#
#    Try it on `networks["tanh"]`. `windows(network, vector)`, from where `pack` is, gives a network
#    whose arrays look into the vector, so that f may call
#    `loss_of_network(windows(network, vector), cases, classes)`. A right gradient must have an
#    error below 10⁻⁷ for the step 10⁻⁵. Then turn a sign: i must be the entry that `check_gradient`
#    names. `lessons/solutions/21.md` shows the check.
#
# `dgm course release 21 --out .` writes a file for the exercise in code, and
# `dgm course check 21` judges what you write into it.
#
# Solutions: `lessons/solutions/21.md`, for when you have tried.
