"""Help that reads like a manual page: what a command is, its options by purpose, examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from typer.core import TyperCommand

from analyzer.cli.streams import deliver

_REPORT_CODES = (
    ("0", "Nothing found, and nothing of the behaviour is open."),
    ("1", "A finding."),
    ("2", "Wrong usage, or input that cannot be read: one line on standard error says what."),
    (
        "3",
        "No finding, but the verdict is undecided, or a question on behaviour, on damage or on "
        "the symbol's gate has no answer; or a repaired patch cannot be had.",
    ),
    ("70", "A bug of this tool."),
    ("130", "Interrupted; a proof is reported as far as it got."),
)
_BRANCH_CODES = (
    ("0", "Nothing found in any commit, and nothing of the behaviour is open."),
    ("1", "A finding in one of them."),
    ("2", "Wrong usage, or input that cannot be read: one line on standard error says what."),
    (
        "3",
        "No finding, but a verdict is undecided, a question on behaviour, on damage or on the "
        "symbol's gate has no answer, a commit could not be reviewed, or none claims an upstream.",
    ),
    ("70", "A bug of this tool."),
    ("130", "Interrupted; the page has what was done, and the next run goes on from there."),
)
_COLOUR = ("NO_COLOR", "Where it is set, and not empty, a terminal gets no colours.")
_CACHE = (
    "$XDG_CACHE_HOME/backport-analyzer/",
    "Indexes of histories and kept reports; ~/.cache where that is not set. All of it can be "
    "made again.",
)


@dataclass(frozen=True, slots=True)
class Page:
    """What a command's page has besides its options. Examples are (command, what it does)."""

    name: str
    about: str
    usage: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]
    codes: tuple[tuple[str, str], ...] = _REPORT_CODES
    files: tuple[tuple[str, str], ...] = (_CACHE,)
    environment: tuple[tuple[str, str], ...] = (_COLOUR,)
    commands: tuple[tuple[str, str], ...] = ()
    see: tuple[str, ...] = ()


PAGES = {
    "analyze": Page(
        "analyze",
        "does a kernel backport do what its upstream commit did?",
        ("analyze [OPTION]... PATCH", "analyze COMMAND ..."),
        (
            ("analyze fix.patch", "Review a mail or patch by itself."),
            (
                "analyze fix.patch --upstream ~/linux --target ~/rhel@main --prove",
                "Hold it against both trees, for every input.",
            ),
            ("analyze ~/rhel@HEAD --upstream ~/linux --format html --output review.html", ""),
            (
                "analyze fix.patch --checklist suse --answer TS-1=ok --by Ann --note 'x86, arm64'",
                "Answer an item of the release's checklist; the next run knows it.",
            ),
        ),
        files=(
            ("PATCH.answers.toml", "What people answered; read by each run, lapses with a change."),
            _CACHE,
        ),
        commands=(
            ("explain PATCH FUNCTION", "A function of the patch beside the Python that it means."),
            ("branch REPO RANGE", "Every commit of a branch that claims an upstream, on one page."),
            ("index REPO", "Read a repository's history once; look-ups then take milliseconds."),
        ),
        see=("docs/tutorial.md", "docs/items/ (a page for each check item)", "docs/formats.md"),
    ),
    "explain": Page(
        "analyze explain",
        "a function of a patch, in C, beside the Python that it means",
        ("analyze explain [OPTION]... PATCH FUNCTION",),
        (
            ("analyze explain fix.patch move_normal_pmd", ""),
            ("analyze explain fix.patch mm/mremap.c:move_ptes --target ~/rhel --before", ""),
        ),
        codes=(
            ("0", "Explained."),
            ("2", "The patch does not hold the function, or cannot be read."),
            ("3", "A part of it is not explained: the reason is printed."),
        ),
        files=(),
        see=("docs/architecture.md",),
    ),
    "branch": Page(
        "analyze branch",
        "review every commit of a branch that claims an upstream",
        ("analyze branch [OPTION]... REPO RANGE",),
        (
            ("analyze branch ~/rhel v5.14-100..HEAD --upstream ~/linux", ""),
            ("analyze branch . origin/main..HEAD --format html --output branch.html", ""),
        ),
        codes=_BRANCH_CODES,
        see=("docs/branch.md",),
    ),
    "index": Page(
        "analyze index",
        "read a repository's history once",
        ("analyze index [OPTION]... REPO",),
        (
            ("analyze index ~/linux", "The first time minutes, then seconds."),
            ("analyze index ~/linux --cves ~/vulns", "With the kernel's published CVE records."),
        ),
        codes=(
            ("0", "The index is up to date."),
            ("2", "The repository or the cache cannot be read or written."),
            ("130", "Interrupted; the next run goes on from there."),
        ),
        environment=(),
        see=("docs/history.md",),
    ),
}


class Manual(TyperCommand):
    """A command whose ``--help`` is its page."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options["context_settings"] = {"help_option_names": ["-h", "--help"]}
        super().__init__(*arguments, **options)

    def get_help_option(self, ctx: Any) -> Any:
        """The option, which delivers its page as any report is delivered. All is click's own."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = _show
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page. Both arguments are click's own."""
        page = PAGES[self.name or "analyze"]
        with formatter.section("Name"):
            formatter.write_text(f"{page.name} - {page.about}")
        with formatter.section("Synopsis"):
            for line in page.usage:
                formatter.write_text(line)
        with formatter.section("Description"):
            paragraphs = (self.help or "").strip().split("\n\n")
            formatter.write_text("\n\n".join(" ".join(one.split()) for one in paragraphs))
        _table(formatter, "Commands", page.commands)
        for title, rows in _options(self, ctx):
            _table(formatter, title, rows)
        _table(formatter, "Exit status", page.codes)
        _table(formatter, "Files", page.files)
        _table(formatter, "Environment", page.environment)
        _examples(formatter, page.examples)
        if page.see:
            with formatter.section("See also"):
                formatter.write_text(", ".join(page.see))


def _show(ctx: Any, _parameter: Any, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        deliver(f"{ctx.get_help()}\n", None)
        ctx.exit()


def _options(command: TyperCommand, ctx: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """The rows of each group of options, in the order of their first member."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None:
            default = "Arguments" if parameter.param_type_name == "argument" else "Options"
            title = getattr(parameter, "rich_help_panel", None) or default
            groups.setdefault(title, []).append(record)
    # What every command has comes last.
    return sorted(groups.items(), key=lambda group: group[0] == "Options")


def _table(formatter: Any, title: str, rows: Any) -> None:
    if rows:
        with formatter.section(title):
            formatter.write_dl(list(rows), col_max=24)


def _examples(formatter: Any, examples: tuple[tuple[str, str], ...]) -> None:
    if not examples:
        return
    with formatter.section("Examples"):
        for command, said in examples:
            # Not wrapped: an example is there to be copied.
            formatter.write(f"{'':{formatter.current_indent}}{command}\n")
            if said:
                formatter.indent()
                formatter.write_text(said)
                formatter.dedent()
