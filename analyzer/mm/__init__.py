"""The semantic model of the kernel's memory management: plain state, and functions that act on it.

What it keeps and drops of the real kernel is said in ``docs/model.md``. All that happens to page
tables, locks and translations is written down as events, in order, with the locks then held.
"""
