// Asks for the names of what has changed: the portal answers as soon as something has, or that nothing did. It tells
// whether that went well, or the status that says that there is nothing to ask for any more.
const headers = { "HX-Request": "true", "HX-Request-Type": "partial" };

export async function poll(address, tell, rest) {
  try {
    const answer = await fetch(address, { headers, signal: AbortSignal.any([rest, AbortSignal.timeout(40_000)]) });
    if (!answer.ok) return [401, 404].includes(answer.status) && answer.status;
    const { since, names } = await answer.json();
    tell(since, names ?? []);
    return true;
  } catch {
    return rest.aborted; // nobody answers, or it isn't the portal who does
  }
}
