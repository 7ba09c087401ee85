// The latent space by hand: sliders, a map, a person's own picture, strips.

import { get, id, picture, upload } from "./api.js";
import { decoder } from "./decoder.js";
import { h, percent, save, say } from "./dom.js";
import { map } from "./map.js";

const FIRST = 8;
const REACH = 3;
const STRIPS = 6;
const json = (value) => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value) });

export async function explore(place, run) {
  const waiting = h("p", { class: "lead" }, "Looking at what each latent does: this takes some seconds the first time.");
  place.append(waiting);
  const space = await get(`runs/${id(run.id)}/space`);
  waiting.remove();

  let z = [...space.start];
  let label = space.conditions[0];
  const kept = {};
  const canvas = h("canvas", { class: "seen", role: "img", "aria-label": "What the code decodes to" });
  const beside = h("canvas", { class: "seen", role: "img", "aria-label": "What the place on the map decodes to" });
  const decode = decoder(
    run.id,
    (image, width, height) => {
      for (const seen of [canvas, beside]) {
        if (seen.width !== width || seen.height !== height) Object.assign(seen, { width, height });
        seen.getContext("2d").putImageData(image, 0, 0);
      }
    },
    say,
  );

  const along = (way) => way.vector.reduce((sum, v, j) => sum + (v * (z[j] - space.mean[j])) / space.std[j], 0);
  const sliders = space.ways.map((way, k) => {
    const input = h("input", {
      type: "range",
      id: `way-${k}`,
      min: -REACH,
      max: REACH,
      step: 0.02,
      oninput: () => {
        const shift = Number(input.value) - along(way);
        z = z.map((v, j) => v + shift * way.vector[j] * space.std[j]);
        decode.ask(z, label);
      },
    });
    return { way, input };
  });

  function settle(code) {
    z = [...code];
    for (const { way, input } of sliders) input.value = along(way);
    decode.ask(z, label);
  }

  const line = ({ way, input }) =>
    h(
      "div",
      { class: "way" },
      h("label", { for: input.id }, way.name?.replaceAll("_", " ") ?? way.label, way.name ? h("small", {}, way.label) : ""),
      h("span", { class: "note" }, percent(way.share)),
      input,
    );

  async function told(work) {
    try {
      await work();
    } catch (error) {
      say(error.message);
    }
  }

  async function shown(figure, path, value, alt) {
    const blob = await picture(`runs/${id(run.id)}/${path}`, json({ ...value, label: label ?? null }));
    const image = h("img", { class: "sheet", src: URL.createObjectURL(blob), alt });
    image.onload = () => URL.revokeObjectURL(image.src);
    const name = `${run.id}-${path}.png`;
    figure.replaceChildren(image, h("div", { class: "buttons" }, h("button", { onclick: () => save(name, blob) }, "Save strip")));
  }

  const own = (file) =>
    told(async () => {
      if (!file) return;
      say("Finding the code of your picture.");
      settle((await upload(`runs/${id(run.id)}/encode`, file)).z);
      say("This is your picture as the model sees it. Move it with the sliders.");
    });
  const chooser = h("input", { type: "file", id: "own", accept: "image/*", onchange: () => own(chooser.files[0]) });
  const drop = h(
    "div",
    {
      class: "drop",
      ondragover: (event) => event.preventDefault(),
      ondrop: (event) => {
        event.preventDefault();
        own(event.dataTransfer.files[0]);
      },
    },
    h("label", { for: "own" }, "Your own picture: drop it here, or choose one"),
    chooser,
  );

  const between = h("div");
  const way = h("button", { disabled: true, onclick: () => told(() => shown(between, "interpolate", { a: kept.A, b: kept.B, frames: 9 }, "From A to B")) }, "Show the way from A to B");
  const keep = (name) =>
    h(
      "button",
      {
        onclick: () => {
          kept[name] = [...z];
          way.disabled = !(kept.A && kept.B);
          say(`Kept as ${name}.`);
        },
      },
      `Keep as ${name}`,
    );
  const films = h("div");
  const ranks = space.ways.slice(0, STRIPS).map((_, k) => k);

  const classes =
    space.conditions.length > 0 &&
    h(
      "p",
      {},
      h("label", { for: "class" }, "Class "),
      h(
        "select",
        {
          id: "class",
          onchange: (event) => {
            label = event.target.value;
            decode.ask(z, label);
          },
        },
        space.conditions.map((name) => h("option", { value: name }, name)),
      ),
    );

  const rest = sliders.slice(FIRST);
  place.append(
    h(
      "div",
      { class: "explore" },
      h(
        "div",
        { class: "stage" },
        canvas,
        h(
          "div",
          { class: "buttons" },
          h("button", { class: "main", onclick: () => told(async () => settle((await get(`runs/${id(run.id)}/draws/${Math.floor(Math.random() * 2 ** 31)}`)).z)) }, "Draw another"),
          h("button", { onclick: () => settle(space.start) }, "Back to the start"),
          h("button", { onclick: () => canvas.toBlob((blob) => save(`${run.id}.png`, blob)) }, "Save picture"),
          h("button", { onclick: () => save(`${run.id}-code.json`, new Blob([JSON.stringify({ run: run.id, z, label }, null, 2)], { type: "application/json" })) }, "Save code"),
        ),
        classes,
        drop,
      ),
      h(
        "section",
        { class: "part", "aria-label": "Sliders" },
        h("h2", {}, "What varies, the strongest first"),
        h("p", { class: "note" }, `The percentage is the part of all change that it makes.${space.ways.some((way) => way.name) ? " Names are of known factors that it follows, with the strength." : ""}`),
        sliders.slice(0, FIRST).map(line),
        rest.length ? h("details", {}, h("summary", {}, `${rest.length} more`), rest.map(line)) : "",
      ),
    ),
    h(
      "section",
      { class: "part" },
      h("h2", {}, "Strips"),
      h("p", { class: "note" }, "From the picture above: one thing moved at a time, or a way between two that you kept."),
      h(
        "div",
        { class: "buttons" },
        h("button", { onclick: () => told(() => shown(films, "strips", { z, ways: ranks, frames: 9 }, "A row for each of the strongest ways")) }, "Strips of the strongest"),
        keep("A"),
        keep("B"),
        way,
      ),
      between,
      films,
    ),
    space.places.length
      ? h(
          "section",
          { class: "part" },
          h("h2", {}, "Map of the data"),
          h("p", { class: "note" }, "Held-out examples; what is alike is near. Walk on it with the pointer or the arrow keys: the picture is decoded from a mean of the nearest codes."),
          h("div", { class: "walk-on" }, map(run.id, space, settle), beside),
        )
      : h("p", { class: "note" }, "This model can't encode, so there is no map of the data."),
  );
  settle(space.start);
  return () => decode.close();
}
