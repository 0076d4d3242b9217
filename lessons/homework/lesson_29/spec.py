"""Exercise to lesson 29: instances, oracle and mistakes."""
import numpy as np

from numpy_dgm.course.tasks import Assignment, Edit, Task
from numpy_dgm.energy.temporal import RTRBM, _back_through_time


def instance(rng, conventions, number):
    """N, T, D and K all different, D and K alike in the last instance; slopes and r of any size."""
    N, T, D, K = (5, 6, 4, 4) if number == 2 else rng.permutation([3, 4, 5, 6])[:4]
    return {"Dh": rng.normal(size=(N, T, K)), "Dv": rng.normal(size=(N, T, D)), "r": rng.random((N, T, K)),
            "R": rng.normal(size=(K, K)), "V": rng.normal(size=(K, D))}


def by_the_package(Dh, Dv, r, R, V):
    K, D = V.shape
    model = RTRBM(W=np.zeros((D, K)), V=V, R=R, b=np.zeros(D), c=np.zeros(K), c0=np.zeros(K))
    return _back_through_time(model, r, Dv, Dh)


# BEGIN PROPERTIES
def property_one_frame(student):
    """a film of one frame has no later ones: the slope is Dh"""
    rng = np.random.default_rng(0)
    Dh = rng.normal(size=(2, 1, 3))
    found = student.back_through_time(Dh, np.ones((2, 1, 4)), np.full((2, 1, 3), 0.5), np.eye(3), np.ones((3, 4)))
    if np.shape(found) != (2, 1, 3):
        return f"expected the shape (2, 1, 3), got {np.shape(found)}"
    return None if np.allclose(found, Dh) else "it is not"


def property_certain_units(student):
    """where every r is 0 or 1 nothing moves it, and the slope is Dh"""
    rng = np.random.default_rng(1)
    Dh, Dv = rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 4, 5))
    r = rng.integers(0, 2, size=(2, 4, 3)).astype(float)
    found = student.back_through_time(Dh, Dv, r, rng.normal(size=(3, 3)), rng.normal(size=(3, 5)))
    return None if np.shape(found) == Dh.shape and np.allclose(found, Dh) else "it is not"


def property_differences(student):
    """it is the slope of Σ_t (Dh_t·c_t + Dv_t·b_t), with c and b computed along the film, by differences"""
    rng = np.random.default_rng(2)
    T, D, K = 4, 3, 2
    Dh, Dv, R, V = (rng.normal(size=size) for size in ((T, K), (T, D), (K, K), (K, D)))
    inputs = rng.normal(size=(T, K))

    def along_the_film(nudge):
        total, r, all_r = 0.0, np.zeros(K), []
        for t in range(T):
            c, b = r @ R + nudge[t], r @ V
            total += Dh[t] @ c + Dv[t] @ b
            r = 1 / (1 + np.exp(-(inputs[t] + c)))
            all_r.append(r)
        return total, np.array(all_r)

    _, r = along_the_film(np.zeros((T, K)))
    found = student.back_through_time(Dh[None], Dv[None], r[None], R, V)
    for place in np.ndindex(T, K):
        nudge = np.zeros((T, K))
        nudge[place] = 1e-5
        slope = (along_the_film(nudge)[0] - along_the_film(-nudge)[0]) / 2e-5
        if np.shape(found) != (1, T, K) or abs(found[0][place] - slope) > 1e-6:
            return f"it is not, in frame {place[0] + 1}, unit {place[1] + 1}"
    return None
# END PROPERTIES


SLOPE = "slope_of_r = total[:, t + 1] @ R.T + Dv[:, t + 1] @ V.T"
STEP = "total[:, t] += r[:, t] * (1 - r[:, t]) * slope_of_r"
MISTAKES = (
    Edit(11, "total[:, t + 1] @ R.T", "total[:, t + 1] @ R"),
    Edit(25, "total = Dh.copy()", "total = Dh"),
    Edit(300, "total[:, t + 1] @ R.T", "Dh[:, t + 1] @ R.T"),
    Edit(301, SLOPE, "slope_of_r = total[:, t + 1] @ R.T"),
    Edit(302, STEP, "total[:, t] += slope_of_r"),
    Edit(303, "range(T - 2, -1, -1)", "range(T - 2, 0, -1)"),
    Edit(300, "range(T - 2, -1, -1)", "range(T - 1)"),
    Edit(305, STEP, "total[:, t] += r[:, t + 1] * (1 - r[:, t + 1]) * slope_of_r"),
    Edit(306, "Dv[:, t + 1] @ V.T", "Dv[:, t] @ V.T"),
    Edit(307, STEP, "total[:, t] = r[:, t] * (1 - r[:, t]) * slope_of_r"),
    Edit(308, STEP, "total[:, t] += r[:, t] * slope_of_r"),
    Edit(309, STEP, "total[:, t] -= r[:, t] * (1 - r[:, t]) * slope_of_r"),
)

ASSIGNMENT = Assignment(
    title="backpropagation through time",
    after="29",
    tasks=(
        Task("back_through_time", 1, 0.5, "29", "29.3", instance, by_the_package, ("total",), mistakes=MISTAKES,
             hints=("In the last frame the answer is Dh. Start there, and go to the first.",
                    "r_t goes into c of the frame after, whose slope you have just found, and into b of the frame after.",
                    "Through a matrix product r R a slope goes back by Rᵀ, through σ by r (1 - r).")),
    ),
)
