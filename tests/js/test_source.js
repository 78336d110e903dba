// SPDX-License-Identifier: Apache-2.0
//
// House rules that a compiler does not hold: who may include whom, banned functions, how long a
// function may be, licence lines. Includes are followed all the way down.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const TOP = path.join(__dirname, '..', '..');
const BASE = ['firmware/base/'];
const TRUST = [...BASE, 'firmware/trust/'];

// What a room may see, transitively: own headers by prefix, libraries by name.
const LIBC = /^(assert|ctype|dirent|errno|fcntl|getopt|inttypes|limits|locale|math|netdb|poll|pthread|pwd|sched|setjmp|signal|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string|strings|syslog|termios|time|unistd|wchar|netinet\/.*|arpa\/.*|sys\/.*|linux\/.*)\.h$/;
const ROOMS = [
	{ room: 'firmware/base/', own: BASE, libraries: [] },
	{ room: 'firmware/trust/', own: TRUST, libraries: ['sodium.h'] },
	{ room: 'firmware/counter/', own: [...BASE, 'firmware/counter/'], libraries: [],
		noLibc: /^(stdio|stdlib|time|unistd|fcntl|sys\/.*)\.h$/ },
	{ room: 'firmware/store/', own: [...BASE, 'firmware/store/', 'firmware/door.h'],
		libraries: ['sqlite3.h'] },
	{ room: 'drivers/', own: [...BASE, 'drivers/'],
		libraries: ['uv.h', 'libserialport.h', 'qrencode.h', 'libusb-1.0/libusb.h', 'libusb.h'] },
	{ room: 'sync/hq/', own: [...TRUST, 'sync/hq/'],
		libraries: ['sqlite3.h', 'libpq-fe.h', 'mosquitto.h', 'qrencode.h', 'png.h', 'sodium.h', 'uv.h'] },
	{ room: 'sync/', own: [...TRUST, 'firmware/door.h', 'sync/'],
		libraries: ['mosquitto.h', 'uv.h', 'openssl/err.h', 'openssl/ssl.h', 'openssl/x509v3.h'] },
	{ room: 'ui/', own: [...TRUST, 'firmware/door.h', 'ui/'],
		libraries: ['microhttpd.h', 'uv.h'] },
	{ room: 'tests/sim/', own: ['tests/sim/'], libraries: ['png.h', 'qrencode.h', 'ft2build.h', 'iconv.h'] },
	{ room: 'firmware/tool/', own: [...TRUST, 'firmware/tool/', 'firmware/store/file.h',
		// The rule by which figures are counted is what they are checked by.
		'firmware/counter/figures.h', 'firmware/counter/calendar.h',
		'firmware/store/file_person.h', 'firmware/counter/retention.h',
		'firmware/config.h', 'firmware/files.h', 'firmware/door.h', 'drivers/known.h', 'drivers/seen.h',
		'drivers/port_address.h'], libraries: ['sodium.h'] },
	// The station itself: everything but the database and the network; main.c alone sees all.
	{ room: 'firmware/', own: ['firmware/', 'drivers/'],
		libraries: ['ini.h', 'uv.h'], not: ['firmware/tool/', 'firmware/store/db.h'] },
];
const BANNED = /\b(strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atol|atof|alloca|tmpnam|mktemp)\s*\(/;
const BANNED_IN_PROGRAMS = /\b(system|popen)\s*\(/; // tests may start an independent reader
const FUNCTION_LINES_MAX = 80;
const FILE_LINES_MAX = 700;

function sources()
{
	const found = [];

	(function walk(dir) {
		for (const entry of fs.readdirSync(path.join(TOP, dir), { withFileTypes: true })) {
			const name = path.posix.join(dir, entry.name);

			if (entry.isDirectory() && !['build', 'node_modules', '.git'].includes(entry.name)) {
				walk(name);
			} else if (entry.isFile()) {
				found.push(name);
			}
		}
	})('');
	return found;
}

const FILES = sources();
const C = FILES.filter((name) => /\.[ch]$/.test(name));
const text = new Map(C.map((name) => [name, fs.readFileSync(path.join(TOP, name), 'utf8')]));

function includesOf(name)
{
	return [...(text.get(name) || '').matchAll(/^#include\s+([<"])([^>"]+)[>"]/gm)]
		.map(([, quote, file]) => ({ own: quote === '"', file }));
}

/** All a file sees, its own headers followed. */
function seenBy(name)
{
	const own = new Set();
	const libraries = new Set();
	const todo = [name];

	while (todo.length) {
		for (const { own: ours, file } of includesOf(todo.pop())) {
			if (!ours) {
				libraries.add(file);
			} else if (!own.has(file)) {
				own.add(file);
				todo.push(file);
			}
		}
	}
	return { own: [...own], libraries: [...libraries] };
}

function roomOf(name)
{
	return ROOMS.find((rule) => name.startsWith(rule.room));
}

test('each room sees only what the house allows, all the way down', () => {
	const wrong = [];

	for (const name of C) {
		const rule = name === 'firmware/main.c' ? null : roomOf(name);

		if (!rule) {
			continue;
		}
		const { own, libraries } = seenBy(name);

		for (const file of own) {
			if (!rule.own.some((prefix) => file.startsWith(prefix)) ||
				(rule.not || []).some((prefix) => file.startsWith(prefix))) {
				wrong.push(`${name} sees ${file}`);
			}
		}
		for (const file of libraries) {
			const allowed = rule.libraries.includes(file) ||
				(LIBC.test(file) && !(rule.noLibc && rule.noLibc.test(file)));

			if (!allowed) {
				wrong.push(`${name} sees <${file}>`);
			}
		}
	}
	assert.deepStrictEqual(wrong, []);
});

test('every include names a file that is there', () => {
	const wrong = [];

	for (const name of C) {
		for (const { own, file } of includesOf(name)) {
			if (own && !text.has(file)) {
				wrong.push(`${name}: ${file}`);
			}
		}
	}
	assert.deepStrictEqual(wrong, []);
});

test('no banned functions', () => {
	const wrong = [];

	for (const [name, body] of text) {
		const code = body.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\])*"/g, '');
		const hit = BANNED.exec(code) ||
			(!name.startsWith('tests/') && BANNED_IN_PROGRAMS.exec(code));

		if (hit) {
			wrong.push(`${name}: ${hit[1]}`);
		}
	}
	assert.deepStrictEqual(wrong, []);
});

test('functions and files stay readable', () => {
	const wrong = [];

	for (const [name, body] of text) {
		const lines = body.split('\n');
		let start = -1;

		if (lines.length > FILE_LINES_MAX) {
			wrong.push(`${name}: ${lines.length} lines`);
		}
		lines.forEach((line, i) => {
			if (line === '{') {
				start = i;
			} else if (line === '}' && start >= 0) {
				if (i - start > FUNCTION_LINES_MAX) {
					wrong.push(`${name}:${start + 1}: a function of ${i - start} lines`);
				}
				start = -1;
			}
		});
	}
	assert.deepStrictEqual(wrong, []);
});

test('every source file says its licence; headers have guards', () => {
	const wrong = [];

	for (const name of FILES.filter((file) => /\.([ch]|js|mjs|css)$/.test(file))) {
		const body = fs.readFileSync(path.join(TOP, name), 'utf8');

		if (!body.split('\n').slice(0, 3).join('\n').includes('SPDX-License-Identifier: Apache-2.0')) {
			wrong.push(`${name}: no licence line`);
		}
		if (name.endsWith('.h') && !/#ifndef LADA_\w+_H\n#define LADA_\w+_H/.test(body) &&
			!/^#ifndef \w+_H/m.test(body)) {
			wrong.push(`${name}: no guard`);
		}
	}
	assert.deepStrictEqual(wrong, []);
});

// Each is prepared once and kept; a program with too many ends, and not before it has used them all
// in one life, which no test does.
test('there is room for all statements', () => {
	const count = (folder, name, where) => {
		const calls = C.filter((file) => path.posix.dirname(file) === folder && file.endsWith('.c'))
			.flatMap((file) => text.get(file).match(/\bdb_(run|run_values|query|number|walk)\(/g) || []);
		const room = Number(text.get(where).match(new RegExp(`#define ${name}\\s+(\\d+)`))[1]);

		assert.ok(calls.length > 100 && calls.length <= room,
			`${folder}: ${calls.length} statements, room for ${room}`);
	};

	count('firmware/store', 'STATEMENTS_MAX', 'firmware/store/db.c');
	count('sync/hq', 'DB_STATEMENTS_MAX', 'sync/hq/hq_db.h');
});

test('the lock file names no download address', () => {
	const lock = fs.readFileSync(path.join(TOP, 'tests/package-lock.json'), 'utf8');

	assert.doesNotMatch(lock, /https?:\/\/[^"]*\.tgz/);
});
