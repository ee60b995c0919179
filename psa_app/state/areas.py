"""Where each role can go: the rail, the bar on a phone, the New menu and the palette's own entries."""

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.display.frame import Hit, MenuItem, NavItem

ROLES = {"owner": "Owner", "finance": "Finance", "lead": "Lead", "member": "Member", "client": "Client"}
FRAME_KINDS = frozenset({"timer", "firm", "user"})
WAITING_KINDS = frozenset({"timesheet", "time_entry", "leave", "expense"})  # of what waits for a decision
AREAS = (
    # key, label, icon, address, the right that opens it
    ("home", "Home", "home", routes.HOME, "home.read"),
    ("clients", "Clients", "clients", routes.CLIENTS, "accounts.read"),
    ("sales", "Sales", "sales", routes.PIPELINE, "opportunities.read"),
    ("projects", "Projects", "projects", routes.PROJECTS, "tasks.read"),
    ("planner", "Planner", "planner", routes.PLANNER, "bookings.read"),
    ("time", "Time", "time", routes.TIME, "time.log"),
    ("expenses", "Expenses", "expenses", routes.EXPENSES, "expenses.log"),
    ("approvals", "Approvals", "approvals", routes.APPROVALS, "time.approve"),
    ("invoices", "Invoices", "invoices", routes.INVOICES, "invoices.read"),
    ("people", "People", "people", routes.PEOPLE, "people.read"),
    ("reports", "Reports", "reports", routes.REPORTS, "reports.firm"),
    ("settings", "Settings", "settings", routes.SETTINGS, "firm.read"),
)
PLACES = (  # reached by the palette, and from the areas' own pages
    ("catalogue", "Catalogue of services", "file", routes.CATALOGUE, "catalogue.read"),
    ("templates", "Templates", "file", routes.TEMPLATES, "templates.read"),
    ("scopes", "Scopes of work", "file", routes.SOWS, "accounts.read"),
    ("leave", "Leave", "calendar", routes.LEAVE, "leave.request"),
    ("payments", "Payments", "bank", routes.PAYMENTS, "payments.read"),
    ("bank", "Bank", "bank", routes.BANK, "payments.record"),
    ("books", "Books", "bank", routes.BOOKS, "books.export"),
    ("owed", "Who owes what", "bank", routes.RECEIVABLES, "payments.record"),
    ("hours", "Where each hour stands", "reports", routes.CONSERVATION, "reports.firm"),
    ("leakage", "What is not paid for", "reports", routes.LEAKAGE, "reports.firm"),
    ("mrr", "Recurring revenue", "reports", routes.MRR, "reports.firm"),
    ("rates", "Rates", "rates", routes.RATES, "rates.change"),
    ("import", "Import time", "upload", routes.TIME_IMPORT, "time.import"),
    ("users", "Users", "key", routes.USERS, "users.read"),
    ("mail", "Mail", "mail", routes.OUTBOX, "mail.read"),
)
PORTAL_AREAS = (
    ("overview", "Overview", "home", routes.PORTAL, "portal.read"),
    ("time", "Time", "clock", routes.PORTAL_TIME, "portal.read"),
    ("invoices", "Invoices", "invoices", routes.PORTAL_INVOICES, "portal.read"),
    ("payment", "Payment", "bank", routes.PORTAL_PAYMENT, "portal.read"),
)
ON_A_PHONE = {
    "owner": ("home", "projects", "approvals", "invoices"),
    "finance": ("home", "time", "approvals", "invoices"),
    "lead": ("home", "time", "approvals", "projects"),
    "member": ("home", "time", "expenses", "projects"),
}
NEW = (
    # label, icon, address, right
    ("Time entry", "time", routes.TIME, "time.log"),
    ("Expense", "expenses", routes.EXPENSES, "expenses.log"),
    ("Client", "clients", routes.CLIENTS, "accounts.change"),
    ("Opportunity", "sales", routes.PIPELINE, "opportunities.change"),
    ("Quote", "file", routes.QUOTES, "quotes.change"),
    ("Scope", "file", routes.SOWS, "sows.change"),
    ("Project", "projects", routes.PROJECTS, "projects.change"),
    ("Booking", "planner", routes.PLANNER, "bookings.change"),
    ("Invoice draft", "invoices", routes.INVOICES, "invoices.draft"),
    ("Leave", "calendar", routes.LEAVE, "leave.request"),
)


def frame_kinds(who: Actor) -> frozenset[str]:
    """The kinds of records that the frame shows something of; hours only to those who decide on them."""
    decides = may(who, "time.approve") or may(who, "leave.decide")
    return FRAME_KINDS | WAITING_KINDS if decides else FRAME_KINDS


def areas(who: Actor, waiting: int = 0) -> list[NavItem]:
    """The areas that a role may open; approvals carry how many wait. Clients see time once asked."""
    chosen = PORTAL_AREAS if who.role == "client" else AREAS
    return [
        NavItem(key, label, icon, href, str(waiting) if key == "approvals" and waiting else "")
        for key, label, icon, href, right in chosen
        if may(who, right) and (key, who.role, waiting) != ("time", "client", 0)
    ]


def phone_areas(who: Actor, nav: list[NavItem]) -> list[NavItem]:
    """The four that a role uses most."""
    wanted = ON_A_PHONE.get(who.role, ())
    by_key = {item.key: item for item in nav}
    return [by_key[key] for key in wanted if key in by_key]


def new_items(who: Actor) -> list[MenuItem]:
    """What a role can make: each leads to its list with the form open."""
    return [
        MenuItem(label, href=routes.with_query(href, new=1), icon=icon)
        for label, icon, href, right in NEW
        if may(who, right)
    ]


def actions(who: Actor, nav: list[NavItem], new: list[MenuItem]) -> list[Hit]:
    """The palette's own entries: every area and place, everything new, the profile."""
    go = [Hit(f"go-{item.key}", item.label, "", "Go to", item.icon, item.href) for item in nav]
    if who.role != "client":
        go += [
            Hit(f"go-{key}", label, "", "Go to", icon, href)
            for key, label, icon, href, right in PLACES
            if may(who, right)
        ]
    make = [
        Hit(f"new-{item.label}", f"New {item.label.lower()}", "", "Do", item.icon, item.href) for item in new
    ]
    if may(who, "activities.change"):
        log = routes.with_query(routes.CLIENTS, log="call")
        make.append(Hit("do-log", "Log a call…", "", "Do", "phone", log, "phone talk activity client"))
        to_do = routes.with_query(routes.CLIENTS, log="todo")
        make.append(Hit("do-todo", "Add a to-do…", "", "Do", "check", to_do, "task reminder client"))
    if may(who, "timer.run") and who.person_id is not None:
        make.append(Hit("do-timer", "Start or stop the timer", "", "Do", "clock", words="time track"))
    profile = Hit(
        "go-profile", "Profile", "", "Go to", "user", routes.PROFILE, "password tokens sessions sign out"
    )
    return [*go, *make, profile]
