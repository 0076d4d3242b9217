# %% [markdown]
# # Exercise to lesson 21: the check that misses nothing
#
# Write the check of every entry. f takes a vector θ (P,) and gives a number, and `gradient` (P,) is
# what somebody says is ∂f/∂θ at `vector`. Hold it against central differences with the step ε,
#
#     difference_i = (f(θ with θ_i + ε) - f(θ with θ_i - ε)) / 2ε
#
# one entry after the other: while θ_i is moved all the others stay where they are. Give back
#
#     error = max_i |gradient_i - difference_i| / max_i |difference_i|
#
# and the place i of the worst entry, from 0 on. All entries are divided by the same number, the
# size of the largest difference: an entry whose slope is next to nothing should not be worst for
# its rounding alone. `vector` and `gradient` are afterwards as they were.
#
# Your function is tried on a sum of cubes and products, by `worst_of_polynomial`, which is given.
# ε is .1 there and not tiny, so that (21.1) can be seen: the difference of θ_i³ is 3 θ_i² + ε².
# With f the loss of a network and ε = 10⁻⁵ it is the check of the lesson.

# %%
import numpy as np


def worst_entry(f, vector, gradient, step):
    """(error, i): the largest |gradient_i - central difference|, and its place i.

    f takes a vector (P,) and gives a number; vector and gradient (P,). The error is divided by the
    largest |central difference|. `vector` is left as it was.
    """
    # BEGIN SOLUTION
    differences = np.zeros(len(vector))
    moved = vector.copy()
    for i in range(len(vector)):
        moved[i] = vector[i] + step
        up = f(moved)
        moved[i] = vector[i] - step
        down = f(moved)
        moved[i] = vector[i]
        differences[i] = (up - down) / (2 * step)
    off = np.abs(gradient - differences)
    i = int(np.argmax(off))
    error = off[i] / np.abs(differences).max()
    return error, i
    # END SOLUTION


def worst_of_polynomial(vector, gradient, step, a, B):
    """`worst_entry` of f(θ) = Σ_i a_i θ_i³ + θᵀ B θ: vector, gradient and a (P,), B (P, P). It is given."""

    def f(theta):
        return np.sum(a * theta**3) + theta @ B @ theta

    return worst_entry(f, vector, gradient, step)
