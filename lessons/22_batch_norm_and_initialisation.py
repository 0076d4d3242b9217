# %% [markdown]
# # Starting weights and batch norm: signals of the right size
#
# A network of five layers with weights that start a little too small learns nothing; a little too
# large, and it learns badly. Why does so much depend on numbers that training replaces anyway?
# And how can a layer be built that does not care?
#
# Afterwards you can
#
# - say what layers do to the size of what goes up and of the slopes that come down;
# - choose starting weights so that both stay as they are;
# - derive batch norm's backward pass in ten small steps, and then in one;
# - say what Adam does, and how a network with batch norm is used once it is trained.
#
# About an hour and a half. You need backpropagation (lesson 20) and its checks (lesson 21).
#
# ## The size of a sum
#
# Let the weights be drawn with mean 0 and standard deviation sd. Take 100 inputs of size 1 and
# sd = .01. A unit's y = Σ_d x_d W_d has 100 terms of size .01, with random signs. Squares add up,
# so y² is about 100 · .0001 = .01, and y about .1: a tenth of what came in. ReLU sets half of the
# units to 0, and y² halves again. After four such layers x² is down to .005⁴, about 6 · 10⁻¹⁰.
#
#     E[y_k²] = sd² Σ_d x_d²          over the weights; E[W_dk W_ek] = 0      (22.1)
#     E[ReLU(y_k)²] = ½ E[y_k²]       y and -y are equally likely             (22.2)
#
# For the size to stay, D sd² / 2 must be 1: sd = √(2/D), called "he" (He et al. 2015). On the way
# down dx = dy Wᵀ is a sum over the K outputs, and
#
#     E[dx_d²] = sd² Σ_k dy_k²                                                (22.3)
#
# Half of the slopes are then stopped by the ReLU below, so K sd² / 2 must be 1. Where D and K are
# alike, one sd serves both ways.

# %% (22.1) to (22.3) sizes, over many draws of the weights
import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.optimizers import Adam
from numpy_dgm.foundation.records import flatten, pack
from numpy_dgm.foundation.verify import claim, verify, verify_mean
from numpy_dgm.neural import (
    MLP, Affine, BatchNorm, Dropout, LeakyReLU, Linear, ReLU, init_mlp, mlp_backward, mlp_forward,
    softmax_cross_entropy, with_running_statistics)

rng = np.random.default_rng(22)
sd, D, K = 0.3, 6, 4
x = rng.normal(size=D)
dy = rng.normal(size=K)
b = np.zeros(K)
y_squared, relu_squared, dx_squared = [], [], []
for _ in range(5_000):
    layer = Affine(sd * rng.normal(size=(D, K)), b)
    y, cache = layer.forward(x[None])
    dx, _ = layer.backward(cache, dy[None])
    a, _ = ReLU().forward(y)
    y_squared.append(y[0] ** 2)
    relu_squared.append(a[0] ** 2)
    dx_squared.append(dx[0] ** 2)
size = sd**2 * np.sum(x**2)
verify_mean("(22.1) E[y_k²] = sd² Σ_d x_d²", y_squared, np.full(K, size))
verify_mean("(22.2) E[ReLU(y_k)²] = ½ E[y_k²]", relu_squared, np.full(K, size / 2))
verify_mean("(22.3) E[dx_d²] = sd² Σ_k dy_k²", dx_squared, np.full(D, sd**2 * np.sum(dy**2)))

# %% experiment: x going up, dy going down, and the ∂W that they make
train = open_data("digits", part="train", bits="grey")
pixels, digits = np.float64(train[:1200]), train.labels[:1200]
sizes = [64, 50, 50, 50, 50, 10]


def root_mean_square(array):
    return np.sqrt(np.mean(array**2))


def sizes_by_layer(init):
    """The size of x, of dy and of ∂W at each layer of weights (5, 3), at the start."""
    network = init_mlp(sizes, np.random.default_rng(0), "relu", init=init, dtype=np.float64)
    x = pixels
    passed = []  # on the way up: each layer with its x and its cache
    for layer in network.layers:
        y, cache = layer.forward(x)
        passed.append((layer, x, cache))
        x = y
    _, dy = softmax_cross_entropy(x, digits)
    found = []
    for layer, x, cache in reversed(passed):
        dx, gradient = layer.backward(cache, dy)
        if isinstance(layer, Affine):
            found.append([root_mean_square(x), root_mean_square(dy), root_mean_square(gradient.W)])
        dy = dx
    return np.array(found[::-1])


by_init = {}
for name, init in (("sd .01", 0.01), ("sd √(2/D)", "he"), ("sd .5", 0.5)):
    by_init[name] = sizes_by_layer(init)
fig, axes = plots.new_figure(1, 3, width=9, height=2.8)
for column, title in enumerate(("x going up", "dy coming down", "∂W = xᵀ dy")):
    for (name, found), style in zip(by_init.items(), ("C0o-", "C1s-", "k^:")):
        axes[column].semilogy(np.arange(1, 6), found[:, column], style, label=name)
    axes[column].set(xlabel="layer of weights, from below", title=title, xticks=range(1, 6))
axes[0].set_ylabel("size: root of the mean square")
axes[2].legend(fontsize=8)
plots.save(fig, "22_sizes.png")

small, he, large = by_init.values()
claim("with sd .01, x shrinks a thousandfold from the bottom to the top, dy from the top down too",
      small[0, 0] > 1000 * small[4, 0] and small[4, 1] > 1000 * small[0, 1],
      x=small[:, 0], dy=small[:, 1])
claim("and yet its ∂W is within a factor of 10 the same in all layers, and tiny in all",
      small[:, 2].max() < 10 * small[:, 2].min() and small[:, 2].max() < he[:, 2].min() / 1000,
      dW=small[:, 2])
claim("with sd √(2/D) neither x nor dy changes by more than a factor of 6 over the layers",
      he[:, 0].max() < 6 * he[:, 0].min() and he[:, 1].max() < 6 * he[:, 1].min())

# %% [markdown]
# **What to see.** With sd .01 the top layer gets a full dy, but its input x is next to nothing;
# the bottom layer has a full x, but next to no dy arrives. ∂W is the product of the two: equally
# tiny everywhere. Looking at ∂W alone one would not guess why. With √(2/D) both curves are level.
# With .5 they rise, and the steps that suit one layer do not suit another.
#
# ## Batch norm, in numbers
#
# Why not give every layer its size anew? Batch norm brings each column of a batch to mean 0 and
# variance 1, then to a scale gamma and a place beta, which are learnt (Ioffe and Szegedy 2015).
# Take a column of four cases, gamma = 1, beta = 0:
#
#     x = 1, 1, 5, 5      mean μ = 3      x - μ = -2, -2, 2, 2      variance v = 4
#     r = √v = 2          x̂ = (x - μ)/r = -1, -1, 1, 1              y = gamma x̂ + beta = x̂
#
# Let the loss be y of the first case, dy = 1, 0, 0, 0, and move its x up. Its y rises by 1/r = .5.
# But μ rises too, by a quarter, and pulls every y down; and v shrinks, as the case moves towards
# the mean, which pushes all x̂ outwards, and its own down. The slopes below take account of it all.
#
# ## In ten steps
#
# Forward, with a small epsilon that keeps the root from 0, each line one operation:
#
#     mu = Σ_n x_n / N       centred = x - mu       squared = centred²       v = Σ_n squared_n / N
#     r = √(v + epsilon)     inverse = 1 / r        x_hat = centred · inverse
#     y_n = gamma x̂_n + beta                                                  (22.4)
#
# Backward each name gets its slope, in the opposite order, by lesson 20's rules alone. What serves
# all rows (gamma, beta, inverse, mu) gets a sum over rows. There are two forks: `centred` goes into
# x_hat and into squared; x goes into centred and into mu. Try it before you read the cell. It
# holds each name against brute force: the name is pushed a little, entry by entry, and what comes
# after it follows.
#
#     d(name) = ∂loss/∂name, for every name                                   (22.5)
#     ∂gamma = Σ_n dy_n x̂_n          ∂beta = Σ_n dy_n                         (22.6)
#
# ## In one step
#
# Put the lines into one another. dinverse = Σ_n dx̂_n (x_n - μ) = r Σ_n dx̂_n x̂_n, and so
#
#     dv = dinverse · (-1/r²) · 1/(2r) = -(1/2r²) Σ_n dx̂_n x̂_n
#     dcentred_m = dx̂_m / r + (dv/N) · 2 (x_m - μ)
#                = (1/r) (dx̂_m - x̂_m (1/N) Σ_n dx̂_n x̂_n)                    x_m - μ = r x̂_m
#     dx_m = dcentred_m less its mean over the rows                          mu's way
#
# The x̂ have mean 0, so the second term has none to lose. With dx̂ = gamma dy, and (22.6),
#
#     dx_m = (gamma / r) (dy_m - ∂beta / N - x̂_m ∂gamma / N)                  (22.7)
#     Σ_m dx_m = 0            a batch moved as a whole gives the same y       (22.8)
#
# In the column above ∂beta = 1 and ∂gamma = -1. So dx_1 = ½ (1 - ¼ - ¼) = .25: half of the slope
# 1/r is left. dx_2 = ½ (0 - ¼ - ¼) = -.25, and dx_3 = dx_4 = ½ (0 - ¼ + ¼) = 0.


# %% (22.4) to (22.8) batch norm, name by name and fused
def batch_norm_loss(x, gamma, beta, dy, push):
    """Σ dy · y, where push[name] is added to each name as it is made: 0, or an array."""
    x = x + push["x"]
    mu = x.sum(axis=0) / len(x) + push["mu"]
    centred = x - mu + push["centred"]
    squared = centred**2 + push["squared"]
    v = squared.sum(axis=0) / len(x) + push["v"]
    r = np.sqrt(v + 1e-5) + push["r"]
    inverse = 1 / r + push["inverse"]
    x_hat = centred * inverse + push["x_hat"]
    return np.sum(dy * ((gamma + push["gamma"]) * x_hat + beta + push["beta"]))


def batch_norm_in_loops(x, gamma, beta):
    """y (N, K), column by column."""
    y = np.zeros(x.shape)
    for k in range(x.shape[1]):
        mean = sum(x[:, k]) / len(x)
        variance = sum((x[:, k] - mean) ** 2) / len(x)
        y[:, k] = gamma[k] * (x[:, k] - mean) / np.sqrt(variance + 1e-5) + beta[k]
    return y


N, K = 5, 3
x = rng.normal(scale=2, size=(N, K))
gamma, beta = rng.normal(size=K), rng.normal(size=K)
dy = rng.normal(size=(N, K))

mu = x.sum(axis=0) / N  # (K,)
centred = x - mu  # (N, K)
squared = centred**2  # (N, K)
v = squared.sum(axis=0) / N  # (K,)
r = np.sqrt(v + 1e-5)  # (K,)
inverse = 1 / r  # (K,)
x_hat = centred * inverse  # (N, K)
y = gamma * x_hat + beta  # (N, K)

dbeta = dy.sum(axis=0)
dgamma = (dy * x_hat).sum(axis=0)
dx_hat = dy * gamma
dinverse = (dx_hat * centred).sum(axis=0)
dr = -dinverse / r**2
dv = dr / (2 * r)
dsquared = np.tile(dv / N, (N, 1))
dcentred = dx_hat * inverse + dsquared * 2 * centred  # a fork
dmu = -dcentred.sum(axis=0)
dx = dcentred + dmu / N  # a fork

running_mean, running_variance = rng.normal(size=K), rng.uniform(1, 2, size=K)
norm = BatchNorm(gamma, beta, running_mean, running_variance)
y_library, cache = norm.forward(x)
dx_library, gradient = norm.backward(cache, dy)
y_slow = batch_norm_in_loops(x, gamma, beta)
verify("(22.4) y_n = gamma x̂_n + beta, the library", y_library, y_slow)
verify("(22.4) y_n = gamma x̂_n + beta, in steps", y, y_slow)
slopes = {
    "beta": dbeta, "gamma": dgamma, "x_hat": dx_hat, "inverse": dinverse, "r": dr, "v": dv,
    "squared": dsquared, "centred": dcentred, "mu": dmu, "x": dx}
slow = {}
for name, slope in slopes.items():
    slow[name] = np.zeros(slope.shape)
    for place in np.ndindex(slope.shape):
        push = dict.fromkeys(slopes, 0.0)
        push[name] = np.zeros(slope.shape)
        push[name][place] = 1e-5
        up = batch_norm_loss(x, gamma, beta, dy, push)
        push[name][place] = -1e-5
        down = batch_norm_loss(x, gamma, beta, dy, push)
        slow[name][place] = (up - down) / 2e-5
    verify(f"(22.5) d(name) = ∂loss/∂name, {name}", slope, slow[name], 1e-7)
fused = (gamma / r) * (dy - dbeta / N - x_hat * dgamma / N)
verify("(22.6) ∂gamma = Σ_n dy_n x̂_n, the library", gradient.gamma, slow["gamma"], 1e-7)
verify("(22.6) ∂beta = Σ_n dy_n, the library", gradient.beta, slow["beta"], 1e-7)
verify("(22.7) dx_m = (gamma / r) (dy_m - ∂beta / N - x̂_m ∂gamma / N)", fused, slow["x"], 1e-7)
verify("(22.7) and the library's dx", dx_library, slow["x"], 1e-7)
verify("(22.8) Σ_m dx_m = 0", dx_library.sum(axis=0), np.zeros(K))

column = np.array([[1.0], [1.0], [5.0], [5.0]])
one = BatchNorm(np.ones(1), np.zeros(1), np.zeros(1), np.ones(1), epsilon=0.0)
_, cache = one.forward(column)
dx_column, _ = one.backward(cache, np.array([[1.0], [0.0], [0.0], [0.0]]))
print("  the column 1, 1, 5, 5: dx =", dx_column[:, 0])

# %% [markdown]
# ## A case alone
#
# In use a case may come alone, and its answer should not depend on its company. So the layer keeps
# running statistics, which training moves a little with every batch: running ← .9 running + .1
# batch. Outside training they stand for μ and v, and the layer is affine, each row by itself:
#
#     y = gamma (x - running mean) / √(running variance + epsilon) + beta     (22.9)

# %% (22.9) in use
y, _ = norm.forward(x, training=False)
slow = np.zeros((N, K))
for n in range(N):
    for k in range(K):
        x_hat_nk = (x[n, k] - running_mean[k]) / np.sqrt(running_variance[k] + 1e-5)
        slow[n, k] = gamma[k] * x_hat_nk + beta[k]
verify("(22.9) y = gamma (x - running mean) / √(running variance + epsilon) + beta", y, slow)

# %% [markdown]
# ## Adam
#
# Another answer to slopes of the wrong size is to divide the size out. Adam (Kingma and Ba 2015)
# keeps for each parameter a running mean of its slope g and one of g², both started at 0 and set
# right for that, and steps by the one over the root of the other:
#
#     mean ← β₁ mean + (1 - β₁) g          square ← β₂ square + (1 - β₂) g²
#     θ ← θ - α mean' / (√square' + 10⁻⁸)      mean' = mean / (1 - β₁ᵗ), square' likewise   (22.10)
#
# t is the number of the step, β₁ = .9 and β₂ = .999. A slope that keeps its sign moves its
# parameter by α a step, be it large or tiny; one that flips about moves it by less.

# %% (22.10) three steps of Adam
theta = rng.normal(size=4)
by_library = theta.copy()
adam = Adam()
mean, square = np.zeros(4), np.zeros(4)
for t in (1, 2, 3):
    g = rng.normal(size=4)
    mean = 0.9 * mean + 0.1 * g
    square = 0.999 * square + 0.001 * g**2
    theta = theta - 0.01 * (mean / (1 - 0.9**t)) / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)
    adam.step(by_library, g, -0.01)  # the rate is below 0, as a loss is descended
verify("(22.10) θ ← θ - α mean' / (√square' + 10⁻⁸), three steps", by_library, theta)

# %% [markdown]
# ## Digits, from weights of any size
#
# Four hidden layers of 50 ReLUs. The loop is lesson 20's, with Adam, and for batch norm a line that
# keeps the running statistics.


# %% experiment: with and without batch norm, by the starting weights
held_out, held_out_digits = np.float64(train[1200:]), train.labels[1200:]


def misread(network, x, labels, training=False):
    s, _ = mlp_forward(network, x, training=training)
    return np.mean(s.argmax(axis=1) != labels)


def learn(batch_norm, init, seed=0):
    """A network after five epochs."""
    rng = np.random.default_rng([22, seed])
    network = init_mlp(sizes, rng, hidden="relu", batch_norm=batch_norm, init=init)
    vector, network = pack(network)
    adam = Adam()
    for _ in range(5):
        order = rng.permutation(1200)
        for batch in order.reshape(24, 50):
            s, cache = mlp_forward(network, pixels[batch])
            _, ds = softmax_cross_entropy(s, digits[batch])
            _, gradient = mlp_backward(network, cache, ds, need_dx=False)
            adam.step(vector, flatten(gradient), -0.003)
            network = with_running_statistics(network, cache)
    return network


spreads = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
n_seeds = 8
last = np.zeros((2, len(spreads), n_seeds))
for column, batch_norm in enumerate((False, True)):
    for i, spread in enumerate(spreads):
        for seed in range(n_seeds):
            network = learn(batch_norm, spread, seed)
            last[column, i, seed] = misread(network, held_out, held_out_digits)
mean = last.mean(axis=2)
fig, (ax,) = plots.new_figure(width=6.5, height=3.6)
for column, name in enumerate(("without batch norm", "with batch norm")):
    ax.loglog(spreads, mean[column], f"C{column}o-", label=name)
    for seed in range(n_seeds):
        ax.loglog(spreads, last[column, :, seed], f"C{column}.", markersize=4, alpha=0.5)
ax.set(xlabel="standard deviation of the starting weights", ylabel="fraction misread, held out",
       title="after 5 epochs (small: each of eight runs)", ylim=(0.01, 1))
ax.legend()
plots.save(fig, "22_digits.png")
claim("from weights of .003 a network learns only with batch norm",
      mean[0, 0] > 0.6 and mean[1, 0] < 0.12, without=mean[0, 0], with_it=mean[1, 0])
claim("without it, .03 and 1 are at least half as bad again as .1",
      min(mean[0, 2], mean[0, 5]) > 1.5 * mean[0, 3],
      misread=mean[0, [2, 3, 5]])
claim("with it, all from .003 to .1 end within .04 of one another", np.ptp(mean[1, :4]) < 0.04,
      least=mean[1, :4].min(), most=mean[1, :4].max())

# %% [markdown]
# **What to see.** Without batch norm there is a valley: the weights must start near the right size.
# With it the left side is level: each layer gets its size anew, whatever the weights (exercise 1).
# On the right even batch norm ends worse: where weights are large, Adam's steps of .003 take long
# to turn them.
#
# ## What goes wrong
#
# **Judged in training mode.** The layer then takes the mean and variance of whatever comes in one
# batch. Digits of one class at a time are judged by their company: what they have in common is
# taken out of them, and that was the class.

# %% wrong: judged in training mode, one class at a time
network = learn(True, "he")
in_training, in_use = [], []
for digit in range(10):
    rows = held_out_digits == digit
    in_training.append(misread(network, held_out[rows], held_out_digits[rows], training=True))
    in_use.append(misread(network, held_out[rows], held_out_digits[rows]))
claim("judged in training mode, one class at a time, more than half are misread; in use, few",
      np.mean(in_training) > 0.5 and np.mean(in_use) < 0.12,
      training=np.mean(in_training), in_use=np.mean(in_use))

# %% [markdown]
# ## Appendix: dropout, and a stack of everything
#
# Dropout also differs in training and in use. In training it sets each entry to 0 with some
# probability, `fraction`, so that no unit can rely on a single other one (Srivastava et al. 2014).
# What stays is divided by 1 - fraction, which keeps the mean. In use nothing is dropped.
#
#     y = x · mask,   mask = 1 / (1 - fraction) with probability 1 - fraction, else 0
#     dx = dy · mask          the same mask: it lies in the cache             (22.11)
#
# And a stack of all this is checked as in lesson 21, from end to end. Its slopes are right at the
# bottom only if every layer above hands down the right dx:
#
#     gradient_i = ∂loss/∂θ_i for every i                                     (22.12)

# %% (22.11) and (22.12) dropout, and a stack with everything in it
dropout = Dropout(0.3)
mask = (np.random.default_rng(1).random((N, K)) >= 0.3) / (1 - 0.3)
y, cache = dropout.forward(x, np.random.default_rng(1))
dx, _ = dropout.backward(cache, dy)
verify("(22.11) y = x · mask", y, x * mask)
verify("(22.11) dx = dy · mask", dx, dy * mask)

W_1, W_2, b_2 = rng.normal(size=(4, K)), rng.normal(size=(K, 3)), rng.normal(size=3)
inputs = rng.normal(size=(N, 4))
labels = np.array([2, 0, 1, 1, 2])


def slow_loss(network):
    first, norm, _, _, last = network.layers
    y = batch_norm_in_loops(inputs @ first.W, norm.gamma, norm.beta)
    a = np.where(y > 0, y, 0.2 * y) * mask
    s = a @ last.W + last.b
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(N), labels]).mean()


network = MLP((Linear(W_1), norm, LeakyReLU(0.2), dropout, Affine(W_2, b_2)))
s, cache = mlp_forward(network, inputs, np.random.default_rng(1))
_, ds = softmax_cross_entropy(s, labels)
_, gradient = mlp_backward(network, cache, ds)
by_differences = central_differences(slow_loss, network)
verify("(22.12) gradient_i = ∂loss/∂θ_i for every i", flatten(gradient), by_differences, 1e-7)

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 22 --stop batch_norm_in_loops
#
# stops right after the staged pass, all of whose names can be seen.
#
#     (Pdb) p x_hat
#     array float64 (5, 3) [-1.45, 1.36]
#     (Pdb) p dcentred
#     array float64 (5, 3) [-1.46, 2.85]
#     (Pdb) p dx
#     array float64 (5, 3) [-2.01, 2.3]
#
# `dx` is `dcentred` less its mean over the rows: `p dcentred - dcentred.mean(axis=0) - dx`.
#
# ## Exercises
#
# 1. On paper: an affine layer stands before batch norm. What is ∂b? And what becomes of y and of
#    ∂W if W is 10 times as large? (Take epsilon = 0.)
# 2. On paper: a network of tanh units, tanh(y) ≈ y for small y, with D inputs and K outputs a
#    layer. Which sd keeps x, which one keeps dy, and what would you choose?
# 3. In code: layer norm takes the mean and variance of each *row* instead of each column.
#
#        def layer_norm(x, gamma, beta, dy):
#            """(y, dx, dgamma, dbeta) for x and dy (N, K), gamma and beta (K,); epsilon is 1e-5."""
#
#    Hold y and dx, with gamma = 1 and beta = 0, against `BatchNorm` at the transposed batch:
#    `lessons/solutions/22.md` shows the check. Does layer norm need running statistics?
#
# `dgm course release 22 --out .` writes a file for the exercise in code, and
# `dgm course check 22` judges what you write into it.
#
# Solutions: `lessons/solutions/22.md`, for when you have tried.
