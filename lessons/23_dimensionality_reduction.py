# %% [markdown]
# # Few numbers for many: codes and maps
#
# A digit of the shipped data has 64 grey levels. It was drawn by a hand that had far fewer things
# to decide. How few numbers can stand for a case? This lesson starts with the best answer that a
# plane can give, and goes on to one that bends. With two numbers a case the answer is something to
# look at: a map of the digits.
#
# Afterwards you can
#
# - find the principal components of data, and say exactly what they lose;
# - train an autoencoder by hand, and say why a linear one cannot beat them;
# - unroll a stack of RBMs into a deep autoencoder, and say what each of its layers computes.
#
# About an hour and a half. You need backpropagation (lesson 20), gradient checks (21), and for the
# last part the RBM (7) and units of any kind (19).
#
# ## In numbers
#
# Four cases of two numbers. One number each is allowed.
#
#     v = (1, 1)  (5, 5)  (2, 4)  (4, 2)                 their mean is (3, 3)
#     v - mean = (-2, -2)  (2, 2)  (-1, 1)  (1, -1)
#
# Most of the spread is along the diagonal. Let q = (1, 1)/√2 be its direction, a vector of length
# 1. The *code* of a case is how far along q it lies, and the case comes back as the point there:
#
#     code = q · (v - mean)            -2√2, 2√2, 0, 0
#     v̂ = mean + code q               (1, 1)  (5, 5)  (3, 3)  (3, 3)
#     |v - v̂|²                        0, 0, 2, 2                         on average 1
#
# The *covariance* C of the four, the mean of (v - mean)(v - mean)ᵀ, is [[2.5, 1.5], [1.5, 2.5]].
# Its eigenvectors are the diagonal, with the eigenvalue 4, and the direction across it, with the
# eigenvalue 1. The code kept the diagonal. Its error, 1, is the eigenvalue of what was left out.
# Is that always so, and is there no better direction?

# %% the same numbers by the library
import numpy as np

from numpy_dgm import plots
from numpy_dgm.data import open_data
from numpy_dgm.energy import RBM, Bernoulli, Gaussian, unroll_autoencoder
from numpy_dgm.foundation.enumeration import all_bits
from numpy_dgm.foundation.gradcheck import central_differences
from numpy_dgm.foundation.numerics import sigmoid
from numpy_dgm.foundation.pca import fit_pca, pca_codes, pca_decode, pca_error
from numpy_dgm.foundation.records import flatten
from numpy_dgm.foundation.verify import claim, verify, verify_at_most
from numpy_dgm.neural import (
    autoencoder_gradient, decode, encode, init_autoencoder, squared_reconstruction_error,
    train_autoencoder)

four = np.array([[1.0, 1], [5, 5], [2, 4], [4, 2]])
pca = fit_pca(four, 1)
codes = pca_codes(pca, four)
print("direction ", pca.directions.ravel().round(3))
print("codes     ", codes.ravel().round(3))
print("they give ", pca_decode(pca, codes).round(3).tolist())
print("error     ", round(pca_error(pca, four), 3))

# %% [markdown]
# ## The best straight answer
#
# With K numbers a case, take K directions: the columns q_k of Q (D, K), of length 1 and at right
# angles to each other, so that QᵀQ is the unit matrix. Write u = v - mean.
#
#     code = Qᵀ u        v̂ = mean + Q code                        v̂ lies in a plane
#     |u|² = |code|² + |v - v̂|²                                   Pythagoras: v - v̂ ⊥ plane
#     mean |v - v̂|² = mean |u|² - mean |code|²                    what is kept is not lost
#     |code|² = Σ_k (q_k·u)² = Σ_k q_kᵀ u uᵀ q_k                  its number k is q_k·u
#     mean |code|² = Σ_k q_kᵀ C q_k = trace QᵀCQ                  C = mean of u uᵀ
#     mean |u|² = trace C                                         the same with all D directions
#
# and so, for any such Q,
#
#     mean |v - v̂|² = trace C - trace QᵀCQ                                   (23.1)
#
# The loss is least where trace QᵀCQ is largest. Where is that? Let λ_1 >= λ_2 >= ... be the
# eigenvalues of C. In the directions of its eigenvectors C is diagonal, and
#
#     q_kᵀ C q_k = Σ_d λ_d (part of q_k along eigenvector d)²
#     trace QᵀCQ = Σ_d λ_d a_d          a_d: these squares, summed over k
#
# The a_d add up to K, since each q_k has length 1. None is above 1: it is the squared length of
# what the plane sees of an eigenvector. So the most there can be is a_d = 1 for the K largest λ,
# and 0 for the rest: Q takes the K first eigenvectors. These are the *principal components* (PCA;
# Pearson 1901, Hotelling 1933). trace C is the sum of all λ, so they lose the eigenvalues that were
# left out:
#
#     error of PCA = Σ of λ_k over k > K                                     (23.2)
#     error of PCA <= error of any other Q                                   (23.3)
#
# The cell takes random directions for (23.1), and gets λ for (23.2) from the singular values of the
# cases, which is another road to them: λ = (singular value)²/N.

# %% (23.1) to (23.3) what directions keep, and what is lost
rng = np.random.default_rng(23)
N, D, K = 50, 6, 2
spread = rng.normal(size=(D, D))
v = rng.normal(size=(N, D)) @ spread + 3.0
u = v - v.mean(axis=0)
C = u.T @ u / N


def error_along(Q, v):
    """Mean squared distance of cases v (N, D) from the plane through their mean along Q."""
    mean = v.mean(axis=0)
    code = (v - mean) @ Q
    back = mean + code @ Q.T
    return np.square(v - back).sum(axis=1).mean()


some_Q, _ = np.linalg.qr(rng.normal(size=(D, K)))  # random directions at right angles
kept = np.trace(some_Q.T @ C @ some_Q)
verify("(23.1) mean |v - v̂|² = trace C - trace QᵀCQ", error_along(some_Q, v), np.trace(C) - kept)
singular_values = np.linalg.svd(u, compute_uv=False)
eigenvalues = singular_values**2 / N
pca_loss = pca_error(fit_pca(v, K), v)
verify("(23.2) error of PCA = Σ of λ_k over k > K", pca_loss, eigenvalues[K:].sum())
others = []
for _ in range(200):
    other_Q, _ = np.linalg.qr(rng.normal(size=(D, K)))
    others.append(error_along(other_Q, v))
verify_at_most("(23.3) error of PCA <= error of any other Q, 200 tried", pca_loss, min(others))

# %% [markdown]
# ## Bending it: an autoencoder
#
# A plane is flat; the digits need not lie on one. So let two networks do what Qᵀ and Q did: an
# *encoder* f from v to its code, a *decoder* g from the code to the inputs x of D sigmoids, which
# give grey levels from 0 to 1 again.
#
#     code = f(v)      x = g(code)      v̂ = σ(x)                          f, g any networks
#     L = mean over n of Σ_i of -v_i log v̂_i - (1 - v_i) log(1 - v̂_i)
#
# L is lesson 20's cross-entropy (20.6), a sum over pixels, with the grey level as the target. It is
# least where v̂ = v. This is an *autoencoder* (Rumelhart, Hinton and Williams 1986): nobody says
# what a code should be. All that is asked is that the case comes back. Backpropagation needs
# nothing new. It starts from ∂L/∂x = (v̂ - v)/N, as in (20.7), goes down through g, and what
# arrives at the code goes on down through f:
#
#     ∂L/∂θ of encoder and decoder by backpropagation = differences of L      (23.4)

# %% (23.4) every parameter of a small autoencoder
rng = np.random.default_rng(234)
tiny = init_autoencoder((6, 4, 2), rng, hidden="tanh", dtype=np.float64)
grey = rng.random((5, 6))


def mean_loss(autoencoder):
    """L by its definition."""
    back = decode(autoencoder, encode(autoencoder, grey))
    return -(grey * np.log(back) + (1 - grey) * np.log(1 - back)).sum(axis=1).mean()


loss, gradient = autoencoder_gradient(tiny, grey)
differences = central_differences(mean_loss, tiny)
verify("(23.4) ∂L/∂θ of encoder and decoder by backpropagation = differences of L",
       flatten(gradient), differences, tolerance=1e-8)

# %% figure: the two networks
layers = [("v", 6), ("h_1", 4), ("code", 2), ("h_3", 4), ("v̂", 6)]  # fewer units than it has
fig = plots.network(layers, title="encoder and decoder, with the code between them")
plots.save(fig, "23_network.png")

# %% [markdown]
# ## The loop on a page
#
# One hidden layer of 40 on either side of the code, tanh, and plain gradient descent. The names: W1
# c1 and W2 c2 encode, W3 c3 and W4 c4 decode; what begins with d is a derivative of L. Every ten
# epochs the cell prints the squared error of all training digits.

# %% a training run on a page
rng = np.random.default_rng(2)
train = open_data("digits", part="train", bits="grey")
test = open_data("digits", part="test", bits="grey")
cases = train[:].astype(np.float64)  # (1437, 64)
sizes = [64, 40, 2, 40, 64]
weights = []
for n_in, n_out in zip(sizes, sizes[1:]):
    weights.append(rng.normal(size=(n_in, n_out)) / np.sqrt(n_in))
W1, W2, W3, W4 = weights
c1, c2, c3, c4 = np.zeros(40), np.zeros(2), np.zeros(40), np.zeros(64)
parameters = [W1, c1, W2, c2, W3, c3, W4, c4]


def there_and_back(v, W1, c1, W2, c2, W3, c3, W4, c4):
    """What comes before dx: h1, code, h3 and v̂ of the cases v (n, 64)."""
    h1 = np.tanh(v @ W1 + c1)
    code = h1 @ W2 + c2  # (n, 2) and linear: any number
    h3 = np.tanh(code @ W3 + c3)
    back = sigmoid(h3 @ W4 + c4)  # (n, 64) v̂
    return h1, code, h3, back


for epoch in range(31):
    if epoch % 10 == 0:
        _, _, _, back = there_and_back(cases, *parameters)
        error = np.square(cases - back).sum(axis=1).mean()
        print(f"after {epoch:2} epochs the squared error is {error:.2f}")
    order = rng.permutation(len(cases))
    for start in range(0, len(cases), 50):
        v = cases[order[start : start + 50]]
        h1, code, h3, back = there_and_back(v, *parameters)

        dx = (back - v) / len(v)
        dh3 = (dx @ W4.T) * (1 - h3**2)
        dcode = dh3 @ W3.T
        dh1 = (dcode @ W2.T) * (1 - h1**2)
        slopes = [v.T @ dh1, dh1.sum(axis=0), h1.T @ dcode, dcode.sum(axis=0),
                  code.T @ dh3, dh3.sum(axis=0), h3.T @ dx, dx.sum(axis=0)]
        for parameter, slope in zip(parameters, slopes):
            parameter -= 0.05 * slope  # in place: W1, c1, ... move
two_components = pca_error(fit_pca(cases, 2), cases)
print(f"two principal components: {two_components:.2f}")
claim("It passes the principal components", error < two_components - 0.1,
      bent=error, flat=two_components)

# %% [markdown]
# ## A map
#
# It passes the principal components, with two numbers a case as they have. But on the cases that it
# learnt from. So now digits that neither has seen, with a deeper autoencoder (64-128-64-2 and back,
# by the library's `train_autoencoder`), from twelve starts. Labels were not used in learning. They
# colour the dots, and they measure the map: for each test digit, is the nearest training digit on
# the map of the same class?

# %% experiment: two numbers, twelve starts
def right_on_the_map(known, labels, points, own_labels):
    """Which share of the points (M, 2) has the class of its nearest known point (N, 2)."""
    squares = np.square(points[:, None] - known[None]).sum(axis=2)  # (M, N)
    nearest = squares.argmin(axis=1)
    return np.mean(labels[nearest] == own_labels)


pca = fit_pca(train, 2)
linear_map = pca_codes(pca, test[:])
linear_right = right_on_the_map(pca_codes(pca, cases), train.labels, linear_map, test.labels)
linear_error = pca_error(pca, test)
bent_errors = []
bent_right = []
for seed in range(12):
    rng = np.random.default_rng([23, seed])
    start = init_autoencoder((64, 128, 64, 2), rng)
    deep, _ = train_autoencoder(start, train, rng=rng, epochs=40, rate=0.003)
    bent_map = encode(deep, test)
    bent_errors.append(squared_reconstruction_error(deep, test))
    bent_right.append(right_on_the_map(encode(deep, train), train.labels, bent_map, test.labels))
linear_errors = []
for n_numbers in range(1, 11):
    linear_errors.append(pca_error(fit_pca(train, n_numbers), test))
bent_error = np.mean(bent_errors)
print(f"PCA          error {linear_error:.2f}   same class {linear_right:.0%}")
print(f"autoencoder  error {bent_error:.2f}   same class {np.mean(bent_right):.0%}")
claim("The bent code loses at least a fifth less than the flat one",
      bent_error < 0.8 * linear_error, bent=bent_error, flat=linear_error)
claim("PCA needs four numbers or more to lose as little",
      bent_error < linear_errors[2] - 0.1, PCA_with_3=linear_errors[2], bent=bent_error)
claim("its nearest neighbours are more often of the same class",
      np.mean(bent_right) > linear_right + 0.06,
      bent=np.mean(bent_right), flat=linear_right)

# %% figure: two maps
fig, (left, right) = plots.new_figure(1, 2, width=10, height=4.8)
plots.draw_code_map(left, linear_map, test.labels, test.label_names, "two principal components")
plots.draw_code_map(right, bent_map, test.labels, test.label_names, "a code of two numbers, bent")
plots.save(fig, "23_maps.png")

# %% [markdown]
# **What to see.** On the left 0, 4 and 6 stand apart, and in the middle other digits lie on top of
# each other. On the right, the map of the last start, more of them have a place of their own. In
# the mean over the starts the bent code loses at least a fifth less than the flat one, PCA needs
# four numbers or more to lose as little, and its nearest neighbours are more often of the same
# class.
#
# Two warnings. Distances on such a map mean little: the decoder is free to stretch it, and another
# start gives another map. And a map is no classifier: some classes overlap.
#
# On MNIST's 784 pixels the same was shown with 30 numbers (Hinton and Salakhutdinov 2006): the
# squared error an image was 13.87 by PCA and 3.00 by a deep autoencoder.
# `lessons/reproductions/autoencoder_mnist.py` runs both.
#
# ## From a stack of RBMs
#
# In 2006 nobody knew how to start such a deep network. The answer was to start it as a stack of
# RBMs, each trained on the hidden layer of the one below (lesson 26 asks what that is worth today).
# The top one has Gaussian hidden units, since a code should be any number; the mean of such a unit
# is its input itself, (19.4). Going up takes the mean of each hidden layer, going down the mean of
# each visible one:
#
#     up      h_1 = E[h given v] = σ(c_1 + v W_1)      code = c_2 + h_1 W_2
#     down    g_1 = E[v given code] = σ(b_2 + code W_2ᵀ)      v̂ = σ(b_1 + g_1 W_1ᵀ)
#
# Each line is a layer of weights and a sigmoid: the stack *is* an encoder and a decoder, whose
# weights start tied, W going up and Wᵀ going down. Backpropagation then moves both freely.
#
#     encoder(v) = E[h_2 given v → E[h_1 given v]]                           (23.5)
#     decoder(code) = E[v given E[h_1 given code]]                           (23.6)
#
# The cell gets the means of layers of bits from the energy, by listing all their states, and that
# of a Gaussian layer as the place where exp(-E) is highest, which for a normal density is its mean.

# %% (23.5) (23.6) an unrolled stack
rng = np.random.default_rng(235)
lower = RBM(W=rng.normal(size=(5, 4)), b=rng.normal(size=5), c=rng.normal(size=4))
upper = RBM(W=rng.normal(size=(4, 2)), b=rng.normal(size=4), c=rng.normal(size=2),
            visible=Bernoulli(), hidden=Gaussian())


def mean_of_bits(states, log_weights):
    """The mean of a layer of bits, from all its states (2^K, K) and the logs of their weights."""
    weights = np.exp(log_weights - log_weights.max())
    return weights @ states / weights.sum()


def minus_lower_energy(v, h):
    return lower.b @ v + lower.c @ h + v @ lower.W @ h


def minus_upper_energy(v, h):
    return upper.b @ v + upper.c @ h + v @ upper.W @ h - h @ h / 2


unrolled = unroll_autoencoder([lower, upper])
case = rng.integers(0, 2, size=5).astype(float)
states_of_4 = all_bits(4)
states_of_5 = all_bits(5)

log_weights = np.array([minus_lower_energy(case, h) for h in states_of_4])
h_1 = mean_of_bits(states_of_4, log_weights)
code = np.zeros(2)
for j in range(2):  # -E is a h_j - h_j²/2 and a constant: its top is at a
    step = np.eye(2)[j]
    code[j] = (minus_upper_energy(h_1, step) - minus_upper_energy(h_1, -step)) / 2
verify("(23.5) encoder(v) = E[h_2 given v → E[h_1 given v]]", encode(unrolled, case), code)

log_weights = np.array([minus_upper_energy(v, code) for v in states_of_4])
g_1 = mean_of_bits(states_of_4, log_weights)
log_weights = np.array([minus_lower_energy(v, g_1) for v in states_of_5])
v_back = mean_of_bits(states_of_5, log_weights)
verify("(23.6) decoder(code) = E[v given E[h_1 given code]]", decode(unrolled, code), v_back)

# %% [markdown]
# ## What goes wrong
#
# Two slips that run without an error message:
#
#     the mean stays in       eigenvectors of the mean of v vᵀ, and v̂ = v Q Qᵀ
#     an error a pixel        mean over all entries where others quote the sum over a case

# %% wrong: two slips
second_moments = cases.T @ cases / len(cases)
_, vectors = np.linalg.eigh(second_moments)  # the smallest eigenvalue first
Q = vectors[:, [-1, -2]]
unseen = test[:].astype(np.float64)
with_mean = np.square(unseen - unseen @ Q @ Q.T).sum(axis=1).mean()
print(f"two directions with the mean left in: {with_mean:.2f}, without: {linear_error:.2f}")
claim("With the mean left in, one of the two directions is spent on the mean",
      with_mean > (linear_error + linear_errors[0]) / 2, with_mean=with_mean,
      two=linear_error, one=linear_errors[0])
print(f"the same error as a mean over pixels: {linear_error / 64:.3f}")

# %% [markdown]
# With the mean left in, one of the two directions is spent on the mean, and the error is nearer to
# that of one. The other slip needs only a look at the unit: about 3.4 a case and .053 a pixel are
# the same error.
#
# ## Stop here with a debugger
#
#     dgm lessons 23 --stop _autoencoder_gradient
#
# stops at the tiny autoencoder of (23.4). `n` goes to the next line: forward through encoder and
# decoder, the loss, and back.
#
#     (Pdb) p v
#     array float64 (5, 6) [0.00449, 0.983]
#     (Pdb) n
#     (Pdb) n
#     (Pdb) p code
#     array float64 (5, 2) [-2.44, -0.332]
#     (Pdb) n
#     (Pdb) n
#     (Pdb) p value
#     5.064344993170239
#     (Pdb) n
#     (Pdb) p dcode
#     array float64 (5, 2) [-0.191, 0.272]
#
# ## Exercises
#
# 1. By hand: the cases (0, 0), (2, 2), (4, 4), (2, 2). What is the error with one number, and what
#    without any, when each case is given back as the mean?
# 2. On paper: why can an autoencoder without any φ, v̂ = (v W + c) U + b, not beat PCA on the cases
#    that it learnt from? (In which plane does v̂ lie, whatever W and c are?)
# 3. In code, with nothing but NumPy:
#
#        def best_plane(v, K):
#            """The K principal components of v (N, D): (mean (D,), back (N, D), error).
#
#            back is what the codes of K numbers give back, error the mean over the cases of the
#            squared distance between case and what comes back.
#            """
#
#    Hold it against `fit_pca`: `lessons/solutions/23.md` shows the check.
#
# `dgm course release 23 --out .` writes a file for the exercise in code, and
# `dgm course check 23` judges what you write into it.
#
# Solutions: `lessons/solutions/23.md`, for when you have tried.
