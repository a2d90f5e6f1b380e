"""A judged set: queries, corpus, judgments and the pairs to ignore."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts.profiles import Kind

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSet:
    """One set as read; judgments keep every row, also those whose ids do not exist."""

    name: str
    subject_kind: Kind
    target_kind: Kind
    language: str | None
    description: str
    subjects: list[tuple[str, Record]]
    targets: list[tuple[str, Record]]
    qrels: dict[str, dict[str, int]]
    ignore: dict[str, set[str]]
    warnings: tuple[str, ...] = ()
    """What was odd in the files and was passed over, for people."""

    def evaluated(self) -> dict[str, dict[str, int]]:
        """Judgments by query for those that can be scored, in the order of the queries.

        Left out are queries without a relevant target in the corpus. Ignored pairs and targets that are not in the
        corpus do not count as judged.
        """
        corpus = {target_id for target_id, _ in self.targets}
        judged = {query_id: self._relevance(query_id, corpus) for query_id, _ in self.subjects}
        return {query_id: grades for query_id, grades in judged.items() if any(grade > 0 for grade in grades.values())}

    def _relevance(self, query_id: str, corpus: set[str]) -> dict[str, int]:
        ignored = self.ignore.get(query_id, set())
        return {
            target_id: grade
            for target_id, grade in self.qrels.get(query_id, {}).items()
            if target_id in corpus and target_id not in ignored
        }
