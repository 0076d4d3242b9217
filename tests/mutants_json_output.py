"""Mistakes to make in numpy_dgm/json_output.py, in the order of its lines."""
from mutant import Mutant

MODULE = "json_output.py"

MUTANTS = [
    Mutant('    "log_z_error": "standard error of log_z; 0 where it is exact",\n', "", "a key that nothing documents"),
    Mutant("    print(json.dumps(to_plain(value), allow_nan=False))",
           "    print(json.dumps(to_plain(value), indent=1))",
           "an object over many lines"),
    Mutant('if getattr(part, "ndim", 0) < 2}', "}", "the states of all walks are printed"),
    Mutant("return {str(name): to_plain(part) for", "return {name: to_plain(part) for", "keys that are numbers"),
    Mutant("        return to_plain(value.tolist())\n", "        return value.tolist()\n", "NaN in a list"),
    Mutant("        return None if value is None else bool(value)\n", "        return value\n", "booleans of NumPy's"),
    Mutant("        return int(value)\n", "        return float(value)\n", "counts with a decimal point"),
    Mutant("return float(value) if math.isfinite(value) else None", "return float(value)", "numbers that JSON lacks"),
    Mutant('    return {"kind": run.kind, "run": run.folder}\n', '    return {"run": run.folder}\n',
           "of which kind is not said"),
    Mutant("_key_lines(meaning, indent + \"  \")]", "_key_lines(meaning, indent)]",
           "keys within an object look like its own"),
]
