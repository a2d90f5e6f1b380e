"""The words of the reasons to decline, in Chinese and English; the codes are the contract's and stay."""

from shared.contracts.feedback import FeedbackReason
from shared.contracts.introductions import ReasonWording

_WORDS: dict[FeedbackReason, tuple[str, str]] = {
    FeedbackReason.NOT_RELEVANT: ("与我方需求无关", "Not relevant to us"),
    FeedbackReason.WRONG_SECTOR: ("行业领域不符", "Another sector than ours"),
    FeedbackReason.WRONG_STAGE: ("发展阶段不符（过早或过晚）", "Too early or too late a stage for us"),
    FeedbackReason.WRONG_REGION: ("地区不符", "Another region than ours"),
    FeedbackReason.AMOUNT_DOES_NOT_FIT: ("金额不匹配", "The amount does not fit"),
    FeedbackReason.REQUIREMENT_NOT_MET: ("未满足硬性要求", "A requirement of ours is not met"),
    FeedbackReason.BUSY: ("目前没有时间或容量", "No time or capacity just now"),
    FeedbackReason.TIMING: ("时机不合适", "Not the right time"),
    FeedbackReason.ALREADY_IN_CONTACT: ("双方已有联系", "We are in contact already"),
    FeedbackReason.CONFLICT_OF_INTEREST: ("存在利益冲突", "A conflict of interest"),
    FeedbackReason.OTHER: ("其他原因", "Another reason"),
}
REASONS = tuple(ReasonWording(code=code, zh=_WORDS[code][0], en=_WORDS[code][1]) for code in FeedbackReason)
