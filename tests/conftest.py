"""What all tests share."""
import os

# Before NumPy is imported: on the tests' small matrices a second BLAS thread gains nothing, and where other
# programs use the cores too, waiting for it can cost ten times the time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from hypothesis import Phase, settings  # noqa: E402

settings.register_profile("numpy_dgm", derandomize=True, deadline=None)
settings.register_profile("no shrinking", settings.get_profile("numpy_dgm"), phases=[Phase.explicit, Phase.generate])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "numpy_dgm"))
