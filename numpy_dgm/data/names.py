"""Words as cases of softmax units: the 8,403 shipped first names, or any text file with a word a line.

    "anna" in six positions     letters [1, 14, 14, 1, 0, 0]     v: six groups of 27 units, one on in each

Value 0 of a position is the end mark, value l the letter l of the alphabet, counted from 1. The end mark pads: behind
the last letter it stands in every position. The longest word fills them all.

    split    order = numpy.random.default_rng(split).permutation(N)
             test: the last tenth of the words in that order (840 of 8,403)    train: those before

N words    P positions    M values a position: the letters of the alphabet and the end mark    D = P M visible units

The names are those of Moby Word II, Grady Ward 2002, CC0: LICENSE-names.txt.
"""
import gzip
import hashlib
import os
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..foundation.batches import fingerprint
from ..foundation.checks import check_choice, check_integer, invalid, one_line
from ..foundation.types import Array
from .files import content_size, open_content, readable

NAMES_FILE = pathlib.Path(__file__).with_name("names.txt.gz")
NAMES_SHA256 = "1bf57faa9a8675e2b5114072fd1c9dcaf44a68e3643482055851a1abc9643150"  # of the unpacked text
END = 0  # the value of a position behind the last letter
FEWEST_WORDS = 20
MOST_BYTES, MOST_LETTERS, MOST_POSITIONS = 2**26, 255, 100  # of a file of words; of its alphabet; of a word
PARTS = ("train", "test")


@dataclass(frozen=True, eq=False)
class Words:
    """Words to learn from or to measure on. words[rows] gives cases (n, D) as float32, ready to train on."""

    letters: Array  # (N, P) uint8 values of the positions
    alphabet: str  # its letter l, counted from 1, is value l
    name: str  # as it was passed to open_words
    shape: tuple  # (N, D)
    path: str | None = None  # the absolute path of the file, if any
    part: str | None = None  # "train", "test", or None for all words
    split: int = 0

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> Array:
        """Those cases as float32: an int -> (D,); a slice, mask or integer array -> (n, D)."""
        return one_hot(self.letters[rows], len(self.alphabet) + 1)

    def describe(self) -> dict:
        """What a run keeps of its words: enough to open them again, to tell whether they have changed, and to read
        its samples.
        """
        return {
            "words": self.name,
            "path": self.path,
            "part": self.part,
            "split": self.split,
            "alphabet": self.alphabet,
            "positions": self.letters.shape[1],
            "checksum": fingerprint(self.letters),
        }

    def summary(self) -> str:
        """One line for a person."""
        name = self.name if self.part is None else f"{self.name}, part {self.part} of split {self.split}"
        return (f"{one_line(name)}: {len(self):,} words of up to {self.letters.shape[1]} letters, "
                f"{len(self.alphabet) + 1} values a position")


def open_words(name_or_path: str | os.PathLike, *, part: str | None = None, split: int = 0,
               alphabet: str | None = None, n_positions: int | None = None) -> Words:
    """The shipped names, by "names", or the words of a text file: -> Words.

    name_or_path  a file has a word a line, in UTF-8, gzipped or not. Words are lowercased; empty lines and words that
                  came before are left out.
    part          "train", "test", or None for all words
    split         an integer >= 0: which split into these parts
    alphabet, n_positions    None takes the letters that the words have, and the length of the longest; a model that
                  has learnt from other words asks for its own, and words that these cannot spell are refused

    Raises InvalidInput.
    """
    split = check_integer("split", split, least=0)
    if part is not None:
        check_choice("part", part, PARTS)
    if not isinstance(name_or_path, (str, os.PathLike)):
        raise invalid("name_or_path", "'names' or a path", type(name_or_path).__name__)
    name = os.fsdecode(name_or_path)
    words = read_names() if name == "names" else read_words(name)
    alphabet = "".join(sorted(set("".join(words)))) if alphabet is None else alphabet
    longest = max(len(word) for word in words)
    if len(alphabet) > MOST_LETTERS or longest > MOST_POSITIONS:
        raise invalid(name, f"at most {MOST_LETTERS} different letters and words of at most {MOST_POSITIONS}",
                      f"{len(alphabet)} letters and a word of {longest}")
    letters = words_to_letters(words, alphabet, longest if n_positions is None else n_positions, name)
    if part is not None:
        letters = letters[rows_of_part(part, split, len(letters))]
    shape = (len(letters), letters.shape[1] * (len(alphabet) + 1))
    path = None if name == "names" else os.path.abspath(name)
    return Words(letters, alphabet, name, shape, path, part, split)


def rows_of_part(part: str, split: int, n: int) -> Array:
    """Which of n words belong to the part, "train" or "test", of the split, and in which order."""
    order = np.random.default_rng(split).permutation(n)
    n_train = n - n // 10
    return order[:n_train] if part == "train" else order[n_train:]


def read_names() -> list[str]:
    """The 8,403 shipped names, in the order of the alphabet. InvalidInput where the file is another."""
    with readable(NAMES_FILE, "the shipped names"):
        text = gzip.decompress(NAMES_FILE.read_bytes())
    sha256 = hashlib.sha256(text).hexdigest()
    if sha256 != NAMES_SHA256:
        raise invalid(NAMES_FILE, f"text of SHA-256 {NAMES_SHA256}", sha256)
    return text.decode("ascii").split()


def read_words(path: str) -> list[str]:
    """The words of a text file, lowercase, each once, in the order in which they first come. Raises InvalidInput."""
    place = pathlib.Path(path)
    if not place.is_file():
        raise invalid("data", "'names' or the path of a file with a word a line", repr(path))
    if content_size(place) > MOST_BYTES:
        raise invalid(place, f"at most {MOST_BYTES:,} bytes of words", "more")
    with readable(place, "text in UTF-8"), open_content(place) as file:
        text = file.read().decode("utf8").removeprefix("\ufeff")
    lines = [line.strip().lower() for line in text.splitlines()]
    words = [word for word in dict.fromkeys(lines) if word]
    broken = [word for word in words if not word.isprintable()]
    if broken:
        raise invalid(place, "words of letters", f"the line {broken[0]!r}")
    if len(words) < FEWEST_WORDS:
        raise invalid(place, f"at least {FEWEST_WORDS} different words", len(words))
    return words


def words_to_letters(words: Sequence[str], alphabet: str, n_positions: int, name: str = "words") -> Array:
    """The value of each position of each word: N words -> (N, P) uint8, the end mark 0 behind the last letter.

    Raises InvalidInput, which begins with `name`, for a word that has other letters than the alphabet, or more than
    the positions.
    """
    value_of = {letter: value for value, letter in enumerate(alphabet, start=1)}
    letters = np.full((len(words), n_positions), END, dtype=np.uint8)
    for n, word in enumerate(words):
        unknown = [letter for letter in word if letter not in value_of]
        if unknown:
            raise invalid(name, f"words of the letters {alphabet}", f"{word!r}, which has {unknown[0]!r}")
        if len(word) > n_positions:
            raise invalid(name, f"words of at most {n_positions} letters", f"{word!r}, which has {len(word)}")
        letters[n, : len(word)] = [value_of[letter] for letter in word]
    return letters


def letters_to_words(letters: Array, alphabet: str) -> list[str]:
    """The words that values of positions (N, P) spell, each up to its first end mark."""
    words = []
    for row, length in zip(letters, word_lengths(letters)):
        words.append("".join(alphabet[value - 1] for value in row[:length]))
    return words


def word_lengths(letters: Array) -> Array:
    """How many letters stand before the first end mark: (N, P) -> (N,), P where there is none."""
    is_end = letters == END
    return np.where(is_end.any(axis=1), is_end.argmax(axis=1), letters.shape[1])


def one_hot(letters: Array, n_values: int) -> Array:
    """Values of positions as units, of which one a position is on: (N, P) -> (N, P M) float32; (P,) -> (P M,)."""
    units = letters[..., None] == np.arange(n_values)  # (N, P, M)
    return units.reshape(*letters.shape[:-1], -1).astype(np.float32)


def words_to_cases(words: Sequence[str], alphabet: str, n_positions: int) -> Array:
    """Words as visible layers: N words -> (N, P M) float32. Raises InvalidInput for words that do not fit."""
    return one_hot(words_to_letters(words, alphabet, n_positions), len(alphabet) + 1)


def cases_to_words(v: Array, alphabet: str) -> list[str]:
    """The words that visible layers v (N, P M) spell, each up to its first end mark."""
    groups = v.reshape(len(v), -1, len(alphabet) + 1)  # (N, P, M)
    return letters_to_words(groups.argmax(axis=2), alphabet)


def bits_per_letter(log_p: Array, letters: Array) -> float:
    """What a letter costs in bits: log p of each word (N,), in nats, and the words (N, P) -> a number.

        bits = -Σ_n log2 p(word n) / Σ_n (length n + 1)

    The end mark counts as a letter, once. A model of all P positions pays for the padding in log p, too.
    """
    n_letters = word_lengths(letters).sum() + len(letters)
    return float(-np.sum(log_p, dtype=np.float64) / np.log(2) / n_letters)
