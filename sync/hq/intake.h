// SPDX-License-Identifier: Apache-2.0
/*
 * Where messages from the broker come in: topic, size, signature and JSON are checked here, and
 * only here; what is wrong is dropped, counted as an alarm, and never stops anything.
 */
#ifndef LADA_SYNC_HQ_INTAKE_H
#define LADA_SYNC_HQ_INTAKE_H

#include "sync/hq/hq.h"

struct intake {
	struct hq *hq;
	const char *prefix;
	struct buf scratch; /* FRAME_MESSAGE_MAX + FRAME_TOPIC_MAX, owned here */
};

int intake_init(struct intake *in, struct hq *hq, const char *prefix);
void intake_free(struct intake *in);
/* May leave a transaction open and letters in the post. */
void intake_message(struct intake *in, const char *topic, struct slice payload, bool retained);

#endif
