// SPDX-License-Identifier: Apache-2.0
#include "sync/link.h"

#include <assert.h>
#include <errno.h>
#include <mosquitto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "firmware/base/log.h"
#include "sync/retry.h"
#include "sync/tls.h"

#define KEEPALIVE_S   20
#define MISC_MS	      1000 /* how often libmosquitto looks at its keepalive */
#define GOODBYE_MS    1000 /* for the last messages to be taken */
#define CLIENT_ID_MAX 160

enum stage {
	STAGE_WORKER,	 /* a libuv worker has the client */
	STAGE_CONNECT,	 /* TCP, TLS, CONNECT are under way */
	STAGE_SUBSCRIBE, /* accepted, subscriptions not granted yet */
	STAGE_UP,
};

struct link;

/* One connection from its birth to its end; freed when its poll handle is closed. */
struct attempt {
	struct link *link;
	struct mosquitto *mosq;
	enum stage stage;
	uv_work_t work;
	uv_poll_t poll;
	bool has_poll;
	bool ipv4_only;
	bool dead; /* over; ended as soon as libmosquitto's call has returned */
	int armed; /* what the poll waits for */
	int sub_mid;
	int rc;		  /* what libmosquitto said when it went wrong */
	char refused[96]; /* the broker's own word, "" none */
	void *tls;	  /* its SSL_CTX, NULL without TLS */
	struct tls_watch watch;
	int64_t until_ms; /* STAGE_CONNECT, STAGE_SUBSCRIBE */
};

struct link {
	uv_loop_t *loop;
	struct sync *sync;
	struct sync_setup setup;
	struct clock clock;
	struct retry retry;
	char client_id[CLIENT_ID_MAX];
	int64_t known_base_ms; /* the least wall time minus the monotonic one */

	uv_timer_t timer;
	struct attempt *attempt; /* NULL while waiting */
	int64_t retry_at_ms;
	int64_t sync_at_ms;
	int64_t misc_at_ms;
	int64_t timer_at_ms;
	bool stopping;
	int64_t stop_at_ms;	       /* stopping: not waiting for the last PUBACK any longer */
	bool busy;		       /* inside a call of libmosquitto */
	char told[BROKER_TROUBLE_MAX]; /* the last failure that was logged, "" none */
	bool taken;		       /* somebody else seems to use our client id */
};

static int64_t now_ms(const struct link *l)
{
	return l->clock.mono_ms(l->clock.ctx);
}

/* ---- the one timer ---- */

static void on_timer(uv_timer_t *timer);

static void arm_timer(struct link *l)
{
	int64_t at = l->sync_at_ms, now = now_ms(l);

	if (uv_is_closing((uv_handle_t *)&l->timer))
		return;
	if (!l->attempt && l->retry_at_ms < at)
		at = l->retry_at_ms;
	if (l->attempt && l->attempt->stage != STAGE_WORKER && l->misc_at_ms < at)
		at = l->misc_at_ms;
	if (l->stopping)
		at = l->stop_at_ms;
	if (at == l->timer_at_ms && uv_is_active((uv_handle_t *)&l->timer))
		return;
	l->timer_at_ms = at;
	uv_update_time(l->loop);
	uv_timer_start(&l->timer, on_timer, at > now ? (uint64_t)(at - now) : 0, 0);
}

static void on_wake(void *ctx, int64_t mono_ms)
{
	struct link *l = ctx;

	l->sync_at_ms = mono_ms;
	arm_timer(l);
}

/* ---- an attempt's end ---- */

static void on_poll_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* Never called inside a callback of libmosquitto. */
static void free_attempt(struct attempt *a)
{
	if (a->has_poll)
		uv_poll_stop(&a->poll);
	mosquitto_destroy(a->mosq);
	tls_context_free(a->tls);
	if (a->has_poll)
		uv_close((uv_handle_t *)&a->poll, on_poll_closed);
	else
		free(a);
}

static void end_attempt(struct link *l, int64_t wait_ms)
{
	bool was_up = l->attempt->stage == STAGE_UP;

	free_attempt(l->attempt);
	l->attempt = NULL;
	l->retry_at_ms = now_ms(l) + wait_ms;
	if (was_up)
		sync_down(l->sync);
	arm_timer(l);
}

/* In words for the log and the operator. */
static const char *failure_text(const struct attempt *a)
{
	if (a->watch.trouble[0])
		return a->watch.trouble;
	if (a->refused[0])
		return a->refused;
	if (a->tls && a->stage < STAGE_SUBSCRIBE && a->rc && tls_hung_up(&a->watch))
		return tls_hung_up(&a->watch);
	if (a->tls && a->stage < STAGE_SUBSCRIBE &&
	    (a->rc == MOSQ_ERR_CONN_LOST || a->rc == MOSQ_ERR_TLS))
		return "it hung up while TLS began; does it speak TLS there?";
	if (a->rc == MOSQ_ERR_ERRNO)
		return "the connection was refused or reset";
	return a->rc ? mosquitto_strerror(a->rc) : "no answer in time";
}

static void note_taken(struct link *l)
{
	if (l->taken || !retry_taken(&l->retry))
		return;
	l->taken = true;
	log_error("broker: every connection ends at once. Does another station use the client id "
		  "%s?",
		  l->client_id);
}

static void tell_failure(struct link *l, const struct attempt *a, int64_t wait_ms)
{
	const char *why = failure_text(a);

	note_taken(l);
	if (a->stage == STAGE_UP)
		log_warning("broker %s:%d: lost (%s), next try in %lld ms", l->setup.host,
			    l->setup.port, why, (long long)wait_ms);
	else if (strcmp(why, l->told) != 0)
		log_warning("broker %s:%d: not reached (%s), trying again", l->setup.host,
			    l->setup.port, why);
	text_fmt(l->told, sizeof(l->told), "%s", why);
	sync_broker(l->sync, why, l->taken);
}

/* A connection that lasts is nobody else's. */
static void end_taken(struct link *l)
{
	if (!l->taken || !l->attempt || l->attempt->stage != STAGE_UP ||
	    !retry_stable(&l->retry, &l->clock))
		return;
	l->taken = false;
	log_notice("broker: the client id is ours alone again");
	sync_broker(l->sync, "", false);
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct link *l = handle->data;

	sync_free(l->sync);
	free(l);
	mosquitto_lib_cleanup();
}

static void finish_stop(struct link *l)
{
	if (l->attempt) {
		mosquitto_disconnect(l->attempt->mosq);
		free_attempt(l->attempt);
		l->attempt = NULL;
	}
	uv_close((uv_handle_t *)&l->timer, on_timer_closed);
}

static void fail_attempt(struct link *l)
{
	int64_t wait_ms;

	if (l->stopping) {
		finish_stop(l);
		return;
	}
	wait_ms = retry_lost(&l->retry, &l->clock);
	tell_failure(l, l->attempt, wait_ms);
	end_attempt(l, wait_ms);
}

/* ---- libmosquitto and the poll ---- */

static void on_poll(uv_poll_t *poll, int status, int events);

/* After every call of libmosquitto: is the socket still there, and what does it wait for? */
static void settle(struct link *l, int rc)
{
	struct attempt *a = l->attempt;
	int events;

	if (rc != MOSQ_ERR_SUCCESS && !a->dead) {
		a->rc = rc;
		a->dead = true;
	}
	if (a->dead || mosquitto_socket(a->mosq) < 0) {
		fail_attempt(l);
		return;
	}
	if (l->stopping && sync_outstanding(l->sync) == 0) {
		finish_stop(l);
		return;
	}
	events = UV_READABLE | (mosquitto_want_write(a->mosq) ? UV_WRITABLE : 0);
	if (events != a->armed) {
		a->armed = events;
		uv_poll_start(&a->poll, events, on_poll);
	}
}

/* To libmosquitto a refused connection is a TLS handshake that is still under way, for ever. */
static int refused_or_closed(const struct attempt *a)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	ssize_t n;
	char c;

	if (!a->tls || a->stage != STAGE_CONNECT || mosquitto_socket(a->mosq) < 0)
		return MOSQ_ERR_SUCCESS;
	n = recv(mosquitto_socket(a->mosq), &c, 1, MSG_PEEK | MSG_DONTWAIT);
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return MOSQ_ERR_SUCCESS;
	return getpeername(mosquitto_socket(a->mosq), (struct sockaddr *)&peer, &size) == 0
		       ? MOSQ_ERR_CONN_LOST
		       : MOSQ_ERR_ERRNO;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct attempt *a = poll->data;
	struct link *l = a->link;
	int rc = MOSQ_ERR_SUCCESS;

	l->busy = true;
	/* A poll error is read out by libmosquitto as the socket's own, behind what came before it;
	 * libuv has stopped the poll, so it is started again until then. */
	if (status < 0)
		a->armed = 0;
	if (status < 0 || (events & UV_READABLE))
		rc = mosquitto_loop_read(a->mosq, 1);
	if (rc == MOSQ_ERR_SUCCESS && (events & UV_WRITABLE) && mosquitto_socket(a->mosq) >= 0)
		rc = mosquitto_loop_write(a->mosq, 1);
	if (rc == MOSQ_ERR_SUCCESS && !a->dead)
		rc = refused_or_closed(a);
	l->busy = false;
	settle(l, rc);
}

static int on_publish_wanted(void *ctx, const char *topic, struct slice payload, bool retain)
{
	struct link *l = ctx;
	struct attempt *a = l->attempt;
	int rc;

	if (!a || a->stage != STAGE_UP || a->dead)
		return -ENOTCONN;
	rc = mosquitto_publish(a->mosq, NULL, topic, (int)payload.n, payload.p, 1, retain);
	if (!l->busy && a->has_poll && mosquitto_want_write(a->mosq) && !(a->armed & UV_WRITABLE)) {
		a->armed |= UV_WRITABLE;
		uv_poll_start(&a->poll, a->armed, on_poll);
	}
	/* A broken socket shows at the next read; until then the message counts as under way. */
	return rc == MOSQ_ERR_NOMEM || rc == MOSQ_ERR_PAYLOAD_SIZE ? -ENOBUFS : 0;
}

/* ---- libmosquitto's callbacks ---- */

static void on_connect(struct mosquitto *mosq, void *ctx, int rc)
{
	struct attempt *a = ctx;
	struct sync *sync = a->link->sync;
	char *topics[ROUTE_SUBSCRIPTIONS];

	if (rc != 0) {
		text_fmt(a->refused, sizeof(a->refused), "%s", mosquitto_connack_string(rc));
		a->dead = true;
		a->rc = MOSQ_ERR_CONN_REFUSED;
		return;
	}
	for (int i = 0; i < ROUTE_SUBSCRIPTIONS; i++)
		topics[i] = (char *)(uintptr_t)sync_subscription(sync, i);
	a->stage = STAGE_SUBSCRIBE;
	rc = mosquitto_subscribe_multiple(mosq, &a->sub_mid, ROUTE_SUBSCRIPTIONS, topics, 1, 0,
					  NULL);
	if (rc != MOSQ_ERR_SUCCESS) {
		a->dead = true;
		a->rc = rc;
	}
}

static void on_subscribe(struct mosquitto *mosq, void *ctx, int mid, int count, const int *granted)
{
	struct attempt *a = ctx;
	struct link *l = a->link;

	(void)mosq;
	if (a->stage != STAGE_SUBSCRIBE || mid != a->sub_mid)
		return;
	for (int i = 0; i < count; i++)
		if (granted[i] > 2)
			log_error("broker: may not subscribe %s", sync_subscription(l->sync, i));
	log_notice("broker %s:%d: connected", l->setup.host, l->setup.port);
	a->stage = STAGE_UP;
	l->told[0] = '\0';
	retry_connected(&l->retry, &l->clock);
	sync_broker(l->sync, "", l->taken);
	sync_up(l->sync);
}

static void on_message(struct mosquitto *mosq, void *ctx, const struct mosquitto_message *m)
{
	struct attempt *a = ctx;

	(void)mosq;
	sync_receive(a->link->sync, m->topic,
		     (struct slice){ m->payload, m->payloadlen > 0 ? (size_t)m->payloadlen : 0 },
		     m->retain);
}

static void on_delivered(struct mosquitto *mosq, void *ctx, int mid)
{
	struct attempt *a = ctx;

	(void)mosq;
	(void)mid;
	sync_delivered(a->link->sync);
}

static void on_disconnect(struct mosquitto *mosq, void *ctx, int rc)
{
	struct attempt *a = ctx;

	(void)mosq;
	if (!a->dead)
		a->rc = rc;
	a->dead = true;
}

/* ---- an attempt's beginning ---- */

static int set_tls(struct attempt *a)
{
	const struct clock *clock = &a->link->clock;

	a->watch.setup = &a->link->setup;
	a->watch.now_ms = clock->wall_ms(clock->ctx);
	a->watch.least_ms = now_ms(a->link) + a->link->known_base_ms;
	a->tls = tls_context(&a->watch);
	if (!a->tls || mosquitto_int_option(a->mosq, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0))
		return MOSQ_ERR_TLS;
	return mosquitto_void_option(a->mosq, MOSQ_OPT_SSL_CTX, a->tls);
}

/* On a worker: files and name servers may be slow. */
static void work_connect(uv_work_t *work)
{
	struct attempt *a = work->data;
	const struct sync_setup *s = &a->link->setup;

	a->rc = s->tls ? set_tls(a) : MOSQ_ERR_SUCCESS;
	if (a->rc == MOSQ_ERR_SUCCESS)
		a->rc = mosquitto_connect_bind_async(a->mosq, s->host, s->port, KEEPALIVE_S,
						     a->ipv4_only ? "0.0.0.0" : NULL);
	if (a->rc == MOSQ_ERR_CONN_PENDING)
		a->rc = MOSQ_ERR_SUCCESS;
}

static void after_connect(uv_work_t *work, int status)
{
	struct attempt *a = work->data;
	struct link *l = a->link;
	int fd = mosquitto_socket(a->mosq);

	a->stage = STAGE_CONNECT;
	if (l->stopping) {
		finish_stop(l);
		return;
	}
	if (status < 0 || a->rc != MOSQ_ERR_SUCCESS || fd < 0 ||
	    uv_poll_init(l->loop, &a->poll, fd) < 0) {
		a->rc = a->rc ? a->rc : MOSQ_ERR_ERRNO;
		fail_attempt(l);
		return;
	}
	a->poll.data = a;
	a->has_poll = true;
	a->until_ms = now_ms(l) + retry_patience(&l->retry);
	l->misc_at_ms = now_ms(l) + MISC_MS;
	settle(l, MOSQ_ERR_SUCCESS);
	arm_timer(l);
}

static struct mosquitto *make_client(struct attempt *a)
{
	const struct sync_setup *s = &a->link->setup;
	struct mosquitto *mosq = mosquitto_new(a->link->client_id, true, a);
	const char *topic;
	struct slice will;

	if (!mosq)
		return NULL;
	sync_attempt(a->link->sync, &topic, &will);
	if (mosquitto_int_option(mosq, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311) ||
	    mosquitto_int_option(mosq, MOSQ_OPT_TCP_NODELAY, 1) ||
	    mosquitto_int_option(mosq, MOSQ_OPT_SEND_MAXIMUM, SYNC_PUBACK_MAX) ||
	    mosquitto_will_set(mosq, topic, (int)will.n, will.p, 1, true) ||
	    (s->user[0] &&
	     mosquitto_username_pw_set(mosq, s->user, s->password[0] ? s->password : NULL))) {
		mosquitto_destroy(mosq);
		return NULL;
	}
	mosquitto_connect_callback_set(mosq, on_connect);
	mosquitto_subscribe_callback_set(mosq, on_subscribe);
	mosquitto_message_callback_set(mosq, on_message);
	mosquitto_publish_callback_set(mosq, on_delivered);
	mosquitto_disconnect_callback_set(mosq, on_disconnect);
	return mosq;
}

static void begin_attempt(struct link *l)
{
	struct attempt *a = calloc(1, sizeof(*a));

	l->retry_at_ms = now_ms(l) + RETRY_MAX_MS;
	if (!a)
		return;
	a->link = l;
	a->work.data = a;
	a->ipv4_only = l->retry.failures % 2 == 1 && !strchr(l->setup.host, ':');
	a->mosq = make_client(a);
	if (!a->mosq || uv_queue_work(l->loop, &a->work, work_connect, after_connect) < 0) {
		log_error("broker: out of memory");
		free_attempt(a);
		return;
	}
	l->attempt = a;
}

/* ---- time ---- */

static void do_misc(struct link *l, int64_t now)
{
	struct attempt *a = l->attempt;
	int rc;

	l->misc_at_ms = now + MISC_MS;
	if (a->stage != STAGE_UP && now >= a->until_ms) {
		fail_attempt(l);
		return;
	}
	l->busy = true;
	rc = mosquitto_loop_misc(a->mosq);
	l->busy = false;
	settle(l, rc);
}

static void on_timer(uv_timer_t *timer)
{
	struct link *l = timer->data;
	int64_t now = now_ms(l);

	l->timer_at_ms = 0;
	if (l->stopping) {
		/* A worker that still has the client ends this in after_connect(). */
		if (!l->attempt || l->attempt->stage != STAGE_WORKER)
			finish_stop(l);
		return;
	}
	if (l->attempt && l->attempt->stage != STAGE_WORKER && now >= l->misc_at_ms)
		do_misc(l, now);
	end_taken(l);
	if (!l->attempt && now >= l->retry_at_ms)
		begin_attempt(l);
	if (now >= l->sync_at_ms)
		sync_tick(l->sync);
	arm_timer(l);
}

/* ---- start and stop ---- */

int sync_start(uv_loop_t *loop, struct door *door, const struct sync_setup *setup,
	       const struct clock *clock, struct sync **ret_sync)
{
	struct link *l = calloc(1, sizeof(*l));
	const struct sync_pipe pipe = { on_publish_wanted, on_wake, l };
	int err;

	if (!l)
		return -ENOMEM;
	l->loop = loop;
	l->setup = *setup;
	l->clock = *clock;
	l->known_base_ms = setup->known_ms - now_ms(l);
	retry_init(&l->retry);
	err = text_fmt(l->client_id, sizeof(l->client_id), "lada-%s-%s", setup->store, setup->lane);
	if (err == 0)
		err = sync_new(setup, &pipe, door, clock, &l->sync);
	if (err < 0) {
		free(l);
		return err;
	}
	mosquitto_lib_init();
	uv_timer_init(loop, &l->timer);
	l->timer.data = l;
	l->retry_at_ms = l->sync_at_ms = now_ms(l);
	arm_timer(l);
	*ret_sync = l->sync;
	return 0;
}

void sync_stop(struct sync *sync)
{
	struct link *l = sync_pipe_ctx(sync);
	bool up = l->attempt && l->attempt->stage == STAGE_UP;

	sync_goodbye(sync);
	l->stopping = true;
	l->stop_at_ms = now_ms(l) + (up ? GOODBYE_MS : 0);
	arm_timer(l);
}
