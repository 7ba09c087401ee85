// Which one is real? Pairs or single pictures or sounds, by keys or taps; and what gave the fakes away.

import { get, id, post } from "./api.js";
import { h, percent, say } from "./dom.js";

const SHOWN = 1000; // milliseconds of a timed round

export async function quiz(place, run) {
  let leave = () => {};
  const stage = h("div", { class: "quiz" });
  place.append(stage);

  function welcome() {
    const mode = (value, title, about) =>
      h("label", {}, h("input", { type: "radio", name: "mode", value, checked: value === "pairs" }), title, h("small", {}, about));
    const rounds = h("input", { type: "number", id: "rounds", min: 2, max: 60, value: 20 });
    const player = h("input", { type: "text", id: "player", maxlength: 40, autocomplete: "nickname" });
    const timed = h("input", { type: "checkbox", id: "timed" });
    const form = h(
      "form",
      {
        novalidate: true,
        onsubmit: async (event) => {
          event.preventDefault();
          const start = form.querySelector("button");
          start.disabled = true;
          start.textContent = "Drawing the rounds …";
          try {
            const wanted = { mode: form.elements.mode.value, rounds: Number(rounds.value), timed: timed.checked, player: player.value };
            play(await post(`runs/${id(run.id)}/quizzes`, wanted), wanted);
          } catch (error) {
            say(error.message);
            start.disabled = false;
            start.textContent = "Begin";
          }
        },
      },
      h("h2", {}, "Which one is real?"),
      h("p", { class: "lead" }, "Some are held-out examples of the data, which the model never saw. The others it made. Can you tell?"),
      h("fieldset", { class: "choices" }, mode("pairs", "Pairs", "one is real: choose it"), mode("single", "One at a time", "real or generated?")),
      h("p", { class: "row" }, h("label", { for: "rounds" }, "Rounds"), rounds),
      h("p", { class: "row near" }, timed, h("label", { for: "timed" }, "Show each for one second only (pictures)")),
      h("p", { class: "row" }, h("label", { for: "player" }, "Name (if you like)"), player),
      h("div", { class: "buttons" }, h("button", { class: "main", type: "submit" }, "Begin")),
    );
    stage.replaceChildren(form);
  }

  function play({ quiz: key, rounds, sounds }, wanted) {
    let number = 0;
    let begun = 0;
    let open = false;
    let hide;
    const progress = h("progress", { max: rounds, value: 0, "aria-label": "rounds answered" });
    const words = h("p", { class: "note", role: "status" });
    const pictures = h("div", { class: "shown" });
    const buttons = h("div", { class: "buttons" });
    const pairs = wanted.mode === "pairs";
    const names = pairs ? ["Left is real", "Right is real"] : ["Generated", "Real"];
    const keys = pairs ? ["ArrowLeft", "ArrowRight"] : ["g", "r"];
    buttons.append(
      ...names.map((name, k) =>
        h("button", { class: "main", onclick: () => choose(k) }, name, h("small", {}, ["←", "→", "G", "R"][pairs ? k : k + 2])),
      ),
    );

    const source = (which, kind = "pictures") => `/api/quizzes/${key}/${number}/${kind}/${which}`;
    const name = (which) => (pairs ? `${which ? "Right" : "Left"} ${sounds ? "sound" : "picture"}` : `The ${sounds ? "sound" : "picture"}`);
    const player = (which) =>
      h("figure", {}, h("figcaption", {}, name(which)), h("audio", { controls: true, "aria-label": name(which), src: source(which, "sounds") }));
    const image = (which) => h("img", { alt: name(which), src: source(which), onclick: pairs ? () => choose(which) : null });
    async function next() {
      words.textContent = `Round ${number + 1} of ${rounds}`;
      progress.value = number;
      const shown = (pairs ? [0, 1] : [0]).map(sounds ? player : image);
      if (!sounds) await Promise.all(shown.map((one) => one.decode().catch(() => {})));
      pictures.replaceChildren(...shown);
      begun = performance.now();
      open = true;
      if (wanted.timed && !sounds) hide = setTimeout(() => pictures.classList.add("over"), SHOWN);
    }

    async function choose(choice) {
      if (!open) return;
      open = false;
      clearTimeout(hide);
      pictures.classList.remove("over");
      const seconds = (performance.now() - begun) / 1000;
      try {
        const { right, answer } = await post(`quizzes/${key}/${number}`, { choice, seconds });
        words.textContent = right ? "Right." : pairs ? `No: the ${answer ? "right" : "left"} one is real.` : `No: it is ${answer ? "real" : "generated"}.`;
        // of two the real one is marked, whichever was chosen
        pictures.children[pairs ? answer : 0].classList.add(right || pairs ? "right" : "wrong-one");
        number += 1;
        progress.value = number;
        setTimeout(() => {
          (number < rounds ? next() : finish(key, pairs, sounds)).catch((error) => say(error.message));
        }, 700);
      } catch (error) {
        say(error.message);
        open = true;
      }
    }

    const listen = (event) => {
      const at = keys.indexOf(event.key.length === 1 ? event.key.toLowerCase() : event.key);
      if (at < 0 || event.target.matches("input, select")) return;
      event.preventDefault();
      choose(at);
    };
    addEventListener("keydown", listen);
    leave = () => {
      removeEventListener("keydown", listen);
      clearTimeout(hide);
    };
    stage.replaceChildren(progress, words, pictures, buttons);
    next().catch((error) => say(error.message));
  }

  const share = (found) =>
    found.low === null ? percent(found.mean) : `${percent(found.mean)} (${percent(found.low)} to ${percent(found.high)})`;

  async function finish(key, pairs, sounds) {
    leave();
    stage.replaceChildren(h("p", { class: "lead" }, "Looking at what gave them away."));
    const found = await get(`quizzes/${key}`);
    const fooled = found.you.low > 0.5 ? "You did worse than guessing." : found.you.high < 0.5 ? "You can tell them apart." : "That could be guessing: 50\u00a0% lies within your interval.";
    const rows = [
      ["You", share(found.you), `${found.you.n} rounds`],
      ["All players so far", share(found.everyone), `${found.everyone.n} rounds, ${found.everyone.players} ${found.everyone.players === 1 ? "player" : "players"}`],
      ["A classifier", found.machine ? share(found.machine) : "not measured yet", found.machine ? "two-sample test" : `allegory evaluate ${found.folder} --measure two-sample`],
    ];
    const heard = (source) => new Audio(source).play().catch((error) => say(error.message));
    const shown = (k, which, name) =>
      h(
        "figure",
        {},
        h("img", { src: `/api/quizzes/${key}/${k}/pictures/${which}`, alt: "", loading: "lazy" }),
        h("figcaption", {}, name),
        sounds && h("button", { "aria-label": `Play the ${name} one of round ${k + 1}`, onclick: () => heard(`/api/quizzes/${key}/${k}/sounds/${which}`) }, "Play"),
      );
    const card = (one, k) => {
      const right = one.choice === one.answer;
      const fake = one.pictures === 2 ? 1 - one.answer : 0;
      return h(
        "li",
        { class: "card" },
        h(
          "div",
          { class: "trio" },
          one.generated && shown(k, fake, "generated"),
          one.generated && h("figure", {}, h("img", { src: `/api/quizzes/${key}/${k}/neighbour`, alt: "", loading: "lazy" }), h("figcaption", {}, "nearest real")),
          (one.pictures === 2 || !one.generated) && shown(k, one.pictures === 2 ? one.answer : 0, "real"),
        ),
        h("p", {}, right ? "You were right. " : "You were fooled. ", one.words.join(" ")),
      );
    };
    stage.replaceChildren(
      h("h2", {}, fooled),
      h("p", { class: "lead" }, "How often each is wrong: 50\u00a0% is what guessing gives, and the better the model, the nearer to it. In brackets the 95\u00a0% interval."),
      h(
        "div",
        { class: "scroll" },
        h(
          "table",
          {},
          h("thead", {}, h("tr", {}, ["", "wrong", "over"].map((name) => h("th", { scope: "col" }, name)))),
          h("tbody", {}, rows.map(([who, value, over]) => h("tr", {}, h("th", { scope: "row" }, who), h("td", {}, value), h("td", {}, over)))),
        ),
      ),
      h("p", { class: "note" }, "All players counts games of this kind alone, and takes all answers as independent, which those of one person are not quite."),
      h("div", { class: "buttons" }, h("button", { class: "main", onclick: welcome }, "Play again")),
      h("h2", {}, "What gave them away"),
      h("ul", { class: "cards review" }, found.rounds.map(card)),
    );
    stage.querySelector("h2").setAttribute("tabindex", "-1");
    stage.querySelector("h2").focus();
  }

  welcome();
  return () => leave();
}
