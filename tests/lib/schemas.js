// SPDX-License-Identifier: Apache-2.0
//
// sync/schemas/ on captured messages. Strictly: what a schema does not name is a fault too, so
// that nothing is published that the pages do not tell. What others may add stays theirs.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const Ajv = require('ajv/dist/2020.js');

const DIR = path.join(__dirname, '..', '..', 'sync', 'schemas');
const FRAME = /^LS1 [\w.-]+ [A-Za-z0-9+/]{86}==\n/;

/** Objects take no other members than those they name, unless they say so. */
function strict(schema)
{
	if (Array.isArray(schema)) {
		return schema.map(strict);
	}
	if (schema === null || typeof schema !== 'object') {
		return schema;
	}
	const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));

	return copy.type === 'object' && copy.properties && copy.additionalProperties === undefined
		? { ...copy, additionalProperties: false } : copy;
}

class Schemas {
	constructor()
	{
		this.ajv = new Ajv({ allErrors: false, allowUnionTypes: true });
		for (const name of fs.readdirSync(DIR)) {
			this.ajv.addSchema(strict(JSON.parse(fs.readFileSync(path.join(DIR, name), 'utf8'))), name);
		}
	}

	/** '' or what is wrong. */
	#check(name, value)
	{
		const validate = this.ajv.getSchema(name);

		if (!validate) {
			return `${name} has no schema`;
		}
		return validate(value) ? '' : `${name}: ${this.ajv.errorsText(validate.errors)}`;
	}

	#events({ events })
	{
		for (const { e } of events) {
			const wrong = this.#check(`event.json#/$defs/${e.type}`, e.body);

			if (wrong) {
				return wrong;
			}
		}
		return '';
	}

	/** '' or what is wrong with a message on a topic below the prefix: 'WAW-042/k1/up', 'hq'. */
	message(topic, payload)
	{
		const levels = topic.split('/');
		const leaf = levels.length === 1 ? 'beat' : levels.includes('down') ? 'down' : levels.at(-1);
		let value = null;

		if (leaf === 'blob') {
			return '';
		}
		try {
			value = JSON.parse(payload.toString().replace(FRAME, ''));
		} catch (error) {
			return error.message;
		}
		return this.#check(`${leaf}.json`, value) || (leaf === 'up' ? this.#events(value) : '');
	}
}

module.exports = { Schemas };
