// Points of data and of a model, along a line and in the plane, and how real each place looks.

const PLACES = 200;
const SMOOTH = 0.02; // deviation of the kernel of a hill, as a part of what is shown
const SHOWN = 80;
const NOISE = 3; // deviations of noise that are shown
const PAD = 10;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const hue = ([x, y = 0]) => {
  const strength = Math.min(1, Math.hypot(x, y) / 2);
  return `hsl(${Math.round((Math.atan2(y, x) * 180) / Math.PI)} ${Math.round(30 + 55 * strength)}% 50%)`;
};

// a canvas of its place's width, this high, in units of the page
function opened(canvas, tall) {
  const dots = devicePixelRatio || 1;
  const width = canvas.parentElement.clientWidth;
  const height = Math.round(tall(width));
  if (canvas.width !== Math.round(width * dots) || canvas.height !== Math.round(height * dots)) {
    canvas.width = Math.round(width * dots);
    canvas.height = Math.round(height * dots);
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(dots, 0, 0, dots, 0, 0);
  return [pen, width, height];
}

function dots(pen, places, radius, fill) {
  places.forEach(([x, y], i) => {
    pen.fillStyle = typeof fill === "function" ? fill(i) : fill;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 7);
    pen.fill();
  });
}

function hill(values, low, high) {
  const width = SMOOTH * (high - low);
  return Array.from({ length: PLACES }, (_, k) => {
    const place = low + ((high - low) * k) / (PLACES - 1);
    return values.reduce((sum, v) => sum + Math.exp(-0.5 * ((place - v) / width) ** 2), 0) / values.length;
  });
}

export function ground(canvas, film, seen, top) {
  const [pen, width, height] = opened(canvas, (wide) => Math.min(460, Math.max(300, 0.55 * wide)));
  pen.clearRect(0, 0, width, height);
  const [[low], [high]] = [film.low, film.high];
  const x = (v) => PAD + ((v - low) / (high - low)) * (width - 2 * PAD);
  const start = top * height;
  const middle = (start + height) / 2;
  const half = (height - start) / 2 - 16;
  const data = film.data.map(([v]) => v);
  const points = seen.points.map(([v]) => v);
  const highest = 1.25 * Math.max(...hill(data, low, high));
  for (const [values, name, side] of [[data, "--c0", -1], [points, "--c1", 1]]) {
    const outline = hill(values, low, high).map((v, k) => [
      x(low + ((high - low) * k) / (PLACES - 1)),
      middle + side * half * Math.min(0.97, v / highest),
    ]);
    pen.beginPath();
    pen.moveTo(x(low), middle);
    outline.forEach((place) => pen.lineTo(...place));
    pen.lineTo(x(high), middle);
    pen.fillStyle = colour(name);
    pen.globalAlpha = 0.22;
    pen.fill();
    pen.globalAlpha = 0.75;
    const some = values.slice(0, SHOWN).filter((v) => v > low && v < high);
    dots(pen, some.map((v) => [x(v), middle + side * 5]), 3, colour(name));
    pen.globalAlpha = 1;
  }
  pen.strokeStyle = colour("--soft");
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(PAD, middle);
  pen.lineTo(width - PAD, middle);
  pen.stroke();
}

export function curve(canvas, film, seen, part) {
  const pen = canvas.getContext("2d");
  const width = canvas.parentElement.clientWidth;
  const tall = parseFloat(canvas.style.height) * part - 22;
  const far = film.reach;
  const last = seen.realness.length - 1;
  const place = (p, k) => [PAD + (k / last) * (width - 2 * PAD), 14 + (0.5 - (p - 0.5) / (2 * far)) * tall];
  const [, middle] = place(0.5, 0);
  pen.strokeStyle = colour("--line");
  pen.setLineDash([4, 5]);
  pen.beginPath();
  pen.moveTo(PAD, middle);
  pen.lineTo(width - PAD, middle);
  pen.stroke();
  pen.setLineDash([]);
  pen.strokeStyle = colour("--c3");
  pen.lineWidth = 2;
  pen.beginPath();
  seen.realness.forEach((p, k) => pen.lineTo(...place(p, k)));
  pen.stroke();
  pen.fillStyle = colour("--soft");
  pen.font = "12px system-ui, sans-serif";
  for (const p of [0.5 + far, 0.5, 0.5 - far]) pen.fillText(String(Number(p.toFixed(2))), PAD + 2, place(p, 0)[1] - 3);
}

// P(real) as a picture: red where it is low, blue where it is high, clear at 1/2
function field(film, seen) {
  const [tall, wide] = [seen.realness.length, seen.realness[0].length];
  const image = new ImageData(wide, tall);
  seen.realness.forEach((row, j) =>
    row.forEach((p, i) => {
      const away = Math.max(-1, Math.min(1, (p - 0.5) / film.reach));
      image.data.set([...(away > 0 ? [50, 103, 200] : [208, 98, 42]), Math.round(110 * Math.abs(away))], 4 * ((tall - 1 - j) * wide + i));
    }),
  );
  const picture = new OffscreenCanvas(wide, tall);
  picture.getContext("2d").putImageData(image, 0, 0);
  return picture;
}

export function plane(canvas, film, seen, carried) {
  const [pen, width, height] = opened(canvas, (wide) => Math.min(wide, 560));
  pen.clearRect(0, 0, width, height);
  const middle = film.low.map((v, k) => (v + film.high[k]) / 2);
  const half = Math.max(...film.low.map((v, k) => film.high[k] - v)) / 2;
  const side = Math.min(width, height) / 2 - PAD;
  // the same unit on both axes
  const place = ([x, y]) => [width / 2 + ((x - middle[0]) / half) * side, height / 2 - ((y - middle[1]) / half) * side];
  if (seen.realness) {
    const [left, bottom] = place(film.low);
    const [right, top] = place(film.high);
    pen.globalAlpha = carried;
    pen.drawImage(field(film, seen), left, top, right - left, bottom - top);
    pen.globalAlpha = 1;
  }
  pen.globalAlpha = 0.55;
  dots(pen, film.data.map(place), 1.7, colour("--c6"));
  const eased = carried * carried * (3 - 2 * carried);
  const from = film.noise?.map(([x, y = 0]) => [width / 2 + (x / NOISE) * side, height / 2 - (y / NOISE) * side]);
  const to = seen.points.map(place);
  pen.globalAlpha = 0.9;
  dots(
    pen,
    to.map(([x, y], i) => (from ? [from[i][0] + eased * (x - from[i][0]), from[i][1] + eased * (y - from[i][1])] : [x, y])),
    2.6,
    film.noise ? (i) => hue(film.noise[i]) : colour("--accent"),
  );
  pen.globalAlpha = 1;
}
