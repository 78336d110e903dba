// SPDX-License-Identifier: Apache-2.0
//
// Is a test over seeds worth anything? Breaks a rule in a copy of one source or several, builds the
// test with it, and wants it caught within a bounded number of seeds. Each mutation is a text of
// the source and what stands there instead, so the programs that ship have no trace of this; a text
// that is no longer found, or found twice, is an error here.
'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const TOP = path.join(__dirname, '..');
const LIMIT_MS = 600000;
const AT_ONCE = 2;

function run(command, args)
{
	return new Promise((done) => {
		execFile(command, args, { cwd: TOP, timeout: LIMIT_MS, maxBuffer: 1 << 24 },
			(err, out, errors) => done({ code: err ? err.code ?? -1 : 0, out, errors }));
	});
}

/** The changed text of one of its sources. */
function changed(name, { file, from, to })
{
	const text = fs.readFileSync(path.join(TOP, file), 'utf8');

	if (text.split(from).length !== 2)
		throw new Error(`${name}: ${file} does not have this text once:\n${from}`);
	return text.replace(from, () => to);
}

/** What it changes, each by itself. */
function parts(mutation)
{
	return [mutation, ...mutation.also ?? []];
}

/** Writes the changed copies; their names relative to the tree. */
function write(build, mutation)
{
	return parts(mutation).map((part) => {
		const copy = path.join(TOP, build, mutation.name, part.file);
		const text = changed(mutation.name, part);

		fs.mkdirSync(path.dirname(copy), { recursive: true });
		fs.writeFileSync(copy, text);
		return part.file;
	});
}

/** What the test said of it, or why there is none. */
async function attempt(what, mutation)
{
	const files = write(what.build, mutation);
	const program = `${what.build}/${mutation.name}/${what.program}`;
	const built = await run('make', ['-s', program, ...what.make(mutation.name, files)]);

	if (built.code !== 0)
		throw new Error(`${mutation.name}: is not built\n${built.out}${built.errors}`);
	const { code, out } = await run(path.join(TOP, program),
		['--seed', what.seed, `--${what.word}`, what.most].map(String));
	const found = what.failed.exec(out);

	if (code !== 1 || !found)
		return { caught: false, said: out.trim() || `exit ${code}` };
	return { caught: true, tries: Number(found[1]) - what.seed + 1, said: found[2] };
}

/**
 * What it takes: `mutations`, `build` (a folder for them), `program` (its name there), `make` (the
 * variables that build it), `seed`, `word` and `most` (the first seed, the option that says how
 * many, and that), `failed` (what it says of a failure: the seed, and why). `names` keeps those.
 */
async function all(what, names)
{
	const wanted = what.mutations.filter(({ name }) => names.length === 0 || names.includes(name));
	const started = wanted.length;
	let missed = 0;

	async function worker()
	{
		for (let m = wanted.shift(); m; m = wanted.shift()) {
			const { caught, tries, said } = await attempt(what, m);

			missed += !caught;
			console.log(caught ? `caught by try ${tries}: ${m.name}: ${said}`
				: `NOT CAUGHT: ${m.name}: ${said}`);
		}
	}
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	console.log(`${started - missed} of ${started} mutations caught`);
	process.exitCode = missed > 0 || started === 0 ? 1 : 0;
}

function mutate(what, names)
{
	return all(what, names).catch((err) => {
		console.error(err.message);
		process.exitCode = 1;
	});
}

/** All of them, without a build: a source that changed is seen before a night is wasted. */
function checkTexts(mutations)
{
	mutations.forEach((mutation) => parts(mutation).forEach((part) => changed(mutation.name, part)));
}

module.exports = { checkTexts, mutate };
