from services.matcher.embedding.encoder import Encoder
from services.matcher.embedding.on_demand import OnDemandEncoder
from tests.matcher.encoders import HashingEncoder


def test_twin_is_loaded_by_the_first_text_and_once() -> None:
    loaded: list[Encoder] = []

    def load() -> Encoder:
        loaded.append(HashingEncoder())
        return loaded[-1]

    encoder = OnDemandEncoder(HashingEncoder(), load)
    assert (encoder.model_id, encoder.token_spans([])) == (HashingEncoder().model_id, [])
    assert loaded == []
    assert encoder.encode(["pump"]).tolist() == HashingEncoder().encode(["pump"]).tolist()
    assert encoder.token_spans(["a pump"]) == HashingEncoder().token_spans(["a pump"])
    assert len(loaded) == 1
