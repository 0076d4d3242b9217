"""Functions of submissions run in this process, as the grader runs them in another: for tests and tables."""
from numpy_dgm.course.child import arrays_within
from numpy_dgm.course.diagnosis import judge
from numpy_dgm.course.homework import call, calls_of, draw_instances, fresh
from numpy_dgm.course.sandbox import Run

SECRET = b"a secret of the tests"


def run_here(function, task, instances):
    """The Run of a function that can be trusted."""
    calls = calls_of(task, instances)
    answers, errors = [], []
    for arguments, times in calls:
        try:
            answers.append([call(function, arguments, repetition) for repetition in range(times)])
            errors.append("")
        except Exception as error:
            answers.append([])
            errors.append(f"it raised {type(error).__name__}: {error}")
    overwritten = tuple(number for number, arguments in enumerate(instances.calls) if writes_over(function, arguments))
    return Run(tuple(answers), tuple(errors), overwritten)


def writes_over(function, arguments):
    given = {name: fresh(value, 0) for name, value in arguments.items()}
    arrays = arrays_within(tuple(given.values()))
    before = [array.tobytes() for array in arrays]
    try:
        function(**given)
    except Exception:
        return False
    return any(array.tobytes() != was for array, was in zip(arrays, before))


def judge_here(assignment, task, function, student, before=()):
    """The Verdict on a function, on the instances of a student."""
    instances = draw_instances(assignment, task, SECRET, student)
    return judge(assignment, task, instances, run_here(function, task, instances), before)
