"""What every wing stands on.

    numerics.py      sigmoid, softplus, logsumexp, Bernoulli draws; stable in float32 and float64
    enumeration.py   the oracle: a small model written out state by state
    records.py       frozen records of arrays: shown in a debugger, packed into one vector
    gradcheck.py     central differences over a packed vector
    verify.py        a lesson's executable equation
    optimizers.py    SGD, momentum, Adam; schedules; moving average of the parameters
    training.py      minibatches, history, progress, early stopping, divergence guard
    checkpoint.py    a whole training state in a file, atomically, without pickles
    standardiser.py  real-valued data to unit scale and back, with the Jacobian
    checks.py         checks of arguments, and InvalidInput
    types.py          names for the types in public signatures
"""
