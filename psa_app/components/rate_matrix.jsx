// Rate cards side by side. What is typed stays here until it is saved; the server says what it would change.
import { useEffect, useRef, useState } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

function Head({ cards, heading }) {
  return (
    <thead>
      <tr>
        <th scope="col">{heading}</th>
        {cards.map((card) => (
          <th scope="col" key={card.key} title={card.fixed || undefined}>
            <b>{card.title}</b>
            <span>
              {card.fixed ? <Icon name="lock" /> : null}
              {card.sub || "\u00a0"}
            </span>
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Cell({ row, card, cell, at, text, refusal, shut, on }) {
  if (cell.none) return <td className="none" aria-label="No rate here" />;
  const own = text ?? cell.text;
  const why = refusal && text !== undefined ? refusal : "";
  const ident = `why-${at.replace(",", "-")}`;
  const looks = [text !== undefined && "changed", cell.later && "noted", why && "wrong"];
  return (
    <td className={looks.filter(Boolean).join(" ") || undefined}>
      <div className="cell">
        <input
          data-cell={at}
          inputMode="decimal"
          autoComplete="off"
          spellCheck="false"
          placeholder={cell.ghost || "–"}
          readOnly={shut || Boolean(card.fixed)}
          aria-label={`${row.name}, ${card.title}`}
          aria-invalid={why ? true : undefined}
          aria-describedby={why ? ident : undefined}
          title={[card.fixed, cell.tip, cell.later].filter(Boolean).join(" ") || undefined}
          value={own}
          onFocus={(event) => event.target.select()}
          onChange={(event) => on.type(event.target.value)}
          onBlur={on.commit}
          onKeyDown={on.key}
        />
        <button
          type="button"
          tabIndex={-1}
          className="icon-button"
          aria-label={`Past and reason of ${row.name}, ${card.title}`}
          title="Past and reason (Shift+Enter)"
          onClick={on.open}>
          <Icon name="clock" />
        </button>
      </div>
      {why ? (
        <p className="why" id={ident} role="alert">
          {why}
        </p>
      ) : null}
    </td>
  );
}

export function RateMatrix({
  rows = [],
  cards = [],
  heading = "Role",
  refused = {},
  saved = 0,
  shut = false,
  onDraft,
  onOpen,
  onSave,
}) {
  const [typed, draw] = useState({}); // "card|row" -> text, as long as it differs from what counts
  const now = useRef(typed); // the same, true between two drawings
  const told = useRef("{}");
  const table = useRef(null);
  const set = (values) => {
    now.current = values;
    draw(values);
  };
  const put = (key, text) => {
    const { [key]: _, ...others } = now.current;
    set(text === undefined ? others : { ...others, [key]: text });
  };
  useEffect(() => {
    told.current = "{}";
    set({});
  }, [saved]);
  const tell = () => {
    const text = JSON.stringify(now.current);
    if (text === told.current) return;
    told.current = text;
    onDraft?.(text);
  };
  const commit = (key, cell) => {
    const text = now.current[key];
    if (text !== undefined && text.trim() === cell.text) put(key, undefined);
    tell();
  };
  const move = (row, at, down, right) => {
    for (let y = row + down, x = at + right; rows[y]?.cells[x]; y += down, x += right) {
      const box = table.current?.querySelector(`[data-cell="${y},${x}"]`);
      if (box) return void box.focus();
    }
  };
  const bound = (row, y, x) => {
    const key = `${cards[x].key}|${row.id}`;
    const cell = row.cells[x];
    const typing = () => now.current[key] !== undefined && now.current[key] !== cell.text;
    return {
      type: (text) => put(key, text),
      commit: () => commit(key, cell),
      open: () => onOpen?.(key),
      key: (event) => {
        const box = event.target;
        const at = (end) => !typing() || (end ? box.selectionEnd === box.value.length : box.selectionStart === 0);
        const step = {
          ArrowUp: [-1, 0],
          ArrowDown: [1, 0],
          ArrowLeft: at(false) && [0, -1],
          ArrowRight: at(true) && [0, 1],
        }[event.key];
        if (event.altKey || (!step && !["Enter", "Escape"].includes(event.key))) return;
        event.preventDefault();
        if (event.key === "Escape") {
          put(key, undefined);
          tell();
          requestAnimationFrame(() => box.select());
        } else if (event.key === "Enter" && event.shiftKey) onOpen?.(key);
        else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          commit(key, cell);
          onSave?.();
        } else {
          commit(key, cell);
          move(y, x, ...(step ?? [1, 0]));
        }
      },
    };
  };
  return (
    <table ref={table} className="rate-matrix" aria-label="Rates an hour">
      <Head cards={cards} heading={heading} />
      <tbody>
        {rows.map((row, y) => (
          <tr key={row.id}>
            <th scope="row">{row.name}</th>
            {cards.map((card, x) => (
              <Cell
                key={card.key}
                {...{ row, card, shut }}
                cell={row.cells[x] ?? {}}
                at={`${y},${x}`}
                text={typed[`${card.key}|${row.id}`]}
                refusal={refused[`${card.key}|${row.id}`]}
                on={bound(row, y, x)}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
