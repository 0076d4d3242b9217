# %% [markdown]
# # Video: an RBM that knows what came before
#
# A film is more than its frames. Where a ball will be next cannot be seen in one picture of it:
# one must know where it was before. This lesson gives an RBM a past. Each frame is modelled by an
# RBM of its own, whose biases are computed from the frames before, and learning sends its gradient
# backwards through time, written by hand.
#
# Afterwards you can
#
# - write log p of a film as a sum over its frames, and say what the past changes in each;
# - derive backpropagation through time for the recurrent temporal RBM, one step a line;
# - say why a memory of one frame cannot tell which way something moves;
# - measure the prediction of the next frame, beside the predictions that cost nothing.
#
# About an hour and a half. You need the RBM (lesson 7), contrastive divergence (lesson 9) and
# backpropagation (lesson 20).
#
# ## One RBM a frame
#
# Let v_1, ..., v_T be the frames of a film, D pixels each. Whatever the model, probabilities
# multiply along the film: first the first frame, then the second given the first, and so on,
#
#     log p(film) = Σ_t log p(v_t given v_1 ... v_{t-1})
#
# We choose an RBM for each factor. All frames share its weights W; the *biases* are where the past
# comes in:
#
#     p(v_t, h_t given the past) = exp(b_t·v_t + c_t·h_t + v_tᵀ W h_t) / Z_t
#     b_t = b + past_t V          c_t = c + past_t R
#
# Two models differ in what they call the past:
#
#     conditional RBM    past_t = (v_{t-1}, ..., v_{t-n}), the last n frames (black before the film)
#     recurrent RBM      past_t = r_{t-1},   r_t = σ(v_t W + c_t) = E[h_t given v_t and the past]
#
# The conditional RBM (Taylor, Hinton and Roweis 2006) sees n frames and forgets the rest. The
# recurrent temporal RBM (Sutskever, Hinton and Taylor 2008) sees r_{t-1} alone. But r_{t-1} was
# computed with c_{t-1}, which holds r_{t-2}, and so on: it can hold all that has been. In its first
# frame there is no past: c_1 has a parameter of its own, c0, and b_1 = b. As published it has
# V = 0; with V, the past also reaches the pixels directly.
#
# Given the frames before, b_t and c_t are numbers. So each factor is an ordinary RBM, with a Z of
# its own.
#
# ## The tiny case, in numbers
#
# One pixel, one hidden unit, two frames: first the pixel is on, then off.
#
#     W = 2     V = -3     R = -4     b = 0     c = 1     c0 = -1       v_1 = 1     v_2 = 0
#
#     frame 1   b_1 = 0                        c_1 = -1
#               r_1 = σ(1·2 - 1) = σ(1) = .731
#     frame 2   b_2 = 0 + .731·(-3) = -2.193   c_2 = 1 + .731·(-4) = -1.924
#
# What had been on pushes the pixel down: the chance that it is on falls from .731 to .168.
# The cell computes both from all four states of the frame's RBM.

# %% the tiny case by the library
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data.balls import bouncing_balls
from numpy_dgm.energy.temporal import (
    RTRBM, cd_film_gradient, copied_frames, exact_film_gradient, extrapolated_frames,
    film_log_likelihoods, frame_pass, generate_films, init_conditional_rbm, init_rtrbm,
    next_frame_error, predict_frames)
from numpy_dgm.energy.temporal_training import train_temporal
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.verify import claim, verify

one = np.ones((1, 1))
tiny = RTRBM(W=2 * one, V=-3 * one, R=-4 * one, b=np.zeros(1), c=np.ones(1), c0=-np.ones(1))
film = np.array([[[1.0], [0.0]]])  # (1 film, 2 frames, 1 pixel)
frames = frame_pass(tiny, film)
print("b_t", frames.b.ravel().round(3), "  c_t", frames.c.ravel().round(3))
print("r_t", frames.r.ravel().round(3))
for t in (0, 1):
    b_t, c_t = frames.b[0, t, 0], frames.c[0, t, 0]
    weight_off = 1 + np.exp(c_t)  # v = 0, with h = 0 and h = 1
    weight_on = np.exp(b_t) * (1 + np.exp(c_t + 2))
    print(f"frame {t + 1}: p(v = 1 given the past) = {weight_on / (weight_off + weight_on):.3f}")

# %% [markdown]
# ## Is it a model of films?
#
# Then the probabilities of all films add up to 1. For two pixels and three frames there are
# 2^6 = 64 films. The cell lists them, and for each of them all states of each frame's RBM. The
# biases are computed from their definition, a frame after the other.
#
#     Σ over films of Π_t p(v_t given v_1 ... v_{t-1}) = 1                    (29.1)
#
# The library's `film_log_likelihoods` gives the logarithms of the factors.
#
#     log p(v_t given v_1 ... v_{t-1}) = log Σ_h exp(-E_t(v_t, h)) - log Z_t  (29.2)

# %% (29.1) and (29.2) all films of two pixels and three frames
rng = np.random.default_rng(29)


def random_rtrbm(D, K, rng):
    """A recurrent RBM with every parameter from N(0, 1)."""
    return RTRBM(W=rng.normal(size=(D, K)), V=rng.normal(size=(K, D)), R=rng.normal(size=(K, K)),
                 b=rng.normal(size=D), c=rng.normal(size=K), c0=rng.normal(size=K))


def log_p_of_frames(model, film, extra_c=None):
    """log p(v_t given the past) of each frame of a film (T, D), from the definition.

    extra_c (T, K): what is added to c_t, to see what a change of it does.
    """
    D, K = model.W.shape
    every_v = np.array(list(itertools.product([0.0, 1.0], repeat=D)))  # (2^D, D)
    every_h = np.array(list(itertools.product([0.0, 1.0], repeat=K)))  # (2^K, K)
    b_t, c_t = model.b, model.c0
    log_p = []
    for t, v in enumerate(film):
        if extra_c is not None:
            c_t = c_t + extra_c[t]
        minus_E = (every_v @ b_t)[:, None] + every_h @ c_t + every_v @ model.W @ every_h.T
        log_Z = np.log(np.exp(minus_E).sum())
        minus_E_of_v = v @ b_t + every_h @ c_t + v @ model.W @ every_h.T
        log_p.append(np.log(np.exp(minus_E_of_v).sum()) - log_Z)
        r = 1 / (1 + np.exp(-(v @ model.W + c_t)))
        b_t = model.b + r @ model.V
        c_t = model.c + r @ model.R
    return np.array(log_p)


model = random_rtrbm(2, 3, rng)
every_film = np.array(list(itertools.product([0.0, 1.0], repeat=6))).reshape(64, 3, 2)
by_definition = np.array([log_p_of_frames(model, film) for film in every_film])  # (64, 3)
total = np.exp(by_definition.sum(axis=1)).sum()
verify("(29.1) Σ over films of Π_t p(v_t given the past) = 1", total, 1.0)
by_library = film_log_likelihoods(model, every_film)
verify("(29.2) log p(v_t given the past) = log Σ_h exp(-E_t) - log Z_t", by_definition, by_library)

# %% [markdown]
# ## The gradient, one frame at a time
#
# In frame t the biases act as in any RBM. Lesson 8's rule, mean with v_t held less mean under the
# model, gives the slopes of log p(v_t given the past). Write v⁻, h⁻ for the model's means in frame
# t:
#
#     Dv_t = v_t - v⁻         slope by b_t
#     Dh_t = r_t - h⁻         slope by c_t, as far as frame t goes
#
# But c_t does more: it moves r_t, and r_t is the past of frame t + 1. Let total_t be the slope of
# the whole log p(film) by c_t. Go backwards, as in lesson 20:
#
#     r_t goes into c_{t+1} = c + r_t R        whose slope is total_{t+1}:   total_{t+1} Rᵀ
#     r_t goes into b_{t+1} = b + r_t V        whose slope is Dv_{t+1}:      Dv_{t+1} Vᵀ
#     r_t = σ(v_t W + c_t)                     whose own slope is r_t (1 - r_t)
#
# Together, from the last frame, where total_T = Dh_T, to the first:
#
#     total_t = Dh_t + r_t (1 - r_t) (total_{t+1} Rᵀ + Dv_{t+1} Vᵀ)           (29.3)
#
# This is backpropagation through time. Note what it does *not* go through: v_t is data, a number;
# nothing flows back through the frames themselves. The cell moves every c_t a little, enumerates
# log p of the film again, and holds the differences against (29.3).

# %% (29.3) back through time
def model_means(W, b_t, c_t):
    """v⁻ and h⁻ of one frame's RBM, from all its states."""
    every_v = np.array(list(itertools.product([0.0, 1.0], repeat=len(b_t))))
    every_h = np.array(list(itertools.product([0.0, 1.0], repeat=len(c_t))))
    weight = np.exp((every_v @ b_t)[:, None] + every_h @ c_t + every_v @ W @ every_h.T)
    p = weight / weight.sum()
    return p.sum(axis=1) @ every_v, p.sum(axis=0) @ every_h


film = rng.integers(0, 2, size=(4, 2)).astype(float)  # 4 frames
T, K = 4, 3
frames = frame_pass(model, film)
r = frames.r[0]  # (T, K)
Dv = np.zeros((T, 2))
Dh = np.zeros((T, K))
for t in range(T):
    v_minus, h_minus = model_means(model.W, frames.b[0, t], frames.c[0, t])
    Dv[t] = film[t] - v_minus
    Dh[t] = r[t] - h_minus

film_Dv, film_Dh = Dv, Dh  # kept for later
total = np.zeros((T, K))
total[T - 1] = Dh[T - 1]
for t in range(T - 2, -1, -1):
    slope_of_r = total[t + 1] @ model.R.T + Dv[t + 1] @ model.V.T
    total[t] = Dh[t] + r[t] * (1 - r[t]) * slope_of_r

differences = np.zeros((T, K))
for t in range(T):
    for j in range(K):
        nudge = np.zeros((T, K))
        nudge[t, j] = 1e-5
        above = log_p_of_frames(model, film, nudge).sum()
        below = log_p_of_frames(model, film, -nudge).sum()
        differences[t, j] = (above - below) / 2e-5
verify("(29.3) total_t = Dh_t + r_t (1 - r_t) (total_{t+1} Rᵀ + Dv_{t+1} Vᵀ)", total, differences,
       tolerance=1e-7)
print("Dh_1", Dh[0].round(3), "  total_1", total[0].round(3))

# %% [markdown]
# The two printed lines differ: a good part of what there is to learn about frame 1 is told by later
# frames.
#
# Now the weights. Each acts at every frame, so its slope is a sum over frames. R takes past_t into
# c_t, V takes it into b_t. W is in c_t's unit twice over: in the RBM of frame t itself, and in r_t,
# which goes on into the future; that second way has the slope total_t - Dh_t at the input of r_t:
#
#     ∂R = Σ_t past_tᵀ total_t          ∂V = Σ_t past_tᵀ Dv_t                  (29.4)
#     ∂W = Σ_t ( v_tᵀ r_t - <v hᵀ>_t + v_tᵀ (total_t - Dh_t) )                 (29.5)
#
# The library divides by the number of frames, so that a long film does not step further than a
# short one. It is held against differences of the enumerated log p.

# %% (29.4) and (29.5) the weights
def slope_by(name, place):
    """The slope of the mean log p a frame by one entry of a weight matrix, by differences."""
    values = []
    for step in (1e-5, -1e-5):
        moved = {key: getattr(model, key).copy() for key in ("W", "V", "R", "b", "c", "c0")}
        moved[name][place] += step
        values.append(log_p_of_frames(RTRBM(**moved), film).mean())
    return (values[0] - values[1]) / 2e-5


gradient = exact_film_gradient(model, film)
past = np.vstack([np.zeros(K), r[:-1]])  # (T, K): r of the frame before
R_by_hand = past.T @ total / T
V_by_hand = past.T @ Dv / T
R_differences = np.zeros((K, K))
V_differences = np.zeros((K, 2))
W_differences = np.zeros((2, K))
for place in np.ndindex(K, K):
    R_differences[place] = slope_by("R", place)
for place in np.ndindex(K, 2):
    V_differences[place] = slope_by("V", place)
for place in np.ndindex(2, K):
    W_differences[place] = slope_by("W", place)
both = np.concatenate([R_by_hand.ravel(), V_by_hand.ravel()])
both_differences = np.concatenate([R_differences.ravel(), V_differences.ravel()])
verify("(29.4) ∂R = Σ_t past_tᵀ total_t, ∂V = Σ_t past_tᵀ Dv_t", both, both_differences,
       tolerance=1e-7)
verify("(29.5) ∂W = Σ_t (v_tᵀ r_t - <v hᵀ>_t + v_tᵀ (total_t - Dh_t))", gradient.W,
       W_differences, tolerance=1e-7)

# %% [markdown]
# ## The loop on a page
#
# With more pixels v⁻ and h⁻ come from chains, as in lesson 9: CD-k, a chain for each frame, with
# that frame's biases. Here is a whole training run. The films show one lit place on a ring of
# four. It moves a place a frame, one way or the other, the same way throughout a film:
#
#     one way      1000  0100  0010  0001  1000 ...
#     the other    1000  0001  0010  0100  1000 ...
#
# Which way a film runs cannot be seen in a single frame, and not in its first frame at all. Whoever
# knows one frame must give half to either side, which is a squared error of 1/4 + 1/4 = .5. Whoever
# knows two has an error of 0 from the third frame on.

# %% a training run on a page
def running_light(n_films, n_frames, rng):
    """A light that runs round a ring of four, one way or the other: (n_films, n_frames, 4)."""
    place = rng.integers(4, size=n_films)
    way = rng.choice([-1, 1], size=n_films)
    films = np.zeros((n_films, n_frames, 4))
    for t in range(n_frames):
        films[np.arange(n_films), t, (place + t * way) % 4] = 1
    return films


rng = np.random.default_rng(290)
films = running_light(16, 8, rng)
N, T, D = films.shape
K = 24
W = 0.6 * rng.standard_normal((D, K))
R = 0.6 * rng.standard_normal((K, K))
V = np.zeros((K, D))
b, c, c0 = np.zeros(D), np.zeros(K), np.zeros(K)


def forward(films):
    """past_t, c_t and r_t of all frames, from the first to the last: (N, T, K) each."""
    past, c_t, r = np.zeros((3, len(films), T, K))
    c_t[:] = c0
    for t in range(T):
        if t > 0:
            past[:, t] = r[:, t - 1]
            c_t[:, t] = c + past[:, t] @ R
        r[:, t] = sigmoid(films[:, t] @ W + c_t[:, t])
    return past, c_t, r


for step in range(601):
    past, c_t, r = forward(films)
    b_t = b + past @ V
    p_h = r
    for _ in range(2):  # CD-2, from the frames themselves
        h = (rng.random(r.shape) < p_h).astype(float)
        v = (rng.random(films.shape) < sigmoid(h @ W.T + b_t)).astype(float)
        p_h = sigmoid(v @ W + c_t)

    Dv = films - v
    Dh = r - p_h
    total = Dh.copy()
    for t in range(T - 2, -1, -1):
        slope_of_r = total[:, t + 1] @ R.T + Dv[:, t + 1] @ V.T
        total[:, t] += r[:, t] * (1 - r[:, t]) * slope_of_r

    rate = 2.0 / (N * T)
    W += rate * (np.einsum("ntd,ntk->dk", films, r + total - Dh) - np.einsum("ntd,ntk->dk", v, p_h))
    V += rate * np.einsum("ntk,ntd->kd", past, Dv)
    R += rate * np.einsum("ntk,ntj->kj", past, total)
    b += rate * Dv.sum(axis=(0, 1))
    c += rate * total[:, 1:].sum(axis=(0, 1))
    c0 += rate * total[:, 0].sum(axis=0)

    if step % 150 == 0:
        learnt = RTRBM(W, V, R, b, c, c0)
        error = next_frame_error(films[:, 1:], predict_frames(learnt, films)[:, 1:])
        print(f"step {step:4}   squared error of frames 3 to {T}: {error:.3f}")

# %% [markdown]
# Nothing in the loop looked at the error of the next frame: it climbed log p. The library's
# `cd_film_gradient` is the middle of this loop, and `train_temporal` the whole of it, with Adam in
# the place of plain steps.
#
# ## What is the best prediction?
#
# Let u be a prediction of v_t that may use the past. Its squared error, in the mean over what can
# come, splits into what u can mend and what nobody can: for each pixel, E[(v - u)²] =
# E[v²] - 2 u E[v] + u², and v² = v for a bit:
#
#     E[|v_t - u|²] = Σᵢ (pᵢ (1 - pᵢ) + (uᵢ - pᵢ)²)       pᵢ = E[vᵢ given the past]      (29.6)
#
# So the best u is the mean p. An RBM of many units does not give it in closed form. The usual way
# is mean field: start at u = v_{t-1} and repeat h = σ(u W + c_t), u = σ(h Wᵀ + b_t). It is not p.
# Where two things may happen, it tends to settle on one of them, as the experiment shows.

# %% (29.6) the error of a prediction
frame_b = frames.b[0, 2]
frame_c = frames.c[0, 2]
every_v = np.array(list(itertools.product([0.0, 1.0], repeat=2)))
p_of_v = np.zeros(4)
for i, v in enumerate(every_v):
    possible = film.copy()
    possible[2] = v
    p_of_v[i] = np.exp(log_p_of_frames(model, possible)[2])
u = np.array([0.3, 0.9])
expected_error = p_of_v @ np.square(every_v - u).sum(axis=1)
p, _ = model_means(model.W, frame_b, frame_c)
split = np.sum(p * (1 - p) + (u - p)**2)
verify("(29.6) E[|v_t - u|²] = Σᵢ (pᵢ (1 - pᵢ) + (uᵢ - pᵢ)²)", expected_error, split)

# %% experiment: who can tell which way the light runs?
def trained_error(kind, seed, n_epochs=50):
    """The error of frames 3 to 6 of fresh films, after training a model of that kind."""
    rng = np.random.default_rng([291, seed])
    films = running_light(32, 6, rng)
    fresh = running_light(40, 6, rng)
    if kind == "one frame":
        model = init_conditional_rbm(4, 24, 1, rng, scale=0.6, dtype=np.float64)
    elif kind == "two frames":
        model = init_conditional_rbm(4, 24, 2, rng, scale=0.6, dtype=np.float64)
    elif kind == "recurrent, small start":
        model = init_rtrbm(4, 24, rng, scale=0.01, dtype=np.float64)
    else:
        model = init_rtrbm(4, 24, rng, scale=0.6, dtype=np.float64)
    model, _ = train_temporal(model, films, rng=rng, epochs=n_epochs, batch_size=8, rate=0.05, k=2,
                              direct=kind != "recurrent, V = 0")
    return next_frame_error(fresh[:, 1:], predict_frames(model, fresh)[:, 1:])


kinds = ["one frame", "two frames", "recurrent", "recurrent, V = 0", "recurrent, small start"]
errors = {}
for kind in kinds:
    errors[kind] = np.array([trained_error(kind, seed) for seed in range(12)])

fig, (ax,) = plots.new_figure(width=7, height=3)
for row, kind in enumerate(kinds):
    ax.plot(errors[kind], np.full(12, -row), "o", alpha=0.5, color="tab:blue")
    print(f"{kind:<24} mean error {errors[kind].mean():.3f}")
ax.axvline(0.5, color="0.6", linewidth=1)
ax.text(0.51, 0.5, "half to either side", color="0.4", fontsize=8)
ax.set_yticks([0, -1, -2, -3, -4], kinds)
ax.set(xlabel="squared error of frames 3 to 6, a dot a run", ylim=(-4.6, 0.9))
plots.save(fig, "29_which_way.png")
claim("One frame cannot tell which way the light runs",
      errors["one frame"].min() > 0.5 - 1e-6, least=errors["one frame"].min())
claim("two frames can, and so can r, with V and without",
      max(errors[kind].mean() for kind in kinds[1:4]) < 0.1,
      two=errors["two frames"].mean(), recurrent=errors["recurrent"].mean(),
      without_V=errors["recurrent, V = 0"].mean())
claim("From a small start the recurrent model has not got there in as many steps",
      errors["recurrent, small start"].mean() > 0.3,
      small_start=errors["recurrent, small start"].mean())

# %% [markdown]
# **What to see.** Two frames of the past are enough, and so is r: nobody told the recurrent model
# to keep the direction, but what it keeps of frame t - 2 in r_{t-1} tells it. One frame is not. Its
# error is not even the .5 of half to either side: mean field settles on one side, which is right
# half of the time and then wrong by 2. Its mean error is near 1, as (29.6) says of such a u.
#
# The last row has the same model and the same steps, from weights N(0, .01²) in the place of
# N(0, .6²). All r_t are then near 1/2 whatever the film, so nothing tells one past from another, R
# has no slope, and learning hardly begins.
#
# ## Balls that bounce
#
# The films by which these models are compared show balls in a box. A ball moves on until it meets a
# wall or another ball. Here there is one ball and 10 x 10 pixels, so that it takes seconds. Two
# predictions cost nothing: that nothing moves (`copied_frames`), and that each pixel goes on as it
# did, 2 v_{t-1} - v_{t-2} within [0, 1] (`extrapolated_frames`). A model must beat both.

# %% experiment: one ball in a small box
def small_films(n_films, seed):
    """Films of one ball: (n_films, 20, 100), in [0, 1]."""
    films = bouncing_balls(n_films, np.random.default_rng([292, seed]), 20, 1, 10)
    return films.reshape(n_films, 20, 100).astype(np.float32) / np.float32(255)


train_films = small_films(200, 0)
test_films = small_films(40, 1)
mean_frame = train_films.mean(axis=(0, 1))
start = init_rtrbm(100, 100, np.random.default_rng(293), mean_frame, scale=0.1)
ball_model, history = train_temporal(start, train_films, rng=np.random.default_rng(294), epochs=25,
                                     batch_size=4, rate=0.02, k=3)
predicted = predict_frames(ball_model, test_films)
of_model = next_frame_error(test_films, predicted)
of_copying = next_frame_error(test_films, copied_frames(test_films))
of_extrapolating = next_frame_error(test_films, extrapolated_frames(test_films))
print(f"squared error of the next frame: model {of_model:.2f}, last frame copied {of_copying:.2f}, "
      f"two frames extrapolated {of_extrapolating:.2f}")
claim("The recurrent model tells the next frame better than both",
      of_model < 0.8 * of_extrapolating,
      model=of_model, copied=of_copying, extrapolated=of_extrapolating)

made_up = generate_films(ball_model, 1, 12, np.random.default_rng(295), start=test_films[:1, :8])
rows = np.concatenate([test_films[0, 8:], predicted[0, 7:], made_up[0]])
fig, (ax,) = plots.new_figure(width=8, height=2.4)
plots.draw_tiles(ax, rows, (10, 10), columns=12)
ax.set_yticks([5, 16, 27], ["true film", "next frame told", "made up"])
ax.set_xlabel("frames 9 to 20")
plots.save(fig, "29_ball.png")

# %% [markdown]
# **What to see.** In the second row each frame is told from the true ones before it. In the last
# row the model is alone after frame 8: each frame is drawn by Gibbs steps from those that it made
# up itself, so that errors add up. A made-up film need not be the true one; it should be one that
# could be.
#
# At the size that papers use, 30 x 30 pixels and three balls, copying scores about 11.8 and
# extrapolating about 6.8. `lessons/reproductions/bouncing_balls.py` trains the models there and
# prints what they reach, and `dgm train video --data balls` does it for you. Always ask for the
# size: at 15 x 15 copying alone scores 3.0, below what was published for 30 x 30.
#
# ## What goes wrong
#
# Three slips in going back through time. None raises an error. Differences of log p tell them at
# once.
#
#     one step back      Dh_{t+1} in the place of total_{t+1}: nothing reaches frame t - 2
#     R not transposed   total_{t+1} R: square, so no error about shapes
#     V forgotten        the term Dv_{t+1} Vᵀ is left out, as if r_t went into c_{t+1} alone

# %% wrong: three slips on the way back
def one_step_back(Dh_next, total_next, Dv_next):
    return Dh_next @ model.R.T + Dv_next @ model.V.T


def R_not_transposed(Dh_next, total_next, Dv_next):
    return total_next @ model.R + Dv_next @ model.V.T


def V_forgotten(Dh_next, total_next, Dv_next):
    return total_next @ model.R.T


def right_one(Dh_next, total_next, Dv_next):
    return total_next @ model.R.T + Dv_next @ model.V.T


off = {}
film_r = frames.r[0]
for slip in (right_one, one_step_back, R_not_transposed, V_forgotten):
    found = np.zeros((4, 3))
    found[3] = film_Dh[3]
    for t in range(2, -1, -1):
        slope_of_r = slip(film_Dh[t + 1], found[t + 1], film_Dv[t + 1])
        found[t] = film_Dh[t] + film_r[t] * (1 - film_r[t]) * slope_of_r
    off[slip] = np.abs(found - differences).max()
    print(f"{slip.__name__:<18} off by {off[slip]:.6f}, where the largest slope is "
          f"{np.abs(differences).max():.3f}")
smallest_slip = min(off[one_step_back], off[R_not_transposed], off[V_forgotten])
claim("Differences tell them at once", smallest_slip > 1e-3 > off[right_one],
      right=off[right_one], smallest_slip=smallest_slip)

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 29 --stop _film_gradient
#
# runs this lesson under pdb and stops where the library has v⁻ and h⁻ of the film of (29.3) and
# makes the gradient of them. `n` goes to the next line.
#
#     (Pdb) p films
#     array float64 (1, 4, 2) [0, 1]
#     (Pdb) p frames.r
#     array float64 (1, 4, 3) [0.0638, 0.94]
#
# ## Exercises
#
# 1. On paper: the tiny case, but v_1 = 0. What are b_2 and c_2, and p(v_2 = 1 given the past)?
# 2. On paper: V = 0 and R = 0. What is left of the recurrent model? What is the best that it can
#    do about the running light?
# 3. In code: write `back_through_time(Dh, Dv, r, R, V)`, which gives total (N, T, K) for
#    Dh (N, T, K), Dv (N, T, D), r (N, T, K), R (K, K), V (K, D), by (29.3). `dgm course check
#    lesson_29` judges it; `lessons/solutions/29.md` holds it against the library's gradient.
#
# Solutions: `lessons/solutions/29.md`, for when you have tried.
