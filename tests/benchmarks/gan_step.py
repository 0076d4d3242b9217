"""Whole runs of `train_gan` in float32, by the step: beside PyTorch's usual loop, and beside the bare products.

Run by hand, in an environment that has the peer, once with one thread and once with two:

    pip install -e . -r tests/benchmarks/requirements.txt
    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/gan_step.py
    OPENBLAS_NUM_THREADS=2 python tests/benchmarks/gan_step.py

A step is Goodfellow's: D at a batch that is drawn from 10,000 real cases and at as many generated ones, its Adam; G
at fresh noise through D, its Adam. It is non-saturating, with leaky ReLU 0.2; all draws are part of it. Ours is one
call of `train_gan`, with its checks, its loop and one record at the end. PyTorch's usual loop detaches the fake
cases, has the default Adam, and lets G's step reach D's parameters too, whose gradients are then thrown away; the
tuned one has the fused Adam and freezes D in G's step. "Products" are the matrix products that a step cannot do
without, and nothing else: real and fake rows of D's step go through in one, and in G's step D's weights get no
gradient.

All take turns in one process with the same number of threads, a run of some steps each. A ratio is of two neighbours
in time; the table gives the median of the ratios with the quartiles. With one thread the clock is the processor time
of the process, so that what else runs on the machine counts for little; with more it is the clock on the wall. Before
the first turn 30 MB are taken and given back: glibc then keeps freed memory of that size, where a young process would
pay for new pages in every step, PyTorch as much as NumPy.
"""
import argparse
import os
import platform
import time

import numpy as np
import torch
from torch import nn

from numpy_dgm import init_mlp, make_gan, train_gan

CASES = [  # generator, discriminator, batch, steps a run
    ([2, 128, 128, 2], [2, 128, 128, 1], 512, 200),
    ([2, 128, 128, 2], [2, 128, 128, 1], 64, 800),
    ([64, 256, 512, 784], [784, 512, 256, 1], 128, 100),
    ([100, 1200, 1200, 784], [784, 1200, 240, 1], 100, 60),
]
N_REAL = 10_000
RATE = 2e-4


class NumpyDGM:
    """One call of `train_gan`."""

    def __init__(self, generator, discriminator, n):
        self.rng = np.random.default_rng(0)
        self.gan = make_gan(init_mlp(generator, self.rng), init_mlp(discriminator, self.rng))
        self.x = self.rng.standard_normal((N_REAL, generator[-1]), dtype=np.float32)
        self.n = n

    def run(self, steps):
        train_gan(self.gan, self.x, steps=steps, rng=self.rng, batch_size=self.n, rate=RATE, log_every=steps)


class PyTorch:
    """The usual loop; `tuned`, the fused Adam and D frozen in G's step."""

    def __init__(self, generator, discriminator, n, tuned=False):
        self.G, self.D, self.tuned = torch_mlp(generator), torch_mlp(discriminator), tuned
        self.adam_G = torch.optim.Adam(self.G.parameters(), lr=RATE, fused=tuned)
        self.adam_D = torch.optim.Adam(self.D.parameters(), lr=RATE, fused=tuned)
        self.loss = nn.BCEWithLogitsLoss()
        self.x, self.n, self.n_latent = torch.randn(N_REAL, generator[-1]), n, generator[0]
        self.real, self.fake = torch.ones(n, 1), torch.zeros(n, 1)

    def run(self, steps):
        for _ in range(steps):
            self.step()

    def step(self):
        self.adam_D.zero_grad()
        x_real = self.x[torch.randint(N_REAL, (self.n,))]
        x_fake = self.G(torch.randn(self.n, self.n_latent)).detach()
        loss = self.loss(self.D(x_real), self.real) + self.loss(self.D(x_fake), self.fake)
        loss.backward()
        self.adam_D.step()

        self.adam_G.zero_grad()
        if self.tuned:
            self.D.requires_grad_(False)
        self.loss(self.D(self.G(torch.randn(self.n, self.n_latent))), self.real).backward()
        self.adam_G.step()
        if self.tuned:
            self.D.requires_grad_(True)


class TunedPyTorch(PyTorch):
    def __init__(self, generator, discriminator, n):
        super().__init__(generator, discriminator, n, tuned=True)


def torch_mlp(sizes):
    layers = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:]):
        layers += [nn.Linear(n_in, n_out), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers[:-1])


class Products:
    """y = x W up, xᵀ dy and dy Wᵀ down, with the shapes of a step."""

    def __init__(self, generator, discriminator, n):
        self.G, self.D = weights(generator), weights(discriminator)
        self.in_G, self.in_D, self.in_both = rows(generator, n), rows(discriminator, n), rows(discriminator, 2 * n)

    def run(self, steps):
        for _ in range(steps):
            self.step()

    def step(self):
        up(self.G, self.in_G)
        up(self.D, self.in_both)
        down(self.D, self.in_both, dx=False)
        up(self.G, self.in_G)
        up(self.D, self.in_D)
        down(self.D, self.in_D, dW=False)
        down(self.G, self.in_G, dx=False)


def weights(sizes):
    return [np.full(shape, 0.01, np.float32) for shape in zip(sizes[:-1], sizes[1:])]


def rows(sizes, n):
    return [np.full((n, size), 0.01, np.float32) for size in sizes]


def up(Ws, xs):
    for W, x in zip(Ws, xs):
        x @ W


def down(Ws, xs, dW=True, dx=True):
    for i in reversed(range(len(Ws))):
        if dW:
            xs[i].T @ xs[i + 1]
        if dx or i > 0:
            xs[i + 1] @ Ws[i].T


def seconds(work, steps, clock):
    started = clock()
    work.run(steps)
    return (clock() - started) / steps


def quartiles(ratios):
    low, middle, high = np.percentile(ratios, [25, 50, 75])
    return f"{middle:5.2f} [{low:.2f}, {high:.2f}]"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=9, help="how many times each takes its turn")
    turns = parser.parse_args().turns
    threads = int(os.environ["OPENBLAS_NUM_THREADS"])
    torch.set_num_threads(threads)
    clock = time.process_time if threads == 1 else time.perf_counter
    np.empty(30_000_000, np.uint8)
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, PyTorch {torch.__version__}, float32; "
          f"OPENBLAS_CORETYPE {os.environ.get('OPENBLAS_CORETYPE', 'not set')}")
    print(f"{threads} {'thread, processor time' if threads == 1 else 'threads, time on the wall'}; {turns} turns each; "
          "ratios: median [quartiles] of neighbours\n")
    print("generator          batch   usual PyTorch     tuned  numpy_dgm  products   of the usual time  "
          "of the tuned time  over the products")
    for generator, discriminator, n, steps in CASES:
        works = [kind(generator, discriminator, n) for kind in (PyTorch, TunedPyTorch, NumpyDGM, Products)]
        seconds_of = np.array([[seconds(work, steps, clock) for work in works] for _ in range(turns + 1)])[1:]
        usual, tuned, ours, products = 1e3 * np.median(seconds_of, axis=0)
        over = [quartiles(seconds_of[:, 2] / seconds_of[:, other]) for other in (0, 1, 3)]
        print(f"{'-'.join(map(str, generator)):18} {n:5d} {usual:12.2f} ms {tuned:6.2f} ms {ours:7.2f} ms "
              f"{products:6.2f} ms   {over[0]}  {over[1]}  {over[2]}", flush=True)


if __name__ == "__main__":
    main()
