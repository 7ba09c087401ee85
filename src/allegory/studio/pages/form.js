// A new run: recipe, data, and the fields of the recipe as the program itself describes them.

import { get, id, post } from "./api.js";
import { h } from "./dom.js";

const PARTS = { data: "Data", game: "Model", training: "Training" };

function range(field) {
  const ends = [
    field.min !== undefined && `from ${field.min}`,
    field.above !== undefined && `above ${field.above}`,
    field.max !== undefined && `up to ${field.max}`,
    field.below !== undefined && `below ${field.below}`,
  ].filter(Boolean);
  const or = field.or?.filter((word) => word !== null).map((word) => `or "${word}"`) ?? [];
  return [ends.join(", "), ...or].filter(Boolean).join(" ");
}

function input(field, sources) {
  const name = `field-${field.name}`;
  const shown = field.value === null || field.value === undefined ? "" : String(field.value);
  const common = { id: name, "aria-describedby": `${name}-help` };
  if (field.kind === "flag") return h("input", { ...common, type: "checkbox", checked: field.value });
  if (field.kind === "choice" || field.kind === "source") {
    const none = field.or?.includes(null) ? [["", "none"]] : [];
    const named = field.choices?.map((word) => [word, word]) ?? sources.map((s) => [s.id, `${s.id} (${s.about})`]);
    const select = h("select", common, [...none, ...named].map(([value, words]) => h("option", { value }, words)));
    select.value = shown;
    return select;
  }
  const text = field.kind === "text" || field.kind === "list" || field.or?.some((word) => word !== null);
  if (text) return h("input", { ...common, type: "text", value: field.kind === "list" ? field.value.join(", ") : shown });
  return h("input", {
    ...common,
    type: "number",
    value: shown,
    min: field.min ?? field.above,
    max: field.max ?? field.below,
    step: field.kind === "integer" ? 1 : "any",
    placeholder: field.or ? "by default" : undefined,
  });
}

function value(field, element) {
  if (field.kind === "flag") return element.checked;
  const text = element.value.trim();
  if (field.kind === "list") return text ? text.split(",").map((word) => word.trim()) : [];
  if (text === "" && field.or?.includes(null)) return null;
  if (field.kind === "integer" || field.kind === "number") return text === "" || isNaN(Number(text)) ? text : Number(text);
  return text;
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function row(field, element) {
  const limits = range(field);
  return h(
    "div",
    { class: "field" },
    h("label", { for: element.id }, field.name.replaceAll("_", " ")),
    h("div", {}, element),
    h("p", { class: "help", id: `${element.id}-help` }, [field.help, limits && `(${limits})`].filter(Boolean).join(" ")),
  );
}

export async function begin(place) {
  const [recipes, sources] = await Promise.all([get("recipes"), get("sources")]);
  const fields = h("div");
  const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
  const start = h("button", { class: "main", type: "submit" }, "Start training");
  let shown = [];

  const source = h("select", { id: "source" }, sources.map((s) => h("option", { value: s.id }, `${s.id} (${s.about})`)));
  source.value = sources.some((s) => s.about === "your own") ? sources[0].id : "faces";

  async function choose(name) {
    const found = await get(`recipes/${id(name)}`);
    shown = found.map((field) => [field, input(field, sources)]);
    const first = shown.filter(([field]) => field.first);
    const rest = Object.entries(PARTS).map(([part, title]) => [
      title,
      shown.filter(([field]) => !field.first && field.part === part),
    ]);
    fields.replaceChildren(
      ...first.map(([field, element]) => row(field, element)),
      h(
        "details",
        {},
        h("summary", {}, "All other settings"),
        ...rest.flatMap(([title, of]) => (of.length ? [h("h3", {}, title), ...of.map(([f, e]) => row(f, e))] : [])),
      ),
    );
  }

  const choices = h(
    "fieldset",
    { class: "choices many" },
    h("legend", {}, "What is trained"),
    recipes.map((recipe) =>
      h(
        "label",
        {},
        h("input", {
          type: "radio",
          name: "recipe",
          value: recipe.name,
          checked: recipe.name === "vae",
          onchange: () => choose(recipe.name).catch(fail),
        }),
        recipe.name,
        h("small", {}, recipe.about),
      ),
    ),
  );

  function fail(error) {
    wrong.textContent = error.message;
    wrong.hidden = false;
    wrong.scrollIntoView({ block: "nearest" });
  }

  async function submit(event) {
    event.preventDefault();
    wrong.hidden = true;
    start.disabled = true;
    const changed = shown.map(([field, element]) => [field, value(field, element)]).filter(([field, now]) => !same(field.value, now));
    try {
      const begun = await post("runs", {
        recipe: form.elements.recipe.value,
        source: source.value,
        fields: Object.fromEntries(changed.map(([field, now]) => [field.name, now])),
      });
      location.hash = `#/run/${id(begun.id)}`;
    } catch (error) {
      fail(error);
    }
    start.disabled = false;
  }

  const form = h(
    "form",
    { onsubmit: submit, novalidate: true },
    h(
      "div",
      { class: "field" },
      h("label", { for: "source" }, "data"),
      h("div", {}, source),
      h("p", { class: "help" }, "Your own folders are listed when the studio is started with --data FOLDER."),
    ),
    choices,
    fields,
    wrong,
    h("div", { class: "buttons" }, start, h("a", { class: "button", href: "#/" }, "Cancel")),
  );
  await choose("vae");
  place.append(
    h("h1", {}, "New run"),
    h("p", { class: "lead" }, "Training is a process of its own: it goes on when this page or the studio is closed."),
    form,
  );
}
