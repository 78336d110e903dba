// SPDX-License-Identifier: Apache-2.0
//
// Every story of the counter, with both of its exceptions, has a test through the real programs that
// says so in its name, and the table in tests/e2e/STORIES.md names it.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const fs = require('node:fs');
const path = require('node:path');

const E2E = path.join(__dirname, '..', 'e2e');
const STORIES = Array.from({ length: 10 }, (_, i) => ['', 'a', 'b'].map((of) => `${i + 1}${of}`)).flat();

const rows = fs.readFileSync(path.join(E2E, 'STORIES.md'), 'utf8').split('\n')
	.map((line) => /^\| (\d+[ab]?) \| ([^|]+) \| ([^|]+) \|$/.exec(line)).filter(Boolean)
	.map(([, story, , files]) => ({ story, files: [...files.matchAll(/`([^`]+)`/g)].map((m) => m[1]) }));

/** The stories that tests of a file name: test('2, 2a: …'). */
function named(file)
{
	const text = fs.readFileSync(path.join(E2E, file), 'utf8');

	return [...text.matchAll(/^test\('((?:\d+[ab]?, )*\d+[ab]?): /gm)].flatMap((m) => m[1].split(', '));
}

test('the table has each story and each exception once', () => {
	assert.deepStrictEqual(rows.map((row) => row.story), STORIES);
});

test('each is proven by the tests the table names, and none is left out of it', () => {
	const proven = new Map(fs.readdirSync(E2E).filter((name) => name.endsWith('.js'))
		.map((name) => [name, named(name)]));

	for (const { story, files } of rows) {
		assert.ok(files.length > 0, `${story} has no test`);
		for (const file of files) {
			assert.ok((proven.get(file) || []).includes(story), `${file} has no test of ${story}`);
		}
		assert.deepStrictEqual([...proven].filter(([, stories]) => stories.includes(story))
			.map(([name]) => name).sort(), [...files].sort(), `files that name ${story}`);
	}
});
