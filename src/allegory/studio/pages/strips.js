// Strips and films: one thing moved at a time, and the way between two codes that were kept.

import { blob, id } from "./api.js";
import { h, point, save, say } from "./dom.js";

const STRIPS = 6;
const FRAMES = 9;
const FILM = 24; // frames of a film

export const title = (way) => way.name?.replaceAll("_", " ") ?? way.label;

// code() is what is shown now, and the class it is of
export function strips(run, space, code) {
  const kept = {};
  const ask = (path, value) => blob(`runs/${id(run.id)}/${path}`, { label: code().label ?? null, ...value });
  const act = (work) => async (event) => {
    const button = event.target;
    button.disabled = true;
    try {
      await work();
    } catch (error) {
      say(error.message);
    }
    button.disabled = false;
  };
  const image = (content, alt) => {
    const shown = h("img", { class: "sheet", alt });
    point(shown, content);
    return shown;
  };
  const saving = (words, name, path, value) => h("button", { onclick: act(async () => save(name, await ask(path, value))) }, words);

  const rows = h("div");
  const ranks = space.ways.slice(0, STRIPS).map((_, k) => k);
  async function move() {
    const { z } = code();
    const found = await Promise.all(ranks.map((k) => ask("strips", { z, ways: [k], frames: FRAMES, bare: true })));
    rows.replaceChildren(
      ...found.map((content, k) => {
        const name = title(space.ways[k]);
        return h("figure", { class: "strip" }, h("figcaption", {}, name), image(content, `A row of pictures: ${name} moved`));
      }),
      h("div", { class: "buttons" }, saving("Save strips", `${run.id}-strips.png`, "strips", { z, ways: ranks, frames: FRAMES })),
    );
  }

  const between = h("div");
  async function walk() {
    const ends = { ...kept };
    between.replaceChildren(
      image(await ask("interpolate", { ...ends, frames: FRAMES }), "From A to B"),
      h(
        "div",
        { class: "buttons" },
        saving("Save strip", `${run.id}-way.png`, "interpolate", { ...ends, frames: FRAMES }),
        saving("Save film", `${run.id}-way.gif`, "interpolate", { ...ends, frames: FILM, film: true }),
      ),
    );
  }
  const way = h("button", { disabled: true, onclick: act(walk) }, "Show the way from A to B");
  const keep = (name) => {
    const button = h("button", {
      onclick: () => {
        kept[name.toLowerCase()] = [...code().z];
        way.disabled = !(kept.a && kept.b);
        button.textContent = `Keep as ${name} ✓`;
        say(`Kept as ${name}.`);
      },
    }, `Keep as ${name}`);
    return button;
  };
  return h(
    "section",
    { class: "part" },
    h("h2", {}, "Strips"),
    h("p", { class: "note" }, "From the picture above: one thing moved at a time, or a way between two that you kept."),
    h("div", { class: "buttons" }, h("button", { onclick: act(move) }, "Strips of the strongest"), keep("A"), keep("B"), way),
    between,
    rows,
  );
}
