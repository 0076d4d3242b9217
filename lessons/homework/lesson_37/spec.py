"""Exercise to lesson 37: instances, oracle and mistakes."""
import math

import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task

SIZES = ((5, 8, 2), (9, 4, 3), (4, 10, 1), (7, 7, 2))  # N, M, D
P = 199


def instance(rng, conventions, number):
    """Sets that are not far from one another, a bandwidth away from 1; the observed division is there twice more."""
    N, M, D = SIZES[number]
    shift = 0.3 + 0.1 * number
    observed = np.repeat([1.0, 0.0], [N, M])
    columns = [rng.permutation(observed) for _ in range(P - 2)]
    return {"x": 1.3 * rng.normal(size=(N, D)), "y": shift + rng.normal(size=(M, D)),
            "bandwidth": float(rng.uniform(0.5, 0.7) if number % 2 else rng.uniform(1.5, 2.0)),
            "in_x": np.column_stack([*columns, observed, observed])}


def oracle(x, y, bandwidth, in_x):
    """Division by division, by the definition: the three means over lists of pairs."""
    z = np.concatenate([x, y])
    k = [[math.exp(-math.dist(a, b) ** 2 / (2 * bandwidth**2)) for b in z] for a in z]

    def squared_mmd(column):
        first = [i for i, is_in in enumerate(column) if is_in == 1]
        second = [i for i, is_in in enumerate(column) if is_in == 0]
        within = 0.0
        for rows in (first, second):
            within += sum(k[i][j] for i in rows for j in rows if i != j) / (len(rows) * (len(rows) - 1))
        return within - 2 * sum(k[i][j] for i in first for j in second) / (len(first) * len(second))

    observed = squared_mmd([1] * len(x) + [0] * len(y))
    n_as_large = sum(squared_mmd(column) >= observed - 1e-12 for column in in_x.T.tolist())
    return (np.array((1 + n_as_large) / (1 + in_x.shape[1])),)


# BEGIN PROPERTIES
def property_ends(student):
    """far apart it is 1 / (1 + P), unless the observed division is among the P; and it is 1 for rows all alike"""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(5, 2)), 30 + rng.normal(size=(6, 2))
    observed = np.repeat([1.0, 0.0], [5, 6])
    others = np.column_stack([np.roll(observed, shift) for shift in range(1, 10)])
    for found, right in ((student.two_sample_p_value(x, y, 1.0, others), 1 / 10),
                         (student.two_sample_p_value(x, y, 1.0, np.column_stack([others, observed])), 2 / 11),
                         (student.two_sample_p_value(0 * x, 0 * y, 1.0, others), 1.0)):
        if not np.isclose(found, right):
            return f"expected {right:.4f}, got {float(found):.4f}"
    return None


def property_definition(student):
    """for 5 and 4 rows it is what the definition says, over all 126 divisions and a pair of rows at a time"""
    rng = np.random.default_rng(1)
    for width in (0.4, 3.0):
        rows = rng.normal(size=(9, 2)) + 0.4 * (np.arange(9) < 5)[:, None]
        found = []
        for chosen in itertools.combinations(range(9), 5):  # the first one is the observed division
            rest = [i for i in range(9) if i not in chosen]
            means = []
            for pairs in (itertools.permutations(chosen, 2), itertools.permutations(rest, 2),
                          itertools.product(chosen, rest)):
                means.append(np.mean([np.exp(-((rows[i] - rows[j]) ** 2).sum() / (2 * width**2)) for i, j in pairs]))
            found.append((means[0] + means[1] - 2 * means[2], np.isin(range(9), chosen) * 1.0))
        right = (1 + sum(one >= found[0][0] - 1e-12 for one, _ in found)) / 127
        columns = np.column_stack([column for _, column in found])
        p = float(student.two_sample_p_value(rows[:5], rows[5:], width, columns))
        if not np.isclose(p, right):
            return f"expected {right:.4f}, got {p:.4f}"
    return None
# END PROPERTIES


LAST = "return (1 + n_as_large) / (1 + in_x.shape[1])"
MISTAKES = (
    Edit(137, "squared_mmd[1:] >= squared_mmd[0] - 1e-12", "squared_mmd[1:] <= squared_mmd[0] + 1e-12"),
    Edit(137, "within_x + within_y - 2 * across", "2 * across - within_x - within_y"),
    Edit(138, "(2 * bandwidth**2)", "(2 * bandwidth)"),
    Edit(138, "-squares / (2 * bandwidth**2)", "-np.sqrt(squares) / (2 * bandwidth**2)"),
    Edit(142, LAST, "return n_as_large / in_x.shape[1]"),
    Edit(142, LAST, "return (1 + n_as_large) / in_x.shape[1]"),
    Edit(142, LAST, "return n_as_large / (1 + in_x.shape[1])"),
    Edit(143, "squared_mmd[1:] >= squared_mmd[0] - 1e-12", "squared_mmd[1:] > squared_mmd[0] + 1e-12"),
    Edit(144, "(N * (N - 1))\n    within_y = np.sum(second * (k @ second), axis=0) / (M * (M - 1))",
         "(N * N)\n    within_y = np.sum(second * (k @ second), axis=0) / (M * M)"),
    Edit(144, """    np.fill_diagonal(k, 0)
    N, M = len(x), len(y)
    observed = np.concatenate([np.ones(N), np.zeros(M)])
""", """    N, M = len(x), len(y)
    u = np.column_stack([np.repeat([1.0, 0.0], [N, M]), in_x])
    biased = np.sum((u / N - (1 - u) / M) * (k @ (u / N - (1 - u) / M)), axis=0)
    return (1 + np.count_nonzero(biased[1:] >= biased[0] - 1e-12)) / (1 + in_x.shape[1])
    observed = np.concatenate([np.ones(N), np.zeros(M)])
"""),
)

ASSIGNMENT = Assignment(
    title="a p-value from matrix products",
    after="37",
    tasks=(
        Task("two_sample_p_value", 1, 0.75, "37", "37.5", instance, oracle, ("the p-value",), mistakes=MISTAKES,
             instances=len(SIZES),
             hints=("k (R, R) of all rows with all, and 0 on its diagonal: a row with itself does not count.",
                    "For a column u of 0 and 1, u · (k u) is the sum of k over all pairs of the rows where u is 1.",
                    "(k @ in_x) * in_x does it for all columns at once; the observed division is one more column.")),
    ),
)
