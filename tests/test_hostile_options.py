"""The command with hostile values: a sample of what hostile_options.py does by hand."""
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("hostile_options.py")


@pytest.mark.experiments
@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory and time are Linux's here")
def test_hostile_values_are_refused_in_a_sentence_or_do_what_was_asked_for():
    done = subprocess.run([sys.executable, str(SCRIPT), "61"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
