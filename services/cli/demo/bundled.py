"""The demo on the bundled corpus: its profiles, the questions of each group of users, its judged demands."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from io import BytesIO

from services.cli.clients import ServiceClient
from services.cli.corpus import CorpusPart, read_profile_lines, read_profiles, read_qrels
from services.cli.demo.posted_demands import CHINESE_DEMAND, ENGLISH_DEMAND
from services.cli.demo.quality import JudgedSubjects, KnownScores, QualityTable, mean_ndcg
from services.cli.demo.viewpoints import Posted, Question, Stored, Typed, Viewpoint
from services.cli.import_stream import import_stream
from services.matcher.evaluation.comparison import StageProgress
from shared.contracts.imports import ImportReport
from shared.contracts.parts import Region
from shared.contracts.profiles import Kind, Profile
from shared.contracts.rules import OpenOn, Overlaps, SetAttribute, Within
from shared.contracts.vocabularies import Language

_BEIJING = Within(region=Region(province="北京市"))
TODAY = date(2026, 11, 23)
"""The demo's clock: the corpus has deadlines, and the answers must not change with the day."""
_STILL_OPEN = OpenOn(day=TODAY)
_PILOT_TEST = Overlaps(attribute=SetAttribute.NEED_TYPE, values=("pilot_test",))
_KNOWN: dict[tuple[Language, Language] | None, KnownScores] = {
    None: KnownScores(dense=0.52, lexical=0.65, both=0.62),
    (Language.CHINESE, Language.CHINESE): KnownScores(dense=0.55, lexical=0.99, both=0.98),
    (Language.CHINESE, Language.ENGLISH): KnownScores(dense=0.35, lexical=0.43, both=0.41),
    (Language.ENGLISH, Language.CHINESE): KnownScores(dense=0.52, lexical=0.64, both=0.69),
    (Language.ENGLISH, Language.ENGLISH): KnownScores(dense=0.995, lexical=0.997, both=1.0),
}
"""nDCG@10 measured apart from this program: all-MiniLM-L6-v2, BM25 with segmented Chinese, their min-max sum."""
_NAMES = {Language.CHINESE: "Chinese", Language.ENGLISH: "English"}


class BundledCorpus:
    """Real demands, projects, scenarios, investors and platforms, and fictional ones marked as such."""

    def __init__(self) -> None:
        self._profiles = {
            (profile.source, profile.external_id): profile for part in CorpusPart for profile in read_profiles(part)
        }
        self._sources = {part: next(read_profiles(part)).source for part in CorpusPart}

    def load(self, catalog: ServiceClient, tell: StageProgress) -> Iterator[ImportReport]:
        """Import both parts."""
        for part in CorpusPart:
            lines = [line for kind in Kind for line in read_profile_lines(part, kind)]
            file = BytesIO("\n".join(lines).encode())
            stage = f"import {part}"
            yield import_stream(catalog, file, f"{part}.jsonl", {}, partial(tell, stage))

    def viewpoints(self) -> Sequence[Viewpoint]:
        """Each group of users, in Chinese and English."""
        projects = (Kind.PROJECT,)
        resources = (
            Question(asked="Which investors?  找投资", target_kinds=(Kind.INVESTOR,)),
            Question(asked="Where to run a pilot?  找中试平台", target_kinds=(Kind.PILOT_PLATFORM,)),
            Question(
                asked=f"Where to try it for real, open on {TODAY}?  找仍在征集的应用场景",
                target_kinds=(Kind.SCENARIO,),
                filters=(_STILL_OPEN,),
            ),
        )
        return (
            Viewpoint(
                group="Enterprise posts an R&D demand · 企业发布技术需求",
                subject=Posted(profile=CHINESE_DEMAND),
                questions=(
                    Question(asked="Who can solve it?  谁能解决", target_kinds=projects, limit=5),
                    Question(asked="Who in Beijing?  北京有谁", target_kinds=projects, filters=(_BEIJING,)),
                ),
            ),
            Viewpoint(
                group="Enterprise posts an R&D demand, in English",
                subject=Posted(profile=ENGLISH_DEMAND),
                questions=(Question(asked="Who can solve it?", target_kinds=projects, limit=5),),
            ),
            Viewpoint(group="Founder · 创业者", subject=self._fictional("fic-prj-005"), questions=resources),
            Viewpoint(group="Founder, in English", subject=self._fictional("fic-prj-009"), questions=resources),
            Viewpoint(
                group="Investor · 投资人",
                subject=self._fictional("fic-inv-006"),
                questions=(Question(asked="Which projects?  找项目", target_kinds=projects, limit=5),),
            ),
            Viewpoint(
                group="Operator of a pilot platform · 中试平台",
                subject=self._fictional("fic-plt-003"),
                questions=(
                    Question(
                        asked="Which projects ask for a pilot test?  哪些项目要中试",
                        target_kinds=projects,
                        filters=(_PILOT_TEST,),
                    ),
                ),
            ),
            Viewpoint(
                group="Owner of an application scenario · 场景方",
                subject=self._fictional("fic-scn-004"),
                questions=(Question(asked="Who could come and try?  谁可以来试", target_kinds=projects),),
            ),
            Viewpoint(
                group="Park officer without a profile at hand · 园区服务人员",
                subject=Typed(
                    title="Typed in", text="Test facilities for how parts behave under ice, cold and low pressure"
                ),
                questions=(Question(asked="Which platforms?", target_kinds=(Kind.PILOT_PLATFORM,)),),
            ),
        )

    def quality(self, matcher: ServiceClient) -> QualityTable:
        """The real demands over the real projects that they were really given to, all and by languages."""
        table = QualityTable(
            title="60 real R&D demands: do they find the startups that really won them? nDCG@10",
            note="known: measured apart from this program, for meaning alone, words alone, and the sum of both; "
            "golden: fictional subjects, judged by those who wrote them",
        )
        for languages, known in _KNOWN.items():
            subjects = self._judged(languages)
            name = "all" if languages is None else " → ".join(_NAMES[language] for language in languages)
            table.add(name, len(subjects.qrels), mean_ndcg(matcher, subjects), known)
        for kind in Kind:
            golden = self._golden(kind)
            if golden.qrels:
                table.add(f"golden → {kind}", len(golden.qrels), mean_ndcg(matcher, golden))
        return table

    def _golden(self, kind: Kind) -> JudgedSubjects:
        """Fictional subjects with a relevant target of the kind, searched among the fictional profiles."""
        source = self._sources[CorpusPart.FICTIONAL]
        qrels = {
            subject: {target: grade for target, grade in grades.items() if self._profiles[source, target].kind is kind}
            for subject, grades in read_qrels(CorpusPart.FICTIONAL).items()
        }
        return JudgedSubjects(
            source=source,
            target_source=source,
            target_kind=kind,
            filters=(Overlaps(attribute=SetAttribute.SOURCE, values=(source,)),),
            qrels={subject: grades for subject, grades in qrels.items() if any(grades.values())},
        )

    def _judged(self, languages: tuple[Language, Language] | None) -> JudgedSubjects:
        source = self._sources[CorpusPart.REAL]
        filters = [Overlaps(attribute=SetAttribute.SOURCE, values=(source,))]
        qrels = read_qrels(CorpusPart.REAL)
        if languages:
            filters.append(Overlaps(attribute=SetAttribute.LANGUAGE, values=(languages[1],)))
            qrels = {
                subject: {target: grade for target, grade in grades.items() if self._is(target, languages[1])}
                for subject, grades in qrels.items()
                if self._is(subject, languages[0])
            }
        return JudgedSubjects(
            source=source,
            target_source=source,
            target_kind=Kind.PROJECT,
            filters=tuple(filters),
            qrels={subject: grades for subject, grades in qrels.items() if grades},
        )

    def _is(self, external_id: str, language: Language) -> bool:
        return self._profiles[self._sources[CorpusPart.REAL], external_id].language is language

    def _fictional(self, external_id: str) -> Stored:
        profile: Profile = self._profiles[self._sources[CorpusPart.FICTIONAL], external_id]
        return Stored(profile=profile)
