"""A run of the command, killed or interrupted at random moments, ends in the same bits; 50 kills a kind are by hand."""
import os

import interruptions
import numpy as np
import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")


def test_killed_runs_end_like_the_unbroken_one(tmp_path, monkeypatch):
    monkeypatch.setitem(interruptions.LINES, "rbm", "train rbm --data digits --hidden 8 --epochs 60 --average 0.99")
    n_hit, _, n_states = interruptions.kill_again_and_again("rbm", 4, np.random.default_rng(0), tmp_path)
    assert n_hit == 4 and n_states >= 1


def test_an_interrupt_exits_with_130_and_one_sentence_from_the_first_moment_on(tmp_path, monkeypatch):
    monkeypatch.setitem(interruptions.LINES, "rbm", "train rbm --data digits --hidden 8 --epochs 100")
    interruptions.interrupt_again_and_again("rbm", 3, np.random.default_rng(1), tmp_path)
