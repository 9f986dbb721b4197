"""What was learnt about a patch, as answers to the questions of a release review."""

from analyzer.review.case import Case
from analyzer.review.checklist import review
from analyzer.review.limits import assumptions, not_checked

__all__ = ["Case", "assumptions", "not_checked", "review"]
