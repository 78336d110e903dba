// SPDX-License-Identifier: Apache-2.0
/*
 * The one door. Everything that happens to a station comes in here as an event and is decided by
 * the step thread; everything it wants done goes out here to the loop thread. sync/, ui/ and
 * devices know the rest of the station only through this header: it is their permission.
 *
 * An event or output is a small value and one payload. Submitting copies both, so the caller
 * keeps what it owns; taking hands out memory that stays valid until the next take.
 *
 * Two queues go in: `now` (scans, presses, prints, clocks, claims) is always taken before `bulk`
 * (what HQ and other lanes say; how a lane stands stays behind the events it told before). All
 * queues are bounded. A full bulk queue loses the message, which the protocol asks for again; a
 * full now queue is -ENOBUFS and the caller says so to its person. The queue going out makes the
 * step wait for the loop, never the other way round.
 *
 * Times: `_ms` wall or monotonic milliseconds as named, `_ns` monotonic nanoseconds.
 */
#ifndef LADA_FIRMWARE_DOOR_H
#define LADA_FIRMWARE_DOOR_H

#include "firmware/base/bytes.h"
#include "firmware/base/claim.h"
#include "firmware/base/device.h"
#include "firmware/base/text.h"

enum stream {
	STREAM_ORDERS,
	STREAM_CATALOG,
	STREAM_STOCK,
	STREAM_LOYALTY,
	STREAM_POLICY,
	STREAM_TIMELINE,
};
#define STREAM_COUNT 6
const char *stream_name(enum stream s); /* "orders" … as on the topic */
const char *stream_type(enum stream s); /* "order", "product", "stock", "member" … */
int stream_find(struct slice name, enum stream *ret_stream); /* -ENOENT */

enum screen { SCREEN_COUNTER, SCREEN_CUSTOMER, SCREEN_BOARD, SCREEN_MANAGE, SCREEN_LOGIN };
#define SCREEN_COUNT 5 /* SCREEN_LOGIN is what counter and manage show without a session */
const char *screen_name(enum screen s);

enum role { ROLE_NONE, ROLE_CLERK, ROLE_SUPERVISOR, ROLE_SERVICE };

#define VERB_MAX	    32
#define COMMAND_NAME_MAX    24
#define BROKER_TROUBLE_MAX  200
#define TOKEN_TEXT_MAX	    65 /* a session: 32 random bytes as hex and a NUL */
#define IDEMPOTENCY_KEY_MAX 129
#define DOOR_PAYLOAD_MAX    (1024 * 1024 + 4096)

/* A piece of an event's payload. */
struct span {
	uint32_t at;
	uint32_t n;
};
struct slice span_of(struct slice payload, struct span s);

/* ---- in ---- */

enum door_kind {
	DOOR_SCAN,    /* payload: the text that was read, AIM identifier taken off */
	DOOR_VERB,    /* payload: a JSON object that json_check accepted */
	DOOR_PIN,     /* a slow hash that OUT_PIN asked for is done; payload: a new PIN's */
	DOOR_DOWN,    /* payload: a message of a stream, JSON that json_check accepted */
	DOOR_ACK,     /* payload: the acknowledgement, JSON likewise */
	DOOR_PULL,    /* sync's window has room for older events */
	DOOR_LINK,    /* the broker came or went */
	DOOR_BEAT,    /* a live beat of HQ, or its will */
	DOOR_UP,      /* payload: events of another lane of this store, JSON likewise */
	DOOR_LANE,    /* how another lane stands, by its heartbeat or its will */
	DOOR_AGAIN,   /* another lane lacks events of ours */
	DOOR_TOLD,    /* another lane has told us all of an epoch that we asked for */
	DOOR_CLAIM,   /* a word about who serves an order, our own echoes included */
	DOOR_CMD,     /* payload: a command of HQ, JSON that json_check accepted */
	DOOR_BROKER,  /* why the broker is not reached, or that somebody uses our name there */
	DOOR_REFUSED, /* a message that was not let in: payload its topic, `why` the reason */
	DOOR_JOB,     /* what became of a print job */
	DOOR_DEVICE,  /* a device's status */
	DOOR_TICK,    /* about once a second */
	DOOR_STOP,    /* finish and end the step thread */
};

enum down_what {
	DOWN_OPS,    /* the numbered message seq with its ops (empty: a head notice) */
	DOWN_OFFER,  /* snapshot {id, seq, parts} */
	DOWN_PART,   /* snapshot part with ops */
	DOWN_GONE,   /* that snapshot is gone, ask the stream again */
	DOWN_ANSWER, /* to an ask for one order: found and ops */
	DOWN_GRANT,  /* to an ask for points: how many are set aside, under which name */
};

struct door_down {
	enum stream stream;
	uint16_t signer; /* kid + 1 of the stream key that signed it, 0 none */
	enum down_what what;
	bool direct; /* came on the lane's own topic (replay), not the store's */
	int64_t epoch;
	int64_t seq;
	char snapshot[ID_MAX + 1];
	int32_t part;
	int32_t parts;
	char ask[ID_MAX + 1];	/* ANSWER, GRANT: which ask */
	char order[ID_MAX + 1]; /* ANSWER; GRANT: its name */
	int64_t points;		/* GRANT: 0 is no */
	bool found;		/* ANSWER */
	struct span ops;	/* the array's text; n = 0 where there is none */
	struct span upto;	/* the object's text; n = 0 where there is none */
};

struct door_event {
	enum door_kind kind;
	union {
		struct {
			enum desk desk;
			enum symbology symbology;
			int64_t read_ns; /* when the last byte had been read */
			char device[DEVICE_NAME_MAX];
		} scan;
		struct {
			uint64_t request; /* answered by an OUT_REPLY with this number */
			char verb[VERB_MAX];
			char token[TOKEN_TEXT_MAX];	 /* "" without a session */
			char press[IDEMPOTENCY_KEY_MAX]; /* Idempotency-Key or "" */
		} verb;
		struct {
			uint64_t check; /* the number OUT_PIN gave */
			bool right;
		} pin;
		struct door_down down;
		struct {
			int64_t epoch;
			int64_t seq;
			struct span reject; /* the array's text or n = 0 */
		} ack;
		struct {
			int64_t epoch;
			int64_t after; /* the first row wanted is after + 1 */
			int messages;  /* as many at most; 0 is 1 */
		} pull;
		struct {
			bool up;
		} link;
		struct {
			bool online;   /* false: HQ's will */
			int64_t at_ms; /* HQ's wall time, 0 unknown */
			int64_t n;     /* its counter, 0 where beats are not signed */
		} beat;
		struct {
			char lane[ID_MAX + 1];
			int64_t epoch;
			struct span events; /* the array's text */
		} up;
		struct {
			char lane[ID_MAX + 1];
			bool online;
			int64_t epoch, conn;
			int64_t acked, outbox; /* online: its newest event is their sum */
		} lane;
		struct {
			int64_t epoch;
			int64_t after; /* the first event wanted is after + 1 */
			char lane[ID_MAX + 1], ask[ID_MAX + 1]; /* whose ask; its id or "" */
		} again;
		struct {
			char lane[ID_MAX + 1], ask[ID_MAX + 1]; /* who tells; the ask's id */
			int64_t epoch, last;			/* its newest event of that epoch */
			int64_t next;				/* the epoch after that, 0 none */
		} told;
		struct claim_word claim;
		struct {
			char id[ID_MAX + 1];
			char name[COMMAND_NAME_MAX]; /* "" where it is too long for any we know */
			int64_t expires_ms;	     /* by HQ's clock */
			uint16_t signer;	     /* as in door_down */
			struct span args; /* the object's text; n = 0 where there is none */
		} cmd;
		struct {
			bool taken; /* another client uses this station's client id */
			char trouble[BROKER_TROUBLE_MAX]; /* English; "" while there is none */
		} broker;
		struct {
			char why[32]; /* "json", "too_big", "signature", "shape" … */
		} refused;
		struct {
			int64_t job;
			enum job_result result;
			char detail[DEVICE_DETAIL_MAX];
		} job;
		struct {
			char name[DEVICE_NAME_MAX];
			char protocol[DEVICE_PROTOCOL_MAX]; /* spoken now; "auto" before it is known
							     */
			enum device_status status;
			enum device_trouble trouble;
			bool drawer_known; /* printers: does it tell the drawer's contact? */
			bool drawer_high;  /* connector pin 3; which of the two is open, see jobs.c
					    */
			char detail[DEVICE_DETAIL_MAX]; /* English, for the log and the manager */
		} device;
	};
};

/* ---- out ---- */

enum out_kind {
	OUT_REPLY,     /* payload: the JSON body of an answer */
	OUT_SCREEN,    /* payload: a screen's new document, without its `{"revision":N,` */
	OUT_SESSION,   /* a session began or ended */
	OUT_PIN,       /* payload: an argon2id hash, NUL, the PIN typed, NUL, and maybe a
			* new PIN and NUL; answer with DOOR_PIN */
	OUT_UP,	       /* payload: a batch of events as published */
	OUT_ACKED,     /* where the outbox stands */
	OUT_ASK,       /* payload: a request to HQ, or to another lane, as published */
	OUT_CLAIM,     /* payload: a word about who serves an order, as published */
	OUT_HEARTBEAT, /* payload: members of the state message behind "online" and "conn" */
	OUT_PRINT,     /* payload: a document; answer with DOOR_JOB */
	OUT_FEEDBACK,  /* the sound of a decision at a desk */
	OUT_DISPLAY,   /* payload: what the customer displays of a desk show, as a document */
	OUT_WAKE,      /* a DOOR_TICK is wanted at a time */
	OUT_METRICS,   /* payload: the step's numbers as Prometheus text */
	OUT_KEYS,      /* payload: HQ's keys that are valid now, as text of a keys file */
	OUT_LANES,     /* payload: the list of policy `lanes` as JSON, or nothing without one */
	OUT_LOG,       /* how much the log tells from now on */
	OUT_RESTART,   /* end, and be started again */
	OUT_STOPPED,   /* the last one */
};

struct door_out {
	enum out_kind kind;
	union {
		struct {
			uint64_t request;
			int http_status;
			int64_t revision;
			char set_token[TOKEN_TEXT_MAX]; /* "" = leave the cookie alone */
			bool clear_token;
		} reply;
		struct {
			enum screen screen;
			int64_t revision;
			int64_t scan_ns; /* read_ns of the oldest scan it shows, 0 none */
		} screen;
		struct {
			char token_hash[33]; /* hash_text() of the token: neither side keeps it */
			enum role role;
			bool open;
		} session;
		struct {
			uint64_t check;
		} pin;
		struct {
			int64_t epoch;
			int64_t first, last; /* seqs in the batch */
			bool again;	     /* answers a DOOR_PULL */
			bool more;	     /* so does the next one */
			bool sibling; /* answers a DOOR_AGAIN: HQ's window has no part in it */
			bool told;    /* ends that answer; payload: as published with the asks */
		} up;
		struct {
			int64_t epoch; /* the epoch whose rows go next; all older are done */
			int64_t acked;
			int64_t last;	 /* of that epoch: rows acked+1 .. last wait */
			int64_t waiting; /* over all epochs */
			bool served;	 /* somebody is at the counter: the rest takes its time */
		} acked;
		struct {
			int64_t epoch; /* of the ledger, for the will */
		} heartbeat;
		struct {
			int64_t job;
			char printer[DEVICE_NAME_MAX];
		} print;
		struct {
			enum desk desk;
			enum feedback feedback;
		} feedback;
		struct {
			enum desk desk;
		} display;
		struct {
			int64_t mono_ms;
		} wake;
		struct {
			int level; /* enum log_level: the least urgent that is written */
		} log;
	};
};

/* ---- the queues ---- */

struct door;

/* `wake_loop` is called on the step thread when something went out. NULL in simulations, where
 * one thread does all and nothing ever waits. NULL when out of memory. */
struct door *door_new(void (*wake_loop)(void *ctx), void *ctx);
void door_free(struct door *door);

/* What HQ and other lanes say. */
bool door_is_bulk(enum door_kind kind);
/* Events that HQ or another lane hears once more: nobody at the counter waits for them. */
bool door_is_rows(const struct door_out *out);

/* Loop side. -ENOBUFS: full; -EMSGSIZE: payload above DOOR_PAYLOAD_MAX. */
int door_submit(struct door *door, const struct door_event *event, struct slice payload);
/* False when nothing is out. In the order it was emitted, but events said again (door_is_rows)
 * only when there is nothing else. The payload is valid until the next call. Who got something
 * comes again without being woken. */
bool door_collect(struct door *door, struct door_out *ret_out, struct slice *ret_payload);

/* Step side. `wait`: until there is something. The payload is valid until the next take. */
bool door_take(struct door *door, bool wait, struct door_event *ret_event,
	       struct slice *ret_payload);
/* The same, without waiting, and only what is in `now`. */
bool door_take_now(struct door *door, struct door_event *ret_event, struct slice *ret_payload);
/* Does anybody wait in `now` who is more than an acknowledgement, a tick or another's heartbeat? */
bool door_urgent(struct door *door);
/* What was taken last is not done: it stays first of its queue and is taken again. */
void door_keep(struct door *door);
/* Nothing emitted can be seen before door_flush(), which a step calls after its commit (or while it
 * has changed nothing); it also tells the loop, so that a batch of outputs is one wake-up. Emitting
 * waits while what was flushed before fills the queue. What one step emits must fit OUT_STEP_MAX;
 * more is a defect. */
#define OUT_STEP_MAX (3 * 1024 * 1024)
void door_emit(struct door *door, const struct door_out *out, struct slice payload);
/* The same for a large payload without a copy: room in the queue this output goes to, and then,
 * with nothing emitted between, what was written there. A room may also be left as it is. */
struct buf door_room(struct door *door, const struct door_out *out, size_t max);
void door_emit_room(struct door *door, const struct door_out *out, size_t n);
void door_flush(struct door *door);
/* From now on only outputs of these kinds (1 << enum out_kind) go out, others are dropped: what is
 * practised is nobody's business. DOOR_ALL at first. */
#define DOOR_ALL UINT32_MAX
/* What went out before. */
uint32_t door_only(struct door *door, uint32_t kinds);
/* Bytes emitted since the last flush. */
size_t door_pending(const struct door *door);

#endif
