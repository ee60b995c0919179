"""The labels of papers for clients, in each language that a client may choose."""

from dataclasses import dataclass

LANGUAGES = (
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("pt", "Portuguese"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What is printed beside the figures. `{…}` stands for what is filled in."""

    hello: str
    test: str
    to: str
    page: str
    invoice: str
    credit_note: str
    pro_forma: str
    no_invoice: str
    draft: str
    void: str
    number: str
    issued: str
    due: str
    payable_by: str  # with {day}
    set_off: str  # with {number}: what a credit note is set off against
    service: str
    order: str
    of: str
    columns: tuple[str, str, str, str]
    net: str
    tax_on: str
    to_pay: str
    credited: str
    how_to_pay: str
    payee: str
    account: str
    bank: str
    reference: str
    scan: str
    reason: str
    tax_in_base: str
    tax_number: str
    register: str
    vat: str
    hours: str
    time_columns: tuple[str, str, str, str, str]
    expenses: str
    expense_columns: tuple[str, str, str, str, str]
    total: str
    statement: str
    period: str
    opening: str
    closing: str
    statement_columns: tuple[str, str, str, str, str]
    payment: str
    taken_back: str
    written_off: str
    on_account: str
    currency: str
    nothing: str
    deposits: str
    deposit_columns: tuple[str, str, str]


_EN = Labels(
    hello="Hello",
    test="TEST – no real money",
    to="To",
    page="Page",
    invoice="Invoice",
    credit_note="Credit note",
    pro_forma="Pro forma invoice",
    no_invoice="This is no invoice: it has no number and asks for no payment.",
    draft="Draft",
    void="Void",
    number="Number",
    issued="Issued",
    due="Due",
    payable_by="Payable by {day}",
    set_off="Set off against {number}",
    service="Service",
    order="Order",
    of="{number} of {day}",
    columns=("Description", "Quantity", "Rate", "Amount"),
    net="Net",
    tax_on="{tax} on {amount}",
    to_pay="Due",
    credited="Credited",
    how_to_pay="How to pay",
    payee="Payee",
    account="Account",
    bank="Bank",
    reference="Reference",
    scan="Scan with your bank app",
    reason="Reason: {reason}",
    tax_in_base="The tax is {amount} in {currency}.",
    tax_number="Tax number",
    register="Register",
    vat="VAT",
    hours="Hours",
    time_columns=("Date", "Person", "Task", "Note", "Hours"),
    expenses="Expenses",
    expense_columns=("Date", "Category", "Project", "Description", "Amount"),
    total="Total",
    statement="Statement of account",
    period="Period",
    opening="Opening balance",
    closing="Closing balance",
    statement_columns=("Date", "What", "Charged", "Settled", "Balance"),
    payment="Payment",
    taken_back="Payment taken back",
    written_off="Written off",
    on_account="Of the payments, {amount} settle no invoice yet.",
    currency="In {currency}",
    nothing="Nothing happened in this period.",
    deposits="Deposits not taken off yet",
    deposit_columns=("Invoice", "For", "Open, net"),
)
_DE = Labels(
    hello="Guten Tag",
    test="TEST – kein echtes Geld",
    to="An",
    page="Seite",
    invoice="Rechnung",
    credit_note="Gutschrift",
    pro_forma="Proforma-Rechnung",
    no_invoice="Dies ist keine Rechnung: Sie trägt keine Nummer und fordert keine Zahlung.",
    draft="Entwurf",
    void="Storniert",
    number="Nummer",
    issued="Datum",
    due="Fällig",
    payable_by="Zahlbar bis {day}",
    set_off="Wird mit {number} verrechnet",
    service="Leistung",
    order="Bestellung",
    of="{number} vom {day}",
    columns=("Beschreibung", "Menge", "Satz", "Betrag"),
    net="Netto",
    tax_on="{tax} auf {amount}",
    to_pay="Zu zahlen",
    credited="Gutgeschrieben",
    how_to_pay="Zahlung",
    payee="Empfänger",
    account="Konto",
    bank="Bank",
    reference="Verwendungszweck",
    scan="Mit der Bank-App scannen",
    reason="Grund: {reason}",
    tax_in_base="Die Steuer beträgt {amount} in {currency}.",
    tax_number="Steuernummer",
    register="Firmenbuch",
    vat="USt-IdNr.",
    hours="Stunden",
    time_columns=("Datum", "Person", "Aufgabe", "Notiz", "Stunden"),
    expenses="Auslagen",
    expense_columns=("Datum", "Kategorie", "Projekt", "Beschreibung", "Betrag"),
    total="Summe",
    statement="Kontoauszug",
    period="Zeitraum",
    opening="Anfangssaldo",
    closing="Endsaldo",
    statement_columns=("Datum", "Vorgang", "Belastet", "Ausgeglichen", "Saldo"),
    payment="Zahlung",
    taken_back="Zahlung zurückgenommen",
    written_off="Ausgebucht",
    on_account="Von den Zahlungen gleichen {amount} noch keine Rechnung aus.",
    currency="In {currency}",
    nothing="In diesem Zeitraum ist nichts geschehen.",
    deposits="Anzahlungen, noch nicht verrechnet",
    deposit_columns=("Rechnung", "Wofür", "Offen, netto"),
)
_FR = Labels(
    hello="Bonjour",
    test="TEST – sans argent réel",
    to="À",
    page="Page",
    invoice="Facture",
    credit_note="Avoir",
    pro_forma="Facture pro forma",
    no_invoice="Ceci n’est pas une facture : elle n’a pas de numéro et ne demande aucun paiement.",
    draft="Brouillon",
    void="Annulée",
    number="Numéro",
    issued="Date",
    due="Échéance",
    payable_by="Payable au plus tard le {day}",
    set_off="Imputé sur {number}",
    service="Prestation",
    order="Commande",
    of="{number} du {day}",
    columns=("Désignation", "Quantité", "Taux", "Montant"),
    net="Total HT",
    tax_on="{tax} sur {amount}",
    to_pay="À payer",
    credited="Crédité",
    how_to_pay="Paiement",
    payee="Bénéficiaire",
    account="Compte",
    bank="Banque",
    reference="Référence",
    scan="Scannez avec votre application bancaire",
    reason="Motif : {reason}",
    tax_in_base="La taxe est de {amount} en {currency}.",
    tax_number="Numéro fiscal",
    register="Registre",
    vat="TVA",
    hours="Heures",
    time_columns=("Date", "Personne", "Tâche", "Note", "Heures"),
    expenses="Frais",
    expense_columns=("Date", "Catégorie", "Projet", "Désignation", "Montant"),
    total="Total",
    statement="Relevé de compte",
    period="Période",
    opening="Solde initial",
    closing="Solde final",
    statement_columns=("Date", "Opération", "Débit", "Crédit", "Solde"),
    payment="Paiement",
    taken_back="Paiement repris",
    written_off="Passée en perte",
    on_account="Sur les paiements, {amount} ne règlent encore aucune facture.",
    currency="En {currency}",
    nothing="Rien ne s’est passé pendant cette période.",
    deposits="Acomptes non encore déduits",
    deposit_columns=("Facture", "Objet", "Reste, HT"),
)
_ES = Labels(
    hello="Hola",
    test="PRUEBA – sin dinero real",
    to="Para",
    page="Página",
    invoice="Factura",
    credit_note="Factura rectificativa",
    pro_forma="Factura proforma",
    no_invoice="Esto no es una factura: no tiene número y no pide ningún pago.",
    draft="Borrador",
    void="Anulada",
    number="Número",
    issued="Fecha",
    due="Vencimiento",
    payable_by="Pagadero hasta el {day}",
    set_off="Se compensa con {number}",
    service="Servicio",
    order="Pedido",
    of="{number} del {day}",
    columns=("Descripción", "Cantidad", "Tarifa", "Importe"),
    net="Base",
    tax_on="{tax} sobre {amount}",
    to_pay="A pagar",
    credited="Abonado",
    how_to_pay="Forma de pago",
    payee="Beneficiario",
    account="Cuenta",
    bank="Banco",
    reference="Referencia",
    scan="Escanee con la aplicación de su banco",
    reason="Motivo: {reason}",
    tax_in_base="El impuesto es de {amount} en {currency}.",
    tax_number="Número fiscal",
    register="Registro",
    vat="NIF-IVA",
    hours="Horas",
    time_columns=("Fecha", "Persona", "Tarea", "Nota", "Horas"),
    expenses="Gastos",
    expense_columns=("Fecha", "Categoría", "Proyecto", "Descripción", "Importe"),
    total="Total",
    statement="Extracto de cuenta",
    period="Período",
    opening="Saldo inicial",
    closing="Saldo final",
    statement_columns=("Fecha", "Concepto", "Cargo", "Abono", "Saldo"),
    payment="Pago",
    taken_back="Pago anulado",
    written_off="Dada por perdida",
    on_account="De los pagos, {amount} no saldan aún ninguna factura.",
    currency="En {currency}",
    nothing="No hubo movimientos en este período.",
    deposits="Anticipos aún no descontados",
    deposit_columns=("Factura", "Concepto", "Pendiente, neto"),
)
_PT = Labels(
    hello="Olá",
    test="TESTE – sem dinheiro real",
    to="Para",
    page="Página",
    invoice="Fatura",
    credit_note="Nota de crédito",
    pro_forma="Fatura pró-forma",
    no_invoice="Isto não é uma fatura: não tem número e não pede pagamento.",
    draft="Rascunho",
    void="Anulada",
    number="Número",
    issued="Data",
    due="Vencimento",
    payable_by="Pagável até {day}",
    set_off="Compensado com {number}",
    service="Serviço",
    order="Encomenda",
    of="{number} de {day}",
    columns=("Descrição", "Quantidade", "Taxa", "Valor"),
    net="Líquido",
    tax_on="{tax} sobre {amount}",
    to_pay="A pagar",
    credited="Creditado",
    how_to_pay="Pagamento",
    payee="Beneficiário",
    account="Conta",
    bank="Banco",
    reference="Referência",
    scan="Leia com a aplicação do seu banco",
    reason="Motivo: {reason}",
    tax_in_base="O imposto é de {amount} em {currency}.",
    tax_number="Número fiscal",
    register="Registo",
    vat="NIF-IVA",
    hours="Horas",
    time_columns=("Data", "Pessoa", "Tarefa", "Nota", "Horas"),
    expenses="Despesas",
    expense_columns=("Data", "Categoria", "Projeto", "Descrição", "Valor"),
    total="Total",
    statement="Extrato de conta",
    period="Período",
    opening="Saldo inicial",
    closing="Saldo final",
    statement_columns=("Data", "Movimento", "Débito", "Crédito", "Saldo"),
    payment="Pagamento",
    taken_back="Pagamento anulado",
    written_off="Dada como perdida",
    on_account="Dos pagamentos, {amount} ainda não liquidam nenhuma fatura.",
    currency="Em {currency}",
    nothing="Nada aconteceu neste período.",
    deposits="Adiantamentos ainda não deduzidos",
    deposit_columns=("Fatura", "Motivo", "Em aberto, líquido"),
)
_BY_CODE = {"en": _EN, "de": _DE, "fr": _FR, "es": _ES, "pt": _PT}


def code(locale: str) -> str:
    """The language of a locale such as "de-AT", English where there are no words in it."""
    found = locale[:2].lower()
    return found if found in _BY_CODE else "en"


def of(locale: str) -> Labels:
    """The labels in the language of a locale."""
    return _BY_CODE[code(locale)]
