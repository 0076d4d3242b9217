"""PacGAN's own run (Lin et al. 2018): one update of both players beside PyTorch's, and what 400,000 of them take.

    pip install -e . -r tests/benchmarks/requirements.txt
    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/paper_update.py [--updates 1000]

G takes z ~ N(0, I) in 2 dimensions through 4 layers of 400 (linear without biases, batch norm, ReLU) to 2; D takes m
cases side by side through 3 layers of 200 maxout units with 5 pieces to a logit. Weights N(0, 0.02²), non-saturating,
Adam 1e-4 with β₁ = 0.8, 100 logits of real and 100 of fake cases an update, so that G makes 100 m cases. An update is D
and then G, each with noise of its own. (The paper's own program moves both at once, with the same noise, and gives
batch norm the m cases that stand side by side in m lots of 100.)

First in float64, from the same parameters, data and noise: the largest relative difference, over all entries, between
the two programs' gradients, and between their parameters afterwards. It ends with an error where one is above 1e-5.
Then in float32: ten turns each, in one process, on the grid of 25 Gaussians; the clock as in gan_step.py.
"""
import argparse
import os
import platform
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn.functional import softplus

from numpy_dgm.adversarial.fused import fused_discriminator_gradient
from numpy_dgm.adversarial.gan import generator_gradient, make_gan
from numpy_dgm.adversarial.objectives import NonSaturating
from numpy_dgm.data import draw_mixture, grid_of_gaussians
from numpy_dgm.foundation.optimizers import Adam
from numpy_dgm.foundation.records import pack, windows
from numpy_dgm.neural.layers import Affine, BatchNorm, Linear, Maxout
from numpy_dgm.neural.mlp import init_mlp

GENERATOR, DISCRIMINATOR, PIECES, BATCH = [2, 400, 400, 400, 400, 2], [200, 200, 200, 1], 5, 100
RATE, BETA1, UPDATES, TURNS, TOLERANCE = 1e-4, 0.8, 400_000, 10, 1e-5


class NumpyDGM:
    def __init__(self, packing, dtype):
        rng = np.random.default_rng(packing)
        self.objective, self.rng = NonSaturating(), rng
        G = init_mlp(GENERATOR, rng, hidden="relu", batch_norm=True, init=0.02, dtype=dtype)
        D = init_mlp([2 * packing, *DISCRIMINATOR], rng, hidden="maxout", pieces=PIECES, init=0.02, dtype=dtype)
        self.G, G = pack(G)
        self.D, D = pack(D)
        self.gan = make_gan(G, D, packing=packing)
        self.dG, self.dD = np.empty_like(self.G), np.empty_like(self.D)
        self.for_G, self.for_D = windows(G, self.dG), windows(D, self.dD)
        self.adam_G, self.adam_D = Adam(beta1=BETA1), Adam(beta1=BETA1)

    def move_discriminator(self, x_real, z):
        fused_discriminator_gradient(self.gan, x_real, z, self.objective, self.rng, out=self.for_D)
        self.adam_D.step(self.D, self.dD, -RATE)

    def move_generator(self, z):
        generator_gradient(self.gan, z, self.objective, self.rng, out=self.for_G)
        self.adam_G.step(self.G, self.dG, -RATE)


class PyTorch:
    """The usual loop, from the parameters that `peer`, a NumpyDGM, has."""

    def __init__(self, peer):
        self.width = 2 * peer.gan.packing
        self.G, self.D = torch_network(peer.gan.generator), torch_network(peer.gan.discriminator)
        self.adam_G = torch.optim.Adam(self.G.parameters(), lr=RATE, betas=(BETA1, 0.999))
        self.adam_D = torch.optim.Adam(self.D.parameters(), lr=RATE, betas=(BETA1, 0.999))

    def judge(self, x):
        return self.D(x.view(-1, self.width))

    def move_discriminator(self, x_real, z):
        self.adam_D.zero_grad()
        x_real, x_fake = torch.from_numpy(x_real), self.G(torch.from_numpy(z)).detach()
        loss = softplus(-self.judge(x_real)).mean() + softplus(self.judge(x_fake)).mean()
        loss.backward()
        self.adam_D.step()

    def move_generator(self, z):
        self.adam_G.zero_grad()
        softplus(-self.judge(self.G(torch.from_numpy(z)))).mean().backward()
        self.adam_G.step()


class TorchMaxout(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.linear = nn.Linear(n_in, PIECES * n_out)

    def forward(self, x):
        return self.linear(x).view(len(x), PIECES, -1).amax(dim=1)


def torch_network(mlp):
    """PyTorch's modules for the layers of `mlp`, in its default dtype, with copies of the parameters."""
    modules = []
    for layer in mlp.layers:
        if isinstance(layer, Maxout):
            _, n_in, n_out = layer.W.shape
            module = TorchMaxout(n_in, n_out)
            arrays = [layer.W.transpose(0, 2, 1).reshape(-1, n_in), layer.b.ravel()]
        elif isinstance(layer, BatchNorm):
            module, arrays = nn.BatchNorm1d(len(layer.gamma)), [layer.gamma, layer.beta]
        elif isinstance(layer, Linear):
            module, arrays = nn.Linear(*layer.W.shape, bias=False), [layer.W.T]
        elif isinstance(layer, Affine):
            module, arrays = nn.Linear(*layer.W.shape), [layer.W.T, layer.b]
        else:
            module, arrays = nn.ReLU(), []
        with torch.no_grad():
            for parameter, array in zip(module.parameters(), arrays):
                parameter.copy_(torch.tensor(array))
        modules.append(module)
    return nn.Sequential(*modules)


def draw(packing, rng, dtype):
    """Real cases and the noise of both steps: three arrays (BATCH · m, 2)."""
    n = BATCH * packing
    x_real = draw_mixture(grid_of_gaussians(), n, rng).astype(dtype)
    return x_real, rng.standard_normal((n, 2), dtype=dtype), rng.standard_normal((n, 2), dtype=dtype)


def compare(packing):
    """Largest relative differences after one update in float64: (gradient of D, of G, parameters of D, of G)."""
    torch.set_default_dtype(torch.float64)
    ours = NumpyDGM(packing, np.float64)
    theirs = PyTorch(ours)
    x_real, z_D, z_G = draw(packing, np.random.default_rng(100), np.float64)
    for player in (ours, theirs):
        player.move_discriminator(x_real, z_D)
    dD = furthest(torch_network(ours.for_D), [parameter.grad for parameter in theirs.D.parameters()])
    for player in (ours, theirs):
        player.move_generator(z_G)
    dG = furthest(torch_network(ours.for_G), [parameter.grad for parameter in theirs.G.parameters()])
    D = furthest(torch_network(ours.gan.discriminator), theirs.D.parameters())
    G = furthest(torch_network(ours.gan.generator), theirs.G.parameters())
    return dD, dG, D, G


def furthest(network, arrays):
    """max |a - b| / |b| over the parameters a of `network` and the entries b of `arrays`, 0 where both are 0."""
    differences = []
    with torch.no_grad():
        for a, b in zip(network.parameters(), arrays, strict=True):
            differences.append(((a - b).abs() / b.abs()).where(a != b, 0.0).max().item())
    return max(differences)


def time_updates(packing, updates, clock):
    """Seconds an update (TURNS, 2), numpy_dgm's and PyTorch's in turn; one update before each turn is not counted."""
    torch.set_default_dtype(torch.float32)
    rng = np.random.default_rng(0)
    ours = NumpyDGM(packing, np.float32)
    players = (ours, PyTorch(ours))
    seconds = np.empty((TURNS, 2))
    for turn in seconds:
        for i, player in enumerate(players):
            update(player, *draw(packing, rng, np.float32))
            started = clock()
            for _ in range(updates // TURNS):
                update(player, *draw(packing, rng, np.float32))
            turn[i] = (clock() - started) / (updates // TURNS)
    return seconds


def update(player, x_real, z_D, z_G):
    player.move_discriminator(x_real, z_D)
    player.move_generator(z_G)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--updates", type=int, default=1_000, help="of each, timed")
    updates = parser.parse_args().updates
    threads = int(os.environ["OPENBLAS_NUM_THREADS"])
    torch.set_num_threads(threads)
    clock = time.process_time if threads == 1 else time.perf_counter
    np.empty(30_000_000, np.uint8)
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, PyTorch {torch.__version__}\n")

    print("float64, one update: largest relative difference\n"
          "packing   gradient of D  gradient of G   parameters of D  parameters of G")
    differences = {packing: compare(packing) for packing in (1, 2, 3, 4)}
    for packing, (dD, dG, D, G) in differences.items():
        print(f"{packing:7d} {dD:15.1e} {dG:14.1e} {D:17.1e} {G:16.1e}", flush=True)

    print(f"\nfloat32, {updates:,} updates each, {'processor time' if threads == 1 else 'time on the wall'}, threads: "
          f"{threads}\npacking   numpy_dgm    PyTorch   of PyTorch's time   {UPDATES:,} updates")
    for packing in (1, 2, 3, 4):
        seconds = time_updates(packing, updates, clock)
        ours, theirs = np.median(seconds, axis=0)
        low, middle, high = np.percentile(seconds[:, 0] / seconds[:, 1], [25, 50, 75])
        print(f"{packing:7d} {1e3 * ours:8.1f} ms {1e3 * theirs:7.1f} ms   {middle:5.2f} [{low:.2f}, {high:.2f}]"
              f" {ours * UPDATES / 3600:12.1f} h, PyTorch {theirs * UPDATES / 3600:.1f} h", flush=True)
    if max(max(values) for values in differences.values()) > TOLERANCE:
        sys.exit(f"a relative difference above {TOLERANCE}")


if __name__ == "__main__":
    main()
