// A socket that turns codes into pictures: one is asked for at a time, and the newest code wins.

import { id, socket } from "./api.js";

export function decoder(run, show, fail) {
  let opened;
  let waiting = null;
  let busy = false;
  let number = 0;
  let closed = false;

  function open() {
    opened = socket(`runs/${id(run)}/decode`);
    opened.onopen = send;
    opened.onmessage = ({ data }) => {
      busy = false;
      if (typeof data === "string") fail(JSON.parse(data).error);
      else show(...pixels(data));
      send();
    };
    opened.onclose = () => {
      busy = false;
      if (!closed) setTimeout(() => closed || open(), 1500);
    };
  }

  function send() {
    if (busy || waiting === null || opened.readyState !== WebSocket.OPEN) return;
    busy = true;
    opened.send(JSON.stringify({ n: ++number, ...waiting }));
    waiting = null;
  }

  open();
  return {
    ask(z, label) {
      waiting = label ? { z, label } : { z };
      send();
    },
    close() {
      closed = true;
      opened.close();
    },
  };
}

// to what a canvas takes: four bytes a pixel
function pixels(buffer) {
  const [, width, height, channels] = new Uint32Array(buffer, 0, 4);
  const from = new Uint8Array(buffer, 16);
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const at = i * channels;
    const grey = channels < 3;
    image.data[4 * i] = from[at];
    image.data[4 * i + 1] = from[grey ? at : at + 1];
    image.data[4 * i + 2] = from[grey ? at : at + 2];
    image.data[4 * i + 3] = channels === 4 ? from[at + 3] : 255;
  }
  return [image, width, height];
}
