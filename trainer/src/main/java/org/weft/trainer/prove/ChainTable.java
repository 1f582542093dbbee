package org.weft.trainer.prove;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A chain for people: a line for each kind of link of a directory, and one for each link that differs or is not known. */
public final class ChainTable {
    private static final int MOST_TOLD = 20;

    private ChainTable() {}

    /** Lines of text. */
    public static List<String> of(Chain chain) {
        Map<String, List<Link>> groups = new LinkedHashMap<>();
        for (Link link : chain.links()) {
            groups.computeIfAbsent(link.name() + "\t" + directory(link), absent -> new ArrayList<>())
                    .add(link);
        }
        int names = widest(
                groups.keySet().stream().map(key -> key.split("\t", 2)[0]).toList());
        List<String> lines = new ArrayList<>();
        groups.forEach((key, links) -> {
            String[] parts = key.split("\t", 2);
            String where = links.size() == 1 ? links.get(0).subject() : parts[1];
            lines.add(String.format(Locale.ROOT, "%-" + names + "s  %-22s  %s", parts[0], outcome(links), where));
        });
        List<Link> told = chain.links().stream().filter(Link::differs).toList();
        for (Link link : told.subList(0, Math.min(MOST_TOLD, told.size()))) {
            lines.add("  differs: " + link.name() + " " + link.subject() + "\n    expected " + link.expected()
                    + "\n    found    " + link.found());
        }
        if (told.size() > MOST_TOLD) {
            lines.add("  and " + (told.size() - MOST_TOLD) + " more differ");
        }
        return lines;
    }

    private static String outcome(List<Link> links) {
        if (links.size() == 1) {
            Link link = links.get(0);
            boolean looked = link.outcome() == Link.Outcome.SAME || link.differs();
            return looked ? link.outcome().word() : link.outcome().word() + ": " + link.found();
        }
        StringBuilder said = new StringBuilder();
        for (Link.Outcome outcome : Link.Outcome.values()) {
            long count =
                    links.stream().filter(link -> link.outcome() == outcome).count();
            if (count > 0) {
                said.append(said.isEmpty() ? "" : ", ")
                        .append(count)
                        .append(' ')
                        .append(outcome.word());
            }
        }
        return said.toString();
    }

    private static String directory(Link link) {
        int slash = link.subject().lastIndexOf('/');
        return slash <= 0 ? link.subject() : link.subject().substring(0, slash);
    }

    private static int widest(List<String> words) {
        return words.stream().mapToInt(String::length).max().orElse(0);
    }
}
