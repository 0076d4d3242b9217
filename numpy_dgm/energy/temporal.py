"""Models of films: an RBM for each frame, whose biases come from the frames before it.

    log p(film) = Σ_t log p(v_t given the past)
    p(v_t, h_t given the past) = exp(b_t·v_t + c_t·h_t + v_tᵀ W h_t) / Z_t
    b_t = b + past_t V        c_t = c + past_t R

Two models, by what they know of the past:

    conditional RBM    past_t = (v_{t-1}, ..., v_{t-n}), the last n frames; before a film begins all is black
    RTRBM              past_t = r_{t-1}, the means of the hidden units a frame ago, which hold all frames before:
                       r_t = σ(v_t W + c_t); in the first frame, past_1 = 0 and c_1 = c0

(recurrent temporal RBM; with V = 0 it is the one that was published, with V the past also reaches the pixels directly.)
Given the past the biases are numbers, so each frame is an RBM of its own, and log p(film) is a sum of their log p.

The gradient. With the model's means of frame t, v⁻ and h⁻, of the RBM of that frame:

    ∂ log p / ∂b_t = Dv_t = v_t - v⁻        ∂ log p(v_t given the past) / ∂c_t = Dh_t = r_t - h⁻

In the RTRBM r_t also goes on into the frame after, so that c_t has a part in all later frames: backpropagation through
time goes from the last frame to the first,

    total_t = Dh_t + r_t (1 - r_t) (total_{t+1} Rᵀ + Dv_{t+1} Vᵀ)        total_T = Dh_T

and with it, for a film of T frames (in the conditional RBM total = Dh),

    ∂W = Σ v_tᵀ (r_t + total_t - Dh_t) - <v hᵀ>_model      ∂R = Σ past_tᵀ total_t      ∂V = Σ past_tᵀ Dv_t

Gradients are those of the mean log p a frame, over all frames of all films, and point up.

N films    T frames    D visible units    K hidden units    n frames of the past    v, films (N, T, D) in [0, 1]
W (D, K) weights    b (D,), c (K,) biases    V, R weights from the past to the visible and to the hidden units

Taylor, Hinton and Roweis 2006 (conditional RBM, there with Gaussian visible units); Sutskever, Hinton and Taylor 2008
(recurrent temporal RBM).
"""
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..foundation.checks import (
    check_array,
    check_choice,
    check_dtype,
    check_fits,
    check_generator,
    check_integer,
    check_number,
    check_parameter,
    different_dtypes,
    invalid,
)
from ..foundation.numerics import bernoulli, sigmoid
from ..foundation.records import Record, leaves
from ..foundation.types import Array, Generator
from .gradients import model_means
from .likelihood import log_likelihood
from .rbm import RBM
from .units import Bernoulli


@dataclass(frozen=True, eq=False, repr=False)
class ConditionalRBM(Record):
    """Parameters of a conditional RBM. A gradient with respect to them has the same type."""

    W: Array  # (D, K)
    V: Array  # (n D, D) from the last n frames, the latest first, to the visible units
    R: Array  # (n D, K) from them to the hidden units
    b: Array  # (D,)
    c: Array  # (K,)

    trainable = ("W", "V", "R", "b", "c")


@dataclass(frozen=True, eq=False, repr=False)
class RTRBM(Record):
    """Parameters of a recurrent temporal RBM. A gradient with respect to them has the same type."""

    W: Array  # (D, K)
    V: Array  # (K, D) from r of the frame before to the visible units; 0 in the RTRBM as published
    R: Array  # (K, K) from r of the frame before to the hidden units
    b: Array  # (D,)
    c: Array  # (K,)
    c0: Array  # (K,) hidden biases of the first frame, in the place of c

    trainable = ("W", "V", "R", "b", "c", "c0")


@dataclass(frozen=True, eq=False, repr=False)
class FramePass(Record):
    """What each frame of films gets from the frames before it."""

    past: Array  # (N, T, n D) or (N, T, K)
    b: Array  # (N, T, D) b_t
    c: Array  # (N, T, K) c_t
    r: Array  # (N, T, K) E[h_t given v_t and the past]


TemporalModel = ConditionalRBM | RTRBM


def init_conditional_rbm(n_visible: int, n_hidden: int, n_past: int, rng: Generator, mean: Any = None,
                         scale: float = 0.01, dtype: DTypeLike = np.float32) -> ConditionalRBM:
    """A new conditional RBM on the last `n_past` frames: W ~ N(0, scale²), V = R = 0, c = 0, b with the mean frame.

    mean    (D,) of the films' frames, in [0, 1]; without it b = 0
    rng     draws W, D K normal numbers

    Raises InvalidInput.
    """
    n_past = check_integer("n_past", n_past)
    check_fits("n_past", n_past, n_past, check_integer("n_visible", n_visible), n_visible + 1)
    scale = check_number("scale", scale, 0, 1e3)
    W, b, c = _new_weights(n_visible, n_hidden, rng, mean, scale, dtype)
    V = np.zeros((n_past * n_visible, n_visible), W.dtype)
    R = np.zeros((n_past * n_visible, n_hidden), W.dtype)
    return ConditionalRBM(W, V, R, b, c)


def init_rtrbm(n_visible: int, n_hidden: int, rng: Generator, mean: Any = None, scale: float = 0.01,
               dtype: DTypeLike = np.float32) -> RTRBM:
    """A new RTRBM: W, R ~ N(0, scale²), V = 0, c = c0 = 0, b with the mean frame.

    mean    (D,) of the films' frames, in [0, 1]; without it b = 0
    scale   with few units a larger one, such as .5, is needed: with r all alike nothing tells the frames apart
    rng     draws W, D K normal numbers, then R, K K of them

    Raises InvalidInput.
    """
    scale = check_number("scale", scale, 0, 1e3)
    W, b, c = _new_weights(n_visible, n_hidden, rng, mean, scale, dtype)
    check_fits("n_hidden", n_hidden, n_hidden, n_hidden)
    R = scale * rng.standard_normal((n_hidden, n_hidden), dtype=W.dtype)
    V = np.zeros((n_hidden, n_visible), W.dtype)
    return RTRBM(W, V, R, b, c, np.zeros_like(c))


def _new_weights(n_visible, n_hidden, rng, mean, scale, dtype):
    """`(W, b, c)` as both models start."""
    n_visible = check_integer("n_visible", n_visible)
    n_hidden = check_integer("n_hidden", n_hidden)
    check_fits("n_hidden", n_hidden, n_visible, n_hidden)
    check_generator("rng", rng)
    float_type = check_dtype("dtype", dtype)
    b = np.zeros(n_visible)
    if mean is not None:
        mean = check_array("mean", mean, ndim=1, width=n_visible, low=0, high=1, dtype=np.float64)
        b = Bernoulli().starting_bias(mean)
    W = scale * rng.standard_normal((n_visible, n_hidden), dtype=float_type)
    return W, b.astype(float_type), np.zeros(n_hidden, float_type)


def check_temporal(model: Any) -> TemporalModel:
    """`model` where it is one of the two and its arrays are finite, of one dtype, and fit together; InvalidInput."""
    if not isinstance(model, (ConditionalRBM, RTRBM)):
        raise invalid("model", "a ConditionalRBM or an RTRBM", type(model).__name__)
    check_parameter("model.W", model.W, ndim=2)
    D, K = model.W.shape
    for name, array in leaves(model):
        if name in ("V", "R"):
            check_parameter(f"model.{name}", array, ndim=2, width=D if name == "V" else K)
        elif name != "W":
            check_parameter(f"model.{name}", array, ndim=1, width=D if name == "b" else K)
    n_rows, rows_of_r = len(model.V), len(model.R)
    fits = n_rows == K if isinstance(model, RTRBM) else n_rows % D == 0
    if not fits or n_rows != rows_of_r:
        expected = f"{K} rows" if isinstance(model, RTRBM) else f"as many rows each, a multiple of {D}"
        raise invalid("model.V and model.R", expected, f"{n_rows} and {rows_of_r}")
    arrays = [array for _, array in leaves(model)]
    if len({array.dtype for array in arrays}) > 1:
        raise different_dtypes("model", *arrays)
    return model


def check_films(name: str, model: TemporalModel, films: Any, least_frames: int = 1) -> Array:
    """`films` (N, T, D), or one film (T, D) as (1, T, D), in the dtype of the model; InvalidInput where they are none.
    """
    check_temporal(model)
    films = check_array(name, films, ndim=(2, 3), width=len(model.b), low=0, high=1, dtype=model.W.dtype)
    films = films if films.ndim == 3 else films[None]
    if films.shape[1] < least_frames:
        raise invalid(name, f"at least {least_frames} frames a film", films.shape[1])
    return films


# ---- the forward pass


def frame_pass(model: TemporalModel, films: Array) -> FramePass:
    """past_t, b_t, c_t and r_t of every frame: films (N, T, D) -> FramePass. Raises InvalidInput."""
    return _frame_pass(model, check_films("films", model, films))


def _frame_pass(model, films):
    if isinstance(model, RTRBM):
        return _recurrent_pass(model, films)
    past = _last_frames(films, len(model.V) // films.shape[2])  # (N, T, n D)
    b = past @ model.V + model.b
    c = past @ model.R + model.c
    return FramePass(past, b, c, sigmoid(films @ model.W + c))


def _last_frames(films, n):
    """The n frames before each frame side by side, the latest first, black before the first: (N, T, n D)."""
    N, T, D = films.shape
    past = np.zeros((N, T, n, D), films.dtype)
    for lag in range(1, min(n, T - 1) + 1):
        past[:, lag:, lag - 1] = films[:, :-lag]
    return past.reshape(N, T, n * D)


def _recurrent_pass(rtrbm, films):
    """From the first frame to the last: r_t needs r of the frame before."""
    N, T, _ = films.shape
    inputs = films @ rtrbm.W  # (N, T, K) what v_t adds to the hidden units' inputs
    c = np.empty_like(inputs)
    r = np.empty_like(inputs)
    c[:, 0] = rtrbm.c0
    for t in range(T):
        if t > 0:
            c[:, t] = r[:, t - 1] @ rtrbm.R + rtrbm.c
        r[:, t] = sigmoid(inputs[:, t] + c[:, t])
    past = np.zeros_like(r)
    past[:, 1:] = r[:, :-1]
    b = past @ rtrbm.V + rtrbm.b
    return FramePass(past, b, c, r)


# ---- the gradient


def cd_film_gradient(model: TemporalModel, films: Array, k: int, rng: Generator,
                     from_before: bool = False) -> TemporalModel:
    """CD-k estimate of ∂ mean log p a frame / ∂θ, to be ascended: films (N, T, D) -> a model of gradients.

    Every frame of every film has a chain of its own, with the biases of that frame: N T of them, as one batch. It
    starts at the frame itself; with from_before at the frame before, as a prediction does, so that k steps learn to
    go from the one to the other (the first frame of a film starts at itself). Draws, in this order, k times: h, then v,
    each (N T, ·). Raises InvalidInput.
    """
    films = check_films("films", model, films)
    check_generator("rng", rng)
    check_choice("from_before", from_before, (False, True))
    return _cd_film_gradient(model, films, check_integer("k", k), rng, from_before)


def _cd_film_gradient(model, films, k, rng, from_before):
    frames = _frame_pass(model, films)
    p_h = frames.r  # (N, T, K) with which each chain draws its first h
    if from_before:
        before = np.concatenate([films[:, :1], films[:, :-1]], axis=1)
        p_h = sigmoid(before @ model.W + frames.c)
    v, p_h = _run_chains(model.W, frames, p_h, k, rng)  # (N T, D), (N T, K)
    v_h = v.T @ p_h / len(v)
    return _film_gradient(model, films, frames, v_h, v.reshape(frames.b.shape), p_h.reshape(frames.c.shape))


def _run_chains(W, frames, p_h, k, rng):
    """k steps of Gibbs sampling with the frames' biases, h first, drawn with p_h: the last v, and E[h given v]."""
    b, c, p_h = (array.reshape(-1, array.shape[-1]) for array in (frames.b, frames.c, p_h))
    for _ in range(k):
        h = bernoulli(p_h, rng)
        p_v = h @ W.T
        p_v += b
        v = bernoulli(sigmoid(p_v, out=p_v), rng)
        p_h = v @ W
        p_h += c
        p_h = sigmoid(p_h, out=p_h)
    return v, p_h


def _film_gradient(model, films, frames, v_h, v_model, h_model):
    """The gradient, given the model's means of each frame.

    v_h (D, K)    <v hᵀ>_model, the mean over all frames
    v_model (N, T, D), h_model (N, T, K)    v⁻ and h⁻ of each frame
    """
    n_frames = films.shape[0] * films.shape[1]
    d_v = films - v_model  # (N, T, D) ∂ log p / ∂b_t
    d_h = frames.r - h_model  # (N, T, K) ∂ log p(v_t given the past) / ∂c_t
    total = d_h  # (N, T, K) ∂ log p / ∂c_t
    if isinstance(model, RTRBM):
        total = _back_through_time(model, frames.r, d_v, d_h)
    upwards = frames.r + (total - d_h)
    gradient = replace(
        model,
        W=_sum_of_products(films, upwards) / n_frames - v_h,
        V=_sum_of_products(frames.past, d_v) / n_frames,
        R=_sum_of_products(frames.past, total) / n_frames,
        b=d_v.sum(axis=(0, 1)) / n_frames,
        c=total.sum(axis=(0, 1)) / n_frames,
    )
    if isinstance(model, RTRBM):
        return replace(gradient, c=total[:, 1:].sum(axis=(0, 1)) / n_frames, c0=total[:, 0].sum(axis=0) / n_frames)
    return gradient


def _back_through_time(rtrbm, r, d_v, d_h):
    """total_t = Dh_t + r_t (1 - r_t) (total_{t+1} Rᵀ + Dv_{t+1} Vᵀ), from the last frame to the first: (N, T, K)."""
    total = d_h.copy()
    for t in range(r.shape[1] - 2, -1, -1):
        d_r = total[:, t + 1] @ rtrbm.R.T + d_v[:, t + 1] @ rtrbm.V.T  # (N, K) ∂ log p / ∂r_t
        total[:, t] += r[:, t] * (1 - r[:, t]) * d_r
    return total


def _sum_of_products(left, right):
    """Σ over films and frames of leftᵀ right: (N, T, A), (N, T, B) -> (A, B)."""
    return left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])


# ---- exactly, for models that can be listed


def film_log_likelihoods(model: TemporalModel, films: Array) -> Array:
    """log p(v_t given the frames before it), exactly: films (N, T, D) -> (N, T). Its sum over t is log p(film).

    Raises InvalidInput, also where the smaller layer has more than 2^25 states.
    """
    films = check_films("films", model, films)
    frames = _frame_pass(model, films)
    log_p = np.empty(films.shape[:2])
    for n, t in np.ndindex(log_p.shape):
        rbm = RBM(model.W, frames.b[n, t], frames.c[n, t])
        log_p[n, t] = log_likelihood(rbm, films[n, t])
    return log_p


def exact_film_gradient(model: TemporalModel, films: Array) -> TemporalModel:
    """∂ mean log p a frame / ∂θ without sampling: films (N, T, D) -> a model of gradients. Raises likewise."""
    films = check_films("films", model, films)
    frames = _frame_pass(model, films)
    v_model, h_model = np.empty_like(frames.b), np.empty_like(frames.c)
    v_h = np.zeros_like(model.W)
    for n, t in np.ndindex(films.shape[:2]):
        means = model_means(RBM(model.W, frames.b[n, t], frames.c[n, t]))
        v_model[n, t], h_model[n, t] = means.b, means.c
        v_h += means.W / (films.shape[0] * films.shape[1])
    return _film_gradient(model, films, frames, v_h, v_model, h_model)


# ---- what comes next


def predict_frames(model: TemporalModel, films: Array, steps: int = 10) -> Array:
    """The frames 2 to T of films, each predicted from the true frames before it: (N, T, D) -> (N, T - 1, D).

    E[v_t given the past] by mean field: from u = v_{t-1} on, `steps` times h = σ(u W + c_t), u = σ(h Wᵀ + b_t), so
    that each unit takes the mean that it has where the units of the other layer stand at theirs. Raises InvalidInput.
    """
    films = check_films("films", model, films, least_frames=2)
    return _predict_frames(model, films, check_integer("steps", steps))


def _predict_frames(model, films, steps):
    frames = _frame_pass(model, films)
    return _mean_field(model.W, frames.b[:, 1:], frames.c[:, 1:], films[:, :-1], steps)


def _mean_field(W, b, c, v, steps):
    """`steps` >= 1 times h = σ(v W + c), v = σ(h Wᵀ + b)."""
    for _ in range(steps):
        h = v @ W
        h += c
        h = sigmoid(h, out=h)
        v = h @ W.T
        v += b
        v = sigmoid(v, out=v)
    return v


def generate_films(model: TemporalModel, n_films: int, n_frames: int, rng: Generator, start: Any = None,
                   steps: int = 20, grey: bool = True) -> Array:
    """Films that the model makes up frame by frame, each from those before it: (n_films, n_frames, D).

    start    (n_films, S, D) frames that the films go on from, or one beginning (S, D) for all of them
    steps    Gibbs steps a frame, from the frame before it (from coin flips in the very first frame)
    grey     a frame is E[v given h] at the last step; else it is drawn, in bits

    Draws, a frame after the other: for the very first one the coin flips, then, `steps` times, h and v; where a frame
    is grey not the last v. Raises InvalidInput.
    """
    check_temporal(model)
    n_films, n_frames = check_integer("n_films", n_films), check_integer("n_frames", n_frames)
    check_fits("n_frames", n_frames, n_films, n_frames, sum(model.W.shape))
    check_generator("rng", rng)
    steps = check_integer("steps", steps)
    check_choice("grey", grey, (False, True))
    begun = np.zeros((n_films, 0, len(model.b)), model.W.dtype)
    if start is not None:
        start = check_films("start", model, start)
        if len(start) not in (1, n_films):
            raise invalid("start", f"the frames of {n_films} films, or of one", f"{len(start)} films")
        begun = np.broadcast_to(start, (n_films, *start.shape[1:]))
    films = np.concatenate([begun, np.zeros((n_films, n_frames, len(model.b)), model.W.dtype)], axis=1)
    n_begun, r = begun.shape[1], None
    for t in range(films.shape[1]):
        b, c = _next_biases(model, films[:, :t], r)
        if t >= n_begun:
            v = films[:, t - 1] if t > 0 else bernoulli(np.full_like(films[:, 0], 0.5), rng)
            films[:, t] = _gibbs_frame(model.W, b, c, v, steps, rng, grey)
        r = sigmoid(films[:, t] @ model.W + c)
    return films[:, n_begun:]


def _next_biases(model, films, r):
    """`(b_t, c_t)` of the frame after films (N, t - 1, D), (N, D) and (N, K); r (N, K) of the last one, of an RTRBM."""
    if isinstance(model, ConditionalRBM):
        black = np.zeros((len(films), 1, films.shape[2]), films.dtype)
        past = _last_frames(np.concatenate([films, black], axis=1), len(model.V) // films.shape[2])[:, -1]
        return past @ model.V + model.b, past @ model.R + model.c
    if films.shape[1] == 0:
        ones = np.ones((len(films), 1), model.b.dtype)
        return ones * model.b, ones * model.c0
    return r @ model.V + model.b, r @ model.R + model.c


def _gibbs_frame(W, b, c, v, steps, rng, grey):
    """`steps` Gibbs steps from v (N, D): the means of the last v, or the last v itself."""
    for _ in range(steps - 1):
        p_v = _means_of_a_step(W, b, c, v, rng)
        v = bernoulli(p_v, rng)
    p_v = _means_of_a_step(W, b, c, v, rng)
    return p_v if grey else bernoulli(p_v, rng)


def _means_of_a_step(W, b, c, v, rng):
    """E[the next v given h], with h drawn given v (N, D)."""
    h = bernoulli(sigmoid(v @ W + c), rng)
    return sigmoid(h @ W.T + b)


def next_frame_error(films: Array, predicted: Array) -> float:
    """Squared error of a frame, summed over its pixels, in the mean over the frames 2 to T of all films.

    films (N, T, D), predicted (N, T - 1, D), or one frame (D,) for all. What papers on bouncing balls report. Raises
    InvalidInput.
    """
    films, predicted = _as_floats("films", films), _as_floats("predicted", predicted, ndim=(1, 3))
    if predicted.shape not in (films[:, 1:].shape, films.shape[2:]):
        raise invalid("predicted", f"the shape {films[:, 1:].shape}", predicted.shape)
    return float(np.square(films[:, 1:] - predicted).sum(axis=-1, dtype=np.float64).mean())


def copied_frames(films: Array) -> Array:
    """The prediction that nothing moves: frame t - 1, for frames 2 to T: (N, T, D) -> (N, T - 1, D)."""
    return films[:, :-1]


def extrapolated_frames(films: Array) -> Array:
    """The prediction that each pixel goes on as it did: 2 v_{t-1} - v_{t-2}, within [0, 1]: (N, T, D) -> (N, T - 1, D).

    The second frame has one before it alone, which is then copied. Raises InvalidInput.
    """
    films = _as_floats("films", films)
    predicted = films[:, :-1].copy()
    predicted[:, 1:] = np.clip(2 * films[:, 1:-1] - films[:, :-2], 0, 1)
    return predicted


def _as_floats(name, films, ndim=3):
    """`films` as an array of floats: differences of unsigned integers would wrap around."""
    films = check_array(name, films, ndim=ndim)
    return films if films.dtype.kind == "f" else films.astype(np.float64)
