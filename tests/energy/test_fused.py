"""The fused gradient of PCD against the plain one, on the same generator."""
import numpy as np
import pytest
from models import random_bits, random_rbm

from numpy_dgm.energy import init_rbm, pcd_gradient, train_rbm
from numpy_dgm.energy.gradients import centre
from numpy_dgm.energy.fused import Workspace, fused_pcd_gradient
from numpy_dgm.foundation.records import flatten


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("n_cases", [7, 3])  # a full batch and a short one
@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_it_is_the_plain_gradient_with_the_same_chains_afterwards(k, n_cases, centred, dtype, tolerance):
    rbm = random_rbm(6, 4, 1.0, 0, dtype)
    v, chains = random_bits(n_cases, 6, 1).astype(dtype), random_bits(5, 4, 2).astype(dtype)
    offsets = (np.linspace(0, 1, 6, dtype=dtype), np.linspace(0, 1, 4, dtype=dtype))
    plain, moved = pcd_gradient(rbm, v, chains, k, np.random.default_rng(3))
    if centred:
        plain = centre(plain, *offsets)
    work = Workspace(rbm, batch_size=7, n_chains=5)
    rng = np.random.default_rng(3)
    v_before = v.copy()
    fused = fused_pcd_gradient(rbm, v, chains, k, rng, work, offsets if centred else None, scale=0.5)
    np.testing.assert_allclose(flatten(fused), 0.5 * flatten(plain), rtol=tolerance, atol=tolerance)
    np.testing.assert_array_equal(work.vector, flatten(fused))
    np.testing.assert_array_equal(chains, moved)
    np.testing.assert_array_equal(v, v_before)
    same_draws = np.random.default_rng(3)
    pcd_gradient(rbm, v, random_bits(5, 4, 2).astype(dtype), k, same_draws)
    assert rng.bit_generator.state == same_draws.bit_generator.state


@pytest.mark.parametrize("settings", [
    dict(),
    dict(centred=False, k=2),
    dict(optimizer="momentum", weight_decay=0.01),
    dict(optimizer="adam", rate=0.01, average=0.9),
])
def test_training_with_it_is_training_with_the_plain_gradient(settings):
    """Float64, 3 epochs of 5 batches, the last one short: the two runs draw the same numbers."""
    data = random_bits(47, 8, 0)
    runs = []
    for fused in (True, False):
        rng = np.random.default_rng(1)
        rbm = init_rbm(8, 5, rng, data, dtype=np.float64)
        runs.append(train_rbm(rbm, data, epochs=3, rng=rng, batch_size=10, n_chains=6, fused=fused, **settings))
    np.testing.assert_allclose(flatten(runs[0][0]), flatten(runs[1][0]), rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(runs[0][1]["free_energy"], runs[1][1]["free_energy"], rtol=1e-9)
