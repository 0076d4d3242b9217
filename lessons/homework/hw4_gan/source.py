# %% [markdown]
# # Assignment 4: two players of your own
#
# You write a GAN with NumPy alone: the players' losses, their forward passes, the gradient of each,
# the penalty R1 by double backprop, and a round of the game. Then your own code learns a ring of
# Gaussians. Lessons 20, 31, 32 and 34 are what you need, and Adam of lesson 22 for the ring.
#
# ## The players
#
# Each has one hidden layer and four arrays, which come and go as a tuple:
#
#     theta_G = (W_1 (L, H), b_1 (H,), W_2 (H, D), b_2 (D,))         the generator
#     theta_D = (W_1 (D, H), b_1 (H,), W_2 (H, 1), b_2 (1,))         the discriminator
#
#     z (M, L) → leaky(z W_1 + b_1) (M, H) → x = hidden W_2 + b_2 (M, D)
#     x (N, D) → φ(x W_1 + b_1) (N, H)     → s = hidden W_2 + b_2 (N, 1)
#
# N real cases, M generated ("fake") ones, D numbers a case, L numbers of noise; H may be another
# number for each player. s is a logit: D's probability that a case is real is σ(s). Rows are cases.
#
# ## Conventions
#
# A formula that was copied from somewhere is right for somebody's conventions. Here these vary, so
# every function is told them, in `conventions`:
#
#     conventions.activation   φ: "tanh", or "softplus", which is log(1 + exp(y))
#     conventions.slope        of the leaky ReLU: leaky(y) is y where y > 0, slope · y elsewhere
#     conventions.target       of the real cases in D's loss: 1, or a little less (label smoothing)
#
# Every function works for any N, M, D, L and H. None of them changes its arguments, nor the arrays
# in a tuple. A loss is a number, and a gradient has the shape of what it is the gradient by. Logits
# may be large, above or below 0: no exp may overflow, no logarithm may be taken of 0.
#
# `python check.py` tells you whether your functions fit together. `dgm course check` says more.

# %%
import numpy as np

# %% [markdown]
# ## The losses
#
# D descends the cross-entropy of its logits with targets: `conventions.target` for the real cases,
# call it t, and 0 for the fake ones,
#
#     L_D = -(1/N) Σ_n [t log D(x_n) + (1 - t) log(1 - D(x_n))] - (1/M) Σ_m log(1 - D(x'_m))
#
# and G descends one of
#
#     "saturating"         L_sat = (1/M) Σ_m log(1 - D(x'_m))
#     "non-saturating"     L_ns = -(1/M) Σ_m log D(x'_m)
#
# ds is ∂loss/∂s, in the shape of s.

# %%
def discriminator_loss(s_real, s_fake, conventions):
    """L_D and its slopes by the logits: s_real (N, 1), s_fake (M, 1) -> (loss, ds_real (N, 1), ds_fake (M, 1))."""
    # BEGIN SOLUTION
    N, M = len(s_real), len(s_fake)
    of_real = softplus(s_real) - conventions.target * s_real
    of_fake = softplus(s_fake)
    loss = of_real.sum() / N + of_fake.sum() / M
    ds_real = (sigmoid(s_real) - conventions.target) / N
    ds_fake = sigmoid(s_fake) / M
    return loss, ds_real, ds_fake
    # END SOLUTION


def generator_loss(s_fake, kind):
    """G's loss and its slopes: s_fake (M, 1), kind "saturating" or "non-saturating" -> (loss, ds_fake (M, 1))."""
    # BEGIN SOLUTION
    M = len(s_fake)
    if kind == "saturating":
        loss = -softplus(s_fake).sum() / M
        ds_fake = -sigmoid(s_fake) / M
    else:
        loss = softplus(-s_fake).sum() / M
        ds_fake = (sigmoid(s_fake) - 1) / M
    return loss, ds_fake
    # END SOLUTION


# BEGIN SOLUTION
def softplus(x):
    """log(1 + exp(x)) without overflow."""
    return np.logaddexp(0, x)


def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))
# END SOLUTION


# %% [markdown]
# ## Forward
#
# The two lines of arrows above.

# %%
def generate(z, theta_G, conventions):
    """The generator's cases: z (M, L) -> x (M, D)."""
    # BEGIN SOLUTION
    x, _, _ = forward_G(z, theta_G, conventions)
    return x
    # END SOLUTION


def logits(x, theta_D, conventions):
    """The discriminator's logits: x (N, D) -> s (N, 1)."""
    # BEGIN SOLUTION
    s, _, _, _ = forward_D(x, theta_D, conventions)
    return s
    # END SOLUTION


# BEGIN SOLUTION
def forward_G(z, theta_G, conventions):
    """x, the hidden layer a, and the slope of its activation."""
    W_1, b_1, W_2, b_2 = theta_G
    y = z @ W_1 + b_1
    a = np.where(y > 0, y, conventions.slope * y)
    slope = np.where(y > 0, 1.0, conventions.slope)
    return a @ W_2 + b_2, a, slope


def forward_D(x, theta_D, conventions):
    """s, the hidden layer a = φ(y), and φ' and φ'' there."""
    W_1, b_1, W_2, b_2 = theta_D
    y = x @ W_1 + b_1
    if conventions.activation == "tanh":
        a = np.tanh(y)
        slope = 1 - np.tanh(y) ** 2
        curve = -2 * a * slope
    else:
        a = softplus(y)
        slope = sigmoid(y)
        curve = slope * (1 - slope)
    return a @ W_2 + b_2, a, slope, curve
# END SOLUTION


# %% [markdown]
# ## D's gradient
#
# Real cases and fake ones, each with a forward and a backward pass of its own.

# %%
def discriminator_gradient(x_real, x_fake, theta_D, conventions):
    """∂L_D/∂theta_D: x_real (N, D), x_fake (M, D) -> (dW_1, db_1, dW_2, db_2)."""
    # BEGIN SOLUTION
    s_real, a_real, slope_real, _ = forward_D(x_real, theta_D, conventions)
    s_fake, a_fake, slope_fake, _ = forward_D(x_fake, theta_D, conventions)
    _, ds_real, ds_fake = discriminator_loss(s_real, s_fake, conventions)
    _, of_real = backward(theta_D, x_real, a_real, slope_real, ds_real)
    _, of_fake = backward(theta_D, x_fake, a_fake, slope_fake, ds_fake)
    return tuple(one + other for one, other in zip(of_real, of_fake))
    # END SOLUTION


# BEGIN SOLUTION
def backward(theta, x, a, slope, dy):
    """dx and the gradients by the four arrays, from dy at the output."""
    W_1, b_1, W_2, b_2 = theta
    dW_2 = a.T @ dy
    db_2 = dy.sum(axis=0)
    dhidden = (dy @ W_2.T) * slope
    dW_1 = x.T @ dhidden
    db_1 = dhidden.sum(axis=0)
    dx = dhidden @ W_1.T
    return dx, (dW_1, db_1, dW_2, db_2)
# END SOLUTION


# %% [markdown]
# ## G's gradient
#
# It begins at D's logits of the fake cases, and comes to G through D, which is held.

# %%
def generator_gradient(z, theta_G, theta_D, kind, conventions):
    """The gradient of L_sat or L_ns by theta_G, as `kind` says: z (M, L) -> (dW_1, db_1, dW_2, db_2)."""
    # BEGIN SOLUTION
    x_fake, a_G, slope_G = forward_G(z, theta_G, conventions)
    s_fake, a_D, slope_D, _ = forward_D(x_fake, theta_D, conventions)
    _, ds = generator_loss(s_fake, kind)
    dx, _ = backward(theta_D, x_fake, a_D, slope_D, ds)
    _, gradient = backward(theta_G, z, a_G, slope_G, dx)
    return gradient
    # END SOLUTION


# %% [markdown]
# ## R1
#
#     R1 = (γ/2) (1/N) Σ_n |g_n|²          g_n = ∂s(x_n)/∂x_n, D numbers, at the real cases
#
# g is the result of a backward pass. Write that down for one hidden layer, name what stands on the
# way, and go backward through it: lesson 34 does it for one unit. Do not forget what y = x W_1 +
# b_1 has to do with it.

# %%
def r1_gradient(x_real, theta_D, gamma, conventions):
    """R1 and its gradient by theta_D: x_real (N, D) -> (penalty, dW_1, db_1, dW_2, db_2)."""
    # BEGIN SOLUTION
    N = len(x_real)
    W_1, b_1, W_2, b_2 = theta_D
    s, a, slope, curve = forward_D(x_real, theta_D, conventions)
    d_s = np.ones_like(s)
    d_a = d_s @ W_2.T
    d_y = d_a * slope
    g = d_y @ W_1.T
    penalty = gamma / 2 * (g**2).sum() / N
    u_g = gamma * g / N
    u_y = u_g @ W_1
    u_a = u_y * slope
    extra_y = u_y * d_a * curve
    dW_1 = u_g.T @ d_y + x_real.T @ extra_y
    db_1 = extra_y.sum(axis=0)
    dW_2 = u_a.T @ d_s
    db_2 = np.zeros_like(b_2)
    return penalty, dW_1, db_1, dW_2, db_2
    # END SOLUTION


# %% [markdown]
# ## A round of the game
#
# First D makes S steps, each with real cases and noise of its own: it goes down L_D + R1 by `rate`
# times the gradient. Then G makes one, down L_ns, against the D that has moved. These are plain
# gradient steps, no Adam. S is how many there are in x_real and z_D.

# %%
def play_round(x_real, z_D, z_G, theta_G, theta_D, rate, gamma, conventions):
    """Both players after S steps of D and one of G: x_real (S, N, D), z_D (S, M, L), z_G (M, L).

    Returns eight arrays: the four of theta_G, then the four of theta_D.
    """
    # BEGIN SOLUTION
    for x, z in zip(x_real, z_D):
        x_fake = generate(z, theta_G, conventions)
        of_loss = discriminator_gradient(x, x_fake, theta_D, conventions)
        _, *of_penalty = r1_gradient(x, theta_D, gamma, conventions)
        gradient = [one + other for one, other in zip(of_loss, of_penalty)]
        theta_D = descend(theta_D, gradient, rate)
    gradient = generator_gradient(z_G, theta_G, theta_D, "non-saturating", conventions)
    theta_G = descend(theta_G, gradient, rate)
    return *theta_G, *theta_D
    # END SOLUTION


# BEGIN SOLUTION
def descend(theta, gradient, rate):
    """The arrays a step further down."""
    return tuple(array - rate * slope for array, slope in zip(theta, gradient))
# END SOLUTION


# %% [markdown]
# ## The ring
#
# Now let them play. The data are 1,000 cases from eight round Gaussians, whose centres lie on the
# unit circle, 45 degrees apart, turned by some angle, and whose standard deviation is .06. What
# comes back is a generator: theta_G, for noise of as many standard normal numbers as its W_1 has
# rows. Of 2,000 cases that it makes, at least 60 % must lie within .2 of a centre, and at least 2 %
# within .2 of each of the eight. The conventions here are those of the lessons: "tanh", slope .2,
# target 1.
#
# Numbers of units, rates, batches and steps are yours to choose. Two or three seconds of computing
# are enough, and ten are the limit. Adam (lesson 22) gets there in that time; keep the penalty
# (lesson 32 says what for).

# %%
def train(x_data, conventions, rng):
    """A generator that has learnt x_data (1000, 2): theta_G, with W_2 (H, 2)."""
    # BEGIN SOLUTION
    batch, n_steps, gamma = 64, 4_000, 0.6
    theta_G = new_player(2, 64, 2, 1.0, rng)
    theta_D = new_player(2, 64, 1, 1.5, rng)
    memory_G = [np.zeros((2, *array.shape)) for array in theta_G]
    memory_D = [np.zeros((2, *array.shape)) for array in theta_D]
    for t in range(1, n_steps + 1):
        rate = 0.01 * (1 - t / (n_steps + 1))
        x_real = x_data[rng.integers(len(x_data), size=batch)]
        x_fake = generate(rng.standard_normal((batch, 2)), theta_G, conventions)
        of_loss = discriminator_gradient(x_real, x_fake, theta_D, conventions)
        _, *of_penalty = r1_gradient(x_real, theta_D, gamma, conventions)
        gradient = [one + other for one, other in zip(of_loss, of_penalty)]
        theta_D = adam_step(theta_D, memory_D, gradient, t, rate)

        z = rng.standard_normal((batch, 2))
        gradient = generator_gradient(z, theta_G, theta_D, "non-saturating", conventions)
        theta_G = adam_step(theta_G, memory_G, gradient, t, rate)
    return theta_G
    # END SOLUTION


# BEGIN SOLUTION
def new_player(n_inputs, n_hidden, n_outputs, scale, rng):
    """Arrays to start from."""
    W_1 = scale * rng.standard_normal((n_inputs, n_hidden))
    W_2 = rng.standard_normal((n_hidden, n_outputs)) / np.sqrt(n_hidden)
    return W_1, np.zeros(n_hidden), W_2, np.zeros(n_outputs)


def adam_step(theta, memory, gradient, t, rate):
    """The t-th step of Adam; the means of slope and slope² are in `memory`, which is written over."""
    moved = []
    for array, (mean, square), slope in zip(theta, memory, gradient):
        mean += 0.5 * (slope - mean)
        square += 0.01 * (slope**2 - square)
        moved.append(array - rate * (mean / (1 - 0.5**t)) / (np.sqrt(square / (1 - 0.99**t)) + 1e-8))
    return tuple(moved)
# END SOLUTION
