# %% [markdown]
# # Exercise to lesson 30: D as a measuring instrument
#
# N numbers are drawn from the density p_data, M from p_G, and neither density is known to you. Yet
# a discriminator that is trained to tell them apart measures how far they are from one another:
#
#     s*(x) = log p_data(x) - log p_G(x)          the logit of the best D             (30.5)
#     KL(p_data ‖ p_G) = E_x~data[log p_data(x) - log p_G(x)]
#
# Train a D of your own with NumPy: one hidden layer of about 12 tanh units is enough, with its
# backward pass from lesson 20 and Adam, or plain descent, from lessons 22 and 20. It descends
#
#     L_D = mean over the N real cases of -log σ(s) + mean over the M fake ones of -log (1 - σ(s))
#
# and then tells you the divergence. Any D that is flexible enough will do.
#
# Your function is tried on 4,000 real and 2,000 fake numbers, from densities of one or two bumps,
# each about 1 wide, so that D must find more than a mean and a width. The estimate must be within
# .15 of the KL, which is computed as an integral. A second of training is enough.

# %%
import numpy as np


def estimate_kl(x_real, x_fake, rng):
    """KL(p_data ‖ p_G) in nats, from draws alone: x_real (N, 1), x_fake (M, 1), a Generator -> a number.

    Trains a discriminator on them, and uses (30.5).
    """
    # BEGIN SOLUTION
    theta = [rng.normal(size=(1, 12)), rng.normal(size=12), rng.normal(size=(12, 1)) / np.sqrt(12), np.zeros(1)]
    means, squares = [0 * array for array in theta], [0 * array for array in theta]
    t = np.repeat([1.0, 0.0], N_BATCH)[:, None]  # targets
    for step in range(1, N_STEPS + 1):
        real = x_real[rng.integers(len(x_real), size=N_BATCH)]
        fake = x_fake[rng.integers(len(x_fake), size=N_BATCH)]
        x = np.concatenate([real, fake])
        hidden, s = logits(theta, x)
        ds = (1 / (1 + np.exp(-s)) - t) / N_BATCH
        dhidden = (ds @ theta[2].T) * (1 - hidden**2)
        slopes = x.T @ dhidden, dhidden.sum(axis=0), hidden.T @ ds, ds.sum(axis=0)
        rate = 0.05 * (1 - step / (N_STEPS + 1))
        for array, mean, square, slope in zip(theta, means, squares, slopes):  # Adam
            mean += 0.1 * (slope - mean)
            square += 0.01 * (slope**2 - square)
            array -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    _, s_real = logits(theta, x_real)
    return s_real.mean()
    # END SOLUTION


# BEGIN SOLUTION
N_STEPS, N_BATCH = 600, 200


def logits(theta, x):
    """Hidden layer and logits of D: (N, 12), (N, 1)."""
    A, a, B, b = theta
    hidden = np.tanh(x @ A + a)
    return hidden, hidden @ B + b
# END SOLUTION
