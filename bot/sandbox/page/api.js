// The page's door to the box: requests, and the stream of what happens.

import { toast } from "./dom.js";

async function answer(response) {
  const body = await response.json().catch(() => ({ error: "the sandbox is not answering" }));
  if (!response.ok || body.ok === false) throw new Error(body.error ?? response.statusText);
  return body;
}

export const get = async (path, query = {}) => answer(await fetch(`/page/api/${path}?${new URLSearchParams(query)}`));

export async function act(name, person, chat, more = {}) {
  try {
    const body = JSON.stringify({ person, chat, ...more });
    const response = await fetch(`/page/api/do/${name}`, { method: "POST", body, headers: { "Content-Type": "application/json" } });
    return (await answer(response)).result;
  } catch (error) {
    if (name !== "read") toast(error.message);
    return null;
  }
}

export async function upload(person, chat, file, caption = "") {
  try {
    const query = new URLSearchParams({ person, chat, name: file.name, caption });
    await answer(await fetch(`/page/api/upload?${query}`, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } }));
  } catch (error) {
    toast(error.message);
  }
}

export const fileUrl = (id, download = false) => `/page/api/file/${encodeURIComponent(id)}${download ? "?download" : ""}`;

// Calls `onevent` for each event and `onstate(true|false)` when the line comes up or goes down.
export function stream(person, onevent, onstate) {
  const source = new EventSource(`/page/api/events?person=${person}`);
  source.onopen = () => onstate(true);
  source.onerror = () => onstate(false);
  source.onmessage = (message) => onevent(JSON.parse(message.data));
  return () => source.close();
}
