# SPDX-License-Identifier: Apache-2.0
# Is every word that a page uses in the catalogue? awk -f used.awk CATALOGUE.json PAGE…
# t("key"), data-text="key" and data-title="key"; of t(`begin.${x}`) and word("begin", x) some key
# begins so.

function miss(what)
{
	printf "%s:%d: no word %s in ui/words\n", FILENAME, FNR, what > "/dev/stderr"
	failed = 1
}

function begins(prefix,    key)
{
	for (key in known)
		if (index(key, prefix) == 1)
			return 1
	return 0
}

FNR == NR {
	if (match($0, /^"[^"]+"/))
		known[substr($0, 2, RLENGTH - 2)] = 1
	next
}
{
	line = $0
	while (match(line, /([^a-zA-Z_.]t\("|data-text="|data-title=")[a-z0-9_.-]+"/)) {
		key = substr(line, RSTART, RLENGTH - 1)
		sub(/.*"/, "", key)
		line = substr(line, RSTART + RLENGTH)
		if (!(key in known))
			miss(key)
	}
	line = $0
	while (match(line, /([^a-zA-Z_.]t\(`[a-z0-9_.-]+\$\{|[^a-zA-Z_.]word\("[a-z0-9_-]+")/)) {
		key = substr(line, RSTART, RLENGTH)
		dot = key ~ /word\(/ ? "." : ""
		sub(/^.*[`"]/, "", key)
		if (dot) {
			key = substr(line, RSTART, RLENGTH - 1)
			sub(/.*"/, "", key)
		}
		sub(/\$\{$/, "", key)
		line = substr(line, RSTART + RLENGTH)
		if (!begins(key dot))
			miss(key dot "…")
	}
}
END { exit failed }
