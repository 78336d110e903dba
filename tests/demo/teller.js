// SPDX-License-Identifier: Apache-2.0
//
// What the demo says: to the terminal and, with the time, to demo.log.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const COLOURS = process.stdout.isTTY && !process.env.NO_COLOR;

function paint(code, text)
{
	return COLOURS ? `\u001b[${code}m${text}\u001b[0m` : text;
}

class Teller {
	constructor(dir)
	{
		this.dir = dir;
		this.began = Date.now();
		this.ticks = 0;
		this.figures = [];
		this.log = path.join(dir, 'demo.log');
	}

	#say(text)
	{
		process.stdout.write(`${text}\n`);
		fs.appendFileSync(this.log, `${new Date().toISOString()} ${text}\n`);
	}

	heading(text)
	{
		this.#say(`\n${paint('1', text)}`);
	}

	/** Something that was observed. */
	tick(text)
	{
		this.ticks++;
		this.#say(`  ${paint('32', '✓')} ${text}`);
	}

	line(text)
	{
		this.#say(`    ${text}`);
	}

	figure(name, value)
	{
		this.figures.push(`${name}: ${value}`);
	}

	/** A printed slip; pictures are shown as what a reader finds in them. */
	slip(text, codes)
	{
		const found = codes.map((code) => `[QR ${code}]`).join('\n') || '[picture]';
		const lines = text.replace(/(\[IMAGE [^\]]*\]\n)+/g, `${found}\n`)
			.replace(/\n{3,}/g, '\n\n').trimEnd().split('\n');
		const width = Math.max(48, ...lines.map((line) => [...line].length));

		this.#say(`    ╭${'─'.repeat(width + 2)}╮`);
		for (const line of lines) {
			this.#say(`    │ ${line}${' '.repeat(width - [...line].length)} │`);
		}
		this.#say(`    ╰${'┄'.repeat(width + 2)}╯`);
	}

	summary()
	{
		this.heading(`All ${this.ticks} facts observed in ${
			((Date.now() - this.began) / 1000).toFixed(1)} s.`);
		this.figures.forEach((figure) => this.line(figure));
		this.line(`logs and slips: ${this.dir}`);
	}

	failure(error)
	{
		this.#say(`  ${paint('31', '✗')} ${error.message}`);
		fs.appendFileSync(this.log, `${error.stack}\n`);
		this.#say(`\nThe demo failed after ${this.ticks} facts. Logs: ${this.dir}`);
	}
}

module.exports = { Teller };
