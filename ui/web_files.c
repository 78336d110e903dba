// SPDX-License-Identifier: Apache-2.0
#include "ui/web_files.h"

#include <inttypes.h>
#include <string.h>

#define HTML   "text/html; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"
#define STYLE  "text/css; charset=utf-8"
#define SVG    "image/svg+xml"
#define JSON   "application/json"

/* name, path it is asked for by, type, file. They are relative to the repository's top, where the
 * compiler runs; what make writes is under WORDS. */
#define FILES(X)                                                                                   \
	X(counter_html, "/counter/", HTML, "ui/web/counter/index.html")                            \
	X(counter_js, "/counter/counter.js", SCRIPT, "ui/web/counter/counter.js")                  \
	X(mm_js, "/web/mm.js", SCRIPT, "ui/web/mm.js")                                             \
	X(press_js, "/web/press.js", SCRIPT, "ui/web/press.js")                                \
	X(cards_js, "/counter/cards.js", SCRIPT, "ui/web/counter/cards.js")                        \
	X(shown_js, "/counter/shown.js", SCRIPT, "ui/web/counter/shown.js")                        \
	X(room_idle_js, "/counter/rooms/idle.js", SCRIPT, "ui/web/counter/rooms/idle.js")          \
	X(room_pickup_js, "/counter/rooms/pickup.js", SCRIPT, "ui/web/counter/rooms/pickup.js")    \
	X(room_prep_js, "/counter/rooms/prep.js", SCRIPT, "ui/web/counter/rooms/prep.js")          \
	X(room_return_js, "/counter/rooms/return.js", SCRIPT, "ui/web/counter/rooms/return.js")    \
	X(room_count_js, "/counter/rooms/count.js", SCRIPT, "ui/web/counter/rooms/count.js")       \
	X(customer_html, "/customer/", HTML, "ui/web/customer/index.html")                         \
	X(customer_js, "/customer/customer.js", SCRIPT, "ui/web/customer/customer.js")             \
	X(board_html, "/board/", HTML, "ui/web/board/index.html")                                  \
	X(board_js, "/board/board.js", SCRIPT, "ui/web/board/board.js")                            \
	X(manage_html, "/manage/", HTML, "ui/web/manage/index.html")                               \
	X(manage_js, "/manage/manage.js", SCRIPT, "ui/web/manage/manage.js")                       \
	X(i18n_js, "/web/i18n.js", SCRIPT, "ui/web/i18n.js")                                       \
	X(live_js, "/web/live.js", SCRIPT, "ui/web/live.js")                                       \
	X(dom_js, "/web/dom.js", SCRIPT, "ui/web/dom.js")                                          \
	X(parts_js, "/web/parts.js", SCRIPT, "ui/web/parts.js")                                    \
	X(charts_js, "/web/charts.js", SCRIPT, "ui/web/charts.js") \
	X(figures_js, "/web/figures.js", SCRIPT, "ui/web/figures.js") \
	X(style_css, "/web/style.css", STYLE, "ui/web/style.css")                                  \
	X(icon_svg, "/web/icon.svg", SVG, "ui/web/icon.svg")                                       \
	X(words_pl, "/web/words/pl.json", JSON, WORDS "/pl.json")                                  \
	X(words_en, "/web/words/en.json", JSON, WORDS "/en.json")                                  \
	X(words_uk, "/web/words/uk.json", JSON, WORDS "/uk.json")

#define EMBED(name, path, type, file)                                                              \
	__asm__(".section .rodata\n"                                                               \
		".balign 16\n"                                                                     \
		"web_" #name "_start:\n"                                                           \
		".incbin \"" file "\"\n"                                                           \
		"web_" #name "_end:\n"                                                             \
		".byte 0\n"                                                                        \
		".previous\n");                                                                    \
	extern const char web_##name##_start[];                                                    \
	extern const char web_##name##_end[];

#define ROW(name, path, type, file) { path, type, web_##name##_start, web_##name##_end },

FILES(EMBED)

struct embedded {
	const char *path;
	const char *type;
	const char *start;
	const char *end;
};

static const struct embedded table[] = { FILES(ROW) };
_Static_assert(COUNT_OF(table) <= WEB_FILES_MAX, "more files than the table takes");

/* FNV-1a, 64 bits: tells one build's file from another's; nothing trusts it. */
static uint64_t digest(struct slice bytes)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < bytes.n; i++)
		h = (h ^ (uint8_t)bytes.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

int web_files_load(struct web_file files[WEB_FILES_MAX])
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct web_file *f = &files[i];

		f->path = table[i].path;
		f->type = table[i].type;
		f->bytes.p = table[i].start;
		f->bytes.n = (size_t)(table[i].end - table[i].start);
		(void)text_fmt(f->etag, sizeof(f->etag), "\"%016" PRIx64 "\"", digest(f->bytes));
	}
	return (int)COUNT_OF(table);
}

const struct web_file *web_files_find(const struct web_file *files, int count, const char *path)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(files[i].path, path) == 0)
			return &files[i];
	}
	return NULL;
}
