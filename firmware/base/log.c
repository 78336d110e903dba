// SPDX-License-Identifier: Apache-2.0
#include "firmware/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "firmware/base/bytes.h"

#define LOG_LINE_MAX 1024

void log_limit(enum log_level least)
{
	setlogmask(LOG_UPTO((int)least));
}

void log_line(enum log_level level, const char *fmt, ...)
{
	char text[LOG_LINE_MAX], memory[LOG_LINE_MAX * 4 + 8];
	struct buf line;
	va_list args;
	ssize_t written;

	if (!(setlogmask(0) & LOG_MASK((int)level)))
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buf_init(&line, memory, sizeof(memory));
	buf_fmt(&line, "<%d>", (int)level);
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			buf_fmt(&line, "\\x%02x", (unsigned char)*p);
		else
			buf_byte(&line, (uint8_t)*p);
	}
	buf_byte(&line, '\n');
	written = write(STDERR_FILENO, line.p, line.len);
	(void)written; /* a log that cannot be written must not stop a shop */
}
