// Asks for the names of what has changed: the portal answers as soon as something has, or that nothing did. It tells
// whether that went well; 401 and 404 say that there is nothing to ask for any more.
export async function poll(address, tell, rest) {
  const began = Date.now();
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" }, signal: AbortSignal.any([rest, AbortSignal.timeout(40_000)]) });
    if (!answer.ok) return answer.status;
    const { since, names } = await answer.json();
    tell(since, names ?? []);
    return names?.length > 0 || Date.now() - began > 5_000;
  } catch {
    return rest.aborted; // nobody answers, or it isn't the portal who does
  }
}
