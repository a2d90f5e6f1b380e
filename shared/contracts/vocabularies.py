"""The closed vocabularies of the wire: visibility, stages, needs, languages, provenance."""

from enum import StrEnum


class Visibility(StrEnum):
    """Who may see a profile; `anonymous` is matched without its organisation's name, `hidden` is never matched."""

    PUBLIC = "public"
    MEMBERS = "members"
    ANONYMOUS = "anonymous"
    HIDDEN = "hidden"


class Language(StrEnum):
    """The language a profile is mainly written in."""

    CHINESE = "zh"
    ENGLISH = "en"


class Provenance(StrEnum):
    """Where the value of a field comes from."""

    DECLARED = "declared"
    VERIFIED = "verified"
    INFERRED = "inferred"


class CompanyStage(StrEnum):
    """Stage of a company or of the round it raises, early to late; `feasibility`, `prototype` are award phases."""

    IDEA = "idea"
    FEASIBILITY = "feasibility"
    PROTOTYPE = "prototype"
    SEED_ANGEL = "seed_angel"
    PRE_A = "pre_a"
    SERIES_A = "series_a"
    SERIES_B = "series_b"
    SERIES_C_PLUS = "series_c_plus"
    VENTURE = "venture"
    GROWTH = "growth"
    STRATEGIC = "strategic"
    PUBLIC_MARKET = "public_market"
    OTHER = "other"
    """A round outside this order, such as crowdfunding, a grant or a loan: like itself only."""


class NeedType(StrEnum):
    """The resource an atomic need asks for."""

    FUNDING = "funding"
    PILOT_TEST = "pilot_test"
    SCENARIO = "scenario"
    CUSTOMER = "customer"
    SPACE = "space"
    MENTOR = "mentor"
    PARTNER = "partner"
    TECHNOLOGY = "technology"
    TALENT = "talent"
    OTHER = "other"


class PlatformScale(StrEnum):
    """The largest scale a pilot platform runs at."""

    BENCH = "bench"
    SMALL_PILOT = "small_pilot"
    PILOT = "pilot"
    DEMONSTRATION = "demonstration"
    PRODUCTION = "production"


class ProfileStatus(StrEnum):
    """Whether a profile takes part; a withdrawn one stays on record and leaves every answer."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"
    """Nothing is left of it but its id."""


class Signal(StrEnum):
    """What a directed score is made of; docs/ranking.md says how each is measured."""

    MEANING = "meaning"
    WORDS = "words"
    FOCUS = "focus"
    SECTOR = "sector"
    TAGS = "tags"
    REGION = "region"
    STAGE = "stage"
    TRL = "trl"
    AMOUNT = "amount"
    DEADLINE = "deadline"
    SECTOR_RECORD = "sector_record"
    REGION_RECORD = "region_record"
    STAGE_RECORD = "stage_record"
    SECTOR_SHARE = "sector_share"
    REGION_SHARE = "region_share"
    STAGE_SHARE = "stage_share"
    KINDRED_SECTORS = "kindred_sectors"
    KINDRED_REGIONS = "kindred_regions"
    RECENT_HABIT = "recent_habit"
    APPETITE = "appetite"
    DEAL_SIZE = "deal_size"
    ACTIVITY = "activity"
    PACE = "pace"
    RECENCY = "recency"
    RESPONSIVENESS = "responsiveness"
    ACCEPTANCE = "acceptance"
    CO_INVESTMENT = "co_investment"
    ALREADY_BACKED = "already_backed"
    UNKNOWN_RULES = "unknown_rules"


class Explain(StrEnum):
    """How much of an explanation a request wants."""

    NONE = "none"
    SUMMARY = "summary"
    FULL = "full"


class Band(StrEnum):
    """How a score compares with random pairs of the same kinds in this corpus."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class MoveReason(StrEnum):
    """Why reranking moved a match or left it out."""

    ORGANISATION_LIMIT = "organisation_limit"
    DIVERSITY = "diversity"
    EXPOSURE_CAP = "exposure_cap"
    NEWCOMER_SHARE = "newcomer_share"
    CAPACITY = "capacity"


class Fusion(StrEnum):
    """How a match's two directed scores become one; all of them stay between the lower and the higher of the two."""

    HARMONIC = "harmonic"
    PRODUCT = "product"
    MINIMUM = "minimum"
    WEIGHTED = "weighted"
