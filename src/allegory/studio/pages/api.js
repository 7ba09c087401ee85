// The studio's routes. What goes wrong is an Error with a sentence.

async function answer(response) {
  if (response.ok) return response;
  let sentence = `The studio answered ${response.status}.`;
  try {
    sentence = (await response.json()).error ?? sentence;
  } catch {
    // no sentence came: the status is all there is to tell
  }
  throw new Error(sentence);
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(`/api/${path}`, options);
  } catch {
    throw new Error("The studio does not answer. Is 'allegory studio' still running? Runs go on without it.");
  }
  return answer(response);
}

const json = (value) => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value) });
export const get = async (path) => (await ask(path)).json();
export const blob = async (path, value) => (await ask(path, value && json(value))).blob();
export const post = async (path, value = {}) => (await ask(path, json(value))).json();
const sent = (path, file) => {
  const form = new FormData();
  form.append("file", file);
  return ask(path, { method: "POST", body: form });
};
export const upload = async (path, file) => (await sent(path, file)).json();
export const made = async (path, file) => (await sent(path, file)).blob();
export const id = encodeURIComponent;

export function socket(path) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const opened = new WebSocket(`${scheme}://${location.host}/api/${path}`);
  opened.binaryType = "arraybuffer";
  return opened;
}
