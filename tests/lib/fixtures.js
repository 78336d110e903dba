// SPDX-License-Identifier: Apache-2.0
//
// A small shop for the tests: goods, people, policies, and orders whose sums agree.
'use strict';

const { phoneHash, pinHash } = require('./codes.js');

/** argon2id at 8 MiB, two passes, made with libsodium. */
const PEOPLE = {
	E17: {
		pin: '482100',
		person: {
			id: 'E17', name: 'Ola', role: 'clerk',
			pin: '$argon2id$v=19$m=8192,t=2,p=1$CNwPAATaXBBFE+a2rUbEqA'
				+ '$1gWHKb0cBf6Amrxf9mZysvLPqHnAMSV+FUHKXvkXOKM',
		},
	},
	E18: {
		pin: '135246',
		person: {
			id: 'E18', name: 'Kamil', role: 'clerk',
			pin: '$argon2id$v=19$m=8192,t=2,p=1$9d4SUR4jqXjSg4suk0xaew'
				+ '$mKV7ssiWAW/lPodjyJ+s2V8EVC9QxW4q7l2WY54KRjM',
		},
	},
	S01: {
		pin: '902817',
		person: {
			id: 'S01', name: 'Bożena', role: 'supervisor',
			pin: '$argon2id$v=19$m=8192,t=2,p=1$a4gAjGiU6LwBOkCjM+v+Jw'
				+ '$5LYBZHEYpgQCSkCK4cU6oUTQy1tdoHZk+mmMnPgs6sU',
		},
	},
};

const STORE = 'WAW-042';

/** A valid EAN-13 from twelve digits. */
function ean13(twelve)
{
	const sum = [...twelve].reduce((acc, d, i) => acc + Number(d) * (i % 2 === 0 ? 1 : 3), 0);

	return `${twelve}${(10 - sum % 10) % 10}`;
}

const GOODS = {
	'SKU-MUG': { gtin: ean13('590123400001'), name: 'Kubek „Żółw” 300 ml', price: 2999, vat: '23' },
	'SKU-TEA': { gtin: ean13('590123400002'), name: 'Herbata z Łęczycy, gruszka', price: 1499, vat: '8' },
	'SKU-SOAP': { gtin: ean13('590123400003'), name: 'Mydło źródlane ŚĆŃ', price: 999, vat: '23' },
	'SKU-BOOK': { gtin: ean13('590123400004'), name: 'Książka „Ósmy świt”', price: 3999, vat: '5' },
};

function productRecords()
{
	return Object.fromEntries(Object.entries(GOODS).map(([sku, g]) => [sku, {
		gtin: [g.gtin], name: { pl: g.name, en: `${sku} (en)`, uk: `${sku} (uk)` }, price: g.price,
		vat: g.vat, category: 'test', returnable: true,
	}]));
}

function stockRecords()
{
	return Object.fromEntries(Object.keys(GOODS).map((sku) => [sku, { on_hand: 100, reserved: 0 }]));
}

function policyRecords(over = {})
{
	return {
		pickup: {
			hold_hours: 48, late: 'approve', partial: true, check_items: 'each',
			isolated_handover: 'approve', claim_s: 90, tenders: ['card', 'blik'],
			id_search: 'approve', returns_isolated: 'approve',
		},
		staff: { people: Object.values(PEOPLE).map((p) => p.person), lock_s: 3600 },
		texts: {
			pl: {
				header: ['Sklep pod Żółwiem', 'ul. Łąkowa 3, Warszawa'],
				footer: ['Dziękujemy i zapraszamy!'], terms: ['Zwrot w ciągu 14 dni.'],
			},
			en: { header: ['Turtle Shop'], footer: ['Thank you!'], terms: ['Returns in 14 days.'] },
			uk: { header: ['Крамниця'], footer: ['Дякуємо!'], terms: ['Повернення 14 днів.'] },
		},
		stores: { 'KRK-1': { name: 'Kraków', address: 'ul. Długa 5', hours: '9-21' } },
		...over,
	};
}

/**
 * A prepaid order. `goods` is [[sku, qty], …]; whatever `over` has is laid over the body. The PIN
 * is for typed entry, with the tests' store secret.
 */
function order(id, {
	goods = [['SKU-MUG', 2], ['SKU-TEA', 1]], pin = '135790', lang = 'pl', ...over
} = {})
{
	const lines = goods.map(([sku, qty], i) => ({
		line: i + 1, kind: 'goods', sku, gtin: GOODS[sku].gtin, name: GOODS[sku].name, qty,
		unit: 'pc', paid: GOODS[sku].price * qty, vat: GOODS[sku].vat,
	}));
	const total = lines.reduce((acc, line) => acc + line.paid, 0);

	return {
		number: `ZK ${id.replace('ZAM-', '')}/2026`, status: 'ready', channel: 'web',
		contract: 'distance', store: STORE,
		placed_at: '2026-11-20T09:00:00.000Z', ready_at: '2026-11-21T12:00:00.000Z',
		customer: {
			id: `C-${id}`, name: 'Łucja Ż.', phone_last3: '417', lang,
			phone_hash: phoneHash('+48600100417'),
		},
		buyer: { kind: 'consumer' },
		pin_hash: pinHash(id, pin),
		shelf: 'B-12',
		totals: { goods: total, discount: 0, delivery: 0, deposit: 0, total, paid: total, due: 0 },
		lines,
		payments: [{ id: `P-${id}`, tender: 'blik', state: 'captured', amount: total }],
		fiscal: { duty: 'exempt', state: 'done' },
		...over,
	};
}

module.exports = {
	GOODS, PEOPLE, STORE, ean13, order, policyRecords, productRecords, stockRecords,
};
