// All runs.

import { get, id } from "./api.js";
import { count, duration, h } from "./dom.js";

const WORDS = {
  starting: "starting",
  training: "training",
  stopped: "stopped",
  done: "done",
  failed: "did not begin",
  unreadable: "can't be read",
};

export function stateOf(run) {
  return h("span", { class: `state ${run.state}` }, WORDS[run.state] ?? run.state);
}

export function soFar(run) {
  if (run.note) return run.note;
  if (run.state === "training") {
    const left = duration(run.seconds_left);
    return `${count(run.images)} of ${count(run.total)} images${left ? `, about ${left} left` : ""}`;
  }
  return run.state === "done" ? `${count(run.images)} images` : `${count(run.images)} of ${count(run.total)} images`;
}

function card(run) {
  const shown = run.preview !== null && run.preview !== undefined;
  return h(
    "li",
    {},
    h(
      "a",
      { href: `#/run/${id(run.id)}` },
      h(
        "div",
        { class: run.points ? "thumb points" : "thumb" },
        shown ? h("img", { src: `/api/runs/${id(run.id)}/previews/${run.preview}`, alt: "", loading: "lazy" }) : h("span", {}, "No picture yet"),
      ),
      h("h2", {}, run.id),
      h("p", {}, run.recipe ? `${run.recipe} on ${run.data}` : ""),
      h("p", {}, stateOf(run), " · ", soFar(run)),
      run.state === "training" && h("progress", { value: run.images, max: run.total, "aria-label": "progress" }),
    ),
  );
}

const nothing = (own) =>
  h(
    "div",
    { class: "empty" },
    h("h2", {}, "No runs yet"),
    h(
      "p",
      {},
      "A run is a model that learns from data. ",
      own
        ? `Start one on ${own}, which you gave, or on the built-in faces: it takes some minutes, and nothing is downloaded.`
        : "Start one on the built-in faces to see how it goes: it takes some minutes, and nothing is downloaded. For your own pictures, start the studio with --data and their folder.",
    ),
    h("a", { class: "button main", href: "#/new" }, "Start the first run"),
  );

export async function runs(place) {
  const own = (await get("sources")).find((source) => source.about === "your own")?.id;
  const list = h("div");
  let before = "";
  const refresh = async () => {
    const found = await get("runs");
    const now = JSON.stringify(found);
    if (now === before) return;
    before = now;
    list.replaceChildren(found.length ? h("ul", { class: "cards" }, found.map(card)) : nothing(own));
  };
  await refresh();
  place.append(
    h("div", { class: "row apart" }, h("h1", {}, "Runs"), h("a", { class: "button main", href: "#/new" }, "New run")),
    list,
  );
  const timer = setInterval(() => document.hidden || refresh().catch(() => {}), 2000);
  return () => clearInterval(timer);
}
