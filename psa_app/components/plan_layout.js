// Where bars lie: pure functions, no drawing.
export const HEAD = 22,
  LANE = 27;

// The first free lane for each bar.
export const lanes = (bars) => {
  const ends = [];
  return bars
    .slice()
    .sort((a, b) => a.start - b.start || b.length - a.length)
    .map((bar) => {
      let lane = ends.findIndex((end) => end <= bar.start);
      if (lane < 0) lane = ends.length;
      ends[lane] = bar.start + bar.length;
      return { ...bar, lane };
    });
};

export const height = (placed) =>
  Math.max(58, HEAD + 8 + LANE * Math.max(1, ...placed.map((b) => b.lane + 1)));

// A bar that would leave the columns shown is cut at their edge; one outside is not drawn.
export const within = (bar, count) => {
  const start = Math.max(0, bar.start),
    end = Math.min(count, bar.start + bar.length);
  return end > start
    ? {
        ...bar,
        from: start,
        span: end - start,
        cutLeft: bar.start < 0,
        cutRight: bar.start + bar.length > count,
      }
    : null;
};

// The change that a drag or a key means, or null when there is none.
export const moved = (bar, by) => (by ? { start: bar.start + by, length: bar.length } : null);
export const stretched = (bar, by, left) => {
  if (!by) return null;
  const length = left ? bar.length - by : bar.length + by;
  return length < 1 ? null : { start: left ? bar.start + by : bar.start, length };
};
