"""The course: what runs the lessons.

    lessons.py   finds the lessons, runs them whole or their proofs alone, counts the equations proved
"""
