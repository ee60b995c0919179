// Draws a plotly figure in the page's own colours: "var(--chart-1)" in it is read from the style sheet.
import { useEffect, useRef, useState } from "react";
import Plotly from "plotly.js-basic-dist-min";

const colour = (text, style) =>
  text.replace(/^var\((--[\w-]+)\)$/, (all, name) => style.getPropertyValue(name).trim() || all);
const painted = (x, style) => {
  if (typeof x === "string") return x.startsWith("var(") ? colour(x, style) : x;
  if (Array.isArray(x)) return x.map((y) => painted(y, style));
  if (x && typeof x === "object" && !ArrayBuffer.isView(x))
    return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, painted(v, style)]));
  return x;
};
const axis = {
  gridcolor: "var(--line)",
  linecolor: "var(--line-strong)",
  zerolinecolor: "var(--line-strong)",
  tickfont: { color: "var(--ink-2)", size: 12 },
  title: { font: { color: "var(--ink-2)", size: 12 } },
  automargin: true,
  fixedrange: true,
  ticks: "",
};
const BASE = {
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  margin: { l: 8, r: 8, t: 8, b: 8 },
  showlegend: false,
  hovermode: "x unified",
  bargap: 0.45,
  barcornerradius: 3,
  colorway: [1, 2, 3, 4, 5, 6].map((n) => `var(--chart-${n})`),
  font: { family: '"Inter Variable", Inter, system-ui, sans-serif', size: 12, color: "var(--ink-2)" },
  hoverlabel: {
    bgcolor: "var(--surface)",
    bordercolor: "var(--line-strong)",
    font: { color: "var(--ink)", size: 12 },
  },
};
const merged = (own) => {
  const layout = {
    ...BASE,
    ...own,
    font: { ...BASE.font, ...own?.font },
    margin: { ...BASE.margin, ...own?.margin },
    hoverlabel: { ...BASE.hoverlabel, ...own?.hoverlabel },
  };
  delete layout.template;
  for (const name of ["xaxis", "yaxis", ...Object.keys(own ?? {}).filter((k) => /^[xy]axis\d+$/.test(k))]) {
    layout[name] = {
      ...axis,
      ...(name[0] === "x" ? { showgrid: false, showline: true } : { showline: false, zeroline: false }),
      ...own?.[name],
    };
  }
  return layout;
};

export function Chart({ figure, label, height = 260, onPick }) {
  const box = useRef(null),
    [theme, setTheme] = useState(0);
  useEffect(() => {
    const again = () => setTheme((n) => n + 1);
    addEventListener("themechange", again);
    return () => removeEventListener("themechange", again);
  }, []);
  useEffect(() => {
    if (!figure?.data) return;
    const style = getComputedStyle(box.current),
      layout = painted(merged(figure.layout), style);
    Plotly.react(
      box.current,
      painted(figure.data, style),
      { ...layout, height, autosize: true },
      { displayModeBar: false, responsive: true, locale: "en" },
    );
  }, [figure, theme, height]);
  useEffect(() => {
    const element = box.current;
    const pick = (e) =>
      onPick?.({
        label: String(e.points[0].x),
        series: e.points[0].data.name ?? "",
        value: e.points[0].y,
        key: e.points[0].customdata ?? null,
      });
    element.on?.("plotly_click", pick);
    return () => element.removeAllListeners?.("plotly_click");
  }, [onPick, figure]);
  useEffect(() => {
    const element = box.current;
    return () => Plotly.purge(element);
  }, []);
  return <div className="chart" role="img" aria-label={label} ref={box} style={{ height }} />;
}
