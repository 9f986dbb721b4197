"""C functions become Python, faithfully."""
