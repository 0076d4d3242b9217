"""On what the bits of a run depend: asked of the library, kept with the run, and compared when it goes on."""
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
from trainers import boltzmann_run, classifier_run, gan_run, rbm_run

from numpy_dgm.foundation import environment, training
from numpy_dgm.foundation.checkpoint import load_checkpoint
from numpy_dgm.foundation.environment import describe_environment, what_differs
from numpy_dgm.foundation.guards import TrainingWarning

ASK = "from numpy_dgm.foundation.environment import describe_environment; print(describe_environment()['threads'])"


def threads_told(**changed):
    """What a fresh process says of its number of threads."""
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True,
                          env={**os.environ, **changed})
    return int(done.stdout)


def test_the_number_of_threads_is_the_one_that_was_asked_for():
    assert threads_told(OPENBLAS_NUM_THREADS="1") == 1
    assert threads_told(OPENBLAS_NUM_THREADS="2") == min(2, os.cpu_count())


def test_where_the_library_cannot_be_asked_the_environment_is(monkeypatch):
    monkeypatch.setattr(environment, "_loaded_libraries", lambda word: [])
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    assert describe_environment()["threads"] == 3
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    assert describe_environment()["threads"] == os.cpu_count()


def test_versions_are_named():
    described = describe_environment()
    assert described["numpy"] == np.__version__ and described["kernels"] and described["blas"]


def test_differences_are_named_with_both_values():
    then = {"numpy": "2.0", "threads": 1, "kernels": "Haswell"}
    assert what_differs(then, then) == ""
    assert what_differs(then, {**then, "threads": 2, "kernels": "Zen"}) == "threads 1, now 2, kernels Haswell, now Zen"
    assert what_differs({}, {"threads": 2}) == "threads None, now 2"


@pytest.mark.parametrize("run", [rbm_run, boltzmann_run, gan_run, classifier_run])
def test_a_run_that_goes_on_elsewhere_says_that_its_bits_will_differ(run, tmp_path, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(tmp_path)
        run(tmp_path)  # nothing differs, nothing is said
    kept = load_checkpoint(tmp_path / "checkpoint.npz")["environment"]
    assert kept == describe_environment()
    monkeypatch.setattr(training, "describe_environment", lambda: {**kept, "threads": kept["threads"] + 1})
    with pytest.warns(TrainingWarning, match=r"the run was made with threads \d+, now \d+: from here on its bits"):
        run(tmp_path)
