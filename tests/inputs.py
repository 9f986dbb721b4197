"""Where the inputs of the tests are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "fixtures"
ARCHIVE = FIXTURES / "mails" / "move-pmd-archive.txt"
PATCH = FIXTURES / "mails" / "move-pmd.patch"
BASE = FIXTURES / "base"
REFERENCE_MAIL = ROOT.parent / "shared" / "seed" / "000_d967b3033ad95a4c.txt"
