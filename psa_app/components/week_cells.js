// What each cell holds as the person sees it: the server's word, overlaid with what is on its way.
import { usePending } from "$/public/external/psa_app/components/week_grid/week_pending.js";

export const sum = (list) => list.reduce((a, b) => a + b, 0);

// What is sent of a cell: its minutes, or these and how many of them have which modifier.
const asCell = (value) => (value !== null && typeof value === "object" ? value : { minutes: value });

export function useCells({ rows, days, acked = 0, refused, draftKey, shut = "", onCommit, onNote }) {
  const emit = (key, kind, value, seq) => {
    const [row, day] = key.split("|");
    if (kind === "note") onNote?.({ row, day, note: value, seq });
    else onCommit({ row, day, seq, ...asCell(value) });
  };
  const { pending, bad, send, forget } = usePending(draftKey, acked, refused, emit);
  const keyOf = (row, at) => `${row.id}|${days[at].id}`;
  const typed = (row, at) => {
    const sent = pending[keyOf(row, at)] ?? bad[keyOf(row, at)];
    return sent && asCell(sent.value);
  };
  const minutes = (row, at) => typed(row, at)?.minutes ?? row.cells[at]?.minutes ?? 0;
  const parts = (row, at) => {
    const known = row.cells[at]?.parts ?? [];
    const chosen = typed(row, at)?.parts;
    if (!chosen) return minutes(row, at) ? known : [];
    const name = (id) => [...known, ...(row.modifiers ?? [])].find((one) => one.id === id)?.name ?? "";
    return Object.entries(chosen)
      .filter(([, n]) => n > 0)
      .map(([id, n]) => ({ id, name: name(id), minutes: n }));
  };
  const note = (row, at) => pending[`${keyOf(row, at)}|note`]?.value ?? row.cells[at]?.note ?? "";
  return {
    keyOf,
    minutes,
    parts,
    note,
    forget,
    locked: (row, at) => shut || row.cells[at]?.locked || "",
    refusal: (row, at) => bad[keyOf(row, at)]?.why ?? "",
    waits: (row, at) => keyOf(row, at) in pending,
    setMinutes: (row, at, value, chosen = null) => {
      const key = keyOf(row, at);
      if (value === minutes(row, at) && !chosen && !(key in bad)) return;
      const kept = chosen ?? asCell(pending[key]?.value).parts; // chosen, and still on its way
      send(key, "minutes", kept && value ? { minutes: value, parts: kept } : value);
    },
    setNote: (row, at, words) => {
      if (words !== note(row, at)) send(`${keyOf(row, at)}|note`, "note", words);
    },
    ofDay: (at) => sum(rows.map((row) => minutes(row, at))),
    ofRow: (row) => sum(days.map((_, at) => minutes(row, at))),
    waiting: Object.keys(pending).length,
    refusals: Object.values(bad).map((x) => x.why),
  };
}
