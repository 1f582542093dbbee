package org.weft.corpus.tokenizer.bpe;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The 256 printable characters that stand for the 256 bytes in a byte-level vocabulary, as in GPT-2 (Radford et al.,
 * "Language models are unsupervised multitask learners", 2019; {@code bytes_to_unicode} of its {@code encoder.py}):
 * printable Latin-1 bytes stand for themselves, the others for U+0100 and on. A byte's id is its place in that list.
 */
public final class ByteAlphabet {
    public static final int SIZE = 256;

    private static final int ROOM = 2 * SIZE; // for what bytes are spelt with

    private final char[] charOfByte = new char[SIZE];
    private final short[] byteOfChar = new short[ROOM];
    private final int[] idOfByte = new int[SIZE];
    private final int[] byteOfId = new int[SIZE];

    public ByteAlphabet() {
        int id = 0;
        for (int b = 0; b < SIZE; b++) {
            if (printable(b)) {
                charOfByte[b] = (char) b;
                idOfByte[b] = id;
                byteOfId[id++] = b;
            }
        }
        int next = SIZE;
        for (int b = 0; b < SIZE; b++) {
            if (!printable(b)) {
                charOfByte[b] = (char) next++;
                idOfByte[b] = id;
                byteOfId[id++] = b;
            }
        }
        Arrays.fill(byteOfChar, (short) -1);
        for (int b = 0; b < SIZE; b++) {
            byteOfChar[charOfByte[b]] = (short) b;
        }
    }

    private static boolean printable(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
    }

    int id(byte b) {
        return idOfByte[b & 0xFF];
    }

    /** Ids of a word's bytes. */
    public int[] ids(byte[] word) {
        int[] ids = new int[word.length];
        Arrays.setAll(ids, i -> id(word[i]));
        return ids;
    }

    /** A token's bytes as the vocabulary spells them. */
    public String spell(byte... token) {
        StringBuilder text = new StringBuilder(token.length);
        for (byte b : token) {
            text.append(charOfByte[b & 0xFF]);
        }
        return text.toString();
    }

    /** The bytes that a vocabulary's spelling stands for; null where a character of it stands for none. */
    byte[] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char spelt = token.charAt(i);
            if (spelt >= ROOM || byteOfChar[spelt] < 0) {
                return null;
            }
            bytes[i] = (byte) byteOfChar[spelt];
        }
        return bytes;
    }

    /** How the 256 bytes are spelt, by id. */
    public List<String> spellings() {
        return IntStream.range(0, SIZE).mapToObj(this::spellId).toList();
    }

    /** The 256 tokens of one byte, by id. */
    public String spellId(int id) {
        return String.valueOf(charOfByte[byteOfId[id]]);
    }
}
