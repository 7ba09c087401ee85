// Elements, numbers in words, and a word to the person. Text is always text: nothing here parses HTML.

export function h(name, attributes = {}, ...children) {
  const svg = ["svg", "path", "line", "text", "circle", "g"].includes(name);
  const element = svg
    ? document.createElementNS("http://www.w3.org/2000/svg", name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (["value", "checked", "disabled", "hidden"].includes(key)) element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let quiet;
export function say(sentence) {
  const place = document.getElementById("said");
  place.textContent = sentence;
  clearTimeout(quiet);
  quiet = setTimeout(() => (place.textContent = ""), 7000);
}

// work for the newest value alone: what came while it was busy and is not the newest is passed over;
// work can ask whether its answer is still wanted, which it is until a newer value or `forget` came
export function latest(work) {
  let newest;
  let waiting;
  let busy = false;
  const take = async (value) => {
    newest = waiting = { value };
    if (busy) return;
    busy = true;
    while (waiting) {
      const now = waiting;
      waiting = undefined;
      try {
        await work(now.value, () => newest === now);
      } catch (error) {
        say(error.message);
      }
    }
    busy = false;
  };
  take.forget = () => (newest = waiting = undefined);
  return take;
}

// a place for files: chosen, or dropped
export function drop(words, accept, take) {
  const some = (files) => files.length && take(files[0]);
  const chooser = h("input", { type: "file", id: "own", accept, onchange: () => some(chooser.files) });
  return h(
    "div",
    {
      class: "drop",
      ondragover: (event) => event.preventDefault(),
      ondrop: (event) => {
        event.preventDefault();
        some(event.dataTransfer.files);
      },
    },
    h("label", { for: "own" }, words),
    chooser,
  );
}

// the address of a blob in an element, which the next one takes the place of
export function point(element, content) {
  URL.revokeObjectURL(element.src);
  element.src = URL.createObjectURL(content);
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined || !isFinite(seconds)) return "";
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export const count = (number) => Number(number).toLocaleString("en");
export const figure = (number) => (Math.abs(number) >= 1000 ? count(Math.round(number)) : String(Number(number.toPrecision(4))));
export const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

export function save(name, content) {
  const link = h("a", { href: URL.createObjectURL(content), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
