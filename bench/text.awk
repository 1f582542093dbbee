# Text by the megabyte: awk -v megabytes=N -v seed=S -f bench/text.awk. Lines of made-up words whose frequencies fall
# off as those of a language do, so that byte-level BPE finds a full vocabulary; no two lines are alike, unless with
# -v copies=F the fraction F of documents comes a second time with a word more.
BEGIN {
  srand(seed)
  count = split("ba be bi bo da de di fo ga gre ha he in ka la le li lo ma me mi na ne ni no or pa pe ra re ri ro sa se " \
    "si sta ta te ti to tra un va ve vi wa we za ze zi", syllable, " ")
  words = 20000
  for (i = 0; i < words; i++) {
    word[i] = syllable[1 + int(rand() * count)]
    for (n = int(rand() * 4); n > 0; n--) word[i] = word[i] syllable[1 + int(rand() * count)]
  }
  for (left = megabytes * 1000000; left > 0; left -= length(line) + 1) {
    line = word[int(rand() * words)]
    for (n = 12 + int(rand() * 24); n > 0; n--) line = line " " word[int(words ^ rand()) - 1]
    print line "."
    document = document line ".\n"
    if (++lines % 8 == 0) { # a paragraph, which is a document, ends
      print ""
      if (copies > 0 && rand() < copies) {
        print word[int(rand() * words)] " " document
        left -= length(document)
      }
      document = ""
    }
  }
}
