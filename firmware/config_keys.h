// SPDX-License-Identifier: Apache-2.0
/*
 * The sections and keys lada.conf may have, and how each value is read. Private to
 * firmware/config.c, which finds the lines and checks the whole.
 */
#ifndef LADA_FIRMWARE_CONFIG_KEYS_H
#define LADA_FIRMWARE_CONFIG_KEYS_H

#include <limits.h>

#include "firmware/config.h"

struct place {
	int file;
	int line; /* 0: never stood anywhere */
};

/* Files that are opened when all has been read: a later file may name another one. */
enum named_file { FILE_KEYS, FILE_SECRET, FILE_CA, FILE_CERT, FILE_KEY, FILE_PASSWORD };
#define NAMED_FILES 6

#define SECTION_KINDS 7

struct config_reader {
	struct config *c;
	char *message;
	size_t cap;
	struct place wrong; /* line 0: nothing is wrong so far */

	char files[CONFIG_FILES_MAX][PATH_MAX];
	int file_count;
	char dir[PATH_MAX]; /* of the file being read */
	struct place here;

	const struct config_section *section; /* NULL before the first */
	void *target;			      /* the struct its keys write into */
	uint32_t seen;			      /* its keys that have stood in it, by index */

	struct place sections[SECTION_KINDS]; /* where each began, for those without a name */
	struct place screens[DESK_COUNT];
	struct place devices[DEVICES_MAX];
	struct place standins[DEVICES_MAX];
	struct place url;
	struct place user;
	char named[NAMED_FILES][CONFIG_TEXT_MAX];
	struct place named_at[NAMED_FILES];
};

/* Notes the first thing that is wrong; -EINVAL. */
__attribute__((format(printf, 3, 4))) int config_wrong(struct config_reader *r, struct place at,
						       const char *fmt, ...);

enum section_kind { SECTION_ONE, SECTION_SCREEN, SECTION_DEVICE };

struct config_section {
	const char *name;
	enum section_kind kind;
	enum device_kind device;
	const struct config_key *keys;
	size_t count;
};

/* NULL behind the last. */
const struct config_section *config_section_at(size_t i);
/* Takes `name = value` in the section the reader stands in: 0 or -EINVAL, the message noted. */
int config_take(struct config_reader *r, const char *name, const char *value);

#endif
