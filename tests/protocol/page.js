// SPDX-License-Identifier: Apache-2.0
//
// The blocks of sync/PROTOCOL.md. Before each stands a comment that a reader of the page does not
// see: `captured:` and the names of the messages in it, or `written:` and theirs.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { jsonOf } = require('./day.js');

const FILE = path.join(__dirname, '..', '..', 'sync', 'PROTOCOL.md');
const BLOCK = /^<!-- (captured|written): ([a-z -]+) -->\n```(json)?\n([\s\S]*?)^```$/gm;

function readPage()
{
	return fs.readFileSync(FILE, 'utf8');
}

function blocksOf(text)
{
	return [...text.matchAll(BLOCK)].map(([, kind, names, , lines]) => ({
		kind, names: names.split(' '), lines: lines.trimEnd().split('\n'),
	}));
}

/** Name -> line of what no program says, a message a line. */
function writtenIn(text)
{
	return Object.fromEntries(blocksOf(text).filter(({ kind }) => kind === 'written')
		.flatMap(({ names, lines }) => names.map((name, i) => [name, lines[i]])));
}

/** The page with what was heard in the place of what it shows. */
function fill(text, found)
{
	return text.replace(BLOCK, (block, kind, names, json = '') => (kind === 'written' ? block
		: `<!-- captured: ${names} -->\n\`\`\`${json}\n${names.split(' ').map((name) => {
			if (found[name] === undefined) {
				throw new Error(`${name} was not heard`);
			}
			return found[name];
		}).join('\n')}\n\`\`\``));
}

/** Every member there is in a value as a path with its type; elements of an array are one. */
function membersOf(value, at = '')
{
	if (Array.isArray(value)) {
		return [`${at}: array`, ...value.flatMap((element) => membersOf(element, `${at}[]`))];
	}
	if (value === null || typeof value !== 'object') {
		return [`${at}: ${value === null ? 'null' : typeof value}`];
	}
	if (at.endsWith('.upto')) {
		return [`${at}: lanes`]; // there may be none yet
	}
	return Object.entries(value).flatMap(([name, member]) => membersOf(member, `${at}.${name}`));
}

function describe(text)
{
	return [...new Set([...(text.startsWith('LS1 ') ? ['signed'] : []), ...membersOf(jsonOf(text))])];
}

/** What the page shows otherwise than it was heard: a line for each member. */
function differences(text, found)
{
	return blocksOf(text).filter(({ kind }) => kind === 'captured').flatMap(({ names, lines }) => {
		const rest = [...lines];

		return names.flatMap((name) => {
			if (found[name] === undefined) {
				return [`${name} was not heard`];
			}
			const shown = describe(rest.splice(0, found[name].split('\n').length).join('\n'));
			const heard = describe(found[name]);

			return [...heard.filter((member) => !shown.includes(member)).map((m) => `${name}: not shown: ${m}`),
				...shown.filter((member) => !heard.includes(member)).map((m) => `${name}: not heard: ${m}`)];
		}).concat(rest.map((line) => `${names}: a line too many: ${line}`));
	});
}

module.exports = { FILE, blocksOf, differences, fill, readPage, writtenIn };
