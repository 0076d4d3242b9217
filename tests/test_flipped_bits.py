"""Flipped bits in the headers of checkpoints: a sample of what flipped_bits.py does by hand."""
import flipped_bits
import pytest


@pytest.mark.parametrize("kind", flipped_bits.RUNS)
def test_a_flipped_bit_of_a_header_is_refused_or_harmless(kind, tmp_path):
    counts = flipped_bits.flip_all(flipped_bits.RUNS[kind], tmp_path, every=499)
    assert counts["silent"] == counts["traceback"] == 0
    assert counts["refused"] > counts["harmless"] > 0
