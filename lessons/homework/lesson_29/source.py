# %% [markdown]
# # Exercise to lesson 29: backpropagation through time
#
# Write the way back through a recurrent temporal RBM. N films, T frames, D visible units, K hidden
# units. From frame to frame the model computes, with r_t a row of K numbers for each film,
#
#     c_{t+1} = c + r_t R        b_{t+1} = b + r_t V        r_t = σ(v_t W + c_t)
#
# Given are the slopes of log p(v_t given the past) by c_t and by b_t, Dh and Dv, as if there were no
# other frame; and r. To be found is the slope of log p of the whole film by each c_t, which also
# takes in what c_t does to later frames by way of r_t.
#
# The function works for any N, T >= 1, D and K. It does not change its arguments.

# %%
import numpy as np


def back_through_time(Dh, Dv, r, R, V):
    """The slopes (N, T, K) of log p of each film by all of its c_t.

    Dh (N, T, K), Dv (N, T, D), r (N, T, K), R (K, K), V (K, D)
    """
    # BEGIN SOLUTION
    total = Dh.copy()
    T = Dh.shape[1]
    for t in range(T - 2, -1, -1):
        slope_of_r = total[:, t + 1] @ R.T + Dv[:, t + 1] @ V.T
        total[:, t] += r[:, t] * (1 - r[:, t]) * slope_of_r
    return total
    # END SOLUTION
