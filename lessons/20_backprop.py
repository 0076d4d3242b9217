# %% [markdown]
# # Backpropagation: every slope in one pass
#
# A network that reads digits has thousands of parameters, and a number, the loss, that says how
# badly it reads. Learning means moving each parameter a little so that the loss falls. Which way
# is that, for each of thousands? This lesson answers with numbers on a small circuit, then with
# matrices, and ends with a reader of digits that is trained in a loop of plain NumPy.
#
# Afterwards you can
#
# - run a circuit forward and backward by hand, and say why slopes add up at forks;
# - write the backward pass of a network line by line, and check each line by its name;
# - say why all the slopes together cost no more than about two forward passes;
# - write the training loop of a classifier from memory.
#
# About an hour and a half. You need the log-likelihood (lesson 1).
#
# ## A circuit, in numbers
#
# Three numbers come in, three operations are carried out:
#
#     a = 3    b = -1    c = 4
#     forward     p = a · b = -3        q = p + c = 1        out = q · a = 3
#
# How much does `out` change when one of the others moves a little? Call that its slope, and write
# dp for ∂out/∂p. Start at the end, where it is known: out moves as much as itself, so its slope
# is 1. Then go back, one operation at a time. Each multiplies the slope that it is handed from
# above by its own, local one:
#
#     out = q · a     dq = 1 · a = 3          and a gets 1 · q = 1
#     q = p + c       dp = dq · 1 = 3         dc = dq · 1 = 3
#     p = a · b       db = dp · a = 9         and a gets dp · b = -3
#
# A plus hands the slope on as it is. A times hands it on multiplied by the *other* factor. And a
# is a fork: it goes two ways, into p and into out. If a moves, out moves by both, so
#
#     da = 1 + (-3) = -2          slopes add up at forks
#
# Try it: a = 3.01 gives p = -3.01, q = .99, out = 2.9799. That is -.0201 for a move of .01.
# In general, where x goes into several y_k, and dy_k is the slope of each,
#
#     dx = Σ_k dy_k ∂y_k/∂x                                                   (20.1)
#
# which is the chain rule. The whole lesson is this line, used again and again. The cell compares
# the slopes from above with brute force: move each number a little, and look at `out`.

# %% (20.1) the circuit, backward and by brute force
import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.foundation.verify import claim, verify
from numpy_dgm.neural import (
    MLP, Affine, LeakyReLU, ReLU, Sigmoid, Tanh, binary_cross_entropy, mlp_backward,
    mlp_forward, softmax_cross_entropy, train_classifier)


def circuit(inputs):
    """out, from a, b and c."""
    a, b, c = inputs
    p = a * b
    q = p + c
    return q * a


def differences(f, name, step=1e-5, **arguments):
    """∂f/∂(the argument of that name): each of its entries is moved up and down.

    f takes the arguments by their names and gives a number; the slope has the argument's shape.
    """
    value = arguments[name]
    slope = np.zeros(value.shape)
    for place in np.ndindex(value.shape):
        moved = value.copy()
        arguments[name] = moved
        moved[place] = value[place] + step
        up = f(**arguments)
        moved[place] = value[place] - step
        down = f(**arguments)
        slope[place] = (up - down) / (2 * step)
    return slope


a, b, c = 3.0, -1.0, 4.0
p = a * b
q = p + c
out = q * a

dout = 1.0
dq = dout * a
dp, dc = dq, dq
db = dp * a
da = dout * q + dp * b  # a is a fork
found = differences(circuit, "inputs", inputs=np.array([a, b, c]))
verify("(20.1) dx = Σ_k dy_k ∂y_k/∂x, in the circuit", [da, db, dc], found, tolerance=1e-8)

# %% figure: the circuit, values forward and slopes backward
nodes = {
    "a": (0, 2, a, da), "b": (0, 1, b, db), "c": (0, 0, c, dc),
    "p": (1, 1, p, dp), "q": (2, 0.5, q, dq), "out": (3, 1.25, out, dout)}
edges = [("a", "p"), ("b", "p"), ("p", "q"), ("c", "q"), ("q", "out"), ("a", "out")]
plots.save(plots.circuit(nodes, edges), "20_circuit.png")

# %% [markdown]
# **What to see.** Above each node stands its value, below it its slope. Values follow the arrows,
# slopes go against them. Two arrows leave a, and what comes back along them adds up to -2.
#
# ## From numbers to batches
#
# A network is such a circuit, with many numbers at each node. It is built of *layers*. A layer
# takes a batch x (N, D), one case a row, and gives y (N, K), by K *units*. Two kinds matter most:
#
#     affine        y_nk = Σ_d x_nd W_dk + b_k        as matrices, y = x W + b
#     activation    y_nk = φ(x_nk)                    the same φ at every entry
#
# Affine layers are put one on the other, with an activation between any two: affine of affine
# would be one affine layer. Units between the input and the output are called *hidden*.
#
# Let a layer be handed dy, the slopes of its outputs. What are those of W, b and x? Look for
# forks. W_dk serves every case n: there it meets x_nd and goes into y_nk. b_k serves every case
# too. x_nd goes into y_nk for every k, with the factor W_dk. Add up the ways:
#
#     ∂W_dk = Σ_n x_nd dy_nk          as matrices, ∂W = xᵀ dy                 (20.2)
#     ∂b_k = Σ_n dy_nk                the sum of the rows of dy               (20.3)
#     dx_nd = Σ_k dy_nk W_dk          as matrices, dx = dy Wᵀ                 (20.4)
#
# (∂W is short for ∂loss/∂W, as dy is for ∂loss/∂y; code says dW.) An activation has no forks: each
# number goes its own way, and the local slope is φ'. With a product entry by entry,
#
#     dx = dy · φ'(x)                                                         (20.5)
#
#     ReLU          y = max(x, 0)                     φ' = 1 where y > 0, else 0
#     leaky ReLU    y = x where x > 0, else .2 x      φ' = 1 where y > 0, else .2
#     tanh          y = tanh(x)                       φ' = 1 - y²
#     sigmoid       y = σ(x) = 1 / (1 + exp(-x))      φ' = y (1 - y)
#
# All can be read off y. So a forward pass keeps in a *cache* what the backward pass will want. In
# the library, `layer.forward(x)` gives y and the cache; `layer.backward(cache, dy)` gives dx and
# the layer's gradient, a copy of the layer with ∂W and ∂b in the places of W and b.
#
# The cell tries each layer alone, with the loss Σ dy · y, whose slope by y is dy, whatever dy is.


# %% (20.2) to (20.5) layers by their definitions, moved entry by entry
def affine_loss(x, W, b, dy):
    return np.sum(dy * (x @ W + b))


def activation_loss(x, kind, dy):
    if kind == "ReLU":
        y = np.where(x > 0, x, 0)
    if kind == "LeakyReLU":
        y = np.where(x > 0, x, 0.2 * x)
    if kind == "Tanh":
        y = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
    if kind == "Sigmoid":
        y = 1 / (1 + np.exp(-x))
    return np.sum(dy * y)


rng = np.random.default_rng(20)
N, D, H, C = 5, 4, 3, 3  # cases, inputs, hidden units, classes
x = rng.normal(size=(N, D))
W_1 = rng.normal(size=(D, H))
b_1 = rng.normal(size=H)
dy = rng.normal(size=(N, H))

layer = Affine(W_1, b_1)
y, cache = layer.forward(x)
dx, gradient = layer.backward(cache, dy)
dW_slow = differences(affine_loss, "W", x=x, W=W_1, b=b_1, dy=dy)
db_slow = differences(affine_loss, "b", x=x, W=W_1, b=b_1, dy=dy)
dx_slow = differences(affine_loss, "x", x=x, W=W_1, b=b_1, dy=dy)
verify("(20.2) ∂W_dk = Σ_n x_nd dy_nk", gradient.W, dW_slow, 1e-8)
verify("(20.3) ∂b_k = Σ_n dy_nk", gradient.b, db_slow, 1e-8)
verify("(20.4) dx_nd = Σ_k dy_nk W_dk", dx, dx_slow, 1e-8)
for activation in (ReLU(), LeakyReLU(0.2), Tanh(), Sigmoid()):
    kind = type(activation).__name__
    _, cache = activation.forward(y)  # what comes out of the affine layer goes in here
    dx, _ = activation.backward(cache, dy)
    dx_slow = differences(activation_loss, "x", x=y, kind=kind, dy=dy)
    verify(f"(20.5) dx = dy · φ'(x), {kind}", dx, dx_slow, 1e-8)

# %% [markdown]
# ## Losses
#
# A network that answers yes or no gives a number s, the *logit*, and says yes with probability
# σ(s). The right answer is t, 1 or 0. Its log-probability is t log σ(s) + (1 - t) log(1 - σ(s)),
# and minus its mean over the cases is a loss, the cross-entropy. As log σ(s) = s - log(1 + exp(s))
# and log(1 - σ(s)) = -log(1 + exp(s)),
#
#     loss = (1/N) Σ_n [log(1 + exp(s_n)) - t_n s_n]                          (20.6)
#     ds_n = (σ(s_n) - t_n) / N          log(1 + exp(s)) has the slope σ(s)   (20.7)
#
# With C classes there are C logits, and class k has probability p_k = exp(s_k) / Σ_j exp(s_j),
# the *softmax*. The label is the class that is right; write [k = label] for 1 if k is it, else 0.
# The log-probability of the label is s_label - log Σ_j exp(s_j), and so
#
#     loss = (1/N) Σ_n [log Σ_j exp(s_nj) - s_n,label]                        (20.8)
#     ds_nk = (p_nk - [k = label_n]) / N                                      (20.9)
#
# as the slope of log Σ_j exp(s_j) by s_k is exp(s_k) / Σ_j exp(s_j) = p_k. Both slopes read: what
# the network says less what is right. The 1/N of the mean enters here, once: everything below is a
# sum over cases.


# %% (20.6) to (20.9) the losses, from probabilities that are written out
def slow_binary(s, t):
    p_yes = 1 / (1 + np.exp(-s))
    p_right = np.where(t == 1, p_yes, 1 - p_yes)
    return -np.log(p_right).mean()


def slow_softmax(s, labels):
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(s)), labels]).mean()


s = rng.normal(scale=2, size=(N, C))
t = np.array([1, 0, 0, 1, 1])
labels = np.array([2, 0, 1, 1, 2])
loss, ds = binary_cross_entropy(s[:, 0], t)
ds_slow = differences(slow_binary, "s", s=s[:, 0], t=t)
verify("(20.6) loss = (1/N) Σ_n [log(1 + exp(s_n)) - t_n s_n]", loss, slow_binary(s[:, 0], t))
verify("(20.7) ds_n = (σ(s_n) - t_n) / N", ds, ds_slow, 1e-8)
loss, ds = softmax_cross_entropy(s, labels)
ds_slow = differences(slow_softmax, "s", s=s, labels=labels)
verify("(20.8) loss = (1/N) Σ_n [log Σ_j exp(s_nj) - s_n,label]", loss, slow_softmax(s, labels))
verify("(20.9) ds_nk = (p_nk - [k = label_n]) / N", ds, ds_slow, 1e-8)

# %% [markdown]
# ## A network, name by name
#
# Now all of it, with one hidden layer of tanh units and the softmax's loss:
#
#     x_1 = x W_1 + b_1          a = tanh(x_1)          s = a W_2 + b_2          loss: (20.8) of s
#     d(name) = ∂loss/∂name, for every name of the forward pass               (20.10)
#
# The backward pass starts with ds, which is (20.9), and takes the lines in the opposite order. Try
# to write it before you read on. The cell holds every name against brute force: `slow_loss` is the
# same circuit, and x_1, a or s can be handed to it too, in the place of what its lines would make.


# %% (20.10) forward and backward, each line by its name
def slow_loss(x, W_1, b_1, W_2, b_2, labels, x_1=None, a=None, s=None):
    """The loss, with x_1, a or s as it is given, if it is."""
    if x_1 is None:
        x_1 = x @ W_1 + b_1
    if a is None:
        a = np.tanh(x_1)
    if s is None:
        s = a @ W_2 + b_2
    return slow_softmax(s, labels)


W_2 = rng.normal(size=(H, C))
b_2 = rng.normal(size=C)

x_1 = x @ W_1 + b_1  # (N, H)
a = np.tanh(x_1)  # (N, H)
s = a @ W_2 + b_2  # (N, C)
e = np.exp(s)
p = e / e.sum(axis=1, keepdims=True)  # (N, C)

ds = p.copy()
ds[np.arange(N), labels] -= 1  # in each row, at its label
ds /= N
dW_2 = a.T @ ds
db_2 = ds.sum(axis=0)
da = ds @ W_2.T
dx_1 = da * (1 - a**2)  # no forks in tanh
dW_1 = x.T @ dx_1
db_1 = dx_1.sum(axis=0)
dx = dx_1 @ W_1.T

arguments = {"x": x, "W_1": W_1, "b_1": b_1, "W_2": W_2, "b_2": b_2, "labels": labels}
between = {"x_1": x_1, "a": a, "s": s}
slopes = {
    "x": dx, "W_1": dW_1, "b_1": db_1, "x_1": dx_1, "a": da, "W_2": dW_2, "b_2": db_2, "s": ds}
for name, slope in slopes.items():
    given = dict(arguments)
    if name in between:
        given[name] = between[name]
    by_force = differences(slow_loss, name, **given)
    verify(f"(20.10) d(name) = ∂loss/∂name, {name}", slope, by_force, tolerance=1e-8)

network = MLP((Affine(W_1, b_1), Tanh(), Affine(W_2, b_2)))  # and the same by the library
s_library, cache = mlp_forward(network, x)
loss_library, ds_library = softmax_cross_entropy(s_library, labels)
_, gradient = mlp_backward(network, cache, ds_library)
verify("(20.10) the library's loss", loss_library, slow_loss(**arguments))
verify("(20.10) the library's ∂W_1", gradient.layers[0].W, dW_1)
verify("(20.10) the library's ∂W_2", gradient.layers[2].W, dW_2)

# %% [markdown]
# ## Why the way back is cheap
#
# Count the multiplications of an affine layer: N·D·K forward for x W, and backward twice as many,
# for xᵀ dy and dy Wᵀ. So all slopes together cost about two forward passes. Brute force needs two
# forward passes *for each parameter*. The reader of digits below has 64·50 + 50 weights and biases
# in one layer and 50·10 + 10 in the other: 3,760 parameters, 7,520 forward passes. (The appendix
# says the same in matrices: it is a matter of the order in which they are multiplied.)
#
# ## The loop on a page
#
# Pictures of 8 x 8 pixels from 0 to 1, and which digit each one is. A step takes some cases, a
# *minibatch*, runs them forward and backward, and moves every parameter against its slope, by the
# *learning rate* times it. When every case has had its turn, in random order, an *epoch* is over.
# That is *stochastic gradient descent*, and it is the whole of the training. The weights start
# random, with standard deviation √(2/D) where D numbers come in (lesson 22 says why). The test
# digits are never trained on: they are there to judge by.
#
# The library's `train_classifier` trains any stack of layers. With the same network, rate and
# order of the cases it must end where the loop does:
#
#     W_1 and W_2 after the loop = those of train_classifier                  (20.11)

# %% (20.11) a reader of digits, trained with nothing but NumPy
train = open_data("digits", part="train", bits="grey")
test = open_data("digits", part="test", bits="grey")
pixels, digits = np.float64(train[:]), train.labels  # (1437, 64) from 0 to 1, (1437,) from 0 to 9
test_pixels, test_digits = np.float64(test[:]), test.labels
units, rate, batch_size, epochs = 50, 0.3, 50, 20

rng = np.random.default_rng(2)
W_1 = np.sqrt(2 / 64) * rng.standard_normal((64, units))
b_1 = np.zeros(units)
W_2 = np.sqrt(2 / units) * rng.standard_normal((units, 10))
b_2 = np.zeros(10)
start = MLP((Affine(W_1.copy(), b_1.copy()), ReLU(), Affine(W_2.copy(), b_2.copy())))

errors = np.zeros((epochs, 2))  # the fraction misread, of the training and of the test digits
rng = np.random.default_rng(3)
for epoch in range(epochs):
    order = rng.permutation(len(pixels))
    for first in range(0, len(pixels), batch_size):
        rows = order[first : first + batch_size]
        x = pixels[rows]  # (N, 64)
        n = len(rows)  # the last batch is smaller

        a = np.maximum(x @ W_1 + b_1, 0)  # (N, 50)  forward
        s = a @ W_2 + b_2  # (N, 10)
        e = np.exp(s - s.max(axis=1, keepdims=True))  # the same p, and no overflow
        p = e / e.sum(axis=1, keepdims=True)

        ds = p.copy()  # backward
        ds[np.arange(n), digits[rows]] -= 1
        ds /= n
        da = ds @ W_2.T  # before W_2 moves
        dx_1 = da * (a > 0)

        W_2 -= rate * (a.T @ ds)
        b_2 -= rate * ds.sum(axis=0)
        W_1 -= rate * (x.T @ dx_1)
        b_1 -= rate * dx_1.sum(axis=0)
    s_train = np.maximum(pixels @ W_1 + b_1, 0) @ W_2 + b_2
    s_test = np.maximum(test_pixels @ W_1 + b_1, 0) @ W_2 + b_2
    errors[epoch, 0] = np.mean(s_train.argmax(axis=1) != digits)
    errors[epoch, 1] = np.mean(s_test.argmax(axis=1) != test_digits)

trained, _ = train_classifier(
    start, pixels, digits, rng=np.random.default_rng(3), epochs=epochs, batch_size=batch_size,
    rate=rate, optimizer="sgd", schedule="constant")
ours = np.concatenate([W_1.ravel(), W_2.ravel()])
library = np.concatenate([trained.layers[0].W.ravel(), trained.layers[2].W.ravel()])
verify("(20.11) W_1 and W_2 after the loop = those of train_classifier", ours, library, 1e-8)
claim("after 20 epochs fewer than 8 % of the test digits are misread", errors[-1, 1] < 0.08,
      test=errors[-1, 1], training=errors[-1, 0])

# %% figure: errors by epoch, and digits that are misread
said = s_test.argmax(axis=1)
wrong = np.flatnonzero(said != test_digits)[:6]
fig, (left, right) = plots.new_figure(1, 2, width=9, height=3.4)
left.plot(np.arange(1, epochs + 1), 100 * errors[:, 0], marker=".", label="training digits")
left.plot(np.arange(1, epochs + 1), 100 * errors[:, 1], marker=".", label="test digits")
left.set(xlabel="epoch", ylabel="% misread", title="a network of 50 hidden units",
         xticks=(1, 5, 10, 15, 20), ylim=(0, 18))
left.legend()
plots.draw_tiles(right, test_pixels[wrong], columns=3, title="test digits that are misread")
for i, n in enumerate(wrong):
    row, column = divmod(i, 3)
    right.text(9 * column, 9 * row + 0.4, f"{test_digits[n]} as {said[n]}", va="top", fontsize=9,
               color="white", bbox={"facecolor": "C0", "edgecolor": "none", "pad": 1.5})
plots.save(fig, "20_digits.png")

# %% [markdown]
# **What to see.** Both curves fall fast and then slowly, and bumpily: each step sees only 50 of
# the digits. Of the digits that it has never seen the network reads more than nine in ten. With
# 360 test digits one digit is .3 %, so do not make much of a single bump.
#
# ## What goes wrong
#
# **The log is taken of a rounded probability.** At s = 40 the probability is 1 to the last digit.
# If t = 0, log(1 - p) is log 0, and its slope is 1/0 times p (1 - p): infinity times 0. On the
# logit, by (20.6) and (20.7), the loss is 40 and the slope is 1.
#
# (Another mistake, weights that do not start random, is exercise 2.)

# %% wrong: the log of a rounded probability
with np.errstate(all="ignore"):
    p_yes = 1 / (1 + np.exp(-40.0))
    naive_loss = -np.log(1 - p_yes)
    naive_slope = 1 / (1 - p_yes) * (p_yes * (1 - p_yes))
loss, ds = binary_cross_entropy(np.array([40.0]), 0)
print(f"  s = 40, t = 0   by way of p:  loss {naive_loss}, slope {naive_slope}")
print(f"                  on the logit: loss {loss}, slope {ds.item()}")

# %% [markdown]
# ## Appendix: the chain rule in matrices
#
# All slopes ∂y_k/∂x_d of a layer at one case make a matrix J (K, D), its Jacobian. With slopes as
# rows, dx = dy J. So through L layers, from dy at the top down to the input,
#
#     dx = dy J_L ... J_2 J_1                                                 (20.12)
#
# Multiply from the left, and all that is ever held is a row. That order is backpropagation
# (Rumelhart, Hinton and Williams 1986). From the right, every step would be a product of two
# matrices. And no J need be written out: (20.4) and (20.5) are shorter ways to dy J.

# %% (20.12) three layers, their Jacobians by brute force
rng = np.random.default_rng(11)
first = Affine(rng.normal(size=(4, 3)), np.zeros(3))
last = Affine(rng.normal(size=(3, 2)), np.zeros(2))
x_0 = rng.normal(size=(1, 4))  # one case
x_1, _ = first.forward(x_0)
x_2, _ = Tanh().forward(x_1)
J_1, J_2, J_3 = np.zeros((3, 4)), np.zeros((3, 3)), np.zeros((2, 3))
for k in range(3):
    dy = np.eye(3)[k : k + 1]  # a dy that asks for y_k alone
    J_1[k] = differences(affine_loss, "x", x=x_0, W=first.W, b=first.b, dy=dy)[0]
    J_2[k] = differences(activation_loss, "x", x=x_1, kind="Tanh", dy=dy)[0]
for k in range(2):
    dy = np.eye(2)[k : k + 1]
    J_3[k] = differences(affine_loss, "x", x=x_2, W=last.W, b=last.b, dy=dy)[0]

dy = rng.normal(size=(1, 2))
three_layers = MLP((first, Tanh(), last))
_, cache = mlp_forward(three_layers, x_0)
dx, _ = mlp_backward(three_layers, cache, dy)
verify("(20.12) dx = dy J_L ... J_2 J_1", dx[0], dy[0] @ J_3 @ J_2 @ J_1, tolerance=1e-8)

# %% [markdown]
# ## Stop here with a debugger
#
#     dgm lessons 20 --stop mlp_backward
#
# stops where the library is handed ds, as `dy`, for the small network of (20.10).
#
#     (Pdb) p dy
#     array float64 (5, 3) [-0.168, 0.142]
#     (Pdb) p bool(abs(dy.sum(axis=1)).max() < 1e-12)
#     True
#     (Pdb) p cache[1]
#     array float64 (5, 3) [-1, 1]
#
# The rows of dy add up to 0, since p and the label's row both add up to 1. `cache[1]` is what the
# tanh units gave. `n` goes on line by line, `s` into each layer's own `backward`.
#
# ## Exercises
#
# 1. By hand: a = 2, b = 1, c = -3, p = a · b, q = p + c, out = q · b. Find da, db and dc, and try
#    one of them by moving it. Then the softmax of one case as a circuit: e_k = exp(s_k), total =
#    Σ_k e_k, p_k = e_k / total, out = -log p_label. Go back through it, and arrive at (20.9).
# 2. All weights and biases of the network of (20.10) are 0. Which slopes are not 0? What does
#    training do? And if all hidden units start equal, with weights in and out that are not 0?
# 3. A layer y = x + f(x) is called residual. What is its dx, and what is that good for in a
#    network of a hundred layers?
# 4. In code: two hidden layers.
#
#        def gradients(x, labels, W_1, b_1, W_2, b_2, W_3, b_3):
#            """The loss, and its slopes by the six arrays, in this order, in a tuple of seven.
#
#            x (N, D), labels (N,), W_1 (D, H), W_2 (H, L), W_3 (L, C). a_1 = tanh(x W_1 + b_1),
#            a_2 = tanh(a_1 W_2 + b_2), s = a_2 W_3 + b_3, and the loss is (20.8).
#            """
#
#    Hold it against `mlp_backward`: `lessons/solutions/20.md` shows the check.
#
# `dgm course release 20 --out .` writes a file for the exercise in code, and
# `dgm course check 20` judges what you write into it.
#
# Solutions: `lessons/solutions/20.md`, for when you have tried.
