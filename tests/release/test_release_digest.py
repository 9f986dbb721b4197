"""What an answer is tied to: the diff, and nothing of the mail around it."""

from __future__ import annotations

import pytest

from analyzer.patch.reader import read_series
from analyzer.release.digest import digest

DIFF = """\
diff --git a/mm/a.c b/mm/a.c
index 1111111..2222222 100644
--- a/mm/a.c
+++ b/mm/a.c
@@ -1,3 +1,4 @@ int first(void)
 \tint one;
+\tint two;
 \tint three;
 \tint four;
@@ -11,2 +12,2 @@
-\tint six;
+\tint seven;
 \tint eight;
"""


def digest_of(text: str) -> str:
    (patch,) = read_series(text.encode("utf-8", "surrogateescape"), "in").patches
    return digest(patch.files)


def mail(subject: str = "one", body: str = "text", diff: str = DIFF, end: str = "") -> str:
    return (
        f"From: A <a@example.org>\nDate: Thu, 3 Jan 2019 15:28:38 -0800\nSubject: {subject}\n\n"
        f"{body}\n---\n mm/a.c | 3 ++-\n\n{diff}{end}"
    )


@pytest.mark.parametrize(
    "text",
    [
        DIFF,
        mail(),
        mail("[PATCH v2 3/7] one", "other text\n\nAcked-by: B <b@example.org>"),
        mail(end="-- \n2.39.5\n"),
        mail(end="-- \n2.39.5\n\n_______\nlist mailing list\n"),
        mail().replace("\n", "\r\n"),
        DIFF.replace("1111111..2222222", "1111111aaa..2222222bbb"),
        DIFF.replace(" int first(void)", ""),
    ],
)
def test_the_same_diff_in_another_mail_is_the_same(text: str) -> None:
    assert digest_of(text) == digest_of(DIFF)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("+\tint two;", "+\tint two, more;"),
        ("+\tint two;", "+ \tint two;"),
        ("mm/a.c", "mm/b.c"),
        (" \tint four;", " \tint fore;"),
        ("-1,3 +1,4", "-2,3 +2,4"),
        ("-1,3 +1,4", "-1,3 +9,4"),
        ("-\tint six;\n+\tint seven;", "+\tint seven;\n-\tint six;"),
        (" 100644\n", " 100644\nold mode 100644\nnew mode 100755\n"),
        (" \tint eight;\n", " \tint eight;\n\\ No newline at end of file\n"),
        (" \tint eight;\n", " \tint eight;\n@@ broken header\n+\tint hidden;\n"),
    ],
)
def test_any_change_of_the_diff_is_another(old: str, new: str) -> None:
    assert old in DIFF
    assert digest_of(DIFF.replace(old, new)) != digest_of(DIFF)


def test_a_file_more_is_another() -> None:
    assert digest_of(DIFF + DIFF.replace("mm/a.c", "mm/b.c")) != digest_of(DIFF)


def test_binary_content_counts() -> None:
    binary = "diff --git a/x b/x\nnew file mode 100644\nGIT binary patch\nliteral 3\n{}\n\n"
    one, other = (digest_of(DIFF + binary.format(data)) for data in ("KcmZQzWM", "KcmZQzWN"))
    assert one != other
