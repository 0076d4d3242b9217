"""Correct submissions to the exercise of lesson 28, written differently from the solution."""
ONE_BY_ONE = '''
import math

import numpy as np


def draw_letters(x, n_values, rng):
    """Position by position, by going along the cumulated probabilities."""
    drawn = np.zeros(x.shape)
    for n in range(x.shape[0]):
        for start in range(0, x.shape[1], n_values):
            inputs = x[n, start:start + n_values]
            weights = [math.exp(one - max(inputs)) for one in inputs]
            left = rng.random() * sum(weights)
            value = 0
            while value < n_values - 1 and left >= weights[value]:
                left -= weights[value]
                value += 1
            drawn[n, start + value] = 1
    return drawn


def go_on(W, b, c, v, n_held, steps, n_values, rng):
    """Only the free positions are drawn."""
    word, first = np.array(v, dtype=float), n_held * n_values
    for _ in range(steps):
        x = word @ W + c
        h = np.log(rng.random(x.shape)) < -np.logaddexp(0, -x)
        word[:, first:] = draw_letters((h @ W.T + b)[:, first:], n_values, rng)
    return word
'''

LARGEST_OF_NOISY_INPUTS = '''
import numpy as np


def draw_letters(x, n_values, rng):
    """The largest of the inputs with Gumbel noise, which is a draw from their softmax; in single precision."""
    noisy = x + rng.gumbel(size=x.shape)
    values = noisy.reshape(len(x), -1, n_values).argmax(axis=-1)
    return np.eye(n_values, dtype=np.float32)[values].reshape(x.shape)


def go_on(W, b, c, v, n_held, steps, n_values, rng):
    held = np.arange(v.shape[1]) // n_values < n_held
    now = v
    while steps > 0:
        h = rng.random((len(v), len(c))) < 1 / (1 + np.exp(-(now @ W + c)))
        now = held * v + ~held * draw_letters(b + h @ W.T, n_values, rng)
        steps -= 1
    return now
'''

ALTERNATIVES = {"lesson_28": {"one by one": ONE_BY_ONE, "largest of noisy inputs": LARGEST_OF_NOISY_INPUTS}}
