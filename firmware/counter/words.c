// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/words.h"

#include <string.h>

static const char *const words[WORD_COUNT][3] = {
	[WORD_MEMBER] = { "{item}: punkty {n}.", "{item}: {n} points.", "{item}: бали {n}." },
	[WORD_MEMBER_CUSTOMER] = { "Twoje punkty: {n}.", "Your points: {n}.", "Ваші бали: {n}." },
	[WORD_REDEEM] = { "Punkty: {n}, to {item}. Liczą się przy wydaniu.",
			  "Points: {n}, that is {item}. They count when the order is handed over.",
			  "Бали: {n}, це {item}. Зараховуються під час видачі." },
	[WORD_REDEEM_FREE] = { "Punkty zostają na koncie.", "The points stay on the account.",
			       "Бали залишаються на рахунку." },
	[WORD_COUPON] = { "Kupon {item} liczy się przy wydaniu.",
			  "Coupon {item} counts when the order is handed over.",
			  "Купон {item} зараховується під час видачі." },
	[WORD_SLIP_EARNED] = { "Punkty za ten odbiór", "Points for this pickup",
			       "Бали за це отримання" },
	[WORD_SLIP_BALANCE] = { "Punkty razem", "Points in all", "Усього балів" },
	[WORD_READY] = { "Zamówienie {order}: można wydawać.", "Order {order}: ready to hand over.",
			 "Замовлення {order}: можна видавати." },
	[WORD_GREETING] = { "Mamy Twoje zamówienie {order}. Zaczekaj chwilę, zaraz je "
			    "przyniesiemy.",
			    "We've got your order {order}. One moment, we'll bring it to you.",
			    "Ваше замовлення {order} готове. Зачекайте хвилинку, зараз винесемо." },
	[WORD_HANDED] = { "Zamówienie {order} wydane.", "Order {order} handed over.",
			  "Замовлення {order} видано." },
	[WORD_ASK_CODE] = { "Zamówienie {order}: wpisz 6 cyfr z SMS-a lub aplikacji.",
			    "Order {order}: type the 6 digits from the text or app.",
			    "Замовлення {order}: введіть 6 цифр із SMS або застосунку." },
	[WORD_PRODUCT] = { "{item}", "{item}", "{item}" },
	[WORD_PRODUCT_UNKNOWN] = { "Tego towaru nie ma w naszym katalogu.",
				   "This item is not in our catalogue.",
				   "Цього товару немає в нашому каталозі." },
	[WORD_LOGGED_IN] = { "Dzień dobry, {item}.", "Hello, {item}.", "Добрий день, {item}." },
	[WORD_SLIP_TITLE] = { "WYDANIE ZAMÓWIENIA", "ORDER HANDED OVER", "ВИДАЧА ЗАМОВЛЕННЯ" },
	[WORD_SLIP_ORDER] = { "Zamówienie", "Order", "Замовлення" },
	[WORD_SLIP_STAFF] = { "Obsługa", "Served by", "Обслуговує" },
	[WORD_SLIP_PAID] = { "Zapłacono", "Paid", "Сплачено" },
	[WORD_SLIP_TOTAL] = { "Razem", "Total", "Разом" },
	[WORD_SLIP_NOW] = { "Wydano teraz", "Handed over now", "Видано зараз" },
	[WORD_SLIP_BEFORE] = { "Wydano wcześniej", "Handed over before", "Видано раніше" },
	[WORD_SLIP_WAITS] = { "Czeka na odbiór[ do {time}]", "Still to collect[ by {time}]",
			      "Чекає на отримання[ до {time}]" },
	[WORD_SLIP_MISSING] = { "Nie wydano", "Not handed over", "Не видано" },
	[WORD_SLIP_WHOLE] = { "Razem zamówienie", "Whole order", "Разом замовлення" },
	[WORD_SLIP_RETURNED] = { "Oddano w zwrocie", "Returned", "Повернуто товар" },
	[WORD_SLIP_LEFT] = { "Razem po zmianach", "Total after changes", "Разом після змін" },
	[WORD_SLIP_REFUND] = { "Zwrot do {time}: {item}", "Refund by {time}: {item}",
			       "Повернемо до {time}: {item}" },
	[WORD_SLIP_REFUNDED] = { "Zwrot wcześniej: {item}", "Refunded before: {item}",
				 "Повернено раніше: {item}" },
	[WORD_SLIP_RETURN_HINT] = { "Zwrot lub reklamacja: pokaż ten kod.",
				    "Returns and complaints: show this code.",
				    "Повернення чи рекламація: покажіть цей код." },
	[WORD_SLIP_NOT_RECEIPT] = { "Potwierdzenie odbioru, dokument niefiskalny",
				    "Confirmation of collection, not a fiscal document",
				    "Підтвердження отримання, нефіскальний документ" },
	[WORD_SLIP_COPY] = { "KOPIA", "COPY", "КОПІЯ" },
	[WORD_TEST_PRINT] = { "Wydruk próbny", "Test print", "Пробний друк" },
	[WORD_SHELF] = { "Półka", "Shelf", "Полиця" },
	[WORD_PRINT_UNKNOWN] = { "Nie wiadomo, czy wydruk wyszedł. Sprawdź drukarkę i odpowiedz.",
				 "We can't tell whether the slip came out. Check the printer and "
				 "answer.",
				 "Невідомо, чи вийшов друк. Перевірте принтер і дайте відповідь." },
	[WORD_PRINT_FAILED] = { "Wydruku nie ma. Zamówienie wydano; w razie potrzeby wypisz "
				"potwierdzenie.",
				"There is no slip. The order was handed over; write a confirmation "
				"if one is needed.",
				"Друку немає. Замовлення видано; за потреби випишіть "
				"підтвердження." },
	[WORD_PRINT_COPIED] = { "Nie wiadomo, czy wydruk wyszedł, więc drukujemy kopię z napisem "
				"KOPIA.",
				"We can't tell whether the slip came out, so a copy marked COPY is "
				"being printed.",
				"Невідомо, чи вийшов друк, тому друкуємо копію з написом КОПІЯ." },
	[WORD_DOUBLED] = { "Zamówienie {order} wydano dwa razy: tutaj i na stanowisku {store}."
			   " Zgłoś to kierownikowi.",
			   "Order {order} was handed over twice: here and at {store}."
			   " Tell your supervisor.",
			   "Замовлення {order} видано двічі: тут і на місці {store}."
			   " Повідомте керівника." },
	[WORD_RETURN_OPEN] = { "Zwrot[ do zamówienia {order}]: zeskanuj zwracane rzeczy.",
			       "Return[ of order {order}]: scan what is brought back.",
			       "Повернення[ замовлення {order}]: скануйте речі, які повертають." },
	[WORD_RETURNED] = { "Zwrot {order} przyjęty: {item}.[ Wypłać teraz {store}.]"
			    "[ Centrala zwróci pieniądze do {time}.]",
			    "Return {order} accepted: {item}.[ Pay out {store} now.]"
			    "[ HQ refunds by {time}.]",
			    "Повернення {order} прийнято: {item}.[ Виплатіть зараз {store}.]"
			    "[ Центр поверне гроші до {time}.]" },
	[WORD_RETURNED_CUSTOMER] = { "Przyjęliśmy zwrot: {item}.[ Pieniądze wrócą tą samą drogą "
				     "do {time}.]",
				     "Return accepted: {item}.[ The money comes back the way you "
				     "paid by {time}.]",
				     "Повернення прийнято: {item}.[ Гроші надійдуть тим самим "
				     "способом до {time}.]" },
	[WORD_COMPLAINT] = { "Przyjęliśmy reklamację {order}. Odpowiemy do {time}.",
			     "Complaint {order} registered. We'll reply by {time}.",
			     "Ми прийняли рекламацію {order}. Відповімо до {time}." },
	[WORD_RETURNED_UNPRINTED] = { "Zwrot {order} przyjęty: {item}.[ Wypłać teraz {store}.] "
				      "Wydruku "
				      "nie ma; wypisz protokół ręcznie.",
				      "Return {order} accepted: {item}.[ Pay out {store} now.] "
				      "There is "
				      "no slip; write the protocol by hand.",
				      "Повернення {order} прийнято: {item}.[ Виплатіть зараз "
				      "{store}.] "
				      "Друку немає; випишіть протокол від руки." },
	[WORD_COMPLAINT_UNPRINTED] = { "Przyjęliśmy reklamację {order}. Odpowiemy do {time}. "
				       "Wydruku "
				       "nie ma; wypisz potwierdzenie ręcznie.",
				       "Complaint {order} registered. We'll reply by {time}. There "
				       "is "
				       "no slip; write a confirmation by hand.",
				       "Ми прийняли рекламацію {order}. Відповімо до {time}. Друку "
				       "немає; випишіть підтвердження від руки." },
	[WORD_PAPER_RETURN] = { "Zwrot {order} przyjęto {time}[: {item}].",
				"Return {order} was accepted on {time}[: {item}].",
				"Повернення {order} прийнято {time}[: {item}]." },
	[WORD_PAPER_COMPLAINT] = { "Reklamacja[ {order}][, przyjęta {time}]: {item}"
				   "[. Odpowiedź do {store}].",
				   "Complaint[ {order}][, taken on {time}]: {item}"
				   "[. Reply by {store}].",
				   "Рекламація[ {order}][, прийнята {time}]: {item}"
				   "[. Відповідь до {store}]." },
	[WORD_RETURN_DOUBLED] = { "Zwrot do zamówienia {order} przyjęto dwa razy: tutaj i na "
				  "stanowisku {store}. Zgłoś to kierownikowi.",
				  "The same pieces of order {order} came back twice: here and at "
				  "{store}. Tell your supervisor.",
				  "Повернення замовлення {order} прийнято двічі: тут і на місці "
				  "{store}. Повідомте керівника." },
	[WORD_PRINT_WAITS] = { "Drukarka mówi, że jest gotowa, ale nic nie przyjmuje. Wyłącz ją i "
			       "włącz; wydruki czekają.",
			       "The printer says it is ready but takes nothing. Switch it off and "
			       "on; "
			       "the slips are kept.",
			       "Принтер каже, що готовий, але нічого не приймає. Вимкніть його й "
			       "увімкніть; друк чекає." },
	[WORD_DRAWER_FAILED] = { "Szuflada się nie otworzyła. Sprawdź drukarkę albo otwórz "
				 "kluczykiem.",
				 "The drawer did not open. Check the printer, or use the key.",
				 "Шухляда не відкрилася. Перевірте принтер або відкрийте "
				 "ключем." },
	[WORD_ENTRY_OFF] = { "Wpisywanie kodów jest wyłączone: stacja nie ma pliku `secret`.",
			     "Typed codes are off: this station has no `secret` file.",
			     "Введення кодів вимкнено: станція не має файлу `secret`." },
	[WORD_PAID] = { "Przyjęto {item}.", "{item} taken.", "Прийнято {item}." },
	[WORD_CHANGE] = { "Reszta: {item}.", "Change: {item}.", "Решта: {item}." },
	[WORD_RECEIPT_KEPT] = { "Zapisano dowód z kasy. Można wydać.",
				"The till's number is recorded. Ready to hand over.",
				"Номер із каси записано. Можна видавати." },
	[WORD_REVERSED] = { "Cofnięto {item}, tą samą metodą.", "{item} reversed, the same way.",
			    "Скасовано {item}, тим самим способом." },
	[WORD_SHIFT_OPENED] = { "Zmiana {item} otwarta.", "Shift {item} is open.",
				"Зміну {item} відкрито." },
	[WORD_SHIFT_CLOSED] = { "Zmiana zamknięta. Różnica: {item}.",
				"The shift is closed. Difference: {item}.",
				"Зміну закрито. Різниця: {item}." },
	[WORD_CASH_MOVED] = { "Zapisano: {item}.", "Recorded: {item}.", "Записано: {item}." },
	[WORD_PREP_STARTED] = { "Kompletujesz zamówienie {order}.",
				"You are preparing order {order}.",
				"Ви комплектуєте замовлення {order}." },
	[WORD_PREP_CHANGED] = { "Centrala zmieniła zamówienie {order}. Sprawdź pozycje na ekranie.",
				"HQ changed order {order}. Look at the lines on the screen.",
				"Центр змінив замовлення {order}. Перевірте позиції на екрані." },
	[WORD_PREP_BACK] = { "Zamówienie {order} nie będzie wydane. Odłóż na miejsce[: {n} szt.]"
			     "[, paczki: {left}] i zeskanuj.",
			     "Order {order} will not be handed over. Put back[ {n} pieces]"
			     "[, parcels: {left}] and scan.",
			     "Замовлення {order} не видаватимемо. Поверніть на місце[: {n} шт.]"
			     "[, посилки: {left}] і відскануйте." },
	[WORD_PREP_BACK_DONE] = { "Zamówienie {order}: odłożone na miejsce.",
				  "Order {order}: put back.",
				  "Замовлення {order}: повернуто на місце." },
	[WORD_PREP_STAGED] = { "Zamówienie {order} czeka na półce {item}. Klient dostanie "
			       "wiadomość.",
			       "Order {order} waits on shelf {item}. The customer will be told.",
			       "Замовлення {order} чекає на полиці {item}. Клієнт отримає "
			       "повідомлення." },
	[WORD_PREP_RESTS] = { "Zamówienie {order}: część leży na półce {item}, na resztę czekamy.",
			      "Order {order}: part of it is on shelf {item}; the rest is to come.",
			      "Замовлення {order}: частина на полиці {item}, решти чекаємо." },
	[WORD_PREP_NOTHING] = { "W zamówieniu {order} nic nie zostało do wydania.",
				"Nothing is left to hand over in order {order}.",
				"У замовленні {order} нічого не лишилося до видачі." },
	[WORD_PARCEL_CAME] = { "Paczka {item} przyjęta, zamówienie {order}. Zeskanuj półkę.",
			       "Parcel {item} received, order {order}. Scan its shelf.",
			       "Посилку {item} прийнято, замовлення {order}. Відскануйте полицю." },
	[WORD_PARCEL_STAGED] = { "Zamówienie {order}: paczka leży na półce {item}.",
				 "Order {order}: the parcel is on shelf {item}.",
				 "Замовлення {order}: посилка на полиці {item}." },
	[WORD_PARCEL_PROBLEM] = { "Zamówienie {order}: zgłoszono kłopot z paczką {item}.",
				  "Order {order}: a problem with parcel {item} was reported.",
				  "Замовлення {order}: повідомлено про проблему з посилкою "
				  "{item}." },
	[WORD_PICK_TITLE] = { "DO SKOMPLETOWANIA", "TO PREPARE", "ДО КОМПЛЕКТАЦІЇ" },
	[WORD_PICK_PROMISED] = { "Obiecane na", "Promised for", "Обіцяно на" },
	[WORD_PICK_PARCEL] = { "Paczka", "Parcel", "Посилка" },
	[WORD_TRAINING] = { "Szkolenie: zamówienia SZK-1 do SZK-8 są do ćwiczeń. Nic nie trafia do "
			    "sklepu ani do centrali.",
			    "Training: orders SZK-1 to SZK-8 are for practice. Nothing reaches the "
			    "shop or head office.",
			    "Навчання: замовлення SZK-1–SZK-8 для вправ. Нічого не потрапляє до "
			    "магазину чи центрального офісу." },
	[WORD_TRAINING_OVER] = { "Koniec szkolenia. Od teraz wszystko jest naprawdę.",
				 "The training is over. From now on everything is real.",
				 "Навчання завершено. Відтепер усе насправді." },
	[WORD_SHOW_WELCOME] = { "Zapraszamy", "Welcome", "Вітаємо" },
	[WORD_SHOW_PRICE] = { "Cena", "Price", "Ціна" },
	[WORD_SHOW_ORDER] = { "Zamówienie", "Order", "Замовлення" },
	[WORD_SHOW_PIECES] = { "Sztuki", "Items", "Товари" },
	[WORD_SHOW_DUE] = { "Do zapłaty", "To pay", "До сплати" },
	[WORD_SHOW_THANKS] = { "Dziękujemy!", "Thank you!", "Дякуємо!" },
	[WORD_SHOW_AGAIN] = { "Zapraszamy ponownie", "See you again", "Приходьте ще" },
	[WORD_SHOW_RECEIPT] = { "Zwrot lub reklamacja: zachowaj ten kod.",
				"Returns and complaints: keep this code.",
				"Повернення чи рекламація: збережіть цей код." },
	[WORD_SHOW_SURVEY] = { "Jak było? Zeskanuj i oceń.", "How was it? Scan and tell us.",
			       "Як усе пройшло? Скануйте й оцініть." },
	[WORD_SHOW_HERE] = { "Odbiór przy", "Collect at", "Видача біля" },
	[WORD_SLIP_SWAP] = { "w tym {n} x {item} (zamiennik)", "of these {n} x {item} (substitute)",
			     "з них {n} x {item} (заміна)" },
	[WORD_CALLED] = { "Ktoś przy kiosku prosi o pomoc.", "Somebody at the kiosk asks for help.",
			  "Хтось біля кіоску просить про допомогу." },
	[WORD_CALLED_ORDER] = { "Przy kiosku jest klient z dobrym kodem zamówienia {order}, "
				"którego "
				"stacja jeszcze nie zna, a centrala nie odpowiada. Podejdź.",
				"A customer at the kiosk has a good code of order {order}, which "
				"this station does not know yet, and HQ does not answer. Go there.",
				"Біля кіоску клієнт зі справним кодом замовлення {order}, якого "
				"станція ще не знає, а центр не відповідає. Підійдіть." },
	[WORD_CALLING] = { "Nie możemy teraz sprawdzić tego zamówienia. Obsługa już wie i zaraz "
			   "podejdzie; kod zachowaj.",
			   "We can't look this order up right now. Staff have been called; keep "
			   "your code.",
			   "Зараз не можемо перевірити це замовлення. Персонал уже знає й зараз "
			   "підійде; код збережіть." },
	[WORD_COMING] = { "Obsługa już wie i zaraz podejdzie.",
			  "Staff have been called and are on their way.",
			  "Персонал уже знає й зараз підійде." },
	[WORD_NO_VERB] = { "Ta stacja nie zna takiego polecenia.",
			   "This station knows no such verb.",
			   "Ця станція не знає такої команди." },
	[WORD_KEPT_BACK] = { "Zamówienie {order}: niewydane {n} szt. odłóż na miejsce i zeskanuj.",
			     "Order {order}: put the {n} not handed over back and scan.",
			     "Замовлення {order}: невидане ({n} шт.) поверніть на місце і "
			     "відскануйте." },
	[WORD_SLIP_KEPT_AGE] = { "{n} szt.: wiek", "{n}: age", "{n} шт.: вік" },
	[WORD_SLIP_KEPT_HOURS] = { "{n} szt.: godziny sprzedaży", "{n}: hours of sale",
				   "{n} шт.: години продажу" },
	[WORD_SLIP_KEPT_RECALLED] = { "{n} szt.: wycofane z obrotu", "{n}: recalled",
				      "{n} шт.: відкликано" },
	[WORD_READY_FIRST] = { "Zamówienie {order}.[ Do zapłaty: {item}.]"
			       "[ Najpierw paragon z kasy: {store}.][ Sprawdź wiek: od {n} lat.]",
			       "Order {order}.[ To pay: {item}.]"
			       "[ First the till's receipt: {store}.][ Check the age: {n} or "
			       "over.]",
			       "Замовлення {order}.[ До сплати: {item}.]"
			       "[ Спочатку чек із каси: {store}.][ Перевірте вік: від {n} "
			       "років.]" },
	[WORD_NO_LOG_IN] = { "Najpierw się zaloguj.", "Log in first.", "Спочатку увійдіть." },
	[WORD_NO_VALUES] = { "Tych danych nie da się przyjąć. Sprawdź, co wpisano.",
			     "This can't be taken. Check what was entered.",
			     "Ці дані прийняти не можна. Перевірте введене." },
	[WORD_NO_GIVEN] = { "Klient dał mniej, niż wynosi przyjmowana kwota. Przelicz gotówkę.",
			    "That is less cash than the amount to take. Count it again.",
			    "Готівки менше, ніж сума до прийняття. Перерахуйте." },
	[WORD_NO_CONDITION] = { "Podaj stan towaru: bez śladów użycia, otwarty, uszkodzony albo "
				"niekompletny.",
				"Say in what condition it is: as new, opened, damaged or "
				"incomplete.",
				"Вкажіть стан товару: без слідів використання, відкритий, "
				"пошкоджений чи неповний." },
	[WORD_NO_PROXY_NAME] = { "Podaj imię i nazwisko osoby, która odbiera.",
				 "Say the name of the person who collects.",
				 "Вкажіть ім'я та прізвище того, хто забирає." },
	[WORD_NO_UNTIL] = { "Podaj dzień i godzinę, do kiedy zamówienie ma czekać: najdalej za 60 "
			    "dni.",
			    "Say the day and the hour until which it shall wait: 60 days at most.",
			    "Вкажіть день і годину, доки замовлення чекатиме: щонайбільше 60 "
			    "днів." },
	[WORD_NO_BLOCKED] = { "Nic tu nie czeka na zgodę.", "Nothing here waits for an approval.",
			      "Тут ніщо не чекає на дозвіл." },
	[WORD_NO_SHIFT] = { "Żadna zmiana nie jest otwarta.", "No shift is open.",
			    "Жодну зміну не відкрито." },
	[WORD_NO_SECOND_SHIFT] = { "Zmiana jest już otwarta.", "A shift is open already.",
				   "Зміну вже відкрито." },
	[WORD_NO_SUM] = { "Kwota na paragonie się nie zgadza: do zapłaty jest {item}. Sprawdź "
			  "paragon i kwotę.",
			  "The receipt's sum differs: there is {item} to pay. Check the receipt "
			  "and the sum.",
			  "Сума в чеку не збігається: до сплати {item}. Перевірте чек і суму." },
	[WORD_NO_CODE_YET] = { "Kod wysłano przed chwilą. Następny można wysłać po minucie.",
			       "A code was sent just now. Another one can be sent after a minute.",
			       "Код щойно надіслано. Наступний можна надіслати за хвилину." },
	[WORD_NOT_HANDED] = { "Zamówienia {order} jeszcze nie wydano: nie ma czego zwracać.",
			      "Order {order} was not handed over yet: nothing can come back.",
			      "Замовлення {order} ще не видано: повертати нічого." },
	[WORD_NO_SUCH_SALE] = { "Nie znamy zamówienia {order}. Sprawdź numer albo przyjmij zwrot z "
				"numerem paragonu i datą.",
				"We don't know order {order}. Check the number, or take it back by "
				"the receipt's number and date.",
				"Ми не знаємо замовлення {order}. Перевірте номер або прийміть "
				"повернення за номером і датою чека." },
	[WORD_NOT_PAID] = { "Zamówienie {order} czeka na płatność.",
			    "Order {order} is waiting to be paid.",
			    "Замовлення {order} чекає на оплату." },
	[WORD_ON_HOLD] = { "Zamówienie {order} jest wstrzymane. Nie wydawaj go; zapytaj centralę.",
			   "Order {order} is on hold. Do not hand it over; ask HQ.",
			   "Замовлення {order} призупинено. Не видавайте його; запитайте центр." },
	[WORD_ON_HOLD_CUSTOMER] = { "Zamówienie {order} jest wstrzymane. Podejdź do obsługi, "
				    "wyjaśnimy.",
				    "Order {order} is on hold. Talk to us, we'll explain.",
				    "Замовлення {order} призупинено. Підійдіть до нас, пояснимо." },
	[WORD_IN_TRANSIT] = { "Zamówienie {order} jest w drodze do sklepu.[ Będzie gotowe około "
			      "{time}.]",
			      "Order {order} is on its way to the store.[ It will be ready around "
			      "{time}.]",
			      "Замовлення {order} їде до магазину.[ Буде готове близько {time}.]" },
	[WORD_NO_ITEM_CODE] = { "Ten kod odczytano niedokładnie: cyfry towaru się nie zgadzają. "
				"Zeskanuj jeszcze raz albo przepisz cyfry.",
				"This code was misread: an item's digits do not fit. Scan it "
				"again, "
				"or type the digits.",
				"Цей код прочитано неточно: цифри товару не збігаються. Скануйте "
				"ще "
				"раз або введіть цифри." },
};

const char *word_text(enum word w, enum language l)
{
	if (w >= WORD_STORY_FIRST)
		return story_word(w, l);
	if (w >= WORD_SURVEY_FIRST)
		return survey_word(w, l);
	return w >= WORD_STOCK_FIRST ? stock_word(w, l) : words[w][l];
}

const char *tender_text(const char *tender, enum language l)
{
	static const struct {
		const char *tender;
		const char *text[3];
	} tenders[] = {
		{ "card", { "karta", "card", "картка" } },
		{ "blik", { "BLIK", "BLIK", "BLIK" } },
		{ "transfer", { "przelew", "bank transfer", "переказ" } },
		{ "cash", { "gotówka", "cash", "готівка" } },
		{ "gift", { "karta podarunkowa", "gift card", "подарункова картка" } },
		{ "points", { "punkty", "points", "бали" } },
		{ "coupon", { "kupon", "coupon", "купон" } },
		{ "till", { "w kasie sklepu", "at the shop's till", "на касі магазину" } },
	};

	for (size_t i = 0; i < COUNT_OF(tenders); i++)
		if (strcmp(tender, tenders[i].tender) == 0)
			return tenders[i].text[l];
	return tender;
}
