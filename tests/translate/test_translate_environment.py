"""What names mean: in a file alone, in its blocks, and beside the shipped headers."""

from __future__ import annotations

import pytest

from analyzer.csource.file import parse_statements, read
from analyzer.csource.syntax import (
    Basic,
    Declaration,
    Expr,
    Function,
    Span,
    Tag,
    TypedefName,
    TypeName,
    Unparsed,
)
from analyzer.translate.environment import Constant, Environment, FunctionName, Variable
from analyzer.translate.scope import Declarations
from analyzer.translate.types import (
    BOOL,
    ILP32,
    LP64,
    VOID,
    Array,
    CType,
    Field,
    Floating,
    FunctionType,
    Integer,
    Opaque,
    Parameters,
    Pointer,
    Record,
    Unknown,
)

INT = LP64.int
LONG = LP64.long
UINT = LP64.integer("int", 32, False)
CHAR = Integer("char", 8, True, 1)
_HERE = Span(1, 0, 1, 1)


def environment_of(text: str = "") -> Environment:
    return Environment.of_file(read(text, "a.c"), LP64)


def declaration(text: str) -> Declaration:
    found = parse_statements(text, None, "a.c", line=7, column=4)
    assert not isinstance(found, Unparsed), found
    (only,) = found
    assert isinstance(only, Declaration), only
    return only


_TYPES = """
typedef unsigned int counter_t;
typedef counter_t twice_t;
typedef struct { int x; } nameless_t;
typedef int (*handler_t)(struct thing *, int[4], void (int));
typedef struct thing *thing_p;
typedef nowhere_t somewhere_t;
typedef ring_b ring_a;
typedef ring_a ring_b;
struct thing { struct thing *next; twice_t count; };
int plain, *pointer, table[3][2], (*row)[2], *pointers[4], open[];
static const char *name = "x", text[] = "abc";
int numbers[] = { 1, [4] = 5, 6, [1 ... 2] = 0 };
double ratio;
typeof(plain) same;
typeof(pointer[0] + 1l) wider;
__auto_type deduced = 1ul;
int old();
int none(void);
int printed(const char *, ...);
static inline struct thing *made(int array[], int call(void)) { return broken +; }
"""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("counter_t", UINT),
        ("twice_t", UINT),
        ("nameless_t", Record("struct nameless_t", union=False)),
        (
            "handler_t",
            Pointer(
                FunctionType(
                    INT,
                    Parameters(
                        (
                            Pointer(Record("thing", union=False)),
                            Pointer(INT),
                            Pointer(FunctionType(VOID, Parameters((INT,), variadic=False))),
                        ),
                        variadic=False,
                    ),
                )
            ),
        ),
        ("thing_p", Pointer(Record("thing", union=False))),
        ("somewhere_t", Opaque("nowhere_t")),
        ("u64", LP64.integer("long long", 64, False)),
        ("bool", BOOL),
        ("pte_t", Opaque("pte_t")),
        ("nowhere_t", None),
        ("plain", None),
    ],
)
def test_typedefs(name: str, kind: CType | None) -> None:
    environment = environment_of(_TYPES)
    assert environment.typedef(name) == kind
    assert environment.identifier(name) is None or kind is None


def test_a_ring_of_typedefs_is_opaque() -> None:
    assert isinstance(environment_of(_TYPES).typedef("ring_a"), Opaque)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("plain", INT),
        ("pointer", Pointer(INT)),
        ("table", Array(Array(INT, 2), 3)),
        ("row", Pointer(Array(INT, 2))),
        ("pointers", Array(Pointer(INT), 4)),
        ("open", Array(INT, None)),
        ("name", Pointer(CHAR)),
        ("text", Array(CHAR, 4)),
        ("numbers", Array(INT, 6)),
        ("ratio", Floating("double")),
        ("same", INT),
        ("wider", LONG),
        ("deduced", LP64.unsigned_long),
    ],
)
def test_variables(name: str, kind: CType) -> None:
    assert environment_of(_TYPES).identifier(name) == Variable(name, kind)


def test_functions_even_those_whose_body_cannot_be_read() -> None:
    environment = environment_of(_TYPES)
    thing = Pointer(Record("thing", union=False))
    call = Pointer(FunctionType(INT, Parameters((), variadic=False)))
    assert environment.identifier("made") == FunctionName(
        "made", FunctionType(thing, Parameters((Pointer(INT), call), variadic=False))
    )
    assert environment.identifier("none") == FunctionName(
        "none", FunctionType(INT, Parameters((), variadic=False))
    )
    assert environment.identifier("printed") == FunctionName(
        "printed", FunctionType(INT, Parameters((Pointer(CHAR),), variadic=True))
    )
    assert environment.identifier("nobody") is None


_ENUMS = """
enum plain { A, B, C = 7, D };
enum negative { E = -3, F };
enum wide { G = 0xffffffffu, H };
enum partly { I = 1, J = unknown, K, L = 3 };
enum squeezed { M } __attribute__((packed));
"""


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("plain", UINT),
        ("negative", INT),
        ("wide", LP64.integer("long", 64, False)),
        ("partly", Opaque("enum partly")),
        ("squeezed", Opaque("enum squeezed")),
        ("nowhere", Opaque("enum nowhere")),
    ],
)
def test_enums(tag: str, kind: CType) -> None:
    assert environment_of(_ENUMS).tagged(Tag.ENUM, tag) == kind


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("A", (0, INT)),
        ("D", (8, INT)),
        ("F", (-2, INT)),
        ("G", (0xFFFFFFFF, LP64.integer("long", 64, False))),
        ("H", (1 << 32, LP64.integer("long", 64, False))),
        ("I", (1, INT)),
        ("J", None),
        ("K", None),
        ("L", (3, INT)),
        ("M", (0, INT)),
    ],
)
def test_enumerators(name: str, value: tuple[int, Integer] | None) -> None:
    expected = Constant(name, *value) if value is not None else None
    assert environment_of(_ENUMS).identifier(name) == expected


_RECORDS = """
struct outer {
	int a;
	struct { short b; union { long c; struct inner { char d; } e; }; };
	unsigned f : 3, : 2, g : 40;
	struct { int h; } i[2];
};
union either { int a; char b; };
struct named_only;
"""


def test_fields() -> None:
    environment = environment_of(_RECORDS)
    outer = environment.tagged(Tag.STRUCT, "outer")
    assert outer == Record("outer", union=False)
    anonymous = Record("struct outer 1", union=False)
    assert environment.fields(outer) == (
        Field("a", INT),
        Field(None, anonymous),
        Field("f", UINT, 3),
        Field(None, UINT, 2),
        Field("g", Unknown("bit-field g")),
        Field("i", Array(Record("struct outer 3", union=False), 2)),
    )
    assert environment.fields(Record("inner", union=False)) == (Field("d", CHAR),)
    assert environment.tagged(Tag.UNION, "either") == Record("either", union=True)


def test_the_way_to_a_member() -> None:
    environment = environment_of(_RECORDS)
    outer = Record("outer", union=False)
    anonymous = Field(None, Record("struct outer 1", union=False))
    union = Field(None, Record("union struct outer 1 1", union=True))
    assert environment.field(outer, "a") == (Field("a", INT),)
    assert environment.field(outer, "c") == (anonymous, union, Field("c", LONG))
    assert environment.field(outer, "d") is None
    assert environment.field(Record("named_only", union=False), "a") is None
    assert environment.fields(Record("named_only", union=False)) is None
    assert environment.fields(Record("never", union=False)) is None


def test_blocks_shadow_what_is_around_them() -> None:
    outer = environment_of("struct s { int a; }; typedef int t; enum { K }; int v; int t2;")
    block = outer.inner()
    found = block.declare(declaration("struct s { long b; } v, *w;"))
    local = Record("s 7:4", union=False)
    assert found == (Variable("v", local), Variable("w", Pointer(local)))
    assert block.fields(local) == (Field("b", LONG),)
    assert block.tagged(Tag.STRUCT, "s") == local
    assert block.declare(declaration("typedef char t;")) == ()
    assert block.declare(declaration("enum { K = 5, K2 };")) == ()
    within = block.inner()
    assert within.typedef("t") == CHAR
    assert within.identifier("K2") == Constant("K2", 6, INT)
    assert within.identifier("v") == Variable("v", local)
    assert outer.identifier("v") == Variable("v", INT)
    assert outer.identifier("K") == Constant("K", 0, INT)
    assert outer.fields(Record("s", union=False)) == (Field("a", INT),)


def test_a_variable_hides_a_typedef_and_a_macro() -> None:
    block = environment_of("typedef int t;\n#define size 3\n#define call(x) x\n").inner()
    assert block.macro("size") is not None
    for name in ("t", "size", "call"):
        block.bind(Variable(name, LONG))
    assert block.typedef("t") is None
    assert block.identifier("t") == Variable("t", LONG)
    assert block.macro("size") is None
    assert block.macro("call") is not None


def test_a_local_struct_may_be_named_before_it_is_described() -> None:
    block = environment_of("struct node { int outer; };").inner()
    block.declare(declaration("struct node;"))
    local = block.tagged(Tag.STRUCT, "node")
    assert block.fields(local) is None if isinstance(local, Record) else False
    block.declare(declaration("struct node { struct node *next; };"))
    assert block.tagged(Tag.STRUCT, "node") == local == Record("node 7:4", union=False)
    assert block.fields(Record("node 7:4", union=False)) == (Field("next", Pointer(local)),)


def test_the_translator_knows_types_of_expressions() -> None:
    asked: list[Expr] = []

    def typeof(expr: Expr) -> CType:
        asked.append(expr)
        return LONG

    block = environment_of().inner()
    found = block.declare(declaration("typeof(what(1)) x = 1, *y, z[sizeof(other)];"), typeof)
    assert found == (
        Variable("x", LONG),
        Variable("y", Pointer(LONG)),
        Variable("z", Array(LONG, 8)),
    )
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("specifier", "kind"),
    [
        (Basic(("long", "unsigned")), LP64.unsigned_long),
        (Basic(("long", "short")), Unknown("long short")),
        (TypedefName("u32"), UINT),
        (TypedefName("nowhere_t"), Opaque("nowhere_t")),
    ],
)
def test_resolve(specifier: Basic | TypedefName, kind: CType) -> None:
    assert environment_of().resolve(TypeName(_HERE, specifier)) == kind


def test_signature_of_a_definition() -> None:
    function = read("static void f(int a[2], ...) { }", "a.c").function("f")
    assert isinstance(function, Function)
    assert environment_of().signature(function) == FunctionType(
        VOID, Parameters((Pointer(INT),), variadic=True)
    )


# --- the shipped headers ------------------------------------------------------------------------


def test_what_the_model_owns_stays_indivisible() -> None:
    environment = environment_of(
        "struct mm_struct { int mine; }; int f(pte_t *); struct mutex *lock;"
    )
    assert environment.identifier("f") == FunctionName(
        "f", FunctionType(INT, Parameters((Pointer(Opaque("pte_t")),), variadic=False))
    )
    assert environment.identifier("lock") == Variable("lock", Pointer(Opaque("struct mutex")))
    assert environment.fields(Record("mm_struct", union=False)) == (Field("mine", INT),)


def test_constants_of_the_model_are_given() -> None:
    environment = environment_of("int current; extern int mine;")
    page_size = Variable("PAGE_SIZE", LP64.unsigned_long, given=True)
    assert environment.identifier("PAGE_SIZE") == page_size
    assert environment.identifier("current") == Variable("current", INT)
    assert environment.identifier("mine") == Variable("mine", INT)


def test_a_macro_of_the_language_hides_what_it_is_made_of() -> None:
    environment = environment_of("int min;")
    for name in ("likely", "max_t", "container_of", "IS_ERR"):
        assert environment.macro(name) is not None, name
        assert environment.identifier(name) is None
    assert environment.macro("min") is None
    assert environment.identifier("min") == Variable("min", INT)


def test_the_file_has_the_last_word_on_macros() -> None:
    environment = environment_of("#define PAGE_SIZE 64ul\n#define BIT(x) x\nint VM_READ;\n")
    found = environment.macro("PAGE_SIZE")
    assert found is not None
    assert (found.path, found.body) == ("a.c", "64ul")
    bit = environment.macro("BIT")
    assert bit is not None
    assert bit.body == "x"
    assert environment.macro("VM_READ") is None


def test_callees_whose_parameters_changed_take_anything() -> None:
    found = environment_of().identifier("move_huge_pmd")
    assert found == FunctionName("move_huge_pmd", FunctionType(INT, None))


def test_conditions_of_reports_are_truths() -> None:
    found = environment_of().identifier("WARN_ON")
    assert found == FunctionName("WARN_ON", FunctionType(INT, Parameters((BOOL,), variadic=False)))


# --- hostile text -------------------------------------------------------------------------------


def test_deep_chains_end() -> None:
    chain = "".join(f"typedef t{n + 1} t{n};\n" for n in range(2000)) + "typedef int t2000;"
    assert isinstance(environment_of(chain).typedef("t0"), Opaque)


def test_a_struct_of_many_levels_is_described() -> None:
    text = "struct top { " + "struct { " * 30 + "int deep; " + "}; " * 30 + "};"
    way = environment_of(text).field(Record("top", union=False), "deep")
    assert way is not None
    assert len(way) == 31


def test_declarations_by_hand() -> None:
    environment = Environment(ILP32, Declarations([declaration("extern long x[];")]))
    assert environment.identifier("x") == Variable("x", Array(ILP32.long, None))
    assert environment.macro("x") is None


def test_rings_and_towers_of_constants_end() -> None:
    tower = "".join(f"enum {{ e{n} = {'(1 + ' * 40}e{n + 1}{')' * 40} }};\n" for n in range(60))
    text = tower + "enum { e60 };\nenum { up = down }; enum { down = up };"
    assert environment_of(text).identifier("e59") == Constant("e59", 40, INT)
    assert environment_of(text).identifier("e0") is None
    assert environment_of(text).identifier("up") is None


def test_deep_local_structs_do_not_exhaust_the_stack() -> None:
    block = environment_of().inner()
    levels = 60
    text = "struct { " * levels + "int deep; " + "}; " * (levels - 1) + "} x;"
    (found,) = block.declare(declaration(text))
    assert isinstance(found, Variable)
    assert isinstance(found.type, Record)
    way = block.field(found.type, "deep")
    assert way is not None
    assert len(way) == levels


def test_a_name_used_many_times_is_found_in_linear_time() -> None:
    uses = ", ".join(["x"] * 20_000)
    environment = environment_of(f"int table[] = {{ {uses} }}; enum {{ {uses.upper()}, y }};")
    assert environment.identifier("x") is None
    assert environment.identifier("y") is not None


def test_an_enumerator_behind_a_long_comment_is_found() -> None:
    text = f"enum zone {{ FIRST, /* {'word ' * 300}*/ SECOND,\n}};\nstatic int a = 1, b = 2, c;\n"
    environment = Environment.of_file(read(text, "a.c"), LP64)
    assert environment.identifier("SECOND") == Constant("SECOND", 1, LP64.int)
    assert environment.identifier("b") == Variable("b", LP64.int)
