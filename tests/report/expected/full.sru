undecided (basis: traces), 1 finding; first: SM-4: backport Linux kernel commit eb66ae030829 first

BugLink: https://bugs.launchpad.net/bugs/1999999
CVE-2022-41222

[Impact]

TODO: what users of this release see without the change, and whom.

Subject of the patch: mm: speed up mremap by 20x on large regions
Upstream commit: 2c91bd4a4e2e530582d6fd643ea7b86b27907151, since v5.0
Author: "Joel Fernandes (Google)" <joel@joelfernandes.org>
* CV-1 not-applicable: no CVE is named

[Fix]

Backport, reviewed by a tool: undecided (basis: traces), 1 finding;
  first: SM-4: backport Linux kernel commit eb66ae030829 first

* ID-1 ok: named in the first line of the body
* SM-2 cannot-tell: the target was not given. Next: run again with
  --target
* SM-4 finding: the per-PTE path unlocks before it flushes. Next:
  backport Linux kernel commit eb66ae030829 first
* assumed: the lost #ifdef stands where upstream has it (rests on this:
  SM-2, verdict)
* assumed: the base flushes 64 pages at a time (rests on this: SM-4)

[Test Plan]

TODO: no kernel was built, booted or tested for this draft.

[Where problems could occur]

TODO: nothing was drafted.

[Other Info]

* checklist: plain (A plain tree); gates open: 1 of 1: SM-4
* IN-1 needs-review: 5 added lines were lost; 3 of them could be counted
  back
  reason: what stands between mm/mremap.c lines 190 and 200 is taken
    from upstream's shape
  input:31: the hunk declares 11 lines and has 8
  the sender's archive has the same text
  next: ask the sender for the patch as an attachment
* AC-1 cannot-tell: nobody has answered yet (answered by: a person)

Not checked:

* mm/mremap.c move_vma(): it is not in the patch and no target was given
