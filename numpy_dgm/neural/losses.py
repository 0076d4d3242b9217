"""Losses, each with its derivative: `(loss, dlogits)`, to be descended.

N cases    K outputs    s (N, K) or (N,) logits    t targets    p probabilities
A loss is the mean over the N cases; where a case has several outputs, its own loss is the sum over them. It is
added up in float64 and comes as a Python number; the derivative has the shape of the logits, in float32 where they have
that dtype, else in float64. Logits and targets may be anything of real numbers that NumPy can make an array of.

The probability and its logarithm are taken in one, from the logits: log σ(s) is right where σ(s) has long been
rounded to 0 or 1, and the derivative is a difference of probabilities, with no derivative of σ left in it.
"""
from typing import Any

import numpy as np

from ..foundation.checks import LARGEST, as_rows, check_array, check_floats, check_number, invalid
from ..foundation.numerics import sigmoid
from ..foundation.types import Array


def binary_cross_entropy(logits: Array, targets: Array | float) -> tuple[float, Array]:
    """The mean over cases of -t log σ(s) - (1 - t) log(1 - σ(s)), and its derivative: `(loss, dlogits)`.

    logits s (N,) or (N, K); targets t in [0, 1], of the same shape or one number for all. From
    -log σ(s) = log(1 + exp(-s)) and -log(1 - σ(s)) = log(1 + exp(s)),

        loss = 1/N Σ [max(s, 0) - t s + log(1 + exp(-|s|))]        dlogits = (σ(s) - t) / N

    where no exponent is positive, and a confident right answer keeps its small loss: nothing large cancels. Raises
    InvalidInput.
    """
    logits = check_floats("logits", logits, ndim=(1, 2))
    targets = check_targets(targets, logits, low=0, high=1)
    terms = np.maximum(logits, 0) - targets * logits
    terms += np.log1p(np.exp(-np.abs(logits)))
    dlogits = sigmoid(logits)
    dlogits -= targets
    dlogits /= len(logits)
    return float(terms.sum(dtype=np.float64)) / len(logits), dlogits


def softmax_cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """The mean over cases of -log p_label, p = softmax(s), and its derivative: `(loss, dlogits)`.

    logits s (N, K); labels (N,), integers from 0 to K - 1. With 1[k = label] the one-hot row of the label,

        log p_k = s_k - log Σ_j exp(s_j)        dlogits = (p - 1[k = label]) / N

    The largest logit of each row is taken out first, so that nothing overflows. For two classes p_1 = σ(s_1 - s_0):
    the binary cross-entropy of the difference of the logits. One case, s (K,) and its label, is a row of its own.
    Raises InvalidInput.
    """
    logits = check_floats("logits", logits, ndim=(1, 2))
    labels = check_class_labels([labels] if logits.ndim == 1 else labels, len(as_rows(logits)), logits.shape[-1])
    loss, dlogits = _softmax_cross_entropy(as_rows(logits), labels)
    return loss, dlogits.reshape(logits.shape)


def _softmax_cross_entropy(logits, labels):
    rows = np.arange(len(logits))
    log_p = logits - logits.max(axis=1, keepdims=True)
    log_p -= np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[rows, labels] -= 1
    dlogits /= len(logits)
    return -float(log_p[rows, labels].sum(dtype=np.float64)) / len(logits), dlogits


def squared_error(y: Array, targets: Array | float) -> tuple[float, Array]:
    """The mean over cases of Σ_k (y_k - t_k)², and its derivative: `(loss, dy)`.

    y (N,) or (N, K); targets t of the same shape or one number for all.

        loss = 1/N Σ (y - t)²        dy = 2 (y - t) / N

    Raises InvalidInput.
    """
    y = check_floats("y", y, ndim=(1, 2))
    targets = check_targets(targets, y, low=-LARGEST, high=LARGEST)
    dy = y.copy()
    dy -= targets
    loss = float(np.square(dy, dtype=np.float64).sum()) / len(y)
    dy *= 2 / len(y)
    return loss, dy


def check_targets(targets: Any, outputs: Array, low: float, high: float) -> Any:
    """`targets` as an array like `outputs`, or as one number for all, within [low, high]; else InvalidInput."""
    if np.isscalar(targets):
        return check_number("targets", targets, low, high)
    targets = check_array("targets", targets, ndim=outputs.ndim, low=low, high=high, dtype=outputs.dtype)
    if targets.shape != outputs.shape:
        raise invalid("targets", f"one number, or shape {outputs.shape}", f"shape {targets.shape}")
    return targets


def check_class_labels(labels: Any, n_cases: int, n_classes: int, name: str = "labels") -> Array:
    """`labels` as an array (N,) of integers from 0 to C - 1, or InvalidInput."""
    if labels is None:
        raise invalid(name, "a label for each case", "None")
    labels = check_array(name, labels, ndim=1, width=n_cases, low=0, high=n_classes - 1)
    if labels.dtype.kind not in "iu":
        raise invalid(name, "integers", f"dtype {labels.dtype}")
    return labels.astype(np.int64)
