"""Drawing the expenses on a draft up anew: one line each, or one for each category of a project."""

from sqlmodel import Session

from psa_app.access import Actor, act
from psa_app.models import Account, Invoice, touch
from psa_app.queries.expenses.open import open_expenses
from psa_app.services import history
from psa_app.services.invoices.draft import locked_draft
from psa_app.services.invoices.expense_lines import KIND, billed_expenses, write_expense_lines
from psa_app.services.invoices.lines import line_ids, remove_lines, renumber
from psa_app.services.invoices.taxes import TaxBook
from psa_app.services.invoices.totals import write_totals


@act("invoices", "group_expenses", right="invoices.draft")
def group_expenses(session: Session, actor: Actor, invoice_id: int, *, grouped: bool) -> Invoice:
    """Groups the expenses on a draft, or lists each; nothing but their lines changes, and no sum."""
    invoice = locked_draft(session, actor, invoice_id)
    account = session.get_one(Account, invoice.account_id)
    mine = set(billed_expenses(session, invoice))
    remove_lines(session, line_ids(session, invoice, KIND))
    found = open_expenses(session, invoice.account_id, invoice.cutoff, lock=True)
    chosen = [one for one in found if one.id in mine]
    write_expense_lines(session, invoice, account, chosen, TaxBook(session, account), grouped=grouped)
    renumber(session, invoice)
    touch(invoice)
    write_totals(session, invoice)
    history.note(session, actor, "invoice", invoice_id, "expenses grouped", {}, {"grouped": grouped})
    return invoice
