// The billing models of a scope's line, in the words of the editor (rules/scopes.py).
export const TIME = "time_and_materials",
  FIXED = "fixed",
  MILESTONE = "milestone",
  RETAINER = "retainer",
  SUBSCRIPTION = "subscription";

export const MODELS = [
  { model: TIME, name: "By time", add: "By time" },
  { model: FIXED, name: "Fixed fee, on dates", add: "Fixed fee" },
  { model: MILESTONE, name: "Fixed price, by milestones", add: "Milestones" },
  { model: RETAINER, name: "Retainer", add: "Retainer" },
  { model: SUBSCRIPTION, name: "Subscription", add: "Subscription" },
];

const monthly = [
  ["weekly", "each week"],
  ["monthly", "each month"],
  ["quarterly", "each quarter"],
  ["yearly", "each year"],
];
export const RHYTHMS = {
  [TIME]: [
    ["monthly", "each month"],
    ["weekly", "each week"],
    ["at_end", "when it is done"],
  ],
  [FIXED]: [["schedule", "on the dates below"]],
  [MILESTONE]: [["on_acceptance", "when accepted"]],
  [RETAINER]: monthly,
  [SUBSCRIPTION]: monthly,
};

export const PERIOD = { weekly: "week", monthly: "month", quarterly: "quarter", yearly: "year" };
export const periodic = (model) => model === RETAINER || model === SUBSCRIPTION;
export const rated = (model) => model === TIME || model === RETAINER;
export const LINE = "line",
  CLIENT = "client",
  FIRM = "firm",
  APPLIES = "applies"; // whose rates a line takes; the last: what the ladder gives a line without its own
export const worked = (model) => model === TIME || model === RETAINER;

export const HOURS = "hours",
  MONEY = "money"; // what a retainer's period holds
export const CAPPED = "capped"; // of what is unused, so much goes over

/** For how many a subscription is; 1 for what is empty or no number, and for any other line. */
export const many = (line) =>
  line.model === SUBSCRIPTION && /^[1-9][0-9]{0,5}$/.test(line.quantity.trim()) ? Number(line.quantity) : 1;

/** A new line of a model; `roles` are those of the price list. */
export function blankLine(model, roles) {
  const usual = roles.filter((r) => r.price).map((r) => ({ role: r.id, amount: r.price }));
  return {
    ...{ model, title: "", description: "", cap: "", estimate: "", value: "", period: "", periods: "" },
    ...{ rhythm: periodic(model) ? "monthly" : RHYTHMS[model][0][0], approval: "lead", silence: "" },
    ...{ billed_in: "advance", counted_from: "contract", trial: "", quantity: "", holds: HOURS, worth: "" },
    ...{ rollover: "none", rollover_cap: "", rollover_periods: "", deficit: "overage" },
    ...{ round_increment: "", round_mode: "up", round_minimum: "", round_per: "entry", rate_card: LINE },
    rates: model === TIME ? usual : [],
    milestones: model === MILESTONE ? [{ title: "", value: "", due: "", criteria: "" }] : [],
    fees: model === FIXED ? [{ title: "", due: "", value: "100 %" }] : [],
  };
}

/** The line as it is sent: without what another model would need. */
export function cleaned(line, plain) {
  const { model } = line;
  return {
    ...plain(line),
    rates: rated(model) && line.rate_card === LINE ? line.rates.map(plain) : [],
    rate_card: rated(model) ? line.rate_card : LINE,
    milestones: model === MILESTONE ? line.milestones.map(plain) : [],
    fees: model === FIXED ? line.fees.map(plain) : [],
    cap: model === TIME ? line.cap : "",
    value: model === TIME || model === MILESTONE ? "" : line.value,
    period: model === RETAINER && line.holds !== MONEY ? line.period : "",
    worth: model === RETAINER && line.holds === MONEY ? line.worth : "",
    rollover_cap: model === RETAINER && line.rollover === CAPPED ? line.rollover_cap : "",
    trial: periodic(model) ? line.trial : "",
    quantity: model === SUBSCRIPTION ? line.quantity : "",
    periods: periodic(model) ? line.periods : "",
  };
}
