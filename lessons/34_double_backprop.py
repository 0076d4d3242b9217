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
from numpy_dgm.neural import MLP, Affine, Linear, LeakyReLU, Maxout, Softplus, Tanh, init_mlp

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

tiny = MLP((Linear(np.array([[0.5]])), Tanh(), Linear(np.array([[2.0]]))))


def half_square_slope(mlp):
    """½ g² at x = 1, with g by differences of s."""
    first, _, last = mlp.layers
    s_values = []
    for place in (1.0 - 2e-3, 1.0 - 1e-3, 1.0 + 1e-3, 1.0 + 2e-3):
        s_values.append(last.W[0, 0] * np.tanh(first.W[0, 0] * place))
    far_left, left, right, far_right = s_values
    slope = (8 * (right - left) - (far_right - far_left)) / 12e-3
    return 0.5 * slope**2


verify("(34.1) ∂P/∂w_1, ∂P/∂w_2, by differences of differences",
       [by_w_1, by_w_2], central_differences(half_square_slope, tiny), 1e-8)
_, by_library = r1_penalty(tiny, np.array([[1.0]]), 1.0)
verify("(34.1) ∂P/∂w_1, ∂P/∂w_2, by the library", flatten(by_library), [by_w_1, by_w_2])
verify("(34.1) .665 and .309", np.round([by_w_1, by_w_2], 3), [0.665, 0.309])

# %% [markdown]
# ## Any stack of layers
#
# Number the layers 1 to L. y_0 = x goes in, y_l stands behind layer l, and y_L = s comes out. For a
# batch, each row its own case: y_l is (N, width of layer l). There are four sweeps.
#
# **1. Forward**: y_l = layer l of y_{l-1}.
#
# **2. Backward**, for g: with d_l = ∂s/∂y_l, one row a case,
#
#     d_L = 1,   d_{l-1} = layer l backward of d_l,   g = d_0                           (34.2)
#
#     affine,       y W + b:       d_{l-1} = d_l Wᵀ
#     elementwise,  φ(y):          d_{l-1} = d_l φ'(y_{l-1})          entry by entry
#
# **3. Up through the backward pass**, for what the d depend on: u_l = ∂P/∂d_l, from u_0 = ∂P/∂g.
# Each rule of sweep 2 has two things in it, or three, and each gets its part:
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
# Sweeps 3 and 4 together are ∂P/∂(all parameters). And what is u_0? For the two penalties
#
#     R1 = (γ/2) mean |g|²:                 u_0 = γ g / N                               (34.3)
#     GP = γ mean (|g| - 1)²:               u_0 = 2 γ (|g| - 1) g / (N |g|)             (34.4)
#
# The cell writes the four sweeps out for affine and elementwise layers, and holds the whole against
# differences, and against the library.
#
#     ∂R1/∂parameters = the parts of sweep 3 and sweep 4                                (34.5)
#     ∂GP/∂parameters = the same, from the other u_0                                    (34.6)

# %% (34.2) to (34.6) the four sweeps
def tanh_and_slopes(y):
    a = np.tanh(y)
    return a, 1 - a**2, -2 * a * (1 - a**2)


def softplus_and_slopes(y):
    p = 1 / (1 + np.exp(-y))
    return np.log(1 + np.exp(y)), p, p * (1 - p)


def leaky_and_slopes(y):
    slope = np.where(y > 0, 1.0, 0.2)
    return slope * y, slope, np.zeros_like(y)


ACTIVATIONS = {Tanh: tanh_and_slopes, Softplus: softplus_and_slopes, LeakyReLU: leaky_and_slopes}


def forward(mlp, x):
    """Sweep 1: [y_0, ..., y_L], each (N, width)."""
    ys = [x]
    for layer in mlp.layers:
        if isinstance(layer, Affine):
            ys.append(ys[-1] @ layer.W + layer.b)
        else:
            a, _, _ = ACTIVATIONS[type(layer)](ys[-1])
            ys.append(a)
    return ys


def backward(mlp, ys):
    """Sweep 2: [d_0, ..., d_L], each (N, width); d_0 is g."""
    ds = [np.ones_like(ys[-1])]
    for layer, y in zip(mlp.layers[::-1], ys[-2::-1]):
        if isinstance(layer, Affine):
            ds.append(ds[-1] @ layer.W.T)
        else:
            _, slope, _ = ACTIVATIONS[type(layer)](y)
            ds.append(ds[-1] * slope)
    return ds[::-1]


def double_backward(mlp, ys, ds, u):
    """Sweeps 3 and 4, from u_0 (N, D): ∂P/∂parameters in one vector, W and b layer by layer."""
    parts, extras = [], []
    for place, layer in enumerate(mlp.layers):  # 3: up through the backward pass
        y, d = ys[place], ds[place + 1]
        if isinstance(layer, Affine):
            parts.append([u.T @ d, np.zeros_like(layer.b)])
            extras.append(np.zeros_like(y))
            u = u @ layer.W
        else:
            _, slope, curve = ACTIVATIONS[type(layer)](y)
            parts.append([])
            extras.append(u * d * curve)
            u = u * slope
    e = np.zeros_like(ys[-1])
    for place in reversed(range(len(mlp.layers))):  # 4: down through the forward pass
        layer, y = mlp.layers[place], ys[place]
        if isinstance(layer, Affine):
            parts[place][0] = parts[place][0] + y.T @ e
            parts[place][1] = parts[place][1] + e.sum(axis=0)
            e = e @ layer.W.T
        else:
            _, slope, _ = ACTIVATIONS[type(layer)](y)
            e = e * slope
        e = e + extras[place]
    entries = []
    for of_layer in parts:
        for array in of_layer:
            entries.append(array.ravel())
    return np.concatenate(entries)


def u_of_R1(g, gamma):
    return gamma * g / len(g)


def u_of_GP(g, gamma):
    norm = np.linalg.norm(g, axis=1, keepdims=True)  # (N, 1)
    return 2 * gamma * (norm - 1) * g / (len(g) * norm)


def slow_slopes(mlp, x, step=2e-3):
    """g (N, 2) by differences of s, one input at a time."""
    g = np.zeros_like(x)
    for i in range(x.shape[1]):
        values = []
        for places in (-2, -1, 1, 2):
            moved = x.copy()
            moved[:, i] += places * step
            values.append(slow_logits(mlp, moved))
        far_left, left, right, far_right = values
        g[:, i] = (8 * (right - left) - (far_right - far_left)) / (12 * step)
    return g


def slow_logits(mlp, x):
    """s (N,), each kind of layer by its definition; maxout is the largest of its pieces."""
    for layer in mlp.layers:
        if isinstance(layer, Affine):
            x = x @ layer.W + layer.b
        elif isinstance(layer, Maxout):
            pieces = [x @ W + b for W, b in zip(layer.W, layer.b)]
            x = np.max(pieces, axis=0)
        else:
            x, _, _ = ACTIVATIONS[type(layer)](x)
    return x[:, 0]


def slow_penalty(mlp, x, kind, gamma):
    """R1 or GP at the cases x, from their definitions."""
    norm = np.linalg.norm(slow_slopes(mlp, x), axis=1)
    if kind == "R1":
        return gamma / 2 * np.mean(norm**2)
    return gamma * np.mean((norm - 1) ** 2)


def with_biases(sizes, kind, rng):
    """A small network in float64 whose biases are not 0, with no unit near a kink at its cases."""
    for _ in range(10_000):
        mlp = init_mlp(sizes, rng, hidden=kind, pieces=3, init="xavier", dtype=np.float64)
        for layer in mlp.layers:
            if hasattr(layer, "b"):
                layer.b[:] = 0.3 * rng.standard_normal(layer.b.shape)
        if distance_to_kink(mlp, np.concatenate([x_real, between])) > 0.02:
            return mlp


def distance_to_kink(mlp, x):
    """How near a leaky ReLU comes to 0, or two pieces of a maxout unit to one another."""
    nearest = np.inf
    for layer in mlp.layers:
        if isinstance(layer, LeakyReLU):
            nearest = min(nearest, np.abs(x).min())
        if isinstance(layer, Maxout):
            pieces = np.sort([x @ W + b for W, b in zip(layer.W, layer.b)], axis=0)
            nearest = min(nearest, (pieces[-1] - pieces[-2]).min())
        x, _ = layer.forward(x)
    return nearest


rng = np.random.default_rng(34)
x_real, x_fake = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
places = np.random.default_rng(1).random((5, 1))  # as the library will draw them
between = places * x_real + (1 - places) * x_fake


def slow_R1(mlp):
    return slow_penalty(mlp, x_real, "R1", 2.0)


def slow_GP(mlp):
    return slow_penalty(mlp, between, "GP", 1.5)


g = rng.normal(size=(5, 2))
step = 1e-5
slow_R1_u, slow_GP_u = np.zeros((5, 2)), np.zeros((5, 2))
for n, i in np.ndindex(5, 2):
    up, down = g.copy(), g.copy()
    up[n, i] += step
    down[n, i] -= step
    norm_up, norm_down = np.linalg.norm(up, axis=1), np.linalg.norm(down, axis=1)
    R1_up, R1_down = np.mean(norm_up**2), np.mean(norm_down**2)  # γ = 2
    GP_up, GP_down = 1.5 * np.mean((norm_up - 1) ** 2), 1.5 * np.mean((norm_down - 1) ** 2)
    slow_R1_u[n, i] = (R1_up - R1_down) / (2 * step)
    slow_GP_u[n, i] = (GP_up - GP_down) / (2 * step)
verify("(34.3) R1: u_0 = γ g / N", u_of_R1(g, 2.0), slow_R1_u, 1e-8)
verify("(34.4) GP: u_0 = 2 γ (|g| - 1) g / (N |g|)", u_of_GP(g, 1.5), slow_GP_u, 1e-8)

for kind in ("tanh", "softplus", "leaky_relu", "maxout"):
    mlp = with_biases([2, 4, 3, 1], kind, rng)
    g, _, _ = input_gradient(mlp, x_real)
    verify(f"(34.2) g = d_0, {kind}", g, slow_slopes(mlp, x_real), 1e-8)
    slow_by_R1, slow_by_GP = central_differences(slow_R1, mlp), central_differences(slow_GP, mlp)
    _, of_R1 = r1_penalty(mlp, x_real, 2.0)
    _, of_GP = gradient_penalty(mlp, x_real, x_fake, 1.5, np.random.default_rng(1))
    verify(f"(34.5) ∂R1/∂parameters, the library's, {kind}", flatten(of_R1), slow_by_R1, 1e-7)
    verify(f"(34.6) ∂GP/∂parameters, the library's, {kind}", flatten(of_GP), slow_by_GP, 1e-7)
    if kind == "maxout":
        continue  # each row goes through the piece that was chosen: an affine layer of its own
    ys = forward(mlp, x_real)
    ds = backward(mlp, ys)
    by_hand = double_backward(mlp, ys, ds, u_of_R1(ds[0], 2.0))
    verify(f"(34.5) ∂R1/∂parameters, the four sweeps, {kind}", by_hand, slow_by_R1, 1e-7)
    ys = forward(mlp, between)
    ds = backward(mlp, ys)
    by_hand = double_backward(mlp, ys, ds, u_of_GP(ds[0], 1.5))
    verify(f"(34.6) ∂GP/∂parameters, the four sweeps, {kind}", by_hand, slow_by_GP, 1e-7)

# %% [markdown]
# ## What to take from it
#
# - ReLU, leaky ReLU and maxout units have φ'' = 0 but at their kinks. All extras are 0, sweep 4
#   brings nothing, and b gets nothing at all: R1 then moves weights only.
# - Each row was a case of its own. Batch norm and minibatch discrimination (lesson 36) tie the
#   rows together, so that g of one case is no backward pass of that case alone. The library
#   refuses them here.
# - It costs about two more passes through D: sweep 2 and 3, and 4 where φ is curved.
#
# ## What goes wrong: sweep 4 is left out
#
# Nothing fails, and no shape is off. The left panel shows the tiny
# network: P as w_1 changes, and its slope at w_1 = .5 with and without the extra. The right one
# takes 100 networks of two layers of 16 units, and asks how far off the gradient is.

# %% wrong: without the way down
circle = 2 * np.pi * np.arange(64) / 64
cases = 2 * np.stack([np.cos(circle), np.sin(circle)], axis=1)
errors = {}
for kind in ("tanh", "softplus", "leaky_relu"):
    errors[kind] = []
    for seed in range(100):
        rng = np.random.default_rng([34, seed])
        mlp = init_mlp([2, 16, 16, 1], rng, hidden=kind, init="xavier", dtype=np.float64)
        _, right = r1_penalty(mlp, cases, 1.0)
        u, cache, ds = input_gradient(mlp, cases)
        u = u / len(cases)
        layers = []
        for layer, layer_cache, d in zip(mlp.layers, cache, ds):  # sweep 3 alone
            u, _, of_layer = layer.double_backward(layer_cache, d, u)
            layers.append(of_layer)
        difference = flatten(MLP(tuple(layers))) - flatten(right)
        errors[kind].append(np.linalg.norm(difference) / np.linalg.norm(flatten(right)))
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
# **What to see.** Left, the blue line touches the curve, the dashed one crosses it. P has a
# maximum near w_1 = .77 and falls beyond it, where the unit is flat; sweep 3 alone knows nothing
# of that, and says "make w_1 smaller" there too. Right, some tenths of the
# gradient are wrong: enough to train badly, too little to be noticed. Only a check by differences
# (lesson 21) tells.
#
# ## Stop here with a debugger
#
#     dgm lessons 34 --stop mlp_double_backward
#
# stops in the library's sweeps, at the tiny network of (34.1). `ds` are d_1 to d_L, u is u_0 (a
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
# Solutions: `lessons/solutions/34.md`, for when you have tried.
