// SPDX-License-Identifier: Apache-2.0
//
// Runs the model of points (model.c): every interleaving to a depth, and random schedules; then the
// same with rules broken on purpose, each of which must be caught.
//
//	node tests/points/points.js [--night]
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const TOP = path.join(__dirname, '..', '..');
const MUTANTS = 'build/points/mutants';
const RANDOM = 400000; // schedules within which a broken rule is caught

const BALANCE = {
	file: 'firmware/counter/loyalty.c',
	from: '\tif (f->points > f->balance)\n\t\treturn REASON_POINTS_SHORT;\n'
		+ '\treturn f->points > redeem_allowance_left(f)',
	to: '\treturn f->points > redeem_allowance_left(f)',
};
const BALANCE_TOO = {
	file: 'firmware/counter/loyalty.c',
	from: '\tif (f->points > f->balance)\n\t\treturn REASON_POINTS_SHORT;\n\tif (f->points > f->due',
	to: '\tif (f->points > f->due',
};
const MUTATIONS = [
	{
		name: 'forget-what-was-spent-of-the-allowance',
		edits: [BALANCE, BALANCE_TOO, {
			file: 'firmware/counter/loyalty.c',
			from: 'above_zero(f->allowance - above_zero(f->spent))',
			to: 'above_zero(f->allowance)',
		}],
	}, {
		name: 'one-point-more-than-the-allowance',
		edits: [BALANCE, BALANCE_TOO, {
			file: 'firmware/counter/loyalty.c',
			from: 'return f->points > redeem_allowance_left(f)',
			to: 'return f->points > redeem_allowance_left(f) + 1',
		}],
	}, {
		name: 'take-a-no-for-a-yes',
		edits: [{
			file: 'firmware/counter/loyalty.c',
			from: 'return granted >= f->points ?',
			to: 'return granted + f->points >= f->points ?',
		}],
	}, {
		name: 'grant-what-is-set-aside',
		edits: [{
			file: 'sync/hq/points_rule.c',
			from: 'return wanted > 0 && wanted <= left(a) ?',
			to: 'return wanted > 0 && wanted <= a->points ?',
		}],
	}, {
		name: 'renew-allowances-without-points',
		edits: [BALANCE, BALANCE_TOO, {
			file: 'sync/hq/points_rule.c',
			from: 'return limit < most ? limit : most;',
			to: 'return most < 0 ? 0 : limit;',
		}],
	}, {
		name: 'an-allowance-of-all-there-is',
		edits: [BALANCE, BALANCE_TOO, {
			file: 'sync/hq/points_rule.c',
			from: 'return limit < most ? limit : most;',
			to: 'return most;',
		}],
	},
];

function run(program, args)
{
	const { status, stdout, stderr } = spawnSync(path.join(TOP, program), args.map(String),
		{ cwd: TOP, encoding: 'utf8', maxBuffer: 1 << 24 });

	return { status, said: (stdout + stderr).trim() };
}

/** Writes the changed copies; their names relative to the tree. */
function write({ name, edits })
{
	const texts = new Map();

	for (const { file, from, to } of edits) {
		const text = texts.get(file) ?? fs.readFileSync(path.join(TOP, file), 'utf8');

		if (text.split(from).length !== 2) {
			throw new Error(`${name}: ${file} does not have this text once:\n${from}`);
		}
		texts.set(file, text.replace(from, () => to));
	}
	for (const [file, text] of texts) {
		const copy = path.join(TOP, MUTANTS, name, file);

		fs.mkdirSync(path.dirname(copy), { recursive: true });
		fs.writeFileSync(copy, text);
	}
	return [...texts.keys()];
}

/** What the model said of it: it must fail. */
function attempt(mutation)
{
	const files = write(mutation);
	const program = `${MUTANTS}/${mutation.name}/model`;
	const built = spawnSync('make', ['-s', program, `POINTS_MUTANT=${mutation.name}`,
		`MUTATED=${files.join(' ')}`], { cwd: TOP, encoding: 'utf8' });

	if (built.status !== 0) {
		throw new Error(`${mutation.name}: is not built\n${built.stdout}${built.stderr}`);
	}
	const { status, said } = run(program, ['--random', RANDOM, '--seed', 1]);

	return { caught: status === 1, said: said.split('\n')[0] };
}

/** True when all is as it must be; `tell` hears each line. */
function points({ depth, random, seed }, tell)
{
	let good = true;

	for (const args of [['--depth', depth], ['--random', random, '--seed', seed]]) {
		const { status, said } = run('build/points/model', args);

		tell(said);
		good = good && status === 0;
	}
	for (const mutation of MUTATIONS) {
		const { caught, said } = attempt(mutation);

		tell(`${caught ? 'caught' : 'NOT CAUGHT'}: ${mutation.name}: ${said}`);
		good = good && caught;
	}
	return good;
}

module.exports = { points };

if (require.main === module) {
	const night = process.argv.includes('--night');
	const wanted = night ? { depth: 8, random: 1000000, seed: Math.floor(Date.now() / 86400000) }
		: { depth: 6, random: 100000, seed: 1 };

	process.exitCode = points(wanted, console.log) ? 0 : 1;
}
