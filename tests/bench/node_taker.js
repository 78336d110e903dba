// SPDX-License-Identifier: Apache-2.0
//
// What the snapshot bench measures Lada against: a station's intake of a snapshot as one would
// write it in Node.js, with mqtt.js and better-sqlite3. The same rows in the same tables with the
// same durability (WAL, synchronous=FULL, a commit a part); no checks of the records but JSON's.
//
//	node node_taker.js URL DATABASE
'use strict';

const Database = require('better-sqlite3');
const mqtt = require('mqtt');
const { PREFIX, STORE } = require('./snapshot_hq.js');

const AHEAD = 3;
const GEN = 1;
const LOOKUP_SKU = 8;
const LISTED = new Set(['placed', 'picking', 'ready']);

/** Orders that wait are looked up by what they wait for and until when. */
function waits(body)
{
	const at = body.status === 'ready' ? body.collect_by : body.promised_at ?? body.placed_at;
	const ms = at ? Date.parse(at) : 9999999999999;

	return `${body.status}:${String(ms).padStart(13, '0')}`;
}

const [url, file] = process.argv.slice(2);
const db = new Database(file);

db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.pragma('cache_size = -8192');
const insert = db.prepare('INSERT INTO record (gen, id, rev, state, body) VALUES (?,?,?,0,?)'
	+ ' ON CONFLICT (gen, id) DO UPDATE SET rev=excluded.rev, body=excluded.body'
	+ ' WHERE excluded.rev > rev');
const look = db.prepare('INSERT OR IGNORE INTO lookup VALUES (?,?,?,?)');
const mark = db.prepare('INSERT OR IGNORE INTO shadow_part VALUES (0,?)');
const take = db.transaction((message) => {
	for (const { id, rev, body } of message.ops) {
		if (insert.run(GEN, id, rev, JSON.stringify(body)).changes === 1) {
			if (LISTED.has(body.status)) {
				look.run(GEN, 0, waits(body), id);
				for (const { sku } of body.lines) {
					look.run(GEN, LOOKUP_SKU, sku, id);
				}
			}
			look.run(GEN, 2, body.number, id);
			look.run(GEN, 1, body.customer.phone_hash, id);
		}
	}
	mark.run(message.snapshot.part);
});

const client = mqtt.connect(url, { clientId: 'lada-WAW-042-node', clean: true });
let asks = 0, asked = 0, taken = 0;

function ask(members)
{
	client.publish(`${PREFIX}/${STORE}/node/ask`,
		JSON.stringify({ id: `n${++asks}`, stream: 'orders', ...members }), { qos: 1 });
}

client.on('connect', async () => {
	client.stream.setNoDelay(true);
	await client.subscribeAsync(`${PREFIX}/${STORE}/node/down/orders`, { qos: 1 });
	ask({ ask: 'stream', epoch: 0, after: 0 });
});
client.on('message', (topic, payload) => {
	const message = JSON.parse(payload);
	const { snapshot } = message;

	if (!snapshot) {
		const { user, system } = process.cpuUsage();

		console.log(JSON.stringify({ cpu_s: (user + system) / 1e6 }));
		process.exit(0); // that was the answer to the last ask
	}
	if (snapshot.part) {
		take(message);
		taken++;
	}
	if (taken === snapshot.parts) {
		ask({ ask: 'stream', epoch: message.epoch, after: 0 });
		return;
	}
	const count = Math.min(AHEAD - (asked - taken), snapshot.parts - asked);

	if (count > 0) {
		ask({ ask: 'part', snapshot: snapshot.id, from: asked + 1, count });
		asked += count;
	}
});
