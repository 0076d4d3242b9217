"""Ctrl-C held back while other code runs."""
import os
import signal
import threading

import numpy as np
import pytest

from numpy_dgm.foundation.checkpoint import load_checkpoint, save_checkpoint
from numpy_dgm.foundation.interrupts import interrupts_held

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the signal is sent as POSIX does")


@pytest.fixture(autouse=True)
def ctrl_c_interrupts():
    """Also where the tests were started in the background, as by `pytest &` in a script: Ctrl-C is ignored there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_within_comes_at_the_end_and_those_after_it_at_once():
    done = []
    with pytest.raises(KeyboardInterrupt):
        with interrupts_held():
            interrupt()
            interrupt()
            done.append("the rest")
        done.append("not this")
    assert done == ["the rest"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_an_error_within_goes_on_and_an_interrupt_goes_before_it():
    with pytest.raises(ValueError), interrupts_held():
        raise ValueError
    with pytest.raises(KeyboardInterrupt), interrupts_held():
        interrupt()
        raise ValueError
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_nothing_is_held_where_the_signal_has_another_meaning_or_in_another_thread():
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append(True))
    try:
        with interrupts_held():
            interrupt()
            assert heard == [True]
    finally:
        signal.signal(signal.SIGINT, before)

    def in_a_thread():
        with interrupts_held():
            heard.append("in a thread")

    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    assert heard == [True, "in a thread"]


def test_a_state_is_whole_where_an_interrupt_comes_while_it_is_written(tmp_path, monkeypatch):
    savez = np.savez

    def interrupted(*arguments, **arrays):
        interrupt()
        savez(*arguments, **arrays)

    monkeypatch.setattr(np, "savez", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(tmp_path / "state.npz", {"n": 1})
    assert os.listdir(tmp_path) == ["state.npz"]
    assert load_checkpoint(tmp_path / "state.npz") == {"n": 1}
