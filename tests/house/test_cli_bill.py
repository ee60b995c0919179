"""`psa bill`: what it would do and why something is missing, then once."""

from psa_app import db
from psa_app.models import Account
from tests.support.psa import INIT, Psa


def test_a_bill_says_what_it_would_do_then_does_it_once(psa: Psa) -> None:
    psa(*INIT)
    assert psa("bill") == (1, "Say up to which day: psa bill --until 2026-11-30\n")
    code, said = psa("bill", "--until", "2026-11-30")
    assert (code, "there is nobody to bill" in said) == (1, True)
    with db.unit_of_work() as session:
        session.add(Account(name="Northwind"))
    assert psa("bill", "--until", "2026-11-30", "--client", "Nobody")[0] == 1
    code, said = psa("bill", "--until", "2026-11-30", "--client", "Northwind", "--dry-run")
    assert code == 0, said
    assert said.splitlines() == [
        "Northwind: nothing",
        "  Nothing is open up to 2026-11-30.",
        "run 1, up to 2026-11-30: 0 drafts would be made, 0 net, 1 with nothing, 0 refused",
    ]
    assert psa("bill", "--run", "1") == (1, "This run has ended. Begin a new one.\n")
