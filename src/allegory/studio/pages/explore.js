// The latent space by hand: sliders, a map, a person's own picture, strips.

import { blob, get, id, upload } from "./api.js";
import { decoder } from "./decoder.js";
import { drop, h, percent, point, save, say } from "./dom.js";
import { map } from "./map.js";
import { strips, title } from "./strips.js";

const FIRST = 8;
const REACH = 3;

export async function explore(place, run) {
  const waiting = h("p", { class: "lead" }, "Looking at what each latent does: this takes some seconds the first time.");
  place.append(waiting);
  const space = await get(`runs/${id(run.id)}/space`);
  waiting.remove();

  let z = [...space.start];
  let label = space.conditions[0];
  const what = space.sound ? "sound" : "picture";
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
      h("label", { for: input.id }, title(way), way.name ? h("small", {}, way.label) : ""),
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

  const own = (file) =>
    told(async () => {
      say(`Finding the code of your ${what}.`);
      settle((await upload(`runs/${id(run.id)}/encode`, file)).z);
      say(`This is your ${what} as the model sees it. Move it with the sliders.`);
    });
  const player = space.sound ? h("audio", { controls: true, "aria-label": "What the code sounds like", hidden: true }) : "";
  const hear = async () => {
    point(player, await blob(`decode?run=${id(run.id)}&format=wav`, { z: [z], label: label ?? null }));
    player.hidden = false;
    await player.play();
  };

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
        h("div", { class: "view" }, canvas),
        h(
          "div",
          { class: "buttons" },
          h("button", { class: "main", onclick: () => told(async () => settle((await get(`runs/${id(run.id)}/draws/${Math.floor(Math.random() * 2 ** 31)}`)).z)) }, "Draw another"),
          h("button", { onclick: () => settle(space.start) }, "Back to the start"),
          space.sound && h("button", { onclick: () => told(hear) }, "Hear it"),
          h("button", { onclick: () => canvas.toBlob((content) => save(`${run.id}.png`, content)) }, "Save picture"),
          h("button", { onclick: () => save(`${run.id}-code.json`, new Blob([JSON.stringify({ run: run.id, z, label }, null, 2)], { type: "application/json" })) }, "Save code"),
        ),
        player,
        classes,
        drop(`Your own ${what}: drop it here, or choose one`, space.sound ? "audio/*" : "image/*", own),
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
    strips(run, space, () => ({ z, label })),
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
