// Which page is shown: the part of the address behind #.

import { h } from "./dom.js";
import { runs } from "./runs.js";
import { begin } from "./form.js";
import { run } from "./run.js";

const pages = [
  [/^\/?$/, runs],
  [/^\/new$/, begin],
  [/^\/run\/([^/]+)(?:\/([a-z]+))?$/, run],
];
const main = document.getElementById("main");
let leave = () => {};
let turn = 0;

async function show() {
  const mine = ++turn;
  leave();
  leave = () => {};
  const path = location.hash.replace(/^#/, "");
  if (path === "main") return;
  const found = pages.map(([pattern, page]) => [path.match(pattern), page]).find(([match]) => match);
  const place = h("div");
  // what takes a moment says so; what does not, takes the old page's place without a blank between
  const soon = setTimeout(() => mine === turn && main.replaceChildren(place), 200);
  try {
    if (!found) throw new Error("There is no such page.");
    const stop = await found[1](place, ...found[0].slice(1).map((part) => part && decodeURIComponent(part)));
    clearTimeout(soon);
    if (mine !== turn) return stop?.();
    leave = stop ?? leave;
  } catch (error) {
    clearTimeout(soon);
    if (mine !== turn) return;
    place.replaceChildren(
      h("h1", {}, "That did not work"),
      h("p", { class: "wrong", role: "alert" }, error.message),
      h("p", {}, h("a", { class: "button", href: "#/" }, "All runs")),
    );
  }
  main.replaceChildren(place);
  const heading = main.querySelector("h1")?.textContent;
  document.title = heading ? `${heading} - Allegory studio` : "Allegory studio";
  scrollTo(0, 0);
}

addEventListener("hashchange", show);
show();
