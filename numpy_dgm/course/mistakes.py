"""The mistakes that students make, each as a small edit of a solution's own text.

An edit names the assignment, the task in whose answer the mistake shows, what stands in the solution once, and what
stands there instead. So each mistake can be read, run on any instance, recognised in a wrong answer by computing what
it would have given (diagnosis.py), and put into the pieces of the assignment "find the bug".

Collected from public questions, issues and pull requests of RBM, backpropagation and GAN code. The numbers are those of
the course's list; the mutants of the tests with a number in brackets make the same mistakes in the package.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """One way of making a mistake."""

    assignment: str
    task: str  # the function that the mistake makes wrong
    there: str  # stands once in the function
    instead: str
    within: str = ""  # the function that is edited, where it is another than the task's own


@dataclass(frozen=True)
class Mistake:
    """A mistake by its number and name, with the edits that make it."""

    number: int
    name: str
    says: str  # to a student who has made it; {N} is how many cases the instance has
    edits: tuple[Edit, ...]
    is_warning: bool = False  # right on average: it costs no points


HW1 = "hw1_rbm"
RETURN = "return as_D_by_K(dW, conventions), db, dc"
POSITIVE = "mean_h_data = mean_of(hidden_probs(v_data, W, b, c, conventions), conventions)"
NEGATIVE = "mean_h = mean_of(hidden_probs(v, W, b, c, conventions), conventions)"
GIBBS_LOOP = """\
    for _ in range(k):
        h, v = gibbs_step(v, W, b, c, conventions, rng)
"""

MISTAKES = (
    Mistake(1, "sign of the energy or of a conditional", "the sign is wrong: low energies are probable, and an input "
            "above 0 makes the higher value the more probable one", (
                Edit(HW1, "energy", "return -visible_part - hidden_part - pair_part",
                     "return visible_part + hidden_part + pair_part"),
                Edit(HW1, "hidden_probs", "sigmoid(difference * x", "sigmoid(-difference * x"),
                Edit(HW1, "visible_probs", "sigmoid(difference * x", "sigmoid(-difference * x"))),
    Mistake(2, "sign of a bias term in the free energy", "the term of the visible biases has the wrong sign: "
            "F holds -b·v", (
                Edit(HW1, "free_energy", "-(v @ b)", "(v @ b)"),)),
    Mistake(3, "log(1 + exp(x)) written out", "exp overflows for large inputs, and the logarithm of infinity is no "
            "number to go on with: np.logaddexp", (
                Edit(HW1, "free_energy", "np.logaddexp(at_low, at_high)", "np.log(np.exp(at_low) + np.exp(at_high))"),)),
    Mistake(4, "hidden bias left out", "the hidden biases c are missing", (
        Edit(HW1, "energy", " - hidden_part", ""),
        Edit(HW1, "hidden_probs", " + c", ""),
        Edit(HW1, "free_energy", " + c", ""))),
    Mistake(5, "visible bias left out", "the visible biases b are missing", (
        Edit(HW1, "energy", "-visible_part - ", "-"),
        Edit(HW1, "visible_probs", " + b", ""),
        Edit(HW1, "free_energy", "-(v @ b) - ", "-"))),
    Mistake(6, "gradient's sign flipped", "the sign of the whole gradient is wrong: the data's average comes first, "
            "minus the model's", (
                Edit(HW1, "cd_gradient", RETURN, "return -as_D_by_K(dW, conventions), -db, -dc"),
                Edit(HW1, "pcd_gradient", RETURN, "return -as_D_by_K(dW, conventions), -db, -dc"))),
    Mistake(7, "only W's sign flipped", "the sign of dW is wrong, those of db and dc are right", (
        Edit(HW1, "cd_gradient", RETURN, "return -as_D_by_K(dW, conventions), db, dc"),
        Edit(HW1, "pcd_gradient", RETURN, "return -as_D_by_K(dW, conventions), db, dc"))),
    Mistake(8, "no 1/N", "the mean over the {N} cases is missing", (
        Edit(HW1, "cd_gradient", "N = len(v_data)", "N = 1"),
        Edit(HW1, "pcd_gradient", "N, M = len(v_data), len(chains)", "N, M = 1, 1"))),
    Mistake(9, "1/N on the biases only", "dW is not divided by the {N} cases, db and dc are", (
        Edit(HW1, "cd_gradient", "v.T @ mean_h) / (N * conventions.T)", "v.T @ mean_h) / conventions.T"),
        Edit(HW1, "pcd_gradient", "(v_data.T @ mean_h_data / N - v.T @ mean_h / M)",
             "(v_data.T @ mean_h_data - v.T @ mean_h)"))),
    Mistake(10, "bias gradient summed to one number", "a bias gradient is summed to one number: sum over the cases "
            "alone, axis=0", (
                Edit(HW1, "cd_gradient", RETURN, "return as_D_by_K(dW, conventions), db.sum(), dc.sum()"),
                Edit(HW1, "pcd_gradient", RETURN, "return as_D_by_K(dW, conventions), db.sum(), dc.sum()"))),
    Mistake(11, "transposed", "W is transposed: an error where D and K differ, silently wrong where they do not", (
        Edit(HW1, "energy", "as_D_by_K(W, conventions)", "as_D_by_K(W, conventions).T"),
        Edit(HW1, "hidden_probs", "as_D_by_K(W, conventions)", "as_D_by_K(W, conventions).T"),
        Edit(HW1, "visible_probs", "as_D_by_K(W, conventions).T", "as_D_by_K(W, conventions)"),
        Edit(HW1, "free_energy", "as_D_by_K(W, conventions)", "as_D_by_K(W, conventions).T"),
        Edit(HW1, "cd_gradient", RETURN, "return as_D_by_K(dW, conventions).T, db, dc"),
        Edit(HW1, "pcd_gradient", RETURN, "return as_D_by_K(dW, conventions).T, db, dc"))),
    Mistake(12, "rounds instead of sampling", "the probabilities are rounded, not drawn from: a unit with p = .6 must "
            "be low in four draws of ten", (
                Edit(HW1, "gibbs_step", "uniform < p", "0.5 < p", "draw"),)),
    Mistake(13, "comparison inverted", "the comparison is the wrong way round: this draws with 1 - p", (
        Edit(HW1, "gibbs_step", "uniform < p", "uniform > p", "draw"),)),
    Mistake(14, "normal noise where uniform belongs", "the noise is normal; a unit is high where a number drawn "
            "uniformly from [0, 1) is below p", (
                Edit(HW1, "gibbs_step", "rng.random(p.shape)", "rng.standard_normal(p.shape)", "draw"),)),
    Mistake(15, "one noise row for the whole batch", "all cases share one row of random numbers: every unit of every "
            "case needs its own", (
                Edit(HW1, "gibbs_step", "rng.random(p.shape)", "rng.random(p.shape[1:])", "draw"),)),
    Mistake(16, "probabilities drive the chain", "means go on in the chain where drawn values must: with means it is "
            "another chain, and not that of the model", (
                Edit(HW1, "gibbs_step", "h = draw(p_h, conventions, rng)", "h = mean_of(p_h, conventions)"),
                Edit(HW1, "cd_gradient", "h, v = gibbs_step(v, W, b, c, conventions, rng)",
                     "v = draw(visible_probs(mean_of(hidden_probs(v, W, b, c, conventions), conventions), W, b, c, "
                     "conventions), conventions, rng)"),
                Edit(HW1, "pcd_gradient", "h = draw(p_h, conventions, rng)", "h = mean_of(p_h, conventions)"))),
    Mistake(17, "stale h in the negative phase", "the negative phase uses the h from which v was drawn: take the mean "
            "of h once more, given the last v", (
                Edit(HW1, "cd_gradient", NEGATIVE, "mean_h = h"),
                Edit(HW1, "cd_gradient", GIBBS_LOOP + "    " + NEGATIVE, """\
    for _ in range(k):
        mean_h = mean_of(hidden_probs(v, W, b, c, conventions), conventions)
        h, v = gibbs_step(v, W, b, c, conventions, rng)"""),
                Edit(HW1, "pcd_gradient", "mean_h = mean_of(p_h, conventions)", "mean_h = chains"))),
    Mistake(18, "negative phase uses the data's v", "the negative phase uses the cases for v, not where the chain has "
            "ended", (
                Edit(HW1, "cd_gradient", "- v.T @ mean_h)", "- v_data.T @ mean_h)"),)),
    Mistake(19, "negative phase uses the data's h", "the negative phase uses the h of the cases, not those given the "
            "v where the chain has ended", (
                Edit(HW1, "cd_gradient", NEGATIVE, "mean_h = mean_h_data"),)),
    Mistake(20, "k - 1 steps", "the chain takes one step too few", (
        Edit(HW1, "cd_gradient", "range(k)", "range(k - 1)"),
        Edit(HW1, "pcd_gradient", "range(k)", "range(k - 1)"))),
    Mistake(21, "k + 1 steps", "the chain takes one step too many", (
        Edit(HW1, "cd_gradient", "range(k)", "range(k + 1)"),
        Edit(HW1, "pcd_gradient", "range(k)", "range(k + 1)"))),
    Mistake(22, "h sampled in the positive phase", "in the positive phase h is drawn where its mean is known: right on "
            "average, but noisier", (
                Edit(HW1, "cd_gradient", POSITIVE,
                     "mean_h_data = draw(hidden_probs(v_data, W, b, c, conventions), conventions, rng)"),
                Edit(HW1, "cd_gradient", GIBBS_LOOP, """\
    for step in range(k):
        h, v = gibbs_step(v, W, b, c, conventions, rng)
        if step == 0:
            mean_h_data = h
"""),
                Edit(HW1, "pcd_gradient", POSITIVE,
                     "mean_h_data = draw(hidden_probs(v_data, W, b, c, conventions), conventions, rng)")),
            is_warning=True),
    Mistake(23, "reseeds inside the step", "the numbers are not drawn from `rng`: every call draws the same ones", (
        Edit(HW1, "gibbs_step", "p_h = hidden_probs(v,", "rng = np.random.default_rng(0)\n    p_h = hidden_probs(v,"),)),
    Mistake(24, "PCD chain reset at each call", "the chains start at the data at each call: that is CD. They go on "
            "from `chains`", (
                Edit(HW1, "pcd_gradient", "h = chains\n",
                     "h = draw(hidden_probs(v_data, W, b, c, conventions), conventions, rng)\n"),)),
    Mistake(25, "writes over its input", "the function changes its arguments, which the caller goes on using", (
        Edit(HW1, "gibbs_step", "new_v = draw(p_v, conventions, rng)",
             "v[...] = draw(p_v, conventions, rng)\n    new_v = v"),
        Edit(HW1, "pcd_gradient", "return as_D_by_K(dW, conventions), db, dc, h",
             "chains[...] = h\n    return as_D_by_K(dW, conventions), db, dc, h"))),
    Mistake(26, "follows the reconstruction error instead of the likelihood", "training stops where the reconstruction "
            "is good, which says little about the likelihood", (
                Edit(HW1, "train", "        c = c + rate * dc\n", """\
        c = c + rate * dc
        x_h = visible_probs(mean_of(hidden_probs(v_data, W, b, c, conventions), conventions), W, b, c, conventions)
        if np.mean((v_data - x_h) ** 2) < 0.2:
            break
"""),)),
)


def edits_of(assignment: str) -> list[tuple[Mistake, Edit]]:
    """All edits of an assignment's solution, each with its mistake."""
    return [(mistake, edit) for mistake in MISTAKES for edit in mistake.edits if edit.assignment == assignment]


def mistake_numbered(number: int) -> Mistake:
    """The mistake of that number."""
    [found] = [mistake for mistake in MISTAKES if mistake.number == number]
    return found
