"""What git is told, so that it runs nothing of a repository's and prints the same everywhere."""

from __future__ import annotations

import os

# An object id must mean its own object: no replace refs, no grafts. The user's own settings are
# left out as well, so that one commit is one text for everybody.
ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",  # the one switch that protocol.*.allow of a repository cannot undo
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}

_RUNS_NOTHING = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "log.showSignature=false",
    "protocol.allow=never",
)

_PRINTS_ALIKE = (
    "advice.graftFileDeprecated=false",
    "core.quotePath=true",
    "diff.renameLimit=1000",
    "diff.suppressBlankEmpty=false",
    "format.mboxrd=false",
)

# A signature may be several lines of a repository's choosing, and look like a patch. Some of these
# are git's defaults today: no later default and no setting is to change the text.
FORMAT_PATCH = (
    "format-patch",
    "--stdout",
    "--full-index",
    "--binary",
    "--always",
    "--diff-algorithm=myers",
    "--dst-prefix=b/",
    "--encode-email-headers",
    "--encoding=UTF-8",
    "--find-renames",
    "--indent-heuristic",
    "--inter-hunk-context=0",
    "--no-add-header",  # nor To: and Cc:
    "--no-attach",
    "--no-base",
    "--no-color",
    "--no-cover-letter",
    "--no-ext-diff",
    "--no-from",
    "--no-notes",
    "--no-signature",
    "--no-signoff",
    "--no-textconv",
    "--no-thread",
    f"-O{os.devnull}",
    "--src-prefix=a/",
    "--subject-prefix=PATCH",
    "--submodule=short",
    "--unified=3",
)

# Attributes of a work tree say what is binary, so every file counts as text here.
GREP = (
    "grep",
    "--fixed-strings",
    "--full-name",
    "--line-number",
    "--no-break",
    "--no-color",
    "--no-column",
    "--no-heading",
    "--no-recurse-submodules",
    "--no-textconv",
    "--null",
    "--text",
)

_DIFF = (
    "--diff-algorithm=myers",
    "--dst-prefix=b/",
    "--find-renames",
    "--full-index",
    "--indent-heuristic",
    "--inter-hunk-context=0",
    "--no-ext-diff",
    "--no-textconv",
    f"-O{os.devnull}",
    "--src-prefix=a/",
    "--submodule=short",
    "--unified=3",
)

LOG_WITH_MERGES = (
    "log",
    "--encoding=UTF-8",
    "--no-color",
    "--no-decorate",
    "--no-follow",
    "--no-mailmap",
    "--no-notes",
    "--no-show-signature",
)
LOG = (*LOG_WITH_MERGES, "--no-merges")
LOG_WITH_PATCHES = (*LOG, "--patch", "--full-diff", *_DIFF)

# The commits that it is given, merges too: each with its files, and NUL bytes between everything.
LOG_OF_GIVEN = (
    *LOG_WITH_MERGES,
    "--no-walk=unsorted",
    "--stdin",
    "-z",
    "--raw",
    "--root",
    "--ignore-submodules=none",
    "--no-abbrev",
    "--no-ext-diff",
    "--no-relative",
    "--no-renames",
    f"-O{os.devnull}",
)
PATCHES_OF_GIVEN = (
    "diff-tree",
    "--stdin",
    "--root",
    "--patch",
    "--ignore-submodules=none",
    "--no-color",
    "--no-relative",
    *_DIFF,
)

_FILTER_SWITCHES = {"clean": "", "process": "", "required": "false", "smudge": ""}


def before_git(environment: dict[str, str]) -> list[str]:
    """The words before ``git``: they clear what the caller's environment says of repositories.

    A hook or ``git rebase --exec`` sets GIT_DIR, GIT_INDEX_FILE and more, for another repository
    than the one that is read here. What ``environment`` sets is kept.
    """
    foreign = sorted(
        name
        for name in os.environ
        if name.startswith("GIT_")
        and not name.startswith("GIT_PYTHON_")
        and name not in environment
        and name != "GIT_EXEC_PATH"
    )
    return ["env", *(word for name in foreign for word in ("-u", name))] if foreign else []


def options() -> list[str]:
    """Git's own options, to stand between ``git`` and the command."""
    settings = (*_RUNS_NOTHING, *_PRINTS_ALIKE)
    return [
        "--no-pager",
        "--literal-pathspecs",
        *(word for setting in settings for word in ("-c", setting)),
    ]


def without_filters(config: dict[str, str]) -> dict[str, str]:
    """The environment that turns every content filter of a repository's ``config`` off.

    Git hashes a file of the work tree through its ``clean`` filter, a command of the repository's.
    """
    names = sorted(
        {
            key.rpartition(".")[0]
            for key in config
            if key.startswith("filter.") and key.count(".") > 1
        }
    )
    settings = [
        (f"{n}.{switch}", value) for n in names for switch, value in _FILTER_SWITCHES.items()
    ]
    environment = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings):
        environment[f"GIT_CONFIG_KEY_{number}"] = key
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment
