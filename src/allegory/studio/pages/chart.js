// Two curves over the images seen.

import { count, figure, h } from "./dom.js";

const WIDTH = 640;
const HEIGHT = 260;
const LEFT = 64;
const BOTTOM = 28;
const TOP = 12;

// a first few losses, far above all others, would press the rest flat
function limits(curves, total) {
  const settled = curves.flat().filter(([images]) => images > 0.03 * total);
  const values = (settled.length > 4 ? settled : curves.flat()).map(([, loss]) => loss).filter(isFinite);
  const low = Math.min(...values);
  const high = Math.max(...values);
  return high > low ? [low - 0.05 * (high - low), high + 0.05 * (high - low)] : [low - 1, high + 1];
}

export function chart(curves, total) {
  const all = Object.values(curves);
  if (all.flat().length < 2) return h("p", { class: "note" }, "Curves appear with the first records.");
  const [low, high] = limits(all, total);
  const x = (images) => LEFT + (images / total) * (WIDTH - LEFT - 10);
  const y = (loss) => TOP + ((high - loss) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const clamp = (loss) => Math.max(low, Math.min(high, loss));
  const path = (points) => points.map(([i, loss], k) => `${k ? "L" : "M"}${x(i).toFixed(1)} ${y(clamp(loss)).toFixed(1)}`).join("");
  const last = curves.held_out.at(-1);
  const words = last ? `Loss over images seen; held out, it is ${figure(last[1])} after ${count(last[0])} images` : "Loss over images seen";
  const marks = [0, 0.5, 1].map((part) => low + (0.08 + 0.84 * part) * (high - low));
  return h(
    "div",
    {},
    h(
      "svg",
      { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words },
      marks.map((loss) => [
        h("line", { class: "grid", stroke: "var(--line)", x1: LEFT, x2: WIDTH - 10, y1: y(loss), y2: y(loss) }),
        h("text", { x: LEFT - 8, y: y(loss) + 4, "text-anchor": "end", fill: "var(--soft)" }, figure(loss)),
      ]),
      [0, 0.5, 1].map((part) =>
        h("text", { x: x(part * total), y: HEIGHT - 8, "text-anchor": part === 1 ? "end" : "middle", fill: "var(--soft)" }, count(Math.round(part * total))),
      ),
      h("path", { class: "train", d: path(curves.train) }),
      h("path", { class: "held_out", d: path(curves.held_out) }),
    ),
    h("p", { class: "key" }, h("span", { class: "train" }, "training loss"), h("span", { class: "held_out" }, "held out")),
  );
}
