// What each cell holds as the person sees it: the server's word, overlaid with what is on its way.
import { usePending } from "$/public/external/psa_app/components/week_grid/week_pending.js";

export const sum = (list) => list.reduce((a, b) => a + b, 0);

export function useCells({ rows, days, acked = 0, refused, draftKey, shut = "", onCommit, onNote }) {
  const emit = (key, kind, value, seq) => {
    const [row, day] = key.split("|");
    if (kind === "note") onNote?.({ row, day, note: value, seq });
    else onCommit({ row, day, minutes: value, seq });
  };
  const { pending, bad, send, forget } = usePending(draftKey, acked, refused, emit);
  const keyOf = (row, at) => `${row.id}|${days[at].id}`;
  const minutes = (row, at) => {
    const key = keyOf(row, at);
    return pending[key]?.value ?? bad[key]?.value ?? row.cells[at]?.minutes ?? 0;
  };
  const note = (row, at) => pending[`${keyOf(row, at)}|note`]?.value ?? row.cells[at]?.note ?? "";
  return {
    keyOf,
    minutes,
    note,
    forget,
    locked: (row, at) => shut || row.cells[at]?.locked || "",
    refusal: (row, at) => bad[keyOf(row, at)]?.why ?? "",
    waits: (row, at) => keyOf(row, at) in pending,
    setMinutes: (row, at, value) => {
      if (value !== minutes(row, at) || keyOf(row, at) in bad) send(keyOf(row, at), "minutes", value);
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
