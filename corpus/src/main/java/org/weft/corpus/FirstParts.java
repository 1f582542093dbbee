package org.weft.corpus;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.WeftException;
import org.weft.core.config.SourceConfig;
import org.weft.corpus.CorpusInput.Part;
import org.weft.corpus.ReadStage.Done;

/**
 * Where bad records are allowed, a text field that no record has would be told when all is read: each bad record is counted,
 * and only in the end is there a share of all. So of a source with many parts a few, from its beginning to its end, are read
 * before the others, and more of them until there is a record that can be used, or so many that cannot that the source is
 * refused. A part may have no record at all, as most splits of a Parquet file with large row groups, and a damaged file is one
 * bad record: of such parts alone nothing follows.
 */
record FirstParts(ReadStage stage, List<SourceConfig> sources) {
    /** Fewer are read in little more time than some of them. */
    private static final int LEAST_PARTS = 16;

    private static final int READ_FIRST = 4; // and twice as many each time that they do not decide
    private static final int LEAST_BAD = 24; // that no single damaged files explain
    private static final int LARGEST = 2; // in blocks: all others would wait for a file of gigabytes that cannot be cut
    private static final int SHOWN = 3;

    /** Makes all parts, as the stage does; the result is in their order. */
    List<Done> run(JavaSparkContext spark, List<Part> parts) throws IOException {
        Done[] done = new Done[parts.size()];
        if (stage.badAllowed()) {
            Map<Integer, List<Integer>> undecided = small(parts);
            undecided.values().removeIf(own -> own.size() < LEAST_PARTS);
            for (int count = READ_FIRST; !undecided.isEmpty(); count *= 2) {
                List<Integer> places = new ArrayList<>();
                for (List<Integer> own : undecided.values()) {
                    places.addAll(spread(
                            own.stream().filter(part -> done[part] == null).toList(), count));
                }
                make(spark, parts, places, done);
                for (Iterator<List<Integer>> each = undecided.values().iterator(); each.hasNext(); ) {
                    if (isDecided(each.next(), done)) {
                        each.remove();
                    }
                }
            }
        }
        make(spark, parts, places(parts, part -> done[part] == null), done);
        return List.of(done);
    }

    private void make(JavaSparkContext spark, List<Part> parts, List<Integer> places, Done[] done) {
        List<Done> made = stage.run(spark, places.stream().map(parts::get).toList());
        for (int i = 0; i < places.size(); i++) {
            done[places.get(i)] = made.get(i);
        }
    }

    private static List<Integer> places(List<Part> parts, IntPredicate wanted) {
        return IntStream.range(0, parts.size()).filter(wanted).boxed().toList();
    }

    /** Places of the parts that are soon read, by source. */
    private Map<Integer, List<Integer>> small(List<Part> parts) {
        return places(parts, part -> bytes(parts.get(part)) <= LARGEST * stage.blockBytes()).stream()
                .collect(Collectors.groupingBy(part -> parts.get(part).source(), TreeMap::new, Collectors.toList()));
    }

    private static long bytes(Part part) {
        return part.pieces().stream().mapToLong(CorpusInput.Piece::bytes).sum();
    }

    /** Some of these, the first and the last among them; all where there are no more. */
    private static List<Integer> spread(List<Integer> places, int count) {
        return places.size() <= count
                ? places
                : IntStream.range(0, count)
                        .mapToObj(i -> places.get((int) ((long) i * (places.size() - 1) / (count - 1))))
                        .toList();
    }

    /**
     * Whether the parts that were read say enough of a source, or are all that there are.
     *
     * @param places of its parts
     * @throws WeftException where no record can be used
     */
    private boolean isDecided(List<Integer> places, Done[] done) throws IOException {
        List<Done> own =
                places.stream().map(part -> done[part]).filter(Objects::nonNull).toList();
        long records = own.stream().mapToLong(part -> part.facts().records()).sum();
        long bad = own.stream().mapToLong(part -> part.facts().bad()).sum();
        if (bad == records && bad >= LEAST_BAD) {
            throw unusable(own, bad);
        }
        return bad < records || own.size() == places.size();
    }

    private WeftException unusable(List<Done> own, long bad) throws IOException {
        PartFindings found = new PartFindings();
        for (Done part : own) {
            found.with(PartFile.facts(stage.store(), stage.directory() + "/" + part.file()));
        }
        SourceConfig config = sources.get(own.get(0).source());
        return WeftException.invalidData(
                "no record can be used: " + config.key("input") + ": all " + bad + " records of " + own.size()
                        + " parts that were read first are bad, such as"
                        + found.bad().shown().stream()
                                .limit(SHOWN)
                                .map(record -> "\n  - " + record.cause())
                                .collect(Collectors.joining()),
                "look at " + config.key("text_field") + " and " + config.key("format")
                        + "; corpus.max_bad_fraction is for single records");
    }
}
