"""Arrays of another library go through the maths of the models, and stay what they are.

Foreign is the least that such an array can be: NumPy's functions and operators act on it by its two protocols, it has
an array's attributes and the few methods that such libraries give theirs, and it refuses to become an ndarray. Each
function is held equal, bit for bit, to itself on NumPy's arrays; what is drawn, too.
"""
import dataclasses

import numpy as np
import pytest

from numpy_dgm import adversarial, energy, neural
from numpy_dgm.adversarial import objectives, penalties
from numpy_dgm.energy import RBM, Bernoulli, Gaussian, Softmax, boltzmann, class_rbm, gradients
from numpy_dgm.energy.units import BitsAndLabel
from numpy_dgm.foundation.records import Record
from numpy_dgm.neural import MLP, layers, losses


class Foreign(np.lib.mixins.NDArrayOperatorsMixin):
    """An array that is none of NumPy's."""

    def __init__(self, values):
        assert isinstance(values, (np.ndarray, np.generic))
        self._values = values

    dtype = property(lambda self: self._values.dtype)
    shape = property(lambda self: self._values.shape)
    ndim = property(lambda self: self._values.ndim)
    size = property(lambda self: self._values.size)
    T = property(lambda self: Foreign(self._values.T))

    def __array__(self, *arguments, **options):
        raise TypeError("this array does not become one of NumPy's by itself")

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        assert not any(isinstance(one, np.ndarray) and one.ndim > 0 for one in (*inputs, *(out or ()))), "mixed"
        if out is not None:
            options["out"] = plain(out)
        result = getattr(ufunc, method)(*plain(inputs), **options)
        return foreign(result) if out is None else out[0]

    def __array_function__(self, function, types, arguments, options):
        return foreign(function(*plain(arguments), **plain(options)))

    def __len__(self):
        return len(self._values)

    def __getitem__(self, index):
        return Foreign(self._values[plain(index)])

    def __setitem__(self, index, value):
        self._values[plain(index)] = plain(value)

    def __float__(self):
        return float(self._values)

    def __bool__(self):
        return bool(self._values)


def method(name):
    def call(self, *arguments, **options):
        return foreign(getattr(self._values, name)(*plain(arguments), **plain(options)))
    return call


for name in ("all", "any", "argmax", "astype", "copy", "max", "mean", "min", "prod", "ravel", "reshape", "squeeze",
             "sum", "transpose"):
    setattr(Foreign, name, method(name))


def plain(value):
    """The value with NumPy's arrays for foreign ones, in lists, tuples, dicts and records too."""
    return changed(value, Foreign, lambda array: array._values)


def foreign(value):
    """The value with foreign arrays for NumPy's, likewise; scalars of NumPy's are arrays without axes."""
    return changed(value, (np.ndarray, np.generic), Foreign)


def changed(value, kind, change):
    if isinstance(value, kind):
        return change(value)
    if isinstance(value, (list, tuple)):
        return type(value)(changed(part, kind, change) for part in value)
    if isinstance(value, dict):
        return {name: changed(part, kind, change) for name, part in value.items()}
    if isinstance(value, Record):
        fields = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
        return dataclasses.replace(value, **changed(fields, kind, change))
    return value


def assert_same(value, other):
    """Foreign arrays where the other has NumPy's, and the same bits in them."""
    if isinstance(other, np.ndarray):
        assert isinstance(value, Foreign), type(value)
        assert value.dtype == other.dtype
        np.testing.assert_array_equal(value._values, other)
    elif isinstance(other, (list, tuple)):
        assert len(value) == len(other)
        for mine, its in zip(value, other):
            assert_same(mine, its)
    elif isinstance(other, Record):
        assert type(value) is type(other)
        for one in dataclasses.fields(other):
            assert_same(getattr(value, one.name), getattr(other, one.name))
    else:
        assert value == other or value is other


def check(function, *arguments, **options):
    """The function on foreign arrays is the function on NumPy's, with a generator of the same seed where it draws."""
    def call(arguments, options):
        return function(*[one() if one is rng else one for one in arguments], **options)

    assert_same(call(foreign(arguments), foreign(options)), call(arguments, options))


def rng():
    return np.random.default_rng(3)


def normal(*shape, dtype=np.float64):
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(dtype)


def state(units, n, width):
    """n states of a layer."""
    x = normal(n, width)
    return units.sample(units.mean(x), rng())


KINDS = {"bits": Bernoulli(), "Gaussian": Gaussian(), "softmax": Softmax(3), "bits and label": BitsAndLabel(3)}
D, K, N = 6, 3, 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("visible", KINDS)
@pytest.mark.parametrize("hidden", KINDS)
def test_the_maths_of_an_rbm_of_each_pair_of_kinds(visible, hidden, dtype):
    visible, hidden = KINDS[visible], KINDS[hidden]
    rbm = RBM(normal(D, 6, dtype=dtype), normal(D, dtype=dtype), normal(6, dtype=dtype), visible, hidden)
    v, h = state(visible, N, D), state(hidden, N, 6)
    check(energy.energy, rbm, v, h)
    check(energy.free_energy, rbm, v)
    check(energy.free_energy, rbm, v[0])
    check(energy.hidden_probs, rbm, v)
    check(energy.visible_probs, rbm, h)
    check(energy.sample_hidden, rbm, v, rng)
    check(energy.sample_visible, rbm, h, rng)
    check(energy.gibbs_step, rbm, v, rng)
    check(energy.sample_chains, rbm, 5, 2, rng)
    check(energy.cd_gradient, rbm, v, 2, rng)
    check(energy.pcd_gradient, rbm, v, h, 2, rng)


def test_the_other_gradients_of_an_rbm():
    rbm = RBM(normal(D, K), normal(D), normal(K))
    v = state(Bernoulli(), N, D)
    check(gradients.centre, rbm, normal(D), normal(K))
    check(gradients.sparsity_gradient, rbm, v, 0.1)


def test_a_boltzmann_machine():
    mask = np.triu(np.ones((D, D)), 1)
    machine, s = energy.BoltzmannMachine(normal(D, D), normal(D), mask, 4), state(Bernoulli(), N, D)
    check(boltzmann.energy, machine, s)
    check(boltzmann.unit_input, machine, s, 2)
    check(boltzmann.gibbs_sweep, machine, s, rng)


def test_a_class_rbm():
    model = class_rbm.ClassRBM(normal(D, K), normal(3, K), normal(D), normal(3), normal(K))
    v, labels = state(Bernoulli(), N, D), np.array([0, 2, 1, 0])
    check(class_rbm.label_probs, model, v)
    check(class_rbm.joint_log_weights, model, v, labels)
    check(class_rbm.discriminative_gradient, model, v, labels)
    check(class_rbm.generative_cd_gradient, model, v, labels, 1, rng)


NETS = {
    "affine": [layers.Affine(normal(D, 5), normal(5)), layers.ReLU()],
    "leaky": [layers.Affine(normal(D, 5), normal(5)), layers.LeakyReLU()],
    "smooth": [layers.Affine(normal(D, 5), normal(5)), layers.Tanh(), layers.Affine(normal(5, 5), normal(5)),
               layers.Sigmoid(), layers.Affine(normal(5, 5), normal(5)), layers.Softplus()],
    "batch norm": [layers.Linear(normal(D, 5)),
                   layers.BatchNorm(normal(5), normal(5), np.zeros(5), np.ones(5)), layers.Tanh()],
    "maxout": [layers.Maxout(normal(2, D, 5), normal(2, 5)), layers.Dropout(0.5)],
    "discrimination": [layers.Affine(normal(D, 3), normal(3)), layers.MinibatchDiscrimination(normal(3, 2, 4))],
}


@pytest.mark.parametrize("name", NETS)
def test_a_network_forward_and_backward(name):
    net, x, dy = MLP((*NETS[name], layers.Affine(normal(5, K), normal(K)))), normal(N, D), normal(N, K)
    check(neural.mlp_forward, net, x, rng)
    check(neural.mlp_forward, net, x, rng, training=False)
    _, cache = neural.mlp_forward(net, x, rng())
    check(neural.mlp_backward, net, cache, dy)
    check(neural.mlp_backward, net, cache, dy, need_dx=False)
    check(neural.mlp_backward, net, cache, dy, need_gradient=False)
    if name == "batch norm":
        check(neural.with_running_statistics, net, cache)


def test_losses():
    check(losses.binary_cross_entropy, normal(N, K), state(Bernoulli(), N, K))
    check(losses.binary_cross_entropy, normal(N), 1.0)
    check(losses.softmax_cross_entropy, normal(N, K), np.array([0, 2, 1, 0]))
    check(losses.squared_error, normal(N, K), normal(N, K))


LEVELS = np.linspace(0, 1, N)[:, None]
GAMES = {
    "plain": (0, 1, None),
    "classes": (3, 1, None),
    "packing": (0, 2, None),
    "blur": (0, 1, LEVELS),
}


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("objective", objectives.OBJECTIVES)
def test_both_steps_of_a_gan(game, objective):
    n_classes, packing, levels = GAMES[game]
    generator = neural.init_mlp([2 + n_classes, 5, D], rng(), dtype=np.float64)
    discriminator = neural.init_mlp([packing * (D + n_classes), 5, 1], rng(), dropout=0.5, dtype=np.float64)
    gan = adversarial.make_gan(generator, discriminator, n_classes, packing)
    labels = np.array([0, 2, 1, 0]) if n_classes else None
    objective = objectives.OBJECTIVES[objective]
    check(adversarial.generate, gan, N, rng, labels=labels)
    check(adversarial.generator_gradient, gan, normal(N, 2), objective, rng, labels=labels, levels=levels)
    check(adversarial.discriminator_gradient, gan, normal(N, D), normal(N, 2), objective, rng, labels=labels,
          fake_labels=labels, levels=levels)


@pytest.mark.parametrize("penalty", [penalties.R1(0.5), penalties.GradientPenalty(10.0)])
def test_a_step_with_a_penalty(penalty):
    generator = neural.init_mlp([2, 5, D], rng(), dtype=np.float64)
    discriminator = neural.init_mlp([D, 5, 4, 1], rng(), dtype=np.float64)
    gan = adversarial.make_gan(generator, discriminator)
    check(adversarial.discriminator_gradient, gan, normal(N, D), normal(N, 2), objectives.NonSaturating(), rng,
          penalty=penalty)


def test_the_array_of_these_tests_refuses_to_become_numpy_s():
    array = Foreign(np.ones(3))
    for refused in (lambda: np.asarray(array), lambda: np.array(array), lambda: array + np.ones(3),
                    lambda: np.random.default_rng(0).random(out=array)):
        with pytest.raises((TypeError, AssertionError, ValueError)):
            refused()


def test_it_passes_for_a_number_where_it_has_one():
    assert float(Foreign(np.ones(1)).sum()) == 1 and bool((Foreign(np.ones(2)) > 0).all())
