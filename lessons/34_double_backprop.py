# %% [markdown]
# # Double backprop: the gradient of a gradient
#
# R1 makes a discriminator pay for its slope at the data (lesson 32), the gradient penalty for a
# slope that is not 1 (lesson 33). Both are functions of g = ∂s/∂x, and g is itself the result of a
# backward pass. So how does a weight learn from them? By going backward through the backward pass.
# It is the hardest step of this course, and it is worked here in numbers first.
#
# Afterwards you can
#
# - find the gradient of a slope penalty by hand, for a network with a tanh unit;
# - write the recursion down for any stack of layers, and say where φ'' comes in;
# - say which networks need no second derivative at all.
#
# About an hour and a half. You need backprop (lesson 20), gradient checks (lesson 21) and the two
# penalties (lessons 32 and 33).
#
# ## One tanh unit, by hand
#
# The smallest discriminator that is curved: one input, one tanh unit, one output.
#
#     x = 1  →  y = w_1 x = .5  →  a = tanh(y) = .462  →  s = w_2 a = .924       w_1 = .5, w_2 = 2
#
# Backward, as in lesson 20, from ds = 1: the slope of s by each of these.
#
#     d_s = 1     d_a = d_s w_2 = 2     d_y = d_a (1 - a²) = 2 · .786 = 1.573     g = d_y w_1 = .786
#
# The penalty is P = ½ g² (R1 with γ = 1 and one case), so ∂P/∂g = g = .786. Now read the line
# above as a network of its own: it has the input d_s, two weights, and the output g. Go backward
# through it, that is from g to the left. Call u the slope of P by each of the d:
#
#     u_g = .786
#     g = d_y w_1:          u_y = u_g w_1 = .393          and w_1 gets  u_g d_y  = 1.237
#     d_a (1 - a²):         u_a = u_y (1 - a²) = .309
#     d_a = d_s w_2:                                      and w_2 gets  u_a d_s  = .309
#
# Is that all? Not for w_1. The factor 1 - a² also depends on y, and so on w_1. As y moves in that
# place alone, d_y = d_a φ'(y) changes by d_a φ''(y), where φ'' = -2 a (1 - a²) for tanh:
#
#     extra_y = u_y d_a φ''(y) = .393 · 2 · (-.727) = -.572
#     y = w_1 x:                                          and w_1 gets  extra_y x = -.572
#
#     ∂P/∂w_1 = 1.237 - .572 = .665          ∂P/∂w_2 = .309                             (34.1)
#
# The penalty wants w_1 smaller, but not as much as the first part alone would say: a larger w_1
# also drives the unit into its flat part, where g is small.

# %% (34.1) one tanh unit, by differences and by the library
import numpy as np

from numpy_dgm import plots
from numpy_dgm.adversarial.penalties import gradient_penalty, input_gradient, r1_penalty
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import claim, verify
from numpy_dgm.neural import MLP, Affine, Linear, Softplus, Tanh, init_mlp

x, w_1, w_2 = 1.0, 0.5, 2.0
y = w_1 * x
a = np.tanh(y)
d_s = 1.0
d_a = d_s * w_2
d_y = d_a * (1 - a**2)
g = d_y * w_1
print(f"  backward         d_a {d_a:.3f}   d_y {d_y:.3f}   g {g:.3f}")
u_g = g
u_y = u_g * w_1
u_a = u_y * (1 - a**2)
extra_y = u_y * d_a * (-2 * a * (1 - a**2))
print(f"  backward again   u_y {u_y:.3f}   u_a {u_a:.3f}   extra_y {extra_y:.3f}")
by_w_1 = u_g * d_y + extra_y * x
by_w_2 = u_a * d_s
print(f"  ∂P/∂w_1 {by_w_1:.3f}   ∂P/∂w_2 {by_w_2:.3f}")


def tiny_penalty(w_1, w_2):
    g = w_2 * (1 - np.tanh(w_1 * x) ** 2) * w_1
    return 0.5 * g**2


step = 1e-5
slow_w_1 = (tiny_penalty(w_1 + step, w_2) - tiny_penalty(w_1 - step, w_2)) / (2 * step)
slow_w_2 = (tiny_penalty(w_1, w_2 + step) - tiny_penalty(w_1, w_2 - step)) / (2 * step)
verify("(34.1) ∂P/∂w_1, ∂P/∂w_2, by differences", [by_w_1, by_w_2], [slow_w_1, slow_w_2], 1e-8)
tiny = MLP((Linear(np.array([[w_1]])), Tanh(), Linear(np.array([[w_2]]))))
_, by_library = r1_penalty(tiny, np.array([[x]]), 1.0)
verify("(34.1) ∂P/∂w_1, ∂P/∂w_2, by the library", flatten(by_library), [by_w_1, by_w_2])
verify("(34.1) .665 and .309", np.round([by_w_1, by_w_2], 3), [0.665, 0.309])

# %% [markdown]
# ## Any stack of layers
#
# Number the layers 1 to L. y_0 = x goes in, y_l stands behind layer l, and y_L = s comes out. For a
# batch, each row its own case: y_l is (N, width of layer l). There are four sweeps: forward,
# backward, and then the backward pass is read as a network of its own and gone through backward,
# which means upwards, and at last the forward pass. Here are the first two.
#
# **1. Forward**: y_l = layer l of y_{l-1}.
#
# **2. Backward**, for g: with d_l = ∂s/∂y_l, one row a case,
#
#     d_L = 1,   d_{l-1} = layer l backward of d_l,   g = d_0                           (34.2)
#
#     affine,       y W + b:       d_{l-1} = d_l Wᵀ
#     elementwise,  φ(y):          d_{l-1} = d_l φ'(y_{l-1})          entry by entry


# %% (34.2) sweeps 1 and 2
def activation(layer, y):
    """φ(y), φ'(y) and φ''(y), each like y."""
    if isinstance(layer, Tanh):
        a = np.tanh(y)
        return a, 1 - a**2, -2 * a * (1 - a**2)
    if isinstance(layer, Softplus):
        p = 1 / (1 + np.exp(-y))
        return np.log(1 + np.exp(y)), p, p * (1 - p)
    slope = np.where(y > 0, 1.0, 0.2)  # leaky ReLU
    return slope * y, slope, np.zeros_like(y)


def forward(mlp, x):
    """Sweep 1: [y_0, ..., y_L], each (N, width)."""
    ys = [x]
    for layer in mlp.layers:
        if isinstance(layer, Affine):
            y = ys[-1] @ layer.W + layer.b
        else:
            y, _, _ = activation(layer, ys[-1])
        ys.append(y)
    return ys


def backward(mlp, ys):
    """Sweep 2: [d_0, ..., d_L], each (N, width); d_0 is g."""
    d = np.ones_like(ys[-1])
    ds = [d]
    for place in reversed(range(len(mlp.layers))):
        layer = mlp.layers[place]
        if isinstance(layer, Affine):
            d = d @ layer.W.T
        else:
            _, slope, _ = activation(layer, ys[place])
            d = d * slope
        ds.append(d)
    return ds[::-1]


def with_biases(kind, rng):
    """A network of two hidden layers in float64, whose biases are not 0."""
    mlp = init_mlp([2, 4, 3, 1], rng, hidden=kind, init="xavier", dtype=np.float64)
    for layer in mlp.layers:
        if isinstance(layer, Affine):
            layer.b[:] = 0.3 * rng.standard_normal(layer.b.shape)
    return mlp


rng = np.random.default_rng(34)
x_real, x_fake = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
networks = {}
for kind in ("tanh", "softplus", "leaky_relu"):
    networks[kind] = with_biases(kind, rng)

step = 1e-5
for kind in ("tanh", "softplus"):  # a leaky ReLU has kinks, where differences may be wrong
    mlp = networks[kind]
    slow_g = np.zeros((5, 2))
    for i in range(2):
        move = np.zeros(2)
        move[i] = step
        up, down = forward(mlp, x_real + move)[-1], forward(mlp, x_real - move)[-1]
        slow_g[:, i] = (up - down)[:, 0] / (2 * step)
    g = backward(mlp, forward(mlp, x_real))[0]
    verify(f"(34.2) g = d_0, {kind}", g, slow_g, 1e-8)
    g_library, _, _ = input_gradient(mlp, x_real)
    verify(f"(34.2) g = d_0, {kind}, the library's", g_library, slow_g, 1e-8)

# %% [markdown]
# ## Sweeps 3 and 4
#
# **3. Up through the backward pass**, for what the d depend on: u_l = ∂P/∂d_l, from u_0 = ∂P/∂g.
# Each rule of sweep 2 has two things in it, d_l and W or d_l and y_{l-1}. Each gets its part; what
# y_{l-1} gets is called extra_{l-1}.
#
#     affine,  d_{l-1} = d_l Wᵀ:
#         u_l = u_{l-1} W        W gets u_{l-1}ᵀ d_l        b gets 0        extra_{l-1} = 0
#     elementwise,  d_{l-1} = d_l φ'(y_{l-1}):
#         u_l = u_{l-1} φ'(y_{l-1})        extra_{l-1} = u_{l-1} d_l φ''(y_{l-1})
#
# **4. Down through the forward pass**: extra_{l-1} is the slope of P by y_{l-1}, as far as sweep 2
# used it in that place. But y_{l-1} was made by the layers below. So an ordinary backward pass
# takes the extras down, adding each on its way, and leaves parts at W and b:
#
#     e_{l-1} = (layer l backward of e_l) + extra_{l-1},   e_L = 0
#     affine:  W gets y_{l-1}ᵀ e_l more,  b gets Σ_n e_l more
#
# And what is u_0? Take the slope of each penalty by g:
#
#     R1 = (γ/2) mean |g|²:                 u_0 = γ g / N
#     GP = γ mean (|g| - 1)²:               u_0 = 2 γ (|g| - 1) g / (N |g|)
#
# Sweeps 3 and 4 together give the slopes by all parameters:
#
#     ∂R1/∂parameters = the parts of sweep 3 and sweep 4                                (34.3)
#     ∂GP/∂parameters = the same, from the other u_0                                    (34.4)
#
# The cell holds them against differences of the penalty, whose g is that of (34.2).


# %% (34.3) and (34.4) the four sweeps
def sweep_3(mlp, ys, ds, u):
    """{place of an affine layer: [part of W, part of b]} and [extra_0, ...], from u_0 (N, D)."""
    parts, extras = {}, []
    for place, layer in enumerate(mlp.layers):
        y, d = ys[place], ds[place + 1]
        if isinstance(layer, Affine):
            parts[place] = [u.T @ d, np.zeros_like(layer.b)]
            extras.append(np.zeros_like(y))
            u = u @ layer.W
        else:
            _, slope, curve = activation(layer, y)
            extras.append(u * d * curve)
            u = u * slope
    return parts, extras


def sweep_4(mlp, ys, parts, extras):
    """Adds to the parts what the extras bring on their way down."""
    e = np.zeros_like(ys[-1])
    for place in reversed(range(len(mlp.layers))):
        layer, y = mlp.layers[place], ys[place]
        if isinstance(layer, Affine):
            parts[place][0] += y.T @ e
            parts[place][1] += e.sum(axis=0)
            e = e @ layer.W.T
        else:
            _, slope, _ = activation(layer, y)
            e = e * slope
        e = e + extras[place]


def u_of_R1(g, gamma):
    return gamma * g / len(g)


def u_of_GP(g, gamma):
    norm = np.linalg.norm(g, axis=1, keepdims=True)  # (N, 1)
    return 2 * gamma * (norm - 1) * g / (len(g) * norm)


def penalty_gradient(mlp, x, u_of, gamma, with_sweep_4=True):
    """∂P/∂parameters in one vector, for the penalty whose u_0 is u_of(g, gamma)."""
    ys = forward(mlp, x)
    ds = backward(mlp, ys)
    parts, extras = sweep_3(mlp, ys, ds, u_of(ds[0], gamma))
    if with_sweep_4:
        sweep_4(mlp, ys, parts, extras)
    entries = []
    for dW, db in parts.values():
        entries += [dW.ravel(), db]
    return np.concatenate(entries)


places = np.random.default_rng(1).random((5, 1))  # as the library will draw them
between = places * x_real + (1 - places) * x_fake


def R1_of(mlp):
    """R1 at the real cases, γ = 2."""
    g = backward(mlp, forward(mlp, x_real))[0]
    return np.mean(np.sum(g**2, axis=1))


def GP_of(mlp):
    """GP between real and fake cases, γ = 1.5."""
    g = backward(mlp, forward(mlp, between))[0]
    return 1.5 * np.mean((np.linalg.norm(g, axis=1) - 1) ** 2)


for kind, mlp in networks.items():
    of_R1 = penalty_gradient(mlp, x_real, u_of_R1, 2.0)
    of_GP = penalty_gradient(mlp, between, u_of_GP, 1.5)
    _, library_R1 = r1_penalty(mlp, x_real, 2.0)
    _, library_GP = gradient_penalty(mlp, x_real, x_fake, 1.5, np.random.default_rng(1))
    verify(f"(34.3) ∂R1/∂parameters, the library's, {kind}", flatten(library_R1), of_R1)
    verify(f"(34.4) ∂GP/∂parameters, the library's, {kind}", flatten(library_GP), of_GP)
    if kind != "leaky_relu":
        slow_R1 = central_differences(R1_of, mlp, step=1e-4)
        slow_GP = central_differences(GP_of, mlp, step=1e-4)
        verify(f"(34.3) ∂R1/∂parameters, by differences, {kind}", of_R1, slow_R1, 1e-7)
        verify(f"(34.4) ∂GP/∂parameters, by differences, {kind}", of_GP, slow_GP, 1e-7)

# %% [markdown]
# ## What to take from it
#
# - ReLU, leaky ReLU and maxout units are straight but at their kinks: φ'' = 0. All extras are 0,
#   sweep 4 brings nothing, and b gets nothing at all: R1 then moves weights only.
# - Each row was a case of its own. Batch norm and minibatch discrimination (lesson 36) tie the
#   rows together, so that g of one case is no backward pass of that case alone. The library
#   refuses them here.
# - It costs about two more passes through D: sweep 2 and 3, and 4 where φ is curved.
#
# ## What goes wrong: sweep 4 is left out
#
# Nothing fails, and no shape is off. The left panel shows the tiny network: P as w_1 changes, and
# its slope at w_1 = .5 with and without the extra. The right one takes 100 networks of two layers
# of 16 units, and asks how far off the gradient is.

# %% wrong: without the way down
circle = 2 * np.pi * np.arange(64) / 64
cases = 2 * np.stack([np.cos(circle), np.sin(circle)], axis=1)
errors = {}
for kind in ("tanh", "softplus", "leaky_relu"):
    errors[kind] = []
    for seed in range(100):
        rng = np.random.default_rng([34, seed])
        mlp = init_mlp([2, 16, 16, 1], rng, hidden=kind, init="xavier", dtype=np.float64)
        right = penalty_gradient(mlp, cases, u_of_R1, 1.0)
        wrong = penalty_gradient(mlp, cases, u_of_R1, 1.0, with_sweep_4=False)
        errors[kind].append(np.linalg.norm(wrong - right) / np.linalg.norm(right))
    least, most = min(errors[kind]), max(errors[kind])
    print(f"  R1 without sweep 4, 100 networks of {kind} units: off by {least:.0%} to {most:.0%}")
claim("without sweep 4 the gradient of a curved network is off by some tenths of its length",
      0.15 < np.median(errors["tanh"]) < 0.5 and 0.15 < np.median(errors["softplus"]) < 0.5,
      median_tanh=np.median(errors["tanh"]), median_softplus=np.median(errors["softplus"]))
claim("that of leaky ReLUs is right", max(errors["leaky_relu"]) < 1e-12,
      most=max(errors["leaky_relu"]))

# %% figure: with and without the way down
fig, (left, right) = plots.new_figure(1, 2, width=9, height=3.4)
w_range = np.linspace(-0.2, 2, 100)
slopes = 2.0 * (1 - np.tanh(w_range) ** 2) * w_range  # g = w_2 (1 - a²) w_1 at x = 1
left.plot(w_range, 0.5 * slopes**2, color="0.6", linewidth=3, label="P = g²/2")
P_here = 0.5 * (2.0 * (1 - np.tanh(0.5) ** 2) * 0.5) ** 2
near = np.array([0.2, 0.8])
left.plot(near, P_here + 0.665 * (near - 0.5), color="C0", label="slope .665, both sweeps")
left.plot(near, P_here + 1.237 * (near - 0.5), "--", color="C1", label="slope 1.237, sweep 3 alone")
left.set(xlabel="w_1", ylabel="P", ylim=(-0.1, 0.9), title="the tiny network")
left.legend(fontsize=8)
bins = np.linspace(0, 0.8, 41)
right.hist(errors["tanh"], bins=bins, alpha=0.7, label="tanh")
right.hist(errors["softplus"], bins=bins, alpha=0.7, label="softplus")
right.set(xlabel="error / length of the gradient", ylabel="networks", title="sweep 4 left out")
right.legend(fontsize=8)
plots.save(fig, "34_sweeps.png")

# %% [markdown]
# **What to see.** Left, the blue line touches the curve, the dashed one crosses it. P has a maximum
# near w_1 = .77 and falls beyond it, where the unit is flat; sweep 3 alone knows nothing of that,
# and says "make w_1 smaller" there too. Right, some tenths of the gradient are wrong: enough to
# train badly, too little to be noticed. Only a check by differences (lesson 21) tells.
#
# ## Stop here with a debugger
#
#     dgm lessons 34 --stop stack_double_backward
#
# stops in the library's sweeps, at the tiny network of (34.1). `dys` are d_1 to d_L, u is u_0 (a
# row for each case; here there is one).
#
#     (Pdb) p u
#     array float64 (1, 1) [0.786, 0.786]
#
#     (Pdb) n ;; n ;; n ;; n ;; n ;; n ;; n ;; n
#     (Pdb) p u
#     array float64 (1, 1) [0.309, 0.309]
#     (Pdb) p a
#     array float64 (1, 1) [-0.572, -0.572]
#
# (`;;` stands between commands on one line.) Four times `n`, and the first layer has been passed
# upwards; four more, and the tanh: there are u_a and extra_y (the library calls the extras `a`).
#
# ## Exercises
#
# 1. By hand: (34.1) with x = 1, w_1 = 1, w_2 = 1. At which w_1 is P largest, for any w_2?
# 2. On paper: a softplus unit in the place of tanh. Which of the numbers of (34.1) change, and
#    what is φ''? For which sign of y is φ'' large?
# 3. In code: a penalty of your own. Real cases should lie where D is flat *and* fakes too: "R2"
#    takes (γ/2) mean |g|² at fake cases, and both together make the zero-centred penalty. Write
#
#        def zero_centred(discriminator, x_real, x_fake, gamma):
#            """(γ/2) (mean |g|² at x_real + mean |g|² at x_fake), and its gradient (P,)."""
#
# with `input_gradient` and `mlp_double_backward` of `numpy_dgm.adversarial.penalties`. Hold it
# against `central_differences`: `lessons/solutions/34.md` shows the check.
#
# `dgm course release 34 --out .` writes a file for the exercise in code, and
# `dgm course check 34` judges what you write into it.
#
# Solutions: `lessons/solutions/34.md`, for when you have tried.
