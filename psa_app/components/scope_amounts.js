// Amounts as a person types them, for sums shown while one types. The server reads them anew when they are
// saved (rules/money.py), by the same rules; whole minor units, never a fraction.

/** How many digits stand after the point: EUR 2, JPY 0, KWD 3. */
export function digitsOf(currency) {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions()
      .maximumFractionDigits;
  } catch {
    return 2;
  }
}

/** Minor units of "1,234.56", "1.234,56", "1 234" or "1234"; null for what is no number or can be read in two ways. */
export function minor(text, digits) {
  const clean = text.trim().replace(/[\s'’]/g, "");
  if (!/^[0-9][0-9.,]*$|^[.,][0-9]+$/.test(clean)) return null;
  const split = parts(clean, digits);
  if (!split) return null;
  const [whole, decimals] = split;
  if (decimals.length > digits) return null;
  const written = (whole + decimals.padEnd(digits, "0")).replace(/^0+(?=.)/, "");
  return written.length > 15 ? null : Number(written || "0");
}

function parts(clean, digits) {
  const marks = clean.match(/[.,]/g) ?? [];
  if (!marks.length) return [clean, ""];
  if (new Set(marks).size === 2) {
    const point = marks.at(-1);
    const [before, after, ...more] = clean.split(point);
    const whole = ungrouped(before, marks[0]);
    return more.length || whole === null || !/^[0-9]+$/.test(after) ? null : [whole, after];
  }
  if (marks.length > 1) {
    const whole = ungrouped(clean, marks[0]);
    return whole === null ? null : [whole, ""];
  }
  const [before, after] = clean.split(marks[0]);
  const asPlain = digits === 3 && marks[0] === ".";
  if (after.length === 3 && /^[1-9][0-9]{0,2}$/.test(before) && !asPlain) {
    return digits === 0 ? [before + after, ""] : null;
  }
  return /^[0-9]+$/.test(after) ? [before, after] : null;
}

function ungrouped(text, mark) {
  const [head, ...groups] = text.split(mark);
  return /^[0-9]{1,3}$/.test(head) && groups.every((group) => /^[0-9]{3}$/.test(group))
    ? head + groups.join("")
    : null;
}

/** Minor units with their currency: 123456 EUR is "€1,234.56". */
export function shown(amount, currency) {
  const digits = digitsOf(currency);
  const text = new Intl.NumberFormat("en", { style: "currency", currency }).format(amount / 10 ** digits);
  return text.replace("-", "−");
}
