// SPDX-License-Identifier: Apache-2.0
//
// Plain HTTP with nothing done behind the test's back (fetch would not let a test set Host or
// Origin), and a reader of server-sent events.
'use strict';

const http = require('node:http');
const { until } = require('./world.js');

const REQUEST_TIMEOUT_MS = 10000;

/** {status, headers, text, json (undefined when the body is none), ms} */
function request({ port, method = 'GET', path = '/', headers = {}, body = null })
{
	return new Promise((resolve, reject) => {
		const began = process.hrtime.bigint();
		const req = http.request({
			host: '127.0.0.1', port, method, path, headers, agent: false,
			timeout: REQUEST_TIMEOUT_MS,
		}, (res) => {
			const chunks = [];

			res.on('data', (chunk) => chunks.push(chunk));
			res.on('error', reject);
			res.on('end', () => {
				const text = Buffer.concat(chunks).toString('utf8');
				let json;

				try {
					json = JSON.parse(text);
				} catch {
					json = undefined;
				}
				resolve({
					status: res.statusCode, headers: res.headers, text, json,
					ms: Number(process.hrtime.bigint() - began) / 1e6,
				});
			});
		});

		req.on('timeout', () => req.destroy(new Error(`${method} ${path}: no answer`)));
		req.on('error', reject);
		req.end(body);
	});
}

/** Reads /api/v1/live: `events` {id, event, doc, atNs}, `comments`, `last`. */
class LiveReader {
	constructor({ port, screen, headers = {} })
	{
		this.events = [];
		this.comments = [];
		this.status = 0;
		this.closed = false;
		this.rest = '';
		this.req = http.request({
			host: '127.0.0.1', port, path: `/api/v1/live?screen=${screen}`,
			headers: { Accept: 'text/event-stream', ...headers }, agent: false,
		}, (res) => {
			this.status = res.statusCode;
			this.contentType = res.headers['content-type'];
			res.setEncoding('utf8');
			res.on('data', (chunk) => this.#feed(chunk));
			res.on('close', () => { this.closed = true; });
			res.on('error', () => { this.closed = true; });
		});
		this.req.on('error', () => { this.closed = true; });
		this.req.end();
	}

	#feed(chunk)
	{
		const blocks = (this.rest + chunk).split(/\r?\n\r?\n/);

		this.rest = blocks.pop();
		for (const block of blocks) {
			this.#block(block);
		}
	}

	#block(block)
	{
		const fields = {};

		for (const line of block.split(/\r?\n/)) {
			if (line.startsWith(':')) {
				this.comments.push({ text: line, at: Date.now() });
				continue;
			}
			const colon = line.indexOf(':');
			const name = colon < 0 ? line : line.slice(0, colon);
			const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');

			fields[name] = fields[name] === undefined ? value : `${fields[name]}\n${value}`;
		}
		if (fields.data !== undefined) {
			this.events.push({
				id: fields.id, event: fields.event, doc: JSON.parse(fields.data),
				text: fields.data, atNs: process.hrtime.bigint(),
			});
		}
	}

	get last()
	{
		return this.events.length > 0 ? this.events[this.events.length - 1].doc : null;
	}

	/** The first event from `from` on whose document matches. */
	wait(what, match, timeoutMs = 5000, from = 0)
	{
		return until(what, () => this.events.slice(from).find((e) => match(e.doc)), timeoutMs);
	}

	close()
	{
		this.req.destroy();
	}
}

module.exports = { LiveReader, request };
