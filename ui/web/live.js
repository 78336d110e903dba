// SPDX-License-Identifier: Apache-2.0
// The two ways to the station: its state comes as server-sent events, presses go as POSTs.

import { measure } from "./mm.js";

const RECONNECT_MS = 1000;
const ANSWER_MS = 5000;

/** A screen's documents as they come. `onLink(up)` says whether the station is there. */
export class Live {
	#source = null;
	#timer = 0;

	constructor(screen, onState, onLink) {
		this.screen = screen;
		this.onState = onState;
		this.onLink = onLink;
		this.restart();
	}

	/** After a sign-in or sign-out: a stream belongs to the session it began with. */
	restart() {
		clearTimeout(this.#timer);
		this.#source?.close();
		const source = new EventSource(`/api/v1/live?screen=${this.screen}`);
		this.#source = source;
		source.addEventListener("open", () => this.onLink(true));
		source.addEventListener("state", async (event) => {
			const doc = JSON.parse(event.data);
			this.onLink(true);
			measure(doc.screen);
			await this.onState(doc);
			document.documentElement.dataset.state = doc.mode ?? "shown"; // it is on the page now
		});
		source.addEventListener("error", () => {
			// A browser gives up after some kinds of failure; the station may come back any time.
			source.close();
			if (this.#source !== source) return;
			this.onLink(false);
			this.#timer = setTimeout(() => this.restart(), RECONNECT_MS);
		});
	}
}

/** One press is one key, however often it is sent. */
function pressKey() {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

async function send(verb, body, key) {
	const response = await fetch(`/api/v1/do/${verb}`, {
		method: "POST",
		headers: { "Content-Type": "application/json", "Idempotency-Key": key },
		body: JSON.stringify(body),
		signal: AbortSignal.timeout(ANSWER_MS),
	});
	const answer = await response.json();
	return { ...answer, status: response.status };
}

/**
 * Presses a verb: the station's answer, or {ok: false, error: {code: "net"}, lost} when there was
 * none. What got lost or found the station busy is sent once more under the same key; `lost` is for
 * pressAgain(), which does it later, and is still one press.
 */
export function press(verb, body = {}) {
	return pressAgain({ verb, body, key: pressKey() });
}

export async function pressAgain({ verb, body, key }) {
	for (let again = 0; ; again++) {
		// A repeated sign-in would be answered without its cookie.
		if (again > 0 && verb === "staff.login") key = pressKey();
		try {
			const answer = await send(verb, body, key);
			if (answer.status !== 503 || again > 0) return answer;
		} catch {
			if (again > 0)
				return { ok: false, status: 0, error: { code: "net", message: "" }, lost: { verb, body, key } };
		}
		await new Promise((done) => setTimeout(done, 300));
	}
}
