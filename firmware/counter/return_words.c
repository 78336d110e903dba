// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/return_words.h"

#include <string.h>

static const char *const papers[PAPER_WORD_COUNT][3] = {
	[PAPER_RETURN] = { "PROTOKÓŁ ZWROTU", "RETURN", "ПРОТОКОЛ ПОВЕРНЕННЯ" },
	[PAPER_COMPLAINT] = { "REKLAMACJA", "COMPLAINT", "РЕКЛАМАЦІЯ" },
	[PAPER_LABEL] = { "TOWAR ZE ZWROTU", "RETURNED GOODS", "ПОВЕРНЕНИЙ ТОВАР" },
	[PAPER_COMPLAINT_LABEL] = { "TOWAR Z REKLAMACJI", "GOODS OF A COMPLAINT",
				    "ТОВАР ІЗ РЕКЛАМАЦІЇ" },
	[PAPER_NUMBER] = { "Numer", "Number", "Номер" },
	[PAPER_ORDER] = { "Zamówienie", "Order", "Замовлення" },
	[PAPER_DOCUMENT] = { "Dokument sprzedaży", "Sale document", "Документ продажу" },
	[PAPER_SOLD] = { "Data sprzedaży", "Sold on", "Дата продажу" },
	[PAPER_RETURNED] = { "Data zwrotu", "Returned on", "Дата повернення" },
	[PAPER_BASIS] = { "Podstawa", "Basis", "Підстава" },
	[PAPER_STAFF] = { "Obsługa", "Served by", "Обслуговує" },
	[PAPER_VAT] = { "w tym VAT", "VAT included", "у т.ч. ПДВ" },
	[PAPER_TOTAL] = { "Razem brutto", "Total gross", "Разом з ПДВ" },
	[PAPER_HERE] = { "Zwrot w kasie", "Refunded at the till", "Повернено на касі" },
	[PAPER_ASKED] = { "Zwrot na", "Refund to", "Повернення на" },
	[PAPER_BY] = { "Pieniądze do", "Money by", "Гроші до" },
	[PAPER_EXCHANGE] = { "Wymiana na zamówienie", "Exchanged for order",
			     "Обмін на замовлення" },
	[PAPER_SIGN_CUSTOMER] = { "podpis klienta", "customer's signature", "підпис клієнта" },
	[PAPER_SIGN_SHOP] = { "podpis sprzedawcy", "shop's signature", "підпис продавця" },
	[PAPER_FOR_CUSTOMER] = { "Egzemplarz 1 z 2: klient", "Copy 1 of 2: customer",
				 "Примірник 1 з 2: клієнт" },
	[PAPER_FOR_SHOP] = { "Egzemplarz 2 z 2: sklep", "Copy 2 of 2: shop",
			     "Примірник 2 з 2: магазин" },
	[PAPER_NOT_FISCAL] = { "Dokument niefiskalny", "Not a fiscal document",
			       "Нефіскальний документ" },
	[PAPER_PROOF] = { "Dowód zakupu", "Proof of purchase", "Доказ покупки" },
	[PAPER_TEXT] = { "Opis", "Description", "Опис" },
	[PAPER_DEMAND] = { "Żądanie", "Demand", "Вимога" },
	[PAPER_GOODS] = { "Towar", "Goods", "Товар" },
	[PAPER_TAKEN] = { "Data zgłoszenia", "Taken on", "Дата звернення" },
	[PAPER_ANSWER_BY] = { "Odpowiedź do", "Reply by", "Відповідь до" },
	[PAPER_STATUS_HINT] = { "Stan sprawy: pokaż ten kod.",
				"To see how it stands: show this "
				"code.",
				"Стан справи: покажіть цей код." },
	[PAPER_OPEN] = { "w toku", "open", "розглядається" },
	[PAPER_CLOSED] = { "zamknięta", "closed", "закрито" },
	[PAPER_MONEY_ASKED] = { "pieniądze do", "money by", "гроші до" },
};

static const char *const bases[][3] = {
	[BASIS_WITHDRAWAL] = { "odstąpienie od umowy", "withdrawal from the contract",
			       "відмова від договору" },
	[BASIS_SHOP_POLICY] = { "zwrot według regulaminu sklepu", "the shop's return policy",
				"повернення за правилами магазину" },
	[BASIS_COMPLAINT] = { "uznana reklamacja", "accepted complaint", "визнана рекламація" },
	[BASIS_WRONG_ITEM] = { "wydano inny towar", "wrong item", "видано інший товар" },
	[BASIS_RECALL] = { "wycofanie towaru", "recall", "відкликання товару" },
};

static const char *const conditions[][3] = {
	[CONDITION_GOOD] = { "bez śladów użycia", "as new", "без слідів використання" },
	[CONDITION_OPENED] = { "otwarty", "opened", "відкритий" },
	[CONDITION_DAMAGED] = { "uszkodzony", "damaged", "пошкоджений" },
	[CONDITION_INCOMPLETE] = { "niekompletny", "incomplete", "неповний" },
};

static const char *const places[][3] = {
	[TO_STOCK] = { "na półkę", "to stock", "на полицю" },
	[TO_INSPECT] = { "do sprawdzenia", "to inspection", "на перевірку" },
	[TO_SCRAP] = { "do utylizacji", "to scrap", "на утилізацію" },
};

static const struct {
	const char *code;
	const char *text[3];
} reasons[] = {
	{ "size", { "zły rozmiar", "wrong size", "не той розмір" } },
	{ "colour", { "inny kolor", "wrong colour", "не той колір" } },
	{ "damaged", { "uszkodzenie", "damaged", "пошкодження" } },
	{ "defective", { "nie działa", "does not work", "не працює" } },
	{ "incomplete", { "brak części", "parts missing", "бракує частин" } },
	{ "changed_mind", { "zmiana decyzji", "changed mind", "зміна рішення" } },
	{ "not_as_described", { "niezgodny z opisem", "not as described", "не відповідає опису" } },
	{ "wrong_item", { "inny towar niż zamówiony", "wrong item", "не той товар" } },
	{ "quality", { "jakość", "quality", "якість" } },
	{ "too_late", { "dostawa po czasie", "came too late", "доставлено запізно" } },
	{ "gift", { "nietrafiony prezent", "unwanted gift", "невдалий подарунок" } },
	{ "other", { "inny powód", "another reason", "інша причина" } },
};

static const char *const complaint_bases[][3] = {
	[COMPLAINT_CONFORMITY] = { "niezgodność towaru z umową", "lack of conformity",
				   "невідповідність договору" },
	[COMPLAINT_GUARANTEE] = { "gwarancja", "guarantee", "гарантія" },
	[COMPLAINT_B2B] = { "rękojmia między przedsiębiorcami", "between businesses",
			    "між підприємцями" },
};

static const char *const demands[][3] = {
	[DEMAND_REPAIR] = { "naprawa", "repair", "ремонт" },
	[DEMAND_REPLACE] = { "wymiana", "replacement", "заміна" },
	[DEMAND_PRICE] = { "obniżenie ceny", "price reduction", "зниження ціни" },
	[DEMAND_WITHDRAW] = { "odstąpienie od umowy", "withdrawal", "відмова від договору" },
};

static const char *const goods[][3] = {
	[GOODS_KEPT] = { "u klienta", "with the customer", "у клієнта" },
	[GOODS_LEFT] = { "zostawiony w sklepie", "left at the shop", "залишено в магазині" },
};

const char *paper_text(enum paper_word w, enum language l)
{
	return papers[w][l];
}

const char *return_basis_text(enum return_basis b, enum language l)
{
	return bases[b][l];
}

const char *condition_text(enum condition c, enum language l)
{
	return conditions[c][l];
}

const char *goods_to_text(enum goods_to t, enum language l)
{
	return places[t][l];
}

const char *return_reason_text(const char *code, enum language l)
{
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (strcmp(reasons[i].code, code) == 0)
			return reasons[i].text[l];
	return NULL;
}

const char *complaint_basis_text(enum complaint_basis b, enum language l)
{
	return complaint_bases[b][l];
}

const char *complaint_demand_text(enum complaint_demand d, enum language l)
{
	return demands[d][l];
}

const char *complaint_goods_text(enum complaint_goods g, enum language l)
{
	return goods[g][l];
}
