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
from numpy_dgm.foundation.verify import claim, verify, verify_mean
from numpy_dgm.neural import MLP, Linear

DATA = np.zeros((400, 1))  # 400 real cases, all alike; one would do until the last section
NOISE = np.ones((400, 1))  # G(z) = z θ with z = 1


def library_arrows(theta, w, objective, penalty=None, sd=0.0, seed=0):
    """(-∂L_G/∂θ, -∂L_D/∂w) by the library's two gradients: where either player would go.

    penalty and sd are for the last sections: a cost for D, and the size of noise on every case.
    """
    rng = np.random.default_rng([32, seed])
    generator = MLP((Linear(np.array([[theta]])),))
    discriminator = MLP((Linear(np.array([[w]])),))
    gan = make_gan(generator, discriminator)
    levels = np.full((400, 1), sd) if sd > 0 else None
    of_D = discriminator_gradient(
        gan, DATA, NOISE, objective, rng, penalty=penalty, levels=levels).gradient
    of_G = generator_gradient(gan, NOISE, objective, rng, levels=levels).gradient
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
# = 2 θ w - 2 w θ = 0: endless small steps would lead round a circle. Now steps of a length α. If
# both step at once, from where both stand,
#
#     θ' = θ + α w,   w' = w - α θ
#     θ'² + w'² = θ² + 2 α θ w + α² w²  +  w² - 2 α w θ + α² θ²          multiply out
#     θ'² + w'² = (1 + α²) (θ² + w²)                                                   (32.3)
#
# A step along the tangent leaves the circle, each time by the same factor.

# %% (32.2) and (32.3) the arrows, and a step by both at once
points = np.random.default_rng(32).normal(size=(20, 2))  # θ, w
formula, by_library = [], []
for theta, w in points:
    formula.append((w, -theta))
    by_library.append(library_arrows(theta, w, Wasserstein()))
verify("(32.2) v = (w, -θ)", by_library, formula)

alpha = 0.3
for theta, w in points[:3]:
    v_theta, v_w = library_arrows(theta, w, Wasserstein())
    theta_new, w_new = theta + alpha * v_theta, w + alpha * v_w
    before, after = theta**2 + w**2, theta_new**2 + w_new**2
    verify("(32.3) θ'² + w'² = (1 + α²) (θ² + w²)", after, (1 + alpha**2) * before)

# %% [markdown]
# ## What the eigenvalues say
#
# Near a point of rest any smooth field is a matrix: v ≈ J (θ, w), where row 1 of J has the slopes
# of v_θ, row 2 those of v_w. A step of both at once multiplies (θ, w) by the matrix 1 + α J, many
# steps by its powers, so that the distance grows or shrinks like |λ|^steps, λ the largest
# eigenvalue of the step. In a descent J is minus the matrix of second derivatives of one function:
# symmetric, with real eigenvalues, below 0 at a minimum. Here, by (32.2),
#
#     J = [ 0  1]          its eigenvalues are ±i: they are not below 0, they turn
#         [-1  0]
#
#     both at once:  1 + α J has the eigenvalues 1 ± i α,        |λ| = √(1 + α²) > 1
#
# In turn, D steps first, which changes w alone; then G, which changes θ alone and sees the new w:
#
#     G's step · D's step = [1  α] · [ 1  0] = [1 - α²  α]      determinant 1, trace 2 - α²
#                           [0  1]   [-α  1]   [ -α     1]
#
# The eigenvalues have the product 1 and the sum 2 - α². For α < 2 they are not real, so each is
# the other's mirror image, and both have the size 1:
#
#     λ = cos ω ± i sin ω,   cos ω = 1 - α²/2          in turn, α < 2                  (32.4)
#
# The players neither arrive nor leave: they go round on an ellipse, by an angle ω a step. For α = 1
# it is 60°: six steps, as you saw.
#
# ## The Dirac GAN
#
# With the losses of lessons 30 and 31, where D(θ) = σ(w θ) is the probability that D gives to the
# fake being real, the chain rule gives
#
#     saturating,     L_G = log(1 - σ(w θ)):     v = (σ(w θ) w, -σ(w θ) θ)
#     non-saturating, L_G = -log σ(w θ):         v = (σ(-w θ) w, -σ(w θ) θ)            (32.5)
#
# The first is (32.2) times the number σ(w θ): the same circles at another speed. In both, σ is 1/2
# at rest, so that near it this is the first game with steps of α/2:
#
#     |λ| = √(1 + α²/4)          both at once                                          (32.6)
#     |λ| = 1                    alternating, n steps of D for one of G, α <= 4/√n     (32.7)
#
# (The n steps move w by -n α θ/2 in all: G's step times D's has the determinant 1 and the trace
# 2 - n α²/4.) More steps of D do not help here. Each player does what he should, and the game goes
# round, or apart. Say that θ > 0. D learns w < 0, and G moves left. When G arrives at the data, D
# is still steep, since nothing has pulled it back. So G is carried on to the other side.


# %% (32.4) to (32.7) eigenvalues of steps, from the library's arrows
def slopes_at_rest(objective, penalty=None, sd=0.0, seed=0, step=1e-5):
    """J (2, 2), column by column, by differences of the library's arrows."""
    right = np.array(library_arrows(step, 0.0, objective, penalty, sd, seed))
    left = np.array(library_arrows(-step, 0.0, objective, penalty, sd, seed))
    up = np.array(library_arrows(0.0, step, objective, penalty, sd, seed))
    down = np.array(library_arrows(0.0, -step, objective, penalty, sd, seed))
    return np.stack([right - left, up - down], axis=1) / (2 * step)


def step_in_turn(J, alpha, n_steps_of_D=1):
    """The matrix of n steps of D, then one of G."""
    step_of_D = np.array([[1.0, 0.0], [alpha * J[1, 0], 1 + alpha * J[1, 1]]])
    step_of_G = np.array([[1 + alpha * J[0, 0], alpha * J[0, 1]], [0.0, 1.0]])
    return step_of_G @ np.linalg.matrix_power(step_of_D, n_steps_of_D)


J = slopes_at_rest(Wasserstein())
for alpha in (0.1, 1.0, 1.9):
    eigenvalues = np.sort_complex(np.linalg.eigvals(step_in_turn(J, alpha)))
    cos = 1 - alpha**2 / 2
    sin = np.sin(np.arccos(cos))
    parts = np.concatenate([eigenvalues.real, eigenvalues.imag])
    verify(f"(32.4) λ = cos ω ± i sin ω, α = {alpha}", parts, [cos, cos, -sin, sin], 1e-8)

for name, objective in (("saturating", Saturating()), ("non-saturating", NonSaturating())):
    formula, by_library = [], []
    for theta, w in points:
        p_fake = 1 / (1 + np.exp(-w * theta))  # σ(w θ); σ(-w θ) is 1 less it
        weight_of_G = p_fake if name == "saturating" else 1 - p_fake
        formula.append((weight_of_G * w, -p_fake * theta))
        by_library.append(library_arrows(theta, w, objective))
    verify(f"(32.5) v = (σ w, -σ θ), {name}", by_library, formula)
    J = slopes_at_rest(objective)
    for alpha in (0.1, 1.0, 4.0):
        size = np.abs(np.linalg.eigvals(np.eye(2) + alpha * J))
        expected = np.sqrt(1 + alpha**2 / 4)
        verify(f"(32.6) |λ| = √(1 + α²/4), {name}", size, [expected, expected], 1e-8)
    for n in (1, 2, 5):
        alpha = 0.9 * 4 / np.sqrt(n)
        size = np.abs(np.linalg.eigvals(step_in_turn(J, alpha, n)))
        verify(f"(32.7) |λ| = 1, alternating, α <= 4/√n, {name}, n = {n}", size, [1, 1], 1e-8)

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
#     λ = -γ/2 ± √(γ²/4 - 1/4)                                                         (32.8)
#
# Their real parts are below 0: the paths come in. For γ < 1 they spiral. At γ = 1, the critical
# weight, both are -1/2. For γ > 1 one of them is slow, near -1/(4γ): D is so dull that it hardly
# moves G. (And not only near rest do the paths come in: exercise 2.)
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
#     v ≈ (w/2,  -θ/2 - (sd²/2) w)          near rest                                  (32.9)
#
# Compare with R1: it is the same matrix, with γ = sd²/2. D cannot be steep, since a steep D is
# often wrong about blurred cases. So (32.8) holds with that γ, and the critical noise is sd = √2.

# %% (32.8) and (32.9) R1, and instance noise, on the same plane
for gamma in (0.3, 1.5, 4.0):
    eigenvalues = np.sort_complex(np.linalg.eigvals(slopes_at_rest(Saturating(), R1(gamma))))
    root = np.sqrt(gamma**2 / 4 - 1 / 4 + 0j)
    expected = np.array([-gamma / 2 - root, -gamma / 2 + root])
    parts = np.concatenate([eigenvalues.real, eigenvalues.imag])
    expected_parts = np.concatenate([expected.real, expected.imag])
    verify(f"(32.8) λ = -γ/2 ± √(γ²/4 - 1/4), γ = {gamma}", parts, expected_parts, 1e-7)
J = slopes_at_rest(NonSaturating(), R1(1.0))
discriminant = np.trace(J) ** 2 - 4 * np.linalg.det(J)
verify("(32.8) γ = 1 is critical: γ² - 1 = 0 under the root", discriminant, 0.0, 1e-8)

matrices = []
for seed in range(300):  # the same noise on both sides of each difference
    matrices.append(slopes_at_rest(Saturating(), sd=1.2, seed=seed))
matrices = np.array(matrices)  # (300, 2, 2); only the slope of v_w by w depends on what was drawn
verify("(32.9) v ≈ (w/2, -θ/2 - ...)", matrices.mean(axis=0).ravel()[:3], [0, 1 / 2, -1 / 2], 1e-8)
verify_mean("(32.9) v_w ≈ -θ/2 - (sd²/2) w", matrices[:, 1, 1], -(1.2**2) / 2)

# %% [markdown]
# ## The loop on a page, and six paths
#
# Now that (32.2) and (32.5) are proved, a training run of two numbers needs no library: an arrow
# for each player, and steps along them. Every panel below starts at θ = 1, w = 0 and takes 200
# steps of α = 0.2.


# %% experiment: six paths
def saturating(theta, w):
    p_fake = 1 / (1 + np.exp(-w * theta))
    return p_fake * w, -p_fake * theta


def non_saturating(theta, w):
    p_fake = 1 / (1 + np.exp(-w * theta))
    return (1 - p_fake) * w, -p_fake * theta


def with_R1(theta, w):
    v_theta, v_w = saturating(theta, w)
    return v_theta, v_w - 0.3 * w


half = np.random.default_rng(32).standard_normal(500)
BLURS = np.concatenate([half, -half])  # ε, as often on one side as on the other


def with_noise(theta, w):
    """The mean arrow over noise of sd 1: near rest like R1 with γ = 1/2."""
    p_real = 1 / (1 + np.exp(-w * BLURS))
    p_fake = 1 / (1 + np.exp(-w * (theta + BLURS)))
    v_theta = np.mean(p_fake * w)
    v_w = np.mean((1 - p_real) * BLURS - p_fake * (theta + BLURS))
    return v_theta, v_w


def play(arrows, at_once=False, n_steps_of_D=1, alpha=0.2, steps=200):
    """The path (steps + 1, 2) of θ and w from (1, 0)."""
    theta, w = 1.0, 0.0
    path = [(theta, w)]
    for _ in range(steps):
        if at_once:
            v_theta, v_w = arrows(theta, w)
            theta += alpha * v_theta
            w += alpha * v_w
        else:
            for _ in range(n_steps_of_D):
                _, v_w = arrows(theta, w)
                w += alpha * v_w
            v_theta, _ = arrows(theta, w)
            theta += alpha * v_theta
        path.append((theta, w))
    return np.array(path)


panels = {
    "both at once": (saturating, play(saturating, at_once=True)),
    "in turn": (saturating, play(saturating)),
    "in turn, 5 steps of D": (saturating, play(saturating, n_steps_of_D=5)),
    "non-saturating": (non_saturating, play(non_saturating)),
    "R1, γ = 0.3": (with_R1, play(with_R1)),
    "instance noise, sd 1": (with_noise, play(with_noise)),
}
farthest = []  # from rest, in the last 100 steps
for _, path in panels.values():
    farthest.append(np.linalg.norm(path[-100:], axis=1).max())
at_once, in_turn, five, creeping, R1_end, noise_end = farthest
claim("both at once: it flies apart", at_once > 2, farthest=at_once)
claim("in turn: it keeps to a ring, with 5 steps of D too", 0.9 < in_turn < 1.2 and five > 0.9,
      farthest=in_turn, farthest_5=five)
claim("the non-saturating game creeps in", 0.3 < creeping < 0.7, farthest=creeping)
claim("R1 and noise come to rest", R1_end < 0.1 and noise_end < 0.1, R1=R1_end, noise=noise_end)

# %% figure: six paths
fig, axes = plots.new_figure(2, 3, width=7.2, height=4.9)
places = np.linspace(-2, 2, 5)
for ax, (name, (arrows, path)) in zip(axes, panels.items()):
    for theta in places:
        directions = np.array([arrows(theta, w) for w in places])  # (5, 2)
        directions /= np.linalg.norm(directions, axis=1, keepdims=True) + 1e-12
        ax.quiver(np.full(5, theta), places, directions[:, 0], directions[:, 1],
                  color="0.7", scale=16, width=0.008)
    ax.plot(path[:, 0], path[:, 1], linewidth=0.8, color="C0")
    ax.plot(path[0, 0], path[0, 1], "s", color="C0", markersize=5)
    ax.plot(path[-1, 0], path[-1, 1], "o", color="C1", markersize=7)
    ax.set(xlim=(-2.5, 2.5), ylim=(-2.5, 2.5), xlabel="θ", ylabel="w", aspect="equal")
    ax.label_outer()  # all have the same scales
    ax.set_title(name, fontsize=10)
plots.save(fig, "32_paths.png")

# %% [markdown]
# **What to see.** The square is the start, the orange dot the end, the grey arrows are v. Both at
# once spirals out; in turn keeps to a ring; five steps of D make the ring longer and no smaller.
# The non-saturating game creeps in, slower and slower (exercise 2). R1 and instance noise come to
# rest, and their arrows show why: above and below, where D is steep, they lean inwards.
#
# This is the smallest game there is. Mescheder et al. prove that R1 does the same for large ones,
# near a good solution and under some conditions: there G makes what the data are, and D should be
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
    step_at_once = np.eye(2) + 0.2 * slopes_at_rest(Saturating(), R1(gamma))
    sizes[gamma] = np.abs(np.linalg.eigvals(step_at_once)).max()
    print(f"  R1, α = 0.2, γ = {gamma:4.1f}: largest |1 + α λ| = {sizes[gamma]:.3f}")
claim("with α γ above 2 the penalty itself drives the players apart",
      sizes[9.0] < 1 < sizes[11.0], gamma_9=sizes[9.0], gamma_11=sizes[11.0])
ring = play(saturating)  # columns θ and w
L_D = np.log(2) + np.log(1 + np.exp(ring[:, 1] * ring[:, 0]))  # at the real case, at the fake one
falls = np.mean(np.diff(L_D) < 0)
claim("on the ring D's loss falls in about half of the steps", 0.35 < falls < 0.65,
      falls=falls, least=L_D.min(), most=L_D.max())

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 32 --stop cross_entropy:2
#
# stops where D's loss at a fake case is worked out, in the cell of (32.5). `s` is the logit w θ,
# and the target 0 says "fake"; `n` takes the next line, and two `u` lead up to the gradient that
# asked for it, where the generator's one case is θ.
#
#     (Pdb) p s
#     array float64 (400, 1) [0.683, 0.683]
#     (Pdb) p target
#     0.0
#     (Pdb) n
#     (Pdb) p loss
#     1.0919444386716124
#     (Pdb) u
#     (Pdb) u
#     (Pdb) p x_fake
#     array float64 (400, 1) [0.909, 0.909]
#
# ## Exercises
#
# 1. On paper: steps of both at once, with R1 and γ < 1. Show that |1 + α λ|² = 1 - α γ + α²/4. For
#    which α do they arrive?
# 2. On paper: θ v_θ + w v_w says how fast θ² + w² changes, near rest or not. Find it for the
#    saturating game with R1, and for the non-saturating game without it, there as a function of
#    s = w θ. Why do the eigenvalues not show that the second one's paths come in?
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
# `dgm course release 32 --out .` writes a file for the exercise in code, and
# `dgm course check 32` judges what you write into it.
#
# Solutions: `lessons/solutions/32.md`, for when you have tried.
