# %% [markdown]
# # Lesson 20: the dynamics of GANs
#
# After this lesson you will be able to
#
# - say why two players who both go downhill may go round in circles, and read that off eigenvalues;
# - work out the Dirac GAN: simultaneous and alternating steps, more steps of D, and what the penalty R1 does;
# - compute the Wasserstein distance on a line in three ways, one of them by a critic of slope at most 1;
# - hold a critic's slope by clipping, by spectral norm and by a penalty, and say what each of them costs;
# - derive the gradient of such a penalty, which is backprop through backprop.
#
# From lesson 17 you need layers and their backward passes; from lesson 18 the GAN game and its value; from lesson 19
# the two players' gradients and the two losses of G, saturating and non-saturating.
#
# ## A game is not a descent
#
# Take the smallest GAN that there is. All data are the one number 0. The generator makes one case, the number θ. The
# discriminator has one weight ψ (Mescheder, Geiger and Nowozin 2018 call it the Dirac GAN). Each player goes downhill
# on its own loss by its own parameter, so that both together follow arrows v in a plane:
#
#     D(x) = ψ x,   s_real = D(0) = 0,   s_fake = D(θ) = ψ θ                 a definition
#     v(θ, ψ) = (-∂L_G/∂θ, -∂L_D/∂ψ)                                         a definition
#
# Begin with the simplest losses. D, here called a critic, just pulls the two logits apart:
#
#     L_D = s_fake - s_real = ψ θ          L_G = -s_fake = -ψ θ              a definition
#     v(θ, ψ) = (ψ, -θ)                                                      (20.1)
#
# This is the game f = x y, with x = ψ and y = θ: x goes down and y goes up. Both are at rest at (0, 0). Do they get
# there? Let J be the matrix of the slopes of v. In a descent v is minus the gradient of one function, so J is symmetric
# and has real eigenvalues. Here J has the rows (0, 1) and (-1, 0) and the eigenvalues ±i: the arrows turn. Along them
# θ² + ψ² has the slope 2 θ v_θ + 2 ψ v_ψ = 2 θ ψ - 2 ψ θ = 0, so the paths are circles. Steps of a length h make it
# worse. Let both players step at once, θ' = θ + h ψ and ψ' = ψ - h θ, and multiply out:
#
#     θ'² + ψ'² = (1 + h²) (θ² + ψ²)                                         (20.2)
#
# Such a step goes along the tangent, and so away from the circle. Now let D step first, and let G see it:
#
#     ψ' = ψ - h θ,   θ' = θ + h ψ'
#     θ'² - h θ' ψ' = θ' (θ' - h ψ') = θ' θ = θ² + h ψ' θ                    by the step of G, twice
#     ψ'² + h ψ' θ = ψ' (ψ' + h θ) = ψ' ψ = ψ² - h θ ψ                       by the step of D, twice
#     θ'² + ψ'² - h θ' ψ' = θ² + ψ² - h θ ψ                                  the sum of the two lines (20.3)
#
# For h < 2 these are ellipses: alternating steps neither leave nor arrive. Their matrix has the rows (1 - h², h) and
# (-h, 1), the product of its eigenvalues is 1 and their sum 2 - h². Up to h = 2 they turn by an angle φ, 60° for h = 1:
#
#     λ = cos φ ± i sin φ,   cos φ = 1 - h²/2                                (20.4)
#     six alternating unit steps from (1, 1) lead back to (1, 1)             (20.5)

# %% (20.1) to (20.5) the game f = xy, driven through the library
import itertools
import math
from dataclasses import replace

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import (
    R1, GradientPenalty, NonSaturating, Saturating, Wasserstein, discriminator_gradient, generator_gradient, make_gan)
from numpy_dgm.adversarial.penalties import (
    clip_weights, gradient_penalty, input_gradient, r1_penalty, spectral_norm, spectral_norm_gradient,
    start_singular_vectors)
from numpy_dgm.foundation.optimizers import Adam
from numpy_dgm.foundation.records import flatten, pack, sum_of, windows
from numpy_dgm.foundation.verify import verify, verify_at_most
from numpy_dgm.neural import MLP, Affine, Linear, Maxout, ReLU, init_mlp, mlp_backward, mlp_forward

rng = np.random.default_rng(20)
saturating, non_saturating, wasserstein = Saturating(), NonSaturating(), Wasserstein()
dirac = make_gan(MLP((Linear(np.zeros((1, 1))),)), MLP((Linear(np.zeros((1, 1))),)))
noise, data = np.ones((1, 1)), np.zeros((1, 1))  # G(z) = z θ with z = 1


def field(point, objective, penalty=None, gan=dirac):
    """v at the packed parameters `point`, θ first: what the library's two gradients say."""
    gan = windows(gan, point)
    of_D = discriminator_gradient(gan, data, noise, objective, rng, penalty=penalty).gradient
    of_G = generator_gradient(gan, noise, objective, rng).gradient
    return -np.concatenate([flatten(of_G), flatten(of_D)])


def simultaneous(point, h, objective, penalty=None):
    """Both players step at once."""
    return point + h * field(point, objective, penalty)


def alternating(point, h, objective, penalty=None, n_steps=1, limit=np.inf, gan=dirac):
    """D takes n_steps, after each of which it is clipped to [-limit, limit]; then G steps."""
    point = point.copy()
    for _ in range(n_steps):
        point[1:] += h * field(point, objective, penalty, gan)[1:]
        clip_weights(point[1:], limit)
    point[0] += h * field(point, objective, penalty, gan)[0]
    return point


def jacobian(f, at, settings, step=1e-7):  # at rest f is 0, so that nothing cancels and 1e-7 leaves all digits
    """∂f/∂at by central differences, a column for each entry of `at`; the settings follow it in f."""
    return np.array([(f(at + e, *settings) - f(at - e, *settings)) / (2 * step) for e in step * np.eye(len(at))]).T


def losses(point, objective):
    """(L_G, L_D) by their definitions."""
    s = point[0] * point[1]
    p_real, p_fake = 1 / 2, 1 / (1 + np.exp(-s))
    L_G = np.log(1 - p_fake) if objective == saturating else -np.log(p_fake)
    return np.array([-s, s] if objective == wasserstein else [L_G, -np.log(p_real) - np.log(1 - p_fake)])


def slow_field(point, objective):
    """v by differences of each player's own loss."""
    return -np.diag(jacobian(losses, point, (objective,), step=1e-5))


points, rest = rng.normal(size=(20, 2)), np.zeros(2)  # θ, ψ
squares = np.sum(points**2, axis=1)
v, slow_v = [[way(point, wasserstein) for point in points] for way in (field, slow_field)]
verify("(20.1) v(θ, ψ) = (ψ, -θ)", v, slow_v, 1e-9)
h, form = 0.3, np.array([[1, -0.15], [-0.15, 1]])  # of θ² + ψ² - h θ ψ
after = np.array([simultaneous(point, h, wasserstein) for point in points])
verify("(20.2) θ'² + ψ'² = (1 + h²) (θ² + ψ²)", np.sum(after**2, axis=1), (1 + h**2) * squares)
after = [alternating(point, h, wasserstein) for point in points]
verify("(20.3) θ'² + ψ'² - h θ' ψ' = θ² + ψ² - h θ ψ", [p @ form @ p for p in after], [p @ form @ p for p in points])
for h in (0.1, 1.0, 1.9):
    cos, sin = 1 - h**2 / 2, math.sin(math.acos(1 - h**2 / 2))
    found = np.sort_complex(np.linalg.eigvals(jacobian(alternating, rest, (h, wasserstein))))
    verify(f"(20.4) λ = cos φ ± i sin φ, h = {h}", found.view(float), [cos, -sin, cos, sin], 1e-12)
path = [np.ones(2)]
for _ in range(6):
    path.append(alternating(path[-1], 1.0, wasserstein))
by_hand = [(1, 1), (1, 0), (0, -1), (-1, -1), (-1, 0), (0, 1), (1, 1)]  # θ, ψ
verify("(20.5) six alternating unit steps from (1, 1) lead back to (1, 1)", path, by_hand, 1e-12)

# %% [markdown]
# ## The Dirac GAN
#
# Now the losses of lessons 18 and 19, with σ(s) the probability of being real:
#
#     L_D = -log σ(s_real) - log(1 - σ(s_fake))                              a definition
#     L_G = log(1 - σ(s_fake)), saturating, or -log σ(s_fake), non-saturating          a definition
#
# (Mescheder et al. write f(t) = -log(1 + exp(-t)) = log σ(t); then L_D = log 2 - f(-ψ θ).) By the chain rule,
#
#     v = (σ(ψ θ) ψ, -σ(ψ θ) θ), saturating, or (σ(-ψ θ) ψ, -σ(ψ θ) θ), non-saturating          (20.6)
#
# The first is the field of the game xy times a number. So its paths are the same circles, at another speed, and
# simultaneous steps leave them as in (20.2), with h σ(ψ θ) in the place of h. From no start do they arrive:
#
#     θ'² + ψ'² = (1 + h² σ(ψ θ)²) (θ² + ψ²)          saturating             (20.7)
#
# At rest ψ θ = 0 and σ = 1/2, so that near it both kinds are the game xy with steps of h/2. Simultaneous steps have the
# matrix 1 + h J there. Alternating ones, with n steps of D for each one of G, have the rows (1 - n h²/4, h/2) and
# (-n h/2, 1): the product of the eigenvalues is 1 again, their sum 2 - n h²/4:
#
#     λ = 1 ± i h/2,   |λ| = √(1 + h²/4)          simultaneous               (20.8)
#     |λ| = 1          alternating, h <= 4/√n, which is 4 for n = 1          (20.9)
#
# Longer steps have an eigenvalue beyond 1, so that more steps of D gain nothing here. Each player does what it should,
# and the game goes round, or apart. Say that θ > 0. D learns ψ < 0 and G moves left. When G arrives, D is still steep,
# since nothing has pulled it back. So G is carried on to the other side.
#
# ## R1: a cost for being steep
#
# Let D pay for its slope at the data, with a weight γ (Mescheder et al. 2018). It adds γ ψ to ∂L_D/∂ψ:
#
#     R1 = (γ/2) · mean |∂D/∂x|² at real cases          here (γ/2) ψ²        a definition
#
# J then has the rows (0, 1/2) and (-1/2, -γ), and its eigenvalues solve λ² + γ λ + 1/4 = 0:
#
#     λ = -γ/2 ± √(γ²/4 - 1/4)                                               (20.10)
#
# Their real parts are below 0: the paths come in. For γ < 1 they spiral. At γ = 1, the critical weight, both are -1/2
# and the swinging just ends. For γ > 1 one eigenvalue is slow, near -1/(4γ): D is so dull that it hardly moves G. And
# this is not only so near rest. In the saturating game θ² + ψ² never rises, as half its slope is at any point
#
#     θ v_θ + ψ v_ψ = -γ ψ²                                                  (20.11)

# %% (20.6) to (20.11) the Dirac GAN, without and with R1
steps = np.array([0.1, 1.0, 4.0])
for objective in (saturating, non_saturating):
    name = type(objective).__name__
    v, slow_v = [[way(point, objective) for point in points] for way in (field, slow_field)]
    verify(f"(20.6) v(θ, ψ), {name}", v, slow_v, 1e-9)
    sizes = [np.abs(np.linalg.eigvals(jacobian(simultaneous, rest, (h, objective)))) for h in steps]
    verify(f"(20.8) |λ| = √(1 + h²/4), {name}", sizes, np.sqrt(1 + steps**2 / 4)[:, None] * [1, 1], 1e-12)
    rounds = [(share * 4 / math.sqrt(n), objective, None, n) for share in (0.1, 0.9, 1.1) for n in (1, 2, 5)]
    sizes = [np.abs(np.linalg.eigvals(jacobian(alternating, rest, settings))).max() for settings in rounds]
    verify(f"(20.9) |λ| = 1, alternating, h <= 4/√n, {name}", sizes[:6], np.ones(6), 1e-12)
    print("  largest |λ| with steps a tenth longer:", ", ".join(f"{size:.2f}" for size in sizes[6:]))
    J = jacobian(field, rest, (objective, R1(1.0)))
    verify(f"(20.10) γ = 1 is critical, {name}", [np.trace(J), np.trace(J) ** 2 - 4 * np.linalg.det(J)], [-1, 0], 1e-12)
    for gamma in (0.3, 1.5, 4.0):
        found = np.sort_complex(np.linalg.eigvals(jacobian(field, rest, (objective, R1(gamma)))))
        exact = -gamma / 2 + np.array([-1, 1]) * np.sqrt(gamma**2 / 4 - 1 / 4 + 0j)
        verify(f"(20.10) λ = -γ/2 ± √(γ²/4 - 1/4), γ = {gamma}, {name}", found.view(float), exact.view(float), 1e-12)
h, p_fake = 0.7, 1 / (1 + np.exp(-points[:, 0] * points[:, 1]))
after = np.array([simultaneous(point, h, saturating) for point in points])
verify("(20.7) θ'² + ψ'² = (1 + h² σ(ψ θ)²) (θ² + ψ²)", np.sum(after**2, axis=1), (1 + (h * p_fake) ** 2) * squares)
inward = [point @ field(point, saturating, R1(0.3)) for point in points]
verify("(20.11) θ v_θ + ψ v_ψ = -γ ψ²", inward, -0.3 * points[:, 1] ** 2)

# %% [markdown]
# ## How far apart are two sets of numbers?
#
# By (18.8) the value V of the game against the best D is 2 JSD - log 4. Where data and fakes do not overlap, JSD is
# log 2 by (18.11), be they near or far, and has no slope. Here is a distance that has one. Take N real numbers x and N
# fake ones y, and carry each y to an x of its own, as cheaply as can be (Wasserstein distance, or earth mover's):
#
#     W1 = min over all matchings π of mean |xᵢ - y_π(i)|                    a definition
#
# Say that two ways cross: the smaller of two x goes with the larger of two y. To exchange the partners never makes the
# sum longer (draw the orders that four points can have), so sorting is best. Or stand at a place t. What one side has
# too much must be carried past you: |F(t) - H(t)|, F(t) the share of the x up to t and H(t) that of the y. In all,
#
#     W1 = mean |x₍ᵢ₎ - y₍ᵢ₎|          both sorted                           (20.12)
#     W1 = ∫ |F(t) - H(t)| dt          over all places                       (20.13)
#
# Now let D be a function whose slope is nowhere above k in size. For any matching, D(xᵢ) - D(y_π(i)) is at most
# k |xᵢ - y_π(i)|. Take the mean of both sides, with the best π:
#
#     mean D(x) - mean D(y) <= k W1                                          (20.14)
#
# Can a D reach it? It rises by D'(t) dt at t, for the share 1 - F(t) of the x and 1 - H(t) of the y. So the left side
# is ∫ D'(t) (H(t) - F(t)) dt. Let D' be 1 where H > F, else -1:
#
#     mean D(x) - mean D(y) = ∫ |F(t) - H(t)| dt = W1          the best D    (20.15)
#
# So W1 is the largest mean D(x) - mean D(y) for slopes of at most 1 (Kantorovich and Rubinstein; on a line we have
# proved it). This is minus the critic's loss with which we began: that of the Wasserstein GAN (Arjovsky, Chintala and
# Bottou 2017). For data at 0 and fakes at θ > 0 the best critic is D(x) = -x, and it can tell near from far:
#
#     W1 = θ,   where (V + log 4)/2 = JSD = log 2 for every θ > 0            (20.16)

# %% (20.12) to (20.16) the Wasserstein distance on a line
def slow_w1(x, y):
    """The least mean distance over all N! matchings of x (N,) and y (N,)."""
    matchings = np.array(list(itertools.permutations(range(len(y)))))
    return np.abs(x - y[matchings]).mean(axis=1).min()


def best_critic(x, y):
    """ReLU units with a kink at each point: the slope 1 where the y have the larger share below, else -1."""
    t = np.sort(np.concatenate([x, y]))
    slope = np.array([1.0 if np.mean(y <= at) > np.mean(x <= at) else -1.0 for at in t])
    return MLP((Affine(np.ones((1, len(t))), -t), ReLU(), Affine(np.diff(slope, prepend=0)[:, None], np.zeros(1))))


def gain(critic, x, y):
    """mean D(x) - mean D(y), minus the critic's loss, for x (N, D) and y (N, D)."""
    return -wasserstein.discriminator_loss(mlp_forward(critic, x)[0], mlp_forward(critic, y)[0])[0]


sets = [(rng.normal(size=6), shift + rng.normal(size=6)) for shift in (0, 0, 0.5, 1, 3)]
w1, areas, gains, bounds = [slow_w1(x, y) for x, y in sets], [], [], []
for (x, y), distance in zip(sets, w1):
    t = np.sort(np.concatenate([x, y]))
    F, H = np.mean(x <= t[:-1, None], axis=1), np.mean(y <= t[:-1, None], axis=1)  # constant in between
    areas.append(np.abs(F - H) @ np.diff(t))
    for _ in range(40):
        critic = init_mlp([1, 8, 8, 1], rng, hidden="tanh", init=1.5, dtype=np.float64)
        rises = np.diff(mlp_forward(critic, t[:, None])[0].ravel())
        gains.append(gain(critic, x[:, None], y[:, None]))
        bounds.append(np.max(np.abs(rises / np.diff(t))) * distance)  # k, between these points, times W1
verify("(20.12) W1 = mean |x₍ᵢ₎ - y₍ᵢ₎|", [np.mean(np.abs(np.sort(x) - np.sort(y))) for x, y in sets], w1)
verify("(20.13) W1 = ∫ |F(t) - H(t)| dt", areas, w1)
verify_at_most("(20.14) mean D(x) - mean D(y) <= k W1, 200 critics", gains, bounds)
best_gains = [gain(best_critic(x, y), x[:, None], y[:, None]) for x, y in sets]
verify("(20.15) mean D(x) - mean D(y) = W1, the best D", best_gains, w1)
here, sure = np.zeros((4, 1)), np.array([[800.0]])  # logits of a D that is sure of itself: 800 on data, -800 on fakes
value, downhill = -saturating.discriminator_loss(sure, -sure)[0], MLP((Linear(-np.ones((1, 1))),))
verify("(20.16) W1 = θ, where (V + log 4)/2 = JSD = log 2",
       [(gain(downhill, here, here + theta), (value + math.log(4)) / 2) for theta in (0.01, 1.0, 100.0)],
       [(slow_w1(here[:, 0], here[:, 0] + theta), math.log(2)) for theta in (0.01, 1.0, 100.0)])

# %% [markdown]
# ## Holding a network's slope
#
# Without a bound on its slope the critic has no best: twice D gains twice as much. **Clipping** holds all parameters
# within [-c, c] after each step, which is a bound of a kind. **Spectral norm** (Miyato et al. 2018) sets one. How much
# does W stretch at most? Take a row u and apply W and Wᵀ in turn, each time scaled to the length 1: v = u W, u = v Wᵀ.
# A round multiplies the part of u along each singular vector by its singular value squared, so the largest wins (power
# iteration). In the forward pass divide each W by its σ, W_n = W/σ. Then no layer stretches, be it affine or of units
# with 0 <= φ' <= 1, nor does a backward pass, which multiplies by W_n and φ' to make g = ∂s/∂x, the slope of a case:
#
#     u W vᵀ → σ = max over all u of |u W| / |u|                             (20.17)
#     |g| <= 1          of the normalised network                            (20.18)
#
# The gradient must go through that division. σ = u W vᵀ is at its largest over unit vectors, so to first order it does
# not mind how these move, and ∂σ/∂W = uᵀ v. With ∂W_n = ∂loss/∂W_n, the quotient rule gives
#
#     ∂loss/∂W = (∂W_n - (Σ ∂W_n · W_n) uᵀ v) / σ                            (20.19)
#
# Both are bounds from above: D may be much flatter. **A penalty** makes D pay where it matters. Gulrajani et al. 2017
# want a slope of 1 at points between a real and a fake case:
#
#     GP = weight · mean (|g| - 1)²                                          a definition
#
# ## Backprop through backprop
#
# How do parameters learn from R1 or GP, which look at g? With y_l behind layer l, from y_0 = x to y_L = s, and
# d_l = ∂s/∂y_l, an ordinary backward pass makes g from behind the last layer down:
#
#     d_L = 1,   d_{l-1} = backward of layer l, at its input y_{l-1}, of d_l,   g = d_0                 (20.20)
#
# Read this as a network that ends in g, and go back through it: from g upwards. For a penalty P let u_l = ∂P/∂d_l. It
# starts with u_0 = ∂P/∂g = weight g/N for R1, and 2 weight (|g| - 1) g/(N |g|) for GP. Then the chain rule, layer by
# layer: d_{l-1} is made of d_l, of W, and of y_{l-1} where the layer is curved. Let a_l = ∂P/∂y_{l-1}, as y_{l-1} moves
# in that one place, and · be the product entry by entry. With y for y_{l-1},
#
#     affine,       d_{l-1} = d_l Wᵀ:           u_l = u_{l-1} W,         a_l = 0,   ∂W = u_{l-1}ᵀ d_l,   ∂b = 0
#     elementwise,  d_{l-1} = d_l · φ'(y):      u_l = u_{l-1} · φ'(y),   a_l = u_{l-1} · d_l · φ''(y)
#     maxout:       each row as an affine layer of the pieces that were chosen
#
# The library calls that `double_backward`. But y_{l-1} itself depends on the parameters below it. So last, an ordinary
# backward pass takes all the a_l down and adds what they leave on its way. Both passes together give
#
#     ∂R1/∂parameters                                                        (20.21)
#     ∂GP/∂parameters                                                        (20.22)
#
# For leaky ReLU and maxout units φ'' = 0 (but at kinks), so that all a_l are 0 and the last pass brings nothing.

# %% (20.17) to (20.22) spectral norm; both penalties on four kinds of networks
def slow_logits(mlp, x):
    """s (N, 1) by the definition of each layer."""
    for layer in mlp.layers:
        if isinstance(layer, Affine):
            x = x @ layer.W + layer.b
        elif isinstance(layer, Maxout):
            x = np.max([x @ W + b for W, b in zip(layer.W, layer.b)], axis=0)
        else:
            x = {"Tanh": np.tanh(x), "Softplus": np.log(1 + np.exp(x)),
                 "LeakyReLU": np.where(x > 0, x, 0.2 * x)}[type(layer).__name__]
    return x


def slow_slopes(mlp, x, step=2e-3):
    """g (N, 2) by central differences of five points, one input at a time."""
    near, far = [[slow_logits(mlp, x + m * e) - slow_logits(mlp, x - m * e) for e in step * np.eye(2)] for m in (1, 2)]
    return np.hstack((8 * np.array(near) - np.array(far)) / (12 * step))


def slow_penalty(vector, mlp, x, wanted):
    """mean (|g| - wanted)² at x, for the parameters `vector`: R1 with the weight 2, or GP with the weight 1."""
    return np.mean((np.linalg.norm(slow_slopes(windows(mlp, vector), x), axis=1) - wanted) ** 2)


def slow_loss(vector, mlp):
    """mean s² of the network with every W divided by its largest singular value."""
    layers = [replace(layer, W=layer.W / np.linalg.norm(layer.W, 2)) if isinstance(layer, Affine) else layer
              for layer in windows(mlp, vector).layers]
    return np.mean(slow_logits(MLP(tuple(layers)), x_real) ** 2)


x_real, x_fake = rng.normal(size=(2, 5, 2))
between = x_fake + np.random.default_rng(1).random((5, 1)) * (x_real - x_fake)  # as `gradient_penalty` will draw them
for kind in ("softplus", "leaky_relu", "maxout", "tanh"):
    vector, mlp = pack(init_mlp([2, 4, 3, 1], rng, hidden=kind, pieces=3, init="xavier", dtype=np.float64))
    vector += 0.3 * rng.normal(size=len(vector))  # biases that are not 0
    verify(f"(20.20) g = d_0, {kind}", input_gradient(mlp, x_real)[0], slow_slopes(mlp, x_real), 1e-8)
    slow = jacobian(slow_penalty, vector, (mlp, x_real, 0), step=1e-5)
    verify(f"(20.21) ∂R1/∂parameters, {kind}", flatten(r1_penalty(mlp, x_real, 2.0)[1]), slow, 1e-7)
    _, gradient = gradient_penalty(mlp, x_real, x_fake, 1.0, np.random.default_rng(1))
    slow = jacobian(slow_penalty, vector, (mlp, between, 1), step=1e-5)
    verify(f"(20.22) ∂GP/∂parameters, {kind}", flatten(gradient), slow, 1e-7)

normalised, singular = spectral_norm(mlp, start_singular_vectors(mlp, rng), n_iterations=300)
angles = np.linspace(0, np.pi, 300_001)
stretch = np.linalg.norm(np.array([np.cos(angles), np.sin(angles)]).T @ mlp.layers[0].W, axis=1).max()
verify("(20.17) σ = max |u W| / |u|", mlp.layers[0].W / normalised.layers[0].W, np.full((2, 4), stretch))
verify_at_most("(20.18) |g| <= 1", np.linalg.norm(slow_slopes(normalised, x_real), axis=1), np.ones(5))
s, cache = mlp_forward(normalised, x_real)
_, gradient = mlp_backward(normalised, cache, 2 * s / s.size)
through, slow = spectral_norm_gradient(mlp, singular, gradient), jacobian(slow_loss, vector, (mlp,), step=1e-5)
verify("(20.19) ∂loss/∂W = (∂W_n - (Σ ∂W_n · W_n) uᵀ v) / σ", flatten(through), slow, 1e-8)

# %% [markdown]
# ## The paths, and what becomes of a critic
#
# First 200 steps of h = 0.2 from θ = 1, ψ = 0, and a network in D's place. Then critics between two rings: 64 real
# cases at the distance 2 from 0, 64 fake ones at 1, at the same angles. W1 is 1: to match equal angles costs 1, and
# D(x) = |x|, of slope 1, gains 1. (20.14) holds in the plane as it stands, so neither can be bettered.

# %% experiment: the paths of the game, and critics held in four ways
h, r1, gp = 0.2, R1(0.3), GradientPenalty(0.5)
paths = {  # which steps, and their settings
    "simultaneous": (simultaneous, (h, saturating)), "alternating": (alternating, (h, saturating)),
    "5 steps of D": (alternating, (h, saturating, None, 5)), "non-saturating": (alternating, (h, non_saturating)),
    "R1, γ = 0.3": (alternating, (h, saturating, r1)), "Wasserstein, GP": (alternating, (h, wasserstein, gp)),
    "Wasserstein, clipped": (alternating, (h, wasserstein, None, 1, 0.5))}
grid = np.stack(np.meshgrid(np.linspace(-2.2, 2.2, 12), np.linspace(-2.2, 2.2, 12)), axis=-1).reshape(-1, 2)
fig, axes = plots.new_figure(2, 4, width=14, height=7)
for ax, (name, (update, settings)) in zip(axes, paths.items()):
    path = [np.array([1.0, 0.0])]
    for _ in range(200):
        path.append(update(path[-1], *settings))
    arrows = np.array([field(point, *settings[1:3]) for point in grid])
    ax.quiver(*grid.T, *(arrows / np.linalg.norm(arrows, axis=1, keepdims=True)).T, color="0.75")
    ax.plot(*np.array(path).T, ".-", markersize=3, linewidth=0.6)
    ax.plot(*path[-1], "o", color="tab:red")
    ax.set(xlim=(-2.5, 2.5), ylim=(-2.5, 2.5), xlabel="θ", ylabel="ψ", title=name)
    print(f"  {name:20} distance from rest after 200 steps {np.linalg.norm(path[-1]):.3f}")
D = init_mlp([1, 16, 1], np.random.default_rng(0), hidden="tanh", init="xavier", dtype=np.float64)
gan = make_gan(MLP((Linear(np.ones((1, 1))),)), D)
for name, *settings in (("no penalty", h, non_saturating), ("R1", h, non_saturating, r1), ("GP", h, wasserstein, gp)):
    path = [flatten(gan)]
    for _ in range(300):
        path.append(alternating(path[-1], *settings, gan=gan))
    axes[7].plot(np.array(path)[:, 0], label=name)
    print(f"  D of 16 tanh units, {name:10} largest |θ| in the last 100 steps {np.abs(path[-100:])[:, 0].max():.1e}")
axes[7].set(ylim=(-1.6, 2.2), xlabel="steps", ylabel="θ", title="D of 16 tanh units")
axes[7].legend(fontsize=8, loc="upper right")
plots.save(fig, "20_paths.png")


def train_critic(penalty=None, limit=np.inf, is_normalised=False):
    """A critic between the rings after 200 steps of Adam."""
    rng = np.random.default_rng(0)
    vector, critic = pack(init_mlp([2, 32, 32, 1], rng, dtype=np.float64))
    adam, singular = Adam(beta1=0.5, beta2=0.9), start_singular_vectors(critic, rng)
    for _ in range(200):
        net, singular = spectral_norm(critic, singular) if is_normalised else (critic, singular)
        (s_real, cache_real), (s_fake, cache_fake) = mlp_forward(net, outer), mlp_forward(net, inner)
        _, ds_real, ds_fake = wasserstein.discriminator_loss(s_real, s_fake)
        gradient = sum_of(mlp_backward(net, cache_real, ds_real)[1], mlp_backward(net, cache_fake, ds_fake)[1])
        if is_normalised:
            gradient = spectral_norm_gradient(critic, singular, gradient)
        if penalty is not None:
            gradient = sum_of(gradient, penalty(net, outer, rng.permutation(inner), rng)[1])
        adam.step(vector, flatten(gradient), -5e-3)
        clip_weights(vector, limit)
    return net


angles = 2 * np.pi * np.arange(64) / 64
inner = np.stack([np.cos(angles), np.sin(angles)], axis=1)
outer = 2 * inner
critics = {"GP, weight 10": train_critic(GradientPenalty(10.0)), "spectral norm": train_critic(is_normalised=True),
           "clipped at 0.1": train_critic(limit=0.1), "clipped at 0.3": train_critic(limit=0.3)}
fig, axes = plots.new_figure(1, 4, width=14, height=3.7)
for ax, (name, critic) in zip(axes, critics.items()):
    g = np.linalg.norm(input_gradient(critic, np.concatenate([inner, 1.5 * inner, outer]))[0], axis=1)
    print(f"  {name:14} gains {gain(critic, outer, inner):.2f}, W1 is 1; |g| from {g.min():.2f} to {g.max():.2f}")
    drawn = ax.contourf(grid[:12, 0], grid[:12, 0], mlp_forward(critic, grid)[0].reshape(12, 12), levels=12)
    fig.colorbar(drawn, ax=ax, shrink=0.75)
    ax.plot(*outer.T, ".", *inner.T, ".", color="white", markersize=2)
    ax.set(title=name, aspect="equal")
plots.save(fig, "20_critics.png")

# %% [markdown]
# What to see, first figure: simultaneous steps spiral out; alternating ones stay on a ring, 5 steps of D on a longer
# one. The non-saturating game creeps in (exercise 2). With R1 it arrives. GP goes round for ever: it wants |ψ| = 1, and
# at rest ψ is 0. So does the clipped critic, within its limits. A network in D's place swings long; R1 lays it to rest.
#
# Second figure: GP's critic is a cone like the best one, a little too steep (exercise 3). Spectral norm keeps its word,
# |g| <= 1, and wastes half of it. Clipping makes any slope: at 0.1 several times too flat, at 0.3 as much too steep.
#
# ## What usually goes wrong
#
# - Both players step at once: see the first panel.
# - The last pass, for φ'', is left out. Nothing fails, and the penalty's gradient is wrong.
# - The critic is not held, or its gain is read as a distance though its slope is not 1.
# - The penalty is too heavy for the rate. R1 with a weight γ has a λ near -γ: steps of h > 2/γ jump over.

# %% wrong: no last pass, no bound, too heavy a penalty
for kind in ("tanh", "softplus", "leaky_relu"):
    errors = []
    for seed in range(100):
        mlp = init_mlp([2, 16, 16, 1], np.random.default_rng(seed), hidden=kind, init="xavier", dtype=np.float64)
        g, cache, ds = input_gradient(mlp, outer)
        u, wrong, right = g / len(g), [], flatten(r1_penalty(mlp, outer, 1.0)[1])
        for layer, layer_cache, d in zip(mlp.layers, cache, ds):
            u, _, of_layer = layer.double_backward(layer_cache, d, u)
            wrong.append(of_layer)
        errors.append(np.linalg.norm(flatten(MLP(tuple(wrong))) - right) / np.linalg.norm(right))
    print(f"  R1 without its last pass, 100 nets of {kind} units: off by {min(errors):.0%} to {max(errors):.0%}")
print(f"  a critic that nothing holds gains {gain(train_critic(), outer, inner):,.0f} after 200 steps")
heavy = [np.linalg.eigvals(jacobian(simultaneous, rest, (0.2, saturating, R1(gamma)))) for gamma in (1, 5, 9, 11)]
print("  R1, h = 0.2, γ = 1, 5, 9, 11: largest |1 + h λ|", ", ".join(f"{np.abs(found).max():.3f}" for found in heavy))

# %% [markdown]
# ## Exercises
#
# 1. Simultaneous steps with R1 and γ < 1: show that |1 + h λ|² = 1 - h γ + h²/4. For which h do they arrive?
# 2. In the non-saturating game find θ v_θ + ψ v_ψ, as a function of s = ψ θ. Why do the eigenvalues not show it?
# 3. Let |g| be k everywhere. Which k is best for a critic that pays GP?
#
# ## Solutions
#
# 1. λ = -γ/2 ± (i/2)√(1 - γ²), so |1 + h λ|² = (1 - h γ/2)² + h² (1 - γ²)/4. This is below 1 for h < 4 γ.
# 2. σ(-s) s - σ(s) s = -s tanh(s/2): below 0 but for s = 0, so the paths do come in. But J holds the first order of v
#    alone, and near rest this is -s²/2, of the fourth order in θ and ψ: slower and slower.
# 3. It gains k W1 and pays weight (k - 1)². The best is k = 1 + W1/(2 weight), for the rings 1.05.

# %% solutions 1 to 3
sizes = [np.abs(np.linalg.eigvals(jacobian(simultaneous, rest, (h, non_saturating, R1(0.3)))))[0] for h in steps]
verify("exercise 1: |1 + h λ|²", np.square(sizes), 1 - 0.3 * steps + steps**2 / 4)
inward, s = [point @ field(point, non_saturating) for point in points], points[:, 0] * points[:, 1]
verify("exercise 2: θ v_θ + ψ v_ψ", inward, -s * np.tanh(s / 2))
v = field(np.array([-2.0, 1 + 2 / (2 * 10)]), wasserstein, GradientPenalty(10.0))  # W1 = 2, k = 1.1: D is at rest
verify("exercise 3: k = 1 + W1/(2 weight)", v[1], 0)
