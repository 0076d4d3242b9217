import hashlib
import pathlib
import zipfile

import numpy as np
import pytest

from numpy_dgm.data import digits, prepare_digits, open_data
from numpy_dgm.foundation.checks import InvalidInput

SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"


def test_the_shipped_file_is_that_of_the_wheel_byte_for_byte():
    assert hashlib.sha256(digits.DIGITS_FILE.read_bytes()).hexdigest() == SHA256


def test_the_licence_lies_beside_the_file():
    text = digits.DIGITS_FILE.with_name("LICENSE-digits.txt").read_text()
    for expected in ("Alpaydin", "Kaynak", "Creative Commons Attribution 4.0", "nothing was changed", SHA256):
        assert expected in text


def test_pixels_and_labels():
    data = open_data("digits")
    assert data.images.dtype == np.uint8 and data.images.shape == data.shape == (1797, 64)
    assert (data.images.min(), data.images.max(), data.scale) == (0, 16, 16)
    assert data.image_shape == (8, 8)
    assert list(np.bincount(data.labels)) == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert list(data.images[0, :8]) == [0, 0, 5, 13, 9, 1, 0, 0] and data.labels[0] == 0


def test_the_parts_are_the_standard_split():
    """TARGETS.md: rows in the order of permutation(1797), the first 1,437 train, the last 360 test."""
    everything = open_data("digits")
    train, test = open_data("digits", part="train"), open_data("digits", part="test")
    order = np.random.default_rng(0).permutation(1797)
    np.testing.assert_array_equal(train.images, everything.images[order[:1437]])
    np.testing.assert_array_equal(train.labels, everything.labels[order[:1437]])
    np.testing.assert_array_equal(test.images, everything.images[order[-360:]])
    np.testing.assert_array_equal(test.labels, everything.labels[order[-360:]])
    assert len(train) + len(test) == 1797


def test_independent_pixels_reach_the_log_likelihood_that_the_split_and_the_threshold_give():
    """TARGETS.md: -24.72 nats a test row, means of the training rows clipped to .01."""
    v_train, v_test = open_data("digits", part="train")[:], open_data("digits", part="test")[:]
    mean = np.clip(v_train.mean(axis=0, dtype=np.float64), 0.01, 0.99)
    log_p = v_test * np.log(mean) + (1 - v_test) * np.log(1 - mean)
    np.testing.assert_allclose(log_p.sum(axis=1).mean(), -24.72, atol=5e-3)


def test_a_pixel_is_on_above_half_of_sixteen():
    data = open_data("digits")
    np.testing.assert_array_equal(data[:], data.images >= 9)
    grey = open_data("digits", bits="grey")
    np.testing.assert_array_equal(grey[:], (grey.images / 16).astype(np.float32))


def test_other_bytes_are_refused(tmp_path, monkeypatch):
    other = tmp_path / "digits.csv.gz"
    other.write_bytes(digits.DIGITS_FILE.read_bytes()[:-1] + b"\1")
    monkeypatch.setattr(digits, "DIGITS_FILE", other)
    with pytest.raises(InvalidInput, match=f"digits.csv.gz: expected SHA-256 {SHA256}, got "):
        open_data("digits")
    other.unlink()
    message = "digits.csv.gz: expected the shipped digits, got No such file.*; python -m numpy_dgm.data.prepare_digits "
    with pytest.raises(InvalidInput, match=message):
        open_data("digits")


def wheel_with(folder, content):
    """A wheel whose digits are `content`."""
    wheel = pathlib.Path(folder) / "scikit_learn.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(prepare_digits.MEMBER, content)
    return wheel


def download_right(folder):
    """A stand-in for pip."""
    return wheel_with(folder, digits.DIGITS_FILE.read_bytes())


def download_wrong(folder):
    return wheel_with(folder, b"something else")


def test_obtaining_writes_the_right_bytes_and_leaves_nothing_else(tmp_path, monkeypatch, capsys):
    place = tmp_path / "digits.csv.gz"
    monkeypatch.setattr(prepare_digits, "DIGITS_FILE", place)
    monkeypatch.setattr(prepare_digits, "download_wheel", download_right)
    prepare_digits.main([])
    assert place.read_bytes() == digits.DIGITS_FILE.read_bytes()
    assert list(tmp_path.iterdir()) == [place]
    assert "the right bytes" in capsys.readouterr().out


def test_obtaining_refuses_a_wheel_with_other_bytes(tmp_path, monkeypatch):
    place = tmp_path / "digits.csv.gz"
    monkeypatch.setattr(prepare_digits, "DIGITS_FILE", place)
    monkeypatch.setattr(prepare_digits, "download_wheel", download_wrong)
    with pytest.raises(SystemExit, match=f"digits.csv.gz in scikit_learn.whl: expected SHA-256 {SHA256}, got "):
        prepare_digits.main([])
    assert list(tmp_path.iterdir()) == []


def test_check_only_checks(tmp_path, monkeypatch, capsys):
    prepare_digits.main(["--check"])
    assert "the right bytes" in capsys.readouterr().out
    monkeypatch.setattr(prepare_digits, "DIGITS_FILE", tmp_path / "missing")
    with pytest.raises(SystemExit, match="missing"):
        prepare_digits.main(["--check"])
