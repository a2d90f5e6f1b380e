"""Two demands that the demo posts as an enterprise would; both organisations are fictional."""

from shared.contracts.parts import Contact, MoneyRange, Need, Region
from shared.contracts.profiles import RdDemand
from shared.contracts.vocabularies import Language, NeedType

_SOURCE = "liaison-demo"

CHINESE_DEMAND = RdDemand(
    source=_SOURCE,
    external_id="posted-zh",
    title="高能量密度硅负极动力电池电芯",
    organisation="京畿新能源汽车（虚构）",
    summary="面向下一代车型征集硅基负极电芯方案：在提高能量密度的同时抑制硅的体积膨胀，保证循环寿命和低温性能。",
    needs=(
        Need(text="硅含量不低于 25% 的负极，循环 500 次容量保持率不低于 80%", weight=3, type=NeedType.TECHNOLOGY),
        Need(text="单体能量密度不低于 350 Wh/kg，-20 °C 可放电", weight=2, type=NeedType.TECHNOLOGY),
    ),
    offers=(Need(text="整车试验与首批 2000 套电池包采购"),),
    sectors=("energy_storage", "new_materials"),
    keywords=("硅负极", "锂离子电池", "容量保持率"),
    region=Region(country="中国", province="北京市", city="北京市", district="顺义区"),
    budget=MoneyRange(minimum=2_000_000, maximum=8_000_000, currency="CNY"),
    trl_minimum=4,
    language=Language.CHINESE,
    contact=Contact(name="联系人（虚构）", email="demo@example.org"),
)
ENGLISH_DEMAND = RdDemand(
    source=_SOURCE,
    external_id="posted-en",
    title="Clean holes in carbon fibre wing panels without delamination",
    organisation="Halden Aerostructures (fictional)",
    summary=(
        "Drilling fastener holes and countersinks in thick carbon fibre laminates wears out our bits and splinters the "
        "exit side. We look for a faster process that leaves no delamination and no heat damage."
    ),
    needs=(
        Need(
            text="Countersunk holes in carbon fibre composite without delamination", weight=3, type=NeedType.TECHNOLOGY
        ),
        Need(text="Fewer worn tools than mechanical drilling", weight=1, type=NeedType.TECHNOLOGY),
    ),
    offers=(Need(text="Test panels, and an order for two production cells"),),
    sectors=("aerospace", "advanced_manufacturing"),
    keywords=("composite drilling", "countersink", "delamination"),
    region=Region(country="Norway"),
    budget=MoneyRange(maximum=900_000, currency="EUR"),
    language=Language.ENGLISH,
)
