// The lines of a scope while it is written. What is typed stays here; the form carries it as JSON.
import { useEffect, useMemo, useRef, useState } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { digitsOf, minor, shown } from "$/public/external/psa_app/components/scope_lines/scope_amounts.js";
import { Wrong } from "$/public/external/psa_app/components/scope_lines/scope_fields.jsx";
import { Line } from "$/public/external/psa_app/components/scope_lines/scope_line.jsx";
import {
  FIXED,
  MILESTONE,
  MODELS,
  TIME,
  blankLine,
  cleaned,
  many,
} from "$/public/external/psa_app/components/scope_lines/scope_models.js";

const blank = {
  rates: () => ({ role: "", amount: "", since: "", until: "" }),
  milestones: () => ({ title: "", value: "", due: "", criteria: "" }),
  fees: () => ({ title: "", due: "", value: "" }),
};
let last = 0;
const keyed = (row) => ({ ...row, key: ++last });
const opened = (line) => ({
  ...keyed(line),
  rates: (line.rates ?? []).map(keyed),
  milestones: (line.milestones ?? []).map(keyed),
  fees: (line.fees ?? []).map(keyed),
});
const plain = ({ key: _, ...row }) => row;
const written = (line) => cleaned(line, plain);
const ID = { fees: "fee_parts" };

export function ScopeLines({
  lines = [],
  roles = [],
  cards = [],
  client = "",
  currency = "EUR",
  errors = {},
  name = "lines",
  onCurrency,
}) {
  const [kept, setKept] = useState(() => lines.map(opened));
  const hidden = useRef(null),
    toFocus = useRef("");
  const digits = digitsOf(currency);
  const sums = useMemo(() => totals(kept, digits), [kept, digits]);
  const text = JSON.stringify(kept.map(written));
  const first = useRef(text);
  useEffect(() => {
    if (text !== first.current) hidden.current?.dispatchEvent(new Event("input", { bubbles: true }));
    if (toFocus.current) document.getElementById(toFocus.current)?.focus();
    toFocus.current = "";
  }, [text]);

  useEffect(() => {
    const chooser = hidden.current?.form?.elements.namedItem("currency");
    const tell = () => onCurrency?.(chooser.value);
    chooser?.addEventListener("change", tell);
    return () => chooser?.removeEventListener("change", tell);
  }, []);

  const change = (at, values) => setKept((all) => all.map((one, n) => (n === at ? { ...one, ...values } : one)));
  const changeRow = (at, part, row, values) =>
    setKept((all) =>
      all.map((one, n) =>
        n === at ? { ...one, [part]: one[part].map((r, m) => (m === row ? { ...r, ...values } : r)) } : one,
      ),
    );
  const addRow = (at, part) => {
    toFocus.current = `${name}-${at}-${ID[part] ?? part}-${kept[at][part].length}`;
    change(at, { [part]: [...kept[at][part], keyed(blank[part]())] });
  };
  const dropRow = (at, part, row) => change(at, { [part]: kept[at][part].filter((_, m) => m !== row) });
  const add = (model) => {
    toFocus.current = `${name}-${kept.length}-title`;
    setKept((all) => [...all, opened(blankLine(model, roles))]);
  };
  const move = (at, by) =>
    setKept((all) => {
      const next = [...all];
      [next[at], next[at + by]] = [next[at + by], next[at]];
      return next;
    });
  // Enter goes on: to the next row, or to a new one after the last; Ctrl-Enter saves.
  const key = (e) => {
    if (e.key !== "Enter" || e.target.tagName !== "INPUT") return;
    e.preventDefault();
    if (e.ctrlKey || e.metaKey) return void hidden.current.form?.requestSubmit();
    const { at, part, row } = e.target.closest("tr")?.dataset ?? {};
    if (part === undefined) return;
    const next = document.getElementById(`${name}-${at}-${ID[part] ?? part}-${+row + 1}`);
    if (next) next.focus();
    else addRow(+at, part);
  };
  const shared = { name, roles, cards, client, currency, digits, errors, change, changeRow, addRow, dropRow };
  return (
    <div className="stack" onKeyDown={key}>
      <input ref={hidden} type="hidden" name={name} value={text} readOnly />
      {kept.map((line, at) => (
        <Line
          key={line.key}
          {...shared}
          line={line}
          at={at}
          count={kept.length}
          onMove={(by) => move(at, by)}
          onDrop={() => setKept((all) => all.filter((_, n) => n !== at))}
        />
      ))}
      <Wrong text={errors[name]} id={`${name}-error`} />
      <div className="scope-add">
        <span className="muted">Add a line</span>
        {MODELS.map(({ model, add: word }, n) => (
          <button
            key={model}
            type="button"
            className="button"
            id={n ? undefined : `${name}-add`}
            onClick={() => add(model)}>
            <Icon name="plus" /> {word}
          </button>
        ))}
      </div>
      {kept.length ? <Sum sums={sums} currency={currency} /> : null}
    </div>
  );
}

function totals(lines, digits) {
  let fixed = 0,
    capped = 0,
    periods = 0,
    endless = false,
    unread = false;
  const add = (text) => {
    const amount = text.trim() ? minor(text, digits) : 0;
    if (amount === null) unread = true;
    return amount ?? 0;
  };
  for (const line of lines) {
    if (line.model === TIME) {
      if (line.cap.trim()) capped += add(line.cap);
      else endless = true;
    } else if (line.model === MILESTONE) fixed += line.milestones.reduce((sum, part) => sum + add(part.value), 0);
    else if (line.model === FIXED) fixed += add(line.value);
    else {
      const times = /^[0-9]{1,3}$/.test(line.periods.trim()) ? Number(line.periods) : 0;
      periods += add(line.value) * many(line) * times;
      endless ||= !times;
    }
  }
  return { fixed, capped, periods, endless, unread };
}

function Sum({ sums: { fixed, capped, periods, endless, unread }, currency }) {
  const all = shown(fixed + capped + periods, currency);
  return (
    <dl className="scope-sum" aria-live="polite">
      {capped ? (
        <div>
          <dt>By time, at most</dt>
          <dd>{shown(capped, currency)}</dd>
        </div>
      ) : null}
      {fixed ? (
        <div>
          <dt>At a fixed price</dt>
          <dd>{shown(fixed, currency)}</dd>
        </div>
      ) : null}
      {periods ? (
        <div>
          <dt>Retainers and subscriptions</dt>
          <dd>{shown(periods, currency)}</dd>
        </div>
      ) : null}
      <div className="strong">
        <dt>{endless ? "Agreed so far, besides what has no cap or end" : "At most"}</dt>
        <dd>{unread ? `${all}, without what cannot be read` : all}</dd>
      </div>
    </dl>
  );
}

