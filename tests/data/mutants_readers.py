"""Mistakes to make in numpy_dgm/data/readers.py, in the order of its lines."""
from mutant import Mutant

MODULE = "data/readers.py"

MUTANTS = [
    Mutant('0x0B: ">i2"', '0x0B: "<i2"', "16-bit entries read lowest byte first"),
    Mutant('struct.unpack(f">{n_axes}I"', 'struct.unpack(f"<{n_axes}I"', "lengths of the axes read lowest byte first"),
    Mutant("len(content) != n_bytes", "len(content) < n_bytes", "bytes beyond the last entry pass"),
    Mutant('return array.astype(dtype.newbyteorder("="))', "return array.copy()", "the file's byte order is kept"),
    Mutant("labels.shape != images.shape[:1]", "labels.size != images.shape[0]", "labels in a column pass"),
    Mutant('.replace("images", "labels").replace("idx3", "idx1")', '.replace("images", "labels")',
           "MNIST's labels not found beside its images"),
    Mutant('FOLDER_NAMES[part or "train"]', 'FOLDER_NAMES["train"]', "a folder's training part whatever is asked for"),
    Mutant('open_memmap(path, mode="r")', 'open_memmap(path, mode="r+")', "a memory map that writes to the file (25)"),
    Mutant("allow_pickle=False", "allow_pickle=True", "pickles are loaded"),
    Mutant('"test": ("_test",)}[part]', '"test": ("_train",)}[part]', "the test part of an .npz is its training part"),
    Mutant('.decode("utf-8-sig")', '.decode("utf-8")', "a byte order mark belongs to the first name"),
    Mutant("comments=None, ", "", "a line with # is passed over"),
    Mutant("names = [field.strip().lower() for field in fields]", "names = [field.strip() for field in fields]",
           "names of columns in capitals not known"),
    Mutant("labels, images = table[:, -1], table[:, :-1]", "labels, images = table[:, -1], table",
           "labels stay among the pixels"),
    Mutant(" or (table != np.rint(table)).any():", ":", "fractions cut off to integers"),
    Mutant("table.max(initial=0) <= 255", "table.max(initial=0) <= 256", "256 becomes 0 in a byte"),
    Mutant("if content[:2] == GZIP_MAGIC:", 'if path.suffix == ".gz":', "gzip told by the name alone"),
]
