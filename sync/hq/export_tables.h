// SPDX-License-Identifier: Apache-2.0
/*
 * What an export holds, table by table: read by export.c, written back by restore.c.
 */
#ifndef LADA_SYNC_HQ_EXPORT_TABLES_H
#define LADA_SYNC_HQ_EXPORT_TABLES_H

#define EXPORT_COLUMNS_MAX 15

enum export_type {
	EXPORT_NUMBER,
	EXPORT_TEXT,  /* or NULL, then it is left out */
	EXPORT_JSON,  /* the exact text; as a string where it has line ends */
	EXPORT_BYTES, /* base64 */
};

struct export_column {
	const char *name; /* in the file, and with none that differs in `select` */
	enum export_type type;
};

struct export_table {
	const char *kind;
	const char *select;
	const char *insert; /* takes the columns in order; NULL: restore.c does it by itself */
	const char *types;  /* of them, as db_query() wants them */
	struct export_column column[EXPORT_COLUMNS_MAX + 1]; /* ends with name NULL */
};

#define EXPORT_TABLES 22
extern const struct export_table export_tables[EXPORT_TABLES];

#endif
