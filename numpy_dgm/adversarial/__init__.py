"""Generative adversarial networks: a generator and a discriminator, each with a gradient by hand.

    objectives.py   what either player descends, on the discriminator's logits
    penalties.py    R1 and the gradient penalty, by backprop through backprop; clipping; spectral norm
    gan.py          the two networks as one record, and each player's gradient
    coverage.py     which modes the samples reach, and distances between samples and data

Losses are descended, throughout the wing.
"""
