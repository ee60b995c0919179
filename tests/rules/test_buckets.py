import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.rules.buckets import Bucket, Worked, buckets

HOUR = 3600


@pytest.mark.parametrize(
    ("worked", "expected"),
    [
        (Worked(HOUR, True, False), {"unbilled": HOUR}),
        (Worked(HOUR, False, False), {"not_billable": HOUR}),
        (Worked(HOUR, True, True), {"fee": HOUR}),
        (Worked(HOUR, False, True), {"not_billable": HOUR}),
        (Worked(HOUR, True, False, drafted=HOUR), {"drafted": HOUR}),
        (Worked(HOUR, True, False, invoiced=HOUR), {"invoiced": HOUR}),
        (Worked(HOUR, True, False, over_cap=HOUR), {"over_cap": HOUR}),
        (
            Worked(HOUR, True, False, drafted=600, invoiced=1200, over_cap=300),
            {"unbilled": 1500, "drafted": 600, "invoiced": 1200, "over_cap": 300},
        ),
        (Worked(HOUR, False, False, invoiced=600), {"not_billable": 3000, "invoiced": 600}),
        (Worked(HOUR, True, True, invoiced=600), {"fee": 3000, "invoiced": 600}),
        (Worked(0, True, False), {}),
    ],
)
def test_a_second_lies_in_one_bucket(worked: Worked, expected: dict[str, int]) -> None:
    assert {bucket.value: seconds for bucket, seconds in buckets(worked).items() if seconds} == expected


@pytest.mark.parametrize(
    "worked",
    [
        Worked(HOUR, True, False, drafted=HOUR, invoiced=1),
        Worked(HOUR, True, False, invoiced=HOUR + 1),
        Worked(HOUR, True, False, invoiced=HOUR, over_cap=1),
        Worked(HOUR, True, False, drafted=-1),
        Worked(-1, True, False),
    ],
)
def test_more_than_was_worked_is_found(worked: Worked) -> None:
    with pytest.raises(ValueError, match="More"):
        buckets(worked)


@given(st.integers(0, 10**9), st.booleans(), st.booleans(), st.data())
def test_the_buckets_sum_to_what_was_worked(seconds: int, billable: bool, covered: bool, data) -> None:
    drafted = data.draw(st.integers(0, seconds))
    invoiced = data.draw(st.integers(0, seconds - drafted))
    over = data.draw(st.integers(0, seconds - drafted - invoiced))
    found = buckets(Worked(seconds, billable, covered, drafted, invoiced, over))
    assert sum(found.values()) == seconds
    assert set(found) == set(Bucket)
    assert min(found.values()) >= 0
