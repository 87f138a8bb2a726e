#!/bin/sh
# The table as a plot, SVG on standard output: bandwidth over message size, both by powers, one line for each pair. Needs awk alone.
awk -F, '
function x(bytes) { return 70 + 500 * log(bytes / 8) / log(most / 8 > 1 ? most / 8 : 2) }
function y(rate) { return 330 - 290 * log(rate / low) / log(high / low > 1 ? high / low : 2) }
NR > 1 && $4 > 0 {
  if (!($1 in seen)) { seen[$1] = 1; pairs[++n] = $1 }
  points[$1] = points[$1] " " $2 "," $4
  if ($2 > most) most = $2
  if ($4 > high) high = $4
  if (low == 0 || $4 < low) low = $4
}
END {
  split("#0b6e99 #b5541c #3d7a3d #7a3d7a #8a6d00 #444444", colours, " ")
  print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 400\" font-family=\"sans-serif\" font-size=\"12\">"
  print "<title>Bandwidth by message size</title><rect width=\"640\" height=\"400\" fill=\"white\"/>"
  print "<path d=\"M70 30V330H580\" fill=\"none\" stroke=\"black\"/>"
  for (bytes = 8; bytes <= most; bytes *= 16)
    printf "<text x=\"%.0f\" y=\"348\" text-anchor=\"middle\">%d</text>\n", x(bytes), bytes
  for (rate = 10 ^ int(log(low) / log(10)); rate <= high; rate *= 10)
    if (rate >= low) printf "<text x=\"64\" y=\"%.0f\" text-anchor=\"end\">%g</text>\n", y(rate) + 4, rate
  print "<text x=\"320\" y=\"378\" text-anchor=\"middle\">bytes of one message</text>"
  print "<text x=\"16\" y=\"190\" text-anchor=\"middle\" transform=\"rotate(-90 16 190)\">MiB a second</text>"
  for (at = 1; at <= n; at++) {
    colour = colours[(at - 1) % 6 + 1]
    line = ""
    count = split(substr(points[pairs[at]], 2), all, " ")
    for (one = 1; one <= count; one++) { split(all[one], part, ","); line = line sprintf("%.1f,%.1f ", x(part[1]), y(part[2])) }
    printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", line, colour
    printf "<text x=\"586\" y=\"%d\" fill=\"%s\">%s</text>\n", 40 + 16 * at, colour, pairs[at]
  }
  print "</svg>"
}' "$1"
