"""The bundled corpus keeps its promises: valid, marked, judged, and with its sources named."""

import re
from collections import Counter
from importlib.resources import files

import pytest

from services.cli.corpus import (
    CorpusPart,
    read_judgment_reasons,
    read_profile_lines,
    read_profiles,
    read_qrels,
)
from shared.contracts.profiles import Kind, Profile
from shared.contracts.vocabularies import Language, Visibility

JUDGED_DIRECTIONS = {
    (Kind.RD_DEMAND, Kind.PROJECT),
    (Kind.PROJECT, Kind.INVESTOR),
    (Kind.PROJECT, Kind.PILOT_PLATFORM),
    (Kind.PROJECT, Kind.SCENARIO),
    (Kind.PROJECT, Kind.RD_DEMAND),
    (Kind.SCENARIO, Kind.PROJECT),
}


def by_external_id(part: CorpusPart) -> dict[str, Profile]:
    return {profile.external_id: profile for profile in read_profiles(part)}


@pytest.fixture(scope="module")
def fictional() -> dict[str, Profile]:
    return by_external_id(CorpusPart.FICTIONAL)


@pytest.mark.parametrize("part", CorpusPart)
def test_every_row_is_a_profile_with_an_id_of_its_own(part: CorpusPart) -> None:
    profiles = list(read_profiles(part))
    assert len({profile.external_id for profile in profiles}) == len(profiles)
    assert {profile.kind for profile in profiles} == set(Kind)


@pytest.mark.parametrize("part", CorpusPart)
def test_each_file_holds_one_kind(part: CorpusPart) -> None:
    counts = Counter(profile.kind for profile in read_profiles(part))
    assert counts == {kind: len(read_profile_lines(part, kind)) for kind in Kind}


def test_real_part_holds_every_record() -> None:
    counts = Counter(profile.kind for profile in read_profiles(CorpusPart.REAL))
    assert counts == {
        Kind.PROJECT: 168,
        Kind.RD_DEMAND: 60,
        Kind.SCENARIO: 58,
        Kind.INVESTOR: 130,
        Kind.PILOT_PLATFORM: 95,
    }
    assert sum(len(targets) for targets in read_qrels(CorpusPart.REAL).values()) == 167


def test_parts_never_share_a_source() -> None:
    sources = {part: {profile.source for profile in read_profiles(part)} for part in CorpusPart}
    assert sources == {CorpusPart.REAL: {"demo-real"}, CorpusPart.FICTIONAL: {"liaison-fictional"}}


def test_fictional_part_is_large_and_in_both_languages(fictional: dict[str, Profile]) -> None:
    languages = Counter(profile.language for profile in fictional.values())
    assert len(fictional) >= 60
    assert set(languages) == set(Language)
    assert min(languages.values()) >= 20


def test_every_fictional_organisation_says_so_in_its_name(fictional: dict[str, Profile]) -> None:
    endings = {Language.CHINESE: "（虚构）", Language.ENGLISH: "(fictional)"}
    for profile in fictional.values():
        assert profile.language is not None
        assert (profile.organisation or "").endswith(endings[profile.language]), profile.external_id


def test_fictional_rows_hold_no_real_address(fictional: dict[str, Profile]) -> None:
    texts = [line for kind in Kind for line in read_profile_lines(CorpusPart.FICTIONAL, kind)]
    domains = {domain for text in texts for domain in re.findall(r"[\w.+-]+@([\w.-]+\w)", text)}
    assert domains == {"example.com", "example.org"}
    phones = {profile.contact.phone for profile in fictional.values() if profile.contact}
    assert phones == {"+86 000 0000 0000"}


def test_fictional_demands_show_every_way_of_posting(fictional: dict[str, Profile]) -> None:
    demands = [profile for profile in fictional.values() if profile.kind is Kind.RD_DEMAND]
    ways = Counter(demand.visibility for demand in demands)
    assert ways[Visibility.HIDDEN] == 2
    assert ways[Visibility.ANONYMOUS] >= 3


def test_fictional_profiles_have_rich_weighted_sides(fictional: dict[str, Profile]) -> None:
    for profile in fictional.values():
        assert len(profile.needs) + len(profile.offers) >= 3, profile.external_id
        assert profile.summary, profile.external_id
        assert profile.sectors, profile.external_id
        assert profile.keywords, profile.external_id


@pytest.mark.parametrize("part", CorpusPart)
def test_judged_pairs_name_existing_rows_in_judged_directions(part: CorpusPart) -> None:
    profiles = by_external_id(part)
    for subject, targets in read_qrels(part).items():
        for target in targets:
            assert (profiles[subject].kind, profiles[target].kind) in JUDGED_DIRECTIONS, (subject, target)


def test_golden_set_judges_a_hundred_pairs_in_all_directions_with_hard_negatives(fictional: dict[str, Profile]) -> None:
    qrels = read_qrels(CorpusPart.FICTIONAL)
    grades = Counter(grade for targets in qrels.values() for grade in targets.values())
    assert grades.total() >= 100
    assert set(grades) == {0, 1, 2}
    assert grades[0] >= 30
    directions = {(fictional[subject].kind, fictional[target].kind) for subject in qrels for target in qrels[subject]}
    assert directions == JUDGED_DIRECTIONS


def test_each_judged_subject_has_a_fit_among_every_kind_it_is_judged_against(fictional: dict[str, Profile]) -> None:
    best: dict[tuple[str, Kind], int] = {}
    for subject, targets in read_qrels(CorpusPart.FICTIONAL).items():
        for target, grade in targets.items():
            key = (subject, fictional[target].kind)
            best[key] = max(best.get(key, 0), grade)
    assert [key for key, grade in best.items() if grade < 1] == []


def test_hidden_profiles_are_never_judged(fictional: dict[str, Profile]) -> None:
    judged = {name for pair in read_judgment_reasons() for name in pair}
    assert [name for name in judged if fictional[name].visibility is Visibility.HIDDEN] == []


def test_every_golden_pair_has_its_reason_in_the_same_order() -> None:
    qrels = read_qrels(CorpusPart.FICTIONAL)
    reasons = read_judgment_reasons()
    pairs = [(subject, target) for subject, targets in qrels.items() for target in targets]
    assert list(reasons) == pairs
    assert all(reasons.values())


def test_readme_names_the_sources_and_keeps_the_notice() -> None:
    corpus = files("services.cli.corpus")
    readme = corpus.joinpath("README.md").read_text(encoding="utf-8")
    for source in ("US SBIR topic listing", "US SBIR award listing", "CrowdDotDev/awesome-oss-investors", "CC0-1.0"):
        assert source in readme
    notice = corpus.joinpath("real", "NOTICE-crowd.dev.txt").read_text(encoding="utf-8")
    assert "Copyright (c) 2022 crowd.dev" in notice
