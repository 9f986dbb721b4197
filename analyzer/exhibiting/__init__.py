"""From a study to what a page shows beside its report.

Nothing here may fail a report: what cannot be shown is a sentence with the reason.
"""

from analyzer.exhibiting.exhibits import exhibits_of

__all__ = ["exhibits_of"]
