"""For the student: a task at a time, on the student's own machine, with hints that grow with the tries."""
SECRET = b"numpy_dgm practice instances"
ROUNDS = ("practice", "practice 2", "practice 3")
