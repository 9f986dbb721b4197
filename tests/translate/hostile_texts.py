"""Texts of C made to hurt whoever reads, translates or runs them. ``{n}`` is how hard.

Each holds a function ``test`` of one int, or is no C at all.
"""

from __future__ import annotations

from collections.abc import Callable

Build = Callable[[int], str]


def _function(body: str, before: str = "") -> str:
    return f"{before}int test(int a)\n{{\n{body}\n\treturn a;\n}}\n"


def _returns(expression: str, before: str = "") -> str:
    return f"{before}int test(int a)\n{{\n\treturn {expression};\n}}\n"


def _around(left: str, inside: str, right: str) -> Build:
    return lambda n: _returns(left * n + inside + right * n)


def _in(left: str, inside: str, right: str, before: str = "") -> Build:
    return lambda n: _function(left * n + inside + right * n, before)


def _numbered(each: str, between: str, n: int) -> str:
    return between.join(each.replace("@", str(number)) for number in range(n))


# One level inside the other: what goes by recursion comes to its end here.
NESTED: dict[str, Build] = {
    "parentheses": _around("(", "a", ")"),
    "minus": _around("- ", "a", ""),
    "not": _around("!", "a", ""),
    "inverted": _around("~", "a", ""),
    "address": _around("*&", "a", ""),
    "casts": _around("(int)", "a", ""),
    "sizes": _around("sizeof ", "a", ""),
    "sums": _around("a + ", "a", ""),
    "sums in parentheses": _around("(a + ", "a", ")"),
    "products in front": _around("", "a", " * a"),
    "commas": _around("a, ", "a", ""),
    "ands": _around("a && ", "a", ""),
    "ors in parentheses": _around("(a || ", "1", ")"),
    "conditionals": _around("a ? 1 : ", "a", ""),
    "conditionals in the middle": _around("a ? ", "a", " : 2"),
    "assignments": _around("a = ", "a", ""),
    "compound assignments": _around("a += ", "a", ""),
    "comparisons": _around("", "a", " < a"),
    "calls": lambda n: _returns(
        "f(" * n + "a" + ")" * n, "static int f(int n) { return n + 1; }\n"
    ),
    "calls of results": _around("", "a", "()"),
    "indices": lambda n: _returns("v[" * n + "0" + "]" * n, "static int v[1];\n"),
    "indices behind": _around("", "a", "[0]"),
    "members": _around("", "a", ".b"),
    "arrows": _around("", "a", "->b"),
    "statement expressions": _around("({ ", "a;", " });"),
    "blocks": _in("{", "a++;", "}"),
    "ifs": _in("if (a) ", "a++;", ""),
    "ifs with blocks": _in("if (a) {", "a++;", "}"),
    "elses": _in("if (a == 5) a++; else ", "a--;", ""),
    "whiles": _in("while (a) ", "a--;", ""),
    "dos": _in("do ", "a++;", " while (0);"),
    "fors": _in("for (;a < 1;) {", "a++;", "}"),
    "switches": _in("switch (a) { case 1: ", "a++;", "}"),
    "labels": lambda n: _function(_numbered("l@: ", "", n) + "a++;"),
    "initializers": lambda n: _function("int v[1] = " + "{" * n + "a" + "}" * n + ";"),
    "pointers": lambda n: _function("int " + "*" * n + "p = 0; a += !p;"),
    "dimensions": lambda n: _function("int v" + "[1]" * n + "; a += sizeof(v);"),
    "functions in declarators": lambda n: _function(
        "int " + "(*" * n + "p" + ")(void)" * n + " = 0; a += !p;"
    ),
    "parentheses in declarators": lambda n: _function("int " + "(" * n + "p" + ")" * n + "= a;"),
    "structs": lambda n: _function("", "struct s { " * n + "int a;" + " };" * n + "\n"),
    "anonymous structs": lambda n: _function(
        "struct s s = { 0 }; a += s.a;",
        "struct s { " + "struct { " * n + "int a;" + " };" * n + " };\n",
    ),
    "unions": lambda n: _function(
        "union u u; u.a = 1; a += u.a;",
        "union u { " + "union { " * n + "int a;" + " };" * n + " };\n",
    ),
    "typeofs": lambda n: _function("typeof(" * n + "a" + ")" * n + " b;"),
    "conditions of the preprocessor": lambda n: "#if 1\n" * n + _returns("a") + "#endif\n" * n,
    "open conditions": lambda n: "#if 1\n" * n + _returns("a"),
    "closed conditions": lambda n: _returns("a") + "#endif\n" * n,
    "parentheses of a condition": lambda n: f"#if {'(' * n}1{')' * n}\n{_returns('a')}#endif\n",
    "nots of a condition": lambda n: f"#if {'!' * n}1\n{_returns('a')}#else\n#endif\n",
    "open parentheses": lambda n: _returns("(" * n),
    "open braces": lambda n: "int test(int a)\n" + "{" * n,
    "closed braces": lambda n: _returns("a") + "}" * n,
    "attributes": lambda n: _function("__attribute__((" * n + "))" * n),
}

# One beside the other: time must grow with the text, and no faster.
LONG: dict[str, Build] = {
    "statements": lambda n: _function("a += 3; " * n),
    "statements on lines": lambda n: _function("\ta ^= 3;\n" * n),
    "ifs": lambda n: _function(_numbered("if (a == @) a += 2; ", "", n)),
    "locals": lambda n: _function(_numbered("int x@ = a;", "", n)),
    "locals whose address is taken": lambda n: _function(
        _numbered("int x@ = a; a += *&x@;", "", n)
    ),
    "shadowing": lambda n: _function("{ int a = 1; a++; }" * n),
    "cases": lambda n: _function(
        "switch (a) {" + _numbered("case @: a = 7 * @; break;", "", n) + "}"
    ),
    "falling cases": lambda n: _function("switch (a) {" + _numbered("case @: a++;", "", n) + "}"),
    "gotos": lambda n: _function("if (a) goto end;" * n + "end:;"),
    "labels": lambda n: _function(_numbered("if (a == @) goto l@; l@: a++;", "", n)),
    "calls": lambda n: _function("a = f(a); " * n, "static int f(int n) { return n + 1; }\n"),
    "functions": lambda n: (
        _numbered("static int f@(int n) { return n + @; }\n", "", n) + _returns("f0(a)")
    ),
    "globals": lambda n: _numbered("static int g@ = @;\n", "", n) + _returns("g0 + a"),
    "typedefs": lambda n: (
        "typedef int t0;\n"
        + "".join(f"typedef t{at} t{at + 1};\n" for at in range(n))
        + _function(f"t{n} x = a; a = x;")
    ),
    "enumerators": lambda n: (
        "enum { E0,\n"
        + "".join(f"E{at + 1} = E{at} + 1,\n" for at in range(n))
        + "};\n"
        + _returns(f"E{n} + a")
    ),
    "members": lambda n: _function(
        "struct s s = { a }; a += s.m0;", "struct s {" + _numbered("int m@;", "", n) + "};\n"
    ),
    "structs in structs": lambda n: (
        "struct s0 { int a; };\n"
        + "".join(f"struct s{at + 1} {{ struct s{at} s; }};\n" for at in range(n))
        + _function(f"struct s{n} s; a += sizeof(s);")
    ),
    "pointers in structs": lambda n: (
        _numbered("struct s@ { struct s@ *p; int a; };\n", "", n) + _returns("a")
    ),
    "elements": lambda n: _returns("v[a & 1]", "static const int v[] = {" + "1, " * n + "};\n"),
    "macros": lambda n: _numbered("#define M@ @\n", "", n) + _returns("M0 + a"),
    "macros of macros": lambda n: (
        "#define M0 1\n"
        + "".join(f"#define M{at + 1} M{at}\n" for at in range(n))
        + _returns(f"M{n} + a")
    ),
    "uses of a macro": lambda n: (
        "#define ADD(x) do { a += (x); } while (0)\n" + _function("ADD(1);\n" * n)
    ),
    "conditions": lambda n: (
        "#if 0\n" + _numbered("#elif @ == 1\n", "", n) + "#endif\n" + _returns("a")
    ),
    "a long text": lambda n: _returns("s[a & 3]", f'static char s[] = "{"xyz" * n}";\n'),
    "texts": lambda n: _returns('"ab"[a & 1]' + ' + "cd"[a & 1]' * n),
    "pieces of a string": lambda n: _function("const char *s = " + '"ab" ' * n + "; a += s[0];"),
    "comments": lambda n: _returns("/* ( { */ a" + " /* } */" * n),
    "blank lines": lambda n: "\n" * n + _returns("a"),
    "continued lines": lambda n: _returns("a +" + " \\\n" * n + " 1"),
    "digits": lambda n: _returns("a + 1" + "0" * n),
    "hexadecimal digits": lambda n: _returns("a + 0x" + "f" * n),
    "a long name": lambda n: _function(f"int {'x' * n} = 5; a += {'x' * n};"),
    "a long member": lambda n: _function(
        f"struct {{ int {'m' * n}; }} s = {{ 5 }}; a += s.{'m' * n};"
    ),
    "parameters": lambda n: (
        f"static int f({_numbered('int p@', ', ', n)}) {{ return p0; }}\n" + _returns("a")
    ),
    "arguments": lambda n: _returns(f"f({_numbered('@', ', ', n)})"),
    "semicolons": lambda n: _function(";" * n),
    "declarations without an end": lambda n: "int x, " * n,
    "quotes without an end": lambda n: _returns("a + '" * n),
    "unread bytes": lambda n: _returns("a + @ ` \\ " * n),
}

# Small, and asking for much.
GREEDY = {
    "laughs": "#define L0 1 + 1\n"
    + "".join(
        f"#define L{n + 1} L{n} + L{n} + L{n} + L{n} + L{n} + L{n} + L{n}\n" for n in range(40)
    )
    + _returns("L40 + a"),
    "laughs by arguments": "#define F0(x) x + x\n"
    + "".join(f"#define F{n + 1}(x) F{n}(x) + F{n}(x) + F{n}(F{n}(x))\n" for n in range(40))
    + _returns("F40(a)"),
    "laughs of types": "typedef struct { int v[16]; } t0;\n"
    + "".join(f"typedef struct {{ t{n} v[1 << 20]; }} t{n + 1};\n" for n in range(30))
    + _function("t30 x; a += sizeof(x) & 1; x = x;"),
    "laughs of members": "struct s0 { int a; };\n"
    + "".join(f"struct s{n + 1} {{ struct s{n} a, b, c, d; }};\n" for n in range(40))
    + _function("struct s40 x; a += sizeof(x) & 1; x.a.b.c.d = x.d.c.b.a;"),
    "laughs of typeof": "#define T0 1\n"
    + "".join(f"#define T{n + 1} ({{ typeof(T{n}) x = T{n}; x; }})\n" for n in range(40))
    + _returns("T40 + a"),
    "laughs of conditionals": "#define C0 a\n"
    + "".join(f"#define C{n + 1} (C{n} ? C{n} : C{n})\n" for n in range(40))
    + _returns("C40"),
    "a macro of itself": "#define a a\n#define f(x) f(x)\n#define b c\n#define c b\n"
    + _returns("a + f(1) + b"),
    "macros of each other": "static int f(int n) { return n; }\n"
    "#define f(x) g(x) + g(x)\n#define g(x) f(x) * f(x)\n" + _returns("f(a)"),
    "a macro of its call": "#define e(x) x\n#define d e(e)(e(e)(e(e)(e(e)(a))))\n" + _returns("d"),
    "a condition of itself": "#define X X\n#if X\n"
    + _returns("1")
    + "#else\n"
    + _returns("a")
    + "#endif\n",
    "a laughing condition": "#define L0 1 + 1\n"
    + "".join(f"#define L{n + 1} L{n} + L{n} + L{n}\n" for n in range(60))
    + "#if L60 > 5\n#endif\n"
    + _returns("a"),
    "a shift in a condition": "#if (1 << 0x7fffffffffffffff) || (1 << -1)\n#endif\n"
    + _returns("a"),
    "a division in a condition": "#if 1 / 0\n#endif\n#if 1 % 0\n#endif\n" + _returns("a"),
    "a shift in a constant": "enum { E = 1 << 0x7fffffffffffffff };\n" + _returns("E + a"),
    "a shift in a case": _function("switch (a) { case 1ULL << 0x7fffffff: a++; }"),
    "a shift": _returns("a + (1 << 999999999999)"),
    "a shift of a shift": _returns("1 << (1 << (1 << (1 << (1 << 4))))"),
    "a division in a constant": "enum { E = 1 / 0, F = 1 % (E - E) };\n" + _returns("E + a"),
    "a division in a length": "static int v[1 / 0];\n" + _returns("v[0] + a"),
    "the largest array": "static char v[0x7fffffffffffffff];\n" + _returns("v[a]"),
    "arrays of arrays": "static int v[65536][65536][65536];\n" + _returns("v[0][0][a]"),
    "a local of all memory": _function("char v[0xffffffffffffffff]; v[0] = 1; a += v[0];"),
    "a zeroed local of all memory": _function("long v[1 << 40] = { 0 }; a += v[5];"),
    "an array below nothing": _function("int v[-1]; a += v[0];"),
    "a range of initializers": "static int v[] = { [0 ... 0x7fffffff] = 1 };\n" + _returns("v[a]"),
    "a far initializer": "static int v[] = { [0x7fffffffffffff] = 1 };\n" + _returns("v[a]"),
    "an initializer below nothing": "static int v[4] = { [-1] = 1, [9] = 2 };\n"
    + _returns("v[a & 3]"),
    "a text of all memory": 'static char s[0x7fffffffff] = "a";\n' + _returns("s[0] + a"),
    "a range of cases": _function("switch (a) { case 0 ... 0x7fffffffffffffff: a++; }"),
    "a range of cases backwards": _function("switch (a) { case 9 ... 1: a++; }"),
    "all cases": _function(
        "switch (a) { case -2147483647 - 1 ... 2147483647: a++; default: a--; }"
    ),
    "a struct in itself": "struct s { int a; struct s s; };\n"
    + _function("struct s s; a += sizeof(s);"),
    "structs in each other": "struct s { struct t t; };\nstruct t { struct s s; };\n"
    + _function("struct s s; struct t t; a += sizeof(s) + sizeof(t); s.t = t;"),
    "a struct of itself by typedef": "typedef struct s s;\nstruct s { s s[2]; };\n"
    + _function("s x; a += sizeof x;"),
    "a type of itself": "typedef a_t b_t;\ntypedef b_t a_t;\n" + _function("a_t x = a; a += x;"),
    "a typeof of itself": _function(
        "typeof(x) x; typeof(y) z; typeof(z) y; a += sizeof(x) + sizeof(y);"
    ),
    "an initializer of itself": "static int x = x + 1;\nstatic int y = z, z = y;\n"
    + _returns("x + y + z"),
    "an enumerator of itself": "enum { A = A + 1, B = C, C = B };\n" + _returns("A + B + C"),
    "an array of its own size": "static int v[sizeof(v)];\n" + _returns("v[a]"),
    "a field of many bits": "struct s { int a : 1000; int b : -1; int c : 1 / 0; int : 99; };\n"
    + _function("struct s s; s.a = 1; a += s.a + sizeof(s);"),
    "thirty loops": _function(
        "".join(f"for (int i{n} = 0; i{n} < 1; i{n}++) {{\n" for n in range(30)) + "a++;" + "}" * 30
    ),
    "thirty loops with exits": _function(
        "".join(
            f"for (int i{n} = 0; i{n} < 2; i{n}++) {{ if (a & {1 << n}) break;\n" for n in range(30)
        )
        + "if (a < 0) goto out; a++;"
        + "}" * 30
        + "out:;"
    ),
    "a tree of calls": "static int f(int n) { return n ? f(n - 1) + f(n - 1) : 1; }\n"
    + _returns("f(a | 64)"),
    "a loop of loops": _function(
        "for (int i = 0; i < 2000000000; i++) for (int j = 0; j < 2000000000; j++) a ^= j;"
    ),
    "numbers that only grow": _function(
        "unsigned long long n = 3; for (int i = 0; i < 500; i++) n *= n; a += n;"
    ),
    "a text that only grows": _function('const char *s = "x"; for (;;) s = s + 0 + !*"y";'),
    "records that only grow": "struct s { struct s *next; int v[100]; };\n"
    "static struct s *f(struct s *p) { struct s s = { p }; return f(&s); }\n"
    + _function("a += f(0) != 0;"),
}

# No C, or C that no compiler takes: whatever it is taken for, nothing breaks.
BROKEN = {
    "nothing": "",
    "a zero byte": "int test(int a)\n{\n\treturn a + \x00;\n}\n",
    "a surrogate": "int test(int a)\n{\n\treturn a + '\udcff' + L'\ud800';\n}\n/* \udc80 */\n",
    "a surrogate in a name": "int test(int a\udcff)\n{\n\treturn a\udcff;\n}\n",
    "other line ends": "int test(int a)\r\n{\r\treturn a\x0c+\x0b1;\x85\u2028}\r\n",
    "a mark of byte order": "\ufeff" + _returns("a"),
    "an open comment": "int test(int a) { return a; } /* ",
    "an open text": 'int test(int a) { return "a\n',
    "a continued text": 'int test(int a) { return sizeof("a\\\nb") + a; }',
    "an open character": "int test(int a) { return '",
    "an open directive": "#define",
    "an open macro": "#define F(x, y\n#define G(\n#define (x)\n#undef\n#if\n#elif\n#else\n"
    + _returns("F(1"),
    "an open call of a macro": "#define F(x) x\n" + _returns("F(a"),
    "too many arguments": "#define F(x) x\n#define G() 1\n" + _returns("F(1, 2) + F() + G(3) + F"),
    "pasted nonsense": "#define P(x, y) x ## y\n#define Q(x) # x ##\n"
    + _returns("P(+, 1) + P(\", ') + Q(a)"),
    "a backslash at the end": _returns("a") + "\\",
    "escapes": _returns(
        r"a + '\u1234' + '\x' + '\8' + '\xfffffffffffff' + '\777777' + '' + 'abcdefghi'"
    ),
    "escapes in a text": _function(
        r'const char *s = "\u1234\x\xffffffffff\8\q\777777\N{BEL}{a}%s"; a += s[0] + sizeof("\x");'
    ),
    "quotes": _function("""const char *s = "\\"'''\\"\\"\\"\\n\\\\"; a += s[1] + '"' + '\\'';"""),
    "numbers": _returns(
        "a + 0x + 0b + 08 + 1UUL + 1LUL + 1lul + 1e + 0x1p + 1.e5f + 0b2 + 1_000 + 0o17"
    ),
    "numbers of Python": _returns("a + 1j + 0O7 + 1_0 + ٣ + 0x1_f"),
    "a break outside": _function("break;"),
    "a continue outside": _function("switch (a) { case 1: continue; }"),
    "a case outside": _function("case 1: a++; default: a--;"),
    "a goto to nowhere": _function("goto nowhere;"),
    "a label twice": _function("x: a++; if (a < 5) goto x; x: a--;"),
    "a case twice": _function("switch (a) { case 1: a++; case 1: a--; default: default: a += 2; }"),
    "a local twice": _function("int x = 1; long x = 2; struct { int y; } x; a += x;"),
    "a parameter twice": "int test(int a, int a)\n{\n\treturn a;\n}\n",
    "a member twice": "struct s { int a; long a; struct { int a; }; };\n"
    + _function("struct s s = { 1, 2, 3 }; a += s.a;"),
    "a function twice": _returns("a") + _returns("a + 1") + "int test;\n",
    "a function that is a variable": "int test = 5;\n"
    + _returns("test")
    + "enum { test };\ntypedef int test;\n",
    "a struct that is a union": "struct s { int a; };\nunion s { int b; };\nenum s { C };\n"
    + _function("union s s; s.b = 1; a += s.b;"),
    "a macro that is a keyword": "#define int return\n#define if while\n"
    "#define a 5 +\n#define test f\n" + _returns("a 1"),
    "a macro that is a brace": "#define BEGIN {\n#define END }\n"
    "int test(int a) BEGIN return a; END\n",
    "values of nothing": "static void f(void) { }\n"
    + _returns("f() + f + *f + &f + !f() + (a ? f() : 1)"),
    "assignments to values": _function(
        "1 = a; a + 1 = 2; f() = 3; (a ? a : a) = 4; a++ = 5; ++a++; &1; *a = 6;"
    ),
    "members of numbers": _returns("a.b + a->c + 5 .d + (1).e + test.f + test->__globals__"),
    "calls of numbers": _returns("a() + 5() + (*a)() + a(a)(a) + test()()"),
    "indices of numbers": _returns("a[0] + 5[6] + test[1] + (&a)[0][0]"),
    "structs in arithmetic": "struct s { int a; };\n"
    + _function(
        "struct s s = { 1 }; a += s + 1; a = -s; if (s) a++; s++; a = s < s;"
        "switch (s) { } a = (int)s;"
    ),
    "conversions between kinds": "struct s { int a; };\n"
    + _function(
        "struct s s = 5, *p = &a; int *q = &s; s = a; a = s; p = 1.5; q = s;"
        "a = (struct s)a; s = (struct s)p;"
    ),
    "pointers in arithmetic": _function(
        "int *p = &a; a = p * 2; a = p / p; a = -p; a = ~p; p = p + p; a = p % 3;"
        "a = p << 1; a = p & 1;"
    ),
    "sizes of what has none": "struct s;\n"
    + _returns("sizeof(struct s) + sizeof(void) + sizeof(f) + sizeof(int[]) + sizeof(t)"),
    "addresses of registers and fields": "struct s { int a : 3; };\n"
    + _function("register int r; struct s s; a = &r + 0 == &s.a;"),
    "old parameters": "int test(a, b)\n\tint a;\n{\n\treturn a;\n}\n",
    "no types": "test(a)\n{\n\treturn a;\n}\nx;\nstatic y = 5;\n",
    "C++": "template <class T> int test(T &a) { return [=] { return a; }(); }\n"
    "namespace x { class y : z { }; }\n",
    "Python": "def test(a):\n    return __import__('os').getpid()\n",
    "initializers of numbers": _function(
        "int x = { { { 1 }, 2 }, 3 }, y[2] = 5, z = { }, *p = { &a, 1 }; a += x + z;"
    ),
    "strange designators": "struct s { int a, b[2]; };\n"
    + _function(
        "struct s s = { .c = 1, [0] = 2, .a.b = 3, .b[5] = 4, .b[0].c = 5, 6, 7, 8, 9 }; a += s.a;"
    ),
    "returns": "static void f(int n) { return n; }\nstatic int g(int n) { return; }\n"
    + _function("f(a); a += g(a);"),
    "qualified nonsense": "static extern typedef inline register auto int x;\n"
    "long short unsigned signed char y;\n" + _returns("x + y"),
}
