# %% [markdown]
# # Centring: learning that does not mind which colour is called 1
#
# Take the negative of every picture: black for white. Nothing about the task has changed, so
# learning should not take notice. But it does. A gradient step on the negatives leads to another
# model, and learning can be much slower. This lesson finds out why, and mends it with four lines.
#
# Afterwards you can
#
# - say what a weight learns that a bias should, and see it in numbers;
# - derive the centred gradient entry by entry, and show that it climbs;
# - put it into a training loop, and prove that negatives no longer disturb it.
#
# About an hour and a quarter. You need the exact gradient (lesson 8) and CD (lesson 9).
#
# ## The tiny case, in numbers
#
# Three pixels, of which the first two are always on, and one hidden unit. Two cases:
#
#     v = [1, 1, 1]   and   v = [1, 1, 0]          <v>_data = [1, 1, .5]
#
# Start with all parameters 0. Then h is on half of the time whatever v is, and each pixel is on
# half of the time whatever h is. By lesson 8 the gradient is
#
#     g_b = <v>_data - <v>_model      = [1, 1, .5] - [.5, .5, .5]      = [.5,  .5,  0]
#     g_W = <v h>_data - <v h>_model  = [1, 1, .5]/2 - [.5, .5, .5]/2  = [.25, .25, 0]
#     g_c = <h>_data - <h>_model      = .5 - .5                        = 0
#
# g_b is right: the first two pixels should be on more often. But g_W moves as well, although h
# has nothing to do with any pixel. Why? <v₁ h> counts how often both are on, and if one of them
# is on all the time, that says nothing of the other. A step of W pulls h up at every case, which
# c must undo, and ten pixels that are always on would pull ten times as hard.
#
# Now count from where each unit usually is: μ = [1, 1, .5] for the pixels, λ = .5 for h.
#
#     W' = <(v - μ)(h - λ)>_data - <(v - μ)(h - λ)>_model   = 0 - 0   = [0, 0, 0]
#
# since h is independent of v in either average. The weights wait until there is something to say.
# The biases do what is theirs.

# %% the same numbers by the library
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import best_log_likelihood, shifting_bar
from numpy_dgm.energy import RBM, exact_gradient, log_likelihood
from numpy_dgm.energy.gradients import centre
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import claim, verify

nothing = RBM(W=np.zeros((3, 1)), b=np.zeros(3), c=np.zeros(1))
two_cases = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 0.0]])
plain = exact_gradient(nothing, two_cases)
centred = centre(plain, two_cases.mean(axis=0), np.array([0.5]))
for name, gradient in (("plain", plain), ("centred", centred)):
    W_step = gradient.W.ravel().round(9) + 0.0  # -0 + 0 is 0
    print(f"{name:8} W {W_step}   b {gradient.b.round(9)}   c {gradient.c.round(9)}")

# %% [markdown]
# ## The same models, in other coordinates
#
# Measure v and h from offsets μ (D,) and λ (K,), any numbers for now. With biases b_c and c_c,
#
#     E_centred(v, h) = -b_c·v - c_c·h - (v - μ)ᵀ W (h - λ)                         a definition
#
# Is that still an RBM? Multiply out, and collect what stands beside v and beside h:
#
#     E_centred(v, h) = -(b_c - W λ)·v - (c_c - Wᵀ μ)·h - vᵀ W h - μᵀ W λ
#
# The last term is the same for all states, so it cancels between exp(-E) and Z. What is left is a
# plain RBM with the same W, and other biases:
#
#     p_centred(v) = p(v)          with b = b_c - W λ and c = c_c - Wᵀ μ           (13.1)
#
# So these are the same models. But uphill is another direction: what is held still while W moves
# is now b_c and c_c, not b and c. W multiplies (v - μ) and (h - λ), so lesson 8's derivation
# goes through with these in the place of v and h:
#
#     W' = <(v - μ)(h - λ)ᵀ>_data - <(v - μ)(h - λ)ᵀ>_model                         a definition
#     ∂ mean log p/∂W = W'          with b_c and c_c held still                    (13.2)
#
# Multiply out once more; μ λᵀ is in both means and goes. With g_W, g_b and g_c for the plain
# gradient,
#
#     W' = g_W - μ g_cᵀ - g_b λᵀ                                                   (13.3)
#
# The slopes for b_c and c_c are g_b and g_c, as μ and λ cancel there too. So a step in the centred
# coordinates is (W', g_b, g_c). By (13.1) it moves the plain biases by
#
#     b' = g_b - W' λ   and   c' = g_c - W'ᵀ μ                                     (13.4)
#
# The library's `centre` makes (W', b', c') of a plain gradient (Cho, Raiko and Ilin 2011; Melchior,
# Fischer and Wiskott 2016). Does that step climb? Take its product with the plain gradient:
#
#     g_W·W' + g_b·b' + g_c·c'
#       = g_W·W' + g_b·(g_b - W' λ) + g_c·(g_c - W'ᵀ μ)                   (13.4) put in
#       = (g_W - g_b λᵀ - μ g_cᵀ)·W' + |g_b|² + |g_c|²                    g_b·(W' λ) = (g_b λᵀ)·W'
#
# and the bracket is W', by (13.3):
#
#     plain · centred = |W'|² + |g_b|² + |g_c|²                                    (13.5)
#
# Never negative, for any μ and λ, and 0 only where all three are 0, which is where the plain
# gradient is 0. So a small enough step climbs (lesson 8), and it rests where the plain one rests.

# %% (13.1) to (13.5) centring, by sums over all pairs and by slopes
rng = np.random.default_rng(13)
D, K = 4, 3
rbm = RBM(W=rng.normal(size=(D, K)), b=rng.normal(size=D), c=rng.normal(size=K))
every_v = np.array(list(itertools.product([0.0, 1.0], repeat=D)))  # (2^D, D)
every_h = np.array(list(itertools.product([0.0, 1.0], repeat=K)))  # (2^K, K)
rows = np.array([1, 3, 3, 7, 11, 15, 15, 15])  # eight cases: most pixels are on
v_data = every_v[rows]
p_data = np.bincount(rows, minlength=2**D) / 8


def centred_table(W, b_c, c_c, mu, lam):
    """p(v, h) by the centred energy, pair by pair: (2^D, 2^K)."""
    weight = np.zeros((2**D, 2**K))
    for i, v in enumerate(every_v):
        for j, h in enumerate(every_h):
            E = -(b_c @ v) - c_c @ h - (v - mu) @ W @ (h - lam)
            weight[i, j] = np.exp(-E)
    return weight / weight.sum()


def centred_slopes(W, b_c, c_c, mu, lam):
    """∂ mean log p/∂W, ∂b_c, ∂c_c, each entry moved a little forward and back."""
    parts = [W.copy(), b_c.copy(), c_c.copy()]
    found = []
    for part in parts:
        slope = np.zeros_like(part)
        for place in np.ndindex(part.shape):
            value = part[place]
            part[place] = value + 1e-5
            above = p_data @ np.log(centred_table(*parts, mu, lam).sum(axis=1))
            part[place] = value - 1e-5
            below = p_data @ np.log(centred_table(*parts, mu, lam).sum(axis=1))
            part[place] = value
            slope[place] = (above - below) / 2e-5
        found.append(slope)
    return found


mu = rng.uniform(size=D)
lam = rng.uniform(size=K)
b_c = rbm.b + rbm.W @ lam
c_c = rbm.c + rbm.W.T @ mu
p_joint = centred_table(rbm.W, b_c, c_c, mu, lam)
p_by_library = np.exp(log_likelihood(rbm, every_v))
verify("(13.1) p_centred(v) = p(v)", p_joint.sum(axis=1), p_by_library)

plain = exact_gradient(rbm, v_data)
step = centre(plain, mu, lam)
slope_W, slope_b, slope_c = centred_slopes(rbm.W, b_c, c_c, mu, lam)
verify("(13.2) ∂ mean log p/∂W = W'", slope_W, step.W, 1e-8)

h_given_v = p_joint / p_joint.sum(axis=1, keepdims=True)
surplus = p_data[:, None] * h_given_v - p_joint  # data less model, for each pair of layers
W_step = np.zeros((D, K))
for i, v in enumerate(every_v):
    for j, h in enumerate(every_h):
        W_step += surplus[i, j] * np.outer(v - mu, h - lam)
by_formula = plain.W - np.outer(mu, plain.c) - np.outer(plain.b, lam)
verify("(13.3) W' = g_W - μ g_cᵀ - g_b λᵀ", W_step, by_formula)

# how far the plain biases move in a step of length 1
b_moved = (b_c + slope_b) - (rbm.W + slope_W) @ lam - rbm.b
c_moved = (c_c + slope_c) - (rbm.W + slope_W).T @ mu - rbm.c
verify("(13.4) b' = g_b - W' λ", b_moved, step.b, 1e-8)
verify("(13.4) c' = g_c - W'ᵀ μ", c_moved, step.c, 1e-8)
squares = np.sum(W_step**2) + np.sum(slope_b**2) + np.sum(slope_c**2)
product = flatten(plain) @ flatten(step)
verify("(13.5) plain · centred = |W'|² + |g_b|² + |g_c|²", product, squares, 1e-8)

# %% [markdown]
# ## The negative of a model
#
# Exchange 0 and 1 in every visible unit. Which RBM gives 1 - v the probability that ours gives v?
# Put 1 - v for v in the energy of a model with weights -W, biases -b and c + Wᵀ 1:
#
#     b·(1 - v) - (c + Wᵀ 1)·h + (1 - v)ᵀ W h = b·1 - b·v - c·h - vᵀ W h           the 1ᵀ W h cancel
#
# That is E(v, h) and a constant. So these are the parameters of the negative, p_mirror:
#
#     p_mirror(1 - v) = p(v)                                                       (13.6)
#
# Now let both learn: ours from the cases v_n, the negative from 1 - v_n. Measured from its
# offset, which is 1 - μ now, a pixel is (1 - v) - (1 - μ) = -(v - μ). So the centred W' only
# changes its sign, as W itself did, and g_b with it; g_c stays. By (13.4) b' then changes its sign
# too, and c' becomes c' + W'ᵀ 1. These are the steps from a negative to a negative. Write p⁺ for a
# model after its step:
#
#     p⁺_mirror(1 - v) = p⁺(v)          after a centred step                       (13.7)
#
# In the cell the left side is the library's step on the negative; the right side is a step of our
# model along slopes in the centred coordinates, by differences. After a plain step it is not so.


# %% (13.6) and (13.7) negatives
def mirror(model):
    """The model of the negatives."""
    return RBM(W=-model.W, b=-model.b, c=model.c + model.W.sum(axis=0))


def after_step(model, direction, rate=0.5):
    """The model moved by `rate` along a direction that has the form of an RBM."""
    return RBM(W=model.W + rate * direction.W, b=model.b + rate * direction.b,
               c=model.c + rate * direction.c)


p_mirror = np.exp(log_likelihood(mirror(rbm), 1 - every_v))
verify("(13.6) p_mirror(1 - v) = p(v)", p_mirror, p_joint.sum(axis=1))

step_of_mirror = centre(exact_gradient(mirror(rbm), 1 - v_data), 1 - mu, lam)
mirror_after = after_step(mirror(rbm), step_of_mirror)
p_mirror_after = np.exp(log_likelihood(mirror_after, 1 - every_v))
moved = centred_table(rbm.W + 0.5 * slope_W, b_c + 0.5 * slope_b, c_c + 0.5 * slope_c, mu, lam)
p_after = moved.sum(axis=1)
verify("(13.7) p⁺_mirror(1 - v) = p⁺(v)", p_mirror_after, p_after, 1e-8)
print(f"  the step moved the model by TV = {0.5 * np.abs(p_after - p_joint.sum(axis=1)).sum():.3f}")

# %% [markdown]
# ## The loop on a page
#
# CD-1 of lesson 9, and four lines more. Which offsets? The means of the layers: μ of the cases,
# and for λ a running mean of p_h_data, since that changes as the model learns. The data are bars
# of two pixels on a ring of twelve, as negatives: two pixels are off, ten are on.


# %% centred CD-1 on a page
def learn(cases, is_centred, rng, n_steps=3_000, rate=0.2, K=8):
    """CD-1, centred or plain, from no biases: the mean log p of the cases every 200 steps."""
    N, D = cases.shape
    W = 0.01 * rng.standard_normal((D, K))
    b = np.zeros(D)
    c = np.zeros(K)
    mean_v = cases.mean(axis=0)  # μ
    mean_h = np.full(K, 0.5)  # λ
    curve = []
    for step in range(n_steps + 1):
        if step % 200 == 0:
            curve.append(log_likelihood(RBM(W, b, c), cases).mean())

        p_h_data = sigmoid(cases @ W + c)
        h = (rng.random((N, K)) < p_h_data).astype(float)
        p_v = sigmoid(h @ W.T + b)
        v = (rng.random((N, D)) < p_v).astype(float)
        p_h = sigmoid(v @ W + c)
        g_W = (cases.T @ p_h_data - v.T @ p_h) / N
        g_b = (cases - v).sum(axis=0) / N
        g_c = (p_h_data - p_h).sum(axis=0) / N

        if is_centred:
            mean_h += 0.1 * (p_h_data.sum(axis=0) / N - mean_h)
            g_W = g_W - np.outer(mean_v, g_c) - np.outer(g_b, mean_h)  # (13.3)
            g_b = g_b - g_W @ mean_h  # (13.4)
            g_c = g_c - mean_v @ g_W

        W += rate * g_W
        b += rate * g_b
        c += rate * g_c
    return np.array(curve)


bars = shifting_bar(12, 2)  # (12, 12)
best = best_log_likelihood(bars)  # the same of the negatives
curve = learn(1 - bars, True, np.random.default_rng(130))
for when in (0, 5, 10, 15):
    print(f"step {200 * when:5,}   mean log p {curve[when]:6.3f}   best there is {best:6.3f}")

# %% [markdown]
# ## Positives and negatives
#
# Ten runs each: plain and centred, on the bars and on their negatives.

# %% experiment: plain and centred, positives and negatives
n_runs = 10
fig, axes = plots.new_figure(1, 2, width=9, height=3.4)
final = {}
for ax, is_centred, title in ((axes[0], False, "plain"), (axes[1], True, "centred")):
    for data, name, style in ((bars, "the bars", "-"), (1 - bars, "their negatives", "--")):
        runs = []
        for seed in range(n_runs):
            runs.append(learn(data, is_centred, np.random.default_rng([131, seed])))
        runs = np.array(runs)  # (runs, times)
        final[title, name] = runs[:, -1].mean()
        error = runs[:, -1].std(ddof=1) / np.sqrt(n_runs)
        print(f"{title:8} {name:15} {final[title, name]:.3f} ± {error:.3f}")
        ax.plot(200 * np.arange(runs.shape[1]), runs.mean(axis=0), style, label=name)
    ax.axhline(best, color="0.6", linewidth=1, label="the best there is")
    ax.set(xlabel="step", ylabel="mean log p, nats", ylim=(-8.5, -2),
           title=f"{title}, mean of {n_runs} runs")
    ax.legend(fontsize=8, loc="lower right")
plots.save(fig, "13_negatives.png")

behind = final["plain", "the bars"] - final["plain", "their negatives"]
apart = final["centred", "the bars"] - final["centred", "their negatives"]
plainly = final["plain", "the bars"] - final["centred", "the bars"]
claim("Plain learning is clearly behind on the negatives", behind > 0.1, nats=behind)
claim("centred learning does as well on either", abs(apart) < 0.1, nats=apart)
claim("On the bars themselves plain learning is as good", abs(plainly) < 0.15, nats=plainly)

# %% [markdown]
# **What to see.** Plain learning is clearly behind on the negatives, and nothing about the task
# has changed. Centred learning does as well on either; the two lines lie on top of one another.
# On the bars themselves plain learning is as good: with ten pixels of twelve off, v is nearly
# centred as it is. That is why one can work with RBMs for long and never notice. `train_rbm`
# centres unless told otherwise.
#
# ## What goes wrong
#
# - **Half of it.** W is centred, and b and c take the plain g_b and g_c. That is no change of
#   coordinates any more, and (13.7) fails: the negative goes its own way again. So it does
#   without centring.

# %% wrong: half of it, and none of it
def half_centred(gradient, mu, lam):
    return RBM(W=centre(gradient, mu, lam).W, b=gradient.b, c=gradient.c)


def not_centred(gradient, mu, lam):
    return gradient


apart = {}
for way in (centre, half_centred, not_centred):
    ours = after_step(rbm, way(exact_gradient(rbm, v_data), mu, lam))
    step_of_negative = way(exact_gradient(mirror(rbm), 1 - v_data), 1 - mu, lam)
    its_negative = after_step(mirror(rbm), step_of_negative)
    p_ours = np.exp(log_likelihood(ours, every_v))
    p_negative = np.exp(log_likelihood(its_negative, 1 - every_v))
    apart[way] = 0.5 * np.abs(p_ours - p_negative).sum()
    print(f"{way.__name__:13} after a step model and negative are apart by TV = {apart[way]:.4f}")
claim("With half of it, or none, model and negative part in a single step",
      min(apart[half_centred], apart[not_centred]) > 1e-4 > 1e-9 > apart[centre],
      half=apart[half_centred], none=apart[not_centred])

# %% [markdown]
# With half of it, or none, model and negative part in a single step.
#
# ## Stop here with a debugger
#
#     dgm lessons 13 --stop centre
#
# stops at the first call, on the tiny case. There stand the numbers that you worked out by hand:
#
#     (Pdb) p gradient.W[0]
#     array float64 (1,) [0.25, 0.25]
#     (Pdb) p v_offset
#     array float64 (3,) [0.5, 1]
#     (Pdb) n
#     (Pdb) n
#     (Pdb) p bool(abs(W).max() < 1e-9)
#     True
#
# ## Appendix: centring as a matrix
#
# (13.1) is linear: it takes the centred parameters θ_c = (W, b_c, c_c) to the plain ones, θ = J
# θ_c, with a matrix J of ones, zeros and offsets. If g is the gradient by θ, then by the chain
# rule the gradient by θ_c is Jᵀ g. A step along it moves θ_c by Jᵀ g, and so θ by J Jᵀ g:
#
#     centre(g) = J Jᵀ g                                                           (13.8)
#
# It climbs, as g·(J Jᵀ g) = |Jᵀ g|², which is (13.5) again. J can be undone, so that is 0 only
# for g = 0.

# %% (13.8) the matrix, column by column
n_parameters = D * K + D + K
J = np.zeros((n_parameters, n_parameters))
for column in range(n_parameters):
    theta_c = np.zeros(n_parameters)
    theta_c[column] = 1.0
    W_at = theta_c[: D * K].reshape(D, K)
    b_at = theta_c[D * K : D * K + D] - W_at @ lam
    c_at = theta_c[D * K + D :] - W_at.T @ mu
    J[:, column] = np.concatenate([W_at.ravel(), b_at, c_at])
verify("(13.8) centre(g) = J Jᵀ g", flatten(step), J @ J.T @ flatten(plain))

# %% [markdown]
# ## Exercises
#
# 1. By hand: the model of the tiny case takes a plain step of length 1. A second one, again with
#    all parameters 0, takes its step from the negatives, [0, 0, 0] and [0, 0, 1]. Find g_W, g_b and
#    g_c for it. Which W, b and c would make it the negative of the first (see above (13.6))? Which
#    of the three does it not have?
# 2. On paper: what is W' in the tiny case if only the pixels are centred, λ = 0? And if only h
#    is, μ = 0?
# 3. In code, with nothing but NumPy:
#
#        def centred_cd_1(W, b, c, v_data, mu, lam, rng):
#            """Centred CD-1 at the cases v_data (N, D), offsets mu (D,), lam (K,): (dW, db, dc).
#
#            Draws with rng.random: (N, K) for h, then (N, D) for v.
#            """
#
#    Hold it against `centre(cd_gradient(...))` with generators of the same seed.
#    `lessons/solutions/13.md` shows the check.
#
# `dgm course release 13 --out .` writes a file for the exercise in code, and
# `dgm course check 13` judges what you write into it.
#
# Solutions: `lessons/solutions/13.md`, for when you have tried.
