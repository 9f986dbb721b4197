"""A function of a patch explained: its C beside the Python that it means."""

from analyzer.explain.answer import Question, explain

__all__ = ["Question", "explain"]
