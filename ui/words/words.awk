# SPDX-License-Identifier: Apache-2.0
# The catalogue's words of one language as JSON: awk -v language=pl -f words.awk FILE…
# A key without a text, a text twice, places to fill that differ between languages, and wrong numbers
# of plural forms end it with what to do.

function fail(what)
{
	printf "%s:%d: %s\n", FILENAME, FNR, what > "/dev/stderr"
	failed = 1
}

# The names a text has filled in, sorted: {n} and {n|one|few} name the same.
function places(text,    found, all, i, n, swap)
{
	n = 0
	while (match(text, /\{[a-z_]+[|}]/)) {
		found[++n] = substr(text, RSTART + 1, RLENGTH - 2)
		text = substr(text, RSTART + RLENGTH)
	}
	for (i = 1; i < n; i++)
		if (found[i] > found[i + 1]) {
			swap = found[i]; found[i] = found[i + 1]; found[i + 1] = swap
			i = i > 1 ? i - 2 : 0
		}
	all = ""
	for (i = 1; i <= n; i++)
		if (found[i] != found[i - 1])
			all = all " " found[i]
	return all
}

# One, few, many and any other number; English has two.
function check_plurals(text, code,    forms, inside, wanted)
{
	wanted = code == "en" ? 2 : 4
	while (match(text, /\{[a-z_]+\|[^}]*\}/)) {
		inside = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		forms = gsub(/\|/, "|", inside)
		if (forms != wanted)
			fail(key " has " forms " plural forms in " code ", not " wanted)
	}
}

function ends(    i)
{
	if (key == "")
		return
	for (i = 1; i <= 3; i++) {
		if (!((key, codes[i]) in texts))
			fail(key " has no text in " codes[i])
		else if (places(texts[key, codes[i]]) != places(texts[key, "pl"]))
			fail(key " fills in other places in " codes[i] " than in pl")
	}
	key = ""
}

function escaped(text)
{
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	return text
}

BEGIN { split("pl en uk", codes, " "); FS = "\t" }
/^#/ { next }
/^$/ { ends(); next }
NF == 1 {
	ends()
	key = $1
	if (key in seen)
		fail(key " stands here again")
	seen[key] = 1
	order[++count] = key
	next
}
{
	if (key == "" || (key, $1) in texts)
		fail("a text of no key, or the second one in " $1)
	texts[key, $1] = $2
	check_plurals($2, $1)
}
END {
	ends()
	if (failed)
		exit 1
	printf "{"
	for (i = 1; i <= count; i++)
		printf "%s\n\"%s\":\"%s\"", (i > 1 ? "," : ""), order[i], escaped(texts[order[i], language])
	printf "\n}\n"
}
