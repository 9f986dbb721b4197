"""The commit that the reference has, by its names."""

from __future__ import annotations

# Linux kernel commit 2c91bd4a4e2e ("mm: speed up mremap by 20x on large regions") (in v5.0)
COMMIT = "2c91bd4a4e2e"
# The function that it adds, and the Kconfig symbol that switches it on.
FUNCTION = "move_normal_pmd"
SYMBOL = "HAVE_MOVE_PMD"
