// SPDX-License-Identifier: Apache-2.0
//
// Is what the pages say still there: files, make targets, configuration keys, options, examples.
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { Schemas } = require('../lib/schemas.js');

const TOP = path.join(__dirname, '..', '..');
const PAGES = ['README.md', 'ui/API.md', 'sync/PROTOCOL.md', 'drivers/README.md', 'hw/README.md'];
const MANUALS = {
	ladad: 'firmware/ladad.1', lada: 'firmware/tool/lada.1', 'lada-hq': 'sync/hq/lada-hq.1',
	'lada-sim': 'tests/sim/lada-sim.1',
};
const ROOM_FILE = /(?<![\w./-])(?:\.\/)?(?:firmware|drivers|sync|ui|tests|hw)\/[\w./*-]*/g;
const FILE_NAME = /^[\w*-]+(?:\/[\w.*-]+)*\.(?:c|h|js|md|tsv|jsonl|[15]|service|sysusers|example)$/;
const PLACEHOLDER = /(?:^|\/)[A-Z_]+(?:[/.]|$)/; // KIND_NAME.c, tests/traces/NAME/
const MADE_BY_EXAMPLES = new Set(['store.jsonl']);

function read(name)
{
	return fs.readFileSync(path.join(TOP, name), 'utf8');
}

/** Is there such a file, seen from the page or from the top? `*` stands for part of a name. */
function exists(page, name)
{
	return [path.dirname(page), '.'].some((from) => {
		const file = path.join(TOP, from, name);

		if (!path.basename(file).includes('*')) {
			return fs.existsSync(file);
		}
		const pattern = new RegExp(`^${path.basename(file).split('*')
			.map((part) => part.replace(/[.]/g, '\\.')).join('.*')}$`);

		return fs.existsSync(path.dirname(file))
			&& fs.readdirSync(path.dirname(file)).some((entry) => pattern.test(entry));
	});
}

/** Links, files in code quotes, and anything that begins with a room's name. */
function filesNamedIn(text)
{
	const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, to]) => to)
		.filter((to) => !/^\w+:/.test(to));
	const quoted = [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, code]) => code.split(/[\s,]+/))
		.filter((word) => FILE_NAME.test(word));
	const rooms = [...text.matchAll(ROOM_FILE)].map(([name]) => name.replace(/[.,:]+$/, ''));

	return [...new Set([...links, ...quoted, ...rooms])]
		.filter((name) => (!PLACEHOLDER.test(name) || fs.existsSync(path.join(TOP, name)))
			&& !MADE_BY_EXAMPLES.has(name));
}

test('every file that the pages name is there', () => {
	const wrong = [];
	let seen = 0;

	for (const page of PAGES) {
		for (const name of filesNamedIn(read(page))) {
			seen++;
			if (!exists(page, name)) {
				wrong.push(`${page}: ${name}`);
			}
		}
	}
	assert.deepStrictEqual(wrong, []);
	assert.ok(seen > 40, `only ${seen} names found`);
	assert.ok(!exists('README.md', 'firmware/nothing.c') && !exists('README.md', 'tests/no_*.c'));
});

test('README: eight files to read, every room, every make target, under 250 lines', () => {
	const text = read('README.md');
	const makefile = read('Makefile');
	const targets = [...makefile.matchAll(/^\.PHONY:(.*)$/gm)].flatMap(([, names]) => names.trim().split(/\s+/));
	const code = [...text.matchAll(/`([^`\n]+)`|^ {4}(\S.*)$/gm)].map(([, a, b]) => a || b);
	const named = new Set(code.map((line) => /^make ([a-z][a-z-]*)/.exec(line)).filter(Boolean)
		.map(([, target]) => target));

	assert.deepStrictEqual([...named].filter((name) => !targets.includes(name)), []);
	for (const name of ['demo', 'check', 'run', 'bench', 'check-all', 'install', 'format', 'clean']) {
		assert.ok(named.has(name), `make ${name} is not explained`);
	}
	assert.strictEqual([...text.matchAll(/^\d\. \[/gm)].length, 8);
	for (const room of ['firmware', 'drivers', 'sync', 'ui', 'tests', 'hw']) {
		assert.ok(text.includes(`\`${room}/\``), room);
	}
	assert.ok(text.split('\n').length < 250);
});

/** Section -> keys, from the tables of config_keys.c. */
function keysOfSource()
{
	const source = read('firmware/config_keys.c');
	const tables = new Map([...source.matchAll(/config_key (\w+)\[\] = \{([\s\S]*?)\n?\};/g)]
		.map(([, name, rows]) => [name, [...rows.matchAll(
			/\b(OWN|TEXT|PATH|YES_NO|NUMBER)_KEY\((?:config\w*, )?(\w+)|FILE_KEY_OF\((\w+)/g)]
			.map((row) => row[2] || row[3])]));
	const sections = new Map([...source.matchAll(/\{ "(\w+)", SECTION_\w+, \w+, (\w+), COUNT_OF/g)]
		.map(([, name, table]) => [name, tables.get(table)]));

	assert.ok(sections.size >= 7 && [...sections.values()].every((keys) => keys.length > 1));
	return sections;
}

/** Section -> keys, from the manual page. */
function keysOfManual()
{
	const sections = new Map();
	let keys = null;

	for (const line of read('firmware/lada.conf.5').split('\n')) {
		const section = /^\.SS \[(\w+)/.exec(line);
		const key = /^\.BI (\w+) " = /.exec(line);

		if (section) {
			keys = [];
			sections.set(section[1], keys);
		} else if (/^\.SH/.test(line)) {
			keys = null;
		} else if (key && keys) {
			keys.push(key[1]);
		}
	}
	return sections;
}

test('lada.conf.5 has every section and key there is, and no other', () => {
	assert.deepStrictEqual(Object.fromEntries(keysOfManual()), Object.fromEntries(keysOfSource()));
});

/** First words in code quotes in the first column of the tables whose head begins with NAME. */
function rowsOf(page, name)
{
	const tables = new RegExp(`^\\| ${name} \\|.*\\n\\|[-|]+\\n((?:\\|.*\\n)+)`, 'gm');
	const rows = [...read(page).matchAll(tables)].flatMap(([, text]) => text.trimEnd().split('\n'));

	assert.ok(rows.length > 0, `${page}: no table ${name}`);
	return rows.flatMap((row) => [...row.split(' | ')[0].matchAll(/`(\S+?)(?:\\?[ `]|$)/g)])
		.map(([, word]) => word);
}

test('ui/API.md has every verb and reason code there is, and no other verb', () => {
	const verbs = fs.readdirSync(path.join(TOP, 'firmware')).filter((name) => name.endsWith('.c'))
		.flatMap((name) => [...read(`firmware/${name}`).matchAll(/^\t\{ "([a-z._]+)", (?:true|false), (?:true|false), ROLE_/gm)])
		.map(([, name]) => name);
	const reasons = [...read('firmware/counter/reason.c').matchAll(/= "(\w+)"/g)].map(([, code]) => code)
		.filter((code) => code !== 'ok');
	const page = read('ui/API.md');

	assert.ok(verbs.length > 10 && reasons.length > 20);
	assert.deepStrictEqual(rowsOf('ui/API.md', 'verb').sort(), verbs.sort());
	assert.deepStrictEqual(reasons.filter((code) => !page.includes(`\`${code}\``)), []);
});

test('sync/PROTOCOL.md has every event that a station writes, and why it lets nothing in', () => {
	const room = path.join(TOP, 'firmware');
	const types = fs.readdirSync(room).filter((name) => name.endsWith('.c'))
		.flatMap((name) => [...read(`firmware/${name}`).matchAll(/event_end\(st, "([a-z._]+)"/g)])
		.map(([, type]) => type);
	const whys = [...read('sync/figures.c').matchAll(/case REFUSED_\w+:\n\t\treturn "(\w+)"/g)]
		.map(([, why]) => why);

	assert.ok(types.length > 10 && whys.length > 5);
	assert.deepStrictEqual(rowsOf('sync/PROTOCOL.md', 'event').sort(), [...new Set(types)].sort());
	assert.deepStrictEqual(rowsOf('sync/PROTOCOL.md', 'why').sort(), whys.sort());
});

test('drivers/README.md has every source file, tests/traces/README.md every directive', () => {
	const page = read('drivers/README.md');
	const sources = fs.readdirSync(path.join(TOP, 'drivers')).filter((name) => name.endsWith('.c'));
	const play = read('tests/unit_traces.c');
	const directives = rowsOf('tests/traces/README.md', 'directive');
	const known = [...play.matchAll(/\bstrn?cmp\(text, "(\w+)/g)]
		.map(([, word]) => word);

	assert.deepStrictEqual(sources.filter((name) => !page.includes(`\`${name}\``)), []);
	assert.ok(known.length > 5);
	assert.deepStrictEqual([...new Set(known)].filter((word) => !directives.includes(word)), []);
	assert.deepStrictEqual(directives.filter((word) => !play.includes(`"${word}`)), []);
});

test('lada.conf.5 says the ranges that hold', () => {
	const manual = read('firmware/lada.conf.5');
	const limits = new Map([...read('firmware/config.h').matchAll(/^#define (\w+)\s+(\d+)/gm)]
		.map(([, name, value]) => [name, value]));
	const numbers = [...read('firmware/config_keys.c').matchAll(
		/^\tNUMBER_KEY\(\w+, (\w+), (\w+), (\w+)\)/gm)];

	assert.ok(numbers.length >= 4);
	for (const [, key, least, most] of numbers) {
		const text = manual.split(`.BI ${key} `)[1].split('.TP')[0];
		const range = `${limits.get(least) || least} to ${limits.get(most) || most}`;

		assert.ok(text.includes(range), `${key}: ${range}`);
	}
});

test('every option and command of --help is in the manual page', () => {
	const wrong = [];

	for (const [name, manual] of Object.entries(MANUALS)) {
		const page = read(manual).replace(/\\-/g, '-');
		const { stdout, status } = spawnSync(path.join(TOP, 'build/bin', name), ['--help'],
			{ encoding: 'utf8' });
		const words = [...stdout.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option);
		const commands = [...stdout.matchAll(/^ {2}([a-z][a-z-]*)\b/gm)].map(([, command]) => command);

		assert.strictEqual(status, 0, name);
		assert.ok(words.length > 1, name);
		wrong.push(...[...words, ...commands].filter((word) => !page.includes(word))
			.map((word) => `${manual}: ${word}`));
	}
	assert.deepStrictEqual(wrong, []);
});

test('the example configuration is good and names every section and key', (t) => {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lada-docs-'));
	const example = read('hw/lada.conf.example');
	const conf = path.join(dir, 'lada.conf');
	const check = (text) => {
		fs.writeFileSync(conf, text.replaceAll('/etc/lada', dir));
		return spawnSync(path.join(TOP, 'build/bin/ladad'), ['-c', conf, '--check-config'],
			{ encoding: 'utf8' });
	};

	t.after(() => fs.rmSync(dir, { recursive: true }));
	fs.writeFileSync(path.join(dir, 'hq-keys.conf'), '');
	fs.writeFileSync(path.join(dir, 'logo.pbm'), 'P1 1 1 1\n');
	assert.strictEqual(check(example).status, 2, 'without its secret it is refused');
	fs.writeFileSync(path.join(dir, 'store-secret'), `${'2a'.repeat(32)}\n`, { mode: 0o600 });
	for (const text of [example, example.replace(/^;(?=[[a-z_]+[\]a-z ]*(?:\]$|=))/gm, '')]) {
		const { status, stderr } = check(text);

		assert.strictEqual(status, 0, stderr);
	}
	for (const [section, keys] of keysOfSource()) {
		const body = new RegExp(`^;?\\[${section}[^\\]]*\\]$([^[]*)`, 'm').exec(example);

		assert.ok(body, `[${section}]`);
		for (const key of keys) {
			assert.match(body[1], new RegExp(`^;?${key} =`, 'm'), `[${section}] ${key}`);
		}
	}
});

test('hw/devices.tsv: known protocols and profiles, the columns of its header', () => {
	const [header, ...rows] = read('hw/devices.tsv').trimEnd().split('\n')
		.filter((line) => !line.startsWith('#')).map((line) => line.split('\t'));
	const profiles = read('drivers/profiles.c');
	const drivers = read('drivers/driver.h');

	assert.deepStrictEqual(header.slice(0, 3), ['kind', 'protocol', 'profile']);
	assert.ok(rows.length > 0);
	for (const row of rows) {
		assert.strictEqual(row.length, header.length, row.join());
		assert.match(drivers, new RegExp(`_${row[1]}\\b`), row[1]);
		const names = row[0] === 'display' ? read('firmware/config_keys.c') : profiles;

		assert.ok(row[2] === '-' || names.includes(`"${row[2]}"`), row[2]);
		assert.match(read('firmware/lada.conf.5'),
			new RegExp(`^\\.BI protocol " = (?:\\w+\\|)*${row[1]}\\|`, 'm'), `lada.conf.5: ${row[1]}`);
	}
	for (const [, kind, name] of drivers.matchAll(/^\tDRIVER\(driver_([a-z]+)_(\w+)\)/gm)) {
		const kinds = { scan: 'scanner', print: 'printer', show: 'display' };

		assert.ok(name === 'skeleton' || rows.some((row) => row[0] === kinds[kind] && row[1] === name),
			`no row of ${kind}_${name}: lada.conf could not choose it`);
	}
	for (const [, name] of profiles.matchAll(/\.name = "([^"]+)"/g)) {
		assert.ok(read('firmware/lada.conf.5').replace(/\\-/g, '-').includes(name), name);
	}
});

/** Every JSON line of the protocol's page, with the place it is shown at. */
function protocolExamples()
{
	const blocks = [...read('sync/PROTOCOL.md').matchAll(/```json\n([\s\S]*?)```/g)];

	return blocks.flatMap(([, block]) => block.trim().split('\n'));
}

/** Which schema an example of the page is one of: by what only that kind of message has. */
function schemaOf(message)
{
	const kinds = [
		['events', 'S/k1/up'], ['ask', 'S/k1/ask'], ['claim', 'S/claim'], ['cmd', 'S/k1/cmd'],
		['ops', 'S/down/x'], ['snapshot', 'S/down/x'], ['answer', 'S/down/x'], ['conn', 'S/k1/state'],
		['online', 'hq'], ['reject', 'S/k1/ack'], ['seq', 'S/k1/ack'],
	];

	return (kinds.find(([member]) => member in message) || [])[1];
}

test('every message that the protocol\'s page shows is what the schemas say', () => {
	const schemas = new Schemas();
	const examples = protocolExamples().filter((line) => !('op' in JSON.parse(line))
		|| 'claim' in JSON.parse(line)); // an op alone is no message

	assert.ok(examples.length > 15, `only ${examples.length}`);
	for (const line of examples) {
		const topic = schemaOf(JSON.parse(line));

		assert.ok(topic, line);
		assert.strictEqual(schemas.message(topic, line), '', line);
	}
});

test('every event has a schema, and every schema an event', () => {
	const page = [...read('sync/PROTOCOL.md').matchAll(/^\| `([a-z]+\.[a-z_]+)` \|/gm)].map(([, name]) => name);
	const { $defs } = JSON.parse(read('sync/schemas/event.json'));
	const told = page.filter((name) => name in $defs);

	assert.deepStrictEqual(page.filter((name) => !(name in $defs)), []);
	assert.deepStrictEqual(Object.keys($defs).filter((name) => !told.includes(name)), []);
});
