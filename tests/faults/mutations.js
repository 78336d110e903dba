// SPDX-License-Identifier: Apache-2.0
//
// Is the fault simulation worth anything? Breaks a rule of the protocol in a copy of one source,
// builds the simulation with it, and wants it caught within a bounded number of schedules (see
// tests/mutate.js).
//
//	node tests/faults/mutations.js [NAME…]
'use strict';

const { mutate } = require('../mutate.js');

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

if (require.main === module) {
	mutate({
		mutations: MUTATIONS,
		build: 'build/faults/mutants',
		program: 'simulate',
		make: (name, files) => [`MUTANT=${name}`, `MUTATED=${files.join(' ')}`],
		seed: 500000,
		word: 'schedules',
		most: 10000,
		failed: /^seed (\d+) failed at \d+ ms: (.*)$/m,
	}, process.argv.slice(2));
}

module.exports = { MUTATIONS };
