// SPDX-License-Identifier: Apache-2.0
//
// What every outside test stands on: a temporary directory, child processes that never outlive
// the test (whatever happens to it), free ports, and waiting for a condition with a deadline.
'use strict';

const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const TOP = path.resolve(__dirname, '..', '..');
const BIN = process.env.LADA_BIN || path.join(TOP, 'build', 'bin');

const POLL_MS = 20;

const children = new Set();
const dirs = [];
let keepDirs = process.env.LADA_KEEP === '1';
let sayDirs = true;

function killAll()
{
	for (const child of children) {
		try {
			child.kill('SIGKILL');
		} catch {
			// it has ended meanwhile
		}
	}
	children.clear();
}

// node:test sets the exit code before 'exit', so a failing file keeps its directories.
process.on('exit', (code) => {
	killAll();
	for (const dir of dirs) {
		if (code !== 0 || keepDirs) {
			if (sayDirs) {
				process.stderr.write(`# logs kept in ${dir}\n`);
			}
		} else {
			fs.rmSync(dir, { recursive: true, force: true });
		}
	}
});

function endOnSignals()
{
	for (const [name, number] of [['SIGINT', 2], ['SIGTERM', 15], ['SIGHUP', 1]]) {
		process.once(name, () => process.exit(128 + number));
	}
}
endOnSignals();

function tempDir(label)
{
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), `lada-${label}-`));

	dirs.push(dir);
	return dir;
}

/** Directories are kept at exit, also after success; the caller says where they are. */
function keepLogs()
{
	keepDirs = true;
	sayDirs = false;
}

function sleep(ms)
{
	return new Promise((resolve) => { setTimeout(resolve, ms); });
}

/**
 * Polls until `probe` gives something truthy and resolves to it. A probe that throws is "not
 * yet"; its last error is told when the deadline passes.
 */
async function until(what, probe, timeoutMs = 5000)
{
	const deadline = Date.now() + timeoutMs;
	let lastError = null;

	for (;;) {
		try {
			const value = await probe();

			if (value) {
				return value;
			}
			lastError = null;
		} catch (error) {
			lastError = error;
		}
		if (Date.now() >= deadline) {
			throw new Error(`not within ${timeoutMs} ms: ${what}`
				+ (lastError ? ` (${lastError.message})` : ''));
		}
		await sleep(POLL_MS);
	}
}

/** A port that was free a moment ago. */
function freePort()
{
	return new Promise((resolve, reject) => {
		const server = net.createServer();

		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address();

			server.close(() => resolve(port));
		});
	});
}

/** Resolves once something accepts on the port. */
function accepts(port)
{
	return new Promise((resolve) => {
		const socket = net.connect(port, '127.0.0.1');

		socket.once('connect', () => { socket.destroy(); resolve(true); });
		socket.once('error', () => resolve(false));
	});
}

function program(name)
{
	const file = path.join(BIN, name);

	if (!fs.existsSync(file)) {
		throw new Error(`${file} has not been built`);
	}
	return file;
}

/**
 * A child process whose stdout and stderr go to LOG (appended over restarts). `stdin: true`
 * gives a pipe; `lines: fn` is called with each line of stdout as well.
 */
class Child {
	constructor(file, args, { log, stdin = false, lines = null, env = process.env, cwd } = {})
	{
		this.name = path.basename(file);
		this.logFile = log;
		const fd = fs.openSync(log, 'a');

		fs.writeSync(fd, `--- ${this.name} ${args.join(' ')}\n`);
		this.process = spawn(file, args, {
			stdio: [stdin ? 'pipe' : 'ignore', lines ? 'pipe' : fd, fd], env, cwd,
		});
		this.ended = new Promise((resolve) => {
			this.process.once('error', (error) => {
				children.delete(this.process);
				resolve({ code: null, signal: null, error });
			});
			this.process.once('exit', (code, signal) => {
				children.delete(this.process);
				resolve({ code, signal });
			});
		});
		children.add(this.process);
		if (lines) {
			this.#splitLines(lines, log);
		}
		if (stdin) {
			this.process.stdin.on('error', () => {});
		}
		fs.closeSync(fd);
	}

	#splitLines(lines, log)
	{
		let rest = '';

		this.process.stdout.setEncoding('utf8');
		this.process.stdout.on('data', (chunk) => {
			fs.appendFileSync(log, chunk);
			const parts = (rest + chunk).split('\n');

			rest = parts.pop();
			parts.forEach(lines);
		});
	}

	get pid()
	{
		return this.process.pid;
	}

	get alive()
	{
		return this.process.exitCode === null && this.process.signalCode === null
			&& this.process.pid !== undefined;
	}

	write(data)
	{
		this.process.stdin.write(data);
	}

	/** Asks it to end, and makes it end after five seconds; resolves to {code, signal}. */
	async stop(signal = 'SIGTERM')
	{
		if (!this.alive) {
			return this.ended;
		}
		this.process.kill(signal);
		const timer = setTimeout(() => this.process.kill('SIGKILL'), 5000);
		const result = await this.ended;

		clearTimeout(timer);
		return result;
	}

	/** kill -9, resolved when it is gone. */
	kill9()
	{
		return this.stop('SIGKILL');
	}

	log()
	{
		return fs.readFileSync(this.logFile, 'utf8');
	}
}

/** Runs to the end: {code, stdout, stderr}. */
function run(file, args, { input, timeoutMs = 20000, cwd, env = process.env } = {})
{
	const result = spawnSync(file, args, {
		input, cwd, env, timeout: timeoutMs, encoding: 'utf8', maxBuffer: 64 << 20,
	});

	return {
		code: result.status, signal: result.signal, stdout: result.stdout || '',
		stderr: result.stderr || (result.error ? result.error.message : ''),
	};
}

/**
 * Closes what was started in reverse order; safe to call twice. `others`: this process has children
 * that are not of these steps, and stay.
 */
class Cleanup {
	constructor({ others = false } = {})
	{
		this.steps = [];
		this.others = others;
	}

	add(step)
	{
		this.steps.push(step);
	}

	async run()
	{
		while (this.steps.length > 0) {
			await this.steps.pop()();
		}
		if (!this.others) {
			killAll();
		}
	}
}

module.exports = {
	TOP, BIN, Child, Cleanup, accepts, freePort, keepLogs, killAll, program, run, sleep, tempDir,
	until,
};
