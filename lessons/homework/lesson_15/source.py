# %% [markdown]
# # Exercise to lesson 15: walks in both directions, joined
#
# M walks went up from the base to the model and M walks down from draws of the model to the base.
# Each has left a log weight, and log Z_base is in it already: every one of them is an estimate of
# log Z by itself. The joint estimate (Bennett 1976) is the number log Z at which
#
#     Σ_up σ(log w - log Z) = Σ_down σ(log Z - log w)
#
# As log Z rises, the left side falls and the right side rises. So there is one such number, and it
# is found by bisection: between two numbers of which one is too low and the other too high, look
# at the one in the middle, and go on with the half in which the two sides meet.
#
# A log weight may be of any size: log Z of a large model is a number in the thousands, and exp of
# it is more than a float can hold. The function does not change its arguments.

# %%
import numpy as np


def join(log_w_up, log_w_down):
    """log Z by (15.6), from as many walks up (M,) as down (M,), by bisection: a number.

    It lies between the smallest of all log weights less 10 and the largest plus 10; right to 8 digits.
    """
    # BEGIN SOLUTION
    low = min(log_w_up.min(), log_w_down.min()) - 10
    high = max(log_w_up.max(), log_w_down.max()) + 10
    for _ in range(60):
        middle = (low + high) / 2
        left = sigmoid(log_w_up - middle).sum()  # falls as log Z rises
        right = sigmoid(middle - log_w_down).sum()  # rises
        if left > right:
            low = middle
        else:
            high = middle
    return (low + high) / 2
    # END SOLUTION


# BEGIN SOLUTION
def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))
# END SOLUTION
