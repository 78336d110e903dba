// SPDX-License-Identifier: Apache-2.0
/* What a clerk is told about a device that has a trouble: what is wrong, and what to do. */
#include "firmware/counter/words.h"

static const struct {
	const char *text[3];
	bool recoverable;
} troubles[TROUBLE_COUNT] = {
	[TROUBLE_NONE] = { { "", "", "" }, true },
	[TROUBLE_NOT_FOUND] = { { "Nie ma takiego urządzenia. Podłącz je i włącz; zacznie działać "
				  "samo.",
				  "There is no such device. Plug it in and switch it on; it will "
				  "start working by itself.",
				  "Такого пристрою немає. Підключіть його й увімкніть; він "
				  "запрацює сам." },
				true },
	[TROUBLE_UNPLUGGED] = { { "Urządzenie odłączono. Podłącz je z powrotem; zacznie działać "
				  "samo.",
				  "The device was unplugged. Plug it back in; it will start "
				  "working by itself.",
				  "Пристрій від'єднано. Підключіть його знову; він запрацює "
				  "сам." },
				true },
	[TROUBLE_NO_RIGHTS] = { { "Stacja nie ma prawa używać tego urządzenia. Zgłoś to serwisowi.",
				  "The station may not use this device. Tell support.",
				  "Станція не має права користуватися цим пристроєм. Повідомте "
				  "підтримку." },
				false },
	[TROUBLE_TAKEN] = { { "Tego urządzenia używa już inny program. Zgłoś to serwisowi.",
			      "Another program is using this device. Tell support.",
			      "Цим пристроєм уже користується інша програма. Повідомте "
			      "підтримку." },
			    false },
	[TROUBLE_LINE] = { { "Nie ma połączenia z urządzeniem. Sprawdź, czy jest włączone, i "
			     "kabel; "
			     "połączy się samo.",
			     "There is no connection to the device. Check that it is on, and its "
			     "cable; it will connect by itself.",
			     "Немає зв'язку з пристроєм. Перевірте, чи він увімкнений, і кабель; "
			     "він під'єднається сам." },
			   true },
	[TROUBLE_SILENT] = { { "Urządzenie nie odpowiada. Wyłącz je i włącz ponownie; jeśli to nie "
			       "pomoże, sprawdź kabel.",
			       "The device does not answer. Switch it off and on again; if that "
			       "does "
			       "not help, check its cable.",
			       "Пристрій не відповідає. Вимкніть його й увімкніть знову; якщо не "
			       "допоможе, перевірте кабель." },
			     true },
	[TROUBLE_UNSUPPORTED] = { { "Stacja nie umie rozmawiać z tym urządzeniem. Zgłoś to "
				    "serwisowi.",
				    "The station cannot speak to this device. Tell support.",
				    "Станція не вміє працювати з цим пристроєм. Повідомте "
				    "підтримку." },
				  false },
	[TROUBLE_PAPER_LOW] = { { "Papier się kończy. Przygotuj nową rolkę.",
				  "The paper is nearly used up. Have a new roll ready.",
				  "Папір закінчується. Підготуйте новий рулон." },
				true },
	[TROUBLE_PAPER_OUT] = { { "Koniec papieru. Otwórz pokrywę i włóż nową rolkę; wydruk "
				  "dokończy się sam.",
				  "Out of paper. Open the cover and put in a new roll; printing "
				  "will go on by itself.",
				  "Папір закінчився. Відкрийте кришку й вставте новий рулон; друк "
				  "продовжиться сам." },
				true },
	[TROUBLE_COVER] = { { "Pokrywa drukarki jest otwarta. Zamknij ją; wydruk dokończy się sam.",
			      "The printer's cover is open. Close it; printing will go on by "
			      "itself.",
			      "Кришку принтера відкрито. Закрийте її; друк продовжиться сам." },
			    true },
	[TROUBLE_CUTTER] = { { "Nóż drukarki się zaciął. Otwórz pokrywę, wyjmij papier spod noża i "
			       "zamknij; drukarka ruszy w ciągu kilkunastu sekund.",
			       "The printer's cutter is jammed. Open the cover, take the paper out "
			       "from under the blade and close it; the printer goes on within some "
			       "seconds.",
			       "Ніж принтера заклинило. Відкрийте кришку, вийміть папір з-під ножа "
			       "й закрийте; принтер продовжить за кілька секунд." },
			     true },
	[TROUBLE_MECHANICAL] = { { "Drukarka się zacięła. Otwórz pokrywę, wyjmij zgnieciony papier "
				   "i "
				   "zamknij; jeśli to nie pomoże, wyłącz ją i włącz ponownie.",
				   "The printer is jammed. Open the cover, take out crumpled paper "
				   "and close it; if that does not help, switch it off and on "
				   "again.",
				   "Принтер заклинило. Відкрийте кришку, вийміть зім'ятий папір і "
				   "закрийте; якщо не допоможе, вимкніть його й увімкніть знову." },
				 true },
	[TROUBLE_HOT] = { { "Głowica drukarki jest za gorąca. Odczekaj parę minut; wydruk dokończy "
			    "się sam.",
			    "The print head is too hot. Wait a few minutes; printing will go on by "
			    "itself.",
			    "Головка принтера перегрілася. Зачекайте кілька хвилин; друк "
			    "продовжиться сам." },
			  true },
	[TROUBLE_SERVICE] = { { "Drukarka jest uszkodzona. Wyłącz ją i włącz; jeśli to nie pomoże, "
				"wezwij serwis.",
				"The printer has a fault. Switch it off and on; if that does not "
				"help, call for service.",
				"Принтер несправний. Вимкніть його й увімкніть; якщо не допоможе, "
				"викличте сервіс." },
			      false },
	[TROUBLE_OFFLINE] = { { "Drukarka wstrzymała pracę. Sprawdź jej lampki, papier i pokrywę.",
				"The printer has paused. Look at its lights, paper and cover.",
				"Принтер призупинив роботу. Перевірте його індикатори, папір і "
				"кришку." },
			      true },
};

const char *trouble_text(enum device_trouble trouble, enum language l)
{
	return troubles[(unsigned)trouble < TROUBLE_COUNT ? trouble : TROUBLE_NONE].text[l];
}

bool trouble_recoverable(enum device_trouble trouble)
{
	return troubles[(unsigned)trouble < TROUBLE_COUNT ? trouble : TROUBLE_NONE].recoverable;
}
