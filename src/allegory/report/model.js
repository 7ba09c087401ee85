(async () => {
  const FIRST = 8, REACH = 3, SHOWN = 16, ROUNDS = 20;
  const $ = (name) => document.getElementById(name);
  const about = JSON.parse($("about").textContent);
  const { media, channels, ways, conditions } = about;
  const [width, height] = [media.width, media.height];
  const h = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value !== false) element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  };
  const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

  const unpacked = (name) => {
    const bytes = Uint8Array.from(atob($(name).textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  };
  async function open() {
    const [code, wasm, decoder] = await Promise.all(["runtime", "wasm", "decoder"].map(unpacked));
    const ort = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    Object.assign(ort.env.wasm, { numThreads: 1, wasmBinary: wasm });
    const session = await ort.InferenceSession.create(decoder, { executionProviders: ["wasm"] });
    return { ort, session };
  }
  let found;
  try {
    found = await open();
  } catch (error) {
    $("told").textContent = `The model can't run in this browser (${error.message}). One of 2023 or newer can run it.`;
    return;
  }
  $("told").hidden = true;
  const { ort, session } = found;

  // one after the other: a session runs one batch at a time
  let queue = Promise.resolve();
  function run(codes, label, outputs) {
    const given = { input: new ort.Tensor("float32", Float32Array.from(codes.flat()), [codes.length, about.start.length]) };
    if (conditions.length) {
      const labels = codes.map(() => BigInt(Math.max(0, conditions.indexOf(label))));
      given.label = new ort.Tensor("int64", BigInt64Array.from(labels), [codes.length]);
    }
    const done = queue.then(() => session.run(given, outputs));
    queue = done.catch(() => {});
    return done;
  }
  const decode = async (codes, label = conditions[0]) => [...(await run(codes, label, ["x"])).x.data];
  async function pictures(codes, label) {
    const { data } = (await run(codes, label, ["picture"])).picture;
    const size = width * height * channels;
    return codes.map((_, k) => data.subarray(k * size, (k + 1) * size));
  }
  const binary = (bytes) => bytes.map((v) => (255 * Math.random() < v ? 255 : 0));
  function paint(canvas, bytes) {
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      const at = i * channels;
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = bytes[channels < 3 ? at : at + c];
      image.data[4 * i + 3] = channels === 4 ? bytes[at + 3] : 255;
    }
    Object.assign(canvas, { width, height }).getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }

  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  const drawn = (n) => Array.from({ length: n }, () => about.start.map(normal));
  let label = conditions[0];
  const any = () => conditions[Math.floor(Math.random() * conditions.length)];

  function explorer() {
    let code = [...about.start], asked = false, busy = false;
    const seen = $("seen");
    async function show() {
      if (busy) return (asked = true);
      busy = true;
      do {
        asked = false;
        paint(seen, (await pictures([code], label))[0]);
      } while (asked);
      busy = false;
    }
    const along = (way) => way.vector.reduce((sum, v, j) => sum + v * code[j], 0);
    const sliders = ways.map((way, k) => {
      const input = h("input", { type: "range", id: `way-${k}`, min: -REACH, max: REACH, step: 0.02 });
      input.addEventListener("input", () => {
        const shift = Number(input.value) - along(way);
        code = code.map((v, j) => v + shift * way.vector[j]);
        show();
      });
      const name = h("label", { for: input.id }, (way.name ?? way.label).replaceAll("_", " "));
      if (way.name) name.append(h("small", {}, way.label));
      return { way, input, line: h("div", { class: "way" }, name, h("span", {}, percent(way.share)), input) };
    });
    function settle(to) {
      code = [...to];
      for (const { way, input } of sliders) input.value = along(way);
      show();
    }
    const lines = sliders.map(({ line }) => line);
    $("ways").append(...lines.slice(0, FIRST));
    if (lines.length > FIRST)
      $("ways").append(h("details", {}, h("summary", {}, `${lines.length - FIRST} more`), ...lines.slice(FIRST)));
    const save = () =>
      seen.toBlob((blob) => h("a", { href: URL.createObjectURL(blob), download: "picture.png" }).click());
    $("do").append(h("button", { onclick: () => settle(about.start) }, "Back to the start"), h("button", { onclick: save }, "Save picture"));
    if (conditions.length) {
      const choice = h("select", { id: "class", "aria-label": "Class" }, ...conditions.map((name) => h("option", {}, name)));
      choice.addEventListener("change", () => { label = choice.value; show(); });
      $("do").append(choice);
    }
    settle(about.start);
    return settle;
  }

  function samples(settle) {
    let turn = 0;
    async function show(codes) {
      const mine = ++turn;
      const seen = codes.map((_, k) => h("canvas", { role: "img", "aria-label": `Sample ${k + 1}`, width, height }));
      $("drawn").replaceChildren(
        ...seen.map((canvas, k) => {
          if (!settle) return canvas;
          return h("button", { title: "Move this one", onclick: () => { settle(codes[k]); $("seen").scrollIntoView({ block: "center" }); } }, canvas);
        }),
      );
      // one by one: some models take half a second for each
      for (let k = 0; k < codes.length && mine === turn; k++) {
        paint(seen[k], (await pictures([codes[k]], label))[0]);
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
    $("draw").append(h("button", { class: "main", onclick: () => show(drawn(SHOWN)) }, "Draw others"));
    return show(about.draws);
  }

  // Wilson's interval of a share at 95 %
  function interval(wrong, n) {
    const z = 1.96, p = wrong / n, d = 1 + (z * z) / n;
    const middle = (p + (z * z) / (2 * n)) / d, half = (z / d) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
    return [Math.max(0, middle - half), Math.min(1, middle + half)];
  }

  async function realPictures() {
    const sheet = new Image();
    sheet.src = about.real.sheet;
    await sheet.decode();
    return Array.from({ length: about.real.n }, (_, i) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const [left, top] = [(i % about.real.across) * width, Math.floor(i / about.real.across) * height];
      canvas.getContext("2d").drawImage(sheet, left, top, width, height, 0, 0, width, height);
      return canvas;
    });
  }

  function quiz() {
    const stage = $("quiz");
    const begin = h("button", { class: "main" }, "Begin");
    let answer = () => {};
    async function play() {
      begin.disabled = true;
      const real = (await realPictures()).sort(() => Math.random() - 0.5).slice(0, ROUNDS);
      const missed = [];
      const words = h("p", { role: "status" }), shown = h("div", { class: "shown" });
      const progress = h("progress", { max: real.length, value: 0, "aria-label": "rounds answered" });
      stage.replaceChildren(progress, words, shown);
      stage.scrollIntoView({ block: "start" });
      for (let k = 0; k < real.length; k++) {
        const [bytes] = await pictures(drawn(1), any());
        const fake = paint(document.createElement("canvas"), media.binary ? binary(bytes) : bytes);
        const at = Math.random() < 0.5 ? 0 : 1;
        const pair = at ? [fake, real[k]] : [real[k], fake];
        words.textContent = `Round ${k + 1} of ${real.length}`;
        const chosen = new Promise((resolve) => (answer = resolve));
        const buttons = pair.map((canvas, i) => h("button", { "aria-label": i ? "The right one is real" : "The left one is real", onclick: () => answer(i) }, canvas));
        shown.replaceChildren(...buttons);
        const right = (await chosen) === at;
        answer = () => {};
        words.textContent = right ? "Right." : `No: the ${at ? "right" : "left"} one is real.`;
        buttons[at].classList.add(right ? "right" : "wrong");
        progress.value = k + 1;
        if (!right) missed.push([real[k], fake]);
        await new Promise((resolve) => setTimeout(resolve, 700));
      }
      const [low, high] = interval(missed.length, real.length);
      const told = low > 0.5 ? "You did worse than guessing." : high < 0.5 ? "You can tell them apart." : "That could be guessing.";
      const cards = missed.map((pair) => h("li", {}, ...pair.map((canvas, i) => h("figure", {}, canvas, h("figcaption", {}, i ? "generated" : "real")))));
      stage.replaceChildren(
        h("h3", { role: "status" }, told),
        h("p", {}, `You were wrong in ${percent(missed.length / real.length)} of ${real.length} rounds (95\u00a0% interval: ${percent(low)} to ${percent(high)}). Guessing gives 50\u00a0%.`),
        missed.length ? h("p", {}, "You were fooled by:") : "",
        h("ul", { class: "missed" }, ...cards),
        h("div", { class: "buttons" }, begin),
      );
      begin.textContent = "Play again";
      begin.disabled = false;
    }
    begin.addEventListener("click", play);
    addEventListener("keydown", (event) => {
      const at = ["ArrowLeft", "ArrowRight"].indexOf(event.key);
      if (at < 0 || !stage.querySelector(".shown") || event.target.matches("input, select")) return;
      event.preventDefault();
      answer(at);
    });
    stage.replaceChildren(h("div", { class: "buttons" }, begin));
  }

  // for programs, and for whoever opens the console
  globalThis.allegory = { decode, about };
  const settle = ways.length ? explorer() : null;
  if (about.draws) samples(settle);
  if (about.real) quiz();
})();
