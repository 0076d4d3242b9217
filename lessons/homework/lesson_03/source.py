# %% [markdown]
# # Exercise to lesson 3: a mixture learnt up the gradient
#
# A mixture of M components for D bits, all with the same probability: π_m = 1/M. Given h = m the
# pixels are independent, pixel i on with the probability μ_mi = σ(B_mi), so that B may be any
# number.
#
#     log p(v, h = m) = -log M + Σ_i (v_i log μ_mi + (1 - v_i) log (1 - μ_mi))
#
# N cases lie in rows. Instead of EM, climb: each step adds to B the rate times the slope of the
# mean log p(v) by B, taken where the last step has ended. The slope is that of exercise 2; each
# case counts for component m with its responsibility r_nm = p(h = m given v_n).
#
# Pictures may have thousands of pixels: then the product of all their probabilities is 0 in
# floating point. The function does not change its arguments.

# %%
import numpy as np


def climb(B, v, rate, steps):
    """B (M, D) after so many steps of rate times the slopes; v (N, D)."""
    # BEGIN SOLUTION
    N = len(v)
    for _ in range(steps):
        mu = 1 / (1 + np.exp(-B))  # (M, D)
        log_p_vh = v @ np.log(mu).T + (1 - v) @ np.log(1 - mu).T  # (N, M), but for log M
        weights = np.exp(log_p_vh - log_p_vh.max(axis=1, keepdims=True))
        r = weights / weights.sum(axis=1, keepdims=True)
        R = r.sum(axis=0)  # (M,)
        slope = (r.T @ v - R[:, None] * mu) / N
        B = B + rate * slope
    return B
    # END SOLUTION
