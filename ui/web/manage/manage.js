// SPDX-License-Identifier: Apache-2.0
// The manager's page: the station as it is, and the prints that want a decision.

import "/web/figures.js";
import { language, setLanguage, t, word } from "/web/i18n.js";
import { Live, press } from "/web/live.js";
import { clockText, translate } from "/web/parts.js";

const id = (name) => document.getElementById(name);

await setLanguage(localStorage.getItem("lada.language") ?? "pl");
translate();

new Live(
	"manage",
	(doc) => {
		const inside = doc.mode !== "login";
		id("login").hidden = inside;
		id("work").hidden = !inside;
		id("mode").textContent = `${t("mode")}: ${word("mode", doc.mode)}`;
		id("revoked").hidden = doc.mode !== "revoked" && doc.revoked !== true;
		id("clock").hidden = !doc.clock;
		id("clock").textContent = doc.clock ? clockText(doc.clock) : "";
		id("trouble").hidden = !doc.broker_trouble;
		id("trouble").textContent = doc.broker_trouble ?? "";
		for (const part of ["notice", "hq", "jobs", "devices", "figures"]) id(part).show(doc[part], language());
		id("document").textContent = inside ? JSON.stringify(doc, null, 2) : "";
	},
	(up) => {
		id("gone").hidden = up;
	},
);
document.addEventListener("press", (event) => press(event.detail.verb, event.detail.body));
