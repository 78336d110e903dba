// SPDX-License-Identifier: Apache-2.0
/* What papers of the till say: the card for the fiscal till, the reports of a shift. */
#include "firmware/counter/words.h"

/* "NIEFISKALNY" stands on all of them, whatever their language: it is what the law looks for. */
static const char *const words[TILL_WORDS][3] = {
	[TILL_WORD_CARD] = { "DO KASY", "TO THE TILL", "НА КАСУ" },
	[TILL_WORD_ORDER] = { "Zamówienie", "Order", "Замовлення" },
	[TILL_WORD_NIP] = { "NIP nabywcy", "Buyer's NIP", "NIP покупця" },
	[TILL_WORD_PAID] = { "Zapłacono wcześniej", "Paid before", "Сплачено раніше" },
	[TILL_WORD_DUE] = { "DO ZAPŁATY", "TO PAY", "ДО СПЛАТИ" },
	[TILL_WORD_NOT_FISCAL] = { "NIEFISKALNY", "NIEFISKALNY (not fiscal)",
				   "NIEFISKALNY (нефіскальний)" },
	[TILL_WORD_X] = { "STAN ZMIANY (X)", "SHIFT SO FAR (X)", "СТАН ЗМІНИ (X)" },
	[TILL_WORD_Z] = { "ZAMKNIĘCIE ZMIANY (Z)", "SHIFT CLOSED (Z)", "ЗАКРИТТЯ ЗМІНИ (Z)" },
	[TILL_WORD_SHIFT] = { "Zmiana", "Shift", "Зміна" },
	[TILL_WORD_FROM] = { "Od", "From", "Від" },
	[TILL_WORD_UNTIL] = { "Do", "Until", "До" },
	[TILL_WORD_HANDOVERS] = { "Wydania", "Handed over", "Видачі" },
	[TILL_WORD_FLOAT] = { "Pogotowie kasowe", "Float", "Розмінна готівка" },
	[TILL_WORD_SALES] = { "Przyjęto", "Taken", "Прийнято" },
	[TILL_WORD_REVERSALS] = { "Cofnięto", "Reversed", "Скасовано" },
	[TILL_WORD_REFUNDS] = { "Zwrócono", "Refunded", "Повернено" },
	[TILL_WORD_IN] = { "Wpłaty", "Paid in", "Внесено" },
	[TILL_WORD_OUT] = { "Wypłaty", "Paid out", "Видано" },
	[TILL_WORD_EXPECTED] = { "Powinno być", "Expected", "Має бути" },
	[TILL_WORD_COUNTED] = { "Policzono", "Counted", "Пораховано" },
	[TILL_WORD_DIFFERENCE] = { "Różnica", "Difference", "Різниця" },
	[TILL_WORD_SIGNED] = { "Podpis", "Signed", "Підпис" },
};

const char *till_word(enum till_word w, enum language l)
{
	return words[w][l];
}
