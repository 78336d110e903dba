// SPDX-License-Identifier: Apache-2.0
//
// What customers and the shop said to each other. generate.js adds entries of kind `order` for the
// ready orders. Row: [who, days ago, channel, kind, status, text, case].
'use strict';

const ENTRIES = [
	[0, 40, 'chat', 'question', 'closed', 'Czy koc ŁĄKA można prać w pralce? Odpowiedź: tak, w 30 stopniach.'],
	[0, 12, 'store', 'rating', 'closed', 'Odbiór oceniony na 5: „szybko i z uśmiechem”.'],
	[1, 31, 'app', 'question', 'closed', 'Pytanie o rozmiar bluzy GÓRAL; polecony rozmiar M.'],
	[1, 4, 'phone', 'order', 'closed', 'Rezygnacja z zamówienia 4805, pieniądze wróciły tą samą drogą.'],
	[2, 25, 'chat', 'question', 'closed', 'Чи можна оплатити карткою українського банку? Так, можна.'],
	[2, 9, 'store', 'note', 'closed', 'Obsługa po ukraińsku mile widziana.'],
	[3, 18, 'email', 'question', 'closed', 'Asked whether the fountain pen takes standard cartridges. It does.'],
	[3, 2, 'app', 'order', 'closed', 'Chose the Arkadia store instead of home delivery.'],
	[4, 60, 'store', 'return', 'closed', 'Zwrot poszewki 40x40 cm, nieodpowiedni kolor.'],
	[4, 3, 'phone', 'note', 'open', 'Duże paczki: prosi o pomoc z zaniesieniem do samochodu.'],
	[5, 22, 'chat', 'question', 'closed', 'Czy talerze z kamionki nadają się do zmywarki? Tak.'],
	[6, 80, 'store', 'complaint', 'closed', 'Pęknięta obudowa czajnika; wymiana na nowy.', 'SPR-3'],
	[6, 16, 'email', 'order', 'closed', 'Zamówienie 4720 nieodebrane w terminie, wysłano informację o zwrocie pieniędzy.'],
	[7, 11, 'app', 'rating', 'closed', 'Ocena 4: „trochę kolejki, ale poszło sprawnie”.'],
	[8, 35, 'store', 'note', 'closed', 'Stała klientka, lubi kosmetyki z różą.'],
	[8, 6, 'chat', 'question', 'closed', 'Kiedy wrócą mydła lawendowe? Dostawa w środę.'],
	[9, 14, 'phone', 'question', 'closed', 'Czy lampka ma żarówkę w zestawie? Nie, pasuje E27.'],
	[10, 28, 'store', 'return', 'closed', 'Zwrot spodni chino 32, za długie.'],
	[11, 7, 'app', 'question', 'closed', 'Prośba o trampki w rozmiarze 38; odłożone.'],
	[12, 20, 'chat', 'question', 'closed', 'Чи є кубики з більшою кількістю деталей? Поки що ні.'],
	[12, 5, 'store', 'rating', 'closed', 'Оцінка 5: «дуже привітно, дякую».'],
	[13, 3, 'phone', 'order', 'open', 'Wstrzymane zamówienie 4857: bank jeszcze nie potwierdził płatności.'],
	[14, 45, 'email', 'complaint', 'closed', 'Zamek w kurtce się zacinał; naprawa w 9 dni.', 'SPR-4'],
	[15, 10, 'store', 'note', 'closed', 'Woli płacić na miejscu kartą.'],
	[16, 8, 'app', 'note', 'closed', 'Upoważnienie do odbioru dla Piotra N.'],
	[17, 8, 'app', 'note', 'closed', 'Upoważnienia do odbioru dla Piotra N. i Zofii N.'],
	[18, 1, 'phone', 'question', 'open', 'Питає, чи можна забрати замовлення 4799 після терміну.'],
	[19, 1, 'chat', 'order', 'closed', 'Kod odbioru nie doszedł, wysłany jeszcze raz.'],
	[20, 13, 'store', 'return', 'closed', 'Full return of order 4760, refunded to the card.'],
	[21, 1, 'chat', 'question', 'open', 'Płatność BLIK odrzucona; jak zapłacić jeszcze raz?'],
	[22, 2, 'app', 'note', 'closed', 'Zamówienie na prezent: zapakować, bez cen na wierzchu.'],
	[23, 2, 'phone', 'order', 'open', 'Резервація 4852 телефоном, оплата при отриманні.'],
	[24, 19, 'store', 'rating', 'closed', 'Ocena 5: „pani znalazła rękawiczki w minutę”.'],
	[25, 15, 'app', 'rating', 'closed', 'Ocena 3: „chleb był, ale nie ten”.'],
	[27, 1, 'store', 'complaint', 'open', 'Brakuje drugiej paczki z zamówienia 4810, szukamy.', 'SPR-7'],
	[28, 4, 'store', 'question', 'closed', 'Czy jeden ręcznik z promocji 3 za 2 można zwrócić? Tak, 13,33 zł.'],
	[29, 1, 'phone', 'question', 'open', 'Emalia w czajniku odpryskuje po roku; zaproszenie z czajnikiem do sklepu.'],
	[31, 2, 'email', 'question', 'closed', 'Prośba o NIP na dokumencie sprzedaży przy odbiorze.'],
	[32, 3, 'email', 'order', 'closed', 'Faktura za zamówienie ZK 14/2026 wysłana.'],
	[35, 1, 'app', 'rating', 'closed', 'Rated 5: “coffee smells amazing, pickup took a minute”.'],
];

const READY_TEXT = {
	pl: (n) => `Zamówienie ${n} gotowe do odbioru, wysłano SMS z kodem.`,
	en: (n) => `Order ${n} is ready for pickup; text with the code sent.`,
	uk: (n) => `Замовлення ${n} готове до отримання, надіслано SMS із кодом.`,
};

module.exports = { ENTRIES, READY_TEXT };
