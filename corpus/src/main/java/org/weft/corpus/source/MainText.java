package org.weft.corpus.source;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeFilter;
import org.jsoup.select.NodeTraversor;

/**
 * What a page is about, without its menus, footers and lists of links. jsoup parses, as browsers do; each block of text is
 * then kept or left out by how many words it has, how many of them are links, and what its neighbours have: algorithm 2 of
 * Kohlschütter, Fankhauser and Nejdl, "Boilerplate Detection using Shallow Text Features", WSDM 2010. In scripts without
 * spaces two characters count as a word. A page of which nothing would be left is short: it keeps every block that is not
 * made of links.
 */
final class MainText {
    private static final Set<String> LEFT_OUT = Set.of(
            "head",
            "script",
            "style",
            "noscript",
            "template",
            "svg",
            "math",
            "iframe",
            "object",
            "form",
            "button",
            "select",
            "textarea",
            "nav",
            "footer",
            "aside",
            "dialog",
            "menu");

    private static final double MOST_LINKS = 1 / 3.0;

    private MainText() {}

    /**
     * The main text of a page, a block a line.
     *
     * @param charset that came with the page; null where none did, and its own word counts
     * @param fallback the charset of a page that names none
     */
    static String of(byte[] page, String charset, String fallback) {
        Blocks blocks = new Blocks();
        NodeTraversor.filter(new Visible(blocks), parsed(page, charset, fallback));
        blocks.end();
        return blocks.text();
    }

    /** Plain text by the charset that came with it. */
    static String decoded(byte[] text, String charset, String fallback) {
        return new String(text, Charset.forName(known(charset) ? charset : fallback));
    }

    private static Document parsed(byte[] page, String charset, String fallback) {
        try {
            // Without a charset jsoup looks for a byte order mark and the page's own word, else takes UTF-8.
            String given = known(charset) ? charset : null;
            Document document = Jsoup.parse(new ByteArrayInputStream(page), given, "");
            boolean named = given != null
                    || !document.select("meta[charset], meta[http-equiv=content-type]")
                            .isEmpty();
            return named || "UTF-8".equalsIgnoreCase(fallback)
                    ? document
                    : Jsoup.parse(new ByteArrayInputStream(page), fallback, "");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static boolean known(String charset) {
        try {
            return charset != null && Charset.isSupported(charset.strip());
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return false;
        }
    }

    /** Hands on the text that a reader would see, block by block. */
    private record Visible(Blocks blocks) implements NodeFilter {
        @Override
        public FilterResult head(Node node, int depth) {
            if (node instanceof Element element) {
                if (LEFT_OUT.contains(element.normalName())
                        || element.hasAttr("hidden")
                        || "true".equals(element.attr("aria-hidden"))) {
                    return FilterResult.SKIP_ENTIRELY;
                }
                if (element.isBlock() || "br".equals(element.normalName())) {
                    blocks.end();
                }
                blocks.links += "a".equals(element.normalName()) ? 1 : 0;
            } else if (node instanceof TextNode text) {
                blocks.add(text.getWholeText());
            }
            return FilterResult.CONTINUE;
        }

        @Override
        public FilterResult tail(Node node, int depth) {
            if (node instanceof Element element && !LEFT_OUT.contains(element.normalName())) {
                if (element.isBlock()) {
                    blocks.end();
                }
                blocks.links -= "a".equals(element.normalName()) ? 1 : 0;
            }
            return FilterResult.CONTINUE;
        }
    }

    /** A stretch of text between two ends of blocks. */
    private record Block(String text, int words, int linkedWords) {
        static final Block NONE = new Block("", 0, 0);

        double linkDensity() {
            return words == 0 ? 0 : (double) linkedWords / words;
        }

        boolean isMain(Block before, Block after) {
            if (linkDensity() > MOST_LINKS) {
                return false;
            }
            if (before.linkDensity() > 5 / 9.0) {
                return words > 40 || after.words > 17;
            }
            return words > 16 || after.words > 15 || before.words > 4;
        }
    }

    /** The page's blocks, in order. */
    private static final class Blocks {
        private final List<Block> all = new ArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private int words;
        private int linkedWords;
        private int links; // open around the text at hand

        void add(String piece) {
            int found = words(piece);
            words += found;
            linkedWords += links > 0 ? found : 0;
            text.append(piece);
        }

        void end() {
            String clean = text.toString().replaceAll("[\\s\\u00A0]+", " ").strip();
            if (!clean.isEmpty()) {
                all.add(new Block(clean, words, linkedWords));
            }
            text.setLength(0);
            words = 0;
            linkedWords = 0;
        }

        String text() {
            List<String> main = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                Block before = i == 0 ? Block.NONE : all.get(i - 1);
                Block after = i + 1 == all.size() ? Block.NONE : all.get(i + 1);
                if (all.get(i).isMain(before, after)) {
                    main.add(all.get(i).text);
                }
            }
            if (main.isEmpty()) {
                all.stream().filter(block -> block.linkDensity() <= MOST_LINKS).forEach(block -> main.add(block.text));
            }
            return String.join("\n", main);
        }

        private static int words(String text) {
            int words = 0;
            int unspaced = 0;
            boolean within = false;
            for (int i = 0; i < text.length(); ) {
                int c = text.codePointAt(i);
                i += Character.charCount(c);
                boolean alone = Character.isIdeographic(c) || isKana(c);
                unspaced += alone ? 1 : 0;
                boolean letter = !alone && Character.isLetterOrDigit(c);
                words += letter && !within ? 1 : 0;
                within = letter;
            }
            return words + (unspaced + 1) / 2;
        }

        private static boolean isKana(int c) {
            return c >= 0x3040 && c <= 0x30FF;
        }
    }
}
