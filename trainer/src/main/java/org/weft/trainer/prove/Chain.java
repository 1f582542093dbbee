package org.weft.trainer.prove;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.storage.Store;

/**
 * Links in the order in which one thing was made from another: the first that differs is where the trouble began.
 */
public final class Chain {
    private static final int TASKS_PER_CORE = 16;

    private final List<Link> links;

    private Chain(List<Link> links) {
        this.links = List.copyOf(links);
    }

    /** Looks at what was claimed: every digest in one Spark job, so that the shape of the cluster matters to nothing. */
    static Chain resolve(JavaSparkContext spark, Store store, List<Claim> claims) {
        List<Measurement> measurements =
                claims.stream().flatMap(claim -> claim.measurements().stream()).toList();
        List<String> found = List.of();
        if (!measurements.isEmpty()) {
            int tasks = Math.min(measurements.size(), TASKS_PER_CORE * spark.defaultParallelism());
            found = spark.parallelize(measurements, tasks)
                    .map(measurement -> measurement.found(store))
                    .collect();
        }
        List<Link> links = new ArrayList<>();
        int at = 0;
        for (Claim claim : claims) {
            int end = at + claim.measurements().size();
            links.add(claim.resolve(found.subList(at, end)));
            at = end;
        }
        return new Chain(links);
    }

    /** The same chain, in which what lay in these directories was not looked at. */
    Chain without(Collection<String> removed) {
        return new Chain(links.stream()
                .map(link -> link.differs() && removed.stream().anyMatch(within -> liesIn(link.subject(), within))
                        ? new Link(
                                link.name(),
                                link.subject(),
                                link.expected(),
                                "removed while it was proven",
                                Link.Outcome.NOT_CHECKED)
                        : link)
                .toList());
    }

    private static boolean liesIn(String path, String directory) {
        return path.equals(directory) || path.startsWith(directory + "/");
    }

    /** The same chain, and after it what was made a second time. */
    Chain and(List<Claim> known) {
        List<Link> longer = new ArrayList<>(links);
        known.forEach(claim -> longer.add(claim.resolve(List.of())));
        return new Chain(longer);
    }

    public List<Link> links() {
        return links;
    }

    /** Empty where every link that was looked at holds. */
    public Optional<Link> firstDifference() {
        return links.stream().filter(Link::differs).findFirst();
    }

    public long count(Link.Outcome outcome) {
        return links.stream().filter(link -> link.outcome() == outcome).count();
    }
}
