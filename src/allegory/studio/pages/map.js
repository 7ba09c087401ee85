// The map: examples at their places. Between them the code is a mean of the nearest ones'.

import { id } from "./api.js";
import { h } from "./dom.js";

const SIDE = 720;
const ACROSS = 20;
const NEAREST = 4;

export function map(run, space, visit) {
  const canvas = h("canvas", {
    class: "map",
    width: SIDE,
    height: SIDE,
    tabindex: 0,
    role: "application",
    "aria-label": "Map of held-out examples. Arrow keys walk on it; the picture follows.",
  });
  const draw = canvas.getContext("2d");
  const atlas = new Image();
  const [, height, width] = space.shape;
  const tile = 40;
  let at = [0.5, 0.5];

  const place = ([x, y]) => [tile / 2 + x * (SIDE - tile), tile / 2 + y * (SIDE - tile)];

  function paint() {
    draw.clearRect(0, 0, SIDE, SIDE);
    draw.imageSmoothingEnabled = width > tile;
    space.places.forEach((p, i) => {
      const [x, y] = place(p);
      const from = [(i % ACROSS) * width, Math.floor(i / ACROSS) * height];
      const scale = tile / Math.max(width, height);
      const [w, t] = [width * scale, height * scale];
      draw.drawImage(atlas, ...from, width, height, x - w / 2, y - t / 2, w, t);
    });
    const [x, y] = place(at);
    draw.lineWidth = 3;
    for (const [radius, colour] of [[15, "#fff"], [12, "#111"]]) {
      draw.strokeStyle = colour;
      draw.beginPath();
      draw.arc(x, y, radius, 0, 2 * Math.PI);
      draw.stroke();
    }
  }

  function codeAt([x, y]) {
    const near = space.places
      .map((p, i) => [Math.hypot(p[0] - x, p[1] - y), i])
      .sort((a, b) => a[0] - b[0])
      .slice(0, NEAREST);
    const weights = near.map(([away]) => 1 / (away * away + 1e-5));
    const sum = weights.reduce((a, b) => a + b);
    return space.mean.map((_, j) => near.reduce((total, [, i], k) => total + (weights[k] / sum) * space.codes[i][j], 0));
  }

  function go(x, y) {
    at = [Math.max(0, Math.min(1, x)), Math.max(0, Math.min(1, y))];
    paint();
    visit(codeAt(at));
  }

  function point(event) {
    const box = canvas.getBoundingClientRect();
    const scale = SIDE / box.width;
    const to = (v, from) => ((v - from) * scale - tile / 2) / (SIDE - tile);
    go(to(event.clientX, box.left), to(event.clientY, box.top));
  }

  canvas.addEventListener("pointermove", (event) => (event.pointerType === "mouse" || event.buttons) && point(event));
  canvas.addEventListener("pointerdown", point);
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    go(at[0] + 0.02 * step[0], at[1] + 0.02 * step[1]);
  });
  atlas.onload = paint;
  atlas.src = `/api/runs/${id(run)}/map`;
  return canvas;
}
