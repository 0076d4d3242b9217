"""The course: what runs the lessons.

    debugger.py  stops in a function of the package while a lesson runs
    lessons.py   finds the lessons, runs them whole or their proofs alone, counts the equations proved
"""
