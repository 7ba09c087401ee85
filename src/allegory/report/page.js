const axes = [...document.querySelectorAll(".axis")].map((axis) => {
  const strip = axis.querySelector("img");
  const slider = axis.querySelector("input");
  const view = axis.querySelector(".window");
  const copy = view.firstElementChild.appendChild(strip.cloneNode());
  copy.alt = "";
  const show = () => {
    copy.style.transform = `translateX(${-slider.value * axis.dataset.step}%)`;
  };
  slider.addEventListener("input", show);
  view.hidden = false;
  show();
  return { slider, show };
});
const play = document.querySelector(".play");
if (play) {
  let timer = 0;
  play.hidden = false;
  play.addEventListener("click", () => {
    if (timer) {
      clearInterval(timer);
      timer = 0;
    } else {
      let t = 0;
      timer = setInterval(() => {
        t += 1;
        for (const { slider, show } of axes) {
          slider.value = Math.round(slider.max * (0.5 + 0.5 * Math.sin(t / 6)));
          show();
        }
      }, 90);
    }
    play.textContent = timer ? "Pause" : "Play all";
  });
}
