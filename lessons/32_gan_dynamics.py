# %% [markdown]
# # Two players go round: the dynamics of a GAN
#
# In lesson 31 the generator's number ran past the data, came back, and ran past again. Was that
# bad luck, a poor learning rate, or the game itself? This lesson shrinks the game to two numbers,
# so that a whole training run is a path in the plane. You can see it go round, and work out why.
#
# Afterwards you can
#
# - say why two players who both go downhill may never arrive;
# - read off the eigenvalues of a game whether its players come in, go round or fly apart;
# - say what R1 and instance noise change, and prove it on the same plane.
#
# About an hour and a half. You need the two players' losses and steps (lessons 30 and 31), and what
# eigenvalues do to powers of a matrix.
#
# ## Six steps by hand
#
# All data are the number 0. The generator has one parameter: its one case is θ. The discriminator
# has one weight: the logit of a case is s(x) = w x (the "Dirac GAN" of Mescheder, Geiger and
# Nowozin 2018). Begin with the simplest losses that there are. D pulls the two logits apart, G
# pulls its own logit up:
#
#     s_real = w · 0 = 0        s_fake = w θ
#     L_D = s_fake - s_real = w θ        ∂L_D/∂w = θ
#     L_G = -s_fake = -w θ               ∂L_G/∂θ = -w
#
# Each steps against its own slope, D first, with the learning rate α = 1: w loses θ, then θ gains
# the new w. Start at θ = 1, w = 1:
#
#     θ    1 →  1 →  0 → -1 → -1 →  0 →  1
#     w    1 →  0 → -1 → -1 →  0 →  1 →  1
#
#     six alternating unit steps from (1, 1) lead back to (1, 1)                       (32.1)
#
# Six honest steps down, by either player, and both stand where they began. The cell repeats it with
# the library's two gradients.

# %% (32.1) six steps by the library
import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import (
    R1, NonSaturating, Saturating, Wasserstein, discriminator_gradient, generator_gradient,
    make_gan)
from numpy_dgm.foundation.records import flatten, pack
from numpy_dgm.foundation.verify import claim, verify, verify_mean
from numpy_dgm.neural import MLP, Linear, init_mlp

DATA = np.zeros((1, 1))
NOISE = np.ones((1, 1))  # G(z) = z θ with z = 1


def library_arrows(theta, w, objective, penalty=None):
    """(-∂L_G/∂θ, -∂L_D/∂w) by the library's two gradients: where either player would go."""
    rng = np.random.default_rng(0)  # nothing is drawn
    generator = MLP((Linear(np.array([[theta]])),))
    discriminator = MLP((Linear(np.array([[w]])),))
    gan = make_gan(generator, discriminator)
    of_D = discriminator_gradient(gan, DATA, NOISE, objective, rng, penalty=penalty).gradient
    of_G = generator_gradient(gan, NOISE, objective, rng).gradient
    v_theta = -of_G.layers[0].W[0, 0]
    v_w = -of_D.layers[0].W[0, 0]
    return v_theta, v_w


theta, w = 1.0, 1.0
path = [(theta, w)]
for step in range(6):
    _, v_w = library_arrows(theta, w, Wasserstein())
    w += v_w
    v_theta, _ = library_arrows(theta, w, Wasserstein())
    theta += v_theta
    path.append((theta, w))
by_hand = [(1, 1), (1, 0), (0, -1), (-1, -1), (-1, 0), (0, 1), (1, 1)]
verify("(32.1) six alternating unit steps from (1, 1) lead back to (1, 1)", path, by_hand)

# %% [markdown]
# ## Arrows instead of a hill
#
# A descent has a hill, and its arrows point down it. Here each player has a hill of his own, and
# the other one moves it. What is left is a field of arrows: at each point (θ, w) the way in which
# the two would go,
#
#     v = (v_θ, v_w) = (-∂L_G/∂θ, -∂L_D/∂w) = (w, -θ)                                  (32.2)
#
# Along these arrows the squared distance θ² + w² from the rest changes by 2 θ v_θ + 2 w v_w
# = 2 θ w - 2 w θ = 0. So the paths are circles, at any speed. Steps of a length α are worse or
# about as good, depending on who sees what. If both step at once, from where both stand:
#
#     θ' = θ + α w,   w' = w - α θ
#     θ'² + w'² = θ² + 2 α θ w + α² w²  +  w² - 2 α w θ + α² θ²          multiply out
#     θ'² + w'² = (1 + α²) (θ² + w²)                                                   (32.3)
#
# A step along the tangent leaves the circle, each time by the same factor. Now D steps first and G
# sees it: w' = w - α θ, then θ' = θ + α w'. Take the form θ² + w² - α θ w before and after:
#
#     θ' (θ' - α w') = θ' θ = θ² + α w' θ                   G's step, used twice
#     w' (w' + α θ)  = w' w = w² - α θ w                    D's step, used twice
#     θ'² + w'² - α θ' w' = θ² + w² - α θ w                 the sum of the two lines   (32.4)
#
# For α < 2 the points where this form has one value are an ellipse. Alternating steps stay on it:
# they neither leave nor arrive.

# %% (32.2) to (32.4) the arrows, and a step of either kind
def losses(theta, w, objective):
    """(L_G, L_D) of the Dirac GAN, from their definitions."""
    s_real, s_fake = w * 0.0, w * theta
    p_real, p_fake = 1 / (1 + np.exp(-s_real)), 1 / (1 + np.exp(-s_fake))
    if objective == "critic":
        return -s_fake, s_fake - s_real
    L_D = -np.log(p_real) - np.log(1 - p_fake)
    if objective == "saturating":
        return np.log(1 - p_fake), L_D
    return -np.log(p_fake), L_D


def arrows_by_differences(theta, w, objective, step=1e-5):
    """v from differences of each player's own loss."""
    L_G_up, _ = losses(theta + step, w, objective)
    L_G_down, _ = losses(theta - step, w, objective)
    _, L_D_up = losses(theta, w + step, objective)
    _, L_D_down = losses(theta, w - step, objective)
    return -(L_G_up - L_G_down) / (2 * step), -(L_D_up - L_D_down) / (2 * step)


points = np.random.default_rng(32).normal(size=(20, 2))  # θ, w
formula, by_differences, by_library = [], [], []
for theta, w in points:
    formula.append((w, -theta))
    by_differences.append(arrows_by_differences(theta, w, "critic"))
    by_library.append(library_arrows(theta, w, Wasserstein()))
verify("(32.2) v = (w, -θ), by differences", by_differences, formula, 1e-8)
verify("(32.2) v = (w, -θ), by the library", by_library, formula)

alpha = 0.3
for theta, w in points[:3]:
    v_theta, v_w = library_arrows(theta, w, Wasserstein())
    theta_new, w_new = theta + alpha * v_theta, w + alpha * v_w
    before, after = theta**2 + w**2, theta_new**2 + w_new**2
    verify("(32.3) θ'² + w'² = (1 + α²) (θ² + w²)", after, (1 + alpha**2) * before)
for theta, w in points[:3]:
    w_new = w + alpha * library_arrows(theta, w, Wasserstein())[1]
    theta_new = theta + alpha * library_arrows(theta, w_new, Wasserstein())[0]
    before = theta**2 + w**2 - alpha * theta * w
    after = theta_new**2 + w_new**2 - alpha * theta_new * w_new
    verify("(32.4) θ'² + w'² - α θ' w' = θ² + w² - α θ w", after, before)

# %% [markdown]
# ## What the eigenvalues say
#
# Near a point of rest any smooth field is a matrix: v ≈ J (θ, w), J the slopes of v there. A
# simultaneous step multiplies (θ, w) by the matrix 1 + α J, many steps by its powers. So the
# distance grows or shrinks like |λ|^steps, λ the largest eigenvalue of the step. In a descent J is
# minus the matrix of second derivatives of one function: symmetric, with real eigenvalues, below 0
# at a minimum. Here, by (32.2), J has the rows (0, 1) and (-1, 0), and the eigenvalues ±i. They
# are not below 0; they turn.
#
#     simultaneous:   1 + α J has the eigenvalues 1 ± i α        |λ| = √(1 + α²) > 1
#     alternating:    rows (1 - α², α) and (-α, 1)               product 1, sum 2 - α²
#
#     λ = cos ω ± i sin ω,   cos ω = 1 - α²/2          alternating, α < 2              (32.5)
#
# ω is the angle of a step. For α = 1 it is 60°: six steps, as you saw.
#
# ## The Dirac GAN
#
# With the losses of lessons 30 and 31, where D(θ) = σ(w θ) is the probability that D gives to the
# fake being real, the chain rule gives
#
#     saturating,     L_G = log(1 - σ(w θ)):     v = (σ(w θ) w, -σ(w θ) θ)
#     non-saturating, L_G = -log σ(w θ):         v = (σ(-w θ) w, -σ(w θ) θ)            (32.6)
#
# The first is (32.2) times the number σ(w θ): the same circles at another speed. In both, σ is 1/2
# at rest, so that near it this is the first game with steps of α/2:
#
#     |λ| = √(1 + α²/4)          simultaneous                                          (32.7)
#     |λ| = 1                    alternating, n steps of D for one of G, α <= 4/√n     (32.8)
#
# (The n steps move w by -n α θ/2 in all, so that the rows are (1 - n α²/4, α/2) and (-n α/2, 1):
# product 1, sum 2 - n α²/4.) More steps of D do not help here. Each player does what he should,
# and the game goes round, or apart. Say that θ > 0. D learns w < 0, and G moves left. When G
# arrives at the data, D is still steep, since nothing has pulled it back. So G is carried on to
# the other side.

# %% (32.5) to (32.8) eigenvalues of steps, from the library's arrows
def simultaneous_step(theta, w, alpha, objective, penalty=None):
    v_theta, v_w = library_arrows(theta, w, objective, penalty)
    return theta + alpha * v_theta, w + alpha * v_w


def alternating_step(theta, w, alpha, objective, n_steps_of_D=1):
    for _ in range(n_steps_of_D):
        _, v_w = library_arrows(theta, w, objective)
        w = w + alpha * v_w
    v_theta, _ = library_arrows(theta, w, objective)
    return theta + alpha * v_theta, w


def matrix_at_rest(step_function, *settings, step=1e-5):
    """The matrix of a function (θ, w) → (θ', w') at (0, 0), column by column, by differences."""
    right = np.array(step_function(step, 0.0, *settings))
    left = np.array(step_function(-step, 0.0, *settings))
    up = np.array(step_function(0.0, step, *settings))
    down = np.array(step_function(0.0, -step, *settings))
    return np.stack([right - left, up - down], axis=1) / (2 * step)


for alpha in (0.1, 1.0, 1.9):
    matrix = matrix_at_rest(alternating_step, alpha, Wasserstein())
    eigenvalues = np.sort_complex(np.linalg.eigvals(matrix))
    cos = 1 - alpha**2 / 2
    sin = np.sin(np.arccos(cos))
    parts = np.concatenate([eigenvalues.real, eigenvalues.imag])
    verify(f"(32.5) λ = cos ω ± i sin ω, α = {alpha}", parts, [cos, cos, -sin, sin], 1e-8)

for name, objective in (("saturating", Saturating()), ("non-saturating", NonSaturating())):
    formula, by_differences, by_library = [], [], []
    for theta, w in points:
        s = w * theta
        p_fake = 1 / (1 + np.exp(-s))  # σ(w θ); σ(-w θ) is 1 less it
        weight_of_G = p_fake if name == "saturating" else 1 - p_fake
        formula.append((weight_of_G * w, -p_fake * theta))
        by_differences.append(arrows_by_differences(theta, w, name))
        by_library.append(library_arrows(theta, w, objective))
    verify(f"(32.6) v = (σ w, -σ θ), {name}, by differences", by_differences, formula, 1e-8)
    verify(f"(32.6) v = (σ w, -σ θ), {name}, by the library", by_library, formula)
    for alpha in (0.1, 1.0, 4.0):
        size = np.abs(np.linalg.eigvals(matrix_at_rest(simultaneous_step, alpha, objective)))
        expected = np.sqrt(1 + alpha**2 / 4)
        verify(f"(32.7) |λ| = √(1 + α²/4), {name}", size, [expected, expected], 1e-8)
    for n in (1, 2, 5):
        alpha = 0.9 * 4 / np.sqrt(n)
        size = np.abs(np.linalg.eigvals(matrix_at_rest(alternating_step, alpha, objective, n)))
        verify(f"(32.8) |λ| = 1, alternating, α <= 4/√n, {name}, n = {n}", size, [1, 1], 1e-8)

# %% [markdown]
# ## R1: a cost for being steep
#
# So let D pay for its slope at the data, with a weight γ (Mescheder et al. 2018):
#
#     R1 = (γ/2) · mean |∂s/∂x|² at real cases          here (γ/2) w²
#
# It adds γ w to ∂L_D/∂w. Then J has the rows (0, 1/2) and (-1/2, -γ), and its eigenvalues solve
# λ² + γ λ + 1/4 = 0:
#
#     λ = -γ/2 ± √(γ²/4 - 1/4)                                                         (32.9)
#
# Their real parts are below 0: the paths come in. For γ < 1 they spiral. At γ = 1, the critical
# weight, both are -1/2. For γ > 1 one of them is slow, near -1/(4γ): D is so dull that it hardly
# moves G. And this is not only so near rest. In the saturating game half the slope of θ² + w² is
#
#     θ v_θ + w v_w = -γ w²          at any point                                      (32.10)
#
# ## Instance noise: blur what D sees
#
# Another way: add noise of standard deviation `sd` to every case, real or fake, before D sees it
# (Sønderby et al. 2017; Arjovsky and Bottou 2017). With ε ~ N(0, 1), the logits are w · sd ε and
# w (θ + sd ε), and D's arrow is the mean of the old one over ε. Near rest σ(s) ≈ 1/2 + s/4, so
#
#     ∂L_D/∂w = E[-(1 - σ(w sd ε)) sd ε]   +  E[σ(w (θ + sd ε)) (θ + sd ε)]
#             ≈ w sd²/4                    +  θ/2 + w sd²/4            as E[ε] = 0, E[ε²] = 1
#
#     v ≈ (w/2,  -θ/2 - (sd²/2) w)          near rest                                  (32.11)
#
# Compare with R1: it is the same matrix, with γ = sd²/2. D cannot be steep, since a steep D is
# often wrong about blurred cases. So (32.9) holds with that γ, and the critical noise is sd = √2.

# %% (32.9) to (32.11) R1, and instance noise, on the same plane
for gamma in (0.3, 1.5, 4.0):
    J = matrix_at_rest(library_arrows, Saturating(), R1(gamma))
    eigenvalues = np.sort_complex(np.linalg.eigvals(J))
    root = np.sqrt(gamma**2 / 4 - 1 / 4 + 0j)
    expected = np.sort_complex(np.array([-gamma / 2 - root, -gamma / 2 + root]))
    parts = np.concatenate([eigenvalues.real, eigenvalues.imag])
    expected_parts = np.concatenate([expected.real, expected.imag])
    verify(f"(32.9) λ = -γ/2 ± √(γ²/4 - 1/4), γ = {gamma}", parts, expected_parts, 1e-7)
J = matrix_at_rest(library_arrows, NonSaturating(), R1(1.0))
discriminant = np.trace(J) ** 2 - 4 * np.linalg.det(J)
verify("(32.9) γ = 1 is critical: γ² - 1 = 0 under the root", discriminant, 0.0, 1e-8)

inward, expected = [], []
for theta, w in points:
    v_theta, v_w = library_arrows(theta, w, Saturating(), R1(0.3))
    inward.append(theta * v_theta + w * v_w)
    expected.append(-0.3 * w**2)
verify("(32.10) θ v_θ + w v_w = -γ w²", inward, expected)


def blurred_arrows(theta, w, sd, seed, n=400):
    """v of the library's saturating game at n real and n fake cases, blurred by noise."""
    rng = np.random.default_rng([32, seed])
    generator = MLP((Linear(np.array([[theta]])),))
    discriminator = MLP((Linear(np.array([[w]])),))
    gan = make_gan(generator, discriminator)
    real, latents, levels = np.zeros((n, 1)), np.ones((n, 1)), np.full((n, 1), sd)
    of_D = discriminator_gradient(gan, real, latents, Saturating(), rng, levels=levels).gradient
    of_G = generator_gradient(gan, latents, Saturating(), rng, levels=levels).gradient
    return -of_G.layers[0].W[0, 0], -of_D.layers[0].W[0, 0]


matrices = []
for seed in range(300):
    matrices.append(matrix_at_rest(blurred_arrows, 1.2, seed))  # the same noise on both sides
matrices = np.array(matrices)  # (300, 2, 2); only the slope of v_w by w depends on what was drawn
verify("(32.11) v ≈ (w/2, -θ/2 - ...)", matrices.mean(axis=0).ravel()[:3], [0, 1 / 2, -1 / 2], 1e-8)
verify_mean("(32.11) v_w ≈ -θ/2 - (sd²/2) w", matrices[:, 1, 1], -(1.2**2) / 2)

# %% [markdown]
# ## The loop on a page, and nine paths
#
# Now that (32.2) and (32.6) are proved, a training run of two numbers needs no library: an arrow
# for each player, and steps along them. Every panel below starts at θ = 1, w = 0 and takes 200
# steps of α = 0.2. Two of them are for lesson 33, which says who would want that: a critic whose
# weight is cut back into [-.5, .5] after each step, and one that pays .5 (|w| - 1)², for being
# less or more steep than 1.

# %% experiment: nine paths
def saturating(theta, w):
    p_fake = 1 / (1 + np.exp(-w * theta))
    return p_fake * w, -p_fake * theta


def non_saturating(theta, w):
    p_fake = 1 / (1 + np.exp(-w * theta))
    return (1 - p_fake) * w, -p_fake * theta


def with_R1(theta, w):
    v_theta, v_w = saturating(theta, w)
    return v_theta, v_w - 0.3 * w


NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(40)  # Σ WEIGHTS f(NODES) is the mean of f(ε)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def with_noise(theta, w):
    """The mean arrow over noise of sd 1, by quadrature: near rest like R1 with γ = 1/2."""
    p_real = 1 / (1 + np.exp(-w * NODES))
    p_fake = 1 / (1 + np.exp(-w * (theta + NODES)))
    v_w = WEIGHTS @ ((1 - p_real) * NODES - p_fake * (theta + NODES))
    return WEIGHTS @ p_fake * w, v_w


def critic(theta, w):
    return w, -theta


def critic_with_penalty(theta, w):
    return w, -theta - 2 * 0.5 * (np.abs(w) - 1) * np.sign(w)


def play(arrows, n_steps_of_D=1, limit=np.inf, simultaneous=False, alpha=0.2, steps=200):
    """The path (steps + 1, 2) of θ and w from (1, 0)."""
    theta, w = 1.0, 0.0
    path = [(theta, w)]
    for _ in range(steps):
        if simultaneous:
            v_theta, v_w = arrows(theta, w)
            theta, w = theta + alpha * v_theta, w + alpha * v_w
        else:
            for _ in range(n_steps_of_D):
                w += alpha * arrows(theta, w)[1]
                w = min(max(w, -limit), limit)
            theta += alpha * arrows(theta, w)[0]
        path.append((theta, w))
    return np.array(path)


def play_with_network(seed, penalty, alpha=0.2, steps=300):
    """θ over time against a D of 16 tanh units instead of w x: (steps,)."""
    rng = np.random.default_rng(seed)
    discriminator = init_mlp([1, 16, 1], rng, hidden="tanh", init="xavier", dtype=np.float64)
    gan = make_gan(MLP((Linear(np.ones((1, 1))),)), discriminator)
    vector, gan = pack(gan)  # all parameters in one vector: θ first, then D's
    positions = []
    for _ in range(steps):
        of_D = discriminator_gradient(
            gan, DATA, NOISE, NonSaturating(), rng, penalty=penalty, check=False)
        vector[1:] -= alpha * flatten(of_D.gradient)
        of_G = generator_gradient(gan, NOISE, NonSaturating(), rng, check=False)
        vector[:1] -= alpha * flatten(of_G.gradient)
        positions.append(vector[0])
    return np.array(positions)


panels = {
    "both at once": (saturating, play(saturating, simultaneous=True)),
    "in turn": (saturating, play(saturating)),
    "in turn, 5 steps of D": (saturating, play(saturating, n_steps_of_D=5)),
    "non-saturating": (non_saturating, play(non_saturating)),
    "R1, γ = 0.3": (with_R1, play(with_R1)),
    "instance noise, sd 1": (with_noise, play(with_noise)),
    "critic, (|w| - 1)² penalty": (critic_with_penalty, play(critic_with_penalty)),
    "critic, clipped": (critic, play(critic, limit=0.5)),
}
ends = {}
for name, (_, path) in panels.items():
    distances = np.linalg.norm(path, axis=1)
    ends[name] = distances[-100:].max()

swings = {"no penalty": [], "R1": []}
for seed in range(12):
    swings["no penalty"].append(np.abs(play_with_network(seed, None)[-100:]).max())
    swings["R1"].append(np.abs(play_with_network(seed, R1(0.3))[-100:]).max())

at_once, in_turn, five = list(ends.values())[:3]  # farthest from rest in the last 100 steps
creeping, R1_end, noise_end, penalised, clipped = list(ends.values())[3:]
claim("both at once: it flies apart", at_once > 2, farthest=at_once)
claim("in turn: it keeps to a ring, with 5 steps of D too", 0.9 < in_turn < 1.2 and five > 0.9,
      farthest=in_turn, farthest_5=five)
claim("the non-saturating game creeps in", 0.3 < creeping < 0.7, farthest=creeping)
claim("R1 and noise come to rest", R1_end < 0.1 and noise_end < 0.1, R1=R1_end, noise=noise_end)
claim("either critic goes on", penalised > 0.9 and clipped > 0.4,
      penalty=penalised, clipped=clipped)
typical, largest = np.median(swings["no penalty"]), max(swings["R1"])  # of 12 starts
claim("R1 lays a network's game to rest; without it, it swings", largest < 1e-4 < 0.02 < typical,
      largest_with_R1=largest, median_without=typical)

# %% figure: nine paths
fig, axes = plots.new_figure(3, 3, width=5.6, height=5.2)
places = np.linspace(-2, 2, 4)
for ax, (name, (arrows, path)) in zip(axes, panels.items()):
    for theta in places:
        directions = np.array([arrows(theta, w) for w in places])  # (4, 2)
        directions /= np.linalg.norm(directions, axis=1, keepdims=True) + 1e-12
        ax.quiver(np.full(4, theta), places, directions[:, 0], directions[:, 1],
                  color="0.75", scale=13)
    ax.plot(path[:, 0], path[:, 1], linewidth=0.8, color="C0")
    ax.plot(path[0, 0], path[0, 1], "s", color="C0", markersize=5)
    ax.plot(path[-1, 0], path[-1, 1], "o", color="C1", markersize=7)
    ax.set(xlim=(-2.5, 2.5), ylim=(-2.5, 2.5), xlabel="θ", ylabel="w", aspect="equal")
    ax.label_outer()  # all eight have the same scales
    ax.set_title(name, fontsize=9)
axes[8].plot(play_with_network(0, None), linewidth=1, label="no penalty")
axes[8].plot(play_with_network(0, R1(0.3)), linewidth=1, label="R1")
axes[8].set(xlabel="steps", ylabel="θ", ylim=(-1.6, 2.2))
axes[8].set_title("D of 16 tanh units", fontsize=9)
axes[8].legend(fontsize=8)
plots.save(fig, "32_paths.png")

# %% [markdown]
# **What to see.** The square is the start, the orange dot the end, the grey arrows are v. Both at
# once spirals out; in turn keeps to a ring; five steps of D make the ring longer and no smaller.
# The non-saturating game creeps in, slower and slower (exercise 2). R1 and instance noise come to
# rest, and their arrows show why: above and below, where D is steep, they lean inwards. The critic
# that is to have |w| = 1 goes round for ever, since at rest w is 0. So does the clipped one,
# within its limits. And a network in the place of w x does much the same: it swings, and R1 lays
# it to rest.
#
# This is the smallest game, and one that no network plays. But near a good solution of a large one
# the same thing happens along some directions: there G makes what the data are, and D should be
# flat and is not yet.
#
# ## What goes wrong
#
# - Both players step at once (the first panel).
# - The penalty is too heavy for the rate. R1 with a large γ has an eigenvalue near -γ, so that
#   steps of α > 2/γ jump over the rest and farther each time.
# - The losses are read like those of a descent. On the ring L_D falls and rises for ever, and a
#   falling L_D says nothing of progress.

# %% wrong: too heavy a penalty; the losses as a gauge
sizes = {}
for gamma in (1.0, 5.0, 9.0, 11.0):
    matrix = matrix_at_rest(simultaneous_step, 0.2, Saturating(), R1(gamma))
    sizes[gamma] = np.abs(np.linalg.eigvals(matrix)).max()
    print(f"  R1, α = 0.2, γ = {gamma:4.1f}: largest |1 + α λ| = {sizes[gamma]:.3f}")
claim("with α γ above 2 the penalty itself drives the players apart",
      sizes[9.0] < 1 < sizes[11.0], gamma_9=sizes[9.0], gamma_11=sizes[11.0])
ring = play(saturating)
L_D = np.array([losses(theta, w, "saturating")[1] for theta, w in ring])
falls = np.mean(np.diff(L_D) < 0)
claim("on the ring D's loss falls in about half of the steps", 0.35 < falls < 0.65,
      falls=falls, least=L_D.min(), most=L_D.max())

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 32 --stop cross_entropy:2
#
# stops where D's loss at a fake case is worked out, in the cell of (32.6). `s` is the logit w θ,
# and the target 0 says "fake"; `n` takes the next line, and two `u` lead up to the gradient that
# asked for it, where the generator's one case is θ.
#
#     (Pdb) p s
#     array float64 (1, 1) [0.683, 0.683]
#     (Pdb) p target
#     0.0
#     (Pdb) n
#     (Pdb) p loss
#     1.0919444386716124
#     (Pdb) u
#     (Pdb) u
#     (Pdb) p x_fake
#     array float64 (1, 1) [0.909, 0.909]
#
# ## Exercises
#
# 1. On paper: simultaneous steps with R1 and γ < 1. Show that |1 + α λ|² = 1 - α γ + α²/4. For
#    which α do they arrive?
# 2. On paper: in the non-saturating game find θ v_θ + w v_w as a function of s = w θ. Why do the
#    eigenvalues not show that the paths come in?
# 3. In code: "consensus" (Mescheder, Nowozin and Geiger 2017) lets both players descend ½ |v|² too,
#    with a weight γ. Write
#
#        def consensus_arrows(theta, w, gamma):
#            """(v_θ, v_w) of the saturating game, less γ times the slope of ½ (v_θ² + v_w²)."""
#
#    by hand, no differences in it. Hold the slope against `central_differences` of ½ |v|², and play
#    200 steps from (1, 0). Does it come to rest, and does it matter whether in turn or at once?
#    `lessons/solutions/32.md` shows the check.
#
# Solutions: `lessons/solutions/32.md`, for when you have tried.
