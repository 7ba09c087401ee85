// Sounds of the browser: recorded, and whatever it can play as a WAV.

import { h, say } from "./dom.js";

const RATE = 44100;
const LONGEST = 20; // seconds of a recording

// one channel of 16 bits
export async function wave(file) {
  let heard;
  try {
    heard = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await file.arrayBuffer());
  } catch {
    throw new Error("This browser can't read that sound: WAV, FLAC, OGG and MP3 can be read.");
  }
  const channels = [...Array(heard.numberOfChannels).keys()].map((k) => heard.getChannelData(k));
  const view = new DataView(new ArrayBuffer(44 + 2 * heard.length));
  const words = (place, text) => [...text].forEach((letter, k) => view.setUint8(place + k, letter.charCodeAt(0)));
  words(0, "RIFF");
  view.setUint32(4, 36 + 2 * heard.length, true);
  words(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  words(36, "data");
  view.setUint32(40, 2 * heard.length, true);
  for (let i = 0; i < heard.length; i++) {
    const mean = channels.reduce((sum, channel) => sum + channel[i], 0) / channels.length;
    view.setInt16(44 + 2 * i, 32767 * Math.max(-1, Math.min(1, mean)), true);
  }
  return new Blob([view], { type: "audio/wav" });
}

export function recorder(take) {
  // without encryption a browser gives the microphone to this machine's own pages alone
  if (!navigator.mediaDevices) return { element: h("p", { class: "note" }, "Recording needs this page at 127.0.0.1, or over HTTPS."), leave() {} };
  let tape = null;
  let timer;
  let gone = false;
  const button = h("button", { onclick: () => (tape ? tape.stop() : begin()) }, "Record");
  async function begin() {
    button.disabled = true;
    try {
      const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (gone) return microphone.getTracks().forEach((track) => track.stop());
      const parts = [];
      tape = new MediaRecorder(microphone);
      tape.ondataavailable = ({ data }) => parts.push(data);
      tape.onstop = async () => {
        clearTimeout(timer);
        microphone.getTracks().forEach((track) => track.stop());
        tape = null;
        button.textContent = "Record";
        try {
          take(await wave(new Blob(parts)));
        } catch (error) {
          say(error.message);
        }
      };
      tape.start();
      count(0);
    } catch {
      say("The browser does not give this page the microphone: allow it, or choose a file.");
    }
    button.disabled = false;
  }
  function count(seconds) {
    button.textContent = `Stop (${seconds} s)`;
    timer = setTimeout(() => (seconds + 1 < LONGEST ? count(seconds + 1) : tape?.stop()), 1000);
  }
  function leave() {
    gone = true;
    clearTimeout(timer);
    if (!tape) return;
    tape.onstop = null;
    tape.stream.getTracks().forEach((track) => track.stop());
  }
  return { element: h("div", { class: "buttons" }, button), leave };
}
