"""All operations of the API that the sandbox knows."""

from psa_app.gateways.sandbox import bill_moves, operations, payouts, saved, subscribing
from psa_app.gateways.sandbox.answers import ApiError
from psa_app.gateways.sandbox.operations import Operation

OPERATIONS = (
    *operations.OPERATIONS,
    *saved.OPERATIONS,
    *payouts.OPERATIONS,
    *subscribing.OPERATIONS,
    *bill_moves.OPERATIONS,
)


def find(method: str, path: str) -> tuple[Operation, tuple[str, ...]]:
    """The operation for a request and the ids in its path. Raises `ApiError` 404."""
    for operation in OPERATIONS:
        match = operation.path.fullmatch(path)
        if match and operation.method == method:
            return operation, match.groups()
    raise ApiError(f"Unrecognized request URL ({method}: {path[:200]}).", status=404)
