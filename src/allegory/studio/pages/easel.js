// Drawing a picture for a model: its colours, a brush, a step back. Each change is told when it begins
// and when it is done.

import { h } from "./dom.js";

const SIDE = 256; // what the larger side is drawn at, about
const STEPS = 20;

export function easel(about, begun, tell) {
  const [channels, high, wide] = about.shape;
  const scale = Math.max(1, Math.round(SIDE / Math.max(high, wide)));
  const canvas = h("canvas", { class: "easel", width: wide * scale, height: high * scale, role: "img", "aria-label": "Draw here with the pointer" });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const ground = about.palette[0] ?? "#ffffff";
  const colours = about.palette.length > 1 ? about.palette : ["#ffffff", "#000000"];
  const brush = h("input", { type: "range", id: "brush", min: 1, max: 12, value: channels === 1 ? 1 : 4 });
  let colour = colours[channels === 1 ? darkest(colours) : 1];
  let past = [];
  let empty = true;

  const send = () => canvas.toBlob(tell);
  function fill(with_) {
    pen.fillStyle = with_;
    pen.fillRect(0, 0, canvas.width, canvas.height);
  }
  function keep() {
    begun();
    past = [...past.slice(1 - STEPS), pen.getImageData(0, 0, canvas.width, canvas.height)];
    back.disabled = false;
  }
  const back = h("button", {
    disabled: true,
    onclick: () => {
      begun();
      pen.putImageData(past.pop(), 0, 0);
      back.disabled = !past.length;
      send();
    },
  }, "Undo");
  const clear = h("button", {
    onclick: () => {
      keep();
      fill(ground);
      send();
    },
  }, "Clear");

  const swatches = colours.map((one) => {
    const button = h("button", { class: "swatch", "aria-label": `Colour ${one}`, "aria-pressed": String(one === colour), onclick: () => choose(one) });
    button.style.background = one;
    return button;
  });
  function choose(one) {
    colour = one;
    swatches.forEach((button, k) => button.setAttribute("aria-pressed", String(colours[k] === one)));
  }

  const spot = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    keep();
    canvas.setPointerCapture(event.pointerId);
    Object.assign(pen, { lineCap: "round", lineJoin: "round", lineWidth: brush.value * scale, strokeStyle: colour });
    pen.beginPath();
    pen.moveTo(...spot(event));
    pen.lineTo(...spot(event));
    pen.stroke();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...spot(event));
    pen.stroke();
  });
  canvas.addEventListener("pointerup", send);

  return {
    element: h(
      "div",
      {},
      canvas,
      h("div", { class: "swatches", role: "group", "aria-label": "Colours" }, swatches),
      h("p", { class: "row" }, h("label", { for: "brush" }, "Brush"), brush),
      h("div", { class: "buttons" }, back, clear),
    ),
    // a picture to draw on
    from(picture) {
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      past = [];
      back.disabled = true;
      empty = false;
    },
    show() {
      begun();
      if (empty) fill(ground);
      empty = false;
      send();
    },
  };
}

const light = (colour) => [1, 3, 5].reduce((sum, k) => sum + parseInt(colour.slice(k, k + 2), 16), 0);
const darkest = (colours) => colours.reduce((best, one, k) => (light(one) < light(colours[best]) ? k : best), 0);
