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
# About an hour and a quarter. You need backpropagation (lesson 20).
#
# ## How far off is a difference?
#
# The slope of x³ at .7 is 3 · .49 = 1.47. Take differences with the step ε = .1:
#
#     one-sided   (.8³ - .7³) / .1 = (.512 - .343) / .1 = 1.69        off by .22
#     central     (.8³ - .6³) / .2 = (.512 - .216) / .2 = 1.48        off by .01
#
# Expand (x ± ε)³ = x³ ± 3x²ε + 3xε² ± ε³. One-sided, the term 3xε² is left, and after the division
# it is off by 3xε. Central, it cancels:
#
#     ((x + ε)³ - (x - ε)³) / 2ε = 3x² + ε²                                   (21.1)
#
# For any smooth f the same happens, by Taylor's series: one-sided is off by f''(x) ε / 2, central
# by f'''(x) ε² / 6. Two more points make ε² cancel too. Let c(ε) be the central difference of x⁵:
#
#     c(ε) = 5x⁴ + 10x²ε² + ε⁴          c(2ε) = 5x⁴ + 40x²ε² + 16ε⁴
#     (4 c(ε) - c(2ε)) / 3, from the five points x - 2ε to x + 2ε, has no ε² left:
#     five points on x⁵ = 5x⁴ - 4ε⁴                                           (21.2)
#
# `central_differences(f, model, step)` of the library does this for every parameter of a layer or
# a network, laid end to end in one vector θ, which `flatten(model)` gives; f takes the model and
# gives a number.
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
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.records import flatten, pack
from numpy_dgm.foundation.verify import claim, verify
from numpy_dgm.neural import (
    MLP, Affine, LeakyReLU, Maxout, ReLU, init_mlp, mlp_backward, mlp_forward,
    softmax_cross_entropy)


def differences(f, arguments, which, step=1e-5):
    """∂f/∂(one of its arguments), as in lesson 20: each of its entries is moved up and down."""
    arguments = list(arguments)
    array = arguments[which]
    slope = np.zeros(array.shape)
    for place in np.ndindex(array.shape):
        moved = array.copy()
        arguments[which] = moved
        moved[place] = array[place] + step
        up = f(*arguments)
        moved[place] = array[place] - step
        down = f(*arguments)
        slope[place] = (up - down) / (2 * step)
    return slope


def sum_of_cubes(x):
    return np.sum(x**3)


def sum_of_fifth_powers(layer):
    return np.sum(layer.W**5) + np.sum(layer.b**5)


x = np.array([0.7, -0.4, 1.1])
found = differences(sum_of_cubes, [x], 0, step=0.1)
verify("(21.1) ((x + ε)³ - (x - ε)³) / 2ε = 3x² + ε²", found, 3 * x**2 + 0.1**2)
layer = Affine(np.array([[0.7, -0.4]]), np.array([1.1, 0.2]))
theta = flatten(layer)  # .7, -.4, 1.1, .2
found = central_differences(sum_of_fifth_powers, layer, step=0.1)
verify("(21.2) five points on x⁵ = 5x⁴ - 4ε⁴", found, 5 * theta**4 - 4 * 0.1**4)

a, step = 0.02, 0.1
above, _ = ReLU().forward(np.array([a + step]))
below, _ = ReLU().forward(np.array([a - step]))
found = (above - below) / (2 * step)
verify("(21.3) (ReLU(a + ε) - ReLU(a - ε)) / 2ε = ½ (1 + a/ε)", found, [0.5 * (1 + a / step)])

# %% [markdown]
# So make ε tiny? A computer rounds f to about u = 10⁻¹⁶ of its size, and the difference divides
# that by ε: it is off by u/ε besides. Too small a step is as bad as too large a one. ε² + u/ε is
# least near ε = u^(1/3), some 10⁻⁵, and leaves ten digits or so.


# %% experiment: the error of differences against their step
def loss_of_network(network, cases, classes):
    s, _ = mlp_forward(network, cases)
    loss, _ = softmax_cross_entropy(s, classes)
    return loss


def worst_errors(network, cases, classes, step):
    """The worst entry's error, in largest slopes: one-sided, central and five points."""
    vector, network = pack(network)  # now the network's arrays are windows onto the vector
    cases = cases.astype(vector.dtype)
    s, cache = mlp_forward(network, cases)
    _, ds = softmax_cross_entropy(s, classes)
    _, gradient = mlp_backward(network, cache, ds)
    gradient = flatten(gradient)
    f = np.zeros((5, len(vector)))
    for i in range(len(vector)):
        value = vector[i]
        for row, offset in enumerate((-2, -1, 0, 1, 2)):
            vector[i] = value + offset * step  # moves the network
            f[row, i] = loss_of_network(network, cases, classes)
        vector[i] = value
    one_sided = (f[3] - f[2]) / step
    central = (f[3] - f[1]) / (2 * step)
    five_points = (8 * (f[3] - f[1]) - (f[4] - f[0])) / (12 * step)
    off = np.abs(np.array([one_sided, central, five_points]) - gradient)
    return off.max(axis=1) / np.abs(gradient).max()


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
vector, networks["ReLU"] = pack(networks["ReLU, biases 0"])  # a copy,
vector += 0.1 * rng.normal(size=len(vector))  # the biases of which are 0 no longer
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
claim("the best step of each kind is better than that of the kind before by a factor of 10",
      bool(10 * best[1] < best[0] and 10 * best[2] < best[1]), best=best)
claim("in float32 the best of all steps is a thousand times worse than in float64",
      errors["tanh, float32"].min() > 1000 * errors["tanh"].min(),
      float32=errors["tanh, float32"].min(), float64=errors["tanh"].min())
claim("with biases 0 and a blank case, ReLU is wrong at every step by more than a thousandth",
      errors["ReLU, biases 0"][:, 1].min() > 0.001, best=errors["ReLU, biases 0"][:, 1].min())

# %% [markdown]
# **What to see.** On the left, valleys. To the right of each floor the error is that of the
# formula, with ε, ε² and ε⁴; to the left it is rounding, u/ε. On the right: in float32, where u is
# about 10⁻⁷, every step is poor. ReLU goes along with tanh until the steps cross kinks. But with
# biases of 0, as they are before training, it is wrong at every step: one of the cases is blank,
# x = 0, and so its units stand exactly on the kink. (A layer whose units are all off does the same
# to the next one.) So check in float64, and move the biases before you do.
#
# ## Every entry
#
# Now check a layer that is new. A maxout unit gives the largest of several affine pieces
# (Goodfellow et al. 2013):
#
#     y_nk = max_p z_pnk,   z_p = x W_p + b_p
#
# Only the largest piece moves y. Let chosen_p be 1 where piece p is the largest, else 0. Then
# dz_p = chosen_p · dy, each piece goes on like an affine layer, and x is a fork into all of them:
#
#     ∂W_p = xᵀ dz_p          ∂b_p = Σ_n dz_pn          dx = Σ_p dz_p W_pᵀ    (21.4)
#
# First it is checked alone, then in a network, where every parameter of every layer and every
# input is moved, so that nothing is left out:
#
#     gradient_i = ∂loss/∂θ_i for every i,   dx_nd = ∂loss/∂x_nd for every n and d     (21.5)


# %% (21.4) and (21.5) maxout, and a network with it
def slow_maxout(x, W, b):
    """y (N, K): for each case and unit the largest of its pieces."""
    pieces = [x @ W[p] + b[p] for p in range(len(W))]
    return np.max(pieces, axis=0)


def maxout_loss(x, W, b, dy):
    return np.sum(dy * slow_maxout(x, W, b))


def slow_loss(x, W_1, b_1, W_2, b_2, labels):
    x_1 = x @ W_1 + b_1
    y_1 = np.where(x_1 > 0, x_1, 0.2 * x_1)
    s = slow_maxout(y_1, W_2, b_2)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(x)), labels]).mean()


rng = np.random.default_rng(22)
x = rng.normal(size=(5, 4))
labels = np.array([2, 0, 1, 1, 2])
W_1, b_1 = rng.normal(size=(4, 3)), rng.normal(size=3)
W_2, b_2 = rng.normal(size=(2, 3, 3)), rng.normal(size=(2, 3))  # two pieces
y_1 = rng.normal(size=(5, 3))
dy = rng.normal(size=(5, 3))

maxout = Maxout(W_2, b_2)
_, cache = maxout.forward(y_1)
dx, gradient = maxout.backward(cache, dy)
for which, mine in enumerate((dx, gradient.W, gradient.b)):
    slow = differences(maxout_loss, [y_1, W_2, b_2, dy], which)
    verify("(21.4) ∂W_p = xᵀ dz_p, ∂b_p = Σ_n dz_pn, dx = Σ_p dz_p W_pᵀ", mine, slow, 1e-7)

network = MLP((Affine(W_1, b_1), LeakyReLU(0.2), Maxout(W_2, b_2)))
s, cache = mlp_forward(network, x)
_, ds = softmax_cross_entropy(s, labels)
dx, gradient = mlp_backward(network, cache, ds)
arrays = [x, W_1, b_1, W_2, b_2, labels]
slow = [differences(slow_loss, arrays, which).ravel() for which in range(1, 5)]
verify("(21.5) gradient_i = ∂loss/∂θ_i for every i", flatten(gradient), np.concatenate(slow), 1e-7)
verify("(21.5) dx_nd = ∂loss/∂x_nd", dx, differences(slow_loss, arrays, 0), 1e-7)

# %% [markdown]
# ## A few entries?
#
# A cheaper check looks at r entries, drawn at random. If w of the P entries are wrong, each draw
# misses them with the probability 1 - w/P, so
#
#     P(r draws miss all w wrong entries of P) = (1 - w/P)^r                  (21.6)
#
# One wrong entry of 10,000 passes ten draws in 999 of 1,000 cases. And a bound of 1 % lets every
# error of 1 % pass: 1/(N - 1) in the place of 1/N, with 128 cases, at every single entry.

# %% (21.6) every way to draw three of twelve entries, two of them wrong
P, w, r = 12, 2, 3
missed = 0
for draws in itertools.product(range(P), repeat=r):
    missed += min(draws) >= w  # entries 0 and 1 are the wrong ones
found = missed / P**r
verify("(21.6) P(r draws miss all w wrong entries of P) = (1 - w/P)^r", found, (1 - w / P) ** r)

# %% [markdown]
# ## Three questions before training
#
# **What is the loss of a network that knows nothing?** If all C logits are equal, each class has
# the probability 1/C:
#
#     loss = log C          2.303 for ten digits, .693 for yes or no          (21.7)
#
# Small random weights must give about that. If the loss is far above, the network is sure of
# something before it has seen anything: weights too large, or pixels up to 255. If it is below,
# the loss is wrong: nobody can know the labels yet. (A mean over N · C instead of N does it.)
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

starts = {}
for name, init, scale in (("sd .01", 0.01, 1), ("sd √(2/D), as in lesson 20", "he", 1),
                          ("sd 1", 1.0, 1), ("pixels up to 255", "he", 255)):
    network = init_mlp([64, 50, 10], np.random.default_rng(0), "relu", init=init, dtype=np.float64)
    s, _ = mlp_forward(network, scale * pixels)
    starts[name], _ = softmax_cross_entropy(s, digits)
    print(f"  loss at the start, {name:26} {starts[name]:8.3f}")
too_large = min(starts["sd 1"], starts["pixels up to 255"])
claim("small weights start at log 10, to 1 %; weights or pixels too large at more than twice that",
      abs(starts["sd .01"] - np.log(10)) < 0.02 and too_large > 2 * np.log(10),
      small=starts["sd .01"], too_large=too_large)

# %% [markdown]
# ## What goes wrong
#
# Seven mistakes that people make, one at a time, in a backward pass written by hand. There are as
# many inputs as hidden units and as cases, so that no shape complains. The question to the network
# is whether a digit is at least 5. The cell tells for each mistake
#
#     off        how far the worst entry is off, in largest slopes: the whole check
#     passes     at how many of the entries a check of one entry, to within 1 %, would pass
#     by heart   the loss of 20 cases after 400 steps (it starts near .69)


# %% wrong: one line of a backward pass
def backward_by_hand(W_1, b_1, W_2, b_2, x, t, mistake):
    """The slopes of the loss by the four arrays, of a leaky ReLU network with one logit."""
    N = len(x)
    x_1 = x @ W_1 + b_1
    y_1 = np.where(x_1 > 0, x_1, 0.2 * x_1)
    p = 1 / (1 + np.exp(-(y_1 @ W_2 + b_2)))
    ds = (p - t) / N
    if mistake == "1/N twice":
        ds = ds / N
    if mistake == "1/(N - 1)":
        ds = ds * N / (N - 1)
    dW_2 = y_1.T @ ds
    W_above = W_2
    if mistake == "W moved too soon":
        W_above = W_2 - 0.2 * dW_2  # a step of rate .2
    dy_1 = ds @ W_above.T
    if mistake == "* for @":
        dy_1 = ds * W_above
    mask = np.where(x_1 > 0, 1, 0.2)
    if mistake == "another layer's mask":
        mask = np.where(x > 0, 1, 0.2)
    dx_1 = dy_1 * mask
    dW_1 = x.T @ dx_1
    if mistake == "one wrong entry":
        dW_1[1, 2] *= 2
    db_1 = dx_1.sum(axis=0)
    if mistake == "∂b over columns":
        db_1 = dx_1.sum(axis=1)
    return [dW_1, db_1, dW_2, ds.sum(axis=0)]


def loss_by_hand(W_1, b_1, W_2, b_2, x, t):
    x_1 = x @ W_1 + b_1
    y_1 = np.where(x_1 > 0, x_1, 0.2 * x_1)
    s = y_1 @ W_2 + b_2
    return np.mean(np.logaddexp(0, s) - t * s)  # log(1 + exp(s)) - t s, and no overflow


def check_by_hand(n, mistake):
    """How far the worst entry is off, and the fraction of the entries right to within 1 %."""
    rng = np.random.default_rng(5)
    arrays = [rng.normal(size=(6, 6)), rng.normal(size=6), rng.normal(size=(6, 1)),
              rng.normal(size=1), rng.normal(size=(n, 6)), rng.integers(0, 2, size=(n, 1))]
    found = backward_by_hand(*arrays, mistake)
    slow = [differences(loss_by_hand, arrays, which).ravel() for which in range(4)]
    slow = np.concatenate(slow)
    off = np.abs(np.concatenate([slope.ravel() for slope in found]) - slow)
    return off.max() / np.abs(slow).max(), np.mean(off <= 0.01 * np.abs(slow))


def learn_by_hand(x, t, mistake):
    """The loss of a new network after 400 steps of rate .2 on the same cases."""
    rng = np.random.default_rng(6)
    W_1 = rng.normal(size=(64, 64)) / 6
    W_2 = rng.normal(size=(64, 1)) / 6
    arrays = [W_1, np.zeros(64), W_2, np.zeros(1)]
    for _ in range(400):
        slopes = backward_by_hand(*arrays, x, t, mistake)
        for array, slope in zip(arrays, slopes):
            array -= 0.2 * slope
    return loss_by_hand(*arrays, x, t)


few = np.arange(64) % 20  # 20 cases, some of them four times, to have 64 rows
t = (digits[few] >= 5).astype(float)[:, None]
wrong_t = np.random.default_rng(2).permutation(t[:20])[few]
mistakes = ["none", "1/N twice", "W moved too soon", "another layer's mask", "* for @",
            "∂b over columns", "one wrong entry", "1/(N - 1)"]
off, passes, by_heart = {}, {}, {}
print("  mistake                     off   passes   by heart")
for mistake in mistakes:
    off[mistake], passes[mistake] = check_by_hand(6, mistake)
    by_heart[mistake] = learn_by_hand(pixels[few], t, mistake)
    print(f"  {mistake:22} {off[mistake]:8.0e} {passes[mistake]:8.0%} {by_heart[mistake]:10.3f}")
off["128 cases"], passes["128 cases"] = check_by_hand(128, "1/(N - 1)")
print(f"  1/(N - 1), 128 cases   {off['128 cases']:8.0e} {passes['128 cases']:8.0%}")
with_wrong_labels = learn_by_hand(pixels[few], wrong_t, "none")

right = off.pop("none")
claim("the whole check finds every mistake by a factor of 1,000",
      min(off.values()) > 1000 * right, right=right, least_wrong=min(off.values()))
some = min(passes["∂b over columns"], passes["one wrong entry"])
claim("the weak check passes a wrong ∂b or a wrong entry at more than 4 entries in 5, 1/127 at all",
      some > 0.8 and passes["128 cases"] > 0.99, some=some, of_127=passes["128 cases"])
learnt = sum(by_heart[mistake] < 0.1 for mistake in mistakes[1:])
claim("with five of the seven mistakes, 20 cases are learnt by heart", learnt >= 5, learnt=learnt)
claim("and so they are by the right network if their labels are shuffled", with_wrong_labels < 0.1,
      right_labels=by_heart["none"], shuffled=with_wrong_labels)

# %% [markdown]
# So the three questions see different things. A wrong gradient may well learn 20 cases by heart,
# and so does a right one with wrong labels: it tells only that much of the machinery works. A weak
# check may well pass a wrong gradient. The whole check, in float64, misses none of these. It is
# slow, and it is done once. In the library it is `check_gradient(f, model, gradient)`: it gives
# the error of the worst entry, or stops with the name of that entry, as in "layers[0].W[1, 2]: the
# gradient says -.0686, central differences say .0686 (ratio -1)".
#
# ## Stop here with a debugger
#
#     dgm lessons 21 --stop backward_by_hand
#
# stops in the backward pass above, at its first call, where it is held against differences.
#
#     (Pdb) p mistake
#     'none'
#     (Pdb) p x
#     array float64 (6, 6) [-1.3, 2.43]
#     (Pdb) p W_2
#     array float64 (6, 1) [-2, 0.272]
#
# Go on with `n` and look at each name as it is made: `p ds`, `p dy_1`, `p dx_1`. Six cases, six
# inputs, six units: see how little the shapes can tell.
#
# ## Exercises
#
# 1. On paper: for which f is the one-sided difference exact, whatever ε? And the central one?
# 2. On paper: 3 of 4,000 entries are wrong. How many must a check draw, for the probability that
#    it misses them all to be below 1 %?
# 3. On paper: a network for ten digits starts with a loss of 2.30, and after 1,000 steps it is
#    still 2.30. Name three mistakes that do this, and what you would look at first.
# 4. In code: the check that misses nothing.
#
#        def worst_entry(f, vector, gradient, step):
#            """(error, i): the largest |gradient_i - central difference|, and its place i.
#
#            f takes a vector (P,) and gives a number; vector and gradient (P,). The error is
#            divided by the largest |central difference|. `vector` is left as it was.
#            """
#
#    Hold it against `check_gradient` of the library. `windows(network, vector)`, from where `pack`
#    is, gives a network whose arrays look into the vector: `lessons/solutions/21.md` shows it.
#
# Solutions: `lessons/solutions/21.md`, for when you have tried.
