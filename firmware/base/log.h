// SPDX-License-Identifier: Apache-2.0
/*
 * The log: one line a call on stderr with the priority prefix that journald reads (sd-daemon(3)).
 * Control characters are written as \xNN, so nothing from outside can forge a line. Never give
 * it scanned text, personal data or secrets.
 */
#ifndef LADA_BASE_LOG_H
#define LADA_BASE_LOG_H

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/* What is less urgent is left out from now on, in all of this process; at first nothing is. Kept
 * where syslog(3) keeps it: by libc. */
void log_limit(enum log_level least);
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *fmt, ...);

#define log_error(...)	 log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)	 log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)	 log_line(LOG_LEVEL_INFO, __VA_ARGS__)

#endif
