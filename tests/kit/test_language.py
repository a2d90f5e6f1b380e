import pytest

from shared.contracts.vocabularies import Language
from shared.kit.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Quantum sensing for mining", Language.ENGLISH),
        ("面向采矿的量子传感", Language.CHINESE),
        ("基于 CRISPR-Cas12 与 LNP delivery 的基因治疗平台技术研发项目", Language.CHINESE),
        ("Known in Chinese as 量子, the company builds sensors for mines and tunnels", Language.ENGLISH),
        ("12345 --- 🚀", None),
    ],
)
def test_language_is_told_by_the_share_of_chinese_letters(text: str, language: Language | None) -> None:
    assert detect_language(text) is language
