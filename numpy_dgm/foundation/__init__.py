"""What every other subpackage stands on.

    types.py         names for the types in public signatures
    checks.py        checks of arguments, and InvalidInput
    numerics.py      sigmoid, softplus, logsumexp, Bernoulli draws; stable in float32 and float64
    enumeration.py   the oracle: a small model written out state by state
    records.py       frozen records of arrays: shown in a debugger, packed into one vector
    gradcheck.py     central differences over a packed vector
    verify.py        a lesson's executable equation, and its claims about experiments
    pca.py           principal components
    standardiser.py  real-valued data to unit scale and back, with the Jacobian

a training run, from the bottom up:

    optimizers.py    SGD, momentum, RMSProp, Adam; schedules; moving average of the parameters
    settings.py      a setting in one line: its type, default, meaning and range
    batches.py       cases checked, split, drawn in minibatches, read in blocks
    file_rows.py     rows of a large file, read when they are asked for
    progress.py      the history of a run, and the line that says how far it is
    guards.py        divergence and early stopping
    state.py         records as plain values, and back
    environment.py   on what the bits of a run depend: BLAS, its kernels and threads
    checkpoint.py    a whole state in a file, atomically, without pickles
    interrupts.py    Ctrl-C held back while a state is written
    trainer.py       the contract that a kind of model fulfils
    resume.py        a run brought to where a kept one stands
    training.py      the one loop
"""
