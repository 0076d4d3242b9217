# %% [markdown]
# # Assignment 3: backpropagation, each slope by its name
#
# You write what a framework does in its backward pass, with NumPy alone: an affine layer, leaky
# ReLU, batch norm, two cross-entropies, then a network made of these. Every slope on its way back
# has a name and is looked at by itself, so that a mistake is found where it is made. In the end the
# network learns, by plain steps, and you write a step of Adam. Lessons 20, 21 and 22 are what you
# need.
#
# ## Conventions
#
# As in the lessons: N cases, D numbers a case, H, L and K units of a layer, C classes. Cases lie in
# rows: x (N, D), W (D, K), b (K,), and y = x W + b is (N, K). d(name) is ∂loss/∂(name), in the
# shape of the name itself; in code `dW`, `dx_1`.
#
# What varies from place to place in books and programs is an argument here: the slope of a leaky
# ReLU below 0, `epsilon`, how much of a running mean is kept, the rates. Use the argument, not the
# number that you remember: it is drawn anew for you. A loss is a mean over the cases, and its slope
# brings that 1/N along to all that is handed it: no layer divides by N on behalf of the loss. Batch
# norm has means of its own, and these keep their 1/N, forward and backward.
#
# Every function works for any sizes. None of them changes its arguments, and what it returns is in
# the order of its docstring. At the kink of a leaky ReLU, x = 0, take the slope of the side below.
#
# `python check.py` holds your functions against differences of your own losses (lesson 21), which
# finds most wrong slopes. Numbers come in double precision; leave them so, or differences see
# nothing. `dgm course check hw3` says more, a function at a time; `--task descend`, say, takes it to
# that one at once. Points are given for each array that a function returns: of the fourteen slopes
# of a network each counts by itself.

# %%
import numpy as np

# %% [markdown]
# ## An affine layer
#
# y = x W + b. The layer is handed dy, and says what x, W and b had to do with it.

# %%
def affine_backward(x, W, b, dy):
    """x (N, D), W (D, K), b (K,), dy (N, K) -> (dx (N, D), dW (D, K), db (K,))."""
    # BEGIN SOLUTION
    dx = dy @ W.T
    dW = x.T @ dy
    db = dy.sum(axis=0)
    return dx, dW, db
    # END SOLUTION


# %% [markdown]
# ## Leaky ReLU
#
# y = x where x > 0, else slope · x, entry by entry; 0 < slope < 1.

# %%
def leaky_relu(x, slope):
    """y, in the shape of x."""
    # BEGIN SOLUTION
    return np.where(x > 0, x, slope * x)
    # END SOLUTION


def leaky_relu_backward(x, slope, dy):
    """dx, from the x that went in and dy; all of one shape."""
    # BEGIN SOLUTION
    return np.where(x > 0, dy, slope * dy)
    # END SOLUTION


# %% [markdown]
# ## Batch norm
#
# In training, each column of the batch is brought to mean 0 and variance 1, but for epsilon, and
# then to the scale gamma and the place beta:
#
#     y = gamma x̂ + beta          x̂ = (x - mean) / √(variance + epsilon)
#
# The variance is the mean of squares over the N cases, not N - 1. The running statistics move
# towards those of the batch, the same variance among them:
#
#     new running = keep · running + (1 - keep) · batch
#
# In use, where `training` is False, y is made with the running mean and variance in the place of
# the batch's. These two then come back as they were: they move in training alone. A column may
# well be constant; epsilon sees to it that nothing is divided by 0.

# %%
def batch_norm(x, gamma, beta, running_mean, running_variance, epsilon, keep, training):
    """x (N, K), the four others (K,) -> (y (N, K), new_running_mean (K,), new_running_variance (K,))."""
    # BEGIN SOLUTION
    mean, variance = running_mean, running_variance
    new_mean, new_variance = running_mean, running_variance
    if training:
        mean = x.mean(axis=0)
        variance = ((x - mean) ** 2).mean(axis=0)
        new_mean = keep * running_mean + (1 - keep) * mean
        new_variance = keep * running_variance + (1 - keep) * variance
    x_hat = (x - mean) / np.sqrt(variance + epsilon)
    return gamma * x_hat + beta, new_mean, new_variance
    # END SOLUTION


# %% [markdown]
# Now backward, in training. Mean and variance are made of x too: there are forks. Write the forward
# pass in steps of one operation each, and give every name its slope, from the last to the first; a
# name between can be held against differences as in lesson 21, from where it is made to the end. Or
# find the one line to which they shrink.

# %%
def batch_norm_backward(x, gamma, epsilon, dy):
    """x (N, K), gamma (K,), dy (N, K) -> (dx (N, K), dgamma (K,), dbeta (K,)), in training."""
    # BEGIN SOLUTION
    N = len(x)
    centred = x - x.mean(axis=0)
    variance = (centred**2).sum(axis=0) / N
    r = np.sqrt(variance + epsilon)
    x_hat = centred / r
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx_hat = dy * gamma
    dvariance = -(dx_hat * x_hat).sum(axis=0) / (2 * r**2)
    dcentred = dx_hat / r + 2 * dvariance * centred / N
    dx = dcentred - dcentred.mean(axis=0)
    return dx, dgamma, dbeta
    # END SOLUTION


# %% [markdown]
# ## Cross-entropy, on logits
#
# Yes or no: a case has one logit s, and p = σ(s). Its target t is a number from 0 to 1: mostly one
# of the two ends, but a teacher who is not sure may say .9. With several classes a case has a row
# of logits, p is their softmax, and the label says which class is right.
#
#     loss = -(1/N) Σ_n [t_n log p_n + (1 - t_n) log(1 - p_n)]
#     loss = -(1/N) Σ_n log p_n,label
#
# Both must hold at logits of any size: there p is 0 or 1 to the last digit, while log p and
# log(1 - p) are ordinary numbers still. `np.logaddexp(a, b)` is log(exp(a) + exp(b)) without
# overflow; log(1 + exp(a)) is the case of b = 0. C is the number of columns of s: the batch need
# not have a case of every class.

# %%
def binary_cross_entropy(s, t):
    """s (N,), t (N,) -> (loss, ds (N,))."""
    # BEGIN SOLUTION
    N = len(s)
    terms = np.logaddexp(0, s) - t * s
    loss = terms.sum() / N
    p = 0.5 * (1 + np.tanh(0.5 * s))
    ds = (p - t) / N
    return loss, ds
    # END SOLUTION


def softmax_cross_entropy(s, labels):
    """s (N, C), labels (N,) integers from 0 to C - 1 -> (loss, ds (N, C))."""
    # BEGIN SOLUTION
    N = len(s)
    shifted = s - s.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[np.arange(N), labels].sum() / N
    p = np.exp(log_p)
    right = np.zeros(s.shape)
    right[np.arange(N), labels] = 1
    ds = (p - right) / N
    return loss, ds
    # END SOLUTION


# %% [markdown]
# ## A network
#
# Three layers of weights, batch norm behind the first one (which needs no biases: batch norm takes
# them out again), and leaky ReLU twice:
#
#     x_1 = x W_1                    (N, H)          x_2 = a_1 W_2 + b_2      (N, L)
#     y_1 = batch norm of x_1        (N, H)          a_2 = leaky ReLU of x_2  (N, L)
#     a_1 = leaky ReLU of y_1        (N, H)          s = a_2 W_3 + b_3        (N, C)
#
#     loss = the cross-entropy of the softmax of s and the labels
#
# Batch norm is in training, with its `gamma`, `beta` and `epsilon`; running statistics play no
# part. Your functions from above are there to be called. A mistake is paid for once: where it is
# recognised in one function, those that call that one lose nothing by it.

# %%
def network_forward(x, labels, W_1, gamma, beta, W_2, b_2, W_3, b_3, slope, epsilon):
    """Every name of the forward pass: (x_1, y_1, a_1, x_2, a_2, s, loss), the loss a number."""
    # BEGIN SOLUTION
    none = np.zeros(len(gamma))
    x_1 = x @ W_1
    y_1, _, _ = batch_norm(x_1, gamma, beta, none, none, epsilon, 1.0, True)
    a_1 = leaky_relu(y_1, slope)
    x_2 = a_1 @ W_2 + b_2
    a_2 = leaky_relu(x_2, slope)
    s = a_2 @ W_3 + b_3
    loss, _ = softmax_cross_entropy(s, labels)
    return x_1, y_1, a_1, x_2, a_2, s, loss
    # END SOLUTION


def network_backward(x, labels, W_1, gamma, beta, W_2, b_2, W_3, b_3, slope, epsilon):
    """Every slope on the way back, each in the shape of its name:

    (ds, dW_3, db_3, da_2, dx_2, dW_2, db_2, da_1, dy_1, dgamma, dbeta, dx_1, dW_1, dx)
    """
    # BEGIN SOLUTION
    forward = network_forward(x, labels, W_1, gamma, beta, W_2, b_2, W_3, b_3, slope, epsilon)
    x_1, y_1, a_1, x_2, a_2, s, _ = forward
    _, ds = softmax_cross_entropy(s, labels)
    da_2, dW_3, db_3 = affine_backward(a_2, W_3, b_3, ds)
    dx_2 = leaky_relu_backward(x_2, slope, da_2)
    da_1, dW_2, db_2 = affine_backward(a_1, W_2, b_2, dx_2)
    dy_1 = leaky_relu_backward(y_1, slope, da_1)
    dx_1, dgamma, dbeta = batch_norm_backward(x_1, gamma, epsilon, dy_1)
    dx, dW_1, _ = affine_backward(x, W_1, np.zeros(len(gamma)), dx_1)
    return ds, dW_3, db_3, da_2, dx_2, dW_2, db_2, da_1, dy_1, dgamma, dbeta, dx_1, dW_1, dx
    # END SOLUTION


# %% [markdown]
# ## Descent
#
# `steps` steps, all with the same cases: each moves every parameter against its slope, by rate
# times it: the loss is to fall. The slopes of a step are all taken where that step begins.

# %%
def descend(x, labels, W_1, gamma, beta, W_2, b_2, W_3, b_3, slope, epsilon, rate, steps):
    """The parameters after that many steps: (W_1, gamma, beta, W_2, b_2, W_3, b_3), new arrays."""
    # BEGIN SOLUTION
    for _ in range(steps):
        slopes = network_backward(x, labels, W_1, gamma, beta, W_2, b_2, W_3, b_3, slope, epsilon)
        _, dW_3, db_3, _, _, dW_2, db_2, _, _, dgamma, dbeta, _, dW_1, _ = slopes
        W_3 = W_3 - rate * dW_3
        b_3 = b_3 - rate * db_3
        W_2 = W_2 - rate * dW_2
        b_2 = b_2 - rate * db_2
        gamma = gamma - rate * dgamma
        beta = beta - rate * dbeta
        W_1 = W_1 - rate * dW_1
    return W_1, gamma, beta, W_2, b_2, W_3, b_3
    # END SOLUTION


# %% [markdown]
# ## One network, two batches
#
# A small network gives each case a score, s = a W_2 + b_2 with a = leaky ReLU of (x W_1 + b_1) and
# one output: W_2 is (H, 1), s is (N, 1). It shall be high for the N cases of one batch and low for
# the M cases of another. The loss is a sum of two means, each over its own batch:
#
#     loss = cross-entropy of s(x_high) with t = 1, plus cross-entropy of s(x_low) with t = 0
#
# N and M may differ. Every parameter serves both batches. `binary_cross_entropy` takes one number a
# case, (N,): hand it `s[:, 0]`. With s as it is, (N, 1) less (N,) is an (N, N), and no error.

# %%
def two_batches(x_high, x_low, W_1, b_1, W_2, b_2, slope):
    """x_high (N, D), x_low (M, D), W_1 (D, H), b_1 (H,), W_2 (H, 1), b_2 (1,) -> (loss, dW_1, db_1, dW_2, db_2)."""
    # BEGIN SOLUTION
    s_high, cache_high = score(x_high, W_1, b_1, W_2, b_2, slope)
    s_low, cache_low = score(x_low, W_1, b_1, W_2, b_2, slope)
    loss_high, ds_high = binary_cross_entropy(s_high, np.ones(len(s_high)))
    loss_low, ds_low = binary_cross_entropy(s_low, np.zeros(len(s_low)))
    of_high = score_backward(cache_high, W_1, b_1, W_2, b_2, slope, ds_high)
    of_low = score_backward(cache_low, W_1, b_1, W_2, b_2, slope, ds_low)
    dW_1, db_1, dW_2, db_2 = [high + low for high, low in zip(of_high, of_low)]
    return loss_high + loss_low, dW_1, db_1, dW_2, db_2
    # END SOLUTION
# BEGIN SOLUTION


def score(x, W_1, b_1, W_2, b_2, slope):
    """s (N,), and what the way back needs."""
    x_1 = x @ W_1 + b_1
    a = leaky_relu(x_1, slope)
    return (a @ W_2 + b_2)[:, 0], (x, x_1, a)


def score_backward(cache, W_1, b_1, W_2, b_2, slope, ds):
    """(dW_1, db_1, dW_2, db_2) from ds (N,)."""
    x, x_1, a = cache
    da, dW_2, db_2 = affine_backward(a, W_2, b_2, ds[:, None])
    dx_1 = leaky_relu_backward(x_1, slope, da)
    _, dW_1, db_1 = affine_backward(x, W_1, b_1, dx_1)
    return dW_1, db_1, dW_2, db_2
# END SOLUTION


# %% [markdown]
# ## Adam
#
# A step of Adam, as in lesson 22: running means of g and of g², both put right for their start at
# 0, and then a step of theta, (22.10). `t` is the number of this step, 1 for the first (no target
# here). `epsilon` is added to the root. The means that come back are those that the next step goes
# on from. g may be 0 from the start in some places.

# %%
def adam_step(theta, g, mean, square, t, rate, beta_1, beta_2, epsilon):
    """theta, its slope g, and the running means before the step, all of one shape -> (theta, mean, square) after it."""
    # BEGIN SOLUTION
    mean = beta_1 * mean + (1 - beta_1) * g
    square = beta_2 * square + (1 - beta_2) * g**2
    mean_right = mean / (1 - beta_1**t)
    square_right = square / (1 - beta_2**t)
    theta = theta - rate * mean_right / (np.sqrt(square_right) + epsilon)
    return theta, mean, square
    # END SOLUTION
