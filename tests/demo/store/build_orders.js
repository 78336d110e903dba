// SPDX-License-Identifier: Apache-2.0
//
// Order bodies from data/orders.js. The one rule that must hold: the sum of line `paid` is `total`,
// and that is the captured payments plus `due`.
'use strict';

const { STORE, LANE, HOUR_MS, DAY_MS, random, iso, keyed } = require('./common.js');
const { ORDERS, GIFT_WRAP, GIFT_CARD, DELIVERY, DEPOSIT } = require('./data/orders.js');

const COLLECT_BY_FAR = Date.parse('2027-12-31T20:00:00.000Z');
const HOLD_HOURS = 72;
const REF_ALPHABET = 'ABCDEFGHJKLMNPRSTUWXYZ23456789';
const CAPTURED = ['captured', 'partly_refunded', 'refunded'];
const WAS_PICKED = ['ready', 'partly_collected', 'collected', 'returned', 'expired'];
const WAS_HANDED = ['collected', 'returned'];
const PARCEL_STATE = {
	ready: 'staged',
	collected: 'handed',
	returned: 'handed',
	in_transit: 'expected',
};
const EXTRA_LINE = {
	service: { name: GIFT_WRAP, vat: '23' },
	gift_card: { name: GIFT_CARD, vat: 'np' },
	delivery: { name: DELIVERY, vat: '23' },
};

function sum(numbers)
{
	return numbers.reduce((a, b) => a + b, 0);
}

function goodsLine(row, line, [sku, qty, options = {}], product, lang)
{
	const gross = options.grams
		? Math.round((product.price * options.grams) / 1000)
		: product.price * qty;
	const out = {
		line,
		kind: 'goods',
		sku,
		gtin: product.gtin[0],
		name: product.name[lang],
		qty,
		unit: product.unit,
		...(options.grams && { qty_milli: options.grams }),
		paid: gross,
		vat: product.vat,
		discounts: [],
		...(product.age && { age: product.age }),
		substitutes: options.substitutes ?? 'no',
	};

	if (options.promo) {
		out.discounts.push({ kind: 'promo', amount: options.promo });
		out.paid -= options.promo;
	}
	if (WAS_PICKED.includes(row.status) || row.status === 'picking') {
		out.picked = options.picked ?? (row.status === 'picking' ? 0 : qty);
	}
	if (WAS_HANDED.includes(row.status) || options.handed !== undefined) {
		out.handed = options.handed ?? qty;
	}
	if (options.returned !== undefined) {
		out.returned = options.returned;
	}
	return out;
}

/** Shares a discount over lines by cumulative rounding, so that the parts add up. */
function shareDiscount(lines, { kind, percent, amount })
{
	const all = sum(lines.map((l) => l.paid));
	const whole = amount ?? Math.round((all * percent) / 100);
	let before = 0;
	let given = 0;

	for (const line of lines) {
		before += line.paid;
		const part = Math.round((whole * before) / all) - given;
		given += part;
		line.discounts.push({ kind, amount: part });
		line.paid -= part;
	}
}

function depositLines(goods, products, lang, first_line)
{
	return goods
		.filter((l) => products.get(l.sku).deposit)
		.map((l, i) => ({
			line: first_line + i,
			kind: 'deposit',
			name: DEPOSIT[lang],
			qty: l.qty,
			unit: 'pc',
			paid: l.qty * products.get(l.sku).deposit,
			vat: 'np',
			discounts: [],
			of: l.line,
		}));
}

function extraLine(line, kind, amount, lang)
{
	const { name, vat } = EXTRA_LINE[kind];

	return {
		line, kind, name: name[lang], qty: 1, unit: 'pc',
		paid: amount, vat, discounts: [],
	};
}

function buildLines(row, products, lang)
{
	const lines = row.lines.map((l, i) =>
		Array.isArray(l)
			? goodsLine(row, i + 1, l, products.get(l[0]), lang)
			: extraLine(i + 1, l.kind, l.amount, lang),
	);
	const goods = lines.filter((l) => l.kind === 'goods');

	if (row.off) {
		shareDiscount(goods, row.off);
	}
	lines.push(...depositLines(goods, products, lang, lines.length + 1));
	if (row.delivery) {
		lines.push(extraLine(lines.length + 1, 'delivery', row.delivery, lang));
	}
	return lines;
}

function buildPayments(row, total)
{
	const rnd = random(`payments ${row.id}`);
	let left = total;

	return row.pay.map(([tender, amount, { state = 'captured' } = {}], i) => {
		const taken = amount === 'rest' ? left : amount;

		left -= taken;
		return {
			id: `${row.id}.P${i + 1}`,
			tender,
			state,
			amount: taken,
			refunded: state === 'refunded' ? taken : 0,
			where: 'online',
			ref: `${tender.toUpperCase()}-${rnd.text(REF_ALPHABET, 8)}`,
		};
	});
}

function buildTotals(lines, payments)
{
	const of = (kinds) => lines.filter((l) => kinds.includes(l.kind));
	const discount = sum(lines.flatMap((l) => l.discounts.map((d) => d.amount)));
	const total = sum(lines.map((l) => l.paid));
	const paid = sum(payments.filter((p) => CAPTURED.includes(p.state)).map((p) => p.amount));

	return {
		goods: sum(of(['goods', 'service', 'gift_card']).map((l) => l.paid)) + discount,
		discount,
		delivery: sum(of(['delivery']).map((l) => l.paid)),
		deposit: sum(of(['deposit']).map((l) => l.paid)),
		total,
		paid,
		due: total - paid,
	};
}

function buildParcels(row)
{
	return (row.parcels ?? []).map((lines, i) => {
		const state = row.states?.[i] ?? PARCEL_STATE[row.status] ?? 'expected';

		return {
			label: `LP.${row.id}.${i + 1}`,
			state,
			...(state === 'staged' && { shelf: row.shelf }),
			lines,
		};
	});
}

function lastSunday(year, month)
{
	const end = new Date(Date.UTC(year, month + 1, 0));

	return end.getTime() - end.getUTCDay() * DAY_MS;
}

/** The end, in Poland, of the fourteenth day after `from_ms`; a weekend moves it to Monday. */
function withdrawalUntil(from_ms)
{
	let day = new Date(from_ms + 14 * DAY_MS);

	while (day.getUTCDay() === 0 || day.getUTCDay() === 6) {
		day = new Date(day.getTime() + DAY_MS);
	}
	const midnight = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate() + 1);
	const summer =
		midnight > lastSunday(day.getUTCFullYear(), 2) &&
		midnight <= lastSunday(day.getUTCFullYear(), 9);
	return iso(midnight - (summer ? 2 : 1) * HOUR_MS - 1);
}

function buildTimes(row, base_ms)
{
	const at = (hours) => iso(base_ms + hours * HOUR_MS);
	const times = {
		placed_at: at(row.placed),
		promised_at: at(row.promised ?? row.ready ?? row.placed + 24),
	};

	if (row.ready !== undefined) {
		times.ready_at = at(row.ready);
		times.collect_by = at(row.late ?? row.ready + HOLD_HOURS);
		times.notified = [
			{
				at: at(row.ready + 0.05),
				channel: row.channel === 'app' ? 'app' : 'sms',
			},
		];
	}
	// What waits must still be waiting when the demo is run a year from now.
	if (['ready', 'partly_collected'].includes(row.status) && row.late === undefined) {
		times.collect_by = iso(Math.max(COLLECT_BY_FAR, base_ms + 365 * DAY_MS));
	}
	if (row.checkin !== undefined) {
		times.checkin_at = at(row.checkin);
	}
	if (row.collected !== undefined) {
		times.collected = { at: at(row.collected), store: STORE, lane: LANE };
	}
	// The period runs from the last part, which a partly collected order still waits for.
	if (WAS_HANDED.includes(row.status)) {
		times.withdrawal = { until: withdrawalUntil(base_ms + row.collected * HOUR_MS) };
	}
	return times;
}

function buildFiscal(row, totals)
{
	if (row.exempt) {
		return { duty: 'exempt' };
	}
	const duty = row.buyer?.document ?? 'receipt';
	if (totals.due === 0) {
		return { duty, state: 'done', where: 'hq' };
	}
	return {
		duty,
		state: 'todo',
		where: ['awaiting_payment', 'on_hold'].includes(row.status) ? 'hq' : 'till',
	};
}

function orderBody(row, pin, customer, products, base_ms)
{
	const lines = buildLines(row, products, customer.lang);
	const payments = buildPayments(row, sum(lines.map((l) => l.paid)));
	const totals = buildTotals(lines, payments);
	const { name, phone, lang } = customer;

	return {
		number: row.number,
		status: row.status,
		channel: row.channel ?? 'web',
		contract: row.contract ?? 'distance',
		...buildTimes(row, base_ms),
		customer: {
			id: customer.id,
			name,
			phone_last3: phone.slice(-3),
			phone_hash: keyed(`phone:${phone}`),
			lang,
		},
		buyer: row.buyer ?? { kind: 'consumer', document: 'receipt' },
		pin_hash: keyed(`pin:${row.id}:${pin}`),
		...(row.resent && {
			code_nonce: random(`nonce ${row.id}`).text('0123456789abcdef', 16),
		}),
		...(row.store && { store: row.store }),
		...(row.shelf && { shelf: row.shelf }),
		...(row.proxies && { proxies: row.proxies }),
		...(row.parcels && { parcels: buildParcels(row) }),
		totals,
		lines,
		payments,
		fiscal: buildFiscal(row, totals),
		...(row.note && { note: row.note }),
	};
}

/**
 * @param {object[]} customers  from build_people.js
 * @param {{id: string, body: object}[]} products
 * @returns {{id: string, body: object, pin: string, phone: string}[]}
 */
function buildOrders(customers, products, base_ms)
{
	const by_sku = new Map(products.map((p) => [p.id, p.body]));

	return ORDERS.map((row) => {
		const pin = row.pin ?? random(`pin ${row.id}`).text('0123456789', 6);
		const customer = customers[row.who];

		return {
			id: row.id,
			pin,
			phone: customer.phone,
			body: orderBody(row, pin, customer, by_sku, base_ms),
		};
	});
}

module.exports = { buildOrders };
