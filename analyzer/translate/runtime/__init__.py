"""What translated code runs on: objects, pointers, arithmetic, and the one table of their names.

Nothing here is global but constants and the classes of record shapes; what a run uses up (steps,
cells, addresses) belongs to its ``Memory``. A pointer to an object that is gone is not told from a
good one: Python keeps what is pointed to.
"""
