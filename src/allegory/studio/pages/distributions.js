// The game in one or two dimensions, played from what the run recorded: pause, step, speed.

import { get, id } from "./api.js";
import { count, h } from "./dom.js";
import { curve, ground, plane } from "./points.js";

const SPEEDS = [0.25, 0.5, 1, 2, 4];
const PACE = 2; // moments a second at speed 1
const CARRY = 2200; // milliseconds from the noise to where it is carried

const mixed = (a, b, part) =>
  a === null || b === null ? b : a.map((v, i) => (Array.isArray(v) ? mixed(v, b[i], part) : v + part * (b[i] - v)));

export async function distributions(place, run) {
  let film = await get(`runs/${id(run.id)}/moments`);
  if (!film.moments.length) {
    place.append(
      h("p", { class: "lead" }, "Nothing was recorded yet: a run on points leaves a moment at each evaluation while it trains."),
    );
    return undefined;
  }
  const line = film.low.length === 1;
  const canvas = h("canvas", { class: "game", role: "img" });
  const told = h("p", { class: "note", role: "status" });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let at = 0;
  let playing = !still;
  let speed = 1;
  let carried = 1; // part of the way from the noise that points have gone
  let before = 0;
  let frame = 0;
  const end = () => film.moments.length - 1;

  function now() {
    const k = Math.min(Math.floor(at), end());
    const [a, b] = [film.moments[k], film.moments[Math.min(k + 1, end())]];
    const part = at - k;
    return {
      images: Math.round(a.images + part * (b.images - a.images)),
      points: mixed(a.points, b.points, part),
      realness: mixed(a.realness, b.realness, part),
    };
  }

  function draw() {
    const seen = now();
    if (line) {
      const top = seen.realness ? 0.42 : 0;
      ground(canvas, film, seen, top);
      if (top) curve(canvas, film, seen, top);
    } else {
      plane(canvas, film, seen, film.noise ? carried : 1);
    }
    const words = [`After ${count(seen.images)} images`];
    if (seen.realness) {
      const all = seen.realness.flat();
      words.push(`P(real) lies between ${Math.min(...all).toFixed(2)} and ${Math.max(...all).toFixed(2)}; at 0.5 the discriminator can't tell`);
    }
    const sentence = `${words.join(": ")}.`;
    canvas.setAttribute("aria-label", `${line ? "Data above, generated points below the line" : "Data, and generated points"}. ${sentence}`);
    told.textContent = sentence;
    slider.value = at;
  }

  const slider = h("input", {
    type: "range",
    min: 0,
    max: end(),
    step: 0.01,
    "aria-label": "moment of training",
    oninput: () => {
      pause();
      at = Number(slider.value);
      draw();
    },
  });
  const toggle = h("button", { class: "main", onclick: () => (playing ? pause() : play()) });
  function pause() {
    playing = false;
    toggle.textContent = "Play";
  }
  function play() {
    if (at >= end()) at = 0;
    playing = true;
    toggle.textContent = "Pause";
  }
  function step(by) {
    pause();
    at = Math.max(0, Math.min(end(), by < 0 ? Math.ceil(at) + by : Math.floor(at) + by));
    draw();
  }
  const pace = h(
    "select",
    { id: "speed", onchange: () => (speed = Number(pace.value)) },
    SPEEDS.map((v) => h("option", { value: v }, `${v}×`)),
  );
  pace.value = "1";

  function tick(time) {
    frame = requestAnimationFrame(tick);
    const passed = Math.min(time - before, 250);
    before = time;
    const carries = carried < 1;
    const moves = playing || carries;
    if (carries) carried = Math.min(1, carried + passed / CARRY);
    if (playing) {
      at = Math.min(end(), at + (passed / 1000) * PACE * speed);
      // a run that is being trained goes on: its next moment is waited for
      if (at >= end() && run.state !== "training") pause();
    }
    if (moves) draw();
  }

  const carry = h("button", { onclick: () => ((carried = 0), pause()) }, "Carry the noise");
  const keys = (event) => {
    if (event.target.matches("input, select, button")) return;
    const act = { " ": () => (playing ? pause() : play()), ArrowLeft: () => step(-1), ArrowRight: () => step(1) }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  addEventListener("keydown", keys);
  const drawn = h("div", { class: "game-frame" }, canvas);
  const entry = (kind, words) => h("span", { class: kind }, words);
  place.append(
    h(
      "p",
      { class: "lead" },
      line
        ? "Data stand on the line, generated points hang from it; above them how real each place looks to the discriminator, where the model has one."
        : "Where the model carries its noise: each point keeps its colour from the noise that it comes from. Grey points are data; the ground is how real each place looks to the discriminator, where the model has one.",
    ),
    drawn,
    h("p", { class: "key game-key" }, entry(line ? "of-data" : "of-grey", "data"), entry(line ? "of-model" : "of-hues", "generated"), film.moments[0].realness && entry(line ? "of-curve" : "of-field", line ? "P(real)" : "the bluer, the more real; the redder, the more generated")),
    slider,
    h(
      "div",
      { class: "buttons" },
      toggle,
      h("button", { onclick: () => step(-1), "aria-label": "one moment back" }, "← Step"),
      h("button", { onclick: () => step(1), "aria-label": "one moment on" }, "Step →"),
      h("span", { class: "row" }, h("label", { for: "speed" }, "Speed"), pace),
      !line && film.noise && carry,
    ),
    told,
    h("p", { class: "note" }, `${film.moments.length} moments were recorded; between them points go straight.${!line && film.latents > 2 ? ` The noise has ${film.latents} numbers, of which two place a point at the start.` : ""}`),
  );
  (playing ? play : pause)();
  draw();
  frame = requestAnimationFrame(tick);
  const resized = new ResizeObserver(draw);
  resized.observe(drawn);
  const timer = setInterval(async () => {
    if (document.hidden || !["training", "starting"].includes(run.state)) return;
    try {
      run = { ...run, ...(await get(`runs/${id(run.id)}`)) };
      film = await get(`runs/${id(run.id)}/moments`);
      slider.max = end();
    } catch {
      // the next turn asks again
    }
  }, 3000);
  return () => {
    cancelAnimationFrame(frame);
    clearInterval(timer);
    resized.disconnect();
    removeEventListener("keydown", keys);
  };
}
