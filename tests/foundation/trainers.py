"""Small runs of every kind of model, for the tests of what all kinds have in common."""
import numpy as np

from numpy_dgm.adversarial import R1, Hinge, make_gan, train_gan
from numpy_dgm.adversarial.noise import InstanceNoise
from numpy_dgm.data import ring_of_gaussians
from numpy_dgm.energy import (
    Gaussian,
    init_boltzmann,
    init_dbn,
    init_ratings_rbm,
    init_rbm,
    layered_mask,
    train_boltzmann,
    train_dbn,
    train_ratings,
    train_rbm,
)
from numpy_dgm.energy.class_rbm import init_class_rbm
from numpy_dgm.energy.class_rbm_training import train_class_rbm
from numpy_dgm.energy.temporal import init_conditional_rbm, init_rtrbm
from numpy_dgm.energy.temporal_training import train_temporal
from numpy_dgm.foundation.optimizers import Momentum, RMSProp
from numpy_dgm.neural import init_autoencoder, init_mlp, train_autoencoder, train_classifier

D, K = 12, 6


def some_bits(n=90, seed=1):
    """Bits (n, 12) of a few patterns with noise: something to learn, and little enough to overfit."""
    rng = np.random.default_rng(seed)
    patterns = rng.integers(0, 2, size=(5, D))
    noise = rng.random((n, D)) < 0.1
    return (patterns[rng.integers(5, size=n)] ^ noise).astype(np.uint8)


def some_labels(n=90, seed=1):
    """A label (n,) for each of `some_bits`: how many of its first three bits are on."""
    return some_bits(n, seed)[:, :3].sum(axis=1)


def rbm_run(folder=None, seed=3, data=None, n_hidden=K, dtype=np.float32, visible=None, on_record=None, metadata=None,
            **changed):
    """A run of cd with Adam that holds out a fifth and stops early, as `changed` says otherwise."""
    rng = np.random.default_rng(seed)
    rbm = init_rbm(D, n_hidden, rng, dtype=dtype, **({} if visible is None else {"visible": visible}))
    settings = {"epochs": 40, "method": "cd", "optimizer": "adam", "rate": 0.05, "batch_size": 8,
                "validation": 0.2, "patience": 5, **changed}
    return train_rbm(rbm, some_bits() if data is None else data, rng=rng, checkpoint=folder, on_record=on_record,
                     metadata=metadata, **settings)


def boltzmann_run(folder=None, seed=3, data=None, sizes=(D, 3, 2), dtype=np.float32, on_record=None, **changed):
    """A run of sampled phases on a machine of layers, as `changed` says otherwise."""
    rng = np.random.default_rng(seed)
    machine = init_boltzmann(sum(sizes), D, rng, layered_mask(sizes), dtype=dtype)
    settings = {"epochs": 8, "batch_size": 8, "rate": 0.05, "n_chains": 7, **changed}
    return train_boltzmann(machine, some_bits() if data is None else data, rng=rng, checkpoint=folder,
                           on_record=on_record, **settings)


def dbn_run(folder=None, seed=3, data=None, hidden=(K, 14), dtype=np.float32, on_record=None, **changed):
    """A run of two layers, the second from below, as `changed` says otherwise."""
    rng = np.random.default_rng(seed)
    dbn = init_dbn(D, hidden, rng, dtype=dtype)
    settings = {"epochs": 4, "batch_size": 8, "n_chains": 7, **changed}
    return train_dbn(dbn, some_bits() if data is None else data, rng=rng, checkpoint=folder, on_record=on_record,
                     **settings)


def gan_run(folder=None, seed=3, data=None, n_classes=0, packing=1, generator=None, discriminator=None, on_record=None,
            **changed):
    """A run on the ring, or with classes on labelled bits, as `changed` says otherwise."""
    rng = np.random.default_rng(seed)
    width = D if n_classes else 2
    players = (init_mlp([3 + n_classes, 6, width], rng, **(generator or {})),
               init_mlp([packing * (width + n_classes), 6, 1], rng, **(discriminator or {})))
    data = (some_bits() if n_classes else ring_of_gaussians()) if data is None else data
    settings = {"steps": 23, "batch_size": 8, "rate": 0.01, "log_every": 3, **changed}
    return train_gan(make_gan(*players, n_classes, packing), data, labels=some_labels() if n_classes else None, rng=rng,
                     checkpoint=folder, on_record=on_record, **settings)


def classifier_run(folder=None, seed=3, data=None, labels=None, sizes=(D, 8, 4), mlp=None, on_record=None, **changed):
    """A run of Adam, as `changed` says otherwise."""
    rng = np.random.default_rng(seed)
    network = init_mlp(list(sizes), rng, **(mlp or {}))
    settings = {"epochs": 8, "batch_size": 8, **changed}
    return train_classifier(network, some_bits() if data is None else data,
                            some_labels() if labels is None else labels, rng=rng, checkpoint=folder,
                            on_record=on_record, **settings)


def ratings_run(folder=None, seed=3, on_record=None, **changed):
    """A run on the bits, of which half are missing, as `changed` says otherwise."""
    rng = np.random.default_rng(seed)
    data = np.where(np.random.default_rng(5).random((90, D)) < 0.5, some_bits().astype(int), -1)
    rbm = init_ratings_rbm(data, [1, 2], 4, rng)
    settings = {"epochs": 6, "batch_size": 16, "rate": 0.1, **changed}
    return train_ratings(rbm, data, rng=rng, checkpoint=folder, on_record=on_record, **settings)


def class_rbm_run(folder=None, seed=3, on_record=None, **changed):
    """A hybrid run on bits whose label is the first of them, as `changed` says otherwise."""
    rng = np.random.default_rng(seed)
    bits = some_bits()
    settings = {"objective": "hybrid", "epochs": 5, "batch_size": 8, "n_chains": 7, **changed}
    return train_class_rbm(init_class_rbm(D, 4, 2, rng), bits, bits[:, 0].astype(int), rng=rng, checkpoint=folder,
                           on_record=on_record, **settings)


def video_run(folder=None, seed=3, data=None, n_past=0, on_record=None, **changed):
    """A run of an RTRBM, or of a conditional RBM on n_past frames, as `changed` says otherwise. Frames of 4 bits."""
    rng = np.random.default_rng(seed)
    model = init_rtrbm(4, 5, rng) if n_past == 0 else init_conditional_rbm(4, 5, n_past, rng)
    settings = {"epochs": 5, "k": 2, "batch_size": 8, **changed}
    return train_temporal(model, some_bits() if data is None else data, rng=rng, checkpoint=folder,
                          on_record=on_record, **settings)


def autoencoder_run(folder=None, seed=3, data=None, sizes=(D, 8, 3), on_record=None, **changed):
    """A run of Adam, as `changed` says otherwise."""
    rng = np.random.default_rng(seed)
    settings = {"epochs": 8, "batch_size": 8, **changed}
    return train_autoencoder(init_autoencoder(sizes, rng), some_bits() if data is None else data, rng=rng,
                             checkpoint=folder, on_record=on_record, **settings)


def grey(n=90):
    """Real numbers (n, 12)."""
    return np.random.default_rng(2).normal(size=(n, D))


def noise(n=60):
    """Grey levels (n, 12) with nothing in common: whatever is learnt of them is overfitting."""
    return 0.9 * np.random.default_rng(0).integers(0, 2, size=(n, D))


RUNS = {  # name -> (function, arguments)
    "rbm: cd, adam, validation, patience": (rbm_run, {}),
    "rbm: cd, to the last epoch": (rbm_run, {"validation": 0.0, "patience": None, "epochs": 12}),
    "rbm: pcd, momentum, average, patience": (rbm_run, {"method": "pcd", "optimizer": "momentum", "average": 0.99}),
    "rbm: pcd, plain, rmsprop": (rbm_run, {"method": "pcd", "optimizer": "rmsprop", "fused": False, "patience": None,
                                           "epochs": 9}),
    "rbm: exact, sgd, decay, cosine": (rbm_run, {
        "method": "exact", "optimizer": "sgd", "weight_decay": 1e-3, "epochs": 12, "schedule": "cosine",
        "patience": None, "centred": False}),
    "rbm: tempered, sparsity": (rbm_run, {
        "method": "tempered", "n_rungs": 3, "n_chains": 9, "sparsity_target": 0.2, "epochs": 12, "validation": 0.0,
        "patience": None}),
    "rbm: float64, constant": (rbm_run, {"dtype": np.float64, "epochs": 12, "schedule": "constant"}),
    "rbm: gaussian": (rbm_run, {"visible": Gaussian(), "data": grey(), "epochs": 9, "rate": 0.01}),
    "rbm: patience by the gap": (rbm_run, {"n_hidden": 20, "data": noise(), "epochs": 60, "patience": 2}),
    "boltzmann: sampled": (boltzmann_run, {}),
    "boltzmann: sampled, validation, average": (boltzmann_run, {"validation": 0.2, "average": 0.9}),
    "boltzmann: mean field, decay": (boltzmann_run, {"method": "mean-field", "weight_decay": 0.01}),
    "boltzmann: exact, patience": (boltzmann_run, {
        "method": "exact", "sizes": (D, 2), "validation": 0.3, "patience": 2, "rate": 2.0, "epochs": 30,
        "schedule": "constant"}),
    "boltzmann: patience by the gap": (boltzmann_run, {
        "method": "mean-field", "sizes": (D, 6, 4), "validation": 0.3, "patience": 2, "rate": 0.3}),
    "class-rbm: hybrid, pcd": (class_rbm_run, {}),
    "dbn: from below, sgd": (dbn_run, {"rate": 1.0}),
    "dbn: momentum, average, decay, up-down": (dbn_run, {
        "optimizer": "momentum", "average": 0.9, "weight_decay": 0.01, "up_down_epochs": 3, "hidden": (K, 5, 4)}),
    "dbn: adam, plain gradient, up-down on what has learnt": (dbn_run, {
        "optimizer": "adam", "rate": 0.01, "fused": False, "keep": 1, "up_down_epochs": 2, "centred": False}),
    "gan: adam": (gan_run, {}),
    "gan: batch norm, average": (gan_run, {"generator": {"batch_norm": True}, "average": 0.9, "schedule": "linear"}),
    "gan: spectral norm, hinge": (gan_run, {"spectral": True, "objective": Hinge(), "schedule": "cosine"}),
    "gan: classes, packing, r1": (gan_run, {"n_classes": 4, "packing": 2, "penalty": R1(0.1)}),
    "gan: noise, r1, critic steps": (gan_run, {"noise": InstanceNoise(0.5), "penalty": R1(0.5), "critic_steps": 2}),
    "gan: momentum, clipping": (gan_run, {"optimizer": Momentum(0.5), "clip": 0.5, "rate": 1e-3}),
    "gan: dropout, rmsprop, simultaneous": (gan_run, {"discriminator": {"dropout": 0.3}, "optimizer": RMSProp(),
                                                      "simultaneous": True, "discriminator_rate": 0.005}),
    "gan: plain gradient": (gan_run, {"fused": False, "steps": 9}),
    "ratings: momentum": (ratings_run, {}),
    "ratings: adam, average": (ratings_run, {"optimizer": "adam", "rate": 0.01, "average": 0.9, "conditional": False}),
    "classifier: adam": (classifier_run, {}),
    "classifier: batch norm, dropout, patience": (classifier_run, {
        "mlp": {"batch_norm": True, "dropout": 0.3}, "validation": 0.3, "patience": 2, "rate": 0.1, "epochs": 40}),
    "classifier: momentum, average, batch norm": (classifier_run, {
        "optimizer": "momentum", "rate": 0.05, "average": 0.9, "mlp": {"batch_norm": True}}),
    "classifier: sgd, decay, constant": (classifier_run, {"optimizer": "sgd", "rate": 0.1, "weight_decay": 0.01,
                                                          "schedule": "constant"}),
    "video: recurrent": (video_run, {}),
    "video: conditional, patience, average": (video_run, {
        "n_past": 2, "optimizer": "momentum", "average": 0.9, "validation": 0.2, "patience": 2}),
    "autoencoder: adam": (autoencoder_run, {}),
    "autoencoder: squared error, momentum, average, patience": (autoencoder_run, {
        "loss": "squared_error", "optimizer": "momentum", "rate": 0.01, "average": 0.9, "validation": 0.3,
        "patience": 3}),
}
