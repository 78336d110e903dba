// SPDX-License-Identifier: Apache-2.0
/*
 * `export`: everything a new HQ needs, as JSON lines, and taking it in again.
 *
 * The first line is {"export":"lada-hq","version":1,"at":…}; every other names its kind in
 * `export`. Lines of kind `record` are also what `import` takes from anyone. Texts that are
 * hashed or signed by others (events, personal parts) stand in it to the letter. Signing keys are
 * in it with their seeds: the file is made readable by its owner only.
 *
 * Not in it: the log of streams and snapshots (a restored HQ begins new epochs, so every station
 * asks for everything again), what lanes said of themselves, alarms.
 */
#ifndef LADA_SYNC_HQ_EXPORT_H
#define LADA_SYNC_HQ_EXPORT_H

#include "sync/hq/hq.h"

#define EXPORT_VERSION	   1
#define EXPORT_BEATS_AHEAD INT64_C(100000000) /* the old HQ may have gone on after its export */

/* "-" is standard output. As of one moment, also beside a running serve. 0 or negative errno;
 * nothing stands in `path` then that was not there before. */
int export_file(struct hq *hq, const char *path, long *ret_lines);
bool export_is(struct slice text);
/* Takes an export in: 0; -EEXIST: this file is not empty; -EBADMSG after a message on stderr;
 * -EIO. In one transaction. */
int export_restore(struct hq *hq, const char *name, struct slice text, long *ret_lines);

#endif
