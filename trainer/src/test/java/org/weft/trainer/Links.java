package org.weft.trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Links between pages of documentation, as Markdown has them. */
final class Links {
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(?:#[^)]*)?\\)");

    private Links() {}

    /** Of the pages right in {@code root} and anywhere in {@code folders}, as "page -> target". */
    static List<String> broken(Path root, List<Path> folders) throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path page : pages(root, folders)) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                String target = link.group(1);
                if (!target.contains("://")) {
                    links++;
                    if (!Files.exists(page.resolveSibling(target))) {
                        broken.add(root.relativize(page) + " -> " + target);
                    }
                }
            }
        }
        if (links <= 50) {
            throw new AssertionError("links found: " + links);
        }
        return broken;
    }

    private static List<Path> pages(Path root, List<Path> folders) throws IOException {
        List<Path> pages = new ArrayList<>();
        addPages(root, 1, pages);
        for (Path folder : folders) {
            addPages(folder, 4, pages);
        }
        return pages;
    }

    private static void addPages(Path folder, int depth, List<Path> pages) throws IOException {
        try (Stream<Path> found = Files.walk(folder, depth)) {
            found.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
    }
}
