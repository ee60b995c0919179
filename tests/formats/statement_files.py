"""Bank statements as banks write them, for tests."""

from collections.abc import Iterable

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def camt(*statements: str, version: int = 2) -> bytes:
    """A CAMT.053 file of these statements."""
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version:02}"
    body = "".join(statements)
    group = "<GrpHdr><MsgId>M1</MsgId></GrpHdr>"
    text = f'{HEAD}<Document xmlns="{space}"><BkToCstmrStmt>{group}{body}</BkToCstmrStmt></Document>'
    return text.encode()


def statement(
    entries: Iterable[str],
    *,
    opening: str = "1000.00",
    closing: str = "1000.00",
    iban: str = "AT611904300234573201",
    number: str = "17",
) -> str:
    """One `Stmt` with its balances; negative ones are written as debit."""
    balances = _balance("OPBD", opening) + _balance("CLBD", closing)
    account = f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    inside = "".join(entries)
    return f"<Stmt><Id>S-{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>{account}{balances}{inside}</Stmt>"


def _balance(code: str, amount: str) -> str:
    side = "DBIT" if amount.startswith("-") else "CRDT"
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    bare = amount.lstrip("-")
    return (
        f'<Bal>{kind}<Amt Ccy="EUR">{bare}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        "<Dt><Dt>2026-11-20</Dt></Dt></Bal>"
    )


def entry(
    amount: str,
    *details: str,
    side: str = "CRDT",
    day: str = "2026-11-20",
    ref: str = "",
    state: str = "<Sts>BOOK</Sts>",
    extra: str = "",
    currency: str = "EUR",
) -> str:
    """One `Ntry`; `details` are `TxDtls`."""
    own = f"<AcctSvcrRef>{ref}</AcctSvcrRef>" if ref else ""
    inside = f"<NtryDtls>{''.join(details)}</NtryDtls>" if details else ""
    dates = f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{extra}{state}'
        f"{dates}{own}{inside}</Ntry>"
    )


def detail(
    text: str = "",
    *,
    name: str = "",
    iban: str = "",
    amount: str = "",
    structured: str = "",
    end_to_end: str = "",
    deep: bool = False,
    extra: str = "",
) -> str:
    """One `TxDtls`; `deep` writes the name below `Pty`, as version 8 does."""
    refs = f"<Refs><EndToEndId>{end_to_end or 'NOTPROVIDED'}</EndToEndId></Refs>"
    money = f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>' if amount else ""
    inner = f"<Pty><Nm>{name}</Nm></Pty>" if deep else f"<Nm>{name}</Nm>"
    account = f"<DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct>" if iban else ""
    parties = f"<RltdPties><Dbtr>{inner}</Dbtr>{account}</RltdPties>" if name else ""
    free = f"<Ustrd>{text}</Ustrd>" if text else ""
    strict = f"<Strd><CdtrRefInf><Ref>{structured}</Ref></CdtrRefInf></Strd>" if structured else ""
    return f"<TxDtls>{refs}{money}{extra}{parties}<RmtInf>{free}{strict}</RmtInf></TxDtls>"
