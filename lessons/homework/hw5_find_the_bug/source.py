# %% [markdown]
# # Assignment 5: find the bug
#
# Ten short pieces of code, from all over the course. Each runs, and each looks right. In each there
# is one bug, and only one, of a kind that stood in published code or that people asked about in
# public: hardly ever was there an error, and something was still learnt. You mend the pieces, and
# you say which bug it was.
#
# What a piece should do is said in its docstring, and that is right: not one of the bugs is in a
# docstring or in `sigmoid`. The pieces do not need one another.
#
# How does one find a bug in code that runs? By reading it beside the equation, one line at a time.
# By a case so small that the answer is known without the code. By asking it about the ends: very
# large numbers, a single case, twice the same case. By differences, where it claims a gradient
# (lesson 21); by an average over many runs, where it draws. `python check.py` does some of this for
# you, and says for each piece whether it holds, not why it does not. (Stay in double precision:
# differences see nothing in a single one.)
#
# Mend as little as you can: mostly it is one line. Where a piece draws random numbers, any order of
# the draws will do as long as it is right on average. No piece changes its arguments.
#
# Letters are those of the lessons: N cases, in rows; v (N, D) and h (N, K) the layers of an RBM
# with the parameters W (D, K), b (D,), c (K,); units are 0 or 1; s logits; z noise; d(name) the
# slope of a loss by that name.

# %%
import numpy as np


def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow. There is no bug in it."""
    return 0.5 * (1 + np.tanh(0.5 * x))


# %% [markdown]
# ## Piece 1: a residual layer
#
#     y = x + max(x W + b, 0)

# %%
def residual(x, W, b, dy):
    """Forward and backward: x (N, D), W (D, D), b (D,), dy (N, D) -> (y (N, D), dx (N, D), dW (D, D), db (D,))."""
    inputs = x @ W + b
    active = inputs > 0
    y = x + np.maximum(inputs, 0)

    d_inputs = dy * active
    dW = x.T @ d_inputs
    db = d_inputs.sum(axis=0)
    dx = dy + d_inputs @ W.T
    return y, dx, dW, db


# %% [markdown]
# ## Piece 2: the free energy of an RBM
#
#     F(v) = -log Σ_h exp(-E(v, h))

# %%
def free_energy(v, W, b, c):
    """F(v) of each case: v (N, D) -> (N,). For parameters of any size."""
    x = v @ W + c
    hidden_part = np.logaddexp(0, x).sum(axis=1)
    visible_part = v @ b
    return -(visible_part + hidden_part)


# %% [markdown]
# ## Piece 3: a step of the discriminator
#
# D(x) = σ(x·w + a) is the probability that x is real. D descends
#
#     L_D = -mean log D(x_real) - mean log(1 - D(x_fake))

# %%
def discriminator_step(x_real, x_fake, w, a, rate):
    """One step down L_D: x_real (N, D), x_fake (M, D), w (D,), a a number -> (w, a) after it."""
    n_real, n_fake = len(x_real), len(x_fake)
    x = np.concatenate([x_real, x_fake])
    targets = np.repeat([1.0, 0.0], [n_real, n_fake])
    weights = np.repeat([1 / n_real, 1 / n_fake], [n_real, n_fake])

    ds = weights * (sigmoid(x @ w + a) - targets)
    dw = ds @ x
    da = ds.sum()
    return w - rate * dw, a - rate * da


# %% [markdown]
# ## Piece 4: contrastive divergence
#
# CD-1: the cases against where one step of the chain leads from them. The mean of h given v stands
# for h in both averages.

# %%
def cd_gradient(v_data, W, b, c, rng):
    """CD-1 estimate of ∂ mean log p(v_data) / ∂(W, b, c), to be ascended: v_data (N, D) -> (dW, db, dc)."""
    p_data = sigmoid(v_data @ W + c)
    h = (rng.random(p_data.shape) < p_data).astype(float)
    p_v = sigmoid(h @ W.T + b)
    v = (rng.random(p_v.shape) < p_v).astype(float)
    p_model = sigmoid(v @ W + c)

    dW = (v_data.T @ p_data - v.T @ p_model) / len(v_data)
    db = (v_data - v).mean(axis=0)
    dc = (p_data - p_model).mean(axis=0)
    return dW, db, dc


# %% [markdown]
# ## Piece 5: a Gibbs step
#
# The hidden layer is drawn given v, then a new visible layer given that h; each case is a chain of
# its own, and chains know nothing of one another.

# %%
def gibbs_step(v, W, b, c, rng):
    """One step of block Gibbs sampling in N chains: v (N, D) -> (h (N, K), new_v (N, D))."""
    N, D = v.shape
    K = len(c)
    p_h = sigmoid(c + v @ W)
    h = np.where(rng.random((N, K)) < p_h, 1.0, 0.0)
    p_v = sigmoid(b + h @ W.T)
    new_v = np.where(rng.random((N, D)) < p_v, 1.0, 0.0)
    return h, new_v


# %% [markdown]
# ## Piece 6: what moves a score
#
# A network gives each case a score, s = a·w_2 with a = leaky ReLU of x W_1 + b_1, which has the
# slope .2 below 0. How does the score of each case change with its x?

# %%
def score_and_slope(x, W_1, b_1, w_2):
    """x (N, D), W_1 (D, H), b_1 (H,), w_2 (H,) -> (s (N,), ∂s_n/∂x_n in rows (N, D))."""
    x_1 = x @ W_1 + b_1
    a = np.where(x_1 > 0, x_1, 0.2 * x_1)
    s = a @ w_2

    da = np.tile(w_2, (len(x), 1))
    dx_1 = np.where(x_1 > 0, 1.0, 0.2) * da
    dx = dx_1 @ W_1.T
    return s, dx


# %% [markdown]
# ## Piece 7: learning with persistent chains
#
# PCD-1: there are N chains, as many as cases. They begin at the cases, and each update moves them
# by one step of block Gibbs sampling, with the parameters as they are, and then climbs the gradient
# estimate: the average over the cases less that over the chains.

# %%
def learn(v_data, W, b, c, rate, updates, rng):
    """That many updates of PCD-1: v_data (N, D) -> (W, b, c, chains (N, D)) after the last one."""
    N = len(v_data)
    v = v_data
    for _ in range(updates):
        p_h = sigmoid(v @ W + c)
        h = (rng.random(p_h.shape) < p_h) * 1.0
        p_v = sigmoid(h @ W.T + b)
        v = (rng.random(p_v.shape) < p_v) * 1.0

        p_data = sigmoid(v_data @ W + c)
        p_model = sigmoid(v @ W + c)
        W = W + rate * (v_data.T @ p_data - v.T @ p_model) / N
        b = b + rate * (v_data - v).sum(axis=0) / N
        c = c + rate * (p_data - p_model).sum(axis=0) / N
    return W, b, c, v


# %% [markdown]
# ## Piece 8: a step of the generator
#
# G(z) = z A + m, and D(x) = σ(x·w + a) as in piece 3, which is held. G descends the non-saturating
# loss,
#
#     L_G = -mean log D(G(z))

# %%
def generator_step(z, A, m, w, a, rate):
    """One step of G: z (M, L), A (L, D), m (D,), w (D,), a a number -> (A, m) after it."""
    x_fake = z @ A + m
    p_real = sigmoid(x_fake @ w + a)

    ds = (p_real - 1) / len(z)
    dx = np.outer(ds, w)
    dA = z.T @ dx
    dm = dx.sum(axis=0)
    return A - rate * dA, m - rate * dm


# %% [markdown]
# ## Piece 9: the negative phase
#
# k steps of block Gibbs sampling lead from v to a last v. Over the N chains, the averages of
# vᵢ hⱼ, of vᵢ and of hⱼ are taken there, where for h its mean given the last v stands.

# %%
def negative_phase(v, k, W, b, c, rng):
    """v (N, D), k >= 1 -> the averages (vh (D, K), mean_v (D,), mean_h (K,)) where k steps from v end."""
    for _ in range(k):
        p_h = sigmoid(v @ W + c)
        h = np.float64(rng.uniform(size=p_h.shape) < p_h)
        p_v = sigmoid(h @ W.T + b)
        v = np.float64(rng.uniform(size=p_v.shape) < p_v)
    p_h = sigmoid(v @ W + c)
    vh = v.T @ p_h / len(v)
    return vh, v.mean(axis=0), p_h.mean(axis=0)


# %% [markdown]
# ## Piece 10: a classifier
#
# s = tanh(x W_1 + b_1) W_2 + b_2, and the loss is the mean of -log p_label; p is the softmax of s.

# %%
def classifier_gradient(x, labels, W_1, b_1, W_2, b_2):
    """x (N, D), labels (N,), W_1 (D, H), b_1 (H,), W_2 (H, C), b_2 (C,) -> (loss, dW_1, db_1, dW_2, db_2)."""
    rows = np.arange(len(x))
    a = np.tanh(x @ W_1 + b_1)
    s = a @ W_2 + b_2
    s = s - s.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    loss = -log_p[rows, labels].mean()

    ds = np.exp(log_p)
    ds[rows, labels] -= 1
    ds /= len(x)
    dW_2, db_2 = a.T @ ds, ds.sum(axis=0)
    dx_1 = ds @ W_2.T * (1 - a**2)
    dW_1, db_1 = x.T @ dx_1, dx_1.sum(axis=0)
    return loss, dW_1, db_1, dW_2, db_2


# %% [markdown]
# ## Which bug was it?
#
# Each of the ten is one of these, and no two are the same.
#
# 1. What a forward pass kept is used for the way back of another one.
# 2. A layer's probabilities are those given an earlier draw of the other layer.
# 3. The same random numbers serve all cases.
# 4. The mask of an activation is made from other numbers than the activation's own input.
# 5. The gradient of an earlier step is still in that of the next one.
# 6. A gradient is divided by the number of cases twice.
# 7. A chain takes one step too few.
# 8. A constant is another one on the way back than on the way forward.
# 9. Parameters change before a gradient is taken that needs them as they were.
# 10. The targets of two kinds of cases are exchanged.
# 11. A chain goes on with probabilities where drawn values belong.
# 12. The slopes of biases are summed over the wrong axis.
# 13. A loss is taken for another one, which has its best value in the same place.
# 14. The logarithm of a sum of exponentials is computed as it is written.
# 15. A random number is compared with a probability the wrong way round.
# 16. A matrix of weights is used transposed.
# 17. A chain begins anew where it should go on.
# 18. A term with a bias is missing.
# 19. For some of the parameters, and not for others, a sum over cases stands for their mean.
# 20. The slope of a sigmoid is in a gradient once too often.

# %%
def names_of_the_bugs():
    """Ten whole numbers of the list, in a tuple: the bug of piece 1, of piece 2, ..., of piece 10."""
    # BEGIN SOLUTION
    return 4, 14, 10, 19, 3, 8, 17, 13, 2, 12
    # END SOLUTION
