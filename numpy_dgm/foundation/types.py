"""Names for the types in public signatures. Shapes stand in the docstrings, where they can be named."""
import numpy as np

Array = np.ndarray
Generator = np.random.Generator
