"""Programs that use, as names of C, what Python or the run-time table has a use for."""

from __future__ import annotations

import keyword
from collections.abc import Iterator

from oracle import Program

# Python's words that are C's as well.
_C_WORDS = frozenset({"break", "continue", "else", "for", "if", "return", "while"})

NAMES = (
    *(word for word in keyword.kwlist if word not in _C_WORDS),
    *("match", "_", "type", "print", "exec", "eval", "open", "load", "self", "mro", "object"),
    *("__class__", "__globals__", "__builtins__", "__import__", "__dict__", "__init__"),
    *("__code__", "__getattr__", "__setattr__", "__getitem__", "__slots__", "__del__"),
    *("__call__", "__eq__", "__hash__", "__bool__", "__name__", "__add__", "__traceback__"),
    *("_home", "_index", "_size", "_places", "_guard", "_active", "_shape", "_layout"),
    *("_position", "_tick", "_null", "_new", "_zero", "_copy", "_assign", "_cell", "_address"),
    *("_text", "_int_of", "_pointer_of", "_container", "_unset", "_div", "_mod", "_shl", "_shr"),
    *("_flag", "_bool", "_i32", "_i64", "_U8", "_U32", "_U64", "_1", "__", "___", "c_", "c__"),
    *("c_c_x", "c__tick", "c___class__", "c_def", "x_1", "x__2", "a$b", "$", "c_$"),
    # Python takes the two for one name when it reads them, and the compiler's own stand-in.
    *("\u00b5", "\u03bc", "\ufb01x", "\u0251", "a\u0251b", "\u00e9t\u00e9", "\uff41bc"),
)

_PLACES = {
    "local": """
struct @ { int @; struct @ *next; };

int test(int a, int b)
{
	struct @ x = { a, 0 }, y = { b, &x };
	int @ = y.next->@ * 3, *p = &x.@;

	if (a & 1)
		goto @;
	@ += y.@;
	*p += 1;
@:
	for (int i = 0; i < 2; i++) {
		int @ = i;

		x.@ += @++;
	}
	return @ + x.@;
}
""",
    "function": """
static int calls;

static int @(int n)
{
	static int own = 1;

	calls++;
	own = n > 0 ? @(n / 2) : 0;
	return own + calls;
}

int test(int a, int b)
{
	int (*f)(int) = &@;

	calls = 0;
	return @(a & 7) * 100 + f(b & 7);
}
""",
    "parameter": """
static int use(int @, int *other)
{
	int *p = &@;

	*p += *other;
	({ int @ = 5; *p += @; });
	return @;
}

int test(int a, int b)
{
	int @ = b;

	return use(a, &@) + @;
}
""",
    "typedef": """
typedef struct { unsigned char v; } @;
enum { SIZE = sizeof(@) };

static @ make(int n)
{
	return (@) { n };
}

int test(int a, int b)
{
	@ x = make(a), v[2] = { make(b) };

	return x.v * 3 + v[b & 1].v + SIZE;
}
""",
    "enumerator": """
enum @ { BEFORE = 3, @, AFTER };
static const int table[] = { [BEFORE] = 7, [@] = 8 };

int test(int a, int b)
{
	enum @ e = a & 1 ? @ : AFTER;

	switch (b & 7) {
	case @:
		return e * 100;
	default:
		return table[@] + e;
	}
}
""",
    "global": """
static int @ = 5;
static int *where = &@;
static struct { int @[2]; } kept = { { 6, 7 } };

static int bump(int n)
{
	static int @ = 40;

	@ = n;
	return @;
}

int test(int a, int b)
{
	int n = kept.@[a & 1];

	@ = a;
	*where += bump(b);
	return @ * 3 + n;
}
""",
    "macro": """
#define @ (a + 1)
#define twice(@) ((@) + (@))

int test(int a, int b)
{
	return @ * 3 + twice(b) + twice(@);
}
""",
}


def programs() -> Iterator[Program]:
    """Every name as a local and in two other places, so that every place sees many names."""
    for number, name in enumerate(NAMES):
        for turn, (place, text) in enumerate(_PLACES.items()):
            if turn and (number + turn) % 3:
                continue
            yield Program(f"{place}-{number}-{name}", text.replace("@", name).lstrip())
