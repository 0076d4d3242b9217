# %% [markdown]
# # Exercise to lesson 33: W1 of sets of different sizes
#
# N real numbers and M fake ones lie on a line, each of the N with the mass 1/N, each of the M with
# 1/M. With P(real <= t) the fraction of the real numbers that are at most t,
#
#     W1 = ∫ |P(real <= t) - P(fake <= t)| dt          over all places t
#
# Where N = M this is the mean of |x_real(i) - x_fake(i)|, both sorted. For other sizes there are no
# such pairs, but the area is there still. Find it with no loop over places. Between two neighbours
# of all N + M numbers, sorted, neither fraction changes.
#
# Numbers may occur several times, on one side or on both. The function does not change its
# arguments, which are not sorted.

# %%
import numpy as np


def w1(real, fake):
    """W1 of real (N,) and fake (M,) numbers, N and M any sizes: the area (33.2), a number."""
    # BEGIN SOLUTION
    places = np.sort(np.concatenate([real, fake]))  # (N + M,)
    left = places[:-1]
    below_real = np.searchsorted(np.sort(real), left, side="right") / len(real)
    below_fake = np.searchsorted(np.sort(fake), left, side="right") / len(fake)
    surplus = np.abs(below_real - below_fake)  # from each place to the next
    return surplus @ np.diff(places)
    # END SOLUTION
