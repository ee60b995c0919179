"""The words of the mails about invoices, in the client's language."""

from collections.abc import Callable
from typing import NamedTuple, NotRequired, TypedDict, Unpack

from psa_app.formats import languages
from psa_app.formats.mail_letters import Letter, MailText, mail_of


class Said(NamedTuple):
    """One language: subjects, openings, closings and the words on buttons."""

    subject: str
    opening: str
    closing: str
    see_invoice: str
    credit_subject: str
    credit_opening: str
    credit_open: str
    credit_settled: str
    credit_closing: str
    see_credit: str
    because: str
    paid_subject: str
    paid_opening: str
    paid_open: str
    paid_settled: str
    paid_closing: str
    received: str
    received_on: str
    still_open: str
    amount: str
    your_order: str
    soon_subject: str
    soon_opening: str
    late_subject: str
    late_opening: str
    late_closing: str
    fee: str


_SAID = {
    "en": Said(
        "Invoice {number} from {firm}",
        "Here is invoice {number} over {amount}, due on {due}.",
        "Thank you for working with us.",
        "See the invoice",
        "Credit note {number} from {firm}",
        "Here is credit note {number} over {amount} for invoice {invoice}.",
        "{open} of that invoice is still open.",
        "Nothing of it is left to pay.",
        "You need not do anything.",
        "See the credit note",
        "Because",
        "Payment received for invoice {number}",
        "We have received {amount} for invoice {number}.",
        "{open} is still open.",
        "The invoice is paid.",
        "Thank you.",
        "Received",
        "On",
        "Still open",
        "Amount",
        "Your order",
        "Invoice {number} is due on {due}",
        "This is a friendly note that {open} of invoice {number} is due on {due}.",
        "Invoice {number} is overdue",
        "Invoice {number} was due on {due}, {days} days ago, and {open} of it is still open. "
        "Please pay it now.",
        "Paid meanwhile, or a question? Just reply to this mail.",
        "Fee for this reminder, on the next invoice",
    ),
    "de": Said(
        "Rechnung {number} von {firm}",
        "Hier ist die Rechnung {number} über {amount}, fällig am {due}.",
        "Danke für die Zusammenarbeit.",
        "Rechnung ansehen",
        "Gutschrift {number} von {firm}",
        "Hier ist die Gutschrift {number} über {amount} zur Rechnung {invoice}.",
        "Von dieser Rechnung sind noch {open} offen.",
        "Von ihr ist nichts mehr zu zahlen.",
        "Sie müssen nichts tun.",
        "Gutschrift ansehen",
        "Grund",
        "Zahlung für Rechnung {number} erhalten",
        "Wir haben {amount} für die Rechnung {number} erhalten.",
        "{open} sind noch offen.",
        "Die Rechnung ist bezahlt.",
        "Danke.",
        "Erhalten",
        "Am",
        "Noch offen",
        "Betrag",
        "Ihre Bestellung",
        "Rechnung {number} ist am {due} fällig",
        "Wir erinnern freundlich: {open} der Rechnung {number} sind am {due} fällig.",
        "Rechnung {number} ist überfällig",
        "Die Rechnung {number} war am {due} fällig, vor {days} Tagen, und {open} davon sind noch offen. "
        "Bitte zahlen Sie jetzt.",
        "Inzwischen bezahlt oder eine Frage? Antworten Sie einfach auf diese Mail.",
        "Gebühr für diese Erinnerung, auf der nächsten Rechnung",
    ),
    "fr": Said(
        "Facture {number} de {firm}",
        "Voici la facture {number} de {amount}, à payer avant le {due}.",
        "Merci de votre confiance.",
        "Voir la facture",
        "Avoir {number} de {firm}",
        "Voici l’avoir {number} de {amount} sur la facture {invoice}.",
        "Il reste {open} à payer sur cette facture.",
        "Il n’en reste rien à payer.",
        "Vous n’avez rien à faire.",
        "Voir l’avoir",
        "Motif",
        "Paiement reçu pour la facture {number}",
        "Nous avons reçu {amount} pour la facture {number}.",
        "Il reste {open} à payer.",
        "La facture est payée.",
        "Merci.",
        "Reçu",
        "Le",
        "Reste à payer",
        "Montant",
        "Votre commande",
        "La facture {number} est à payer avant le {due}",
        "Petit rappel : {open} de la facture {number} sont à payer avant le {due}.",
        "La facture {number} est en retard",
        "La facture {number} était à payer le {due}, il y a {days} jours, et {open} restent dus. "
        "Merci de la régler maintenant.",
        "Déjà payée, ou une question ? Répondez simplement à ce message.",
        "Frais de ce rappel, sur la prochaine facture",
    ),
    "es": Said(
        "Factura {number} de {firm}",
        "Aquí está la factura {number} de {amount}, con vencimiento el {due}.",
        "Gracias por trabajar con nosotros.",
        "Ver la factura",
        "Factura rectificativa {number} de {firm}",
        "Aquí está la factura rectificativa {number} de {amount} sobre la factura {invoice}.",
        "De esa factura quedan {open} por pagar.",
        "No queda nada de ella por pagar.",
        "No tiene que hacer nada.",
        "Ver la factura rectificativa",
        "Motivo",
        "Pago recibido de la factura {number}",
        "Hemos recibido {amount} por la factura {number}.",
        "Quedan {open} por pagar.",
        "La factura está pagada.",
        "Gracias.",
        "Recibido",
        "El",
        "Pendiente",
        "Importe",
        "Su pedido",
        "La factura {number} vence el {due}",
        "Le recordamos que {open} de la factura {number} vencen el {due}.",
        "La factura {number} está vencida",
        "La factura {number} venció el {due}, hace {days} días, y quedan {open} por pagar. "
        "Le rogamos que la pague ahora.",
        "¿Ya está pagada, o tiene una pregunta? Responda a este mensaje.",
        "Gastos de este recordatorio, en la próxima factura",
    ),
    "pt": Said(
        "Fatura {number} de {firm}",
        "Aqui está a fatura {number} de {amount}, com vencimento em {due}.",
        "Obrigado por trabalhar connosco.",
        "Ver a fatura",
        "Nota de crédito {number} de {firm}",
        "Aqui está a nota de crédito {number} de {amount} sobre a fatura {invoice}.",
        "Dessa fatura faltam {open} por pagar.",
        "Dela nada falta pagar.",
        "Não precisa de fazer nada.",
        "Ver a nota de crédito",
        "Motivo",
        "Pagamento recebido da fatura {number}",
        "Recebemos {amount} da fatura {number}.",
        "Faltam {open} por pagar.",
        "A fatura está paga.",
        "Obrigado.",
        "Recebido",
        "Em",
        "Em aberto",
        "Valor",
        "A sua encomenda",
        "A fatura {number} vence em {due}",
        "Lembramos que {open} da fatura {number} vencem em {due}.",
        "A fatura {number} está em atraso",
        "A fatura {number} venceu em {due}, há {days} dias, e faltam {open} por pagar. "
        "Pedimos que a pague agora.",
        "Já foi paga, ou tem uma pergunta? Responda a este e-mail.",
        "Custo deste aviso, na próxima fatura",
    ),
}


class To(TypedDict):
    """Whom a letter comes from and goes to, where its button leads, and in which language."""

    firm: str
    reader: str
    link: str
    test: NotRequired[bool]
    language: NotRequired[str]


def invoice_issued(number: str, amount: str, due: str, order: str = "", **to: Unpack[To]) -> MailText:
    """To a client contact: an invoice, its amount and due date. `order`: purchase-order number."""
    said, labels = _words(to)
    return _mail(
        to,
        said.subject.format(number=number, firm=to["firm"]),
        said.opening.format(number=number, amount=amount, due=due),
        said.see_invoice,
        said.closing,
        (labels.invoice, number),
        (said.amount, amount),
        (labels.due, due),
        (said.your_order, order),
    )


def credit_note_issued(
    number: str, invoice: str, amount: str, reason: str, still_open: str = "", **to: Unpack[To]
) -> MailText:
    """To a client contact: a credit note on an invoice, and what is left to pay of that."""
    said, labels = _words(to)
    rest = said.credit_open.format(open=still_open) if still_open else said.credit_settled
    opening = said.credit_opening.format(number=number, amount=amount, invoice=invoice)
    return _mail(
        to,
        said.credit_subject.format(number=number, firm=to["firm"]),
        f"{opening} {rest}",
        said.see_credit,
        said.credit_closing,
        (labels.credit_note, number),
        (labels.invoice, invoice),
        (said.amount, amount),
        (said.because, reason),
    )


def payment_received(
    number: str, amount: str, received: str, still_open: str = "", **to: Unpack[To]
) -> MailText:
    """To a client contact: what came in and, if the invoice is not yet paid, what is left."""
    said, labels = _words(to)
    rest = said.paid_open.format(open=still_open) if still_open else said.paid_settled
    return _mail(
        to,
        said.paid_subject.format(number=number),
        f"{said.paid_opening.format(amount=amount, number=number)} {rest}",
        said.see_invoice,
        said.paid_closing,
        (labels.invoice, number),
        (said.received, amount),
        (said.received_on, received),
        (said.still_open, still_open),
    )


def payment_reminder(
    number: str,
    open: str,  # noqa: A002 - the name that a plan's texts use
    due: str,
    days: str,
    fee: str = "",
    subject: str = "",
    body: str = "",
    **to: Unpack[To],
) -> MailText:
    """To a client contact: an open invoice is due soon (`days` "0") or over due; a plan's own words count."""
    said, labels = _words(to)
    is_late = days != "0"
    values = {"number": number, "open": open, "due": due, "days": days}
    return _mail(
        to,
        subject or (said.late_subject if is_late else said.soon_subject).format_map(values),
        body or (said.late_opening if is_late else said.soon_opening).format_map(values),
        said.see_invoice,
        said.late_closing,
        (labels.invoice, number),
        (labels.due, due),
        (said.still_open, open),
        (said.fee, fee),
    )


def _words(to: To) -> tuple[Said, languages.Labels]:
    """What a letter says in its language, and what its fields are called."""
    language = to.get("language", "en")
    return _SAID[languages.code(language)], languages.of(language)


def _mail(to: To, subject: str, opening: str, button: str, closing: str, *facts: tuple[str, str]) -> MailText:
    return mail_of(
        Letter(
            firm=to["firm"],
            subject=subject,
            greeting=to["reader"],
            opening=opening,
            link=to["link"],
            button=button,
            facts=facts,
            closing=closing,
            test=to.get("test", False),
            language=to.get("language", "en"),
        )
    )


TEXTS: dict[str, Callable[..., MailText]] = {
    "invoice_issued": invoice_issued,
    "credit_note_issued": credit_note_issued,
    "payment_received": payment_received,
    "payment_reminder": payment_reminder,
}
