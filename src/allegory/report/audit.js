for (const map of document.querySelectorAll(".map")) {
  const { places, names, colours, atlas, across, width, height } = JSON.parse(
    map.querySelector("script").textContent,
  );
  const canvas = map.querySelector("canvas"), draw = canvas.getContext("2d");
  const tip = map.querySelector(".tip"), legend = map.querySelector(".legend");
  const tools = map.querySelector(".tools"), choice = tools.querySelector("select");
  const button = Object.fromEntries(
    [...tools.querySelectorAll("button")].map((b) => [b.dataset.do, b]),
  );
  const RAMP = [[38, 70, 130], [42, 143, 140], [222, 190, 80], [224, 110, 50], [180, 30, 60]];
  const GREY = "#9aa1ab";
  const picture = new Image();
  let pictures = Boolean(atlas), zoom = 1, centre = [0.5, 0.5], by = colours[0];
  let size = [0, 0], side = 36, pad = 26, shown = [], held = null;

  const ramp = (t) => {
    const at = Math.min(Math.max(t, 0), 1) * (RAMP.length - 1), k = Math.min(Math.floor(at), 3);
    return `rgb(${RAMP[k].map((v, j) => Math.round(v + (at - k) * (RAMP[k + 1][j] - v)))})`;
  };
  const hue = (k, n) => `hsl(${Math.round((k * 360) / n + (k % 2) * 12)} 62% ${k % 2 ? 42 : 54}%)`;
  const range = ({ values }) => {
    const there = values.filter((v) => v !== null).sort((a, b) => a - b);
    const at = (q) => there[Math.round(q * (there.length - 1))] ?? 0;
    return [at(0.01), at(0.99)];
  };
  const painter = (c) => {
    if (c.names) return (i) => (c.values[i] < 0 ? GREY : hue(c.values[i], c.names.length));
    const [low, high] = range(c);
    return (i) => (c.values[i] === null ? GREY : ramp((c.values[i] - low) / (high - low || 1)));
  };
  const where = (i) => places[i].map(
    (v, j) => pad + (0.5 + zoom * (v / 1000 - centre[j])) * (size[j] - 2 * pad),
  );

  const paint = () => {
    const dots = window.devicePixelRatio || 1, wide = canvas.parentElement.clientWidth;
    size = [wide, Math.round(wide * (wide < 600 ? 1.1 : 0.66))];
    const room = Math.sqrt((size[0] * size[1]) / places.length);
    side = Math.min(Math.max(0.7 * room, wide < 600 ? 26 : 36), 84);
    pad = side / 2 + 8;
    canvas.width = size[0] * dots;
    canvas.height = size[1] * dots;
    canvas.style.height = `${size[1]}px`;
    draw.setTransform(dots, 0, 0, dots, 0, 0);
    draw.clearRect(0, 0, ...size);
    const colour = painter(by);
    const ground = getComputedStyle(canvas).getPropertyValue("--card");
    const full = new Set(), edge = size.map((v) => (v % side) / 2);
    shown = [];
    for (let i = 0; i < places.length; i++) {
      const [x, y] = where(i);
      if (x < -pad || y < -pad || x > size[0] + pad || y > size[1] + pad) continue;
      if (!pictures) {
        draw.fillStyle = colour(i);
        draw.globalAlpha = 0.8;
        draw.beginPath();
        draw.arc(x, y, wide < 600 ? 2.4 : 3.2, 0, 7);
        draw.fill();
        draw.globalAlpha = 1;
        shown.push([i, x, y]);
        continue;
      }
      const cell = [x, y].map((v, j) => Math.floor((v - edge[j]) / side));
      if (full.has(cell.join())) continue;
      full.add(cell.join());
      const [left, top] = cell.map((v, j) => edge[j] + v * side);
      const scale = (side - 4) / Math.max(width, height), w = width * scale, h = height * scale;
      const a = left + (side - w) / 2, b = top + (side - h) / 2;
      draw.fillStyle = colour(i);
      draw.fillRect(a - 1.5, b - 1.5, w + 3, h + 3);
      draw.fillStyle = ground;
      draw.fillRect(a, b, w, h);
      const from = [(i % across) * width, Math.floor(i / across) * height];
      draw.drawImage(picture, ...from, width, height, a, b, w, h);
      shown.push([i, left + side / 2, top + side / 2]);
    }
  };

  const said = (c, i) => (c.names ? (c.names[c.values[i]] ?? "missing") : (c.values[i] ?? "missing"));
  const show = (event) => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = null, least = 30 ** 2;
    for (const [i, a, b] of shown) {
      const away = (a - x) ** 2 + (b - y) ** 2;
      if (away < least) [best, least] = [[i, a, b], away];
    }
    tip.hidden = best === null;
    if (best === null) return;
    const [i, a, b] = best;
    tip.replaceChildren();
    if (atlas) {
      const view = document.createElement("canvas"), scale = 180 / Math.max(width, height);
      [view.width, view.height] = [360, 360].map((v, j) => Math.round((v * [width, height][j]) / Math.max(width, height)));
      view.style.width = `${width * scale}px`;
      const from = [(i % across) * width, Math.floor(i / across) * height];
      view.getContext("2d").drawImage(picture, ...from, width, height, 0, 0, view.width, view.height);
      tip.append(view);
    }
    const lines = [["strong", names[i]], ...colours.map((c) => ["span", `${c.name}: ${said(c, i)}`])];
    for (const [tag, text] of lines) tip.append(Object.assign(document.createElement(tag), { textContent: text }));
    tip.style.left = `${a < size[0] / 2 ? a + 22 : a - 22 - tip.offsetWidth}px`;
    tip.style.top = `${Math.max(4, Math.min(b - 60, size[1] - tip.offsetHeight - 4))}px`;
    if (size[0] < 440) tip.style.left = `${a < size[0] / 2 ? size[0] - tip.offsetWidth - 4 : 4}px`;
  };

  const tell = () => {
    const entry = (paintOf, text) => {
      const span = document.createElement("span"), mark = document.createElement("i");
      mark.style.background = paintOf;
      span.append(mark, text);
      return span;
    };
    if (by.names) {
      legend.replaceChildren(...by.names.map((name, k) => entry(hue(k, by.names.length), name)));
    } else {
      const [low, high] = range(by), bar = document.createElement("b"), span = document.createElement("span");
      bar.style.background = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map(ramp).join()})`;
      span.append(String(low), bar, String(high));
      legend.replaceChildren(span);
    }
    button.look.textContent = pictures ? "Dots" : "Pictures";
    canvas.classList.toggle("near", zoom > 1);
  };
  const again = () => { tell(); paint(); };

  const clamp = () => {
    const room = 0.5 / zoom;
    centre = centre.map((v) => Math.min(Math.max(v, room), 1 - room));
  };
  const nearer = (factor) => {
    zoom = Math.min(Math.max(zoom * factor, 1), 12);
    clamp();
    tip.hidden = true;
    again();
  };
  button.look.addEventListener("click", () => { pictures = !pictures; tip.hidden = true; again(); });
  button.look.hidden = !atlas;
  button.in.addEventListener("click", () => nearer(1.6));
  button.out.addEventListener("click", () => nearer(1 / 1.6));
  choice.append(...colours.map((c, k) => new Option(c.name, k)));
  choice.addEventListener("change", () => { by = colours[choice.value]; again(); });
  canvas.addEventListener("pointerdown", (event) => {
    if (zoom > 1) { held = [event.clientX, event.clientY]; canvas.setPointerCapture(event.pointerId); }
    show(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return show(event);
    const now = [event.clientX, event.clientY];
    centre = centre.map((v, j) => v - (now[j] - held[j]) / (zoom * (size[j] - 2 * pad)));
    clamp();
    held = now;
    tip.hidden = true;
    paint();
  });
  canvas.addEventListener("pointerup", () => { held = null; });
  canvas.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") tip.hidden = true; });
  window.addEventListener("resize", paint);
  const start = () => {
    map.querySelector(".still").remove();
    canvas.hidden = tools.hidden = legend.hidden = false;
    again();
  };
  if (atlas) { picture.addEventListener("load", start); picture.src = atlas; } else start();
}
