"""What the sandbox answers when something is wrong, in Stripe's words and statuses."""

from typing import Any

Json = dict[str, Any]

API_VERSION = "2026-10-28.endive"
KEY_PREFIX = "sk_test_sandbox_"


class ApiError(Exception):
    """A refusal: HTTP status and the fields of Stripe's error object."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str = "",
        param: str = "",
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: Json = {"type": kind, "message": message}
        if code:
            self.error["code"] = code
        if param:
            self.error["param"] = param


def missing(kind: str, ident: str) -> ApiError:
    """404 for an object that is not there."""
    return ApiError(f"No such {kind}: '{ident}'", status=404, code="resource_missing", param="id")


def required(param: str) -> ApiError:
    """400 for a parameter that was left out."""
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)
