// SPDX-License-Identifier: Apache-2.0
//
// Groceries. Rows as in products_fashion.js. VAT rates are those a Polish shop would use for such
// goods; a real shop asks its accountant.
'use strict';

const ENERGY_AGE = { min: 18, why: 'energy_drink' };
const ALCOHOL_AGE = { min: 18, why: 'alcohol' };

const GROUPS = [
	{ category: 'food', vat: '5', rack: 'F', brand: '590560', returnable: false, items: [
		['CHL-ZYT', 849, 'Chleb żytni na zakwasie 500 g', 'Rye sourdough bread, 500 g', 'Житній хліб на заквасці 500 г', { suggest: ['MAS-EKS'] }],
		['CHL-ORK', 899, 'Chleb orkiszowy 500 g', 'Spelt bread, 500 g', 'Хліб зі спельти 500 г'],
		['BUL-MAS', 199, 'Bułka maślana', 'Butter roll', 'Здобна булочка'],
		['MAS-EKS', 899, 'Masło ekstra 200 g', 'Butter, 200 g', 'Масло вершкове 200 г'],
		['MLE-32', 429, 'Mleko świeże 3,2% 1 l', 'Fresh milk, 3.2%, 1 l', 'Свіже молоко 3,2% 1 л'],
		['JOG-NAT', 349, 'Jogurt naturalny 400 g', 'Natural yogurt, 400 g', 'Натуральний йогурт 400 г'],
		['KEF-400', 329, 'Kefir 400 g', 'Kefir, 400 g', 'Кефір 400 г'],
		['TWA-POL', 699, 'Twaróg półtłusty 250 g', 'Curd cheese, 250 g', 'Напівжирний сир кисломолочний 250 г'],
		['SER-DOJ', 1299, 'Ser żółty dojrzewający 150 g', 'Mature cheese, 150 g', 'Витриманий твердий сир 150 г'],
		['JAJ-10', 1399, 'Jaja z wolnego wybiegu, 10 szt.', 'Free-range eggs, 10 pcs', 'Яйця вільного вигулу, 10 шт.'],
		['MIO-LIP', 3499, 'Miód lipowy 400 g', 'Linden honey, 400 g', 'Липовий мед 400 г', { suggest: ['HER-LIP'] }],
		['DZE-WIS', 1199, 'Dżem wiśniowy 280 g', 'Cherry jam, 280 g', 'Вишневий джем 280 г'],
		['POW-SLI', 1299, 'Powidła śliwkowe 300 g', 'Plum butter, 300 g', 'Сливове повидло 300 г'],
		['MAK-RUR', 649, 'Makaron rurki 500 g', 'Penne pasta, 500 g', 'Макарони пенне 500 г', { suggest: ['SOS-POM'] }],
		['MAK-JAJ', 849, 'Makaron jajeczny nitki 250 g', 'Egg noodles, 250 g', 'Яєчна локшина 250 г'],
		['RYZ-BAS', 1099, 'Ryż basmati 1 kg', 'Basmati rice, 1 kg', 'Рис басматі 1 кг'],
		['KAS-GRY', 899, 'Kasza gryczana 4x100 g', 'Buckwheat, 4x100 g', 'Гречана крупа 4x100 г'],
		['MAK-PSZ', 449, 'Mąka pszenna 1 kg', 'Wheat flour, 1 kg', 'Пшеничне борошно 1 кг'],
		['PLA-OWS', 549, 'Płatki owsiane górskie 500 g', 'Rolled oats, 500 g', 'Вівсяні пластівці 500 г'],
		['GRA-MIO', 1599, 'Granola z miodem i orzechami 350 g', 'Honey and nut granola, 350 g', 'Гранола з медом і горіхами 350 г'],
		['OLI-OLI', 4299, 'Oliwa z oliwek 500 ml', 'Olive oil, 500 ml', 'Оливкова олія 500 мл'],
		['OLE-RZE', 1149, 'Olej rzepakowy tłoczony na zimno 500 ml', 'Cold-pressed rapeseed oil, 500 ml', 'Ріпакова олія холодного віджиму 500 мл'],
		['BAR-CZE', 999, 'Barszcz czerwony, zakwas 500 ml', 'Fermented beetroot juice, 500 ml', 'Буряковий квас для борщу 500 мл'],
		['ZUR-500', 599, 'Żur na zakwasie 500 ml', 'Sour rye soup starter, 500 ml', 'Закваска для журека 500 мл'],
		['KAP-KIS', 749, 'Kapusta kiszona 500 g', 'Sauerkraut, 500 g', 'Квашена капуста 500 г'],
		['OGO-KIS', 1099, 'Ogórki kiszone 650 g', 'Pickled cucumbers, 650 g', 'Квашені огірки 650 г'],
		['PIE-RUS', 1699, 'Pierogi z twarogiem i ziemniakami 400 g', 'Pierogi with curd cheese and potato, 400 g', 'Вареники з сиром і картоплею 400 г'],
		['TOF-NAT', 899, 'Tofu naturalne 200 g', 'Tofu, 200 g', 'Тофу 200 г'],
		['ORZ-WLO', 1899, 'Orzechy włoskie łuskane 200 g', 'Shelled walnuts, 200 g', 'Волоські горіхи лущені 200 г'],
		['JAB-LIG', 599, 'Jabłka ligol luzem', 'Ligol apples, loose', 'Яблука «лігол» на вагу', { weighed: '00417' }],
		['SER-KOZ', 8900, 'Ser kozi z Kaszub, na wagę', 'Goat’s cheese from Kashubia, by weight', 'Козячий сир із Кашубії, на вагу', { weighed: '00523' }],
		['SOK-JAB', 899, 'Sok jabłkowy tłoczony 1 l', 'Pressed apple juice, 1 l', 'Яблучний сік прямого віджиму 1 л'],
	] },
	{ category: 'food', vat: '8', rack: 'H', brand: '590560', returnable: false, items: [
		['CUK-TRZ', 899, 'Cukier trzcinowy 500 g', 'Cane sugar, 500 g', 'Тростинний цукор 500 г'],
		['KET-LAG', 799, 'Ketchup łagodny 450 g', 'Mild ketchup, 450 g', 'Лагідний кетчуп 450 г'],
		['MUS-SAR', 499, 'Musztarda sarepska 180 g', 'Hot mustard, 180 g', 'Гостра гірчиця 180 г'],
		['SOS-POM', 1099, 'Sos pomidorowy z bazylią 350 g', 'Tomato sauce with basil, 350 g', 'Томатний соус із базиліком 350 г'],
		['PRZ-PIE', 699, 'Przyprawa do piernika 40 g', 'Gingerbread spice, 40 g', 'Приправа для пряників 40 г'],
		['CYN-MIE', 499, 'Cynamon mielony 20 g', 'Ground cinnamon, 20 g', 'Мелена кориця 20 г'],
		['KAR-KOT', 399, 'Karma dla kota z łososiem 100 g', 'Cat food with salmon, 100 g', 'Корм для котів із лососем 100 г'],
	] },
	{ category: 'sweets', vat: '23', rack: 'H', brand: '590560', returnable: false, items: [
		['CZE-GOR', 1499, 'Czekolada gorzka 70% 100 g', 'Dark chocolate, 70%, 100 g', 'Чорний шоколад 70% 100 г', { suggest: ['CZE-MLE'] }],
		['CZE-MLE', 1299, 'Czekolada mleczna z orzechami 100 g', 'Milk chocolate with hazelnuts, 100 g', 'Молочний шоколад із горіхами 100 г'],
		['KRO-CIA', 1899, 'Krówki ciągutki 250 g', 'Fudge sweets, 250 g', 'Цукерки «Корівка» 250 г'],
		['SLI-CZE', 2999, 'Śliwki w czekoladzie 300 g', 'Plums in chocolate, 300 g', 'Сливи в шоколаді 300 г'],
		['PIA-CZE', 2499, 'Pianka w czekoladzie 360 g', 'Chocolate-coated marshmallow, 360 g', 'Суфле в шоколаді 360 г'],
		['PIE-TOR', 1599, 'Pierniczki w lukrze 200 g', 'Iced gingerbread, 200 g', 'Пряники в глазурі 200 г'],
	] },
	{ category: 'drinks', vat: '23', rack: 'W', brand: '590827', returnable: false, items: [
		['WOD-15', 299, 'Woda źródlana niegazowana 1,5 l', 'Still spring water, 1.5 l', 'Джерельна вода негазована 1,5 л', { deposit: 50, pack14: 6 }],
		['WOD-05', 219, 'Woda mineralna gazowana 0,5 l', 'Sparkling mineral water, 0.5 l', 'Мінеральна вода газована 0,5 л', { deposit: 50, pack: 12 }],
		['LEM-330', 499, 'Lemoniada cytrynowa, puszka 330 ml', 'Lemonade, 330 ml can', 'Лимонад, бляшанка 330 мл', { deposit: 50 }],
		['OST-330', 549, 'Oranżada w butelce zwrotnej 330 ml', 'Orangeade in a returnable bottle, 330 ml', 'Оранжад у поворотній пляшці 330 мл', { deposit: 100 }],
		['ENE-250', 599, 'Napój energetyczny BŁYSK, puszka 250 ml', 'BŁYSK energy drink, 250 ml can', 'Енергетичний напій BŁYSK, бляшанка 250 мл', { deposit: 50, age: ENERGY_AGE }],
		['KAW-ZIA', 5499, 'Kawa ziarnista, palona w Łodzi, 500 g', 'Coffee beans roasted in Łódź, 500 g', 'Кава в зернах, обсмажена в Лодзі, 500 г', { suggest: ['CZE-GOR'] }],
		['KAW-MIE', 2999, 'Kawa mielona 250 g', 'Ground coffee, 250 g', 'Мелена кава 250 г'],
		['HER-LIP', 1499, 'Herbata z kwiatem lipy, 20 torebek', 'Linden blossom tea, 20 bags', 'Чай із липовим цвітом, 20 пакетиків', { suggest: ['MIO-LIP'] }],
		['HER-CZA', 1799, 'Herbata czarna liściasta 100 g', 'Black leaf tea, 100 g', 'Чорний листовий чай 100 г'],
		['KAK-200', 1699, 'Kakao naturalne 200 g', 'Cocoa powder, 200 g', 'Натуральне какао 200 г'],
	] },
	{ category: 'alcohol', vat: '23', rack: 'W', brand: '590827', returnable: false, items: [
		['WIN-CZE', 4999, 'Wino czerwone wytrawne z Wielkopolski 0,75 l', 'Dry red wine from Greater Poland, 0.75 l', 'Червоне сухе вино з Великопольщі 0,75 л', { age: ALCOHOL_AGE, suggest: ['SER-DOJ'] }],
		['WIN-BIA', 4599, 'Wino białe półwytrawne 0,75 l', 'Off-dry white wine, 0.75 l', 'Біле напівсухе вино 0,75 л', { age: ALCOHOL_AGE }],
		['PIW-PSZ', 749, 'Piwo pszeniczne, butelka zwrotna 0,5 l', 'Wheat beer, returnable bottle, 0.5 l', 'Пшеничне пиво, поворотна пляшка 0,5 л', { age: ALCOHOL_AGE, deposit: 100 }],
		['MIO-PIT', 5999, 'Miód pitny trójniak 0,75 l', 'Mead, 0.75 l', 'Питний мед 0,75 л', { age: ALCOHOL_AGE }],
	] },
];

module.exports = { GROUPS };
