"""Class RBM: an RBM whose visible layer is an image and its label, a joint model p(v, y) with an exact p(y given v).

    E(v, y, h) = -b·v - d_y - c·h - vᵀ W h - U_y·h               p(v, y, h) = exp(-E(v, y, h)) / Z
    F(v, y)    = -b·v - d_y - Σⱼ log(1 + exp(xⱼ + U_yj))         xⱼ = cⱼ + (vᵀW)ⱼ
    p(y given v) = exp(-F(v, y)) / Σ_y' exp(-F(v, y'))           the C values of y are few, and Z cancels

N cases    D pixels    K hidden units    C classes    M chains
v (N, D) images, bits      y (N,) labels from 0 to C - 1        h (N, K) hidden values
W (D, K) weights           U (C, K) weights of the labels       x (N, K) input to the hidden units from image and bias
b (D,) pixel biases        d (C,) label biases                  c (K,) hidden biases
s (N, D + C) the joint visible layer, an image and its one-hot label

Whatever holds for any RBM (likelihood, annealed walks, CD, PCD, centring) is not written again: `joint_rbm` is the same
model as an RBM whose visible units are bits and one softmax group, and `from_joint` takes a gradient back.

All gradients point up: the generative one up the mean of log p(v, y), the discriminative one up the mean of
log p(y given v), and the hybrid one up the second plus α times the first.

Larochelle and Bengio 2008; Hinton, Osindero and Teh 2006 (an RBM with a label group).
"""
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..foundation.batches import case_blocks, check_cases, mean_of_cases
from ..foundation.checks import (
    as_rows,
    check_array,
    check_dtype,
    check_fits,
    check_generator,
    check_integer,
    check_number,
    check_parameter,
    different_dtypes,
    invalid,
    speaks_numpy,
)
from ..foundation.numerics import bernoulli, logsumexp, sigmoid, sum_of_softplus
from ..foundation.records import Record
from ..foundation.types import Array, Generator
from .gradients import cd_gradient, exact_gradient, pcd_gradient
from .rbm import RBM
from .units import Bernoulli, BitsAndLabel, Softmax


@dataclass(frozen=True, eq=False, repr=False)
class ClassRBM(Record):
    """Parameters of a class RBM. A gradient with respect to them has the same type."""

    W: Array  # (D, K) weights of the pixels
    U: Array  # (C, K) weights of the labels
    b: Array  # (D,)   pixel biases
    d: Array  # (C,)   label biases
    c: Array  # (K,)   hidden biases

    trainable = ("W", "U", "b", "d", "c")  # the order in which the joint RBM has them


def init_class_rbm(n_visible: int, n_hidden: int, n_classes: int, rng: Generator, data: Any = None,
                   weight_sd: float = 0.03, label_sd: float = 0.5, dtype: DTypeLike = np.float32) -> ClassRBM:
    """A new class RBM: W ~ N(0, weight_sd²), U ~ N(0, label_sd²), c = d = 0, and b as `init_rbm` starts it.

    n_visible, n_hidden, n_classes    D, K >= 1 and C >= 2
    rng                               a numpy Generator; draws W, then U
    data                              (N, D), images in [0, 1], whose means b gives; without them b = 0
    weight_sd, label_sd               a large U lets a hidden unit take sides between classes from the first step on
    dtype                             float32 (to train) or float64 (to check)

    Raises InvalidInput.
    """
    n_visible = check_integer("n_visible", n_visible)
    n_hidden = check_integer("n_hidden", n_hidden)
    n_classes = check_integer("n_classes", n_classes, least=2)
    check_fits("n_hidden", n_hidden, n_visible + n_classes, n_hidden)
    check_generator("rng", rng)
    weight_sd = check_number("weight_sd", weight_sd, 0, 100)
    label_sd = check_number("label_sd", label_sd, 0, 100)
    float_type = check_dtype("dtype", dtype)
    b = np.zeros(n_visible)
    if data is not None:
        data = check_cases("data", data, n_visible, Bernoulli().check)
        b = Bernoulli().starting_bias(mean_of_cases(data, np.arange(len(data))))
    W = weight_sd * rng.standard_normal((n_visible, n_hidden), dtype=float_type)
    U = label_sd * rng.standard_normal((n_classes, n_hidden), dtype=float_type)
    return ClassRBM(W, U, b.astype(float_type), np.zeros(n_classes, float_type), np.zeros(n_hidden, float_type))


def check_class_rbm(model: Any) -> ClassRBM:
    """`model` where it is a ClassRBM whose arrays fit together, are finite and of one dtype; else InvalidInput."""
    if not isinstance(model, ClassRBM):
        raise invalid("model", "a ClassRBM (see init_class_rbm)", type(model).__name__)
    W, U, b, d, c = model.W, model.U, model.b, model.d, model.c
    if speaks_numpy(W):
        return model
    check_parameter("model.W", W, ndim=2)
    check_parameter("model.U", U, ndim=2, width=W.shape[1])
    check_integer("classes of model.U", len(U), least=2)
    check_parameter("model.b", b, ndim=1, width=W.shape[0])
    check_parameter("model.d", d, ndim=1, width=U.shape[0])
    check_parameter("model.c", c, ndim=1, width=W.shape[1])
    if not W.dtype == U.dtype == b.dtype == d.dtype == c.dtype:
        raise different_dtypes("model", W, U, b, d, c)
    return model


def check_images(name: str, model: ClassRBM, v: Any) -> Array:
    """`v` (N, D), or one image (D,), in [0, 1] and in the dtype of the parameters; else InvalidInput."""
    check_class_rbm(model)
    return Bernoulli().check(name, v, len(model.b), model.W.dtype, ndim=(1, 2))


def check_labels(labels: Any, n_cases: int | None, n_classes: int) -> Array:
    """`labels` as an array (N,) of integers from 0 to C - 1, N any number where n_cases is None; or InvalidInput."""
    if labels is None:
        raise invalid("labels", "a label for each case", "None")
    labels = check_array("labels", labels, ndim=1, width=n_cases, low=0, high=n_classes - 1)
    if labels.dtype.kind not in "iu":
        raise invalid("labels", "integers", f"dtype {labels.dtype}")
    return labels.astype(np.int64)


def check_labelled(model: ClassRBM, v: Any, labels: Any) -> tuple[Array, Array]:
    """`(v (N, D), labels (N,))` where they are images and a label for each; one image (D,) has one label."""
    v = check_images("v", model, v)
    labels = check_labels(labels if v.ndim > 1 else [labels], len(as_rows(v)), len(model.d))
    return as_rows(v), labels


# ---- the same model as an RBM


def joint_rbm(model: ClassRBM) -> RBM:
    """The RBM over s = [v, one-hot y]: weights [W; U] (D + C, K), visible biases [b; d], hidden biases c.

    Its packed vector is the model's, entry by entry, so `windows` makes either of the other's. Raises InvalidInput.
    """
    check_class_rbm(model)
    W = np.concatenate([model.W, model.U])
    b = np.concatenate([model.b, model.d])
    return RBM(W, b, model.c, BitsAndLabel(len(model.d)), Bernoulli())


def from_joint(rbm: RBM) -> ClassRBM:
    """The class RBM (or its gradient) of which `rbm` is the joint RBM, as windows onto the same arrays."""
    assert isinstance(rbm.visible, BitsAndLabel)
    n_classes = rbm.visible.n_classes
    W, U = rbm.W[:-n_classes], rbm.W[-n_classes:]
    b, d = rbm.b[:-n_classes], rbm.b[-n_classes:]
    return ClassRBM(W, U, b, d, rbm.c)


def join(v: Array, labels: Array, n_classes: int) -> Array:
    """s = [v, one-hot y]: (N, D), (N,) -> (N, D + C), in v's dtype."""
    one_hot = np.eye(n_classes, dtype=v.dtype, like=v)[labels]
    return np.concatenate([v, one_hot], axis=1)


# ---- p(y given v)


def label_log_weights(model: ClassRBM, v: Array) -> Array:
    """-F(v, y) - b·v = d_y + Σⱼ log(1 + exp(xⱼ + U_yj)) for every label: (N, D) -> (N, C), in float64.

    The softmax of a row is p(y given v): these are logits. Raises InvalidInput.
    """
    v = check_images("v", model, v)
    log_weights = _label_log_weights(model, _image_input(model, as_rows(v)))
    return log_weights if v.ndim > 1 else log_weights[0]


def log_p_label(model: ClassRBM, v: Array) -> Array:
    """log p(y given v) of every label, exactly: (N, D) -> (N, C), in float64. Raises InvalidInput."""
    log_weights = label_log_weights(model, v)
    return log_weights - logsumexp(log_weights, axis=-1)[..., None]


def label_probs(model: ClassRBM, v: Array) -> Array:
    """p(y given v) of every label, exactly: (N, D) -> (N, C), in float64. Raises InvalidInput."""
    return np.exp(log_p_label(model, v))


def log_p_labels(model: ClassRBM, data: Any, rows: Array) -> Array:
    """log p(y given v) of every label for the cases `rows` (n,) of checked `data`, read in blocks: (n, C)."""
    blocks = []
    for v in case_blocks(data, rows, model.W.dtype):
        log_weights = _label_log_weights(model, _image_input(model, v))
        blocks.append(log_weights - logsumexp(log_weights, axis=1)[:, None])
    return np.concatenate(blocks)


def _image_input(model, v):
    x = v @ model.W
    x += model.c
    return x  # (N, K)


def _label_log_weights(model, x):
    log_weights = np.empty_like(x, np.float64, shape=(len(x), len(model.d)))
    for y, U_y in enumerate(model.U):
        log_weights[:, y] = model.d[y] + sum_of_softplus(x + U_y)
    return log_weights


def joint_log_weights(model: ClassRBM, v: Array, labels: Array) -> Array:
    """-F(v, y), so that log p(v, y) = -F(v, y) - log Z: (N, D), (N,) -> (N,), in float64. Raises InvalidInput."""
    v, labels = check_labelled(model, v, labels)
    log_weights = _label_log_weights(model, _image_input(model, v))
    return (v @ model.b) + log_weights[np.arange(len(v)), labels]


# ---- gradients


def discriminative_gradient(model: ClassRBM, v: Array, labels: Array, check: bool = True) -> ClassRBM:
    """∂ mean log p(y given v) / ∂(W, U, b, d, c), exactly, to be ascended: v (N, D), labels (N,) -> a ClassRBM.

        ∂/∂d_y   = G_y                        G_y = [y is the label] - p(y given v)
        ∂/∂U_yj  = G_y S_yj                   S_yj = σ(xⱼ + U_yj) = p(hⱼ = 1 given v and y)
        ∂/∂xⱼ    = Σ_y G_y S_yj               and from there to c and W; the pixel biases b do not move

    each summed over the cases and divided by N. Raises InvalidInput; without `check` the arguments are trusted.
    Larochelle and Bengio 2008, section 3.
    """
    if check:
        v, labels = check_labelled(model, v, labels)
    n, dtype = len(v), model.W.dtype
    x = _image_input(model, v)  # (N, K)
    log_weights = _label_log_weights(model, x)  # (N, C)
    p_y = np.exp(log_weights - logsumexp(log_weights, axis=1)[:, None])
    G = -p_y
    G[np.arange(n), labels] += 1
    G /= n
    G = G.astype(dtype)

    dx = np.zeros_like(x)  # (N, K)
    dU = np.empty_like(model.U)
    for y, U_y in enumerate(model.U):
        S = sigmoid(x + U_y)  # (N, K)
        S *= G[:, y, None]
        dU[y] = S.sum(axis=0)
        dx += S
    return ClassRBM(W=v.T @ dx, U=dU, b=np.zeros_like(model.b), d=G.sum(axis=0), c=dx.sum(axis=0))


def generative_gradient(model: ClassRBM, v: Array, labels: Array) -> ClassRBM:
    """∂ mean log p(v, y) / ∂(W, U, b, d, c), exactly, by the sum over the smaller layer's states (small models only).

    v (N, D), labels (N,) -> a ClassRBM, to be ascended. Raises InvalidInput.
    """
    v, labels = check_labelled(model, v, labels)
    return from_joint(exact_gradient(joint_rbm(model), join(v, labels, len(model.d))))


def generative_cd_gradient(model: ClassRBM, v: Array, labels: Array, k: int, rng: Generator) -> ClassRBM:
    """CD-k estimate of `generative_gradient`: chains of k steps that start at the images with their labels.

    Draws, in this order, k times: h, then the pixels, then the labels. Raises InvalidInput. Hinton 2002.
    """
    v, labels = check_labelled(model, v, labels)
    return from_joint(cd_gradient(joint_rbm(model), join(v, labels, len(model.d)), k, rng))


def generative_pcd_gradient(model: ClassRBM, v: Array, labels: Array, chains: Array, k: int,
                            rng: Generator) -> tuple[ClassRBM, Array]:
    """PCD-k estimate of `generative_gradient`, and the new chains (M, K): `(gradient, chains)`.

    Draws, in this order, k times: the pixels, then the labels, then h. Raises InvalidInput. Tieleman 2008.
    """
    v, labels = check_labelled(model, v, labels)
    gradient, chains = pcd_gradient(joint_rbm(model), join(v, labels, len(model.d)), chains, k, rng)
    return from_joint(gradient), chains


# ---- samples


def sample_of_class(model: ClassRBM, labels: Array, steps: int, rng: Generator) -> tuple[Array, Array]:
    """Images of the classes `labels` (N,): Gibbs chains with the label clamped, `(v, p_v)`, both (N, D).

    v are where the chains end after `steps` >= 1 steps from noise, p_v the probabilities that these were drawn with.
    Draws, in this order: the noise, one fair coin a pixel; then h and v of each step. Raises InvalidInput.
    """
    check_class_rbm(model)
    labels = check_labels(labels, None, len(model.d))
    check_fits("labels", len(labels), len(labels), sum(model.W.shape))
    steps = check_integer("steps", steps)
    check_generator("rng", rng)
    noise = np.full((len(labels), len(model.b)), 0.5, model.W.dtype)
    v = bernoulli(noise, rng)
    for _ in range(steps):
        p_h = sigmoid(_image_input(model, v) + model.U[labels])
        h = bernoulli(p_h, rng)
        p_v = sigmoid(h @ model.W.T + model.b)
        v = bernoulli(p_v, rng)
    return v, p_v


def complete_images(model: ClassRBM, v: Array, known: Array, steps: int, rng: Generator) -> tuple[Array, Array, Array]:
    """Images of which only the pixels `known` are given, completed: `(v, p_v, labels)`, (N, D), (N, D) and (N,).

    v (N, D) images; known (D,), or (N, D), True (or 1) where a pixel is given; elsewhere v may hold
    any numbers in [0, 1]. Gibbs chains with the known pixels clamped and the label free, `steps` >= 1 steps from noise:

        y ~ p(y given v), exactly        h ~ p(h given v and y)        v ~ p(v given h), on the unknown pixels alone

    v are where the chains end, p_v the probabilities that the unknown pixels were drawn with (the known ones stand
    there as they are), labels the last y. Draws, in this order: one fair coin a pixel; then y, h and v of each step.
    Raises InvalidInput.
    """
    given = as_rows(check_images("v", model, v))
    known = check_known(known, given.shape)
    steps = check_integer("steps", steps)
    check_generator("rng", rng)
    noise = np.full(given.shape, 0.5, given.dtype)
    v = np.where(known, given, bernoulli(noise, rng))
    label_units = Softmax(len(model.d))
    for _ in range(steps):
        x = _image_input(model, v)
        y = label_units.sample(label_units.mean(_label_log_weights(model, x)), rng).argmax(axis=1)
        h = bernoulli(sigmoid(x + model.U[y]), rng)
        p_v = sigmoid(h @ model.W.T + model.b)
        p_v = np.where(known, given, p_v)
        v = np.where(known, given, bernoulli(p_v, rng))
    return v, p_v, y


def check_known(known: Any, shape: tuple) -> Array:
    """`known` as an array of booleans that fits images of that shape (N, D); else InvalidInput."""
    known = check_array("known", known, ndim=(1, 2), width=shape[1], low=0, high=1)
    if known.shape not in (shape, shape[1:]) or not np.isin(known, (0, 1)).all():
        raise invalid("known", f"True or False for each pixel, of shape {shape[1:]} or {shape}",
                      f"{known.dtype} of shape {known.shape}")
    return known.astype(bool)
