// A column and its cards. A card is a link to what it stands for.
import { memo } from "react";
import { Link } from "react-router";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

const Card = memo(function Card({ card, held, act }) {
  const looks = ["board-card", held && "held", card.stale && "stale"].filter(Boolean).join(" ");
  return (
    <li data-item={card.id} className={looks}>
      <Link
        to={card.href}
        data-card={card.id}
        draggable={false}
        aria-describedby="board-help"
        onKeyDown={(event) => act.key(event, card)}
        onPointerDown={(event) => act.drag(event, card)}
        onClick={(event) => act.click(event)}>
        <span className="board-sub">{card.sub}</span>
        <b>{card.title}</b>
        <span className="board-line">
          <span className="num">{card.amount}</span>
          <span className={card.stale ? "board-age stale" : "board-age"} title={card.tip || undefined}>
            {card.stale ? <Icon name="clock" /> : null}
            {card.age}
          </span>
        </span>
        {card.todo || card.initials ? (
          <span className="board-line">
            <span className={`board-todo t-${card.todo_tone || "none"}`}>{card.todo}</span>
            {card.initials ? (
              <span className="avatar small" title={card.owner}>
                <span aria-hidden="true">{card.initials}</span>
                <span className="sr">{card.owner}</span>
              </span>
            ) : null}
          </span>
        ) : null}
      </Link>
    </li>
  );
});

export function Column({ column, cards, held, act }) {
  const name = `board-${column.id}`;
  return (
    <section
      className={`board-column t-${column.tone || "none"}`}
      data-column={column.id}
      aria-labelledby={name}>
      <header title={column.tip || undefined}>
        <h2 id={name}>
          {column.name} <span className="count">{column.count}</span>
        </h2>
        <p>
          <span className="num">{column.sum}</span>
          {column.weighted ? <span className="num muted">{column.weighted}</span> : null}
        </p>
      </header>
      <ul>
        {cards.map((card) => (
          <Card key={card.id} card={card} held={held === card.id} act={act} />
        ))}
      </ul>
    </section>
  );
}
