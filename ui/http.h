// SPDX-License-Identifier: Apache-2.0
/*
 * libmicrohttpd on the loop: its epoll descriptor is polled, its time-outs are a timer, it has
 * no thread. When nobody is connected nothing wakes up.
 */
#ifndef LADA_UI_HTTP_H
#define LADA_UI_HTTP_H

#include "ui/inside.h"

/* A listening socket on exactly this address: its descriptor, or -1 with a message. */
int http_listen(const char *host, int port, char *ret_message, size_t cap);
/* The port a listening socket got; 0 when it cannot be told. */
int http_port(int fd);
/* Takes over fd. 0, -ENOMEM or -EIO; on failure fd is closed. */
int http_start(struct ui *ui, int fd);
/* Resumes a suspended connection; it is served in the loop's next round. */
void http_resume(struct ui *ui, struct MHD_Connection *connection);
/* Ends all connections and closes the handles; `gone` runs when the last one is closed. */
void http_stop(struct ui *ui, void (*gone)(struct ui *ui));

#endif
