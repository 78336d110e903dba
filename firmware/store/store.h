// SPDX-License-Identifier: Apache-2.0
/*
 * The station's memory: what HQ said (records), what this store did (facts, journal), what is
 * under way (desks, jobs), what could not be understood (letters). All SQL is in this folder,
 * one file per table family, one header for the step.
 *
 * Lifetime: texts handed out borrow a statement until the next call of the same function or the
 * commit. All functions but open, close and commit run inside a transaction.
 */
#ifndef LADA_STORE_STORE_H
#define LADA_STORE_STORE_H

#include "firmware/base/json.h"
#include "firmware/door.h"

struct store;

/* path NULL: in memory (simulation). -EIO, -EBADMSG (not ours or newer than this program) with
 * a message that says what to do. */
int store_open(const char *path, struct store **ret_store, char *ret_message, size_t cap);
/* Is it another file than the one that was used last? Then a copy was put in its place by other
 * means than `lada restore`, and the station begins a new epoch as after one: what was written
 * since the copy was made stands at HQ under the old one. */
bool store_know_file(struct store *st, const char *path);
/* The same of a file that is behind what this station had written by then. */
bool store_know_mark(struct store *st, int64_t epoch, int64_t last);
/* For practising: what HQ says of products, stock and policies is read from `base`, which outlives
 * it and is never written; its own generations and print jobs are numbered from first + 1 on, which
 * is above PRACTICE_FIRST. */
#define PRACTICE_FIRST (INT64_C(1) << 40) /* no real one comes so far */
void store_practise(struct store *st, struct store *base, int64_t first);
void store_close(struct store *st);
void store_begin(struct store *st);
bool store_changed(const struct store *st);    /* by this transaction */
int64_t store_changes(const struct store *st); /* ever, by this connection */
int store_commit(struct store *st); /* 0 or -EIO: stop the process, see store_trouble() */
const char *store_trouble(const struct store *st); /* "" while all is well */
/* Moves the write-ahead log into the database; call it when nothing is waiting. */
void store_checkpoint(struct store *st);

int64_t store_meta(struct store *st, const char *key, int64_t otherwise);
void store_meta_set(struct store *st, const char *key, int64_t value);

/* ---- records: what HQ said (record.c) ---- */

struct cursor {
	int64_t epoch;
	int64_t seq;
	int64_t gen; /* which generation of records is live */
	int64_t count;
	uint64_t sum;
};

/* UNREADABLE: HQ's newest word could not be understood. Of an order the body is then the last one
 * that could be, which nobody may act on; of others it is empty. */
enum record_state { RECORD_LIVE, RECORD_DELETED, RECORD_UNREADABLE };

struct record {
	int64_t rev;
	enum record_state state;
	struct slice body;
};

/* What a record is looked up by, beside its id. */
enum lookup {
	LOOKUP_STATUS, /* orders that wait, by HQ's word; facts may know better: STATUS:TIME */
	LOOKUP_PHONE,  /* orders, members: phone_hash */
	LOOKUP_NUMBER, /* orders: number */
	LOOKUP_GTIN,   /* products */
	LOOKUP_CARD,   /* members */
	LOOKUP_CUSTOMER,
	LOOKUP_LABEL, /* orders: the labels of their parcels */
	LOOKUP_CASE,  /* entries: case */
	LOOKUP_SKU,   /* orders that wait: what is in them, substitutes too */
	LOOKUP_STORY, /* entries: by customer, open ones by customer, by case; see story_key() */
};

#define GEN_GUEST 0 /* orders asked for, kept beside the stream */

struct cursor store_cursor(struct store *st, enum stream s);
void store_cursors(struct store *st, struct cursor ret_cursors[STREAM_COUNT]);
void store_cursor_set(struct store *st, enum stream s, const struct cursor *c);
bool store_record(struct store *st, int64_t gen, struct slice id, struct record *ret_record);
/* The next record's id after `id` ("" to begin), which is replaced; false: there is none. */
bool store_record_next(struct store *st, int64_t gen, char id[ID_MAX + 1]);
/* Every record of `gen` that is not deleted, in no order. */
void store_counted(struct store *st, int64_t gen,
		   void (*each)(void *ctx, struct slice id, int64_t rev), void *ctx);
/* Inserts; false, and nothing is changed, when there is one of that id. */
bool store_record_add(struct store *st, int64_t gen, struct slice id, const struct record *r);
/* Inserts or replaces. What the record before was looked up by is the caller's to drop. */
void store_record_set(struct store *st, int64_t gen, struct slice id, const struct record *r);
/* A guest, with what it is looked up by. */
void store_guest_drop(struct store *st, struct slice id);
void store_lookup_add(struct store *st, int64_t gen, enum lookup kind, struct slice key,
		      struct slice id);
void store_lookup_drop(struct store *st, int64_t gen, enum lookup kind, struct slice key,
		       struct slice id);
/* The next id under a key, in order of id: `id` holds the one before ("" to begin) and takes the
 * next; false behind the last. Walks of this kind cost the same at any length. */
bool store_lookup_next(struct store *st, int64_t gen, enum lookup kind, struct slice key,
		       char id[ID_MAX + 1]);
bool store_lookup_has(struct store *st, int64_t gen, enum lookup kind, struct slice key,
		      struct slice id);
/* The same of all keys that begin with `prefix` and a colon, in order of key: `key` and `id` hold
 * the one before ("" to begin). */
#define LOOKUP_WALK_MAX 48 /* bytes of such a key */
bool store_lookup_walk(struct store *st, int64_t gen, enum lookup kind, const char *prefix,
		       char key[LOOKUP_WALK_MAX], char id[ID_MAX + 1]);
int64_t store_gen_new(struct store *st);
void store_gen_discard(struct store *st, int64_t gen);
/* Removes some rows of discarded generations; false when nothing is left to do. */
bool store_gen_sweep(struct store *st, int64_t rows);

/* A guest came; store_prune() drops it after a week. */
void store_guest_came(struct store *st, struct slice id, int64_t at_ms);
/* The next guest after `id` ("" to begin), which is replaced. */
bool store_guest_next(struct store *st, char id[ID_MAX + 1]);

/* Live record of a stream by id; of orders also one that is unreadable now but once was not:
 * see its state. */
bool store_find(struct store *st, enum stream s, struct slice id, struct record *ret_record);

/* A snapshot being received. */
struct shadow {
	int64_t epoch;
	int64_t seq;
	int64_t gen;
	int64_t count;
	uint64_t sum;
	int32_t parts;
	char id[ID_MAX + 1];
};
bool store_shadow(struct store *st, enum stream s, struct shadow *ret_shadow);
void store_shadow_set(struct store *st, enum stream s, const struct shadow *sh, struct slice upto);
void store_shadow_count(struct store *st, enum stream s, int64_t count, uint64_t sum);
struct slice store_shadow_upto(struct store *st, enum stream s);
void store_shadow_drop(struct store *st, enum stream s); /* its parts' marks too */
bool store_part_seen(struct store *st, enum stream s, int32_t part);
void store_part_mark(struct store *st, enum stream s, int32_t part);
int32_t store_part_count(struct store *st, enum stream s);
int32_t store_parts_between(struct store *st, enum stream s, int32_t from, int32_t until);
/* The first part from `from` on that is not here. */
int32_t store_part_missing(struct store *st, enum stream s, int32_t from);

/* Messages that came before their turn; bounded in number and bytes, lost at a restart. */
void store_hold(struct store *st, enum stream s, int64_t epoch, int64_t seq, struct slice message);
bool store_held(struct store *st, enum stream s, int64_t epoch, int64_t seq,
		struct slice *ret_message);
void store_unhold(struct store *st, enum stream s, int64_t epoch, int64_t upto_seq);

/* How far HQ had heard a lane when it wrote a stream. */
void store_upto_set(struct store *st, enum stream s, struct slice lane, int64_t epoch, int64_t seq);
/* The newest of a lane that HQ had heard; false: none. */
bool store_upto(struct store *st, enum stream s, struct slice lane, int64_t *ret_epoch,
		int64_t *ret_seq);
bool store_upto_covers(struct store *st, enum stream s, const char *lane, int64_t epoch,
		       int64_t seq);
/* Another epoch of a stream: a restored HQ may have heard less than before. */
void store_upto_clear(struct store *st, enum stream s);

/* Dead letters; the newest are kept, each op up to a bound. */
void store_letter(struct store *st, enum stream s, int64_t epoch, int64_t seq, struct slice id,
		  const char *reason, struct slice op, int64_t at_ms);
int64_t store_letter_count(struct store *st);
struct letter_row {
	int64_t n;
	enum stream stream;
	int64_t epoch, seq, at_ms;
	char id[ID_MAX + 1];
	char reason[32];
};
/* Newest first: the next one below ret_row->n (INT64_MAX to begin). */
bool store_letter_listed(struct store *st, struct letter_row *ret_row);
bool store_letter_drop(struct store *st, int64_t n); /* false: there is none */

/* ---- facts: what this store did (fact.c) ---- */

struct order_fact {
	char status[20]; /* "" none; "collected", "partly_collected" */
	int64_t at_ms;
	char lane[ID_MAX + 1];
	int64_t epoch, seq; /* the event behind it */
	char event[27];	    /* its id */
};
bool store_order_fact(struct store *st, struct slice order, struct order_fact *ret_fact);
/* This store has handed over all of it; what is only partly collected still waits. */
bool store_order_gone(struct store *st, struct slice order);
void store_order_fact_set(struct store *st, struct slice order, const struct order_fact *f);
struct line_fact {
	int64_t handed;
	int64_t short_;
	int64_t returned;
};
struct line_fact store_line_fact(struct store *st, struct slice order, struct slice line);
void store_line_fact_add(struct store *st, struct slice order, struct slice line,
			 struct line_fact add);
void store_order_facts_drop(struct store *st, struct slice order); /* reopen */
/* The next order with a fact or a payment after `id` ("" to begin), which is replaced. */
bool store_order_fact_next(struct store *st, char id[ID_MAX + 1]);
/* The rev a conflict about a field was raised for last, -1 none. */
int64_t store_conflict_rev(struct store *st, struct slice order, const char *field);
void store_conflict_set(struct store *st, struct slice order, const char *field, int64_t rev);
int64_t store_refunded(struct store *st, struct slice order, struct slice payment);
void store_refunded_add(struct store *st, struct slice order, struct slice payment, int64_t amount);

/* What was done with an order that is HQ's to say. `what`: "status", "shelf", "picked:LINE" … */
#define OVER_WHAT_MAX  (ID_MAX + 24)
#define OVER_VALUE_MAX 512
struct over {
	char what[OVER_WHAT_MAX];
	char value[OVER_VALUE_MAX];
	int64_t rev; /* of HQ's record then */
	char lane[ID_MAX + 1];
	int64_t epoch, seq; /* the event behind it */
	int64_t at_ms;
};
void store_over_set(struct store *st, struct slice order, const struct over *o);
/* The next of an order behind ret_over->what ("" to begin), which is replaced. */
bool store_over_next(struct store *st, struct slice order, struct over *ret_over);
bool store_over(struct store *st, struct slice order, const char *what, struct over *ret_over);
void store_over_drop(struct store *st, struct slice order, const char *what);
/* The next order behind `id` ("" to begin), which is replaced, whose `what` ("status" or "search")
 * is said here with this value (JSON text). */
bool store_over_of(struct store *st, const char *what, const char *value, char id[ID_MAX + 1]);
/* The next order behind `id` of which a substitute's text has this in it. */
bool store_over_swapped(struct store *st, const char *part, char id[ID_MAX + 1]);

#define STOCK_MAX INT64_C(1000000000000) /* either way, pieces: what no shop has */
void store_stock_delta_add(struct store *st, struct slice sku, int64_t delta, const char *lane,
			   int64_t epoch, int64_t seq);
int64_t store_stock_delta(struct store *st, struct slice sku);
bool store_stock_moved(struct store *st, struct slice sku); /* is anything laid over HQ's figure? */
void store_stock_deltas_covered(struct store *st, struct slice lane, int64_t epoch, int64_t seq);

/* ---- other lanes of the store (lane.c) ---- */

bool store_heard(struct store *st, struct slice lane, int64_t epoch, int64_t seq);
/* The last of the events behind `after` that were heard without a gap; `after` for none. */
int64_t store_heard_from(struct store *st, struct slice lane, int64_t epoch, int64_t after);
void store_heard_add(struct store *st, struct slice lane, int64_t epoch, int64_t first,
		     int64_t last);
/* From where on all events of a lane must be heard; the first word counts until it is dropped. */
void store_listen_add(struct store *st, struct slice lane, int64_t epoch, int64_t after);
bool store_listen(struct store *st, struct slice lane, int64_t *ret_epoch, int64_t *ret_after);
void store_listen_drop(struct store *st, struct slice lane);
/* Events that HQ took back, which may be heard later than that. */
void store_reopened_add(struct store *st, struct slice event, int64_t at_ms);
bool store_reopened(struct store *st, struct slice event);

/* ---- journal: what is told to HQ (journal.c) ---- */

struct ledger {
	int64_t epoch;
	int64_t last; /* seq of the newest event, 0 none */
	int64_t acked;
	char prev[33]; /* hash of the newest event; "" when the store does not know it */
};
/* The epoch that is written now; epoch 0 when there is none yet. */
struct ledger store_ledger(struct store *st);
bool store_ledger_of(struct store *st, int64_t epoch, struct ledger *ret_ledger);
/* The epoch that was opened after this one, 0 none. */
int64_t store_ledger_next(struct store *st, int64_t epoch);
void store_ledger_open(struct store *st, int64_t epoch);
/* The oldest epoch with rows that wait, else the newest one. */
struct ledger store_ledger_waiting(struct store *st);
int64_t store_waiting(struct store *st); /* events not acknowledged, all epochs */
void store_event(struct store *st, int64_t epoch, int64_t seq, const char *type, struct slice e,
		 struct slice person);
/* The exact text of an event of this lane; false: it was pruned. */
bool store_event_text(struct store *st, int64_t epoch, int64_t seq, struct slice *ret_text);
/* `newest`: the epoch that is written now, with its last event and hash. */
void store_acked(struct store *st, int64_t epoch, int64_t seq, const struct ledger *newest);
void store_rejected(struct store *st, int64_t epoch, int64_t seq, struct slice reason);
struct reject_row {
	int64_t epoch, seq;
	char type[40]; /* of the event, "" when it is not kept any more */
	char reason[128];
};
/* Newest first: the next one below (epoch, seq); epoch INT64_MAX to begin. */
bool store_reject_listed(struct store *st, struct reject_row *ret_row);
bool store_reject_drop(struct store *st, int64_t epoch, int64_t seq); /* false: there is none */
/* The oldest event of an epoch that is kept; above its last when none is. */
int64_t store_event_oldest(struct store *st, int64_t epoch);
/* Appends `{"e":…,"person":…}` objects, comma between, from after+1 on while they fit in `b`
 * up to max_bytes; the seq of the last one written, `after` for none. */
int64_t store_batch(struct store *st, int64_t epoch, int64_t after, size_t max_bytes,
		    struct buf *b);

/* ---- commands of HQ (command.c) ---- */

bool store_command_known(struct store *st, const char *id);
void store_command_add(struct store *st, const char *id, int64_t expires_ms, bool ok,
		       struct slice detail);
/* What HQ has set; false: nothing. */
bool store_setting(struct store *st, const char *key, char *dst, size_t cap);
void store_setting_set(struct store *st, const char *key, const char *value); /* NULL: undone */

#define STORE_MESSAGES_MAX 8
#define MESSAGE_TEXT_MAX   401
struct message_row {
	int64_t n;
	char id[ID_MAX + 1]; /* of the command */
	char text[MESSAGE_TEXT_MAX];
	int64_t level; /* enum notice_level */
};
/* False: so many wait already that one more would not be read. */
bool store_message_add(struct store *st, const char *id, struct slice text, int64_t level);
/* The next behind row->n, oldest first (0 to begin). */
bool store_message_next(struct store *st, struct message_row *row);
bool store_message_drop(struct store *st, const char *id); /* false: there is none */

/* ---- times.c ---- */

/* The clock that said `now_ms` was set by `by_ms`: what is under way keeps its age. */
void store_times_move(struct store *st, int64_t now_ms, int64_t by_ms);

/* ---- all of it (prune.c) ---- */

/* Drops, a slice a call, what nobody needs any more: events acknowledged more than so many days
 * ago, guests older than a week, tries whose lock ended more than a day ago. */
void store_prune(struct store *st, int64_t now_ms, int64_t journal_days);
/* The time the journal ages by, 0 before the first prune; has a day gone by since? */
int64_t store_aged_ms(struct store *st, bool *ret_a_day);

/* ---- work: desks, sessions, locks, presses, jobs (work.c) ---- */

#define WORK_LINE_MAX 192 /* a line's id as JSON, or "parcel:" and a label */
struct desk_row {
	char mode[12]; /* "" = no row: idle */
	char order[ID_MAX + 1];
	char method[8];
	char how[10]; /* "online", "offline" */
	int64_t rev;  /* the record's rev a person has seen */
};
bool store_desk(struct store *st, enum desk desk, struct desk_row *ret_row);
void store_desk_set(struct store *st, enum desk desk, const struct desk_row *row);
void store_desk_clear(struct store *st, enum desk desk); /* and its checks */

struct check {
	int64_t checked;
	int64_t short_;
};
/* More of a line of this desk's work, or of the work itself (line ""), as JSON; false: nothing. */
bool store_work_extra(struct store *st, enum desk desk, struct slice line, char *dst, size_t cap);
void store_work_extra_set(struct store *st, enum desk desk, struct slice line, struct slice json);
void store_work_drop(struct store *st, enum desk desk, struct slice line);
/* The next line of a desk's work behind `line` ("" to begin), which is replaced. */
bool store_work_next(struct store *st, enum desk desk, char line[WORK_LINE_MAX]);
struct check store_check(struct store *st, enum desk desk, struct slice line);
void store_check_set(struct store *st, enum desk desk, struct slice line, struct check c,
		     struct slice reason);

struct session_row {
	enum desk desk;
	enum role role;
	char staff[ID_MAX + 1];
	int64_t at_ms; /* wall time it began; store_session_add() takes its own */
};
void store_session_add(struct store *st, const char *token_hash, const struct session_row *s,
		       int64_t at_ms);
void store_session_drop(struct store *st, const char *token_hash);
bool store_session(struct store *st, const char *token_hash, struct session_row *ret_session);
bool store_session_nth(struct store *st, int64_t n, char ret_token_hash[33],
		       struct session_row *ret_session);
/* The next one after `token_hash` ("" to begin), which is replaced. */
bool store_session_next(struct store *st, char token_hash[33], struct session_row *ret_session);
/* The newest session at a desk. */
bool store_session_at(struct store *st, enum desk desk, char ret_token_hash[33],
		      struct session_row *ret_session);

/* Wrong tries by subject ("order:ZAM-1", "desk:counter", "staff:E17"). */
struct tries {
	int64_t count;
	int64_t until_ms; /* wall time the lock ends, 0 none */
};
struct tries store_tries(struct store *st, const char *subject);
void store_tries_set(struct store *st, const char *subject, struct tries t);

/* A press that was answered already: its status and body again, and what it asked for (a hash, ""
 * not known). */
bool store_press(struct store *st, const char *key, int64_t *ret_status, struct slice *ret_body,
		 struct slice *ret_asked);
void store_press_add(struct store *st, const char *key, const char *asked, int64_t status,
		     struct slice body, int64_t at_ms);
void store_press_prune(struct store *st, int64_t before_ms);

enum job_status {
	JOB_QUEUED,
	JOB_PRINTING,
	JOB_DONE,
	JOB_UNKNOWN,
	JOB_FAILED,
	JOB_DROPPED,
};
const char *job_status_name(enum job_status s);
struct job_row {
	int64_t job;
	char printer[DEVICE_NAME_MAX]; /* where it was meant to go */
	char standin[DEVICE_NAME_MAX]; /* "" or where it goes instead */
	char kind[16];		       /* "pickup", "test", "drawer" */
	enum job_status status;
	int64_t at_ms;		   /* when it was queued */
	int64_t copy_of;	   /* 0: no copy */
	char document[ID_MAX + 1]; /* "" or the DOC of its slip */
	struct slice doc;
};
/* The printer it goes to. */
const char *store_job_goes(const struct job_row *job);
int64_t store_job_add(struct store *st, const char *printer, const char *kind, struct slice doc,
		      int64_t at_ms);
bool store_job(struct store *st, int64_t job, struct job_row *ret_row);
void store_job_status(struct store *st, int64_t job, enum job_status status);
void store_job_is(struct store *st, int64_t job, const char *document, int64_t copy_of);
/* The first job still known that printed a document. */
bool store_job_of(struct store *st, const char *document, struct job_row *ret_row);
/* The oldest queued job that goes to a printer; false when there is none or one is printing. */
bool store_job_next(struct store *st, const char *printer, struct job_row *ret_row);
bool store_job_printing(struct store *st, const char *printer);
/* Queued slips of a printer go to its stand-in, and those of a stand-in back home. Rows changed.
 * Tests and drawer kicks stay: they are about that very printer. */
int64_t store_jobs_stand_in(struct store *st, const char *printer, const char *standin);
int64_t store_jobs_home(struct store *st, const char *printer, const char *standin);
/* One job goes to a stand-in; "" to the printer it was meant for. */
void store_job_send(struct store *st, int64_t job, const char *standin);
/* The next queued job above ret_row->job (0 to begin), without doc; false when there is none. */
bool store_job_queued(struct store *st, struct job_row *ret_row);
/* A queued job of a kind from before or after these times; false when there is none. */
bool store_job_late(struct store *st, const char *kind, int64_t from_ms, int64_t until_ms,
		    struct job_row *ret_row);
/* A job that was printing when the station stopped; false when there is none. */
bool store_job_interrupted(struct store *st, struct job_row *ret_row);
/* Is the newest job that went to this printer one that is not known to have come out? */
bool store_job_cut_off(struct store *st, const char *printer);
/* After a restore: what was under way when the backup was made may be done since. Queued and
 * interrupted prints become unknown; desks, arrivals and sessions are forgotten. */
void store_work_forget(struct store *st);
/* Unfinished jobs and the last ten, newest first: the next one below ret_row->job (INT64_MAX to
 * begin). Without doc. */
bool store_job_listed(struct store *st, struct job_row *ret_row);
void store_jobs_prune(struct store *st, int64_t keep);

/* Customers who are here: they have shown a code, or said so from afar. */
void store_here_check_in(struct store *st, struct slice order, int64_t at_ms);
bool store_here_shown(struct store *st, struct slice order);
void store_here_add(struct store *st, struct slice order, int64_t at_ms);
void store_here_drop(struct store *st, struct slice order);
/* Longest first: the next one behind (*at_ms, order); 0 and "" to begin. */
bool store_here_next(struct store *st, char order[ID_MAX + 1], int64_t *at_ms);
void store_here_expire(struct store *st, int64_t before_ms);
bool store_is_here(struct store *st, struct slice order);
int64_t store_here_since(struct store *st, struct slice order); /* wall ms, 0 is not here */

#endif
