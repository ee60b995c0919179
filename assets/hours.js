// How people type hours, and how hours are shown. The server's rule is psa_app/rules/hours.py.
export const show = (m) =>
  m ? `${m < 0 ? "−" : ""}${Math.floor(Math.abs(m) / 60)}:${String(Math.abs(m) % 60).padStart(2, "0")}` : "";

// -> whole minutes (a part of one half up), or NaN for what cannot be read.
export const parse = (typed) => {
  const s = typed.trim().toLowerCase();
  let m;
  if ((m = /^(\d{0,5}):([0-5]\d)$/.exec(s))) return +m[1] * 60 + +m[2];
  if (/^(\d{0,5}[.,]\d{1,4}|\d{1,5})$/.test(s)) return Math.round(+s.replace(",", ".") * 60);
  m = /^(?:(\d{1,5}(?:[.,]\d{1,4})?)\s*h(?:ours?|rs?)?)?\s*(?:(\d{1,6})\s*(?:m|min|minutes?)?)?$/.exec(s);
  if (!m || !s || (m[1] && m[2] && (+m[2] > 59 || /[.,]/.test(m[1])))) return NaN;
  return Math.round(+(m[1] || "0").replace(",", ".") * 60) + +(m[2] || 0);
};

// "+30m" and "-15m" change what stands there; everything else replaces it.
export const apply = (typed, before) => {
  const m = /^\s*([+\-−])\s*(\S.*)$/.exec(typed);
  if (!m) return /^\s*[-–]?\s*$/.test(typed) ? 0 : parse(typed);
  const by = parse(m[2]);
  return m[1] === "+" ? before + by : Math.max(0, before - by);
};

export const DAY = 1440;
