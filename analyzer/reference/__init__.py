"""The move path of mremap() as upstream has it, executable, in Python, from the semantics."""
