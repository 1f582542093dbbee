package org.weft.corpus.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.CorpusConfig.SampleBy;
import org.weft.core.config.SourceConfig;
import org.weft.core.storage.Store;

/**
 * Text as it stands. A line belongs to the split that holds its first byte, a paragraph to the one that holds the first
 * byte of the blank line before it.
 *
 * @param sampleBy what is one document
 * @param encoding of the files; all but UTF-8 are read from their beginning, by one task each
 */
record PlainText(SampleBy sampleBy, TextEncoding encoding) implements CorpusFormat {

    PlainText(SourceConfig source) {
        this(source.sampleBy(), CorpusFormats.encoding(source));
    }

    @Override
    public CorpusConfig.Format word() {
        return CorpusConfig.Format.TEXT;
    }

    @Override
    public List<String> extensions() {
        return List.of("txt");
    }

    @Override
    public boolean splittable() {
        return sampleBy != SampleBy.DOCUMENT && encoding.utf8();
    }

    @Override
    public Documents open(Store store, InputSplit split) throws IOException {
        return new Texts(
                sampleBy,
                split,
                SplitLines.open(new InputText(store, split, encoding), DocumentReader.MAX_DOCUMENT_BYTES));
    }

    /** What one split's lines are put together to; of a long text as much as a document may have. */
    private static final class Texts implements Documents {
        private static final long NONE = Long.MAX_VALUE;

        private final SampleBy sampleBy;
        private final InputSplit split;
        private final SplitLines lines;
        private final ByteArrayOutputStream building = new ByteArrayOutputStream();
        private long separator; // where the blank line before the next paragraph begins
        private boolean held; // the line at hand belongs to the next document
        private boolean bad; // the rest of the paragraph at hand is passed over

        Texts(SampleBy sampleBy, InputSplit split, SplitLines lines) {
            this.sampleBy = sampleBy;
            this.split = split;
            this.lines = lines;
            this.separator = split.start() == 0 ? 0 : NONE;
        }

        @Override
        public byte[] next() throws IOException {
            return switch (sampleBy) {
                case LINE -> readLine();
                case PARAGRAPH -> readParagraph();
                case DOCUMENT -> readWhole();
            };
        }

        private byte[] readLine() throws IOException {
            do {
                if (!lines.next() || (!lines.at().continued() && lines.beyond())) {
                    return null;
                }
                bad &= lines.at().continued();
            } while (bad);
            return checked();
        }

        /** The line at hand; where it is no text, the document that it is part of goes with it. */
        private byte[] checked() throws IOException {
            try {
                return lines.bytes();
            } catch (WeftException noText) {
                building.reset();
                bad = true;
                throw noText;
            }
        }

        private byte[] readParagraph() throws IOException {
            while (nextLine()) {
                if (lines.at().blank()) {
                    separator = lines.at().lineStart();
                    bad = false;
                    if (building.size() > 0) {
                        return built();
                    }
                } else if (bad) {
                    continue;
                } else if (separator == NONE) {
                    if (lines.beyond()) {
                        return null; // no paragraph begins in this split
                    }
                } else if (separator >= split.end()) {
                    return null;
                } else if (append()) {
                    return built();
                }
            }
            return building.size() > 0 ? built() : null;
        }

        private byte[] readWhole() throws IOException {
            while (nextLine()) {
                if (append()) {
                    return built();
                }
            }
            return building.size() > 0 ? built() : null;
        }

        /** Adds the line to the document; true where it no longer fits and is held for the next one. */
        private boolean append() throws IOException {
            byte[] text = checked();
            int between = building.size() > 0 && !lines.at().continued() ? 1 : 0;
            held = building.size() > 0 && building.size() + between + text.length > DocumentReader.MAX_DOCUMENT_BYTES;
            if (held) {
                return true;
            }
            if (between > 0) {
                building.write('\n');
            }
            building.writeBytes(text);
            return false;
        }

        private boolean nextLine() throws IOException {
            boolean again = held;
            held = false;
            return again || lines.next();
        }

        private byte[] built() {
            byte[] text = building.toByteArray();
            building.reset();
            return text;
        }

        @Override
        public String where() throws IOException {
            return lines.where();
        }

        @Override
        public byte[] sample() {
            return lines.at().line();
        }

        @Override
        public boolean goesOn() {
            return sampleBy != SampleBy.DOCUMENT && !lines.failed();
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
