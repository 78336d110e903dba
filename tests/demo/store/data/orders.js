// SPDX-License-Identifier: Apache-2.0
//
// The forty orders. What a row says:
//   id, number     as in the contract        status  one of its eleven words
//   who            index into CUSTOMERS      lines   [sku, qty, {line options}] or {service|gift_card, amount}
//   off            {kind, percent|amount} over all goods lines
//   delivery       grosze for bringing it to the store (a line of its own)
//   pay            [tender, grosze or 'rest', {state, refunded, where}]; what nobody pays is due
//   placed, ready, promised, checkin, collected, late   hours from the generation date
//   shelf, parcels [[line numbers], …] with states where they are not the usual one
// Line options: promo (grosze off this line), picked, handed, short, returned, grams, substitutes.
// Deposit lines follow from the products. Times, sums, hashes and labels are worked out in generate.js.
'use strict';

const GIFT_WRAP = {
	pl: 'Pakowanie na prezent', en: 'Gift wrapping', uk: 'Подарункове пакування',
};
const GIFT_CARD = {
	pl: 'Karta podarunkowa', en: 'Gift card', uk: 'Подарункова картка',
};
const DELIVERY = {
	pl: 'Dostawa do sklepu', en: 'Delivery to store', uk: 'Доставка до магазину',
};
const DEPOSIT = {
	pl: 'Kaucja za opakowanie', en: 'Packaging deposit', uk: 'Застава за упаковку',
};

const ORDERS = [
	// Prepaid and ready, nothing special: the main job.
	{ id: 'ZAM-1', number: '4821', status: 'ready', who: 0, shelf: 'B-12', pin: '135790', placed: -44, ready: -18,
		lines: [['SKA-LODKI', 2], ['KOC-LAKA', 1]], parcels: [[1, 2]], pay: [['blik', 'rest']] },
	{ id: 'ZAM-2', number: '4822', status: 'ready', who: 1, shelf: 'A-03', placed: -43, ready: -17,
		lines: [['BLU-GORAL-M', 1], ['CZA-WEL', 1]], parcels: [[1, 2]], pay: [['card', 'rest']] },
	{ id: 'ZAM-3', number: '4823', status: 'ready', who: 2, shelf: 'A-04', channel: 'app', placed: -42, ready: -17,
		lines: [['KUB-KOT', 2], ['HER-LIP', 1], ['MIO-LIP', 1]], parcels: [[1, 2, 3]], pay: [['blik', 'rest']] },
	{ id: 'ZAM-4', number: 'ZK 12/2026', status: 'ready', who: 3, shelf: 'A-05', placed: -41, ready: -16,
		lines: [['NOT-LEN', 1], ['PIO-WIE', 1], ['ATR-GRA', 2]], parcels: [[1, 2, 3]], pay: [['card', 'rest']] },
	{ id: 'ZAM-5', number: 'ZK 13/2026', status: 'ready', who: 4, shelf: 'C-01', placed: -66, ready: -20,
		lines: [['KAL-KOL', 1], ['NAR-LOZ', 1], ['ZAP-CER', 1], ['POS-160', 1], ['PRZ-160', 2], ['POD-PUC', 2],
			['KOC-WEL', 1], ['ZAS-LEN', 2], ['OBR-BAW', 1], ['SER-LEN', 3], ['SCI-KUC', 1], ['REC-70', 4]],
		parcels: [[1, 2], [3, 9, 10, 11], [4, 5, 6, 7, 8, 12]], pay: [['transfer', 'rest']] },
	{ id: 'ZAM-6', number: '4830', status: 'ready', who: 5, shelf: 'B-01', placed: -40, ready: -16,
		lines: [['FAR-KUC', 1], ['TAL-PLY', 4], ['TAL-GLE', 4]], parcels: [[1, 2, 3]], pay: [['blik', 'rest']] },
	{ id: 'ZAM-7', number: '4831', status: 'ready', who: 6, shelf: 'B-02', placed: -39, ready: -15,
		lines: [['KSI-JEZ', 1], ['GRA-PAM', 1], ['KRE-24', 1], ['BLO-RYS', 2]], parcels: [[1, 2, 3, 4]],
		off: { kind: 'coupon', percent: 10 }, pay: [['card', 'rest']] },
	{ id: 'ZAM-8', number: '4832', status: 'ready', who: 7, shelf: 'B-03', placed: -38, ready: -15,
		lines: [['PIZ-FLA-L', 1], ['KAP-FIL-41', 1]], parcels: [[1, 2]], pay: [['gift', 5000], ['blik', 'rest']] },
	{ id: 'ZAM-9', number: '4833', status: 'ready', who: 8, shelf: 'B-04', channel: 'app', placed: -37, ready: -14,
		lines: [['KRE-TWA', 1], ['MYD-LAW', 3]], parcels: [[1, 2]], pay: [['points', 1200], ['card', 'rest']] },
	{ id: 'ZAM-10', number: '4834', status: 'ready', who: 9, shelf: 'B-05', placed: -36, ready: -14,
		lines: [['LAM-STO', 1], ['ZAR-LED', 2], ['KUB-DZIEN', 1]], parcels: [[1, 2, 3]], pay: [['blik', 'rest']] },
	{ id: 'ZAM-11', number: '4835', status: 'ready', who: 10, shelf: 'B-06', placed: -35, ready: -14,
		lines: [['CZE-GOR', 3], ['SLI-CZE', 2], ['PIE-TOR', 2]], parcels: [[1, 2, 3]], pay: [['blik', 'rest']] },
	{ id: 'ZAM-12', number: '4836', status: 'ready', who: 11, shelf: 'B-07', placed: -34, ready: -13,
		lines: [['TRA-PLO-38', 1], ['SKA-LIS', 2]], parcels: [[1, 2]], pay: [['transfer', 'rest']] },
	{ id: 'ZAM-13', number: '4837', status: 'ready', who: 12, shelf: 'B-08', placed: -33, ready: -13,
		lines: [['KLO-DRE', 1], ['MIS-PLU', 1]], parcels: [[1, 2]], pay: [['card', 'rest']] },
	{ id: 'ZAM-14', number: '4838', status: 'ready', who: 13, shelf: 'B-09', placed: -33, ready: -13,
		lines: [['WYC-KOK', 1], ['WAZ-SZK', 1], ['TOR-PLO', 1], ['CHU-JED', 1]], parcels: [[1, 2, 3, 4]],
		pay: [['blik', 'rest']] },

	// Ready, but something has to happen first.
	{ id: 'ZAM-15', number: '4840', status: 'ready', who: 31, shelf: 'B-10', placed: -30, ready: -12,
		lines: [['BLU-GORAL-L', 1]], parcels: [[1]], pay: [],
		buyer: { kind: 'business', nip: '1234563218', document: 'receipt' } },
	{ id: 'ZAM-16', number: '4841', status: 'ready', who: 14, shelf: 'B-11', placed: -30, ready: -12,
		lines: [['KUR-PIK-L', 1]], parcels: [[1]], pay: [['gift', 10000]] },
	{ id: 'ZAM-17', number: '4842', status: 'ready', who: 15, shelf: 'B-13', placed: -29, ready: -12, checkin: -0.25, delivery: 999,
		lines: [['REC-70', 2], ['REC-50', 4]], parcels: [[1, 2]], pay: [] },
	{ id: 'ZAM-18', number: '4843', status: 'ready', who: 33, shelf: 'W-01', placed: -28, ready: -13,
		lines: [['WIN-CZE', 1], ['ENE-250', 2], ['CHL-ZYT', 1]], parcels: [[1, 2, 3]], pay: [['blik', 'rest']] },
	{ id: 'ZAM-19', number: '4844', status: 'ready', who: 16, shelf: 'C-02', placed: -28, ready: -13,
		lines: [['GAR-3L', 1], ['LYZ-DRE', 2]], parcels: [[1, 2]], proxies: ['Piotr N.'], pay: [['card', 'rest']] },
	{ id: 'ZAM-20', number: '4845', status: 'ready', who: 17, shelf: 'C-03', placed: -28, ready: -13,
		lines: [['PLE-MIE', 1], ['LUS-OKR', 1]], parcels: [[1], [2]], proxies: ['Piotr N.', 'Zofia N.'],
		pay: [['blik', 'rest']] },
	{ id: 'ZAM-21', number: '4799', status: 'ready', who: 18, shelf: 'A-01', placed: -120, ready: -70, late: -20,
		lines: [['SZA-KRA', 1], ['REK-DOT', 1]], parcels: [[1, 2]], pay: [['card', 'rest']] },
	{ id: 'ZAM-22', number: '4846', status: 'ready', who: 19, shelf: 'A-06', placed: -27, ready: -13, delivery: 999,
		resent: true, lines: [['GLO-PRZ', 1], ['KAB-USB', 1]], parcels: [[1, 2]], pay: [['blik', 'rest']] },
	{ id: 'ZAM-23', number: '4847', status: 'ready', who: 30, shelf: 'A-07', placed: -27, ready: -13,
		lines: [['BOD-GES', 2], ['GRZ-DRE', 1]], parcels: [[1, 2]], pay: [['card', 'rest']] },
	{ id: 'ZAM-24', number: 'ZK 14/2026', status: 'ready', who: 32, shelf: 'A-08', placed: -52, ready: -22,
		lines: [['ZES-A5', 20], ['PAP-PRE', 5]], parcels: [[1, 2]], pay: [['transfer', 'rest']],
		buyer: { kind: 'sole_trader', nip: '1111111111', document: 'invoice' } },
	{ id: 'BL-4821.A_7', number: '#1001', status: 'ready', who: 20, store: 'KRK-1', shelf: 'A-02', channel: 'marketplace',
		placed: -31, ready: -13, lines: [['PUZ-500', 1], ['GRA-MLY', 1]], parcels: [[1, 2]], pay: [['card', 'rest']] },

	// On their way.
	{ id: 'ZAM-25', number: '4850', status: 'awaiting_payment', who: 21, placed: -2, promised: 30,
		lines: [['OBR-BAW', 1], { kind: 'gift_card', amount: 10000 }], pay: [['blik', 'rest', { state: 'failed' }]] },
	{ id: 'ZAM-26', number: '4851', status: 'placed', who: 22, placed: -3, promised: 27,
		lines: [['PER-BEZ', 1], ['CZE-MLE', 2], { kind: 'service', amount: 900 }], pay: [['card', 'rest']] },
	{ id: 'ZAM-27', number: '4852', status: 'placed', who: 23, placed: -2.5, promised: 27, contract: 'reservation',
		channel: 'phone', lines: [['SWE-MER-M', 1], ['SPD-PLI-M', 1]], pay: [] },
	{ id: 'ZAM-28', number: '4853', status: 'picking', who: 24, placed: -14, promised: 5.5,
		lines: [['KUR-PIK-S', 1, { picked: 1 }], ['REK-SKO', 1], ['SKA-WEL', 2]], pay: [['blik', 'rest']] },
	{ id: 'ZAM-29', number: '4854', status: 'picking', who: 25, placed: -13, promised: 4, channel: 'app',
		lines: [['CHL-ZYT', 6, { picked: 4, substitutes: 'similar' }], ['WOD-15', 6, { substitutes: 'no' }],
			['JAB-LIG', 1, { grams: 1250, substitutes: 'ask' }]], pay: [['blik', 'rest']] },
	{ id: 'ZAM-30', number: '4855', status: 'in_transit', who: 34, placed: -26, promised: 26,
		lines: [['FOT-SAM', 1]], parcels: [[1]], states: ['expected'], pay: [['card', 'rest']], exempt: true },
	{ id: 'ZAM-31', number: '4856', status: 'in_transit', who: 26, placed: -50, promised: 3,
		lines: [['DYW-BAW', 2], ['ZEG-SCI', 1]], parcels: [[1], [2]], states: ['arrived', 'expected'],
		pay: [['transfer', 'rest']], exempt: true },

	// Done, or not to be done.
	{ id: 'ZAM-32', number: '4810', status: 'partly_collected', who: 27, shelf: 'C-04', placed: -90, ready: -60,
		collected: -22, lines: [['SLU-BEZ', 1, { handed: 1 }], ['BAT-AA', 2, { handed: 0 }]], parcels: [[1], [2]],
		states: ['handed', 'missing'], pay: [['blik', 'rest']] },
	{ id: 'ZAM-33', number: '4788', status: 'collected', who: 28, placed: -140, ready: -118, collected: -94,
		lines: [['REC-50', 3, { promo: 1999 }]], parcels: [[1]], pay: [['gift', 2000], ['card', 'rest']] },
	{ id: 'ZAM-34', number: 'ZK 871/2025', status: 'collected', who: 29, placed: -10350, ready: -10320, collected: -10296,
		lines: [['CZA-EMA', 1]], parcels: [[1]], pay: [['transfer', 'rest']] },
	{ id: 'ZAM-35', number: '4815', status: 'collected', who: 35, placed: -70, ready: -45, collected: -20, channel: 'app',
		lines: [['KAW-ZIA', 2], ['KUB-DZIEN', 2], ['KRO-CIA', 1]], parcels: [[1, 2, 3]],
		off: { kind: 'promo', amount: 1500 }, pay: [['card', 'rest']] },
	{ id: 'ZAM-36', number: '4760', status: 'returned', who: 20, placed: -330, ready: -300, collected: -280,
		lines: [['SUK-LEN-S', 1, { returned: 1 }], ['PAS-SKO', 1, { returned: 1 }]], parcels: [[1, 2]],
		pay: [['card', 'rest', { state: 'refunded' }]] },
	{ id: 'ZAM-37', number: '4805', status: 'cancelled', who: 1, placed: -100,
		lines: [['BUD-RET', 1]], pay: [['blik', 'rest', { state: 'refunded' }]] },
	{ id: 'ZAM-38', number: '4720', status: 'expired', who: 6, placed: -500, ready: -470, late: -400,
		lines: [['KAL-SCI', 1], ['KAR-SWI', 6]], parcels: [[1, 2]], states: ['sent_back'], pay: [['blik', 'rest']] },
	{ id: 'ZAM-39', number: '4857', status: 'on_hold', who: 13, placed: -8, promised: 28,
		lines: [['SER-KOZ', 1, { grams: 340 }], ['MIO-PIT', 1]], pay: [['card', 'rest', { state: 'authorized' }]],
		note: 'Czekamy na potwierdzenie z banku' },
];

module.exports = { ORDERS, GIFT_WRAP, GIFT_CARD, DELIVERY, DEPOSIT };
