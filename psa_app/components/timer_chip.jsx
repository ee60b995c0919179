// The running timer: counts here, second by second, from the instant that the server gave.
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

const text = (seconds) =>
  `${Math.floor(seconds / 3600)}:${String(Math.floor(seconds / 60) % 60).padStart(2, "0")}`;

export function TimerChip({ timer, onToggle }) {
  const running = Boolean(timer?.started_at);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!running) return undefined;
    setNow(Date.now());
    const tick = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(tick);
  }, [running, timer?.started_at]);
  if (!running) {
    return (
      <span className="timer off">
        <button type="button" aria-label="Start the timer" title="Start the timer (T)" onClick={onToggle}>
          <Icon name="play" />
        </button>
        <span className="num" aria-hidden="true">
          0:00
        </span>
      </span>
    );
  }
  const spent = text((timer.before || 0) + Math.max(0, (now - Date.parse(timer.started_at)) / 1000));
  const name = <span className="name">{timer.label}</span>;
  return (
    <span className="timer" role="timer" aria-label={`Timer runs: ${timer.label}`}>
      <button
        type="button"
        aria-label={`Stop the timer, ${timer.label}`}
        title="Stop the timer (T)"
        onClick={onToggle}>
        <Icon name="stop" />
      </button>
      {timer.href ? (
        <Link to={timer.href} className="name">
          {timer.label}
        </Link>
      ) : (
        name
      )}
      <span className="num">{spent}</span>
    </span>
  );
}
