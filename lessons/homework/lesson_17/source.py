# %% [markdown]
# # Exercise to lesson 17: patience, by hand
#
# Training goes on in turns of ten epochs. After each turn the model is judged by cases that were
# held out: by their mean log p. With patience p, training ends when there have been p turns in a
# row without anything better than the best so far; the model that one starts from counts as one of
# the models. What comes back is the best model, not the last one.
#
# Two functions are given: a turn of training (CD-1, on all cases at once, rate .4), and the exact
# mean log p. Neither changes its arguments. W (D, K), b (D,), c (K,) are an RBM of bits; cases
# (N, D), held_out (M, D).

# %%
import itertools

import numpy as np


def ten_epochs(W, b, c, cases, rng):
    """W, b and c after ten more epochs of training on the cases, drawn with rng. It is given."""
    for _ in range(10):
        p_h_data = sigmoid(cases @ W + c)
        h = (rng.random(p_h_data.shape) < p_h_data).astype(float)
        p_v = sigmoid(h @ W.T + b)
        v = (rng.random(p_v.shape) < p_v).astype(float)
        p_h = sigmoid(v @ W + c)
        W = W + 0.4 * (cases.T @ p_h_data - v.T @ p_h) / len(cases)
        b = b + 0.4 * (cases.mean(axis=0) - v.mean(axis=0))
        c = c + 0.4 * (p_h_data.mean(axis=0) - p_h.mean(axis=0))
    return W, b, c


def mean_log_p(W, b, c, cases):
    """The exact mean log p of the cases, with Z by a sum over hidden layers. It is given."""
    h = np.array(list(itertools.product([0.0, 1.0], repeat=len(c))))
    log_Z = np.logaddexp.reduce(h @ c + np.logaddexp(0, b + h @ W.T).sum(axis=1))
    minus_F = cases @ b + np.logaddexp(0, c + cases @ W).sum(axis=1)
    return minus_F.mean() - log_Z


def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow. It is given."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def train_with_patience(W, b, c, cases, held_out, patience, rng):
    """(W, b, c) of the RBM that was best on held_out, the first of them if several were.

    `ten_epochs` at a time, all with rng, until there has been nothing better for `patience` turns.
    """
    # BEGIN SOLUTION
    best, best_log_p, turns_without = (W, b, c), mean_log_p(W, b, c, held_out), 0
    while turns_without < patience:
        W, b, c = ten_epochs(W, b, c, cases, rng)
        log_p = mean_log_p(W, b, c, held_out)
        turns_without += 1
        if log_p > best_log_p:
            best, best_log_p, turns_without = (W, b, c), log_p, 0
    return best
    # END SOLUTION
