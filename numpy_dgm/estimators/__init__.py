"""Estimators in the manner of scikit-learn, for its pipelines and searches. scikit-learn is not imported.

    rbm.py      BernoulliRBM: a restricted Boltzmann machine with the parameters and methods of scikit-learn's
    dbn.py      DBNClassifier: RBMs stacked without labels, unrolled into a network, fine-tuned with labels
    gan.py      GANGenerator: a generator of rows like those that it was fitted to
    base.py     what the three have in common: parameters by name, columns, what is said before `fit`
    inputs.py   what they are given as arrays and generators

An estimator keeps its parameters as they are given. `fit` checks them, learns by the package's own training loop, and
leaves what was learnt in attributes whose names end in an underscore. The models of the package are among these
(`rbm_`, `mlp_`, `gan_`), for whatever else the package can do with them.

X may be anything of real numbers that NumPy can make an array of, a DataFrame, or a sparse matrix, of which its
.toarray() is taken. BernoulliRBM reads the rows of a memory map as it needs them.

N rows    D columns    K hidden units    C classes    v (N, D) visible values    h (N, K) hidden values

Buitinck et al. 2013 (the manner).
"""
from .base import NotFitted
from .dbn import DBNClassifier
from .gan import GANGenerator
from .rbm import BernoulliRBM

__all__ = ["BernoulliRBM", "DBNClassifier", "GANGenerator", "NotFitted"]
