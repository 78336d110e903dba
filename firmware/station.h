// SPDX-License-Identifier: Apache-2.0
/*
 * One station: all state of the step side hangs here, nothing is global. Clock, chance, storage
 * and the door are given from outside, so a process can hold one station or a thousand, and a
 * simulation runs the very code that ships.
 *
 * What it does is told room by room: desk.h, orders.h, printing.h, documents.h, ledger.h,
 * streams.h, lanes.h, commands.h. All of it runs on the step thread, inside the transaction step.c
 * opened. Texts that functions hand out borrow the station's buffers until the same function is
 * called again.
 */
#ifndef LADA_FIRMWARE_STATION_H
#define LADA_FIRMWARE_STATION_H

#include "firmware/base/clock.h"
#include "firmware/base/doc.h"
#include "firmware/base/tally.h"
#include "firmware/config.h"
#include "firmware/counter/survey.h"
#include "firmware/counter/claim.h"
#include "firmware/counter/order.h"
#include "firmware/counter/need.h"
#include "firmware/counter/pickup.h"
#include "firmware/counter/returns.h"
#include "firmware/counter/scan.h"
#include "firmware/counter/slip.h"
#include "firmware/counter/story.h"
#include "firmware/counter/training.h"
#include "firmware/counter/words.h"
#include "firmware/door.h"
#include "firmware/store/store.h"
#include "firmware/trust/code.h"
#include "firmware/trust/hash.h"
#include "firmware/trust/rotate.h"

#define NOTICE_TEXT_MAX	    512
#define SCANS_KEPT_MAX	    8
#define BODY_MAX	    (1024 * 1024)
#define ORDER_LAID_MAX	    (512 * 1024) /* two of OVER_VALUE_MAX a line, and parcels */
#define MEMBER_MAX	    65536
#define DOCUMENT_MAX	    (512 * 1024)
#define QUEUE_TEXT_MAX	    131072
#define EVENT_TEXT_MAX	    65536
#define UP_MESSAGE_MAX	    65536 /* INTERFACES: a batch of events, bytes */
#define APPROVAL_REASON_MAX 128
#define BLOCKED_TEXT_MAX    1024	     /* more than any act that can need approval takes */
#define RECEIPT_CODE_MAX    (2 * ID_MAX + 8) /* LR.ORDER.DOC */
#define KIOSK_WIPE_MS	    45000 /* INTERFACES: what the last customer saw is forgotten */
#define ASK_WAIT_MS	    2800  /* an answer to a person comes within 3 s, so this ends before */
#define BEAT_FRESH_MS	    30000
#define WAITING_ARGS_MAX    512
#define DRAFT_TEXT_MAX	    2048
#define COUNTED_TEXT_MAX    12288
#define QUEUE_AGE_MS	    30000
#define WAITING_LANGS_MAX   60 /* customers who are here, as many as the queue shows */
#define REVISIONS_PER_START INT64_C(1000000000) /* a change a second for thirty years */

enum desk_mode { MODE_IDLE, MODE_ASKING, MODE_PICKUP, MODE_PREP, MODE_RETURN, MODE_COUNT };

enum notice_level { NOTICE_GOOD, NOTICE_ATTENTION, NOTICE_BAD };

struct notice {
	bool shown;
	int64_t n;
	int64_t at_ms; /* monotonic, since when it is shown */
	enum notice_level level;
	bool refusal;		  /* the shop said no: the next press that succeeds ends it */
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

/* A second person's word for one act. */
struct approval {
	uint32_t granted; /* 1 << enum need, 0 nothing */
	int64_t amount;	  /* grosze it was asked for, 0 where money does not matter */
	char staff[ID_MAX + 1];
	char reason[APPROVAL_REASON_MAX];
	uint64_t act; /* which act it was given for; 0 none of this life */
};

/* A word that was given for an act that has not happened yet: told once it has. */
struct grant {
	uint64_t act;
	uint32_t needs;
	int64_t amount;
	char order[ID_MAX + 1], by[ID_MAX + 1], staff[ID_MAX + 1];
	char reason[APPROVAL_REASON_MAX];
};
#define GRANTS_KEPT 8

/* Who does something, where, and who waits for the answer. */
struct call {
	enum desk desk;
	uint64_t request; /* 0: a scan, nobody waits for a body */
	struct session session;
	char press[IDEMPOTENCY_KEY_MAX];
	char asked[HASH_TEXT_MAX];	  /* what it asks for: the hash of its arguments */
	char unkept[IDEMPOTENCY_KEY_MAX]; /* instead of it: a press whose answer is not kept */
	char token[TOKEN_TEXT_MAX];
	int64_t scan_ns;
	struct approval approval; /* for this act */
};

/* What a desk was about to do when a second person was asked for (approvals.c). */
struct blocked {
	bool active;
	uint64_t number;  /* each has its own */
	int64_t until_ms; /* monotonic: then it is forgotten */
	uint32_t needs;	  /* 1 << enum need */
	uint32_t granted; /* for the same act before, which asked for one thing after the other */
	uint64_t act;	  /* that act */
	int64_t amount;
	char order[ID_MAX + 1]; /* "" none */
	char staff[ID_MAX + 1]; /* who asks */
	char verb[VERB_MAX];	/* "" a scan */
	enum symbology symbology;
	size_t n;
	char text[BLOCKED_TEXT_MAX]; /* the verb's arguments, or what was scanned */
};

/* A scan that waits for HQ's answer about an order. */
struct waiting {
	bool active;
	bool back;     /* for a return: `args` are those of return.start */
	bool answered; /* HQ did, in time */
	char args[WAITING_ARGS_MAX];
	int64_t deadline_ms; /* monotonic */
	char ask[ULID_TEXT_MAX];
	char order[ID_MAX + 1];
	char nonce[17];
	struct call call;
};

/* A redemption that waits for HQ's answer; what is asked stands in the desk's work. */
struct redeem_wait {
	bool active;
	struct call call;
	int64_t deadline_ms, again_ms; /* monotonic; again 0: it was said twice */
};

struct kept_scan {
	struct call call;
	enum symbology symbology;
	size_t n;
	char text[512];
};

/* At whose data somebody looked, lately. */
#define LOOKS_KEPT 32
struct looks {
	uint8_t hash[LOOKS_KEPT][HASH_BYTES]; /* of who, and at whom */
	int64_t at_ms[LOOKS_KEPT];	      /* monotonic, 0 none */
	int next;
};

/* Whose story staff look at. */
#define WHY_MAX	   16
#define BEFORE_MAX (ID_MAX + 24)
struct profile {
	char customer[ID_MAX + 1]; /* "" nobody's */
	char order[ID_MAX + 1];	   /* it was opened by, "" not */
	char staff[ID_MAX + 1];	   /* who looks: nobody else sees it */
	char why[WHY_MAX];
	char before[BEFORE_MAX]; /* from where on, "" the newest */
};

struct desk_state {
	enum desk_mode mode;
	struct desk_row row; /* pickup; asking: row.order */
	struct notice notice;
	enum language language;
	struct waiting waiting;
	struct kept_scan kept[SCANS_KEPT_MAX];
	int kept_count;
	char product[ID_MAX + 1]; /* sku shown, "" none */
	char paper[ID_MAX + 1];	  /* the return or complaint shown, "" none */
	char member[ID_MAX + 1];  /* who was identified in idle, "" none */
	struct profile profile;
	int contact_end; /* how the open work ends, 1 + enum contact_end; 0 not known yet */
	char receipt[RECEIPT_CODE_MAX]; /* return code of the order handed over last, "" none */
	bool survey;			/* its customer is asked how it was */
	uint8_t seen[HASH_BYTES];	/* of the open order, as staff have seen it */
	struct looks looks;
	struct approval approval; /* for the work that is open */
	struct blocked blocked;
	struct grant grants[GRANTS_KEPT]; /* a ring, by act */
	int next_grant;
	char draft[DRAFT_TEXT_MAX]; /* the order begun there last, as the customer's screen shows it
				     */
	char greeted[ID_MAX + 1];   /* kiosk: the order whose customer is greeted */
	int64_t wipe_ms;	    /* kiosk: when to forget, monotonic, 0 never */
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
	bool kicked;	      /* a kick is out whose effect would tell which level is open... */
	bool kick_high;	      /* ...this was the contact before it... */
	int64_t kick_ms;      /* ...and its job ended then; 0 under way */
	bool kick_shut;	      /* by its contact the drawer was shut when it was kicked... */
	bool kick_seen;	      /* ...and has been open since */
	int64_t practice_job; /* that it prints now, 0 none */
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
	char ask[ULID_TEXT_MAX];	 /* the id of what it is asked, "" before it is */
	int64_t asked_epoch, asked_from; /* after which event it was asked last */
	int asked;			 /* so often without anything new */
};
#define SIBLINGS_MAX CLAIM_LANES_MAX

/* A handover, a payment or a return that waits until it is known who serves the order. */
struct parked {
	bool active;
	char verb[VERB_MAX];
	struct call call;
	size_t n;
	char args[1024];
};

/* What a right PIN is wanted for. */
enum pin_for { PIN_LOGIN, PIN_APPROVE, PIN_CHANGE };

/* A slow hash under way. */
struct pin_check {
	bool active; /* waits for the loop's worker */
	uint64_t number;
	struct call call;
	enum pin_for why;
	uint64_t blocked; /* APPROVE: which act */
	char staff[ID_MAX + 1];
	char note[APPROVAL_REASON_MAX]; /* APPROVE: the reason; CHANGE: the new PIN */
	char typed[33];			/* hash of what was typed, while it is active */
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

/* Who practises at the counter (training.c). */
#define PRACTICE_PRESSES 64
struct training {
	struct station *station;		       /* in memory; NULL: nobody does */
	bool broken;				       /* it cannot go on */
	char pressed[PRACTICE_PRESSES][HASH_TEXT_MAX]; /* there, the last ones */
	int next_press;
	char staff[ID_MAX + 1];
	int64_t began_ms; /* wall */
	int64_t count;	  /* of them in this life: numbers of jobs and checks never come twice */
	char codes[PRACTICE_ORDERS][CODE_TEXT_MAX]; /* of its orders, signed once */
};

/* The one question on the customer's screen (survey.c): it goes with whoever it was for. */
struct question {
	bool open;
	enum survey_scale scale;
	enum survey_after after;
	int rule; /* of policy `survey` */
	char order[ID_MAX + 1], customer[ID_MAX + 1]; /* "" none */
	enum language language;
	int64_t asked_ms; /* monotonic */
};

/* A low rating, for staff. */
struct low_rating {
	int64_t until_ms; /* monotonic; 0 none */
	enum survey_scale scale;
	int64_t score;
	char order[ID_MAX + 1], case_id[ULID_TEXT_MAX];
};

/* Orders that somebody was refused lately. */
#define REFUSALS_KEPT 8
struct refusals {
	char order[REFUSALS_KEPT][ID_MAX + 1];
	int64_t at_ms[REFUSALS_KEPT]; /* monotonic */
	int next;
};

/* Key figures (figures.h). */
#define FIGURES_OFFLINE	   3
#define FIGURES_BOARD_MAX  12288
#define FIGURES_MANAGE_MAX 65536
struct figures_hour {
	int64_t handovers, waited, waiting_s, on_time, late; /* waiting_s: median, -1 none */
};
struct station_figures {
	struct tally work;  /* of an event, or of an hour that is read */
	struct tally since; /* this lane's, since the start */
	bool metrics_stale;
	size_t metrics_n;
	char metrics[40960]; /* TALLY_ROWS of them fit */
	int64_t next_day, told_ms; /* to be told to HQ; monotonic, looked at last */
	int64_t looked_ms;	   /* monotonic */
	struct {
		bool is, begun;
		int64_t ms; /* not yet noted */
	} down[FIGURES_OFFLINE];
	/* For the screens, read hour by hour: today, and the same day a week ago. */
	int64_t day, made_ms; /* monotonic, 0 never */
	bool stale;
	int made_hour, at; /* the hour it was made in; of 48 hours, the next to read */
	struct tally days[2];
	struct figures_hour hours[2][24];
	size_t board_n, manage_n;
	char board[FIGURES_BOARD_MAX], manage[FIGURES_MANAGE_MAX];
	int64_t here, ready, picking, placed, no_shows; /* as the queue was read last */
	int64_t no_shows_seen;				/* while it is read */
};

/* What is forgotten, a slice a tick (privacy.c): first those HQ has erased, then what is too old,
 * then what SQLite leaves of either in its file. */
enum erase_phase {
	ERASE_NOTHING,
	ERASE_WHO,    /* what their records say: orders, cases, names */
	ERASE_EVENTS, /* what stands beside events about these */
	ERASE_TEXTS,  /* papers, answers, letters, notes */
	ERASE_RECORDS,
	ERASE_SWEEP, /* rows of discarded generations go by themselves */
	ERASE_SCRUB,
	ERASE_TELL,
};
enum purge_phase { PURGE_NOTHING, PURGE_ROWS, PURGE_RECORDS, PURGE_TRACES };
struct privacy {
	enum erase_phase erase;
	int64_t at; /* behind which row of what is walked... */
	int table;  /* ...of this one */
	bool again; /* more came meanwhile */
	enum purge_phase purge;
	int64_t purge_at;
	int64_t purge_day, purge_days; /* the day it was done last, and by which policy */
	int64_t purge_next_ms;	     /* monotonic */
	bool purge_said;	     /* the policy has changed since */
	char purge_id[ID_MAX + 1];
	bool purged; /* something was dropped */
	bool scrub;  /* the file is to be gone over, from its beginning */
	int64_t page;
	bool kept; /* the tombstones' file is as the table */
	bool any;  /* there are tombstones */
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
	struct station *real; /* of a station that is for practising: whose it is; else NULL */
	struct training training;

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
	bool queue_thin;	/* something was taken out of it; what follows is not there yet */
	int64_t queue_ms;	/* monotonic, when the queue was written */
	int64_t oldest_scan_ns; /* of this step, for the latency figure */

	struct desk_state desks[DESK_COUNT];
	int64_t notice_n;
	struct device_state devices[DEVICES_MAX];
	struct {
		int64_t job; /* whose printer kicked; its contact is waited for; 0 none */
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
	struct redeem_wait redeem;
	struct question question;
	bool somebody_came; /* at the kiosk, since it was wiped last */
	struct low_rating low_rating;
	struct refusals refusals;
	struct pin_check pins[PIN_CHECKS_MAX];
	uint64_t pin_number, blocked_number;
	bool locked;	/* the counter waits for a PIN or a badge: nobody did anything there */
	int64_t act_ms; /* monotonic: somebody who is logged in did something last */
	struct {
		const char *verb; /* the table's, "" a scan, NULL nothing */
		enum symbology symbology;
		struct slice text;
	} doing; /* what the step does now for a person */

	bool link_up;
	bool epoch_raised;  /* in this life, because HQ knows a later one */
	int64_t unheard_ms; /* monotonic: since then HQ answers and takes no events, 0 it does */
	bool stuck_told;
	bool beat_known;
	int64_t beat_ms; /* monotonic, of the last live beat */
	int64_t wake_ms; /* the earliest deadline announced to the loop, 0 none */
	int64_t refused_told_ms;
	int64_t pruned_ms;
	int64_t busy_ms;   /* monotonic, of the last event that was no tick */
	int64_t served_ms; /* monotonic, of the last thing a person did, 0 none yet */
	struct clocks clocks;
	struct privacy privacy;
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
	struct station_figures figures;

	/* Work space, so that nothing here needs a heap. */
	struct order order;
	struct pickup_line done[ORDER_LINES_MAX];
	struct return_line back[ORDER_LINES_MAX];
	char body[BODY_MAX];
	char laid[ORDER_LAID_MAX]; /* texts of what is laid over st->order */
	char laid_points[ULID_TEXT_MAX + 2], laid_coupon[ULID_TEXT_MAX + 2]; /* ids, quoted */
	char member[MEMBER_MAX];	 /* a member's record, member_load()'s */
	char over_value[OVER_VALUE_MAX]; /* overlay_get()'s */
	char policy[65536];
	char message[BODY_MAX + 4096]; /* a held message while it is applied */
	char event_body[EVENT_TEXT_MAX];
	char event_text[EVENT_TEXT_MAX + 512];
	char doc[DOC_MAX];
	char screen[DOCUMENT_MAX];
	/* As JSON, kept between steps: the queue as staff and as customers see it, and tasks. */
	char queue[QUEUE_TEXT_MAX], board_queue[QUEUE_TEXT_MAX], tasks[QUEUE_TEXT_MAX];
	size_t queue_n, board_queue_n, tasks_n;
	/* Those in it who are here and speak another language than the shop, longest first. */
	struct {
		char order[ID_MAX + 1], lang[LANG_MAX];
	} waiting_langs[WAITING_LANGS_MAX];
	int waiting_lang_count;
	char counted[COUNTED_TEXT_MAX]; /* differences of the count that was finished last, as JSON
					 */
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
/* A scanner has read something. */
void station_scanned(struct station *st, const struct door_event *e, struct slice text);
int64_t station_now(const struct station *st);	/* wall ms */
int64_t station_mono(const struct station *st); /* monotonic ms */
void station_wake_at(struct station *st, int64_t mono_ms);
bool station_hq_reachable(const struct station *st);
/* Told to HQ at most once a minute: a flood must not fill the journal. */
void report_refused(struct station *st, struct slice topic, const char *why);
int device_index(const struct station *st, const char *name); /* -1 none */

/* ---- clocks.c ---- */

void clocks_start(struct station *st);
/* At the begin of a step: was a clock set? */
void clocks_look(struct station *st);
void clocks_beat(struct station *st, int64_t at_ms); /* HQ's time, as a live beat says */
int64_t clocks_first_beat(const struct station *st); /* the least `n` a signed beat may have */
void clocks_note_beat(struct station *st);	     /* at the end of a step */
bool clocks_hq_known(const struct station *st);
/* Ms by which the machine's clock is ahead of HQ's, as far as that is known. */
int64_t clocks_offset(const struct station *st);
/* Is the time sure enough to throw away what is old? */
bool clocks_settled(const struct station *st);

#endif
