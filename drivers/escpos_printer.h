// SPDX-License-Identifier: Apache-2.0
/*
 * Inside the ESC/POS printer driver: its one block of state, and what its files do for each
 * other. print_escpos.c moves bytes and is the driver; escpos_status.c asks how the printer is,
 * says so, and recovers it; escpos_probe.c finds out what it can answer; escpos_job.c knows what
 * became of a job. Nobody else includes this. Times are monotonic milliseconds.
 */
#ifndef LADA_DRIVERS_ESCPOS_PRINTER_H
#define LADA_DRIVERS_ESCPOS_PRINTER_H

#include "drivers/driver.h"
#include "drivers/escpos_answer.h"
#include "drivers/escpos_fence.h"

#define ESCPOS_ANSWER_MS   2000 /* how long a printer may take for an answer */
#define ESCPOS_MISSES_MAX  3	/* rounds without an answer that make it silent */
#define ESCPOS_CONTROL_MAX 96
#define ESCPOS_NAME_MAX	   48 /* of a maker, of a model */

enum escpos_phase {
	PHASE_IDLE,
	PHASE_CHECK,   /* may the job begin? */
	PHASE_SEND,    /* its bytes go out */
	PHASE_FENCE,   /* all is out or in the port; waiting for the fence's answer */
	PHASE_CONFIRM, /* the fence answered; the last real-time status */
};

/* What is asked of an idle printer after the line came up, in this order. */
enum escpos_step {
	STEP_MODEL,   /* GS I 66, GS I 67 */
	STEP_PROCESS, /* GS ( H with the id PROB */
	STEP_STATUS,  /* GS r 1 */
	STEP_DONE,
};

struct print_escpos {
	const struct driver_setup *setup;
	bool up;
	struct escpos_reader reader;
	uint8_t control[ESCPOS_CONTROL_MAX]; /* whole commands that wait for room */
	size_t control_n;
	size_t fence_n; /* how much of that is up to the end of the fence */
	bool cut_off;	/* a job broke off: the printer may wait for the rest of a command... */
	bool flush_due; /* ...which NULs fill up, before anything is asked in order */
	size_t flush;	/* of them still to send */
	bool flushed;	/* over this connection */

	bool asking; /* a round of DLE EOT is out */
	bool stale;  /* that round began too early to decide anything */
	uint8_t eot[4];
	size_t eot_n;
	int64_t asked_ms;
	int misses;
	bool automatic;	    /* automatic status has come over this connection */
	bool automatic_bad; /* and its last word was that the printer cannot print */
	bool bad;	    /* the printer's last word of any kind was that */
	int64_t heard_ms;   /* when a byte last came */

	bool reported;
	enum device_status status;
	enum device_trouble trouble;
	const char *detail;
	bool cover; /* open */
	bool drawer_known, drawer_high;
	bool broken;	    /* an error that DLE ENQ can end has been seen, and since when... */
	bool opened;	    /* ...and the cover was opened meanwhile: somebody is at it */
	int64_t recover_ms; /* when DLE ENQ was sent last, or the error came */

	enum escpos_step step;
	bool step_out;	  /* its question is out... */
	bool step_left;	  /* ...and has left the port... */
	int64_t step_ms;  /* ...then */
	bool step_round;  /* behind it a whole round was answered */
	bool stray;	  /* GS r was answered, perhaps to an earlier life of the station... */
	int64_t stray_ms; /* ...last then */
	bool met;	  /* which cannot be any more: all was asked and answered before */
	char maker[ESCPOS_NAME_MAX];
	bool no_name, no_process, no_status; /* asked over this connection, no answer so far */
	bool late_name;			     /* it came while something else was asked */
	enum { ANSWERS_NONE, ANSWERS_STATUS, ANSWERS_PROCESS } answers; /* the best ever heard */

	enum escpos_phase phase;
	int64_t job;
	struct slice bytes;
	size_t sent;
	int64_t began_ms; /* the check, then its first byte */
	int64_t alive_ms; /* when the job last moved or had a reason to wait */

	size_t room_max, room_left; /* of the port: when empty, after the last call */
	size_t ahead;		    /* bytes in the port up to the end of the fence or question */
	int64_t moved_ms;	    /* when they last became fewer */
	bool well;		    /* behind the fence it said that it can print... */
	int64_t well_ms;	    /* ...first then */
	bool gap;		    /* since the fence a question met silence... */
	bool unheard;		    /* ...and none behind the fence had been answered before... */
	bool behind;		    /* ...as now one has: the fence had come to the printer */
	bool stood;		    /* its bytes stood still, without a sign of life */
	bool reset;		    /* it can print again and automatic status did not say so... */
	int64_t reset_ms;	    /* ...since then: it was switched off and on */
	struct escpos_fence fence;
	int64_t answered_ms; /* when the fence's answer came */

	bool troubled;	  /* real-time fence: it said it cannot print */
	int64_t need_ms;  /* how long the job takes at the slowest */
	int64_t ready_ms; /* rounds count from then on; 0 not known yet */
	int64_t good_ms;  /* the first that counted; 0 none */
};

/* ---- escpos_status.c ---- */

static inline bool escpos_printable(enum device_status status)
{
	return status == DEVICE_OK || status == DEVICE_PAPER_LOW;
}

/* Queues whole commands for when there is room. */
void escpos_control(struct print_escpos *s, const void *p, size_t n);
/* One round of DLE EOT 1..4: at most four in a row, none before they are answered or given up. */
void escpos_ask(struct print_escpos *s, int64_t now_ms);
void escpos_realtime_came(struct print_escpos *s, uint8_t byte, int64_t now_ms,
			  const struct sink *sink);
void escpos_automatic_came(struct print_escpos *s, const uint8_t asb[4], int64_t now_ms,
			   const struct sink *sink);
/* About once a second, before the job's. */
void escpos_status_tick(struct print_escpos *s, int64_t now_ms, const struct sink *sink);
/* The same, after it. */
void escpos_status_poll(struct print_escpos *s, int64_t now_ms);

/* ---- escpos_probe.c ---- */

/* The best fence this printer is known, or not known not, to answer. */
enum profile_fence escpos_probe_fence(const struct print_escpos *s);
/* Nothing more to find out before a job. */
bool escpos_probe_over(const struct print_escpos *s);
void escpos_probe_start(struct print_escpos *s);
/* A whole round is in: asks the next question, if the printer is free and well. */
void escpos_probe_round(struct print_escpos *s, int64_t now_ms);
/* False: the answer is not to a probe. */
bool escpos_probe_answered(struct print_escpos *s, const struct escpos_answer *a, int64_t now_ms,
			   const struct sink *sink);
void escpos_probe_left(struct print_escpos *s, int64_t now_ms);
void escpos_probe_tick(struct print_escpos *s, int64_t now_ms);
/* Fills up a command that a job broke off in. */
void escpos_probe_flush(struct print_escpos *s, int64_t now_ms);
/* The question may be lost; it is put again when the printer is well. */
void escpos_probe_drop(struct print_escpos *s);

/* ---- escpos_job.c ---- */

int escpos_job_begin(struct print_escpos *s, int64_t job, struct slice bytes, int64_t now_ms);
/* Bytes of the job or its fence are not yet out of the port. */
bool escpos_job_sending(const struct print_escpos *s);
/* The last byte was given to the port: the fence goes behind it. */
void escpos_job_sent(struct print_escpos *s);
void escpos_job_answered(struct print_escpos *s, const struct escpos_answer *a, int64_t now_ms,
			 const struct sink *sink);
/* A whole round is in and reported. */
void escpos_job_round(struct print_escpos *s, int64_t now_ms, const struct sink *sink);
void escpos_job_tick(struct print_escpos *s, int64_t now_ms, const struct sink *sink);
/* It will not be printed now, or nobody knows. */
void escpos_job_finish(struct print_escpos *s, enum job_result result, const char *detail,
		       const struct sink *sink);

#endif
