// SPDX-License-Identifier: Apache-2.0
//
// The same receipt by three ESC/POS encoders that no one here wrote. Each returns its bytes; what
// must then be on the paper is in `MEANT`.
'use strict';

const receiptline = require('receiptline');
const thermal = require('node-thermal-printer');
const encoderModule = require('@point-of-sale/receipt-printer-encoder');

const Encoder = encoderModule.default || encoderModule;

const MEANT = {
	lines: [
		'Zażółć gęślą jaźń', 'ZAŻÓŁĆ GĘŚLĄ JAŹŃ', 'ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ', 'Mleko 3,2% 3,49',
	],
	qr: 'https://example.pl/o/ZAM-2026-0007',
	ean13: '5901234123457',
	ean8: '96385074',
	code128: 'ZAM-2026-0007',
};

function byReceiptline(command = 'escpos')
{
	const doc = [
		...MEANT.lines.slice(0, 3), '', 'Mleko 3,2% | 3,49', '---',
		'"^^pogrubiony" _podkreślony_ `odwrócony`',
		`{code:${MEANT.qr}; option:qrcode,4,m}`, '',
		`{code:${MEANT.ean13}; option:ean,3,72,hri}`, '',
		`{code:${MEANT.ean8}; option:ean,3,72,hri}`, '',
		`{code:${MEANT.code128}; option:code128,2,72,hri}`, '=', '',
	].join('\n');

	return Buffer.from(receiptline.transform(doc, { cpl: 48, encoding: 'cp852', command }),
		'binary');
}

function byReceiptPrinterEncoder()
{
	const encoder = new Encoder({ printerModel: 'epson-tm-t20iii', columns: 48 });

	encoder.initialize().codepage('auto');
	MEANT.lines.slice(0, 3).forEach((line) => encoder.line(line));
	encoder.line('Mleko 3,2%'.padEnd(43) + ' 3,49')
		.bold(true).text('pogrubiony').bold(false).underline(true).text(' podkreślony')
		.underline(false).invert(true).text(' odwrócony').invert(false).newline()
		.align('center')
		.qrcode(MEANT.qr, { model: 2, size: 6, errorlevel: 'm' })
		.barcode(MEANT.ean13, 'ean13', { height: 80, text: true, width: 3 })
		.barcode(MEANT.ean8, 'ean8', { height: 80, text: true, width: 3 })
		.barcode(MEANT.code128, 'code128', { height: 80, text: true, width: 2 })
		.align('left').cut('partial').pulse();
	return Buffer.from(encoder.encode());
}

function byNodeThermalPrinter()
{
	const printer = new thermal.ThermalPrinter({
		type: thermal.PrinterTypes.EPSON, interface: 'tcp://127.0.0.1', width: 48,
		characterSet: thermal.CharacterSet.PC852_LATIN2, removeSpecialCharacters: false,
	});

	MEANT.lines.slice(0, 3).forEach((line) => printer.println(line));
	printer.leftRight('Mleko 3,2%', '3,49');
	printer.drawLine();
	printer.bold(true);
	printer.println('pogrubiony');
	printer.bold(false);
	printer.setTextDoubleHeight();
	printer.println('podwójny');
	printer.setTextNormal();
	printer.invert(true);
	printer.println('odwrócony');
	printer.invert(false);
	printer.alignCenter();
	printer.printQR(MEANT.qr, { cellSize: 6, correction: 'M', model: 2 });
	printer.printBarcode(MEANT.ean13, 67, { hriPos: 2, height: 80, width: 3 });
	printer.printBarcode(MEANT.ean8, 68, { hriPos: 2, height: 80, width: 3 });
	printer.code128(MEANT.code128, { width: 'SMALL', height: 80, text: 2 });
	// Its openCashDrawer() is left out: it sends ESC p without the two times.
	printer.alignLeft();
	printer.cut();
	return printer.getBuffer();
}

module.exports = { MEANT, byNodeThermalPrinter, byReceiptPrinterEncoder, byReceiptline };
