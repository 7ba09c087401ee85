// One run: how it stands, and its tabs.

import { get, id, post } from "./api.js";
import { audit } from "./audit.js";
import { distributions } from "./distributions.js";
import { explore } from "./explore.js";
import { quiz } from "./quiz.js";
import { translate } from "./translate.js";
import { chart } from "./chart.js";
import { count, duration, figure, h, say } from "./dom.js";
import { soFar, stateOf } from "./runs.js";

const TABS = { distributions, explore, quiz, translate, audit };
const TITLES = {
  overview: "Overview",
  distributions: "Distributions",
  explore: "Explore",
  quiz: "Which one is real?",
  translate: "Translate",
  audit: "Audit",
};

function health(run) {
  if (run.findings.length)
    return h("ul", { class: "findings" }, run.findings.map((f) => h("li", {}, f.sentence, " ", h("span", {}, f.advice))));
  if (run.judged) return h("p", {}, "Nothing was found to be wrong.");
  return h("p", { class: "note" }, "Looked at with each evaluation, for models that draw samples.");
}

function tiles(run) {
  const known = [
    [soFar({ ...run, note: "" }), "seen"],
    run.state === "training" && run.rate && [count(Math.round(run.rate)), "images a second"],
    run.seconds_left && [duration(run.seconds_left), "left, about"],
    run.loss !== null && run.loss !== undefined && [figure(run.loss), run.judge ? `held out: ${run.judge}` : "held-out loss"],
  ].filter(Boolean);
  if (run.state === "training") known[0] = [`${Math.round((100 * run.images) / run.total)} %`, `of ${count(run.total)} images`];
  return h("dl", { class: "tiles" }, known.map(([value, name]) => h("div", {}, h("dd", {}, value), h("dt", {}, name))));
}

// what is held out is judged by something else in some games: it has a chart of its own then
function charts({ curves, judge, total }) {
  if (!judge) return chart(curves, total);
  const { train, held_out } = curves;
  return [chart({ train }, total), h("h3", {}, `Held out: ${judge}`), chart({ held_out }, total)];
}

function steering(run, refresh) {
  const act = (what, value, sentence) => async (event) => {
    event.target.disabled = true;
    try {
      await post(`runs/${id(run.id)}/${what}`, value);
      say(sentence);
      await refresh();
    } catch (error) {
      say(error.message);
    }
    event.target.disabled = false;
  };
  const busy = run.state === "training" || run.state === "starting";
  return h(
    "div",
    { class: "buttons" },
    busy && h("button", { onclick: act("stop", {}, "Stopping after this step; everything is saved.") }, "Stop"),
    (run.state === "stopped" || run.state === "failed") &&
      h("button", { class: "main", onclick: act("resume", {}, "Going on.") }, run.state === "failed" ? "Try again" : "Resume"),
    run.state === "done" && h("button", { onclick: act("resume", { images: 2 * run.total }, "Training as long again.") }, "Train as long again"),
    run.report && h("a", { class: "button", href: `/api/runs/${id(run.id)}/report`, target: "_blank", rel: "noopener" }, "Report"),
  );
}

function film(run) {
  if (!run.previews.length) return h("p", { class: "note" }, "The first pictures come with the first evaluation.");
  const source = (k) => `/api/runs/${id(run.id)}/previews/${run.previews[k]}`;
  const last = run.previews.length - 1;
  const sheet = h("img", { class: run.points ? "sheet points" : "sheet", src: source(last), alt: "What the model makes" });
  const words = h("span", { class: "note" }, `after ${count(run.previews[last])} images`);
  if (!last) return h("div", {}, sheet, words);
  const slider = h("input", {
    type: "range",
    min: 0,
    max: last,
    "aria-label": "moment of training",
    oninput: () => {
      sheet.src = source(slider.value);
      words.textContent = `after ${count(run.previews[slider.value])} images`;
    },
  });
  slider.value = last;
  return h("div", {}, sheet, slider, words);
}

async function overview(place, run) {
  const body = h("div");
  let before = "";
  let pictures = "";
  const seen = h("div");
  const rest = h("div");
  body.append(rest);

  const draw = (now) => {
    // a model that has come into being brings its tabs with it
    if (String(now.tabs) !== String(run.tabs)) return dispatchEvent(new Event("hashchange"));
    const text = JSON.stringify(now);
    if (text === before) return undefined;
    before = text;
    const open = rest.querySelector("details")?.open;
    if (pictures !== JSON.stringify(now.previews)) {
      pictures = JSON.stringify(now.previews);
      seen.replaceChildren(film(now));
    }
    rest.replaceChildren(
      h("p", {}, stateOf(now), now.note ? ` · ${now.note}` : ""),
      now.fault ? h("p", { class: "wrong" }, "Its model can't be opened: ", now.fault) : "",
      now.state === "training" ? h("progress", { value: now.images, max: now.total, "aria-label": "progress" }) : "",
      tiles(now),
      steering(now, refresh),
      h(
        "div",
        { class: "two" },
        h("section", { class: "part" }, h("h2", {}, "Loss"), charts(now)),
        h("section", { class: "part" }, h("h2", {}, "What it makes"), seen),
      ),
      h("section", { class: "part" }, h("h2", {}, "Health"), health(now)),
      now.log ? h("details", { open }, h("summary", {}, "What it says"), h("pre", { class: "log", tabindex: 0 }, now.log)) : "",
    );
  };
  const refresh = async () => draw(await get(`runs/${id(run.id)}`));
  draw(run);
  place.append(body);
  const timer = setInterval(() => document.hidden || refresh().catch(() => {}), 1000);
  return () => clearInterval(timer);
}

export async function run(place, name, tab = "overview") {
  const found = await get(`runs/${id(name)}`);
  const tabs = ["overview", ...found.tabs.filter((t) => TABS[t])];
  place.append(
    h("h1", {}, name),
    h("p", { class: "lead" }, found.recipe ? `${found.recipe} on ${found.data}` : ""),
    h(
      "nav",
      { class: "tabs", "aria-label": "of this run" },
      tabs.map((t) =>
        h("a", { href: `#/run/${id(name)}${t === "overview" ? "" : `/${t}`}`, "aria-current": t === tab ? "page" : null }, TITLES[t]),
      ),
    ),
  );
  if (tab !== "overview" && !tabs.includes(tab)) throw new Error(`This run's model has no such tab; it has: ${tabs.map((t) => TITLES[t]).join(", ")}.`);
  if (found.state === "unreadable") {
    place.append(h("p", { class: "wrong" }, found.note));
    return undefined;
  }
  return tab === "overview" ? overview(place, found) : TABS[tab](place, found);
}
