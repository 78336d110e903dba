// SPDX-License-Identifier: Apache-2.0
//
// Makes the lab's machine from Debian packages, without root: Debian's stock kernel, and one
// initramfs with busybox, udev, and the programs of this tree.
//
//	node tests/lab/image.js
//
// build/lab/base-KEY/ holds what comes from packages, KEY being their versions and the list of
// modules; it is made once. The programs are laid over it at every start.
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { BIN, TOP, run } = require('../lib/world.js');

const LAB = path.join(TOP, 'build', 'lab');
const KERNEL_META = 'linux-image-amd64';
const UDEV_PACKAGES = [
	'udev', 'libkmod2', 'libacl1', 'libblkid1', 'libcap2', 'libselinux1', 'libpcre2-8-0',
];
const MODULES = [
	'virtio_pci', 'virtio_net', 'usbcore', 'configfs', 'libcomposite', 'dummy_hcd',
	'usb_f_printer', 'usb_f_hid', 'usb_f_acm', 'hid', 'usbhid', 'hid-generic', 'evdev', 'usblp',
	'cdc-acm',
];
const UDEV_RULES = ['50-udev-default.rules', '60-serial.rules', '60-input-id.rules'];
const APT_TIMEOUT_MS = 300000;
const PASSWD = ['root:x:0:0::/:/bin/sh', 'lada:x:990:990::/var/lib/lada:/bin/sh'];
const GROUPS = [
	'root:x:0:', 'tty:x:5:', 'disk:x:6:', 'lp:x:7:', 'kmem:x:15:', 'dialout:x:20:', 'cdrom:x:24:',
	'tape:x:26:', 'audio:x:29:', 'video:x:44:', 'input:x:101:', 'sgx:x:102:', 'kvm:x:103:',
	'render:x:104:', 'lada:x:990:',
];

function say(text)
{
	process.stdout.write(`lab: ${text}\n`);
}

/** Runs to success, or throws with what was said. */
function must(file, args, options = {})
{
	const result = run(file, args, { timeoutMs: APT_TIMEOUT_MS, ...options });

	if (result.code !== 0) {
		throw new Error(`${file} ${args.join(' ')}: ${result.code} ${result.stderr}`);
	}
	return result.stdout;
}

/** apt's lists of our own, for a machine whose own are missing or old. */
function ownLists()
{
	const state = path.join(LAB, 'apt');

	fs.mkdirSync(path.join(state, 'lists', 'partial'), { recursive: true });
	fs.mkdirSync(path.join(state, 'cache', 'archives', 'partial'), { recursive: true });
	return ['-o', `Dir::State::Lists=${path.join(state, 'lists')}`,
		'-o', `Dir::Cache=${path.join(state, 'cache')}`];
}

/** {name: {version, depends}} of the packages' newest versions. */
function stanzas(names, options)
{
	const found = {};

	for (const text of must('apt-cache', [...options, 'show', '--no-all-versions', ...names])
		.split('\n\n')) {
		const field = (name) => (new RegExp(`^${name}: (.*)$`, 'm').exec(text) || [])[1];

		if (field('Package')) {
			found[field('Package')] = { version: field('Version'), depends: field('Depends') || '' };
		}
	}
	for (const name of names) {
		if (!found[name]) {
			throw new Error(`apt knows no package ${name}`);
		}
	}
	return found;
}

/** What apt would give now: the kernel's package, and name=version of all that is needed. */
function resolvePackages(options)
{
	const meta = stanzas([KERNEL_META, ...UDEV_PACKAGES], options);
	const kernel = /linux-image-[^\s,]+/.exec(meta[KERNEL_META].depends)[0];
	const versions = { [kernel]: stanzas([kernel], options)[kernel].version };

	for (const name of UDEV_PACKAGES) {
		versions[name] = meta[name].version;
	}
	return { kernel, versions };
}

function keyOf({ versions })
{
	const text = JSON.stringify([versions, MODULES, UDEV_RULES, fs.readFileSync(__filename, 'utf8')]);

	return crypto.createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function download(packages, options, dir)
{
	fs.mkdirSync(dir, { recursive: true });
	must('apt-get', [...options, '-q', '-o', 'APT::Sandbox::User=root', 'download',
		...Object.entries(packages.versions).map(([name, version]) => `${name}=${version}`)],
	{ cwd: dir });
	return fs.readdirSync(dir).filter((name) => name.endsWith('.deb'))
		.map((name) => path.join(dir, name));
}

// ---- the parts that packages give ----

/** {name: file} of all modules, names with '_'. */
function findModules(dir)
{
	return new Map(fs.readdirSync(dir, { recursive: true })
		.filter((name) => name.endsWith('.ko'))
		.map((name) => [path.basename(name, '.ko').replace(/-/g, '_'), path.join(dir, name)]));
}

/** The modules that MODULES need, each after those it needs, from what each says of itself. */
function moduleOrder(modules)
{
	const order = [];
	const add = (name) => {
		const file = modules.get(name);

		if (!file) {
			throw new Error(`the kernel package has no module ${name}`);
		}
		if (order.includes(name)) {
			return;
		}
		const depends = /\0depends=([^\0]*)\0/.exec(fs.readFileSync(file, 'latin1'));

		(depends ? depends[1] : '').split(',').filter(Boolean)
			.forEach((other) => add(other.replace(/-/g, '_')));
		order.push(name);
	};

	MODULES.forEach((name) => add(name.replace(/-/g, '_')));
	return order;
}

function put(root, name, content, mode = 0o644)
{
	const file = path.join(root, name);

	fs.mkdirSync(path.dirname(file), { recursive: true });
	fs.writeFileSync(file, content);
	fs.chmodSync(file, mode);
}

function copy(root, name, from, mode = 0o755)
{
	put(root, name, fs.readFileSync(from), mode);
}

/** The libraries a program needs, each where the loader will look for it. */
function copyLibraries(root, programs, searched = '')
{
	const text = programs.map((file) => must('ldd', [file],
		{ env: { ...process.env, LD_LIBRARY_PATH: searched } })).join('');
	const missing = /(\S+) => not found/.exec(text);

	if (missing) {
		throw new Error(`${programs.join(', ')}: no library ${missing[1]}`);
	}
	for (const [, file] of text.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)) {
		const dir = file.includes('/ld-linux') ? 'lib64' : 'lib/x86_64-linux-gnu';

		copy(root, path.join(dir, path.basename(file)), file);
	}
}

function fillBase(root, packages, unpacked)
{
	const release = packages.kernel.replace('linux-image-', '');
	const modules = findModules(path.join(unpacked, 'lib/modules', release));
	const order = moduleOrder(modules);
	const udev = path.join(root, 'lib/systemd/systemd-udevd');

	order.forEach((name) => copy(root, `lib/lab/${name}.ko`, modules.get(name), 0o644));
	put(root, 'lib/lab/order', `${order.join('\n')}\n`);
	copy(root, 'bin/busybox', '/bin/busybox');
	copy(root, 'bin/udevadm', path.join(unpacked, 'bin/udevadm'));
	fs.mkdirSync(path.dirname(udev), { recursive: true });
	fs.symlinkSync('/bin/udevadm', udev);
	UDEV_RULES.forEach((name) => copy(root, `lib/udev/rules.d/${name}`,
		path.join(unpacked, 'lib/udev/rules.d', name), 0o644));
	copyLibraries(root, [path.join(unpacked, 'bin/udevadm')],
		['lib', 'usr/lib'].map((dir) => path.join(unpacked, dir, 'x86_64-linux-gnu')).join(':'));
	put(root, 'etc/passwd', `${PASSWD.join('\n')}\n`);
	put(root, 'etc/group', `${GROUPS.join('\n')}\n`);
	put(root, 'etc/nsswitch.conf', 'passwd: files\ngroup: files\n');
	for (const dir of ['proc', 'sys', 'dev', 'tmp', 'run', 'etc/udev', 'var/lib/lada', 'etc/lada']) {
		fs.mkdirSync(path.join(root, dir), { recursive: true });
	}
}

/**
 * The kernel itself out of a bzImage (its payload's place is in the header of the x86 boot
 * protocol). QEMU starts it as it is, which saves the machine unpacking it at every boot.
 */
function unpackKernel(bzImage, file)
{
	const image = fs.readFileSync(bzImage);
	const at = ((image[0x1f1] || 4) + 1) * 512 + image.readUInt32LE(0x248);
	const packed = `${file}.xz`;

	// Behind the xz data are four bytes with its unpacked size.
	fs.writeFileSync(packed, image.subarray(at, at + image.readUInt32LE(0x24c) - 4));
	must('xz', ['-d', packed]);
}

/** A newc archive of a directory; everything in it is root's. */
function archive(root, file)
{
	must('sh', ['-c', 'find . -mindepth 1 | LC_ALL=C sort'
		+ ' | cpio --quiet -o -H newc --owner=+0:+0 > "$1"', 'sh', file], { cwd: root });
}

function makeBase(base, packages, options)
{
	const work = `${base}.new`;
	const unpacked = path.join(work, 'unpacked');
	const names = Object.keys(packages.versions);

	fs.rmSync(work, { recursive: true, force: true });
	say(`downloading ${packages.kernel} and ${names.length - 1} more packages`);
	const debs = download(packages, options, path.join(work, 'debs'));

	if (debs.length !== names.length) {
		throw new Error(`apt-get gave ${debs.length} of ${names.length} packages`);
	}
	say('unpacking');
	debs.forEach((deb) => must('dpkg-deb', ['-x', deb, unpacked]));
	say('making the image');
	fillBase(path.join(work, 'root'), packages, unpacked);
	unpackKernel(path.join(unpacked, 'boot',
		`vmlinuz-${packages.kernel.replace('linux-image-', '')}`), path.join(work, 'vmlinux'));
	archive(path.join(work, 'root'), path.join(work, 'base.cpio'));
	for (const done of ['debs', 'unpacked', 'root']) {
		fs.rmSync(path.join(work, done), { recursive: true, force: true });
	}
	fs.rmSync(base, { recursive: true, force: true });
	fs.renameSync(work, base);
}

/** The directory with what packages give; made if these versions are not there yet. */
function ensureBase()
{
	const plain = () => ({ options: [], packages: resolvePackages([]) });
	const fresh = () => {
		const options = ownLists();

		say('apt lists of its own');
		must('apt-get', [...options, '-q', 'update']);
		return { options, packages: resolvePackages(options) };
	};
	let lists = null;

	fs.mkdirSync(LAB, { recursive: true });
	try {
		lists = plain();
	} catch {
		lists = fresh(); // apt was never updated here
	}
	for (;;) {
		const base = path.join(LAB, `base-${keyOf(lists.packages)}`);

		fs.readdirSync(LAB).filter((name) => name.startsWith('base-') && !base.endsWith(name))
			.forEach((name) => fs.rmSync(path.join(LAB, name), { recursive: true, force: true }));
		if (fs.existsSync(base)) {
			return base;
		}
		try {
			makeBase(base, lists.packages, lists.options);
			return base;
		} catch (error) {
			if (lists.options.length > 0) {
				throw error;
			}
			lists = fresh(); // an old list names packages that are gone
		}
	}
}

// ---- the programs of this tree ----

function layOver(root)
{
	const programs = [path.join(BIN, 'ladad'), path.join(LAB, 'agent')];

	programs.forEach((file) => copy(root, `usr/bin/${path.basename(file)}`, file));
	copyLibraries(root, programs);
	copy(root, 'init', path.join(__dirname, 'init'));
	copy(root, 'usr/share/zoneinfo/Europe/Warsaw', '/usr/share/zoneinfo/Europe/Warsaw', 0o644);
	put(root, 'lib/udev/rules.d/60-lada.rules', must(path.join(BIN, 'lada'), ['devices', '--udev']));
}

/** {kernel, initrd}: what QEMU boots. */
function buildImage()
{
	const base = ensureBase();
	const root = path.join(LAB, 'top');
	const top = path.join(LAB, 'top.cpio');
	const initrd = path.join(LAB, 'initrd');

	fs.rmSync(root, { recursive: true, force: true });
	layOver(root);
	archive(root, top);
	// The kernel takes several archives one after another, the later over the earlier.
	fs.copyFileSync(path.join(base, 'base.cpio'), initrd);
	fs.appendFileSync(initrd, fs.readFileSync(top));
	return { kernel: path.join(base, 'vmlinux'), initrd };
}

module.exports = { buildImage };

if (require.main === module) {
	const began = Date.now();
	const { initrd } = buildImage();

	say(`${path.relative(TOP, initrd)}, ${(fs.statSync(initrd).size / 1e6).toFixed(0)} MB, `
		+ `${((Date.now() - began) / 1000).toFixed(1)} s`);
}
