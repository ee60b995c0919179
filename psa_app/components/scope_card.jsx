// Whose rates a line takes: its own, the client's card or the firm's, with the figures that will apply.
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { Choice } from "$/public/external/psa_app/components/scope_lines/scope_fields.jsx";
import { APPLIES, CLIENT, FIRM, LINE } from "$/public/external/psa_app/components/scope_lines/scope_models.js";
import { Rates } from "$/public/external/psa_app/components/scope_lines/scope_rows.jsx";

let last = 0;

export function RateCard(props) {
  const { line, at, name, cards, client, currency, errors, change } = props;
  const card = line.rate_card;
  const id = `${name}-${at}-rate_card`;
  const rows = (of) => cards.filter((one) => one.card === of);
  const begin = (shown) =>
    change(at, {
      rate_card: LINE,
      rates: shown.map(({ role, amount, since, until }) => ({ role, amount, since, until, key: `card-${++last}` })),
    });
  return (
    <div className="scope-card">
      <div className="fields two">
        <Choice
          id={id}
          label={line.model === "retainer" ? "Rates of the hours beyond" : "Rates"}
          value={card}
          options={[
            [LINE, "rates of this line"],
            [CLIENT, `the card of ${client || "the client"}`],
            [FIRM, "the firm’s card"],
          ]}
          error={errors[`${name}.${at}.rate_card`]}
          onChange={(rate_card) => change(at, { rate_card })}
        />
      </div>
      {card === LINE ? (
        <Rates {...props} />
      ) : (
        <Figures rows={rows} card={card} client={client} currency={currency} begin={begin} />
      )}
    </div>
  );
}

/** What an hour of each role will cost; a card that the ladder passes over says so. */
function Figures({ rows, card, client, currency, begin }) {
  const own = rows(card),
    passed = card === FIRM && rows(CLIENT).length > 0;
  if (!own.length)
    return (
      <p className="muted">
        {card === CLIENT
          ? `${client || "The client"} has no card of its own in ${currency}.`
          : `The firm’s card has no rates in ${currency}.`}
      </p>
    );
  const shown = passed ? own : rows(APPLIES);
  return (
    <div>
      {passed ? (
        <p className="muted">
          {client}’s own card goes before the firm’s. To sell at these, make them the line’s own.
        </p>
      ) : null}
      <table className="scope-figures" aria-label="What an hour costs by this card">
        <tbody>
          {shown.map((one, n) => (
            <tr key={n}>
              <th scope="row">{one.name}</th>
              <td className="muted">{one.words}</td>
              <td className="num">
                {one.amount} {currency}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="scope-part-foot">
        <button type="button" className="button small" onClick={() => begin(shown)}>
          <Icon name="copy" /> Begin the line’s rates from this card
        </button>
        {passed ? null : <span className="muted">As the card stands on the day of the work.</span>}
      </div>
    </div>
  );
}
