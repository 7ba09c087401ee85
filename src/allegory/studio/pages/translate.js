// A person's picture as one of the other domain: before and after under one slider.

import { get, id, translated } from "./api.js";
import { h, save, say } from "./dom.js";

export async function translate(place, run) {
  const { targets } = await get(`model?run=${id(run.id)}`);
  const target = h("select", { id: "target", onchange: () => again() }, targets.map((name) => h("option", { value: name }, name)));
  const shown = h("div");
  let chosen = null;
  let addresses = [];

  const forget = () => {
    addresses.forEach((address) => URL.revokeObjectURL(address));
    addresses = [];
  };

  async function again() {
    if (!chosen) return;
    try {
      say("Translating.");
      const answer = await translated(`translate?run=${id(run.id)}&to=${id(target.value)}`, chosen);
      forget();
      addresses = [URL.createObjectURL(chosen), URL.createObjectURL(answer)];
      show(answer);
      say("");
    } catch (error) {
      say(error.message);
    }
  }

  function show(answer) {
    const before = h("img", { src: addresses[0], alt: "Your picture" });
    const after = h("img", { class: "after", src: addresses[1], alt: `Your picture as ${target.value}` });
    const slider = h("input", {
      type: "range",
      min: 0,
      max: 100,
      id: "part",
      oninput: () => (after.style.clipPath = `inset(0 0 0 ${slider.value}%)`),
    });
    slider.value = 50;
    after.style.clipPath = "inset(0 0 0 50%)";
    shown.replaceChildren(
      h("div", { class: "compare" }, before, after),
      h("p", {}, h("label", { for: "part" }, "Left of the mark before, right of it after"), slider),
      h("div", { class: "buttons" }, h("button", { onclick: () => save(`${run.id}-${target.value}.png`, answer) }, "Save picture")),
    );
  }

  const take = (file) => {
    if (!file) return;
    chosen = file;
    again();
  };
  const chooser = h("input", { type: "file", id: "own", accept: "image/*", onchange: () => take(chooser.files[0]) });
  place.append(
    h(
      "div",
      { class: "quiz" },
      h("p", { class: "lead" }, "A picture of the one kind as one of the other, at its own size."),
      h("p", { class: "row" }, h("label", { for: "target" }, "Translate to"), target),
      h(
        "div",
        {
          class: "drop",
          ondragover: (event) => event.preventDefault(),
          ondrop: (event) => {
            event.preventDefault();
            take(event.dataTransfer.files[0]);
          },
        },
        h("label", { for: "own" }, "Your picture: drop it here, or choose one"),
        chooser,
      ),
      shown,
    ),
  );
  return forget;
}
