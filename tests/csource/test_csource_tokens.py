"""Tokens of C: whole results, text that closes nothing, and the compiler as the judge."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from analyzer.csource import Kind, code_tokens, starts_in_comment, tokens

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "base" / "mm" / "mremap.c"
COMPILER = shutil.which("gcc")
needs_compiler = pytest.mark.skipif(
    COMPILER is None, reason="gcc, the judge here, is not installed"
)

# Compiles alone, and joins tokens in every way that could be read wrong.
DENSE = r"""
#define TWICE(x) ((x) + (x)) /* goes
	on */
struct s { int a; struct s *n; unsigned b:3; };
static const char *text = "a \" /* no */ // no" "b\
c";
static int w[] = { L'a', 0x1fULL, 1e+5f, .5e-3, 'a', '\'', '"', '\\', 0b11, 1.e1, 017 };
int f(struct s*p,int a,int b){// one line \
and its continuation
	int x=a+++b;x=a- -b;x<<=2;x>>=1;x^=a&b|~b;x=a&&b||!a;
	x=p->n->a+p->b;x=a<b?a:b;x=a<=b;x=a>=b;x=a!=b;x=a==b;x%=3;x*=2;x/=2;x|=1;x&=7;
	if(a/b/ *(&b)){x--;}else/**/{++x;}
	for(;x<3;x++)/* { */continue;
out$1:
	return x+TWICE(a)+w[1]+sizeof(text)+(a?b:x);
}
int g(int a,...){return f(&(struct s){.a=a},1,2);}
"""


def texts(text: str) -> list[str]:
    return [token.text for token in code_tokens(text)]


def kinds(text: str) -> list[tuple[Kind, str, int]]:
    return [(token.kind, token.text, token.line) for token in tokens(text)]


def test_every_kind_of_token_with_its_line() -> None:
    assert kinds('#if A \\\n\tB\nint x; /* a\n b */ x = "s\\"t" + 0x1fUL; // end\n\'c\'') == [
        (Kind.DIRECTIVE, "#if A \\\n\tB", 1),
        (Kind.NAME, "int", 3),
        (Kind.NAME, "x", 3),
        (Kind.PUNCTUATION, ";", 3),
        (Kind.COMMENT, "/* a\n b */", 3),
        (Kind.NAME, "x", 4),
        (Kind.PUNCTUATION, "=", 4),
        (Kind.STRING, '"s\\"t"', 4),
        (Kind.PUNCTUATION, "+", 4),
        (Kind.NUMBER, "0x1fUL", 4),
        (Kind.PUNCTUATION, ";", 4),
        (Kind.COMMENT, "// end", 4),
        (Kind.STRING, "'c'", 5),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/* never closed\nint x;", [(Kind.COMMENT, "/* never closed\nint x;", 1)]),
        ('"never\nx', [(Kind.STRING, '"never', 1), (Kind.NAME, "x", 2)]),
        ("'never\nx", [(Kind.STRING, "'never", 1), (Kind.NAME, "x", 2)]),
        ("#define X \\", [(Kind.DIRECTIVE, "#define X \\", 1)]),
        ("/*/ x", [(Kind.COMMENT, "/*/ x", 1)]),
        ("// a \\\nb\nc", [(Kind.COMMENT, "// a \\\nb", 1), (Kind.NAME, "c", 3)]),
        ("#if /* b\n c */ d\ne", [(Kind.DIRECTIVE, "#if /* b\n c */ d", 1), (Kind.NAME, "e", 3)]),
        ('#if "/*"\nb', [(Kind.DIRECTIVE, '#if "/*"', 1), (Kind.NAME, "b", 2)]),
        ("#if 1 // /* b\nc", [(Kind.DIRECTIVE, "#if 1 // /* b", 1), (Kind.NAME, "c", 2)]),
        ("@ \x01", [(Kind.PUNCTUATION, "@", 1), (Kind.PUNCTUATION, "\x01", 1)]),
        ("", []),
    ],
)
def test_text_that_closes_nothing_or_is_no_c(
    text: str, expected: list[tuple[Kind, str, int]]
) -> None:
    assert kinds(text) == expected


def test_a_text_that_begins_in_a_comment() -> None:
    found = list(tokens(" * a\n */ int x;", in_comment=True))
    assert [(token.kind, token.text, token.line) for token in found] == [
        (Kind.COMMENT, " * a\n */", 1),
        (Kind.NAME, "int", 2),
        (Kind.NAME, "x", 2),
        (Kind.PUNCTUATION, ";", 2),
    ]
    assert texts("") == []
    assert [token.text for token in tokens("all of it", in_comment=True)] == ["all of it"]


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        (" * a\n */\nint x;", True),
        ("a */ int x;", True),
        (" * don't say \"no */\nint x;", True),
        ("don't */ int x;", True),
        ("/* a */ int x; */", False),
        ('find("*/");', False),
        ("x = 1; // all of mm/*/ here", False),
        ("x = 1; // */ here", False),
        ("int x;", False),
    ],
)
def test_whether_a_text_begins_inside_a_comment(text: str, inside: bool) -> None:
    assert starts_in_comment(text) is inside


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet="ab \n\t/*\"'\\#<>=-+.0e{}();", max_size=60), st.booleans())
def test_nothing_but_blanks_is_lost_of_any_text(text: str, in_comment: bool) -> None:
    found = list(tokens(text, in_comment=in_comment))
    at = 0
    for token in found:
        begin = text.index(token.text, at) if token.text else at
        assert not text[at:begin].strip()
        assert token.line == text.count("\n", 0, begin) + 1
        at = begin + len(token.text)
    assert not text[at:].strip()


def compiled(text: str) -> str:
    assert COMPILER is not None
    # Without line numbers, the same tokens give the same assembly.
    command = [COMPILER, "-x", "c", "-std=gnu11", "-w", "-O0", "-S", "-o", "-", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_compiler
def test_the_compiler_reads_our_tokens_as_the_text_that_they_come_from() -> None:
    parts = [token.text for token in tokens(DENSE) if token.kind is not Kind.COMMENT]
    assert compiled("\n".join(parts) + "\n") == compiled(DENSE)
    # A token that held two would have a blank or a comment in it, or be no token of C.
    assert not [
        text for text in texts(DENSE) if re.search(r"\s|/\*", text) and text[0] not in "\"'"
    ]


@needs_compiler
@pytest.mark.parametrize("text", [DENSE, FIXTURE.read_text()], ids=["dense", "fixture"])
def test_the_preprocessor_drops_what_we_call_comments(text: str) -> None:
    assert COMPILER is not None
    command = [COMPILER, "-x", "c", "-std=c11", "-undef", "-E", "-P", "-"]
    plain = "".join(
        "\n" if token.kind is Kind.DIRECTIVE else f" {token.text}\n" for token in tokens(text)
    )
    done = subprocess.run(command, input=plain, capture_output=True, text=True, check=True)
    ours = "".join(texts(text))
    assert "".join(done.stdout.split()) == "".join(ours.replace("\\\n", "").split())


SHAPES = {
    "an open comment": lambda n: "/*" + "a*" * n,
    "an open literal": lambda n: '"' + "a\\\n" * n,
    "an open directive": lambda n: "#" + "a\\\n" * n,
    "quotes in a directive": lambda n: "#" + "'\\\n" * n,
    "quotes": lambda n: '"a\n' * n,
    "slashes": lambda n: "/" * n,
    "directives": lambda n: "#\n" * n,
    "blanks": lambda n: " \t" * n + "x",
    "brackets": lambda n: "(" * n,
    "one name": lambda n: "a" * n,
}


@pytest.mark.parametrize("name", SHAPES)
def test_time_grows_with_the_text_and_no_faster(name: str) -> None:
    def seconds(count: int) -> float:
        text = SHAPES[name](count)
        start = time.process_time()
        for _token in tokens(text):
            pass
        return time.process_time() - start

    small = min(seconds(20_000) for _ in range(5))
    assert min(seconds(160_000) for _ in range(3)) < 32 * small + 0.05
