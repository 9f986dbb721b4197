"""What the histories of upstream, of the target and of newer branches say of a patch.

``asked`` is what they are asked of, ``sources`` opens them: an index where one was built, else the
repository itself, for a few seconds. One module a question: ``needs`` (DP-1, with ``declares``,
``bringing``, ``alike`` and ``companions``), ``follow`` and ``omissions`` (DP-2), ``order`` (DP-3),
``siblings`` (DP-4), ``records`` (CV-1, CV-2) and ``named`` (ID-2). Whether a tree has a change is
told by ``content``, ``names`` and, of both, ``presence``.
"""

from analyzer.past.asked import Asked, Given
from analyzer.past.changes import Change
from analyzer.past.telling import past_of

__all__ = ["Asked", "Change", "Given", "past_of"]
