// The audit of a run's data: begun here, then a map of which any region can be looked into.

import { get, id, post } from "./api.js";
import { count, h, percent, save, say } from "./dom.js";
import { lay, painter, said } from "./atlas.js";

const SHOWN = 24;
const FEW = 30;

export async function audit(place, run) {
  const at = `runs/${id(run.id)}/audit`;
  const body = h("div");
  place.append(body);
  let timer;

  async function look() {
    const { state, said: words } = await get(at);
    if (state === "done") return show(await get(`${at}/map`));
    const begin = h("button", { class: "main", onclick: () => start(begin) }, state === "failed" ? "Try again" : "Audit the data");
    body.replaceChildren(
      h(
        "div",
        { class: "empty" },
        h("h2", {}, state === "running" ? "The audit is at work" : state === "failed" ? "The audit did not end well" : "What is in the data?"),
        h(
          "p",
          {},
          state === "running"
            ? "It is a process of its own: this page may be closed."
            : "This run's model looks at its data: what is rare, what there is too much of, what does not belong, which groups there are. It takes some minutes.",
        ),
        words && h("p", { class: state === "failed" ? "wrong" : "note", role: "status" }, words),
        state !== "running" && h("div", { class: "buttons" }, begin),
      ),
    );
    if (state === "running") timer = setTimeout(() => look().catch((error) => say(error.message)), 1500);
    return undefined;
  }

  async function start(button) {
    button.disabled = true;
    try {
      await post(at);
      await look();
    } catch (error) {
      say(error.message);
      button.disabled = false;
    }
  }

  function show(map) {
    const region = h("section", { class: "part", "aria-live": "polite" });
    const view = lay(map, (rows, name) => region.replaceChildren(...inside(map, rows, name)));
    const choice = h(
      "select",
      { id: "colour", onchange: () => view.colour(Number(choice.value)) },
      map.colours.map((colour, k) => h("option", { value: k }, colour.name.replaceAll("_", " "))),
    );
    const all = map.names.map((_, i) => i);
    const rarity = map.colours[0].values;
    const rarest = [...all].sort((a, b) => rarity[b] - rarity[a]).slice(0, FEW);
    const odd = map.outliers && all.filter((i) => map.outliers[i]);
    const m = map.names.length;
    body.replaceChildren(
      h(
        "p",
        { class: "lead" },
        `${m < map.examples ? `${count(m)} of the ${count(map.examples)}` : `All ${count(m)}`} examples of ${map.source}; what is alike is near. Draw a frame around a region, or choose a group, to see what is in it.`,
      ),
      h(
        "div",
        { class: "row" },
        h("span", { class: "row" }, h("label", { for: "colour" }, "Colour"), choice),
        map.atlas && h("button", { onclick: (event) => (event.target.textContent = view.look() ? "Dots" : "Pictures") }, "Dots"),
        h("button", { onclick: () => view.choose(rarest, `the ${rarest.length} rarest`) }, "The rarest"),
        odd?.length ? h("button", { onclick: () => view.choose(odd, "the outliers") }, `Outliers (${odd.length})`) : "",
      ),
      view.element,
      region,
      h("h2", {}, "All of it"),
      h("p", { class: "note" }, "Weights by which what is rare counts more (1 is the mean), how strange each example is, and the whole audit as a page."),
      h(
        "div",
        { class: "buttons" },
        h("a", { class: "button", href: `/api/${at}/weights.csv`, download: "weights.csv" }, "weights.csv"),
        h("a", { class: "button", href: `/api/${at}/outliers.csv`, download: "outliers.csv" }, "outliers.csv"),
        h("a", { class: "button", href: `/api/${at}/page`, target: "_blank", rel: "noopener" }, "The whole audit"),
        h("button", { onclick: (event) => start(event.target) }, "Audit anew"),
      ),
    );
    view.paint();
    region.replaceChildren(h("p", { class: "note" }, "Nothing is chosen yet."));
  }

  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

  function inside(map, rows, name) {
    if (!rows.length) return [h("p", { class: "note" }, "There is no example in that region.")];
    const rarity = map.colours[0].values;
    const sorted = [...rows].sort((a, b) => rarity[b] - rarity[a]);
    const odd = map.outliers ? rows.filter((i) => map.outliers[i]).length : null;
    const facts = [
      [count(rows.length), "examples"],
      [mean(rows.map((i) => rarity[i])).toFixed(2), "mean rarity (0.5 is usual)"],
      [mean(rows.map((i) => map.weights[i])).toFixed(2), "mean weight"],
      odd !== null && [count(odd), odd === 1 ? "outlier" : "outliers"],
    ].filter(Boolean);
    return [
      h("h2", {}, name[0].toUpperCase() + name.slice(1)),
      h("dl", { class: "tiles" }, facts.map(([value, what]) => h("div", {}, h("dd", {}, value), h("dt", {}, what)))),
      groups(map, rows),
      map.atlas ? h("p", { class: "note" }, `${rows.length > SHOWN ? `The ${SHOWN} rarest of them` : "They"}, the rarest first${odd ? "; a mark at the left is an outlier" : ""}.`) : "",
      h("ul", { class: "region" }, sorted.slice(0, SHOWN).map((i) => example(map, i))),
      h("div", { class: "buttons" }, h("button", { onclick: () => save(`${run.id}-region.csv`, table(map, sorted)) }, "Download these as CSV")),
    ];
  }

  function example(map, i) {
    return h(
      "li",
      { class: map.outliers?.[i] ? "odd" : null },
      map.atlas ? painter(map, i) : "",
      h("div", {}, map.names[i].split("/").at(-1)),
      h("div", {}, `rarity ${map.colours[0].values[i].toFixed(3)}, weight ${map.weights[i].toFixed(2)}`),
    );
  }

  // shares of each group of the columns, here and of all
  function groups(map, rows) {
    const lines = map.colours.filter((c) => c.names && c.name !== "kind").flatMap((c) =>
      c.names.map((group, k) => {
        const [here, everywhere] = [rows.filter((i) => c.values[i] === k).length / rows.length, c.values.filter((v) => v === k).length / c.values.length];
        return [c.name.replaceAll("_", " "), group, here, everywhere];
      }),
    );
    const apart = lines.filter(([, , here, everywhere]) => here || everywhere).sort((a, b) => Math.abs(b[2] - b[3]) - Math.abs(a[2] - a[3])).slice(0, 8);
    if (!apart.length) return "";
    const head = ["column", "group", "here", "of all"];
    return h(
      "div",
      { class: "scroll" },
      h(
        "table",
        { class: "numbers" },
        h("thead", {}, h("tr", {}, head.map((word) => h("th", { scope: "col" }, word)))),
        h("tbody", {}, apart.map(([column, group, here, everywhere]) => h("tr", {}, h("td", {}, column), h("td", {}, group), h("td", {}, percent(here)), h("td", {}, percent(everywhere))))),
      ),
    );
  }

  function table(map, rows) {
    // a leading sign would be a formula in a spreadsheet
    const cell = (value) => {
      const text = String(value);
      const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
      return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const head = ["name", "weight", "outlier", ...map.colours.map((c) => c.name)];
    const lines = rows.map((i) => [map.names[i], map.weights[i], map.outliers?.[i] ?? "", ...map.colours.map((c) => said(c, i))]);
    return new Blob([[head, ...lines].map((line) => line.map(cell).join(",")).join("\n")], { type: "text/csv" });
  }

  await look();
  return () => clearTimeout(timer);
}
