# %% [markdown]
# # Exercise to lesson 38: the slope of an image
#
# A discriminator with one hidden layer of H tanh units sees an image of D pixels and beside it the
# label, one-hot over C classes. Its four arrays lie in a tuple, theta_D = (A, a, B, b), of the
# shapes (D + C, H), (H,), (H, 1) and (1,):
#
#     x = [image, one-hot label] (N, D + C) → hidden = tanh(x A + a) → s = hidden B + b (N, 1)
#
# s is the logit of D. G made the images, was asked for the labels, and descends the non-saturating
# loss, the mean over the N cases of -log σ(s). Find the slope of that loss by the images.
#
# The logits may be of any size: exp of one may be more than a float can hold. The function works
# for any N, D, C and H, and does not change its arguments.

# %%
import numpy as np


def image_slope(theta_D, images, one_hot):
    """dx (N, D) of G's non-saturating loss at images (N, D) and their labels one_hot (N, C).

    theta_D = (A (D + C, H), a (H,), B (H, 1), b (1,)).
    """
    # BEGIN SOLUTION
    A, a, B, b = theta_D
    N, D = images.shape
    seen = np.hstack([images, one_hot])  # (N, D + C)
    hidden = np.tanh(seen @ A + a)
    s = hidden @ B + b
    p = 0.5 * (1 + np.tanh(0.5 * s))  # σ(s) without overflow
    ds = (p - 1) / N
    dhidden = (ds @ B.T) * (1 - hidden**2)
    d_seen = dhidden @ A.T
    return d_seen[:, :D]
    # END SOLUTION
