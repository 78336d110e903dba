// SPDX-License-Identifier: Apache-2.0
// Sizes are meant in millimetres of the screen that is looked at. Its width in millimetres is the
// station's to say (`[screen …] width_mm`); how many pixels that is, the browser knows.

const root = document.documentElement;

function narrow() {
	const mm = Number.parseFloat(getComputedStyle(root).getPropertyValue("--mm")) || 3.78;
	document.body.classList.toggle("narrow-page", innerWidth < 230 * mm);
}

/** `screen` of a document: {width_mm, distance_mm}. Farther away everything is larger. */
export function measure(said) {
	if (said === undefined) return; // a document that does not speak of it
	const wide = Number(said?.width_mm) || 344;
	const far = Number(said?.distance_mm) || 600;
	root.style.setProperty("--mm", `${(screen.width / wide * far / 600).toFixed(3)}px`);
	narrow();
}

addEventListener("resize", narrow);
measure(null);
