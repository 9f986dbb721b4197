"""What happened upstream and on the branch, in commits of the small kernel of tests/mistakes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from analyzer.finding import State
from analyzer.history.past import Past
from analyzer.pipeline import study
from analyzer.result import Item, Request
from tests.mistakes.worlds import DRIVER_C, Edit, Repo, World, picked, upstreams

SUBJECT = "ring: wake the device only when it waits"
WHY = "A kick costs a trip over the bus, and is lost on a device that runs."
GATE = "\tring->running = 1;\n\tring_kick(ring);\n"
GATED = "\tring->running = 1;\n\tif (ring->head != ring->tail)\n\t\tring_kick(ring);\n"
CHANGE: tuple[Edit, ...] = ((DRIVER_C, GATE, GATED),)
# A fix of it, and a fix of that.
FIX: tuple[Edit, ...] = (
    (DRIVER_C, "\tif (ring->head != ring->tail)\n", "\tif (ring_room(ring) != ring->size)\n"),
)
FIX_OF_FIX: tuple[Edit, ...] = (
    (
        DRIVER_C,
        "\tif (ring_room(ring) != ring->size)\n",
        "\tif (ring->slots && ring_room(ring) != ring->size)\n",
    ),
)


def fixes(commit: str, subject: str = SUBJECT) -> str:
    return f'Fixes: {commit[:12]} ("{subject}")'


@dataclass
class Story:
    """A world in which upstream has the change, and the branch its backport, by default."""

    world: World
    commit: str

    @classmethod
    def made(cls, top: Path) -> Story:
        world = World.made(top)
        commit = world.upstream.commit(SUBJECT, upstreams(WHY), CHANGE)
        return cls(world, commit)

    def copied(self, top: Path) -> Story:
        """The same in another directory."""
        repos = []
        for one in (self.world.upstream, self.world.branch):
            shutil.copytree(one.top, top / one.top.name)
            repos.append(Repo(top / one.top.name, dict(one.texts), list(one.made)))
        return Story(World(*repos), self.commit)

    def fix(self, subject: str, edits: tuple[Edit, ...], *trailers: str, of: str = "") -> str:
        """A commit of upstream's that fixes the change, or ``of``."""
        tags = (fixes(of or self.commit), *trailers)
        return self.world.upstream.commit(subject, upstreams(WHY, *tags), edits)

    def revert(self, commit: str, edits: tuple[Edit, ...]) -> str:
        """A commit of upstream's that takes another back."""
        back = tuple((path, new, old) for path, old, new in edits)
        text = f"This reverts commit {commit}.\n\nIt is wrong."
        return self.world.upstream.commit(f"Revert of {commit[:12]}", upstreams(text), back)

    def take(self, subject: str, commit: str, edits: tuple[Edit, ...], *trailers: str) -> None:
        """A backport on the branch."""
        self.world.branch.commit(subject, picked(commit, WHY, *trailers), edits)

    def backport(self, *trailers: str) -> None:
        """The backport of the change."""
        self.take(SUBJECT, self.commit, CHANGE, *trailers)

    def told(self, patch: str | None = None, **given: object) -> tuple[dict[str, Item], Past]:
        """The review of the branch's last commit on its parent, and what histories told."""
        branch = self.world.branch.top
        request: dict[str, object] = {
            "upstream": str(self.world.upstream.top),
            "target": f"{branch}@HEAD^",
            **given,
        }
        found = study(Request(patch or f"{branch}@HEAD", **request))[0]  # type: ignore[arg-type]
        assert found.case.past is not None
        return {item.id: item for item in found.report.items}, found.case.past

    def items(self, patch: str | None = None, **given: object) -> dict[str, Item]:
        return self.told(patch, **given)[0]


def said(item: Item) -> tuple[State, str]:
    return item.state, item.summary


def evidence(item: Item) -> str:
    return "\n".join(one.text for one in item.evidence)
