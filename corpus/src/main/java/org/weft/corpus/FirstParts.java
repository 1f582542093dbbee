package org.weft.corpus;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.WeftException;
import org.weft.core.config.SourceConfig;
import org.weft.corpus.CorpusInput.Part;
import org.weft.corpus.ReadStage.Done;

/**
 * Where bad records are allowed, a text field that no record has would be told when all is read: each bad record is counted,
 * and only in the end is there a share of all. So of a source with many parts a few, from its beginning to its end, are read
 * before the others, and it is refused where no record of theirs can be used.
 */
record FirstParts(ReadStage stage, List<SourceConfig> sources) {
    /** Fewer are read in little more time than some of them. */
    private static final int LEAST_PARTS = 16;

    private static final int READ_FIRST = 4;
    private static final int SHOWN = 3;

    /** Makes all parts, as the stage does; the result is in their order. */
    List<Done> run(JavaSparkContext spark, List<Part> parts) throws IOException {
        List<Integer> first = new ArrayList<>();
        for (int source = 0; stage.badAllowed() && source < sources.size(); source++) {
            first.addAll(spread(parts, source));
        }
        if (first.isEmpty()) {
            return stage.run(spark, parts);
        }
        List<Done> done = stage.run(spark, first.stream().map(parts::get).toList());
        for (int source = 0; source < sources.size(); source++) {
            requireSomeUsable(source, done);
        }
        List<Part> rest = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            if (!first.contains(part)) {
                rest.add(parts.get(part));
            }
        }
        Iterator<Done> others = stage.run(spark, rest).iterator();
        List<Done> all = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            int at = first.indexOf(part);
            all.add(at >= 0 ? done.get(at) : others.next());
        }
        return all;
    }

    /** Places of some of a source's parts, the first and the last among them; none where there are few. */
    private static List<Integer> spread(List<Part> parts, int source) {
        List<Integer> own = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            if (parts.get(part).source() == source) {
                own.add(part);
            }
        }
        List<Integer> spread = new ArrayList<>();
        for (int i = 0; own.size() >= LEAST_PARTS && i < READ_FIRST; i++) {
            spread.add(own.get((int) ((long) i * (own.size() - 1) / (READ_FIRST - 1))));
        }
        return spread;
    }

    private void requireSomeUsable(int source, List<Done> done) throws IOException {
        List<Done> own = done.stream().filter(part -> part.source() == source).toList();
        long records = own.stream().mapToLong(part -> part.facts().records()).sum();
        long bad = own.stream().mapToLong(part -> part.facts().bad()).sum();
        if (bad == 0 || bad < records) {
            return;
        }
        PartFindings found = new PartFindings();
        for (Done part : own) {
            found.with(PartFile.facts(stage.store(), stage.directory() + "/" + part.file()));
        }
        SourceConfig config = sources.get(source);
        throw WeftException.invalidData(
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
