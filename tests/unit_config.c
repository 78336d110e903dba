// SPDX-License-Identifier: Apache-2.0
/*
 * firmware/config.c: the contract's example loads, and everything wrong is refused with exactly
 * its file and line.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "firmware/config.h"

#define SECRET	    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define PICKUP_LINE "1 pickup iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=\n"
#define STREAM_LINE "2 stream gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q=\n"
#define STATION	    "[station]\nstore = WAW-042\nlane = k1\n"

struct fixture {
	char dir[64];
	char conf[128];
	struct config config;
	char message[1024];
};

static void put(const struct fixture *f, const char *name, const char *text, mode_t mode)
{
	char path[256];
	FILE *file;

	assert_int_equal(text_fmt(path, sizeof(path), "%s/%s", f->dir, name), 0);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char drop_in[128];

	assert_non_null(f);
	slice_copy(slice_of("/tmp/lada-config-XXXXXX"), f->dir, sizeof(f->dir));
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(text_fmt(f->conf, sizeof(f->conf), "%s/lada.conf", f->dir), 0);
	assert_int_equal(text_fmt(drop_in, sizeof(drop_in), "%s.d", f->conf), 0);
	assert_int_equal(mkdir(drop_in, 0755), 0);
	put(f, "keys.conf", "# HQ\n" PICKUP_LINE, 0644);
	put(f, "signed.conf", PICKUP_LINE STREAM_LINE, 0644);
	put(f, "secret", SECRET "\n", 0600);
	put(f, "password", "hase lko\n", 0600);
	put(f, "open", SECRET "\n", 0640);
	put(f, "ca.pem", "any\n", 0644);
	put(f, "key.pem", "any\n", 0600);
	*state = f;
	return 0;
}

static void empty_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[512];

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (text_fmt(name, sizeof(name), "%s/%s", path, entry->d_name) == 0 &&
		    entry->d_name[0] != '.')
			remove(name);
	closedir(dir);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char drop_in[160];

	assert_int_equal(text_fmt(drop_in, sizeof(drop_in), "%s.d", f->conf), 0);
	empty_dir(drop_in);
	empty_dir(f->dir);
	rmdir(f->dir);
	free(f);
	return 0;
}

static void loads(struct fixture *f, const char *text)
{
	put(f, "lada.conf", text, 0644);
	if (config_load(f->conf, &f->config, f->message, sizeof(f->message)) < 0)
		fail_msg("%s", f->message);
}

/* Refused at that file (beside the fixture) and line, and the message holds `what`. */
static void refused_in(struct fixture *f, const char *name, int line, const char *what)
{
	char at[256];

	f->message[0] = '\0';
	assert_int_equal(config_load(f->conf, &f->config, f->message, sizeof(f->message)), -EINVAL);
	assert_int_equal(text_fmt(at, sizeof(at), "%s/%s:%d: ", f->dir, name, line), 0);
	if (!slice_starts(slice_of(f->message), at) || !strstr(f->message, what))
		fail_msg("wanted `%s … %s`, got `%s`", at, what, f->message);
}

static void refused(struct fixture *f, int line, const char *what, const char *text)
{
	put(f, "lada.conf", text, 0644);
	refused_in(f, "lada.conf", line, what);
}

/* INTERFACES section 2, its two prose lines written out and its files beside it. */
static const char example[] =
	"[station]\n"
	"store = WAW-042\n"
	"lane = k1\n"
	"name = Warszawa Arkadia\n"
	"language = pl                 ; pl, en or uk\n"
	"timezone = Europe/Warsaw\n"
	"data = /var/lib/lada          ; database, identity, spool\n"
	"\n"
	"[hq]\n"
	"url = mqtt://127.0.0.1:1883   ; mqtts:// for TLS\n"
	"prefix = lada/1\n"
	"keys = keys.conf ; lines: KID PURPOSE BASE64(Ed25519 public key); PURPOSE = pickup, "
	"stream "
	"or update\n"
	"secret = secret ; 32 bytes as hex, shared with HQ out of band, mode 0600: keys the hashes "
	"of section 3, and a comment may be longer than any value of the whole file ever gets to "
	"be "
	"without being cut or refused, because comments are for people\n"
	"ca =\n"
	"cert =\n"
	"key =                         ; files, for mqtts\n"
	"user =\n"
	"password_file =               ; for brokers that want them\n"
	"sign = no                     ; yes: frames of this station are signed\n"
	"insecure = no                 ; a loopback url needs neither TLS nor a stream key; any "
	"other needs both unless yes\n"
	"\n"
	"[http]\n"
	"listen = 127.0.0.1:8080\n"
	"hosts =                       ; further Host names to accept\n"
	"\n"
	"[screen counter]              ; [screen DESK]: width_mm, distance_mm, audio = ALSA device "
	"or none\n"
	"width_mm = 344\n"
	"distance_mm = 600\n"
	"\n"
	"[scanner counter]             ; one section per device: [KIND NAME]\n"
	"port = auto\n"
	"protocol = line\n"
	"desk = counter                ; or kiosk\n"
	"\n"
	"[printer receipt]\n"
	"port = tcp:127.0.0.1:9100\n"
	"protocol = escpos\n"
	"profile = auto                ; or a profile's name\n"
	"columns = 48\n"
	"standin =                     ; another printer's name\n"
	"drawer = 1                    ; drawer pin, 0 for none\n"
	"\n"
	"[display customer]\n"
	"port = serial:/dev/ttyUSB1?baud=9600\n"
	"protocol = pole\n"
	"desk = counter\n";

static void the_example_loads(void **state)
{
	struct fixture *f = *state;
	const struct config *c = &f->config;

	loads(f, example);
	assert_string_equal(c->store, "WAW-042");
	assert_string_equal(c->lane, "k1");
	assert_string_equal(c->name, "Warszawa Arkadia");
	assert_int_equal(c->language, LANGUAGE_PL);
	assert_string_equal(c->timezone, "Europe/Warsaw");
	assert_string_equal(c->data, "/var/lib/lada");
	assert_string_equal(c->host, "127.0.0.1");
	assert_int_equal(c->port, 1883);
	assert_false(c->tls);
	assert_true(c->loopback);
	assert_string_equal(c->prefix, "lada/1");
	assert_int_equal(c->keys.count, 1);
	assert_true(c->has_secret);
	assert_int_equal(c->secret[31], 0x1f);
	assert_string_equal(c->user, "");
	assert_string_equal(c->listen_host, "127.0.0.1");
	assert_int_equal(c->listen_port, 8080);
	assert_int_equal(c->host_count, 0);
	assert_int_equal(c->screens[DESK_COUNTER].width_mm, 344);
	assert_string_equal(c->screens[DESK_COUNTER].audio, "none");
	assert_int_equal(c->device_count, 3);
	assert_string_equal(c->devices[0].port, "auto");
	assert_string_equal(c->devices[1].name, "receipt");
	assert_string_equal(c->devices[1].port, "tcp:127.0.0.1:9100");
	assert_int_equal(c->devices[1].columns, 48);
	assert_int_equal(c->devices[1].drawer, 1);
	assert_string_equal(c->devices[1].standin, "");
	assert_int_equal(c->devices[2].kind, DEVICE_DISPLAY);
	assert_string_equal(c->devices[2].port, "serial:/dev/ttyUSB1?baud=9600");
	assert_string_equal(c->devices[2].protocol, "pole");
}

static void little_is_enough(void **state)
{
	struct fixture *f = *state;
	const struct config *c = &f->config;

	loads(f, "\xef\xbb\xbf" STATION);
	assert_string_equal(c->name, "WAW-042");
	assert_string_equal(c->host, "127.0.0.1");
	assert_string_equal(c->prefix, "lada/1");
	assert_string_equal(c->data, "/var/lib/lada");
	assert_int_equal(c->keys.count, 0);
	assert_false(c->has_secret);
	assert_int_equal(c->listen_port, 8080);
	assert_int_equal(c->device_count, 0);
}

static void every_value_arrives(void **state)
{
	struct fixture *f = *state;
	const struct config *c = &f->config;
	char path[128];

	loads(f,
	      STATION "language = uk\r\n  timezone = Europe/Kyiv\n"
		      "data = spool\n"
		      "[hq]\nurl = mqtts://[2001:db8::1]:8884\nprefix = shop\nkeys = signed.conf\n"
		      "ca = ca.pem\ncert = ca.pem\nkey = key.pem\nuser = k1\n"
		      "password_file = password\nsign = yes\n"
		      "[http]\nlisten = [::1]:80\nhosts = a.example, b.example  c\n"
		      "[screen kiosk]\nwidth_mm = 520\naudio = hw:0,0\n"
		      "[scanner a]\nport = serial:tty-a?baud=19200\ndesk = kiosk\n"
		      "[printer one]\nport = replay:one.trace\nstandin = two\n[printer two]\n");
	assert_int_equal(c->language, LANGUAGE_UK);
	assert_string_equal(c->timezone, "Europe/Kyiv");
	assert_int_equal(text_fmt(path, sizeof(path), "%s/spool", f->dir), 0);
	assert_string_equal(c->data, path);
	assert_true(c->tls);
	assert_false(c->loopback);
	assert_string_equal(c->host, "2001:db8::1");
	assert_int_equal(c->port, 8884);
	assert_int_equal(c->keys.count, 2);
	assert_int_equal(text_fmt(path, sizeof(path), "%s/key.pem", f->dir), 0);
	assert_string_equal(c->key, path);
	assert_string_equal(c->password, "hase lko");
	assert_true(c->sign);
	assert_string_equal(c->listen_host, "::1");
	assert_int_equal(c->listen_port, 80);
	assert_int_equal(c->host_count, 3);
	assert_string_equal(c->hosts[2], "c");
	assert_string_equal(c->screens[DESK_KIOSK].audio, "hw:0,0");
	assert_int_equal(c->screens[DESK_KIOSK].distance_mm, 600);
	assert_int_equal(c->devices[0].desk, DESK_KIOSK);
	assert_int_equal(text_fmt(path, sizeof(path), "serial:%s/tty-a?baud=19200", f->dir), 0);
	assert_string_equal(c->devices[0].port, path);
	assert_string_equal(c->devices[1].standin, "two");
	assert_string_equal(c->devices[1].protocol, "escpos");
	assert_string_equal(c->devices[2].protocol, "escpos");
	assert_string_equal(c->devices[2].profile, "auto");
	loads(f, STATION "[hq]\nurl = mqtts://localhost\n");
	assert_int_equal(c->port, 8883);
	assert_true(c->loopback);
}

static void sections_and_keys(void **state)
{
	struct fixture *f = *state;

	refused(f, 2, "[stations]", "\n[stations]\n");
	refused(f, 4, "[bogus]", STATION "[bogus]\n");
	refused(f, 4, "no key `colour`", STATION "colour = red\n");
	refused(f, 5, "no key `baud`", STATION "[scanner a]\nbaud = 9600\n");
	refused(f, 5, "no key `columns`", STATION "[scanner a]\ncolumns = 48\n");
	refused(f, 5, "no key `Port`", STATION "[scanner a]\nPort = auto\n");
	refused(f, 1, "before any", "store = WAW-042\n");
	refused(f, 4, "stands twice", STATION "lane = k2\n");
	refused(f, 5, "already in line 1", STATION "[hq]\n[station]\n");
	refused(f, 4, "takes no name", STATION "[hq main]\n");
	refused(f, 4, "neither", STATION "just words\n");
	refused(f, 4, "header", STATION "[hq\n");
	refused(f, 4, "header", STATION "[hq] url = x\n");
	refused(f, 4, "kiosk", STATION "[screen left]\n");
	refused(f, 4, "kiosk", STATION "[screen]\n");
	refused(f, 4, "device name", STATION "[scanner]\n");
	refused(f, 4, "device name", STATION "[scanner a b]\n");
	refused(f, 4, "device name", STATION "[scanner a/b]\n");
	refused(f, 4, "device name", STATION "[scanner abcdefghijabcdefghijabcdefghij12]\n");
	refused(f, 5, ":4: ", STATION "[scanner a]\n[scanner a]\n");
	refused(f, 6, ":4: ", STATION "[scanner a]\nport = auto\n[printer a]\n");
}

static void station_values(void **state)
{
	struct fixture *f = *state;

	refused(f, 1, "no store", "[station]\nlane = k1\n");
	refused(f, 2, "no lane", "\n[station]\nstore = W\n");
	refused(f, 1, "no store", "");
	refused(f, 2, "store id", "[station]\nstore = WAW.042\n");
	refused(f, 2, "store id", "[station]\nstore = hq\n");
	refused(f, 2, "store id", "[station]\nstore = a/b\n");
	refused(f, 3, "lane id", "[station]\nstore = W\nlane = down\n");
	refused(f, 3, "lane id", "[station]\nstore = W\nlane = claim\n");
	refused(f, 4, "language", STATION "language = de\n");
	refused(f, 4, "timezone", STATION "timezone = Europe/Atlantis\n");
	refused(f, 4, "timezone", STATION "timezone = ../../etc/passwd\n");
	refused(f, 4, "timezone", STATION "timezone = Europe\n");
	refused(f, 4, "UTF-8", STATION "name = \xff\xfe\n");
	refused(f, 4, "control",
		STATION "name = a\x01"
			"b\n");
}

static void hq_values(void **state)
{
	struct fixture *f = *state;

	refused(f, 5, "mqtt://", STATION "[hq]\nurl = http://127.0.0.1\n");
	refused(f, 5, "mqtt://", STATION "[hq]\nurl = mqtt://\n");
	refused(f, 5, "mqtt://", STATION "[hq]\nurl = mqtt://127.0.0.1:0\n");
	refused(f, 5, "mqtt://", STATION "[hq]\nurl = mqtt://127.0.0.1:65536\n");
	refused(f, 5, "mqtt://", STATION "[hq]\nurl = mqtt://127.0.0.1:18x\n");
	refused(f, 5, "mqtt://", STATION "[hq]\nurl = mqtt://u:p@h:1883\n");
	refused(f, 5, "prefix", STATION "[hq]\nprefix = lada/+\n");
	refused(f, 5, "prefix", STATION "[hq]\nprefix = /lada\n");
	refused(f, 5, "prefix", STATION "[hq]\nprefix = lada/\n");
	refused(f, 5, "prefix", STATION "[hq]\nprefix = $SYS\n");
	refused(f, 5, "yes or no", STATION "[hq]\nsign = maybe\n");
	refused(f, 6, "go together", STATION "[hq]\nkey =\ncert = ca.pem\n");
	refused(f, 5, "go together", STATION "[hq]\nkey = key.pem\n");
	refused(f, 5, "without user", STATION "[hq]\npassword_file = password\n");
}

static void hq_files(void **state)
{
	struct fixture *f = *state;

	refused(f, 5, "No such file", STATION "[hq]\nkeys = none.conf\n");
	refused(f, 5, "No such file", STATION "[hq]\nsecret = none\n");
	refused(f, 5, "no file", STATION "[hq]\nca = .\n");
	refused(f, 5, "chmod 600", STATION "[hq]\nsecret = open\n");
	refused(f, 5, "chmod 600", STATION "[hq]\nkey = open\ncert = ca.pem\n");
	refused(f, 6, "chmod 600", STATION "[hq]\nuser = k1\npassword_file = open\n");
	refused(f, 5, "64 hex", STATION "[hq]\nsecret = password\n");
	put(f, "bad.conf", "# keys\n" PICKUP_LINE "2 streams gTl3\n", 0644);
	put(f, "lada.conf", STATION "[hq]\nkeys = bad.conf\n", 0644);
	refused_in(f, "bad.conf", 3, "");
}

static void safe_or_insecure(void **state)
{
	struct fixture *f = *state;

	refused(f, 5, "mqtts:// and a key", STATION "[hq]\nurl = mqtt://hq.example\n");
	refused(f, 6, "needs mqtts://,",
		STATION "[hq]\nkeys = signed.conf\nurl = mqtt://10.0.0.1\n");
	refused(f, 5, "needs a key", STATION "[hq]\nurl = mqtts://hq.example\n");
	refused(f, 6, "needs a key", STATION "[hq]\nkeys = keys.conf\nurl = mqtts://hq.example\n");
	loads(f, STATION "[hq]\nurl = mqtts://hq.example\nkeys = signed.conf\n");
	assert_false(f->config.loopback);
	loads(f, STATION "[hq]\nurl = mqtt://hq.example\ninsecure = yes\n");
	loads(f, STATION "[hq]\nurl = mqtt://127.8.0.1\n");
	loads(f, STATION "[hq]\nurl = mqtt://[::1]\n");
	refused(f, 5, "mqtts", STATION "[hq]\nurl = mqtt://127.0.0.1.example\n");
}

static void http_and_screens(void **state)
{
	struct fixture *f = *state;

	refused(f, 5, "listen", STATION "[http]\nlisten = 127.0.0.1:99999\n");
	refused(f, 5, "listen", STATION "[http]\nlisten = :8080\n");
	refused(f, 5, "listen", STATION "[http]\nlisten = ::1:8080\n");
	refused(f, 5, "too many", STATION "[http]\nhosts = a b c d e f g h i\n");
	refused(f, 5, "from 20 to", STATION "[screen kiosk]\nwidth_mm = 3\n");
	refused(f, 5, "from 20 to", STATION "[screen kiosk]\nwidth_mm = -344\n");
	refused(f, 5, "from 50 to", STATION "[screen kiosk]\ndistance_mm = 99999999999\n");
}

static void device_values(void **state)
{
	struct fixture *f = *state;

	refused(f, 5, "port `floppy:1`", STATION "[scanner a]\nport = floppy:1\n");
	refused(f, 5, "port", STATION "[scanner a]\nport = serial:/dev/ttyS0?baud=12\n");
	refused(f, 5, "port", STATION "[scanner a]\nport = serial:\n");
	refused(f, 5, "port", STATION "[printer a]\nport = tcp:host\n");
	refused(f, 5, "port", STATION "[printer a]\nport = usb:xyz\n");
	refused(f, 5, "no protocol `escpos`", STATION "[scanner a]\nprotocol = escpos\n");
	/* Named as in hw/devices.tsv, where the skeleton is not. */
	refused(f, 5, "use line, ssi, hidpos, keyboard or auto",
		STATION "[scanner a]\nprotocol = skeleton\n");
	refused(f, 5, "no protocol `line`", STATION "[printer a]\nprotocol = line\n");
	refused(f, 5, "no protocol `ssi`", STATION "[display a]\nprotocol = ssi\n");
	refused(f, 5, "desk `till`", STATION "[scanner a]\ndesk = till\n");
	refused(f, 5, "from 20 to 96", STATION "[printer a]\ncolumns = 200\n");
	refused(f, 5, "from 0 to 2", STATION "[printer a]\ndrawer = 3\n");
	refused(f, 5, "profile", STATION "[printer a]\nprofile = a b\n");
	refused(f, 5, "layout `dvorak`", STATION "[scanner a]\nlayout = dvorak\n");
	refused(f, 5, "layout", STATION "[printer a]\nlayout = us\n");
	refused(f, 5, "dialect `esc`", STATION "[display a]\ndialect = esc\n");
	refused(f, 5, "drawer_open `maybe`", STATION "[printer a]\ndrawer_open = maybe\n");
	refused(f, 4, "needs port = auto",
		STATION "[scanner a]\nport = serial:/dev/ttyS0\nprotocol = auto\n");
	refused(f, 5, "nowhere.pbm cannot be read", STATION "[printer a]\nlogo = nowhere.pbm\n");
	refused(f, 5, "is no PBM picture", STATION "[printer a]\nlogo = /etc/passwd\n");
	refused(f, 5, "standin `b`", STATION "[printer a]\nstandin = b\n");
	refused(f, 5, "standin `a`", STATION "[printer a]\nstandin = a\n");
	refused(f, 5, "standin `s`", STATION "[printer a]\nstandin = s\n[scanner s]\n");
}

static void too_much(void **state)
{
	struct fixture *f = *state;
	char text[8192];
	struct buf b;

	buf_init(&b, text, sizeof(text));
	buf_text(&b, STATION "name = ");
	for (int i = 0; i < 300; i++)
		buf_byte(&b, 'x');
	buf_text(&b, "\n");
	refused(f, 4, "too long", buf_str(&b));

	buf_init(&b, text, sizeof(text));
	buf_text(&b, STATION "name = x ;");
	for (int i = 0; i < 4000; i++)
		buf_byte(&b, 'x');
	refused(f, 4, "longer than", buf_str(&b));

	buf_init(&b, text, sizeof(text));
	buf_text(&b, STATION);
	for (int i = 0; i <= DEVICES_MAX; i++)
		buf_fmt(&b, "[scanner s%d]\n", i);
	refused(f, 4 + DEVICES_MAX, "too many devices", buf_str(&b));
}

static void drop_ins(void **state)
{
	struct fixture *f = *state;
	const char *main_text = STATION "name = first\n[printer a]\nport = tcp:10.0.0.1:9100\n";

	put(f, "lada.conf.d/20-name.conf", "[station]\nname = last\n", 0644);
	put(f, "lada.conf.d/10-name.conf", "[station]\nname = middle\n[printer a]\ndrawer = 2\n",
	    0644);
	put(f, "lada.conf.d/30-off.conf.bak", "rubbish\n", 0644);
	loads(f, main_text);
	assert_string_equal(f->config.name, "last");
	assert_int_equal(f->config.device_count, 1);
	assert_int_equal(f->config.devices[0].drawer, 2);
	assert_string_equal(f->config.devices[0].port, "tcp:10.0.0.1:9100");

	put(f, "lada.conf.d/30-scan.conf", "\n\n[scanner a]\n", 0644);
	refused_in(f, "lada.conf.d/30-scan.conf", 3, "10-name.conf:3: ");
	put(f, "lada.conf.d/30-scan.conf", "[scanner b]\nport = auto\nprot = line\n", 0644);
	refused_in(f, "lada.conf.d/30-scan.conf", 3, "no key `prot`");
	put(f, "lada.conf.d/30-scan.conf", "[hq]\nkeys = none.conf\n", 0644);
	refused_in(f, "lada.conf.d/30-scan.conf", 2, "lada.conf.d/none.conf cannot be read");
}

/* Two sections that could get each other's device, or can only fight for one. */
static void same_ports(void **state)
{
	struct fixture *f = *state;

	refused(f, 6, ":4 could get each other's device: add @SERIAL or @SOCKET",
		STATION "[scanner a]\nport = usb:0c2e:0b61\n[scanner b]\nport = usb:0C2E:0b61\n");
	refused(f, 6, "[scanner b] and [scanner a] in ",
		STATION
		"[scanner a]\nport = usb:0c2e:0b61@S1\n[scanner b]\nport = usb:0c2e:0b61\n");
	refused(f, 6, "name the same device",
		STATION
		"[printer a]\nport = usb:04b8:0202@X\n[printer b]\nport = usb:04b8:0202@X\n");
	refused(f, 6, "name the same serial port",
		STATION "[scanner a]\nport = serial:/dev/ttyS0?baud=9600\n[display b]\n"
			"port = serial:/dev/ttyS0?baud=19200\n");
	loads(f, STATION "[scanner a]\nport = usb:0c2e:0b61@S1\n[scanner b]\n"
			 "port = usb:0c2e:0b61@1-1.4\n[scanner c]\nport = usb:0c2e:0b62\n");
	loads(f, STATION "[scanner a]\nport = usb:0c2e:0b61\n[display b]\nport = usb:0c2e:0b61\n");
	loads(f, STATION "[scanner a]\n[scanner b]\n[scanner c]\nport = serial:/dev/ttyS0\n"
			 "[scanner d]\nport = serial:/dev/ttyS1\n");
}

static void no_file(void **state)
{
	struct fixture *f = *state;

	unlink(f->conf);
	refused_in(f, "lada.conf", 1, "No such file");
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(the_example_loads), T(little_is_enough), T(every_value_arrives),
		T(sections_and_keys), T(station_values),   T(hq_values),
		T(hq_files),	      T(safe_or_insecure), T(http_and_screens),
		T(device_values),     T(too_much),	   T(drop_ins),
		T(same_ports),	      T(no_file),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
