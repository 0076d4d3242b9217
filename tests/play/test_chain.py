"""The chain of `dgm play rbm`, held against sums over all states of a tiny RBM."""
import numpy as np
import pytest

from numpy_dgm import RBM, Gaussian, InvalidInput, Softmax, free_energy, gibbs_step, init_rbm
from numpy_dgm.energy import energy
from numpy_dgm.foundation.enumeration import all_bits
from numpy_dgm.play.chain import REMEMBERED, Chain, at_temperature

D, K = 3, 2
V, H = all_bits(D), all_bits(K)


def tiny_rbm():
    rng = np.random.default_rng(7)
    return RBM(1.5 * rng.normal(size=(D, K)), rng.normal(size=D), rng.normal(size=K))


def joint(rbm, temperature):
    """p_T(v, h) ∝ p(v, h)^(1/T) of every state: (2^D, 2^K)."""
    E = np.array([energy(rbm, np.tile(v, (len(H), 1)), H) for v in V])
    p = np.exp(-E) / np.exp(-E).sum()
    tempered = p ** (1 / temperature)
    return tempered / tempered.sum()


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_rbm_at_t_has_the_energy_over_t(temperature):
    rbm = tiny_rbm()
    for h in H:
        hs = np.tile(h, (len(V), 1))
        np.testing.assert_allclose(energy(at_temperature(rbm, temperature), V, hs), energy(rbm, V, hs) / temperature)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_a_step_draws_from_the_conditionals_of_p_to_the_1_over_t(temperature):
    """From v = 101 with the first pixel clamped, the next v has the probability Σ_h p(h given v) p(v' given h, clamp).

    Independent steps: a frequency of n has the standard error √(p (1 - p) / n), and 4 states are within 4.5 of these
    but for one seed in 10,000.
    """
    p = joint(tiny_rbm(), temperature)
    allowed = V[:, 0] == 1
    p_h = p[0b101] / p[0b101].sum()
    p_v = np.where(allowed[:, None], p, 0)
    p_v /= p_v.sum(axis=0)
    expected = p_v @ p_h
    chain, n = Chain(tiny_rbm(), np.random.default_rng(0)), 2_500
    chain.set_temperature(temperature)
    chain.clamp(0, 1)
    counts = np.zeros(len(V))
    for _ in range(n):
        chain.start(np.array([1.0, 0.0, 1.0]))
        chain.step()
        counts[int(chain.v @ [4, 2, 1])] += 1
    error = np.sqrt(expected * (1 - expected) / n)
    assert np.all(np.abs(counts / n - expected) <= 4.5 * error)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_hidden_units_are_lit_by_their_probabilities_at_t(temperature):
    chain = Chain(tiny_rbm(), np.random.default_rng(0))
    chain.set_temperature(temperature)
    p = joint(tiny_rbm(), temperature)
    for v, p_v in zip(V, p):
        chain.start(v)
        np.testing.assert_allclose(chain.hidden_probs(), p_v @ H / p_v.sum())


def test_at_1_a_free_chain_is_gibbs_step_bit_for_bit():
    rbm = init_rbm(20, 7, np.random.default_rng(0))
    rbm.W[:] *= 100
    chain = Chain(rbm, np.random.default_rng(1))
    chain.set_temperature(2.0)
    chain.set_temperature(1.0)
    rng = np.random.default_rng(1)
    v = (rng.random(20, dtype=np.float32) < 0.5).astype(np.float32)
    for _ in range(10):
        assert chain.v.dtype == np.float32 and np.array_equal(chain.v, v)
        chain.step()
        v = gibbs_step(rbm, v, rng)


def test_clamped_pixels_stay_and_free_ones_move():
    chain = Chain(init_rbm(40, 5, np.random.default_rng(0)), np.random.default_rng(1))
    chain.clamp([0, 1, 2], [1, 0, 1])
    seen = []
    for step in range(30):
        chain.set_temperature(1 + step / 10)
        if step % 10 == 9:
            chain.start_at_noise()
        chain.step()
        seen.append(chain.v)
        assert np.array_equal(chain.v[:3], [1, 0, 1]) and np.array_equal(chain.p_v[:3], [1, 0, 1])
    assert np.all(np.std(seen, axis=0)[3:] > 0)
    chain.free()
    seen = []
    for _ in range(30):
        chain.step()
        seen.append(chain.v)
    assert np.all(np.std(seen, axis=0) > 0) and not chain.clamped.any()


def test_the_means_are_those_that_the_free_pixels_were_drawn_with():
    """For one hidden unit, always on: σ((b + W) / T)."""
    rbm = RBM(np.array([[1.0], [-2.0], [0.5]]), np.array([0.3, 0.0, -1.0]), np.array([500.0]))
    chain = Chain(rbm, np.random.default_rng(0))
    chain.set_temperature(2.0)
    chain.clamp(1, 0)
    chain.step()
    np.testing.assert_allclose(chain.p_v, [1 / (1 + np.exp(-1.3 / 2)), 0, 1 / (1 + np.exp(0.5 / 2))])


def test_noise_is_a_fair_coin_a_pixel_and_leaves_what_is_clamped():
    chain = Chain(init_rbm(10_000, 2, np.random.default_rng(0)), np.random.default_rng(1))
    chain.clamp(slice(100), 1)
    chain.step()
    before = chain.v
    chain.start_at_noise()
    assert set(np.unique(chain.v)) == {0, 1} and chain.v[:100].all() and chain.steps == 0
    assert abs(chain.v[100:].mean() - 0.5) < 4 * 0.5 / np.sqrt(9_900)
    assert abs((chain.v != before)[100:].mean() - 0.5) < 4 * 0.5 / np.sqrt(9_900)


def test_a_case_is_taken_whole_and_what_is_clamped_is_held_at_it():
    cases = np.eye(6)
    chain = Chain(init_rbm(6, 2, np.random.default_rng(0)), np.random.default_rng(1), cases)
    chain.clamp([0, 1], [1, 1])
    seen = set()
    for _ in range(60):
        chain.start_at_case()
        seen.add(int(chain.v.argmax()))
        case = chain.v
        assert case.tolist() in cases.tolist() and chain.steps == 0
        chain.step()
        assert np.array_equal(chain.v[:2], case[:2])
    assert seen == set(range(6))  # each is missed by (5/6)^60, one seed in 10,000


def test_a_click_goes_from_free_to_on_to_off_to_free():
    chain = Chain(tiny_rbm(), np.random.default_rng(0))
    for expected, clamped, value in ((1.0, True, 1), (0.0, True, 0), (None, False, 0)):
        state = chain.next_state(1)
        assert state == expected
        chain.set_state(1, state)
        assert chain.clamped.tolist() == [False, clamped, False] and chain.v[1] == value
    assert chain.p_v[1] == 0


def test_pixels_that_are_freed_leave_the_others_clamped():
    chain = Chain(tiny_rbm(), np.random.default_rng(0))
    chain.clamp([0, 2], 1)
    chain.set_state(0, None)
    assert chain.clamped.tolist() == [False, False, True]


def test_the_free_energy_is_the_model_s_own_at_every_temperature():
    chain = Chain(tiny_rbm(), np.random.default_rng(0))
    chain.set_temperature(3.0)
    for step in range(REMEMBERED + 5):
        np.testing.assert_allclose(chain.free_energies[-1], free_energy(tiny_rbm(), chain.v))
        assert len(chain.free_energies) == min(step + 1, REMEMBERED) and chain.steps == step
        chain.step()
    chain.start_at_noise()
    assert len(chain.free_energies) == 1


@pytest.mark.parametrize("rbm, message", [
    (init_rbm(4, 2, np.random.default_rng(0), visible=Gaussian()), "rbm.visible: expected bits, .* got Gaussian"),
    (init_rbm(4, 2, np.random.default_rng(0), visible=Softmax(2)), "rbm.visible: expected bits, .* got Softmax"),
    (init_rbm(4, 2, np.random.default_rng(0), hidden=Gaussian()), "rbm.hidden: expected bits, .* got Gaussian"),
    ("x", "rbm: expected an RBM, got str"),
])
def test_other_units_are_refused(rbm, message):
    with pytest.raises(InvalidInput, match=f"^{message}$"):
        Chain(rbm, np.random.default_rng(0))


def test_what_cannot_be_set_is_refused_and_changes_nothing():
    chain = Chain(tiny_rbm(), np.random.default_rng(0))
    for temperature in (0, 0.09, 11, np.nan):
        with pytest.raises(InvalidInput, match=r"^temperature: expected a number in \[0.1, 10\], got "):
            chain.set_temperature(temperature)
    with pytest.raises(InvalidInput, match=r"^pixel: expected an integer in \[0, 2\], got 3$"):
        chain.set_state(3, 1.0)
    assert chain.temperature == 1 and not chain.clamped.any()
