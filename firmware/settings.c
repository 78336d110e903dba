// SPDX-License-Identifier: Apache-2.0
/* What HQ may set from afar, laid over lada.conf until it is undone: few things, none of which
 * can cut the station off or change what it does to orders and money. */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/commands.h"
#include "firmware/station.h"

#define VALUE_MAX 32

static bool take_language(struct station *st, const char *value)
{
	const enum language l = value ? language_of(slice_of(value)) : st->config->language;

	if (value && strcmp(value, language_code(l)) != 0)
		return false;
	st->language = l;
	for (int d = 0; d < DESK_COUNT; d++)
		st->desks[d].language = l;
	st->dirty = true;
	return true;
}

static bool take_log(struct station *st, const char *value)
{
	static const struct {
		const char *name;
		enum log_level level;
	} levels[] = { { "error", LOG_LEVEL_ERROR },
		       { "warning", LOG_LEVEL_WARNING },
		       { "notice", LOG_LEVEL_NOTICE },
		       { "info", LOG_LEVEL_INFO },
		       { "debug", LOG_LEVEL_DEBUG } };
	struct door_out out = { .kind = OUT_LOG, .log.level = LOG_LEVEL_DEBUG };
	bool known = !value;

	for (size_t i = 0; !known && i < COUNT_OF(levels); i++) {
		known = strcmp(value, levels[i].name) == 0;
		out.log.level = levels[i].level;
	}
	if (known)
		door_emit(st->door, &out, (struct slice){ 0 });
	return known;
}

static const struct setting {
	const char *key;
	const char *wrong; /* what it takes, said when a value is something else */
	bool (*take)(struct station *st, const char *value); /* NULL: as configured */
} settings[] = {
	{ "language", "language must be pl, en or uk", take_language },
	{ "log", "log must be error, warning, notice, info or debug", take_log },
};

static const struct setting *find(const char *key)
{
	for (size_t i = 0; i < COUNT_OF(settings); i++)
		if (strcmp(settings[i].key, key) == 0)
			return &settings[i];
	return NULL;
}

const char *setting_set(struct station *st, const char *key, struct json value)
{
	const struct setting *s = find(key);
	char text[VALUE_MAX];
	const bool undo = value.type == JSON_NULL;

	if (!s)
		return "no such setting";
	if (!undo && json_string(value, text, sizeof(text)) <= 0)
		return s->wrong;
	if (!s->take(st, undo ? NULL : text))
		return s->wrong;
	store_setting_set(st->store, key, undo ? NULL : text);
	return NULL;
}

void settings_start(struct station *st)
{
	char value[VALUE_MAX];

	st->language = st->config->language;
	for (size_t i = 0; i < COUNT_OF(settings); i++)
		if (store_setting(st->store, settings[i].key, value, sizeof(value)))
			settings[i].take(st, value);
}

void settings_write(struct station *st, struct buf *b)
{
	char value[VALUE_MAX];

	for (size_t i = 0; i < COUNT_OF(settings); i++)
		if (store_setting(st->store, settings[i].key, value, sizeof(value)))
			jw_str(b, settings[i].key, value);
}
