"""Mistakes to make in numpy_dgm/data/idx.py, in the order of its lines."""
from mutant import Mutant

MODULE = "data/idx.py"

MUTANTS = [
    Mutant('0x0B: ">i2"', '0x0B: "<i2"', "16-bit entries read lowest byte first"),
    Mutant('SUBFOLDERS = ("", "raw", "gzip", "*/raw")', 'SUBFOLDERS = ("", "raw")',
           "the folder above MNIST/ is not known"),
    Mutant("train|t10k|test)-images", "train|t10k)-images", "EMNIST's test part is not known"),
    Mutant('struct.unpack(f">{n_axes}I"', 'struct.unpack(f"<{n_axes}I"', "lengths of the axes read lowest byte first"),
    Mutant("        if size != n_bytes:\n", "        if size < n_bytes:\n", "bytes beyond the last entry pass"),
    Mutant('array.astype(dtype.newbyteorder("="), copy=False)', "array", "the file's byte order is kept"),
    Mutant("        if len(array) != len(images):\n", "        if len(array) < len(images):\n",
           "more labels than images"),
    Mutant('.replace("images", "labels").replace("idx3", "idx1")', '.replace("images", "labels")',
           "MNIST's labels not found beside its images"),
    Mutant("IMAGES_FILE.fullmatch(path.name.lower())", "IMAGES_FILE.fullmatch(path.name)",
           "names in capitals not known"),
    Mutant(", reverse=True):", "):", "the gzipped twin is read"),
    Mutant("if match and path.is_file():", "if match:", "a folder by the name of a file is read"),
    Mutant("        if len(sets) > 1:\n", "        if False:\n", "one of several data sets is read"),
    Mutant('chosen = part or ("train" if "train" in files else "test")', 'chosen = part or "train"',
           "a folder of test images alone is refused"),
    Mutant("return read_idx_pair(files[chosen], chosen)", "return read_idx_pair(files[chosen])",
           "which part is not said"),
]
