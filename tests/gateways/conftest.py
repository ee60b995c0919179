"""The sandbox that the tests of this folder share."""

from collections.abc import Iterator

import pytest

from tests.gateways.sandbox_world import World, world


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One sandbox for each module; every test opens payments of its own."""
    with world(tmp_path_factory.mktemp("sandbox")) as started:
        yield started


@pytest.fixture(autouse=True)
def nothing_that_stripe_would_refuse(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test with the sandbox: the checker saw no wrong request and no wrong answer."""
    yield
    if "sandbox" in request.fixturenames and "refused_on_purpose" not in request.fixturenames:
        assert request.getfixturevalue("sandbox").complaints() == []


@pytest.fixture
def refused_on_purpose(sandbox: World) -> Iterator[None]:
    """For a test that sends what Stripe refuses: the checker forgets it afterwards."""
    yield
    import httpx

    httpx.delete(f"{sandbox.checker}/_control/log", trust_env=False)
