# %% [markdown]
# # Video: an RBM that knows what came before
#
# Where will a moving thing be next? One picture of it does not say: one must know where it was
# before. This lesson gives an RBM a past. Each frame of a film is modelled by an RBM of its own,
# whose biases are computed from the frames before. How is such a model learnt, when what it does in
# one frame changes all later ones?
#
# Afterwards you can
#
# - write log p of a film as a sum over its frames, and say what the past changes in each;
# - derive backpropagation through time for the recurrent temporal RBM, one step a line;
# - say why a memory of one frame cannot tell which way something moves, and what can.
#
# About an hour and a half. You need the RBM (lesson 7), its gradient (lesson 8), contrastive
# divergence (lesson 9) and backpropagation (lesson 20).
#
# ## One RBM a frame
#
# Let v_1, ..., v_T be the frames of a film, D pixels each. Whatever the model, probabilities
# multiply along the film: that of the first frame, that of the second given the first, and so on,
#
#     log p(film) = Σ_t log p(v_t given v_1 ... v_{t-1})
#
# We choose an RBM for each factor. All frames share its weights W (D, K). The *biases* are where
# the past comes in. What frame t is told of the past is a row of numbers, past_t; two more
# matrices, V and R, make of it what is added to the biases b and c:
#
#     b_t = b + past_t V          c_t = c + past_t R
#     p(v_t, h_t given the past) = exp(b_t·v_t + c_t·h_t + v_tᵀ W h_t) / Z_t
#
# Given the frames before, b_t and c_t are numbers. So each factor is an ordinary RBM, with a Z of
# its own.
#
# What should frame t be told? The last n frames, one could say; that is the conditional RBM
# (Taylor, Hinton and Roweis 2006), which forgets what is older. The recurrent temporal RBM
# (Sutskever, Hinton and Taylor 2008) is told the means of the hidden units of the frame before:
#
#     past_t = r_{t-1}          r_t = σ(v_t W + c_t) = E[h_t given v_t and the past]
#
# But r_{t-1} was computed with c_{t-1}, which holds r_{t-2}, and so on: it can hold all that has
# been. Before the first frame there is no past: b_1 = b, and c_1 is a parameter of its own, c0. (As
# published the model has V = 0. With V, the past also reaches the pixels directly.) This lesson is
# about the recurrent model.
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
# The four states of frame 2, (v, h) = 00, 01, 10, 11, have the weights exp(b_2 v + c_2 h + 2 v h):
#
#     1     exp(-1.924) = .146     exp(-2.193) = .112     exp(-2.193 - 1.924 + 2) = .120
#     p(v_2 = 1 given v_1 = 1) = (.112 + .120) / 1.378 = .168
#
# In frame 1 it was .731: having been on pushes the pixel down.

# %% the tiny case by the library
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.energy import RBM
from numpy_dgm.energy.gradients import model_means
from numpy_dgm.energy.temporal import (
    RTRBM, exact_film_gradient, film_log_likelihoods, frame_pass, generate_films)
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.records import windows
from numpy_dgm.foundation.verify import claim, verify

one = np.ones((1, 1))
tiny = RTRBM(W=2 * one, V=-3 * one, R=-4 * one, b=np.zeros(1), c=np.ones(1), c0=-np.ones(1))
tiny_film = np.array([[1.0], [0.0]])  # (2 frames, 1 pixel)
tiny_pass = frame_pass(tiny, tiny_film)  # its arrays: (1 film, 2 frames, ·)
print("b_t", tiny_pass.b.ravel().round(3), "  c_t", tiny_pass.c.ravel().round(3))
print("r_t", tiny_pass.r.ravel().round(3))
on_twice = np.ones((2, 1))  # the film with v_1 = v_2 = 1
p_on = np.exp(film_log_likelihoods(tiny, on_twice))  # (1 film, 2 frames)
print("p(v_t = 1 given that v_1 = 1)", p_on.ravel().round(3))

# %% [markdown]
# ## Is it a model of films?
#
# Then the probabilities of all films add up to 1. For two pixels and three frames there are
# 2^6 = 64 films. The cell lists them, and for each of them all states of each frame's RBM. The
# biases are computed from their definition, one frame after the other.
#
#     Σ over films of Π_t p(v_t given v_1 ... v_{t-1}) = 1                    (29.1)
#
# The library's `film_log_likelihoods` gives the logarithms of the factors. With the energy E_t of
# frame t's RBM,
#
#     log p(v_t given v_1 ... v_{t-1}) = log Σ_h exp(-E_t(v_t, h)) - log Z_t  (29.2)

# %% (29.1) and (29.2) all films of two pixels and three frames
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
        minus_E_of_v = v @ b_t + every_h @ c_t + v @ model.W @ every_h.T  # (2^K,)
        log_p.append(np.log(np.exp(minus_E_of_v).sum()) - log_Z)
        r = 1 / (1 + np.exp(-(v @ model.W + c_t)))
        b_t = model.b + r @ model.V
        c_t = model.c + r @ model.R
    return np.array(log_p)


rng = np.random.default_rng(29)
D, K = 2, 3
model = RTRBM(W=rng.normal(size=(D, K)), V=rng.normal(size=(K, D)), R=rng.normal(size=(K, K)),
              b=rng.normal(size=D), c=rng.normal(size=K), c0=rng.normal(size=K))
every_film = np.array(list(itertools.product([0.0, 1.0], repeat=6))).reshape(64, 3, 2)
by_definition = np.array([log_p_of_frames(model, film) for film in every_film])  # (64, 3)
total_p = np.exp(by_definition.sum(axis=1)).sum()
verify("(29.1) Σ over films of Π_t p(v_t given the past) = 1", total_p, 1.0)
by_library = film_log_likelihoods(model, every_film)
verify("(29.2) log p(v_t given the past) = log Σ_h exp(-E_t) - log Z_t", by_definition, by_library)

# %% [markdown]
# ## The gradient, one frame at a time
#
# Take frame t alone. It is an RBM with the biases b_t and c_t, so lesson 8's (8.6) and (8.7) give
# the slopes of log p(v_t given the past): the mean with v_t held, less the mean under the model.
# Write v⁻ and h⁻ for the model's means in frame t:
#
#     Dv_t = v_t - v⁻         slope by b_t
#     Dh_t = r_t - h⁻         slope by c_t, as far as frame t goes
#
# But c_t does more: it moves r_t, and r_t is the past of frame t + 1. Let total_t be the slope of
# the whole log p(film) by c_t. Go backwards, as in lesson 20. r_t is a fork, it goes into c_{t+1}
# and into b_{t+1}, so its slope is a sum of two:
#
#     c_{t+1} = c + r_t R         has the slope total_{t+1}, and hands r_t     total_{t+1} Rᵀ
#     b_{t+1} = b + r_t V         has the slope Dv_{t+1}, and hands r_t        Dv_{t+1} Vᵀ
#     r_t = σ(v_t W + c_t)        hands c_t its own slope times r_t (1 - r_t)
#
# Together, from the last frame, where total_T = Dh_T, to the first:
#
#     total_t = Dh_t + r_t (1 - r_t) (total_{t+1} Rᵀ + Dv_{t+1} Vᵀ)           (29.3)
#
# This is backpropagation through time. Note what it does *not* go through: v_t is data, and
# nothing flows back through the frames themselves. In the tiny case, with the means of the four
# states of each frame,
#
#     frame 2   Dv_2 = 0 - .168 = -.168          total_2 = Dh_2 = .127 - .193 = -.066
#     frame 1   Dh_1 = .731 - .607 = .124        slope of r_1 = -.066·(-4) - .168·(-3) = .769
#               total_1 = .124 + .731·.269·.769 = .275
#
# More than half of what is to be learnt about frame 1 is told by frame 2. The next cell takes a
# film of four frames, moves every c_t a little, enumerates log p of the film again, and holds the
# differences against (29.3).

# %% (29.3) back through time
def there_and_back(model, film):
    """r, Dv, Dh, <v hᵀ> and total of each frame of a film (T, D), with means from all states."""
    T, D = film.shape
    K = len(model.c)
    frames = frame_pass(model, film)
    r = frames.r[0]  # (T, K)
    Dv, Dh, vh = np.zeros((T, D)), np.zeros((T, K)), np.zeros((T, D, K))
    for t in range(T):
        means = model_means(RBM(model.W, frames.b[0, t], frames.c[0, t]))  # lesson 8
        Dv[t] = film[t] - means.b
        Dh[t] = r[t] - means.c
        vh[t] = means.W  # for (29.5)

    total = Dh.copy()
    for t in range(T - 2, -1, -1):
        slope_of_r = total[t + 1] @ model.R.T + Dv[t + 1] @ model.V.T
        total[t] = Dh[t] + r[t] * (1 - r[t]) * slope_of_r
    return r, Dv, Dh, vh, total


_, tiny_Dv, tiny_Dh, _, tiny_total = there_and_back(tiny, tiny_film)
print("tiny case: Dv_t", tiny_Dv.ravel().round(3), "  Dh_t", tiny_Dh.ravel().round(3),
      "  total_t", tiny_total.ravel().round(3))
film = rng.integers(0, 2, size=(4, 2)).astype(float)
T = 4
film_r, film_Dv, film_Dh, film_vh, total = there_and_back(model, film)
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

# %% figure: the tiny film, values forward and slopes backward
log_p_tiny = log_p_of_frames(tiny, tiny_film).sum()
nodes = {
    "c_1": (0, 0, -1.0, 0.275), "r_1": (1, 1.2, 0.731, 0.769), "b_2": (2, 2, -2.193, -0.168),
    "c_2": (2, 1, -1.924, -0.066), "log p": (3, 0.5, log_p_tiny, 1.0)}
edges = [("c_1", "r_1"), ("c_1", "log p"), ("r_1", "b_2"), ("r_1", "c_2"), ("b_2", "log p"),
         ("c_2", "log p")]
plots.save(plots.circuit(nodes, edges), "29_circuit.png")

# %% [markdown]
# **What to see.** Above each node stands its value, below it the slope of log p(film). c_1 goes two
# ways: straight into log p, which gives .124, and by r_1 through the biases of frame 2.
#
# Now the parameters. Each acts at every frame, so its slope is a sum over frames. R takes past_t
# into c_t, and V takes it into b_t. The biases b and c stand in every b_t and c_t, but for c_1 =
# c0:
#
#     ∂R = Σ_t past_tᵀ total_t          ∂V = Σ_t past_tᵀ Dv_t                  (29.4)
#     ∂b = Σ_t Dv_t          ∂c = Σ_{t > 1} total_t          ∂c0 = total_1
#
# W acts twice in frame t. In the RBM of that frame its slope is lesson 8's (8.5), which is
# `v_tᵀ r_t - <v hᵀ>_t`. And it makes r_t, which goes on into the future. The slope that comes back
# from there to the input of r_t is the second term of (29.3), total_t - Dh_t:
#
#     ∂W = Σ_t ( v_tᵀ r_t - <v hᵀ>_t + v_tᵀ (total_t - Dh_t) )                 (29.5)
#
# The library divides by the number of frames, so that a long film does not step further than a
# short one. The cell holds all of it against differences of the enumerated log p.

# %% (29.4) and (29.5) the parameters
def mean_log_p(model):
    """log p a frame of the film of four frames, from the definition."""
    return log_p_of_frames(model, film).mean()


slopes = windows(model, central_differences(mean_log_p, model))  # as in lesson 8
past = np.vstack([np.zeros(K), film_r[:-1]])  # (T, K): r of the frame before
R_and_V = np.hstack([past.T @ total, past.T @ film_Dv]) / T
biases = np.concatenate([film_Dv.sum(axis=0), total[1:].sum(axis=0), total[0]]) / T
W_of_frames = film.T @ film_r - film_vh.sum(axis=0)
W_by_hand = (W_of_frames + film.T @ (total - film_Dh)) / T
verify("(29.4) ∂R = Σ_t past_tᵀ total_t, ∂V = Σ_t past_tᵀ Dv_t", R_and_V,
       np.hstack([slopes.R, slopes.V]), tolerance=1e-8)
verify("(29.4) and the biases", biases, np.concatenate([slopes.b, slopes.c, slopes.c0]),
       tolerance=1e-8)
verify("(29.5) ∂W = Σ_t (v_tᵀ r_t - <v hᵀ>_t + v_tᵀ (total_t - Dh_t))", W_by_hand, slopes.W,
       tolerance=1e-8)
gradient = exact_film_gradient(model, film)
verify("(29.5) the library's ∂W", gradient.W, W_by_hand)

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
# Which way a film runs cannot be seen in a single frame. Whoever knows only the frame before does
# best to give 1/2 to each of its two neighbours, and has log p = -log 2 = -.693 a frame. Whoever
# knows two frames can be certain: log p = 0.

# %% a training run on a page
def running_light(n_films, n_frames, rng):
    """A light that runs round a ring of four, one way or the other: (n_films, n_frames, 4)."""
    place = rng.integers(4, size=n_films)
    way = rng.choice([-1, 1], size=n_films)
    films = np.zeros((n_films, n_frames, 4))
    for t in range(n_frames):
        films[np.arange(n_films), t, (place + t * way) % 4] = 1
    return films


def sum_of_products(left, right):
    """Σ over films and frames of leftᵀ right: (N, T, A) and (N, T, B) give (A, B)."""
    return left.reshape(-1, left.shape[2]).T @ right.reshape(-1, right.shape[2])


def learn(films, n_steps, rng, scale=0.6, through_time=True):
    """An RTRBM learnt from films (N, T, D), and mean log p of frames 3 to T every 10 steps."""
    N, T, D = films.shape
    K = 24
    W = scale * rng.standard_normal((D, K))
    R = scale * rng.standard_normal((K, K))
    V = np.zeros((K, D))
    b, c, c0 = np.zeros(D), np.zeros(K), np.zeros(K)
    curve = []
    for step in range(n_steps + 1):
        if step % 10 == 0:
            log_p = film_log_likelihoods(RTRBM(W, V, R, b, c, c0), films)  # (N, T)
            curve.append(log_p[:, 2:].mean())

        past, c_t, r = np.zeros((3, N, T, K))
        c_t[:, 0] = c0
        for t in range(T):  # forward, from the first frame to the last
            if t > 0:
                past[:, t] = r[:, t - 1]
                c_t[:, t] = c + past[:, t] @ R
            r[:, t] = sigmoid(films[:, t] @ W + c_t[:, t])
        b_t = b + past @ V  # (N, T, D)

        p_h = r
        for _ in range(2):  # CD-2, from the frames themselves
            h = (rng.random((N, T, K)) < p_h).astype(float)
            v = (rng.random((N, T, D)) < sigmoid(h @ W.T + b_t)).astype(float)
            p_h = sigmoid(v @ W + c_t)

        Dv = films - v
        Dh = r - p_h
        total = Dh.copy()
        if through_time:
            for t in range(T - 2, -1, -1):  # backward, from the last frame to the first: (29.3)
                slope_of_r = total[:, t + 1] @ R.T + Dv[:, t + 1] @ V.T
                total[:, t] += r[:, t] * (1 - r[:, t]) * slope_of_r

        rate = 2.0 / (N * T)
        W += rate * (sum_of_products(films, r + total - Dh) - sum_of_products(v, p_h))
        V += rate * sum_of_products(past, Dv)
        R += rate * sum_of_products(past, total)
        b += rate * Dv.sum(axis=(0, 1))
        c += rate * total[:, 1:].sum(axis=(0, 1))
        c0 += rate * total[:, 0].sum(axis=0)
    return RTRBM(W, V, R, b, c, c0), np.array(curve)


rng = np.random.default_rng(290)
films = running_light(16, 8, rng)
learnt, curve = learn(films, 200, rng)
for step in range(0, 201, 40):
    print(f"step {step:4}   mean log p of frames 3 to 8: {curve[step // 10]:.3f}")
claim("It passes -log 2", curve[-1] > -0.2, at_the_end=curve[-1])

# %% [markdown]
# It passes -log 2: r holds more than one frame. (The library's `train_temporal` is this loop, with
# minibatches, and with Adam, lesson 22, in the place of plain steps.)
#
# ## Does it need the way back?
#
# The loop as it is, and with two changes, twelve runs each. One leaves out the way back, total_t =
# Dh_t: each frame learns for itself, and nothing tells r what later frames could use. The other
# starts from weights as small as those of lesson 9.

# %% experiment: learning without the way back, and from a small start
kinds = [
    ("through time", 0.6, True, "tab:blue"), ("each frame for itself", 0.6, False, "tab:orange"),
    ("through time, small start", 0.01, True, "0.5")]
after_100 = {}
fig, (ax,) = plots.new_figure(width=7, height=3.4)
for name, scale, through_time, colour in kinds:
    curves = []
    for seed in range(12):
        rng = np.random.default_rng([291, seed])
        _, curve = learn(running_light(16, 8, rng), 100, rng, scale, through_time)
        curves.append(curve)
    curves = np.array(curves)  # (12, 11)
    steps = range(0, 101, 10)
    ax.plot(steps, curves.mean(axis=0), color=colour, label=f"{name}, mean of 12 runs")
    ax.plot(steps, curves.min(axis=0), color=colour, linewidth=0.6)
    ax.plot(steps, curves.max(axis=0), color=colour, linewidth=0.6)
    after_100[name] = curves[:, -1]  # (12,)
    print(f"{name:<26} after 100 steps {after_100[name].mean():.3f}")
ax.axhline(-np.log(2), color="black", linewidth=1, linestyle="--", label="knows one frame: -log 2")
ax.set(xlabel="step", ylabel="mean log p of frames 3 to 8, nats", ylim=(-2.5, 0.1))
ax.legend()
plots.save(fig, "29_way_back.png")
with_it, without, small = after_100.values()
claim("Through time, a run is almost certain after 100 steps, on average", with_it.mean() > -0.05,
      mean=with_it.mean())
claim("Without the way back every run also knows more than one frame", without.min() > -np.log(2),
      least=without.min())
claim("but misses more than twice as much", without.mean() < 2 * with_it.mean(),
      with_it=with_it.mean(), without=without.mean())
claim("From a small start a run is still far below -log 2 by then, on average",
      small.mean() < -np.log(2) - 0.2, mean=small.mean())

# %% [markdown]
# **What to see.** (The thin lines are the worst and the best of the runs.) Through time, a run is
# almost certain after 100 steps, on average. Without the way back every run also knows more than
# one frame, but misses more than twice as much. How can it know, when nobody asks r_{t-1} to hold
# frame t - 2? With random W and R something of that frame is in it by chance, and V and R learn to
# read it. The way back does not leave it to chance.
#
# From a small start a run is still far below -log 2 by then, on average. All r_t are near 1/2 at
# first, whatever the film: hardly anything of the past is in them, and small weights let little
# slope through on the way back.
#
# ## Left alone
#
# The model of the page is told two frames of a fresh film. Then `generate_films` draws each frame
# by Gibbs steps, from those that were drawn before.

# %% experiment: films that the model goes on with alone
rng = np.random.default_rng(292)
fresh = running_light(400, 8, rng)
made_up = generate_films(learnt, 400, 6, rng, start=fresh[:, :2], grey=False)
same = np.all(made_up == fresh[:, 2:], axis=(1, 2)).mean()  # in all six frames
print("two frames that it was told, and six that it made up")
print(np.vstack([fresh[0, :2], made_up[0]]).astype(int))
claim("Most films go on as they began, to the end", same > 0.75, fraction=same)

# %% [markdown]
# Most films go on as they began, to the end. All that the model had of the frames before was r.
#
# ## What goes wrong
#
# Three slips in going back through time. None raises an error. Differences of log p tell them at
# once.
#
#     one step back      Dh_{t+1} in the place of total_{t+1}: nothing comes from frame t + 2
#     R not transposed   total_{t+1} R: square, so no error about shapes
#     V forgotten        the term Dv_{t+1} Vᵀ is left out, as if r_t went into c_{t+1} alone

# %% wrong: three slips on the way back
off = {}
for slip in ("none", "one step back", "R not transposed", "V forgotten"):
    found = film_Dh.copy()
    for t in (2, 1, 0):
        of_next = film_Dh[t + 1] if slip == "one step back" else found[t + 1]
        R_back = model.R if slip == "R not transposed" else model.R.T
        slope_of_r = of_next @ R_back
        if slip != "V forgotten":
            slope_of_r += film_Dv[t + 1] @ model.V.T
        found[t] += film_r[t] * (1 - film_r[t]) * slope_of_r
    off[slip] = np.abs(found - differences).max()
    print(f"{slip:<18} off by {off[slip]:.6f}, where the largest slope is "
          f"{np.abs(differences).max():.3f}")
smallest_slip = min(off["one step back"], off["R not transposed"], off["V forgotten"])
claim("Differences tell them at once", smallest_slip > 1e-3 > 1e-6 > off["none"],
      right=off["none"], smallest_slip=smallest_slip)

# %% [markdown]
# ## Appendix: one picture of the next frame
#
# Films of grey pixels are compared by squared error: one predicts v_t by a picture u. Which is the
# best? For a bit v² = v, so with p = E[v given the past] the error at one pixel is, in the mean
# over what can come,
#
#     E[(v - u)²] = E[v²] - 2 u E[v] + u² = p - 2 u p + u² = p (1 - p) + (u - p)²
#
# and for a frame the sum over its pixels, with pᵢ = E[vᵢ given the past],
#
#     E[|v_t - u|²] = Σᵢ (pᵢ (1 - pᵢ) + (uᵢ - pᵢ)²)                           (29.6)
#
# The first term nobody can mend. The second is 0 where u is the mean, and there alone. The
# library's `predict_frames` approximates the mean by *mean field*: from u = v_{t-1} on, ten times h
# = σ(u W + c_t), u = σ(h Wᵀ + b_t).
#
# `dgm train video --data balls --out run/` trains on films of bouncing balls, by which papers
# compare such models. `dgm evaluate run/` prints beside the model's error those of two predictions
# that cost nothing: that nothing moves, and that each pixel goes on as it did. Always look at them
# first.

# %% (29.6) the error of a prediction of frame 3
every_v = np.array(list(itertools.product([0.0, 1.0], repeat=2)))  # (4, 2)
p_of_v = np.zeros(4)
for i, v in enumerate(every_v):
    possible = film.copy()
    possible[2] = v
    p_of_v[i] = np.exp(log_p_of_frames(model, possible)[2])
u = np.array([0.3, 0.9])
expected_error = p_of_v @ np.square(every_v - u).sum(axis=1)
frames = frame_pass(model, film)
p = model_means(RBM(model.W, frames.b[0, 2], frames.c[0, 2])).b  # (2,)
split = np.sum(p * (1 - p) + (u - p)**2)
verify("(29.6) E[|v_t - u|²] = Σᵢ (pᵢ (1 - pᵢ) + (uᵢ - pᵢ)²)", expected_error, split)

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 29 --stop _back_through_time
#
# runs this lesson under pdb and stops where the library goes back through the film of (29.3), in
# `exact_film_gradient`. There d_h and d_v are Dh and Dv. Three times `n`, and the slope of r_3 has
# come back from frame 4 (frames are counted from 0 in code).
#
#     (Pdb) p d_h
#     array float64 (1, 4, 3) [-0.0235, 0.0574]
#     (Pdb) n
#     (Pdb) n
#     (Pdb) n
#     (Pdb) p t
#     2
#     (Pdb) p d_r
#     array float64 (1, 3) [-0.159, 0.122]
#
# ## Exercises
#
# 1. On paper: the tiny case, but v_1 = 0. What are b_2 and c_2, and p(v_2 = 1 given the past)?
# 2. On paper: V = 0 and R = 0. What is left of the recurrent model? What is the best that it can
#    do about the running light?
# 3. In code: write `back_through_time(Dh, Dv, r, R, V)`, which gives total (N, T, K) for
#    Dh (N, T, K), Dv (N, T, D), r (N, T, K), R (K, K), V (K, D), by (29.3).
#    `lessons/solutions/29.md` holds it against the library's gradient.
#
# `dgm course release 29 --out .` writes a file for the exercise in code, and
# `dgm course check 29` judges what you write into it.
#
# Solutions: `lessons/solutions/29.md`, for when you have tried.
