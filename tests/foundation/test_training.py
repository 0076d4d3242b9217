"""What all kinds of training runs have in common: the one loop, and a run that goes on bit for bit."""
import io
import sys
import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from trainers import (
    RUNS,
    autoencoder_run,
    boltzmann_run,
    classifier_run,
    dbn_run,
    gan_run,
    rbm_run,
    some_bits,
)

from numpy_dgm.adversarial.gan_training import GANTrainer
from numpy_dgm.energy.boltzmann_training import BoltzmannTrainer
from numpy_dgm.energy.class_rbm_training import ClassRBMTrainer
from numpy_dgm.energy.dbn_training import DBNTrainer
from numpy_dgm.energy.ratings_training import RatingsTrainer
from numpy_dgm.energy.rbm_training import RBMTrainer
from numpy_dgm.energy.temporal_training import TemporalTrainer
from numpy_dgm.foundation import resume, training
from numpy_dgm.foundation.checkpoint import load_checkpoint, locked_folder, save_checkpoint
from numpy_dgm.foundation.checks import InvalidInput
from numpy_dgm.foundation.guards import Diverged, TrainingWarning
from numpy_dgm.foundation.records import Record, leaves
from numpy_dgm.foundation.settings import Settings, setting
from numpy_dgm.foundation.trainer import Trainer
from numpy_dgm.foundation.training import run_training
from numpy_dgm.neural.autoencoder_training import AutoencoderTrainer
from numpy_dgm.neural.mlp_training import ClassifierTrainer
from numpy_dgm.runs import KINDS, load_run


class Interrupted(Exception):
    pass


class StopAtSecondRecord:
    """on_record that stops a run in its second turn: one whole turn is done each time."""

    def __init__(self):
        self.n_records = 0

    def __call__(self, model, history):
        self.n_records += 1
        if self.n_records == 2:
            raise Interrupted


def run_in_pieces(run, arguments, folder, most=200):
    """The run interrupted after every turn and started again by the same call: `(model, history), how often`."""
    for n_interrupted in range(most):
        try:
            return run(folder, on_record=StopAtSecondRecord(), **arguments), n_interrupted
        except Interrupted:
            pass
    raise AssertionError("the run does not move on")


def everything(result):
    """The bits of a model and of its history, the seconds apart."""
    model, history = result
    arrays = [(name, array.dtype.str, array.shape, array.tobytes()) for name, array in leaves(model)]
    series = {name: values for name, values in history.series.items() if name != "seconds"}
    return arrays, series


def end_state(folder):
    """All that the last checkpoint holds but the seconds, as bytes and plain values."""
    state = load_checkpoint(folder / "checkpoint.npz")
    del state["history"]["series"]["seconds"]
    return plain(state)


def plain(value):
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return (value.dtype.str, value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize("name", RUNS)
def test_a_run_interrupted_after_every_turn_ends_in_the_same_bits(name, tmp_path):
    run, arguments = RUNS[name]
    unbroken = run(**arguments)
    result, n_interrupted = run_in_pieces(run, arguments, tmp_path / "pieces")
    assert n_interrupted == len(unbroken[1]["rate"]) - 1 >= 2
    assert everything(result) == everything(unbroken)
    seconds = result[1]["seconds"]
    assert len(seconds) == len(unbroken[1]["rate"]) and np.all(np.diff(seconds) >= 0)
    run(tmp_path / "whole", **arguments)
    assert end_state(tmp_path / "pieces") == end_state(tmp_path / "whole")


FIELDS = [  # trainer, field of its state, a run in which it matters
    (RBMTrainer, "optimizer", "rbm: cd, to the last epoch"),
    (RBMTrainer, "optimizer", "rbm: pcd, plain, rmsprop"),
    (RBMTrainer, "chains", "rbm: pcd, momentum, average, patience"),
    (RBMTrainer, "chains", "rbm: tempered, sparsity"),
    (RBMTrainer, "h_offset", "rbm: cd, to the last epoch"),
    (BoltzmannTrainer, "clamped", "boltzmann: sampled"),
    (BoltzmannTrainer, "chains", "boltzmann: mean field, decay"),
    (DBNTrainer, "optimizers", "dbn: momentum, average, decay, up-down"),
    (DBNTrainer, "chains", "dbn: from below, sgd"),
    (DBNTrainer, "v_offsets", "dbn: from below, sgd"),
    (DBNTrainer, "h_offsets", "dbn: from below, sgd"),
    (GANTrainer, "generator_optimizer", "gan: adam"),
    (GANTrainer, "discriminator_optimizer", "gan: momentum, clipping"),
    (GANTrainer, "singular", "gan: spectral norm, hinge"),
    (ClassifierTrainer, "optimizer", "classifier: adam"),
    (RatingsTrainer, "optimizer", "ratings: momentum"),
    (TemporalTrainer, "optimizer", "video: recurrent"),
    (ClassRBMTrainer, "optimizer", "class-rbm: hybrid, pcd"),
    (ClassRBMTrainer, "chains", "class-rbm: hybrid, pcd"),
    (ClassRBMTrainer, "h_offset", "class-rbm: hybrid, pcd"),
    (AutoencoderTrainer, "optimizer", "autoencoder: adam"),
]


@pytest.mark.parametrize("trainer, field, name", FIELDS)
def test_a_field_left_out_of_the_state_is_noticed(trainer, field, name, tmp_path, monkeypatch):
    """The test above can fail: each field of each kind is needed."""
    run, arguments = RUNS[name]
    unbroken = everything(run(**arguments))
    monkeypatch.setattr(trainer, "saved", tuple(one for one in trainer.saved if one != field))
    result, _ = run_in_pieces(run, arguments, tmp_path)
    assert everything(result) != unbroken


@pytest.mark.parametrize("field, name", [
    ("average", "rbm: pcd, momentum, average, patience"), ("average", "gan: batch norm, average"),
    ("stopping", "rbm: cd, adam, validation, patience"), ("stopping", "classifier: batch norm, dropout, patience"),
])
def test_a_common_field_left_out_of_the_state_is_noticed(field, name, tmp_path, monkeypatch):
    run, arguments = RUNS[name]
    unbroken = everything(run(**arguments))
    monkeypatch.setattr(resume, "COMMON", tuple(one for one in resume.COMMON if one != field))
    result, _ = run_in_pieces(run, arguments, tmp_path)
    assert everything(result) != unbroken


def test_every_field_of_every_kind_is_left_out_once():
    trainers = {next(one for one in module.TRAINER.__mro__ if "saved" in vars(one)) for module in KINDS.values()}
    needed = {(trainer, field) for trainer in trainers for field in trainer.saved}
    assert needed == {(trainer, field) for trainer, field, _ in FIELDS}


@pytest.mark.parametrize("name", ["rbm: cd, adam, validation, patience", "rbm: patience by the gap",
                                  "boltzmann: exact, patience", "boltzmann: patience by the gap",
                                  "classifier: batch norm, dropout, patience"])
def test_the_runs_that_stop_early_do_so_before_the_last_epoch(name):
    """So that the tests of patience are about patience."""
    run, arguments = RUNS[name]
    _, history = run(**arguments)
    assert len(history["rate"]) < arguments.get("epochs", 40)


# another call in the folder of a run


def refused(folder, run, **arguments):
    """The message with which another call in `folder` is refused; the checkpoint stays as it was."""
    path = folder / "checkpoint.npz"
    before = path.read_bytes()
    with pytest.raises(InvalidInput) as caught:
        run(folder, **arguments)
    assert path.read_bytes() == before and [one.name for one in folder.iterdir()] == ["checkpoint.npz"]
    assert str(caught.value).startswith(f"{path}: ") and "\n" not in str(caught.value)
    return str(caught.value)


OTHER_SETTINGS = {
    rbm_run: {"epochs": 41, "method": "pcd", "k": 2, "batch_size": 9, "rate": 0.06, "schedule": "cosine",
              "optimizer": "sgd", "weight_decay": 0.1, "centred": False, "n_chains": 99, "average": 0.9,
              "validation": 0.3, "patience": 6, "sparsity_target": 0.1, "sparsity_cost": 2.0, "n_rungs": 5,
              "fused": False},
    boltzmann_run: {"epochs": 9, "method": "mean-field", "k": 2, "batch_size": 9, "rate": 0.06, "schedule": "cosine",
                    "n_chains": 8, "weight_decay": 0.1, "average": 0.9, "validation": 0.1},
    dbn_run: {"epochs": 5, "up_down_epochs": 1, "keep": 1, "k": 2, "batch_size": 9, "rate": 0.06, "up_down_rate": 0.1,
              "schedule": "cosine", "optimizer": "adam", "weight_decay": 0.1, "centred": False, "n_chains": 8,
              "from_below": False, "average": 0.9, "fused": False},
    gan_run: {"steps": 24, "objective": "Hinge()", "penalty": "R1(0.1)", "batch_size": 9, "critic_steps": 2,
              "simultaneous": True, "rate": 0.02, "discriminator_rate": 0.1, "schedule": "cosine",
              "optimizer": "Momentum()", "average": 0.9, "log_every": 4, "clip": 0.1, "spectral": True, "fused": False},
    classifier_run: {"epochs": 9, "batch_size": 9, "rate": 0.06, "schedule": "cosine", "optimizer": "sgd",
                     "weight_decay": 0.1, "average": 0.9, "validation": 0.3},
    autoencoder_run: {"epochs": 9, "batch_size": 9, "rate": 0.06, "schedule": "cosine", "optimizer": "sgd",
                      "loss": "squared_error", "average": 0.9, "validation": 0.3},
}
STARTS = {rbm_run: {}, boltzmann_run: {}, dbn_run: {}, gan_run: {"schedule": "linear"}, classifier_run: {},
          autoencoder_run: {}}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with a finished run of each kind."""
    folders = {}
    for run, arguments in STARTS.items():
        folders[run] = tmp_path_factory.mktemp(run.__name__)
        run(folders[run], **arguments)
    return folders


@pytest.mark.parametrize("run, name", [(run, name) for run, changes in OTHER_SETTINGS.items() for name in changes])
def test_another_setting_is_refused_by_name(run, name, finished):
    from numpy_dgm.adversarial import R1, Hinge
    from numpy_dgm.foundation.optimizers import Momentum

    value = OTHER_SETTINGS[run][name]
    value = {"Hinge()": Hinge(), "R1(0.1)": R1(0.1), "Momentum()": Momentum()}.get(value, value)
    message = refused(finished[run], run, **{**STARTS[run], name: value})
    if name in ("epochs", "steps"):
        assert f"{name}: the run there was planned for " in message
    else:
        assert f"the run there has {name} " in message


@pytest.mark.parametrize("run", [rbm_run, boltzmann_run, dbn_run, classifier_run])
def test_other_data_are_refused(run, finished):
    assert "has data " in refused(finished[run], run, data=some_bits(seed=2))


def test_other_labels_are_refused(finished):
    labels = np.zeros(90, np.int64)
    assert "has data " in refused(finished[classifier_run], classifier_run, labels=labels)


def test_another_shape_another_precision_and_another_kind_of_layer_are_refused(finished):
    folder = finished[rbm_run]
    assert "has W float32 (12, 6), this one float32 (12, 7)" in refused(folder, rbm_run, n_hidden=7)
    assert "has W float32 (12, 6), this one float64 (12, 6)" in refused(folder, rbm_run, dtype=np.float64)
    message = refused(finished[classifier_run], classifier_run, mlp={"hidden": "relu"})
    assert "has layers[1].kind LeakyReLU, this one ReLU" in message
    message = refused(finished[classifier_run], classifier_run, mlp={"slope": 0.1})
    assert "has layers[1].slope 0.2, this one 0.1" in message


@pytest.mark.parametrize("run", STARTS)
def test_another_start_is_refused(run, finished):
    assert "has start " in refused(finished[run], run, seed=4, **STARTS[run])


def test_another_seed_is_refused(finished):
    """The same starting model, and a generator with another seed."""
    from numpy_dgm.energy import init_rbm, train_rbm

    start = init_rbm(12, 6, np.random.default_rng(3))
    settings = {"epochs": 40, "method": "cd", "optimizer": "adam", "rate": 0.05, "batch_size": 8, "validation": 0.2,
                "patience": 5}
    with pytest.raises(InvalidInput) as caught:
        train_rbm(start, some_bits(), rng=np.random.default_rng(4), checkpoint=finished[rbm_run], **settings)
    assert "checkpoint.npz: rng: expected a generator with entropy 3, as the run had, got 4" in str(caught.value)


@pytest.mark.parametrize("run", STARTS)
def test_a_run_of_another_kind_is_refused(run, finished):
    for other in STARTS:
        if other is not run:
            kind = other.__name__.split("_")[0]
            assert f"expected a run of kind {kind}, got {run.__name__.split('_')[0]}" in refused(finished[run], other)


@pytest.mark.parametrize("run", STARTS)
def test_a_damaged_checkpoint_is_refused_and_not_written_over(run, finished, tmp_path):
    path = tmp_path / "checkpoint.npz"
    path.write_bytes((finished[run] / "checkpoint.npz").read_bytes()[:-100])
    assert "expected a whole numpy_dgm checkpoint" in refused(tmp_path, run, **STARTS[run])


@pytest.mark.parametrize("run", STARTS)
def test_a_finished_run_started_again_gives_the_same_at_once(run, finished):
    before = (finished[run] / "checkpoint.npz").read_bytes()
    again = run(finished[run], **STARTS[run])
    assert everything(again) == everything(run(**STARTS[run]))
    assert (finished[run] / "checkpoint.npz").read_bytes() == before


UNLIKE = {  # what a file holds, and what the fresh run says of it
    "the model in another precision": ("model", "W", np.zeros((12, 6)), r"model.W: expected float32 (12, 6), got"),
    "moments of another shape": ("optimizer", "mean", np.zeros(3, np.float32),
                                 "optimizer.mean: expected float32 (90,), got float32 (3,)"),
    "no moments": ("optimizer", "mean", None, "optimizer.mean: expected float32 (90,), got NoneType"),
    "a text for the patience": ("stopping", "patience", "5", "stopping.patience: expected int, got str"),
}


@pytest.mark.parametrize("case", UNLIKE)
def test_a_checkpoint_whose_values_are_unlike_the_fresh_run_s_is_refused(case, finished, tmp_path):
    part, field, value, message = UNLIKE[case]
    state = load_checkpoint(finished[rbm_run] / "checkpoint.npz")
    state[part][field] = value
    save_checkpoint(tmp_path / "checkpoint.npz", state)
    assert message in refused(tmp_path, rbm_run)


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="checkpoint: expected a folder, got the file"):
        rbm_run(tmp_path / "file")


# a checkpoint that is whole but absurd


def first_array(record):
    """Where the first array of a record's state stands: the dict that holds it, and its name."""
    for name, value in record.items() if isinstance(record, dict) else enumerate(record):
        if isinstance(value, np.ndarray):
            return record, name
        if isinstance(value, (dict, list)) and value and (found := first_array(value)):
            return found
    return None


def with_array(part, change):
    """Change the first array of a part of the state."""
    def of(state):
        holder, name = first_array(state[part])
        holder[name] = change(holder[name])
    return of


BOTH = ("model", "result")
ABSURD = {
    "done below 0": lambda state: state.update(done=-5),
    "done above the total": lambda state: state.update(done=state["total"] + 1),
    "done a float": lambda state: state.update(done=2.0),
    "done that the history has not": lambda state: state.update(done=state["done"] - 1),
    "total a text": lambda state: state.update(total="9"),
    "history no dict": lambda state: state.update(history=[]),
    "history of texts": lambda state: state["history"]["series"].update(rate=["a"]),
    "settings no dict": lambda state: state.update(settings=[1]),
    "settings of another type": lambda state: state["settings"].update(batch_size="8"),
    "a setting out of range": lambda state: state["settings"].update(rate=-1.0),
    "model no record": lambda state: state.update(model=3, result=3),
    "model of a kind unknown": lambda state: [state[part].update(kind="Popen") for part in BOTH],
    "weights NaN": lambda state: [with_array(part, lambda W: W * np.nan)(state) for part in BOTH],
    "weights of 1e30": lambda state: [with_array(part, lambda W: W * 0 + 1e30)(state) for part in BOTH],
    "weights of another shape": lambda state: [with_array(part, lambda W: W[1:])(state) for part in BOTH],
    "identity no dict": lambda state: state.update(identity=3),
    "weights of texts": lambda state: [with_array(part, lambda W: np.full(W.shape, "a"))(state) for part in BOTH],
}
ONLY_RESUMED = {
    "10^9 children spawned": lambda state: state["random"].update(n_children_spawned=10**9),
    "a generator's state that is none": lambda state: state["random"].update(state={"a": 1}),
    "weights of another precision": with_array("model", lambda W: W.astype(np.float64 if W.dtype == "f4" else "f4")),
}
ONLY_LOADED = {
    "description no dict": lambda state: state.update(description=[]),
    "a path that is a number": lambda state: state.update(description={"name": "digits", "path": 3}),
    "a seed that is none": lambda state: state.update(metadata={"seed": "x"}),
}


@pytest.mark.parametrize("run", STARTS)
@pytest.mark.parametrize("name", [*ABSURD, *ONLY_RESUMED, *ONLY_LOADED])
def test_contents_that_are_whole_but_absurd_are_refused_in_a_sentence(run, name, finished, tmp_path):
    state = load_checkpoint(finished[run] / "checkpoint.npz")
    {**ABSURD, **ONLY_RESUMED, **ONLY_LOADED}[name](state)
    save_checkpoint(tmp_path / "checkpoint.npz", state)
    if name not in ONLY_LOADED:
        refused(tmp_path, run, **STARTS[run])
    if name not in ONLY_RESUMED:
        with pytest.raises(InvalidInput, match="checkpoint.npz: ") as caught:
            load_run(tmp_path)
        assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


@pytest.mark.parametrize("run", STARTS)
def test_two_runs_on_one_folder_are_not_had(run, finished):
    with locked_folder(finished[run] / "checkpoint.npz"):
        with pytest.raises(InvalidInput, match="checkpoint: expected a folder that no other run uses"):
            run(finished[run], **STARTS[run])


def test_a_disk_that_is_full_leaves_the_last_state_and_the_run_goes_on_later(tmp_path, monkeypatch):
    """The write fails in the third turn, as the system says it does; the same call ends in the same bits."""
    saves = []

    def full(path, state, save=training.save_checkpoint):
        saves.append(state["done"])
        if len(saves) >= 3:
            raise OSError(28, "No space left on device")
        save(path, state)

    with monkeypatch.context() as patch:
        patch.setattr("numpy_dgm.foundation.checkpoint.save_checkpoint", full)
        patch.setattr(training, "save_checkpoint", full)
        patch.setattr(training.SaveClock, "is_due", lambda clock: True)
        with pytest.raises(OSError, match="No space left"):
            run_training(Counter(turns=9), rng(), tmp_path)
    assert load_checkpoint(tmp_path / "checkpoint.npz")["done"] == 2
    number, _ = run_training(Counter(turns=9), rng(), tmp_path)
    assert number.x[0] == 9


@pytest.mark.parametrize("folder", ["", 3, object()])
def test_what_is_no_path_of_a_folder_is_refused(folder):
    with pytest.raises(InvalidInput, match="checkpoint: expected the path of a folder"):
        rbm_run(folder)


# more epochs


@pytest.mark.parametrize("run, total, arguments", [
    (rbm_run, "epochs", {"patience": None}), (boltzmann_run, "epochs", {}), (gan_run, "steps", {}),
    (classifier_run, "epochs", {}),
])
def test_a_finished_run_with_a_constant_rate_can_be_made_longer(run, total, arguments, tmp_path):
    arguments = {**arguments, "schedule": "constant"}
    run(tmp_path, **arguments, **{total: 6})
    longer = run(tmp_path, **arguments, **{total: 12})
    assert everything(longer) == everything(run(**arguments, **{total: 12}))
    assert load_checkpoint(tmp_path / "checkpoint.npz")["total"] == 12
    path = tmp_path / "checkpoint.npz"
    assert f"{path}: {total}: expected at least the 12 that the run there has done, got 6" == refused(
        tmp_path, run, **arguments, **{total: 6})


@pytest.mark.parametrize("run, total, arguments, why", [
    (rbm_run, "epochs", {}, "its linear schedule takes the rate to 0 at the end"),
    (dbn_run, "epochs", {"schedule": "constant"}, "each layer starts where the one below it has ended"),
    (classifier_run, "epochs", {"schedule": "cosine"}, "its cosine schedule takes the rate to 0 at the end"),
    (gan_run, "steps", {"schedule": "thirds"}, "its rates fall over the whole run"),
    (gan_run, "steps", {"schedule": "constant", "discriminator_schedule": "cosine"},
     "its rates fall over the whole run"),
    (gan_run, "steps", {"schedule": "constant", "noise": True}, "its noise falls over the whole run"),
])
def test_where_the_schedule_does_not_allow_it_a_sentence_says_what_to_do(run, total, arguments, why, tmp_path):
    from numpy_dgm.adversarial.noise import InstanceNoise

    arguments = {name: InstanceNoise(0.5) if value is True else value for name, value in arguments.items()}
    run(tmp_path, **arguments, **{total: 6})
    message = refused(tmp_path, run, **arguments, **{total: 12})
    expected = f"{total}: the run there was planned for 6 {total} and cannot be changed to 12, since {why}; start"
    assert expected in message


# metadata


def test_metadata_are_kept_and_override_nothing(tmp_path):
    """`metadata={"epochs": 1}` does not train one epoch."""
    metadata = {"epochs": 1, "rate": "fast", "who": ["a", {"b": None}]}
    rbm, history = rbm_run(tmp_path, metadata=metadata, patience=None, epochs=6)
    assert len(history["rate"]) == 6
    assert load_checkpoint(tmp_path / "checkpoint.npz")["metadata"] == metadata
    assert everything((rbm, history)) == everything(rbm_run(patience=None, epochs=6))


@pytest.mark.parametrize("metadata", [{"a": object()}, {"a": np.zeros(2)}, [1], "text", {1, 2}])
def test_metadata_that_could_not_be_kept_are_refused_before_the_run(metadata):
    with pytest.raises(InvalidInput, match="^metadata: expected a dict of texts and numbers"):
        rbm_run(metadata=metadata)


# the loop itself, on a model of one number


@dataclass(frozen=True, eq=False, repr=False)
class Number(Record):
    x: np.ndarray

    trainable = ("x",)


@dataclass(frozen=True, kw_only=True)
class CounterSettings(Settings):
    turns: int = setting(help="turns")
    rate: float = setting(1.0, "by how much x grows a turn")
    schedule: str = setting("constant", "how the rate falls", choices=("constant", "linear"))
    average: float = setting(None, "decay", above=0, below=1)
    validation: float = setting(0.5, "fraction held out")
    patience: int = setting(None, "turns")


class Counter(Trainer):
    """x grows by the rate each turn; `events` says what happened."""

    kind, unit, headline = "counter", "turn", ("x", "nowhere")
    records = (Number,)

    def __init__(self, events=None, actions=None, scores=None, start=0.0, large=np.inf, **settings):
        super().__init__(Number(np.full(1, start)), CounterSettings(**settings), np.zeros((4, 1)), settings["turns"])
        self.events, self.actions, self.scores = [] if events is None else events, actions or {}, scores
        self.large, self.train_rows = large, np.arange(4)

    def advance(self, rng):
        self.vector += self.rate
        self.done += 1
        self.events.append(f"advance {self.done}")
        action = self.actions.get(self.done)
        if isinstance(action, BaseException) or (isinstance(action, type) and issubclass(action, BaseException)):
            raise action
        if action == "nan":
            self.vector[:] = np.nan
        if self.average is not None:
            self.average.update(self.vector)

    def observe(self, model):
        self.events.append(f"observe {model.x[0]:g}")
        return {"x": model.x[0]}

    def score(self, values):
        return self.scores[self.done - 1]

    def diagnose(self):
        return "x is large" if self.history["x"][-1] >= self.large else ""


def rng():
    return np.random.default_rng(0)


def test_a_turn_is_advanced_observed_and_recorded():
    events = []
    number, history = run_training(Counter(events, turns=2), rng(), on_record=lambda model, history: events.append(
        f"record {model.x[0]:g} {history['x'][-1]:g}"))
    assert events == ["advance 1", "observe 1", "record 1 1", "advance 2", "observe 2", "record 2 2"]
    assert number.x[0] == 2 and history["turn"].tolist() == [1, 2] and history["x"].tolist() == [1, 2]


def test_with_an_average_that_is_observed_recorded_and_given_back():
    number, history = run_training(Counter(turns=3, average=0.999), rng())
    assert number.x[0] == 2 and history["x"].tolist() == [1, 1.5, 2]  # the plain mean while few are seen


def test_with_patience_the_best_is_given_back():
    number, history = run_training(Counter(turns=9, patience=2, scores=[0, 3, 1, 2, 9]), rng())
    assert number.x[0] == 2 and len(history["x"]) == 4


@pytest.mark.parametrize("settings, x", [({"average": 0.999}, 2.0), ({"patience": 2, "scores": [0, 3, 1, 2, 9]}, 2.0),
                                         ({}, 3.0)])
def test_the_model_that_is_given_back_is_the_one_that_can_be_loaded(settings, x, tmp_path):
    number, _ = run_training(Counter(turns=3, **settings), rng(), tmp_path)
    assert number.x[0] == load_checkpoint(tmp_path / "checkpoint.npz")["result"]["x"][0] == x


def test_patience_needs_held_out_cases():
    with pytest.raises(InvalidInput, match="validation: expected a fraction > 0 .* for patience to watch, such as 0.1"):
        Counter(turns=3, patience=2, validation=0.0)


def test_what_on_record_returns_is_kept_with_the_run(tmp_path):
    def keep(model, history):
        return 10 * model.x if history["turn"][-1] != 2 else None

    _, history = run_training(Counter(turns=3), rng(), tmp_path, on_record=keep)
    assert [(when, array.tolist()) for when, array in history.snapshots] == [(1, [10.0]), (3, [30.0])]
    _, again = run_training(Counter(turns=3), rng(), tmp_path, on_record=keep)
    assert [(when, array.tolist()) for when, array in again.snapshots] == [(1, [10.0]), (3, [30.0])]


def test_a_snapshot_is_a_copy_of_what_on_record_returns():
    buffer = np.zeros(1)

    def keep(model, history):
        buffer[:] = model.x
        return buffer

    _, history = run_training(Counter(turns=3), rng(), on_record=keep)
    assert [array.tolist() for _, array in history.snapshots] == [[1.0], [2.0], [3.0]]


def test_a_warning_is_said_once_a_run_wherever_it_is_interrupted(tmp_path):
    with pytest.warns(TrainingWarning, match="turn 3: x is large") as caught:
        run_training(Counter(turns=6, large=3), rng())
    assert len(caught) == 1
    with pytest.warns(TrainingWarning), pytest.raises(Interrupted):
        run_training(Counter(turns=6, large=3, actions={5: Interrupted}), rng(), tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run_training(Counter(turns=6, large=3), rng(), tmp_path)
    assert load_checkpoint(tmp_path / "checkpoint.npz")["warning"] == "x is large"


@pytest.mark.parametrize("action", ["nan", Diverged("too large")])
def test_a_run_that_diverges_hands_over_the_last_good_model(action, tmp_path):
    with pytest.raises(Diverged) as caught:
        run_training(Counter(turns=9, actions={3: action}), rng(), tmp_path)
    assert caught.value.model.x[0] == 2
    assert load_checkpoint(tmp_path / "checkpoint.npz")["done"] == 2


def test_a_model_that_is_not_finite_is_not_observed():
    events = []
    with pytest.raises(Diverged, match="training stopped in turn 3: x is no longer finite"):
        run_training(Counter(events, turns=9, actions={3: "nan"}), rng())
    assert events == ["advance 1", "observe 1", "advance 2", "observe 2", "advance 3"]


def test_a_run_that_diverges_in_its_first_turn_hands_over_its_start():
    """An average of no turns is nothing to hand over."""
    with pytest.raises(Diverged) as caught:
        run_training(Counter(turns=9, actions={1: "nan"}, start=5.0, average=0.9), rng())
    assert caught.value.model.x[0] == 5


@pytest.mark.parametrize("error", [KeyboardInterrupt, Interrupted, MemoryError])
def test_however_a_run_ends_its_last_whole_turn_is_kept(error, tmp_path, monkeypatch):
    """Also where the clock would not have saved it yet."""
    monkeypatch.setattr(training.SaveClock, "is_due", lambda clock: False)
    with pytest.raises(error):
        run_training(Counter(turns=9, actions={5: error}), rng(), tmp_path)
    state = load_checkpoint(tmp_path / "checkpoint.npz")
    assert (state["done"], state["total"]) == (4, 9) and state["model"]["x"][0] == 4
    number, _ = run_training(Counter(turns=9), rng(), tmp_path)
    assert number.x[0] == 9


def test_a_run_can_be_ended_where_it_stands(tmp_path):
    with pytest.raises(Interrupted):
        run_training(Counter(turns=9, actions={5: Interrupted}), rng(), tmp_path)
    number, history = run_training(Counter(turns=4), rng(), tmp_path)
    assert number.x[0] == 4 and len(history["x"]) == 4


def test_an_interrupt_while_it_saves_loses_nothing(tmp_path, monkeypatch):
    saves = []

    def interrupted_once(path, state, save=training.SaveClock.save):
        saves.append(state["done"])
        if len(saves) == 3:
            raise KeyboardInterrupt
        save(training.SaveClock(), path, state)

    monkeypatch.setattr(training.SaveClock, "save", lambda clock, path, state: interrupted_once(path, state))
    with pytest.raises(KeyboardInterrupt):
        run_training(Counter(turns=9), rng(), tmp_path)
    assert load_checkpoint(tmp_path / "checkpoint.npz")["done"] == 3


def test_an_interrupt_before_the_first_turn_is_whole_keeps_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run_training(Counter(turns=9, actions={1: KeyboardInterrupt}), rng(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_progress_is_said_on_standard_error_only_when_asked(capsys):
    run_training(Counter(turns=2), rng())
    assert capsys.readouterr().err == ""
    run_training(Counter(turns=2), rng(), progress=True)
    err = capsys.readouterr().err
    assert "turn 2/2" in err and "x 2" in err and "nowhere" not in err


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("name, value, message", [
    ("progress", 2, "progress: expected one of False, True, got 2"),
    ("on_record", 5, "on_record: expected None or a function of .model, history., got 5"),
])
def test_what_no_run_can_take_is_refused_before_the_first_turn(name, value, message):
    events = []
    with pytest.raises(InvalidInput, match=message):
        run_training(Counter(events, turns=2), rng(), **{name: value})
    assert events == []


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_run_stops_where_what_is_observed_is_not_finite(bad, monkeypatch):
    monkeypatch.setattr(Counter, "observe", lambda self, model: {"x": bad if self.done == 2 else 0.0})
    with pytest.raises(Diverged, match="training stopped in turn 2: x is no longer finite") as caught:
        run_training(Counter(turns=3), rng())
    assert caught.value.model.x[0] == 1


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("where", ["advance", "observe"])
def test_numpy_s_own_warnings_do_not_get_out_of_a_turn(where, monkeypatch):
    method = getattr(Counter, where)

    def overflows(self, argument):
        np.array([1e300]) * 1e300
        return method(self, argument)

    monkeypatch.setattr(Counter, where, overflows)
    number, _ = run_training(Counter(turns=2), rng())
    assert number.x[0] == 2


@pytest.mark.parametrize("error", [None, KeyboardInterrupt, Diverged("too large")])
def test_the_progress_line_is_ended_however_the_run_ends(error, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    actions = {} if error is None else {3: error}
    try:
        run_training(Counter(turns=4, actions=actions), rng(), progress=True)
    except (KeyboardInterrupt, Diverged):
        pass
    text = sys.stderr.getvalue()
    assert "turn 2/4" in text and text.count("\n") == 1 and text.endswith("\n")


def test_what_could_not_be_saved_is_refused_before_the_first_turn(tmp_path):
    counter = Counter(turns=2)
    counter.description = {"a": object()}
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(1)))
    generator.bit_generator.seed_seq  # noqa: B018 (as NumPy ships it)
    counter.saved = ("events",)
    counter.events = [object()]
    with pytest.raises(InvalidInput, match="state: expected arrays, numbers, texts and dataclasses"):
        run_training(counter, generator, tmp_path)
    assert counter.done == 0


def test_a_kind_that_lacks_a_part_of_the_contract_says_so():
    trainer = Trainer(Number(np.zeros(1)), CounterSettings(turns=1), np.zeros((2, 1)), 1)
    for call in (lambda: trainer.advance(rng()), lambda: trainer.observe(trainer.model), lambda: trainer.score({})):
        with pytest.raises(TypeError, match="Trainer.(advance|observe|score) is not defined"):
            call()
