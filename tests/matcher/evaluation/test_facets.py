"""How queries are told apart."""

from services.matcher.evaluation.facets import query_facets
from services.matcher.evaluation.slices import Facets
from shared.contracts.profiles import Profile, profile_adapter
from tests.factories import profile_body

QRELS = {"q": {"t1": 1}}


def make(kind: str = "project", **fields: object) -> Profile:
    """A valid profile of the kind."""
    return profile_adapter.validate_python(profile_body(kind, **fields))


def labels(facets: Facets, query_id: str = "q") -> dict[str, tuple[str, ...]]:
    """Of one query, by facet."""
    return {facet: tuple(labels[query_id]) for facet, labels in facets.items()}


def facets_of(subject: Profile, **targets: Profile) -> dict[str, tuple[str, ...]]:
    return labels(query_facets({"q": subject}, targets, QRELS))


def with_record(total: int) -> Profile:
    return make("investor", title="Fund", track_record={"total": total})


def test_query_is_labelled_by_what_its_profile_says() -> None:
    subject = make(
        title="燃料电池电堆",
        summary="用于重型卡车的燃料电池电堆",
        sectors=["生物医药"],
        region={"country": "中国", "province": "浙江", "city": "杭州"},
        funding_round="series_a",
        language="zh",
    )
    found = facets_of(subject)
    assert found["kind"] == ("project",)
    assert found["language"] == ("zh",)
    assert found["stage"] == ("series_a",)
    assert found["region"] == ("Zhejiang, China 中国浙江",)
    assert found["sector"] == ("Biomedicine & life sciences 生物医药与生命科学",)


def test_what_is_not_told_is_unknown() -> None:
    found = facets_of(make("rd_demand", title="A valve", sectors=[], region={}))
    assert (found["sector"], found["region"], found["stage"]) == (("unknown",), ("unknown",), ("unknown",))
    assert found["counterparts"] == ("unknown",)


def test_one_place_under_several_names_is_one_region() -> None:
    english, chinese = (
        facets_of(make(region=region))["region"]
        for region in ({"country": "China", "province": "Zhejiang"}, {"province": "浙江省"})
    )
    assert english == chinese


def test_city_stands_where_no_province_is_known() -> None:
    assert facets_of(make(region={"country": "USA", "city": "Unheard Of"}))["region"] == (
        "Unheard Of, United States 美国unheard of",
    )


def test_query_of_several_fields_is_in_each() -> None:
    assert len(facets_of(make(sectors=["biomedicine", "finance"]))["sector"]) == 2


def test_counterparts_are_new_where_half_have_a_track_record_in_the_lowest_third() -> None:
    targets = {f"t{number}": with_record(number) for number in range(1, 10)}  # the lowest third ends at 3
    qrels = {
        "new": {"t3": 1, "t9": 1, "t1": 0},
        "established": {"t1": 1, "t8": 1, "t9": 1},
        "absent": {"gone": 1},
    }
    facets = query_facets({name: make() for name in qrels}, targets, qrels)["counterparts"]
    assert facets == {"new": ("new",), "established": ("established",), "absent": ("unknown",)}


def test_without_track_records_nobody_is_called_new() -> None:
    assert facets_of(make(), t1=make("investor", title="Fund"))["counterparts"] == ("unknown",)
    assert facets_of(make(), t1=with_record(4), t2=with_record(4))["counterparts"] == ("unknown",)


def test_lengths_are_thirds_within_each_language() -> None:
    subjects = {f"en{size}": make(title="word " * size, language="en") for size in (10, 20, 30)}
    subjects |= {f"zh{size}": make(title="字" * size, language="zh") for size in (1, 2, 3)}
    facets = query_facets(subjects, {}, {name: {} for name in subjects})["length"]
    assert [facets[name] for name in subjects] == [("short",), ("medium",), ("long",)] * 2


def test_query_without_a_profile_has_no_labels() -> None:
    assert all(not facet for facet in query_facets({}, {}, QRELS).values())
