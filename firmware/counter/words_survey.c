// SPDX-License-Identifier: Apache-2.0
/* Words of asking customers how it was, and of offers. */
#include "firmware/counter/words.h"

static const char *const words[WORD_SURVEY_COUNT][3] = {
	[WORD_SURVEY_CSAT - WORD_SURVEY_FIRST] = { "Jak oceniasz dzisiejszą obsługę?",
						   "How was our service today?",
						   "Як ви оцінюєте сьогоднішнє обслуговування?" },
	[WORD_SURVEY_NPS - WORD_SURVEY_FIRST] = { "Czy polecisz nasz sklep znajomym?",
						  "Would you recommend our shop to friends?",
						  "Чи порадите наш магазин знайомим?" },
	[WORD_SURVEY_CES - WORD_SURVEY_FIRST] = { "Czy wszystko poszło łatwo?",
						  "Was everything easy?", "Чи все було легко?" },
	[WORD_SURVEY_LOW_CSAT - WORD_SURVEY_FIRST] = { "bardzo źle", "very bad", "дуже погано" },
	[WORD_SURVEY_LOW_NPS - WORD_SURVEY_FIRST] = { "na pewno nie", "not at all", "точно ні" },
	[WORD_SURVEY_LOW_CES - WORD_SURVEY_FIRST] = { "bardzo trudno", "very hard", "дуже важко" },
	[WORD_SURVEY_HIGH_CSAT -
		WORD_SURVEY_FIRST] = { "bardzo dobrze", "very good", "дуже добре" },
	[WORD_SURVEY_HIGH_NPS - WORD_SURVEY_FIRST] = { "na pewno tak", "certainly", "точно так" },
	[WORD_SURVEY_HIGH_CES - WORD_SURVEY_FIRST] = { "bardzo łatwo", "very easy", "дуже легко" },
	[WORD_SURVEY_THANKS - WORD_SURVEY_FIRST] = { "Dziękujemy za ocenę!",
						     "Thank you for telling us!",
						     "Дякуємо за оцінку!" },
	[WORD_SURVEY_NOT_ASKED - WORD_SURVEY_FIRST] = { "Teraz o nic nie pytamy. Jeśli coś jest "
							"nie tak, powiedz obsłudze.",
							"There is no question now. If something is "
							"wrong, tell our staff.",
							"Зараз ми нічого не питаємо. Якщо щось не "
							"так, скажіть персоналу." },
	[WORD_SURVEY_RANGE - WORD_SURVEY_FIRST] = { "Wybierz ocenę od {n} do {left}.",
						    "Choose a score from {n} to {left}.",
						    "Оберіть оцінку від {n} до {left}." },
	[WORD_SURVEY_THEIRS - WORD_SURVEY_FIRST] = { "Ocenia klient na swoim ekranie.",
						     "Customers rate on their own screen.",
						     "Оцінює клієнт на своєму екрані." },
	[WORD_SURVEY_CASE - WORD_SURVEY_FIRST] = { "Niska ocena: {n} z {left}[, zamówienie "
						   "{order}]. Sprawa jest otwarta w centrali.",
						   "Low rating: {n} of {left}[, order {order}]. A "
						   "case is open at HQ.",
						   "Низька оцінка: {n} з {left}[, замовлення "
						   "{order}]. Справу відкрито в центрі." },
	[WORD_OFFER_REMIND - WORD_SURVEY_FIRST] = { "{item}: sprzedaż w kasie sklepu.",
						    "{item}: sold at the shop's till.",
						    "{item}: продаж на касі магазину." },
	[WORD_OFFER_PRINTED -
		WORD_SURVEY_FIRST] = { "{item}: wydrukowano, sprzedaż w kasie sklepu.",
				       "{item}: printed, sold at the shop's till.",
				       "{item}: надруковано, продаж на касі магазину." },
	[WORD_OFFER_DECLINED - WORD_SURVEY_FIRST] = { "{item}: zapisano, nie tym razem.",
						      "{item}: noted, not this time.",
						      "{item}: записано, не цього разу." },
	[WORD_OFFER_NONE - WORD_SURVEY_FIRST] = { "Tej oferty tu nie ma.[ {item}]",
						  "That offer is not open here.[ {item}]",
						  "Цієї пропозиції тут немає.[ {item}]" },
	[WORD_OFFER_TITLE - WORD_SURVEY_FIRST] = { "OFERTA", "OFFER", "ПРОПОЗИЦІЯ" },
	[WORD_OFFER_POINTS - WORD_SURVEY_FIRST] = { "+ {n} pkt", "+ {n} points", "+ {n} балів" },
	[WORD_OFFER_TILL - WORD_SURVEY_FIRST] = { "Pokaż w kasie sklepu.",
						  "Show it at the shop's till.",
						  "Покажіть на касі магазину." },
};

const char *survey_word(enum word w, enum language l)
{
	return words[w - WORD_SURVEY_FIRST][l];
}
