"""Every public function with hostile arguments, one and two at a time: how often which outcome came.

    python tests/hostile_arguments.py [PAIRS]      20,000 pairs by default; stops at the first that is neither right
                                                   nor refused in a sentence

The arguments are those of test_hostile_arguments.py.
"""
import contextlib
import io
import os
import sys
import tempfile
import warnings
from collections import Counter

import test_hostile_arguments as hostile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def main(n_pairs):
    """One hostile argument in each place of each function, then pairs."""
    counts, outcome = Counter(), hostile.outcome

    def counted(name, changed):
        result = outcome(name, changed)
        counts[type(result).__name__ if isinstance(result, Exception) else "right"] += 1
        return result

    hostile.outcome = counted
    for name in hostile.FUNCTIONS:
        hostile.test_good_arguments_are_taken_and_any_one_hostile_value_is_a_right_result_or_a_sentence(name)
    print(f"one argument   {len(hostile.FUNCTIONS)} functions, {sum(counts.values()):,} calls: {dict(counts)}",
          flush=True)
    counts.clear()
    test = hostile.test_any_arrays_in_the_places_of_any_two_arguments_are_a_right_result_or_a_sentence

    @settings(max_examples=n_pairs, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def pairs(data):
        test.hypothesis.inner_test(data)

    pairs()
    print(f"two arguments  {sum(counts.values()):,} calls: {dict(counts)}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):  # progress lines
        os.chdir(folder)
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
