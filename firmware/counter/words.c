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

static const char *const reasons[REASON_COUNT][3] = {
	[REASON_NONE] = { "", "", "" },
	[REASON_NOT_FOUND] = { "Nie znamy tego kodu. Poproś o kod z SMS-a lub aplikacji albo wpisz "
			       "numer zamówienia i 6 cyfr.",
			       "We don't recognise this code. Ask for the one from the text or "
			       "app, "
			       "or type the order number and 6 digits.",
			       "Ми не знаємо цього коду. Попросіть код із SMS чи застосунку або "
			       "введіть номер замовлення та 6 цифр." },
	[REASON_WRONG_STORE] = { "To zamówienie czeka w innym sklepie[: {store}].",
				 "This order is waiting in another store[: {store}].",
				 "Це замовлення чекає в іншому магазині[: {store}]." },
	[REASON_NOT_READY] = { "Zamówienie {order} jest w przygotowaniu.[ Będzie gotowe około "
			       "{time}.]",
			       "Order {order} is being prepared.[ It will be ready around {time}.]",
			       "Замовлення {order} комплектується.[ Буде готове близько {time}.]" },
	[REASON_EXPIRED] = { "Termin odbioru zamówienia {order} minął[ {time}]. Wydać może "
			     "kierownik zmiany.",
			     "The pickup date of order {order} has passed[ ({time})]. A supervisor "
			     "can still hand it over.",
			     "Термін отримання замовлення {order} минув[ {time}]. Видати може "
			     "керівник зміни." },
	[REASON_CANCELLED] = { "Zamówienie {order} zostało anulowane. Nie wydawaj towaru.",
			       "Order {order} was cancelled. Do not hand it over.",
			       "Замовлення {order} скасовано. Не видавайте товар." },
	[REASON_ALREADY_COLLECTED] = { "Zamówienie {order} już wydano[: {time}][, stanowisko "
				       "{store}].",
				       "Order {order} was already handed over[: {time}][, at "
				       "{store}].",
				       "Замовлення {order} вже видано[: {time}][, стійка "
				       "{store}]." },
	[REASON_BEING_SERVED] = { "Zamówienie {order} obsługuje inne stanowisko[: {item}]. Zapytaj "
				  "tam.",
				  "Another counter is serving order {order}[: {item}]. Ask there.",
				  "Замовлення {order} обслуговує інша стійка[: {item}]. Запитайте "
				  "там." },
	[REASON_BAD_SIGNATURE] = { "Tego kodu nie da się odczytać w całości. Poproś o rozjaśnienie "
				   "ekranu i zeskanuj ponownie.",
				   "This code can't be confirmed. Ask for a brighter screen and "
				   "scan again.",
				   "Цей код не вдалося підтвердити. Попросіть зробити екран "
				   "яскравішим і скануйте ще раз." },
	[REASON_UNKNOWN_KEY] = { "Ten kod podpisano kluczem, którego stacja nie zna. Wpisz numer "
				 "zamówienia i 6 cyfr.",
				 "This code is signed with a key this station does not know. Type "
				 "the order number and 6 digits.",
				 "Цей код підписано ключем, якого станція не знає. Введіть номер "
				 "замовлення та 6 цифр." },
	[REASON_CODE_EXPIRED] = { "Ważność tego kodu minęła. Poproś o nowy z aplikacji.",
				  "This code has run out. Ask for a new one from the app.",
				  "Термін дії цього коду минув. Попросіть новий із застосунку." },
	[REASON_CODE_REPLACED] = { "Ten kod zastąpiono nowym. Poproś o najnowszą wiadomość.",
				   "This code was replaced by a newer one. Ask for the latest "
				   "message.",
				   "Цей код замінено новим. Попросіть найновіше повідомлення." },
	[REASON_PIN_WRONG] = { "Kod się nie zgadza.[ Pozostało prób: {tries}.]",
			       "That code doesn't match.[ Tries left: {tries}.]",
			       "Код не збігається.[ Залишилося спроб: {tries}.]" },
	[REASON_PIN_LOCKED] = { "Za dużo nietrafionych kodów. Spróbuj [po {time} ]albo zeskanuj "
				"kod "
				"QR.",
				"Too many wrong codes. Try again [after {time} ]or scan the QR "
				"code.",
				"Забагато неправильних кодів. Спробуйте [після {time} ]або "
				"скануйте QR-код." },
	[REASON_PAYMENT_DUE] = { "Do zapłaty zostało[ {item}]. Najpierw płatność, potem wydanie.",
				 "There is[ {item}] still to pay. Payment first, then hand over.",
				 "Залишилося сплатити[ {item}]. Спочатку оплата, потім видача." },
	[REASON_FISCAL_NEEDED] = { "Do zapłaty[ {item}] w kasie fiskalnej. Wydanie po wpisaniu "
				   "numeru paragonu.",
				   "To pay[ {item}] at the fiscal till. Hand over once the receipt "
				   "number is recorded.",
				   "До сплати[ {item}] на фіскальній касі. Видача після введення "
				   "номера чека." },
	[REASON_ISOLATED] = { "Stanowisko jest odcięte od innych albo od centrali i nie może teraz "
			      "tego zrobić. Skorzystaj z innego stanowiska albo sprawdź sieć.",
			      "This counter is cut off from the others or from HQ and may not do "
			      "this now. Use another one, or check the network.",
			      "Стійка відрізана від інших або від центру і зараз не може цього "
			      "зробити. Скористайтеся іншою стійкою або перевірте мережу." },
	[REASON_APPROVAL_NEEDED] = { "Potrzebna zgoda kierownika zmiany.",
				     "A supervisor has to approve this.",
				     "Потрібен дозвіл керівника зміни." },
	[REASON_ITEMS_UNCHECKED] = { "Nie wszystkie rzeczy sprawdzono. Zeskanuj pozostałe albo "
				     "zaznacz brak.",
				     "Not every item is checked. Scan the rest or mark them "
				     "missing.",
				     "Не всі речі перевірено. Відскануйте решту або позначте "
				     "нестачу." },
	[REASON_ITEM_UNKNOWN] = { "Tej rzeczy nie ma w zamówieniu.[ {item}] Odłóż ją.",
				  "This item is not in the order.[ {item}] Put it aside.",
				  "Цієї речі немає в замовленні.[ {item}] Відкладіть її." },
	[REASON_ITEM_SURPLUS] = { "To więcej, niż jest w zamówieniu.[ Kod to {n} szt., do wydania "
				  "zostało: {left}.]",
				  "That is more than ordered.[ The code counts {n}, still to hand "
				  "over: {left}.]",
				  "Це більше, ніж у замовленні.[ Код означає {n} шт., залишилося "
				  "видати: {left}.]" },
	[REASON_AGE_CHECK] = { "W zamówieniu są produkty dla dorosłych. Najpierw sprawdź wiek.",
			       "The order holds adults-only items. Check the age first.",
			       "У замовленні є товари для повнолітніх. Спочатку перевірте вік." },
	[REASON_RECALLED] = { "Ten towar wycofano ze sprzedaży. Nie wydawaj go.",
			      "This item was recalled. Do not hand it over.",
			      "Цей товар відкликано. Не видавайте його." },
	[REASON_NO_STAFF] = { "Stacja nie zna jeszcze pracowników: czeka na dane z centrali.",
			      "This station knows no staff yet: it is waiting for HQ.",
			      "Станція ще не знає працівників: чекає на дані з центру." },
	[REASON_FORBIDDEN] = { "Do tego potrzebne są inne uprawnienia.", "This needs another role.",
			       "Для цього потрібні інші права." },
	[REASON_BAD_REQUEST] = { "Tak się nie da. Sprawdź, co jest otwarte na ekranie.",
				 "That can't be done now. Check what is open on the screen.",
				 "Так не вийде. Перевірте, що відкрито на екрані." },
	[REASON_CARD_NUMBER_REFUSED] = { "To wygląda na numer karty płatniczej. Nie zapisujemy go; "
					 "nie skanuj kart.",
					 "This looks like a payment card number. We do not keep "
					 "it; "
					 "don't scan cards.",
					 "Це схоже на номер платіжної картки. Ми його не "
					 "зберігаємо; "
					 "не скануйте картки." },
	[REASON_BUSY] = { "Najpierw dokończ albo odłóż otwarte zamówienie.",
			  "First finish or put aside what is open.",
			  "Спочатку завершіть або відкладіть відкрите замовлення." },
	[REASON_ORDER_CHANGED] = { "Centrala zmieniła zamówienie {order}. Sprawdź pozycje i wydaj "
				   "jeszcze raz.",
				   "HQ changed order {order}. Look at the lines and hand over "
				   "again.",
				   "Центр змінив замовлення {order}. Перевірте позиції та видайте "
				   "ще раз." },
	[REASON_DRAWER] = { "Szuflady nie da się teraz otworzyć: drukarka nie działa. Otwórz "
			    "kluczykiem.",
			    "The drawer can't be opened now: its printer is not working. Use the "
			    "key.",
			    "Шухляду зараз не відкрити: принтер не працює. Відкрийте ключем." },
	[REASON_REVOKED] = { "Centrala wycofała to stanowisko. Nic tu nie wydajemy; zadzwoń do "
			     "centrali.",
			     "Head office has withdrawn this counter. Nothing is served here; call "
			     "head office.",
			     "Центральний офіс відкликав цю стійку. Тут нічого не видають; "
			     "зателефонуйте до центрального офісу." },
	[REASON_TENDER_REFUSED] = { "Tej formy płatności tu nie przyjmujemy.[ Przyjmujemy: "
				    "{item}.]",
				    "This way of paying is not taken here.[ We take: {item}.]",
				    "Цей спосіб оплати тут не приймаємо.[ Приймаємо: {item}.]" },
	[REASON_SAME_PERSON] = { "Zgodę musi dać inna osoba niż ta, która o nią prosi.",
				 "Somebody else than the person who asks has to approve this.",
				 "Дозвіл має дати інша людина, не та, що його просить." },
	[REASON_OWN_ORDER] = { "To zamówienie tej samej osoby, która je obsługuje. Poproś kogoś "
			       "innego.",
			       "This is the order of the person serving it. Ask somebody else.",
			       "Це замовлення тієї ж людини, яка його обслуговує. Попросіть когось "
			       "іншого." },
	[REASON_NIP_WRONG] = { "Numer NIP się nie zgadza. Sprawdź cyfry.",
			       "The tax number (NIP) is not right. Check its digits.",
			       "Податковий номер (NIP) не збігається. Перевірте цифри." },
	[REASON_WINDOW_CLOSED] = { "Termin zwrotu minął[ {time}]. Jeśli towar ma wadę, przyjmij "
				   "reklamację; paragon nie jest konieczny.",
				   "The return period ended[ on {time}]. If it is faulty, take a "
				   "complaint; no receipt needed.",
				   "Термін повернення минув[ {time}]. Якщо товар має дефект, "
				   "прийміть "
				   "рекламацію; чек не обов'язковий." },
	[REASON_NOT_RETURNABLE] = { "Tego towaru nie przyjmujemy z powrotem[: {item}]. Jeśli ma "
				    "wadę, "
				    "przyjmij reklamację.",
				    "This item can't be returned[: {item}]. If it is faulty, take "
				    "a "
				    "complaint.",
				    "Цей товар не приймаємо назад[: {item}]. Якщо він має дефект, "
				    "прийміть рекламацію." },
	[REASON_QUANTITY_EXCEEDED] = { "Tyle sztuk nie wydano.[ Do zwrotu zostało: {left}.]",
				       "That many were not handed over.[ Left to return: {left}.]",
				       "Стільки штук не видавали.[ До повернення залишилося: "
				       "{left}.]" },
	[REASON_ALREADY_RETURNED] = { "To już zwrócono[: {time}].",
				      "This was already returned[: {time}].",
				      "Це вже повернуто[: {time}]." },
	[REASON_TRAINING] = { "Szkolenie i prawdziwa obsługa są osobno.[ Zamówienie {order} jest "
			      "prawdziwe: zakończ "
			      "szkolenie, aby je obsłużyć.][ {item} jest do ćwiczeń i działa tylko "
			      "w szkoleniu.]",
			      "Training and real service are kept apart.[ Order {order} is real: "
			      "end the training "
			      "to serve it.][ {item} is for practice and works in training only.]",
			      "Навчання і справжнє обслуговування розділені.[ Замовлення {order} "
			      "справжнє: завершіть "
			      "навчання, щоб його обслужити.][ {item} для вправ і діє лише в "
			      "навчанні.]" },
	[REASON_SHIFT_CLOSED] = { "Najpierw otwórz zmianę: gotówka należy do zmiany.",
				  "Open a shift first: cash belongs to a shift.",
				  "Спочатку відкрийте зміну: готівка належить до зміни." },
	[REASON_REASON_NEEDED] = { "Podaj powód.[ Do wyboru: {item}.]",
				   "Say why.[ Choose: {item}.]",
				   "Вкажіть причину.[ На вибір: {item}.]" },
	[REASON_SALE_HOURS] = { "O tej porze nie wolno tu tego wydawać. Reszta może wyjść; to "
				"poczeka.",
				"This may not be sold here at this hour. The rest can go; this "
				"waits.",
				"О цій порі тут цього видавати не можна. Решту можна; це "
				"почекає." },
	[REASON_SERIAL_NEEDED] = { "Zeskanuj numer seryjny tego towaru.",
				   "Scan this item's serial number.",
				   "Скануйте серійний номер цього товару." },
	[REASON_OVERPAID] = { "To więcej, niż jest do zapłaty[: {item}]. Cofnij płatność i "
			      "przyjmij "
			      "właściwą kwotę.",
			      "That is more than there is to pay[: {item}]. Reverse the payment "
			      "and "
			      "take the right amount.",
			      "Це більше, ніж належить сплатити[: {item}]. Скасуйте платіж і "
			      "прийміть правильну суму." },
	[REASON_REF_NEEDED] = { "Wpisz numer potwierdzenia z terminala.",
				"Type the terminal's confirmation number.",
				"Введіть номер підтвердження з термінала." },
	[REASON_DRAWER_SHORT] = { "W szufladzie nie ma tyle gotówki. Wpłać ją najpierw albo policz "
				  "szufladę.",
				  "There is not that much cash in the drawer. Put some in first, "
				  "or "
				  "count it.",
				  "У шухляді немає стільки готівки. Спершу внесіть її або "
				  "перерахуйте." },
	[REASON_NO_SUBSTITUTE] = { "Do tej pozycji klient nie chce zamienników. Wybierz zwrot "
				   "pieniędzy albo oczekiwanie.",
				   "No substitutes are wanted for this line. Choose a refund or "
				   "waiting.",
				   "Для цієї позиції замінники не бажані. Оберіть повернення "
				   "грошей або очікування." },
	[REASON_CONSENT_NEEDED] = { "Na ten zamiennik potrzebna jest zgoda klienta. Zapytaj i "
				    "zaznacz zgodę.",
				    "This substitute needs the customer's consent. Ask, then tick "
				    "it.",
				    "На цей замінник потрібна згода клієнта. Запитайте й позначте "
				    "згоду." },
	[REASON_RECEIPT_USED] = { "Ten paragon jest już przy zamówieniu {item}. Sprawdź numer.",
				  "This receipt stands with order {item} already. Check its "
				  "number.",
				  "Цей чек уже є при замовленні {item}. Перевірте номер." },
	[REASON_WAITS_LONGER] = { "Zamówienie {order} czeka już dłużej[: do {time}]. Podaj "
				  "późniejszy termin.",
				  "Order {order} waits longer already[: until {time}]. Say a later "
				  "day.",
				  "Замовлення {order} вже чекає довше[: до {time}]. Вкажіть "
				  "пізніший термін." },
	[REASON_KEY_REUSED] = { "To polecenie ma klucz innego polecenia i nie zostało wykonane. "
				"Powtórz je z nowym kluczem.",
				"This press came with the key of another one and was not done. "
				"Repeat it with a new key.",
				"Ця дія прийшла з ключем іншої дії й не виконана. Повторіть її з "
				"новим ключем." },
	[REASON_POINTS_SHORT] = { "Na koncie nie ma tylu punktów[: jest {left}]. Wybierz mniej.",
				  "There are not that many points[: there are {left}]. Choose "
				  "fewer.",
				  "На рахунку немає стільки балів[: є {left}]. Оберіть менше." },
	[REASON_ALLOWANCE_SHORT] = { "Bez łączności można tu wykorzystać mniej punktów[: {left}]. "
				     "Wybierz mniej albo spróbuj później.",
				     "While we're offline fewer points can be used here[: {left}]. "
				     "Choose fewer, or try later.",
				     "Без зв'язку тут можна використати менше балів[: {left}]. "
				     "Оберіть менше або спробуйте пізніше." },
	[REASON_COUPON_REFUSED] = { "Ten kupon teraz się nie liczy[: {item}]. Sprawdź jego "
				    "warunki.",
				    "This coupon does not count now[: {item}]. Check its terms.",
				    "Цей купон зараз не діє[: {item}]. Перевірте його умови." },
	[REASON_RECOUNT] = { "Policz jeszcze raz: {item}.", "Count once more: {item}.",
			     "Порахуйте ще раз: {item}." },
	[REASON_SHIPS] = { "Zamówienie {order} jedzie do klienta, zabiera je kurier.",
			   "Order {order} is sent to the customer; a courier takes it.",
			   "Замовлення {order} їде до клієнта, його забирає кур'єр." },
	[REASON_UNREADABLE] = { "Nie udało się odczytać kodu. Zeskanuj ponownie.",
				"The code could not be read. Scan it again.",
				"Код не вдалося прочитати. Скануйте ще раз." },
};

/* Where the customer hears other words than staff. */
static const struct {
	enum reason reason;
	const char *text[3];
} customer_texts[] = {
	{ REASON_NOT_FOUND,
	  { "Nie znamy tego kodu. Pokaż kod z SMS-a lub aplikacji albo wpisz numer zamówienia i 6 "
	    "cyfr.",
	    "We don't recognise this code. Show the one from your text or app, or type your order "
	    "number and 6 digits.",
	    "Ми не знаємо цього коду. Покажіть код із SMS чи застосунку або введіть номер "
	    "замовлення та 6 цифр." } },
	{ REASON_TRAINING,
	  { "[Na tym stanowisku trwa szkolenie. Zaraz zajmiemy się zamówieniem {order}.][{item} to "
	    "kod do ćwiczeń. Pokaż kod z SMS-a lub aplikacji.]",
	    "[This counter is in training. We'll see to order {order} in a moment.][{item} is a "
	    "practice code. Show the one from your text or app.]",
	    "[На цій стійці навчання. Зараз займемося замовленням {order}.][{item} — навчальний "
	    "код. Покажіть код із SMS чи застосунку.]" } },
	{ REASON_NOT_READY,
	  { "Jeszcze kompletujemy zamówienie {order}.[ Będzie gotowe około {time}, damy znać.]",
	    "We're still preparing order {order}.[ It'll be ready around {time}; we'll let you "
	    "know.]",
	    "Ще комплектуємо замовлення {order}.[ Буде готове близько {time}, повідомимо.]" } },
	{ REASON_EXPIRED,
	  { "Termin odbioru minął. Sprawdzimy, czy paczka jeszcze tu jest.",
	    "The pickup date has passed. Let us check if it's still here.",
	    "Термін отримання минув. Перевіримо, чи пакунок ще тут." } },
	{ REASON_CANCELLED,
	  { "To zamówienie zostało anulowane. Podejdź do obsługi, wyjaśnimy.",
	    "This order was cancelled. Talk to us, we'll explain.",
	    "Це замовлення скасовано. Підійдіть до нас, пояснимо." } },
	{ REASON_ALREADY_COLLECTED,
	  { "Wydaliśmy je[: {time}][, stanowisko {store}]. Jeśli bez Twojej wiedzy, podejdź do "
	    "nas.",
	    "It was handed over[: {time}][, counter {store}]. If you didn't know about it, talk to "
	    "us.",
	    "Його видали[: {time}][, стійка {store}]. Якщо без вашого відома, підійдіть до "
	    "нас." } },
	{ REASON_CODE_EXPIRED,
	  { "Ważność tego kodu minęła. Nowy jest w aplikacji.",
	    "This code has run out. The app has a new one.",
	    "Термін дії цього коду минув. Новий є в застосунку." } },
	{ REASON_CODE_REPLACED,
	  { "Ten kod zastąpiono nowym. Pokaż najnowszą wiadomość.",
	    "This code was replaced by a newer one. Show the latest message.",
	    "Цей код замінено новим. Покажіть найновіше повідомлення." } },
	{ REASON_AGE_CHECK,
	  { "To produkty dla dorosłych. Proszę pokazać dokument; niczego nie zapisujemy.",
	    "These are adults-only items. Please show ID; we don't record anything.",
	    "Це товари для повнолітніх. Покажіть, будь ласка, документ; ми нічого не "
	    "записуємо." } },
	{ REASON_FISCAL_NEEDED,
	  { "Do zapłaty[ {item}] w kasie. Wróć z paragonem, towar czeka.",
	    "To pay[ {item}] at the till. Come back with the receipt; we'll keep your items.",
	    "До сплати[ {item}] на касі. Поверніться з чеком, товар чекає." } },
	{ REASON_SHIPS,
	  { "To zamówienie przywiezie kurier. W sklepie nie trzeba go odbierać.",
	    "A courier brings this order to you. There's no need to collect it here.",
	    "Це замовлення привезе кур'єр. Забирати його в магазині не потрібно." } },
	{ REASON_REVOKED,
	  { "To stanowisko jest nieczynne. Podejdź do innego.",
	    "This counter is closed. Please go to another one.",
	    "Ця стійка не працює. Підійдіть до іншої." } },
	{ REASON_BAD_SIGNATURE,
	  { "Nie udało się odczytać kodu. Rozjaśnij ekran i spróbuj ponownie.",
	    "We couldn't read the code. Make the screen brighter and try again.",
	    "Не вдалося прочитати код. Зробіть екран яскравішим і спробуйте ще раз." } },
};

const char *word_text(enum word w, enum language l)
{
	return w >= WORD_STOCK_FIRST ? stock_word(w, l) : words[w][l];
}

const char *reason_text(enum reason r, enum language l)
{
	return reasons[r][l];
}

const char *reason_customer_text(enum reason r, enum language l)
{
	for (size_t i = 0; i < COUNT_OF(customer_texts); i++)
		if (customer_texts[i].reason == r)
			return customer_texts[i].text[l];
	return reasons[r][l];
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
