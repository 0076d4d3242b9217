"""What a student sees who stops in `cd_gradient` while lesson 6 trains."""
import os
import subprocess
import sys

from numpy_dgm.course.lessons import find_lessons
from numpy_dgm.energy import gradients
from numpy_dgm.foundation import training


def line_of(module, text):
    """`file:number` of the first line of a module that starts with `text`, indentation apart."""
    with open(module.__file__, encoding="utf8") as file:
        numbers = [number for number, line in enumerate(file, 1) if line.strip().startswith(text)]
    return f"{module.__file__}:{numbers[0]}"


def test_a_stop_in_cd_gradient_during_training_shows_short_lines_with_shapes():
    commands = [
        f"tbreak {line_of(training, 'while not trainer.is_finished')}",  # training has begun
        "continue",
        f"tbreak {line_of(gradients, 'p_h = p_h_data')}",  # in cd_gradient, after the positive phase
        "continue",
        "where",
        "p rbm",
        "p p_h_data",
        "p v_data.shape, k",
        "quit",
    ]
    [lesson] = find_lessons([6])
    done = subprocess.run(
        [sys.executable, "-m", "pdb", str(lesson)], input="\n".join(commands), capture_output=True, encoding="utf8",
        env={**os.environ, "PYTHONIOENCODING": "utf8"}, check=False, timeout=120,
    )
    stop, where, rbm, p_h_data, shapes = done.stdout.split("(Pdb) ")[-6:-1]
    assert "cd_gradient()" in stop
    frames = ("train_rbm()", "run_training()", "advance()", "step()", "cd_gradient()")
    assert all(name in where for name in frames)
    assert where.index("06_contrastive") < where.index("train_rbm()") < where.index("cd_gradient()")
    assert "RBM\n  W        float64 (9, 8) [" in rbm
    assert "b        float64 (9,) [" in rbm and "c        float64 (8,) [" in rbm
    assert p_h_data.startswith("float64 (16, 8) [")
    assert "((16, 9), 1)" in shapes
    for seen in (rbm, p_h_data):
        assert len(seen.splitlines()) <= 7 and max(map(len, seen.splitlines())) <= 80
