// SPDX-License-Identifier: Apache-2.0
/* What a refusal says, to staff and to the customer. */
#include "firmware/counter/words.h"

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
