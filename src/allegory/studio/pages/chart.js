// Curves of losses over the images seen.

import { count, figure, h } from "./dom.js";

const WIDTH = 640;
const HEIGHT = 260;
const LEFT = 64;
const BOTTOM = 28;
const TOP = 12;
const NAMES = { train: "training loss", held_out: "held out" };

// a first few losses, far above all others, would press the rest flat
function limits(curves, total) {
  const settled = curves.flat().filter(([images]) => images > 0.03 * total);
  const values = (settled.length > 4 ? settled : curves.flat()).map(([, loss]) => loss).filter(isFinite);
  const low = Math.min(...values);
  const high = Math.max(...values);
  return high > low ? [low - 0.05 * (high - low), high + 0.05 * (high - low)] : [low - 1, high + 1];
}

// round numbers between the limits, three to six
function marks(low, high) {
  const power = 10 ** Math.floor(Math.log10((high - low) / 5));
  const step = power * [1, 2, 2.5, 5, 10].find((part) => 5 * part * power >= high - low);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

export function chart(curves, total) {
  const all = Object.values(curves);
  if (all.flat().length < 2) return h("p", { class: "note" }, "Curves appear with the first records.");
  const [low, high] = limits(all, total);
  const x = (images) => LEFT + (images / total) * (WIDTH - LEFT - 10);
  const y = (loss) => TOP + ((high - loss) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const clamp = (loss) => Math.max(low, Math.min(high, loss));
  const path = (points) => points.map(([i, loss], k) => `${k ? "L" : "M"}${x(i).toFixed(1)} ${y(clamp(loss)).toFixed(1)}`).join("");
  const shown = Object.keys(curves).filter((name) => curves[name].length);
  const last = shown.map((name) => [NAMES[name], ...curves[name].at(-1)]);
  const words = `Over images seen: ${last.map(([name, images, loss]) => `${name} ${figure(loss)} after ${count(images)}`).join(", ")}`;
  return h(
    "div",
    {},
    h(
      "svg",
      { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words },
      marks(low, high).map((loss) => [
        h("line", { class: "grid", stroke: "var(--line)", x1: LEFT, x2: WIDTH - 10, y1: y(loss), y2: y(loss) }),
        h("text", { x: LEFT - 8, y: y(loss) + 4, "text-anchor": "end", fill: "var(--soft)" }, figure(loss)),
      ]),
      [0, 0.5, 1].map((part) =>
        h("text", { x: x(part * total), y: HEIGHT - 8, "text-anchor": part === 1 ? "end" : "middle", fill: "var(--soft)" }, count(Math.round(part * total))),
      ),
      shown.map((name) => h("path", { class: name, d: path(curves[name]) })),
    ),
    h("p", { class: "key" }, shown.map((name) => h("span", { class: name }, NAMES[name]))),
  );
}
