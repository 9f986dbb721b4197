"""A small upstream and an older branch of it, as git repositories, and a review of one commit."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "repo"))

from repositories import created, git, git_line, written

from analyzer.pipeline import analyze
from analyzer.result import Report, Request

UNA = "Una Upstream <una@kernel.example>"
MAX = "Max Maintainer <max@kernel.example>"
BEA = "Bea Backport <bea@distro.example>"

TOP = """\
mainmenu "Our own small kernel"

source "arch/$(SRCARCH)/Kconfig"
source "drivers/Kconfig"
"""
ARCH = """\
config X86
\tdef_bool y
\tselect HAVE_CLOCK

config HAVE_CLOCK
\tbool

config X86_64
\tdef_bool y
\tdepends on X86
"""
DRIVERS = """\
config RING
\ttristate "Ring devices"
\tdepends on X86
\thelp
\t  Devices that are fed through a ring of buffers.

config PUMP
\tbool "Pump devices"
\tdepends on RING
"""
HEADER = """\
#ifndef _LINUX_RING_H
#define _LINUX_RING_H

typedef struct spinlock {
\tint owner;
} spinlock_t;

struct ring_buffer {
\tunsigned long address;
\tunsigned int length;
};

struct ring {
\tspinlock_t lock;
\tspinlock_t irq_lock;
\tunsigned int head;
\tunsigned int tail;
\tunsigned int size;
\tint running;
\tstruct ring_buffer *slots;
};

#define EINVAL 22
#define ENOSPC 28
#define EBUSY 16

void spin_lock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);
void ring_kick(struct ring *ring);
void ring_free_slots(struct ring *ring);
void ring_forget(struct ring *ring);
int ring_map(struct ring *ring, unsigned long address);
void ring_unmap(struct ring *ring, unsigned long address);

#endif
"""
# The branch's driver; upstream's has more in it, so that hunks land at other lines.
DRIVER = """\
#include <linux/ring.h>

static unsigned int ring_room(struct ring *ring)
{
\treturn ring->size - (ring->head - ring->tail);
}

int ring_push(struct ring *ring, unsigned long address, unsigned int length)
{
\tstruct ring_buffer *slot;
\tint err;

\tspin_lock(&ring->lock);
\tif (!ring_room(ring)) {
\t\terr = -ENOSPC;
\t\tgoto out;
\t}
\terr = ring_map(ring, address);
\tif (err)
\t\tgoto out;
\tslot = &ring->slots[ring->head % ring->size];
\tslot->address = address;
\tslot->length = length;
\tring->head++;
out:
\tspin_unlock(&ring->lock);
\treturn err;
}

int ring_start(struct ring *ring)
{
\tint err = 0;

\tspin_lock(&ring->lock);
\tif (ring->running) {
\t\terr = -EBUSY;
\t\tgoto out;
\t}
\tring->running = 1;
\tring_kick(ring);
out:
\tspin_unlock(&ring->lock);
\treturn err;
}

int ring_stop(struct ring *ring)
{
\tint err = 0;

\tspin_lock(&ring->lock);
\tif (!ring->running) {
\t\terr = -EINVAL;
\t\tgoto out;
\t}
\tring->running = 0;
\tring_kick(ring);
out:
\tspin_unlock(&ring->lock);
\treturn err;
}
"""
NEWS = """\
static unsigned int ring_used(struct ring *ring)
{
\treturn ring->head - ring->tail;
}

"""
DRIVER_C, RING_H = "drivers/ring/ring.c", "include/linux/ring.h"
BRANCH = {
    "Kconfig": TOP,
    "arch/x86/Kconfig": ARCH,
    "drivers/Kconfig": DRIVERS,
    DRIVER_C: DRIVER,
    RING_H: HEADER,
    "mm/Makefile": "obj-y := mremap.o\n",
}
UPSTREAM = {
    **BRANCH,
    DRIVER_C: DRIVER.replace("int ring_push", NEWS + "int ring_push"),
}

Edit = tuple[str, str, str]  # a path, what stands there once, and what is put in its place


@dataclass
class Repo:
    """A repository under construction: ``texts`` are its files."""

    top: Path
    texts: dict[str, str]
    made: list[str] = field(default_factory=list)

    def commit(self, subject: str, body: str, edits: tuple[Edit, ...], author: str = UNA) -> str:
        for path, old, new in edits:
            assert old == "" or self.texts[path].count(old) == 1, (path, old)
            self.texts[path] = (
                self.texts[path].replace(old, new, 1) if old else self.texts.get(path, "") + new
            )
        written(self.top, {path: text.encode() for path, text in self.texts.items()})
        git(self.top, "add", "--all")
        message = f"{subject}\n\n{body}"
        name, _, mail = author.removesuffix(">").partition(" <")
        self.git("commit", "--quiet", "--message", message, author=(name, mail))
        self.made.append(git_line(self.top, "rev-parse", "HEAD"))
        return self.made[-1]

    def git(self, *arguments: str, author: tuple[str, str]) -> None:
        git(self.top, *arguments, GIT_AUTHOR_NAME=author[0], GIT_AUTHOR_EMAIL=author[1])

    def tag(self, name: str) -> None:
        git(self.top, "tag", name)


@dataclass
class World:
    """Upstream and the branch."""

    upstream: Repo
    branch: Repo

    @classmethod
    def made(cls, top: Path) -> World:
        repos = []
        for name, texts in (("upstream", UPSTREAM), ("branch", BRANCH)):
            repo = Repo(created(top / name), dict(texts))
            repo.commit(f"{name}: begin", signed(UNA), ())
            repos.append(repo)
        repos[0].tag("v5.0")
        return cls(*repos)

    def report(self, patch: str | None = None, **more: object) -> Report:
        return self.reports(patch, **more)[-1]

    def reports(self, patch: str | None = None, **more: object) -> tuple[Report, ...]:
        """The branch's last commit on its parent, or another input, beside upstream's."""
        given: dict[str, object] = {
            "upstream": str(self.upstream.top),
            "target": f"{self.branch.top}@HEAD^",
            **more,
        }
        return analyze(Request(patch or f"{self.branch.top}@HEAD", **given))  # type: ignore[arg-type]


def signed(*people: str) -> str:
    return "\n".join(f"Signed-off-by: {one}" for one in people)


def upstreams(why: str, *trailers: str) -> str:
    """The message of a commit of upstream's, without its subject."""
    return "\n\n".join((why, "\n".join((*trailers, signed(UNA, MAX)))))


def picked(commit: str, why: str, *trailers: str, note: str = "") -> str:
    """The message of a perfect backport, without its subject."""
    parts = (
        f"commit {commit} upstream.",
        why,
        *([note] if note else []),
        "\n".join(
            ("Bugzilla: https://bugzilla.redhat.com/2345678", *trailers, signed(UNA, MAX, BEA))
        ),
    )
    return "\n\n".join(parts)
