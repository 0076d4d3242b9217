"""Data: what models are trained on and measured with.

    open_data("digits")          by name or by path -> Data
    Data                         N rows of D pixels, their labels, and how pixels become bits

    catalog.py         open_data, and the names it knows
    dataset.py         Data: rows as float32 in [0, 1], converted as they are drawn
    labels.py          labels under their own names, as class indices
    readers.py         a file or folder of any format, by one of
        idx.py             IDX (MNIST's format) and the folders that its files lie in
        archives.py        .npy and .npz
        tables.py          text with a row of numbers a line
    files.py           what the readers share: bytes in blocks, gzip within a limit
    rows.py            rows that stay in their file until they are asked for
    ratings.py         ratings of items by users: files of MovieLens and others, splits, planted ones
    toys.py            bars and stripes, shifting bar, labelled shifter: the best log-likelihood is known
    balls.py           films of balls that bounce in a box
    mixtures.py        Gaussians on a ring and on a grid, to count lost modes by
    digits.py          the 1,797 shipped digits and their split into training and test rows
    names.py           the 8,403 shipped first names, or a text file of words, as cases of softmax units
    ngrams.py          n-gram models of words: what a model of text is held against
    prepare_digits.py  how the shipped file was obtained, as a script
"""
from .balls import bouncing_balls
from .dataset import Data
from .mixtures import MixtureOfGaussians, draw_mixture, grid_of_gaussians, ring_of_gaussians
from .catalog import open_data
from .names import Words, open_words
from .ratings import Ratings, planted_ratings, ratings_from_arrays, read_ratings, split_ratings
from .toys import bars_and_stripes, best_log_likelihood, labelled_shifter, shifting_bar

__all__ = [
    "Data", "MixtureOfGaussians", "Ratings", "Words", "bars_and_stripes", "best_log_likelihood", "bouncing_balls",
    "draw_mixture", "grid_of_gaussians", "labelled_shifter", "open_data", "open_words", "planted_ratings",
    "ratings_from_arrays", "read_ratings", "ring_of_gaussians", "shifting_bar", "split_ratings",
]
