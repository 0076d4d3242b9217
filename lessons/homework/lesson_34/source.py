# %% [markdown]
# # Exercise to lesson 34: a penalty of your own
#
# A discriminator with one hidden layer of H tanh units, as in lesson 31. Its four arrays lie in a
# tuple, theta_D = (A, a, B, b), of the shapes (D, H), (H,), (H, 1) and (1,):
#
#     x (N, D) → hidden = tanh(x A + a) (N, H) → s = hidden B + b (N, 1)          the logits
#     g (N, D) = ∂s/∂x, for each case its own
#
# R1 asks D to be flat at real cases. "R2" asks it at fake ones, and both together make the
# zero-centred penalty, with the mean over the N real cases and the mean over the M fake ones:
#
#     P = (γ/2) (mean |g|² at x_real + mean |g|² at x_fake)
#
# Find P, and its slopes by the four arrays. Lesson 34 does it with the library's `input_gradient`
# and `mlp_double_backward`; here the sweeps are yours, for these two affine layers and the tanh
# between them. A stands in two sweeps. The function does not change its arguments.

# %%
import numpy as np


def zero_centred(theta_D, x_real, x_fake, gamma):
    """(P, dA, da, dB, db): the penalty, a number, and its slope by each array, in the array's shape.

    theta_D = (A (D, H), a (H,), B (H, 1), b (1,)); x_real (N, D), x_fake (M, D).
    """
    # BEGIN SOLUTION
    A, a, B, b = theta_D
    penalty = 0.0
    slopes = np.zeros(A.shape), np.zeros(a.shape), np.zeros(B.shape), np.zeros(b.shape)
    for x in (x_real, x_fake):
        hidden = np.tanh(x @ A + a)
        slope = 1 - hidden**2  # (N, H), φ'
        d = slope * B[:, 0]  # ∂s/∂(x A + a)
        g = d @ A.T  # (N, D)
        penalty += gamma / 2 * np.sum(g**2) / len(x)

        u = gamma * g / len(x)  # ∂P/∂g, and up through the backward pass
        u_d = u @ A
        extra = u_d * B[:, 0] * -2 * hidden * slope  # φ'' = -2 φ φ', and down to x A + a
        slopes[0][...] += u.T @ d + x.T @ extra
        slopes[1][...] += extra.sum(axis=0)
        slopes[2][:, 0] += (u_d * slope).sum(axis=0)
    return penalty, *slopes
    # END SOLUTION
