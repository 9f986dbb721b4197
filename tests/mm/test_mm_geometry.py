"""Page-table layouts, against the numbers that the architectures' manuals give."""

import pytest

from analyzer.mm import geometry
from analyzer.mm.geometry import Level

K, M, G, T = 1 << 10, 1 << 20, 1 << 30, 1 << 40

# PAGE_SIZE, PMD_SIZE, PUD_SIZE, PGDIR_SIZE, PTRS_PER_PTE, PTRS_PER_PGD, CONFIG_PGTABLE_LEVELS, and
# the virtual address bits that the tables resolve.
KNOWN = {
    geometry.X86_64: (4 * K, 2 * M, 1 * G, 512 * G, 512, 512, 4, 48),
    geometry.X86_64_5: (4 * K, 2 * M, 1 * G, 256 * T, 512, 512, 5, 57),
    geometry.X86_64_ONE_LOCK: (4 * K, 2 * M, 1 * G, 512 * G, 512, 512, 4, 48),
    geometry.ARM64_4K: (4 * K, 2 * M, 1 * G, 512 * G, 512, 512, 4, 48),
    geometry.ARM64_16K: (16 * K, 32 * M, 64 * G, 128 * T, 2048, 2, 4, 48),
    geometry.ARM64_64K: (64 * K, 512 * M, 4 * T, 4 * T, 8192, 64, 3, 48),
    geometry.I386: (4 * K, 4 * M, 4 * M, 4 * M, 1024, 1024, 2, 32),
}


@pytest.mark.parametrize("one", geometry.REAL, ids=lambda one: one.name)
def test_a_real_geometry_is_as_its_manual_says(one: geometry.Geometry) -> None:
    levels = sum(bits > 0 for bits in one.bits)
    measured = (
        *(one.page_size, one.pmd_size, one.size(Level.PUD), one.size(Level.PGD)),
        *(one.entries(Level.PTE), one.entries(Level.PGD), levels),
        one.shift(Level.PGD) + one.bits[Level.PGD],
    )
    assert measured == KNOWN[one]
    assert one.task_size <= 1 << measured[-1]
    assert one.task_size % one.page_size == 0
    assert one.task_size <= one.word_mask


def test_every_real_geometry_is_known() -> None:
    assert set(KNOWN) == set(geometry.REAL)


@pytest.mark.parametrize("levels", [2, 3, 4, 5])
@pytest.mark.parametrize("bits", [2, 3, 7])
def test_a_small_geometry_has_as_many_levels_as_asked_for(bits: int, levels: int) -> None:
    one = geometry.small(bits, levels=levels)
    assert sum(width > 0 for width in one.bits) == levels
    assert one.task_size == 1 << (12 + bits * levels)
    assert one.pmd_size == 4096 << bits
    assert one.entries(Level.PTE) == one.entries(Level.PGD) == 1 << bits
    assert not one.real


def test_an_index_is_cut_out_of_the_address() -> None:
    address = (1 << 39) * 5 + (1 << 30) * 6 + (1 << 21) * 7 + (1 << 12) * 8 + 9
    one = geometry.X86_64
    assert [one.index(level, address) for level in Level] == [8, 7, 6, 0, 5]


def test_a_folded_level_is_the_one_above() -> None:
    lowest = {
        one.name: [one.lowest_like(level).name for level in Level]
        for one in (geometry.X86_64, geometry.X86_64_5, geometry.ARM64_64K, geometry.I386)
    }
    assert lowest == {
        "x86-64, 4 levels": ["PTE", "PMD", "PUD", "P4D", "P4D"],
        "x86-64, 5 levels": ["PTE", "PMD", "PUD", "P4D", "PGD"],
        "arm64, 64K pages": ["PTE", "PMD", "PUD", "PUD", "PUD"],
        "i386, 2 levels": ["PTE", "PMD", "PMD", "PMD", "PMD"],
    }
