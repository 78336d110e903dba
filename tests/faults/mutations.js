// SPDX-License-Identifier: Apache-2.0
//
// Is the fault simulation worth anything? Breaks a rule of the protocol in a copy of one source,
// builds the simulation with it, and wants it caught within a bounded number of schedules. Each
// mutation is a text of the source and what stands there instead, so the programs that ship have
// no trace of this; a text that is no longer found, or found twice, is an error here.
//
//	node tests/faults/mutations.js [NAME…]
'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const TOP = path.join(__dirname, '..', '..');
const BUILD = 'build/faults/mutants';
const SCHEDULES = 10000;
const SEED = 500000;
const LIMIT_MS = 600000;
const AT_ONCE = 2;

const MUTATIONS = [
	{
		name: 'acknowledge-before-commit',
		file: 'tests/faults/centre.c', // as serve.c's turn has it
		from: '\tif (end == CENTRE_BEFORE_COMMIT)\n',
		to: '\tsend_post(c, INT64_MAX);\n\tif (end == CENTRE_BEFORE_COMMIT)\n',
	}, {
		name: 'skip-the-gap-check',
		file: 'firmware/stream.c',
		from: '\tif (d->seq > c.seq + 1) {\n',
		to: '\tif (d->seq < 0) {\n',
	}, {
		name: 'skip-the-gap-check-at-hq',
		file: 'sync/hq/ledger.c',
		from: '\tif (seq > b->seq + 1)\n',
		to: '\tif (seq < 0)\n',
	}, {
		name: 'forget-the-epoch',
		file: 'firmware/step.c',
		from: '\tif (st->ledger.epoch == 0 || store_meta(st->store, "restored", 0))\n',
		to: '\tif (st->ledger.epoch == 0)\n',
	}, {
		name: 'apply-a-part-early',
		file: 'firmware/snapshot.c',
		from: '\tif (store_part_count(st->store, d->stream) == sh.parts)\n',
		to: '\tif (store_part_count(st->store, d->stream) >= 1)\n',
	}, {
		name: 'drop-an-overlay-on-acknowledgement',
		file: 'firmware/ledger.c',
		from: '\t\ttake_acked(st, seq);\n',
		to: '\t\ttake_acked(st, seq);\n\t\tstore_stock_deltas_covered(st->store,'
			+ ' slice_of(st->config->lane), epoch, seq);\n',
	}, {
		name: 'revive-a-dropped-claim',
		file: 'firmware/counter/claim.c',
		from: '\tif (is_buried(c, i, w->claim))\n',
		to: '\tif (i < 0)\n',
	}, {
		name: 'forget-what-was-heard-after-a-restart',
		file: 'firmware/step.c',
		from: '\tclaims_init(&st->claims, st->config->lane);\n',
		to: '\tclaims_init(&st->claims, st->config->lane);\n'
			+ '\textern void store_heard_forget(struct store *store);\n'
			+ '\tstore_heard_forget(st->store);\n',
		also: [ {
			file: 'firmware/store/lane.c',
			from: 'void store_listen_add(',
			to: 'void store_heard_forget(struct store *st);\n'
				+ 'void store_heard_forget(struct store *st)\n'
				+ '{\n\tdb_run(st, "DELETE FROM heard", "");\n}\n\nvoid store_listen_add(',
		} ],
	}, {
		name: 'take-a-siblings-event-twice',
		file: 'firmware/lanes.c',
		from: '\t\t    store_heard(st->store, slice_of(s->lane), e->up.epoch, seq))\n',
		to: '\t\t    seq > INT32_MAX)\n',
	}, {
		name: 'print-again-after-a-restart',
		file: 'firmware/jobs.c',
		from: '\t\tjob_ended(st, job.job, JOB_RESULT_UNKNOWN, "the station stopped in the middle");\n',
		to: '\t\tstore_job_status(st->store, job.job, JOB_QUEUED);\n',
	},
];

function run(command, args, limitMs)
{
	return new Promise((done) => {
		execFile(command, args, { cwd: TOP, timeout: limitMs, maxBuffer: 1 << 24 },
			(err, out, errors) => done({ code: err ? err.code ?? -1 : 0, out, errors }));
	});
}

/** Writes the changed copies; their names relative to the tree. */
function write(mutation)
{
	return [mutation, ...mutation.also ?? []].map(({ file, from, to }) => {
		const text = fs.readFileSync(path.join(TOP, file), 'utf8');
		const copy = path.join(TOP, BUILD, mutation.name, file);

		if (text.split(from).length !== 2)
			throw new Error(`${mutation.name}: ${file} does not have this text once:\n${from}`);
		fs.mkdirSync(path.dirname(copy), { recursive: true });
		fs.writeFileSync(copy, text.replace(from, () => to));
		return file;
	});
}

/** What the simulation said of it, or why there is none. */
async function attempt(mutation)
{
	const files = write(mutation);
	const program = `${BUILD}/${mutation.name}/simulate`;
	const built = await run('make', ['-s', program, `MUTANT=${mutation.name}`,
		`MUTATED=${files.join(' ')}`], LIMIT_MS);

	if (built.code !== 0)
		throw new Error(`${mutation.name}: is not built\n${built.out}${built.errors}`);
	const { code, out } = await run(path.join(TOP, program),
		['--seed', SEED, '--schedules', SCHEDULES].map(String), LIMIT_MS);
	const found = /^seed (\d+) failed at \d+ ms: (.*)$/m.exec(out);

	if (code !== 1 || !found)
		return { caught: false, said: out.trim() || `exit ${code}` };
	return { caught: true, schedules: Number(found[1]) - SEED + 1, said: found[2] };
}

async function main(names)
{
	const wanted = MUTATIONS.filter(({ name }) => names.length === 0 || names.includes(name));
	let missed = 0;

	async function worker()
	{
		for (let m = wanted.shift(); m; m = wanted.shift()) {
			const { caught, schedules, said } = await attempt(m);

			missed += !caught;
			console.log(caught ? `caught by schedule ${schedules}: ${m.name}: ${said}`
				: `NOT CAUGHT: ${m.name}: ${said}`);
		}
	}
	const started = wanted.length;

	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	console.log(`${started - missed} of ${started} mutations caught`);
	process.exitCode = missed > 0 || started === 0 ? 1 : 0;
}

main(process.argv.slice(2)).catch((err) => {
	console.error(err.message);
	process.exitCode = 1;
});
