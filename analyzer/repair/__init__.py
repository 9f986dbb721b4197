"""What a damaged patch may be completed to, how well that is founded, and the proof."""

from analyzer.repair.mend import Mended, PreImage, Reading, mend

__all__ = ["Mended", "PreImage", "Reading", "mend"]
