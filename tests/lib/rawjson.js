// SPDX-License-Identifier: Apache-2.0
//
// The exact text of parts of a JSON document. An event's hash is over its text as published, and
// JSON.parse forgets that text. Give it only what JSON.parse has accepted.
'use strict';

function skipSpace(text, at)
{
	while (' \t\r\n'.includes(text[at]) && at < text.length) {
		at++;
	}
	return at;
}

function endOfString(text, at)
{
	for (at++; text[at] !== '"'; at++) {
		if (text[at] === '\\') {
			at++;
		}
	}
	return at + 1;
}

/** Where the value that begins at `at` ends. */
function endOfValue(text, at)
{
	let depth = 0;

	if (text[at] === '"') {
		return endOfString(text, at);
	}
	if (text[at] !== '{' && text[at] !== '[') {
		while (at < text.length && !',]} \t\r\n'.includes(text[at])) {
			at++;
		}
		return at;
	}
	do {
		if (text[at] === '"') {
			at = endOfString(text, at);
			continue;
		}
		if (text[at] === '{' || text[at] === '[') {
			depth++;
		} else if (text[at] === '}' || text[at] === ']') {
			depth--;
		}
		at++;
	} while (depth > 0);
	return at;
}

/** An object's members as name -> exact text. */
function rawMembers(text)
{
	const members = {};
	let at = skipSpace(text, skipSpace(text, 0) + 1);

	while (text[at] !== '}') {
		const nameEnd = endOfString(text, at);
		const name = JSON.parse(text.slice(at, nameEnd));
		const from = skipSpace(text, skipSpace(text, nameEnd) + 1);
		const to = endOfValue(text, from);

		members[name] = text.slice(from, to);
		at = skipSpace(text, to);
		if (text[at] === ',') {
			at = skipSpace(text, at + 1);
		}
	}
	return members;
}

/** An array's elements as exact texts. */
function rawElements(text)
{
	const elements = [];
	let at = skipSpace(text, skipSpace(text, 0) + 1);

	while (text[at] !== ']') {
		const to = endOfValue(text, at);

		elements.push(text.slice(at, to));
		at = skipSpace(text, to);
		if (text[at] === ',') {
			at = skipSpace(text, at + 1);
		}
	}
	return elements;
}

module.exports = { rawElements, rawMembers };
