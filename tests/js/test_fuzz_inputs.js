// SPDX-License-Identifier: Apache-2.0
//
// The fuzzers run in check-all only; what they begin with is looked at here, so that a new folder of
// cases or a trace that moved is seen before.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');

const { driverInputs, hidInputs, barcodeInputs } = require('../fuzz/inputs.js');

const TRACES = path.join(__dirname, '..', 'traces');

test('every driver with a trace has conversations to begin with', () => {
	const folders = fs.readdirSync(TRACES, { withFileTypes: true })
		.filter((entry) => entry.isDirectory()).map((entry) => entry.name);

	assert.ok(folders.length > 5);
	for (const name of folders) {
		const inputs = driverInputs(name);

		assert.ok(inputs.length > 1, `${name}: only the input that is too long`);
		assert.ok(inputs.every((bytes) => bytes.length > 3), name);
	}
});

test('the parsers of descriptors and barcodes have inputs to begin with', () => {
	assert.ok(hidInputs().length > 3);
	assert.ok(hidInputs().every((bytes) => bytes.length > 10));
	assert.ok(barcodeInputs().length > 100);
	assert.ok(barcodeInputs().some((bytes) => bytes.includes(0x1d)), 'none with an FNC1');
});
