# ruff: noqa
# fmt: off
# mypy: ignore-errors
"""stripe_spec_server.py: does this program send requests that Stripe would accept?

A tiny Starlette ASGI app. Every request to /v1/... is checked against stripe_billing_spec.json (trimmed from Stripe's
OpenAPI spec, pinned to the API version of the installed stripe-python): unknown path, unknown parameter, missing
required parameter, wrong type, enum violation, too long string, bad metadata, a few documented cross-field rules,
wrong Stripe-Version, missing key, idempotency key reused with other parameters. A wrong request gets Stripe's own
error body and status; a right one is forwarded to UPSTREAM (a stateful fake, if set) or answered by an echo stub.

run : SPEC_UPSTREAM=http://127.0.0.1:12111 uvicorn --app-dir tests/support/stripe_spec stripe_spec_server:app --port 12112
ctl : GET /_control/log           what was received (method, path, params, idempotency key, error)
      DELETE /_control/log        forget log, faults and idempotency memory
      POST /_control/shape        a Stripe object or event as JSON -> list of differences from this API version
      POST /_control/faults       {"match": "POST /v1/refunds", "status": 429, "times": 2}    answered before execution
                                  {"match": "POST /v1/refunds", "lose_reply": true}           executed, connection cut
                                  {"match": "...", "status": 402, "code": "card_declined", "decline_code": "..."}
"""
import asyncio, functools, json, os, pathlib, re, secrets, time
from urllib.parse import unquote_plus
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SPEC = json.loads(pathlib.Path(os.environ.get("SPEC_FILE", pathlib.Path(__file__).with_name("stripe_billing_spec.json"))).read_text())
VERSION, UPSTREAM = SPEC["info"]["api_version"], os.environ.get("SPEC_UPSTREAM", "").rstrip("/")
ROUTES = sorted(((re.compile("^" + re.sub(r"\\\{[^}]*\\\}", "([^/]+)", re.escape(p)) + "$"), p) for p in SPEC["paths"]), key=lambda r: (r[1].count("{"), r[1]))
LOG, FAULTS, KEYS = [], [], {}
TYPES = {400: "invalid_request_error", 401: "invalid_request_error", 402: "card_error", 403: "invalid_request_error", 404: "invalid_request_error", 409: "idempotency_error", 429: "invalid_request_error"}
PREFIX = {"customer": "cus", "invoice": "in", "invoiceitem": "ii", "payment_intent": "pi", "setup_intent": "seti", "subscription": "sub", "price": "price", "product": "prod", "refund": "re", "checkout.session": "cs_test", "credit_note": "cn", "charge": "ch", "payment_method": "pm", "tax_rate": "txr", "event": "evt", "billing_portal.session": "bps", "dispute": "dp"}


class Bad(Exception):
    def __init__(self, message, param=None, code=None, status=400, type=None, **extra):
        self.status, self.body = status, {"type": type or TYPES.get(status, "api_error"), "message": message, **extra}
        if param: self.body["param"] = param
        if code: self.body |= {"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"}


# ---- form decoding -------------------------------------------------------------------------------------------
def decode(qs):
    """a[b][0][c]=x  ->  {'a': {'b': [{'c': 'x'}]}}   (leaves stay strings)"""
    tree = {}
    for pair in filter(None, qs.split("&")):
        k, _, v = pair.partition("=")
        k, v = unquote_plus(k), unquote_plus(v)
        head, *rest = re.findall(r"^[^\[\]]+|\[[^\[\]]*\]", k)
        if head + "".join(rest) != k: raise Bad(f"Invalid request parameter name: {k}", k)
        node, parts = tree, [head] + [r[1:-1] for r in rest]
        for i, part in enumerate(parts):
            if part == "": part = str(len(node))
            if i == len(parts) - 1:
                if part in node: raise Bad(f"Duplicate parameter: {k}", k)
                node[part] = v
            else:
                node = node.setdefault(part, {})
                if not isinstance(node, dict): raise Bad(f"Invalid object: {k}", k)
    def lists(n):
        if not isinstance(n, dict): return n
        if n and all(x.isdigit() for x in n): return [lists(n[x]) for x in sorted(n, key=int)]
        return {x: lists(y) for x, y in n.items()}
    return {k: lists(v) for k, v in tree.items()}


# ---- schema check --------------------------------------------------------------------------------------------
def names(vals):
    vals = [v for v in vals if v != ""]
    return vals[0] if len(vals) == 1 else ", ".join(vals[:-1]) + f", or {vals[-1]}" if len(vals) > 2 else " or ".join(vals)

def check(s, v, at):
    """-> the typed value, or Bad"""
    if "anyOf" in s:
        kind = "object" if isinstance(v, dict) else "array" if isinstance(v, list) else "scalar"
        fits = [x for x in s["anyOf"] if (x.get("type") if x.get("type") in ("object", "array") else "scalar") == kind] or s["anyOf"]
        first = None
        for x in fits:
            try: return check(x, v, at)
            except Bad as e:
                first = e if first is None or len(e.body.get("param", "")) > len(first.body.get("param", "")) else first
        raise first
    t = s.get("type")
    if t == "object":
        if v == [] or v == "": v = {}
        if isinstance(v, list): v = {str(i): x for i, x in enumerate(v)}
        if not isinstance(v, dict): raise Bad("Invalid object", at)
        props, extra = s.get("properties", {}), s.get("additionalProperties")
        sub = lambda k: f"{at}[{k}]" if at else k
        gone = [sub(k) for k in v if k not in props and k == "payment_method_types" and "allowed_payment_method_types" in props]
        if gone: raise Bad("payment_method_types is no longer supported; use dynamic payment methods, allowed_payment_method_types or excluded_payment_method_types", gone[0], "payment_method_types_no_longer_supported")
        unknown = [sub(k) for k in v if k not in props] if not isinstance(extra, dict) and extra is not True else []
        if unknown: raise Bad(f"Received unknown parameter{'s' * (len(unknown) > 1)}: {', '.join(unknown)}", unknown[0], "parameter_unknown")
        for k in s.get("required", []):
            if k not in v: raise Bad(f"Missing required param: {sub(k)}.", sub(k), "parameter_missing")
        if isinstance(extra, dict) and not props:                                    # metadata and friends
            if len(v) > 50: raise Bad("Metadata cannot have more than 50 keys", at)
            for k, x in v.items():
                if len(k) > 40: raise Bad(f"Metadata keys can be at most 40 characters long: {k}", sub(k))
                if isinstance(x, str) and len(x) > 500: raise Bad("Metadata values can have up to 500 characters", sub(k))
        return {k: check(props[k] if k in props else extra if isinstance(extra, dict) else {}, x, sub(k)) for k, x in v.items()}
    if t == "array":
        if v == "": return []
        if not isinstance(v, list): raise Bad("Invalid array", at)
        return [check(s.get("items", {}), x, f"{at}[{i}]") for i, x in enumerate(v)]
    if not isinstance(v, str): raise Bad(f"Invalid {t or 'value'}: expected a scalar", at) if t else Bad("Invalid value", at)
    if "enum" in s:
        if v not in s["enum"]: raise Bad(f"Invalid {at}: must be one of {names(s['enum'])}", at)
        return v
    if t == "boolean":
        if v not in ("true", "false"): raise Bad(f"Invalid boolean: {v}", at)
        return v == "true"
    if t == "integer":
        if not re.fullmatch(r"-?\d+", v): raise Bad(f"Invalid integer: {v}", at, "parameter_invalid_integer")
        return int(v)
    if t == "number" or s.get("format") == "decimal":
        if not re.fullmatch(r"-?\d+(\.\d+)?", v): raise Bad(f"Invalid decimal: {v}", at)
        return v if t != "number" else float(v)
    if s.get("format") == "currency" and not re.fullmatch(r"[A-Za-z]{3}", v): raise Bad(f"Invalid currency: {v}", at)
    if len(v) > s.get("maxLength", 10 ** 9): raise Bad(f"Invalid string: {v[:10]}...; must be at most {s['maxLength']} characters", at)
    return v


# ---- shape of what a fake answered / of a webhook's data.object -------------------------------------------------
JTYPE = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
def shape_errors(v, sh=None, at=""):
    """[] when v looks like the Stripe object its 'object' names; else what is missing, unknown or of another type"""
    err = []
    if isinstance(v, dict) and v.get("object") == "list": return [e for i, x in enumerate(v.get("data", [])) for e in shape_errors(x, None, f"{at}.data[{i}]")]
    if isinstance(v, dict) and isinstance(v.get("object"), str) and v["object"] in SPEC["shapes"] and (sh is None or "p" not in sh): sh, at = SPEC["shapes"][v["object"]], at or v["object"]
    if not sh or (isinstance(v, dict) and v.get("deleted")): return err
    t = JTYPE[type(v)]
    if sh.get("t") and t not in sh["t"] and not (t == "integer" and "number" in sh["t"]): return [f"{at}: {t}, expected {'/'.join(sh['t'])}"]
    if "e" in sh and isinstance(v, str) and v not in sh["e"]: err.append(f"{at}: '{v}' is not one of {sh['e'][:8]}")
    if isinstance(v, dict) and "p" in sh:
        err += [f"{at}.{k}: not in this API version" for k in v if k not in sh["p"]] + [f"{at}.{k}: missing" for k in sh.get("req", []) if k not in v]
        for k, x in v.items(): err += shape_errors(x, sh["p"].get(k), f"{at}.{k}")
    if isinstance(v, list): err += [e for i, x in enumerate(v) for e in shape_errors(x, sh.get("i"), f"{at}[{i}]")]
    return err


# ---- documented cross-field rules (method + path template, test -> message, param) -----------------------------
def rules(op, p):
    one = lambda *ks: sum(k in p for k in ks)
    if op == "POST /v1/checkout/sessions":
        mode = p.get("mode", "payment")
        if mode != "setup" and not p.get("line_items"): yield "Missing required param: line_items.", "line_items"
        if p.get("ui_mode", "hosted") in ("hosted", "hosted_page") and not p.get("success_url"): yield "Missing required param: success_url.", "success_url"
        for key, only in (("payment_intent_data", "payment"), ("invoice_creation", "payment"), ("subscription_data", "subscription"), ("setup_intent_data", "setup")):
            if key in p and mode != only: yield f"You can not pass `{key}` in `{mode}` mode.", key
        for i, li in enumerate(p.get("line_items", [])):
            if ("price" in li) == ("price_data" in li): yield "Specify exactly one of price or price_data", f"line_items[{i}][price]"
            rec = "recurring" in li.get("price_data", {})
            if "price_data" in li and mode == "subscription" and not rec and len(p["line_items"]) == 1: yield "You must provide at least one recurring price in `subscription` mode", "line_items"
            if "price_data" in li and mode == "payment" and rec: yield "You specified `payment` mode but passed a recurring price", f"line_items[{i}][price_data][recurring]"
    if op == "POST /v1/invoices" and p.get("collection_method", "charge_automatically") == "charge_automatically" and one("days_until_due", "due_date"): yield "You can only specify days_until_due or due_date for invoices with collection_method=send_invoice", "days_until_due"
    if op in ("POST /v1/invoices", "POST /v1/subscriptions", "POST /v1/billing_portal/sessions") and not one("customer", "customer_account", "from_invoice"): yield "Missing required param: customer.", "customer"
    if op == "POST /v1/invoices" and p.get("collection_method") == "send_invoice" and not one("days_until_due", "due_date"): yield "If invoice collection method is 'send_invoice', you must specify days_until_due or due_date", "days_until_due"
    if op == "POST /v1/subscriptions" and p.get("collection_method") == "send_invoice" and "days_until_due" not in p: yield "Missing required param: days_until_due.", "days_until_due"
    if op == "POST /v1/refunds" and one("charge", "payment_intent", "customer") != 1: yield "One of the following params should be provided for this request: payment_intent or charge.", "charge"
    if op == "POST /v1/invoiceitems" and one("amount", "price_data", "pricing", "unit_amount_decimal", "unit_amount") == 0: yield "You must provide amount, pricing or price_data", "amount"
    if op == "POST /v1/payment_intents" and p.get("amount", 1) < 1: yield "This value must be greater than or equal to 1.", "amount"
    if op == "POST /v1/payment_intents" and one("automatic_payment_methods", "allowed_payment_method_types") == 2: yield "You may only specify one of these parameters: automatic_payment_methods, allowed_payment_method_types.", "automatic_payment_methods"
    if op == "POST /v1/prices" and one("unit_amount", "unit_amount_decimal", "custom_unit_amount", "tiers") == 0: yield "You must provide one of unit_amount, unit_amount_decimal, custom_unit_amount or tiers", "unit_amount"
    if op == "POST /v1/prices" and one("product", "product_data") != 1: yield "Provide exactly one of product or product_data", "product"
    cur, amt = p.get("currency", "").lower(), p.get("amount", p.get("unit_amount"))
    if cur in ("bhd", "jod", "kwd", "omr", "tnd") and isinstance(amt, int) and amt % 10: yield f"Invalid amount. {cur.upper()} amounts must be evenly divisible by 10", "amount"
    if cur in ("isk", "ugx") and isinstance(amt, int) and amt % 100: yield f"Invalid amount. Currency {cur.upper()} has become effectively zero-decimal and charged amounts must be evenly divisible by 100", "amount"
    if isinstance(amt, int) and "payment_intents" in op and amt > 99999999 and cur not in ("idr", "inr", "jpy", "krw", "vnd", "cop", "lak"): yield "Amount must be no more than 999,999.99", "amount"
    if "limit" in p and not 1 <= p["limit"] <= 100: yield "Invalid integer: limit must be between 1 and 100", "limit"
    if one("starting_after", "ending_before") == 2: yield "You can only use one of starting_after and ending_before", "starting_after"


# ---- the app -------------------------------------------------------------------------------------------------
def find(method, path):
    hit = None
    for rx, tmpl in ROUTES:
        if rx.match(path):
            hit = hit or tmpl
            if method.lower() in SPEC["paths"][tmpl]: return tmpl, SPEC["paths"][tmpl][method.lower()]
    raise Bad(f"Unrecognized request URL ({method}: {path}).", status=404)

def stub(op, tmpl, path, p):
    obj = op.get("object") or tmpl.rsplit("/", 1)[-1].rstrip("s")
    if op.get("list"): return {"object": "list", "url": path, "has_more": False, "data": []}
    last = path.rsplit("/", 1)[-1]
    ident = next((m for m in path.split("/")[::-1] if "_" in m and re.match(r"[a-z]+_\w+", m) and m not in tmpl), None) or f"{PREFIX.get(obj, 'obj')}_{secrets.token_hex(9)}"
    if obj.startswith("deleted_"): return {"id": last, "object": obj[8:], "deleted": True}
    out = {k: v for k, v in p.items() if k != "expand"} | {"id": ident, "object": obj, "livemode": False, "created": int(time.time())}
    if obj in ("checkout.session", "billing_portal.session"): out["url"] = f"https://checkout.stripe.test/{ident}"
    return out

@functools.cache
def upstream():
    import httpx
    return httpx.AsyncClient(timeout=60)

class Cut(Response):
    async def __call__(self, scope, receive, send):               # headers, one byte, then the connection goes away
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})

async def shape(request):                                         # POST an object or an event: what is wrong with it?
    o = await request.json()
    return JSONResponse(shape_errors(o) + (shape_errors(o["data"]["object"]) if o.get("object") == "event" else []))

async def api(request):
    method, path, h = request.method, request.url.path, request.headers
    raw = (await request.body()).decode() if method == "POST" else request.url.query
    entry = {"method": method, "path": path, "idempotency_key": h.get("idempotency-key"), "version": h.get("stripe-version"), "account": h.get("stripe-account"), "at": time.time()}
    LOG.append(entry); rid = "req_" + secrets.token_hex(7); out = {"request-id": rid, "stripe-version": VERSION}
    try:
        fault = next((f for f in FAULTS if re.search(f["match"], f"{method} {path}") and f.get("times", 1) > 0), None)
        if fault: fault["times"] = fault.get("times", 1) - 1; entry["fault"] = True
        if fault and "status" in fault:
            st = fault["status"]
            raise Bad(fault.get("message", "injected"), code=fault.get("code", "rate_limit" if st == 429 else None), status=st, **({"decline_code": fault["decline_code"]} if "decline_code" in fault else {}))
        key = re.match(r"(Bearer|Basic) (sk|rk)_(test|live)_\w+", h.get("authorization", ""))
        if not key: raise Bad("You did not provide an API key or it has the wrong form.", status=401)
        if h.get("stripe-version") not in (None, VERSION): raise Bad(f"Stripe-Version {h['stripe-version']} is not the pinned {VERSION}", status=400)
        if method == "POST" and raw and not h.get("content-type", "").startswith("application/x-www-form-urlencoded"): raise Bad("Content-Type must be application/x-www-form-urlencoded")
        tmpl, op = find(method, path)
        entry["op"] = f"{method} {tmpl}"; entry["raw"] = raw
        p = entry["params"] = check(op["schema"], decode(raw), "")
        if isinstance(p.get("expand"), list) and any(e.count(".") > (4 if e.startswith("data.") else 3) for e in p["expand"]): raise Bad("You cannot expand more than 4 levels of a property.", "expand")
        for msg, param in rules(entry["op"], p): raise Bad(msg, param, "parameter_missing" if msg.startswith("Missing") else None)
        k, seen = h.get("idempotency-key"), None
        if method == "POST" and k:
            if len(k) > 255: raise Bad("Idempotency key is too long (max 255)", type="idempotency_error")
            print_ = (path, raw); seen = KEYS.get(k)
            if seen and seen[0] != print_: raise Bad(f"Keys for idempotent requests can only be used with the same parameters they were first used with. Key: {k}", type="idempotency_error")
        if seen: status, body = seen[1]; out["idempotent-replayed"] = "true"
        elif UPSTREAM:
            fwd = {a: b for a, b in h.items() if a in ("authorization", "content-type", "idempotency-key", "stripe-account")}
            r = await upstream().request(method, UPSTREAM + path + ("?" + request.url.query if request.url.query else ""), content=raw if method == "POST" else None, headers=fwd)
            status, body = r.status_code, r.json()
            if status == 200 and (bad := shape_errors(body)): entry["shape"] = bad
        else: status, body = 200, stub(op, tmpl, path, p)
        if method == "POST" and k and not seen and status < 500: KEYS[k] = ((path, raw), (status, body))
        entry["status"] = status
        if fault and fault.get("lose_reply"):                     # done on "Stripe's" side, the caller never hears of it
            return Cut(b"{", status_code=200, headers={**out, "content-length": "4096"}, media_type="application/json")
        if fault and fault.get("delay"): await asyncio.sleep(fault["delay"])
        return JSONResponse(body, status, out)
    except Bad as e:
        entry["status"], entry["error"] = e.status, e.body
        return JSONResponse({"error": {**e.body, "request_log_url": f"https://dashboard.stripe.com/test/logs/{rid}"}}, e.status, out)

async def log(request):
    if request.method == "DELETE": LOG.clear(); FAULTS.clear(); KEYS.clear()
    return JSONResponse({"count": len(LOG), "errors": [x for x in LOG if "error" in x and not x.get("fault")], "shapes": [x for x in LOG if "shape" in x], "requests": LOG})

async def faults(request):
    FAULTS.append(await request.json()); return JSONResponse(FAULTS)

app = Starlette(routes=[Route("/_control/log", log, methods=["GET", "DELETE"]), Route("/_control/faults", faults, methods=["POST"]), Route("/_control/shape", shape, methods=["POST"]), Route("/{p:path}", api, methods=["GET", "POST", "DELETE"])])
