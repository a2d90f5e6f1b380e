"""Column mapping: whose column means which of our fields, and how a flat file's cells become a record."""

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from services.catalog.imports.record_fields import shown
from shared.contracts.problems import FieldProblem
from shared.kit.errors import InvalidRequest

_LISTS = frozenset({
    "offers", "needs", "sectors", "keywords", "stages", "intellectual_property", "technical_requirements",
    "may_be_tried", "conditions", "data_and_access", "value_added", "capabilities", "equipment", "process_steps",
    "certifications", "regions", "countries", "portfolio", "regions_invested", "countries_invested", "award_titles",
    "declared_fields", "declared_stages",
})  # fmt: skip
_TEXTS = frozenset({
    "external_id", "id", "source", "kind", "title", "name", "organisation", "org", "organisation_unit", "org_unit",
    "summary", "description", "text", "language", "lang", "region", "country", "province", "city", "district",
    "visibility", "valid_from", "valid_until", "url", "technology", "product", "trl", "trl_min", "trl_max",
    "trl_minimum", "trl_maximum", "company_stage", "stage", "funding_round", "amount", "amount_usd", "amount_sought",
    "currency", "team_size", "founded", "problem", "objective", "deadline", "programme", "program", "phase", "setting",
    "thesis", "scale", "capacity", "price_model", "ticket_min", "ticket_max", "budget_min", "budget_max", "date",
    "first_year", "last_date", "n_portfolio", "n_awards", "sector_counts", "region_counts", "stage_counts",
    "keyword_counts", "round_size_median_usd", "round_size_p10_usd", "round_size_p90_usd", "provenance",
    "track_record", "needs_inferred", "contact_name", "contact_role", "contact_email", "contact_phone",
    "contact_note",
})  # fmt: skip
_DOTTED = {
    "region.country": "country", "region.province": "province", "region.city": "city", "region.district": "district",
    "ticket.minimum": "ticket_min", "ticket.maximum": "ticket_max", "ticket.currency": "ticket_currency",
    "budget.minimum": "budget_min", "budget.maximum": "budget_max", "budget.currency": "budget_currency",
    "amount_sought.amount": "amount_sought_amount", "amount_sought.currency": "amount_sought_currency",
    "validity.valid_from": "valid_from", "validity.valid_until": "valid_until",
    "contact.name": "contact_name", "contact.role": "contact_role", "contact.email": "contact_email",
    "contact.phone": "contact_phone", "contact.note": "contact_note",
    "track_record.total": "n_portfolio", "track_record.last_date": "last_date",
}  # fmt: skip
_CHINESE = {
    "编号": "external_id", "项目编号": "external_id", "类型": "kind", "名称": "title", "项目名称": "title",
    "需求名称": "title", "场景名称": "title", "平台名称": "title", "机构名称": "title", "标题": "title",
    "单位": "organisation", "单位名称": "organisation", "企业名称": "organisation", "机构": "organisation",
    "部门": "organisation_unit", "简介": "summary", "项目简介": "summary", "摘要": "summary", "描述": "description",
    "详细描述": "description", "正文": "description", "行业": "sectors", "领域": "sectors", "技术领域": "sectors",
    "关键词": "keywords", "需求": "needs", "供给": "offers", "国家": "country", "省份": "province", "省": "province",
    "城市": "city", "市": "city", "区": "district", "区县": "district", "地区": "region", "语言": "language",
    "网址": "url", "网站": "url", "技术": "technology", "核心技术": "technology", "产品": "product",
    "技术成熟度": "trl", "阶段": "stage", "轮次": "stage", "融资轮次": "funding_round", "融资金额": "amount",
    "团队人数": "team_size", "成立时间": "founded", "成立年份": "founded", "知识产权": "intellectual_property",
    "问题": "problem", "技术要求": "technical_requirements", "预算下限": "budget_min", "预算上限": "budget_max",
    "截止日期": "deadline", "投资阶段": "stages", "投资理念": "thesis", "单笔下限": "ticket_min",
    "单笔上限": "ticket_max", "币种": "currency", "能力": "capabilities", "服务能力": "capabilities",
    "设备": "equipment", "资质": "certifications", "联系人": "contact_name", "邮箱": "contact_email",
    "电话": "contact_phone", "投资项目": "portfolio", "投资案例": "portfolio",
}  # fmt: skip
_TARGETS = {name: name for name in _LISTS | _TEXTS} | _DOTTED
_LIST_SEPARATORS = re.compile(r"[;；|\n]")


class BadMapping(InvalidRequest):
    """The column mapping names fields that do not exist."""

    code = "bad_mapping"


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Columns named by the caller come first; the others are taken where their name is one of our fields."""

    fields_by_column: Mapping[str, str]

    def record(self, values: Mapping[str, object], *, splits_cells: bool) -> dict[str, object]:
        """The row under our field names; of two columns for one field the first with a value counts."""
        record: dict[str, object] = {}
        for column, value in values.items():
            field = self.fields_by_column.get(column) or field_of_column(column) or column
            is_text = splits_cells and isinstance(value, str)
            record.setdefault(field, _split(value) if is_text and field in _LISTS else value)
        return record


def parse_mapping(text: str | None) -> ColumnMapping:
    """A JSON object of column names to our fields; raises BadMapping with near suggestions."""
    try:
        given = json.loads(text) if text and text.strip() else {}
    except (ValueError, RecursionError) as error:
        raise _bad("is not JSON", 'send an object such as {"项目名称": "title"}') from error
    if not isinstance(given, dict) or not all(isinstance(target, str) for target in given.values()):
        raise _bad("is no object of texts", 'send an object such as {"项目名称": "title"}')
    for column, target in given.items():
        if target not in _TARGETS:
            near = difflib.get_close_matches(target[:100], _TARGETS, n=3) or ["title", "summary", "needs"]
            raise _bad(f"{shown(column)} goes to the unknown field {shown(target)}", f"use one of: {', '.join(near)}")
    return ColumnMapping({column: _TARGETS[target] for column, target in given.items()})


@lru_cache(maxsize=4096)
def field_of_column(column: str) -> str | None:
    """Our field by its English name, dotted path or common Chinese name."""
    plain = column.strip()
    return _CHINESE.get(plain) or _TARGETS.get(re.sub(r"[\s-]+", "_", plain.casefold()))


def _split(cell: object) -> object:
    """Parts between ; ； | and line ends; a cell that holds a JSON list is left to the record's reader."""
    if not isinstance(cell, str) or cell.lstrip().startswith("["):
        return cell
    return [part.strip() for part in _LIST_SEPARATORS.split(cell) if part.strip()]


def _bad(message: str, fix: str) -> BadMapping:
    return BadMapping(f"mapping: {message}; {fix}.", errors=(FieldProblem(field="mapping", message=message, fix=fix),))
