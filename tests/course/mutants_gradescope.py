"""Mistakes to make in numpy_dgm/course/gradescope.py, in the order of its lines."""
from mutant import Mutant

MODULE = "course/gradescope.py"

MUTANTS = [
    Mutant("    if out.exists():\n", "    if False:\n", "an archive is written over"),
    Mutant('if path.is_file() and "__pycache__" not in path.parts', "if path.is_file()",
           "compiled files in the archive"),
    Mutant("            entry.external_attr = 0o755 << 16\n", "            entry.external_attr = 0o644 << 16\n",
           "a script that cannot be run", tests="course/test_gradescope.py"),
    Mutant('    os.chmod(source / "secret", 0o600)\n', "", "a secret that submissions can read"),
    Mutant('"visibility": "hidden"})', '"visibility": "visible"})', "students see what the system lacks"),
    Mutant('str(user["email"]) for user', '"x" for user', "all students are the same one"),
]
