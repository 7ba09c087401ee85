// The map of an audit: examples at their places, coloured by what is known, chosen by a frame.

import { h } from "./dom.js";

const RAMP = [[38, 70, 130], [42, 143, 140], [222, 190, 80], [224, 110, 50], [180, 30, 60]];
const GREY = "#9aa1ab";

const ramp = (t) => {
  const at = Math.min(Math.max(t, 0), 1) * (RAMP.length - 1);
  const k = Math.min(Math.floor(at), 3);
  return `rgb(${RAMP[k].map((v, j) => Math.round(v + (at - k) * (RAMP[k + 1][j] - v)))})`;
};
const hue = (k, n) => `hsl(${Math.round((k * 360) / n + (k % 2) * 12)} 62% ${k % 2 ? 42 : 54}%)`;

function range({ values }) {
  const there = values.filter((v) => v !== null).sort((a, b) => a - b);
  const at = (q) => there[Math.round(q * (there.length - 1))] ?? 0;
  return [at(0.01), at(0.99)];
}

function colours(column) {
  if (column.names) return (i) => (column.values[i] < 0 ? GREY : hue(column.values[i], column.names.length));
  const [low, high] = range(column);
  return (i) => (column.values[i] === null ? GREY : ramp((column.values[i] - low) / (high - low || 1)));
}

export const said = (column, i) => (column.names ? (column.names[column.values[i]] ?? "") : (column.values[i] ?? ""));

const sheets = new WeakMap();
function sheetOf(map) {
  if (!sheets.has(map)) {
    const sheet = new Image();
    sheet.src = map.atlas;
    sheets.set(map, sheet);
  }
  return sheets.get(map);
}
const tile = (map, i) => [(i % map.across) * map.width, Math.floor(i / map.across) * map.height, map.width, map.height];

// one example as a picture of its own
export function painter(map, i) {
  const canvas = h("canvas", { width: map.width, height: map.height, role: "img", "aria-label": map.names[i] });
  const draw = () => canvas.getContext("2d").drawImage(sheetOf(map), ...tile(map, i), 0, 0, map.width, map.height);
  sheetOf(map).decode().then(draw, () => {});
  return canvas;
}

export function lay(map, tell) {
  const canvas = h("canvas", { role: "img", "aria-label": "Map of the examples. The buttons below choose a group of them." });
  const legend = h("div", { class: "legend" });
  const stage = h("div", { class: "audit-map" }, canvas);
  let column = map.colours[0];
  let pictures = Boolean(map.atlas);
  let size = [0, 0];
  let frame = null; // what is being drawn: two corners
  let chosen = null;

  const where = (i) => map.places[i].map((v, j) => 14 + (v / 1000) * (size[j] - 28));

  function paint() {
    const dots = devicePixelRatio || 1;
    const wide = stage.clientWidth;
    if (!wide) return;
    size = [wide, Math.round(wide * (wide < 600 ? 1 : 0.62))];
    [canvas.width, canvas.height] = size.map((v) => Math.round(v * dots));
    canvas.style.height = `${size[1]}px`;
    const pen = canvas.getContext("2d");
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    const colour = colours(column);
    const inside = chosen && new Set(chosen);
    // pictures fill a third of the map
    const side = Math.max(16, Math.min(64, Math.sqrt((size[0] * size[1]) / (3 * map.names.length))));
    map.names.forEach((_, i) => {
      const [x, y] = where(i);
      pen.globalAlpha = inside && !inside.has(i) ? 0.18 : 0.95;
      pen.fillStyle = colour(i);
      if (!pictures) {
        pen.beginPath();
        pen.arc(x, y, size[0] < 600 ? 2.6 : 3.4, 0, 7);
        pen.fill();
        return;
      }
      const scale = side / Math.max(map.width, map.height);
      const [w, t] = [map.width * scale, map.height * scale];
      pen.fillRect(x - w / 2 - 1.5, y - t / 2 - 1.5, w + 3, t + 3);
      pen.drawImage(sheetOf(map), ...tile(map, i), x - w / 2, y - t / 2, w, t);
    });
    pen.globalAlpha = 1;
    if (!frame) return;
    const [[a, b], [c, d]] = frame;
    pen.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--ink");
    pen.setLineDash([5, 4]);
    pen.strokeRect(Math.min(a, c), Math.min(b, d), Math.abs(c - a), Math.abs(d - b));
    pen.setLineDash([]);
  }

  function choose(rows, name) {
    chosen = rows.length ? rows : null;
    frame = null;
    paint();
    tell(rows, name);
  }

  function explain() {
    if (column.names) {
      legend.replaceChildren(
        ...column.names.map((name, k) => {
          const mark = h("i");
          mark.style.background = hue(k, column.names.length);
          const rows = () => map.names.map((_, i) => i).filter((i) => column.values[i] === k);
          return h("button", { onclick: () => choose(rows(), `${column.name.replaceAll("_", " ")}: ${name}`) }, mark, name);
        }),
      );
      return;
    }
    const bar = h("b");
    bar.style.background = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map(ramp).join()})`;
    const [low, high] = range(column);
    legend.replaceChildren(h("span", {}, String(low)), bar, h("span", {}, String(high)));
  }

  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    frame = [point(event), point(event)];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!frame || !canvas.hasPointerCapture(event.pointerId)) return;
    frame[1] = point(event);
    paint();
  });
  canvas.addEventListener("pointerup", () => {
    if (!frame) return;
    // a tap is a small frame around it
    const room = frame[0].every((v, j) => Math.abs(v - frame[1][j]) < 6) ? 22 : 0;
    const [low, high] = [Math.min, Math.max].map((of, k) => [0, 1].map((j) => of(frame[0][j], frame[1][j]) + (k ? room : -room)));
    const rows = map.names.map((_, i) => i).filter((i) => where(i).every((v, j) => v >= low[j] && v <= high[j]));
    choose(rows, "this region");
  });
  canvas.addEventListener("pointercancel", () => ((frame = null), paint()));
  if (map.atlas) sheetOf(map).decode().then(paint, () => {});
  new ResizeObserver(paint).observe(stage);
  explain();
  return {
    element: h("div", {}, stage, legend),
    paint,
    choose,
    colour(k) {
      column = map.colours[k];
      explain();
      paint();
    },
    look() {
      pictures = !pictures;
      paint();
      return pictures;
    },
  };
}
