// How people type hours, and how hours are shown. The server's rule is psa_app/rules/hours.py.
export const show = (m) => (m ? `${m < 0 ? "−" : ""}${Math.floor(Math.abs(m) / 60)}:${String(Math.abs(m) % 60).padStart(2, "0")}` : "");

// -> whole minutes, or NaN
export const parse = (typed) => {
  const s = typed.trim().toLowerCase().replace(",", ".");
  let m;
  if (!s || s === "-" || s === "–") return 0;
  if ((m = /^(\d{1,3})?:([0-5]\d)$/.exec(s))) return +(m[1] || 0) * 60 + +m[2];
  if ((m = /^(\d+)\s*m(?:in)?$/.exec(s))) return +m[1];
  if ((m = /^(\d+(?:\.\d+)?)\s*h(?:\s*(\d+)\s*m?)?$/.exec(s))) return Math.round(+m[1] * 60 + +(m[2] || 0));
  return /^(\d+\.?\d*|\.\d+)$/.test(s) ? Math.round(+s * 60) : NaN;
};

// "+30m" and "-15m" change what stands there; everything else replaces it.
export const apply = (typed, before) => {
  const m = /^\s*([+\-−])\s*(\S.*)$/.exec(typed);
  if (!m) return parse(typed);
  const by = parse(m[2]);
  return m[1] === "+" ? before + by : Math.max(0, before - by);
};

export const DAY = 1440;
