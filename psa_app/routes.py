"""Every address of the app, and the functions that build links."""

from urllib.parse import parse_qsl, urlencode

HOME = "/"
SIGN_IN = "/sign-in"
RESET = "/reset"
WELCOME = "/welcome"  # an invitation or a reset link lands here
NOT_ALLOWED = "/not-allowed"
CLIENTS = "/clients"
CLIENT = "/clients/[client_id]"
CLIENT_TWINS = "/clients/duplicates"
SOWS = "/sows"
SOW = "/sows/[sow_id]"
CHANGE_ORDER = "/change-orders/[order_id]"
QUOTES = "/quotes"
QUOTE = "/quotes/[quote_id]"
PROJECTS = "/projects"
PROJECT = "/projects/[project_id]"
PLANNER = "/planner"
PIPELINE = "/pipeline"
OPPORTUNITY = "/pipeline/[opportunity_id]"
CATALOGUE = "/catalogue"
TEMPLATES = "/templates"
TEMPLATE = "/templates/[template_id]"
TIME = "/time"
APPROVALS = "/approvals"
EXPENSES = "/expenses"
TIME_ENTRIES = "/time/entries"
TIME_IMPORT = "/time/import"
LEAVE = "/leave"
INVOICES = "/invoices"
BILLING_RUN = "/invoices/run"
INVOICE = "/invoices/[invoice_id]"
PAYMENTS = "/payments"
BANK = "/payments/bank"
RECEIVABLES = "/payments/owed"
STATEMENT = "/payments/statement"
BOOKS = "/payments/books"
PAYOUTS = "/payments/payouts"
OPENING = "/payments/opening"
PAYOUT = "/payments/payouts/[payout_id]"
PEOPLE = "/people"
PERSON = "/people/[person_id]"
RATES = "/rates"
RATE_LIST = "/rates/list"
RATE_MODIFIERS = "/rates/modifiers"
RATE_IMPORT = "/rates/import"
WHY = "/why"
SETTINGS = "/settings"
SET_UP = "/settings/first-steps"
OUTBOX = "/settings/mail"
PROVIDER = "/settings/payments"
USERS = "/settings/users"
PROFILE = "/profile"
REPORTS = "/reports"
CONSERVATION = "/reports/hours"
LEAKAGE = "/reports/leakage"
MRR = "/reports/recurring"
RETAINER = "/retainers/[line_id]"
SUBSCRIPTION = "/subscriptions/[line_id]"
RECORDS = "/records"
RECORD_LIST = "/records/[record_kind]"
RECORD_IMPORT = "/records/[record_kind]/import"
RECORD = "/records/[record_kind]/[record_id]"
PORTAL = "/portal"
PORTAL_SOW = "/portal/sows/[sow_id]"
PORTAL_CHANGE = "/portal/change-orders/[order_id]"
PORTAL_QUOTE = "/portal/quotes/[quote_id]"
PORTAL_PROJECT = "/portal/projects/[project_id]"
PORTAL_RETAINER = "/portal/retainers/[line_id]"
PORTAL_TIME = "/portal/time"
PORTAL_TIME_REQUEST = "/portal/time/[request_id]"
PORTAL_INVOICES = "/portal/invoices"
PORTAL_STATEMENT = "/portal/statement"
PORTAL_INVOICE = "/portal/invoices/[invoice_id]"
PORTAL_PAYMENT = "/portal/payment"
PORTAL_LINK = "/open/[token]"  # a mail's link to one document, without signing in

AUTH_LOGIN = "/auth/login"
AUTH_LOGOUT = "/auth/logout"
AUTH_AGAIN = "/auth/again"
SAVE_METHOD = "/pay/methods"
STRIPE_WEBHOOK = "/webhooks/stripe"
SANDBOX = "/_sandbox"
API = "/api/v1"

OPENS_ONCE = ("new", "log", "one", "other")  # what in a query string opens a form, and then leaves it


def client(client_id: int) -> str:
    return f"/clients/{client_id}"


def compare_clients(one_id: int, other_id: int) -> str:
    """Two clients side by side, to be made one."""
    return with_query(CLIENT_TWINS, one=one_id, other=other_id)


def compare_contacts(one_id: int, other_id: int) -> str:
    """Two contacts of a client side by side, to be made one."""
    return with_query(CLIENT_TWINS, tab="contacts", one=one_id, other=other_id)


def client_tab(account_id: int, tab: str) -> str:
    """One tab of a client's page."""
    return with_query(client(account_id), tab=tab)


def opportunity(opportunity_id: int) -> str:
    return f"/pipeline/{opportunity_id}"


def template(template_id: int) -> str:
    return f"/templates/{template_id}"


def sow(sow_id: int) -> str:
    return f"/sows/{sow_id}"


def retainer(line_id: int) -> str:
    """The statement of a retainer's line."""
    return f"/retainers/{line_id}"


def subscription(line_id: int) -> str:
    """A subscription's line with its changes."""
    return f"/subscriptions/{line_id}"


def payout(payout_id: int) -> str:
    """What a payout of the payment service holds."""
    return f"/payments/payouts/{payout_id}"


def retainer_files(line_id: int, period: object = "", *, work: bool = False) -> list[str]:
    """The periods of a retainer, or the work of one, as files: the CSV and the Excel file."""
    what = "/work" if work else ""
    return [
        with_query(f"/files/retainers/{line_id}{what}.{sheet}", period=period) for sheet in ("csv", "xlsx")
    ]


def retainer_pdf(line_id: int, period: object = "") -> str:
    """The statement of a retainer as PDF, with the work of a period."""
    return with_query(f"/files/retainers/{line_id}.pdf", period=period)


def portal_retainer(line_id: int) -> str:
    return f"/portal/retainers/{line_id}"


def change_order(order_id: int) -> str:
    return f"/change-orders/{order_id}"


def new_change_order(sow_id: int) -> str:
    """The editor of a change order that is not kept yet."""
    return with_query("/change-orders/new", scope=sow_id)


def quote(quote_id: int) -> str:
    return f"/quotes/{quote_id}"


def project(project_id: int) -> str:
    return f"/projects/{project_id}"


def person(person_id: int) -> str:
    return f"/people/{person_id}"


def invoice(invoice: int | str) -> str:
    """By id or by number: `/invoices/INV-2026-0042` leads there too."""
    return f"/invoices/{invoice}"


def invoice_pdf(invoice_id: int) -> str:
    return f"/files/invoices/{invoice_id}.pdf"


def expense(expense_id: int) -> str:
    """One's own expense, open over the list."""
    return with_query(EXPENSES, expense=expense_id)


def receipt(attachment_id: int) -> str:
    """A photo of a receipt, shown on a page."""
    return f"/files/receipts/{attachment_id}"


def pro_forma_pdf(invoice_id: int) -> str:
    return f"/files/invoices/{invoice_id}/pro-forma.pdf"


def statement_pdf(account_id: int, first: str = "", last: str = "") -> str:
    return with_query(f"/files/statements/{account_id}.pdf", **{"from": first, "to": last})


def ledger_file(export_id: int) -> str:
    return f"/files/ledger/{export_id}"


def statement(account_id: int) -> str:
    return with_query(STATEMENT, client=account_id)


def attachment(attachment_id: int) -> str:
    return f"/files/attachments/{attachment_id}"


def invoice_xml(invoice_id: int) -> str:
    return f"/files/invoices/{invoice_id}.xml"


def sow_pdf(sow_id: int) -> str:
    return f"/files/sows/{sow_id}.pdf"


def records(kind: str, /, **narrowed: object) -> str:
    """The list of a kind of record, narrowed and sorted as its query string says."""
    return with_query(f"/records/{kind}", **narrowed)


def record(kind: str, record_id: int) -> str:
    return f"/records/{kind}/{record_id}"


def record_import(kind: str) -> str:
    return f"/records/{kind}/import"


def change_order_pdf(order_id: int) -> str:
    return f"/files/change-orders/{order_id}.pdf"


def quote_pdf(quote_id: int) -> str:
    return f"/files/quotes/{quote_id}.pdf"


def export(kind: str, /, **narrowed: object) -> list[str]:
    """A list as files, narrowed as its page is: the addresses of the CSV and of the Excel file."""
    return [with_query(f"/files/export/{kind}.{sheet}", **narrowed) for sheet in ("csv", "xlsx")]


def report_files(name: str, **narrowed: object) -> list[str]:
    """The rows of a report as files: the addresses of the CSV and of the Excel file."""
    return [with_query(f"/files/reports/{name}.{sheet}", **narrowed) for sheet in ("csv", "xlsx")]


def rate_files(of: str, client: object, day: str) -> list[str]:
    """The rate cards side by side as files: the addresses of the CSV and of the Excel file."""
    return [
        with_query(f"/files/rates/matrix.{sheet}", of=of, client=client, day=day) for sheet in ("csv", "xlsx")
    ]


def rate_list_files() -> list[str]:
    """All rates as a list, one a row: the addresses of the CSV and of the Excel file."""
    return [f"/files/rates/list.{sheet}" for sheet in ("csv", "xlsx")]


def evidence(client_id: int | None = None) -> str:
    """The pack of evidence as a file; of one client, or of the firm."""
    return with_query("/files/evidence.json", client=client_id)


def week(week: int | None = None, person_id: int | None = None) -> str:
    return with_query(TIME, week=week, person=person_id)


def why(**keys: object) -> str:
    """Why an hour has its rate: of an `entry`, a `quote_line`, or of `task`, `person`, `day` and so on."""
    return with_query(WHY, **keys)


def portal_link(token: str) -> str:
    return f"/open/{token}"


def portal_invoice(invoice_id: int) -> str:
    return f"/portal/invoices/{invoice_id}"


def pay_invoice(invoice_id: int) -> str:
    """Where a form posts to pay; it leads to the provider's page."""
    return f"/pay/invoices/{invoice_id}"


def portal_sow(sow_id: int) -> str:
    return f"/portal/sows/{sow_id}"


def portal_change(order_id: int) -> str:
    return f"/portal/change-orders/{order_id}"


def portal_time(request_id: int) -> str:
    return f"/portal/time/{request_id}"


def portal_quote(quote_id: int) -> str:
    return f"/portal/quotes/{quote_id}"


def portal_project(project_id: int) -> str:
    return f"/portal/projects/{project_id}"


def welcome(token: str) -> str:
    return f"{WELCOME}?token={token}"


def with_query(path: str, /, **values: object) -> str:
    """`path` with a query string of the values that are not empty."""
    kept = {name: value for name, value in values.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(kept)}" if kept else path


def without_form(address: str) -> str:
    """The same address without what opens a form once."""
    path, _, query = address.partition("?")
    kept = {name: value for name, value in parse_qsl(query) if name not in OPENS_ONCE}
    return with_query(path, **kept)


def new_rate(account_id: int | None, first_day: str) -> str:
    """The form for a rate of a client that counts from a day."""
    level = "account" if account_id else ""
    return with_query(RATE_LIST, tab="clients", new=1, level=level, client=account_id, day=first_day)


def absolute(base_url: str, path: str) -> str:
    """A full address for a mail; the host comes from the configuration, never from a request."""
    return base_url.rstrip("/") + path


def safe_next(target: str | None) -> str:
    """Where to go after signing in: an address inside the app, else Home."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return HOME
    if any(ord(character) < 32 for character in target):
        return HOME
    return target
