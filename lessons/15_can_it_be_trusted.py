# %% [markdown]
# # Can it be trusted? Walks in both directions, and what none of them has seen
#
# Lesson 14 walked from a base up to the model and got an estimate of log Z with an error bar. This
# lesson walks down as well, which bounds log Z from the other side, and joins the two. Then it
# builds a model for which both directions agree to a hundredth of a nat, the bars vanish, and both
# are wrong by 4.6 nats. What can be done about that?
#
# Afterwards you can
#
# - prove that walks down from exact samples bound log Z from above, and say why they seldom are;
# - join both directions by Bennett's rule;
# - say what no error bar can see, and read the verdict of `evaluate_rbm`.
#
# About an hour and a half. You need lesson 14, and detailed balance (lesson 6).
#
# ## Turning a walk around
#
# Lesson 14's walk visits v_0, v_1, ..., v_{L-1} and has the weight w. Its path has the probability
#
#     P_up = p_0(v_0) T_1(v_0→v_1) T_2(v_1→v_2) ... T_{L-1}(v_{L-2}→v_{L-1})
#
# Now go the other way: take v_{L-1} from the model itself, then v_{L-2} by a step of T_{L-1}, and
# so on down to v_0. This path has the probability
#
#     P_down = p(v_{L-1}) T_{L-1}(v_{L-1}→v_{L-2}) ... T_1(v_1→v_0)
#
# How do the two compare? A block Gibbs step of the model l goes by way of some h:
#
#     p_l(v) T_l(v→v') = Σ_h p_l(v) p_l(h given v) p_l(v' given h)
#                      = Σ_h p_l(v, h) p_l(v', h) / p_l(h)
#
# In the last form v and v' can change places. That is detailed balance:
#
#     p_l(v) T_l(v→v') = p_l(v') T_l(v'→v)                                    (15.1)
#
# Lesson 14 wrote factor l of the weight as w_l = Z_{l+1} p_{l+1}(v_l) / (Z_l p_l(v_l)), so that the
# front of P_down, with l = L - 1, is
#
#     p(v_l) T_l(v_l→v_{l-1}) = w_l (Z_l / Z_L) p_l(v_l) T_l(v_l→v_{l-1})       by w_l
#                             = w_l (Z_l / Z_L) p_l(v_{l-1}) T_l(v_{l-1}→v_l)   that is (15.1).
#
# One step has been turned around, w_l stands in front, and p_l(v_{l-1}) is where p was. Do it
# again, down to v_0. The steps become those of P_up, the w_l become w, and the Z become Z_0 / Z_L
# (Crooks 1999):
#
#     P_down = P_up · w · Z_base / Z                                          (15.2)
#
# ## A bound from above
#
# Divide (15.2) by w and sum over all paths. E_down is the mean over walks down:
#
#     E_down[1 / w] = Z_base / Z                                              (15.3)
#
# In the example of lesson 14, with one leap:
#
#     v                          [0, 0]   [1, 0]   [0, 1]   [1, 1]
#     p(v)                        .303     .197     .197     .303
#     w                           .568     .368     .368     .568
#     p(v) / w                    .534     .534     .534     .534       sum 2.138 = 8 / 3.742
#
# Jensen's inequality for 1/w, E[log (1/w)] <= log E[1/w], turns around when the signs do:
#
#     E_down[log w] >= log(Z / Z_base)                                        (15.4)
#
# So walks down bound log Z from above, on average, as walks up do from below. But they must start
# at **exact samples of the model**. If we had these, half of our troubles would be over. In
# practice they start where long Gibbs chains have come to; then (15.4) is an estimate and no bound
# (Burda, Grosse and Salakhutdinov 2015).

# %% (15.1) to (15.4) every path of three steps, up and down
import itertools

import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.energy import (
    RBM, evaluate_rbm, free_energy, gibbs_step, hidden_probs, init_rbm, log_likelihood,
    log_partition, train_rbm, visible_probs)
from numpy_dgm.energy.annealing import (
    base_log_partition, base_rbm, bennett, between, forward_walks, reverse_walks)
from numpy_dgm.energy.evaluation import outlier_limit
from numpy_dgm.foundation.enumeration import all_bits, draw_states, product_of_bernoullis
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.verify import claim, verify, verify_at_most, verify_mean

rng = np.random.default_rng(15)
D, K, L = 3, 2, 3
betas = np.array([0.0, 0.3, 0.6, 1.0])
rbm = RBM(W=rng.normal(scale=2.0, size=(D, K)), b=rng.normal(size=D), c=rng.normal(size=K))
base = base_rbm(rbm, data_mean=np.array([0.3, 0.6, 0.8]))
log_ratio = log_partition(rbm) - base_log_partition(base)  # log(Z / Z_base)

every_v = all_bits(D)  # (2^D, D)
every_h = all_bits(K)  # (2^K, K)
exp_minus_F, steps, flow = [], [], []  # of every model l
for beta in betas:
    model = between(base, rbm, beta)
    weight = np.exp(-free_energy(model, every_v))  # (2^D,)
    to_h = product_of_bernoullis(hidden_probs(model, every_v))  # (2^D, 2^K) p(h given v)
    to_v = product_of_bernoullis(visible_probs(model, every_h))  # (2^K, 2^D) p(v given h)
    T = to_h @ to_v  # (2^D, 2^D)
    p_l = weight / weight.sum()
    exp_minus_F.append(weight)
    steps.append(T)
    flow.append(p_l[:, None] * T)  # p_l(v) T_l(v→v'): row v, column v'
flow = np.array(flow)
verify("(15.1) p_l(v) T_l(v→v') = p_l(v') T_l(v'→v)", flow, flow.transpose(0, 2, 1))

p_base = exp_minus_F[0] / exp_minus_F[0].sum()
p = exp_minus_F[L] / exp_minus_F[L].sum()
paths = np.array(list(itertools.product(range(2**D), repeat=L)))  # (8^3, L) rows of v_0, v_1, v_2
P_up = p_base[paths[:, 0]]
P_down = p[paths[:, L - 1]]
w = exp_minus_F[1][paths[:, 0]] / exp_minus_F[0][paths[:, 0]]
for l in range(1, L):
    P_up = P_up * steps[l][paths[:, l - 1], paths[:, l]]
    P_down = P_down * steps[l][paths[:, l], paths[:, l - 1]]
    w = w * exp_minus_F[l + 1][paths[:, l]] / exp_minus_F[l][paths[:, l]]
verify("(15.2) P_down = P_up · w · Z_base / Z", P_down, P_up * w * np.exp(-log_ratio))

verify("(15.3) E_down[1 / w] = Z_base / Z, over all paths", np.sum(P_down / w), np.exp(-log_ratio))
exact_samples = every_v[draw_states(p, 20_000, rng)]
rng_of_many = np.random.default_rng(150)
many_down = reverse_walks(rbm, base, 5, exact_samples, rng_of_many)  # five models on the path
log_w_down = many_down.log_weights - base_log_partition(base)  # the library adds log Z_base
verify_mean("(15.3) over walks down", np.exp(-log_w_down), np.exp(-log_ratio))
verify_at_most("(15.4) E_down[log w] >= log(Z / Z_base)", log_ratio, P_down @ np.log(w))
print(f"log(Z / Z_base) {log_ratio:.3f} lies between E[log w] {P_up @ np.log(w):.3f} "
      f"and E_down[log w] {P_down @ np.log(w):.3f}")

# %% [markdown]
# ## Both directions in one
#
# The mean of w lives on the largest w, which few walks up find. The mean of 1/w lives on the
# smallest, which few walks down find. Bennett (1976) uses what both know. Let there be as many
# walks up as down, and write R = Z / Z_base. As σ(x) = exp(x) σ(-x), for every path
#
#     P_up σ(log w - log R) = P_up (w / R) σ(log R - log w)
#                           = P_down σ(log R - log w)                         (15.2) once more.
#
# Summed over all paths:
#
#     E_up[σ(log w - log R)] = E_down[σ(log R - log w)]                       (15.5)
#
# The left side falls as R grows, the right side rises, so there is just one R at which they meet.
# `bennett` puts the walks in the place of E, and finds it by bisection. To all log w it has added
# log Z_base, so that log R becomes log Z:
#
#     Σ_up σ(log w - log Z) = Σ_down σ(log Z - log w)                         (15.6)
#
# σ is never above 1. So no single walk can dominate, and those count most that have a w which
# occurs in both directions. (With M_up walks up and M_down down, log Z + log (M_up / M_down) stands
# in the place of log Z, on both sides: exercise 2.)

# %% (15.5) and (15.6) both directions
left_side = P_up @ sigmoid(np.log(w) - log_ratio)
right_side = P_down @ sigmoid(log_ratio - np.log(w))
verify("(15.5) E_up[σ(log w - log R)] = E_down[σ(log R - log w)]", left_side, right_side)
up = forward_walks(rbm, base, 4, 200, rng)
down = reverse_walks(rbm, base, 4, exact_samples[:200], rng)
log_z, error = bennett(up, down)
left_side = sigmoid(up.log_weights - log_z).sum()
right_side = sigmoid(log_z - down.log_weights).sum()
verify("(15.6) Σ_up σ(log w - log Z) = Σ_down σ(log Z - log w)", left_side, right_side)
few_up = forward_walks(rbm, base, 4, 50, rng)
log_z_of_few, _ = bennett(few_up, many_down)  # 50 up, 20,000 down
moved = log_z_of_few + np.log(50 / 20_000)
left_side = sigmoid(few_up.log_weights - moved).sum()
right_side = sigmoid(moved - many_down.log_weights).sum()
verify("(15.6) with 50 walks up and 20,000 down", left_side, right_side)
print(f"log Z {log_partition(rbm):.3f}: up {up.log_z:.3f} ± {up.standard_error:.3f}, "
      f"down {down.log_z:.3f} ± {down.standard_error:.3f}, both {log_z:.3f} ± {error:.3f}")

# %% [markdown]
# ## Two models
#
# The first has 16 hidden units and is trained on digits, as in lesson 14.
#
# The second is made by hand, to deceive: a picture of 6 x 6 pixels, a ring, and its negative. With
# xᵢ = 1 for the ring's pixels and -1 for the others, pixel i has the weight .8 xᵢ to all 8 hidden
# units. The biases make up for them, so that both pictures are equally probable. Then b moves by
# -5 xᵢ / 36, and the negative holds a hundred times the mass of the ring. But **the data are
# rings**. A learner that looks only near the data, as CD does, would not have noticed.
#
# Walks go up from the base rates of the data. Walks down start where 200 Gibbs steps from the data
# end. 100 walks make an estimate, and every estimate is made twenty times.


# %% experiment: up, down and both, against the number of models on the path
def run_chains(rbm, v, n_steps, rng):
    """v (M, D) after so many Gibbs steps."""
    for _ in range(n_steps):
        v = gibbs_step(rbm, v, rng)
    return v


rng = np.random.default_rng(8)
train = open_data("digits", part="train")
start = init_rbm(64, 16, rng, train)
of_digits, _ = train_rbm(start, train, epochs=20, rate=1.0, rng=rng)

picture = np.zeros((6, 6))
picture[1:5, 1:5] = 1
picture[2:4, 2:4] = 0
ring = picture.ravel()
x = 2 * ring - 1
W = np.outer(0.8 * x, np.ones(8))
of_rings = RBM(W=W, b=-W.sum(axis=1) / 2 - 5 * x / 36, c=-W.sum(axis=0) / 2)
rings = run_chains(of_rings, np.tile(ring, (200, 1)), 50, rng)

counts = [2, 4, 8, 16, 32, 64]
R = 20
off = {}  # name -> (3, counts, R) nats off log Z: up, down, both
for name, model, data in (("digits", of_digits, train[:]), ("ring", of_rings, rings)):
    exact = log_partition(model)
    base_here = base_rbm(model, data.mean(axis=0))
    off[name] = np.zeros((3, len(counts), R))
    bar = np.zeros((len(counts), R))
    print(f"{name}, nats off log Z = {exact:.2f}, and sd")
    print("models             up           down           both")
    for row, count in enumerate(counts):
        for r in range(R):
            chosen = rng.integers(len(data), size=100)
            starts = run_chains(model, data[chosen], 200, rng)
            up = forward_walks(model, base_here, count, 100, rng)
            down = reverse_walks(model, base_here, count, starts, rng)
            log_z, bar[row, r] = bennett(up, down)
            off[name][:, row, r] = np.array([up.log_z, down.log_z, log_z]) - exact
        mean, sd = off[name][:, row].mean(axis=1), off[name][:, row].std(axis=1)
        print(f"{count:6} {mean[0]:9.2f} {sd[0]:5.2f} {mean[1]:9.2f} {sd[1]:5.2f} "
              f"{mean[2]:9.2f} {sd[2]:5.2f}")

sd = off["digits"].std(axis=2)  # (3, counts)
up_off, down_off = off["digits"][:2, 0].mean(axis=1)
claim("digits, 2 models: up is too low and down too high, by more than .4 nats on average",
      up_off < -0.4 and down_off > 0.4, up=up_off, down=down_off)
mean_sd = sd[:, :4].mean(axis=1)  # over 2, 4, 8 and 16 models
claim("digits, up to 16 models: both together scatter by less than three quarters of either alone",
      (mean_sd[2] < 0.75 * mean_sd[:2]).all(), up=mean_sd[0], down=mean_sd[1], both=mean_sd[2])
claim("digits, 32 or 64 models: both are within .3 nats", np.abs(off["digits"][2, 4:]).max() < 0.3,
      farthest=np.abs(off["digits"][2, 4:]).max())
claim("ring: up, down and both are 4.6 nats too low, whatever the number of models",
      np.abs(off["ring"] + 4.6).max() < 0.3, off=off["ring"].mean(axis=2).ravel())
claim("ring: the interval of both, at 64 models, is a few hundredths of a nat wide",
      (1.96 * bar[-1]).max() < 0.05, widest=(1.96 * bar[-1]).max())

fig, (left, middle, right) = plots.new_figure(1, 3, width=9.5, height=3.2)
for ax, name in ((left, "digits"), (middle, "ring")):
    for which, label in enumerate(("up", "down, from the data", "both")):
        style = ("o-", "s--", "^:")[which]
        ax.plot(counts, off[name][which].mean(axis=1), style, label=label)
        low, high = np.quantile(off[name][which], [0.1, 0.9], axis=1)
        ax.vlines(counts, low, high, color=f"C{which}", linewidth=1)
    ax.axhline(0, color="black", linewidth=1)
    ax.set(xlabel="models on the path", xscale="log", ylim=(-5.5, 4), title=name)
    ax.set_xticks(counts, counts)
    ax.minorticks_off()
left.set_ylabel("nats off log Z")
left.legend(fontsize=9)
pictures = np.array([ring, 1 - ring])
plots.draw_tiles(right, pictures, columns=2, title="ring: the data; where the mass is")
for edge in right.spines.values():
    edge.set_visible(True)
plots.save(fig, "15_directions.png")

# %% [markdown]
# **What to see.** On the left the two directions close in on the truth from both sides (lines:
# eight estimates in ten), and both together are there first. A single estimate can be on the wrong
# side of the truth, and often is: (14.8) and (15.4) speak of averages of log w.
#
# In the middle all agree from the start, the lines cannot be seen, and everything is off by
# log(101) = 4.6 nats. Walks that meet only rings measure the mass of the rings. log p of the data
# comes out 4.6 nats too good, and more models on the path do not help.
#
# ## What a walk from elsewhere shows
#
# So neither bars nor agreement tell of a region that no walk has found. One has to look elsewhere:
# start chains at places that have nothing to do with the data, let them run, and walk down from
# where they end. What would one see? By (15.2) each path has w = R · P_down / P_up. From a region
# that walks up hardly ever reach, P_up is nearly 0 and w is huge: the walk stands out like a
# lighthouse. How far it stands out is no estimate of Z. It says: here is something that you have
# not weighed.
#
# How large is too large? Sum (15.2) over all paths that have the same w:
#
#     p_down(log w) = p_up(log w) · w · Z_base / Z                            (15.7)
#
# So large w are more frequent on the way down, and if walks up reach everywhere, w tells by how
# much. Let log w be normal on the way up, with the standard deviation sd. Multiplied by w =
# exp(log w), a normal density is normal again, with the same sd and a mean larger by sd² (complete
# the square). By (14.7) the means lie at log R - sd²/2 and log R + sd²/2. Hence the limit above
# which a walk stands out for `evaluate_rbm`: with log Z_base added to all log w, it is
# log Z + sd²/2 + 3 sd + 2 nats.

# %% (15.7) the distribution of log w, up and down
edges = np.quantile(np.log(w), np.linspace(0, 1, 11))
edges[-1] += 1e-9
bins = np.digitize(np.log(w), edges)
by_steps = np.bincount(bins, weights=P_down)
by_weight = np.bincount(bins, weights=P_up * w * np.exp(-log_ratio))
verify("(15.7) p_down(log w) = p_up(log w) · w · Z_base / Z, in ten bins", by_steps, by_weight)

# %% experiment: the verdict
rng = np.random.default_rng(5)
judged = {"digits": evaluate_rbm(of_digits, train, rng, method="ais", n_temperatures=300),
          "ring": evaluate_rbm(of_rings, rings, rng, method="ais", n_temperatures=300)}
for name, evaluation in judged.items():
    print(f"--- {name}\n{evaluation}")
print(f"ring, exactly: log p a case is {log_likelihood(of_rings, rings).mean():.3f}")

found = judged["ring"].reverse["mirrored base rates"].log_weights
limit = outlier_limit(judged["ring"].forward)
claim("digits: trusted", judged["digits"].trusted)
claim("ring: not trusted", not judged["ring"].trusted)
claim("ring: walks down from the mirrored base rates are more than 10 nats above the limit",
      np.median(found) > limit + 10, median=np.median(found), limit=limit)

fig, axes = plots.new_figure(1, 2, width=9.5, height=3.0)
for ax, (name, evaluation) in zip(axes, judged.items()):
    walks = {"up, from the base": evaluation.forward}
    for place, down in evaluation.reverse.items():
        walks[f"down, {place}"] = down
    for row, one in enumerate(walks.values()):
        jitter = row + 0.3 * np.linspace(-1, 1, len(one.log_weights))
        ax.plot(one.log_weights, jitter, ".", color="C0" if row == 0 else "C1", markersize=3)
    ax.axvline(outlier_limit(evaluation.forward), color="0.4", linestyle="--", linewidth=1)
    ax.set(title=name, xlabel="log w of each walk (dashed: the limit)")
    ax.set_yticks(range(len(walks)), walks if ax is axes[0] else [""] * len(walks), fontsize=8)
    ax.invert_yaxis()
plots.save(fig, "15_verdict.png")

# %% [markdown]
# **What to see.** Each dot is a walk. Walks down begin at five places: where walks up ended, the
# data, and the ends of chains from three places that know nothing of the data. For the digits all
# agree. For the ring, walks from the first two agree; from the other three many or all lie far to
# the right of the limit, and the verdict is "do not trust".
#
# A region that no chain has found is still unseen. "trust" means: a search found nothing.
#
# ## What goes wrong
#
#     the effective sample size is the test    for the ring it is perfect
#     walks down from the data alone           they know what the data know
#     only the joint estimate is read          a mean of 1/w hides the largest w
#
# The last one is why the verdict looks at each walk. About half of the walks down from random
# hidden layers tell of the other region, and their joint log Z is hardly higher than that of the
# rings: 1/w of those walks is nearly 0.

# %% wrong: the effective sample size as a test; one direction's joint estimate alone
evaluation = judged["ring"]
print(f"ring: effective sample size {evaluation.forward.effective_sample_size:.1f} of 100 up, "
      f"{evaluation.reverse['the data'].effective_sample_size:.1f} of 50 down, and 4.6 nats off")
elsewhere = evaluation.reverse["random hidden layers"]
above = np.mean(elsewhere.log_weights > limit)
print(f"walks down from random hidden layers: {above:.0%} above the limit, "
      f"joint log Z {elsewhere.log_z:.1f}, of the rings alone {evaluation.forward.log_z:.1f}")

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 15 --stop bennett
#
# stops where the 200 walks up and the 200 walks down of the small model are joined. A walk's log w
# is its own estimate of log Z; each direction's joint estimate is there already:
#
#     (Pdb) p forward.log_weights
#     array float64 (200,) [2.73, 7.09]
#     (Pdb) p reverse.log_weights
#     array float64 (200,) [3.99, 7.09]
#     (Pdb) p round(forward.log_z, 2), round(reverse.log_z, 2)
#     (6.45, 6.53)
#
# ## Exercises
#
# 1. On paper: walks find only the lighter of two far modes, and the other holds exp(a) times its
#    mass. How far off is log Z? Which a has the ring?
# 2. On paper: let there be M_up walks up and M_down walks down. Show that (15.5) then reads
#    M_up E_up[σ(log w - log R - m)] = M_down E_down[σ(log R + m - log w)], m = log(M_up / M_down).
# 3. In code:
#
#        def join(log_w_up, log_w_down):
#            """log Z by (15.6), from as many walks up (M,) as down (M,), by bisection: a number."""
#
#    Hold it against `bennett` for the walks of a small model: `lessons/solutions/15.md` shows the
#    check.
#
# `dgm course release 15 --out .` writes a file for the exercise in code, and
# `dgm course check 15` judges what you write into it.
#
# Solutions: `lessons/solutions/15.md`, for when you have tried.
