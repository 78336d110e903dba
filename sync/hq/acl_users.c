// SPDX-License-Identifier: Apache-2.0
/* Users for the access list: mosquitto's password_file and the passwords themselves. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/hq/acl_lanes.h"
#include "sync/hq/import.h"

/* mosquitto's own: `$7$ITERATIONS$SALT$HASH`, PBKDF2 with HMAC-SHA512. The passwords are random,
 * so more rounds would guard nothing. */
#define ROUNDS		  101
#define SALT_BYTES	  12
#define PASSWORD_TEXT_MAX 48

struct users {
	struct slice known; /* the secrets file as it was */
	FILE *hashed, *plain;
};

static void pbkdf2_block(const char *password, const uint8_t salt[SALT_BYTES],
			 uint8_t ret_hash[crypto_auth_hmacsha512_BYTES])
{
	static const uint8_t block_one[4] = { 0, 0, 0, 1 };
	uint8_t u[crypto_auth_hmacsha512_BYTES];
	crypto_auth_hmacsha512_state st;

	for (int round = 0; round < ROUNDS; round++) {
		crypto_auth_hmacsha512_init(&st, (const uint8_t *)password, strlen(password));
		if (round == 0) {
			crypto_auth_hmacsha512_update(&st, salt, SALT_BYTES);
			crypto_auth_hmacsha512_update(&st, block_one, sizeof(block_one));
		} else {
			crypto_auth_hmacsha512_update(&st, u, sizeof(u));
		}
		crypto_auth_hmacsha512_final(&st, u);
		for (size_t i = 0; i < sizeof(u); i++)
			ret_hash[i] = round ? ret_hash[i] ^ u[i] : u[i];
	}
}

/* The password that `known` has for this user. */
static bool find_known(struct slice known, const char *user, char dst[PASSWORD_TEXT_MAX])
{
	size_t n = strlen(user);

	while (known.n) {
		const char *lf = memchr(known.p, '\n', known.n);
		size_t line = lf ? (size_t)(lf - known.p) : known.n;

		if (line > n + 1 && memcmp(known.p, user, n) == 0 && known.p[n] == ' ')
			return slice_copy((struct slice){ known.p + n + 1, line - n - 1 }, dst,
					  PASSWORD_TEXT_MAX) == 0;
		known.p += line + (lf ? 1 : 0);
		known.n -= line + (lf ? 1 : 0);
	}
	return false;
}

static void add_user(struct users *u, const char *user)
{
	uint8_t random[ACL_PASSWORD_BYTES], salt[SALT_BYTES], hash[crypto_auth_hmacsha512_BYTES];
	char password[PASSWORD_TEXT_MAX], salt64[32], hash64[128];

	if (!find_known(u->known, user, password)) {
		randombytes_buf(random, sizeof(random));
		base64_encode(random, sizeof(random), true, password, sizeof(password));
	}
	randombytes_buf(salt, sizeof(salt));
	pbkdf2_block(password, salt, hash);
	base64_encode(salt, sizeof(salt), false, salt64, sizeof(salt64));
	base64_encode(hash, sizeof(hash), false, hash64, sizeof(hash64));
	fprintf(u->hashed, "%s:$7$%d$%s$%s\n", user, ROUNDS, salt64, hash64);
	fprintf(u->plain, "%s %s\n", user, password);
	sodium_memzero(password, sizeof(password));
}

static FILE *open_new(const char *path, char beside[4096])
{
	int fd;

	if (text_fmt(beside, 4096, "%s.part", path) < 0)
		return NULL;
	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? NULL : fdopen(fd, "w");
}

static int close_new(FILE *f, const char *beside, const char *path)
{
	int err = f && fflush(f) == 0 && fsync(fileno(f)) == 0 ? 0 : -EIO;

	if (f && fclose(f) != 0)
		err = -EIO;
	if (err == 0 && rename(beside, path) < 0)
		err = -errno;
	if (err < 0)
		unlink(beside);
	return err;
}

static int write_users(struct hq *hq, const struct acl_wanted *wanted, struct users *u)
{
	struct acl_lanes lanes;
	int err = acl_lanes_find(hq, wanted, &lanes);

	if (err < 0)
		return err;
	if (!wanted->hq_count)
		add_user(u, "hq");
	for (int i = 0; i < wanted->hq_count; i++)
		add_user(u, wanted->hq[i]);
	for (size_t i = 0; i < lanes.count; i++) {
		char user[ACL_USER_MAX];

		acl_lane_user(&lanes.lane[i], user);
		add_user(u, user);
	}
	acl_lanes_free(&lanes);
	return 0;
}

int acl_users(struct hq *hq, const struct acl_wanted *wanted, const char *path)
{
	char secrets[4096], hashed[4096], plain[4096];
	struct users u = { .known = { NULL, 0 } };
	int err, other;

	if (text_fmt(secrets, sizeof(secrets), "%s.secrets", path) < 0)
		return -ENAMETOOLONG;
	err = import_read(secrets, &u.known);
	if (err < 0 && err != -ENOENT)
		return err;
	u.hashed = open_new(path, hashed);
	u.plain = open_new(secrets, plain);
	err = u.hashed && u.plain ? write_users(hq, wanted, &u) : -EACCES;
	if (err < 0) {
		if (u.hashed && fclose(u.hashed) == 0)
			unlink(hashed);
		if (u.plain && fclose(u.plain) == 0)
			unlink(plain);
	} else {
		/* The passwords first: a hash nobody knows the word of would be of no use. */
		err = close_new(u.plain, plain, secrets);
		other = close_new(u.hashed, hashed, path);
		err = err < 0 ? err : other;
	}
	if (u.known.p)
		sodium_memzero((char *)u.known.p, u.known.n);
	free((char *)u.known.p);
	return err;
}
