// SPDX-License-Identifier: Apache-2.0
//
// What the small HQ keeps: a file of lines, on disk before they count, and all that follows from
// them: each lane's chain of events, each stream's records. In your HQ this is your database.
'use strict';

const fs = require('node:fs');
const { hash128 } = require('../js/blake2b.js');

const STREAM_OF = {
	order: 'orders', product: 'catalog', stock: 'stock', member: 'loyalty', policy: 'policy', entry: 'timeline',
};

/** The lines of a file as JSON; a last one that is half written is none yet. */
function linesOf(file)
{
	const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';

	return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

/** An order after a handover, which may be of a part of it. */
function handOver(order, told, collected)
{
	const lines = order.lines.map((line) => {
		const { qty = 0, short = 0 } = told.find((one) => one.line === line.line) || {};

		return { ...line, handed: (line.handed || 0) + qty, short: (line.short || 0) + short };
	});
	const left = lines.some(({ kind = 'goods', qty = 1, handed, short }) => kind === 'goods' && handed + short < qty);

	return { ...order, lines, status: left ? 'partly_collected' : 'collected', collected: order.status === 'collected' ? order.collected : collected };
}

/** An order as the ERP has it, with what its lines' pieces came to in the store. */
function keepHanded(body, old)
{
	const lines = body.lines.map((line) => {
		const was = old.lines?.find((one) => one.line === line.line && 'handed' in one);

		return was ? { ...line, handed: was.handed, short: was.short } : line;
	});

	return { ...body, lines };
}

class Ledger {
	constructor(file, store)
	{
		Object.assign(this, { file, store });
		this.records = Object.fromEntries(Object.values(STREAM_OF).map((name) => [name, new Map()])); // id -> op
		this.chains = {}; // LANE -> epoch -> hashes: of nothing, of event 1, of event 2, …
		this.revs = {}; // `TYPE ID` -> the rev it was given
	}

	/** Reads what is there; gives an epoch for this life of it, above all earlier ones. */
	open()
	{
		const past = linesOf(this.file);
		const life = Math.max(Math.floor(Date.now() / 1000), ...past.map((line) => (line.life || 0) + 1));

		past.forEach((line) => this.#apply(line));
		this.fd = fs.openSync(this.file, 'a');
		fs.ftruncateSync(this.fd, fs.readFileSync(this.file).lastIndexOf('\n') + 1);
		this.commit([{ life }]);
		return life;
	}

	chain(lane, epoch)
	{
		this.chains[lane] = this.chains[lane] || {};
		return (this.chains[lane][epoch] = this.chains[lane][epoch] || ['0'.repeat(32)]);
	}

	/** Of each lane the last event taken of its newest epoch. */
	upto()
	{
		return Object.fromEntries(Object.entries(this.chains).map(([lane, epochs]) =>
			[lane, Object.entries(epochs).map(([epoch, { length }]) => [Number(epoch), length - 1]).at(-1)]));
	}

	/** {record} or {lane, epoch, e, person}, on disk together; gives the ops that follow, by stream. */
	commit(lines)
	{
		fs.writeSync(this.fd, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
		fs.fsyncSync(this.fd);
		const ops = lines.map((line) => this.#apply(line)).filter(Boolean);

		return Object.entries(STREAM_OF).map(([type, stream]) => [stream, ops.filter((op) => op.type === type)])
			.filter(([, own]) => own.length > 0);
	}

	/** Is this line of the ERP news? */
	isNew({ type, id, rev })
	{
		return rev > (this.revs[`${type} ${id}`] || 0);
	}

	#apply({ record, lane, epoch, e })
	{
		if (e) {
			this.chain(lane, epoch).push(hash128(e));
		}
		const op = record ? this.#told(record) : e ? this.#happened(lane, JSON.parse(e)) : null;

		if (op) {
			this.records[STREAM_OF[op.type]].set(op.id, op);
		}
		return op;
	}

	#told({ type, id, rev, body })
	{
		const old = this.records[STREAM_OF[type]].get(id) || { rev: 0 };

		this.revs[`${type} ${id}`] = rev;
		return {
			op: body ? 'put' : 'del', type, id, rev: Math.max(rev, old.rev + 1),
			body: body?.lines && old.body ? keepHanded(body, old.body) : body,
		};
	}

	#happened(lane, { type, at, body })
	{
		const old = type === 'pickup.completed' ? this.records.orders.get(body.order)
			: type === 'stock.changed' ? this.records.stock.get(body.sku) : null;

		return old?.body ? {
			...old, rev: old.rev + 1, body: type === 'stock.changed'
				? { ...old.body, on_hand: old.body.on_hand + body.delta }
				: handOver(old.body, body.lines, { at, store: this.store, lane }),
		} : null;
	}
}

module.exports = { Ledger, handOver, linesOf };
