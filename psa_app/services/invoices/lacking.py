"""What a document lacks stops it before it takes a number."""

from collections.abc import Sequence

from psa_app.errors import Invalid, Problems
from psa_app.queries.invoices.ready import Lack


def stop_if_lacking(missing: Sequence[Lack]) -> None:
    """Raises `Invalid` for one thing that is missing, `Problems` for several, nothing for none."""
    if len(missing) == 1:
        raise Invalid(missing[0].sentence, missing[0].field)
    if missing:
        fields = {lack.field: lack.sentence for lack in reversed(missing)}
        raise Problems(" ".join(lack.sentence for lack in missing), fields)
