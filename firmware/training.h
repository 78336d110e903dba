// SPDX-License-Identifier: Apache-2.0
/*
 * Training at the counter: a second station with a store in memory, owned by the first and gone
 * with the training. What a person does at the counter then happens there, with practice orders
 * (counter/training.h); nothing of it reaches this station's database, HQ or another lane. The
 * kiosk and the board go on for real.
 *
 * What it is not given a copy of it reads through, and never writes: products, stock and policies
 * (store_practise()), sessions and the counting of wrong PINs (staff.c). Of what it wants done only
 * answers, sounds, PINs to check and marked prints leave the door.
 *
 * On the step thread, inside a step's transaction.
 */
#ifndef LADA_FIRMWARE_TRAINING_H
#define LADA_FIRMWARE_TRAINING_H

#include "firmware/desk.h"
#include "firmware/station.h"

/* Did this event belong to the counter's training? Then it was done there. */
bool training_takes(struct station *st, const struct door_event *e, struct slice payload);
/* At the end of a step: its timers and prints; is it over, because the screen was locked, its
 * person left, or the lane was withdrawn? */
void training_step(struct station *st);
/* The step's transaction of what is practised. */
void training_begin(struct station *st);
void training_commit(struct station *st);
/* At start: one was under way when the station stopped; HQ is told. */
void training_broken_off(struct station *st);
/* Whatever there is of it, before the station ends. */
void training_free(struct station *st);

/* A practice order outside of training, or a real one in it: refused and answered. */
bool training_refuses_scan(struct station *st, const struct call *c, const struct scan *s);
bool training_refuses(struct station *st, const struct call *c, const char *verb, struct json args);

/* Pressed in training, and once more when it was over: refused and answered, for the same press is
 * the same act. */
bool training_pressed(struct station *st, const struct call *c);

/* Is another one's job on this printer: of training, or of the real counter? */
bool training_prints(const struct station *st, int device);
void training_printing(struct station *st, int device, int64_t job);
void training_wake_at(struct station *st, int64_t mono_ms);
/* Member `practice` of the counter's document. */
void training_document(struct station *st, struct buf *b);

extern const struct verb training_verbs[];

#endif
