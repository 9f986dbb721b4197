# ruff: noqa: E501 - a function of one line is read in one
"""Pairs of small functions, each with one trap: what a prover could overlook, and what it says."""

from __future__ import annotations

import pytest
from prove_pairs import proved

from analyzer.prove.proof import Outcome

_DECLARED = """
typedef unsigned int u32; typedef unsigned long u64; typedef _Bool bool; typedef unsigned char u8;
struct list_head { struct list_head *next, *prev; };
struct s { int a; int b; u32 f:3; u32 g:5; struct s *next; int arr[8]; struct list_head node; void *priv; int (*cb)(struct s *s, int x); };
typedef struct { int x; } spinlock_t; struct l { spinlock_t lock; int n; int m; };
void spin_lock(spinlock_t *l); void spin_unlock(spinlock_t *l);
int ext(int x); void note(struct s *p); int get(int *out); void put(struct s *p); struct s *look(int x); int cond(void);
static int glob; static int glob2;
"""

# Name, what is to be said, upstream's side, the target's.
_PAIRS = (
    (
        "alias-order",
        Outcome.DIFFERENT,
        "int f(struct s *p, struct s *q){ p->a = 1; q->a = 2; return p->a; }",
        "int f(struct s *p, struct s *q){ q->a = 2; p->a = 1; return p->a; }",
    ),
    (
        "alias-members",
        Outcome.SAME,
        "int f(struct s *p, struct s *q){ p->a = 1; q->b = 2; return p->a; }",
        "int f(struct s *p, struct s *q){ q->b = 2; p->a = 1; return 1; }",
    ),
    (
        "out-alias-self",
        Outcome.DIFFERENT,
        "int f(int *x, int *y){ *x = 1; *y = 2; return *x; }",
        "int f(int *x, int *y){ *x = 1; *y = 2; return 1; }",
    ),
    (
        "read-after-call",
        Outcome.DIFFERENT,
        "int f(struct s *p){ int v = p->a; note(p); return v; }",
        "int f(struct s *p){ note(p); return p->a; }",
    ),
    (
        "global-after-call",
        Outcome.DIFFERENT,
        "int f(int x){ int v = glob; ext(x); return v; }",
        "int f(int x){ ext(x); return glob; }",
    ),
    (
        "call-twice",
        Outcome.DIFFERENT,
        "int f(int x){ int v = ext(x); return v + v; }",
        "int f(int x){ return ext(x) + ext(x); }",
    ),
    (
        "out-local",
        Outcome.SAME,
        "int f(int x){ int r; if (get(&r)) return -1; return r; }",
        "int f(int x){ int r = 0; int e = get(&r); if (!e) return r; return -1; }",
    ),
    (
        "out-local-unset",
        Outcome.DIFFERENT,
        "int f(int x){ int r = 5; if (get(&r)) return -1; return r; }",
        "int f(int x){ int r = 6; if (get(&r)) return -1; return r; }",
    ),
    (
        "out-stays",
        Outcome.DIFFERENT,
        "int f(int x){ int r; get(&r); ext(1); return r; }",
        "int f(int x){ int r, v; get(&r); v = r; ext(1); return v; }",
    ),
    (
        "bitfield-trunc",
        Outcome.DIFFERENT,
        "int f(struct s *p, u32 x){ p->f = x; return p->f; }",
        "int f(struct s *p, u32 x){ p->f = x; return x; }",
    ),
    (
        "signed-shift",
        Outcome.DIFFERENT,
        "int f(int x){ return x >> 1; }",
        "int f(int x){ return (u32)x >> 1; }",
    ),
    (
        "char-trunc",
        Outcome.DIFFERENT,
        "int f(int x){ return (u8)x; }",
        "int f(int x){ return (signed char)x; }",
    ),
    (
        "ptr-null-later",
        Outcome.DIFFERENT,
        "int f(struct s *p){ if (!p) return -1; return p->a; }",
        "int f(struct s *p){ int v = p->a; if (!p) return -1; return v; }",
    ),
    (
        "loop-off",
        Outcome.DIFFERENT,
        "int f(struct s *p, int n){ int i, t = 0; for (i = 0; i < n; i++) t += p[i].a; return t; }",
        "int f(struct s *p, int n){ int i, t = 0; for (i = 0; i <= n; i++) t += p[i].a; return t; }",
    ),
    (
        "loop-eq",
        Outcome.SAME,
        "int f(struct s *p, int n){ int i, t = 0; for (i = 0; i < n; i++) t += p[i].a; return t; }",
        "int f(struct s *p, int n){ int t = 0; int k = 0; while (k < n) { int v = p[k].a; k++; t = v + t; } return t; }",
    ),
    (
        "loop-out-var",
        Outcome.DIFFERENT,
        "int f(int n){ int i, r = 0; for (i = 0; i < n; i++) get(&r); return r; }",
        "int f(int n){ int i, r = 0; for (i = 0; i < n; i++) { int q = 0; get(&q); r = q; } return r; }",
    ),
    (
        "lock",
        Outcome.DIFFERENT,
        "int f(struct l *l){ spin_lock(&l->lock); l->n++; spin_unlock(&l->lock); return 0; }",
        "int f(struct l *l){ l->n++; spin_lock(&l->lock); spin_unlock(&l->lock); return 0; }",
    ),
    (
        "lock-read",
        Outcome.DIFFERENT,
        "int f(struct l *l){ int v; spin_lock(&l->lock); v = l->n; spin_unlock(&l->lock); return v; }",
        "int f(struct l *l){ spin_lock(&l->lock); spin_unlock(&l->lock); return l->n; }",
    ),
    (
        "cb",
        Outcome.DIFFERENT,
        "int f(struct s *p){ return p->cb(p, 1); }",
        "int f(struct s *p){ return p->cb(p, 2); }",
    ),
    (
        "cb-reload",
        Outcome.DIFFERENT,
        "int f(struct s *p){ int (*c)(struct s *, int) = p->cb; note(p); return c(p, 1); }",
        "int f(struct s *p){ note(p); return p->cb(p, 1); }",
    ),
    (
        "idx",
        Outcome.DIFFERENT,
        "int f(struct s *p, u32 i){ return p->arr[i & 7]; }",
        "int f(struct s *p, u32 i){ return p->arr[i]; }",
    ),
    (
        "err-mem",
        Outcome.DIFFERENT,
        "int f(struct s *p){ if (ext(1)) return -1; p->a = 1; return 0; }",
        "int f(struct s *p){ p->a = 1; if (ext(1)) return -1; return 0; }",
    ),
    (
        "err-mem2",
        Outcome.DIFFERENT,
        "int f(struct s *p){ int r = ext(1); if (r) return r; p->a = 1; return 0; }",
        "int f(struct s *p){ int r = ext(1); p->a = 1; if (r) return r; return 0; }",
    ),
    (
        "static-init",
        Outcome.DIFFERENT,
        "static int helper(int x) { return x + 1; } int f(int x){ return helper(x); }",
        "static int helper(int x) { return x + 2; } int f(int x){ return helper(x); }",
    ),
    (
        "static-helper-calls",
        Outcome.DIFFERENT,
        "static int helper(int x) { if (ext(x)) return 1; return ext(x + 1); } int f(int x){ return helper(x); }",
        "static int helper(int x) { if (ext(x)) return 1; return ext(x + 2); } int f(int x){ return helper(x); }",
    ),
    (
        "helper-ptr",
        Outcome.UNDECIDED,
        "static int helper(struct s *s, int x) { return ext(x); } void reg(int (*c)(struct s *, int)); int f(int x){ reg(helper); return 0; }",
        "static int helper(struct s *s, int x) { return ext(x + 1); } void reg(int (*c)(struct s *, int)); int f(int x){ reg(helper); return 0; }",
    ),
    (
        "div",
        Outcome.DIFFERENT,
        "int f(int a, int b){ if (!b) return 0; return a / b; }",
        "int f(int a, int b){ return a / b; }",
    ),
    (
        "mod-neg",
        Outcome.DIFFERENT,
        "int f(int a){ return a % 4; }",
        "int f(int a){ return a & 3; }",
    ),
    (
        "unsigned-mod",
        Outcome.SAME,
        "u32 f(u32 a){ return a % 4; }",
        "u32 f(u32 a){ return a & 3; }",
    ),
    (
        "always-faults",
        Outcome.UNDECIDED,
        "int f(int x){ int y; return y; }",
        "int f(int x){ return 7; }",
    ),
    (
        "struct-copy",
        Outcome.SAME,
        "int f(struct s *p, struct list_head *q){ struct list_head t = *q; p->node = t; return 0; }",
        "int f(struct s *p, struct list_head *q){ p->node.next = q->next; p->node.prev = q->prev; return 0; }",
    ),
    (
        "struct-copy-alias",
        Outcome.DIFFERENT,
        "int f(struct s *p, struct list_head *q){ struct list_head t = *q; p->node.next = t.prev; p->node.prev = t.next; return 0; }",
        "int f(struct s *p, struct list_head *q){ p->node.next = q->prev; p->node.prev = q->next; return 0; }",
    ),
    (
        "while-cond",
        Outcome.SAME,
        "int f(void){ int n = 0; while (cond()) n++; return n; }",
        "int f(void){ int n = 0; for (;;) { if (!cond()) break; n += 1; } return n; }",
    ),
    (
        "while-cond2",
        Outcome.DIFFERENT,
        "int f(void){ int n = 0; while (cond()) n++; return n; }",
        "int f(void){ int n = 0; do { n++; } while (cond()); return n; }",
    ),
    (
        "list-del",
        Outcome.DIFFERENT,
        "int f(struct s *p){ struct s *q = p->next; while (q) { struct s *n = q->next; put(q); q = n; } return 0; }",
        "int f(struct s *p){ struct s *q = p->next; while (q) { put(q); q = q->next; } return 0; }",
    ),
    (
        "array-local",
        Outcome.DIFFERENT,
        "int f(u32 i){ int t[4] = {1,2,3,4}; return t[i & 3]; }",
        "int f(u32 i){ int t[4] = {1,2,4,3}; return t[i & 3]; }",
    ),
    (
        "array-local-eq",
        Outcome.SAME,
        "int f(u32 i){ int t[4] = {1,2,3,4}; return t[i & 3]; }",
        "int f(u32 i){ return (i & 3) + 1; }",
    ),
    (
        "goto-retry",
        Outcome.SAME,
        "int f(int x){ int n = 0; retry: if (ext(n)) { n++; goto retry; } return n; }",
        "int f(int x){ int n = 0; while (ext(n)) n++; return n; }",
    ),
    (
        "glob-write-order",
        Outcome.SAME,
        "int f(int x){ glob = 1; glob2 = x; return 0; }",
        "int f(int x){ glob2 = x; glob = 1; return 0; }",
    ),
    (
        "store-cond",
        Outcome.DIFFERENT,
        "int f(struct s *p, int x){ if (x) p->a = x; return 0; }",
        "int f(struct s *p, int x){ p->a = x; return 0; }",
    ),
    (
        "store-cond-eq",
        Outcome.SAME,
        "int f(struct s *p, int x){ if (p->a != x) p->a = x; return 0; }",
        "int f(struct s *p, int x){ p->a = x; return 0; }",
    ),
    (
        "null-test-as-flag",
        Outcome.DIFFERENT,
        "int f(struct s *p){ bool none = !p; if (none) return -1; return p->a; }",
        "int f(struct s *p){ return p->a; }",
    ),
    (
        "escaped-in-a-loop",
        Outcome.UNDECIDED,
        "int f(int n){ int v = 0, i; get(&v); for (i = 0; i < n; i++) { v = i; } return v; }",
        "int f(int n){ int v = 0, i; get(&v); for (i = 0; i < n; i++) { v = i > 900 ? 7 : i; } return v; }",
    ),
    (
        "other-table",
        Outcome.UNDECIDED,
        "static const int t[2] = { 1, 2 }; int f(u32 i){ return t[i & 1]; }",
        "static const int t[2] = { 1, 3 }; int f(u32 i){ return t[i & 1]; }",
    ),
    (
        "other-result-type",
        Outcome.UNDECIDED,
        "int f(int a){ return a; }",
        "u64 f(int a){ return a; }",
    ),
    (
        "one-more-parameter",
        Outcome.UNDECIDED,
        "int f(int a){ return a; }",
        "int f(int a, int b){ return a; }",
    ),
)


@pytest.mark.parametrize(
    ("outcome", "upstream", "target"),
    [pytest.param(*each[1:], id=each[0]) for each in _PAIRS],
)
def test_traps(outcome: Outcome, upstream: str, target: str) -> None:
    proof = proved(_DECLARED + upstream, _DECLARED + target, seconds=3.0)
    assert proof.outcome is outcome, proof
    assert bool(proof.counterexample) == (outcome is Outcome.DIFFERENT)
    assert bool(proof.reason) == (outcome is not Outcome.SAME)
