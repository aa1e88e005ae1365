"""The index in memory against the plain way to count: sets of bits, sums in planes, counts of filters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services_catalog.asking import readings
from services_catalog.index import GROUPS, Index
from services_catalog.indexing import Entry, build
from services_catalog.postings import Postings, Tally, bits, members
from services_catalog.ranking import ranked
from services_catalog.thesaurus import Thesaurus

SETS = st.sets(st.integers(0, 700), max_size=40)


@settings(deadline=None)
@given(SETS)
def test_a_set_gives_back_its_members_in_order(held):
    assert list(members(bits(held, 701))) == sorted(held)


@settings(deadline=None)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), SETS, max_size=12), st.text("abc", max_size=2))
def test_postings_give_keys_and_runs_of_keys(held, start):
    made = Postings.of_sets(held, 701)

    for key, values in held.items():
        assert (set(members(made.of(key))), made.count(key)) == (values, len(values))
    begun = set().union(*(values for key, values in held.items() if key.startswith(start)))
    assert set(members(made.between(start, start + "\uffff"))) == begun
    assert made.of("zzz") == 0


def test_what_many_hold_is_kept_ready():
    many = list(range(0, 3000, 3))
    made = Postings.of_sets({"a": many, "b": [1], "c": many[:999]}, 3000)

    assert list(members(made.of("a"))) == many
    assert made.count("a") == 1000
    assert list(members(made.between("a", "c"))) == sorted({*many, 1})


@settings(deadline=None)
@given(st.lists(st.tuples(SETS, st.integers(0, 90)), max_size=8), SETS, st.integers(0, 200))
def test_sums_in_planes_are_sums(added, among, limit):
    tally, plain = Tally(), dict.fromkeys(range(701), 0)
    for documents, amount in added:
        tally.add(bits(documents, 701), amount)
        for one in documents:
            plain[one] += amount

    chosen = bits(among, 701)
    assert set(members(tally.at_least(limit, chosen))) == {one for one in among if plain[one] >= limit}
    found = [(number, set(members(held))) for number, held in tally.levels(chosen)]
    assert [number for number, _ in found] == sorted({plain[one] for one in among}, reverse=True)
    assert all({plain[one] for one in held} == {number} for number, held in found)


LEVELS = ("full", "partial")
PARTS = st.sampled_from(["Đăng ký", "khai sinh", "Cấp", "giấy phép"])
OFFERS = st.tuples(st.sampled_from(["H1", "H2"]), st.sampled_from(LEVELS))
SECTORS = {"Hộ tịch": "ho-tich", "Đất đai": "dat-dai", "Thuế": "thue"}
ENTRIES = st.lists(
    st.builds(
        Entry,
        code=st.integers(0, 10**6).map(lambda number: f"1.{number:06d}"),
        name=st.lists(PARTS, min_size=1, max_size=4).map(" ".join),
        sectors=st.sampled_from(["", "Hộ tịch", "Hộ tịch|Đất đai", "Thuế"]),
        audience=st.sampled_from([(), ("citizen",), ("citizen", "organisation")]),
        life_events=st.sampled_from([(), ("birth",)]),
        origin=st.sampled_from(["own", "listing"]),
        received=st.booleans(),
        popularity=st.integers(0, 3),
        offers=st.sets(OFFERS, max_size=2).map(tuple),
    ),
    max_size=25,
    unique_by=lambda entry: entry.code,
)


def indexed(entries: list[Entry]) -> tuple[Index, list[Entry]]:
    """The index and its entries, in its order; what is not received offers nothing."""
    sound = [e if e.received else Entry(**{**as_dict(e), "offers": ()}) for e in entries]
    sound.sort(key=lambda e: (not e.received, -e.popularity, len(e.name), e.code))
    return build(sound), sound


def as_dict(entry: Entry) -> dict:
    return {name: getattr(entry, name) for name in entry.__struct_fields__}


def passes(entry: Entry, filters: dict[str, str]) -> bool:
    """The plain way."""
    wanted = {"level": filters.get("level"), "agency": filters.get("agency")}
    offered = [
        (agency, level)
        for agency, level in entry.offers
        if wanted["agency"] in (None, agency) and wanted["level"] in (None, level)
    ]
    codes = [SECTORS[name] for name in entry.sectors.split("|") if name]
    return (
        (not any(wanted.values()) or bool(offered))
        and ("sector" not in filters or filters["sector"] in codes)
        and ("audience" not in filters or filters["audience"] in entry.audience)
        and ("life_event" not in filters or filters["life_event"] in entry.life_events)
        and ("origin" not in filters or filters["origin"] == entry.origin)
    )


VALUES = {
    "sector": ["ho-tich", "dat-dai", "thue"], "agency": ["H1", "H2"], "level": list(LEVELS),
    "audience": ["citizen", "organisation"], "life_event": ["birth"], "origin": ["own", "listing"],
}  # fmt: skip
FILTERS = st.fixed_dictionaries(
    {}, optional={group: st.sampled_from(values) for group, values in VALUES.items()}
)


@settings(deadline=None)
@given(ENTRIES, FILTERS)
def test_counts_are_what_choosing_a_value_would_leave(entries, filters):
    index, sound = indexed(entries)

    assert [sound[place] for place in members(index.narrowed(filters))] == [
        e for e in sound if passes(e, filters)
    ]
    counts = index.counts(index.everything, filters)
    for group in GROUPS:
        for value in VALUES[group]:
            left = sum(passes(entry, {**filters, group: value}) for entry in sound)
            assert counts[group].get(value, 0) == left, (group, value)


@settings(deadline=None)
@given(ENTRIES)
def test_lists_can_be_taken_up_after_any_document(entries):
    index, sound = indexed(entries)

    for place in range(index.size):
        assert list(members(index.after(index.order(place)))) == list(range(place + 1, index.size))
        at = list(index.browsing).index(place)
        assert index.browsed_after(index.browsing_order(place)) == at + 1
    assert [sound[place].received for place in index.browsing] == sorted(
        (entry.received for entry in sound), reverse=True
    )


def made(*names: str, **more: str) -> Index:
    entries = [Entry(code=f"1.{at:06d}", name=name, **more) for at, name in enumerate(names)]
    return build(sorted(entries, key=lambda e: (len(e.name), e.code)), abbreviations=ABOUT.abbreviations)


ABOUT = Thesaurus(["nhập hộ khẩu\tđăng ký thường trú", "tôi muốn\t-", "=bhxh\tbảo hiểm xã hội"])


def first(index: Index, typed: str) -> str | None:
    """The name of the best answer."""
    _, levels = ranked(index, readings(typed, index.vocabulary, ABOUT), typed)
    return next((index.name(place) for _, held in levels for place in members(held)), None)


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("khaisinh", "Đăng ký khai sinh"),
        ("dangkykhaisinh", "Đăng ký khai sinh"),
        ("khai s inh", "Đăng ký khai sinh"),
        ("khia sinh", "Đăng ký khai sinh"),
        ("ddawng kys khai sinh", "Đăng ký khai sinh"),
        ("tôi muốn nhập hộ khẩu", "Đăng ký thường trú"),
        ("nhap ho kha", "Đăng ký thường trú"),
        ("đăng ký thường chú", "Đăng ký thường trú"),
        ("bảo hiểm xã hội", "Cấp lại sổ BHXH"),
        ("bhxh", "Cấp lại sổ BHXH"),
        ("1.000003", "Cấp lại sổ BHXH"),
        ("thủ tục 1.000003", "Cấp lại sổ BHXH"),
        ("1,000003", "Cấp lại sổ BHXH"),
        ("1000003", "Cấp lại sổ BHXH"),
        ("khai tử", "Đăng ký khai tử"),
        ("xyzzy", None),
        ("", None),
    ],
)
def test_what_is_meant_is_found(typed, best):
    index = made(
        "Đăng ký khai sinh", "Đăng ký thường trú", "Đăng ký khai tử", "Cấp lại sổ BHXH", "Thu hồi đất"
    )

    assert first(index, typed) == best


def test_an_empty_catalogue_answers_nothing():
    assert first(made(), "khai sinh") is None
    assert made().counts(0, {})["sector"] == {}
