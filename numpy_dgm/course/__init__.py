"""The course: what runs the lessons, and what gives out, checks and grades assignments.

    lessons.py         finds the lessons, runs them whole or their proofs alone, counts the equations proved
    pages.py           writes a lesson with its output and figures as Markdown
    debugger.py        stops in a function of the package while a lesson runs
    tours.py           guided stops in one real step of an algorithm; their texts are in tours.txt

    tasks.py           what an assignment consists of: tasks, instances, edits that make mistakes
    mistakes.py        the mistakes by number and name
    homework.py        finds assignments, draws instances, runs solutions and what mistakes make of them
    release.py         what students are given; check_template.py is the check among it
    child.py           the process in which a student's function runs
    sandbox.py         starts that process and reads its answers
    diagnosis.py       judges answers, and says what is wrong with them
    practice.py        `dgm course check` and `watch`
    grading.py         `dgm course grade` and `rescore`
    gradescope.py      the autograder for Gradescope
    commands.py        `dgm course`
"""
