"""Does this backport do to our kernel what the upstream commit did to upstream's?"""

__version__ = "0.1.0"
__all__ = ["__version__"]
