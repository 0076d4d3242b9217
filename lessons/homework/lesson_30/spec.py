"""Exercise to lesson 30: instances, what is asked of the estimate, and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Seed, Task

N, M = 4_000, 2_000
ROOM = 0.15  # about 5 standard deviations of the solution's estimate


def densities_of(number):
    """p_data and p_G that belong to a Seed's number, each a list of (weight, mean, sd) of its bumps."""
    rng = np.random.default_rng(number)
    middle = rng.uniform(-0.3, 0.3)
    side = rng.choice([-1, 1])
    if number % 2 == 0:
        return ([(1.0, middle, rng.uniform(0.6, 0.75))],
                [(1.0, middle + side * rng.uniform(0.8, 1.2), rng.uniform(1.1, 1.3))])
    apart = rng.uniform(1.1, 1.3)
    return ([(0.5, middle - apart, 0.6), (0.5, middle + apart, 0.6)],
            [(1.0, middle + side * rng.uniform(0.3, 0.5), rng.uniform(1.1, 1.3))])


def draw(bumps, n, rng):
    weights, means, sds = np.array(bumps).T
    which = rng.choice(len(bumps), size=n, p=weights)
    return (means[which] + sds[which] * rng.standard_normal(n))[:, None]


def instance(rng, conventions, number):
    seed = 2 * int(rng.integers(2**30)) + number
    p_data, p_G = densities_of(seed)
    return {"x_real": draw(p_data, N, rng), "x_fake": draw(p_G, M, rng), "rng": Seed(seed)}


def exact_kl(p, q):
    """KL(p ‖ q) of two densities, as an integral."""
    x = np.linspace(-12, 12, 8_001)
    p, q = (sum(w * np.exp(-(((x - mean) / sd) ** 2) / 2) / (sd * np.sqrt(2 * np.pi)) for w, mean, sd in bumps)
            for bumps in (p, q))
    p, q = np.maximum(p, 1e-300), np.maximum(q, 1e-300)
    return float(np.sum(p * np.log(p / q)) * (x[1] - x[0]))


def judge_estimate(arguments, answers):
    """None where the estimate is near enough."""
    if answers[0].shape not in ((), (1,), (1, 1)):
        return f"expected a number, got the shape {answers[0].shape}"
    found = float(answers[0].reshape(()))
    p_data, p_G = densities_of(arguments["rng"].number)
    right = exact_kl(p_data, p_G)
    if abs(found - right) <= ROOM:
        return None
    others = {"-KL(p_data ‖ p_G), as with the labels swapped": -right, "KL(p_G ‖ p_data)": exact_kl(p_G, p_data),
              "KL(p_data ‖ p_G) + log(N / M), as with one mean over all N + M cases": right + np.log(N / M)}
    near = [f", which is near {name}" for name, value in others.items() if abs(found - value) < 0.08]
    return f"the estimate is {found:.3f}{''.join(near)}; KL(p_data ‖ p_G) is {right:.3f} here, give or take {ROOM}"


# BEGIN PROPERTIES
def property_lesson(student):
    """two normal densities with sd 1, at distance 1, are half a nat apart"""
    rng = np.random.default_rng(0)
    found = student.estimate_kl(rng.normal(size=(5_000, 1)), 1 + rng.normal(size=(2_500, 1)), rng)
    return None if abs(float(np.squeeze(found)) - 0.5) < 0.1 else f"got {found}"


def property_order(student):
    """it tells p_data from p_G: from N(0, .7²) to N(1, 1.2²) it is .56 nats, and not 1.45, which is the way back"""
    rng = np.random.default_rng(1)
    narrow, wide = 0.7 * rng.normal(size=(5_000, 1)), 1 + 1.2 * rng.normal(size=(2_500, 1))
    found = float(np.squeeze(student.estimate_kl(narrow, wide, rng)))
    return None if abs(found - 0.556) < 0.15 else f"got {found:.2f}"
# END PROPERTIES


LAST = "return s_real.mean()"
MISTAKES = (
    Edit(33, "np.repeat([1.0, 0.0], N_BATCH)", "np.repeat([0.0, 1.0], N_BATCH)"),
    Edit(135, LAST, "return -logits(theta, x_fake)[1].mean()"),
    Edit(135, LAST, "_, s_fake = logits(theta, x_fake)\n"
         "    return np.log(4) - np.logaddexp(0, -s_real).mean() - np.logaddexp(0, s_fake).mean()"),
    Edit(136, "x = np.concatenate([real, fake])",
         "rows = rng.integers(len(x_real) + len(x_fake), size=2 * N_BATCH)\n"
         "        x, t = np.concatenate([x_real, x_fake])[rows], (rows < len(x_real))[:, None]"),
    Edit(136, LAST, "return np.concatenate([s_real, logits(theta, x_fake)[1]]).mean()"),
    Edit(137, "array -= rate", "array += rate"),
    Edit(149, LAST, "return -np.logaddexp(0, -s_real).mean()"),
    Edit(149, LAST, "return (1 / (1 + np.exp(-s_real))).mean()"),
)

ASSIGNMENT = Assignment(
    title="D as a measuring instrument",
    after="30",
    tasks=(
        Task("estimate_kl", 1, 1.5, "30", "30.5", instance, answers=("the estimate",), judge=judge_estimate,
             instances=2, mistakes=MISTAKES,
             hints=("The slope of L_D by a logit is (σ(s) - 1) / N for a real case and σ(s) / M for a fake one.",
                    "600 steps of Adam on 200 cases of each kind are enough, at a rate that falls from .05 to 0.",
                    "KL(p_data ‖ p_G) is a mean under the data of what the logit of the best D is.")),
    ),
)
