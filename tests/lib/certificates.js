// SPDX-License-Identifier: Apache-2.0
//
// Authorities and certificates for tests, made by openssl in a directory of the test.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { run } = require('./world.js');

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function openssl(args)
{
	const result = run('openssl', args);

	if (result.code !== 0) {
		throw new Error(`openssl ${args.join(' ')}: ${result.stderr}`);
	}
}

class Authority {
	constructor(dir, name)
	{
		Object.assign(this, { dir, name, ca: path.join(dir, `${name}.pem`) });
		openssl(['req', '-x509', ...KEY, '-days', '2', '-subj', `/CN=${name}`,
			'-keyout', path.join(dir, `${name}.key`), '-out', this.ca]);
	}

	/** {cert, key}: files of a certificate for `host`; `days: 0` has run out a second later. */
	issue(name, host, { days = 2 } = {})
	{
		const file = (ending) => path.join(this.dir, `${name}.${ending}`);

		openssl(['req', ...KEY, '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`,
			'-keyout', file('key'), '-out', file('csr')]);
		openssl(['x509', '-req', '-in', file('csr'), '-CA', this.ca,
			'-CAkey', path.join(this.dir, `${this.name}.key`), '-CAcreateserial',
			'-days', String(days), '-copy_extensions', 'copy', '-out', file('pem')]);
		fs.chmodSync(file('key'), 0o600);
		return { cert: file('pem'), key: file('key') };
	}
}

module.exports = { Authority };
