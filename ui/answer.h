// SPDX-License-Identifier: Apache-2.0
/*
 * Answers: their headers, bodies and cookies. Every function queues one answer for its request
 * and tells the HTTP library's result; MHD_NO (no memory) makes the library close.
 */
#ifndef LADA_UI_ANSWER_H
#define LADA_UI_ANSWER_H

#include "ui/inside.h"

/* Text that was malloc()ed and goes over to the answer, also on failure. NULL: no memory. */
enum MHD_Result answer_text(struct request *r, int status, const char *type, char *text, size_t n);
/* The error body of the contract. `message` is plain ASCII without quotes. */
enum MHD_Result answer_error(struct request *r, int status, const char *code, const char *message);
enum MHD_Result answer_redirect(struct request *r);
/* The page, or 304 when the browser has it. */
enum MHD_Result answer_page(struct request *r);
/* What the step replied, with its cookie. */
enum MHD_Result answer_reply(struct request *r);
/* Adds the common headers, queues and drops a response of the caller's own making. */
enum MHD_Result answer_queue(struct request *r, int status, struct MHD_Response *response);

#endif
