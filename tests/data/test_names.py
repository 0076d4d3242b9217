"""The shipped names, and words as cases of softmax units."""
import gzip
import hashlib

import numpy as np
import pytest

from numpy_dgm.data import names, open_words
from numpy_dgm.data.names import (
    bits_per_letter,
    cases_to_words,
    letters_to_words,
    one_hot,
    word_lengths,
    words_to_cases,
    words_to_letters,
)
from numpy_dgm.foundation.checks import InvalidInput

SHA256 = "1bf57faa9a8675e2b5114072fd1c9dcaf44a68e3643482055851a1abc9643150"
WORDS = ["ada", "eva", "ida", "max", "otto", "paul", "ulf", "uwe", "ina", "kim", "jan", "lea", "mia", "noa", "pia",
         "rob", "sam", "tim", "ute", "zoe"]


def word_file(folder, text, name="words.txt"):
    (folder / name).write_text(text, encoding="utf8")
    return str(folder / name)


def test_the_shipped_names_are_those_of_the_packages():
    """8,403 names of the letters a to z, without duplicates, sorted, each line ended by a newline."""
    text = gzip.decompress(names.NAMES_FILE.read_bytes())
    assert hashlib.sha256(text).hexdigest() == SHA256
    listed = names.read_names()
    assert "\n".join(listed) + "\n" == text.decode() and len(listed) == 8403
    assert listed == sorted(set(listed)) and set("".join(listed)) == set("abcdefghijklmnopqrstuvwxyz")


def test_the_licence_lies_beside_the_names():
    text = names.NAMES_FILE.with_name("LICENSE-names.txt").read_text(encoding="utf8")
    for expected in ("Grady Ward", "CC0-1.0", "PDDL-1.0", "The Stdlib Authors", "Changed here", SHA256):
        assert expected in text


def test_names_with_other_bytes_are_refused(tmp_path, monkeypatch):
    other = tmp_path / "names.txt.gz"
    other.write_bytes(gzip.compress(b"anna\n"))
    monkeypatch.setattr(names, "NAMES_FILE", other)
    with pytest.raises(InvalidInput, match="names.txt.gz: expected text of SHA-256 1bf5"):
        open_words("names")
    other.unlink()
    with pytest.raises(InvalidInput, match="names.txt.gz: expected the shipped names, got a file that cannot be read"):
        open_words("names")


def test_the_longest_name_fits_and_positions_have_27_values():
    words = open_words("names")
    assert words.letters.shape == (8403, 13) and words.shape == (8403, 351) and len(words) == 8403
    assert words.alphabet == "abcdefghijklmnopqrstuvwxyz" and words.letters.max() == 26
    assert word_lengths(words.letters).max() == 13 and word_lengths(words.letters).min() == 2
    assert cases_to_words(words[:], words.alphabet) == names.read_names()


def test_the_parts_are_the_split_of_that_seed():
    """The last tenth in the order of permutation(8403) is the test part: 840 words."""
    everything = open_words("names")
    for split in (0, 1):
        train, test = (open_words("names", part=part, split=split) for part in ("train", "test"))
        order = np.random.default_rng(split).permutation(8403)
        np.testing.assert_array_equal(train.letters, everything.letters[order[:-840]])
        np.testing.assert_array_equal(test.letters, everything.letters[order[-840:]])
        assert (train.part, test.part, test.split) == ("train", "test", split)


def test_a_word_is_one_group_a_position_and_the_end_mark_pads():
    letters = words_to_letters(["ba", "abc"], "abc", 4)
    np.testing.assert_array_equal(letters, [[2, 1, 0, 0], [1, 2, 3, 0]])
    v = words_to_cases(["ba", "abc"], "abc", 4)
    np.testing.assert_array_equal(v[0], [0, 0, 1, 0,  0, 1, 0, 0,  1, 0, 0, 0,  1, 0, 0, 0])
    assert v.dtype == np.float32 and v.shape == (2, 16)
    assert cases_to_words(v, "abc") == ["ba", "abc"]


def test_what_stands_behind_the_first_end_mark_is_not_read():
    letters = np.array([[1, 0, 2, 1], [0, 1, 1, 1], [1, 2, 1, 2]])
    assert letters_to_words(letters, "xy") == ["x", "", "xyxy"]
    assert list(word_lengths(letters)) == [1, 0, 4]


def test_rows_are_drawn_as_an_array_draws_them():
    words = open_words("names", part="test")
    whole = one_hot(words.letters, 27)
    rows = np.array([5, 0, 5])
    np.testing.assert_array_equal(words[rows], whole[rows])
    np.testing.assert_array_equal(words[7], whole[7])
    np.testing.assert_array_equal(words[2:4], whole[2:4])
    assert words[7].shape == (351,)


def test_bits_a_letter_count_the_end_mark_once():
    """Two words of 2 and 3 letters: 7 letters and end marks share log2 p = -3 - 11."""
    letters = np.array([[2, 1, 0, 0], [1, 2, 3, 0]])
    np.testing.assert_allclose(bits_per_letter(np.log([2.0**-3, 2.0**-11]), letters), 2)


def test_a_file_of_words_is_read_lowercase_and_each_once(tmp_path):
    lines = ["\ufeffUwe", " ada ", "", "Ada", "äsop", *WORDS]
    path = word_file(tmp_path, "\r\n".join(lines))
    words = open_words(path)
    assert words.alphabet == "".join(sorted(set("".join([*WORDS, "äsop"])))) and words.alphabet[-1] == "ä"
    others = [word for word in WORDS if word not in ("uwe", "ada")]
    assert cases_to_words(words[:], words.alphabet) == ["uwe", "ada", "äsop", *others]
    assert words.letters.shape == (21, 4) and words.path == path and words.shape == (21, 4 * (len(words.alphabet) + 1))
    packed = tmp_path / "words.gz"
    packed.write_bytes(gzip.compress("\n".join(lines).encode()))
    np.testing.assert_array_equal(open_words(packed).letters, words.letters)


def test_words_are_spelt_in_the_alphabet_of_another_model(tmp_path):
    path = word_file(tmp_path, "\n".join(WORDS))
    words = open_words(path, alphabet="abcdefghijklmnopqrstuvwxyz", n_positions=13)
    assert words.shape == (20, 351) and list(words.letters[0]) == [1, 4, 1, *[0] * 10]
    with pytest.raises(InvalidInput, match="words of the letters abcd, got 'eva', which has 'e'"):
        open_words(path, alphabet="abcd", n_positions=13)
    with pytest.raises(InvalidInput, match="words.txt: expected words of at most 3 letters, got 'otto', which has 4"):
        open_words(path, n_positions=3)


def test_a_run_keeps_what_tells_its_words_from_others(tmp_path):
    words = open_words("names", part="train", split=3)
    kept = words.describe()
    assert kept["words"] == "names" and kept["split"] == 3 and kept["positions"] == 13 and kept["path"] is None
    assert kept["checksum"] != open_words("names", part="train", split=4).describe()["checksum"]
    one = open_words(word_file(tmp_path, "\n".join(WORDS), "names.txt")).describe()
    other = open_words(word_file(tmp_path, "\n".join([*WORDS[:-1], "eve"]), "names.txt")).describe()
    assert one["checksum"] != other["checksum"] and one["path"] == other["path"] == str(tmp_path / "names.txt")
    assert "part train of split 3: 7,563 words of up to 13 letters, 27 values" in words.summary()


@pytest.mark.parametrize("text, message", [
    ("", "expected data, got an empty file"),
    ("anna\nada", "expected at least 20 different words, got 2"),
    ("\n".join([*WORDS, "a\tb"]), r"expected words of letters, got the line 'a\\tb'"),
    ("\n".join([*WORDS, "a" * 101]), "words of at most 100, got 13 letters and a word of 101"),
    ("\n".join(chr(0x4E00 + i) for i in range(300)), "at most 255 different letters .*, got 300 letters"),
])
def test_files_that_hold_no_words_are_refused(tmp_path, text, message):
    if "13 letters" in message:
        message = message.replace("13", str(len(set("".join(WORDS)))))
    with pytest.raises(InvalidInput, match=message):
        open_words(word_file(tmp_path, text))


def test_what_is_no_text_and_no_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "bytes").write_bytes(bytes(range(128, 256)))
    with pytest.raises(InvalidInput, match="expected text in UTF-8"):
        open_words(tmp_path / "bytes")
    for path in (tmp_path, "no such file", ""):
        with pytest.raises(InvalidInput, match="data: expected 'names' or the path of a file"):
            open_words(path)
    with pytest.raises(InvalidInput, match="name_or_path: expected 'names' or a path, got int"):
        open_words(3)
    with pytest.raises(InvalidInput, match="part"):
        open_words("names", part="validation")
    with pytest.raises(InvalidInput, match="split"):
        open_words("names", split=-1)
    monkeypatch.setattr(names, "MOST_BYTES", 50)
    with pytest.raises(InvalidInput, match="expected at most 50 bytes of words, got more"):
        open_words(word_file(tmp_path, "\n".join(WORDS)))
