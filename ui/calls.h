// SPDX-License-Identifier: Apache-2.0
/*
 * Presses: a verb goes through the door with a number, its connection is suspended, and the
 * OUT_REPLY with that number wakes it. After answer_ms without one it is told `busy` and the
 * number is forgotten; so is that of a caller that went away.
 */
#ifndef LADA_UI_CALLS_H
#define LADA_UI_CALLS_H

#include "ui/inside.h"

/* The request is complete, or was woken: submits and parks it, or answers. */
enum MHD_Result calls_answer(struct request *r);
/* An OUT_REPLY came. */
void calls_reply(struct ui *ui, const struct door_out *out, struct slice payload);
/* Gives up what waited too long; sets the timer for the next. */
void calls_expire(struct ui *ui);
/* The request ends while it may still be parked. */
void calls_forget(struct request *r);
void calls_stop(struct ui *ui);

#endif
