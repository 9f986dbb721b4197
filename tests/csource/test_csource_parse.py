"""Expressions, types and statements, each read by itself: all nodes have the one span."""

from __future__ import annotations

import pytest

from analyzer.csource.fragment import Known, parse_expression, parse_statements, parse_type
from analyzer.csource.parse import Broken, Raw, parse, trouble
from analyzer.csource.syntax import (
    Arm,
    Arms,
    ArrayOf,
    Assign,
    Basic,
    Binary,
    Block,
    Break,
    Call,
    Case,
    Cast,
    Character,
    Comma,
    Conditional,
    Continue,
    Declaration,
    Declared,
    Default,
    Do,
    Evaluate,
    For,
    FunctionOf,
    Goto,
    If,
    Index,
    IndexRange,
    Initializers,
    Item,
    Iterate,
    Label,
    Literal,
    Logical,
    Member,
    Name,
    Number,
    OffsetOf,
    Parameter,
    PointerTo,
    Return,
    SizeOf,
    Span,
    StatementExpression,
    Step,
    String,
    Switch,
    Tag,
    Tagged,
    TypedefName,
    TypeName,
    TypeOf,
    Unary,
    Unparsed,
    Unsupported,
    While,
)

S = Span(7, 1, 7, 9)
A, B, C = Name(S, "a"), Name(S, "b"), Name(S, "c")
ONE = Number(S, "1")
U64 = TypeName(S, TypedefName("u64"))
STRUCT_X = TypeName(S, Tagged(Tag.STRUCT, "x"))
POINTER_X = TypeName(S, Tagged(Tag.STRUCT, "x"), (PointerTo(),))
CALL_A = Evaluate(S, Call(S, A, ()))


def block(*statements: object) -> Block:
    return Block(S, tuple(statements))  # type: ignore[arg-type]


def declared(name: str, words: str = "int", *shape: object, initial: object = None) -> Declaration:
    basic = Basic(tuple(words.split()))
    kind = TypeName(S, basic, tuple(shape))  # type: ignore[arg-type]
    one = Declared(S, name, kind, initial)  # type: ignore[arg-type]
    return Declaration(S, frozenset(), basic, (one,))


EXPRESSIONS = {
    "a + b * c": Binary(S, "+", A, Binary(S, "*", B, C)),
    "(a + b) * c": Binary(S, "*", Binary(S, "+", A, B), C),
    "a && b || c": Logical(S, "||", Logical(S, "&&", A, B), C),
    "a <<= b": Assign(S, "<<", A, B),
    "a = b = c": Assign(S, "", A, Assign(S, "", B, C)),
    "a ? b : c": Conditional(S, A, B, C),
    "a ?: c": Conditional(S, A, None, C),
    "a, b": Comma(S, A, B),
    "-a": Unary(S, "-", A),
    "!*a": Unary(S, "!", Unary(S, "*", A)),
    "++a": Step(S, "++", A, prefix=True),
    "a--": Step(S, "--", A, prefix=False),
    "a->m.n[1]": Index(S, Member(S, Member(S, A, "m", arrow=True), "n", arrow=False), ONE),
    "a(b, 1)": Call(S, A, (B, ONE)),
    "(*a)(b)": Call(S, Unary(S, "*", A), (B,)),
    "0x10UL": Number(S, "0x10UL"),
    "'\\n'": Character(S, "'\\n'"),
    '"x" "/* y */"': String(S, ('"x"', '"/* y */"')),
    'KERN_ERR "x"': String(S, ("KERN_ERR", '"x"')),
    "NULL": Name(S, "NULL"),
    "true": Name(S, "true"),
    "(struct x *)a": Cast(S, POINTER_X, A),
    "sizeof(struct x)": SizeOf(S, STRUCT_X),
    "sizeof(a)": SizeOf(S, A),
    "sizeof(u64)": SizeOf(S, U64),
    "sizeof(*a)": SizeOf(S, Unary(S, "*", A)),
    "__alignof__(a)": SizeOf(S, A, align=True),
    "_Alignof(struct x)": SizeOf(S, STRUCT_X, align=True),
    "offsetof(struct x, m.n[1])": OffsetOf(
        S, STRUCT_X, Index(S, Member(S, Name(S, "m"), "n", arrow=False), ONE)
    ),
    "container_of(a, struct x, m)": Call(S, Name(S, "container_of"), (A, STRUCT_X, Name(S, "m"))),
    "min_t(unsigned long, a, b)": Call(
        S, Name(S, "min_t"), (TypeName(S, Basic(("long", "unsigned"))), A, B)
    ),
    "va_arg(a, int)": Call(S, Name(S, "va_arg"), (A, TypeName(S, Basic(("int",))))),
    "f(a, struct x __user *)": Call(S, Name(S, "f"), (A, POINTER_X)),
    "f(typeof(a), b)": Call(S, Name(S, "f"), (TypeName(S, TypeOf(A)), B)),
    "(struct x){ .m = 1, [0 ... 1] = a, b }": Literal(
        S,
        STRUCT_X,
        Initializers(
            S,
            (
                Item(S, ("m",), ONE),
                Item(S, (IndexRange(S, Number(S, "0"), ONE),), A),
                Item(S, (), B),
            ),
        ),
    ),
    "({ a(); b; })": StatementExpression(S, block(CALL_A, Evaluate(S, B))),
    "_Generic(a, int: b)": Unsupported(S, "generic expression", "_Generic(a, int: b)"),
    "&&a": Unsupported(S, "the address of a label", "&&a"),
}


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS.items(), ids=EXPRESSIONS)
def test_expression(text: str, expected: object) -> None:
    assert parse_expression(text, S, "f.c") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "(u64)(a)": Cast(S, U64, A),
        "(u64)-a": Cast(S, U64, Unary(S, "-", A)),
        "(u64)*a": Cast(S, U64, Unary(S, "*", A)),
        "(u64)&a": Cast(S, U64, Unary(S, "&", A)),
        "(u64)(a) + b": Binary(S, "+", Cast(S, U64, A), B),
        "(u64)(a)->m": Cast(S, U64, Member(S, A, "m", arrow=True)),
        "(struct x *)(u64)(a)": Cast(S, POINTER_X, Cast(S, U64, A)),
        "(typeof(b))(a)": Cast(S, TypeName(S, TypeOf(B)), A),
        "(_Bool)(a)": Cast(S, TypeName(S, Basic(("_Bool",))), A),
        "(PAGE_SIZE) - 1": Binary(S, "-", Name(S, "PAGE_SIZE"), ONE),
        "(what)(a)": Unsupported(S, "a cast to what or a call", "(what)(a)"),
        "(what) - a": Unsupported(S, "a cast to what or an operation", "(what) - a"),
        "(kind)(a)": Cast(S, TypeName(S, TypedefName("kind")), A),
        "(value)(a)": Call(S, Name(S, "value"), (A,)),
        "(value) * a": Binary(S, "*", Name(S, "value"), A),
    }.items(),
)
def test_a_cast_or_an_operation_is_told_by_the_name_only(text: str, expected: object) -> None:
    known = Known(types=frozenset(["kind"]), values=frozenset(["value"]))
    assert parse_expression(text, S, "f.c", known=known) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a +",
        "a b",
        "(a",
        "a)",
        "a) + (b",
        "a); int y = (b",
        "f(a, int *b)",
        "{ a; }",
        "if (a) b",
    ],
)
def test_what_is_no_expression(text: str) -> None:
    assert isinstance(parse_expression(text, S, "f.c"), Unparsed)


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "int": TypeName(S, Basic(("int",))),
        "const unsigned long long": TypeName(S, Basic(("long", "long", "unsigned"))),
        "u64": U64,
        "struct x *": POINTER_X,
        "int *[1]": TypeName(S, Basic(("int",)), (ArrayOf(ONE), PointerTo())),
        "int (*)[1]": TypeName(S, Basic(("int",)), (PointerTo(), ArrayOf(ONE))),
        "int (*)(u64, ...)": TypeName(
            S,
            Basic(("int",)),
            (PointerTo(), FunctionOf((Parameter(S, None, U64),), variadic=True)),
        ),
        "int (*)(void)": TypeName(S, Basic(("int",)), (PointerTo(), FunctionOf(()))),
        "typeof(struct x *)": TypeName(S, TypeOf(POINTER_X)),
        "typeof(*a) *": TypeName(S, TypeOf(Unary(S, "*", A)), (PointerTo(),)),
    }.items(),
)
def test_type(text: str, expected: TypeName) -> None:
    assert parse_type(text, S, "f.c") == expected


@pytest.mark.parametrize("text", ["", "int a", "1", "a + b", "int)0; int y = (int", "struct"])
def test_what_is_no_type(text: str) -> None:
    assert isinstance(parse_type(text, S, "f.c"), Unparsed)


STATEMENTS = {
    "a();": (CALL_A,),
    ";": (Evaluate(S, None),),
    "int a;": (declared("a"),),
    "int *a = b;": (declared("a", "int", PointerTo(), initial=B),),
    "int a __maybe_unused = b;": (declared("a", initial=B),),
    "if (a) b = c;": (If(S, A, block(Evaluate(S, Assign(S, "", B, C))), None),),
    "if (a) ; else if (b) ; else { }": (
        If(S, A, block(Evaluate(S, None)), If(S, B, block(Evaluate(S, None)), block())),
    ),
    "while (a) a();": (While(S, A, block(CALL_A)),),
    "do a(); while (b);": (Do(S, block(CALL_A), B),),
    "for (a = b; a; a++) continue;": (
        For(
            S,
            Assign(S, "", A, B),
            A,
            Step(S, "++", A, prefix=False),
            block(Continue(S)),
        ),
    ),
    "for (int a = b; ; ) break;": (For(S, declared("a", initial=B), None, None, block(Break(S))),),
    "switch (a) { case 1: case 1 ... b: a(); break; default: ; }": (
        Switch(
            S,
            A,
            block(
                Case(S, ONE),
                Case(S, ONE, B),
                CALL_A,
                Break(S),
                Default(S),
                Evaluate(S, None),
            ),
        ),
    ),
    "switch (a) { case 1: fallthrough; }": (Switch(S, A, block(Case(S, ONE), Evaluate(S, None))),),
    "goto out; out: a(); return;": (Goto(S, "out"), Label(S, "out"), CALL_A, Return(S, None)),
    "{ out: }": (block(Label(S, "out"), Evaluate(S, None)),),
    "return a;": (Return(S, A),),
    "list_for_each_entry(a, &b->m, c) { a(); }": (
        Iterate(S, "list_for_each_entry", ("a", "&b->m", "c"), block(CALL_A)),
    ),
    'for_each_x(f(a, b), "c,") a();': (
        Iterate(S, "for_each_x", ("f(a, b)", '"c,"'), block(CALL_A)),
    ),
    "some_loop(a) { a(); }": (Iterate(S, "some_loop", ("a",), block(CALL_A)),),
    "if (a) for_each_x(b) a(); else a();": (
        If(S, A, block(Iterate(S, "for_each_x", ("b",), block(CALL_A))), block(CALL_A)),
    ),
    "for_each_x(a);": (Evaluate(S, Call(S, Name(S, "for_each_x"), (A,))),),
    "f(g(sizeof(struct x)));": (
        Evaluate(S, Call(S, Name(S, "f"), (Call(S, Name(S, "g"), (SizeOf(S, STRUCT_X),)),))),
    ),
    'asm volatile("x" : "=r" (a));': (Unsupported(S, "asm", 'asm volatile("x" : "=r" (a))'),),
    "static DEFINE_SPINLOCK(a);": (
        Unsupported(S, "a declaration by a macro", "static DEFINE_SPINLOCK(a)"),
    ),
    "struct x *a __free(kfree) = b;": (
        Unsupported(S, "a cleanup attribute", "struct x *a __free(kfree) = b;"),
    ),
    "a();\n#ifdef X\n#elif Y > 1\nb;\n#else\n#endif\na();": (
        CALL_A,
        Arms(
            S,
            (
                Arm(S, "defined(X)", ()),
                Arm(S, "Y > 1", (Evaluate(S, B),)),
                Arm(S, None, ()),
            ),
        ),
        CALL_A,
    ),
}


@pytest.mark.parametrize(("text", "expected"), STATEMENTS.items(), ids=STATEMENTS)
def test_statements(text: str, expected: object) -> None:
    found = parse_statements(text, S, "f.c")
    assert _at_one_place(found) == expected


def _at_one_place(node: object) -> object:
    # Arms join places of their own; everything else has the one span already.
    match node:
        case tuple() if not isinstance(node, Span):
            return tuple(map(_at_one_place, node))
        case Arms(_, arms):
            return Arms(S, tuple(Arm(S, each.condition, each.statements) for each in arms))
    return node


@pytest.mark.parametrize(
    ("text", "reason"),
    {
        "} void g(void) {": "2 things where one belongs",
        "#ifdef X\nif (a) {\n#endif\nb();\n#ifdef X\n}\n#endif": (
            "needs a configuration: #if splits a statement"
        ),
        "#endif": "needs a configuration: #if splits a statement",
        "X(a) Y(b);": "a macro type specifier where a type belongs",
        "static foo(a);": "a macro or a declaration",
        "__label__ a;": "the declaration of a label",
        "void g(void) { }": "a function definition where a statement belongs",
        "f(a, int *b);": "the keyword 'int' where a value belongs",
    }.items(),
)
def test_what_is_not_read_has_a_reason(text: str, reason: str) -> None:
    found = parse_statements(text, S, "f.c")
    assert found == Unparsed(S, "f.c", "", reason, text)


@pytest.mark.parametrize(
    "text",
    [
        "a()",
        "}",
        "if (a)\n#ifdef X\n b();\n#endif\n c();",
        "a = b\n#ifdef X\n + c\n#endif\n;",
        "unsigned\n#ifdef X\n long\n#else\n int\n#endif\n a;",
        "#if\na();",
        "do_each_x(a) { } while_each_x(a);",
        "a(); case",
    ],
)
def test_what_the_grammar_refuses(text: str) -> None:
    assert isinstance(parse_statements(text, S, "f.c"), Unparsed)


def test_places_are_those_of_the_text_in_its_file() -> None:
    found = parse_statements("a();\n\tb = 1;", None, "f.c", line=40, column=8)
    b = Name(Span(41, 1, 41, 2), "b")
    assert found == (
        Evaluate(Span(40, 8, 40, 12), Call(Span(40, 8, 40, 11), Name(Span(40, 8, 40, 9), "a"), ())),
        Evaluate(
            Span(41, 1, 41, 7),
            Assign(Span(41, 1, 41, 6), "", b, Number(Span(41, 5, 41, 6), "1")),
        ),
    )


def test_columns_count_bytes() -> None:
    found = parse_expression('f("é", a)', None, "f.c")
    assert isinstance(found, Call)
    assert found.arguments[1] == Name(Span(1, 8, 1, 9), "a")


@pytest.mark.parametrize(
    "text",
    ["(" * 5000 + "a" + ")" * 5000, "a + " * 5000 + "a", "typeof(" * 999 + "a" + ")" * 999 + " b"],
    ids=["parentheses", "operators", "typeof"],
)
def test_deep_nesting_is_refused(text: str) -> None:
    found = parse_statements(text + ";", S, "f.c")
    assert isinstance(found, Unparsed)
    assert found.reason == "nested too deeply"


def test_the_door_hands_on_a_plain_tree_or_the_first_trouble() -> None:
    assert parse(b"int a;") == Raw(
        "translation_unit",
        None,
        0,
        6,
        (
            Raw(
                "declaration",
                None,
                0,
                6,
                (
                    Raw("primitive_type", "type", 0, 3, ()),
                    Raw("identifier", "declarator", 4, 5, ()),
                ),
            ),
        ),
    )
    assert parse(b"int a") == trouble(b"int a") == Broken(5, "';' is missing")
    assert trouble(b"int a;") is None
