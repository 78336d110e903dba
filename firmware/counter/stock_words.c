// SPDX-License-Identifier: Apache-2.0
/* Words of stock: adjusting, deliveries, counts, and orders begun at the kiosk. */
#include "firmware/counter/words.h"

static const char *const words[WORD_STOCK_COUNT][3] = {
	[WORD_STOCK_NOW - WORD_STOCK_FIRST] = { "{item}: teraz {order} szt.",
						"{item}: {order} in stock now.",
						"{item}: тепер {order} шт." },
	[WORD_COUNT_BEGUN - WORD_STOCK_FIRST] = { "Liczenie: zeskanuj każdą sztukę.",
						  "Counting: scan every piece.",
						  "Підрахунок: скануйте кожну штуку." },
	[WORD_RECEIVE_BEGUN -
		WORD_STOCK_FIRST] = { "Dostawa[ {order}]: skanuj sztuki lub opakowania.",
				      "Delivery[ {order}]: scan pieces or packs.",
				      "Поставка[ {order}]: скануйте штуки або упаковки." },
	[WORD_RECEIVED - WORD_STOCK_FIRST] = { "Dostawa[ {order}] przyjęta: {n} szt.",
					       "Delivery[ {order}] received: {n} pcs.",
					       "Поставку[ {order}] прийнято: {n} шт." },
	[WORD_COUNTED - WORD_STOCK_FIRST] = { "Policzone towary: {n}, różnice: {left}.",
					      "Products counted: {n}, differences: {left}.",
					      "Пораховані товари: {n}, розбіжності: {left}." },
	[WORD_DRAFT - WORD_STOCK_FIRST] = { "{item}: zeskanuj kod telefonem i dokończ zamówienie.",
					    "{item}: scan the code with your phone to finish the "
					    "order.",
					    "{item}: відскануйте код телефоном і завершіть "
					    "замовлення." },
	[WORD_DRAFT_TITLE - WORD_STOCK_FIRST] = { "DOKOŃCZ ZAMÓWIENIE", "FINISH YOUR ORDER",
						  "ЗАВЕРШІТЬ ЗАМОВЛЕННЯ" },
	[WORD_DRAFT_HOME -
		WORD_STOCK_FIRST] = { "Dostawa do domu", "Home delivery", "Доставка додому" },
	[WORD_DRAFT_STORE - WORD_STOCK_FIRST] = { "Odbiór: {store}", "Collect at: {store}",
						  "Отримання: {store}" },
	[WORD_DRAFT_PHONE - WORD_STOCK_FIRST] = { "Dane i zgody podasz w swoim telefonie.",
						  "Your details and consents stay on your phone.",
						  "Дані та згоди вкажіть у своєму телефоні." },
	[WORD_COURIER - WORD_STOCK_FIRST] = { "KURIER", "COURIER", "КУР'ЄР" },
};

const char *stock_word(enum word w, enum language l)
{
	return words[w - WORD_STOCK_FIRST][l];
}
