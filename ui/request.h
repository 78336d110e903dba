// SPDX-License-Identifier: Apache-2.0
/*
 * A request from its first header to its answer: what it asks for and what speaks against it.
 *
 * Refusals are decided from the headers but sent after the body has come (up to DRAIN_MAX), for
 * a client that is still sending would lose an early answer to a reset connection.
 */
#ifndef LADA_UI_REQUEST_H
#define LADA_UI_REQUEST_H

#include "ui/inside.h"

/* Bytes of an unwanted body that are read and thrown away. */
#define DRAIN_MAX (1024 * 1024)

/* NULL: no memory. The caller gives it to request_free(). */
struct request *request_new(struct ui *ui, struct MHD_Connection *connection, struct conn *conn);
void request_free(struct request *r);
/* Reads the headers; afterwards r->status tells whether something speaks against it. */
void request_judge(struct request *r, const char *path, const char *method);
/* Must it be answered before its body is here? (Far too long, or the client waits for 100.) */
bool request_early(const struct request *r);
/* False: too much for reading on. */
bool request_body(struct request *r, const char *bytes, size_t n);
/* The body is complete, or the connection was resumed. */
enum MHD_Result request_answer(struct request *r);

#endif
