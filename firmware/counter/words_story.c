// SPDX-License-Identifier: Apache-2.0
/* Words of the customer's story: notes and cases. */
#include "firmware/counter/words.h"

static const char *const words[WORD_STORY_COUNT][3] = {
	[WORD_NOTED - WORD_STORY_FIRST] = { "Zapisano w historii klienta.",
					    "Noted in the customer's story.",
					    "Записано в історії клієнта." },
	[WORD_NOTED_CASE - WORD_STORY_FIRST] = { "Dopisano do sprawy.", "Added to the case.",
						 "Додано до справи." },
	[WORD_CASE_CLOSED - WORD_STORY_FIRST] = { "Sprawa zamknięta.", "The case is closed.",
						  "Справу закрито." },
	[WORD_NO_NOTE_HERE -
		WORD_STORY_FIRST] = { "Nie wiadomo, do czego ma należeć ta notatka. Otwórz "
				      "profil, zamówienie albo sprawę.",
				      "This note belongs to nothing yet. Open a profile, an order "
				      "or a case.",
				      "Невідомо, до чого належить ця нотатка. Відкрийте профіль, "
				      "замовлення або справу." },
	[WORD_NO_ONE_CASE - WORD_STORY_FIRST] = { "Otwarta jest więcej niż jedna sprawa albo "
						  "żadna. Wybierz sprawę.",
						  "More than one case is open, or none. Choose a "
						  "case.",
						  "Відкрито кілька справ або жодної. Виберіть "
						  "справу." },
};

const char *story_word(enum word w, enum language l)
{
	return words[w - WORD_STORY_FIRST][l];
}
