// SPDX-License-Identifier: Apache-2.0
//
// `make capture`: plays a day of a store with the real programs and writes what was heard into the
// examples of sync/PROTOCOL.md.
'use strict';

const fs = require('node:fs');
const { Day } = require('./day.js');
const { FILE, fill, readPage, writtenIn } = require('./page.js');

async function main()
{
	const page = readPage();
	const { found, faults } = await new Day(writtenIn(page)).run();

	if (faults.length > 0) {
		throw new Error(`not what the schemas say:\n${faults.join('\n')}`);
	}
	fs.writeFileSync(FILE, fill(page, found));
	process.stdout.write(`${Object.keys(found).length} messages are on the page\n`);
}

main().then(() => process.exit(0), (error) => {
	process.stderr.write(`${error.stack}\n`);
	process.exit(1);
});
