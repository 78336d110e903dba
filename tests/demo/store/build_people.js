// SPDX-License-Identifier: Apache-2.0
//
// Customers, members, the staff policy and the timeline.
'use strict';

const { LANE, STORE, DAY_MS, HOUR_MS, random, iso, keyed } = require('./common.js');
const { CUSTOMERS, STAFF } = require('./data/people.js');
const { ENTRIES, READY_TEXT } = require('./data/timeline.js');

const FIRST_PHONE = 600100417;
const ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';

/** Everybody of the word list, with a pseudonym and a phone that only demo.json tells. */
function buildCustomers()
{
	const rnd = random('customers');

	return CUSTOMERS.map(([name, lang, tier, points], i) => ({
		id: `C-${rnd.text(ALPHABET, 8)}`,
		name,
		lang,
		tier,
		points,
		phone: `+48${FIRST_PHONE + 3 * i}`,
		member: tier ? `M-${i + 1}` : null,
		card: tier ? `KL-${100017 + 31 * i}` : null,
	}));
}

function memberBody(customer, rnd, base_ms)
{
	const joined = iso(base_ms - rnd.between(90, 900) * DAY_MS);
	const marketing = rnd.chance(60);

	return {
		customer: customer.id,
		card: [customer.card],
		phone_hash: keyed(`phone:${customer.phone}`),
		name: customer.name,
		tier: customer.tier,
		points: customer.points,
		// With HQ silent a lane may redeem a third of what the member has, in round tens.
		allowance: { [LANE]: Math.floor(customer.points / 30) * 10 },
		coupons:
			customer.tier === 'gold'
				? [
						{
							id: 'KUP-ZIMA',
							amount: 2000,
							from_total: 15000,
							until: iso(base_ms + 30 * DAY_MS),
						},
					]
				: [],
		missions: rnd.chance(40) ? [{ id: 'MIS-3ODBIORY', done: rnd.below(3), of: 3 }] : [],
		offers: marketing
			? [
					{
						id: `OF-${rnd.between(1, 3)}`,
						channel: 'app',
						at: iso(base_ms - 3 * DAY_MS),
					},
				]
			: [],
		consents: {
			marketing: { given: marketing, at: joined, channel: 'app' },
			profiling: {
				given: marketing && rnd.chance(50),
				at: joined,
				channel: 'app',
			},
		},
		lang: customer.lang,
	};
}

function buildMembers(customers, base_ms)
{
	const rnd = random('members');

	return customers
		.filter((c) => c.member)
		.map((c) => ({ id: c.member, body: memberBody(c, rnd, base_ms) }));
}

function staffPolicy()
{
	return {
		people: STAFF.map(({ id, name, role, argon, token }) => ({
			id,
			name,
			role,
			pin: argon,
			badge: keyed(`badge:${token}`),
		})),
		lock_s: 300,
	};
}

function buildEntries(customers, orders, base_ms)
{
	const rnd = random('timeline');
	const said = ENTRIES.map(([who, days, channel, kind, status, text, of_case]) => ({
		customer: customers[who].id,
		at: iso(
			base_ms -
				days * DAY_MS +
				rnd.between(-3 * 60, 3 * 60) * 60000 -
				4 * HOUR_MS,
		),
		channel,
		kind,
		status,
		text,
		...(of_case && { case: of_case }),
	}));
	const ready = orders
		.filter((o) => o.body.status === 'ready' && (o.body.store ?? STORE) === STORE)
		.map(({ body }) => ({
			customer: body.customer.id,
			at: body.notified[0].at,
			channel: body.notified[0].channel,
			kind: 'order',
			status: 'closed',
			text: READY_TEXT[body.customer.lang](body.number),
		}));

	return [...said, ...ready]
		.sort((a, b) => (a.at < b.at ? -1 : 1))
		.map((body, i) => ({ id: `T-${String(i + 1).padStart(4, '0')}`, body }));
}

module.exports = { STAFF, buildCustomers, buildMembers, staffPolicy, buildEntries };
