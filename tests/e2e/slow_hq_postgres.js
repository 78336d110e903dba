// SPDX-License-Identifier: Apache-2.0
//
// The tests of lada-hq once more with its data in PostgreSQL. Each starts a server of its own.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Postgres } = require('../lib/postgres.js');
const { TOP } = require('../lib/world.js');
const { runFile } = require('../run.js');

const BUILT = process.env.LADA_UNITS || path.join(TOP, 'build', 'tests');
const LIMIT_MS = 600000;
// In unit_hq_db both databases are tested anyway.
const UNITS = fs.existsSync(BUILT)
	? fs.readdirSync(BUILT).filter((name) => /^unit_hq(_[a-z]+)?$/.test(name) && name !== 'unit_hq_db') : [];
const missing = Postgres.installed() ? false : 'the PostgreSQL server is not installed';

async function passes(command, args, file)
{
	process.env.LADA_HQ_DB = 'postgresql';
	const { count, fault, output } = await runFile({ file, command, args, limitMs: LIMIT_MS });

	assert.ok(!fault && count.failed === 0 && count.passed > 0, `${fault || ''}\n${output}`);
	assert.match(output, /ok 1/);
}

test('there are tests to run again', () => assert.ok(UNITS.length >= 4));

for (const name of UNITS) {
	test(name, { skip: missing }, () => passes(path.join(BUILT, name), [], path.join(BUILT, name)));
}

test('test_hq.js', { skip: missing }, () => {
	const file = path.join(__dirname, 'test_hq.js');

	return passes(process.execPath, ['--test', '--test-reporter=tap', file], file);
});
