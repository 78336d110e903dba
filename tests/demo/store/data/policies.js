// SPDX-License-Identifier: Apache-2.0
//
// The policy records, but for `staff`, which generate.js makes from people.js. Texts on slips keep
// to 48 columns. A slip is never called a receipt, in any language.
'use strict';

const POLICIES = {
	pickup: {
		currency: 'PLN',
		hold_hours: 48,
		late: 'approve',
		partial: true,
		check_items: 'each',
		isolated_handover: 'approve',
		claim_s: 90,
		tenders: ['card', 'blik', 'cash'],
		id_search: 'approve',
		returns_isolated: 'approve',
	},
	returns: {
		window_days: 30,
		withdrawal_days: 14,
		hq_down: { own_store: 'approve', other_store: 'refuse' },
		by_category: {
			underwear: { returnable: false },
			food: { returnable: false },
			sweets: { returnable: false },
			drinks: { returnable: false },
			alcohol: { returnable: false },
		},
		no_receipt: 'approve',
		foreign: 'approve',
		refund_limit: 50000,
		reasons: ['size', 'damaged', 'changed_mind', 'not_as_described', 'wrong_item'],
		refund_to: 'original',
		exchange: true,
	},
	loyalty: { earn_per: 100, earn_points: 1, point_value: 1 },
	lanes: { lanes: [{ lane: 'k1' }] },
	privacy: { retain_days: { interactions: 180, orders: 90, profiles: 30 } },
	fiscal: { mode: 'external', ref: true },
	texts: {
		pl: {
			header: [
				'PĄK I ŹDŹBŁO',
				'Rzeczy na każdy dzień',
				'Sklep Warszawa Arkadia',
				'ul. Pięknych Łąk 12, 00-042 Warszawa',
				'Pąk i Źdźbło Sp. z o.o., Łódź',
			],
			footer: ['Dziękujemy! Do zobaczenia znów.'],
			terms: [
				'Zwrot: 30 dni, w każdym naszym sklepie.',
				'Odstąpienie od umowy na odległość: 14 dni.',
				'Reklamacja: 2 lata, wystarczy dowód zakupu.',
			],
		},
		en: {
			header: [
				'PĄK I ŹDŹBŁO',
				'Things for every day',
				'Warszawa Arkadia store',
				'ul. Pięknych Łąk 12, 00-042 Warszawa',
				'Pąk i Źdźbło Sp. z o.o., Łódź',
			],
			footer: ['Thank you! See you again soon.'],
			terms: [
				'Returns: 30 days, in any of our stores.',
				'Right of withdrawal for online orders: 14 days.',
				'Complaints: 2 years, any proof will do.',
			],
		},
		uk: {
			header: [
				'PĄK I ŹDŹBŁO',
				'Речі на кожен день',
				'Магазин Warszawa Arkadia',
				'ul. Pięknych Łąk 12, 00-042 Warszawa',
				'Pąk i Źdźbło Sp. z o.o., Łódź',
			],
			footer: ['Дякуємо! До нової зустрічі.'],
			terms: [
				'Повернення: 30 днів, у кожному магазині.',
				'Відмова від онлайн-договору: 14 днів.',
				'Рекламація: 2 роки, досить підтвердження.',
			],
		},
	},
	stores: {
		'KRK-1': {
			name: 'Kraków Długa', address: 'ul. Długa 5, Kraków',
			hours: 'pn-sb 9:00-21:00',
		},
		'GDN-2': {
			name: 'Gdańsk Żuraw', address: 'ul. Bursztynowych Fal 8, Gdańsk',
			hours: 'pn-pt 10:00-20:00, sb 10:00-18:00',
		},
	},
	survey: {
		scale: 'csat',
		every: 3,
		question: {
			pl: 'Jak oceniasz dzisiejszy odbiór?',
			en: 'How was your pickup today?',
			uk: 'Як ви оцінюєте сьогоднішнє отримання?',
		},
	},
	offers: {
		offers: [
			{ id: 'OF-1', sku: ['SZA-KRA', 'CZA-WEL', 'REK-SKO'], consent: 'marketing',
				when: { sku: ['CZA-WEL', 'SZA-KRA'] },
				text: {
					pl: 'Do czapki drugi dodatek o 20% taniej, do niedzieli',
					en: '20% off a second accessory with a hat, until Sunday',
					uk: 'До шапки другий аксесуар на 20% дешевше, до неділі',
				} },
			{ id: 'OF-2', sku: ['HER-LIP', 'MIO-LIP'], consent: 'marketing',
				when: { sku: ['HER-LIP', 'MIO-LIP'] },
				text: {
					pl: 'Herbata i miód lipowy razem za 44,99 zł',
					en: 'Linden tea and honey together for 44.99 zł',
					uk: 'Чай і липовий мед разом за 44,99 zł',
				} },
			{ id: 'OF-3', sku: ['PAP-PRE', 'WST-SAT', 'KAR-SWI'], consent: 'marketing',
				when: { from: 20000 },
				text: {
					pl: 'Pakowanie prezentów gratis przy zakupach od 200 zł',
					en: 'Free gift wrapping when you spend 200 zł',
					uk: 'Подарункове пакування безкоштовно від 200 zł',
				} },
		],
	},
	// A 13-digit in-store code: prefix, 5-digit item, 5-digit weight in grams, check digit. The catalog
	// lists it with weight 00000.
	codes: { in_store: ['29IIIIIWWWWWC scale=3 unit=kg'] },
	hours: {
		open: {
			mon: ['09:00', '21:00'], tue: ['09:00', '21:00'], wed: ['09:00', '21:00'],
			thu: ['09:00', '21:00'], fri: ['09:00', '21:00'], sat: ['09:00', '21:00'],
		},
		also_open: {
			'2026-12-06': ['10:00', '20:00'],
			'2026-12-13': ['10:00', '20:00'],
			'2026-12-20': ['10:00', '20:00'],
		},
		closed: ['2026-12-24', '2026-12-25', '2026-12-26', '2027-01-01', '2027-01-06'],
	},
	print: { copies: 1, unknown: 'ask' },
};

module.exports = { POLICIES };
