// SPDX-License-Identifier: Apache-2.0
//
// Customers and staff. Nobody here exists; phone numbers are counted up from one made-up number.
'use strict';

// [name as the station shows it, language, loyalty tier or null, points].
// The first thirty are members, the rest are not.
const CUSTOMERS = [
	['Anna K.', 'pl', 'gold', 1840],
	['Żaneta Ś.', 'pl', 'silver', 620],
	['Олена К.', 'uk', 'basic', 215],
	['James W.', 'en', 'basic', 90],
	['Świętosława Brzęczyszczykiewicz-Ź.', 'pl', 'gold', 4120],
	['Grzegorz Ż.', 'pl', 'basic', 40],
	['Małgorzata P.', 'pl', 'silver', 980],
	['Łukasz D.', 'pl', 'basic', 155],
	['Józefina M.', 'pl', 'gold', 2300],
	['Michał Ć.', 'pl', 'basic', 12],
	['Agnieszka W.', 'pl', 'silver', 745],
	['Bożena T.', 'pl', 'basic', 60],
	['Тарас М.', 'uk', 'silver', 510],
	['Stanisław Ł.', 'pl', 'basic', 330],
	['Katarzyna B.', 'pl', 'basic', 205],
	['Paweł G.', 'pl', 'silver', 870],
	['Zofia N.', 'pl', 'gold', 1999],
	['Tomasz N.', 'pl', 'basic', 75],
	['Ірина Ш.', 'uk', 'basic', 130],
	['Jakub Ó.', 'pl', 'basic', 0],
	['Emily R.', 'en', 'silver', 640],
	['Halina Z.', 'pl', 'gold', 3050],
	['Krzysztof J.', 'pl', 'basic', 180],
	['Наталія Г.', 'uk', 'basic', 95],
	['Dorota S.', 'pl', 'silver', 560],
	['Wojciech Ę.', 'pl', 'basic', 20],
	['Barbara L.', 'pl', 'basic', 410],
	['Oskar Ń.', 'pl', 'basic', 145],
	['Ewa R.', 'pl', 'silver', 705],
	['Rafał K.', 'pl', 'basic', 260],
	['Justyna H.', 'pl', null, 0],
	['Biuro Ćma, Ewelina A.', 'pl', null, 0],
	['Pracownia Jaśmin, Igor F.', 'pl', null, 0],
	['Mateusz W.', 'pl', null, 0],
	['Юрій Б.', 'uk', null, 0],
	['Sophie L.', 'en', null, 0],
];

// argon2id, 3 passes, 8 MiB, made once with libsodium's crypto_pwhash_str_alg from the PINs beside
// them, so that the generator stays deterministic and needs no library.
const STAFF = [
	{ id: 'E17', name: 'Ola', role: 'clerk', pin: '482100', token: 'T0K3N-abcdef',
		argon: '$argon2id$v=19$m=8192,t=3,p=1$izNSAc2+VZ6yGH2JxhDZQw$Ior/lYgikyS3V8SRe7SsxJJMXv0p0Vitra6YVDekAow' },
	{ id: 'E03', name: 'Marek', role: 'supervisor', pin: '739155', token: 'Kier0wnik-77q',
		argon: '$argon2id$v=19$m=8192,t=3,p=1$Y1HkTDAZRsyZ07gxCOHLwg$kh6pkvUX+6d1ttXbydzMkSE/VmLPskCtymQmMK7RYSU' },
	{ id: 'S01', name: 'Serwis', role: 'service', pin: '905512', token: 'Srv-5x2m9',
		argon: '$argon2id$v=19$m=8192,t=3,p=1$/MwSyb3dZTSXWIHxLZaLsQ$5PqbDSF/A8kDByCVvXEQ9MN9VDnas5B3/Sgo2gV9+n8' },
];

module.exports = { CUSTOMERS, STAFF };
