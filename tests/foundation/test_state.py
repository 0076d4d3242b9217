"""Records become plain values and come back; nothing else comes back."""
from dataclasses import dataclass

import numpy as np
import pytest

from numpy_dgm.adversarial import GAN, Hinge, R1, make_gan
from numpy_dgm.energy import RBM, Bernoulli, Softmax, init_boltzmann, init_rbm
from numpy_dgm.energy.boltzmann import BoltzmannMachine
from numpy_dgm.foundation.checkpoint import load_checkpoint, save_checkpoint
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.optimizers import SGD, Adam, MovingAverage
from numpy_dgm.foundation.state import from_state, outline, to_state
from numpy_dgm.neural import MLP, init_mlp
from numpy_dgm.neural.mlp import LAYERS

RNG = np.random.default_rng(0)
KINDS = (RBM, Bernoulli, Softmax, BoltzmannMachine, MLP, *LAYERS, GAN, Hinge, R1, SGD, Adam, MovingAverage)


def started(optimizer):
    optimizer.start(np.zeros(4, np.float32))
    return optimizer


RECORDS = {
    "rbm": init_rbm(5, 4, RNG, hidden=Softmax(2)),
    "boltzmann": init_boltzmann(5, 3, RNG),
    "mlp": init_mlp([4, 3, 2], RNG, batch_norm=True, dropout=0.25, discrimination=(3, 2)),
    "maxout": init_mlp([4, 3, 2], RNG, hidden="maxout", dtype=np.float64),
    "gan": make_gan(init_mlp([2, 3, 2], RNG), init_mlp([4, 3, 1], RNG), packing=2),
    "hinge": Hinge(),
    "r1": R1(0.5),
    "sgd": SGD(),
    "adam": Adam(beta1=0.5),
    "adam, started": started(Adam(beta1=0.5)),
    "average": MovingAverage(0.9, 3, np.arange(4.0)),
}


def same(one, other):
    """Whether two values are alike, type by type and bit by bit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if hasattr(one, "__dataclass_fields__"):
        return all(same(getattr(one, name), getattr(other, name)) for name in one.__dataclass_fields__)
    return one == other


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("with_like", [False, True])
def test_a_record_comes_back_through_a_file(name, with_like, tmp_path):
    record = RECORDS[name]
    save_checkpoint(tmp_path / "checkpoint.npz", {"record": to_state(record)})
    state = load_checkpoint(tmp_path / "checkpoint.npz")["record"]
    back = from_state("record", state, KINDS, record) if with_like else from_state("record", state, KINDS)
    assert same(back, record)
    assert not same(back, Stranger())


def test_the_state_is_a_copy():
    rbm = init_rbm(3, 2, RNG)
    state = to_state(rbm)
    rbm.W[:] = 7
    assert not np.any(state["W"] == 7)


def test_scalars_of_numpy_and_records_in_a_dict_become_plain_values():
    state = to_state({"rate": np.float32(0.5), "n": np.int64(3), "hinge": Hinge()})
    assert state == {"rate": 0.5, "n": 3, "hinge": {"kind": "Hinge"}}
    assert type(state["rate"]) is float and type(state["n"]) is int


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "text", (1, (2.0, None)), ()])
def test_plain_values_and_tuples_come_back(value):
    assert same(from_state("value", to_state(value), ()), value)


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", 1j, len])
def test_other_objects_have_no_state(value):
    with pytest.raises(InvalidInput, match="state: expected arrays, numbers, texts and dataclasses, got"):
        to_state((1, value))


@dataclass
class Stranger:
    a: int = 1


@dataclass
class Halved:
    whole: float

    def __post_init__(self):
        self.half = self.whole / 2


STATE = to_state(RECORDS["rbm"])
BAD_STATES = {
    "a kind that is not on the list": (to_state(Stranger()), "m: expected one of RBM, .*, got 'Stranger'"),
    "a kind of the standard library": ({"kind": "Popen", "args": "x"}, "m: expected one of RBM, .*, got 'Popen'"),
    "no kind": ({"W": 1}, "m: expected one of RBM, .*, got None"),
    "a list for a kind": ({"kind": ["RBM"]}, "m: expected one of RBM"),
    "a field too few": ({k: v for k, v in STATE.items() if k != "c"}, "m: expected a RBM of W, b, c, hidden, visible"),
    "a field too many": ({**STATE, "d": 1}, "m: expected a RBM of W, b, c, hidden, visible, got"),
    "a kind within": ({**STATE, "hidden": {"kind": "Spin"}}, "m.hidden: expected one of RBM, .*, got 'Spin'"),
}


@pytest.mark.parametrize("case", BAD_STATES)
def test_what_is_not_on_the_list_or_not_whole_is_refused(case):
    state, message = BAD_STATES[case]
    with pytest.raises(InvalidInput, match=message):
        from_state("m", state, KINDS)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e16, -1e16])
def test_numbers_that_no_run_comes_to_are_refused(value):
    W = STATE["W"].copy()
    W[2, 1] = value
    with pytest.raises(InvalidInput, match="m.W: expected finite values up to 1e.15 in size, got up to"):
        from_state("m", {**STATE, "W": W}, KINDS)


@pytest.mark.parametrize("array", [np.zeros((0, 3)), np.full(3, -1e15), np.array(["a"]), np.array([2**62])])
def test_other_arrays_come_back(array):
    assert same(from_state("m", to_state(array), ()), array)


def test_a_value_that_its_kind_cannot_compute_with_is_refused():
    assert from_state("m", to_state(Halved(3.0)), (Halved,)).half == 1.5
    with pytest.raises(InvalidInput, match="m: the values of this Halved cannot be used .unsupported operand"):
        from_state("m", {"kind": "Halved", "whole": "3"}, (Halved,))


LIKE = RECORDS["rbm"]


def softmax(n_values):
    """STATE with softmax units of so many values in the hidden layer."""
    return {**STATE, "hidden": {"kind": "Softmax", "n_values": n_values}}


UNLIKE = {
    "dtype": ({**STATE, "W": STATE["W"].astype(np.float64)}, r"m.W: expected float32 \(5, 4\), got float64 \(5, 4\)"),
    "shape": ({**STATE, "b": STATE["b"][:3]}, r"m.b: expected float32 \(5,\), got float32 \(3,\)"),
    "a number for an array": ({**STATE, "b": 3}, r"m.b: expected float32 \(5,\), got int"),
    "a list for an array": ({**STATE, "b": [1.0]}, r"m.b: expected float32 \(5,\), got list"),
    "another kind": (to_state(RECORDS["boltzmann"]), "m: expected RBM, got BoltzmannMachine"),
    "another kind within": ({**STATE, "hidden": to_state(Bernoulli())}, "m.hidden: expected Softmax, got Bernoulli"),
    "a text for a number": (softmax("2"), "n_values: expected int, got str"),
    "a bool for a number": (softmax(True), "n_values: expected int, got bool"),
    "a record for a number": (softmax(STATE), "n_values: expected int, got dict"),
    "nothing": (None, "m: expected RBM, got NoneType"),
}


@pytest.mark.parametrize("case", UNLIKE)
def test_what_is_not_like_the_fresh_run_is_refused_by_field(case):
    state, message = UNLIKE[case]
    with pytest.raises(InvalidInput, match=message):
        from_state("m", state, KINDS, LIKE)


def test_layers_are_held_against_those_of_the_fresh_run():
    mlp = RECORDS["maxout"]
    state = to_state(mlp)
    state["layers"][1]["W"] = state["layers"][1]["W"].astype(np.float32)
    with pytest.raises(InvalidInput, match=r"m.layers\[1\].W: expected float64 \(3, 2\), got float32 \(3, 2\)"):
        from_state("m", state, KINDS, mlp)


def test_tuples_must_be_as_long_and_nothing_must_stay_nothing():
    with pytest.raises(InvalidInput, match="m: expected 2 entries, got 3 entries"):
        from_state("m", [1, 2, 3], (), (1, 2))
    with pytest.raises(InvalidInput, match="m: expected 2 entries, got no list"):
        from_state("m", 3, (), (1, 2))
    with pytest.raises(InvalidInput, match="m: expected NoneType, got int"):
        from_state("m", 3, (), None)


def test_the_outline_names_dtypes_shapes_and_fixed_values():
    assert outline("", STATE) == {
        "kind": "RBM", "W": "float32 (5, 4)", "b": "float32 (5,)", "c": "float32 (4,)", "visible.kind": "Bernoulli",
        "hidden.kind": "Softmax", "hidden.n_values": 2}
    of_mlp = outline("net", to_state(RECORDS["maxout"]))
    assert of_mlp["net.layers[0].W"] == "float64 (5, 4, 3)" and of_mlp["net.layers[1].kind"] == "Affine"
