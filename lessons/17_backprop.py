# %% [markdown]
# # Lesson 17: backpropagation
#
# After this lesson you will be able to
#
# - say what a network is, and derive the backward pass of each kind of layer and of two cross-entropies;
# - say why all slopes together cost about two forward passes, where differences cost one a parameter;
# - check a gradient so that nothing can hide in it, and choose the step of the check;
# - train a network that reads digits, and say what batch norm does for it.
#
# From lesson 4 you need σ; from lesson 5 slopes by differences; from lesson 10 the log-normaliser A.
#
# ## A network
#
# A layer is a function of a batch: x (N, D) comes in, N cases in rows, and y (N, K) goes out. An affine layer has a
# weight for each pair of numbers and a bias for each output. Other layers take each number through a curve φ:
#
#     y_nk = Σ_d x_nd W_dk + b_k            y_nk = φ(x_nk)                   definitions
#
# A network is layers, one on the other: what goes out of one comes into the next. p(h given v) of an RBM was one, an
# affine layer (W and c) and the curve σ. Curves stand between affine layers, as affine of affine would be one affine:
#
#     y = φ(x W_1 + b_1) W_2 + b_2                                           (17.1)
#
# The loss is a number that says how bad y is, a mean over the cases. It is a function of all P parameters, laid in one
# vector θ as in lesson 5. Losses are descended: a step goes against the gradient, and that we have to find.
#
# ## The slope is handed down
#
# Write dy for ∂loss/∂y, an array like y, and dx for ∂loss/∂x. Say that a layer is told dy. How much does an entry x_d
# of a case matter? It moves every y_k a little, every y_k moves the loss, and the effects add up:
#
#     dx_d = Σ_k dy_k ∂y_k/∂x_d                                              the chain rule
#
# The ∂y_k/∂x_d are the layer's Jacobian J (K, D). As rows, dx = dy J, the dy of the layer below. Through L layers,
#
#     dx = dy J_L ... J_2 J_1                                                (17.2)
#
# Multiply from the left, and all that is ever held is a row. This order, from the loss down, is backpropagation
# (Rumelhart, Hinton and Williams 1986); from the right, every step would be a product of matrices. Nor is any J
# written out: each kind of layer has a shorter way to dy J. Forward it gives y and a cache, what it will want to
# remember. Backward it takes cache and dy, and gives dx and the gradient of its own parameters.
#
# To try a layer alone we take the loss Σ dy · y: its slope with respect to y is dy, whatever dy we choose. `slopes` is
# the brute force: it moves each entry of the arrays of a function, which is written out by its definition.

# %% (17.1) and (17.2) a network in loops, and its Jacobians by differences
import timeit

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.optimizers import Adam
from numpy_dgm.foundation.records import flatten, leaves, pack
from numpy_dgm.foundation.verify import verify
from numpy_dgm.neural import (
    MLP, Affine, BatchNorm, Dropout, LeakyReLU, Linear, Maxout, ReLU, Sigmoid, Softplus, Tanh, binary_cross_entropy,
    init_mlp, mlp_backward, mlp_forward, softmax_cross_entropy, with_running_statistics)

rng = np.random.default_rng(17)
N, D, K = 5, 4, 3


def slopes(f, arrays, dy, step=1e-5):
    """∂ Σ (dy · f(*arrays))/∂array, for each of the arrays: every entry moved by `step` forward and back."""
    arrays = [array.copy() for array in arrays]
    found = [np.zeros_like(array) for array in arrays]
    for array, slope in zip(arrays, found):
        for place in np.ndindex(array.shape):
            value = array[place]
            for sign in (1, -1):
                array[place] = value + sign * step
                slope[place] += sign * np.sum(dy * f(*arrays)) / (2 * step)
            array[place] = value
    return found


def slow_affine(x, W, b):
    return np.array([[sum(x_n * W_k) + b_k for W_k, b_k in zip(W.T, b)] for x_n in x])


x, W, b, W_2, b_2 = (rng.normal(size=shape) for shape in ((N, D), (D, K), K, (K, 2), 2))
network = MLP((Affine(W, b), Tanh(), Affine(W_2, b_2)))
y, cache = mlp_forward(network, x)
x_1, y_1 = slow_affine(x, W, b), np.tanh(slow_affine(x, W, b))
verify("(17.1) y = φ(x W_1 + b_1) W_2 + b_2", y, slow_affine(y_1, W_2, b_2))
J_1 = np.array([slopes(slow_affine, [x[:1], W, b], row)[0][0] for row in np.eye(K)])  # (K, D), of the first case
J_2 = np.array([slopes(np.tanh, [x_1[:1]], row)[0][0] for row in np.eye(K)])  # (K, K)
J_3 = np.array([slopes(slow_affine, [y_1[:1], W_2, b_2], row)[0][0] for row in np.eye(2)])  # (2, K)
dy = rng.normal(size=(N, 2))
dx, _ = mlp_backward(network, cache, dy)
verify("(17.2) dx = dy J_L ... J_2 J_1", dx[0], dy[0] @ J_3 @ J_2 @ J_1, tolerance=1e-8)

# %% [markdown]
# ## Affine
#
# W_dk stands in y_nk for every row n, multiplied by x_nd; b_k stands in y_nk for every row too; x_nd stands in y_nk for
# every k. What stands in several places gets a slope from each, and they add up. With ∂W short for ∂loss/∂W,
#
#     ∂W_dk = Σ_n x_nd dy_nk          as matrices, ∂W = xᵀ dy                (17.3)
#     ∂b_k  = Σ_n dy_nk               a sum over rows: one b_k serves all    (17.4)
#     dx_nd = Σ_k dy_nk W_dk          as matrices, dx = dy Wᵀ                (17.5)
#
# The shapes, (D, N)(N, K) and (N, K)(K, D), leave no other way to multiply, unless some of N, D and K are equal. The
# forward product x W has N·D·K multiplications, and backward there are two with as many. So all P slopes cost about
# two more forward passes. Differences, (f(θ + ε) - f(θ)) / ε for each parameter, cost P + 1 of them.

# %% (17.3) to (17.5) an affine layer
layer, dy = Affine(W, b), rng.normal(size=(N, K))
y, cache = layer.forward(x)
dx, gradient = layer.backward(cache, dy)
dx_slow, dW_slow, db_slow = slopes(slow_affine, [x, W, b], dy)
verify("(17.3) ∂W_dk = Σ_n x_nd dy_nk", gradient.W, dW_slow, tolerance=1e-8)
verify("(17.4) ∂b_k = Σ_n dy_nk", gradient.b, db_slow, tolerance=1e-8)
verify("(17.5) dx_nd = Σ_k dy_nk W_dk", dx, dx_slow, tolerance=1e-8)

# %% [markdown]
# ## Elementwise, and maxout
#
# A curve takes each entry by itself. So J has entries on its diagonal only, and
#
#     dx = dy · φ'(x)                 entry by entry                         (17.6)
#
# For the usual curves φ' can be read off y, which is then all that the cache holds:
#
#     ReLU         max(x, 0)           1 where y > 0, else 0
#     leaky ReLU   max(x, slope x)     1 where y > 0, else slope             0 < slope < 1
#     tanh         tanh(x)             1 - y²
#     sigmoid      σ(x)                y (1 - y)
#     softplus     log(1 + exp(x))     σ(x) = 1 - 1 / (1 + exp(x)) = 1 - exp(-y)
#
# The slope of σ is at most 1/4: of a dy that comes down through ten sigmoids little is left. That is why ReLU and its
# kin are preferred in hidden layers. A maxout unit gives the largest of some affine pieces (Goodfellow et al. 2013):
#
#     y_nk = max_p z_pnk,   z_p = x W_p + b_p                                a definition
#
# Only the largest piece moves y. Let chosen_p be 1 where piece p is the largest, else 0. Then dz_p = chosen_p · dy, and
# each piece goes on like an affine layer. x is in all of them:
#
#     ∂W_p = xᵀ dz_p          ∂b_p = Σ_n dz_pn          dx = Σ_p dz_p W_pᵀ   (17.7)


# %% (17.6) and (17.7) curves by their definitions, and the largest of three pieces
def slow_curves(x):
    relu, leaky_relu = np.where(x > 0, x, 0), np.where(x > 0, x, 0.2 * x)  # (N, K)
    return np.array([relu, leaky_relu, np.tanh(x), 1 / (1 + np.exp(-x)), np.log(1 + np.exp(x))])


def slow_maxout(x, W, b):
    return np.max([slow_affine(x, W_p, b_p) for W_p, b_p in zip(W, b)], axis=0)


rows, dy = rng.normal(scale=2, size=(N, K)), rng.normal(size=(N, K))
for i, kind in enumerate((ReLU(), LeakyReLU(0.2), Tanh(), Sigmoid(), Softplus())):
    y, cache = kind.forward(rows)
    dx, _ = kind.backward(cache, dy)
    [dx_slow] = slopes(slow_curves, [rows], np.eye(5)[i][:, None, None] * dy)  # dy for curve i, 0 for the others
    verify(f"(17.6) dx = dy · φ'(x), {type(kind).__name__}", [y, dx], [slow_curves(rows)[i], dx_slow], tolerance=1e-8)

maxout = Maxout(W=rng.normal(size=(3, D, K)), b=rng.normal(size=(3, K)))
y, cache = maxout.forward(x)
dx, gradient = maxout.backward(cache, dy)
slow = slopes(slow_maxout, [x, maxout.W, maxout.b], dy)
verify("(17.7) ∂W_p = xᵀ dz_p, ∂b_p = Σ_n dz_pn, dx = Σ_p dz_p W_pᵀ", np.append(dx, flatten(gradient)),
       np.concatenate([slope.ravel() for slope in slow]), tolerance=1e-8)

# %% [markdown]
# ## Losses
#
# A network that answers yes or no gives a number s, the logit, and says: yes, with the probability σ(s). The right
# answer is t, 1 or 0. This is lesson 10's bit with the input s: p(t given s) = exp(t s) / exp(A(s)), where A(s) =
# log(1 + exp(s)). Minus the log-likelihood of the right answers is called the binary cross-entropy. By (10.3) A'(s) is
# σ(s), so its slope is what the network says less what is right:
#
#     loss = -(1/N) Σ_n log p(t_n given s_n) = (1/N) Σ_n [A(s_n) - t_n s_n]  (17.8)
#     ds_n = (σ(s_n) - t_n) / N                                              (17.9)
#
# One of K classes is lesson 10's softmax group, A(s) = log Σ_k exp(s_k), p by (10.5). [k = label] is 1 if so, else 0:
#
#     loss = (1/N) Σ_n [A(s_n) - s_n,label]                                  (17.10)
#     ds_nk = (p_nk - [k = label_n]) / N                                     (17.11)
#
# The model's mean less the data, as in lesson 5. Why take logits? One could end the network with σ and take the log of
# its p. At s = 40 that p is 1 to float64's last digit. If t = 0, log(1 - p) is log 0, and the slope is 1/(1 - p) times
# σ's p (1 - p), infinity times 0. On the logit these factors have cancelled on paper: loss and slope are 40 and 1.


# %% (17.8) to (17.11) the losses, from probabilities that are written out
def slow_binary(s):
    p = 1 / (1 + np.exp(-s))
    return -sum(np.log(p_n if t_n == 1 else 1 - p_n) for p_n, t_n in zip(p, t)) / N


def slow_softmax(s):
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    return -sum(np.log(p_n[label]) for p_n, label in zip(p, labels)) / N


s, t, labels = rng.normal(scale=2, size=(N, K)), np.array([1, 0, 0, 1, 1]), np.array([2, 0, 1, 1, 2])
loss, ds = binary_cross_entropy(s[:, 0], t)
verify("(17.8) loss = (1/N) Σ_n [A(s_n) - t_n s_n]", loss, slow_binary(s[:, 0]))
verify("(17.9) ds_n = (σ(s_n) - t_n) / N", ds, slopes(slow_binary, [s[:, 0]], 1.0)[0], tolerance=1e-8)
loss, ds = softmax_cross_entropy(s, labels)
verify("(17.10) loss = (1/N) Σ_n [A(s_n) - s_n,label]", loss, slow_softmax(s))
verify("(17.11) ds_nk = (p_nk - [k = label_n]) / N", ds, slopes(slow_softmax, [s], 1.0)[0], tolerance=1e-8)
loss, ds = binary_cross_entropy(np.array([40.0]), 0)
print(f"  s = 40, t = 0: 1 - p = {1 - 1 / (1 + np.exp(-40.0))}; on the logit, loss {loss}, slope {ds.item()}")

# %% [markdown]
# ## Batch norm
#
# Batch norm brings each column of a batch to mean 0 and variance 1, then to a scale gamma and a place beta, which are
# learnt (Ioffe and Szegedy 2015). For one column, with a small epsilon that keeps the root from 0,
#
#     μ = (1/N) Σ_n x_n     v = (1/N) Σ_n (x_n - μ)²     x̂_n = (x_n - μ) / √(v + epsilon)      definitions
#     y_n = gamma x̂_n + beta                                                 (17.12)
#     ∂gamma = Σ_n dy_n x̂_n     ∂beta = Σ_n dy_n         both serve all rows (17.13)
#
# Now dx. Let r = √(v + epsilon) and dx̂_n = gamma dy_n. A number x_m has three ways to the loss: its own x̂_m, μ, and
# v. First the slopes for v and μ, on which every row depends:
#
#     dv = Σ_n dx̂_n (x_n - μ) · (-½ r⁻³)              the slope of (v + epsilon)^(-1/2)
#        = -½ r⁻² Σ_n dx̂_n x̂_n                        (x_n - μ) / r = x̂_n
#     dμ = -(1/r) Σ_n dx̂_n + dv ∂v/∂μ                 μ stands in every x̂_n, and in v
#        = -(1/r) Σ_n dx̂_n                            ∂v/∂μ = -(2/N) Σ_n (x_n - μ) = 0
#
# Then the three ways together. ∂μ/∂x_m = 1/N, and with μ held still ∂v/∂x_m = 2 (x_m - μ) / N = 2 r x̂_m / N:
#
#     dx_m = dx̂_m / r + dμ / N + dv · 2 r x̂_m / N
#          = (1/r) (dx̂_m - (1/N) Σ_n dx̂_n - x̂_m (1/N) Σ_n dx̂_n x̂_n)        dμ and dv put in
#
# Take gamma out of dx̂; the sums are those of (17.13). The second term is the mean's part, the third the variance's:
#
#     dx_m = (gamma / r) (dy_m - ∂beta / N - x̂_m ∂gamma / N)                 (17.14)
#     Σ_m dx_m = 0            the dy_m add up to ∂beta, the x̂_m to 0         (17.15)
#
# A batch that is moved as a whole gives the same y, so no loss can have a slope that way. In use a case may come alone,
# and its answer should not depend on its company. So the layer keeps running statistics, which training moves a little
# with every batch. Outside training they stand for μ and v, and the layer is affine, each row by itself:
#
#     running ← (1 - momentum) running + momentum · batch                    a definition
#     y = gamma (x - running mean) / √(running variance + epsilon) + beta    (17.16)


# %% (17.12) to (17.16) batch norm, in training and outside
def slow_batch_norm(x, gamma, beta):
    y = np.empty_like(x)
    for k, column in enumerate(x.T):
        mu = sum(column) / N
        v = sum((x_n - mu) ** 2 for x_n in column) / N
        y[:, k] = [gamma[k] * (x_n - mu) / np.sqrt(v + 1e-5) + beta[k] for x_n in column]
    return y


norm = BatchNorm(*rng.normal(size=(3, K)), running_variance=rng.uniform(1, 2, size=K))
y, cache = norm.forward(rows)
dx, gradient = norm.backward(cache, dy)
dx_slow, *slow = slopes(slow_batch_norm, [rows, norm.gamma, norm.beta], dy)
verify("(17.12) y_n = gamma x̂_n + beta", y, slow_batch_norm(rows, norm.gamma, norm.beta))
verify("(17.13) ∂gamma = Σ_n dy_n x̂_n, ∂beta = Σ_n dy_n", [gradient.gamma, gradient.beta], slow, tolerance=1e-8)
verify("(17.14) dx_m = (gamma / r) (dy_m - ∂beta / N - x̂_m ∂gamma / N)", dx, dx_slow, tolerance=1e-8)
verify("(17.15) Σ_m dx_m = 0", dx.sum(axis=0), np.zeros(K))
scale = norm.gamma / np.sqrt(norm.running_variance + 1e-5)
as_affine = [rows, np.diag(scale), norm.beta - norm.running_mean * scale]
y, cache = norm.forward(rows, training=False)
dx, _ = norm.backward(cache, dy)
verify("(17.16) y = gamma (x - running mean) / √(running variance + epsilon) + beta, and its dx", [y, dx],
       [slow_affine(*as_affine), slopes(slow_affine, as_affine, dy)[0]], tolerance=1e-8)

# %% [markdown]
# ## Dropout, and the stack
#
# Dropout sets each entry to 0 with probability `share` while training, so that no unit can rely on a single other one
# (Srivastava et al. 2014). What stays is divided by 1 - share, which keeps the mean:
#
#     y = x · mask,   mask = 1 / (1 - share) with probability 1 - share, else 0                a definition
#     dx = dy · mask          the same mask: it lies in the cache            (17.17)
#
# Now the whole stack. `mlp_forward` runs the layers from the lowest up and keeps their caches. `mlp_backward` runs them
# from the highest down; the dx of each is the dy of the next. The gradient is a record like the network, and `flatten`
# lays it in one vector in the order of θ. The check walks that vector, so that nothing is left out:
#
#     gradient_i = ∂loss/∂θ_i for every i,   dx_nd = ∂loss/∂x_nd for every n and d             (17.18)


# %% (17.17) and (17.18) dropout, and a network with everything in it
def slow_loss(x, W_1, gamma, beta, W_2, b_2, W_3, b_3):
    h = slow_batch_norm(slow_affine(x, W_1, np.zeros(K)), gamma, beta)
    h = slow_maxout(slow_curves(h)[1] * mask, W_2, b_2)
    return slow_softmax(slow_affine(h, W_3, b_3))


dropout, mask = Dropout(0.3), (np.random.default_rng(1).random((N, K)) >= 0.3) / (1 - 0.3)
y, cache = dropout.forward(rows, np.random.default_rng(1))
dx, _ = dropout.backward(cache, dy)
verify("(17.17) dx = dy · mask", [y, dx], [rows * mask, slopes(np.multiply, [rows, mask], dy)[0]], tolerance=1e-8)
W_2, b_2, W_3, b_3 = (rng.normal(size=shape) for shape in ((2, K, 4), (2, 4), (4, K), K))
network = MLP((Linear(W), norm, LeakyReLU(), dropout, Maxout(W_2, b_2), Affine(W_3, b_3)))
s, cache = mlp_forward(network, x, np.random.default_rng(1))
loss, ds = softmax_cross_entropy(s, labels)
mlp_forward(network, -x, rng)  # another batch may go up before this one comes down: nothing is kept but in the cache
dx, gradient = mlp_backward(network, cache, ds)
slow = slopes(slow_loss, [x, W, norm.gamma, norm.beta, W_2, b_2, W_3, b_3], 1.0)
verify("(17.18) gradient_i = ∂loss/∂θ_i, dx_nd = ∂loss/∂x_nd", np.append(dx, flatten(gradient)),
       np.concatenate([slope.ravel() for slope in slow]), tolerance=1e-8)

# %% [markdown]
# ## The differences themselves
#
# How small a step ε? By Taylor's series, (f(x + ε) - f(x - ε)) / 2ε is off by f'''(x) ε²/6, and terms with ε⁴ and more.
# On x³ the latter are 0 and f''' is 6. (`central_differences` takes two more points, to cancel ε² and leave ε⁴.) But f
# is rounded, to about u = 10⁻¹⁶ of its size, and the quotient is off by u/ε. So a step too small is as bad as one too
# large: ε² + u/ε is least near ε = u^(1/3), some 10⁻⁵, and 10 digits or so are right. With ReLU there is a second
# reason for a small step. At x = a with 0 < a < ε the slope is 1, but the step back crosses the kink at 0.
#
#     ((x + ε)³ - (x - ε)³) / 2ε = 3x² + ε²                                  (17.19)
#     (ReLU(a + ε) - ReLU(a - ε)) / 2ε = ((a + ε) - 0) / 2ε = ½ (1 + a/ε)    (17.20)

# %% (17.19) and (17.20) what differences say of a power, and beside a kink
found, _ = slopes(np.power, [np.array([0.7]), np.array([3.0])], 1.0, step=0.1)
verify("(17.19) ((x + ε)³ - (x - ε)³) / 2ε = 3x² + ε²", found, [3 * 0.7**2 + 0.1**2])
(above, _), (below, _) = ReLU().forward(np.array([0.02 + 0.1])), ReLU().forward(np.array([0.02 - 0.1]))
verify("(17.20) (ReLU(a + ε) - ReLU(a - ε)) / 2ε = ½ (1 + a/ε)", (above - below) / 0.2, [0.5 * (1 + 0.02 / 0.1)])


# %% experiment: the error of differences against their step
def worst_errors(network, step):
    """Errors of one-sided, central and five-point differences: that of the worst entry, in largest slopes."""
    vector, network = pack(network)
    x, f = some_cases.astype(vector.dtype), np.empty((5, len(vector)))
    s, cache = mlp_forward(network, x)
    gradient = flatten(mlp_backward(network, cache, softmax_cross_entropy(s, classes)[1])[1])
    for i, value in enumerate(vector.copy()):
        for row, offset in enumerate((-2, -1, 0, 1, 2)):
            vector[i] = value + offset * step
            f[row, i], _ = softmax_cross_entropy(mlp_forward(network, x)[0], classes)
        vector[i] = value
    found = (f[3] - f[2]) / step, (f[3] - f[1]) / (2 * step), (8 * (f[3] - f[1]) - (f[4] - f[0])) / (12 * step)
    return np.abs(np.array(found) - gradient).max(axis=1) / np.abs(gradient).max()


steps, some_cases, classes = 10.0 ** np.arange(-11, -0.9, 0.5), rng.normal(size=(20, 4)), np.arange(20) % 3
kinds = ("tanh", "tanh", "float64"), ("tanh, float32", "tanh", "float32"), ("ReLU, biases 0", "relu", "float64")
networks = {name: init_mlp([4, 3, 3, 3], np.random.default_rng(0), hidden=hidden, dtype=dtype)
            for name, hidden, dtype in kinds}
vector, networks["ReLU"] = pack(networks["ReLU, biases 0"])
vector += 0.1 * rng.normal(size=len(vector))  # the biases of this one are 0 no longer
errors = {name: np.array([worst_errors(network, step) for step in steps]) for name, network in networks.items()}
fig, (left, right) = plots.new_figure(1, 2, width=10, height=3.6)
left.loglog(steps, errors["tanh"], marker=".", label=("one-sided", "central", "five points"))
for name in networks:
    right.loglog(steps, errors[name][:, 1], marker=".", label=name)
for ax, title in ((left, "tanh, three kinds of differences"), (right, "central differences, four networks")):
    ax.set(xlabel="step ε", ylabel="error of the worst entry", title=title, ylim=(1e-13, 30))
    ax.legend(fontsize=8, loc="lower left")
plots.save(fig, "17_steps.png")

# %% [markdown]
# What to see: on the left, valleys. To the right of the floor the error is the formula's, with ε, ε² and ε⁴; to the
# left it is rounding, u/ε. On the right: in float32 no step gives more than 5 digits. ReLU goes along with tanh until
# steps cross kinks. With fresh biases, 0, it is wrong at every step: where all units of a layer are off, the next one's
# x is exactly 0, on the kink. So check in float64, and move the biases before you do.
#
# ## Digits
#
# 64 pixels from 0 to 1 come in, 10 logits go out. Adam (Kingma and Ba 2015) keeps running means m of the gradient and s
# of its square, and moves each parameter by rate · m/√s: about the rate, however small the slopes. (The rate is below
# 0, as we descend.) Fresh weights are normal, by default ("he") of variance 2/D: a sum of D terms has D times the mean
# square of one, ReLU keeps half, so the layers' outputs stay as large all the way up. The cell first measures the cost
# of a backward pass. Then four hidden layers of 50 ReLUs learn digits, also from fresh weights of other spreads.

# %% the cost; digits, with and without batch norm
train, test = (open_data("digits", part=part, bits="grey") for part in ("train", "test"))
pixels, labels, held_out = train[:1200], train.labels[:1200], (train[1200:], train.labels[1200:])
network, some = init_mlp([64, 300, 300, 10], np.random.default_rng(0)), pixels[:200]
s, cache = mlp_forward(network, some)
forward, backward = (min(timeit.repeat(line, globals=globals(), number=1, repeat=20))
                     for line in ("mlp_forward(network, some)", "mlp_backward(network, cache, dy=s)"))
P = len(flatten(network))
print(f"  P = {P:,}; forward {1000 * forward:.1f} ms, backward {backward / forward:.1f} times as long: "
      f"{1000 * backward:.1f} ms; P + 1 times forward would be {(P + 1) * forward:.0f} s")


def misread(network, x, labels, training=False):
    s, _ = mlp_forward(network, x, training=training)
    return np.mean(s.argmax(axis=1) != labels)


def learn(batch_norm, init="he", epochs=5, seed=0):
    """A network; the share of held-out digits misread after each epoch; the size of each layer's ∂W at the start."""
    rng, adam, shares = np.random.default_rng(seed), Adam(), []
    vector, network = pack(init_mlp([64, 50, 50, 50, 50, 10], rng, hidden="relu", batch_norm=batch_norm, init=init))
    for _ in range(epochs):
        for batch in np.array_split(rng.permutation(1200), 24):
            s, cache = mlp_forward(network, pixels[batch])
            _, ds = softmax_cross_entropy(s, labels[batch])
            _, gradient = mlp_backward(network, cache, ds, need_dx=False)
            if adam.steps == 0:
                sizes = [np.sqrt(np.mean(array**2)) for name, array in leaves(gradient) if name.endswith("W")]
            adam.step(vector, flatten(gradient), -0.003)
            network = with_running_statistics(network, cache)
        shares.append(misread(network, *held_out))
    return network, shares, sizes


spreads = (0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1.0)
fig, (left, middle, right) = plots.new_figure(1, 3, width=13, height=3.6)
for batch_norm, name in ((False, "without batch norm"), (True, "with batch norm")):
    network, shares, _ = learn(batch_norm, epochs=15)
    runs = [learn(batch_norm, init=spread) for spread in spreads]
    left.plot(np.arange(1, 16), shares, marker=".")
    middle.loglog(spreads, [shares[-1] for _, shares, _ in runs], marker="o", label=name)
    right.semilogy(np.arange(1, 6), runs[1][2], marker="o")
    on_test = misread(network, test[:], test.labels)
    print(f"  {name}: {on_test:.1%} of {len(test)} test digits misread; of those held out, by spread,",
          "  ".join(f"{spread}: {shares[-1]:.0%}" for spread, (_, shares, _) in zip(spreads, runs)))
left.set(xlabel="epoch", ylabel="share misread, held out", ylim=(0, 0.2), title="fresh weights by 'he'")
middle.set(xlabel="standard deviation of fresh weights", ylim=(0.01, 1), title="held out, misread after 5 epochs")
right.set(xlabel="layer of weights, from below", title="size of ∂W at the start, deviation 0.01", xticks=range(1, 6))
middle.legend(fontsize=8)
plots.save(fig, "17_digits.png")

# %% [markdown]
# What to see: on the left both learn, the one with batch norm sooner; in the end they differ by few of the 237 digits
# held out. In the middle, without batch norm the fresh weights must have the right size. Where they are small, (17.2)
# has a small factor for each layer: on the right, next to no slope arrives. Batch norm gives each layer its size anew,
# whatever the weights (exercise 1). Where these are large, steps of 0.003 take long to turn them.
#
# ## What usually goes wrong
#
# **One line of the backward pass is wrong**, and the loss may still fall. The cell makes one mistake at a time, with 6
# inputs and 6 hidden units, so that with 6 cases no shape complains. The whole check finds them all (`check_gradient`
# makes it, and names the worst entry). A check that is often published looks at one random entry, to within 1 %. The
# cell says at which share of the entries it passes: with one wrong entry nearly all, with 1/(N - 1) and 128 cases all.
#
# **Judged in training mode.** Then batch norm judges a digit by its company; here, digits of one class at a time.


# %% wrong: one line of a backward pass; judged in training mode
def by_hand(network, mistake):
    """∂loss/∂θ of two affine layers and a leaky ReLU between, as one would write it down, but for a mistake."""
    W_1, b_1, W_2, b_2 = (array for _, array in leaves(network))
    x_1 = x @ W_1 + b_1
    y_1 = np.where(x_1 > 0, x_1, 0.2 * x_1)
    p = 1 / (1 + np.exp(-(y_1 @ W_2 + b_2)))
    factor = {"1/N twice": 1 / len(x), "σ's slope once more": p * (1 - p), "1/(N - 1)": len(x) / (len(x) - 1)}
    ds = (p - t) / len(x) * factor.get(mistake, 1)
    dW_2 = y_1.T @ ds
    dy_1 = ds * W_2 if mistake == "* for @" else ds @ (W_2 - dW_2 if mistake == "W moved too soon" else W_2).T
    mask = (x if mistake == "another layer's mask" else x_1) > 0
    dx_1 = dy_1 * np.where(mask, 1, 0.01 if mistake == "another leaky slope" else 0.2)
    dW_1, db_1 = x.T @ dx_1, dx_1.sum(axis=1 if mistake == "∂b over columns" else 0)
    dW_1[1, 2] *= 2 if mistake == "one wrong entry" else 1
    return np.concatenate([dW_1.ravel(), db_1, dW_2.ravel(), ds.sum(axis=0)])


def loss_of(network):
    return binary_cross_entropy(mlp_forward(network, x)[0], t)[0]


small = init_mlp([6, 6, 1], rng, dtype=np.float64)
x_all, t_all = rng.normal(size=(128, 6)), rng.integers(0, 2, size=(128, 1))
mistakes = ["none", "1/N twice", "σ's slope once more", "W moved too soon", "another layer's mask",
            "another leaky slope", "* for @", "∂b over columns", "one wrong entry", "1/(N - 1)"]
for mistake, n in [(mistake, 6) for mistake in mistakes] + [("1/(N - 1)", 128)]:
    x, t = x_all[:n], t_all[:n]
    slow = central_differences(loss_of, small, step=1e-6)
    off = np.abs(by_hand(small, mistake) - slow)
    print(f"  {mistake:20} {n:3} cases: the worst entry is off by {off.max() / np.abs(slow).max():.0e} of the largest; "
          f"the weak check passes at {np.mean(off <= 0.01 * np.abs(slow)):4.0%}")
alone = [misread(network, test[:][test.labels == k], test.labels[test.labels == k], training=True) for k in range(10)]
print(f"  judged in training mode, one class at a time: {np.mean(alone):.0%} misread")

# %% [markdown]
# ## Exercises
#
# 1. An affine layer stands before batch norm. What is ∂b? And what becomes of y and ∂W if W is 10 times as large?
# 2. All weights and biases of (17.1) are 0, φ = tanh. Which slopes are not 0? And if all weights are equal, but not 0?
# 3. A layer y = x + f(x) is called residual. What is its dx, and why do deep networks have them?
#
# ## Solutions
#
# 1. ∂b = Σ_n dx_n = 0, by (17.15): the mean takes b out. But for epsilon y stays as it is, and so does the loss L:
#    L(10 W) = L(W). Take the slope of both sides: 10 times ∂L/∂W at 10 W is ∂L/∂W at W. So ∂W is a tenth.
# 2. φ(0) = 0, so ∂W_2 = 0; dy W_2ᵀ = 0, so ∂W_1 and ∂b_1 = 0. Only ∂b_2 is left: the weights stay 0 for ever. If
#    all are equal, the hidden units get equal slopes, and stay equal. That is why fresh weights are drawn at random.
# 3. J is f's J with 1 added on the diagonal. So dx = dy + f's dx: even if f's slopes are tiny, dy comes through whole.

# %% solutions 1 and 2
x, dy, norm = rng.normal(size=(N, D)), rng.normal(size=(N, K)), BatchNorm(*np.ones((4, K)), epsilon=0.0)
stack, stack_10 = MLP((Affine(W, b), norm)), MLP((Affine(10 * W, b), norm))
(y, cache), (y_10, cache_10) = mlp_forward(stack, x), mlp_forward(stack_10, x)
(_, gradient), (_, gradient_10) = mlp_backward(stack, cache, dy), mlp_backward(stack_10, cache_10, dy)
verify("exercise 1: y, ∂W and ∂b", np.vstack([y, gradient.layers[0].W, gradient.layers[0].b]),
       np.vstack([y_10, 10 * gradient_10.layers[0].W, np.zeros(K)]))
network = MLP((Affine(0 * W, 0 * b), Tanh(), Affine(np.zeros((K, K)), np.zeros(K))))
_, gradient = mlp_backward(network, mlp_forward(network, x)[1], dy)
verify("exercise 2: ∂W_1, ∂b_1, ∂W_2 = 0", flatten(gradient)[:-K], np.zeros(D * K + K + K * K))
