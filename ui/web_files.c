// SPDX-License-Identifier: Apache-2.0
#include "ui/web_files.h"

#include <inttypes.h>
#include <string.h>

/* Paths are relative to the repository's top, where the compiler runs. */
#define EMBED(name, file)                                                                          \
	__asm__(".section .rodata\n"                                                               \
		".balign 16\n"                                                                     \
		"web_" #name "_start:\n"                                                           \
		".incbin \"ui/web/" file "\"\n"                                                    \
		"web_" #name "_end:\n"                                                             \
		".byte 0\n"                                                                        \
		".previous\n");                                                                    \
	extern const char web_##name##_start[];                                                    \
	extern const char web_##name##_end[]

EMBED(counter_html, "counter/index.html");
EMBED(counter_js, "counter/counter.js");
EMBED(customer_html, "customer/index.html");
EMBED(customer_js, "customer/customer.js");
EMBED(board_html, "board/index.html");
EMBED(board_js, "board/board.js");
EMBED(manage_html, "manage/index.html");
EMBED(manage_js, "manage/manage.js");
EMBED(i18n_js, "i18n.js");
EMBED(live_js, "live.js");
EMBED(dom_js, "dom.js");
EMBED(parts_js, "parts.js");
EMBED(charts_js, "charts.js");
EMBED(figures_js, "figures.js");
EMBED(style_css, "style.css");
EMBED(icon_svg, "icon.svg");

struct embedded {
	const char *path;
	const char *type;
	const char *start;
	const char *end;
};

#define FILE_OF(path, type, name)                                                                  \
	{                                                                                          \
		path, type, web_##name##_start, web_##name##_end                                   \
	}

static const char html[] = "text/html; charset=utf-8";
static const char script[] = "text/javascript; charset=utf-8";

static const struct embedded table[] = {
	FILE_OF("/counter/", html, counter_html),
	FILE_OF("/counter/counter.js", script, counter_js),
	FILE_OF("/customer/", html, customer_html),
	FILE_OF("/customer/customer.js", script, customer_js),
	FILE_OF("/board/", html, board_html),
	FILE_OF("/board/board.js", script, board_js),
	FILE_OF("/manage/", html, manage_html),
	FILE_OF("/manage/manage.js", script, manage_js),
	FILE_OF("/web/i18n.js", script, i18n_js),
	FILE_OF("/web/live.js", script, live_js),
	FILE_OF("/web/dom.js", script, dom_js),
	FILE_OF("/web/parts.js", script, parts_js),
	FILE_OF("/web/charts.js", script, charts_js),
	FILE_OF("/web/figures.js", script, figures_js),
	FILE_OF("/web/style.css", "text/css; charset=utf-8", style_css),
	FILE_OF("/web/icon.svg", "image/svg+xml", icon_svg),
};
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
