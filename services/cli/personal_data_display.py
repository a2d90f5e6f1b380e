"""How a receipt looks in a terminal, in Chinese and English."""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from shared.contracts.erasures import ErasureReceipt, ReaderErasure
from shared.contracts.vocabularies import Language

_ZH = {
    "Erasure": "删除",
    "complete": "已全部完成",
    "waiting": "等待确认",
    "reason": "原因",
    "profiles": "资料",
    "erased in the catalog": "目录中已删除",
    "space given up": "数据库空间已清理",
    "completed": "完成时间",
    "where": "位置",
    "what": "内容",
    "records": "条数",
    "when": "时间",
    "catalog": "目录",
    "not yet": "尚未",
    "absent": "长时间未连接",
    "last heard of": "最近一次联系",
    "cleaning the catalog's database": "正在清理目录数据库",
    "no matcher has confirmed yet": "尚无匹配服务确认",
    "waiting for": "正在等待",
}


def receipt_view(receipt: ErasureReceipt, language: Language) -> Group:
    """What was forgotten where and when, and who has not confirmed."""

    def word(english: str) -> str:
        return _word(english, language)

    state = word("complete" if receipt.is_complete else "waiting")
    facts = Table(show_header=False)
    facts.add_column("what")
    facts.add_column("value")
    for name, value in (
        ("reason", receipt.reason.value),
        ("profiles", "\n".join(receipt.profile_ids)),
        ("erased in the catalog", f"{receipt.erased_at:%Y-%m-%d %H:%M:%S}"),
        ("space given up", f"{receipt.cleaned_at:%Y-%m-%d %H:%M:%S}" if receipt.cleaned_at else word("not yet")),
        ("completed", f"{receipt.completed_at:%Y-%m-%d %H:%M:%S}" if receipt.completed_at else word("not yet")),
        ("SHA-256", receipt.sha256),
    ):
        facts.add_row(Text(word(name)), Text(value))
    return Group(Text(f"{word('Erasure')} {receipt.id}: {state}"), facts, _stores(receipt, language))


def waiting_words(receipt: ErasureReceipt, language: Language) -> str:
    """What is awaited, in one line."""
    if receipt.cleaned_at is None:
        return _word("cleaning the catalog's database", language)
    waiting = [one.reader_id for one in receipt.readers if one.confirmed_at is None and not one.is_absent]
    if waiting:
        return f"{_word('waiting for', language)} {', '.join(waiting)}"
    return _word("no matcher has confirmed yet", language)


def _stores(receipt: ErasureReceipt, language: Language) -> Table:
    table = Table()
    for column in ("where", "what", "records", "when"):
        table.add_column(_word(column, language))
    for store, count in sorted(receipt.removed.items()):
        moment = f"{receipt.erased_at:%H:%M:%S}"
        table.add_row(Text(_word("catalog", language)), Text(store), Text(str(count)), Text(moment))
    for reader in receipt.readers:
        for store, count in sorted(reader.removed.items()) or [("", 0)]:
            table.add_row(Text(reader.reader_id), Text(store), Text(str(count)), Text(_moment(reader, language)))
    return table


def _moment(reader: ReaderErasure, language: Language) -> str:
    if reader.confirmed_at is not None:
        return f"{reader.confirmed_at:%H:%M:%S}"
    state = _word("absent" if reader.is_absent else "not yet", language)
    heard = f"{_word('last heard of', language)} {reader.seen_at:%Y-%m-%d %H:%M:%S}" if reader.seen_at else ""
    return f"{state} {heard}".rstrip()


def _word(word: str, language: Language) -> str:
    return _ZH.get(word, word) if language is Language.CHINESE else word
