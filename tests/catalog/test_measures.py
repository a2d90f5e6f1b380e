"""What the catalog counts of introductions, on either database."""

from starlette.testclient import TestClient

from shared.contracts.introductions import IntroductionState


def test_every_state_of_introductions_is_counted(client: TestClient) -> None:
    page = client.get("/metrics").text
    for state in IntroductionState:
        assert f'liaison_introductions{{state="{state.value}"}} 0.0' in page
