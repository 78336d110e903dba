// SPDX-License-Identifier: Apache-2.0
//
// Clothes, shoes and accessories. One row a product:
//   [sku, price in grosze, name pl, name en, name uk, options]
// Options that make variants (the row itself is then the model, which is not sold):
//   sizes 'S M L', colours 'WHI NAV' (keys of COLOURS). The others are explained in generate.js.
'use strict';

const COLOURS = {
	WHI: { pl: 'biały', en: 'white', uk: 'білий' },
	BLK: { pl: 'czarny', en: 'black', uk: 'чорний' },
	NAV: { pl: 'granatowy', en: 'navy', uk: 'темно-синій' },
	BEI: { pl: 'beżowy', en: 'beige', uk: 'бежевий' },
};

const GROUPS = [
	{ category: 'clothing', vat: '23', rack: 'M', brand: '590743', items: [
		['KOSZ-BAW', 3999, 'Koszulka bawełniana z okrągłym dekoltem', 'Crew-neck cotton T-shirt', 'Бавовняна футболка з круглим вирізом', { sizes: 'S M L XL', colours: 'WHI NAV', suggest: ['BLU-GORAL-M'] }],
		['BLU-GORAL', 12999, 'Bluza z kapturem GÓRAL', 'GÓRAL hoodie', 'Худі GÓRAL', { sizes: 'S M L XL', suggest: ['CZA-WEL'] }],
		['SWE-MER', 19999, 'Sweter z wełny merynosów', 'Merino wool jumper', 'Светр із мериносової вовни', { sizes: 'S M L', hint: { pl: 'Prać w 30 stopniach, program do wełny', en: 'Wash at 30 degrees, wool programme', uk: 'Прати при 30 градусах, режим для вовни' } }],
		['SPO-CHI', 14999, 'Spodnie chino o prostej nogawce', 'Straight-leg chinos', 'Прямі штани чинос', { sizes: '30 32 34 36', suggest: ['PAS-SKO'] }],
		['SUK-LEN', 17999, 'Sukienka lniana do kolan', 'Knee-length linen dress', 'Лляна сукня до колін', { sizes: 'XS S M L' }],
		['KUR-PIK', 24999, 'Kurtka pikowana z kołnierzem', 'Quilted jacket with collar', 'Стьобана куртка з коміром', { sizes: 'S M L XL', suggest: ['SZA-KRA', 'CZA-WEL'] }],
		['SPD-PLI', 11999, 'Spódnica plisowana', 'Pleated skirt', 'Спідниця плісе', { sizes: 'S M L' }],
		['PIZ-FLA', 9999, 'Piżama flanelowa w kratę', 'Checked flannel pyjamas', 'Фланелева піжама в клітинку', { sizes: 'S M L XL' }],
		['KOS-FLA', 8999, 'Koszula flanelowa DRWAL', 'DRWAL flannel shirt', 'Фланелева сорочка DRWAL', { sizes: 'M L XL' }],
	] },
	{ category: 'underwear', vat: '23', rack: 'N', brand: '590743', returnable: false, items: [
		['BOK-BAW', 4999, 'Bokserki bawełniane, 2 szt.', 'Cotton boxer shorts, 2 pcs', 'Бавовняні боксери, 2 шт.', { sizes: 'M L XL' }],
		['RAJ-40', 1999, 'Rajstopy gładkie 40 DEN', 'Plain tights, 40 den', 'Гладкі колготки 40 DEN', { colours: 'BLK BEI' }],
		['POD-TER', 6999, 'Podkoszulek termoaktywny', 'Thermal base-layer top', 'Термобілизна, верх', { sizes: 'M L' }],
	] },
	{ category: 'shoes', vat: '23', rack: 'O', brand: '590743', items: [
		['TRA-PLO', 11999, 'Trampki płócienne', 'Canvas trainers', 'Полотняні кеди', { sizes: '37 38 39 40 41 42' }],
		['KAP-FIL', 5999, 'Kapcie filcowe JAŹŃ', 'JAŹŃ felt slippers', 'Повстяні капці JAŹŃ', { sizes: '37 39 41 43' }],
		['KAL-GUM', 8999, 'Kalosze za kostkę', 'Ankle rain boots', 'Гумові черевики', { sizes: '38 39 40' }],
		['WKL-ZEL', 2999, 'Wkładki żelowe do butów', 'Gel insoles', 'Гелеві устілки для взуття'],
		['SZN-120', 899, 'Sznurowadła bawełniane 120 cm', 'Cotton shoelaces, 120 cm', 'Бавовняні шнурки 120 см'],
		['PAS-BUT', 1499, 'Pasta do butów, bezbarwna', 'Shoe polish, neutral', 'Безбарвний крем для взуття'],
	] },
	{ category: 'accessories', vat: '23', rack: 'P', brand: '590743', items: [
		['SKA-LODKI', 1249, 'Skarpety w żółte łódki, rozm. 39-42', 'Socks with yellow boats, size 39-42', 'Шкарпетки з жовтими човниками, розмір 39-42', { suggest: ['SKA-WEL'] }],
		['SKA-WEL', 2499, 'Skarpety wełniane w góry', 'Woollen socks with mountains', 'Вовняні шкарпетки з горами'],
		['SKA-LIS', 1249, 'Skarpety w liski, rozm. 35-38', 'Socks with little foxes, size 35-38', 'Шкарпетки з лисичками, розмір 35-38'],
		['CZA-WEL', 4999, 'Czapka wełniana z pomponem', 'Woollen bobble hat', 'Вовняна шапка з помпоном', { suggest: ['SZA-KRA', 'REK-SKO'] }],
		['SZA-KRA', 6999, 'Szalik w kratę, wełna z kaszmirem', 'Checked scarf, wool and cashmere', 'Картатий шарф, вовна з кашеміром'],
		['REK-SKO', 8999, 'Rękawiczki skórzane', 'Leather gloves', 'Шкіряні рукавички'],
		['REK-DOT', 2999, 'Rękawiczki do ekranów dotykowych', 'Touchscreen gloves', 'Рукавички для сенсорних екранів'],
		['PAS-SKO', 7999, 'Pasek skórzany, brązowy, 110 cm', 'Brown leather belt, 110 cm', 'Коричневий шкіряний ремінь, 110 см'],
		['POR-SKO', 9999, 'Portfel skórzany z zamkiem', 'Zipped leather wallet', 'Шкіряний гаманець на блискавці'],
		['TOR-PLO', 3499, 'Torba płócienna ŻYĆ PIĘKNIE', 'ŻYĆ PIĘKNIE canvas tote', 'Полотняна торба ŻYĆ PIĘKNIE'],
		['PLE-MIE', 15999, 'Plecak miejski 18 l', 'City backpack, 18 l', 'Міський рюкзак 18 л'],
		['PAR-SKL', 5999, 'Parasol składany', 'Folding umbrella', 'Складана парасоля'],
		['OKU-SLO', 7999, 'Okulary przeciwsłoneczne z etui', 'Sunglasses with a case', 'Сонцезахисні окуляри з футляром'],
		['CHU-JED', 8999, 'Chusta jedwabna w źdźbła trawy', 'Silk scarf with blades of grass', 'Шовкова хустка з травинками'],
		['OPA-WLO', 1499, 'Opaska do włosów', 'Hairband', 'Пов’язка для волосся'],
	] },
	{ category: 'kids', vat: '23', rack: 'K', brand: '590288', items: [
		['BOD-GES', 3499, 'Body niemowlęce w gęsi, rozm. 68', 'Baby bodysuit with geese, size 68', 'Дитяче боді з гусьми, розмір 68'],
		['PAJ-GWI', 4999, 'Pajacyk w gwiazdki, rozm. 74', 'Starry sleepsuit, size 74', 'Чоловічок із зірочками, розмір 74'],
		['SLI-FRO', 1799, 'Śliniak frotte z rękawami', 'Terry bib with sleeves', 'Махровий слинявчик із рукавами'],
		['KOC-NIE', 5999, 'Kocyk niemowlęcy bambusowy', 'Bamboo baby blanket', 'Бамбуковий дитячий плед'],
		['CZA-MIS', 3499, 'Czapka z uszami niedźwiadka', 'Hat with bear ears', 'Шапка з вушками ведмедика'],
		['REK-JED', 1999, 'Rękawiczki z jednym palcem, 2-4 lata', 'Mittens, 2-4 years', 'Дитячі рукавиці, 2-4 роки'],
		['KOM-PRZ', 14999, 'Kombinezon przeciwdeszczowy, rozm. 98', 'Rain suit, size 98', 'Дощовий комбінезон, розмір 98'],
		['PLE-PRZ', 6999, 'Plecak przedszkolaka ŻÓŁW', 'ŻÓŁW nursery backpack', 'Рюкзак для дитсадка ŻÓŁW'],
		['FOT-SAM', 44999, 'Fotelik samochodowy 100-150 cm', 'Child car seat, 100-150 cm', 'Дитяче автокрісло 100-150 см', { vat: '5' }],
		['GRZ-DRE', 2999, 'Grzechotka drewniana', 'Wooden rattle', 'Дерев’яне брязкальце', { blocked: 'recall', hint: { pl: 'Wycofana przez producenta: odkładamy, nie wydajemy', en: 'Recalled by the maker: set aside, do not hand over', uk: 'Відкликано виробником: відкласти, не видавати' } }],
	] },
];

module.exports = { COLOURS, GROUPS };
