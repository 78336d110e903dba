// SPDX-License-Identifier: Apache-2.0
'use strict';

const fashion = require('./products_fashion.js');
const home = require('./products_home.js');
const food = require('./products_food.js');

module.exports = {
	COLOURS: fashion.COLOURS,
	GROUPS: [...fashion.GROUPS, ...home.GROUPS, ...food.GROUPS],
};
