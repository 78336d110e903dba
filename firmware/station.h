// SPDX-License-Identifier: Apache-2.0
/*
 * One station: all state of the step side hangs here, nothing is global. Clock, chance, storage
 * and the door are given from outside, so a process can hold one station or a thousand, and a
 * simulation runs the very code that ships.
 *
 * Everything in this header runs on the step thread, inside the transaction step.c opened.
 * Texts that functions hand out borrow the station's buffers until the same function is called
 * again.
 */
#ifndef LADA_FIRMWARE_STATION_H
#define LADA_FIRMWARE_STATION_H

#include "firmware/base/clock.h"
#include "firmware/base/doc.h"
#include "firmware/config.h"
#include "firmware/counter/claim.h"
#include "firmware/counter/order.h"
#include "firmware/counter/pickup.h"
#include "firmware/counter/scan.h"
#include "firmware/counter/slip.h"
#include "firmware/counter/words.h"
#include "firmware/door.h"
#include "firmware/store/store.h"
#include "firmware/trust/hash.h"
#include "firmware/trust/rotate.h"

#define NOTICE_TEXT_MAX	    512
#define SCANS_KEPT_MAX	    8
#define BODY_MAX	    (1024 * 1024)
#define DOCUMENT_MAX	    (512 * 1024)
#define QUEUE_TEXT_MAX	    65536
#define EVENT_TEXT_MAX	    65536
#define UP_MESSAGE_MAX	    65536	     /* INTERFACES: a batch of events, bytes */
#define RECEIPT_CODE_MAX    (2 * ID_MAX + 8) /* LR.ORDER.DOC */
#define KIOSK_WIPE_MS	    45000 /* INTERFACES: what the last customer saw is forgotten */
#define ASK_WAIT_MS	    2800  /* an answer to a person comes within 3 s, so this ends before */
#define BEAT_FRESH_MS	    30000
#define QUEUE_AGE_MS	    30000
#define REVISIONS_PER_START INT64_C(1000000000) /* a change a second for thirty years */

enum desk_mode { MODE_IDLE, MODE_ASKING, MODE_PICKUP };

enum notice_level { NOTICE_GOOD, NOTICE_ATTENTION, NOTICE_BAD };

struct notice {
	bool shown;
	int64_t n;
	int64_t at_ms; /* monotonic, since when it is shown */
	enum notice_level level;
	int64_t job;		  /* the print job it is about, 0 none */
	char message[ID_MAX + 1]; /* the message of HQ it is, "" none */
	char code[24];
	char text[NOTICE_TEXT_MAX];	/* in the desk's language */
	char customer[NOTICE_TEXT_MAX]; /* what the customer's screen says */
};

struct session {
	bool valid;
	struct session_row row;
	char token_hash[33];
};

/* Who does something, where, and who waits for the answer. */
struct call {
	enum desk desk;
	uint64_t request; /* 0: a scan, nobody waits for a body */
	struct session session;
	char press[IDEMPOTENCY_KEY_MAX];
	char unkept[IDEMPOTENCY_KEY_MAX]; /* instead of it: a press whose answer is not kept */
	char token[TOKEN_TEXT_MAX];
	int64_t scan_ns;
};

/* A scan that waits for HQ's answer about an order. */
struct waiting {
	bool active;
	int64_t deadline_ms; /* monotonic */
	char ask[ULID_TEXT_MAX];
	char order[ID_MAX + 1];
	char nonce[17];
	struct call call;
};

struct kept_scan {
	struct call call;
	enum symbology symbology;
	size_t n;
	char text[512];
};

struct desk_state {
	enum desk_mode mode;
	struct desk_row row; /* pickup; asking: row.order */
	struct notice notice;
	enum language language;
	struct waiting waiting;
	struct kept_scan kept[SCANS_KEPT_MAX];
	int kept_count;
	char product[ID_MAX + 1];	/* sku shown, "" none */
	char receipt[RECEIPT_CODE_MAX]; /* return code of the order handed over last, "" none */
	bool survey;			/* its customer is asked how it was */
	char greeted[ID_MAX + 1];	/* kiosk: the order whose customer is greeted */
	int64_t wipe_ms;		/* kiosk: when to forget, monotonic, 0 never */
};

struct device_state {
	char protocol[DEVICE_PROTOCOL_MAX]; /* spoken now; as configured until that is told */
	enum device_status status;
	enum device_trouble trouble;
	char detail[DEVICE_DETAIL_MAX];
	/* Printers; times are monotonic. */
	bool cut_off;	   /* at the start: its last job may have broken off in a command */
	int64_t retry_ms;  /* not before this */
	int nothings;	   /* jobs in a row of which nothing left */
	int64_t unable_ms; /* unable to print since then */
	bool drawer_known, drawer_high; /* the drawer's contact */
	bool kicked;	 /* a kick is out whose effect would tell which level is open... */
	bool kick_high;	 /* ...this was the contact before it... */
	int64_t kick_ms; /* ...and its job ended then; 0 under way */
	bool kick_shut;	 /* by its contact the drawer was shut when it was kicked... */
	bool kick_seen;	 /* ...and has been open since */
};

/* What a stream is being asked for. */
struct follow {
	bool wanted;	     /* something is missing, or not known to be complete */
	int64_t next_ask_ms; /* monotonic */
	int64_t rounds;	     /* asks so far */
	struct {
		int64_t epoch, seq, round;
		int seen;
	} doubt;      /* an empty direct message just above the cursor: a head, or a message? */
	int replayed; /* messages since the last ask */
	int vain;     /* answers in a row that did not bring what was asked for first */
	int32_t part_from;  /* parts asked for and not all here: the first of them... */
	int32_t part_until; /* ...and the last */
	size_t part_bytes;  /* the largest part that came */
};

/* What HQ sent that is too much for one step. What is done of it stands in the database, commit
 * by commit; the rest goes on when nobody waits at the counter. After a restart a part begun comes
 * again, which does no harm: what is there already is no newer. */
struct load {
	bool cut;		 /* the part at the head of the door's queue has been begun... */
	size_t at;		 /* ...and its ops before this byte are applied */
	int rejects;		 /* of that part so far */
	bool held[STREAM_COUNT]; /* messages that came before their turn may be next now */
	bool guests;		 /* orders that a new generation has by itself are dropped */
	char guest[ID_MAX + 1];	 /* up to this one */
};

/* Another lane of the store, as it was heard of since the start. */
struct sibling {
	char lane[ID_MAX + 1];
	bool online;
	int64_t epoch, conn; /* of its newest state */
	int64_t last;	     /* its newest event then */
	int64_t ask_ms;	     /* monotonic: when to ask it again for what is missing, 0 not asked */
	int64_t asked_from;  /* after which event it was asked last */
	int asked;	     /* so often without anything new */
};
#define SIBLINGS_MAX CLAIM_LANES_MAX

/* A handover that waits until it is known who serves the order. */
struct parked {
	bool active;
	struct call call;
	size_t n;
	char args[1024];
};

/* A slow hash under way. */
struct pin_check {
	bool active; /* waits for the loop's worker */
	uint64_t number;
	struct call call;
	char staff[ID_MAX + 1];
	char typed[33]; /* hash of what was typed, while it is active */
};
#define PIN_CHECKS_MAX 8

/* What time it is (clocks.c). A base is a wall time minus the monotonic one. */
#define CLOCK_BEATS 6
struct clocks {
	int64_t base_ms;	    /* of station_now() */
	int64_t wall_base_ms;	    /* of the machine's own clock */
	int64_t start_mono_ms;	    /* when the station was started */
	int64_t beats[CLOCK_BEATS]; /* bases by HQ's last beats */
	int beat_count;		    /* of them, 0: HQ was not heard in this life */
	int beat_next;
	int late_beats;	 /* in a row that came too late to tell the time */
	int64_t shown_s; /* how far ahead of HQ the wall clock is, whole minutes; what people see */
	bool jumped;	 /* the wall clock was set, and HQ does not know yet */
	int64_t jump_from_ms; /* its base before */
	int64_t jump_told_ms; /* monotonic, when HQ was told last; 0 never */
	bool kept;
	int64_t kept_ms, kept_offset_ms;	  /* what was written down last, and when */
	int64_t beat_n, beat_noted, beat_note_ms; /* of signed beats: heard, kept, to be kept by */
};

struct counters {
	int64_t scans, scans_refused, verbs, steps, commits;
	int64_t down_applied, down_dropped, down_old_epoch, letters;
	int64_t refused_messages, acks_ignored, handovers;
};

struct station {
	struct clock clock;
	const struct config *config;
	struct door *door;
	struct store *store;
	char identity[48]; /* public key, base64 */
	char operator_token[TOKEN_TEXT_MAX];

	struct ledger ledger; /* mirror of the newest epoch's row */
	struct {
		int64_t noted;	 /* the database has this; ledger.acked may be ahead of it */
		int64_t note_ms; /* monotonic: when it is written at the latest */
		int64_t shown;	 /* the screens have this */
		int64_t show_ms; /* monotonic: screens are not painted for one before */
	} acked;
	int64_t fresh_after; /* events above this were not published yet */
	int64_t revision;
	bool dirty;		/* some document may have changed */
	bool queue_stale;	/* orders, arrivals or ages have changed */
	int64_t queue_ms;	/* monotonic, when the queue was written */
	int64_t oldest_scan_ns; /* of this step, for the latency figure */

	struct desk_state desks[DESK_COUNT];
	int64_t notice_n;
	struct device_state devices[DEVICES_MAX];
	struct {
		int64_t job; /* its printer kicked a drawer, and the contact is waited for; 0 none
			      */
		int device;
		int64_t until_ms; /* monotonic */
	} kick;
	struct follow follow[STREAM_COUNT];
	struct load load;
	struct {
		int64_t gen; /* of orders, whose records are compared with facts */
		bool done;
		char id[ID_MAX + 1]; /* up to this order */
	} compare;
	struct sibling siblings[SIBLINGS_MAX];
	int sibling_count;
	bool lanes_stale; /* what `isolated` says may not be true any more */
	bool isolated;
	struct claims claims; /* of the counter: the desk that hands over */
	struct parked parked;
	struct pin_check pins[PIN_CHECKS_MAX];
	uint64_t pin_number;

	bool link_up;
	bool epoch_raised;  /* in this life, because HQ knows a later one */
	int64_t unheard_ms; /* monotonic: since then HQ answers and takes no events, 0 it does */
	bool stuck_told;
	bool beat_known;
	int64_t beat_ms; /* monotonic, of the last live beat */
	int64_t wake_ms; /* the earliest deadline announced to the loop, 0 none */
	int64_t refused_told_ms;
	int64_t pruned_ms;
	int64_t busy_ms; /* monotonic, of the last event that was no tick */
	struct clocks clocks;
	bool policy_known; /* policies were followed up to policy_at */
	struct cursor policy_at;
	struct trust_change keys_change; /* by policy `keys` */
	struct trust_keys keys;		 /* station_keys() */
	char keys_hash[HASH_TEXT_MAX], lanes_hash[HASH_TEXT_MAX];
	bool revoked;			  /* policy `lanes` does not list this lane any more */
	bool taken;			  /* another client uses this station's client id */
	char trouble[BROKER_TROUBLE_MAX]; /* why the broker is not reached, "" */
	enum language language;		  /* of the station: its configuration, or as HQ has set */
	bool restarting;		  /* HQ said so: end when this step is committed */
	bool log_unmoved;		  /* something was committed since the last checkpoint */
	bool stopping;
	bool reachable_shown; /* what the documents say of HQ */
	struct counters counters;

	/* Work space, so that nothing here needs a heap. */
	struct order order;
	struct pickup_line done[ORDER_LINES_MAX];
	char body[BODY_MAX];
	char policy[65536];
	char message[BODY_MAX + 4096]; /* a held message while it is applied */
	char event_body[EVENT_TEXT_MAX];
	char event_text[EVENT_TEXT_MAX + 512];
	char up[UP_MESSAGE_MAX + 512];
	char doc[DOC_MAX];
	char screen[DOCUMENT_MAX];
	char queue[QUEUE_TEXT_MAX]; /* the queue as JSON, kept between steps */
	size_t queue_n;
	uint8_t screen_hash[SCREEN_COUNT][16];
	uint8_t display_hash[DESK_COUNT][16];
	int64_t display_due_ms; /* monotonic, when a display changes by itself, 0 never */
	struct heartbeat_of {
		int64_t changes; /* of the database */
		int64_t epoch, acked, noted;
		bool isolated, revoked;
		uint8_t devices[DEVICES_MAX];
	} heartbeat_of; /* what the last heartbeat was made of */
	uint8_t heartbeat_hash[16];
	uint8_t metrics_hash[16];
};

/* ---- step.c ---- */

/* Makes the station's state from its database; opens an epoch when there is none. 0 or -EIO. */
int station_start(struct station *st);
/* Takes and decides what is in the door, commits once, lets the outputs out. `wait`: until there
 * is something. False when it took nothing, or after DOOR_STOP or database trouble. */
bool station_step(struct station *st, bool wait);
int64_t station_now(const struct station *st);	/* wall ms */
int64_t station_mono(const struct station *st); /* monotonic ms */
void station_wake_at(struct station *st, int64_t mono_ms);
bool station_hq_reachable(const struct station *st);

/* ---- clocks.c ---- */

void clocks_start(struct station *st);
/* At the begin of a step: was a clock set? */
void clocks_look(struct station *st);
void clocks_beat(struct station *st, int64_t at_ms); /* HQ's time, as a live beat says */
int64_t clocks_first_beat(const struct station *st); /* the least `n` a signed beat may have */
void clocks_note_beat(struct station *st); /* at the end of a step */
bool clocks_hq_known(const struct station *st);
/* Ms by which the machine's clock is ahead of HQ's, as far as that is known. */
int64_t clocks_offset(const struct station *st);
/* Is the time sure enough to throw away what is old? */
bool clocks_settled(const struct station *st);

/* ---- policies.c: what policy says of keys and lanes ---- */

void policies_follow(struct station *st);
/* HQ's keys that are valid now; borrows st->keys. */
const struct trust_keys *station_keys(struct station *st);
/* A message was signed by this key: is it still one? */
bool station_signer_valid(struct station *st, uint16_t signer);
/* NULL, or why policy `keys` cannot be followed. */
const char *policy_keys_wrong(const struct station *st, struct json body);
/* Is this what a lane does not do that its store has withdrawn? */
bool revoked_verb(const char *verb);

/* ---- commands.c, settings.c: what HQ commands ---- */

void command_take(struct station *st, const struct door_event *e, struct slice payload);
/* At a desk that has nothing to say a message of HQ stands until it is answered. */
void message_show(struct station *st);
/* The notice of a message was put away: it is answered. */
void message_answered(struct station *st, const char *id);
void verb_message_done(struct station *st, const struct call *c, struct json args);
void settings_start(struct station *st);
/* `value`: a string, or null to undo it. NULL, or why not. */
const char *setting_set(struct station *st, const char *key, struct json value);
void settings_write(struct station *st, struct buf *b); /* a JSON object's members */

/* ---- lanes.c: the other lanes of the store ---- */

/* Does policy `lanes` list more than this one? Unreadable lanes are not known to be one. */
bool lanes_several(struct station *st);
/* No broker, or something another lane did is not known here yet. */
bool station_isolated(struct station *st);
/* Policy says that this lane signs, and it does not: the others take nothing it says. */
bool lane_unheard(struct station *st);
/* Another lane's events, its state, its wish to hear ours again. */
void lane_events(struct station *st, const struct door_event *e, struct slice payload);
void lane_state(struct station *st, const struct door_event *e);
void lane_again(struct station *st, int64_t epoch, int64_t after);
/* The line to the broker came or went: how others stand must be heard anew. */
void lanes_link(struct station *st);
/* Something is handed over without knowing what other lanes do: from here on everything they
 * did must be heard, so that a double handover is found. */
void lanes_listen(struct station *st);
void lanes_tick(struct station *st);

/* ---- effects.c: what another lane's event changes here ---- */

struct origin {
	const char *lane;
	int64_t epoch, seq;
	const char *event; /* its id */
	int64_t at_ms;	   /* by that lane's clock */
};

#define HERE_KEEP_MS (3 * 3600 * INT64_C(1000)) /* who has not been served by then has left */

void effect_apply(struct station *st, const struct origin *o, const char *type, struct json body);

/* ---- serving.c: claims of this lane ---- */

/* Is it being served elsewhere? */
bool serving_elsewhere(struct station *st, struct slice order);
/* A pickup was opened, something was done with it, it is over. */
void serving_begin(struct station *st, struct slice order);
void serving_touch(struct station *st);
void serving_end(struct station *st);
/* "none", "pending", "held", "isolated" */
const char *serving_state(struct station *st);
/* Nobody may know that this lane hands over now. */
bool serving_alone(struct station *st);
/* True: the handover waits for the claim, and is called again when that is settled. */
bool serving_park(struct station *st, const struct call *c, struct json args);
/* Whoever waits for a handover that will not be; nobody (request 0) when none is parked. What is
 * left parked when a pickup ends is answered by serving_end(): it was meant for that order. */
struct call serving_take_back(struct station *st, enum desk desk);
void serving_heard(struct station *st, const struct claim_word *word);
void serving_link(struct station *st);
void serving_tick(struct station *st);

/* Told to HQ at most once a minute: a flood must not fill the journal. */
void report_refused(struct station *st, struct slice topic, const char *why);

/* ---- answers.c ---- */

/* 200 with `members` (JSON text of further members or "") */
void answer_ok(struct station *st, const struct call *c, const char *members);
void answer_login(struct station *st, const struct call *c, const char *token);
void answer_logout(struct station *st, const struct call *c);
/* The shop says no: notice at the desk, and for a verb `http` (409, 401, 403, 404, 400). */
void answer_no(struct station *st, const struct call *c, int http, enum reason r,
	       const struct word_values *values);
/* The same without a notice at the desk: logging in is between one person and the page. */
void answer_quiet(struct station *st, const struct call *c, int http, enum reason r);
void notice_hide_from_customer(struct station *st, enum desk desk);
void notice_word(struct station *st, enum desk desk, enum notice_level level, const char *code,
		 enum word w, enum word customer, const struct word_values *values);
/* HQ's own words. */
void notice_message(struct station *st, enum desk desk, enum notice_level level, const char *id,
		    const char *text);
void notice_clear(struct station *st, enum desk desk);
void feedback_send(struct station *st, enum desk desk, enum feedback f);
struct word_values words_none(void);

/* ---- ledger.c: events ---- */

/* At start: the epoch that is written, and where its chain stands. */
void ledger_load(struct station *st);
/* Starts an event's body; write members into the buffer, then event_end(). */
struct buf event_begin(struct station *st);
/* `person` is personal data beside the chain (JSON object text) or n = 0. Returns its seq;
 * ret_id may be NULL. */
int64_t event_end(struct station *st, const char *type, struct buf *body, struct slice person,
		  char ret_id[ULID_TEXT_MAX]);
/* A new epoch, above every one that is known of this lane. */
void ledger_open_epoch(struct station *st);
void ledger_publish_fresh(struct station *st);
/* How long acknowledged events are kept. */
int64_t ledger_keep_days(struct station *st);
void ledger_acked(struct station *st, int64_t epoch, int64_t seq, struct slice reject);
/* Up to so many messages behind `after`, fewer when somebody waits at the counter. */
void ledger_pull(struct station *st, int64_t epoch, int64_t after, int messages);
/* HQ answers, and for long has taken nothing of what waits: the broker lets it not through. */
bool ledger_stuck(const struct station *st);
void ledger_tick(struct station *st);
/* Some messages of events behind `after` again, for another lane. */
void ledger_tell_again(struct station *st, int64_t epoch, int64_t after, int messages);
void ledger_announce(struct station *st);
struct ledger ledger_next_to_go(struct station *st); /* the epoch whose rows go next */
int64_t ledger_waiting(struct station *st);	     /* events HQ has not acknowledged */
/* At the end of a step: writes down what was acknowledged, if that costs nothing or is due. */
void ledger_note_acked(struct station *st);

/* ---- letters.c: what people have to look after between HQ and the store ---- */

void letters_document(struct station *st, struct buf *b); /* members of the manager's document */
/* HQ wants again what is not kept any more: said in the log. */
void letters_tell_lost(struct station *st);
void verb_letter_drop(struct station *st, const struct call *c, struct json args);
void verb_reject_drop(struct station *st, const struct call *c, struct json args);

/* ---- stream.c, ops.c: what HQ says ---- */

void stream_down(struct station *st, const struct door_down *d, struct slice payload);
void stream_link_up(struct station *st);
void stream_tick(struct station *st);
/* Takes a stream anew, by a snapshot. */
void stream_resync(struct station *st, enum stream s);
void stream_resync_over(struct station *st, enum stream s); /* its snapshot begins */
/* Is there work left of what HQ sent? Does a slice of it. */
bool stream_busy(const struct station *st);
void stream_work(struct station *st);
void stream_ask_now(struct station *st, enum stream s);
void stream_ask_soon(struct station *st, enum stream s, int64_t in_ms);
#define ASK_AGAIN_MS 4000 /* plus jitter: at most 5 s */
void stream_look_for_held(struct station *st, enum stream s, const struct cursor *c);
/* `upto`: what HQ had heard of each lane when it wrote this. */
void stream_take_upto(struct station *st, enum stream s, struct slice upto);

/* ---- snapshot.c: a stream from its beginning, part by part ---- */

void snapshot_ask(struct station *st, enum stream s, const struct shadow *sh);
void snapshot_offer(struct station *st, const struct door_down *d, struct slice payload);
void snapshot_part(struct station *st, const struct door_down *d, struct slice payload);
void snapshot_gone(struct station *st, const struct door_down *d);
/* A part is begun and goes on with the next step: it stays in the door. */
bool snapshot_cut(const struct station *st);
/* Drops some guests that the stream has brought by itself meanwhile. */
void snapshot_drop_guests(struct station *st);

/* Asks HQ for one order; the ask's id. */
void stream_ask_order(struct station *st, const char *order, char ret_ask[ULID_TEXT_MAX]);

struct ops_target {
	enum stream stream;
	int64_t gen;
	int64_t epoch, seq; /* for dead letters */
	int64_t count;	    /* kept up to date */
	uint64_t sum;
	bool live;  /* the stream's live generation: facts and conflicts matter */
	bool quiet; /* applied a second time, to a shadow: rejects were told already */
	int rejects;
};
void ops_apply(struct station *st, struct ops_target *t, struct slice ops);
/* The same from byte *at on, 0 to begin, as much as a step may take and until somebody waits at
 * the counter; *at is then behind what was applied. True: that was all. */
bool ops_apply_slice(struct station *st, struct ops_target *t, struct slice ops, size_t *at);

/* ---- filing.c: what records are looked up by ---- */

void file_record(struct station *st, enum stream stream, int64_t gen, const char *id,
		 struct json body);
/* The same for an order that was just read, without reading it again. */
void file_order(struct station *st, int64_t gen, const char *id, const struct order *o);
/* The keys of a body that is replaced. */
void file_record_out(struct station *st, enum stream stream, int64_t gen, const char *id,
		     struct slice text);
/* An order's status by its record and this store's facts. */
void file_order_status(struct station *st, int64_t gen, struct slice order);
/* Orders this store has done with are no longer filed as waiting: many at once, so that a handover
 * writes less. */
void file_out_done(struct station *st);
/* HQ took back what the store did: in the live records and in a snapshot coming in. */
void file_reopened(struct station *st, struct slice order);
/* At start: products that an earlier version filed by fewer codes are filed again, once. */
void files_again(struct station *st);
/* At start: count and sum of every stream follow from the records that are there (recount.c). */
void station_recount(struct station *st);

/* ---- orders.c ---- */

/* Loads an order with facts laid over it into st->order; false when not known here. */
bool order_load(struct station *st, struct slice id);
/* By id, or by the number people use; the id in ret_id. */
bool order_named(struct station *st, struct slice text, char ret_id[ID_MAX + 1]);
struct json policy_get(struct station *st, const char *id); /* borrows st->policy */
struct pickup_policy pickup_policy_now(struct station *st);
/* What this shop's own barcodes mean, by policy `codes`, and this year. */
struct barcode_rules barcode_rules_now(struct station *st);
/* The product a barcode names; false when the catalogue has none. */
bool product_by_code(struct station *st, const struct barcode *b, char ret_sku[ID_MAX + 1]);
/* How many pieces of it one of that barcode is in the catalogue: more than one for a pack. */
int64_t product_pack(struct station *st, const struct barcode *b, const char *sku);
/* Raised when HQ says otherwise than what this store did. */
void order_conflict_check(struct station *st, struct slice id);
/* After a snapshot: compares some more facts with it. */
void order_conflicts_tick(struct station *st);
void order_changed(struct station *st, struct slice id);

/* ---- scans.c: what a scan does ---- */

void desk_scan(struct station *st, const struct call *c, struct slice text, enum symbology sym);
/* What looks like a card number may be a product, an order or a member known here: then s->kind
 * says so. */
void desk_resolve_card_like(struct station *st, struct scan *s);

/* ---- pickups.c: a desk at work ---- */

void desk_set_mode(struct station *st, enum desk desk, enum desk_mode mode);
/* A signed code opens its order, or is refused. */
void pickup_scan_code(struct station *st, const struct call *c, struct slice text);
/* Refused at the door: told to HQ, shown at the desk. `order` "" when it is not known which. */
void pickup_refuse(struct station *st, const struct call *c, enum reason r, const char *order,
		   const char *method, const struct word_values *values);
/* HQ's answer to an ask for one order. */
void desk_answer_ops(struct station *st, const struct door_down *d, struct slice payload);
/* Forgets what the last customer saw. */
void desk_wipe(struct station *st, enum desk desk);
void desk_tick(struct station *st);
void desk_load(struct station *st);
void pickup_open(struct station *st, const struct call *c, const char *named, const char *method);
/* Scans that were kept for a wait that is over without its answer. */
void desk_forget_kept(struct station *st, enum desk desk);
void pickup_close(struct station *st, enum desk desk);
void pickup_done_load(struct station *st, enum desk desk); /* st->order -> st->done */
/* ---- typed_codes.c, pickup_verbs.c, handover.c ---- */
/* Loads the order this desk has open, and what was done with it; false and answered when there
 * is none. */
bool pickup_loaded(struct station *st, const struct call *c);
bool pickup_parcels_checked(struct station *st, enum desk desk);
void pickup_try_pin(struct station *st, const struct call *c, const char *order,
		    struct slice digits);
/* Locked at another lane: here too, for what is left of it. */
void typed_codes_lock(struct station *st, const char *order, int64_t since_ms);
void verb_pickup_find(struct station *st, const struct call *c, struct json args);
void verb_pickup_take(struct station *st, const struct call *c, struct json args);
void verb_pickup_check(struct station *st, const struct call *c, struct json args);
void verb_pickup_short(struct station *st, const struct call *c, struct json args);
void verb_pickup_handover(struct station *st, const struct call *c, struct json args);
void verb_pickup_cancel(struct station *st, const struct call *c, struct json args);
enum reason pickup_check_pieces(struct station *st, enum desk desk, int line, int64_t qty);
bool pickup_has_parcel(const struct station *st, struct slice label);
enum reason pickup_check_parcel(struct station *st, enum desk desk, struct slice label);

/* ---- staff.c ---- */

void verb_staff_login(struct station *st, const struct call *c, struct json args);
void verb_staff_logout(struct station *st, const struct call *c, struct json args);
void staff_pin_checked(struct station *st, uint64_t number, bool right);
void staff_badge(struct station *st, const struct call *c, const struct scan *s);
/* Whose token this is, or who is at a desk: not valid for a leaver and after twelve hours. */
struct session staff_session(struct station *st, const char *token);
struct session staff_at(struct station *st, enum desk desk);
void staff_tick(struct station *st);
void staff_start(struct station *st);
/* Display name and role of a person; false when policy does not know them. */
bool staff_name(struct station *st, const char *id, char *ret_name, size_t cap,
		enum role *ret_role);

/* ---- jobs.c ---- */

struct print_policy {
	bool copy_unknown; /* an unknown slip is printed again by itself, once, as a copy */
	int64_t copies;	   /* slips a handover */
};
struct print_policy print_policy_now(struct station *st); /* uses st->policy */
/* Queues a document at the first printer; 0 when there is none. */
int64_t job_queue(struct station *st, const char *kind, const char *printer, struct slice doc);
/* There is no slip: no printer, or nothing it could print. Staff are told. */
void job_missing(struct station *st);
void job_pump(struct station *st);
void job_ended(struct station *st, int64_t job, enum job_result result, const char *detail);
/* Again, and marked: the first one may be in the customer's hand. Uses st->doc; 0: it could not
 * be queued. */
int64_t job_queue_copy(struct station *st, const struct job_row *job);
/* Waits for its printer again, not for its stand-in. */
void job_requeue(struct station *st, const struct job_row *job);
/* At start: what was printing when the station stopped; whose printer is no more. */
void jobs_start(struct station *st);
bool device_able(const struct device_state *d);
/* It was not able to print and now is: a job that waits is tried soon. */
void job_printer_back(struct station *st, struct device_state *d);
/* A matter for staff alone, about a job (0 none). */
void job_trouble(struct station *st, int64_t job, const char *code, enum word w);
/* The desk's notice goes, if it is about this job. */
void job_settled(struct station *st, int64_t job);

/* ---- drawers.c ---- */

/* Queues a kick; the job's number. */
int64_t drawer_queue(struct station *st, int device, const char *reason, const char *staff);
/* A document goes to a printer; if it kicks a drawer, what follows tells of it. */
void drawer_kick(struct station *st, int device, struct slice doc);
/* Such a job ended (device -1: nobody's): its result, or DONE where the contact knows better. */
enum job_result drawer_kicked(struct station *st, int device, const struct job_row *job,
			      enum job_result result);
/* A kick was not made, or nobody knows. */
void drawer_failed(struct station *st, int64_t job, const char *why);
void drawers_tick(struct station *st);
void drawers_start(struct station *st);
/* The contact's level while the drawer is open: 1 high, 0 low, -1 not known yet. */
int drawer_open_level(struct station *st, int device);
/* Its contact may have changed: the first change after a kick says which level is open. */
void drawer_heard(struct station *st, int device);

/* ---- print_verbs.c ---- */

void verb_print_again(struct station *st, const struct call *c, struct json args);
void verb_drawer_open(struct station *st, const struct call *c, struct json args);
int64_t print_test_queue(struct station *st, int device); /* the job's number, 0 none */
void verb_print_test(struct station *st, const struct call *c, struct json args);
void verb_print_retry(struct station *st, const struct call *c, struct json args);
void verb_print_drop(struct station *st, const struct call *c, struct json args);
void verb_print_came(struct station *st, const struct call *c, struct json args);
int device_index(const struct station *st, const char *name); /* -1 none */

/* ---- verbs.c ---- */

void verb_call(struct station *st, const struct door_event *e, struct slice payload);
/* A string argument that is an id; false (and answered) when it is not. */
bool arg_text(struct json args, const char *name, char *dst, size_t cap);

/* ---- displays.c: what the customer displays of a desk show ---- */

void displays_publish(struct station *st);
void displays_tick(struct station *st);
/* The return code of what was just handed over at this desk. */
void display_receipt(struct station *st, enum desk desk, struct slice order, const char *document);

/* ---- documents.c ---- */

void documents_publish(struct station *st);
/* Members `cursors` and `devices` of the heartbeat. */
void documents_streams(struct station *st, struct buf *b);
void documents_devices_brief(struct station *st, struct buf *b);
void heartbeat_publish(struct station *st);
void metrics_publish(struct station *st);

#endif
