// SPDX-License-Identifier: Apache-2.0
#include "sync/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/clock.h"

#define REFUSES "the broker refuses this station's certificate"
#define WANTS	"the broker wants a certificate of this station, and none is configured"

__attribute__((format(printf, 2, 3))) static void say(struct tls_watch *w, const char *fmt, ...)
{
	va_list args;

	if (w->trouble[0])
		return;
	va_start(args, fmt);
	vsnprintf(w->trouble, sizeof(w->trouble), fmt, args);
	va_end(args);
}

static struct tls_watch *watch_of(const SSL *ssl)
{
	return SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
}

static void say_time(struct tls_watch *w, const char *what)
{
	char now[TIME_TEXT_MAX];

	time_format(w->now_ms, now);
	say(w, "the broker's certificate %s (this station's clock says %s)", what, now);
}

static void say_certificate(struct tls_watch *w, int error)
{
	switch (error) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		say(w, "the broker's certificate is not for the name %s", w->setup->host);
		return;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		say_time(w, "has expired");
		return;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		say_time(w, "is not valid yet");
		return;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		say(w, "the broker's certificate is not from an authority this station trusts");
		return;
	default:
		say(w, "the broker's certificate: %s", X509_verify_cert_error_string(error));
		return;
	}
}

static int on_verify(int good, X509_STORE_CTX *chain)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx());

	if (!good && ssl)
		say_certificate(watch_of(ssl), X509_STORE_CTX_get_error(chain));
	return good;
}

/* What the two sides tell each other when they give up. */
static void say_alert(struct tls_watch *w, bool theirs, int alert)
{
	const char *text = SSL_alert_desc_string_long(alert);

	switch (alert & 0xff) {
	case SSL_AD_CLOSE_NOTIFY:
		return;
	case SSL_AD_DECODE_ERROR:
	case SSL_AD_UNEXPECTED_MESSAGE:
		say(w, "it hung up while TLS began; does it speak TLS there?");
		return;
	case SSL_AD_PROTOCOL_VERSION:
		say(w, "the broker speaks no TLS 1.2 or newer");
		return;
	case SSL_AD_CERTIFICATE_REQUIRED:
	case SSL_AD_BAD_CERTIFICATE:
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
	case SSL_AD_CERTIFICATE_REVOKED:
	case SSL_AD_CERTIFICATE_EXPIRED:
	case SSL_AD_CERTIFICATE_UNKNOWN:
	case SSL_AD_UNKNOWN_CA:
	case SSL_AD_ACCESS_DENIED:
		if (theirs && w->setup->cert[0])
			say(w, REFUSES " (%s)", text);
		else if (theirs)
			say(w, WANTS " (%s)", text);
		return;
	default:
		say(w, "TLS with the broker failed (%s)", text);
		return;
	}
}

static void on_info(const SSL *ssl, int where, int value)
{
	if (where & SSL_CB_ALERT)
		say_alert(watch_of(ssl), (where & SSL_CB_READ) != 0, value);
}

static int on_wanted(SSL *ssl, void *ctx)
{
	struct tls_watch *w = ctx;

	(void)ssl;
	w->wanted = true;
	return 1;
}

const char *tls_hung_up(const struct tls_watch *w)
{
	if (!w->wanted)
		return NULL;
	return w->setup->cert[0] ? REFUSES ", or hung up" : WANTS;
}

static bool load_files(SSL_CTX *ctx, struct tls_watch *w)
{
	const struct sync_setup *s = w->setup;
	const char *key = s->key[0] ? s->key : s->cert;

	if (s->ca[0] ? !SSL_CTX_load_verify_file(ctx, s->ca)
		     : !SSL_CTX_set_default_verify_paths(ctx)) {
		say(w, "the authorities' certificates in %s cannot be read",
		    s->ca[0] ? s->ca : "the system's place");
		return false;
	}
	if (!s->cert[0])
		return true;
	if (SSL_CTX_use_certificate_chain_file(ctx, s->cert) != 1)
		say(w, "this station's certificate in %s cannot be read", s->cert);
	else if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
		 SSL_CTX_check_private_key(ctx) != 1)
		say(w, "the key in %s does not belong to this station's certificate", key);
	return !w->trouble[0];
}

/* A name, or an address as it stands in a certificate. */
static bool set_name(SSL_CTX *ctx, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);

	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_ip_asc(param, host) ||
	       X509_VERIFY_PARAM_set1_host(param, host, 0);
}

static void set_time(SSL_CTX *ctx, struct tls_watch *w)
{
	if (w->least_ms <= w->now_ms)
		return;
	w->now_ms = w->least_ms;
	X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(ctx), (time_t)(w->now_ms / 1000));
}

void *tls_context(struct tls_watch *w)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx || !SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) ||
	    !set_name(ctx, w->setup->host)) {
		say(w, "out of memory");
	} else if (load_files(ctx, w)) {
		set_time(ctx, w);
		SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION);
		SSL_CTX_set_mode(ctx, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					      SSL_MODE_ENABLE_PARTIAL_WRITE);
		SSL_CTX_set_app_data(ctx, w);
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, on_verify);
		SSL_CTX_set_info_callback(ctx, on_info);
		SSL_CTX_set_cert_cb(ctx, on_wanted, w);
		return ctx;
	}
	ERR_clear_error();
	SSL_CTX_free(ctx);
	return NULL;
}

void tls_context_free(void *context)
{
	SSL_CTX_free(context);
}
