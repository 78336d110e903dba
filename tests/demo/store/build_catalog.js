// SPDX-License-Identifier: Apache-2.0
//
// Product and stock bodies from the word lists. Row options beyond sizes and colours:
//   suggest [sku], hint {pl,en,uk}, deposit (grosze), age {min,why}, blocked 'recall'
//   vat, returnable   instead of the group's
//   pack N            an EAN-13 on a pack of N
//   pack14 N          a GTIN-14 on a pack of N
//   weighed 'NNNNN'   an in-store item number; the price is for a kilogram
'use strict';

const { random, withCheckDigit } = require('./common.js');
const { COLOURS, GROUPS } = require('./data/products.js');

const LANGS = ['pl', 'en', 'uk'];
const VARIANT_WORDS = {
	colour: { pl: ', kolor ', en: ', ', uk: ', колір ' },
	size: { pl: ', rozm. ', en: ', size ', uk: ', розмір ' },
};
const IN_STORE_PREFIX = '29';

/** Hands out the item numbers of one brand: prefix, six digits, check digit. */
function numberer()
{
	const used = new Map();

	return (brand) => {
		const n = (used.get(brand) ?? 100417) + 13;
		used.set(brand, n);
		return brand + String(n);
	};
}

function gtins(row_options, brand, nextItem)
{
	if (row_options.weighed) {
		return [withCheckDigit(`${IN_STORE_PREFIX}${row_options.weighed}00000`)];
	}
	const item = nextItem(brand);
	const codes = [withCheckDigit(item)];
	if (row_options.pack) {
		codes.push({ code: withCheckDigit(nextItem(brand)), qty: row_options.pack });
	}
	if (row_options.pack14) {
		codes.push({ code: withCheckDigit(`1${item}`), qty: row_options.pack14 });
	}
	return codes;
}

function variants({ sizes, colours })
{
	const size_list = sizes ? sizes.split(' ') : [null];
	const colour_list = colours ? colours.split(' ') : [null];

	return colour_list.flatMap((colour) => size_list.map((size) => ({ colour, size })));
}

function variantName(name, { colour, size }, lang)
{
	return (
		name +
		(colour ? VARIANT_WORDS.colour[lang] + COLOURS[colour][lang] : '') +
		(size ? VARIANT_WORDS.size[lang] + size : '')
	);
}

function productBody(group, row, location)
{
	const [, price, pl, en, uk, options = {}] = row;
	const body = {
		gtin: [],
		name: { pl, en, uk },
		price,
		vat: options.vat ?? group.vat,
		category: group.category,
		returnable: options.returnable ?? group.returnable ?? true,
		location,
	};

	for (const field of ['suggest', 'deposit', 'age', 'blocked', 'hint']) {
		if (options[field] !== undefined) {
			body[field] = options[field];
		}
	}
	body.unit = options.weighed ? 'kg' : 'pc';
	return body;
}

/** A model and its variants, or one plain product. */
function rowProducts(group, row, location, nextItem)
{
	const [sku, , , , , options = {}] = row;
	const body = productBody(group, row, location);

	if (!options.sizes && !options.colours) {
		return [
			{ id: sku, body: { ...body, gtin: gtins(options, group.brand, nextItem) } },
		];
	}
	const children = variants(options).map((v) => ({
		id: [sku, v.colour, v.size].filter(Boolean).join('-'),
		body: {
			...body,
			gtin: gtins(options, group.brand, nextItem),
			name: Object.fromEntries(
				LANGS.map((l) => [l, variantName(body.name[l], v, l)]),
			),
			parent: sku,
			attrs: {
				...(v.size && { size: v.size }),
				...(v.colour && { colour: COLOURS[v.colour].en }),
			},
		},
	}));
	return [{ id: sku, body }, ...children];
}

/** @returns {{id: string, body: object}[]} */
function buildProducts()
{
	const nextItem = numberer();

	return GROUPS.flatMap((group) =>
		group.items.flatMap((row, i) => {
			const rack = String(1 + Math.floor(i / 4)).padStart(2, '0');
			const location = `${group.rack}${rack}-${1 + (i % 4)}`;

			return rowProducts(group, row, location, nextItem);
		}),
	);
}

/** Open orders of this store that are to be filled from its own shelves. */
function reservedBySku(orders, store)
{
	const open = [
		'awaiting_payment',
		'placed',
		'picking',
		'ready',
		'partly_collected',
		'on_hold',
	];
	const reserved = new Map();

	for (const { body } of orders) {
		if (!open.includes(body.status) || (body.store ?? store) !== store) {
			continue;
		}
		for (const line of body.lines.filter((l) => l.sku)) {
			const left = line.qty - (line.handed ?? 0);

			reserved.set(line.sku, (reserved.get(line.sku) ?? 0) + left);
		}
	}
	return reserved;
}

/** Stock bodies; a model that is only sold as its variants has none of its own. */
function buildStock(products, orders, store, other_stores)
{
	const rnd = random('stock');
	const reserved = reservedBySku(orders, store);

	return products.map(({ id, body }) => {
		const sold = body.gtin.length > 0;
		const held = reserved.get(id) ?? 0;
		const free = rnd.chance(6) ? 0 : rnd.between(2, 40);

		return {
			id,
			body: {
				on_hand: sold ? held + free : 0,
				reserved: held,
				other: other_stores.map((s) => ({
					store: s,
					on_hand: sold ? rnd.below(25) : 0,
				})),
			},
		};
	});
}

module.exports = { buildProducts, buildStock };
