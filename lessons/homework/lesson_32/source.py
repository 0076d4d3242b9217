# %% [markdown]
# # Exercise to lesson 32: consensus
#
# The Dirac GAN in its saturating form: the data are all at 0, G makes the number θ, and D's logit
# at x is w x. With p = σ(w θ), what D says of G's number, the two players' arrows are
#
#     v_θ = p w          v_w = -p θ
#
# and they lead round in circles. "Consensus" (Mescheder, Nowozin and Geiger 2017) lets both players
# descend ½ |v|² = ½ (v_θ² + v_w²) too, with a weight γ, so that both want to come to rest:
#
#     v_θ - γ ∂ ½|v|²/∂θ          v_w - γ ∂ ½|v|²/∂w
#
# Find the two slopes by hand; there are no differences in the function. p depends on θ and on w.
#
# w θ may be of any size: exp of it may be more than a float can hold.

# %%
import numpy as np


def consensus_arrows(theta, w, gamma):
    """(v_θ, v_w) of the saturating game, less γ times the slope of ½ (v_θ² + v_w²): three numbers -> two."""
    # BEGIN SOLUTION
    p_fake = 0.5 * (1 + np.tanh(0.5 * w * theta))  # σ(w θ) without overflow
    v_theta, v_w = p_fake * w, -p_fake * theta
    square = theta**2 + w**2  # |v|² = p² (θ² + w²)
    dp_theta, dp_w = p_fake * (1 - p_fake) * w, p_fake * (1 - p_fake) * theta
    slope_theta = p_fake * dp_theta * square + p_fake**2 * theta
    slope_w = p_fake * dp_w * square + p_fake**2 * w
    return v_theta - gamma * slope_theta, v_w - gamma * slope_w
    # END SOLUTION
