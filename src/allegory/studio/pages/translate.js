// A picture or a sound of one domain as one of the other: held-out ones, one's own, drawn, recorded.

import { blob, get, id, made } from "./api.js";
import { h, drop, latest, point, save, say } from "./dom.js";
import { easel } from "./easel.js";
import { recorder, wave } from "./sound.js";

const READ = /\.(wav|flac|ogg|oga|opus|mp3|aiff?)$/i; // by the studio itself

export async function translate(place, run) {
  const { targets } = await get(`model?run=${id(run.id)}`);
  const body = h("div");
  let leave;
  const show = async (to) => {
    const about = await get(`runs/${id(run.id)}/domain?to=${id(to)}`);
    leave?.();
    const shown = (about.sound ? sounds : pictures)(run, about);
    leave = shown.leave;
    body.replaceChildren(shown.element);
  };
  const open = latest(show);
  const target = h("select", { id: "target", onchange: () => open(target.value) }, targets.map((name) => h("option", { value: name }, name)));
  place.append(h("p", { class: "row" }, h("label", { for: "target" }, "Translate to"), target), body);
  await show(target.value);
  return () => leave?.();
}

const at = (run, about) => `translate?run=${id(run.id)}&to=${id(about.to)}`;
const example = (run, about, k) => `runs/${id(run.id)}/domain/${k}?to=${id(about.to)}`;

// held-out examples to begin with
function examples(run, about, take, inside) {
  if (!about.examples) return "";
  const pick = (k) => take(() => blob(example(run, about, k)));
  return h(
    "div",
    { class: "picks", role: "group", "aria-label": "Held-out examples" },
    [...Array(about.examples).keys()].map((k) =>
      h("button", { class: about.sound ? null : "pick", "aria-label": `Example ${k + 1}`, onclick: () => pick(k) }, inside(k)),
    ),
  );
}

function pictures(run, about) {
  const before = h("img", { alt: `The picture before, ${about.from}` });
  const after = h("img", { class: "after", alt: `The picture after, ${about.to}` });
  const slider = h("input", { type: "range", min: 0, max: 100, value: 50, id: "part", oninput: () => cut() });
  const cut = () => (after.style.clipPath = `inset(0 0 0 ${slider.value}%)`);
  cut();
  let answer;
  const keep = h("button", { onclick: () => save(`${run.id}-${about.to}.png`, answer) }, "Save picture");
  const result = h(
    "div",
    { hidden: true },
    h("div", { class: "compare" }, before, after),
    h("p", {}, h("label", { for: "part" }, `${about.from} left of the mark, ${about.to} right of it`), slider),
  );
  const drawn = h("img", { class: "sheet", alt: `The drawing as ${about.to}`, hidden: true });
  const drawing = h("div", { hidden: true });
  const saving = h("div", { class: "buttons", hidden: true }, keep);

  const choose = latest(async (found, wanted) => {
    say("Translating.");
    const file = await found();
    const picture = await createImageBitmap(file).catch(() => undefined);
    const translated = await made(at(run, about), file);
    if (!wanted()) return; // one who began to draw meanwhile keeps the drawing
    say(picture ? "" : "This browser can't show that picture: there is nothing to draw on.");
    answer = translated;
    point(before, file);
    point(after, answer);
    drawing.hidden = true;
    result.hidden = saving.hidden = false;
    if (picture) board.from(picture);
  });
  const stroke = latest(async (file) => {
    const translated = await made(at(run, about), file);
    if (drawing.hidden) return; // for a picture that was chosen meanwhile
    answer = translated;
    point(drawn, answer);
    drawn.hidden = saving.hidden = false;
  });
  const board = easel(about, choose.forget, stroke);
  drawing.append(h("div", { class: "two" }, board.element, drawn));
  const draw = () => {
    result.hidden = saving.hidden = true;
    drawing.hidden = false;
    board.show();
  };
  return {
    element: h(
      "div",
      {},
      h("p", { class: "lead" }, `Take a picture of the kind "${about.from}", and see it as "${about.to}", at its own size: ${about.examples ? "one that was held out, " : ""}your own, or one that you draw.`),
      examples(run, about, choose, (k) => h("img", { src: `/api/${example(run, about, k)}`, alt: "" })),
      drop("Your picture: drop it here, or choose one", "image/*", (file) => choose(() => file)),
      h("div", { class: "buttons" }, h("button", { onclick: draw }, "Draw")),
      result,
      drawing,
      saving,
    ),
    leave: () => {
      choose.forget();
      [before, after, drawn].forEach((image) => URL.revokeObjectURL(image.src));
    },
  };
}

function sounds(run, about) {
  const players = [about.from, about.to].map((name, k) => ({
    name: `${k ? "After" : "Before"}: ${name}`,
    image: h("img", { class: "spectrogram", alt: `Spectrogram, ${name}` }),
    audio: h("audio", { controls: true, "aria-label": name }),
  }));
  let answer;
  const result = h(
    "div",
    { hidden: true },
    players.map(({ name, image, audio }) => h("figure", { class: "heard" }, h("figcaption", {}, name), image, audio)),
    h("p", { class: "note" }, "Time goes to the right, pitch upwards; bright is loud."),
    h("div", { class: "buttons" }, h("button", { onclick: () => save(`${run.id}-${about.to}.wav`, answer) }, "Save sound")),
  );
  const seen = (content) => made(`runs/${id(run.id)}/spectrogram?to=${id(about.to)}`, content);
  const choose = latest(async (found, wanted) => {
    const file = await found();
    const own = !file.name || READ.test(file.name) ? file : await wave(file);
    say("Translating.");
    const translated = await made(at(run, about), own);
    const heard = [own, translated];
    const images = await Promise.all(heard.map(seen));
    if (!wanted()) return;
    answer = translated;
    players.forEach(({ image, audio }, k) => {
      point(image, images[k]);
      point(audio, heard[k]);
    });
    result.hidden = false;
    say("");
  });
  const mic = recorder((tape) => choose(() => tape));
  return {
    element: h(
      "div",
      {},
      h("p", { class: "lead" }, `Take a sound of ${about.from}, and hear it as ${about.to}, as long as it is: ${about.examples ? "one that was held out, " : ""}your own, or one that you record.`),
      examples(run, about, choose, (k) => `Example ${k + 1}`),
      drop("Your sound: drop it here, or choose one", "audio/*", (file) => choose(() => file)),
      mic.element,
      result,
    ),
    leave: () => {
      mic.leave();
      choose.forget();
      players.forEach(({ image, audio }) => [image, audio].forEach((one) => URL.revokeObjectURL(one.src)));
    },
  };
}
