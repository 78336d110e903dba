// SPDX-License-Identifier: Apache-2.0
//
// The USB devices of the lab, as configfs gadgets, and what scanners send. Report layouts and ids
// are the makers', as tests/traces has them; the descriptors are written here.
'use strict';

const HID_POS_BYTES = 64;
const HID_POS_DATA_BYTES = 56;
const ROOT = '/sys/kernel/config/usb_gadget';

/** A bar code scanner of the HID POS usage tables: report 2 is what Honeywell's scanners send. */
const HID_POS_DESCRIPTOR = Buffer.from([
	'058c 0902 a101', // usage page bar code scanner, bar code scanner, application
	'0912 a102 8502', // scanned data report, id 2
	'1500 26ff00 7508',
	'9501 0501 093b 8102', // byte count
	'9503 058c 09fb 09fc 09fd 8102', // symbology identifier 1..3
	'9538 09fe 820201', // decoded data, 56 bytes
	'9502 0600ff 0901 8102', // the maker's letter, one byte more
	'058c 7501 9501 2501 09ff 8102', // decoded data continued
	'9507 8103 c0',
	'0600ff 0902 a102 85fe', // feature FEh: sending reports on or off
	'1500 26ff00 7508 9501 0903 b102 c0',
	'c0',
].join('').replace(/\s/g, ''), 'hex');

/** The boot keyboard of the HID specification, appendix B.1. */
const KEYBOARD_DESCRIPTOR = Buffer.from([
	'0501 0906 a101',
	'0507 19e0 29e7 1500 2501 7501 9508 8102',
	'9501 7508 8103',
	'9505 7501 0508 1901 2905 9102 9501 7503 9103',
	'9506 7508 1500 2565 0507 1900 2965 8100',
	'c0',
].join('').replace(/\s/g, ''), 'hex');

function hid(minor, { protocol, bytes, descriptor, out })
{
	return {
		far: `/dev/hidg${minor}`,
		name: 'hid.0',
		files: {
			protocol, subclass: protocol ? 1 : 0, report_length: bytes, no_out_endpoint: out ? 0 : 1,
			report_desc: descriptor,
		},
	};
}

const HID_POS = { protocol: 0, bytes: HID_POS_BYTES, descriptor: HID_POS_DESCRIPTOR, out: false };
const KEYBOARD = { protocol: 1, bytes: 8, descriptor: KEYBOARD_DESCRIPTOR, out: false };

/** In the order in which they are made, which numbers /dev/hidg*. Each has a bus of its own. */
const GADGETS = {
	printer: {
		ids: '04b8:0202', maker: 'EPSON', model: 'TM-T20II', serial: 'J3YK012345',
		part: {
			name: 'printer.0', far: '/dev/g_printer0',
			files: { pnp_string: 'MFG:EPSON;CMD:ESC/POS;MDL:TM-T20II;CLS:PRINTER;', q_len: 10 },
		},
	},
	pos1: {
		ids: '0c2e:0b61', maker: 'Honeywell', model: 'Scanner 1', serial: '18094B0001',
		part: hid(0, HID_POS),
	},
	pos2: {
		ids: '0c2e:0b61', maker: 'Honeywell', model: 'Scanner 1', serial: '18094B0002',
		part: hid(1, HID_POS),
	},
	keys: {
		ids: '05e0:1200', maker: 'Symbol', model: 'Bar Code Scanner', serial: 'S/N:0123',
		part: hid(2, KEYBOARD),
	},
	stranger: {
		ids: '046d:c31c', maker: 'Logitech', model: 'USB Keyboard', serial: '',
		part: hid(3, KEYBOARD),
	},
	acm: {
		ids: '0c2e:0b6a', maker: 'Honeywell', model: 'Scanner 2', serial: '18094B0003',
		part: { name: 'acm.0', far: '/dev/ttyGS0', files: {} },
	},
};

function fileLine(name, value)
{
	if (Buffer.isBuffer(value)) {
		const octal = [...value].map((b) => `\\0${b.toString(8).padStart(3, '0')}`).join('');

		return `printf '%b' '${octal}' >${name}`;
	}
	return `printf '%s' '${value}' >${name}`;
}

/** The shell commands that make all gadgets, none plugged in. */
function setupScript()
{
	const lines = ['set -e'];

	for (const [name, gadget] of Object.entries(GADGETS)) {
		const [vendor, product] = gadget.ids.split(':');
		const texts = 'strings/0x409';
		const part = `functions/${gadget.part.name}`;

		lines.push(`mkdir ${ROOT}/${name}`, `cd ${ROOT}/${name}`, `mkdir ${texts} ${part} configs/c.1`,
			fileLine('idVendor', `0x${vendor}`), fileLine('idProduct', `0x${product}`),
			fileLine(`${texts}/manufacturer`, gadget.maker),
			fileLine(`${texts}/product`, gadget.model),
			fileLine(`${texts}/serialnumber`, gadget.serial),
			...Object.entries(gadget.part.files).map(([file, value]) =>
				fileLine(`${part}/${file}`, value)),
			`ln -s ${part} configs/c.1/`);
	}
	return lines.join('\n');
}

function udcOf(name)
{
	return `dummy_udc.${Object.keys(GADGETS).indexOf(name)}`;
}

/** The bus and port a gadget is always at: the controllers' root hubs are buses 1, 2, … */
function usbPath(name)
{
	return `${Object.keys(GADGETS).indexOf(name) + 1}-1`;
}

// ---- what scanners send ----

/** 64-byte reports of one scan, as hex. */
function hidPosReports(text, aim = ']Q1', letter = 's')
{
	const bytes = Buffer.from(text);
	const reports = [];

	for (let at = 0; at < bytes.length; at += HID_POS_DATA_BYTES) {
		const part = bytes.subarray(at, at + HID_POS_DATA_BYTES);
		const report = Buffer.alloc(HID_POS_BYTES);

		report[0] = 2;
		report[1] = part.length;
		report.write(aim, 2, 'latin1');
		part.copy(report, 5);
		report.write(letter, 61, 'latin1');
		report[63] = at + HID_POS_DATA_BYTES < bytes.length ? 1 : 0;
		reports.push(report.toString('hex'));
	}
	return reports;
}

const KEY_ENTER = 0x28;
const SHIFT = 0x02;
// Usages of the keyboard page by what a US keyboard prints, without and with Shift.
const KEYS = new Map();

'abcdefghijklmnopqrstuvwxyz'.split('').forEach((c, i) => {
	KEYS.set(c, [0x04 + i, 0]);
	KEYS.set(c.toUpperCase(), [0x04 + i, SHIFT]);
});
'1234567890'.split('').forEach((c, i) => KEYS.set(c, [0x1e + i, 0]));
'!@#$%^&*()'.split('').forEach((c, i) => KEYS.set(c, [0x1e + i, SHIFT]));
[['-', '_', 0x2d], ['=', '+', 0x2e], ['[', '{', 0x2f], [']', '}', 0x30], [';', ':', 0x33],
	[',', '<', 0x36], ['.', '>', 0x37], ['/', '?', 0x38]].forEach(([plain, shifted, usage]) => {
	KEYS.set(plain, [usage, 0]);
	KEYS.set(shifted, [usage, SHIFT]);
});

/** Boot keyboard reports of one scan with Enter behind it: each key down, then up. */
function keyboardReports(text)
{
	const up = '00'.repeat(8);
	const down = ([usage, shift]) => Buffer.from([shift, 0, usage, 0, 0, 0, 0, 0]).toString('hex');

	return [...[...text].map((c) => KEYS.get(c)), [KEY_ENTER, 0]]
		.flatMap((key) => [down(key), up]);
}

/** One scan's reports or bytes, as the scanner of that name sends them. */
function scanChunks(name, text)
{
	if (name === 'keys') {
		return keyboardReports(text);
	}
	if (name === 'acm') {
		// Two pieces, so that a cable can be pulled between them.
		const half = text.length >> 1;

		return [text.slice(0, half), `${text.slice(half)}\r`]
			.map((part) => Buffer.from(part).toString('hex'));
	}
	return hidPosReports(text);
}

module.exports = { GADGETS, scanChunks, setupScript, udcOf, usbPath };
