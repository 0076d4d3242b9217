"""train_gan: its steps held against the same written out; who moves when; what is refused."""
import warnings
from dataclasses import replace

import numpy as np
import pytest

from numpy_dgm.adversarial import gan_training
from numpy_dgm.adversarial.diagnosis import observe
from numpy_dgm.adversarial.gan import discriminator_gradient, generate, generator_gradient, make_gan
from numpy_dgm.adversarial.gan_training import (
    GANSettings,
    GANTrainer,
    describe_source,
    draw_labels,
    draw_real,
    open_source,
    train_gan,
)
from numpy_dgm.adversarial.noise import InstanceNoise, noise_levels
from numpy_dgm.adversarial.objectives import OBJECTIVES, LeastSquares, NonSaturating, Wasserstein
from numpy_dgm.adversarial.penalties import R1, GradientPenalty, spectral_norm, spectral_norm_gradient
from numpy_dgm.data.mixtures import MixtureOfGaussians, draw_mixture, ring_of_gaussians
from numpy_dgm.foundation import batches
from numpy_dgm.foundation.batches import row_blocks
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.optimizers import SGD, Adam, Momentum, RMSProp
from numpy_dgm.foundation.records import flatten, pack, windows
from numpy_dgm.foundation.guards import Diverged
from numpy_dgm.neural.layers import BatchNorm, Skip
from numpy_dgm.neural.mlp import MLP, init_fourier, init_mlp

D, L = 3, 2


def a_gan(n_classes=0, packing=1, seed=0, dtype=np.float64, discriminator=None, **generator):
    rng = np.random.default_rng(seed)
    G = init_mlp([L + n_classes, 5, D], rng, dtype=dtype, **generator)
    return make_gan(G, init_mlp([packing * (D + n_classes), 6, 1], rng, dtype=dtype, **(discriminator or {})),
                    n_classes, packing)


def cases(n=40, seed=1):
    return np.random.default_rng(seed).normal(size=(n, D))


def train(gan, data=None, seed=7, steps=6, batch_size=4, **settings):
    data = cases() if data is None else data
    settings = {"rate": 0.05, "optimizer": SGD(), "log_every": 2, **settings}
    return train_gan(gan, data, steps=steps, rng=np.random.default_rng(seed), batch_size=batch_size, **settings)


def same_bits(one, other):
    return flatten(one).tobytes() == flatten(other).tobytes()


def skip_the_monitored_cases(rng, data, batch_size, gan, labels=None):
    """What a run draws before its first step, in the order of `GANTrainer`'s docstring."""
    n = batch_size * -(-500 // batch_size)
    if isinstance(data, MixtureOfGaussians):
        draw_mixture(data, n, rng)
    else:
        rng.integers(len(data), size=n)
    rng.standard_normal((n, L))
    rng.standard_normal((50, D))


# ---- the steps, written out


@pytest.mark.parametrize("objective", [NonSaturating(0.9, 0.1), *OBJECTIVES.values()], ids=str)
@pytest.mark.parametrize("critic_steps, simultaneous", [(1, False), (3, False), (1, True)])
def test_a_run_is_the_steps_that_its_docstring_says(objective, critic_steps, simultaneous):
    gan, data, rng = a_gan(), cases(), np.random.default_rng(7)
    trained, _ = train(gan, data, objective=objective, critic_steps=critic_steps, simultaneous=simultaneous,
                       rate=0.05, discriminator_rate=0.2, schedule="linear")

    skip_the_monitored_cases(rng, data, 4, gan)
    G, D_ = flatten(gan.generator), flatten(gan.discriminator)
    for step in range(6):
        for _ in range(critic_steps):
            now = replace(gan, generator=windows(gan.generator, G), discriminator=windows(gan.discriminator, D_))
            x_real, z = data[rng.integers(40, size=4)], rng.standard_normal((4, L))
            of_D = flatten(discriminator_gradient(now, x_real, z, objective, rng).gradient)
            rate_of_D = 0.2 * (1 - step / 6)
            if not simultaneous:
                D_ = D_ - rate_of_D * of_D
        now = replace(gan, generator=windows(gan.generator, G), discriminator=windows(gan.discriminator, D_))
        of_G = flatten(generator_gradient(now, rng.standard_normal((4, L)), objective, rng).gradient)
        if simultaneous:
            D_ = D_ - rate_of_D * of_D
        G = G - 0.05 * (1 - step / 6) * of_G
    np.testing.assert_allclose(flatten(trained.generator), G, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(flatten(trained.discriminator), D_, rtol=1e-12, atol=1e-14)


def test_the_plain_gradient_gives_the_same_run():
    fused, history = train(a_gan(packing=2), penalty=R1(0.2))
    plain, of_plain = train(a_gan(packing=2), penalty=R1(0.2), fused=False)
    np.testing.assert_allclose(flatten(plain), flatten(fused), rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(of_plain["discriminator_gradient"], history["discriminator_gradient"], rtol=1e-9)


def test_the_plain_gradient_is_called_where_it_is_asked_for(monkeypatch):
    calls = []

    def counted(*arguments, **named):
        calls.append(1)
        return discriminator_gradient(*arguments, **named)

    monkeypatch.setattr(gan_training, "discriminator_gradient", counted)
    train(a_gan(), steps=3)
    assert not calls
    train(a_gan(), steps=3, fused=False)
    assert len(calls) == 3


def test_each_player_has_an_optimizer_of_its_own():
    """Two steps of Adam from the run's gradients, with the textbook's formula for each player."""
    gan, data, rng = a_gan(), cases(), np.random.default_rng(7)
    optimizer = Adam(beta1=0.5, beta2=0.9)
    trained, _ = train(gan, data, steps=2, optimizer=optimizer, rate=0.01)
    assert (optimizer.steps, optimizer.mean, optimizer.square) == (0, None, None)  # the one passed in stays as it was
    skip_the_monitored_cases(rng, data, 4, gan)
    vectors = {"discriminator": flatten(gan.discriminator), "generator": flatten(gan.generator)}
    moments = {name: (np.zeros(len(vector)), np.zeros(len(vector))) for name, vector in vectors.items()}
    for t in (1, 2):
        for name, vector in vectors.items():
            now = replace(gan, **{n: windows(getattr(gan, n), v) for n, v in vectors.items()})
            if name == "discriminator":
                x_real = data[rng.integers(40, size=4)]
                step = discriminator_gradient(now, x_real, rng.standard_normal((4, L)), NonSaturating(), rng)
            else:
                step = generator_gradient(now, rng.standard_normal((4, L)), NonSaturating(), rng)
            g, (m, s) = flatten(step.gradient), moments[name]
            m, s = 0.5 * m + 0.5 * g, 0.9 * s + 0.1 * g**2
            moments[name] = m, s
            vectors[name] = vector - 0.01 * (m / (1 - 0.5**t)) / (np.sqrt(s / (1 - 0.9**t)) + 1e-8)
    for name, vector in vectors.items():
        np.testing.assert_allclose(flatten(getattr(trained, name)), vector, rtol=1e-10)


def test_spectral_norm_is_of_the_discriminator_that_judges_in_both_steps():
    gan, data, rng = a_gan(), cases(), np.random.default_rng(7)
    trained, _ = train(gan, data, steps=3, spectral=True, penalty=R1(0.3))
    skip_the_monitored_cases(rng, data, 4, gan)
    G, D_ = flatten(gan.generator), flatten(gan.discriminator)
    singular = []
    for layer in gan.discriminator.layers:
        pair = None
        if hasattr(layer, "W"):
            u = rng.standard_normal(len(layer.W))
            u /= np.linalg.norm(u)
            pair = u, u @ layer.W / np.linalg.norm(u @ layer.W)
        singular.append(pair)
    for _ in range(3):
        raw = windows(gan.discriminator, D_)
        normalised, singular = spectral_norm(raw, singular)
        now = replace(gan, generator=windows(gan.generator, G), discriminator=normalised)
        x_real, z = data[rng.integers(40, size=4)], rng.standard_normal((4, L))
        step = discriminator_gradient(now, x_real, z, NonSaturating(), rng, penalty=R1(0.3))
        D_ = D_ - 0.05 * flatten(spectral_norm_gradient(raw, singular, step.gradient))
        normalised, _ = spectral_norm(windows(gan.discriminator, D_), singular, n_iterations=0)
        now = replace(now, discriminator=normalised)
        z = rng.standard_normal((4, L))
        G = G - 0.05 * flatten(generator_gradient(now, z, NonSaturating(), rng).gradient)
    np.testing.assert_allclose(flatten(trained.generator), G, rtol=1e-12)
    normalised, _ = spectral_norm(windows(gan.discriminator, D_), singular, n_iterations=0)
    np.testing.assert_allclose(flatten(trained.discriminator), flatten(normalised), rtol=1e-12)


def test_instance_noise_blurs_both_steps_by_levels_of_their_own_and_falls_with_the_run():
    gan, data, rng = a_gan(packing=2), cases(), np.random.default_rng(7)
    noise = InstanceNoise(start=1.0, end=0.1, until=0.5, coarse=0.3)
    trained, _ = train(gan, data, steps=4, noise=noise, penalty=R1(0.3))
    skip_the_monitored_cases(rng, data, 4, gan)
    G, D_ = flatten(gan.generator), flatten(gan.discriminator)
    for step in range(4):
        now = replace(gan, generator=windows(gan.generator, G), discriminator=windows(gan.discriminator, D_))
        x_real, z = data[rng.integers(40, size=4)], rng.standard_normal((4, L))
        levels = noise_levels(noise, step / 4, 2, rng, np.float64)
        of_D = discriminator_gradient(now, x_real, z, NonSaturating(), rng, penalty=R1(0.3), levels=levels)
        D_ = D_ - 0.05 * flatten(of_D.gradient)
        now = replace(now, discriminator=windows(gan.discriminator, D_))
        z = rng.standard_normal((4, L))
        levels = noise_levels(noise, step / 4, 2, rng, np.float64)
        G = G - 0.05 * flatten(generator_gradient(now, z, NonSaturating(), rng, levels=levels).gradient)
    np.testing.assert_allclose(flatten(trained.generator), G, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(flatten(trained.discriminator), D_, rtol=1e-12, atol=1e-14)


def test_after_some_steps_spectral_norm_holds_the_largest_singular_values_at_one():
    trained, _ = train(a_gan(), steps=60, spectral=True, batch_size=20, rate=0.01)
    for layer in trained.discriminator.layers[::2]:
        np.testing.assert_allclose(np.linalg.svd(layer.W, compute_uv=False)[0], 1, rtol=1e-3)


def test_clipping_holds_every_parameter_of_the_discriminator_and_none_of_the_generator():
    trained, _ = train(a_gan(), steps=20, clip=0.05, objective=Wasserstein(), optimizer=RMSProp(), rate=0.01)
    discriminator, generator = flatten(trained.discriminator), flatten(trained.generator)
    assert np.abs(discriminator).max() == 0.05 and np.abs(generator).max() > 0.2


def test_the_moving_average_is_of_the_generator_after_its_steps():
    """Decay .6: the plain mean of the first two, then .6 of it and .4 of the third; see MovingAverage."""
    after = [flatten(train(a_gan(), steps=steps)[0].generator) for steps in (1, 2, 3)]
    averaged, _ = train(a_gan(), steps=3, average=0.6)
    expected = 0.6 * (after[0] + after[1]) / 2 + 0.4 * after[2]
    np.testing.assert_allclose(flatten(averaged.generator), expected, rtol=1e-12)
    assert same_bits(averaged.discriminator, train(a_gan(), steps=3)[0].discriminator)


# ---- who moves when


def started(gan, data, **settings):
    """A trainer before its first step, and its generator."""
    rng = np.random.default_rng(3)
    settings = GANSettings(**{"steps": 100, "batch_size": 4, "optimizer": SGD(), "rate": 0.1, **settings})
    trainer = GANTrainer(gan, open_source(gan, data, None), settings, rng)
    trainer.rate = trainer.discriminator_rate = settings.rate
    return trainer, rng


def statistics(mlp):
    return [array.copy() for layer in mlp.layers if isinstance(layer, BatchNorm)
            for array in (layer.running_mean, layer.running_variance)]


def test_each_player_moves_in_its_own_step_and_in_no_other():
    """Over 50 steps: parameters bit for bit, and the generator's running statistics, which move in its own step."""
    run, rng = started(a_gan(batch_norm=True), cases())
    before_all = flatten(run.model)
    for _ in range(50):
        G, stats, D_ = run.generator_vector.copy(), statistics(run.model.generator), run.discriminator_vector.copy()
        run.discriminator_step(rng)
        run.move_discriminator()
        assert run.generator_vector.tobytes() == G.tobytes()
        assert all(np.array_equal(a, b) for a, b in zip(statistics(run.model.generator), stats))
        assert np.any(run.discriminator_vector != D_)

        D_ = run.discriminator_vector.copy()
        run.move_generator(run.generator_step(rng))
        assert run.discriminator_vector.tobytes() == D_.tobytes()
        assert all(np.all(a != b) for a, b in zip(statistics(run.model.generator), stats))
        assert np.any(run.generator_vector != G)
    assert np.mean(flatten(run.model) != before_all) > 0.9  # a unit of ReLU may be dead throughout
    assert np.shares_memory(run.model.generator.layers[0].W, run.generator_vector)


def test_the_generator_comes_back_with_the_statistics_of_its_last_batches():
    """Momentum .1 after six batches: .9^6 of the start, and a share of each batch, newest first .1, .09, ..."""
    gan, data, rng = a_gan(batch_norm=True), cases(), np.random.default_rng(7)
    trained, _ = train(gan, data, rate=1e-300)  # nobody moves, so that the batches can be made again
    skip_the_monitored_cases(rng, data, 4, gan)
    mean = np.zeros(5)
    for _ in range(6):
        rng.integers(40, size=4)
        rng.standard_normal((4, L))
        z = rng.standard_normal((4, L))
        mean = 0.9 * mean + 0.1 * (z @ gan.generator.layers[0].W).mean(axis=0)
    np.testing.assert_allclose(trained.generator.layers[1].running_mean, mean, rtol=1e-12, atol=1e-15)


def test_an_averaged_generator_comes_back_with_statistics_of_its_own():
    run, rng = started(a_gan(batch_norm=True), cases(), average=0.9, rate=0.5)
    for _ in range(30):
        run.move_generator(run.generator_step(rng))
    generator = run.current().generator
    x = run.monitor.z @ generator.layers[0].W
    np.testing.assert_allclose(generator.layers[1].running_mean, x.mean(axis=0), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(generator.layers[1].running_variance, x.var(axis=0, ddof=1), rtol=1e-12)
    assert flatten(generator).tobytes() == run.average.vector.tobytes()


def test_the_gan_that_came_is_left_as_it_was_and_the_one_that_returns_shares_nothing_with_the_run():
    gan = a_gan(batch_norm=True)
    before, stats = flatten(gan), statistics(gan.generator)
    trained, _ = train(gan)
    assert before.tobytes() == flatten(gan).tobytes()
    assert all(np.array_equal(a, b) for a, b in zip(stats, statistics(gan.generator)))
    assert not same_bits(trained.generator, gan.generator) and not same_bits(trained.discriminator, gan.discriminator)


# ---- what a run is measured on


@pytest.mark.parametrize("batch_size, n_monitored", [(4, 500), (64, 512), (600, 600)])
def test_whole_batches_are_monitored_along_directions_of_length_1(batch_size, n_monitored):
    run, _ = started(a_gan(), cases(), batch_size=batch_size)
    assert len(run.monitor.x) == len(run.monitor.z) == n_monitored and run.cases_per_unit() == batch_size
    np.testing.assert_allclose(np.linalg.norm(run.monitor.directions, axis=1), np.ones(50))


def test_the_samples_observed_are_the_averaged_generator_s_and_the_losses_those_of_the_two_that_play():
    run, rng = started(a_gan(), cases(), average=0.9)
    run.advance(rng)
    averaged, objective = run.current().generator, run.settings.objective
    values, expected = run.observe(run.current()), observe(run.model, averaged, run.monitor, objective)
    other = observe(run.model, run.model.generator, run.monitor, objective)
    assert {name: values[name] for name in expected} == expected
    assert expected["spread"] != other["spread"] and expected["generator_loss"] == other["generator_loss"]


# ---- data, labels


def test_a_source_is_told_from_others_by_its_centres_its_width_its_cases_and_their_labels():
    centres = np.arange(6.0).reshape(2, 3)
    labels = np.arange(40) % 2
    sources = [open_source(a_gan(), MixtureOfGaussians(centres, 0.1), None),
               open_source(a_gan(), MixtureOfGaussians(centres, 0.2), None),
               open_source(a_gan(), MixtureOfGaussians(centres + 1, 0.1), None),
               open_source(a_gan(), cases(), None), open_source(a_gan(), cases(seed=2), None),
               open_source(a_gan(n_classes=2), cases(), labels), open_source(a_gan(n_classes=2), cases(), 1 - labels)]
    assert len({describe_source(source) for source in sources}) == len(sources)


def test_a_mixture_is_drawn_from_afresh_and_an_array_row_by_row():
    mixture = MixtureOfGaussians(np.array([[0.0, 1.0, 2.0], [5.0, 6.0, 7.0]]), 0.1)
    rng, same = np.random.default_rng(0), np.random.default_rng(0)
    x, labels = draw_real(open_source(a_gan(), mixture, None), 8, rng, np.float32)
    assert x.dtype == np.float32 and labels is None
    np.testing.assert_array_equal(x, draw_mixture(mixture, 8, same).astype(np.float32))
    data, classes = cases(), np.arange(40) % 2
    x, labels = draw_real(open_source(a_gan(n_classes=2), data, classes), 500, rng, np.float64)
    rows = [int(np.flatnonzero((data == row).all(axis=1))[0]) for row in x]
    assert np.array_equal(labels, classes[rows]) and len(set(rows)) == 40


def test_all_cases_are_to_lie_where_a_generator_can_make_them(monkeypatch):
    """Also where one of 20,001 does not, and those of a mixture within a standard deviation of its centres."""
    monkeypatch.setattr(batches, "row_blocks", lambda n, width: row_blocks(n, width, 1000 * width))
    gan, data = a_gan(output="sigmoid"), np.random.default_rng(0).random((20_001, D))
    open_source(gan, data, None)
    for row, value in ((0, 2.0), (0, -1.0), (20_000, 2.0), (20_000, -1.0)):
        with pytest.raises(InvalidInput, match=r"data: expected numbers in \[0, 1\], which is what a generator"):
            open_source(gan, np.where(np.arange(20_001)[:, None] == row, value, data), None)
    for lowest, highest, fits in ((0.3, 0.7, True), (0.3, 0.9, False), (0.1, 0.7, False)):
        mixture = MixtureOfGaussians(np.array([[lowest] * D, [highest] * D]), 0.2)
        if fits:
            open_source(gan, mixture, None)
        else:
            with pytest.raises(InvalidInput, match=f"got numbers from {lowest - 0.2:g} to {highest + 0.2:g}; bring"):
                open_source(gan, mixture, None)


def test_the_generator_is_asked_for_labels_as_often_as_they_are_among_the_cases():
    """A count of n draws with the share p: sd √(n p (1 - p)), 4.5 of them allowed."""
    source = open_source(a_gan(n_classes=3), cases(), np.array([0] * 10 + [2] * 30))
    counts = np.bincount(draw_labels(source, 10_000, np.random.default_rng(0)), minlength=3)
    assert counts[1] == 0 and abs(counts[0] - 2_500) < 4.5 * np.sqrt(10_000 * 0.25 * 0.75)


def test_a_conditional_packed_gan_learns_which_class_is_which():
    """Class k lies at (3k, 0, 0) - (1.5, 0, 0): after training, samples of a class are nearer to its centre."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, size=200)
    data = np.stack([3.0 * labels - 1.5, np.zeros(200), np.zeros(200)], axis=1) + 0.2 * rng.normal(size=(200, D))
    gan, _ = train(a_gan(n_classes=2, packing=2), data, labels=labels, steps=300, batch_size=32, rate=1e-2,
                   optimizer=Adam(beta1=0.5), log_every=100)
    asked = np.repeat([0, 1], 100)
    x = generate(gan, 200, rng, asked)
    assert np.mean((x[:, 0] > 0) == asked) > 0.95


# ---- the history


@pytest.mark.parametrize("settings", [{}, {"clip": 0.01}])
def test_the_steps_that_are_judged_are_the_first_of_each_player_since_the_latest_entry(settings):
    """And none of a discriminator that is clipped."""
    rng, gan = np.random.default_rng(7), a_gan()
    options = GANSettings(steps=6, batch_size=4, rate=0.05, optimizer=SGD(), log_every=3, **settings)
    trainer = GANTrainer(gan, open_source(gan, cases(), None), options, rng)
    whole, _ = pack(gan)
    for _ in range(2):
        steps = []
        one_step = type(trainer).step
        trainer.step = lambda rng: (steps.append(trainer.vector.copy()), one_step(trainer, rng))[1]
        trainer.advance(rng)
        assert len(steps) == 3
        n = len(flatten(gan.generator))
        expected = {"generator": np.linalg.norm((steps[1] - steps[0])[:n]) / np.linalg.norm(steps[0][:n]),
                    "discriminator": np.linalg.norm((steps[1] - steps[0])[n:]) / np.linalg.norm(steps[0][n:])}
        if settings:
            del expected["discriminator"]
        assert trainer.relative_steps == pytest.approx(expected, rel=1e-9)


def test_a_first_step_from_parameters_near_0_is_measured_by_their_usual_norm():
    rng = np.random.default_rng(7)
    gan = a_gan()
    vector, gan = pack(gan)
    vector *= 1e-6
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train_gan(gan, cases(), steps=2, batch_size=4, rate=1e-3, rng=rng)


def test_trouble_is_said_in_the_first_half_of_a_run_and_judged_by_where_it_started(monkeypatch):
    starts = []

    def judge(values, start_distance, relative_steps, when):
        starts.append(start_distance())
        return "trouble" if when == "step 2" else ""

    monkeypatch.setattr(gan_training, "judge", judge)
    with pytest.warns(UserWarning, match="step 2: trouble") as caught:
        _, history = train(a_gan(), steps=12, rate=0.3)
    assert len(caught) == 1 and len(set(starts)) == 1
    assert starts[0] != pytest.approx(history["distance"][0], rel=1e-3)


def test_each_player_may_have_a_schedule_of_its_own():
    _, history = train(a_gan(), steps=6, log_every=1, schedule="thirds", discriminator_schedule="linear")
    fallen = np.array([0, 0, 0, 0.5, 1, 1])  # at steps 0 to 5 of 6
    np.testing.assert_allclose(history["rate"], 0.05 * 0.005**fallen)
    np.testing.assert_allclose(history["discriminator_rate"], 0.05 * (1 - np.arange(6) / 6))
    _, history = train(a_gan(), steps=6, log_every=1, discriminator_schedule="thirds")
    np.testing.assert_allclose(history["rate"], 0.05)
    np.testing.assert_allclose(history["discriminator_rate"], 0.05 * 0.005**fallen)


def test_a_gan_with_waves_and_a_skip_goes_on_where_it_stopped(tmp_path):
    rng = np.random.default_rng(0)
    stack = init_mlp([L, 4], rng, output="tanh", dtype=np.float64).layers
    generator = MLP((Skip(stack, 5.0), *init_mlp([L + 4, D], rng, dtype=np.float64).layers))
    judge = init_mlp([D + 6, 4, 1], rng, dtype=np.float64).layers
    gan = make_gan(generator, MLP((init_fourier(D, 3, rng, dtype=np.float64), *judge)))
    whole, _ = train(gan, rate=1e-4, penalty=R1(0.2))
    assert not np.array_equal(flatten(whole), flatten(gan))
    with pytest.raises(KeyboardInterrupt):
        train(gan, rate=1e-4, penalty=R1(0.2), checkpoint=tmp_path / "run", on_record=stop_at_the_second_record)
    resumed, _ = train(gan, rate=1e-4, penalty=R1(0.2), checkpoint=tmp_path / "run")
    np.testing.assert_array_equal(flatten(resumed), flatten(whole))
    np.testing.assert_array_equal(resumed.discriminator.layers[0].B, gan.discriminator.layers[0].B)


def stop_at_the_second_record(gan, history):
    if len(history["step"]) == 2:
        raise KeyboardInterrupt


def test_the_history_has_the_rates_and_the_norms_of_the_latest_gradients():
    gan, data, rng = a_gan(), cases(), np.random.default_rng(7)
    _, history = train(gan, data, steps=5, log_every=4, schedule="linear", discriminator_rate=0.1)
    assert history["step"].tolist() == [4, 5]
    np.testing.assert_allclose(history["rate"], [0.05 * (1 - 3 / 5), 0.05 * (1 - 4 / 5)])
    np.testing.assert_allclose(history["discriminator_rate"], [0.1 * (1 - 3 / 5), 0.1 * (1 - 4 / 5)])
    skip_the_monitored_cases(rng, data, 4, gan)
    x_real, z = data[rng.integers(40, size=4)], rng.standard_normal((4, L))
    first = flatten(discriminator_gradient(gan, x_real, z, NonSaturating(), rng).gradient)
    _, history = train(gan, data, steps=1, rate=1e-300)
    np.testing.assert_allclose(history["discriminator_gradient"], np.linalg.norm(first))
    first = flatten(generator_gradient(gan, rng.standard_normal((4, L)), NonSaturating(), rng).gradient)
    np.testing.assert_allclose(history["generator_gradient"], np.linalg.norm(first))


def test_progress_is_said_when_it_is_asked_for(capsys):
    train(a_gan(), steps=4, progress=True)
    assert "step 4/4" in capsys.readouterr().err
    train(a_gan(), steps=4)
    assert capsys.readouterr() == ("", "")


# ---- what is refused


REFUSED = {
    "gan: expected a GAN .see make_gan., got MLP": {"gan": a_gan().generator},
    "gan: expected parameters of one dtype, float32 or float64, got float32 and float64": {
        "gan": replace(a_gan(), discriminator=a_gan(dtype=np.float32).discriminator)},
    r"data: expected shape \(cases, 3\) with at least one case, got shape \(40, 2\)": {"data": cases()[:, :2]},
    "data: expected finite values, got NaN or infinity in 1 of 120": {
        "data": np.where(np.arange(120).reshape(40, 3) == 7, np.nan, cases())},
    "data: expected cases of 3 numbers, as the generator makes, got 2": {"data": ring_of_gaussians()},
    "data: expected cases with labels for a GAN with classes, got a mixture, which has none": {
        "gan": a_gan(n_classes=2), "data": MixtureOfGaussians(np.zeros((1, 3)), 1.0)},
    "labels: .* None": {"gan": a_gan(n_classes=2)},
    "labels: .*without classes": {"labels": np.zeros(40, int)},
    "labels: .* values from 0 to 2": {"gan": a_gan(n_classes=2), "labels": np.arange(40) % 3},
    "objective: expected an objective such as NonSaturating.., got 'hinge'": {"objective": "hinge"},
    "objective: expected an objective such as NonSaturating.., got <class": {"objective": LeastSquares},
    r"penalty: expected None, R1\(weight\) or GradientPenalty\(weight\), got 'r1'": {"penalty": "r1"},
    r"penalty: expected None, R1\(weight\) or GradientPenalty\(weight\), got <class": {"penalty": R1},
    r"optimizer: expected one of SGD\(\), Momentum\(\), RMSProp\(\), Adam\(\), got 'adam'": {"optimizer": "adam"},
    r"optimizer: expected one of SGD\(\), .* got <class": {"optimizer": Adam},
    "optimizer: expected one that has not made a step yet, got one that has; make a new one": {
        "optimizer": Momentum(velocity=np.zeros(3))},
    r"noise: expected None or InstanceNoise\(...\), got 0.5": {"noise": 0.5},
    r"clip: expected a number in \(0, inf\), got 0": {"clip": 0},
    "clip: expected None with spectral norm, which undoes clipping, got 0.1": {"clip": 0.1, "spectral": True},
    "batch_size: expected a multiple of the packing, 2, got 5": {"gan": a_gan(packing=2), "batch_size": 5},
    "batch_size: expected at least 2 with batch norm in the generator, got 1": {
        "gan": a_gan(batch_norm=True), "batch_size": 1},
    "critic_steps: expected 1 with simultaneous steps, got 2": {"critic_steps": 2, "simultaneous": True},
    "discriminator: expected a network without batch norm, got one with it": {
        "gan": a_gan(discriminator={"batch_norm": True})},
    r"penalty: expected None for a discriminator with dropout or minibatch discrimination, got R1\(weight=1\)": {
        "gan": a_gan(discriminator={"dropout": 0.5}), "penalty": R1(1)},
    r"penalty: expected None for .* minibatch discrimination, got GradientPenalty\(weight=10.0\)": {
        "gan": a_gan(discriminator={"discrimination": (2, 3)}), "penalty": GradientPenalty()},
    "discriminator: .* Maxout": {"gan": a_gan(discriminator={"hidden": "maxout"}), "spectral": True},
    "discriminator: .* MinibatchDiscrimination": {
        "gan": a_gan(discriminator={"discrimination": (2, 3)}), "spectral": True},
    "steps: expected an integer >= 1, got 0": {"steps": 0},
    "log_every: expected an integer >= 1, got 0": {"log_every": 0},
    r"rate: expected a number in \(0, inf\), got 0": {"rate": 0},
    r"average: expected a number in \(0, 1\), got 1": {"average": 1},
    "schedule: expected one of 'constant', 'linear', 'cosine', 'thirds', got 'step'": {"schedule": "step"},
    "look_every: no such setting; did you mean log_every": {"look_every": 3},
    "rng: expected a numpy.random.Generator .*, got int": {"rng": 3},
    "checkpoint: expected a folder, got the file": {"checkpoint": __file__},
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_does_not_go_together_is_refused_by_name(message):
    asked = {"gan": a_gan(), "data": cases(), "steps": 2, "batch_size": 4, "rng": np.random.default_rng(0),
             **REFUSED[message]}
    with pytest.raises(InvalidInput, match=message):
        train_gan(asked.pop("gan"), asked.pop("data"), **asked)


SUPPORTED = [
    {"discriminator": {"hidden": "maxout"}, "penalty": GradientPenalty(), "objective": Wasserstein(),
     "critic_steps": 2},
    {"discriminator": {"hidden": "maxout"}, "clip": 0.1},
    {"discriminator": {"dropout": 0.3}, "spectral": True},
    {"discriminator": {"dropout": 0.3}, "clip": 0.1, "generator": {"dropout": 0.2, "batch_norm": True}, "average": 0.9},
    {"discriminator": {"discrimination": (2, 3)}, "clip": 0.1, "optimizer": Momentum()},
    {"discriminator": {"hidden": "tanh"}, "spectral": True, "penalty": R1(1.0), "objective": LeastSquares()},
    {"generator": {"hidden": "maxout"}, "simultaneous": True},
]


@pytest.mark.parametrize("case", SUPPORTED, ids=str)
def test_what_the_table_says_yes_to_runs(case):
    case = dict(case)
    gan = a_gan(discriminator=case.pop("discriminator", {}), packing=2, **case.pop("generator", {}))
    trained, history = train(gan, **case)
    assert np.isfinite(flatten(trained)).all() and not same_bits(trained.discriminator, gan.discriminator)
    assert not same_bits(trained.generator, gan.generator) and len(history["step"]) == 3


# ---- divergence


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # the overflow is what the test is after
def test_a_run_with_an_absurd_rate_stops_with_the_gan_of_the_last_entry():
    gan = a_gan(dtype=np.float32)
    with pytest.raises(Diverged, match="no longer finite") as caught:
        train(gan, steps=9, rate=1e-3, discriminator_rate=1e38, schedule="constant", log_every=3)
    assert same_bits(caught.value.model.generator, gan.generator)
    data = FailingNumbers(cases().astype(np.float32))
    with pytest.raises(Diverged, match="step 8: .*no longer finite") as caught:
        train(gan, data, steps=9, log_every=3)
    kept, _ = train(gan, cases().astype(np.float32), steps=6, log_every=3)
    assert same_bits(caught.value.model, kept)


class FailingNumbers:
    """Data that are NaN from the eighth batch on: the monitored cases and seven batches are read before."""

    def __init__(self, data):
        self.data, self.shape, self.batches = data, data.shape, 0

    def __len__(self):
        return len(self.data)

    def __getitem__(self, rows):
        values = self.data[rows]
        if np.ndim(rows) == 1 and len(rows) == 4:
            self.batches += 1
        return values if self.batches < 8 else np.full_like(values, np.nan)


def test_data_of_which_hardly_any_case_differs_are_refused():
    x = np.zeros((5000, 2))
    x[17] = 1
    rng = np.random.default_rng(0)
    gan = make_gan(init_mlp([2, 4, 2], rng), init_mlp([2, 4, 1], rng))
    with pytest.raises(InvalidInput, match="^data: expected cases that differ from one another, got 512 alike"):
        train_gan(gan, x, steps=2, rng=rng, batch_size=64)
