# %% [markdown]
# # Several cases at a time: packing and minibatch discrimination
#
# Lesson 35 found why a generator collapses: each of its samples is judged by itself, and nothing
# says that they are all alike. So let the discriminator see several at a time. There are two ways,
# packing and minibatch discrimination. What do they see that a single case does not show, and what
# do they buy?
#
# Afterwards you can
#
# - work out what a discriminator of pairs can tell, and which faults of G it makes more visible;
# - say what minibatch discrimination hands to D;
# - compare three ways of training over a dozen starts, and say which differences are beyond chance.
#
# About an hour and a quarter. You need the game's value (lesson 30), and why a generator collapses
# and how modes are counted (lesson 35).
#
# ## A generator that hops, in numbers
#
# A case is a bit; real ones are 0 or 1, half and half, each by itself. The hopping generator of
# lesson 35 makes nothing but 0 for a while, then nothing but 1. Look at pairs of the same batch:
#
#     pair           00     01     10     11
#     real          1/4    1/4    1/4    1/4
#     hopping       1/2     0      0     1/2
#
# One case is 0 or 1 with probability 1/2, real or hopping: D cannot tell, and the game's value is
# what a perfect generator has. But whoever sees 01 or 10 knows that it is real. With N cases side
# by side only two of the 2^N rows can hop, and in real data these have the probability 2 · ½^N. So
# with the total variation TV = ½ Σ |difference of probabilities|
#
#     V(D*, G) = -log 4, with D* = 1/2 everywhere          single cases of a hopping G       (36.1)
#     TV of N real and N hopping cases, side by side = 1 - ½^(N-1)                           (36.2)

# %% (36.1) and (36.2) a hopping generator, every batch of four bits
import itertools
import math

import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial import (
    NonSaturating, discriminator_gradient, evaluate_coverage, generate, make_gan, train_gan)
from numpy_dgm.data.mixtures import (
    MixtureOfGaussians, draw_mixture, ring_of_gaussians, to_unit_spread)
from numpy_dgm.foundation.enumeration import kl_divergence
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import claim, verify
from numpy_dgm.neural import MLP, Affine, Linear, MinibatchDiscrimination, ReLU, init_mlp

N = 4
batches = np.array(list(itertools.product([0.0, 1.0], repeat=N)))  # (2^N, N), all real ones alike
hopping_batches = np.array([[0.0] * N, [1.0] * N])
real_cases, hopping_cases = batches.reshape(-1, 1), hopping_batches.reshape(-1, 1)
rng = np.random.default_rng(36)
same = MLP((Linear(np.ones((1, 1))),))  # G(z) = z, so that the fakes are ours
of_a_bit = MLP((Affine(np.zeros((1, 1)), np.zeros(1)),))  # any two logits: b for 0, W + b for 1
gan = make_gan(same, of_a_bit)
step = discriminator_gradient(gan, real_cases, hopping_cases, NonSaturating(), rng)
verify("(36.1) V(D*, G) = -log 4, single cases", -step.loss, -math.log(4))
verify("(36.1) D* = 1/2 everywhere: no logit wants to move", flatten(step.gradient), np.zeros(2))


def total_variation(p, q):
    return 0.5 * np.abs(p - q).sum()


real = np.full(2**N, 1 / 2**N)
hopping = np.zeros(2**N)
for row, batch in enumerate(batches):
    for hop in hopping_batches:
        if np.all(batch == hop):
            hopping[row] += 0.5
verify("(36.2) TV of N real and N hopping cases = 1 - ½^(N-1)",
       total_variation(real, hopping), 1 - 0.5 ** (N - 1))

# %% [markdown]
# ## Packing
#
# Put several cases of one source side by side and let D say whether all of them are real (PacGAN,
# Lin et al. 2018): `make_gan(..., packing=2)` for pairs. Write `pack` for the cases a pack. They
# are independent, so D compares the products
#
#     p_data^pack = p_data(x_1) ... p_data(x_pack)          with p_G^pack, likewise
#
# and all of lesson 30 holds for these. The best logit of a pack is
#
#     s*(x_1, ..., x_pack) = Σ_i (log p_data(x_i) - log p_G(x_i))                            (36.3)
#     V(D*, G) = 2 JSD(p_data^pack, p_G^pack) - log 4                                        (36.4)
#
# The best D of packs merely adds up logits. It knows nothing new of a case, but it weighs G's
# faults in another way. That is easiest to see with the TV. A D that answers yes or no, and says
# "real" on the set S, is right with the probability ½ p_data(S) + ½ (1 - p_G(S)). The best S is
# where p_data is above p_G, and there this is ½ + ½ TV.
#
# Now three generators with the same TV = τ from data that are uniform on K values. The first has
# *lost* the fraction τ of the modes. The second makes *nonsense* in a fraction τ of its draws. The
# third is *uneven*: (1 + 2τ)/K for half of the modes and (1 - 2τ)/K for the rest. Single cases
# give each away with the same ½ + τ/2. With packs:
#
#     TV(p_data^pack, p_G^pack) = 1 - (1 - τ)^pack                 lost, and nonsense        (36.5)
#
# With lost modes p_data^pack is the larger one only where some case is of a lost mode, and there
# p_G^pack is 0. Real packs avoid that with the probability (1 - τ)^pack. With nonsense p_G^pack is
# the larger one only where some case is nonsense, and the same holds the other way round. No p_data
# and p_G with TV = τ can go beyond (36.5) (exercise 1): packing makes a lost mode as visible as can
# be. For uneven modes the cell adds up all packs.

# %% (36.3) to (36.5) what a discriminator of packs sees
def power(p, pack):
    """p^pack: the probabilities of all tuples, as a list."""
    product = np.ones(1)
    for _ in range(pack):
        product = np.multiply.outer(product, p).ravel()
    return product


def JSD(p, q):
    m = (p + q) / 2
    return kl_divergence(p, m) / 2 + kl_divergence(q, m) / 2


def all_pairs(cases):
    """Every case beside every other, one below the other: (2 n², 3) one-hot rows."""
    rows = []
    for first, second in itertools.product(cases, repeat=2):
        rows += [np.eye(3)[first], np.eye(3)[second]]
    return np.array(rows)


p_data, p_G = np.array([3, 2, 1]) / 6, np.array([1, 1, 4]) / 6
real_pairs = all_pairs([0, 0, 0, 1, 1, 2])  # as often as p_data² says
fake_pairs = all_pairs([0, 1, 2, 2, 2, 2])
pair_units = np.zeros((6, 9))  # unit 3i + j is 1 for the pair i, j alone, after the ReLU
for i, j in itertools.product(range(3), repeat=2):
    pair_units[i, 3 * i + j] = 1
    pair_units[3 + j, 3 * i + j] = 1
table = np.zeros((9, 1))  # a logit for each pair
D_of_pairs = MLP((Affine(pair_units, np.full(9, -1.0)), ReLU(), Linear(table)))
gan = make_gan(MLP((Linear(np.eye(3)),)), D_of_pairs, packing=2)
p_2, q_2 = power(p_data, 2), power(p_G, 2)
for _ in range(300):  # D descends its loss: the logit of each pair, with a rate to suit it
    step = discriminator_gradient(gan, real_pairs, fake_pairs, NonSaturating(), rng)
    table -= 4 / (p_2 + q_2)[:, None] * step.gradient.layers[-1].W
sums = []
for i, j in itertools.product(range(3), repeat=2):
    sums.append(math.log(p_data[i] / p_G[i]) + math.log(p_data[j] / p_G[j]))
verify("(36.3) s*(x_1, ..., x_pack) = Σ_i (log p_data - log p_G), pairs, learnt",
       table[:, 0], sums, 1e-8)
verify("(36.4) V(D*, G) = 2 JSD(p_data^pack, p_G^pack) - log 4, pack = 2",
       -step.loss, 2 * JSD(p_2, q_2) - math.log(4))

tau = 0.2
uniform = np.append(np.full(10, 0.1), 0)  # ten modes, and a place for nonsense
generators = {"lost": np.append(np.repeat([0.125, 0], [8, 2]), 0),
              "nonsense": np.append(np.full(10, 0.08), 0.2),
              "uneven": np.append(np.repeat([0.14, 0.06], 5), 0)}
packs = np.arange(1, 6)
TVs, JSDs = {}, {}
for name, p_G in generators.items():
    TVs[name], JSDs[name] = np.zeros(5), np.zeros(5)
    for place, pack in enumerate(packs):
        of_data, of_G = power(uniform, pack), power(p_G, pack)
        TVs[name][place] = total_variation(of_data, of_G)
        JSDs[name][place] = JSD(of_data, of_G)
formula = 1 - (1 - tau) ** packs
verify("(36.5) TV(p_data^pack, p_G^pack) = 1 - (1 - τ)^pack, lost", TVs["lost"], formula)
verify("(36.5) TV = 1 - (1 - τ)^pack, nonsense", TVs["nonsense"], formula)
print("              TV of packs of 1 to 5                     2 JSD of packs of 1 to 5")
for name in generators:
    print(f"  {name:9}", TVs[name].round(3), "   ", (2 * JSDs[name]).round(3))
ratios = JSDs["lost"] / JSDs["uneven"]
claim("lost modes count 3.6 times as much as uneven ones, and with packs of five 3.3 times",
      np.all(np.abs(ratios[[0, 4]] - [3.6, 3.3]) < 0.05), ratios=ratios[[0, 4]])

# %% [markdown]
# With pairs the generator that lost modes is at TV .36 and the uneven one at .24: this is the
# argument for packing. But look at 2 JSD, which is what our game is worth, but for log 4. There is
# no tie at pack = 1: lost modes count 3.6 times as much as uneven ones, and at pack = 5 still 3.3
# times. Packing raises all of them by about the same factor. So for the best D of this game the
# argument is weaker than it looks. The other reason is (36.2): a G that hops shows up in packs
# only.
#
# ## Minibatch discrimination: each case beside its batch
#
# A second way (Salimans et al. 2016) lets D judge each case alone, but tells it how like the case
# is to the rest of its batch. A layer takes features x (N, D). For each of B kernels it measures
# distances in C directions, by weights T (D, B, C) that are learnt, and adds B numbers to each
# row:
#
#     M_nbc = Σ_i x_ni T_ibc          close_nmb = exp(-Σ_c |M_nbc - M_mbc|)
#     o_nb = Σ_{m≠n} close_nmb,   y_n = [x_n, o_n]                                           (36.6)
#
# o is near N - 1 where all cases are alike, near 0 where each is for itself. In a hopping batch of
# bits o is as large as it can be; in a real one only if all N bits happen to agree. So single rows
# differ as far as whole batches do:
#
#     TV of the rows [x, o] of real and of hopping batches = 1 - ½^(N-1)                     (36.7)

# %% (36.6) and (36.7) minibatch discrimination
def slow_discrimination(x, T):
    """[x, o] by the definition, a pair of rows at a time."""
    n_rows, n_kernels, n_directions = len(x), T.shape[1], T.shape[2]
    o = np.zeros((n_rows, n_kernels))
    for n, m in itertools.permutations(range(n_rows), 2):
        for b in range(n_kernels):
            distance = 0.0
            for c in range(n_directions):
                distance += abs(x[n] @ T[:, b, c] - x[m] @ T[:, b, c])
            o[n, b] += math.exp(-distance)
    return np.hstack([x, o])


x, layer = rng.normal(size=(5, 3)), MinibatchDiscrimination(rng.normal(size=(3, 2, 2)))
y, _ = layer.forward(x)
verify("(36.6) o_nb = Σ_{m≠n} close_nmb, y_n = [x_n, o_n]", y, slow_discrimination(x, layer.T))

one_kernel = MinibatchDiscrimination(np.ones((1, 1, 1)))
in_real, in_hopping = {}, {}  # probability of each row [x, o]
for batch, of_real, of_hopping in zip(batches, real, hopping):
    rows, _ = one_kernel.forward(batch[:, None])
    for row in rows.round(9):
        key = tuple(row)
        in_real[key] = in_real.get(key, 0) + of_real / N
        in_hopping[key] = in_hopping.get(key, 0) + of_hopping / N
of_rows = total_variation(np.array(list(in_real.values())), np.array(list(in_hopping.values())))
verify("(36.7) TV of the rows [x, o] = 1 - ½^(N-1)", of_rows, 1 - 0.5 ** (N - 1))

# %% [markdown]
# ## What each buys
#
# The ring of lesson 31 with modes five times as wide, so that 500 steps of small networks get
# somewhere: three layers of 32 leaky ReLUs each, four numbers of noise, batches of 32, D at six
# times G's rate. With these the plain game loses modes. One thing is changed at a time: D sees
# pairs; or D has minibatch discrimination, 4 kernels of 2 directions, before its last weights.
# Twelve starts of each, the same twelve; ± is a standard error.

# %% experiment: plain, packed, with minibatch discrimination
def play(seed, ring, packing=1, discrimination=None, penalty=None, steps=500):
    """2,500 samples after a short run."""
    rng = np.random.default_rng([36, seed])
    G = init_mlp([4, 32, 32, 32, 2], rng)
    D = init_mlp([2 * packing, 32, 32, 32, 1], rng, discrimination=discrimination)
    gan = make_gan(G, D, packing=packing)
    gan, _ = train_gan(gan, ring, steps=steps, rng=rng, penalty=penalty, batch_size=32, rate=0.006,
                       discriminator_rate=0.036, schedule="linear", log_every=steps)
    return generate(gan, 2_500, rng)


RING = to_unit_spread(MixtureOfGaussians(ring_of_gaussians().centres, sigma=0.05))
SETTINGS = {"plain": {}, "pairs": {"packing": 2}, "minibatch d.": {"discrimination": (4, 2)}}
first_samples, figures = {}, {}
print("                          modes    high quality      reverse KL")
for name, settings in SETTINGS.items():
    rows = []
    for seed in range(12):
        samples = play(seed, RING, **settings)
        found = evaluate_coverage(samples, RING)
        rows.append((found.modes, found.high_quality, found.reverse_kl))
        first_samples.setdefault(name, samples)
    figures[name] = np.array(rows)  # (12, 3)
    means, errors = figures[name].mean(axis=0), figures[name].std(axis=0, ddof=1) / np.sqrt(12)
    columns = [f"{mean:6.3f} ± {error:.3f}" for mean, error in zip(means, errors)]
    print(f"  {name:14}", "  ".join(columns))
perfect = evaluate_coverage(draw_mixture(RING, 2_500, np.random.default_rng(36)), RING)
print(f"  real: {perfect}")

modes = {name: rows[:, 0].mean() for name, rows in figures.items()}
good = {name: rows[:, 1].mean() for name, rows in figures.items()}
claim("the plain game loses modes", modes["plain"] < 7.3, modes=modes["plain"])
claim("pairs and minibatch discrimination bring back some of them, on average",
      min(modes["pairs"], modes["minibatch d."]) > modes["plain"] + 0.2,
      plain=modes["plain"], pairs=modes["pairs"], minibatch=modes["minibatch d."])
claim("the plain game has the highest fraction of good samples",
      good["plain"] > 0.02 + max(good["pairs"], good["minibatch d."]),
      plain=good["plain"], pairs=good["pairs"], minibatch=good["minibatch d."])

# %% figure: the first of twelve starts
fig, axes = plots.new_figure(1, 3, width=9, height=3.4)
for ax, (name, samples) in zip(axes, first_samples.items()):
    plots.draw_scatter(ax, samples[:800], RING, title=f"{name}: {figures[name][0, 0]:.0f} modes, "
                       f"{figures[name][0, 1]:.0%} good")
    ax.title.set_fontsize(10)
plots.save(fig, "36_samples.png")

# %% [markdown]
# **What to see.** After 500 steps all have found the ring, and none has cut it into clean modes.
# The plain game serves an arc of it, and has the highest fraction of good samples: by that figure
# alone one would choose it. Pairs and minibatch discrimination bring back most of the modes, and
# serve them unevenly. Both pay with a lower fraction, since a G that serves the whole ring has more
# to learn. Lin et al. report the like for 25 modes and long runs: 17.3 modes without packing and
# 23.8 with pairs.
#
# The price: packing costs next to no time, as D has half as many rows with twice the inputs.
# Minibatch discrimination compares all pairs of a batch, and is the slowest. And a remedy that
# looks at single cases only, lesson 32's R1, may do as well: exercise 3.
#
# ## What goes wrong
#
# - Four starts, and a conclusion. Pairs gain about two modes here. The cell draws four of the
#   twelve starts again and again, and asks how often one would have seen at most half of that.
# - Packs of mixed sources: if a pack holds real cases and fakes, there is no answer for D to learn.

# %% wrong: four starts are none
rng = np.random.default_rng(36)
no_better = 0
for _ in range(2_000):
    plain_mean = figures["plain"][rng.permutation(12)[:4], 0].mean()
    pairs_mean = figures["pairs"][rng.permutation(12)[:4], 0].mean()
    no_better += pairs_mean <= plain_mean + 1
print(f"  four starts of each: pairs gain at most one mode in {no_better / 2_000:.0%} of the draws")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 36 --stop discriminator_input:3
#
# stops in the cell of (36.3), where single cases become pairs. 72 one-hot rows go in; `n`, `u` and
# `n` lead up to the gradient and past the line that asked for it, and there are 36 rows of two
# cases each.
#
#     (Pdb) p gan.packing
#     2
#     (Pdb) p x
#     array float64 (72, 3) [0, 1]
#     (Pdb) n
#     (Pdb) u
#     (Pdb) n
#     (Pdb) p real_input
#     array float64 (36, 6) [0, 1]
#
# ## Exercises
#
# 1. On paper: show that TV(p^pack, q^pack) <= 1 - (1 - TV(p, q))^pack. (What p and q share, min(p,
#    q), has the mass 1 - TV(p, q).)
# 2. In code: go backward through minibatch discrimination. Where does close_nmb stand in y? Write
#
#        def discrimination_backward(x, T, dy):
#            """(dx, dT) from dy = [dy_x, do] (N, D + B); x (N, D), T (D, B, C)."""
#
#    and hold it against `MinibatchDiscrimination(T).backward`: `lessons/solutions/36.md` shows the
#    check.
# 3. In code: run `play` with R1 (lesson 32) of γ = 0.1 in the place of packs, over the same twelve
#    starts. What does it do to the modes, and to the reverse KL?
#
# `dgm course release 36 --out .` writes a file for the exercise in code, and
# `dgm course check 36` judges what you write into it.
#
# Solutions: `lessons/solutions/36.md`, for when you have tried.
