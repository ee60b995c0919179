// What was typed and not yet acknowledged: kept, shown, sent again, also after a reload.
import { useCallback, useEffect, useRef, useState } from "react";

const WAIT = 4000,
  LONGEST = 60000;

export function usePending(draftKey, acked, refused, emit) {
  const place = `week:${draftKey}`;
  const [pending, setPending] = useState({}); // key -> {kind, value, seq, at, tries}
  const [bad, setBad] = useState({}); // key -> {value, why}: refused, still shown
  const seq = useRef(0),
    now = useRef(pending),
    out = useRef(emit);
  now.current = pending;
  out.current = emit;
  const store = (p) => {
    try {
      if (Object.keys(p).length) localStorage.setItem(place, JSON.stringify(p));
      else localStorage.removeItem(place);
    } catch {
      /* a full or forbidden store costs only the copy */
    }
    return p;
  };
  const send = useCallback(
    (key, kind, value, tries = 0) => {
      const n = (seq.current = Math.max(seq.current + 1, Date.now())); // grows across reloads
      setBad(({ [key]: _, ...rest }) => rest);
      setPending((p) => store({ ...p, [key]: { kind, value, seq: n, at: Date.now(), tries } }));
      out.current(key, kind, value, n);
    },
    [place],
  );
  useEffect(() => {
    try {
      const kept = JSON.parse(localStorage.getItem(place) || "{}");
      for (const [key, v] of Object.entries(kept)) send(key, v.kind, v.value);
    } catch {
      localStorage.removeItem(place);
    }
  }, [place]);
  useEffect(() => {
    // the server has applied or refused all up to `acked`
    const done = Object.entries(now.current).filter(([, v]) => v.seq <= acked);
    if (!done.length) return;
    const no = done.filter(([key, v]) => v.kind === "minutes" && refused?.[key]);
    if (no.length)
      setBad((b) => ({
        ...b,
        ...Object.fromEntries(no.map(([key, v]) => [key, { value: v.value, why: refused[key] }])),
      }));
    setPending((p) => store(Object.fromEntries(Object.entries(p).filter(([, v]) => v.seq > acked))));
  }, [acked, refused]);
  useEffect(() => {
    // no answer: the socket was dead; "set" can be repeated
    const timer = setInterval(() => {
      for (const [key, v] of Object.entries(now.current)) {
        if (Date.now() - v.at > Math.min(LONGEST, WAIT * 2 ** v.tries))
          send(key, v.kind, v.value, v.tries + 1);
      }
    }, 1000);
    return () => clearInterval(timer);
  }, [send]);
  const forget = (key) => setBad(({ [key]: _, ...rest }) => rest);
  return { pending, bad, send, forget };
}
