// Talking to the simulator: deeds over HTTP, and what happens as Server-Sent Events.

export const botPath = (token) => `/sim/v1/bots/${encodeURIComponent(token)}`;
export const personPath = (token, person) => `${botPath(token)}/people/${person}`;

/// Asks, and gives the answer's JSON. Refusals are thrown with their sentence, and their `status`.
export async function ask(method, path, body, type = "application/json") {
  const headers = body === undefined ? {} : { "Content-Type": type };
  const sent = type === "application/json" && body !== undefined ? JSON.stringify(body) : body;
  const response = await fetch(path, { method, headers, body: sent }).catch(() => {
    throw new Error("Nobody answers here any more. Is the program still running?");
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.error || `The simulator answered ${response.status}.`), { status: response.status });
}

/// Listens to a stream of events: `hear` has one function per event, which is given its data; `lost` is called when the
/// connection breaks. Browsers allow six connections to one address over all tabs, so a tab that nobody sees lets go.
export function listen(path, hear, lost = () => {}) {
  let stream = null;
  let again = 0;
  const stop = () => {
    clearTimeout(again);
    stream?.close();
    stream = null;
  };
  const start = () => {
    stop();
    stream = new EventSource(path);
    for (const [name, heard] of Object.entries(hear)) {
      stream.addEventListener(name, (event) => heard(JSON.parse(event.data)));
    }
    stream.onerror = () => {
      lost();
      // After a refusal the browser does not try again by itself.
      if (stream?.readyState === EventSource.CLOSED) again = setTimeout(start, 2000);
    };
  };
  const seen = () => (document.hidden ? stop() : start());
  document.addEventListener("visibilitychange", seen);
  seen();
  return {
    close() {
      document.removeEventListener("visibilitychange", seen);
      stop();
    },
  };
}
